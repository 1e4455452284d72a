//! What `cargo build` says about a migration directory: one case for every mistake.
//!
//! A case is `tests/ui/<case>.rs`, the directory `tests/ui/cases/<case>/` that it embeds, and
//! `tests/ui/<case>.stderr`, which a user has to understand without having heard of migcheck.
//! `TRYBUILD=overwrite cargo test -p migcheck --test ui` writes the latter anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use migcheck::Code;

/// The cases that not every file system can hold, and what is missing where it cannot.
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
    Path::new(target).join("tests/trybuild/migcheck")
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
    let up = "20250301090000_create_users.up.sql";
    let shouted = "20250301090000_CREATE_users.up.sql";
    let collision = cases.join("case-collision");
    let has_case = !collision.join(shouted).exists();
    fs::copy(collision.join(up), collision.join(shouted)).expect("a script can be copied");
    write("orders.sql", b"CREATE TABLE orders (id bigint PRIMARY KEY);\n");
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
    // One `cargo check` builds them all: it takes no longer than a few seconds.
    let tests = trybuild::TestCases::new();
    for case in cases() {
        let is = |name: &str| case.file_stem().is_some_and(|stem| stem == name);
        let possible = (disk.has_case || !is("case-collision")) && (disk.has_links || !is("symlink-escape"));
        if possible {
            tests.compile_fail(case.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&case));
        }
    }
}

#[test]
fn what_is_sound_compiles() {
    let _ = &*DISK;
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}
