//! What a check costs grows with what it reads, and not with its square: each of these takes
//! minutes where somebody compares everything with everything.

#![allow(clippy::unwrap_used)]

mod properties;

use std::time::{Duration, Instant};

use migcheck_core::render::{RenderStyle, render_all};
use migcheck_core::split::split;
use migcheck_core::{CONFIG_FILE, Dialect, LOCK_FILE, check_files, relock};
use properties::{Files, native};

/// Enough for a slow machine, in a debug build, with others at work.
const PATIENCE: Duration = Duration::from_secs(30);

/// Checks the files, draws some of what is found, and brings the lock up to date.
fn is_fast(what: &str, files: Files) {
    let start = Instant::now();
    let lock = files.get(LOCK_FILE).cloned();
    let checked = check_files(files, "migrations");
    let some = checked.findings.get(..50).unwrap_or(&checked.findings);
    let _ = render_all(some, RenderStyle::default());
    if let (Some(graph), Some(lock)) = (&checked.graph, &lock) {
        let _ = relock(graph, Some(str::from_utf8(lock).unwrap()), &[]);
    }
    assert!(start.elapsed() < PATIENCE, "{what}: {:?}", start.elapsed());
}

/// `[0, 1, …]` as a value, each element written by `item`.
fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<String> = (0..count).map(item).collect();
    format!("[{}]", items.join(", "))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// One revision, whose up script goes on with `text`.
fn script(text: &str) -> Files {
    let mut files = native(&[("1_a", "\"base\"")]);
    let text = format!("-- migcheck: revises = \"base\"\n{text}");
    files.insert("1_a.up.sql".to_owned(), text.into());
    files
}

/// Revisions called `0`, `1`, …; `revises` says of each what it revises.
fn revisions(count: usize, revises: impl Fn(usize) -> String) -> Files {
    let mut files = native(&[]);
    for at in 0..count {
        let text = format!("-- migcheck: revises = {}\n", revises(at));
        files.insert(format!("{at}_x.up.sql"), text.into());
    }
    files
}

#[test]
fn directives() {
    const COUNT: usize = 20_000;
    let broken = lines(COUNT, |_| "-- migcheck: nope\n".to_owned());
    let allow = list(COUNT, |_| "\"missing-down\"".to_owned());
    is_fast(
        "mistakes",
        script(&format!("-- migcheck: allow = {allow}\n{broken}")),
    );
    is_fast("mistakes below", script(&format!("SELECT 1;\n{broken}")));
    let names = list(COUNT, |at| format!("\"l{at}\""));
    is_fast(
        "touches",
        script(&format!("-- migcheck: touches = {names}\n")),
    );
    let mut files = script(&format!("-- migcheck: labels = {names}\n"));
    for dialect in Dialect::ALL {
        let up = files["1_a.up.sql"].clone();
        files.insert(format!("1_a.up.{dialect}.sql"), up);
    }
    is_fast("labels", files);
    for key in ["labels", "depends-on"] {
        let same = list(COUNT, |_| "\"1\"".to_owned());
        is_fast(key, script(&format!("-- migcheck: {key} = {same}\n")));
    }
    let long = "a".repeat(20 * COUNT);
    let mut files = script(&format!("-- migcheck: revision = \"{long}\"\n"));
    let text = format!("-- migcheck: revises = \"{long}b\"\n");
    files.insert("2_b.up.sql".to_owned(), text.into());
    is_fast("long names", files);
    for deep in ["[", "{a=", "a."] {
        is_fast(
            deep,
            script(&format!("-- migcheck: labels = {}\n", deep.repeat(COUNT))),
        );
        is_fast(
            deep,
            script(&format!("-- migcheck: {}\n", deep.repeat(COUNT))),
        );
    }
}

