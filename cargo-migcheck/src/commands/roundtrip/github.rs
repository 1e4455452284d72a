//! Faults as GitHub's workflow commands, beside the scripts that they are of.

use migcheck_core::Severity;
use migcheck_core::render::RenderStyle;
use migcheck_harness::Stair;

use super::{Tripped, human};
use crate::commands::check::checkout::Checkout;
use crate::commands::check::github::{command, failure};
use crate::error::CommandError;
use crate::output::Terminal;
use crate::workspace::slashed;

pub(super) fn print(terminal: &Terminal, tripped: &[Tripped]) {
    let checkout = Checkout::around(tripped.iter().map(|one| &one.directory));
    for one in tripped {
        let faults = one.report.stairs.iter();
        for stair in faults.filter(|stair| stair.severity > Severity::Allow) {
            terminal.print(annotation(&checkout, one, stair));
        }
        for error in &one.report.errors {
            terminal.print(failure(&CommandError::usage(error.to_string())));
        }
        terminal.summary(human::summary(one));
    }
}

fn annotation(checkout: &Checkout, one: &Tripped, stair: &Stair) -> String {
    let level = match stair.is_failure() {
        true => "error",
        false => "warning",
    };
    let mut properties = Vec::new();
    if let Some(script) = &stair.script {
        let file = checkout.relative(&one.directory, &script.path);
        properties.push(("file", file.unwrap_or_else(|path| slashed(&path))));
        properties.push(("line", stair.line().to_string()));
    }
    properties.push(("title", stair.title()));
    let text = stair.render(RenderStyle::default());
    // The title is the first line.
    let text = text.split_once('\n').map_or("", |(_, text)| text);
    command(level, &properties, text.trim_end())
}
