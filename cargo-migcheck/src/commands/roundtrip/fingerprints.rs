//! `--write-fingerprints`: what the revisions make, for `identify` where there is no scratch server.

use std::fs;

use migcheck_core::RevisionGraph;
use migcheck_core::fingerprints::{FINGERPRINTS_FILE, Fingerprints};
use migcheck_harness::fingerprints;

use crate::cli::Context;
use crate::error::CommandError;
use crate::output::counted;
use crate::workspace::Directory;

/// Puts the fingerprints that the servers give in the place of those that the directory has of them;
/// those of other servers stay.
pub(super) fn write(
    context: &Context,
    directory: &Directory,
    graph: &RevisionGraph,
    on: &[String],
) -> Result<(), CommandError> {
    let terminal = &context.terminal;
    let made = fingerprints(graph, on).map_err(|error| match error.is_unavailable() {
        true => CommandError::unavailable(error.to_string()),
        false => CommandError::usage(error.to_string()),
    })?;
    let path = directory.path.join(FINGERPRINTS_FILE);
    let shown = directory.file(FINGERPRINTS_FILE);
    let old = fs::read_to_string(&path).unwrap_or_default();
    // What cannot be read, such as both sides of a conflict, is what is written anew.
    let mut all = Fingerprints::parse(&old).unwrap_or_default();
    let mut told = Vec::new();
    for server in made {
        if !server.missing.is_empty() {
            terminal.warn(format_args!(
                "no fingerprint on {} of what cannot be applied there: {}",
                server.server,
                server.missing.join(", ")
            ));
        }
        let states = counted(server.fingerprints.len(), "fingerprint");
        told.push(format!("{states} of {}", server.release));
        all.set(server.release, server.fingerprints);
    }
    let text = all.to_text();
    if text == old {
        terminal.note(format_args!("{shown} is as it was"));
        return Ok(());
    }
    fs::write(&path, text).map_err(|error| {
        CommandError::usage(format!("`{shown}` cannot be written: {error}"))
            .hinted("nothing else was changed")
    })?;
    terminal.note(format_args!("wrote {shown}: {}", told.join(", ")));
    Ok(())
}
