//! What is written: names, directives and the configuration of a native directory.

use std::collections::HashSet;

use crate::create::NewFile;
use crate::naming::{DEFAULT_TEMPLATE, Template, slugify};
use crate::split;
use crate::{CONFIG_FILE, Checksum, Code, Dialect};

use super::Origin;

/// A revision on its way to native files.
pub(super) struct NativeRevision {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) revises: Vec<String>,
    pub(super) depends_on: Vec<String>,
    pub(super) labels: Vec<String>,
    /// The reason why there is no way down, where the source gives one.
    pub(super) irreversible: Option<String>,
    pub(super) up: NativeScript,
    pub(super) down: Option<NativeScript>,
}

pub(super) struct NativeScript {
    pub(super) transaction: bool,
    /// What a person has to do before the script can run.
    pub(super) todo: Option<String>,
    /// A rule that the source breaks, and why that is so.
    pub(super) allow: Option<(Code, String)>,
    /// The script below the directives that are added.
    pub(super) body: String,
}

impl NativeRevision {
    /// Whether a way down is missing or does nothing, without a reason that a person gave.
    pub(super) fn has_no_way_down(&self) -> bool {
        let scripts = [Some(&self.up), self.down.as_ref()];
        let mut scripts = scripts.into_iter().flatten();
        scripts.any(|script| script.allow.is_some())
    }
}

impl NativeScript {
    pub(super) fn new(body: String, transaction: bool) -> Self {
        Self {
            transaction,
            todo: None,
            allow: None,
            body,
        }
    }
}

/// Whether no database finds a statement.
pub(super) fn is_blank(body: &str) -> bool {
    let blank = |dialect| split::is_blank(body, dialect);
    Dialect::ALL.into_iter().all(blank)
}

/// Whether `down` does nothing where `up` does something, on some database.
pub(super) fn is_empty_down(up: &NativeScript, down: &NativeScript) -> bool {
    let blank = |script: &NativeScript, dialect| split::is_blank(&script.body, dialect);
    let empty = |dialect| blank(down, dialect) && !blank(up, dialect);
    Dialect::ALL.into_iter().any(empty)
}

/// The names of the files that a person has to complete.
pub(super) fn unfinished(files: &[NewFile]) -> Vec<String> {
    let is_unfinished = |file: &&NewFile| {
        let mut lines = file.text.lines();
        lines.any(|line| line.starts_with(TODO))
    };
    let files = files.iter().filter(is_unfinished);
    files.map(|file| file.name.clone()).collect()
}

const TODO: &str = "-- migcheck: todo = ";

/// The files of a native directory, configuration first.
pub(super) fn files(
    origin: Origin,
    heads: (usize, usize),
    revisions: &[NativeRevision],
) -> Vec<NewFile> {
    let template = template(revisions);
    let mut files = vec![NewFile {
        name: CONFIG_FILE.to_owned(),
        text: config(origin, heads, template.as_str()),
    }];
    let mut taken = HashSet::new();
    for revision in revisions {
        let (prefix, named) = prefix(&template, &revision.id);
        let slug = plain(&revision.slug);
        let mut stem = format!("{prefix}_{slug}");
        // Two files may claim one id, and `check` is who says so.
        let mut copy = 2;
        while !taken.insert(stem.to_lowercase()) {
            stem = format!("{prefix}_{slug}_{copy}");
            copy += 1;
        }
        files.push(NewFile {
            name: format!("{stem}.up.sql"),
            text: revision.up_text(named),
        });
        if let Some(down) = &revision.down {
            files.push(NewFile {
                name: format!("{stem}.down.sql"),
                text: with_directives(&down.directives(), &down.body),
            });
        }
    }
    files
}

/// The simplest template under which the file names say the ids.
fn template(revisions: &[NativeRevision]) -> Template {
    let fits = |template: &Template| {
        revisions
            .iter()
            .filter(|revision| prefix(template, &revision.id).1)
            .count()
    };
    // Hexadecimal digits include the decimal ones, so the last is the widest.
    [DEFAULT_TEMPLATE, "{seq}_{slug}", "{hash}_{slug}"]
        .into_iter()
        .filter_map(|text| Template::parse(text).ok())
        .rev()
        .max_by_key(fits)
        .unwrap_or_default()
}

/// What the names of a revision's files start with, and whether that is the id.
fn prefix(template: &Template, id: &str) -> (String, bool) {
    let stem = format!("{id}_x");
    match template.read(&stem) {
        Some(read) if read.id == id => (id.to_owned(), true),
        // A name that every template takes, and which stays the same at the next import.
        _ => {
            let Checksum(bytes) = Checksum::of_script(id);
            let digits: String = match template.as_str() {
                "{hash}_{slug}" => bytes
                    .iter()
                    .take(6)
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
                _ => bytes
                    .iter()
                    .take(14)
                    .map(|byte| format!("{}", byte % 10))
                    .collect(),
            };
            (digits, false)
        }
    }
}

