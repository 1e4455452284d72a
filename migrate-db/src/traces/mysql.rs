//! MySQL and MariaDB: variables, temporary tables, prepared statements, the database and the role.
//!
//! What a variable was is kept in one of the session's own, `@migcheck_…`: no DEFAULT would do, because
//! a driver sets some before the first script.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::{Away, Traces};
use crate::journal::name::Name;
use crate::journal::words::{Word, words};
use crate::literal::quoted;

/// What SET NAMES and SET CHARACTER SET set, in the order in which it has to be put back.
const CHARACTERS: [&str; 4] = [
    "character_set_client",
    "character_set_results",
    "character_set_connection",
    "collation_connection",
];

/// What every reset puts back.
const RESET: [&str; 5] = [
    "autocommit",
    "foreign_key_checks",
    "sql_mode",
    "sql_safe_updates",
    "unique_checks",
];

/// What is of one statement, or cannot be put back.
const PASSING: [&str; 7] = [
    "identity",
    "insert_id",
    "last_insert_id",
    "pseudo_thread_id",
    "rand_seed1",
    "rand_seed2",
    "skip_replication",
];

pub(super) fn read(statements: &[Statement<'_>], found: &mut Traces) {
    let mut temporary: Vec<String> = Vec::new();
    let mut prepared: Vec<String> = Vec::new();
    let mut database: Option<String> = None;
    let mut kept = Kept::default();
    for (at, statement) in statements.iter().enumerate() {
        let text = statement.text;
        let words = words(text, Dialect::MySql);
        kept.users(&words);
        let Some(first) = words.first() else { continue };
        if first.is("SET") {
            kept.set(versioned(text), &words[1..]);
        } else if first.is("USE") {
            database = words.get(1).and_then(|word| word.name(Dialect::MySql));
            found.away.get_or_insert(Away {
                statement: at,
                home_at: 0,
            });
        } else if first.is("PREPARE") {
            prepared.extend(words.get(1).and_then(|word| word.name(Dialect::MySql)));
        } else if first.is("CREATE")
            && let Some(at) = words.iter().take(5).position(|word| word.is("TABLE"))
            && words[..at].iter().any(|word| word.is("TEMPORARY"))
        {
            let mut rest = &words[at + 1..];
            if rest.first().is_some_and(|word| word.is("IF")) {
                rest = rest.get(3..).unwrap_or_default();
            }
            if let Some((name, _)) = Name::read(rest, Dialect::MySql) {
                let schema = name.schema.or_else(|| database.clone());
                let schema = schema.map_or(String::new(), |schema| {
                    quoted(Dialect::MySql, &schema) + "."
                });
                temporary.push(format!("{schema}{}", quoted(Dialect::MySql, &name.name)));
            }
        }
    }
    kept.write(found);
    if !temporary.is_empty() {
        let tables = temporary.join(", ");
        found.put_back(format!("DROP TEMPORARY TABLE IF EXISTS {tables}"));
    }
    // There is nothing that takes away one that may be gone.
    for name in prepared {
        let name = quoted(Dialect::MySql, &name);
        found.put_back(format!("PREPARE {name} FROM 'DO 0'"));
        found.put_back(format!("DEALLOCATE PREPARE {name}"));
    }
}

/// What a script sets, each with the version of the server from which on it is set.
#[derive(Default)]
struct Kept {
    variables: Vec<(String, String)>,
    users: Vec<String>,
    has_role: bool,
    has_clock: bool,
}

impl Kept {
    /// `@name`, not `@@name`; who is called `somebody@name` may be among them, which does no harm.
    fn users(&mut self, words: &[Word<'_>]) {
        for (at, two) in words.windows(2).enumerate() {
            let is_doubled = at > 0 && words[at - 1].is_mark('@');
            if two[0].is_mark('@')
                && !is_doubled
                && let Some(name) = two[1].name(Dialect::MySql)
            {
                let name = format!("@{}", quoted(Dialect::MySql, &name));
                if !self.users.contains(&name) {
                    self.users.push(name);
                }
            }
        }
    }

    /// The words behind SET.
    fn set(&mut self, version: &str, words: &[Word<'_>]) {
        let first = |of: &[&str]| words.first().is_some_and(|word| word.is_one_of(of));
        if first(&["PASSWORD", "STATEMENT", "DEFAULT", "RESOURCE"]) {
            return;
        }
        if first(&["ROLE"]) {
            self.has_role = true;
            return;
        }
        // Without SESSION it is for the next one alone; the servers call it differently.
        if words.iter().take(2).any(|word| word.is("TRANSACTION")) {
            if first(&["SESSION", "LOCAL"]) {
                self.keep("/*!80000", "transaction_isolation");
                self.keep("/*!80000", "transaction_read_only");
                self.keep("/*M!100000", "tx_isolation");
                self.keep("/*M!100000", "tx_read_only");
            }
            return;
        }
        let mut global = false;
        let mut depth = 0_usize;
        let commas = words.split(|word| {
            match word {
                Word::Mark('(') => depth += 1,
                Word::Mark(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && word.is_mark(',')
        });
        for assignment in commas {
            self.assignment(version, assignment, &mut global);
        }
    }

    fn assignment(&mut self, version: &str, words: &[Word<'_>], global: &mut bool) {
        let mut words = words;
        let is_system = words.len() > 1 && words[0].is_mark('@') && words[1].is_mark('@');
        if is_system {
            words = &words[2..];
        } else if words.first().is_some_and(|word| word.is_mark('@')) {
            return;
        }
        let Some(scope) = words.first() else { return };
        if scope.is_one_of(&["GLOBAL", "PERSIST", "PERSIST_ONLY"]) {
            // It holds for those that follow and say nothing.
            *global |= !is_system;
            return;
        }
        if scope.is_one_of(&["SESSION", "LOCAL"]) {
            *global = false;
            let dot = words.get(1).is_some_and(|word| word.is_mark('.'));
            words = &words[1 + usize::from(dot)..];
        } else if *global && !is_system {
            return;
        }
        let Some(name) = words.first() else { return };
        if name.is_one_of(&["NAMES", "CHARSET", "CHARACTER"]) {
            for name in CHARACTERS {
                self.keep(version, name);
            }
        } else if let Some(name) = name.name(Dialect::MySql)
            && !words.get(1).is_some_and(|mark| mark.is_mark('.'))
        {
            self.variable(version, &name.to_ascii_lowercase());
        }
    }

    fn variable(&mut self, version: &str, name: &str) {
        match name {
            "timestamp" => self.has_clock = true,
            // With its collation, which setting it changes.
            _ if CHARACTERS.contains(&name) => {
                for name in CHARACTERS {
                    self.keep(version, name);
                }
            }
            _ if !RESET.contains(&name) && !PASSING.contains(&name) => self.keep(version, name),
            _ => {}
        }
    }

    fn keep(&mut self, version: &str, name: &str) {
        let one = (version.to_owned(), name.to_owned());
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.chars().all(is_name) && !self.variables.contains(&one) {
            self.variables.push(one);
        }
    }

    fn write(mut self, found: &mut Traces) {
        // The name of the database is to be read as it is written.
        let rank = |name: &str| CHARACTERS.iter().position(|one| *one == name);
        self.variables
            .sort_by_key(|(_, name)| rank(name).unwrap_or(CHARACTERS.len()));
        let mut home_at = 0;
        for (version, name) in &self.variables {
            let kept = format!("@{}", quoted(Dialect::MySql, &format!("migcheck_{name}")));
            let is_set = format!("SESSION {name} = {kept}");
            found.keep(in_version(version, &format!("{kept} = @@SESSION.{name}")));
            found.put_back(in_version(version, &is_set));
            if rank(name).is_some() {
                home_at = found.after.len();
            }
        }
        if let Some(away) = &mut found.away {
            away.home_at = home_at;
        }
        if self.has_clock {
            found.put_back("SET SESSION timestamp = DEFAULT");
        }
        if self.has_role {
            found.keep(in_version(
                "/*M!100203",
                "@`migcheck_role` = CURRENT_ROLE()",
            ));
            // MariaDB knows no SET ROLE DEFAULT.
            found.put_back(
                "/*!80000 SET ROLE DEFAULT */ /*M!100203 EXECUTE IMMEDIATE CONCAT('SET ROLE ', \
                 COALESCE(CONCAT('`', @`migcheck_role`, '`'), 'NONE')) */",
            );
        }
        if !self.users.is_empty() {
            let cleared = self.users.iter().map(|one| format!("{one} = NULL"));
            let cleared: Vec<String> = cleared.collect();
            found.put_back(format!("SET {}", cleared.join(", ")));
        }
    }
}

/// An assignment that is made by the servers that `version` means. To the others it is one still: a
/// statement of which a server leaves out everything is refused.
fn in_version(version: &str, assignment: &str) -> String {
    match version {
        "" => format!("SET {assignment}"),
        version => format!("SET {version} {assignment}, */ @migcheck = NULL"),
    }
}

/// The start of a `/*!40101 … */`, which servers older than that leave out; nothing where there is none.
fn versioned(text: &str) -> &str {
    if !text.starts_with("/*!") && !text.starts_with("/*M!") {
        return "";
    }
    let code = text.find('!').map_or(0, |at| at + 1);
    let rest = text.get(code..).unwrap_or_default();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..code + digits).unwrap_or_default()
}
