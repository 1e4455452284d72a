//! What a package's Cargo.toml says of its migration directories.

use std::path::Path;

use cargo_metadata::Package;

use super::DEFAULT_DIRECTORY;
use crate::error::CommandError;

/// The folder of a package's Cargo.toml.
pub(crate) fn folder_of(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}

/// The directories of a package, relative to it.
pub(super) fn directories_of(package: &Package) -> Result<Vec<String>, CommandError> {
    let Some(named) = named_in_manifest(package)? else {
        let has_default = folder_of(package).join(DEFAULT_DIRECTORY).is_dir();
        return Ok(has_default
            .then(|| DEFAULT_DIRECTORY.to_owned())
            .into_iter()
            .collect());
    };
    match named
        .iter()
        .find(|below| !folder_of(package).join(below).is_dir())
    {
        Some(missing) => Err(CommandError::usage(format!(
            "there is no directory `{missing}` in the package `{}`",
            package.name
        ))
        .hinted("`[package.metadata.migcheck]` in its Cargo.toml names it: correct it there")
        .hinted("or make it with `cargo migcheck init`")),
        None => Ok(named),
    }
}

/// What `[package.metadata.migcheck] directories` says, where there is such a section.
pub(crate) fn named_in_manifest(package: &Package) -> Result<Option<Vec<String>>, CommandError> {
    let Some(section) = package.metadata.get("migcheck") else {
        return Ok(None);
    };
    let wrong = |what: String| {
        CommandError::usage(format!("{}: {what}", package.manifest_path))
            .hinted("write it so:\n[package.metadata.migcheck]\ndirectories = [\"migrations\"]")
    };
    let section = section
        .as_object()
        .ok_or_else(|| wrong("`package.metadata.migcheck` is no table".to_owned()))?;
    if let Some(key) = section.keys().find(|key| *key != "directories") {
        return Err(wrong(format!(
            "`package.metadata.migcheck` has no key `{key}`"
        )));
    }
    let Some(list) = section.get("directories") else {
        return Ok(None);
    };
    let names = list.as_array().and_then(|list| {
        let names = list.iter().map(|name| name.as_str());
        names
            .map(|name| Some(name?.trim_end_matches('/').to_owned()))
            .collect::<Option<Vec<_>>>()
    });
    match names {
        Some(names) if !names.is_empty() => Ok(Some(names)),
        _ => Err(wrong(
            "`package.metadata.migcheck.directories` is no list of directories".to_owned(),
        )),
    }
}
