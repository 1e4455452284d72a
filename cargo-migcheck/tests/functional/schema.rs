//! `docs/schema`: what every command prints as JSON is what its schema says.
//!
//! `screen` holds every JSON answer of every test against its schema; the tests here see that
//! there is a schema and an answer for each command.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::project::Project;

/// Holds what a command printed as JSON against the schema of the command.
pub(crate) fn hold_against_schema(arguments: &[String], stdout: &str) {
    let command = command_of(arguments);
    assert!(
        names().contains(&command),
        "`{command}` prints JSON and has no schema: describe it in docs/schema/{command}.json"
    );
    let answer: Value = serde_json::from_str(stdout).expect("JSON");
    if let Err(error) = validate(&command, &answer) {
        panic!("docs/schema/{command}.json does not describe what it printed: {error:#}\n{stdout}");
    }
}

/// Without a command it is `check`.
fn command_of(arguments: &[String]) -> String {
    let first = arguments.first().filter(|first| !first.starts_with('-'));
    let named = first.or_else(|| arguments.iter().find(|word| names().contains(*word)));
    named.map_or("check", String::as_str).to_owned()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema")
}

/// The commands that have a schema.
fn names() -> BTreeSet<String> {
    let files = fs::read_dir(folder()).expect("docs/schema");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8")
    });
    let names = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
    names.filter(|name| name != "common").collect()
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{name}.json"))).expect("a schema");
    serde_json::from_str(&text).expect("JSON")
}

fn validate(command: &str, answer: &Value) -> Result<(), String> {
    let mut compiler = Compiler::new();
    for name in ["common", command] {
        let mut schema = read(name);
        close(&mut schema, false);
        let place = format!("https://docs/schema/{name}.json");
        compiler.add_resource(&place, schema).expect("a schema");
    }
    let mut schemas = Schemas::new();
    let place = format!("https://docs/schema/{command}.json");
    let compiled = compiler.compile(&place, &mut schemas);
    let schema = compiled.unwrap_or_else(|error| panic!("{place}: {error:#}"));
    schemas
        .validate(answer, schema)
        .map_err(|error| format!("{error:#}"))
}

