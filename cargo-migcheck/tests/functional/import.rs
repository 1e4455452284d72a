//! `import`.

use crate::project::Project;
use crate::{regex_of, screens};

fn sqlx() -> Project {
    Project::bare()
        .file(
            "old/1_users.up.sql",
            "-- Adds the users.\nCREATE TABLE users (id int);\n",
        )
        .file("old/1_users.down.sql", "DROP TABLE users;\n")
        .file("old/10_orders.sql", "CREATE TABLE orders (id int);\n")
        .file(
            "old/2_search.up.sql",
            "-- no-transaction\nCREATE INDEX search ON users (id);\n",
        )
        .file("old/2_search.down.sql", "")
        .file("old/README.md", "")
        .file("old/schema.sql", "")
}

fn alembic() -> Project {
    let module = |id: &str, down: &str, body: &str| {
        format!(
            "\"\"\"Adds {id}\n\nRevision ID: {id}\n\"\"\"\nrevision = '{id}'\ndown_revision = {down}\n\n\
             def upgrade():\n{body}\n\ndef downgrade():\n    pass\n"
        )
    };
    let sql = "    op.execute('CREATE TABLE a (id int)')";
    let python = "    op.add_column('a', sa.Column('x', sa.Text()))";
    Project::bare()
        .file("alembic/env.py", "from alembic import context\n")
        .file(
            "alembic/versions/a1b2c3_base.py",
            &module("a1b2c3", "None", sql),
        )
        .file(
            "alembic/versions/d4e5f6_one.py",
            &module("d4e5f6", "'a1b2c3'", python),
        )
        .file(
            "alembic/versions/0a9b8c_two.py",
            &module("0a9b8c", "'a1b2c3'", python),
        )
}

#[test]
fn a_layout_becomes_a_native_directory() {
    let project = sqlx();
    screens!(
        "import-sqlx",
        project,
        project.run("import old --dry-run"),
        project.run("import old --from sqlx"),
        project.files("migrations").join("\n"),
        project.read("migrations/migcheck.toml"),
        project.read("migrations/10_orders.up.sql"),
        project.read("migrations/2_search.up.sql"),
        project.run("check"),
        project.run("history"),
        project.run("new invoices"),
    );
}

#[test]
fn alembic_becomes_a_native_directory_with_work_left() {
    let project = alembic();
    let imported = project.run("import alembic");
    let after = [
        project.read("migrations/d4e5f6_one.up.sql"),
        project.run("check"),
        project.run("history"),
        project.run("explain unfinished"),
        project.run("upgrade --database-url sqlite:shop.db"),
    ];
    let done = "-- migcheck: revises = \"a1b2c3\"\nALTER TABLE a ADD COLUMN x text;\n";
    let project = project
        .file("migrations/d4e5f6_one.up.sql", done)
        .without("migrations/0a9b8c_two.up.sql")
        .without("migrations/0a9b8c_two.down.sql");
    screens!(
        "import-alembic",
        project,
        imported,
        after.join("\n"),
        project.run("check"),
    );
}

#[test]
fn an_import_that_is_refused() {
    let project = sqlx().file("migrations/notes.txt", "mine\n");
    screens!(
        "import-refused",
        project,
        project.run("import old"),
        project.run("import old --to old/new"),
        project.run("import nowhere --to new"),
        project.run("import migrations --to new"),
        project.run("import old --from flyway --to new"),
        project.run("import old --from refinery --to new"),
        project.run("import old --to new --directory other"),
        sqlx()
            .file("old/1_again.sql", "")
            .run("import old --to new"),
        Project::nothing().file("old/1_a.sql", "").run("import old"),
        project.files("").join("\n"),
        project.read("migrations/notes.txt"),
    );
}

#[test]
fn an_import_for_a_program() {
    let project = alembic();
    screens!(
        "import-json",
        project,
        project.run("import alembic --dry-run --format json"),
        sqlx().run("import old --to new --format json"),
        sqlx().run("import nowhere --format json"),
    );
}
