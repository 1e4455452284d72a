//! The service's database: SQLite, PostgreSQL or MySQL, whichever the URL names.

use migcheck::db::{MigrateError, Report};
use migcheck::{Migrations, Migrator};
use sqlx::{MySqlPool, PgPool, SqlitePool};

/// The schema, checked when this was compiled.
static MIGRATIONS: Migrations = migcheck::embed!("migrations");

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Postgres(PgPool),
    MySql(MySqlPool),
    Sqlite(SqlitePool),
}

/// A note as the service answers it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Note {
    id: i64,
    text: String,
    language: String,
}

macro_rules! on {
    ($database:expr, $pool:ident => $answer:expr) => {
        match $database {
            Database::Postgres($pool) => $answer,
            Database::MySql($pool) => $answer,
            Database::Sqlite($pool) => $answer,
        }
    };
}

/// While a deployment rolls, a newer release has migrated already, and this one goes on beside it, and
/// may even be restarted. Its schema has to suit both. Without `allow_ahead` every replica of the older
/// release would be taken for broken at that moment.
fn migrator() -> Result<Migrator, MigrateError> {
    Ok(Migrator::new(&MIGRATIONS)?.allow_ahead(true))
}

impl Database {
    /// Connects to what a URL names.
    pub(crate) async fn connect(url: &str) -> Result<Self, sqlx::Error> {
        Ok(match url.split(':').next() {
            Some("postgres" | "postgresql") => Self::Postgres(PgPool::connect(url).await?),
            Some("mysql" | "mariadb") => Self::MySql(MySqlPool::connect(url).await?),
            _ => Self::Sqlite(SqlitePool::connect(url).await?),
        })
    }

    /// Brings the schema to what this program was compiled with. Of replicas that start together one
    /// does it, and the others wait for that one.
    pub(crate) async fn migrate(&self) -> Result<Report, MigrateError> {
        let migrator = migrator()?;
        on!(self, pool => migrator.upgrade(pool, "head").await)
    }

    /// Whether the schema has what this program was compiled with: one query.
    pub(crate) async fn verify(&self) -> Result<(), MigrateError> {
        let migrator = migrator()?;
        on!(self, pool => migrator.verify(pool).await)
    }

    pub(crate) async fn notes(&self) -> Result<Vec<Note>, sqlx::Error> {
        let sql = "SELECT id, text, language FROM notes ORDER BY id";
        let rows: Vec<(i64, String, String)> =
            on!(self, pool => sqlx::query_as(sql).fetch_all(pool).await)?;
        let notes = rows
            .into_iter()
            .map(|(id, text, language)| Note { id, text, language });
        Ok(notes.collect())
    }

    pub(crate) async fn add(&self, text: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(pool) => {
                let sql = "INSERT INTO notes (text) VALUES ($1)";
                sqlx::query(sql).bind(text).execute(pool).await.map(drop)
            }
            Self::MySql(pool) => {
                let sql = "INSERT INTO notes (text) VALUES (?)";
                sqlx::query(sql).bind(text).execute(pool).await.map(drop)
            }
            Self::Sqlite(pool) => {
                let sql = "INSERT INTO notes (text) VALUES (?)";
                sqlx::query(sql).bind(text).execute(pool).await.map(drop)
            }
        }
    }
}
