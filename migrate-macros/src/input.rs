//! What the macros are given: a directory, and options.

use std::env;
use std::path::PathBuf;

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitStr, Token};

/// A directory literal.
pub(crate) struct Directory {
    /// As it was written: what messages call the directory.
    pub(crate) shown_as: String,
    /// Where it is.
    pub(crate) root: PathBuf,
    /// Where its package is.
    pub(crate) package: PathBuf,
    pub(crate) span: Span,
}

impl Parse for Directory {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: LitStr = input.parse().map_err(|error| {
            let message = "expected the migration directory, as a string literal: `\"migrations\"`";
            syn::Error::new(error.span(), message)
        })?;
        let shown_as = literal.value();
        let span = literal.span();
        if shown_as.is_empty() {
            return Err(syn::Error::new(
                span,
                "the path of the migration directory is empty",
            ));
        }
        let package = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| {
            syn::Error::new(
                span,
                "CARGO_MANIFEST_DIR is not set: migcheck's macros need cargo to find the directory",
            )
        })?;
        let package = PathBuf::from(package);
        Ok(Self {
            root: package.join(&shown_as),
            package,
            shown_as: shown_as.trim_end_matches('/').to_owned(),
            span,
        })
    }
}

/// `"migrations"` or `"migrations", watch = false`.
pub(crate) struct Embed {
    pub(crate) directory: Directory,
    pub(crate) watch: bool,
}

impl Parse for Embed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let directory = input.parse()?;
        let mut watch = true;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let key: Ident = input.parse()?;
            if key != "watch" {
                return Err(syn::Error::new(
                    key.span(),
                    "the only option is `watch = false`",
                ));
            }
            input.parse::<Token![=]>()?;
            let value: LitBool = input
                .parse()
                .map_err(|error| syn::Error::new(error.span(), "expected `true` or `false`"))?;
            watch = value.value;
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(Self { directory, watch })
    }
}

/// `"migrations", "20250824_002"`.
pub(crate) struct Revision {
    pub(crate) directory: Directory,
    pub(crate) id: LitStr,
}

impl Parse for Revision {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let directory = input.parse()?;
        let missing = |error: syn::Error| {
            let message = "expected the directory and the id: `\"migrations\", \"20250824093000\"`";
            syn::Error::new(error.span(), message)
        };
        input.parse::<Token![,]>().map_err(missing)?;
        let id = input.parse().map_err(missing)?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { directory, id })
    }
}
