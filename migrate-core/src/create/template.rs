//! Templates of the project's own for new scripts.
//!
//! `template.up.sql` and `template.down.sql` beside the migrations; in the native layout also for one
//! dialect, `template.up.mysql.sql`. `{name}` is a placeholder, `{{name}}` stands for `{name}`, and any
//! other brace for itself, so that JSON and array literals need no care.

use std::fs;

use super::{Texts, as_prose};
use crate::check::Checked;
use crate::clock::Stamp;
use crate::layout::Layout;
use crate::nearest::nearest;
use crate::read::joined;
use crate::revision::Direction;
use crate::toml_reader::listed;
use crate::{Dialect, checksum};

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", .line.map_or(String::new(), |line| format!(":{line}")))]
pub struct TemplateError {
    /// Its file.
    pub file: String,
    /// The line, from 1; `None` where the file as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Vec<String>,
}

/// The templates of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates(Vec<Template>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Template {
    /// The file, as messages call it.
    file: String,
    direction: Direction,
    dialect: Option<Dialect>,
    text: String,
}

/// What placeholders stand for. Directives are TOML values, and `None` where there is none to write.
pub(super) struct Values<'a> {
    pub(super) id: &'a str,
    pub(super) slug: &'a str,
    pub(super) message: &'a str,
    pub(super) stamp: &'a Stamp,
    pub(super) revises: Option<String>,
    pub(super) depends_on: Option<String>,
    pub(super) labels: Option<String>,
}

/// The directives that place a revision in the graph: what they say is for `new` to say.
const DIRECTIVES: [&str; 3] = ["revises", "depends-on", "labels"];

const PLACEHOLDERS: [&str; 10] = [
    "id",
    "slug",
    "message",
    "revises",
    "depends-on",
    "labels",
    "timestamp",
    "date",
    "time",
    "created",
];

impl Values<'_> {
    fn directive(&self, key: &str) -> Option<&str> {
        match key {
            "revises" => self.revises.as_deref(),
            "depends-on" => self.depends_on.as_deref(),
            _ => self.labels.as_deref(),
        }
    }

    /// What a placeholder stands for on a line that begins with `before`; `None` for no placeholder.
    fn get(&self, name: &str, before: &str) -> Option<String> {
        let timestamp = self.stamp.timestamp();
        let part = |from: usize, to: usize| timestamp.get(from..to).unwrap_or_default();
        Some(match name {
            "id" => self.id.to_owned(),
            "slug" => self.slug.to_owned(),
            "message" => {
                let lines: Vec<String> = self.message.trim().lines().map(as_prose).collect();
                // A comment stays one on each of its lines; elsewhere there is one line.
                match before.trim_start().starts_with("--") {
                    true => lines.join("\n-- ").replace("-- \n", "--\n"),
                    false => lines.join(" "),
                }
            }
            "timestamp" => timestamp,
            "date" => part(0, 8).to_owned(),
            "time" => part(8, 14).to_owned(),
            "created" => format!(
                "{}-{}-{} {}:{}:{} UTC",
                part(0, 4),
                part(4, 6),
                part(6, 8),
                part(8, 10),
                part(10, 12),
                part(12, 14)
            ),
            key if DIRECTIVES.contains(&key) => self.directive(key).unwrap_or_default().to_owned(),
            _ => return None,
        })
    }
}

impl Templates {
    /// Reads the templates of a directory.
    ///
    /// # Errors
    ///
    /// One cannot be read, or its name says no direction or no dialect.
    pub fn read(checked: &Checked) -> Result<Self, TemplateError> {
        let mut templates = Vec::new();
        for name in &checked.files {
            let parts: Vec<&str> = name.split('.').collect();
            let (direction, dialect) = match parts.as_slice() {
                ["template", direction, "sql"] => (*direction, None),
                ["template", direction, dialect, "sql"] => (*direction, Some(*dialect)),
                ["template", .., "sql"] => ("", None),
                _ => continue,
            };
            let error = |message: String, help: &str| TemplateError {
                file: joined(&checked.shown_as, name),
                line: None,
                message,
                help: vec![help.to_owned()],
            };
            let direction = match direction {
                "up" => Direction::Up,
                "down" => Direction::Down,
                _ => {
                    return Err(error(
                        "a template for neither `up` nor `down`".to_owned(),
                        "call it `template.up.sql` or `template.down.sql`",
                    ));
                }
            };
            let dialect = match dialect {
                None => None,
                Some(dialect) => Some(own_dialect(dialect, checked.layout).map_err(|message| {
                    error(message, "call it `template.up.sql`, or take it away")
                })?),
            };
            let text = fs::read_to_string(checked.root.join(name)).map_err(|cause| {
                error(
                    format!("the template cannot be read: {cause}"),
                    "mend it, or take it away",
                )
            })?;
            templates.push(Template {
                file: joined(&checked.shown_as, name),
                direction,
                dialect,
                text: checksum::canonical(&text).into_owned(),
            });
        }
        Ok(Self(templates))
    }

