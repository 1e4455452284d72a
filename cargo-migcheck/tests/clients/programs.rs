//! The clients that migcheck and its users call, under their own names in a folder for PATH. They run in
//! containers that share this machine's network and the folder of the test, so that what they are told is
//! right for them as it stands.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use migcheck_core::Dialect;
use tempfile::TempDir;

use crate::place::{Database, Directory, Place};

pub(crate) struct Programs(TempDir);

impl Programs {
    pub(crate) fn none() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Those of the server's own image.
    pub(crate) fn of(place: &Place, directory: &Directory, database: &Database) -> Self {
        let programs = Self::none();
        let names: &[&str] = match place.dialect() {
            Dialect::Postgres => &["pg_dump", "pg_restore"],
            Dialect::MySql if place.is_mariadb() => &["mariadb-dump", "mariadb"],
            Dialect::MySql => &["mysqldump", "mysql"],
            Dialect::Sqlite => return programs.with_sqlite3(),
        };
        let image = database.image();
        for name in names {
            assert!(
                has(&image, name),
                "{image} has no {name}: rebuild it with `cargo xtask images`"
            );
            programs.add(name, &in_container(&image, name, directory.path()));
        }
        programs
    }

    /// Where it is not installed, what it does with the one command that is used.
    fn with_sqlite3(self) -> Self {
        if Command::new("sqlite3").arg("--version").output().is_err() {
            let text = "file=$(printf '%s' \"$2\" | sed -e 's/^.restore \"//' -e 's/\"$//' -e 's/\\\\\\(.\\)/\\1/g')\n\
                        cp -- \"$file\" \"$1\"\n";
            self.add("sqlite3", text);
        }
        self
    }

    /// A program that is a shell script.
    pub(crate) fn add(&self, name: &str, text: &str) {
        let file = self.0.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Every program that writes backups, as the same script.
    pub(crate) fn dumping(text: &str) -> Self {
        let programs = Self::none();
        for name in ["pg_dump", "mysqldump", "mariadb-dump"] {
            programs.add(name, text);
        }
        programs
    }

    /// A PATH in which they come before the system's.
    pub(crate) fn path(&self) -> String {
        let path = std::env::var("PATH").unwrap();
        format!("{}:{path}", self.0.path().display())
    }
}

fn has(image: &str, program: &str) -> bool {
    let mut docker = Command::new("docker");
    docker.args(["run", "--rm", "--entrypoint", program, image, "--version"]);
    docker.output().is_ok_and(|output| output.status.success())
}

/// The option file of MySQL's programs is only for its owner, who is another one in there.
fn in_container(image: &str, program: &str, folder: &Path) -> String {
    format!(
        "if [ \"$1\" = --version ]; then exec docker run --rm --entrypoint {program} {image} --version; fi\n\
         run='docker run --rm -i --network host -e PGHOST -e PGPORT -e PGUSER -e PGPASSWORD -e PGDATABASE \
         -e MYSQL_PWD'\n\
         case \"$1\" in\n\
         --defaults-file=*) options=${{1#--defaults-file=}}; shift\n\
           exec $run --entrypoint {program} {image} --defaults-file=/dev/stdin \"$@\" < \"$options\";;\n\
         *) exec $run -v '{folder}:{folder}' -w \"$PWD\" --entrypoint {program} {image} \"$@\";;\n\
         esac\n",
        folder = folder.display()
    )
}
