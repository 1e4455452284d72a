//! What `import` makes of the directories of other tools.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use insta::assert_snapshot;
use migcheck_core::import::{ImportError, Imported, Origin, import};
use migcheck_core::render::{RenderStyle, render_all};
use migcheck_core::{Checked, Layout, check, create};
use support::{Files, report};

fn imported(files: &Files, origin: &str) -> Imported {
    let folder = files.write();
    import(
        folder.path(),
        "old",
        Some(Origin::from_name(origin).unwrap()),
    )
    .unwrap_or_else(|error| match error {
        ImportError::Unsound { findings, .. } => panic!("{}", render_all(&findings, STYLE)),
        error => panic!("{error}"),
    })
}

const STYLE: RenderStyle = RenderStyle {
    color: false,
    width: 80,
};

/// Why nothing is imported, with everything that is found.
fn refused(files: &Files, origin: Option<&str>) -> String {
    let folder = files.write();
    let origin = origin.map(|name| Origin::from_name(name).unwrap());
    match import(folder.path(), "old", origin).unwrap_err() {
        error @ ImportError::Unsound { .. } => {
            let message = error.to_string();
            let ImportError::Unsound { findings, .. } = error else {
                unreachable!()
            };
            format!("{}\n\n{message}", render_all(&findings, STYLE))
        }
        error => error.to_string(),
    }
}

/// The files that are written, each below its name.
fn texts(imported: &Imported) -> String {
    let files = imported.files.iter().skip(1);
    let texts: Vec<String> = files
        .map(|file| format!("== {}\n{}", file.name, file.text))
        .collect();
    texts.join("\n")
}

fn text(imported: &Imported, name: &str) -> String {
    let mut files = imported.files.iter();
    let file = files.find(|file| file.name == name);
    file.unwrap_or_else(|| panic!("no {name} among\n{}", texts(imported)))
        .text
        .clone()
}

/// The new directory, read as any other.
fn written(imported: &Imported) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    create::write(folder.path(), &imported.files).unwrap();
    check(folder.path(), "migrations")
}

/// Every revision with its parents, in the order of the graph.
fn edges(checked: &Checked) -> Vec<String> {
    let graph = checked
        .graph
        .as_ref()
        .unwrap_or_else(|| panic!("{}", report(checked)));
    let line = |one: &migcheck_core::Revision| {
        let after = graph.ids(&one.depends_on);
        let after = if after.is_empty() {
            String::new()
        } else {
            format!(" after {}", after.join(" "))
        };
        let labels = if one.labels.is_empty() {
            String::new()
        } else {
            format!(" [{}]", one.labels.join(" "))
        };
        format!(
            "{} < {}{after}{labels}",
            one.id,
            graph.ids(&one.parents).join(" ")
        )
    };
    graph.revisions().iter().map(line).collect()
}

// Layouts.

