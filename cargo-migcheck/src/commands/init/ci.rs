//! What a forge runs: `check` against the branch that is merged into, and round trips.

use std::fmt::Write as _;

use clap::ValueEnum;
use migcheck_harness::{Product, ServerSpec};

/// The forges there is a job for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Forge {
    /// .github/workflows/migcheck.yml
    Github,
    /// .gitlab-ci.yml
    Gitlab,
}

/// What a job has to know.
pub(super) struct Job {
    /// Where it runs, below the repository; empty for the repository itself.
    pub(super) folder: String,
    /// The migration directory, where it has to be named.
    pub(super) directory: Option<String>,
    /// The servers, where migcheck.toml does not say which.
    pub(super) on: Vec<ServerSpec>,
    /// The servers, wherever they are named.
    pub(super) servers: Vec<ServerSpec>,
    /// On how many machines the whole round trip is made.
    pub(super) machines: usize,
}

/// So many stairs are walked on one machine in less time than it takes to set up another.
const STAIRS_A_MACHINE: usize = 1000;
/// Each machine climbs to where its part begins, so that more than this save nothing.
const MOST_MACHINES: usize = 4;

/// On how many machines so many revisions are walked.
pub(super) fn machines(revisions: usize) -> usize {
    revisions.div_ceil(STAIRS_A_MACHINE).clamp(1, MOST_MACHINES)
}

/// The tool that is installed is the one that wrote the job, built by the oldest toolchain it takes.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

impl Forge {
    /// The file, below the repository.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/migcheck.yml",
            Self::Gitlab => ".gitlab-ci.yml",
        }
    }

    /// What the file says.
    pub(super) fn text(self, job: &Job) -> String {
        match self {
            Self::Github => job.github(),
            Self::Gitlab => job.gitlab(),
        }
    }
}

impl Job {
    fn command(&self, name: &str) -> String {
        match &self.directory {
            Some(directory) => format!(
                "cargo migcheck {name} --directory {}",
                shell_word(directory)
            ),
            None => format!("cargo migcheck {name}"),
        }
    }

