//! What users see: whole screens of the command, over small packages.
//!
//! `INSTA_UPDATE=always cargo test -p cargo-migcheck` records the screens anew. Read them as a user
//! at 80 columns would before committing them.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod check;
mod clean;
mod coming;
mod completions;
mod create;
mod database;
#[cfg(unix)]
mod docker;
mod environments;
mod explain;
mod fix;
mod fleet;
mod github;
mod graph;
mod guard;
mod import;
mod init;
mod json;
#[cfg(unix)]
mod killed;
mod lock;
mod misfits;
mod picture;
mod project;
mod rebase;
mod roundtrip;
mod sarif;
mod schema;
mod selection;
mod sql;
mod status;
mod terminal;

/// Compares screens with the snapshot of that name; paths of temporary folders and
/// times are replaced.
macro_rules! screens {
    ($name:literal, $project:expr, $($screen:expr),+ $(,)?) => {{
        let screens = [$($screen),+].join("\n");
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        for path in [$project.canonical_path(), $project.path().to_owned()] {
            settings.add_filter(&regex_of(&path), "[PROJECT]");
        }
        settings.add_filter(r" *\d+ ms\b", " [N] ms");
        settings.add_filter(r" *\d+\.\d s\b", "  [T] s");
        settings.add_filter(r"(?m)^  \[T\] s  \d{3} on", "  [T] s  [REV] on");
        settings.add_filter(r#""milliseconds": \d+"#, r#""milliseconds": [N]"#);
        settings.add_filter(r"-\d{8}T\d{6}Z(\.\d)?\.", "-[TIME].");
        settings.add_filter(r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b", "[MINUTE]");
        settings.add_filter(r#""last_applied": "20[^"]*Z""#, r#""last_applied": "[TIME]""#);
        settings.add_filter(r#"time="\d+\.\d+""#, r#"time="[T]""#);
        settings.bind(|| insta::assert_snapshot!($name, screens));
    }};
}
pub(crate) use screens;

/// A regular expression that matches exactly this path.
pub(crate) fn regex_of(path: &std::path::Path) -> String {
    let mut regex = String::new();
    for c in path.to_string_lossy().chars() {
        if !c.is_alphanumeric() && c != '/' {
            regex.push('\\');
        }
        regex.push(c);
    }
    regex
}
