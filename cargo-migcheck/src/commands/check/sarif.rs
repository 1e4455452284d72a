//! Findings as SARIF 2.1.0, which code-scanning services and editors read.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::HashMap;
use std::path::Path;

use migcheck_core::{Applicability, Checksum, Code, Finding, Label, Severity};
use serde_json::{Value, json};

use super::Seen;
use super::checkout::Checkout;
use crate::commands::pages::page;
use crate::error::CommandError;
use crate::output::Region;
use crate::workspace::{Directory, slashed};

/// What relative addresses are relative to.
const ROOT: &str = "%SRCROOT%";

/// A log with every finding.
pub(super) fn log(checkout: &Checkout, seen: &[Seen]) -> Value {
    let mut alike = HashMap::new();
    let mut results = Vec::new();
    for one in seen {
        let files = Files {
            checkout,
            directory: &one.directory,
        };
        let findings = one.checked.findings.iter();
        results.extend(findings.map(|finding| files.result(finding, &mut alike)));
    }
    let invocation = json!({ "executionSuccessful": true });
    let mut root = url_of(checkout.root());
    root.push('/');
    let base = json!({ ROOT: { "uri": root } });
    run(&invocation, &results, Some(base))
}

/// A log that says why there is no answer.
pub(super) fn failure(error: &CommandError) -> Value {
    let text = [error.message()]
        .into_iter()
        .chain(error.hints().iter().map(String::as_str));
    let text: Vec<&str> = text.collect();
    let invocation = json!({
        "executionSuccessful": false,
        "toolExecutionNotifications": [{
            "level": "error",
            "message": { "text": text.join("\n") },
        }],
    });
    run(&invocation, &[], None)
}

fn run(invocation: &Value, results: &[Value], base: Option<Value>) -> Value {
    let mut run = json!({
        "tool": { "driver": {
            "name": "migcheck",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
        }},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    if let Some(base) = base {
        run["originalUriBaseIds"] = base;
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    })
}

fn rule(code: Code) -> Value {
    let summary = code.summary().trim();
    let (example, way_out) = page(code).map_or(("", ""), |page| (page.example, page.way_out));
    json!({
        "id": code.name(),
        "shortDescription": { "text": summary },
        "fullDescription": { "text": format!("{summary} {way_out}") },
        "help": {
            "text": format!("Example:\n\n{example}\n\nThe way out: {way_out}"),
            "markdown": format!("**Example**\n\n```\n{example}\n```\n\n**The way out**\n\n{way_out}"),
        },
        "defaultConfiguration": { "level": level(code.default_severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Deny => "error",
        Severity::Warn => "warning",
        Severity::Allow => "none",
    }
}

/// The files of a directory.
struct Files<'a> {
    checkout: &'a Checkout,
    directory: &'a Directory,
}

impl Files<'_> {
    fn result(&self, finding: &Finding, seen: &mut HashMap<Checksum, usize>) -> Value {
        let notes = finding.notes.iter().map(|note| format!("\nnote: {note}"));
        let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
        let rest: String = notes.chain(help).collect();
        let mut places = finding.labels.iter();
        let locations: Vec<Value> = places
            .by_ref()
            .take(1)
            .map(|one| self.location(one))
            .collect();
        let others = places.enumerate().map(|(at, label)| {
            let mut location = self.location(label);
            location["id"] = json!(at + 1);
            location
        });
        let mut result = json!({
            "ruleId": finding.code.name(),
            "ruleIndex": Code::ALL.iter().position(|code| *code == finding.code),
            "level": level(finding.severity),
            "message": { "text": format!("{}{rest}", finding.message) },
            "locations": locations,
            "partialFingerprints": { "migcheckFinding/v1": self.fingerprint(finding, seen) },
        });
        let others: Vec<Value> = others.collect();
        if !others.is_empty() {
            result["relatedLocations"] = others.into();
        }
        if let Some(edit) = &finding.edit {
            let text = match edit.applicability {
                Applicability::Safe => "`cargo migcheck check --fix` makes this edit",
                Applicability::Guess => "if that is meant, this edit mends it",
            };
            result["fixes"] = json!([{
                "description": { "text": text },
                "artifactChanges": [{
                    "artifactLocation": self.artifact(&edit.source.path),
                    "replacements": [{
                        "deletedRegion": region(Region::of_edit(edit)),
                        "insertedContent": { "text": edit.replacement },
                    }],
                }],
            }]);
        }
        result
    }

    /// What stays the same while lines move: the code, the file and the message; and which of
    /// several that are alike it is.
    fn fingerprint(&self, finding: &Finding, seen: &mut HashMap<Checksum, usize>) -> String {
        let file = finding
            .labels
            .first()
            .map(|label| self.artifact(&label.source.path));
        let file = file.map(|file| file["uri"].to_string()).unwrap_or_default();
        let parts = [finding.code.name(), &file, &finding.message];
        let sum = Checksum::of_parts(parts.map(str::as_bytes));
        let count = seen.entry(sum).or_default();
        *count += 1;
        let sum = sum.to_string();
        format!("{}:{count}", sum.get(..16).unwrap_or(&sum))
    }

    fn location(&self, label: &Label) -> Value {
        // Services show nothing that has no line: a file as a whole is shown at its first.
        let region = Region::of_label(label).map_or_else(|| json!({ "startLine": 1 }), region);
        let mut location = json!({
            "physicalLocation": {
                "artifactLocation": self.artifact(&label.source.path),
                "region": region,
            },
        });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": label.text });
        }
        location
    }

    fn artifact(&self, shown: &str) -> Value {
        match self.checkout.relative(self.directory, shown) {
            Ok(below) => json!({ "uri": encoded(&below), "uriBaseId": ROOT }),
            Err(path) => json!({ "uri": url_of(&path) }),
        }
    }
}

fn region(region: Region) -> Value {
    json!({
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    })
}

fn url_of(path: &Path) -> String {
    let path = slashed(path);
    // `C:/x` on Windows, which begins without a slash.
    format!("file:///{}", encoded(path.trim_start_matches('/')))
}

/// A path as part of a URL: what RFC 3986 does not leave unreserved is escaped.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_url() {
        assert_eq!(encoded("a b/ü%#?.sql"), "a%20b/%C3%BC%25%23%3F.sql");
        assert_eq!(url_of(Path::new("/srv/my app")), "file:///srv/my%20app");
    }
}
