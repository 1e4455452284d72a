//! `adopt`, `identify` and `roundtrip --write-fingerprints`, on SQLite.

use migcheck_db::{ConnectOptions, connect_with};

use crate::project::{CONFIG, Project};
use crate::{regex_of, screens};

impl Project {
    /// Runs statements on the database `shop.db`, as something that is not migcheck would.
    pub(crate) fn sql(self, statements: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().expect("a runtime");
        let url = format!("sqlite:{}", self.path().join("shop.db").display());
        let url = url.parse().expect("a URL");
        runtime.block_on(async {
            let options = ConnectOptions::default().create_if_missing(true);
            let mut session = connect_with(&url, &options).await.expect("a database");
            session.execute(statements).await.expect(statements);
        });
        self
    }

    /// What dbmate would have made of the first `count` revisions of the chain.
    pub(crate) fn dbmate(self, count: usize) -> Self {
        let mut sql =
            "CREATE TABLE schema_migrations (version varchar(128) primary key);".to_owned();
        let tables = ["users", "orders", "invoices"].iter().enumerate();
        for (at, table) in tables.take(count) {
            sql.push_str(&format!(
                "CREATE TABLE {table} (id int); INSERT INTO schema_migrations VALUES ('00{}');",
                at + 1
            ));
        }
        self.sql(&sql)
    }
}

const DATABASE: &str = "--database-url sqlite:shop.db";

#[test]
fn a_history_is_adopted() {
    let project = Project::chain().dbmate(2);
    screens!(
        "adopt",
        project,
        project.run(&format!("upgrade {DATABASE}")),
        project.run(&format!("adopt --dry-run {DATABASE}")),
        project.run(&format!("adopt {DATABASE}")),
        project.run(&format!("upgrade {DATABASE}")),
        project.run(&format!("adopt {DATABASE}")),
        project.run(&format!("adopt --format json {DATABASE}")),
        project.run(&format!("drift {DATABASE}")),
    );
}

#[test]
fn what_was_taken_down_is_not_adopted_again() {
    let project = Project::chain().dbmate(2);
    project.run(&format!("adopt {DATABASE}"));
    screens!(
        "adopt-again",
        project,
        project.run(&format!("downgrade 001 {DATABASE}")),
        project.run(&format!("adopt --dry-run {DATABASE}")),
        project.run(&format!("adopt {DATABASE}")),
        project.run(&format!("adopt --format json {DATABASE}")),
        project.run(&format!("current {DATABASE}")),
        project.run(&format!("upgrade {DATABASE}")),
        project.run(&format!("adopt --dry-run {DATABASE}")),
    );
}

#[test]
fn what_does_not_match_is_told_one_by_one() {
    let project = Project::chain().dbmate(3).sql(
        "DELETE FROM schema_migrations WHERE version = '002'; \
         INSERT INTO schema_migrations VALUES ('004'), ('005')",
    );
    screens!(
        "adopt-mismatch",
        project,
        project.run(&format!("adopt {DATABASE}")),
        project.run(&format!("adopt --format json {DATABASE}")),
        project.run(&format!("current {DATABASE}")),
    );
}

#[test]
fn a_history_has_to_be_there_and_one() {
    let none = Project::chain().sql("CREATE TABLE users (id int)");
    let two = Project::chain()
        .dbmate(1)
        .sql("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)");
    screens!(
        "adopt-which",
        none,
        none.run(&format!("adopt {DATABASE}")),
        none.run(&format!("adopt --from goose {DATABASE}")),
        none.run(&format!("adopt --table versions {DATABASE}")),
        none.run(&format!("adopt --from rails {DATABASE}")),
        none.run("adopt"),
        two.run(&format!("adopt {DATABASE}")),
        two.run(&format!("adopt --from dbmate {DATABASE}")),
    );
}

#[test]
fn a_history_that_records_nothing_is_not_adopted() {
    let project = Project::chain()
        .dbmate(2)
        .sql("DELETE FROM schema_migrations");
    let new = Project::chain().dbmate(0);
    screens!(
        "adopt-nothing",
        project,
        project.run(&format!("adopt --dry-run {DATABASE}")),
        project.run(&format!("adopt {DATABASE}")),
        project.run(&format!("upgrade {DATABASE}")),
        new.run(&format!("adopt {DATABASE}")),
    );
}

#[test]
fn a_database_is_identified() {
    let project = Project::chain().sql("CREATE TABLE users (id int); CREATE TABLE orders (id int)");
    screens!(
        "identify",
        project,
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("identify --stamp {DATABASE}")),
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("current {DATABASE}")),
        project.run(&format!("identify --format json {DATABASE}")),
    );
    let project = project.sql("CREATE TABLE invoices (id int)");
    screens!(
        "identify-history-differs",
        project,
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("identify --stamp {DATABASE}")),
    );
}

