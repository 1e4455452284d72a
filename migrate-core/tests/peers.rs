//! Directories of the tools whose layouts name or cut files in a way of their own.

#![allow(clippy::unwrap_used, clippy::panic)]

use migcheck_core::{Checked, Code, Dialect, Direction, Layout, check, pack};

struct Directory(tempfile::TempDir);

impl Directory {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    fn check(&self) -> Checked {
        check(self.0.path(), "migrations")
    }
}

/// id, up text, down text, up in a transaction
type Row = (String, String, Option<String>, bool);

fn rows(checked: &Checked) -> Vec<Row> {
    let graph = checked
        .graph
        .as_ref()
        .unwrap_or_else(|| panic!("{:#?}", checked.findings));
    let trimmed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    graph
        .revisions()
        .iter()
        .map(|revision| {
            let script = |direction| revision.script(direction, Dialect::Postgres);
            let up = script(Direction::Up).unwrap();
            let down = script(Direction::Down);
            (
                revision.id.to_string(),
                trimmed(&up.source.text),
                down.map(|down| trimmed(&down.source.text)),
                up.transaction,
            )
        })
        .collect()
}

fn row(id: &str, up: &str, down: Option<&str>, transaction: bool) -> Row {
    (
        id.to_owned(),
        up.to_owned(),
        down.map(str::to_owned),
        transaction,
    )
}

#[test]
fn goose_keeps_both_directions_in_one_file() {
    let directory = Directory::new(&[
        (
            "2_b.sql",
            "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (x);\n\n--  +goose  down\nDROP INDEX i;\n",
        ),
        (
            "10_c.sql",
            "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n",
        ),
        (
            "1_a.sql",
            "-- Adds a.\r\n-- +goose Up\r\nCREATE TABLE a (x int);\r\n-- +goose Down\r\nDROP TABLE a;\r\n",
        ),
        ("README.md", ""),
    ]);
    let checked = directory.check();
    assert_eq!(checked.layout, Layout::Goose);
    assert_eq!(
        rows(&checked),
        [
            row(
                "1",
                "-- Adds a. -- +goose Up CREATE TABLE a (x int);",
                Some("-- +goose Down DROP TABLE a;"),
                true
            ),
            row(
                "2",
                "-- +goose NO TRANSACTION -- +goose Up CREATE INDEX CONCURRENTLY i ON a (x);",
                Some("-- +goose down DROP INDEX i;"),
                false
            ),
            row(
                "10",
                "-- +goose Up -- +goose StatementBegin SELECT 1; -- +goose StatementEnd",
                None,
                true
            ),
        ]
    );
    let graph = checked.graph.unwrap();
    assert_eq!(graph.revisions()[0].description, "Adds a.");
    let findings: Vec<Code> = checked
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!(findings, [Code::MissingDown]);
}

#[test]
fn a_section_keeps_the_lines_of_its_file() {
    let text = "-- +goose Up\nCREATE TABLE ä (x int);\n-- +goose Down\nDROP TABLE ä;\n";
    let directory = Directory::new(&[("1_a.sql", text)]);
    let graph = directory.check().graph.unwrap();
    let down = graph.revisions()[0]
        .script(Direction::Down, Dialect::MySql)
        .unwrap();
    let at = down.source.text.find("DROP").unwrap();
    assert_eq!(text.find("DROP"), Some(at));
    assert_eq!(migcheck_core::line_of(&down.source.text, at), 4);
}

#[test]
fn dbmate_marks_sections_and_transactions_alone() {
    let directory = Directory::new(&[
        (
            "20240102_b.sql",
            "-- migrate:up transaction:false\nSELECT 2;\n-- migrate:down\nSELECT -2;\n",
        ),
        (
            "20240101_a.sql",
            "-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT -1;\n",
        ),
    ]);
    let checked = directory.check();
    assert_eq!(checked.layout, Layout::Dbmate);
    let rows = rows(&checked);
    assert_eq!(
        [(&*rows[0].0, rows[0].3), (&*rows[1].0, rows[1].3)],
        [("20240101", true), ("20240102", false)]
    );
    let graph = checked.graph.unwrap();
    let down = graph.revisions()[0]
        .script(Direction::Down, Dialect::Postgres)
        .unwrap();
    assert!(!down.transaction);
}

