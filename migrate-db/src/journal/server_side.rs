//! The fingerprint of a statement as the server itself takes it: for scripts that a database's own client
//! runs, where nobody is there to look.

use migcheck_core::Dialect;

use super::BLIND_SQL;
use super::name::{Name, text};
use super::probe::{Probe, schema};
use crate::ServerError;
use crate::session::Session;

/// What such a fingerprint begins with; those of a run are hexadecimal.
const MARK: char = 'i';

impl Probe {
    /// The expression for what there is of it now, in at most 64 characters.
    pub(super) fn on_server(&self, dialect: Dialect) -> String {
        match (self.expression(), dialect) {
            (Some(expression), _) => expression,
            // What tells of it is not for everybody to read, and to ask could be refused.
            (None, _) if matches!(self, Self::Emptied(_)) => BLIND_SQL.to_owned(),
            (None, Dialect::MySql) => summed(&self.parts()),
            (None, Dialect::Postgres | Dialect::Sqlite) => format!(
                "(SELECT '{MARK}' || left(encode(sha256(convert_to(\
                 coalesce(string_agg(q::text, ','), ''), 'UTF8')), 'hex'), 63) FROM ({}) q)",
                self.query()
            ),
        }
    }

    /// Whether there is the same now as when the server took this fingerprint; none where a run took it.
    pub(super) async fn is_as_on_server(
        &self,
        session: &mut dyn Session,
        fingerprint: &str,
    ) -> Result<Option<bool>, ServerError> {
        if !fingerprint.starts_with(MARK) {
            return Ok(None);
        }
        let sql = format!("SELECT {}", self.on_server(session.dialect()));
        let now = session.rows(&sql, &[]).await?;
        let now = now.into_iter().flatten().flatten().next();
        Ok(Some(now.as_deref() == Some(fingerprint)))
    }

    /// Queries for a checksum each of all that MySQL and MariaDB tell of it. What neither tells is
    /// changed by nothing that could not be run twice.
    fn parts(&self) -> Vec<String> {
        let one = |table, kind: &str, name: &Name, columns| {
            of_table(
                table,
                &format!("{kind}_SCHEMA"),
                &format!("{kind}_NAME"),
                name,
                columns,
            )
        };
        match self {
            Self::Created(name) | Self::Replaced(name) | Self::Emptied(name) => relation(name),
            Self::Relations { names, .. }
            | Self::Aspects { names, .. }
            | Self::Gone { names, .. } => names.iter().flat_map(relation).collect(),
            Self::Renamed { before, after } => {
                before.iter().chain(after).flat_map(relation).collect()
            }
            Self::Trigger(name) => vec![one(
                "TRIGGERS",
                "TRIGGER",
                name,
                &[
                    "EVENT_OBJECT_TABLE",
                    "ACTION_TIMING",
                    "EVENT_MANIPULATION",
                    "ACTION_STATEMENT",
                ],
            )],
            Self::Routine(name) => vec![one(
                "ROUTINES",
                "ROUTINE",
                name,
                &[
                    "ROUTINE_TYPE",
                    "ROUTINE_DEFINITION",
                    "DEFINER",
                    "SECURITY_TYPE",
                ],
            )],
            Self::Event { name, .. } => vec![one(
                "EVENTS",
                "EVENT",
                name,
                &[
                    "EVENT_DEFINITION",
                    "STATUS",
                    "INTERVAL_VALUE",
                    "INTERVAL_FIELD",
                ],
            )],
            Self::Database(name) | Self::NoDatabase { name, .. } => vec![format!(
                "SELECT SHA2(CONCAT_WS(',', QUOTE(SCHEMA_NAME), QUOTE(DEFAULT_COLLATION_NAME)), 256) h \
                 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
                text(&name.name)
            )],
            Self::Built { .. } | Self::Unbuilt { .. } | Self::Global { .. } => Vec::new(),
        }
    }
}

/// The tables of the information schema that tell of a relation, with what they tell.
const RELATION: [(&str, &[&str]); 8] = [
    (
        "TABLES",
        &[
            "TABLE_TYPE",
            "ENGINE",
            "ROW_FORMAT",
            "TABLE_COLLATION",
            "CREATE_OPTIONS",
            "TABLE_COMMENT",
        ],
    ),
    (
        "COLUMNS",
        &[
            "COLUMN_NAME",
            "ORDINAL_POSITION",
            "COLUMN_DEFAULT",
            "IS_NULLABLE",
            "COLUMN_TYPE",
            "COLLATION_NAME",
            "EXTRA",
            "COLUMN_COMMENT",
            "GENERATION_EXPRESSION",
        ],
    ),
    (
        "STATISTICS",
        &[
            "INDEX_NAME",
            "NON_UNIQUE",
            "SEQ_IN_INDEX",
            "COLUMN_NAME",
            "COLLATION",
            "SUB_PART",
            "INDEX_TYPE",
            "INDEX_COMMENT",
        ],
    ),
    ("TABLE_CONSTRAINTS", &["CONSTRAINT_NAME", "CONSTRAINT_TYPE"]),
    (
        "KEY_COLUMN_USAGE",
        &[
            "CONSTRAINT_NAME",
            "COLUMN_NAME",
            "ORDINAL_POSITION",
            "REFERENCED_TABLE_NAME",
            "REFERENCED_COLUMN_NAME",
        ],
    ),
    ("PARTITIONS", &PARTITIONS),
    (
        "VIEWS",
        &[
            "VIEW_DEFINITION",
            "CHECK_OPTION",
            "DEFINER",
            "SECURITY_TYPE",
        ],
    ),
    (
        "REFERENTIAL_CONSTRAINTS",
        &["CONSTRAINT_NAME", "UPDATE_RULE", "DELETE_RULE"],
    ),
];

/// What tells how a table is partitioned.
pub(super) const PARTITIONS: [&str; 5] = [
    "PARTITION_NAME",
    "SUBPARTITION_NAME",
    "PARTITION_METHOD",
    "PARTITION_EXPRESSION",
    "PARTITION_DESCRIPTION",
];

fn relation(name: &Name) -> Vec<String> {
    let parts = RELATION.iter().map(|(table, columns)| {
        let schema = match *table {
            "REFERENTIAL_CONSTRAINTS" => "CONSTRAINT_SCHEMA",
            _ => "TABLE_SCHEMA",
        };
        of_table(table, schema, "TABLE_NAME", name, columns)
    });
    parts.collect()
}

pub(super) fn of_table(
    table: &str,
    schema_column: &str,
    name_column: &str,
    name: &Name,
    columns: &[&str],
) -> String {
    let quoted: Vec<String> = columns
        .iter()
        .map(|column| format!("QUOTE({column})"))
        .collect();
    format!(
        "SELECT SHA2(CONCAT_WS(',', '{table}', {}), 256) h FROM information_schema.{table} \
         WHERE {schema_column} = {} AND {name_column} = {}",
        quoted.join(", "),
        schema(name),
        text(&name.name)
    )
}

/// The sum of checksums: GROUP_CONCAT would be cut off.
pub(super) fn summed(queries: &[String]) -> String {
    let bits =
        |from: usize| format!("BIT_XOR(CAST(CONV(SUBSTRING(h, {from}, 16), 16, 10) AS UNSIGNED))");
    format!(
        "(SELECT CONCAT('{MARK}', COUNT(*), '.', {}, '.', {}) FROM ({}) q)",
        bits(1),
        bits(17),
        queries.join(" UNION ALL ")
    )
}
