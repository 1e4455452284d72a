//! For every kind of object a change that a snapshot has to see, and its exact undoing.
//!
//! Plain data, so that any test that has a database can run them: `run_case` needs an empty one,
//! and leaves behind what it made.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test that includes this uses a part of it"
)]

use migcheck_db::{Session, diff, snapshot};

pub mod mysql;
pub mod postgres;
pub mod sqlite;

/// A change and its undoing.
pub struct Case {
    /// What is changed.
    pub name: &'static str,
    /// What has to be there before.
    pub setup: &'static str,
    pub change: &'static str,
    pub revert: &'static str,
    /// The objects that differ after the change, as differences name them; all of them.
    pub expect: &'static [&'static str],
}

/// Those for a server, by its product and its image.
pub fn cases_for(product: &str, image: &str) -> Vec<&'static Case> {
    match product {
        "postgres" => postgres::CASES
            .iter()
            .chain([&postgres::EXTENSION])
            .chain(postgres::newer(image))
            .collect(),
        "mysql" => mysql::CASES.iter().chain(mysql::MYSQL_ONLY).collect(),
        "mariadb" => mysql::CASES.iter().chain(mysql::MARIADB_ONLY).collect(),
        _ => sqlite::CASES.iter().collect(),
    }
}

/// Runs one case; the error says what is wrong, for a person.
pub async fn run_case(session: &mut dyn Session, case: &Case) -> Result<(), String> {
    const HISTORY: &str = "_migcheck_revisions";
    let name = case.name;
    let told = |error| format!("{name}: {error}");
    if !case.setup.is_empty() {
        session.execute(case.setup).await.map_err(told)?;
    }
    let before = snapshot(session, HISTORY).await.map_err(told)?;
    session.execute(case.change).await.map_err(told)?;
    let after = snapshot(session, HISTORY).await.map_err(told)?;
    session.execute(case.revert).await.map_err(told)?;
    let again = snapshot(session, HISTORY).await.map_err(told)?;

    let changes = diff(&before, &after);
    let found: Vec<String> = changes
        .changes
        .iter()
        .map(|c| c.object.to_string())
        .collect();
    if found != case.expect {
        return Err(format!(
            "{name}: expected {:?}, found:\n{changes}",
            case.expect
        ));
    }
    if before != again || before.fingerprint() != again.fingerprint() {
        let rest = diff(&before, &again);
        return Err(format!("{name}: after the undoing there is still:\n{rest}"));
    }
    Ok(())
}
