//! goose cuts its scripts by lines: what its annotations say, a plain script has to say itself.

use super::native::terminated;

/// The script of a section without goose's annotations, and what cannot be said in plain SQL.
pub(super) fn plain(lines: &[&str]) -> (String, Option<String>) {
    let mut script = String::new();
    let mut block: Option<String> = None;
    let mut todo = None;
    for line in lines {
        match annotation(line).as_deref() {
            Some("statementbegin") => block = Some(String::new()),
            Some("statementend") => script.push_str(&closed(block.take().unwrap_or_default())),
            Some("envsub on" | "envsubst on") => {
                todo = Some(
                    "goose put environment variables in the place of ${…}: write the values"
                        .to_owned(),
                );
            }
            Some(_) => {}
            None => block.as_mut().unwrap_or(&mut script).push_str(line),
        }
    }
    script.push_str(&block.unwrap_or_default());
    (script, todo)
}

/// goose sends a block as it is, with or without a `;` at its end.
fn closed(block: String) -> String {
    let end = block.trim_end().len();
    let (code, rest) = block.split_at(end);
    format!("{}{rest}", terminated(code))
}

/// What stands behind `-- +goose`, in lower case.
fn annotation(line: &str) -> Option<String> {
    let line = line.trim_start_matches('\u{feff}').trim();
    let comment = line.strip_prefix("--")?.to_lowercase();
    let words: Vec<&str> = comment.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    (*first == "+goose").then(|| rest.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        plain(&text.split_inclusive('\n').collect::<Vec<_>>()).0
    }

    #[test]
    fn a_block_is_a_statement_of_its_own() {
        assert_eq!(
            of(
                "-- +goose Up\n-- +goose StatementBegin\nSELECT 1\n-- +goose StatementEnd\nSELECT 2;\n"
            ),
            "SELECT 1;\nSELECT 2;\n"
        );
        let function =
            "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN RETURN 1; END;\n$$ LANGUAGE plpgsql;\n";
        let annotated =
            format!("-- +goose StatementBegin\n{function}-- +goose StatementEnd\nSELECT 2;\n");
        assert_eq!(of(&annotated), format!("{function}SELECT 2;\n"));
    }

    #[test]
    fn line_ends_and_comments_stay() {
        assert_eq!(
            of("-- Adds a.\r\n-- +goose Up\r\nSELECT 1;\r\n"),
            "-- Adds a.\r\nSELECT 1;\r\n"
        );
    }
}