#[test]
fn the_nearest_is_shown_with_what_differs() {
    let project = Project::chain().sql(
        "CREATE TABLE users (id int); CREATE TABLE orders (id bigint); CREATE TABLE notes (text text)",
    );
    screens!(
        "identify-nearest",
        project,
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("identify --stamp --format json {DATABASE}")),
        project.run(&format!("current {DATABASE}")),
        project.run(&format!("identify --on postgres:17 {DATABASE}")),
    );
    let project = Project::new()
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int, name text);\n",
        )
        .file("migrations/001_users.down.sql", "DROP TABLE users;\n")
        .sql("CREATE TABLE users (name text, id int)");
    screens!(
        "identify-order",
        project,
        project.run(&format!("identify {DATABASE}")),
    );
}

#[test]
fn a_schema_that_several_make_is_theirs() {
    let project = Project::chain()
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"002\"\nINSERT INTO orders VALUES (1);\n",
        )
        .sql("CREATE TABLE users (id int); CREATE TABLE orders (id int)");
    screens!(
        "identify-several",
        project,
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("identify --stamp {DATABASE}")),
    );
    let project = Project::chain().dbmate(2);
    screens!(
        "identify-peer",
        project,
        project.run(&format!("identify {DATABASE}")),
    );
    let project = Project::chain().sql("PRAGMA user_version = 1");
    screens!(
        "identify-empty",
        project,
        project.run(&format!("identify {DATABASE}")),
    );
}

#[test]
fn fingerprints_are_written_and_read() {
    let project = Project::chain().sql("CREATE TABLE users (id int); CREATE TABLE orders (id int)");
    screens!(
        "fingerprints",
        project,
        project.run("roundtrip --on sqlite --write-fingerprints"),
        project.read("migrations/fingerprints.toml"),
        project.run("roundtrip --on sqlite --write-fingerprints -q"),
        project.run("check"),
        project.run(&format!("identify {DATABASE}")),
        project.run("roundtrip --on sqlite --write-fingerprints --revision 002"),
    );
    let project = project
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE orders (id int, user_id int);\n",
        )
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"002\"\nCREATE TABLE invoices (id int) STRIKT;\n",
        );
    screens!(
        "fingerprints-stale",
        project,
        project.run(&format!("identify {DATABASE}")),
        project.run("roundtrip --on sqlite --write-fingerprints"),
    );
    let project = project.file(
        "migrations/fingerprints.toml",
        "version = 1\n<<<<<<< HEAD\n",
    );
    screens!(
        "fingerprints-conflict",
        project,
        project.run(&format!("identify {DATABASE}")),
    );
}

#[test]
fn a_schema_is_verified() {
    let project = Project::chain();
    project.run(&format!("upgrade --create {DATABASE}"));
    let before = project.run(&format!("verify --schema {DATABASE}"));
    project.run("roundtrip --on sqlite --write-fingerprints");
    let good = project.run(&format!("verify --schema {DATABASE}"));
    let json = project.run(&format!("verify --schema --format json {DATABASE}"));
    let none = project.run(&format!("drift {DATABASE}"));
    let built = project.run(&format!("drift --on sqlite {DATABASE}"));
    let project = project.sql("CREATE INDEX ix_by_hand ON users (id)");
    screens!(
        "verify-schema",
        project,
        before,
        good,
        json,
        none,
        built,
        project.run(&format!("verify --schema {DATABASE}")),
        project.run(&format!("verify --schema --format json {DATABASE}")),
        project.run(&format!("verify {DATABASE}")),
        project.run(&format!("drift {DATABASE}")),
        project.run(&format!("downgrade 002 {DATABASE}")),
        project.run(&format!("verify --schema {DATABASE}")),
    );
    let project = project
        .revision("004", "search", "003")
        .sql("DROP INDEX ix_by_hand");
    project.run(&format!("upgrade {DATABASE}"));
    screens!(
        "verify-schema-stale",
        project,
        project.run("check"),
        project.run(&format!("verify --schema {DATABASE}")),
    );
    let text = project.read("migrations/fingerprints.toml");
    let project = project
        .file(
            "migrations/fingerprints.toml",
            &text.replace("sqlite-3", "sqlite-2"),
        )
        .sql("DROP TABLE search");
    screens!(
        "verify-schema-elsewhere",
        project,
        project.run(&format!("verify --schema {DATABASE}")),
    );
    let project = project.file(
        "migrations/fingerprints.toml",
        "version = 1\n<<<<<<< HEAD\n",
    );
    screens!(
        "verify-schema-conflict",
        project,
        project.run("check"),
        project.run(&format!("verify --schema {DATABASE}")),
    );
}

#[test]
fn several_heads_are_identified() {
    let config = format!("heads = 2\n{CONFIG}");
    let project = Project::fork()
        .file("migrations/migcheck.toml", &config)
        .sql("CREATE TABLE users (id int); CREATE TABLE orders (id int); CREATE TABLE search (id int)");
    screens!(
        "identify-heads",
        project,
        project.run("roundtrip --on sqlite --write-fingerprints"),
        project.run(&format!("identify {DATABASE}")),
        project.run(&format!("identify --stamp {DATABASE}")),
        project.run(&format!("current {DATABASE}")),
    );
}
