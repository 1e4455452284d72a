//! What the migrations do to rows. Each test has a database of its own; `SqlitePool` says of which
//! kind, and `on = "postgres:17"` would say on which server.

use migcheck::Migrator;
use rag_service::MIGRATIONS;
use sqlx::SqlitePool;

/// The third revision is where the backfill starts from.
#[migcheck::test(migrations = MIGRATIONS, at = "003", fixtures = ["fixtures/two_chunks.sql"])]
async fn the_backfill_leaves_references_that_are_there(
    pool: SqlitePool,
) -> Result<(), Box<dyn std::error::Error>> {
    Migrator::new(&MIGRATIONS)?.upgrade(&pool, "004").await?;
    let references: Vec<String> =
        sqlx::query_scalar("SELECT external_ref FROM rag_chunks ORDER BY chunk_index")
            .fetch_all(&pool)
            .await?;
    assert_eq!(references, ["point-0", "cited-1"]);
    Ok(())
}

/// A service that starts on an up-to-date database leaves it as it is.
#[migcheck::test(migrations = MIGRATIONS)]
async fn a_second_start_changes_nothing(
    pool: SqlitePool,
) -> Result<(), Box<dyn std::error::Error>> {
    let report = Migrator::new(&MIGRATIONS)?.upgrade(&pool, "head").await?;
    assert_eq!(report.steps, []);
    assert_eq!(report.current, ["012"]);
    Ok(())
}
