//! An Alembic `versions/` folder: `lex` knows what is a string and where a line of Python ends, `value`
//! which expressions are literals, `file` what a module says about its revision, `body` which operations
//! are plain SQL. Nothing is run, and what is not understood is handed on as it stands, for a person.

mod body;
mod file;
mod folder;
mod lex;
mod names;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;

pub(super) use folder::sign;

use super::native::{self, NativeRevision, NativeScript, is_blank};
use super::{ImportError, Imported, Origin};
use crate::{Code, Severity};
use body::Body;
use file::PyRevision;

pub(super) fn import(
    root: &Path,
    shown_as: &str,
    reason: Option<String>,
) -> Result<Imported, ImportError> {
    let folder = folder::read(root, shown_as);
    let mut findings = folder.findings;
    let mut left = folder.others;
    let mut modules = Vec::new();
    for (name, source) in folder.modules {
        match file::read(&name, &source) {
            Ok(Some(module)) => modules.push((name, module)),
            Ok(None) => left.push(name),
            Err(wrong) => {
                findings.extend(wrong);
                left.push(name);
            }
        }
    }
    names::resolve(&mut modules);
    findings.extend(
        modules
            .iter_mut()
            .flat_map(|(_, module)| module.take_findings()),
    );
    if findings.iter().any(|one| one.severity == Severity::Deny) {
        return Err(ImportError::Unsound {
            directory: shown_as.to_owned(),
            findings,
        });
    }
    if modules.is_empty() {
        return Err(ImportError::Empty(shown_as.to_owned()));
    }
    left.sort();
    let revisions: Vec<NativeRevision> = modules
        .into_iter()
        .map(|(name, module)| revision(&name, module))
        .collect();
    let one_way = revisions.iter().filter(|one| one.has_no_way_down());
    let one_way = one_way.map(|one| one.id.clone()).collect();
    // How many heads and bases there may be is for a person to say: Alembic never asked.
    let files = native::files(Origin::Alembic, (1, 1), &revisions);
    Ok(Imported {
        origin: Origin::Alembic,
        reason,
        revisions: revisions.len(),
        unfinished: native::unfinished(&files),
        files,
        left,
        one_way,
        findings,
    })
}

fn revision(name: &str, module: PyRevision) -> NativeRevision {
    let slug = module.slug(name);
    let mut up = script(&module.upgrade, "upgrade");
    up.body.insert_str(0, &description(&module.message));
    let is_unfinished = up.todo.is_some();
    let mut down = None;
    let mut irreversible = None;
    match &module.downgrade {
        Body::Missing => {
            let reason = "imported from alembic, where downgrade() is missing";
            up.allow = Some((Code::MissingDown, reason.to_owned()));
        }
        Body::Raises(reason) => irreversible = Some(reason.clone()),
        body => {
            let mut script = script(body, "downgrade");
            // What is yet to be written will be a statement.
            let does_nothing = script.todo.is_none() && is_blank(&script.body);
            if does_nothing && (is_unfinished || !is_blank(&up.body)) {
                let reason = "imported from alembic, where it does nothing";
                script.allow = Some((Code::EmptyDown, reason.to_owned()));
            }
            down = Some(script);
        }
    }
    if let Some(label) = module.unread_labels {
        let todo = format!("set `labels` to what `{label}` is in Python");
        up.todo = Some(match up.todo {
            Some(other) => format!("{todo}; {other}"),
            None => todo,
        });
    }
    NativeRevision {
        id: module.id,
        slug,
        revises: module.revises,
        depends_on: module.depends_on,
        labels: module.labels,
        irreversible,
        up,
        down,
    }
}

fn script(body: &Body, function: &str) -> NativeScript {
    match body {
        Body::Missing => todo(format!(
            "write what should stand in {function}(), which is missing"
        )),
        Body::Raises(reason) => todo(format!("{function}() always fails: {reason}")),
        Body::Script(script) => {
            let mut native = NativeScript::new(script.sql.clone(), script.transaction);
            if script.todo > 0 {
                let blocks = match script.todo {
                    1 => "block".to_owned(),
                    many => format!("{many} blocks"),
                };
                native.todo = Some(format!(
                    "write the {blocks} of Python below in SQL, then delete this line"
                ));
            }
            native
        }
    }
}

fn todo(what: String) -> NativeScript {
    let mut script = NativeScript::new(String::new(), true);
    script.todo = Some(what);
    script
}

/// The message as the comment that describes a revision.
fn description(message: &str) -> String {
    let mut comment = String::new();
    for line in message.lines() {
        // A message is prose, even where it speaks about directives.
        let line = line.trim().replacen("migcheck:", "migcheck :", 1);
        comment.push_str(format!("-- {line}").trim_end());
        comment.push('\n');
    }
    if !comment.is_empty() {
        comment.push('\n');
    }
    comment
}
