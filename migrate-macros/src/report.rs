//! Findings as one compile error.

use migcheck_core::render::{RenderStyle, render_all};
use migcheck_core::{Checked, Finding, Severity};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// One error at `span`.
pub(crate) fn error(span: Span, message: &str) -> TokenStream {
    quote_spanned!(span => ::core::compile_error!(#message))
}

/// Every error of a directory in one compile error, drawn as `cargo migcheck check` draws them;
/// `None` when there is none.
pub(crate) fn errors(checked: &Checked, span: Span) -> Option<TokenStream> {
    let errors: Vec<Finding> = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Deny)
        .cloned()
        .collect();
    let count = match errors.len() {
        0 => return None,
        1 => "1 error".to_owned(),
        several => format!("{several} errors"),
    };
    // rustc indents what follows the first line, so that the findings start on a line of their own.
    let drawn = render_all(&errors, RenderStyle::default());
    let message = format!(
        "{count} in the migration directory `{}`\n\n{drawn}\n",
        checked.shown_as
    );
    Some(error(span, &message))
}
