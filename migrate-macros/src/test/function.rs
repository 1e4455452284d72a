//! The function under `#[migcheck::test]`.
//!
//! Only what the test needs is told apart, and every token is kept as it was: `syn` would need its
//! whole grammar for this, and every user would compile it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

pub(crate) struct Function {
    /// `#[ignore]`, doc comments and the like.
    pub(crate) attributes: TokenStream,
    pub(crate) name: Ident,
    /// What stands in its parentheses.
    pub(crate) inputs: TokenStream,
    /// The type of its one argument.
    pub(crate) argument: TokenStream,
    /// `-> Result<(), Error>`, or nothing.
    pub(crate) output: TokenStream,
    pub(crate) body: Group,
}

const EXAMPLE: &str = "`async fn finds_users(pool: sqlx::PgPool) { … }`";

impl Function {
    pub(crate) fn read(item: TokenStream) -> syn::Result<Self> {
        let mut tokens = item.into_iter().peekable();
        let mut attributes = TokenStream::new();
        while let Some(hash) = tokens.next_if(|token| is_punct(token, '#')) {
            attributes.extend([hash].into_iter().chain(tokens.next()));
        }
        let mut is_async = false;
        let keyword = loop {
            match tokens.next() {
                Some(TokenTree::Ident(word)) if word == "fn" => break word,
                Some(TokenTree::Ident(word)) if word == "async" => is_async = true,
                Some(TokenTree::Ident(word)) if word == "pub" => {}
                // `pub(crate)`: nobody else calls a test.
                Some(TokenTree::Group(_)) => {}
                other => return Err(no_function(other.as_ref())),
            }
        };
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return Err(no_function(None));
        };
        if !is_async {
            let message = format!("a test with a database is asynchronous: {EXAMPLE}");
            return Err(syn::Error::new(keyword.span(), message));
        }
        let inputs = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => group,
            other => {
                let span = other.map_or_else(|| name.span(), |token| token.span());
                return Err(syn::Error::new(span, "a test has no type parameters"));
            }
        };
        let argument = argument(&inputs, name.span())?;
        let mut rest: Vec<TokenTree> = tokens.collect();
        let Some(TokenTree::Group(body)) = rest.pop() else {
            return Err(no_function(None));
        };
        Ok(Self {
            attributes,
            name,
            inputs: inputs.stream(),
            argument,
            output: rest.into_iter().collect(),
            body,
        })
    }
}

fn no_function(found: Option<&TokenTree>) -> syn::Error {
    let span = found.map_or_else(Span::call_site, TokenTree::span);
    syn::Error::new(span, format!("expected a function: {EXAMPLE}"))
}

/// The type of the one argument.
fn argument(inputs: &Group, name: Span) -> syn::Result<TokenStream> {
    let mut tokens = inputs.stream().into_iter().peekable();
    if tokens.peek().is_none() {
        let message = format!("a test takes its database as an argument: {EXAMPLE}");
        return Err(syn::Error::new(name, message));
    }
    // The pattern, up to a colon that is not half of a `::`.
    let mut before_is_joint = false;
    let colon = tokens.find(|token| {
        let is_joint = matches!(token, TokenTree::Punct(punct)
            if punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Joint);
        let is_half = is_joint || before_is_joint;
        before_is_joint = is_joint;
        is_punct(token, ':') && !is_half
    });
    let mut argument = TokenStream::new();
    let mut depth = 0_usize;
    let mut before_is_dash = false;
    while let Some(token) = tokens.next() {
        if depth == 0 && is_punct(&token, ',') {
            if let Some(second) = tokens.next() {
                let message = "a test has one database, so it takes one argument";
                return Err(syn::Error::new(second.span(), message));
            }
            break;
        }
        if is_punct(&token, '<') {
            depth += 1;
        } else if is_punct(&token, '>') && !before_is_dash {
            depth = depth.saturating_sub(1);
        }
        before_is_dash = is_punct(&token, '-');
        argument.extend([token]);
    }
    if colon.is_none() || argument.is_empty() {
        let message = format!("expected an argument with its type: {EXAMPLE}");
        return Err(syn::Error::new(inputs.span(), message));
    }
    Ok(argument)
}

fn is_punct(token: &TokenTree, char: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == char)
}
