//! Wrong inputs, as a user of the command meets them: what is printed, word by word, and that nothing is
//! lost by it. Each server has its page in `snapshots`.

mod files;
mod servers;

use std::process::Command;

use migcheck_core::Dialect;

use crate::place::{CONFIG, Directory, Place};

/// Everything that can be wrong, on one server.
pub(crate) fn inputs(place: &Place) {
    let page = match place.dialect() {
        Dialect::Sqlite => files::page(),
        _ => servers::page(place),
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots");
    let name = place.name();
    let product = name.split(':').next().unwrap_or_default();
    settings.bind(|| insta::assert_snapshot!(format!("wrong-{product}"), page));
}

/// Two tables, one after the other.
fn directory() -> Directory {
    let mut directory = Directory::new().file("migcheck.toml", CONFIG);
    for (id, table, parent) in [("001", "users", "base"), ("002", "orders", "001")] {
        let up = format!("-- migcheck: revises = \"{parent}\"\nCREATE TABLE {table} (id int);\n");
        let down = format!("DROP TABLE {table};\n");
        directory = directory
            .file(&format!("{id}_{table}.up.sql"), &up)
            .file(&format!("{id}_{table}.down.sql"), &down);
    }
    directory
}

/// The screens of one page, each below what it is about.
#[derive(Default)]
struct Page(String);

impl Page {
    fn about(&mut self, title: &str) -> &mut Self {
        self.0.push_str(&format!("\n## {title}\n\n"));
        self
    }

    /// What is printed, and the code that it ends with.
    #[track_caller]
    fn screen(&mut self, mut command: Command, masked: &[(&str, &str)], code: i32) -> &mut Self {
        let output = command.output().expect("the binary runs");
        let mut arguments: Vec<_> = command.get_args().skip(1).collect();
        // The last two are the directory.
        arguments.truncate(arguments.len() - 2);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|word| word.to_string_lossy())
            .collect();
        let mut screen = format!("$ cargo migcheck {}\n", arguments.join(" "));
        for stream in [&output.stdout, &output.stderr] {
            screen.push_str(&String::from_utf8_lossy(stream));
        }
        for (from, to) in masked {
            screen = screen.replace(from, to);
        }
        let screen = without_numbers(&screen);
        assert_eq!(output.status.code(), Some(code), "{screen}");
        for line in screen.lines().skip(1) {
            // What is to be copied is in one line.
            let is_free = line.starts_with("    ");
            assert!(is_free || line.chars().count() <= 80, "{line}\n{screen}");
        }
        self.0.push_str(&screen);
        self.0.push_str(&format!("[{code}]\n"));
        self
    }
}

/// With one port for those that are given out, and one address for a container's network.
fn without_numbers(screen: &str) -> String {
    let mut text = String::new();
    let mut rest = screen;
    while let Some((at, marker)) = ["127.0.0.1:", "'@'1"]
        .into_iter()
        .filter_map(|marker| Some((rest.find(marker)?, marker)))
        .min()
    {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        let is_address = marker.starts_with('\'');
        let start = marker.len() - usize::from(is_address);
        let end = after[start..].find(|c: char| !(c.is_ascii_digit() || is_address && c == '.'));
        let number = &after[start..start + end.unwrap_or(after.len() - start)];
        text.push_str(&after[..start]);
        text.push_str(match is_address {
            true => "172.17.0.1",
            // Port 1 is one that nobody listens on.
            false if number.len() == 5 => "54321",
            false => number,
        });
        rest = &after[start + number.len()..];
    }
    text + rest
}
