//! `backup` and `--backup`: when one is made, what comes of one that is not, and the way back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use migcheck_core::Dialect;
use migcheck_db::backup::BackupFirst;
use migcheck_db::{Migrator, connect};

use crate::place::{Database, Directory, Place, block_on, said};
use crate::programs::Programs;

/// The command that is printed is run as it stands, in the database that it names, emptied.
pub(crate) fn restored(place: &Place) {
    let database = place.database();
    let directory = two_tables();
    directory.run("upgrade --env home", &database);
    database.execute("INSERT INTO one VALUES (1, 'Zoë; it''s 🦀')");
    let more: &[&str] = match place.dialect() {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    };
    for statement in more {
        database.execute(statement);
    }
    let folder = "back ups/it's \"one\"";
    fs::create_dir_all(directory.path().join(folder)).unwrap();
    let programs = Programs::of(place, &directory, &database);
    let mut command = directory.command("backup --env home --format json", &database.url());
    command.args(["--to", folder]).env("PATH", programs.path());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    let file = directory.path().join(text("file"));
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("home-2"), "{name}");
    let metadata = file.metadata().unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!(answer["bytes"], metadata.len());

    let before = everything(&database);
    let schema = database.schema();
    let confirm = match place.dialect() {
        Dialect::Sqlite => format!("{}.db", database.name()),
        _ => database.name(),
    };
    directory.run(&format!("reset --env home --confirm {confirm}"), &database);
    assert!(database.schema() != schema);
    let restore = text("restore");
    let password = database.login().password;
    assert!(
        password.is_empty() || !restore.contains(&password),
        "{restore}"
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &restore]).current_dir(directory.path());
    shell.env("PATH", programs.path()).stdin(Stdio::null());
    shell
        .env("PGPASSWORD", &password)
        .env("MYSQL_PWD", &password);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{restore}: {}", said(&output));
    assert_eq!(database.schema().to_sql(), schema.to_sql());
    assert!(database.schema() == schema);
    assert_eq!(everything(&database), before);
    directory.run("verify --env home", &database);
}

const POSTGRES: &[&str] = &[
    "CREATE SCHEMA \"other one\"",
    "CREATE VIEW \"other one\".v AS SELECT * FROM one",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER g BEFORE INSERT ON one FOR EACH ROW EXECUTE FUNCTION f()",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
    "CREATE PUBLICATION p FOR TABLE one",
];

const MYSQL: &[&str] = &[
    "CREATE PROCEDURE p()\r\nBEGIN\r\n  SELECT 1;\r\nEND",
    "CREATE TRIGGER g BEFORE INSERT ON one FOR EACH ROW SET NEW.name = 'x'",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT 1",
    "CREATE VIEW v AS SELECT * FROM one",
];

const SQLITE: &[&str] = &[
    "CREATE VIEW v AS SELECT * FROM one",
    "CREATE TRIGGER g AFTER DELETE ON one BEGIN SELECT 1; END",
];

/// The rows, the history's included.
fn everything(database: &Database) -> [Vec<Vec<String>>; 2] {
    ["SELECT id, name FROM one ORDER BY id", HISTORY].map(|sql| database.rows(sql))
}

const HISTORY: &str = "SELECT revision, state, checksum, chain, statements_done, down_script, milliseconds, version \
                       FROM _migcheck_revisions ORDER BY revision";

