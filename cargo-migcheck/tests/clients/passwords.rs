//! Whatever goes wrong, and whatever goes well, no output has the password.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use migcheck_core::Dialect;

use crate::place::{CONFIG, Database, Directory, Place, said};
use crate::programs::Programs;

/// Both ends of the password: one of them would be left of one that is cut in two.
const CANARIES: [&str; 2] = ["c4n4ry", "s3cr3t"];

/// As it is in the URL, and what it means.
const PASSWORD: [&str; 2] = ["c4n4ry%40%3A%2F%3F%23%25s3cr3t", "c4n4ry@:/?#%s3cr3t"];

/// Of everything that takes a database.
const COMMANDS: &[&str] = &[
    "status --env home",
    "status --env home --format json",
    "status",
    "status --env home --drift -v",
    "current --env home",
    "current --env home --format json",
    "history --env home",
    "verify --env home",
    "verify --env home --format json",
    "stamp head --env home",
    "stamp head --purge --env home --format json",
    "resolve --as applied --yes --env home",
    "drift --env home",
    "drift --env home --format json",
    "snapshot --env home",
    "identify --env home",
    "identify --env home --format json",
    "adopt --env home",
    "adopt --env home --format json",
    "backup --env home --to backups",
    "backup --env home --to backups --format json",
    "upgrade --env home -v",
    "upgrade --env home --backup backups --format json",
    "upgrade --env secret",
    "upgrade --databases-file tenants -v",
    "upgrade --databases-file tenants --format json",
    "downgrade base --env home --backup backups",
    "downgrade base --env home --format json",
    "reset --env home --confirm shop --upgrade",
    "reset --env home --confirm shop --format json",
];

/// With the URL itself among the arguments, where it belongs and where it does not.
const ARGUMENTS: &[&str] = &[
    "status --database-url URL",
    "upgrade --database-url URL",
    "upgrade --database-url URL --format json",
    "upgrade URL",
    "upgrade URL --format json",
    "downgrade URL --env home",
    "stamp URL --env home",
    "status --env URL",
    "reset --env URL",
    "reset --env home --confirm URL",
    "backup --env home --to URL",
    "show URL",
    "plan URL",
    "sql URL",
    "heads URL",
    "check URL --format json",
    "upgrade --data-base-url URL",
    "drift --env home --on URL",
    "roundtrip --on URL",
    "roundtrip --on URL --format json",
    "roundtrip --on URL --format junit",
    "clean --on URL --yes",
    "URL",
];

/// What a person may write into a URL; the last ones are wrong, but hold a password all the same.
fn urls(scheme: &str, place: &str, closed: &str) -> Vec<String> {
    let encoded = PASSWORD[0];
    vec![
        format!("{scheme}://app:{encoded}@{closed}/shop"),
        format!("{scheme}://app:{encoded}@{place}/shop"),
        format!("{scheme}://app@{closed}/shop?password={encoded}"),
        format!("{scheme}://{place}/shop?user=app&password={encoded}"),
        format!("{scheme}://app:{encoded}@127.0.0.1:port/shop"),
        format!("{scheme}://app:{encoded}@{closed}/shop?sslmode=what&ssl-mode=what"),
        format!("{scheme}://app:c4n4ry/s3cr3t@{closed}/shop"),
        format!("{scheme}://app:c4n4ry?s3cr3t@{closed}/shop"),
        format!("{scheme}://app:c4n4ry#s3cr3t@{closed}/shop"),
        format!("{scheme}://app:c4n4ry@s3cr3t:1@{closed}/shop"),
        format!("{scheme}://app:p@c4n4ry/s3cr3t@{closed}/shop"),
        format!("{scheme}://app:p@c4n4ry?s3cr3t=1@{closed}/shop"),
        format!("{scheme}x://app:{encoded}@{closed}/shop"),
        format!("{scheme}:app:c4n4ry s3cr3t@{closed}/shop"),
        "c4n4ry-s3cr3t".to_owned(),
    ]
}

