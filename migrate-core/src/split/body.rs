//! The body of a compound statement: which `END` closes what, and so which `;` is the last.
//!
//! Only the first word of a statement can open or close a block, which is what tells `IF … THEN` from `IF(a, b, c)` and
//! from `DROP TABLE IF EXISTS`, a `CASE` statement from a `CASE` expression, and `END` from a column of that name.

use std::ops::Range;

use super::compound::{Previous, is};
use super::error::SplitError;

#[derive(Debug)]
pub(super) struct Body<'a> {
    blocks: Vec<Block>,
    place: Place,
    /// The first word of the current statement.
    first: &'a str,
    /// The last token was the first of its statement, so a `:` makes it a label.
    is_label: bool,
    /// `CASE` expressions that are open.
    cases: usize,
    stored_program: bool,
}

#[derive(Debug)]
struct Block {
    kind: BlockKind,
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Begin,
    If,
    Case,
    Loop,
    While,
    Repeat,
    For,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind something a statement is the continuation of: a routine's characteristics, a trigger's order, a
    /// handler's conditions. The next word that starts statements starts one.
    Prelude,
    /// Where a statement starts.
    Start,
    /// Inside one.
    Middle,
}

/// Words that start a statement which is no block.
const STARTERS: &[&str] = &[
    "ALTER",
    "ANALYZE",
    "CALL",
    "CLOSE",
    "COMMIT",
    "CREATE",
    "DELETE",
    "DO",
    "DROP",
    "EXECUTE",
    "EXPLAIN",
    "FETCH",
    "FLUSH",
    "GET",
    "GRANT",
    "INSERT",
    "ITERATE",
    "KILL",
    "LEAVE",
    "OPEN",
    "OPTIMIZE",
    "PREPARE",
    "RENAME",
    "REPLACE",
    "RESIGNAL",
    "RETURN",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "SIGNAL",
    "START",
    "TRUNCATE",
    "UPDATE",
    "VALUES",
    "WITH",
];

impl<'a> Body<'a> {
    /// The body of a stored program, which begins with the next word that starts statements.
    pub(super) fn after_prelude() -> Self {
        Self::new(Place::Prelude, true)
    }

    /// The body of a stored program, which begins with the next word.
    pub(super) fn at_start() -> Self {
        Self::new(Place::Start, true)
    }

    /// A list of statements, whose `BEGIN` has just been read.
    pub(super) fn opened(begin: Range<usize>, stored_program: bool) -> Self {
        let mut body = Self::new(Place::Start, stored_program);
        body.open(BlockKind::Begin, begin);
        body
    }

    /// The block that is `word` where no `CREATE` precedes it: MariaDB runs `IF … END IF` and its like anywhere.
    pub(super) fn anonymous(word: &'a str, span: Range<usize>) -> Option<Self> {
        let kind = BlockKind::opened_by(word).filter(|kind| *kind != BlockKind::Begin)?;
        let mut body = Self::new(Place::Start, true);
        body.first = word;
        body.open(kind, span);
        Some(body)
    }

    fn new(place: Place, stored_program: bool) -> Self {
        Self {
            blocks: Vec::new(),
            place,
            first: "",
            is_label: false,
            cases: 0,
            stored_program,
        }
    }

    /// Takes the next word outside parentheses.
    pub(super) fn word(&mut self, word: &'a str, span: Range<usize>, previous: Previous<'a>) {
        let is_label = self.place == Place::Start;
        match self.place {
            // `t.end` and `@end` are names.
            _ if matches!(previous, Previous::Punct(b'.' | b'@')) => {}
            Place::Start => self.start(word, span),
            Place::Prelude => self.prelude(word, span, previous),
            Place::Middle if self.stored_program => self.middle(word, previous),
            Place::Middle => {}
        }
        self.is_label = is_label;
    }

    /// Takes the next token that is no word.
    pub(super) fn other(&mut self, token: Previous<'a>) {
        let is_label = self.place == Place::Start;
        let follows_label = self.is_label || self.place == Place::Prelude;
        if token == Previous::Punct(b':') && follows_label && self.stored_program {
            self.place = Place::Start;
        } else if self.place == Place::Start {
            self.first = "";
            self.place = Place::Middle;
        }
        self.is_label = is_label;
    }

