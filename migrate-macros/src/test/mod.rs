//! `#[migcheck::test]`.

mod arguments;
mod function;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::report;
use arguments::Arguments;
use function::Function;

/// The test as libtest runs it: a function that hands the asynchronous one to the harness.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (arguments, function) = match read(arguments, item) {
        Ok(read) => read,
        Err(error) => return error.into_compile_error(),
    };
    let Arguments {
        migrations,
        at,
        on,
        fixtures,
    } = arguments;
    let on = match on {
        Some(on) => quote!(::core::option::Option::Some(#on)),
        None => quote!(::core::option::Option::None),
    };
    // A file that is not there is missed where it is named.
    let fixtures = fixtures
        .iter()
        .map(|path| quote_spanned!(path.span() => (#path, ::core::include_str!(#path))));
    let Function {
        attributes,
        name,
        inputs,
        argument,
        output,
        body,
    } = function;
    // What the argument must be is said at its type.
    let span = argument
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let run = quote_spanned!(span => ::migcheck::__private::run_test::<#argument, _, _, _>);
    quote! {
        #[::core::prelude::v1::test]
        #attributes
        fn #name() #output {
            async fn #name(#inputs) #output #body

            #run(
                &::migcheck::__private::TestCase {
                    name: ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)),
                    at: #at,
                    on: #on,
                    fixtures: &[#(#fixtures),*],
                },
                &#migrations,
                #name,
            )
        }
    }
}

/// What `#[migcheck::test]` is without the feature that runs it. What is wrong with the attribute is
/// said first: it would have to be mended anyway.
pub(crate) fn expand_without_harness(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if let Err(error) = read(arguments, item) {
        return error.into_compile_error();
    }
    let version = env!("CARGO_PKG_VERSION");
    let message = format!(
        "`#[migcheck::test]` needs the feature `harness`, which starts servers and makes scratch databases

help: put these lines into Cargo.toml

          [dev-dependencies]
          migcheck = {{ version = \"{version}\", features = [\"harness\"] }}
"
    );
    let error = report::error(Span::call_site(), &message);
    quote!(#error;)
}

fn read(arguments: TokenStream, item: TokenStream) -> syn::Result<(Arguments, Function)> {
    Ok((syn::parse2(arguments)?, Function::read(item)?))
}