    /// The scripts of one direction: one for each template, and a common one with the comment
    /// `otherwise` unless there is a template for all dialects, or one for each of `databases`.
    pub(super) fn scripts(
        &self,
        direction: Direction,
        values: &Values<'_>,
        otherwise: &str,
        databases: &[Dialect],
    ) -> Result<Texts, TemplateError> {
        let own: Vec<&Template> = self
            .0
            .iter()
            .filter(|one| one.direction == direction)
            .collect();
        let has = |dialect| own.iter().any(|one| one.dialect == dialect);
        let all = !databases.is_empty() && databases.iter().all(|dialect| has(Some(*dialect)));
        let mut scripts = Vec::new();
        if !has(None) && !all {
            let mut text = directives(direction, values, &[]);
            text.push_str(otherwise);
            scripts.push((None, text));
        }
        for template in own {
            scripts.push((template.dialect, template.fill(values)?));
        }
        scripts.sort_by_key(|(dialect, _)| *dialect);
        Ok(scripts)
    }
}

fn own_dialect(name: &str, layout: Layout) -> Result<Dialect, String> {
    let known = Dialect::ALL
        .into_iter()
        .find(|dialect| dialect.name() == name);
    let dialect = known.ok_or_else(|| format!("a template for `{name}`, which is no dialect"))?;
    match layout {
        Layout::Native => Ok(dialect),
        layout => Err(format!(
            "the layout `{layout}` has no scripts for one dialect alone"
        )),
    }
}

/// The directive lines that are not among those `written`.
fn directives(direction: Direction, values: &Values<'_>, written: &[&str]) -> String {
    let missing = DIRECTIVES.iter().filter(|key| !written.contains(*key));
    match direction {
        Direction::Up => missing
            .filter_map(|key| Some(line(key, values.directive(key)?)))
            .collect(),
        Direction::Down => String::new(),
    }
}

fn line(key: &str, value: &str) -> String {
    format!("-- migcheck: {key} = {value}\n")
}

impl Template {
    fn error(&self, line: usize, message: String, help: Vec<String>) -> TemplateError {
        let file = self.file.clone();
        TemplateError {
            file,
            line: Some(line),
            message,
            help,
        }
    }

    /// The script. What places the revision in the graph is always in it: where the template has a
    /// line such as `-- migcheck: revises = {revises}`, there, else at the top.
    fn fill(&self, values: &Values<'_>) -> Result<String, TemplateError> {
        let mut text = String::new();
        let mut written = Vec::new();
        for (at, whole) in self.text.lines().enumerate() {
            let Some((key, value)) = graph_directive(whole) else {
                self.fill_line(whole, at + 1, values, &mut text)?;
                text.push('\n');
                continue;
            };
            if value != format!("{{{key}}}") {
                let message = format!("what `{key}` is differs from revision to revision");
                let help =
                    format!("write `{key} = {{{key}}}`, or leave the line out: `new` writes it");
                return Err(self.error(at + 1, message, vec![help]));
            }
            if let (Direction::Up, Some(value)) = (self.direction, values.directive(key)) {
                text.push_str(&line(key, value));
            }
            written.push(key);
        }
        text.insert_str(0, &directives(self.direction, values, &written));
        Ok(text)
    }

