//! `backup` with the clients of the server's own container, under the names that migcheck looks for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use migcheck_core::Dialect;

use crate::place::{Database, Directory, Login, Place, said, with_input};

pub(crate) fn restored(place: &Place) {
    let (database, other) = (place.database(), place.database());
    let directory = two_tables();
    directory.run("upgrade --env home", &database);
    database.execute("INSERT INTO one VALUES (1, 'Zoë; it''s 🦀')");
    if place.dialect() == Dialect::MySql {
        database.execute("CREATE PROCEDURE p() SELECT 1");
        database.execute("CREATE TRIGGER g BEFORE INSERT ON one FOR EACH ROW SET NEW.name = 'x'");
        database.execute("CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01' DO SELECT 1");
    }
    let output = with_clients(
        place,
        &directory,
        &database,
        "backup --env home --to backups --format json",
    );
    assert!(output.status.success(), "{}", said(&output));
    let file = fs::read_dir(directory.path().join("backups")).unwrap();
    let file = file.map(|file| file.unwrap().path()).find(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("home-2")
    });
    let file = file.expect("a backup");
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    restore(place, &other, &file);
    assert_eq!(other.schema().to_sql(), database.schema().to_sql());
    let one = "SELECT name FROM one";
    assert_eq!(other.rows(one), database.rows(one));
    directory.run("verify --env home", &other);
}

pub(crate) fn failed(place: &Place) {
    let database = place.database();
    let directory = two_tables();
    directory.run("upgrade --env home", &database);
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
    if place.dialect() != Dialect::Sqlite {
        let mut command = directory.command(
            "downgrade base --env home --backup backups",
            &database.url(),
        );
        let output = command.env("PATH", "/nonexistent").output().unwrap();
        let said = crate::place::said(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains("is not installed here") && said.contains("nothing was run"),
            "{said}"
        );
        // A program that fails.
        let programs = tempfile::tempdir().unwrap();
        for name in ["pg_dump", "mysqldump", "mariadb-dump"] {
            let text = "#!/bin/sh\necho half of it\necho \"server version mismatch: $PGPASSWORD\" >&2\nexit 1\n";
            program(programs.path(), name, text);
        }
        let mut command = directory.command(
            "downgrade base --env home --backup backups",
            &database.url(),
        );
        let output = command.env("PATH", path(programs.path())).output().unwrap();
        let said = crate::place::said(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("failed: server version mismatch"), "{said}");
        let Login { password, .. } = database.login();
        assert!(password.is_empty() || !said.contains(&password), "{said}");
    }
    let left: Vec<_> = fs::read_dir(directory.path().join("backups"))
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(left.is_empty(), "{left:?}");
    directory.run("verify --env home", &database);
    // With a program that works the same command goes through.
    let arguments = "downgrade base --env home --backup backups";
    let output = with_clients(place, &directory, &database, arguments);
    assert!(output.status.success(), "{}", crate::place::said(&output));
}

fn two_tables() -> Directory {
    Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id integer NOT NULL PRIMARY KEY, name varchar(40));\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n")
        .file(
            "002_two.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE two (id integer NOT NULL PRIMARY KEY, \
             one integer, FOREIGN KEY (one) REFERENCES one (id));\n",
        )
        .file("002_two.down.sql", "DROP TABLE two;\n")
}

/// Runs migcheck where the clients are those of containers, told where they find the server from there.
fn with_clients(
    place: &Place,
    directory: &Directory,
    database: &Database,
    arguments: &str,
) -> std::process::Output {
    let programs = tempfile::tempdir().unwrap();
    let container = database.container();
    match place.dialect() {
        Dialect::Postgres => {
            let text = format!(
                "#!/bin/sh\nexec docker exec -i -e PGUSER -e PGPASSWORD -e PGDATABASE -e PGHOST=127.0.0.1 \
                 {container} pg_dump \"$@\"\n"
            );
            program(programs.path(), "pg_dump", &text);
        }
        Dialect::MySql => mysql_client(place, programs.path(), container),
        Dialect::Sqlite => {}
    }
    let mut command = directory.command(arguments, &database.url());
    command.env("PATH", path(programs.path())).output().unwrap()
}

/// The option file is read in the container, from its standard input.
fn mysql_client(place: &Place, programs: &Path, container: &str) {
    let has = |name: &str| {
        let mut docker = Command::new("docker");
        let found = docker.args(["exec", container, "sh", "-c", &format!("command -v {name}")]);
        found.output().is_ok_and(|found| found.status.success())
    };
    // A stand-in for the official image may lack it; MySQL's speaks to MariaDB too.
    let (name, run) = match (place.is_mariadb(), has("mariadb-dump")) {
        (true, true) => ("mariadb-dump", format!("docker exec -i {container}")),
        (true, false) => (
            "mysqldump",
            "docker run --rm -i --network host --entrypoint env mysql:9.7".to_owned(),
        ),
        (false, _) => ("mysqldump", format!("docker exec -i {container}")),
    };
    let from_inside = match run.contains("exec") {
        true => "-e 's/^host=.*/host=\"127.0.0.1\"/' -e 's/^port=.*/port=\"3306\"/'",
        false => "-e 's/^x//'",
    };
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then exec {run} {name} --version; fi\n\
         options=${{1#--defaults-file=}}; shift\n\
         sed {from_inside} \"$options\" | {run} {name} --defaults-file=/dev/stdin \"$@\"\n"
    );
    program(programs, name, &text);
}

fn program(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A PATH in which only docker and the system's own tools are besides.
fn path(programs: &Path) -> String {
    let path = std::env::var("PATH").unwrap();
    format!("{}:{path}", programs.display())
}

fn restore(place: &Place, database: &Database, file: &Path) {
    match place.dialect() {
        Dialect::Postgres => {
            let mut client = database.client("pg_restore", &["--exit-on-error"]);
            let output = client
                .stdin(fs::File::open(file).unwrap())
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        Dialect::MySql => {
            let text = fs::read_to_string(file).unwrap();
            let output = with_input(&mut database.client("mysql", &[]), &text).unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        Dialect::Sqlite => {
            fs::copy(file, database.url().trim_start_matches("sqlite:")).unwrap();
        }
    }
}