    /// The actions are pinned to what they were when this was written: a tag can be moved.
    fn github(&self) -> String {
        let working = match &*self.folder {
            "" => String::new(),
            folder => format!(
                "    defaults:\n      run:\n        working-directory: {}\n",
                yaml(folder)
            ),
        };
        let on: String = self
            .on
            .iter()
            .map(|server| format!(" --on {server}"))
            .collect();
        let partitions: Vec<String> = (1..=self.machines)
            .map(|number| format!("\"{number}/{}\"", self.machines))
            .collect();
        let partitions = match partitions.as_slice() {
            [one] => format!("[{one}] # for more machines: [\"1/2\", \"2/2\"]"),
            several => format!(
                "${{{{ fromJSON(github.event_name == 'pull_request' && '[\"1/1\"]' || '[{}]') }}}}",
                several.join(", ")
            ),
        };
        format!(
            "\
# Written by `cargo migcheck init --ci github`.
name: migrations
on:
  pull_request:
  push:
    branches: [main, master]
permissions:
  contents: read
jobs:
  migcheck:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    strategy:
      fail-fast: false
      matrix: # one machine walks one part of the stairs
        partition: {partitions}
{working}    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          fetch-depth: 0 # `--against` and `--since` read the migrations of the target branch
          persist-credentials: false
      - uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5
        with:
          path: ~/.cargo/bin/cargo-migcheck
          key: cargo-migcheck-{VERSION}-${{{{ runner.os }}}}-${{{{ runner.arch }}}}
      - name: Install cargo-migcheck
        run: |
          command -v cargo-migcheck && exit
          rustup toolchain install {RUST} --profile minimal
          cargo +{RUST} install cargo-migcheck --version {VERSION} --locked
      - name: Check
        env:
          BASE: ${{{{ github.base_ref }}}}
        run: {check} --format github ${{BASE:+--against \"origin/$BASE\"}}
      - name: Round trip
        env:
          BASE: ${{{{ github.base_ref }}}}
          PARTITION: ${{{{ matrix.partition }}}}
        run: {roundtrip}{on} --format github --partition \"$PARTITION\" ${{BASE:+--since \"origin/$BASE\"}}
",
            check = self.command("check"),
            roundtrip = self.command("roundtrip"),
        )
    }

    /// GitLab starts the servers itself, so that no job needs a Docker engine of its own.
    fn gitlab(&self) -> String {
        let mut services = String::new();
        let mut variables = String::new();
        let mut on = String::new();
        for server in &self.servers {
            let Some((product, tag)) = image(server) else {
                // A URL, this machine's binaries or SQLite need nothing started. A password stays
                // where it was written.
                if matches!(server, ServerSpec::Sqlite) {
                    on.push_str(" --on sqlite");
                }
                continue;
            };
            let host = format!(
                "{product}-{}",
                tag.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
            );
            let _ = write!(
                services,
                "    - name: {product}:{tag}\n      alias: {host}\n"
            );
            let (variable, user) = match product {
                Product::Postgres => ("POSTGRES_PASSWORD", "postgres"),
                Product::MySql => ("MYSQL_ROOT_PASSWORD", "root"),
                Product::MariaDb => ("MARIADB_ROOT_PASSWORD", "root"),
            };
            if !variables.contains(variable) {
                let _ = writeln!(variables, "    {variable}: migcheck");
            }
            let (scheme, database) = match product {
                Product::Postgres => ("postgres", "postgres"),
                Product::MySql | Product::MariaDb => ("mysql", "mysql"),
            };
            let _ = write!(on, " --on {scheme}://{user}:migcheck@{host}/{database}");
        }
        if !services.is_empty() {
            services.insert_str(0, "  services:\n");
        }
        let folder = match &*self.folder {
            "" => String::new(),
            folder => format!("    - cd {}\n", shell_word(folder)),
        };
        let parallel = match self.machines {
            1 => String::new(),
            machines => format!("  parallel: {machines}\n"),
        };
        format!(
            "\
# Written by `cargo migcheck init --ci gitlab`.
migcheck:
  image: rust:{RUST}
  timeout: 30 minutes
{parallel}  rules:
    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  variables:
    GIT_DEPTH: \"0\" # `--against` and `--since` read the migrations of the target branch
{variables}{services}  cache:
    key: cargo-migcheck-{VERSION}
    paths: [.migcheck/bin]
  before_script:
    - export PATH=\"$CI_PROJECT_DIR/.migcheck/bin:$PATH\"
    - command -v cargo-migcheck || cargo install cargo-migcheck --version {VERSION} --locked --root \"$CI_PROJECT_DIR/.migcheck\"
{folder}  script:
    - {check} ${{CI_MERGE_REQUEST_TARGET_BRANCH_NAME:+--against \"origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME\"}}
    - {roundtrip}{on} --format junit --partition \"${{CI_NODE_INDEX:-1}}/${{CI_NODE_TOTAL:-1}}\" ${{CI_MERGE_REQUEST_TARGET_BRANCH_NAME:+--since \"origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME\"}} > \"$CI_PROJECT_DIR/migcheck.xml\"
  artifacts:
    when: always
    reports:
      junit: migcheck.xml
",
            check = self.command("check"),
            roundtrip = self.command("roundtrip"),
        )
    }
}

fn image(server: &ServerSpec) -> Option<(Product, &str)> {
    match server {
        ServerSpec::Container { product, tag } => Some((*product, tag)),
        ServerSpec::Any(product) => Some((*product, product.default_tag())),
        ServerSpec::Local(_) | ServerSpec::Url(_) | ServerSpec::Sqlite => None,
    }
}

/// A word of a shell's command line.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// A text as YAML has it.
fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