    fn fill_line(
        &self,
        line: &str,
        number: usize,
        values: &Values<'_>,
        text: &mut String,
    ) -> Result<(), TemplateError> {
        let mut rest = line;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            if let Some((name, after)) = braced(from, "{{", "}}") {
                text.push_str(&format!("{{{name}}}"));
                rest = after;
            } else if let Some((name, after)) = braced(from, "{", "}") {
                let value = values.get(name, line).ok_or_else(|| {
                    let message = format!("`{{{name}}}` is no placeholder");
                    let instead = match nearest(name, PLACEHOLDERS) {
                        Some(near) => format!("did you mean `{{{near}}}`?"),
                        None => format!("the placeholders are {}", listed(&PLACEHOLDERS)),
                    };
                    let itself = format!("for the text itself write `{{{{{name}}}}}`");
                    self.error(number, message, vec![instead, itself])
                })?;
                text.push_str(&value);
                rest = after;
            } else {
                text.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
        text.push_str(rest);
        Ok(())
    }
}

/// The word that stands in braces at the start of `text`, and what follows.
fn braced<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let (name, after) = text.strip_prefix(open)?.split_once(close)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_part);
    is_word.then_some((name, after))
}

/// Key and value of a line that would place a revision in the graph.
fn graph_directive(line: &str) -> Option<(&'static str, &str)> {
    let comment = line.trim_start().strip_prefix("--")?;
    let (key, value) = comment
        .trim_start()
        .strip_prefix("migcheck:")?
        .split_once('=')?;
    let key = DIRECTIVES.into_iter().find(|known| *known == key.trim())?;
    Some((key, value.trim()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn filled(text: &str) -> Result<String, TemplateError> {
        let stamp = Stamp {
            seconds: 1_756_034_672,
            hash: "0123456789ab".to_owned(),
        };
        let values = Values {
            id: "002",
            slug: "add_users",
            message: "Add users\n\nand their migcheck: revises",
            stamp: &stamp,
            revises: Some("\"001\"".to_owned()),
            depends_on: None,
            labels: Some("[\"sales\"]".to_owned()),
        };
        let template = Template {
            file: "template.up.sql".to_owned(),
            direction: Direction::Up,
            dialect: None,
            text: text.to_owned(),
        };
        template.fill(&values)
    }

    #[test]
    fn directives_are_written_whether_the_template_has_them_or_not() {
        let both = "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"sales\"]\n";
        assert_eq!(filled("").unwrap(), both);
        assert_eq!(filled("SELECT 1;").unwrap(), format!("{both}SELECT 1;\n"));
        assert_eq!(
            filled("-- x\n--migcheck:revises={revises}\n-- migcheck: depends-on = {depends-on}\n")
                .unwrap(),
            "-- migcheck: labels = [\"sales\"]\n-- x\n-- migcheck: revises = \"001\"\n"
        );
        let error = filled("-- x\n-- migcheck: revises = \"007\"\n").unwrap_err();
        assert_eq!(error.line, Some(2));
    }

    #[test]
    fn a_message_stays_in_its_comment() {
        let text = filled(
            "-- migcheck: revises = {revises}\n-- migcheck: labels = {labels}\n-- {message}\nSELECT '{message}';\n",
        );
        assert!(text.unwrap().ends_with(
            "\n-- Add users\n--\n-- and their migcheck : revises\n\
                 SELECT 'Add users  and their migcheck : revises';\n"
        ));
    }

    #[test]
    fn other_braces_stand_for_themselves() {
        for same in [
            "'{}'",
            "'{\"a\": 1}'",
            "'{1,2}'",
            "'{{1,2},{3,4}}'",
            "{ id }",
            "{",
            "}",
            "{{",
        ] {
            assert!(
                filled(same).unwrap().ends_with(&format!("\n{same}\n")),
                "{same}"
            );
        }
        assert!(filled("{{id}} {id}").unwrap().ends_with("\n{id} 002\n"));
        assert!(filled("{{{id}}}").unwrap().ends_with("\n{{id}}\n"));
    }

    #[test]
    fn the_moment_is_written_as_file_names_write_it() {
        let text = filled("{timestamp} {date} {time} {created} {slug}").unwrap();
        assert!(
            text.ends_with("\n20250824112432 20250824 112432 2025-08-24 11:24:32 UTC add_users\n")
        );
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_its_line() {
        let error = filled("\n\nSELECT '{mesage}';").unwrap_err();
        assert_eq!(
            error.to_string(),
            "template.up.sql:3: `{mesage}` is no placeholder"
        );
        assert_eq!(
            error.help,
            [
                "did you mean `{message}`?",
                "for the text itself write `{{mesage}}`"
            ]
        );
        assert!(filled("{author}").unwrap_err().help[0].contains("`created`"));
    }
}
