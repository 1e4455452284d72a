//! `init`.

use crate::project::{Project, screen};
use crate::{regex_of, screens};

#[test]
fn init_in_a_fresh_package() {
    let project = Project::bare();
    screens!(
        "init",
        project,
        project.run("init --database postgres,mysql"),
        project.read("migrations/migcheck.toml"),
        project.read("build.rs"),
        project.run("check"),
        project.run("init"),
    );
}

#[test]
fn init_beside_what_is_there() {
    let project = Project::bare()
        .file("build.rs", "fn main() {}\n")
        .file("db/1_users.sql", "CREATE TABLE users (id int);\n")
        .file(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [package.metadata.migcheck]\ndirectories = [\"db\"]\n[workspace]\n",
        );
    screens!(
        "init-existing",
        project,
        project.run("init"),
        project.read("db/migcheck.toml"),
        project.read("build.rs"),
        project.run("init --database oracle"),
    );
}

#[test]
fn a_job_for_github() {
    let project = Project::bare();
    screens!(
        "init-github",
        project,
        project.run("init --ci github"),
        project.run("init --ci github --database postgres"),
        project.read(".github/workflows/migcheck.yml"),
        project.run("init --ci github"),
    );
}

/// A history of thousands is walked on several machines, but for what a change adds.
#[test]
fn jobs_of_a_long_history() {
    let id = |number: usize| format!("{number:04}");
    let project = (2..=1100).fold(
        Project::new().revision("0001", "a", "base"),
        |project, number| project.revision(&id(number), "a", &id(number - 1)),
    );
    project.run("init --ci github --database sqlite -q");
    let github = project.read(".github/workflows/migcheck.yml");
    let partition = r#"partition: ${{ fromJSON(github.event_name == 'pull_request' && '["1/1"]' || '["1/2", "2/2"]') }}"#;
    assert!(github.contains(partition), "{github}");
    project.run("init --ci gitlab --database sqlite -q");
    let gitlab = project.read(".gitlab-ci.yml");
    assert!(gitlab.contains("\n  parallel: 2\n"), "{gitlab}");
}

#[test]
fn a_job_for_gitlab() {
    let config = "layout = \"native\"\n[roundtrip]\n\
                  servers = [\"postgres:17\", \"mariadb\", \"sqlite\"]\n";
    let project = Project::bare().file("migrations/migcheck.toml", config);
    screens!(
        "init-gitlab",
        project,
        project.run("init --ci gitlab -q"),
        project.read(".gitlab-ci.yml"),
    );
}

/// What is there stays, byte for byte, and what is missing is printed.
#[test]
fn a_job_beside_others() {
    let mine = "test:\n  script: [cargo test]\n";
    let workflow = "# Written by `cargo migcheck init --ci github`.\n# and changed by me\n";
    let project = Project::chain()
        .file(".gitlab-ci.yml", mine)
        .file(".github/workflows/migcheck.yml", workflow);
    screens!(
        "init-ci-existing",
        project,
        project.run("init --ci gitlab --database sqlite"),
        project.run("init --ci github --database sqlite"),
    );
    assert_eq!(project.read(".gitlab-ci.yml"), mine);
    assert_eq!(project.read(".github/workflows/migcheck.yml"), workflow);
}

#[test]
fn a_job_of_a_workspace_in_a_folder_of_its_repository() {
    let package = "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    let project = Project::nothing()
        .file(".git/HEAD", "ref: refs/heads/main\n")
        .file(
            "back end/Cargo.toml",
            "[workspace]\nmembers = [\"shop\", \"desk\"]\nresolver = \"3\"\n",
        )
        .file("back end/shop/Cargo.toml", package)
        .file("back end/shop/src/main.rs", "fn main() {}\n")
        .file("back end/desk/Cargo.toml", &package.replace("shop", "desk"))
        .file("back end/desk/src/lib.rs", "");
    let run = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        screen(
            project
                .command(&words)
                .current_dir(project.path().join("back end")),
        )
    };
    screens!(
        "init-workspace",
        project,
        run("init"),
        run("init -p shop --database mysql --ci github"),
        project.read(".github/workflows/migcheck.yml"),
        run("init --directory desk/db/moves -q --database sqlite --ci gitlab"),
        run("init --directory desk/db/moves"),
        project.read(".gitlab-ci.yml"),
    );
}

#[test]
fn a_workspace_without_packages() {
    let project = Project::nothing().file("Cargo.toml", "[workspace]\n");
    screens!(
        "init-no-package",
        project,
        project.run("init"),
        project.run("init --directory db --database mysql --ci github"),
        project.read(".github/workflows/migcheck.yml"),
    );
}

#[test]
fn init_again_asks_for_what_is_still_missing_alone() {
    let project = Project::chain()
        .file(
            "build.rs",
            "fn main() {\n    migcheck::build::watch(\"migrations\");\n}\n",
        )
        .file(
            "src/main.rs",
            "static M: migcheck::Migrations = migcheck::embed!(\"migrations\");\nfn main() {}\n",
        );
    screens!(
        "init-again",
        project,
        project.run("init"),
        project.run("init --database postgres --format json"),
    );
}
