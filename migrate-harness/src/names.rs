//! Names that say whose a thing is and, where nothing else does, when it was made.
//!
//! Only what has such a name to the last character is ever taken for a leftover.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::owner::Owner;

/// A scratch database: `migcheck_`, the seconds since 1970 in hexadecimal, the process that makes it,
/// 32 random bits; 60 characters at most, of which PostgreSQL takes 63.
///
/// The time is in the name because no server but MySQL tells a database's age.
pub(crate) fn database() -> io::Result<String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let owner = Owner::me().to_string().replace('-', "_");
    let bits = getrandom::u32().map_err(io::Error::other)?;
    Ok(format!("migcheck_{now:08x}_{owner}_{bits:08x}"))
}

/// Who made the scratch database of this name, and when. `None` for a database of any other name.
pub(crate) fn of_database(name: &str) -> Option<(Owner, SystemTime)> {
    let [time, pid, machine, started, random] = parts(name, '_')?;
    let seconds = u64::from_str_radix(time, 16).ok()?;
    let made = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    let owner = Owner::of_parts(pid, machine, started)?;
    (time.len() == 8 && is_hex(random, 8)).then_some((owner, made))
}

/// A container of this process.
pub(crate) fn container() -> io::Result<String> {
    Ok(format!("migcheck-{}-{}", Owner::me(), random()?))
}

/// A private temporary directory of this process.
///
/// Its name is short because that of a socket in it must fit into 104 bytes on some systems.
pub(crate) fn directory() -> io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix(&format!("migcheck-{}-", Owner::me()))
        .tempdir()
}

/// Who made the container or the directory of this name.
pub(crate) fn of_thing(name: &str) -> Option<Owner> {
    let [pid, machine, started, random] = parts(name, '-')?;
    let is_random = !random.is_empty() && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Owner::of_parts(pid, machine, started).filter(|_| is_random)
}

/// What follows `migcheck` in a name of exactly so many parts.
fn parts<const N: usize>(name: &str, separator: char) -> Option<[&str; N]> {
    let rest = name.strip_prefix("migcheck")?.strip_prefix(separator)?;
    let parts: Vec<&str> = rest.split(separator).collect();
    parts.try_into().ok()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
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
        assert!(a.starts_with("migcheck_") && a.len() <= 60, "{a}");
        let (owner, made) = of_database(&a).unwrap();
        assert_eq!(owner, Owner::me());
        assert!(made.elapsed().unwrap() < Duration::from_secs(60));
        let mine = format!("migcheck-{}-", std::process::id());
        let container = container().unwrap();
        assert!(container.starts_with(&mine), "{container}");
        assert_eq!(of_thing(&container), Some(Owner::me()));
        let dir = directory().unwrap();
        let name = dir.path().file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with(&mine), "{name}");
        assert_eq!(of_thing(name), Some(Owner::me()));
    }

    #[test]
    fn no_other_name_is_taken_for_one() {
        for name in [
            "migcheck",
            "migcheck_production",
            "migcheck_671f2a3b_12_9c1d22aa_1b2c_0a1b2c3d_old",
            "migcheck_671f2a3b_12_9c1d22aa_1b2c_0a1b2c3",
            "migcheck_671f2a3b_12_9c1d22aa_1b2c_prod1234",
            "migcheck_1_12_9c1d22aa_1b2c_0a1b2c3d",
            "xmigcheck_671f2a3b_12_9c1d22aa_1b2c_0a1b2c3d",
        ] {
            assert_eq!(of_database(name), None, "{name}");
        }
        for name in [
            "migcheck-1-2",
            "migcheck-x-9c1d22aa-1-abc",
            "migcheck-1-9c1d22aa-1-",
        ] {
            assert_eq!(of_thing(name), None, "{name}");
        }
        assert!(of_database("migcheck_671f2a3b_12_9c1d22aa_1b2c_0a1b2c3d").is_some());
    }
}
