//! What cargo makes of an embedded directory: real packages, built by a real cargo.
//!
//! A stale binary is the fault these tests are about: whatever changes in the directory has to be
//! in the next build, and what does not change must not cost one.

#![allow(clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use std::{fs, thread};

use migcheck_core::Lock;
use serde_json::Value;

/// Prints the revisions that are embedded.
const MAIN: &str = r#"static MIGRATIONS: migcheck::Migrations = migcheck::embed!("migrations");

fn main() {
    for revision in MIGRATIONS.revisions() {
        println!("{} {}", revision.id, revision.slug);
    }
}
"#;

const WATCH: &str = r#"fn main() {
    migcheck::build::watch("migrations");
}
"#;

/// A package with a migration directory. All of them share a target directory, so that migcheck
/// itself is compiled once.
struct Project {
    name: &'static str,
    root: PathBuf,
}

/// What a build came to.
struct Build {
    succeeded: bool,
    /// The binary was compiled, and not found up to date.
    compiled: bool,
    executable: Option<PathBuf>,
    stderr: String,
}

impl Project {
    /// An empty package with `main.rs` and `build.rs` as users have them.
    fn new(name: &'static str) -> Self {
        Self::at(name, "app")
    }

    /// The same in a directory of its own choice.
    fn at(name: &'static str, directory: &str) -> Self {
        let workspace = place().join(name);
        if workspace.exists() {
            fs::remove_dir_all(&workspace).expect("the package of the last run can be removed");
        }
        let root = workspace.join(directory);
        let migcheck = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        // Without its own `[workspace]` the package would belong to the one it is built in.
        let manifest = manifest(name);
        let project = Self { name, root };
        project
            .file("Cargo.toml", &format!("[workspace]\n\n{manifest}"))
            .file("src/main.rs", MAIN)
            .file("build.rs", WATCH)
            .file(
                "migrations/migcheck.toml",
                "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n",
            );
        // The versions that the workspace was compiled with need no network.
        let lock = Path::new(migcheck).join("Cargo.lock");
        fs::copy(lock, project.root.join("Cargo.lock")).expect("the workspace has a lock");
        project
    }

    /// Three revisions, one after the other.
    fn chain(name: &'static str) -> Self {
        let project = Self::new(name);
        project
            .revision("001", "users", "base")
            .revision("002", "orders", "001")
            .revision("003", "invoices", "002");
        project
    }

    fn file(&self, path: &str, text: &str) -> &Self {
        self.bytes(path, text.as_bytes())
    }

    fn bytes(&self, path: &str, bytes: &[u8]) -> &Self {
        wait_for_the_clock();
        let path = self.root.join(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
        self
    }

    /// A revision; its id may lead to another directory: `../billing/002`.
    fn revision(&self, id: &str, slug: &str, parent: &str) -> &Self {
        self.file(
            &format!("migrations/{id}_{slug}.up.sql"),
            &format!("-- migcheck: revises = \"{parent}\"\nCREATE TABLE {slug} (id int);\n"),
        )
        .file(
            &format!("migrations/{id}_{slug}.down.sql"),
            &format!("DROP TABLE {slug};\n"),
        )
    }

    fn rename(&self, from: &str, to: &str) -> &Self {
        wait_for_the_clock();
        fs::rename(self.root.join(from), self.root.join(to)).expect("a file can be renamed");
        self
    }

    fn remove(&self, path: &str) -> &Self {
        wait_for_the_clock();
        fs::remove_file(self.root.join(path)).expect("a file can be removed");
        self
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("a file can be read")
    }

    fn cargo(&self, command: &str, format: &str) -> Output {
        Command::new(env!("CARGO"))
            .args([command, "--offline", "--message-format", format])
            .arg("--target-dir")
            .arg(place().join("target"))
            .current_dir(&self.root)
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .expect("cargo runs")
    }

    /// What an editor is told: the errors of `cargo check`, as data.
    fn errors(&self) -> Vec<Value> {
        let Output { status, stdout, .. } = self.cargo("check", "json");
        let stdout = String::from_utf8_lossy(&stdout);
        let messages = stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["reason"] == "compiler-message")
            .map(|line| line["message"].clone());
        // rustc's last word, how many errors there were, is about no place.
        let errors: Vec<Value> = messages
            .filter(|one| one["level"] == "error" && one["spans"] != Value::Array(Vec::new()))
            .collect();
        assert_eq!(status.success(), errors.is_empty(), "{errors:#?}");
        errors
    }

