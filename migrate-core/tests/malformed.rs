//! Whatever stands in the files and whatever they are called: `check` ends, says where, and what it
//! says can be drawn.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use migcheck_core::render::{RenderStyle, render, render_error};
use migcheck_core::{CONFIG_FILE, Checked, Code, Finding, LOCK_FILE, Label, Severity, SourceFile};
use proptest::prelude::*;
use proptest::sample::select;

use support::Files;

const NATIVE: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n";

/// Every span lies in its text, in whole characters, and every finding can be drawn.
fn examine(checked: &Checked) -> Result<(), TestCaseError> {
    for finding in &checked.findings {
        let edit = finding.edit.iter().map(|edit| (&edit.source, &edit.span));
        let labels = finding.labels.iter().map(|one| (&one.source, &one.span));
        for (source, span) in labels.chain(edit) {
            prop_assert!(source.text.get(span.clone()).is_some(), "{finding:?}");
        }
        prop_assert!(!finding.labels.is_empty(), "{finding:?}");
        prop_assert!(!finding.message.is_empty(), "{finding:?}");
        for color in [false, true] {
            let drawn = render(finding, RenderStyle { color, width: 80 });
            prop_assert!(drawn.contains(finding.code.name()));
        }
    }
    if checked.graph.is_none() {
        prop_assert!(
            checked
                .findings
                .iter()
                .any(|one| one.severity == Severity::Deny)
        );
    }
    Ok(())
}

/// Pieces that mean something to some reader, between pieces that mean nothing.
fn soup() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "-- migcheck: ",
            "-- migcheck:",
            "--",
            "revises",
            "revision",
            "labels",
            "depends-on",
            "allow",
            "transaction",
            "irreversible",
            "touches",
            " = ",
            "=",
            "\"",
            "\"\"\"",
            "'",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            "\"base\"",
            "\"001\"",
            "\"002\"",
            "[\"001\", \"nobody\"]",
            "missing-down",
            "cycle",
            "rule",
            "reason",
            "\n",
            "\r\n",
            "\r",
            "\u{feff}",
            "\t",
            " ",
            "SELECT 1;",
            "$$",
            "/*",
            "*/",
            "é",
            "\u{1F600}",
            "\0",
            "-- +goose Up\n",
            "-- +goose Down",
            "-- migrate:up\n",
            "-- migrate:down é",
            "\\",
            "layout",
            "heads",
            "rules",
            "naming",
            "file",
            "\"{seq}_{slug}\"",
            "version = 1\n",
            "heads = []\n",
            "[[revision]]\n",
            "id",
            "chain",
            "<<<<<<< HEAD\n",
            "=======\n",
            ">>>>>>> x\n",
            "1979-05-27",
            "0x7f",
            "1_000",
            "inf",
            "-",
            "true",
            "#",
        ][..],
    )
    .prop_map(str::to_owned);
    let piece =
        prop_oneof![8 => known, 1 => "\\PC{0,6}", 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Bytes that may not even be text.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => soup().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..64),
    ]
}

fn file_name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => select(&["001", "1", "20250824101112", "0", "18446744073709551616", "_", "__", "a", "x y", ".up", ".down",
            ".sql", ".mysql", ".up.sql", ".down.sql", "V1__", "U2__", "-", ".", "é", "/up.sql", "/down.sql",
            "/metadata.toml", "README", "\n", "\"", "`", "\\", "migcheck.toml", "#", "~"][..]).prop_map(str::to_owned),
        1 => "[^/\0]{0,4}",
    ];
    prop::collection::vec(piece, 1..6)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a name that a disk can hold", |name| {
            let parts: Vec<&str> = name.split('/').collect();
            parts.len() < 3
                && parts
                    .iter()
                    .all(|part| !["", ".", ".."].contains(part) && part.len() < 200)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scripts(up in bytes(), down in bytes(), layout in select(&["native", "sqlx", "goose", "dbmate", "auto"][..])) {
        let config = format!("layout = \"{layout}\"\nnaming.file = \"{{seq}}_{{slug}}\"\n");
        let files = Files::new()
            .add(CONFIG_FILE, config)
            .revision("001_users", "\"base\"")
            .add("002_x.up.sql", up)
            .add("002_x.down.sql", down);
        examine(&files.check())?;
    }

    #[test]
    fn headers(directives in prop::collection::vec(soup(), 1..4)) {
        let text: String = directives.iter().map(|one| format!("-- migcheck: {one}\n")).collect();
        let files = Files::new().add(CONFIG_FILE, NATIVE).revision("001_users", "\"base\"").add("002_x.up.sql", text);
        examine(&files.check())?;
    }

    #[test]
    fn configurations(config in bytes(), lines in prop::collection::vec((select(&[
        "layout", "databases", "heads", "bases", "naming.file", "naming.max-slug", "naming.vague", "rules.missing-down",
        "environments.x.url-env", "roundtrip.servers", "roundtrip.images", "history.table", "categories.\"1-2\"",
    ][..]), soup()), 0..4)) {
        let lines: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let files = Files::new().revision("001_users", "\"base\"").revision("002_orders", "\"001\"");
        examine(&files.clone().add(CONFIG_FILE, config).check())?;
        examine(&files.add(CONFIG_FILE, lines).check())?;
    }

    #[test]
    fn locks(lock in bytes(), cuts in prop::collection::vec((any::<prop::sample::Index>(), soup()), 0..3)) {
        let files = Files::new().add(CONFIG_FILE, NATIVE).revision("001_users", "\"base\"").revision("002_orders", "\"001\"");
        examine(&files.clone().add(LOCK_FILE, lock).check())?;
        let graph = files.graph();
        let mut text = migcheck_core::Lock::of(&graph).to_text();
        for (at, piece) in cuts {
            text.insert_str(text.floor_char_boundary(at.index(text.len())), &piece);
        }
        let _ = migcheck_core::relock(&graph, Some(&text), &[]);
        examine(&files.add(LOCK_FILE, text).check())?;
    }

    #[test]
    fn names(names in prop::collection::btree_set(file_name(), 1..6), layout in select(&[
        "auto", "native", "sqlx", "diesel", "refinery", "golang-migrate", "dbmate", "goose",
    ][..])) {
        // A folder cannot be called what a file is called.
        let folders: Vec<&str> = names.iter().filter_map(|name| Some(name.split_once('/')?.0)).collect();
        prop_assume!(!folders.contains(&CONFIG_FILE));
        let files = names.iter().filter(|name| !folders.contains(&&***name));
        let files = files.fold(Files::new(), |files, name| files.add(name, "SELECT 1;\n"));
        examine(&files.add(CONFIG_FILE, format!("layout = \"{layout}\"\n")).check())?;
    }

    #[test]
    fn spans(
        text in soup(), labels in prop::collection::vec((0..80_usize, 0..80_usize, "\\PC{0,8}"), 1..4),
        (from, to) in (0..80_usize, 0..80_usize), message in soup(), width in 0..100_usize,
    ) {
        let source = Arc::new(SourceFile { path: "a.sql".to_owned(), text: text.into() });
        let labels: Vec<Label> = labels.into_iter().map(|(from, to, said)| Label::new(&source, from..to, said)).collect();
        let mut finding = Finding::new(Code::Cycle, &*message).note(&*message).help(message);
        let place = Label::new(&source, from..to, "");
        finding.labels = labels;
        let finding = finding.edit(&place, "x");
        for width in [width, 80, 140] {
            let style = RenderStyle { color: false, width };
            let _ = render(&finding, style);
            let _ = render_error(&finding.message, &finding.labels, &finding.notes, style);
        }
    }
}
