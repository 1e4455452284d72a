#![allow(clippy::unwrap_used, clippy::panic)]
use proptest::strategy::Strategy as _;

use super::lex;
use super::value::{Constants, Value, value};

fn of(expression: &str) -> Value {
    let lines = lex::lines(expression);
    let tokens: Vec<_> = lines.into_iter().flat_map(|line| line.tokens).collect();
    let constants: Constants = [("KNOWN".to_owned(), Value::Text("k".to_owned()))].into();
    value(&tokens, expression, &constants)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).to_owned()).collect())
}

#[test]
fn strings_in_every_form() {
    assert_eq!(of("'a'"), text("a"));
    assert_eq!(of("u'a' \"b\""), text("ab"));
    assert_eq!(of("(\n  'a'  # one\n  'b'\n)"), text("ab"));
    assert_eq!(of("\"\"\"a\n'b' \"c\" \"\"\""), text("a\n'b' \"c\" "));
    assert_eq!(of("R'\\d\\''"), text("\\d\\'"));
    assert_eq!(of("'\\x41\\u00e4\\101\\n\\'\\q'"), text("AäA\n'\\q"));
    assert_eq!(of("'a' + \"b\""), text("ab"));
    assert_eq!(of("'a\\\nb'"), text("ab"));
    assert_eq!(of("KNOWN"), text("k"));
    assert_eq!(of("''"), text(""));
}

#[test]
fn lists_in_every_form() {
    assert_eq!(of("None"), Value::None);
    assert_eq!(of("('a',)"), list(&["a"]));
    assert_eq!(of("('a')"), text("a"));
    assert_eq!(of("('a', 'b')"), list(&["a", "b"]));
    assert_eq!(of("'a', 'b',"), list(&["a", "b"]));
    assert_eq!(of("['a', \"b\"]"), list(&["a", "b"]));
    assert_eq!(of("{'a'}"), list(&["a"]));
    assert_eq!(of("[]"), list(&[]));
    assert_eq!(of("()"), list(&[]));
    assert_eq!(of("set(['a'])"), list(&["a"]));
}

#[test]
fn what_only_python_knows() {
    for expression in [
        "f'{a}'",
        "b'a'",
        "x",
        "x.y",
        "'a' % x",
        "'a'.lower()",
        "1",
        "('a' 1)",
        "'a' if x else 'b'",
        "['a'",
        "'a' 'b' c",
        "{'a': 'b'}",
        "'\\N{BULLET}'",
        "",
    ] {
        assert_eq!(of(expression), Value::Other, "{expression}");
    }
}

#[test]
fn lines_end_where_python_ends_them() {
    let text = "a = (1,\n  2)\nif x:\n\tb = '''\n'''  # c\n# d\ne; f \\\n g\n";
    let lines = lex::lines(text);
    let found: Vec<(usize, &str)> = lines
        .iter()
        .map(|line| (line.indent, text[line.span.clone()].trim()))
        .collect();
    assert_eq!(
        found,
        [
            (0, "a = (1,\n  2)"),
            (0, "if x:"),
            (8, "b = '''\n'''  # c"),
            (0, "# d"),
            (0, "e"),
            (0, "f \\\n g"),
        ]
    );
}

#[test]
fn nothing_is_lost_or_read_twice() {
    for text in [
        "'", "'''", "(", ")))", "\\", "#", "\t;;\n;", "'a\nb", "ä'ö'", "0x1f'a'", "rb'", "\"\\",
    ] {
        let mut end = 0;
        for line in lex::lines(text) {
            for token in line.tokens {
                assert!(
                    token.span.start >= end && token.span.end > token.span.start,
                    "{text}"
                );
                end = token.span.end;
            }
        }
        assert!(end <= text.len(), "{text}");
    }
}

#[test]
fn depth_and_length_are_no_danger() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")")] {
        let deep = format!("{}'a'{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(of(&deep), Value::Other);
    }
    assert!(lex::lines(&";".repeat(100_000)).is_empty());
    assert_eq!(of("((((('a',)))))"), list(&["a"]));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever the file holds, reading it ends, and what is read stands in it.
    #[test]
    fn any_text_is_read(
        pieces in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::sample::select(vec![
                    "revision = ", "'a1'", "down_revision", "=", "(", ")", "[", ",", "\"\"\"", "'", "\\", "\n", "    ",
                    "\t", "#", ";", "def upgrade():", "op.execute(", "sa.text(", "with op.get_context().autocommit_block():",
                    "if x:", "else:", "raise", "pass", "f'", "r\"", "None", "+", ":", "op.get_bind()", "\u{e4}",
                ]).prop_map(str::to_owned),
                "\\PC{0,3}",
            ],
            0..40,
        )
    ) {
        let text = pieces.concat();
        let mut end = 0;
        for line in lex::lines(&text) {
            for token in line.tokens {
                proptest::prop_assert!(token.span.start >= end && token.span.end <= text.len());
                end = token.span.end;
            }
        }
        let source = std::sync::Arc::new(crate::SourceFile { path: "x.py".to_owned(), text: text.into() });
        let _ = super::file::read("x.py", &source);
    }
}
