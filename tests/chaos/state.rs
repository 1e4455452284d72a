//! What a database holds: schema, rows and history.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use migcheck::Dialect;
use migcheck::db::snapshot::ObjectKind;
use migcheck::db::{Session, Snapshot, diff};

use crate::rows;
use crate::support::block_on;

/// The columns of the history table that are the same in every run: all but the times.
const HISTORY: &str = "revision, state, checksum, chain, statements_done, statements_total, \
                       fingerprint, down_script, applied_by, version";

const TABLE: &str = "_migcheck_revisions";

/// All that a run can change.
#[derive(Clone)]
pub(crate) struct State {
    schema: Snapshot,
    /// In an order that does not depend on how they came there.
    rows: BTreeMap<String, Vec<Vec<String>>>,
}

impl State {
    pub(crate) fn of(session: &mut dyn Session) -> Self {
        let schema = block_on(migcheck::db::snapshot(session, TABLE))
            .unwrap_or_else(|error| panic!("{error}"));
        let tables = schema
            .objects()
            .filter(|object| object.name.kind == ObjectKind::Table);
        let mut queries: Vec<(String, String)> = tables
            .map(|table| {
                let name = &table.name.name;
                (name.clone(), format!("SELECT * FROM {name}"))
            })
            .collect();
        let mut found = BTreeMap::from([(TABLE.to_owned(), Vec::new())]);
        // Where nothing was ever begun there is no history, which says what an empty one says.
        let any = format!("SELECT revision FROM {TABLE}");
        if block_on(session.rows(&any, &[])).is_ok() {
            queries.push((TABLE.to_owned(), format!("SELECT {HISTORY} FROM {TABLE}")));
        }
        if session.dialect() == Dialect::Postgres {
            let invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid";
            queries.push(("invalid indexes".to_owned(), invalid.to_owned()));
        }
        for (name, query) in queries {
            let mut rows = rows(session, &query);
            rows.sort();
            found.insert(name, rows);
        }
        Self {
            schema,
            rows: found,
        }
    }

    /// What is otherwise than it should be; empty where nothing is.
    pub(crate) fn differs_from(&self, expected: &Self) -> String {
        let mut text = String::new();
        let schema = diff(&expected.schema, &self.schema);
        if !schema.is_empty() {
            let _infallible = write!(text, "{schema}");
        }
        let names: std::collections::BTreeSet<_> =
            self.rows.keys().chain(expected.rows.keys()).collect();
        for name in names {
            let (is, should) = (self.rows.get(name), expected.rows.get(name));
            if is != should {
                let _infallible = writeln!(text, "{name}\n  is     {is:?}\n  should {should:?}");
            }
        }
        text
    }
}