pub(crate) fn failed(place: &Place) {
    let database = place.database();
    let directory = two_tables();
    directory.run("upgrade --env home", &database);
    let before = everything(&database);
    let down = "downgrade base --env home --backup backups";
    // Not a directory.
    let said = directory.fails(
        "downgrade base --env home --backup migrations/migcheck.toml",
        &database,
        2,
    );
    assert!(
        said.contains("migcheck.toml is no directory") && said.contains("nothing was run"),
        "{said}"
    );
    if place.dialect() == Dialect::Sqlite {
        // Nobody may write there.
        fs::set_permissions(backups(&directory), fs::Permissions::from_mode(0o500)).unwrap();
        let full = Path::new("/dev/full");
        let said = directory.fails("backup --env home --to /dev/full/x.db", &database, 2);
        assert!(full.exists() && said.contains("is no directory"), "{said}");
        fs::set_permissions(backups(&directory), fs::Permissions::from_mode(0o700)).unwrap();
    } else {
        let mut command = directory.command(down, &database.url());
        let output = command.env("PATH", "/nonexistent").output().unwrap();
        let said = crate::place::said(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains("is not installed here") && said.contains("nothing was run"),
            "{said}"
        );
        // A program that fails.
        let failing =
            "echo half of it\necho \"server version mismatch: $PGPASSWORD\" >&2\nexit 1\n";
        let programs = Programs::dumping(failing);
        let output = run(&directory, &database, &programs, down);
        let said = crate::place::said(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("failed: server version mismatch"), "{said}");
        let password = database.login().password;
        assert!(password.is_empty() || !said.contains(&password), "{said}");
        // A database that had nothing has nothing then, not even a history.
        let fresh = place.database();
        let output = run(
            &drops(),
            &fresh,
            &programs,
            "upgrade --env home --backup backups",
        );
        assert_eq!(
            output.status.code(),
            Some(3),
            "{}",
            crate::place::said(&output)
        );
        assert!(fresh.schema() == place.database().schema());
        let history = block_on(
            fresh
                .session()
                .rows("SELECT 1 FROM _migcheck_revisions", &[]),
        );
        assert!(history.is_err(), "{history:?}");
    }
    assert_eq!(files(&directory), [""; 0]);
    assert_eq!(everything(&database), before);
    directory.run("verify --env home", &database);
    // With a program that works the same command goes through.
    let programs = Programs::of(place, &directory, &database);
    let output = run(&directory, &database, &programs, down);
    assert!(output.status.success(), "{}", crate::place::said(&output));
    assert_eq!(files(&directory).len(), 1);
}