#[test]
fn refinery_has_no_way_down_and_that_is_a_warning() {
    let directory = Directory::new(&[
        ("V2__b.sql", "SELECT 2;"),
        ("V10__c.sql", "SELECT 10;"),
        ("U1__a.sql", "SELECT 1;"),
    ]);
    let checked = directory.check();
    assert_eq!(checked.layout, Layout::Refinery);
    assert!(!checked.has_errors());
    assert_eq!(
        rows(&checked).iter().map(|row| &*row.0).collect::<Vec<_>>(),
        ["1", "2", "10"]
    );
}

#[test]
fn golang_migrate_counts_and_pairs_by_number() {
    let directory = Directory::new(&[
        ("000001_a.up.sql", "SELECT 1;"),
        ("000001_another_name.down.sql", "SELECT -1;"),
        ("000002_b.up.sql", "SELECT 2;"),
        ("000002_b.down.sql", "SELECT -2;"),
    ]);
    let checked = directory.check();
    assert_eq!(checked.layout, Layout::GolangMigrate);
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    assert_eq!(rows(&checked).len(), 2);
}

#[test]
fn sections_survive_the_binary() {
    let text = "-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;\r\n";
    let directory = Directory::new(&[("1_a.sql", text)]);
    let graph = directory.check().graph.unwrap();
    let (table, paths) = pack::pack(&graph);
    let texts: Vec<&'static str> = paths.iter().map(|_| text).collect();
    let embedded = migcheck_core::Migrations::embedded(table.leak(), texts.leak())
        .graph()
        .unwrap();
    assert_eq!(embedded.chain(), graph.chain());
    for (ours, theirs) in graph.revisions()[0]
        .scripts
        .iter()
        .zip(&embedded.revisions()[0].scripts)
    {
        assert_eq!(ours.source.text, theirs.source.text);
        assert_eq!(ours.section, theirs.section);
    }
}

#[test]
fn two_tools_in_one_directory_are_a_tie() {
    let directory = Directory::new(&[
        ("1_a.sql", "-- +goose Up\nSELECT 1;\n"),
        ("V2__b.sql", "SELECT 2;"),
    ]);
    let codes: Vec<Code> = directory
        .check()
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!(codes, [Code::AmbiguousLayout]);
}

#[test]
fn a_file_without_its_section_is_named() {
    let directory = Directory::new(&[
        ("1_a.sql", "-- +goose Up\nSELECT 1;\n"),
        ("2_b.sql", "SELECT 2;"),
        ("3_c.sql", "-- +goose Down\nSELECT 1;\n-- +goose Up\n"),
    ]);
    let checked = directory.check();
    let files: Vec<&str> = checked
        .findings
        .iter()
        .filter(|finding| finding.code == Code::InvalidDirective)
        .map(|finding| &*finding.labels[0].source.path)
        .collect();
    assert_eq!(files, ["migrations/2_b.sql", "migrations/3_c.sql"]);
    assert!(checked.graph.is_none(), "half a history is another one");
}

fn ids_of(directory: &Directory) -> Vec<String> {
    let rows = rows(&directory.check());
    rows.into_iter().map(|(id, ..)| id).collect()
}

fn messages(directory: &Directory) -> Vec<String> {
    let findings = directory.check().findings;
    let line = |finding: &migcheck_core::Finding| format!("{}: {}", finding.code, finding.message);
    findings.iter().map(line).collect()
}

/// sort.Slice by FileName, in FindMigrations of dbmate's db.go: `_` comes behind the digits.
#[test]
fn dbmate_sorts_the_names_of_its_files() {
    let text = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n";
    let names = ["1_a.sql", "10_b.sql", "9_c.sql", "100_d.sql", "2x.sql"];
    let directory = Directory::new(&names.map(|name| (name, text)));
    assert_eq!(ids_of(&directory), ["100", "10", "1", "2", "9"]);
}

#[test]
fn a_file_has_one_section_a_direction() {
    let goose = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
    let dbmate = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n";
    for (text, mark) in [(goose, "-- +goose up"), (dbmate, "-- migrate:up")] {
        let directory = Directory::new(&[("1_a.sql", &text.repeat(2))]);
        let checked = directory.check();
        assert!(checked.graph.is_none());
        assert_eq!(
            messages(&directory),
            [format!("invalid-directive: a second `{mark}` section")]
        );
        assert_eq!(checked.findings[0].labels[0].line(), Some(5));
    }
}