#[test]
fn reports() {
    let files = script(&"-- migcheck: nope\n".repeat(50_000));
    let checked = check_files(files, "migrations");
    let start = Instant::now();
    let last = &checked.findings[49_000..];
    let drawn = render_all(last, RenderStyle::default());
    assert!(drawn.contains("1_a.up.sql:50001:"));
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn configuration() {
    let with = |text: String| {
        let mut files = native(&[("1_a", "\"base\"")]);
        files.insert(CONFIG_FILE.to_owned(), text.into());
        files
    };
    let categories = lines(50_000, |at| format!("\"{at}-{at}\" = \"x\"\n"));
    is_fast("categories", with(format!("[categories]\n{categories}")));
    let labels = list(4_000, |at| format!("\"l{at}\""));
    is_fast("heads", with(format!("heads = {labels}\n")));
    is_fast(
        "unknown keys",
        with(lines(20_000, |at| format!("[t{at}]\n"))),
    );
    is_fast("deep keys", with(format!("{}a = 1\n", "a.".repeat(50_000))));
}

#[test]
fn names() {
    const COUNT: usize = 40_000;
    let mut files = native(&[]);
    for at in 0..COUNT {
        files.insert(format!("stray{at}"), Vec::new());
        files.insert(format!("STRAY{at}"), Vec::new());
    }
    is_fast("names that differ in case", files);
    let mut files = native(&[]);
    for at in 0..COUNT {
        files.insert(format!("1_x{at}.up.sql"), Vec::new());
    }
    is_fast("one id", files);
}

#[test]
fn graphs() {
    const COUNT: usize = 20_000;
    is_fast("bases", revisions(COUNT, |_| "\"base\"".to_owned()));
    is_fast(
        "a ring",
        revisions(COUNT, |at| format!("\"{}\"", (at + 1) % COUNT)),
    );
    is_fast("pairs", revisions(COUNT, |at| format!("\"{}\"", at ^ 1)));
    let names = list(COUNT, |at| format!("\"{at}\""));
    is_fast(
        "one merge of all bases",
        revisions(COUNT + 1, |at| match at {
            COUNT => names.clone(),
            _ => "\"base\"".to_owned(),
        }),
    );
    is_fast(
        "a merge of a new base at every step",
        revisions(COUNT, |at| match at {
            at if at % 2 == 0 => "\"base\"".to_owned(),
            1 => "\"0\"".to_owned(),
            at => format!("[\"{}\", \"{}\"]", at - 2, at - 1),
        }),
    );
}

#[test]
fn locks() {
    let lock = |count: usize, id: fn(usize) -> usize| {
        let record = |at| {
            let id = id(at);
            format!(
                "[[revision]]\nid = \"{id}\"\nrevises = []\nup = \"{at:064}\"\nchain = \"{at:064}\"\n"
            )
        };
        format!("version = 1\nheads = []\n{}", lines(count, record))
    };
    let mut files = script("");
    let line = format!("#{}\n", "<<<<<<< ".repeat(500_000));
    let conflict = "version = 1\n<<<<<<< a\nheads = []\n=======\nheads = [\"1\"]\n>>>>>>> b\n";
    files.insert(LOCK_FILE.to_owned(), format!("{line}{conflict}").into());
    is_fast("a conflict", files);
    let mut files = script("");
    files.insert(LOCK_FILE.to_owned(), lock(20_000, |at| at + 2).into());
    is_fast("revisions that are gone", files);
    let mut files = script("");
    files.insert(LOCK_FILE.to_owned(), lock(40_000, |_| 1).into());
    is_fast("records of one revision", files);
}

#[test]
fn scripts() {
    // Four MiB of each.
    for text in [
        "-- a\n",
        "\n",
        "'",
        "$a",
        "\rDELIMITER a b",
        "\rDELIMITER a",
    ] {
        let start = Instant::now();
        let sql = format!("x {}", text.repeat((4 << 20) / text.len()));
        let _ = split(&sql, Dialect::MySql);
        assert!(
            start.elapsed() < PATIENCE,
            "{text:?}: {:?}",
            start.elapsed()
        );
        is_fast(text, script(&sql));
    }
}
