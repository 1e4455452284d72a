//! `revision!`.

use migcheck_core::{check, nearest_id};
use proc_macro2::TokenStream;
use quote::quote;

use crate::input::Revision;
use crate::report;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: Revision = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let directory = &input.directory;
    let checked = check(&directory.root, &directory.shown_as);
    let Some(graph) = &checked.graph else {
        // `embed!` shows them; two copies of one list help nobody.
        let message = format!(
            "the migration directory `{}` is not sound; `cargo migcheck check` says why",
            directory.shown_as
        );
        return report::error(directory.span, &message);
    };
    let id = input.id.value();
    if graph.position(&id).is_some() {
        return quote!(::migcheck::RevisionId::checked(#id));
    }
    let ids = graph
        .revisions()
        .iter()
        .map(|revision| revision.id.as_str());
    let help = match nearest_id(&id, ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`cargo migcheck history` lists the revisions".to_owned(),
    };
    let message = format!(
        "no revision `{id}` in the migration directory `{}`\n\nhelp: {help}\n",
        directory.shown_as
    );
    report::error(input.id.span(), &message)
}