#[test]
fn migrations_in_a_programs_language_are_no_strays() {
    let goose = Directory::new(&[
        (
            "1_a.sql",
            "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n",
        ),
        ("2_b.go", "package migrations\n"),
        ("2_b_test.go", "package migrations\n"),
    ]);
    assert_eq!(
        messages(&goose),
        [
            "bad-file-name: `2_b.go` is a migration in Go, which is not run",
            "stray-file: `2_b_test.go` is no migration",
        ]
    );
    let refinery = Directory::new(&[
        ("V1__a.sql", "SELECT 1;"),
        ("V2__b.rs", ""),
        ("V3__b-c.sql", ""),
        ("mod.rs", ""),
    ]);
    assert_eq!(
        messages(&refinery),
        [
            "missing-down: `1` has no down script",
            "bad-file-name: `V2__b.rs` is a migration in Rust, which is not run",
            "bad-file-name: `V3__b-c.sql` is not named as refinery names files, so it ignores it",
            "stray-file: `mod.rs` is no migration",
        ]
    );
}

#[test]
fn golang_migrate_takes_the_last_direction() {
    let directory = Directory::new(&[
        ("migcheck.toml", "layout = \"golang-migrate\"\n"),
        ("30_x.up..sql", "SELECT 1;"),
        ("30_x.down.sql", "SELECT -1;"),
        ("4_.up.sql", "SELECT 1;"),
        ("4_.down.sql", "SELECT -1;"),
        ("5_rename.up.to.down.sql", "SELECT -1;"),
        ("5_rename.up.sql", "SELECT 1;"),
        ("6_x_down.sql", "SELECT -1;"),
        ("30_x.up.sql.orig", "SELECT 1;"),
    ]);
    assert_eq!(ids_of(&directory), ["4", "5", "30"]);
    let graph = directory.check().graph.unwrap();
    let slugs: Vec<&str> = graph.revisions().iter().map(|one| &*one.slug).collect();
    assert_eq!(slugs, ["", "rename", "x"]);
    let findings = directory.check().findings;
    assert_eq!(
        messages(&directory),
        [
            "bad-file-name: golang-migrate runs `30_x.up.sql.orig`, which is no `.sql` file",
            "bad-file-name: `6_x_down.sql` says neither `up` nor `down`, so it would be ignored",
        ]
    );
    assert_eq!(findings[1].help, ["rename it to `6_x.down.sql`"]);
}

#[test]
fn a_native_directory_may_have_a_stray_folder() {
    let directory = Directory::new(&[
        (
            "20240101000000_a.up.sql",
            "-- migcheck: revises = \"base\"\nSELECT 1;\n",
        ),
        ("20240101000000_a.down.sql", "SELECT 2;\n"),
        (
            "20240102000000_b.up.sql",
            "-- migcheck: revises = \"20240101000000\"\nSELECT 1;\n",
        ),
        ("20240102000000_b.down.sql", "SELECT 2;\n"),
        ("old/up.sql", "SELECT 1;\n"),
    ]);
    assert_eq!(directory.check().layout, Layout::Native);
    assert_eq!(
        messages(&directory),
        ["stray-file: `old/up.sql` is no migration"]
    );
}

#[test]
fn a_graph_that_is_not_read_is_said() {
    let directory = Directory::new(&[
        ("1_a/up.sql", "SELECT 1;\n"),
        ("1_a/down.sql", "SELECT 2;\n"),
        ("1_a/metadata.yaml", "name: a\nparents: [3, 2]\n"),
        (".old/up.sql", "SELECT 1;\n"),
        ("1_b/metadata.toml", "run_in_transaction = false\n"),
    ]);
    assert_eq!(
        messages(&directory),
        [
            "stray-file: `.old/up.sql` is no migration",
            "bad-file-name: `1_a/metadata.yaml` may name parents, which are not read: the order would be the folders'",
            "stray-file: `1_b/metadata.toml` is no migration",
        ]
    );
}
