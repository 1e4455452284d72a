//! What a script left in a session that is gone.
//!
//! The rest of the script runs in another one. What is known to be the same when it is set again is set
//! again. Of everything else a person is asked, as soon as the rest needs it.

mod constant;
mod temporary;

use migcheck_core::Dialect;

use self::constant::{assigned, is_constant, kept_setting};
use super::effect::{Effect, starts};
use super::name::Name;
use super::words::Word;

/// Something that only the session had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thing {
    /// `@name`, of MySQL.
    Variable(String),
    /// A temporary relation, or a prepared statement.
    Named(String),
    /// Whatever is done next may depend on it.
    Setting(String),
    /// Nobody knows what it is called.
    Anything(String),
}

/// What of a session is gone, as its script goes on.
pub(super) struct Lost {
    dialect: Dialect,
    things: Vec<Thing>,
    /// Variables that were set since something was called that may have set any; none before that.
    set_since: Option<Vec<String>>,
    /// The statements that are prepared again.
    prepared: Vec<String>,
}

impl Lost {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            things: Vec::new(),
            set_since: None,
            prepared: Vec::new(),
        }
    }

    /// Takes note of a statement that has run. Returns whether running it again brings back what it set
    /// of the session; `is_used` tells whether a prepared statement is used by what has not run.
    pub(super) fn ran(
        &mut self,
        words: &[Word<'_>],
        effect: &Effect,
        line: usize,
        is_used: impl Fn(&str) -> bool,
    ) -> bool {
        let made = temporary::made(words, self.dialect);
        let again = match effect {
            Effect::Session | Effect::Autocommit(_) => self.set(words, is_used),
            _ => {
                self.passed(words, effect);
                false
            }
        };
        for thing in made {
            self.lose(match thing {
                Thing::Anything(_) => Thing::Anything(format!("what line {line} made")),
                thing => thing,
            });
        }
        again
    }

    /// Of a statement that sets something.
    fn set(&mut self, words: &[Word<'_>], is_used: impl Fn(&str) -> bool) -> bool {
        if let Some(name) = deallocated(words, self.dialect) {
            self.forget(&Thing::Named(name.clone()));
            let before = self.prepared.len();
            self.prepared.retain(|one| !one.eq_ignore_ascii_case(&name));
            return self.prepared.len() < before;
        }
        if let Some(name) = prepared(words, self.dialect) {
            // One that was prepared for what is no longer there cannot be prepared again.
            if !is_used(&name) {
                return false;
            }
            let again = self.needed(&words[2..], &Effect::Session).is_none();
            match again {
                true => self.prepared.push(name),
                false => self.lose(Thing::Named(name)),
            }
            return again;
        }
        if starts(words, &["DISCARD"]) || starts(words, &["RESET", "ALL"]) {
            let discards = |wanted| words.iter().any(|word| word.is(wanted));
            let of_all = discards("ALL");
            self.things.retain(|thing| match thing {
                Thing::Setting(_) => !of_all,
                Thing::Named(_) => !starts(words, &["DISCARD"]),
                _ => true,
            });
            return true;
        }
        let again =
            is_constant(words, self.dialect) && self.needed(words, &Effect::Session).is_none();
        for assignment in assigned(words, self.dialect) {
            // A new session begins with what is set for all.
            match again && !assignment.is_global {
                true => self.is_set(assignment.target),
                false => self.lose(assignment.target),
            }
        }
        again
    }

    /// Of a statement that is not run again.
    fn passed(&mut self, words: &[Word<'_>], effect: &Effect) {
        if starts(words, &["DROP", "TEMPORARY"]) {
            for name in temporary::dropped(words) {
                self.forget(&Thing::Named(name));
            }
            return;
        }
        // What a temporary one is called from now on.
        let renamed = words.windows(2).filter(|two| two[0].is("TO"));
        let renamed: Vec<String> = renamed
            .filter_map(|two| two[1].name(self.dialect))
            .collect();
        if !renamed.is_empty() && self.needed(words, &Effect::Passing).is_some() {
            renamed
                .into_iter()
                .for_each(|name| self.lose(Thing::Named(name)));
        }
        match self.dialect {
            Dialect::MySql if *effect == Effect::Called => {
                self.set_since = Some(Vec::new());
                variables(words).for_each(|name| self.lose(Thing::Variable(name)));
            }
            Dialect::MySql if assigns(words) => {
                variables(words).for_each(|name| self.lose(Thing::Variable(name)));
            }
            Dialect::Postgres => kept_setting(words)
                .into_iter()
                .for_each(|setting| self.lose(setting)),
            Dialect::MySql | Dialect::Sqlite => {}
        }
    }

    /// What is lost of what a statement needs that is to be run next; what it sets is there from then on.
    pub(super) fn needs(&mut self, words: &[Word<'_>], effect: &Effect) -> Option<String> {
        if let Some(name) = prepared(words, self.dialect) {
            let needed = self.needed(&words[2..], effect);
            self.forget(&Thing::Named(name));
            return needed;
        }
        let sets = matches!(effect, Effect::Session | Effect::Autocommit(_));
        let needed = self.needed(words, effect);
        if needed.is_some() {
            return needed;
        }
        if sets {
            for assignment in assigned(words, self.dialect) {
                self.is_set(assignment.target);
            }
        } else if self.dialect == Dialect::MySql && assigns(words) {
            variables(words).for_each(|name| self.is_set(Thing::Variable(name)));
        }
        None
    }

    fn needed(&self, words: &[Word<'_>], effect: &Effect) -> Option<String> {
        let sets = matches!(effect, Effect::Session | Effect::Autocommit(_));
        let assigned = match sets {
            true => assigned(words, self.dialect),
            false => Vec::new(),
        };
        let read: Vec<String> = match (self.dialect, sets && starts(words, &["SET"])) {
            (Dialect::MySql, true) => assigned
                .iter()
                .flat_map(|one| variables(one.value))
                .collect(),
            (Dialect::MySql, false) => read(words),
            _ => Vec::new(),
        };
        let said = |name: &str| texts(words).any(|word| word.eq_ignore_ascii_case(name));
        let any = |name: &str| read.iter().any(|one| one.eq_ignore_ascii_case(name));
        let needs = |thing: &&Thing| match thing {
            Thing::Variable(name) => any(name) || said(name.trim_start_matches('@')),
            Thing::Named(name) => mentions(words, name, self.dialect),
            Thing::Setting(name) if effect.passes() => {
                let is_set = assigned.iter().any(|one| one.target.is(thing));
                !is_set && mentions(words, name, self.dialect)
            }
            Thing::Setting(_) | Thing::Anything(_) => !effect.passes(),
        };
        // What is called can use all there is.
        let called = || self.things.first().filter(|_| *effect == Effect::Called);
        if let Some(thing) = self.things.iter().find(needs).or_else(called) {
            return Some(thing.to_string());
        }
        let since = self.set_since.as_ref()?;
        let unknown = |name: &&String| !since.iter().any(|one| one.eq_ignore_ascii_case(name));
        read.iter().find(unknown).map(|name| format!("`{name}`"))
    }

    fn lose(&mut self, thing: Thing) {
        if let (Thing::Variable(name), Some(since)) = (&thing, &mut self.set_since) {
            since.retain(|one| !one.eq_ignore_ascii_case(name));
        }
        if !self.things.contains(&thing) {
            self.things.push(thing);
        }
    }

    fn forget(&mut self, thing: &Thing) {
        self.things.retain(|one| !one.is(thing));
    }

    fn is_set(&mut self, thing: Thing) {
        self.forget(&thing);
        if let (Thing::Variable(name), Some(since)) = (thing, &mut self.set_since) {
            since.push(name);
        }
    }
}

impl Thing {
    /// Whether both are the same one.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Variable(one), Self::Variable(other))
            | (Self::Named(one), Self::Named(other))
            | (Self::Setting(one), Self::Setting(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) | Self::Named(name) => write!(f, "`{name}`"),
            Self::Setting(name) => write!(f, "the setting `{name}`"),
            Self::Anything(what) => f.write_str(what),
        }
    }
}

/// Whether a statement names this, also in what it quotes, as the body of a function is.
pub(super) fn mentions(words: &[Word<'_>], name: &str, dialect: Dialect) -> bool {
    let mut names = words.iter().filter_map(|word| word.name(dialect));
    names.any(|one| one.eq_ignore_ascii_case(name))
        || texts(words).any(|word| word.eq_ignore_ascii_case(name))
}

/// The words of what is quoted, which can be code.
fn texts<'w>(words: &'w [Word<'_>]) -> impl Iterator<Item = &'w str> {
    let quoted = words.iter().filter_map(|word| match word {
        Word::Text(text) => Some(*text),
        Word::Quoted(text) => Some(&**text),
        Word::Bare(_) | Word::Mark(_) => None,
    });
    quoted.flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$')))
}

/// The name of a statement that is prepared.
fn prepared(words: &[Word<'_>], dialect: Dialect) -> Option<String> {
    words.first().filter(|word| word.is("PREPARE"))?;
    words.get(1)?.name(dialect)
}

/// The name of a prepared statement that is given up; not all of them.
fn deallocated(words: &[Word<'_>], dialect: Dialect) -> Option<String> {
    let first = words.first()?;
    if !first.is("DEALLOCATE") && !starts(words, &["DROP", "PREPARE"]) {
        return None;
    }
    let name = words.last().filter(|name| !name.is("ALL"))?;
    name.name(dialect)
}

/// Whether a prepared statement of this name is another one from here on, or none.
pub(super) fn ends_prepared(words: &[Word<'_>], name: &str, dialect: Dialect) -> bool {
    let ended = prepared(words, dialect).or_else(|| deallocated(words, dialect));
    ended.is_some_and(|ended| ended.eq_ignore_ascii_case(name))
}

/// Whether a statement of MySQL that is no SET gives variables a value.
fn assigns(words: &[Word<'_>]) -> bool {
    let into = words
        .windows(2)
        .any(|two| two[0].is("INTO") && two[1].is_mark('@'));
    let to = words
        .windows(2)
        .any(|two| two[0].is_mark(':') && two[1].is_mark('='));
    let first = words.first();
    into || to || first.is_some_and(|word| word.is_one_of(&["FETCH", "GET", "LOAD"]))
}

/// The variables that a statement of MySQL reads, or may read.
fn read(words: &[Word<'_>]) -> Vec<String> {
    let mut rest = words;
    let mut read = Vec::new();
    while let Some(into) = rest.iter().position(|word| word.is("INTO")) {
        read.extend(variables(&rest[..into]));
        rest = &rest[into + 1..];
        while let [Word::Mark('@'), name, behind @ ..] = rest
            && !name.is_mark('@')
        {
            rest = behind;
            if let [Word::Mark(','), behind @ ..] = rest {
                rest = behind;
            }
        }
    }
    read.extend(variables(rest));
    read
}

/// `@name`, and not `@@name`.
fn variables<'w>(words: &'w [Word<'_>]) -> impl Iterator<Item = String> + 'w {
    words.windows(2).enumerate().filter_map(|(at, two)| {
        let doubled = at > 0 && words[at - 1].is_mark('@') || two[1].is_mark('@');
        let name = two[1].name(Dialect::MySql)?;
        (two[0].is_mark('@') && !doubled).then(|| format!("@{name}"))
    })
}

/// The last part of the name at the start of the words.
fn last_part(words: &[Word<'_>], dialect: Dialect) -> Option<String> {
    Name::read(words, dialect).map(|(name, _)| name.name)
}

#[cfg(test)]
mod tests {
    use super::super::words::words as split;
    use super::*;

    /// What a statement makes for its session alone.
    fn made(sql: &str, dialect: Dialect) -> String {
        let made = temporary::made(&split(sql, dialect), dialect);
        let made: Vec<String> = made.iter().map(Thing::to_string).collect();
        made.join(" ")
    }

    #[test]
    fn temporary_relations_are_known_by_the_last_part_of_their_names() {
        for (sql, found) in [
            ("CREATE TEMPORARY TABLE d.ids (id int)", "`ids`"),
            ("CREATE OR REPLACE TEMPORARY TABLE `i d` (id int)", "`i d`"),
            ("CREATE TABLE t (temporary int, temp text)", ""),
            ("SET @s = 'CREATE TEMPORARY TABLE ids (id int)'", "`ids`"),
        ] {
            assert_eq!(made(sql, Dialect::MySql), found, "{sql}");
        }
        for (sql, found) in [
            ("CREATE UNLOGGED TABLE t (temp int)", ""),
            ("INSERT INTO temp VALUES (1)", ""),
            (
                "DO $$ BEGIN RAISE 'no more attempts to create one'; END $$",
                "",
            ),
            ("SELECT 1 INTO TEMP TABLE ids", "`ids`"),
            (
                "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "`f`",
            ),
        ] {
            assert_eq!(made(sql, Dialect::Postgres), found, "{sql}");
        }
        assert_eq!(
            made("CREATE TABLE temp.ids (id int)", Dialect::Sqlite),
            "`ids`"
        );
        assert_eq!(made("SELECT temp.id FROM temp", Dialect::Sqlite), "");
    }

    #[test]
    fn what_is_set_again_has_to_be_constant() {
        for (sql, constant) in [
            ("SET @a = 1, @b := 'x', sql_mode = ANSI", true),
            ("SET NAMES utf8mb4 COLLATE utf8mb4_bin", true),
            ("SET @old = @@sql_mode, @@session.sql_mode = ''", true),
            ("SET @old = @@SESSION.foreign_key_checks", true),
            ("SET sql_mode = REPLACE(@@sql_mode, 'ANSI', '')", true),
            ("SET @a = -1 + CAST('2' AS DECIMAL(9, 2))", true),
            ("SET @a = NOW()", false),
            ("SET @a = 1, @b = utc_date", false),
            ("SET @a = @@global.sql_mode", false),
            ("SET @a = @@insert_id", false),
            ("SET @a = (SELECT 1)", false),
            ("SET @a = NEXT VALUE FOR s", false),
            ("SET @a = d.concat(1)", false),
            ("SET @a = `f`(1)", false),
        ] {
            let words = split(sql, Dialect::MySql);
            assert_eq!(is_constant(&words, Dialect::MySql), constant, "{sql}");
        }
    }
}
