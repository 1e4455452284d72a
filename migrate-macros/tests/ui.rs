//! What `cargo build` says about a migration directory: one case for every mistake.
//!
//! A case is `tests/ui/<case>.rs`, the directory `tests/ui/cases/<case>/` that it embeds, and
//! `tests/ui/<case>.stderr`, which a user has to understand without having heard of migcheck.
//! `TRYBUILD=overwrite cargo test -p migcheck-macros --test ui` writes the latter anew.

#![allow(clippy::expect_used)]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use migcheck::Code;

/// What this machine's disk can hold; cases that need more are left out.
struct Disk {
    /// Two names that differ in case are two files.
    has_case: bool,
    /// A test may make symbolic links.
    has_links: bool,
}

static DISK: LazyLock<Disk> = LazyLock::new(|| {
    let package = package_of_cases();
    let cases = package.join("cases");
    if cases.exists() {
        fs::remove_dir_all(&cases).expect("the cases of the last run can be removed");
    }
    copy(&source().join("cases"), &cases);
    complete(&cases)
});

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

/// The package that trybuild generates: paths in `embed!` are relative to it, so the cases are
/// copied there.
fn package_of_cases() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo prints its metadata");
    let target = metadata["target_directory"]
        .as_str()
        .expect("a workspace has a target directory");
    Path::new(target).join("tests/trybuild/migcheck-macros")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    for entry in fs::read_dir(from).expect("the cases can be listed") {
        let entry = entry.expect("the cases can be listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a case can be copied");
        }
    }
}

/// Adds what git cannot hold, or not on every machine.
fn complete(cases: &Path) -> Disk {
    let write = |name: &str, text: &[u8]| {
        fs::write(cases.join(name), text).expect("a script can be written");
    };
    copy(&cases.join("native"), &cases.join("größen und maße"));
    write(
        "not-utf8/20250302090000_create_orders.up.sql",
        b"-- migcheck: revises = \"20250301090000\"\n-- F\xfcr Bestellungen.\n",
    );
    write(
        "too-large/20250302090000_create_orders.up.sql",
        &vec![b'-'; 16 * 1024 * 1024 + 1],
    );
    let readme = "case-collision/README.md";
    let has_case = !cases.join(readme.to_lowercase()).exists();
    write(&readme.to_lowercase(), b"What every table is for.\n");
    let up = cases.join("duplicate-revision-case/20250301090000_create_users.up.sql");
    let shouted = up.with_file_name("20250301090000_CREATE_users.up.sql");
    fs::copy(up, shouted).expect("a script can be copied");
    write(
        "orders.sql",
        b"CREATE TABLE orders (id bigint PRIMARY KEY);\n",
    );
    let link = cases.join("symlink-escape/20250302090000_create_orders.up.sql");
    Disk {
        has_case,
        has_links: symlink("../orders.sql", &link),
    }
}

#[cfg(unix)]
fn symlink(target: &str, link: &Path) -> bool {
    std::os::unix::fs::symlink(target, link).is_ok()
}

#[cfg(not(unix))]
fn symlink(_target: &str, _link: &Path) -> bool {
    false
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(source())
        .expect("the cases can be listed")
        .map(|entry| entry.expect("the cases can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_mistake_is_explained() {
    let disk = &*DISK;
    let tests = trybuild::TestCases::new();
    for case in cases() {
        let is_possible = match case.file_stem().and_then(OsStr::to_str) {
            Some("case-collision" | "duplicate-revision-case") => disk.has_case,
            Some("symlink-escape") => disk.has_links,
            _ => true,
        };
        if is_possible {
            let case = case.strip_prefix(env!("CARGO_MANIFEST_DIR"));
            tests.compile_fail(case.expect("the cases are in the package"));
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let texts: Vec<String> = cases()
        .iter()
        .map(|case| fs::read_to_string(case.with_extension("stderr")).expect("a case has a text"))
        .collect();
    for code in Code::ALL {
        let title = format!("error[{code}]: ");
        assert!(texts.iter().any(|text| text.contains(&title)), "{code}");
    }
}

#[test]
fn what_is_sound_compiles() {
    let _ = &*DISK;
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
