//! Names that say whose a thing is, so that leftovers of killed runs can be told from what is in use.

use std::io;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

/// A scratch database: `migcheck_`, the seconds since 1970 in hexadecimal, `_`, 64 random bits.
///
/// The time is in the name because no server but MySQL tells a database's age.
pub(crate) fn database() -> io::Result<String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    Ok(format!("migcheck_{now:08x}_{}", random()?))
}

/// A container of this process.
pub(crate) fn container() -> io::Result<String> {
    Ok(format!("migcheck-{}-{}", process::id(), random()?))
}

/// A private temporary directory of this process.
///
/// Its name is short because that of a socket in it must fit into 104 bytes on some systems.
pub(crate) fn directory() -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(&format!("migcheck-{}-", process::id()))
        .tempdir()
}

/// 64 random bits in hexadecimal, enough for names and for passwords that live as long as one run.
pub(crate) fn random() -> io::Result<String> {
    let bits = getrandom::u64().map_err(io::Error::other)?;
    Ok(format!("{bits:016x}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_unlike_and_say_whose_and_when() {
        let (a, b) = (database().unwrap(), database().unwrap());
        assert_ne!(a, b);
        assert!(a.starts_with("migcheck_") && a.len() == 34, "{a}");
        let mine = format!("migcheck-{}-", process::id());
        assert!(container().unwrap().starts_with(&mine));
        let dir = directory().unwrap();
        let name = dir.path().file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&mine), "{name}");
    }
}
