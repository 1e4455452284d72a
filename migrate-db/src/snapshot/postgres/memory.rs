//! A schema that is known, and how it follows the database from transaction to transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::clock::{self, Clock};
use super::dependents::{self, Shows, shows};
use super::reading::{Reading, Unit, objects};
use super::touched::{
    BY_ROW, Changes, Hidden, Touched, answer, mentions_grants, question, text_array,
};
use super::{SETTINGS, all_readings, finished, set_all, whole};
use crate::snapshot::Snapshot;
use crate::snapshot::groups::Groups;
use crate::snapshot::object::{Object, ObjectKind, Property};
use crate::{ServerError, Session};

/// The schema of one database, and what has changed since it was read.
#[derive(Debug)]
pub(in crate::snapshot) struct Memory {
    history_table: String,
    units: HashMap<Unit, Vec<Arc<Object>>>,
    groups: Groups,
    touched: Touched,
    /// The OID of the newest type.
    newest_type: u32,
    /// Whether an extension has a function that grants something.
    extensions_grant: bool,
    /// The functions that do.
    granting: HashSet<Unit>,
    domains: HashSet<Unit>,
}

/// Settings while statements that were prepared are run; the plans are made under them once.
const PLANNED: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    // What is asked for is a few rows, wherever the server's statistics say nothing.
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_bitmapscan", "off"),
];

/// SQLSTATE of a prepared statement that is not there.
const NOT_PREPARED: &str = "26000";

impl Memory {
    /// Reads everything. Nothing, if the server is too old to be asked what changed.
    pub(in crate::snapshot) async fn read(
        session: &mut dyn Session,
        history_table: &str,
    ) -> Result<(Snapshot, Option<Self>), ServerError> {
        let found = whole(session).await?;
        let mut units: HashMap<Unit, Vec<Arc<Object>>> = HashMap::new();
        let mut shared = Vec::with_capacity(found.len());
        for (unit, object) in found {
            if object.stands_with() != Some(history_table) {
                let object = Arc::new(object);
                units.entry(unit).or_default().push(Arc::clone(&object));
                shared.push(object);
            }
        }
        let groups = Groups::of_shared(shared);
        let snapshot = snapshot(&groups);
        let Some((newest_type, extensions_grant)) = prepare(session).await? else {
            return Ok((snapshot, None));
        };
        let known: Vec<Unit> = units.keys().copied().collect();
        let mut memory = Self {
            history_table: history_table.to_owned(),
            units,
            groups,
            touched: Touched::default(),
            newest_type,
            extensions_grant,
            granting: HashSet::new(),
            domains: HashSet::new(),
        };
        known.into_iter().for_each(|unit| memory.note(unit));
        Ok((snapshot, Some(memory)))
    }

