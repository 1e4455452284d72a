//! `check --format sarif`: valid SARIF 2.1.0, and what code scanning needs of it.

use std::fs;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::project::{CONFIG, Project};
use crate::{regex_of, screens};

/// The log that a command prints, which is valid.
fn log(project: &Project, arguments: &[&str]) -> Value {
    let output = project
        .command(arguments)
        .output()
        .expect("the binary runs");
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let file = "tests/functional/sarif-2.1.0/sarif-schema-2.1.0.json";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(file).expect("the official schema");
    let mut compiler = Compiler::new();
    let place = "https://sarif/schema.json";
    let schema = serde_json::from_str(&text).expect("JSON");
    compiler.add_resource(place, schema).expect("a schema");
    compiler.enable_format_assertions();
    let mut schemas = Schemas::new();
    let schema = compiler.compile(place, &mut schemas).expect("a schema");
    if let Err(error) = schemas.validate(&log, schema) {
        panic!("{error:#}\n{log:#}");
    }
    log
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results")
}

#[test]
fn the_whole_log() {
    let project = Project::fork()
        .file(
            "migrations/migcheck.toml",
            &format!(
                "layout = native{}",
                CONFIG.trim_start_matches("layout = \"native\"")
            ),
        )
        .file("migrations/ähm, 100%.txt", "");
    let mut log = log(&project, &["check", "--format", "sarif"]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].take();
    let explain = rules.as_array().expect("rules");
    assert_eq!(explain.len(), migcheck_core::Code::ALL.len());
    screens!("sarif", project, format!("{log:#}\n{:#}\n", explain[1]));
}

#[test]
fn every_kind_of_finding_is_valid() {
    let mut seen = std::collections::BTreeSet::new();
    let sql = "SELECT 1;\n";
    for project in [
        Project::chain(),
        Project::new(),
        Project::fork().revision("005", "parcels", "004").file("migrations/fix.up.sql", sql),
        Project::chain().revision("003", "search", "002").without("migrations/002_orders.down.sql"),
        Project::chain().revision("002", "orders", "003"),
        Project::chain().file("migrations/003_invoices.down.sql", "-- later\n"),
        Project::chain().file("migrations/003_invoices.up.sql", "-- migcheck: revise = 002\r\nSELECT 1;\r\n"),
        Project::chain().file("migrations/003_invoices.up.sql", "-- migcheck: revises = [\"001\", \"002\", \"002\"]\n-- migcheck: transaction = \"ü\"\nSELECT 1;\n"),
        Project::chain().file("migrations/migcheck.lock", "version = 9\n"),
    ] {
        let log = log(&project, &["--format", "sarif"]);
        let rules = &log["runs"][0]["tool"]["driver"]["rules"];
        for result in results(&log) {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            seen.insert(result["ruleId"].as_str().expect("a rule").to_owned());
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn files_are_named_from_the_root_of_the_repository() {
    let project = Project::nothing();
    fs::create_dir(project.path().join(".git")).expect("a folder");
    let package =
        "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    let project = project
        .file("my app/Cargo.toml", package)
        .file("my app/src/main.rs", "fn main() {}\n")
        .file("my app/migrations/migcheck.toml", CONFIG)
        .file("my app/migrations/notes.txt", "");
    let uri = |log: &Value| {
        let place = &results(log)[0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uriBaseId"], "%SRCROOT%");
        place["uri"].as_str().expect("a place").to_owned()
    };
    let arguments = [
        "check",
        "--format",
        "sarif",
        "--directory",
        "my app/migrations",
    ];
    assert_eq!(
        uri(&log(&project, &arguments)),
        "my%20app/migrations/notes.txt"
    );
    let arguments = [
        "check",
        "--format",
        "sarif",
        "--manifest-path",
        "my app/Cargo.toml",
    ];
    assert_eq!(
        uri(&log(&project, &arguments)),
        "my%20app/migrations/notes.txt"
    );
}

#[test]
fn a_finding_is_recognised_again_when_lines_move() {
    let text = "-- migcheck: revises = \"00l\"\nSELECT 1;\n";
    let marks = |text: &str| {
        let project = Project::chain().file("migrations/003_invoices.up.sql", text);
        let log = log(&project, &["check", "--format", "sarif"]);
        results(&log)
            .iter()
            .map(|result| result["partialFingerprints"].clone())
            .collect::<Vec<_>>()
    };
    let marks_before = marks(text);
    assert_eq!(marks_before.len(), 1);
    assert_eq!(marks_before, marks(&format!("-- One line more.\n{text}")));
    assert_ne!(marks_before, marks(&text.replace("00l", "OO1")));
}

#[test]
fn why_there_is_no_answer_is_valid_too() {
    let project = Project::nothing();
    let log = log(&project, &["check", "--format", "sarif"]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let said = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(
        said.as_str()
            .expect("a text")
            .contains("there is no Cargo.toml")
    );
}