/// A slug that a file name can hold on every disk.
fn plain(slug: &str) -> String {
    let keeps = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let slug = if slug.chars().all(keeps) {
        slug.trim_matches('_').to_owned()
    } else {
        slugify(slug, MAX_SLUG)
    };
    let slug: String = slug.chars().take(MAX_SLUG).collect();
    if slug.is_empty() {
        "migration".to_owned()
    } else {
        slug
    }
}

/// The longest slug, in characters: file systems take names of 255 bytes.
const MAX_SLUG: usize = 60;

fn config(origin: Origin, (heads, bases): (usize, usize), template: &str) -> String {
    let mut config = format!("# Imported from {origin}.\nlayout = \"native\"\n");
    for (key, count) in [("heads", heads), ("bases", bases)] {
        if count > 1 {
            config.push_str(&format!("{key} = {count}\n"));
        }
    }
    if template != DEFAULT_TEMPLATE {
        config.push_str(&format!("\n[naming]\nfile = \"{template}\"\n"));
    }
    config
}

impl NativeRevision {
    fn up_text(&self, named: bool) -> String {
        let mut directives = Vec::new();
        if !named {
            directives.push(format!("revision = {}", quoted(&self.id)));
        }
        directives.push(format!(
            "revises = {}",
            match self.revises.as_slice() {
                [] => quoted("base"),
                [one] => quoted(one),
                several => list(several),
            }
        ));
        for (key, values) in [("depends-on", &self.depends_on), ("labels", &self.labels)] {
            if !values.is_empty() {
                directives.push(format!("{key} = {}", list(values)));
            }
        }
        if let Some(reason) = &self.irreversible {
            directives.push(format!("irreversible = {}", quoted(reason)));
        }
        directives.extend(self.up.directives());
        with_directives(&directives, &self.up.body)
    }
}

impl NativeScript {
    fn directives(&self) -> Vec<String> {
        let mut directives = Vec::new();
        if !self.transaction {
            directives.push("transaction = false".to_owned());
        }
        if let Some((code, reason)) = &self.allow {
            directives.push(format!(
                "allow = [{{ rule = \"{code}\", reason = {} }}]",
                quoted(reason)
            ));
        }
        if let Some(todo) = &self.todo {
            directives.push(format!("todo = {}", quoted(todo)));
        }
        directives
    }
}

/// `body` below its directives, with the line ends that it has itself.
fn with_directives(directives: &[String], body: &str) -> String {
    let end = match body.split_inclusive('\n').next() {
        Some(first) if first.ends_with("\r\n") => "\r\n",
        _ => "\n",
    };
    // A byte-order mark is one only at the very start.
    let (mark, body) = match body.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", body),
    };
    let mut text = mark.to_owned();
    for directive in directives {
        text.push_str(&format!("-- migcheck: {directive}{end}"));
    }
    text.push_str(body);
    text
}

fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `sql` with a `;` behind its last statement, so that it stays a statement of its own whatever is
/// written below.
pub(super) fn terminated(sql: &str) -> String {
    let ends = Dialect::ALL
        .into_iter()
        .find_map(|dialect| Some(split::split(sql, dialect).ok()?.last()?.span.end));
    match ends {
        Some(end) if !sql[end..].trim_start().starts_with(';') => {
            format!("{};{}", &sql[..end], &sql[end..])
        }
        _ => sql.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_statement_is_closed_once() {
        assert_eq!(terminated("SELECT 1"), "SELECT 1;");
        assert_eq!(terminated("SELECT 1 ;\n"), "SELECT 1 ;\n");
        assert_eq!(terminated("SELECT 1 -- one\n"), "SELECT 1; -- one\n");
        assert_eq!(terminated("-- none\n"), "-- none\n");
        assert_eq!(terminated("SELECT ';'"), "SELECT ';';");
    }

    #[test]
    fn directives_take_the_line_ends_and_stand_behind_the_mark() {
        let directives = ["revises = \"1\"".to_owned()];
        assert_eq!(
            with_directives(&directives, "\u{feff}SELECT 1;\r\n"),
            "\u{feff}-- migcheck: revises = \"1\"\r\nSELECT 1;\r\n"
        );
    }

    #[test]
    fn a_slug_fits_a_file_name() {
        assert_eq!(plain("x.up."), "x_up");
        assert_eq!(plain(""), "migration");
        assert_eq!(plain("Add-Users"), "Add-Users");
        assert_eq!(plain("with some spaces"), "with_some_spaces");
    }
}
