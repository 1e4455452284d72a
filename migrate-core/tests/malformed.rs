//! Whatever stands in the files and whatever they are called: `check` ends, says where, and what it
//! says can be drawn.

#![allow(clippy::unwrap_used, clippy::panic)]

mod properties;
mod support;

use std::sync::Arc;

use migcheck_core::render::{RenderStyle, render, render_error};
use migcheck_core::{CONFIG_FILE, Code, Finding, Label, Layout, SourceFile, check_files};
use proptest::prelude::*;
use proptest::sample::select;

use support::Files;

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
    fn scripts(script in bytes()) {
        properties::header(&script);
    }

    #[test]
    fn headers(directives in prop::collection::vec(soup(), 1..4)) {
        let text: String = directives.iter().map(|one| format!("-- migcheck: {one}\n")).collect();
        properties::header(text.as_bytes());
    }

    #[test]
    fn configurations(config in bytes(), lines in prop::collection::vec((select(&[
        "layout", "databases", "heads", "bases", "naming.file", "naming.max-slug", "naming.vague", "rules.missing-down",
        "environments.x.url-env", "roundtrip.servers", "roundtrip.images", "roundtrip.workers", "roundtrip.known", "history.table", "categories.\"1-2\"",
    ][..]), soup()), 0..4)) {
        properties::config(&config);
        let lines: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        properties::config(lines.as_bytes());
    }

    #[test]
    fn templates(parts in prop::collection::vec(select(&[
        "{timestamp}", "{date}", "{time}", "{seq}", "{hash}", "_", "v", "a", "0", "é",
    ][..]), 1..5)) {
        properties::config(format!("naming.file = \"{}_{{slug}}\"", parts.concat()).as_bytes());
    }

    #[test]
    fn locks(lock in bytes(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..40_usize, soup()), 0..3)) {
        properties::lock(&lock);
        let mut text = properties::sound_lock();
        for (at, length, piece) in cuts {
            let start = text.floor_char_boundary(at.index(text.len()));
            let end = text.floor_char_boundary(start + length);
            text.replace_range(start..end, &piece);
        }
        properties::lock(text.as_bytes());
    }

    #[test]
    fn directories(files in prop::collection::vec((file_name(), bytes()), 1..5), layout in select(&Layout::ALL), is_named: bool) {
        let mut text = Vec::new();
        if is_named {
            text.extend(format!("=== {CONFIG_FILE}\nlayout = \"{layout}\"\n").bytes());
        }
        for (name, content) in files {
            text.extend(format!("=== {name}\n").bytes().chain(content).chain([b'\n']));
        }
        properties::layout(&text);
    }

    #[test]
    fn targets(parts in prop::collection::vec(select(&[
        "head", "heads", "base", "current", "0010", "0021", "002", "billing", "@", "+", "-", ":", "1", "9223372036854775808", "0", "é", " ",
    ][..]), 0..5)) {
        properties::target(&parts.concat());
    }

    #[test]
    fn names(names in prop::collection::btree_set(file_name(), 1..6), layout in select(&Layout::ALL)) {
        // A folder cannot be called what a file is called.
        let folders: Vec<&str> = names.iter().filter_map(|name| Some(name.split_once('/')?.0)).collect();
        prop_assume!(!folders.contains(&CONFIG_FILE));
        let files = names.iter().filter(|name| !folders.contains(&&***name));
        let files = files.fold(Files::new(), |files, name| files.add(name, "SELECT 1;\n"));
        let files = files.add(CONFIG_FILE, format!("layout = \"{layout}\"\n"));
        let checked = files.check();
        properties::shown(&checked);
        // Files in memory are checked as those of a directory are.
        properties::same(&checked, &check_files(files.into_inner(), support::SHOWN_AS));
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

/// What the fuzz targets found, and what their findings led to.
#[test]
fn found_by_fuzzing() {
    // A record of a revision that is gone may hold any text, which was written without escapes.
    let sum = "0".repeat(64);
    for id in [r"a\nb", r"a\\b", r"\u007f", r#"a\"b"#] {
        let record = format!(
            "[[revision]]\nid = \"{id}\"\nrevises = [\"{id}\"]\nup = \"{sum}\"\nchain = \"{sum}\"\n"
        );
        properties::lock(format!("version = 1\nheads = []\n{record}").as_bytes());
    }
    // No graph is made of a directory with a lock that is no text.
    properties::lock(b"version = 1\n\xff");
    // Templates whose own names do not follow them.
    for template in [
        "{seq}{seq}",
        "{seq}{date}",
        "{hash}{seq}",
        "{seq}{hash}",
        "{seq}0",
        "{hash}a",
    ] {
        properties::config(format!("naming.file = \"{template}_{{slug}}\"").as_bytes());
    }
    // Directives that cannot be read had no help.
    properties::header(b"-- migcheck: revises =\n-- migcheck: = 1\n-- migcheck: ECT2 ;\n-- migcheck: labels = [[1]]\n");
    properties::layout(b"=== 1/up.sql\n=== 1/metadata.toml\nrun_in_transaction = 1\n");
}
