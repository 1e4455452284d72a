//! On SQLite: paths, rights of the file system, files that are something else.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Page, directory};
use crate::place::Directory;

pub(super) fn page() -> String {
    let directory = directory();
    let mut page = Page::default();
    paths(&directory, &mut page);
    contents(&directory, &mut page);
    #[cfg(unix)]
    rights::all(&directory, &mut page);
    page.0
}

fn file(directory: &Directory, name: &str) -> String {
    format!("sqlite:{}", directory.path().join(name).display())
}

#[track_caller]
fn screen(
    page: &mut Page,
    title: &str,
    directory: &Directory,
    (arguments, url): (&str, &str),
    code: i32,
) {
    let command = directory.command(arguments, url);
    masked(page, title, directory.path(), command, code);
}

#[track_caller]
fn masked(page: &mut Page, title: &str, path: &Path, command: Command, code: i32) {
    // Of the same length, so that lines break where they do.
    let path = path.display().to_string();
    let home = format!("/home/{}", "u".repeat(path.len() - "/home/".len()));
    page.about(title).screen(command, &[(&path, &home)], code);
}

fn paths(directory: &Directory, page: &mut Page) {
    let upgrade = "upgrade --env home";
    let create = "upgrade --create --env home";
    let url = file(directory, "none.db");
    screen(
        page,
        "a file that is not there",
        directory,
        (upgrade, &url),
        3,
    );
    let url = file(directory, "nowhere/none.db");
    screen(
        page,
        "a directory that is not there",
        directory,
        (create, &url),
        2,
    );
    let url = file(directory, "backups");
    screen(page, "a directory", directory, (create, &url), 2);
    assert!(!directory.path().join("none.db").exists());
    screen(page, "no path", directory, (upgrade, "sqlite:"), 2);
}

fn contents(directory: &Directory, page: &mut Page) {
    let path = directory.path().join("notes.txt");
    let text = "Buy milk. ".repeat(1_000);
    fs::write(&path, &text).unwrap();
    let url = file(directory, "notes.txt");
    for arguments in ["upgrade --env home", "current --env home"] {
        screen(
            page,
            "a file of something else",
            directory,
            (arguments, &url),
            3,
        );
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    let path = directory.path().join("shop.db");
    let good = file(directory, "shop.db");
    let output = directory
        .command("upgrade 001 --create --env home", &good)
        .output();
    assert!(output.unwrap().status.success());
    let bytes = fs::read(&path).unwrap();
    let url = format!("{good}?mode=ro");
    screen(
        page,
        "a URL that only reads",
        directory,
        ("upgrade --env home", &url),
        1,
    );
    screen(
        page,
        "the same, looked at",
        directory,
        ("current --env home", &url),
        0,
    );
    assert_eq!(fs::read(&path).unwrap(), bytes);

    let mut damaged = bytes.clone();
    damaged[4096 + 100..].fill(0xA5);
    fs::write(&path, &damaged).unwrap();
    screen(
        page,
        "a damaged file",
        directory,
        ("upgrade --env home", &good),
        3,
    );
    assert_eq!(fs::read(&path).unwrap(), damaged);
    fs::write(&path, &bytes).unwrap();
    let output = directory.command("upgrade --env home", &good).output();
    assert!(output.unwrap().status.success());
}

#[cfg(unix)]
mod rights {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;

    use super::*;

    /// Somebody whom the rights of files bind. The superuser is not bound, who runs the tests in a
    /// container; everybody else is.
    fn somebody(directory: &Directory, arguments: &str, url: &str) -> Command {
        let mut command = directory.command(arguments, url);
        let marker = directory.path().join("marker");
        fs::write(&marker, "").unwrap();
        fs::set_permissions(&marker, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read(&marker).is_err() {
            return command;
        }
        const NOBODY: u32 = 65_534;
        let program = directory.path().join("cargo-migcheck");
        if !program.exists() {
            fs::copy(command.get_program(), &program).unwrap();
        }
        let mut theirs = Command::new(&program);
        theirs.args(command.get_args());
        for (name, value) in command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?)))
        {
            theirs.env(name, value);
        }
        theirs.current_dir(directory.path()).uid(NOBODY).gid(NOBODY);
        command = theirs;
        command
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn all(directory: &Directory, page: &mut Page) {
        let data = directory.path().join("data");
        fs::create_dir(&data).unwrap();
        set_mode(directory.path(), 0o755);
        let path = data.join("shop.db");
        let url = file(directory, "data/shop.db");
        let made = directory
            .command("upgrade 001 --create --env home", &url)
            .output();
        assert!(made.unwrap().status.success());
        let bytes = fs::read(&path).unwrap();
        let mut tell = |title: &str, arguments: &str, (of_data, of_file): (u32, u32), code: i32| {
            set_mode(&path, of_file);
            set_mode(&data, of_data);
            let command = somebody(directory, arguments, &url);
            masked(page, title, directory.path(), command, code);
            assert_eq!(fs::read(&path).unwrap(), bytes, "{title}");
        };
        let upgrade = "upgrade --env home";
        tell("a file that may not be read", upgrade, (0o777, 0o000), 3);
        tell("a file that may not be written", upgrade, (0o777, 0o444), 1);
        tell(
            "a directory that may not be written",
            upgrade,
            (0o555, 0o666),
            3,
        );
        tell("neither may be written", upgrade, (0o555, 0o444), 3);
        tell(
            "neither, looked at",
            "current --env home",
            (0o555, 0o444),
            0,
        );
        tell("neither, verified", "verify --env home", (0o555, 0o444), 1);
        // When it may be written it goes on.
        set_mode(&data, 0o777);
        set_mode(&path, 0o666);
        let done = somebody(directory, upgrade, &url).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
}