pub(crate) fn canary(place: &Place) {
    let scheme = match place.dialect() {
        Dialect::Postgres => "postgres",
        Dialect::MySql => "mysql",
        // A file has no password.
        Dialect::Sqlite => return,
    };
    let mut leaks = Leaks::default();
    let database = place.database();
    let (port, name) = (database.login().port, database.name());
    let urls = urls(scheme, &format!("127.0.0.1:{port}"), "127.0.0.1:1");
    for (number, url) in urls.into_iter().enumerate() {
        let directory = directory(&url);
        // What is no URL gets no further than to be read, which is the same for all.
        let step = if number < 6 { 1 } else { 5 };
        for command in COMMANDS.iter().step_by(step) {
            let exit = leaks.look(&mut directory.command(command, &url));
            assert_ne!(exit, Some(0), "{command}: {url}");
        }
        // What is no URL at all cannot be told from a name, and MariaDB's are those of MySQL.
        let arguments = ARGUMENTS
            .iter()
            .filter(|_| url.contains('@') && !place.is_mariadb());
        for command in arguments {
            // The shell would cut a URL with a space in it.
            let words: Vec<&str> = command.split(' ').collect();
            let words = words
                .iter()
                .map(|word| word.replace("URL", &url.replace(' ', "_")));
            leaks.look(&mut directory.command(&words.collect::<Vec<_>>().join(" "), &url));
        }
    }
    lets_in(
        &mut leaks,
        &database,
        scheme,
        &format!("127.0.0.1:{port}/{name}"),
    );
    assert!(leaks.0.is_empty(), "{}", leaks.0.join("\n"));
}

/// A user who gets in with that password.
fn lets_in(leaks: &mut Leaks, database: &Database, scheme: &str, place: &str) {
    let name = database.name();
    let is_postgres = scheme == "postgres";
    let (user, grant) = match is_postgres {
        true => (
            format!("canary_{name}"),
            format!(
                "GRANT ALL ON DATABASE {name} TO canary_{name}; GRANT ALL ON SCHEMA public TO canary_{name}"
            ),
        ),
        false => (
            "canary".to_owned(),
            format!("GRANT ALL ON {name}.* TO canary"),
        ),
    };
    let create = match is_postgres {
        true => format!("CREATE ROLE {user} LOGIN PASSWORD '{}'", PASSWORD[1]),
        false => format!("CREATE USER {user} IDENTIFIED BY '{}'", PASSWORD[1]),
    };
    database.execute(&create);
    database.execute(&grant);
    let url = format!("{scheme}://{user}:{}@{place}", PASSWORD[0]);
    let directory = directory(&url);
    // It fails and says its environment; and, where it takes its time, others can look at it.
    let talks = Programs::dumping("env >&2; cat \"${1#--defaults-file=}\" >&2; exit 1\n");
    for command in COMMANDS {
        let command = command.replace("confirm shop", &format!("confirm {name}"));
        for path in ["/nonexistent".to_owned(), talks.path()] {
            leaks.look(directory.command(&command, &url).env("PATH", path));
        }
    }
    seen_by_others(&directory, &url);
    database.execute(match is_postgres {
        true => "SELECT 1",
        false => "DROP USER canary",
    });
    if is_postgres {
        database.execute(&format!("DROP OWNED BY {user}; DROP ROLE {user}"));
    }
}

/// Every user of the machine can list the arguments of all processes.
fn seen_by_others(directory: &Directory, url: &str) {
    let slow = "touch started; while ! [ -e go ]; do sleep 0.05; done; exit 1\n";
    let programs = Programs::dumping(slow);
    let mut command = directory.command("backup --env home --to backups", url);
    command
        .env("PATH", programs.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let started = directory.path().join("started");
    let deadline = Instant::now() + Duration::from_secs(30);
    while !started.exists() {
        assert!(Instant::now() < deadline, "no backup was begun");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut programs_seen = 0;
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        programs_seen += usize::from(arguments.contains("dump"));
        for canary in CANARIES {
            assert!(!arguments.contains(canary), "{arguments}");
        }
    }
    assert!(programs_seen > 0);
    fs::write(directory.path().join("go"), "").unwrap();
    assert!(!child.wait().unwrap().success());
}

/// A directory whose files name the URL too: a list of tenants, and the secret of an environment.
fn directory(url: &str) -> Directory {
    let directory = Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id int);\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n");
    let secret = directory.path().join("secret");
    fs::write(&secret, url).unwrap();
    fs::write(
        directory.path().join("tenants"),
        format!("north = {url}\nsouth = {url}x\n"),
    )
    .unwrap();
    let config = format!(
        "{CONFIG}[environments.secret]\nurl-file = \"{}\"\n",
        secret.display()
    );
    directory.file("migcheck.toml", &config)
}

/// What was said and should not have been.
#[derive(Default)]
struct Leaks(Vec<String>);

impl Leaks {
    /// Runs it with everything switched on that makes programs talk, and returns how it ended.
    fn look(&mut self, command: &mut Command) -> Option<i32> {
        command
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full");
        let output = command.output().unwrap();
        let said = said(&output);
        if CANARIES.iter().any(|canary| said.contains(canary)) {
            self.0.push(format!("{:?}: {said}", command.get_args()));
        }
        output.status.code()
    }
}
