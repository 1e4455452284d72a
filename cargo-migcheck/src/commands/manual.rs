//! `cargo migcheck manual`: the manual page, made of what `--help` says.
//!
//! One page for all commands, because `cargo help migcheck` opens that one. The macros are those of
//! man(7).

use std::fmt::Write as _;

use clap::builder::PossibleValue;
use clap::{Arg, Args, Command};

use crate::cli::{self, Context};
use crate::exit::Exit;

/// Print the manual page
///
///   cargo migcheck manual > ~/.local/share/man/man1/cargo-migcheck.1
///
/// `man cargo-migcheck` and `cargo help migcheck` then show it.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ManualArgs {}

impl ManualArgs {
    pub(crate) fn run(self, context: &Context) -> Exit {
        context.terminal.print(page(cli::command()));
        Exit::Success
    }
}

fn page(mut command: Command) -> String {
    command.build();
    let version = env!("CARGO_PKG_VERSION");
    let about = command.get_about().map(ToString::to_string);
    let mut page = format!(
        ".TH CARGO\\-MIGCHECK 1 \"\" \"cargo\\-migcheck {version}\" \"migcheck\"\n\
         .SH NAME\ncargo\\-migcheck \\- {}\n.SH SYNOPSIS\n",
        escaped(about.unwrap_or_default().trim_end_matches('.'))
    );
    let _ = writeln!(page, "{}", usage(&mut command));
    page.push_str(".SH DESCRIPTION\n");
    prose(&long_about(&command), &mut page);
    page.push_str(".SH OPTIONS\n");
    options(&command, |arg| arg.get_id() != "version", &mut page);
    page.push_str(".SH COMMANDS\n");
    for one in command.get_subcommands_mut() {
        if one.is_hide_set() || one.get_name() == "help" {
            continue;
        }
        let name = escaped(one.get_name());
        let _ = writeln!(page, ".SS {name}\n{}\n.PP", usage(one));
        prose(&long_about(one), &mut page);
        options(
            one,
            |arg| !arg.is_global_set() && arg.get_id() != "help",
            &mut page,
        );
    }
    page.push_str(".SH EXIT STATUS\n");
    for line in cli::EXIT_CODES.lines().skip(1) {
        let (code, meaning) = line.trim().split_once(' ').unwrap_or((line, ""));
        let _ = writeln!(page, ".TP\n\\fB{code}\\fR\n{}", escaped(meaning.trim()));
    }
    page.push_str(".SH FILES\n");
    list(&FILES, &mut page);
    page.push_str(".SH ENVIRONMENT\n");
    list(&ENVIRONMENT, &mut page);
    page.push_str(".SH SEE ALSO\n.BR cargo (1)\n");
    page
}

const FILES: [(&str, &str); 4] = [
    (
        "migrations/",
        "A package's migration directory, unless `[package.metadata.migcheck]` in its Cargo.toml names others.",
    ),
    ("migrations/migcheck.toml", "Its configuration."),
    (
        "migrations/migcheck.lock",
        "The checksums of its revisions, so that an edit is noticed.",
    ),
    (
        "migrations/template.up.sql, template.down.sql",
        "What `new` fills new scripts with.",
    ),
];

const ENVIRONMENT: [(&str, &str); 3] = [
    (
        "CARGO_TERM_COLOR, NO_COLOR",
        "When to use colour; `--color` comes first.",
    ),
    ("VISUAL, EDITOR", "What `new --edit` opens."),
    (
        "MIGCHECK_IMAGE_POSTGRES, MIGCHECK_IMAGE_MYSQL, MIGCHECK_IMAGE_MARIADB",
        "Images to use for the containers of round trips.",
    ),
];

fn list(items: &[(&str, &str)], page: &mut String) {
    for (name, text) in items {
        let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(text));
    }
}

fn long_about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

/// `cargo migcheck new [OPTIONS] <MESSAGE>`.
fn usage(command: &mut Command) -> String {
    let usage = command.render_usage().to_string();
    let usage = usage.trim().trim_start_matches("Usage:");
    let lines = usage.lines().map(|line| escaped(line.trim()));
    lines.collect::<Vec<_>>().join("\n.br\n")
}

/// Paragraphs; indented lines are kept as they are.
fn prose(text: &str, page: &mut String) {
    let mut is_kept = false;
    for line in text.trim_end().lines() {
        let keep = line.starts_with(' ');
        if keep != is_kept {
            page.push_str(if keep { ".nf\n" } else { ".fi\n" });
            is_kept = keep;
        }
        match line {
            "" => page.push_str(".PP\n"),
            line => {
                let _ = writeln!(page, "{}", escaped(line));
            }
        }
    }
    if is_kept {
        page.push_str(".fi\n");
    }
}

fn options(command: &Command, is_wanted: impl Fn(&Arg) -> bool, page: &mut String) {
    let arguments = command.get_arguments();
    for argument in arguments.filter(|one| !one.is_hide_set() && is_wanted(one)) {
        let _ = writeln!(page, ".TP\n{}", heading(argument));
        let help = argument.get_long_help().or(argument.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "{}", escaped(help.trim()).replace("\n\n", "\n.IP\n"));
        let takes_value = argument.get_action().takes_values();
        let values = argument.get_possible_values();
        let values: Vec<&str> = values
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(PossibleValue::get_name)
            .collect();
        let defaults: Vec<_> = argument
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy())
            .collect();
        if takes_value && !values.is_empty() {
            let _ = writeln!(
                page,
                ".br\nPossible values: {}.",
                escaped(&values.join(", "))
            );
        }
        if takes_value && !argument.is_hide_default_value_set() && !defaults.is_empty() {
            let _ = writeln!(page, ".br\nDefault: {}.", escaped(&defaults.join(",")));
        }
    }
}

/// `-f, --format FORMAT`.
fn heading(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let flags: Vec<String> = short.into_iter().chain(long).collect();
    let flags = match flags.as_slice() {
        [] => String::new(),
        flags => format!("\\fB{}\\fR", escaped(&flags.join(", "))),
    };
    let values = match argument.get_action().takes_values() {
        true => argument.get_value_names().unwrap_or_default(),
        false => &[],
    };
    let values = values
        .iter()
        .map(|name| format!("\\fI{}\\fR", escaped(name)));
    std::iter::once(flags)
        .chain(values)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text as roff has it; what stands in backquotes is bold.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let mut is_code = false;
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            escaped.push('\n');
        }
        if line.starts_with(['.', '\'']) {
            escaped.push_str("\\&");
        }
        for c in line.chars() {
            match c {
                '\\' => escaped.push_str("\\e"),
                '-' => escaped.push_str("\\-"),
                '~' => escaped.push_str("\\(ti"),
                '`' => {
                    is_code = !is_code;
                    escaped.push_str(if is_code { "\\fB" } else { "\\fR" });
                }
                c => escaped.push(c),
            }
        }
    }
    if is_code {
        escaped.push_str("\\fR");
    }
    escaped
}