    /// Asks what the transaction that is open in `session` has changed; false if it cannot be told.
    pub(in crate::snapshot) async fn watch(
        &mut self,
        session: &mut dyn Session,
        statements: &[Statement<'_>],
    ) -> bool {
        let hidden = Hidden::of(statements);
        if hidden.anything {
            return false;
        }
        let sql = format!(
            "SAVEPOINT migcheck_watch; SELECT {}, {}; EXECUTE migcheck_touched({}, {}, {}); \
             ROLLBACK TO SAVEPOINT migcheck_watch; RELEASE SAVEPOINT migcheck_watch",
            set_all(&SETTINGS),
            set_all(&PLANNED),
            self.newest_type,
            text_array(&hidden.names),
            hidden.grants || self.extensions_grant || !self.granting.is_empty(),
        );
        match session.rows(&sql, &[]).await {
            Ok(rows) => match answer(rows, !self.domains.is_empty()) {
                Changes::Of(mut touched) => {
                    self.newest_type = self.newest_type.max(touched.newest_type);
                    // What was made since is found by its row; what is not known was not read.
                    let held = touched
                        .held
                        .iter()
                        .filter(|unit| self.units.contains_key(unit));
                    for (catalog, oid) in held.copied().collect::<Vec<_>>() {
                        touched.add(catalog, &oid.to_string());
                    }
                    self.touched.join(touched);
                    true
                }
                Changes::Everything => false,
            },
            Err(_) => {
                // The script may have removed what was prepared; its transaction goes on.
                let undo = "ROLLBACK TO SAVEPOINT migcheck_watch";
                let _ = session.execute(undo).await;
                false
            }
        }
    }

    /// Reads again what was touched. Nothing, if the session has lost what was prepared.
    pub(in crate::snapshot) async fn refresh(
        &mut self,
        session: &mut dyn Session,
    ) -> Result<Option<Snapshot>, ServerError> {
        let touched = std::mem::take(&mut self.touched);
        if touched.is_empty() {
            return Ok(Some(snapshot(&self.groups)));
        }
        let Some(found) = self.read_again(session, &touched).await? else {
            return Ok(None);
        };
        let shown: Vec<(Unit, Shows)> = found
            .iter()
            .map(|(unit, objects)| (*unit, self.shows(unit, objects)))
            .filter(|(_, shows)| *shows != Shows::Nowhere)
            .collect();
        self.apply(found);
        if !shown.is_empty() {
            let dependents = self.dependents(session, &shown).await?;
            let Some(found) = self.read_again(session, &dependents).await? else {
                return Ok(None);
            };
            self.apply(found);
        }
        Ok(Some(snapshot(&self.groups)))
    }

    /// The units that were touched with what they consist of now, which may be nothing.
    async fn read_again(
        &mut self,
        session: &mut dyn Session,
        touched: &Touched,
    ) -> Result<Option<BTreeMap<Unit, Vec<Object>>>, ServerError> {
        let readings: Vec<&Reading> = all_readings().collect();
        let mut sql = format!(
            "SELECT {}, {};\n{}",
            set_all(&SETTINGS),
            set_all(&PLANNED),
            clock::QUERY
        );
        let mut prepared = String::new();
        for (at, reading) in readings.iter().enumerate() {
            if touched.catalogs.contains(reading.of) {
                sql.push_str(&format!(";\n{}", reading.sql(at, None)));
                continue;
            }
            let oids: Vec<String> = touched
                .units
                .iter()
                .filter(|(unit, letters)| reading.reads(unit, letters))
                .map(|((_, oid), _)| oid.to_string())
                .collect();
            if !oids.is_empty() {
                prepared.push_str(&format!(
                    ";\nEXECUTE migcheck_{at}('{{{}}}')",
                    oids.join(",")
                ));
            }
        }
        sql.push_str(&prepared);
        let rows = match session.rows(&sql, &[]).await {
            Err(error) if error.code.as_deref() == Some(NOT_PREPARED) => return Ok(None),
            rows => rows?,
        };
        let mut found: BTreeMap<Unit, Vec<Object>> = touched
            .units
            .keys()
            .map(|unit| (*unit, Vec::new()))
            .collect();
        let all = self.units.keys();
        let all = all.filter(|(catalog, _)| touched.catalogs.contains(catalog));
        found.extend(all.map(|unit| (*unit, Vec::new())));
        let clock = Clock::of(&rows);
        for (unit, object) in objects(&readings, rows) {
            let object = finished(object, &clock);
            if object.stands_with() != Some(&self.history_table) {
                found.entry(unit).or_default().push(object);
            }
        }
        Ok(Some(found))
    }

    /// Puts units as they are now in the place of what they were.
    fn apply(&mut self, found: BTreeMap<Unit, Vec<Object>>) {
        for (unit, objects) in found {
            let old = self.units.get(&unit).map(Vec::as_slice).unwrap_or_default();
            if old.iter().map(AsRef::as_ref).eq(&objects) {
                continue;
            }
            let new: Vec<Arc<Object>> = objects.into_iter().map(Arc::new).collect();
            self.groups.replace(old, &new);
            if new.is_empty() {
                self.units.remove(&unit);
            } else {
                self.units.insert(unit, new);
            }
            self.note(unit);
        }
    }

    fn shows(&self, unit: &Unit, now: &[Object]) -> Shows {
        let before = self.units.get(unit).into_iter().flatten();
        shows(before.map(AsRef::as_ref), now.iter())
    }

    /// What names `units` in its definition.
    async fn dependents(
        &self,
        session: &mut dyn Session,
        units: &[(Unit, Shows)],
    ) -> Result<Touched, ServerError> {
        let mut sql = format!("SELECT {}, {}", set_all(&SETTINGS), set_all(&PLANNED));
        for how in [Shows::InQueries, Shows::Everywhere] {
            let units = units.iter().filter(|(_, shows)| *shows == how);
            let (catalogs, oids): (Vec<String>, Vec<String>) = units
                .map(|((catalog, oid), _)| (format!("'{catalog}'"), oid.to_string()))
                .unzip();
            if !oids.is_empty() {
                sql.push_str(&format!(
                    ";\nEXECUTE migcheck_dependents(ARRAY[{}]::regclass[]::oid[], '{{{}}}', {})",
                    catalogs.join(", "),
                    oids.join(","),
                    how == Shows::InQueries
                ));
            }
        }
        let mut touched = Touched::default();
        for row in session.rows(&sql, &[]).await? {
            if let [Some(catalog), Some(oid)] = row.as_slice() {
                touched.add(catalog, oid);
                touched.add_whole(catalog);
            }
        }
        Ok(touched)
    }

    /// Notes of a unit what must be known before it can be looked at.
    fn note(&mut self, unit: Unit) {
        let object = self.units.get(&unit).map(|objects| &objects[0]);
        if unit.0 == "pg_type" {
            let domain = object.is_some_and(|object| object.name.kind == ObjectKind::Domain);
            put(&mut self.domains, unit, domain);
        } else if unit.0 == "pg_proc" {
            let body = object.and_then(|object| object.get(Property::Definition));
            put(&mut self.granting, unit, body.is_some_and(mentions_grants));
        }
    }
}

fn put(set: &mut HashSet<Unit>, unit: Unit, is_in: bool) {
    if is_in {
        set.insert(unit);
    } else {
        set.remove(&unit);
    }
}

fn snapshot(groups: &Groups) -> Snapshot {
    Snapshot {
        dialect: Some(Dialect::Postgres),
        groups: groups.clone(),
    }
}

/// Prepares what is asked again and again: planning it costs more than doing it. Returns the OID of
/// the newest type, and whether an extension has a function that grants something; nothing, where
/// the server is too old.
async fn prepare(session: &mut dyn Session) -> Result<Option<(u32, bool)>, ServerError> {
    let rows = session.rows(STATE, &[]).await?;
    let mut state = rows.into_iter().flatten().flatten();
    let mut next = || state.next().unwrap_or_default();
    let (version, prepared, newest, grant) = (next(), next(), next(), next());
    if version != "t" {
        return Ok(None);
    }
    if prepared != "t" {
        let mut sql = format!(
            "SELECT {};\nPREPARE migcheck_touched (oid, text[], boolean) AS {};\n\
             PREPARE migcheck_dependents (oid[], oid[], boolean) AS {}",
            set_all(&SETTINGS),
            question(),
            dependents::QUESTION
        );
        for (at, reading) in all_readings().enumerate() {
            if BY_ROW.contains(&reading.of) {
                let query = reading.sql(at, Some("= ANY ($1)"));
                sql.push_str(&format!(";\nPREPARE migcheck_{at} (oid[]) AS {query}"));
            }
        }
        session.execute(&sql).await?;
    }
    Ok(Some((newest.parse().unwrap_or(FIRST_OWN), grant == "t")))
}

/// The first OID that is not initdb's.
const FIRST_OWN: u32 = 16384;

const STATE: &str = "
SELECT current_setting('server_version_num')::int >= 150000,
  EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE name = 'migcheck_touched'),
  (SELECT max(oid) FROM pg_catalog.pg_type),
  EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e'
    AND d.refclassid = 'pg_catalog.pg_extension'::regclass
    AND p.prosrc ~* '\\m(grant|revoke|owned)\\M')";
