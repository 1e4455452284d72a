//! `embed!`.

use std::env;
use std::fmt::Write as _;
use std::path::Path;

use migcheck_core::fingerprints::FINGERPRINTS_FILE;
use migcheck_core::pack::pack;
use migcheck_core::{CONFIG_FILE, LOCK_FILE, build, check};
use proc_macro2::{LexError, Literal, TokenStream};
use quote::quote;

use crate::input::{Directory, Embed};
use crate::report;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: Embed = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let directory = &input.directory;
    let checked = check(&directory.root, &directory.shown_as);
    if let Some(errors) = report::errors(&checked, directory.span) {
        return errors;
    }
    let variable = build::variable(&directory.shown_as);
    if input.watch && env::var_os(&variable).is_none() {
        return report::error(directory.span, &unwatched(&directory.shown_as));
    }
    let Some(graph) = &checked.graph else {
        return report::error(
            directory.span,
            "the directory has no errors, and no graph: this is a bug in migcheck",
        );
    };
    let (table, paths) = pack(graph);
    let table = Literal::byte_string(&table);
    let texts = match included(directory, &paths) {
        Ok(paths) => texts(&paths),
        Err(path) => return report::error(directory.span, &not_unicode(&path)),
    };
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => return report::error(directory.span, &error.to_string()),
    };
    // What decides the graph without being a script is tracked in the same way.
    let settings = [CONFIG_FILE, LOCK_FILE, FINGERPRINTS_FILE]
        .into_iter()
        .filter(|name| checked.files.iter().any(|file| file == name))
        .map(|name| directory.root.join(name).to_string_lossy().into_owned());
    quote! {{
        const _: &[&str] = &[#(::core::include_str!(#settings)),*];
        const _: ::core::option::Option<&str> = ::core::option_env!(#variable);
        ::migcheck::Migrations::embedded(#table, &#texts)
    }}
}

/// The list of the texts. It is rustc that makes tokens of it: one by one they would cross the
/// border to the compiler, a dozen for each of many thousand files.
fn texts(paths: &[String]) -> Result<TokenStream, LexError> {
    let mut list = String::from("[");
    for path in paths {
        // A string is escaped for people as it is for rustc.
        let _ = write!(list, "::core::include_str!({path:?}),");
    }
    list.push(']');
    list.parse()
}

/// The scripts' absolute paths; the error is the one that rustc cannot be told.
fn included(directory: &Directory, paths: &[String]) -> Result<Vec<String>, String> {
    let text = |path: &Path| {
        let text = path
            .to_str()
            .map(|text| text.trim_end_matches('/').to_owned());
        text.ok_or_else(|| path.to_string_lossy().into_owned())
    };
    let root = text(&directory.root)?;
    let package = text(&directory.package)?;
    let below = |path: &str| {
        let below = path.strip_prefix(&*directory.shown_as)?;
        Some(format!("{root}/{}", below.strip_prefix('/')?))
    };
    let paths = paths.iter();
    // What is not below the directory is what it includes, shown relative to the package.
    let paths = paths.map(|path| below(path).unwrap_or_else(|| format!("{package}/{path}")));
    Ok(paths.collect())
}

fn not_unicode(path: &str) -> String {
    format!("the path `{path}` is not Unicode, and rustc can only include files by a path that is")
}

fn unwatched(directory: &str) -> String {
    format!(
        "nothing makes cargo watch `{directory}`: a new migration would not be compiled in

help: put these lines into build.rs, and add `migcheck` to [build-dependencies]

          fn main() {{
              migcheck::build::watch(\"{directory}\");
          }}

help: `embed!(\"{directory}\", watch = false)` does without
"
    )
}