    /// Takes a `;` and tells whether it ends the whole statement.
    pub(super) fn semicolon(&mut self) -> bool {
        // A `;` cannot be inside an expression: forgetting what is open there keeps a slip from spreading.
        self.cases = 0;
        self.place = Place::Start;
        self.blocks.is_empty()
    }

    /// Complains of the innermost open block, if there is one.
    pub(super) fn finish(&self) -> Result<(), SplitError> {
        match self.blocks.last() {
            None => Ok(()),
            Some(Block { kind, span }) => {
                let (open, close) = kind.words();
                Err(SplitError::unterminated_block(open, close, span.clone()))
            }
        }
    }

    fn start(&mut self, word: &'a str, span: Range<usize>) {
        self.first = word;
        self.place = Place::Middle;
        if is(word, "END") {
            self.blocks.pop();
        }
        if !self.stored_program {
            return;
        }
        if let Some(kind) = BlockKind::opened_by(word) {
            self.open(kind, span);
        } else if ["ELSE", "NOT", "ATOMIC"]
            .iter()
            .any(|keyword| is(word, keyword))
        {
            // A statement follows `ELSE` and `BEGIN NOT ATOMIC`.
            self.place = Place::Start;
        }
    }

    fn prelude(&mut self, word: &'a str, span: Range<usize>, previous: Previous<'a>) {
        let is_type = is(word, "SET")
            && ["RETURNS", "CHARACTER", "CHAR"]
                .iter()
                .any(|before| previous.is(before));
        if is_type {
            return;
        }
        if let Some(kind) = BlockKind::opened_by(word) {
            self.first = word;
            self.open(kind, span);
        } else if STARTERS.iter().any(|starter| is(word, starter)) {
            self.first = word;
            self.place = Place::Middle;
        }
    }

    fn middle(&mut self, word: &'a str, previous: Previous<'a>) {
        // What follows `END` names the block or its label.
        if is(self.first, "END") {
            return;
        }
        let block = self.blocks.last().map(|block| block.kind);
        if is(word, "CASE") {
            self.cases += 1;
        } else if is(word, "END") && self.cases > 0 {
            self.cases -= 1;
        } else if is(word, "END") && is(self.first, "UNTIL") && block == Some(BlockKind::Repeat) {
            self.blocks.pop();
            self.first = word;
        } else if is(word, "FOR") && previous.is("HANDLER") && is(self.first, "DECLARE") {
            self.place = Place::Prelude;
        }
        let ends_condition = (is(word, "THEN")
            && matches!(block, Some(BlockKind::If | BlockKind::Case)))
            || (is(word, "DO") && matches!(block, Some(BlockKind::While | BlockKind::For)));
        // A `THEN` may also be that of a `CASE` expression.
        if ends_condition && self.cases == 0 {
            self.place = Place::Start;
        }
    }

    fn open(&mut self, kind: BlockKind, span: Range<usize>) {
        self.blocks.push(Block { kind, span });
        self.place = match kind {
            BlockKind::Begin | BlockKind::Loop | BlockKind::Repeat => Place::Start,
            // A condition first.
            BlockKind::If | BlockKind::Case | BlockKind::While | BlockKind::For => Place::Middle,
        };
    }
}

impl BlockKind {
    const ALL: [Self; 7] = [
        Self::Begin,
        Self::If,
        Self::Case,
        Self::Loop,
        Self::While,
        Self::Repeat,
        Self::For,
    ];

    fn opened_by(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| is(word, kind.words().0))
    }

    /// How the block begins and ends.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Begin => ("BEGIN", "END"),
            Self::If => ("IF", "END IF"),
            Self::Case => ("CASE", "END CASE"),
            Self::Loop => ("LOOP", "END LOOP"),
            Self::While => ("WHILE", "END WHILE"),
            Self::Repeat => ("REPEAT", "END REPEAT"),
            Self::For => ("FOR", "END FOR"),
        }
    }
}
