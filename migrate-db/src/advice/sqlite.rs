//! SQLite: by result code, whose low byte is the kind.

use super::{AGAIN, Refusal, full};
use crate::lock_file::{ENDING, database_file};
use crate::session::Session;

/// See [`Engine::advice`](crate::engine::Engine::advice).
pub(crate) async fn advice(session: &mut dyn Session, refusal: &Refusal<'_>) -> Option<String> {
    let file = match database_file(session).await {
        Ok(Some(file)) => format!("`{file}`"),
        _ => "the database".to_owned(),
    };
    let disk = || full(&format!("the disk of {file}"));
    let Ok(code) = refusal.code().parse::<u32>() else {
        return lock_file(&refusal.error.message, &file, disk);
    };
    let directory = "the directory that it is in: SQLite keeps files beside it";
    match code & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED
        5 | 6 => Some(format!(
            "another connection is in the middle of a transaction; when that has ended, {AGAIN}"
        )),
        // SQLITE_READONLY
        8 => Some(format!(
            "see that neither the URL says `mode=ro` nor the connection `query_only`, and let this user write {file} and {directory}"
        )),
        // SQLITE_IOERR
        10 => Some(format!(
            "see whether the disk of {file} is in order and has room, then {AGAIN}"
        )),
        // SQLITE_CORRUPT
        11 => Some(format!(
            "see what `PRAGMA integrity_check` says of {file}, and go back to a backup"
        )),
        // SQLITE_FULL
        13 => Some(disk()),
        // SQLITE_CANTOPEN
        14 => Some(format!(
            "let this user read and write {file} and {directory}"
        )),
        // SQLITE_NOTADB
        26 => {
            Some("that is a file of something else, or an encrypted one; correct the path".into())
        }
        _ => None,
    }
}

/// The file that keeps other runs out is no business of SQLite's.
fn lock_file(message: &str, file: &str, disk: impl Fn() -> String) -> Option<String> {
    const ENOSPC: &str = "(os error 28)";
    if !message.contains(ENDING) {
        None
    } else if message.ends_with(ENOSPC) {
        Some(disk())
    } else {
        Some(format!(
            "let this user write in the directory of {file}: migcheck and SQLite keep files beside it"
        ))
    }
}
