//! What came of the stairs as JUnit's XML, which CI servers show as the results of tests.
//!
//! A suite is a directory on a server, a case a revision. There is no standard: what is written is
//! what Jenkins, GitLab and GitHub's actions read alike, with the `file` and `line` that some of
//! them show. <https://github.com/testmoapp/junitxml>

use std::fmt::Write as _;
use std::time::Duration;

use migcheck_core::Outcome;
use migcheck_core::render::RenderStyle;
use migcheck_harness::Stair;

use super::Tripped;
use crate::commands::check::checkout::Checkout;
use crate::error::CommandError;
use crate::workspace::{Directory, slashed};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    time: Duration,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.time += other.time;
    }

    fn attributes(self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
            self.tests,
            self.failures,
            self.errors,
            self.skipped,
            self.time.as_secs_f64()
        )
    }
}

/// The whole document.
pub(super) fn document(tripped: &[Tripped]) -> String {
    let checkout = Checkout::around(tripped.iter().map(|one| &one.directory));
    let (mut suites, mut all) = (String::new(), Counts::default());
    for one in tripped {
        let by_server = |a: &Stair, b: &Stair| a.server == b.server;
        for stairs in one.report.stairs.chunk_by(by_server) {
            all.add(suite(&mut suites, &checkout, &one.directory, stairs));
        }
        for error in &one.report.errors {
            all.add(broken_suite(
                &mut suites,
                &one.directory.name,
                &error.to_string(),
            ));
        }
    }
    around(&suites, all)
}

/// Why there is no answer.
pub(super) fn failure(error: &CommandError) -> String {
    let mut message = error.message().to_owned();
    for hint in error.hints() {
        let _ = write!(message, "\nhelp: {hint}");
    }
    let mut suites = String::new();
    let counts = broken_suite(&mut suites, "migcheck", &message);
    around(&suites, counts)
}

fn around(suites: &str, counts: Counts) -> String {
    format!(
        "{HEAD}<testsuites name=\"migcheck roundtrip\" {}>\n{suites}</testsuites>\n",
        counts.attributes()
    )
}

/// The stairs of one server.
fn suite(out: &mut String, checkout: &Checkout, directory: &Directory, stairs: &[Stair]) -> Counts {
    let server = stairs.first().map_or("", |stair| &*stair.server);
    let name = attribute(&format!("{} on {server}", directory.name));
    let (mut cases, mut counts) = (String::new(), Counts::default());
    for faults in stairs.chunk_by(|a, b| a.revision == b.revision) {
        let file = |shown: &str| {
            let file = checkout.relative(directory, shown);
            attribute(&file.unwrap_or_else(|path| slashed(&path)))
        };
        counts.add(case(&mut cases, &name, faults, file));
    }
    let counted = counts.attributes();
    let _ = write!(
        out,
        "  <testsuite name=\"{name}\" {counted}>\n{cases}  </testsuite>\n"
    );
    counts
}

/// A revision: JUnit has one failure a case, so that several faults stand in one text.
fn case(out: &mut String, class: &str, faults: &[Stair], file: impl Fn(&str) -> String) -> Counts {
    let Some(first) = faults.first() else {
        return Counts::default();
    };
    let failed: Vec<&Stair> = faults.iter().filter(|stair| stair.is_failure()).collect();
    let shown = failed.first().copied().unwrap_or(first);
    let mut counts = Counts {
        tests: 1,
        time: first.took,
        ..Counts::default()
    };
    let _ = write!(
        out,
        "    <testcase classname=\"{class}\" name=\"{}\"",
        attribute(&first.revision)
    );
    if let Some(script) = &shown.script {
        let (file, line) = (file(&script.path), shown.line());
        let _ = write!(out, " file=\"{file}\" line=\"{line}\"");
    }
    let _ = write!(out, " time=\"{:.3}\"", first.took.as_secs_f64());
    let mut inside = String::new();
    if !failed.is_empty() {
        counts.failures = 1;
        let outcomes: Vec<&str> = failed.iter().map(|stair| stair.outcome.name()).collect();
        let _ = writeln!(
            inside,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            outcomes[0],
            attribute(&format!("{}: {}", outcomes.join(", "), first.revision)),
            text(&drawn(&failed))
        );
    } else if let Some(why) = skipped(faults) {
        counts.skipped = 1;
        let _ = writeln!(inside, "      <skipped message=\"{}\"/>", attribute(&why));
    }
    let besides: Vec<&Stair> = faults
        .iter()
        .filter(|stair| stair.outcome.is_fault() && !stair.is_failure())
        .collect();
    if !besides.is_empty() {
        let _ = writeln!(
            inside,
            "      <system-out>{}</system-out>",
            text(&drawn(&besides))
        );
    }
    if inside.is_empty() {
        out.push_str("/>\n");
    } else {
        let _ = write!(out, ">\n{inside}    </testcase>\n");
    }
    counts
}

/// Why a stair that has not failed has not passed either.
fn skipped(faults: &[Stair]) -> Option<String> {
    faults.iter().find_map(|stair| {
        let known = stair.known.as_ref();
        let known = known.map(|reason| format!("known {}: {reason}", stair.outcome));
        known.or_else(|| {
            let reason = stair.reason.as_deref().unwrap_or_default();
            (stair.outcome == Outcome::Irreversible).then(|| format!("irreversible: {reason}"))
        })
    })
}

fn drawn(stairs: &[&Stair]) -> String {
    let drawn = stairs.iter().map(|stair| {
        let drawn = stair.render(RenderStyle::default());
        drawn.trim_end().to_owned()
    });
    drawn.collect::<Vec<_>>().join("\n\n")
}

/// A suite that came to nothing.
fn broken_suite(out: &mut String, name: &str, message: &str) -> Counts {
    let counts = Counts {
        tests: 1,
        errors: 1,
        ..Counts::default()
    };
    let first = message.lines().next().unwrap_or_default();
    let _ = write!(
        out,
        "  <testsuite name=\"{name}\" {}>\n    <testcase classname=\"{name}\" name=\"roundtrip\">\n      \
         <error type=\"error\" message=\"{}\">{}</error>\n    </testcase>\n  </testsuite>\n",
        counts.attributes(),
        attribute(first),
        text(message),
        name = attribute(name),
    );
    counts
}

fn attribute(value: &str) -> String {
    escaped(value).replace('"', "&quot;").replace('\n', "&#10;")
}

fn text(value: &str) -> String {
    escaped(value)
}

/// What XML 1.0 has no way to write stands as it does in Rust: `\u{1b}`.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                escaped.extend(c.escape_unicode());
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_element_before_its_end() {
        assert_eq!(
            attribute("a\"b<c>&amp;\n\u{1b}[0m\r"),
            "a&quot;b&lt;c&gt;&amp;amp;&#10;\\u{1b}[0m\\u{d}"
        );
        assert_eq!(text("]]>\0\u{fffe}ü\t"), "]]&gt;\\u{0}\\u{fffe}ü\t");
    }
}
