//! No file of a peer's folder is ignored without a word: one more file changes what `check` says, unless it
//! is one of the few that may stand beside migrations.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::sync::LazyLock;

use migcheck_core::{CONFIG_FILE, Layout, RevisionGraph};
use proptest::prelude::*;
use support::{Files, report};

/// A sound directory of each layout.
fn sound(layout: Layout) -> Files {
    let goose = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
    let dbmate = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n";
    let files: &[(&str, &str)] = match layout {
        Layout::Native => &[
            (
                "0100_a.up.sql",
                "-- migcheck: revises = \"base\"\nSELECT 1;\n",
            ),
            ("0100_a.down.sql", "SELECT 2;\n"),
        ],
        Layout::Sqlx | Layout::GolangMigrate => &[
            ("0100_a.up.sql", "SELECT 1;\n"),
            ("0100_a.down.sql", "SELECT 2;\n"),
        ],
        Layout::Diesel => &[
            ("0100_a/up.sql", "SELECT 1;\n"),
            ("0100_a/down.sql", "SELECT 2;\n"),
        ],
        Layout::Refinery => &[("V100__a.sql", "SELECT 1;\n")],
        Layout::Dbmate => &[("0100_a.sql", dbmate)],
        Layout::Goose => &[("0100_a.sql", goose)],
    };
    let naming = "[naming]\nfile = \"{seq}_{slug}\"\n";
    let config = format!("layout = \"{layout}\"\n{naming}");
    files.iter().fold(
        Files::new().add(CONFIG_FILE, config),
        |files, (name, text)| files.add(name, text),
    )
}

/// Everything that `check` tells of a directory, and how many files it has read.
fn told(files: &Files) -> (String, usize) {
    let checked = files.check();
    let scripts = checked.graph.iter().flat_map(RevisionGraph::revisions);
    let scripts: Vec<String> = scripts
        .flat_map(|revision| &revision.scripts)
        .map(|script| {
            let (path, section) = (&script.source.path, &script.section);
            format!(
                "{path} {} {section:?} {}",
                script.direction, script.transaction
            )
        })
        .collect();
    let told = format!("{}\n{}", scripts.join("\n"), report(&checked));
    (told, checked.files.len())
}

/// The files that may stand beside migrations, written down once more.
fn is_companion(layout: Layout, name: &str) -> bool {
    // golang-migrate runs whatever has a version and a direction, the copy of a script, too.
    let rest = match name.split_once('_') {
        Some((version, rest)) if version.parse::<u64>().is_ok() && !name.contains('/') => rest,
        _ => "",
    };
    if layout == Layout::GolangMigrate && (rest.contains(".up.") || rest.contains(".down.")) {
        return false;
    }
    let base = name.rsplit('/').next().unwrap().to_lowercase();
    base == "readme"
        || base.starts_with("readme.")
        || [
            ".gitkeep",
            ".keep",
            ".gitignore",
            ".gitattributes",
            ".ds_store",
        ]
        .contains(&&*base)
        || [".bak", ".orig", ".swp", "~"]
            .iter()
            .any(|end| base.ends_with(end))
        || base.starts_with("template.")
        || layout == Layout::Diesel && name == "diesel.toml"
}

fn names() -> impl Strategy<Value = String> {
    let part = |parts: &'static [&'static str]| prop::sample::select(parts);
    let scripts = (
        part(&[
            "",
            "nested/",
            "0100_a/",
            "0200_b/",
            ".hidden/",
            "testdata/more/",
        ]),
        part(&["", "V", "U", "R", "v", "x", "-"]),
        part(&[
            "",
            "0",
            "7",
            "100",
            "0100",
            "2017-09-23-182408",
            "18446744073709551616",
            "1.5",
        ]),
        part(&["", "_", "__", "-", "."]),
        part(&["", "a", "scale_up", "x.up.", "with space", "ä"]),
        part(&[
            ".sql",
            ".up.sql",
            ".down.sql",
            "_up.sql",
            ".up..sql",
            ".SQL",
            ".up.mysql.sql",
            ".go",
            ".rs",
            ".py",
            ".up.pgsql",
            ".sql.bak",
            ".sql~",
            "",
            ".txt",
        ]),
    );
    let scripts = scripts.prop_map(|(folder, prefix, version, sep, slug, end)| {
        format!("{folder}{prefix}{version}{sep}{slug}{end}")
    });
    let others = (
        part(&["", "0100_a/", "nested/"]),
        part(&[
            "atlas.sum",
            "embed.go",
            "README",
            "readme.md",
            ".gitkeep",
            "metadata.toml",
            "metadata.yaml",
            "up.sql",
            "down.sql",
            "notes.md",
            "diesel.toml",
            "Cargo.toml",
            ".sqlfluff",
            "schema.sql",
            "a.fixture.sql",
        ]),
    );
    let others = others.prop_map(|(folder, name)| format!("{folder}{name}"));
    prop_oneof![4 => scripts, 1 => others].prop_filter("a name", |name| {
        let base = name.rsplit('/').next();
        base.is_some_and(|base| !base.is_empty() && base != ".")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn one_more_file_is_told(
        layout in prop::sample::select(&Layout::ALL[..]),
        name in names(),
        text in prop::sample::select(&["", "SELECT 3;\n", "-- +goose Up\nSELECT 3;\n", "-- migrate:up\nSELECT 3;\n",
            "-- migcheck: revises = \"0100\"\nSELECT 3;\n"][..]),
    ) {
        static BEFORE: LazyLock<Vec<(String, usize)>> =
            LazyLock::new(|| Layout::ALL.iter().map(|layout| told(&sound(*layout))).collect());
        let at = Layout::ALL.iter().position(|one| *one == layout).unwrap();
        let (before, count) = &BEFORE[at];
        let (after, new_count) = told(&sound(layout).add(&name, text));
        // A folder further down is one finding, and its files are not read.
        let is_deep = name.contains("/more/");
        // A text in the place of another is another matter.
        prop_assume!(is_deep || new_count > *count);
        let is_silent = !is_deep && is_companion(layout, &name);
        prop_assert_eq!(after == *before, is_silent, "{} in {}", name, layout);
    }
}

#[test]
fn the_directories_are_sound_without_it() {
    for layout in Layout::ALL {
        let checked = sound(layout).check();
        assert!(
            !checked.has_errors() && checked.graph.is_some(),
            "{}",
            report(&checked)
        );
    }
}
