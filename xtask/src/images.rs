//! The databases' images: present, else pulled, else built from Debian packages.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::error::{Attempt, Error};
use crate::process::{self, Failure};
use crate::workspace::Workspace;

/// What the tests run on. They are told through `MIGCHECK_TEST_SERVERS`.
pub(crate) const TEST_SERVERS: [&str; 4] =
    ["postgres:15", "postgres:17", "mysql:9.7", "mariadb:10.11"];

/// For a slow line; where no registry can be reached the answer is quick.
const PULL: Duration = Duration::from_secs(300);
const INSPECT: Duration = Duration::from_secs(15);

/// Returns when the engine has the image `NAME:VERSION`. With `rebuild` it is built here whatever there is.
pub(crate) fn ensure(workspace: &Workspace, image: &str, rebuild: bool) -> Result<(), Error> {
    let mut tried = Vec::new();
    if !rebuild {
        if docker(&["image", "inspect", image], INSPECT).is_ok() {
            return Ok(());
        }
        eprintln!("xtask: pulling {image}");
        match docker(&["pull", "--quiet", image], PULL) {
            Ok(_) => return Ok(()),
            Err(failure) => tried.push(Attempt::new(format!("`docker pull {image}`"), failure)),
        }
    }
    build(workspace, image).map_err(|outcome| {
        tried.push(Attempt::new("building it from Debian packages", outcome));
        Error::NoImage {
            image: image.to_owned(),
            tried,
            has_recipe: recipe(workspace, image).is_some(),
        }
    })
}

fn build(workspace: &Workspace, image: &str) -> Result<(), String> {
    if recipe(workspace, image).is_none() {
        return Err(format!(
            "there is no recipe for it in xtask/images/recipes, only for {}",
            known(workspace).join(", ")
        ));
    }
    if !process::exists("apt-get") {
        return Err("not done, that needs a Debian or Ubuntu machine (apt-get)".to_owned());
    }
    if !process::is_root() {
        return Err("not done, that needs root".to_owned());
    }
    eprintln!("xtask: building {image} from Debian packages");
    let mut build = Command::new(workspace.images().join("build.sh"));
    build
        .args([image, image])
        .arg(workspace.scratch().join("images"));
    process::run(&mut build).map_err(|failure| format!("{failure} (its messages are above)"))
}

/// The recipe of an image, if there is one.
fn recipe(workspace: &Workspace, image: &str) -> Option<PathBuf> {
    let (name, version) = image.split_once(':')?;
    // The name becomes a path, and root's at that.
    let plain = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    let path = workspace
        .images()
        .join("recipes")
        .join(format!("{name}-{version}"));
    (plain(name) && plain(version) && path.is_file()).then_some(path)
}

/// The images there is a recipe for, in order.
fn known(workspace: &Workspace) -> Vec<String> {
    let recipes = fs::read_dir(workspace.images().join("recipes"));
    let mut names: Vec<String> = recipes
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .map(|name| name.replacen('-', ":", 1))
        .collect();
    names.sort();
    names
}

fn docker(args: &[&str], limit: Duration) -> Result<String, Failure> {
    process::output(Command::new("docker").args(args), limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_server_has_a_recipe() {
        let workspace = Workspace::locate();
        let known = known(&workspace);
        for image in TEST_SERVERS {
            assert!(known.iter().any(|name| name == image), "{image}");
            assert!(recipe(&workspace, image).is_some(), "{image}");
        }
    }

    #[test]
    fn a_recipe_is_never_outside_its_directory() {
        let workspace = Workspace::locate();
        for image in [
            "postgres",
            ":",
            "../x:1",
            "postgres:../../build.sh",
            "a/b:1",
        ] {
            assert_eq!(recipe(&workspace, image), None, "{image}");
        }
    }
}