#[test]
fn a_chain_keeps_ids_order_and_texts() {
    let files = Files::new()
        .add(
            "2_b.up.sql",
            "-- no-transaction\n-- Adds b.\nCREATE INDEX CONCURRENTLY i ON a (x)",
        )
        .add("2_bee.down.sql", "DROP INDEX i;\n")
        .add("10_c.sql", "SELECT 10;\n")
        .add(
            "1_.up.sql",
            "\u{feff}-- Adds a.\r\nCREATE TABLE a (x int);\r\n",
        )
        .add("1_.down.sql", "")
        .add("README.md", "")
        .add("atlas.sum", "");
    let imported = imported(&files, "sqlx");
    assert_eq!(imported.left, ["README.md", "atlas.sum"]);
    assert_eq!(imported.one_way, ["1", "10"]);
    assert_snapshot!(imported.files[0].text, @r#"
    # Imported from sqlx.
    layout = "native"

    [naming]
    file = "{seq}_{slug}"
    "#);
    assert_eq!(
        text(&imported, "1_migration.up.sql"),
        "\u{feff}-- migcheck: revises = \"base\"\r\n-- Adds a.\r\nCREATE TABLE a (x int);\r\n"
    );
    assert_snapshot!(texts(&imported).replace(['\u{feff}', '\r'], ""), @r#"
    == 1_migration.up.sql
    -- migcheck: revises = "base"
    -- Adds a.
    CREATE TABLE a (x int);

    == 1_migration.down.sql
    -- migcheck: allow = [{ rule = "empty-down", reason = "imported from sqlx, where it does nothing" }]

    == 2_b.up.sql
    -- migcheck: revises = "1"
    -- migcheck: transaction = false
    -- no-transaction
    -- Adds b.
    CREATE INDEX CONCURRENTLY i ON a (x)
    == 2_b.down.sql
    DROP INDEX i;

    == 10_c.up.sql
    -- migcheck: revises = "2"
    -- migcheck: allow = [{ rule = "missing-down", reason = "imported from sqlx, without a way down" }]
    SELECT 10;
    "#);
    let checked = written(&imported);
    assert_eq!(report(&checked), "");
    assert_eq!(edges(&checked), ["1 < ", "2 < 1", "10 < 2"]);
    let graph = checked.graph.unwrap();
    assert_eq!(graph.revisions()[0].description, "Adds a.");
    assert!(!graph.revisions()[1].scripts[0].transaction);
    assert!(graph.revisions()[1].scripts[1].transaction);
}

#[test]
fn the_template_is_the_simplest_that_says_the_ids() {
    let template = |ids: &[&str]| {
        let name = |id: &&str| (format!("{id}_x/up.sql"), format!("{id}_x/down.sql"));
        let files = ids
            .iter()
            .map(name)
            .fold(Files::new(), |files, (up, down)| {
                files.add(&up, "SELECT 1;\n").add(&down, "SELECT 2;\n")
            });
        let imported = imported(&files, "diesel");
        let checked = written(&imported);
        assert_eq!(report(&checked), "");
        assert_eq!(edges(&checked).len(), ids.len());
        checked.config.naming.file.as_str().to_owned()
    };
    assert_eq!(
        template(&["2024-01-01-000000", "20240102000000"]),
        "{timestamp}_{slug}"
    );
    assert_eq!(
        template(&["20240101000000", "2024-01-02-000000-0000"]),
        "{seq}_{slug}"
    );
    assert_eq!(template(&["00a1", "00b2"]), "{hash}_{slug}");
    assert_eq!(
        template(&["20240101000000", "20240102000000", "final"]),
        "{timestamp}_{slug}"
    );
}

#[test]
fn sections_become_files() {
    let function =
        "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$ LANGUAGE plpgsql";
    let goose = Files::new()
        .add(
            "00001_a.sql",
            format!(
                "-- Adds f.\n-- +goose Up\n-- +goose StatementBegin\n{function}\n-- +goose StatementEnd\nSELECT 1;\n\
                 -- +goose Down\nDROP FUNCTION f;\n"
            ),
        )
        .add("00002_b.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 2;\n-- +goose Down\n")
        .add("00003_c.sql", "-- +goose ENVSUB ON\n-- +goose Up\nSELECT ${X};\n-- +goose Down\nSELECT 3;\n");
    let goose = imported(&goose, "goose");
    assert_snapshot!(texts(&goose), @r#"
    == 00001_a.up.sql
    -- migcheck: revises = "base"
    -- Adds f.
    CREATE FUNCTION f() RETURNS int AS $$
    BEGIN
      RETURN 1;
    END;
    $$ LANGUAGE plpgsql;
    SELECT 1;

    == 00001_a.down.sql
    DROP FUNCTION f;

    == 00002_b.up.sql
    -- migcheck: revises = "00001"
    -- migcheck: transaction = false
    SELECT 2;

    == 00002_b.down.sql
    -- migcheck: transaction = false
    -- migcheck: allow = [{ rule = "empty-down", reason = "imported from goose, where it does nothing" }]

    == 00003_c.up.sql
    -- migcheck: revises = "00002"
    -- migcheck: todo = "goose put environment variables in the place of ${…}: write the values"
    SELECT ${X};

    == 00003_c.down.sql
    SELECT 3;
    "#);
    assert_eq!(goose.unfinished, ["00003_c.up.sql"]);
    let checked = written(&goose);
    assert_snapshot!(report(&checked), @r#"
    error[unfinished]: the script is not finished: goose put environment variables in the place of ${…}: write the values
     --> migrations/00003_c.up.sql:2:21
      |
    2 | ... = "goose put environment variables in the place of ${…}: write the values"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: do it, and delete this line
    "#);

    let dbmate = Files::new().add(
        "20240101000000_a.sql",
        "-- migrate:up transaction:false\r\nSELECT 1;\r\n-- migrate:down\r\nSELECT 2;\r\n",
    );
    let dbmate = imported(&dbmate, "dbmate");
    assert_eq!(
        texts(&dbmate),
        "== 20240101000000_a.up.sql\n-- migcheck: revises = \"base\"\r\n-- migcheck: transaction = false\r\n\
         SELECT 1;\r\n\n== 20240101000000_a.down.sql\nSELECT 2;\r\n"
    );
    assert_eq!(report(&written(&dbmate)), "");
}

#[test]
fn settings_go_into_directives() {
    let diesel = Files::new()
        .add("2024-01-01-000000_with some spaces/up.sql", "SELECT 1;\n")
        .add("2024-01-01-000000_with some spaces/down.sql", "SELECT 2;\n")
        .add(
            "2024-01-01-000000_with some spaces/metadata.toml",
            "run_in_transaction = false\n",
        );
    let imported = imported(&diesel, "diesel");
    assert!(imported.left.is_empty());
    assert_snapshot!(texts(&imported), @r#"
    == 20240101000000_with_some_spaces.up.sql
    -- migcheck: revises = "base"
    -- migcheck: transaction = false
    SELECT 1;

    == 20240101000000_with_some_spaces.down.sql
    -- migcheck: transaction = false
    SELECT 2;
    "#);
}

#[test]
fn a_graph_that_was_begun_stays() {
    let files = Files::new()
        .add("migcheck.toml", "layout = \"sqlx\"\nheads = 2\n")
        .add("1_a.up.sql", "SELECT 1;\n")
        .add("1_a.down.sql", "SELECT 1;\n")
        .add("2_b.up.sql", "-- migcheck: labels = [\"b\"]\n-- B.\nSELECT 1;\n")
        .add("2_b.down.sql", "SELECT 1;\n")
        .add(
            "3_c.up.sql",
            "-- migcheck: revision = \"third\"\n-- migcheck: revises = \"1\"\n\
             -- migcheck: irreversible = \"it deletes\"\n-- migcheck: touches = [\"a\"]\nSELECT 1;\n",
        );
    let imported = imported(&files, "sqlx");
    let checked = written(&imported);
    assert_eq!(report(&checked), "");
    assert_eq!(edges(&checked), ["1 < ", "2 < 1 [b]", "third < 1"]);
    let graph = checked.graph.unwrap();
    assert_eq!(graph.revisions()[1].description, "B.");
    assert_eq!(graph.revisions()[2].touches, ["a"]);
    assert_eq!(
        graph.revisions()[2].irreversible.as_deref(),
        Some("it deletes")
    );
}

#[test]
fn what_cannot_be_imported() {
    let duplicate = Files::new().add("1_a.sql", "").add("1_b.sql", "");
    assert_snapshot!(refused(&duplicate, Some("sqlx")), @r#"
    error[duplicate-revision]: two files claim the revision `1`
    --> old/1_b.sql
    ::: old/1_a.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever

    `old` has errors that leave its history unclear
    "#);
    let rust = Files::new().add("V1__a.sql", "").add("V2__b.rs", "");
    assert_snapshot!(refused(&rust, None), @r#"
    error[bad-file-name]: `V2__b.rs` is a migration in Rust, which is not run
    --> old/V2__b.rs
     = help: write what it does in SQL, under the same version

    `old` has errors that leave its history unclear
    "#);
    assert_snapshot!(refused(&Files::new().add("notes.txt", ""), None), @"`old` holds no migration");
    let native = Files::new().revision("20240101000000_a", "\"base\"");
    assert_snapshot!(refused(&native, None), @"`old` is a native directory already");
}

// Alembic.

/// A module as Alembic's template writes it.
fn module(id: &str, down: &str, upgrade: &str, downgrade: &str) -> String {
    format!(
        "\"\"\"Does {id}\n\nRevision ID: {id}\nRevises: x\nCreate Date: 2024-01-01\n\n\"\"\"\n\
         from alembic import op\nimport sqlalchemy as sa\n\n\
         revision = '{id}'\ndown_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\n\
         def upgrade():\n{upgrade}\n\n\ndef downgrade():\n{downgrade}\n"
    )
}

fn alembic(modules: &[(&str, &str)]) -> Files {
    modules.iter().fold(Files::new(), |files, (name, text)| {
        files.add(&format!("versions/{name}.py"), text)
    })
}

/// The one up script that a body becomes.
fn up(body: &str) -> String {
    let text = module("aaaa", "None", body, "    op.execute('x')");
    let imported = imported(&alembic(&[("aaaa_x", &text)]), "alembic");
    let up = self::text(&imported, "aaaa_x.up.sql");
    up.split_once("-- Does aaaa\n\n").unwrap().1.to_owned()
}

#[test]
fn the_graph_in_every_form() {
    let tail = "def upgrade(): pass\ndef downgrade(): pass\n";
    let forms = [
        ("a000_base", "revision = \"a000\"\ndown_revision = None\n".to_owned()),
        (
            "a001_annotated",
            "from typing import Sequence, Union\nrevision: str = 'a001'\n\
             down_revision: Union[str, None] = 'a000'\nbranch_labels: Union[str, Sequence[str], None] = 'left'\n"
                .to_owned(),
        ),
        (
            "a002_windows",
            "# -*- coding: utf-8 -*-\nrevision = u'a002'\ndown_revision = 'a000'\nbranch_labels = ('right', \"two\",)\n"
                .replace('\n', "\r\n"),
        ),
        (
            "a003_merge",
            "revision = 'a003'\ndown_revision = (\n    'a001',  # one\n    'a002',\n)\ndepends_on = None\n".to_owned(),
        ),
        ("a004_list", "revision = 'a004'\ndown_revision = ['a002']\ndepends_on = ['left', 'a003']\n".to_owned()),
        (
            "abcdef_abbreviated",
            "ID = 'abcdef'\nrevision = ID\ndown_revision = ('a' '0' \"03\")\n".to_owned(),
        ),
        ("kilo", "revision = 'kilo'\ndown_revision = 'abcd'\nbranch_labels = {'kilo_label'}\n".to_owned()),
    ];
    let modules: Vec<(&str, String)> = forms
        .iter()
        .map(|(name, text)| (*name, format!("{text}{tail}")))
        .collect();
    let modules: Vec<(&str, &str)> = modules
        .iter()
        .map(|(name, text)| (*name, &**text))
        .collect();
    let files = alembic(&modules)
        .add("env.py", "from alembic import context\n")
        .add("versions/__init__.py", "")
        .add("script.py.mako", "")
        .add("versions/__pycache__/a000_base.cpython-313.pyc", "");
    let imported = imported(&files, "alembic");
    assert_eq!(
        imported.left,
        ["env.py", "script.py.mako", "versions/__init__.py"]
    );
    let checked = written(&imported);
    assert_snapshot!(edges(&checked).join("\n"), @r#"
    a000 < 
    a001 < a000 [left]
    a002 < a000 [right two]
    a003 < a001 a002
    a004 < a002 after a001 a003
    abcdef < a003
    kilo < abcdef [kilo_label]
    "#);
    assert_snapshot!(report(&checked), @r#"
    error[multiple-heads]: the history has 2 heads, and one is allowed
     --> migrations/a004_list.up.sql:1:24
      |
    1 | -- migcheck: revises = "a002"
      |                        ^^^^^^ `a004` is a head: nothing revises it
      |
     ::: migrations/54c5ccf0f305_kilo.up.sql:2:24
      |
    2 | -- migcheck: revises = "abcdef"
      |                        -------- `kilo` is a head: nothing revises it
      |
      = note: they part after `a002`
      = help: `cargo migcheck merge` adds a revision that joins them
      = help: or, if no database has run `kilo`: `cargo migcheck rebase kilo --onto a004`
    "#);
    let names: Vec<&str> = imported.files.iter().map(|file| &*file.name).collect();
    assert!(names.contains(&"a001_annotated.up.sql"), "{names:?}");
    let kilo = imported
        .files
        .iter()
        .find(|file| file.text.contains("revision = \"kilo\""));
    assert_snapshot!(kilo.unwrap().name, @"54c5ccf0f305_kilo.up.sql");
}

#[test]
fn sql_that_stands_in_literals() {
    let body = r#"
    # a word about it
    op.execute("CREATE TABLE a (x int)")
    op.execute("INSERT INTO a "
               'VALUES (1)')
    op.execute(sa.text("""
        UPDATE a SET x = 2;
        UPDATE a SET x = 3 -- three
    """))
    conn = op.get_bind()
    conn.execute(sa.text(r'SELECT \d'),)
    op.get_bind().execute(text("SELECT 'a\:b', 1::int, '12:30'"))
    conn.exec_driver_sql("SELECT ':x'")
    QUERY = 'SELECT 7'; op.execute(QUERY)
    op.execute("")
    return"#;
    assert_snapshot!(up(body), @r#"
    /* a word about it */

    CREATE TABLE a (x int);

    INSERT INTO a VALUES (1);

    UPDATE a SET x = 2;
            UPDATE a SET x = 3; -- three

    SELECT \d;

    SELECT 'a:b', 1::int, '12:30';

    SELECT ':x';

    SELECT 7;
    "#);
}

#[test]
fn what_is_no_plain_sql_is_quoted() {
    let body = r#"
    # ### commands auto generated by Alembic - please adjust! ###
    # the table first
    op.create_table(
        "b",
        sa.Column("x", sa.Integer()),  # a /* comment */
    )
    op.add_column("b", sa.Column("y", sa.Text()))
    op.execute("SELECT 1")
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT 2")).fetchall()
    for row in rows:
        op.execute("SELECT 3")

        op.execute("SELECT 4")
    op.execute(f"SELECT {rows}")
    op.execute("SELECT %s" % 5)
    op.execute(sa.text("SELECT :five").bindparams(five=5))
    op.execute("SELECT :five", {"five": 5})
    bind.execute("SELECT 6", rows)
    other.execute("SELECT 7")
    op.execute("SELECT ':five'")
    # ### end Alembic commands ###"#;
    let up = up(body);
    assert_snapshot!(up, @r#"
    /* TODO: write this in SQL (versions/aaaa_x.py, line 20):

        # the table first
        op.create_table(
            "b",
            sa.Column("x", sa.Integer()),  # a / * comment * /
        )
        op.add_column("b", sa.Column("y", sa.Text()))
    */

    SELECT 1;

    /* TODO: write this in SQL (versions/aaaa_x.py, line 27):

        bind = op.get_bind()
        rows = bind.execute(sa.text("SELECT 2")).fetchall()
        for row in rows:
            op.execute("SELECT 3")

            op.execute("SELECT 4")
        op.execute(f"SELECT {rows}")
        op.execute("SELECT %s" % 5)
        op.execute(sa.text("SELECT :five").bindparams(five=5))
        op.execute("SELECT :five", {"five": 5})
        bind.execute("SELECT 6", rows)
        other.execute("SELECT 7")
        op.execute("SELECT ':five'")
    */
    "#);
    let statements = migcheck_core::split::split(&up, migcheck_core::Dialect::Postgres).unwrap();
    let statements: Vec<&str> = statements.iter().map(|one| one.text).collect();
    assert_eq!(statements, ["SELECT 1"]);
}

#[test]
fn an_unfinished_way_down_is_no_empty_one() {
    let text = module(
        "aaaa",
        "None",
        "    op.execute('SELECT 1')",
        "    op.drop_table('a')",
    );
    let checked = written(&imported(&alembic(&[("aaaa_x", &text)]), "alembic"));
    let codes: Vec<&str> = checked.findings.iter().map(|one| one.code.name()).collect();
    assert_eq!(codes, ["unfinished"]);
}

#[test]
fn a_name_that_python_changes_is_not_known() {
    let body = r#"
    sql = "SELECT 1"
    if op.get_context().dialect.name == "mysql":
        sql = "SELECT 2"
    op.execute(sql)
    conn = op.get_bind()
    conn = other()
    conn.execute("SELECT 3")"#;
    assert!(!up(body).contains("\nSELECT"), "{}", up(body));
}

#[test]
fn outside_of_the_transaction() {
    let block = "    with op.get_context().autocommit_block():\n        op.execute('CREATE INDEX CONCURRENTLY i ON a (x)')\n";
    let module_of = |upgrade: &str| module("aaaa", "None", upgrade, "    pass");
    let all = imported(&alembic(&[("aaaa_x", &module_of(block))]), "alembic");
    assert_snapshot!(text(&all, "aaaa_x.up.sql"), @r#"
    -- migcheck: revises = "base"
    -- migcheck: transaction = false
    -- Does aaaa

    CREATE INDEX CONCURRENTLY i ON a (x);
    "#);
    assert_snapshot!(text(&all, "aaaa_x.down.sql"), @r#"-- migcheck: allow = [{ rule = "empty-down", reason = "imported from alembic, where it does nothing" }]"#);
    let mixed = imported(
        &alembic(&[(
            "aaaa_x",
            &module_of(&format!("    op.execute('SELECT 1')\n{block}")),
        )]),
        "alembic",
    );
    assert_eq!(mixed.unfinished, ["aaaa_x.up.sql"]);
}

#[test]
fn ways_down_that_are_none() {
    let downs = [
        ("a001", "    pass"),
        ("a002", "    raise NotImplementedError('the data is gone')"),
        ("a003", "    raise NotImplementedError"),
        ("a004", "    \"\"\"Nothing to undo.\"\"\"\n    # indeed"),
        ("a005", "    raise Exception('no')\n    op.drop_table('x')"),
    ];
    let mut parent = "None".to_owned();
    let mut files = Files::new();
    for (id, down) in downs {
        let text = module(id, &parent, "    op.execute('SELECT 1')", down);
        files = files.add(&format!("{id}_x.py"), text);
        parent = format!("'{id}'");
    }
    let none =
        "revision = 'a006'\ndown_revision = 'a005'\ndef upgrade():\n    op.drop_table('x')\n";
    let files = files.add("a006_x.py", none);
    let imported = imported(&files, "alembic");
    assert_snapshot!(texts(&imported), @r#"
    == a001_x.up.sql
    -- migcheck: revises = "base"
    -- Does a001

    SELECT 1;

    == a001_x.down.sql
    -- migcheck: allow = [{ rule = "empty-down", reason = "imported from alembic, where it does nothing" }]

    == a002_x.up.sql
    -- migcheck: revises = "a001"
    -- migcheck: irreversible = "the data is gone"
    -- Does a002

    SELECT 1;

    == a003_x.up.sql
    -- migcheck: revises = "a002"
    -- migcheck: irreversible = "raises NotImplementedError"
    -- Does a003

    SELECT 1;

    == a004_x.up.sql
    -- migcheck: revises = "a003"
    -- Does a004

    SELECT 1;

    == a004_x.down.sql
    -- migcheck: allow = [{ rule = "empty-down", reason = "imported from alembic, where it does nothing" }]
    /* indeed */

    == a005_x.up.sql
    -- migcheck: revises = "a004"
    -- Does a005

    SELECT 1;

    == a005_x.down.sql
    -- migcheck: todo = "write the block of Python below in SQL, then delete this line"
    /* TODO: write this in SQL (a005_x.py, line 22):

        raise Exception('no')
        op.drop_table('x')
    */

    == a006_x.up.sql
    -- migcheck: revises = "a005"
    -- migcheck: allow = [{ rule = "missing-down", reason = "imported from alembic, where downgrade() is missing" }]
    -- migcheck: todo = "write the block of Python below in SQL, then delete this line"
    /* TODO: write this in SQL (a006_x.py, line 4):

        op.drop_table('x')
    */
    "#);
    assert_snapshot!(report(&written(&imported)), @r#"
    error[unfinished]: the script is not finished: write the block of Python below in SQL, then delete this line
     --> migrations/a005_x.down.sql:1:21
      |
    1 | ... = "write the block of Python below in SQL, then delete this line"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: do it, and delete this line

    error[unfinished]: the script is not finished: write the block of Python below in SQL, then delete this line
     --> migrations/a006_x.up.sql:3:21
      |
    3 | ... = "write the block of Python below in SQL, then delete this line"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: do it, and delete this line
    "#);
}

#[test]
fn a_history_that_is_broken_is_imported_and_reported() {
    let files = alembic(&[
        ("a001_one", &module("a001", "None", "    pass", "    pass")),
        ("a001_two", &module("a001", "None", "    pass", "    pass")),
        ("a002_x", &module("a002", "'gone'", "    pass", "    pass")),
        ("a003_x", &module("a003", "'a001'", "    pass", "    pass")),
        ("a004_x", &module("a004", "'a001'", "    pass", "    pass")),
    ]);
    let imported = imported(&files, "alembic");
    assert_snapshot!(report(&written(&imported)), @r#"
    error[duplicate-revision]: two files claim the revision `a001`
    --> migrations/a001_two.up.sql
    ::: migrations/a001_one.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever

    error[unknown-parent]: `a002` revises `gone`, which does not exist
     --> migrations/a002_x.up.sql:1:24
      |
    1 | -- migcheck: revises = "gone"
      |                        ^^^^^^ no revision has this id
      |
      = help: restore the parent's file, or name the revision that takes its place

    error[multiple-heads]: the history has 2 heads, and one is allowed
     --> migrations/a003_x.up.sql:1:24
      |
    1 | -- migcheck: revises = "a001"
      |                        ^^^^^^ `a003` is a head: nothing revises it
      |
     ::: migrations/a004_x.up.sql:1:24
      |
    1 | -- migcheck: revises = "a001"
      |                        ------ `a004` is a head: nothing revises it
      |
      = note: they part after `a001`
      = help: `cargo migcheck merge` adds a revision that joins them
      = help: or, if no database has run `a004`: `cargo migcheck rebase a004 --onto a003`
    "#);
}

#[test]
fn a_place_in_the_history_that_only_python_knows() {
    let files = alembic(&[
        (
            "a001_x",
            "revision = 'a001'\ndown_revision = previous()\ndef upgrade(): pass\n",
        ),
        ("a002_x", "revision = f'a002'\ndown_revision = 'a001'\n"),
        ("a003_x", "down_revision = 'a001'\n"),
        ("a004_x", "revision = 'a004'\ndown_revision = 'a001\n"),
    ]);
    assert_snapshot!(refused(&files, None), @r#"
    error[invalid-directive]: `down_revision` is no literal, and Python is not run
     --> old/versions/a001_x.py:2:17
      |
    2 | down_revision = previous()
      |                 ^^^^^^^^^^
      |
      = help: write the string itself in its place

    error[invalid-directive]: `revision` is no literal, and Python is not run
     --> old/versions/a002_x.py:1:12
      |
    1 | revision = f'a002'
      |            ^^^^^^^
      |
      = help: write the string itself in its place

    error[stray-file]: the module has no `revision`, so it has no place in the history
    --> old/versions/a003_x.py
     = help: write `revision = "…"` into it, or leave it out of the import

    error[invalid-directive]: this is no Python: the string has no end
     --> old/versions/a004_x.py:2:17
      |
    2 | down_revision = 'a001
      |                 ^
      |
      = help: close the string

    `old` has errors that leave its history unclear
    "#);
}

#[test]
fn a_label_that_only_python_knows_and_a_helper() {
    let files = alembic(&[(
        "a001_x",
        "revision = 'a001'\ndown_revision = None\nbranch_labels = (cli.EXPAND,)\ndef upgrade():\n  pass\ndef downgrade():\n\tpass\n",
    )])
    .add("helpers.py", "def upgrade():\n    pass\n");
    let imported = imported(&files, "alembic");
    assert_snapshot!(render_all(&imported.findings, STYLE), @r#"
    warning[stray-file]: the module has no `revision`, so it has no place in the history
    --> old/helpers.py
     = help: write `revision = "…"` into it, or leave it out of the import

    warning[invalid-directive]: `branch_labels` is no literal, and Python is not run
     --> old/versions/a001_x.py:3:17
      |
    3 | branch_labels = (cli.EXPAND,)
      |                 ^^^^^^^^^^^^^
      |
      = help: write the string itself in its place
    "#);
    assert_eq!(imported.left, ["helpers.py"]);
    assert_snapshot!(texts(&imported), @r#"
    == a001_x.up.sql
    -- migcheck: revises = "base"
    -- migcheck: todo = "set `labels` to what `(cli.EXPAND,)` is in Python"

    == a001_x.down.sql
    "#);
}

#[test]
fn the_kind_of_folder_is_told_by_its_files() {
    let of = |files: &Files| {
        let folder = files.write();
        let imported = import(folder.path(), "old", None).unwrap();
        (imported.origin, imported.reason.unwrap())
    };
    let python = alembic(&[("a_x", "revision = 'aaaa'\ndown_revision = None\n")]);
    assert_eq!(
        of(&python),
        (
            Origin::Alembic,
            "`versions/a_x.py` has a `down_revision`".to_owned()
        )
    );
    let sqlx = Files::new().add("1_a.sql", "SELECT 1;\n");
    assert_eq!(of(&sqlx).0, Origin::Peer(Layout::Sqlx));
}

#[test]
fn the_source_is_only_read() {
    let files = Files::new()
        .add("1_a.up.sql", "SELECT 1;\n")
        .add("1_a.down.sql", "SELECT 1;\n")
        .add("b.py", "revision = 'x'\n");
    let folder = files.write();
    let before = contents(folder.path());
    let sqlx = import(folder.path(), "old", Some(Origin::Peer(Layout::Sqlx)));
    assert!(sqlx.is_ok());
    assert!(import(folder.path(), "old", Some(Origin::Alembic)).is_ok());
    assert_eq!(contents(folder.path()), before);
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}
