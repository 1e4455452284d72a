//! Tables that this run has just made, in the script that goes on with them: what they lack need not be
//! asked for, which on MySQL costs more than a line of the journal.
//!
//! If somebody else had added it meanwhile, the statement that adds it would be refused.

use migcheck_core::split::Statement;

use super::altered::{Part, PartKind};
use super::effect::Effect;
use super::probe::Probe;

/// How many statements are looked through for the one that has made a table.
const MOST_STATEMENTS: usize = 16;

/// The SQL for what there is of what a statement adds, before which this run has run these of its
/// script; nothing where that is not known.
pub(super) fn expression(
    probe: &Probe,
    effects: &[Effect],
    statements: &[Statement<'_>],
) -> Option<String> {
    let Probe::Relations { names, parts } = probe else {
        return None;
    };
    let [table] = names.as_slice() else {
        return None;
    };
    let makes =
        |effect: &Effect| matches!(effect, Effect::Seen(Probe::Created(name)) if name == table);
    let far = effects.len().saturating_sub(MOST_STATEMENTS);
    let made = far + effects[far..].iter().rposition(makes)?;
    let since = statements.get(made..)?;
    let lacks = !parts.is_empty() && parts.iter().all(|part| is_lacking(part, since));
    lacks.then(|| format!("'{}'", "0".repeat(parts.len())))
}

/// Whether nothing can have brought it; the first of the statements has made the table.
fn is_lacking(part: &Part, since: &[Statement<'_>]) -> bool {
    let name = part.name.to_ascii_lowercase();
    // The server may have made the key itself; other names can be written in several ways.
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_primary = part.kind == PartKind::Index && name == "primary";
    let is_copy = |text: &str| text.contains("like") || text.contains("select");
    let mut texts = since
        .iter()
        .map(|statement| statement.text.to_ascii_lowercase());
    is_plain
        && !is_primary
        && !part.goes
        && texts
            .next()
            .is_some_and(|made| !is_copy(&made) && !made.contains(&name))
        && texts.all(|text| !text.contains(&name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use migcheck_core::Dialect;
    use migcheck_core::split::split;

    use super::*;

    /// What is known before the last statement of a script.
    fn known(script: &str) -> Option<String> {
        let statements = split(script, Dialect::MySql).unwrap();
        let (last, ran) = statements.split_last().unwrap();
        let effects = ran.iter().map(|one| Effect::of(one, Dialect::MySql));
        let effects: Vec<Effect> = effects.collect();
        match Effect::of(last, Dialect::MySql) {
            Effect::Seen(probe) => expression(&probe, &effects, ran),
            effect => panic!("{effect:?}"),
        }
    }

    #[test]
    fn what_a_table_lacks_is_known_if_nothing_names_it() {
        let create = "CREATE TABLE t (a int);";
        for (script, lacks) in [
            ("{create} CREATE INDEX i_a ON t (a)", "'0'"),
            (
                "{create} DO 0; ALTER TABLE `t` ADD extra int, ADD KEY k_a (a)",
                "'00'",
            ),
            (
                "{create} ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)",
                "'0'",
            ),
            ("{create} ALTER TABLE t DROP a", ""),
            ("{create} ALTER TABLE t ADD extra int, DROP a", ""),
            ("{create} ALTER TABLE t ADD PRIMARY KEY (a)", ""),
            ("{create} ALTER TABLE t ADD `b c` int", ""),
            (
                "{create} ALTER TABLE t ADD extra int; ALTER TABLE t ADD EXTRA int",
                "",
            ),
            ("{create} ALTER TABLE u ADD extra int", ""),
            ("{create} ALTER TABLE d.t ADD extra int", ""),
            ("ALTER TABLE t ADD extra int", ""),
            ("CREATE TABLE t LIKE o; CREATE INDEX i_a ON t (a)", ""),
            (
                "CREATE TABLE t AS SELECT 1 a; ALTER TABLE t ADD extra int",
                "",
            ),
            (
                "CREATE TABLE IF NOT EXISTS t (a int); ALTER TABLE t ADD extra int",
                "",
            ),
            (
                "CREATE TABLE t (a int, KEY i_a (a)); CREATE INDEX I_A ON t (a)",
                "",
            ),
        ] {
            let script = script.replace("{create}", create);
            assert_eq!(known(&script).unwrap_or_default(), lacks, "{script}");
        }
        let many = format!("{create} {} CREATE INDEX i_a ON t (a)", "DO 0; ".repeat(16));
        assert_eq!(known(&many), None);
    }
}
