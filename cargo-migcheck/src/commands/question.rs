//! Questions, where there is somebody to answer.

use std::io::{self, BufRead, IsTerminal as _, Write as _};

/// Whether somebody can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a yes; where there is nobody, the answer is no.
pub(super) fn agreed(question: &str) -> bool {
    can_ask() && {
        let answer = answer(&format!("{question} [y/N] "), &mut io::stdin().lock());
        matches!(answer.to_lowercase().as_str(), "y" | "yes")
    }
}

/// What somebody types; nothing where there is nobody.
pub(super) fn typed(question: &str) -> Option<String> {
    can_ask().then(|| answer(&format!("{question} "), &mut io::stdin().lock()))
}

fn answer(question: &str, input: &mut impl BufRead) -> String {
    eprint!("{question}");
    let _unseen = io::stderr().flush();
    let mut line = String::new();
    // What cannot be read is no answer.
    let _unread = input.read_line(&mut line);
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn an_answer_is_a_line() {
        assert_eq!(answer("", &mut " yes \nno\n".as_bytes()), "yes");
        assert_eq!(answer("", &mut "".as_bytes()), "");
    }
}
