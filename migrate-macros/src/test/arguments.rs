//! What stands in the parentheses of `#[migcheck::test(…)]`.

use migcheck_core::{Target, nearest};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token, bracketed};

const KEYS: [&str; 4] = ["migrations", "at", "on", "fixtures"];

pub(crate) struct Arguments {
    /// The path of what `embed!` made, or any other expression that a graph can be had from.
    pub(crate) migrations: TokenStream,
    pub(crate) at: LitStr,
    pub(crate) on: Option<LitStr>,
    pub(crate) fixtures: Vec<LitStr>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut migrations = None;
        let mut at = None;
        let mut on = None;
        let mut fixtures = None;
        while !input.is_empty() {
            let key = Ident::parse_any(input)?;
            let name = key.to_string();
            if !KEYS.contains(&&*name) {
                return Err(syn::Error::new(key.span(), unknown(&name)));
            }
            input
                .parse::<Token![=]>()
                .map_err(|error| syn::Error::new(error.span(), format!("expected `{name} = …`")))?;
            let is_first = match &*name {
                "migrations" => migrations.replace(expression(input)?).is_none(),
                "at" => at.replace(target(input)?).is_none(),
                "on" => on.replace(text(input, "on = \"postgres\"")?).is_none(),
                _ => fixtures.replace(files(input)?).is_none(),
            };
            if !is_first {
                let message = format!("`{name}` is given twice");
                return Err(syn::Error::new(key.span(), message));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self {
            migrations: migrations.ok_or_else(|| {
                let message = "the migrations to test with are not named: `migrations = crate::MIGRATIONS`, \
                               which is what `migcheck::embed!` made";
                syn::Error::new(Span::call_site(), message)
            })?,
            at: at.unwrap_or_else(|| LitStr::new("head", Span::call_site())),
            on,
            fixtures: fixtures.unwrap_or_default(),
        })
    }
}

fn unknown(name: &str) -> String {
    match nearest(name, KEYS) {
        Some(near) => format!("`{name}` is no argument of a test; did you mean `{near}`?"),
        None => format!(
            "`{name}` is no argument of a test; there are `migrations`, `at`, `on` and `fixtures`"
        ),
    }
}

/// Everything up to the next comma.
fn expression(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.peek(Token![=]) {
            return Err(input.error("expected `,` before the next argument"));
        }
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    match tokens.clone().into_iter().next() {
        None => Err(input.error("expected a path: `migrations = crate::MIGRATIONS`")),
        Some(TokenTree::Literal(literal)) => Err(syn::Error::new(
            literal.span(),
            "not a directory but what `migcheck::embed!` made of it: `migrations = crate::MIGRATIONS`",
        )),
        Some(_) => Ok(tokens),
    }
}

fn text(input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let text: syn::Result<LitStr> = input.parse();
    text.map_err(|error| syn::Error::new(error.span(), format!("expected a text: `{example}`")))
}

fn target(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let at = text(input, "at = \"head\"")?;
    match Target::parse(&at.value()) {
        Ok(_) => Ok(at),
        Err(error) => Err(syn::Error::new(at.span(), error)),
    }
}

fn files(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let example = "fixtures = [\"fixtures/users.sql\"]";
    if !input.peek(syn::token::Bracket) {
        return Err(input.error(format!("expected a list: `{example}`")));
    }
    let list;
    bracketed!(list in input);
    let files = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)
        .map_err(|error| syn::Error::new(error.span(), format!("expected files: `{example}`")))?;
    Ok(files.into_iter().collect())
}