    fn build(&self) -> Build {
        let Output {
            status,
            stdout,
            stderr,
        } = self.cargo("build", "json-render-diagnostics");
        let stdout = String::from_utf8_lossy(&stdout);
        let artifact = stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find(|message| {
                message["reason"] == "compiler-artifact"
                    && message["target"]["name"] == self.name
                    && message["target"]["kind"][0] == "bin"
            })
            .unwrap_or_default();
        Build {
            succeeded: status.success(),
            compiled: artifact["fresh"] == false,
            executable: artifact["executable"].as_str().map(PathBuf::from),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Builds, and returns what the binary prints.
    fn run(&self) -> String {
        let build = self.build();
        assert!(build.succeeded, "{}", build.stderr);
        let executable = build.executable.expect("a binary was built");
        let output = Command::new(executable).output().expect("the binary runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("the binary prints UTF-8")
    }

    /// After a change: the binary is compiled anew, and once.
    fn is_rebuilt(&self) {
        let build = self.build();
        assert!(build.succeeded, "{}", build.stderr);
        assert!(build.compiled, "the change was overlooked");
        self.is_fresh();
    }

    fn is_fresh(&self) {
        assert!(!self.build().compiled, "built again without a change");
    }

    /// The build fails, and says all of `parts`.
    fn fails_with(&self, parts: &[&str]) -> String {
        let build = self.build();
        assert!(!build.succeeded, "the build should have failed");
        for part in parts {
            assert!(
                build.stderr.contains(part),
                "no {part:?} in:\n{}",
                build.stderr
            );
        }
        build.stderr
    }
}

/// The Cargo.toml of a package that embeds its migrations.
fn manifest(name: &str) -> String {
    let migcheck = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [build-dependencies]\nmigcheck = {{ path = '{migcheck}' }}\n\n\
         [dependencies]\nmigcheck = {{ path = '{migcheck}' }}\n"
    )
}

/// Packages have the same place in every run, so that the shared target directory does not grow.
fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("embed")
}

/// Waits until a file that is written now is later than one that was written before. cargo
/// compares the times of changes, and file systems count them in steps, some in seconds.
fn wait_for_the_clock() {
    let clock = place().join(format!("clock-{:?}", thread::current().id()));
    let now = || {
        fs::create_dir_all(place()).expect("a folder can be made");
        fs::write(&clock, "").expect("a file can be written");
        let metadata = fs::metadata(&clock).expect("a file can be read");
        metadata.modified().expect("a file has a time")
    };
    let start = now();
    while now() <= start {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn every_change_of_a_script_is_compiled_in() {
    let project = Project::chain("every-change");
    assert_eq!(project.run(), "001 users\n002 orders\n003 invoices\n");
    project.is_fresh();

    project.revision("004", "payments", "003").is_rebuilt();
    let with_payments = "001 users\n002 orders\n003 invoices\n004 payments\n";
    assert_eq!(project.run(), with_payments);

    project
        .file(
            "migrations/004_payments.down.sql",
            "DROP TABLE IF EXISTS payments;\n",
        )
        .is_rebuilt();

    project
        .rename(
            "migrations/004_payments.up.sql",
            "migrations/004_receipts.up.sql",
        )
        .rename(
            "migrations/004_payments.down.sql",
            "migrations/004_receipts.down.sql",
        )
        .is_rebuilt();
    assert_eq!(project.run(), with_payments.replace("payments", "receipts"));

    project
        .remove("migrations/004_receipts.up.sql")
        .remove("migrations/004_receipts.down.sql")
        .is_rebuilt();
    assert_eq!(project.run(), "001 users\n002 orders\n003 invoices\n");
}

#[test]
fn a_broken_parent_fails_the_build_until_it_is_mended() {
    let project = Project::chain("broken-parent");
    project.run();
    let path = "migrations/002_orders.up.sql";
    let sound = project.read(path);
    project.file(path, &sound.replace("001", "00l"));
    project.fails_with(&[
        "error: 1 error in the migration directory `migrations`\n",
        "error[unknown-parent]: `002` revises `00l`, which does not exist\n",
        "--> migrations/002_orders.up.sql:1:24\n",
        "= help: did you mean `001`?\n",
        "--> src/main.rs:1:60\n",
    ]);
    // A failure is not remembered as a success.
    project.fails_with(&["error[unknown-parent]"]);
    project.file(path, &sound).is_rebuilt();
}

#[test]
fn the_config_and_the_lock_are_watched() {
    let project = Project::chain("config-and-lock");
    project.revision("004", "search", "002");
    project.fails_with(&["error[multiple-heads]: the history has 2 heads, and one is allowed\n"]);
    let config = project.read("migrations/migcheck.toml");
    project
        .file("migrations/migcheck.toml", &format!("heads = 2\n{config}"))
        .is_rebuilt();
    project
        .file("migrations/migcheck.toml", &format!("heads = 1\n{config}"))
        .fails_with(&["error[multiple-heads]"]);
    project
        .file("migrations/migcheck.toml", &format!("heads = 2\n{config}"))
        .is_rebuilt();

    let checked = migcheck::check(&project.root.join("migrations"), "migrations");
    let graph = checked.graph.expect("the directory is sound");
    let lock = Lock::of(&graph).to_text();
    project.file("migrations/migcheck.lock", &lock).is_rebuilt();
    let down = "migrations/003_invoices.down.sql";
    let locked = project.read(down);
    project.file(down, "DROP TABLE IF EXISTS invoices;\n");
    project.fails_with(&[
        "error[edited-after-lock]: the down script of `003` was edited after it was locked\n",
        "--> migrations/003_invoices.down.sql\n",
    ]);
    project.file(down, &locked).is_rebuilt();
    project
        .file(
            "migrations/migcheck.lock",
            &lock.replace("id = \"004\"", "id = \"040\""),
        )
        .fails_with(&["error[removed-after-lock]: the locked revision `040` is gone\n"]);
}

#[test]
fn a_config_or_a_lock_that_comes_or_goes_is_noticed() {
    let project = Project::chain("config-comes");
    // All that the file says holds without it too, but for the names.
    let config = project.read("migrations/migcheck.toml");
    project.run();
    project.remove("migrations/migcheck.toml");
    project.fails_with(&["error[bad-file-name]"]);
    project
        .file("migrations/migcheck.toml", &config)
        .is_rebuilt();

    project
        .file("migrations/migcheck.lock", "version = 9\n")
        .fails_with(&["error[lock-unreadable]"]);
    project.remove("migrations/migcheck.lock").is_rebuilt();
}

#[test]
fn fingerprints_are_compiled_in_as_they_are_now() {
    let project = Project::chain("fingerprints");
    project.run();
    let path = "migrations/fingerprints.toml";
    project.file(path, "version = 1\n").is_rebuilt();
    project.is_fresh();
    project
        .file(path, "version = 1\n[\"sqlite-3\"]\n")
        .is_rebuilt();
    project
        .file(path, "version = 2\n")
        .fails_with(&["error[fingerprints-unreadable]"]);
    project.remove(path).is_rebuilt();
}

#[test]
fn an_editor_is_told_of_one_error_at_the_literal() {
    let project = Project::chain("editor");
    assert!(project.errors().is_empty());
    project
        .revision("004", "search", "002")
        .revision("005", "teams", "00l");
    let errors = project.errors();
    let [error] = errors.as_slice() else {
        panic!("{errors:#?}");
    };
    let [span] = error["spans"]
        .as_array()
        .expect("an error has spans")
        .as_slice()
    else {
        panic!("{error:#}");
    };
    assert_eq!(span["file_name"], "src/main.rs");
    assert_eq!(span["is_primary"], true);
    let line = MAIN.lines().next().expect("the program has lines");
    let place = |key: &str| {
        let column = span[key]
            .as_u64()
            .and_then(|column| usize::try_from(column).ok());
        column.expect("a span has columns") - 1
    };
    assert_eq!(
        &line[place("column_start")..place("column_end")],
        "\"migrations\""
    );
    let message = error["message"].as_str().expect("an error has a message");
    for code in ["multiple-heads", "unknown-parent"] {
        assert!(message.contains(&format!("error[{code}]")), "{message}");
    }
}

#[test]
fn a_history_in_several_directories_is_watched_in_all_of_them() {
    let project = Project::new("included");
    let config = project.read("migrations/migcheck.toml");
    let list = |include: &str| format!("include = [{include}]\n{config}");
    project
        .revision("001", "users", "base")
        .file("migrations/migcheck.toml", &list("\"../módulos/billing\""))
        .revision("../módulos/billing/002", "invoices", "001");
    assert_eq!(project.run(), "001 users\n002 invoices\n");
    project.is_fresh();

    project
        .revision("../módulos/billing/003", "refunds", "002")
        .is_rebuilt();
    assert_eq!(project.run(), "001 users\n002 invoices\n003 refunds\n");
    project
        .file(
            "módulos/billing/003_refunds.down.sql",
            "DROP TABLE IF EXISTS refunds;\n",
        )
        .is_rebuilt();
    project
        .remove("módulos/billing/003_refunds.down.sql")
        .fails_with(&[
            "error[missing-down]",
            "--> módulos/billing/003_refunds.up.sql\n",
        ]);
    project
        .remove("módulos/billing/003_refunds.up.sql")
        .is_rebuilt();

    // One more on the list is watched from then on.
    project
        .file(
            "migrations/migcheck.toml",
            &list("\"../módulos/billing\", \"../../crm\""),
        )
        .revision("../../crm/004", "contacts", "002")
        .is_rebuilt();
    project
        .revision("../../crm/005", "notes", "004")
        .is_rebuilt();
    let all = "001 users\n002 invoices\n004 contacts\n005 notes\n";
    assert_eq!(project.run(), all);
}

#[test]
fn two_histories_of_one_package_are_watched_each() {
    let project = Project::chain("two-histories");
    project
        .file(
            "src/main.rs",
            "static APP: migcheck::Migrations = migcheck::embed!(\"migrations\");\n\
             static ANALYTICS: migcheck::Migrations = migcheck::embed!(\"./analytics/\");\n\n\
             fn main() {\n    println!(\"{} {}\", APP.len(), ANALYTICS.len());\n}\n",
        )
        .file("analytics/1_events.sql", "CREATE TABLE events (id int);\n");
    let stderr = project.fails_with(&["nothing makes cargo watch `./analytics`"]);
    assert!(!stderr.contains("watch `migrations`"), "{stderr}");
    project.file(
        "build.rs",
        &WATCH.replace("}\n", "    migcheck::build::watch(\"analytics\");\n}\n"),
    );
    assert_eq!(project.run(), "3 1\n");
    project.is_fresh();
    project
        .file("analytics/2_visits.sql", "CREATE TABLE visits (id int);\n")
        .is_rebuilt();
    project.revision("004", "teams", "003").is_rebuilt();
    assert_eq!(project.run(), "4 2\n");
}

#[test]
fn a_dependency_that_embeds_is_rebuilt_with_its_dependents() {
    let project = Project::new("dependent");
    let app = project.read("Cargo.toml");
    project
        .file("../schema/Cargo.toml", &manifest("schema"))
        .file("../schema/build.rs", WATCH)
        .file(
            "../schema/src/lib.rs",
            "pub static MIGRATIONS: migcheck::Migrations = migcheck::embed!(\"migrations\");\n",
        )
        .file(
            "../schema/migrations/1_users.sql",
            "CREATE TABLE users (id int);\n",
        )
        .file(
            "Cargo.toml",
            &format!("{app}schema = {{ path = \"../schema\" }}\n"),
        )
        .remove("build.rs")
        .file(
            "src/main.rs",
            "fn main() {\n    println!(\"{}\", schema::MIGRATIONS.len());\n}\n",
        );
    assert_eq!(project.run(), "1\n");
    project.is_fresh();
    project
        .file(
            "../schema/migrations/2_teams.sql",
            "CREATE TABLE teams (id int);\n",
        )
        .is_rebuilt();
    assert_eq!(project.run(), "2\n");
}

#[test]
fn an_embed_that_is_not_watched_says_how_to_watch_it() {
    let project = Project::chain("unwatched");
    project.remove("build.rs");
    let stderr = project.fails_with(&[
        "nothing makes cargo watch `migrations`: a new migration would not be compiled in\n",
    ]);
    // What is advised works as it stands.
    let advice: String = stderr
        .lines()
        .skip_while(|line| !line.contains("fn main() {"))
        .take_while(|line| !line.trim().is_empty())
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    project.file("build.rs", &advice).is_rebuilt();

    project
        .remove("build.rs")
        .file(
            "src/main.rs",
            &MAIN.replace("\"migrations\")", "\"migrations\", watch = false)"),
        )
        .is_rebuilt();
}

#[test]
fn a_revision_that_is_deleted_is_missed_where_it_is_named() {
    let project = Project::chain("named-revision");
    let main = "const LAST: migcheck::RevisionId = migcheck::revision!(\"migrations\", \"003\");\n\n\
                fn main() {\n    println!(\"{LAST}\");\n}\n";
    project.file("src/main.rs", main);
    assert_eq!(project.run(), "003\n");
    project
        .remove("migrations/003_invoices.up.sql")
        .remove("migrations/003_invoices.down.sql")
        .fails_with(&[
            "no revision `003` in the migration directory `migrations`\n",
            "help: `cargo migcheck history` lists the revisions\n",
            "--> src/main.rs:1:70\n",
        ]);
}

#[test]
fn a_path_may_hold_spaces_and_letters_of_any_language() {
    let project = Project::at("unusual-path", "größen und maße/日本 1");
    project.revision("001", "users", "base");
    assert_eq!(project.run(), "001 users\n");
    project.is_fresh();
    project.revision("002", "orders", "001").is_rebuilt();
}

#[test]
fn the_directory_may_belong_to_another_package() {
    let project = Project::new("sibling");
    let beside = "../other package/migrations";
    project
        .file(
            "src/main.rs",
            &MAIN.replace("\"migrations\"", &format!("\"{beside}\"")),
        )
        .file(
            "build.rs",
            &WATCH.replace("\"migrations\"", &format!("\"{beside}\"")),
        )
        .file(
            &format!("{beside}/001_users.up.sql"),
            "CREATE TABLE users (id int);\n",
        )
        .file(
            &format!("{beside}/001_users.down.sql"),
            "DROP TABLE users;\n",
        );
    assert_eq!(project.run(), "001 users\n");
    project.is_fresh();
    project
        .file(&format!("{beside}/migcheck.toml"), "layout = \"native\"\n")
        .fails_with(&["--> ../other package/migrations/001_users.up.sql\n"]);
}

/// Prints everything that the embedded graph says.
const PRINT_GRAPH: &str = r#"static MIGRATIONS: migcheck::Migrations = migcheck::embed!("migrations");

fn main() {
    let graph = MIGRATIONS.graph().expect("the table is this version's");
    let listed: Vec<_> = MIGRATIONS.revisions().map(|revision| revision.id).collect();
    let ids: Vec<_> = graph.revisions().iter().map(|revision| revision.id.as_str()).collect();
    assert_eq!(listed, ids);
    assert_eq!(MIGRATIONS.chain().expect("the table is this version's"), graph.chain());
    print!("{:#?}{:#?}", graph.settings(), graph.revisions());
}
"#;

/// A fork and a merge, with everything that a script can say.
fn telling(name: &'static str) -> Project {
    let project = Project::chain(name);
    let config = project.read("migrations/migcheck.toml");
    project
        .file("src/main.rs", PRINT_GRAPH)
        .file(
            "migrations/migcheck.toml",
            &format!(
                "databases = [\"mysql\", \"postgres\"]\n{config}\n[history]\ntable = \"applied\"\n\n\
                 [roundtrip]\nservers = [\"postgres:17\"]\nimages = {{ \"postgres:17\" = \"pg\" }}\n\
                 workers = 3\n[[roundtrip.known]]\nrevision = \"003\"\noutcome = \"downgrade-fails\"\n\
                 reason = \"„so“\"\ndatabases = [\"mysql\"]\n[rules]\ncolumn-order-differs = \"deny\"\n"
            ),
        )
        .file(
            "migrations/004_search.up.postgres.sql",
            "-- Search by word.\n--\n-- The index is built beside the table.\n\
             -- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"003\"]\n\
             -- migcheck: labels = [\"search\"]\n-- migcheck: touches = [\"users\"]\n\
             -- migcheck: transaction = false\n\
             -- migcheck: irreversible = \"„gone“ is \\\"gone\\\"\"\n\
             CREATE INDEX CONCURRENTLY words ON users (id);\n",
        )
        .file(
            "migrations/004_search.up.mysql.sql",
            "CREATE INDEX words ON users (id);\n",
        )
        .revision("005", "joined", "002");
    let merge = project
        .read("migrations/005_joined.up.sql")
        .replace("\"002\"", "[\"003\", \"004\"]");
    project.file("migrations/005_joined.up.sql", &merge);
    project
}

#[test]
fn the_binary_holds_the_graph_that_a_check_builds() {
    let project = telling("same-graph");
    let checked = migcheck::check(&project.root.join("migrations"), "migrations");
    let graph = checked.graph.expect("the directory is sound");
    assert_eq!(graph.len(), 5);
    let expected = format!("{:#?}{:#?}", graph.settings(), graph.revisions());
    assert_eq!(project.run(), expected);
}

#[test]
fn sections_of_one_file_are_embedded_as_scripts() {
    let project = Project::new("sections");
    project
        .file("src/main.rs", PRINT_GRAPH)
        .remove("migrations/migcheck.toml")
        .file(
            "migrations/001_users.sql",
            "-- migrate:up\nCREATE TABLE users (id int);\n\n-- migrate:down transaction:false\nDROP TABLE users;\n",
        );
    let checked = migcheck::check(&project.root.join("migrations"), "migrations");
    let graph = checked.graph.expect("the directory is sound");
    let expected = format!("{:#?}{:#?}", graph.settings(), graph.revisions());
    assert_eq!(project.run(), expected);
}

#[test]
fn a_checkout_with_other_line_ends_is_the_same_history() {
    let project = telling("line-ends");
    let with_line_feeds = project.run();
    let migrations = project.root.join("migrations");
    for entry in fs::read_dir(&migrations).expect("the directory can be listed") {
        let name = entry.expect("the directory can be listed").file_name();
        let path = format!("migrations/{}", name.to_string_lossy());
        let text = project.read(&path).replace('\n', "\r\n");
        project.file(&path, &format!("\u{feff}{text}"));
    }
    project.is_rebuilt();
    assert_eq!(project.run(), with_line_feeds);
}