/// A schema lets keys be added, as the documentation promises; here a key that it does not name is
/// one that was forgotten.
fn close(schema: &mut Value, is_whole: bool) {
    let Value::Object(keys) = schema else { return };
    if is_whole && (keys.contains_key("properties") || keys.contains_key("$ref")) {
        keys.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    for (key, value) in keys.iter_mut() {
        // What `allOf` and `$defs` hold is a part of what refers to it.
        match (key.as_str(), value) {
            ("properties", Value::Object(all)) => all.values_mut().for_each(|one| close(one, true)),
            ("$defs", Value::Object(all)) => all.values_mut().for_each(|one| close(one, false)),
            ("oneOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, true)),
            ("allOf", Value::Array(all)) => all.iter_mut().for_each(|one| close(one, false)),
            ("items", one) => close(one, true),
            _ => {}
        }
    }
}

#[test]
fn every_command_that_prints_json_has_a_schema() {
    let project = Project::nothing();
    let help = project.run("-h");
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let names = names();
    let mut found = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        let help = project.run(&format!("{command} -h"));
        let words: Vec<&str> = help.split_whitespace().collect();
        let words = words.join(" ");
        let mut lists = words.split("[possible values: ").skip(1);
        if lists.any(|list| list.split([',', ' ', ']']).any(|value| value == "json")) {
            found += 1;
            assert!(
                names.contains(command),
                "`{command}` takes `--format json` and has no schema: describe its answer in \
                 docs/schema/{command}.json, and name the file in docs/json.md"
            );
        }
    }
    assert_eq!(
        found,
        names.len(),
        "a schema in docs/schema is of no command"
    );
}

/// An answer of each command. `screen` holds it against the schema.
#[test]
fn every_schema_is_held_against_an_answer() {
    let (chain, fork, bare) = (Project::chain(), Project::fork(), Project::bare());
    let shop = Project::chain().dbmate(1);
    let home = crate::environments::with_home(Project::chain());
    let half = crate::status::half_done();
    let peer = Project::bare().file("old/1_users.sql", "CREATE TABLE users (id bigint);\n");
    let mut answered = BTreeSet::new();
    for (project, arguments) in [
        (&chain, "check"),
        (&chain, "heads"),
        (&chain, "bases"),
        (&chain, "history"),
        (&chain, "show 002"),
        (&chain, "graph"),
        (&chain, "plan"),
        (&chain, "sql --dialect sqlite"),
        (&chain, "lock"),
        (&chain, "upgrade --create --database-url sqlite:shop.db"),
        (&chain, "current --database-url sqlite:shop.db"),
        (&chain, "history --database-url sqlite:shop.db"),
        (&chain, "downgrade -1 --database-url sqlite:shop.db"),
        (&shop, "adopt --database-url sqlite:shop.db"),
        (&shop, "identify --database-url sqlite:shop.db"),
        (&chain, "drift --database-url sqlite:shop.db"),
        (&chain, "status --database-url sqlite:shop.db"),
        (&chain, "stamp head --database-url sqlite:shop.db"),
        (&chain, "verify --database-url sqlite:shop.db"),
        (&half, "resolve --as applied --yes --env home"),
        (&chain, "snapshot --database-url sqlite:shop.db"),
        (&chain, "backup --database-url sqlite:shop.db --to copy.db"),
        (&home, "upgrade --create --database-url sqlite:home.db"),
        (&home, "roundtrip --on sqlite --write-fingerprints"),
        (&home, "verify --schema --database-url sqlite:home.db"),
        (&home, "drift --database-url sqlite:home.db"),
        (&home, "reset --env home --confirm home.db"),
        (&chain, "roundtrip --on sqlite"),
        (&chain, "clean"),
        (&chain, "new search"),
        (&chain, "explain"),
        (&chain, "explain cycle"),
        (&fork, "branches"),
        (&fork, "rebase 003 --onto 002 --unreleased --dry-run"),
        (&fork, "merge"),
        (&peer, "import old --to migrations"),
        (&bare, "init"),
    ] {
        let screen = project.run(&format!("{arguments} --format json"));
        assert!(screen.ends_with("--- exit code 0\n"), "{screen}");
        answered.extend(arguments.split(' ').next().map(str::to_owned));
    }
    assert_eq!(
        answered,
        names(),
        "add an answer of the command to this list"
    );
}

#[test]
fn every_command_says_why_there_is_no_answer() {
    let project = Project::chain();
    for command in names() {
        let arguments = match command.as_str() {
            "stamp" => "head --directory nowhere",
            "resolve" => "--as applied --directory nowhere",
            "backup" => "--to x --directory nowhere",
            "reset" => "--env x --directory nowhere",
            "show" | "new" | "downgrade" => "x --directory nowhere",
            "explain" => "nonsense",
            "clean" => "--on sqlite",
            "init" => "-p nobody",
            "import" => "nowhere --to migrations",
            "rebase" => "x --onto y --directory nowhere",
            _ => "--directory nowhere",
        };
        let screen = project.run(&format!("{command} {arguments} --format json"));
        assert!(screen.contains("\"error\": {"), "{screen}");
        assert!(screen.ends_with("--- exit code 2\n"), "{screen}");
    }
}

#[test]
fn what_a_schema_does_not_describe_is_noticed() {
    let sound = json!({ "version": 1, "directories": [{ "directory": "m", "revisions": [] }] });
    assert_eq!(validate("heads", &sound), Ok(()));
    for (place, value) in [
        ("/directories/0/extra", json!(1)),
        ("/extra", json!(1)),
        ("/version", json!(2)),
        ("/directories/0/directory", json!(null)),
    ] {
        let mut wrong = sound.clone();
        let (parent, key) = place.rsplit_once('/').expect("a path");
        let parent = wrong.pointer_mut(parent).expect("a place");
        parent[key] = value;
        assert!(validate("heads", &wrong).is_err(), "{place}");
    }
    assert!(validate("heads", &json!({ "version": 1 })).is_err());
}
