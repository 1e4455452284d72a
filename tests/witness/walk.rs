//! Random statements, one after another, and what two readings of the schema say of each.

use std::collections::BTreeMap;

use migcheck::db::{Session, SnapshotReader, diff, run_script_watched, snapshot};
use migcheck::{Direction, RevisionGraph};

use super::dice::{Dice, Plan};
use super::support::{Directory, block_on};

/// Of so many statements one is accepted, at the least.
const REFUSED: usize = 8;

const HISTORY: &str = "_migcheck_revisions";

/// What the server says of itself: one text for each object.
pub type Testimony = BTreeMap<String, String>;

/// What a walk needs to know of a server.
pub struct Ground<'a> {
    /// Statements, of which many are refused: the names in them are made up at random.
    pub templates: &'a [&'a str],
    pub pools: &'a [(&'a str, &'a [&'a str])],
    /// Statements that are run before.
    pub setup: &'a [&'a str],
    pub testify: &'a dyn Fn(&mut dyn Session) -> Testimony,
}

/// Whenever the witness differs, the snapshot does, and the other way round; and what is read again
/// after a statement is what reading everything finds.
pub fn walk(session: &mut dyn Session, ground: &Ground<'_>, plan: &Plan) {
    let mut dice = Dice::new(plan.seed);
    let mut statements: Vec<String> = ground.setup.iter().map(ToString::to_string).collect();
    for _ in 0..plan.statements * REFUSED {
        let template = dice.pick(ground.templates);
        statements.push(dice.fill(template, ground.pools));
    }
    let graph = scripts(&statements);
    let mut reader = SnapshotReader::new(HISTORY);
    let mut before = block_on(reader.read(session)).unwrap();
    let mut witness = (ground.testify)(session);
    let (mut accepted, mut changes) = (0, 0);
    let mut wrong = Vec::new();
    for (revision, sql) in graph.revisions().iter().zip(&statements) {
        let dialect = session.dialect();
        let script = revision.script(Direction::Up, dialect).unwrap();
        let ran = run_script_watched(session, revision.id.as_str(), script, &mut reader);
        if block_on(ran).is_ok() {
            accepted += 1;
        } else if !sql.contains(';') {
            // What is read after the next statement has to build on everything before it.
            block_on(reader.read(session)).unwrap();
            continue;
        }
        let after = block_on(reader.read(session)).unwrap();
        let whole = block_on(snapshot(session, HISTORY)).unwrap();
        let testimony = (ground.testify)(session);
        let seen = diff(&before, &after);
        let differs = testimony != witness;
        changes += usize::from(differs);
        if *after != whole {
            let more = diff(&after, &whole);
            wrong.push(format!("{sql}\nreading everything finds more:\n{more}"));
        }
        if differs && seen.is_empty() {
            let shown = difference(&witness, &testimony);
            wrong.push(format!("{sql}\nonly the witness sees it:\n{shown}"));
        }
        if !differs && !seen.is_empty() {
            wrong.push(format!("{sql}\nonly the snapshot sees it:\n{seen}"));
        }
        (before, witness) = (after, testimony);
        if accepted == plan.statements || wrong.len() == 5 {
            break;
        }
    }
    let seed = plan.seed;
    println!("seed {seed}: {accepted} statements, {changes} changes");
    assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
    // Else the templates are wrong.
    assert!(accepted == plan.statements && changes * 2 > accepted);
}

/// A revision for each statement.
fn scripts(statements: &[String]) -> RevisionGraph {
    let directory = Directory::new();
    let mut parent = "base".to_owned();
    for (number, sql) in (1..).zip(statements) {
        let id = format!("{number:06}");
        let up = format!(
            "-- migcheck: revises = \"{parent}\"\n-- migcheck: irreversible = \"random\"\n{sql}\n"
        );
        directory.write(&format!("{id}_random.up.sql"), up);
        parent = id;
    }
    directory.graph()
}

/// The texts that are not the same.
fn difference(before: &Testimony, after: &Testimony) -> String {
    let names = before.keys().chain(after.keys());
    let mut names: Vec<&String> = names
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    names.sort();
    names.dedup();
    let told = names.into_iter().map(|name| {
        format!(
            "{name}\n- {:?}\n+ {:?}\n",
            before.get(name),
            after.get(name)
        )
    });
    told.collect()
}