/// What is made for nothing is not made.
pub(crate) fn needless(place: &Place) {
    let database = place.database();
    let directory = two_tables();
    let programs = Programs::dumping("exit 7\n");
    for target in ["001", "head", "head"] {
        let arguments = format!("upgrade {target} --env home --backup backups");
        let output = run(&directory, &database, &programs, &arguments);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(files(&directory), [""; 0]);
}

/// While it is made nobody else migrates, and who has waited makes none if nothing is left to do.
pub(crate) fn locked(place: &Place) {
    let database = place.database();
    let directory = drops();
    directory.run("upgrade 001 --env home", &database);
    let upgrade = "upgrade --env home --backup backups";
    let programs = Programs::dumping(SLOW);
    let start = || -> Child {
        command(&directory, &database, &programs, upgrade)
            .spawn()
            .unwrap()
    };
    let (first, mut second) = if place.dialect() == Dialect::Sqlite {
        // Its own copy is made too fast; it is caught at its end, when the lock is still held.
        let (url, folder) = (database.url().parse().unwrap(), directory.path().to_owned());
        let (send, receive) = std::sync::mpsc::channel();
        let backup = BackupFirst::new(&url, backups(&directory), "home").on_made(move |_| {
            fs::write(folder.join("started"), "").unwrap();
            wait_for(&folder.join("go"));
        });
        let graph = directory.graph();
        let thread = std::thread::spawn(move || {
            let migrator = Migrator::new(graph).unwrap().backup_first(backup);
            let mut session = block_on(connect(&url)).unwrap();
            let done = block_on(migrator.upgrade(&mut *session, "head"));
            send.send(done.unwrap().steps.len()).unwrap();
        });
        wait_for(&directory.path().join("started"));
        let second = start();
        let first = move || {
            thread.join().unwrap();
            assert_eq!(receive.recv().unwrap(), 1);
        };
        (Box::new(first) as Box<dyn FnOnce()>, second)
    } else {
        let first = start();
        wait_for(&directory.path().join("started"));
        let second = start();
        let first = move || {
            let output = first.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        };
        (Box::new(first) as Box<dyn FnOnce()>, second)
    };
    std::thread::sleep(Duration::from_millis(800));
    assert!(second.try_wait().unwrap().is_none(), "it did not wait");
    assert_eq!(
        database.rows("SELECT revision FROM _migcheck_revisions"),
        [["001"]]
    );
    fs::write(directory.path().join("go"), "").unwrap();
    first();
    let output = second.wait_with_output().unwrap();
    let said = said(&output);
    assert!(
        output.status.success() && said.contains("nothing to do"),
        "{said}"
    );
    let made = files(&directory);
    assert_eq!(made.len(), 1, "{made:?}");
}

/// Ctrl-C, and what CI sends, take away what is half written. What a kill has left is none, and goes with
/// the next one.
pub(crate) fn interrupted(place: &Place) {
    let database = place.database();
    let directory = drops();
    directory.run("upgrade 001 --env home", &database);
    if place.dialect() == Dialect::Sqlite {
        // Enough for the copy to take its time.
        database.execute(
            "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
             SELECT randomblob(2000) AS b FROM n",
        );
    }
    let programs = Programs::dumping(SLOW);
    for signal in ["-INT", "-TERM", "-KILL"] {
        let upgrade = "upgrade --env home --backup backups";
        let child = command(&directory, &database, &programs, upgrade)
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while !has_begun(&directory) {
            assert!(Instant::now() < deadline, "no backup was begun");
            std::thread::sleep(Duration::from_millis(1));
        }
        let kill = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        let left = files(&directory);
        match signal {
            "-KILL" => {
                let is_part = |name: &String| name.starts_with('.') && name.ends_with(".part");
                assert!(left.len() == 1 && left.iter().all(is_part), "{left:?}");
            }
            _ => {
                assert_eq!(output.status.code(), Some(130), "{}", said(&output));
                assert_eq!(left, [""; 0], "{signal}");
            }
        }
        assert_eq!(
            database.rows("SELECT revision FROM _migcheck_revisions"),
            [["001"]]
        );
    }
    fs::write(directory.path().join("go"), "").unwrap();
    let output = run(
        &directory,
        &database,
        &programs,
        "upgrade --env home --backup backups",
    );
    assert!(output.status.success(), "{}", said(&output));
    let whole = files(&directory);
    assert!(
        whole.len() == 1 && !whole[0].ends_with(".part"),
        "{whole:?}"
    );
}

/// A program that writes half of a backup, says so, and goes on when it may.
const SLOW: &str = "if [ \"$1\" = --version ]; then exit; fi\necho half of it; touch started\n\
                    while ! [ -e go ]; do sleep 0.05; done\n";

fn wait_for(file: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !file.exists() {
        assert!(
            Instant::now() < deadline,
            "{} does not come",
            file.display()
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn command(
    directory: &Directory,
    database: &Database,
    programs: &Programs,
    arguments: &str,
) -> Command {
    let mut command = directory.command(arguments, &database.url());
    command.env("PATH", programs.path());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(directory: &Directory, database: &Database, programs: &Programs, arguments: &str) -> Output {
    command(directory, database, programs, arguments)
        .output()
        .unwrap()
}

fn backups(directory: &Directory) -> PathBuf {
    directory.path().join("backups")
}

/// Whether a process is at work on a backup.
fn has_begun(directory: &Directory) -> bool {
    let is_locked = |name: &String| backups(directory).join(name).join("migcheck-lock").exists();
    files(directory).iter().any(is_locked)
}

/// What is in the folder of backups.
fn files(directory: &Directory) -> Vec<String> {
    let files = fs::read_dir(backups(directory)).unwrap();
    let name =
        |file: std::io::Result<fs::DirEntry>| file.unwrap().file_name().into_string().unwrap();
    files.map(name).collect()
}

fn one_table() -> Directory {
    Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id integer NOT NULL PRIMARY KEY, name varchar(40));\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n")
}

fn two_tables() -> Directory {
    one_table()
        .file(
            "002_two.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE two (id integer NOT NULL PRIMARY KEY, \
             one integer, FOREIGN KEY (one) REFERENCES one (id));\n",
        )
        .file("002_two.down.sql", "DROP TABLE two;\n")
}

/// A table, and a revision that takes a column of it away.
fn drops() -> Directory {
    one_table()
        .file(
            "002_two.up.sql",
            "-- migcheck: revises = \"001\"\nALTER TABLE one DROP COLUMN name;\n",
        )
        .file(
            "002_two.down.sql",
            "ALTER TABLE one ADD name varchar(40);\n",
        )
}
