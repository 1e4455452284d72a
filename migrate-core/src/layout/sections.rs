//! One file a revision, with a section for each direction: dbmate and goose.

use super::{Class, Order, ScriptName, bad_name, beside_scripts, in_code, sql_stem};
use crate::Code;
use crate::finding::{Finding, Label};
use crate::read::FileRead;
use crate::revision::Direction;

/// How a tool marks its sections.
pub(super) struct Marks {
    tool: &'static str,
    up: &'static str,
    down: &'static str,
    /// The words that keep a section out of a transaction, and whether they stand on the marker's
    /// line and speak for that section alone.
    no_transaction: &'static str,
    on_marker: bool,
    /// Whether versions are compared as numbers.
    numeric: bool,
}

pub(super) const GOOSE: Marks = Marks {
    tool: "goose",
    up: "-- +goose up",
    down: "-- +goose down",
    no_transaction: "-- +goose no transaction",
    on_marker: false,
    numeric: true,
};

pub(super) const DBMATE: Marks = Marks {
    tool: "dbmate",
    up: "-- migrate:up",
    down: "-- migrate:down",
    no_transaction: "transaction:false",
    on_marker: true,
    numeric: false,
};

/// A marker's line: where it starts and ends, and what it says in lower case.
struct Line {
    start: usize,
    end: usize,
    text: String,
}

impl Marks {
    /// Whether a file bears this tool's marks.
    pub(super) fn marks(&self, file: &FileRead) -> bool {
        // Every file of every directory is asked, and nearly all can be told at a glance.
        let hint = if self.on_marker { "migrate:" } else { "+goose" };
        file.name.ends_with(".sql")
            && file.source.text.contains(hint)
            && self.lines(file).any(|line| line.text.starts_with(self.up))
    }

    /// The version a name starts with, as text and as a number, and the rest of the name. goose wants a
    /// `_` behind it (`NumericComponent` of its migrate.go); dbmate's pattern is `^(\d+).*\.sql$`.
    fn version<'a>(&self, stem: &'a str) -> Option<(&'a str, u64, &'a str)> {
        let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
        let (version, rest) = stem.split_at(digits);
        let number = version.parse().ok()?;
        (!self.numeric || rest.starts_with('_')).then_some((version, number, rest))
    }

    /// The comment lines of a file, with their white space folded as the tools do.
    fn lines<'a>(&self, file: &'a FileRead) -> impl Iterator<Item = Line> + 'a {
        let mut start = 0;
        file.source
            .text
            .split_inclusive('\n')
            .filter_map(move |line| {
                let at = start;
                start += line.len();
                let comment = line.trim().strip_prefix("--")?;
                let words: Vec<&str> = comment.split_whitespace().collect();
                let text = format!("-- {}", words.join(" ")).to_lowercase();
                Some(Line {
                    start: at,
                    end: start,
                    text,
                })
            })
    }
}

pub(super) fn classify<'a>(file: &'a FileRead, marks: &Marks) -> Class<'a> {
    let Some(stem) = sql_stem(file) else {
        let go = file.name.strip_suffix(".go").filter(|_| marks.numeric);
        return match go.and_then(|stem| marks.version(stem)) {
            Some(_) if !file.name.ends_with("_test.go") => in_code(file, "Go"),
            _ => beside_scripts(file),
        };
    };
    let Some((version, number, rest)) = marks.version(stem) else {
        return bad_name(
            file,
            format!(
                "`{}` has no version, so {} ignores it",
                file.name, marks.tool
            ),
            "name it `<version>_<name>.sql`, or move it out of the directory".to_owned(),
        );
    };
    let lines: Vec<Line> = marks.lines(file).collect();
    let all = |mark: &'static str| lines.iter().filter(move |line| line.text.starts_with(mark));
    let find = |mark| all(mark).next();
    for mark in [marks.up, marks.down] {
        if let Some(second) = all(mark).nth(1) {
            return second_section(file, mark, second);
        }
    }
    let end = file.source.text.len();
    let Some(up) = find(marks.up) else {
        return no_up_section(file, marks);
    };
    let down = find(marks.down);
    if let Some(down) = down.filter(|down| down.start < up.start) {
        let label = Label::new(&file.source, down.start..down.end - 1, "");
        return Class::Wrong(
            Finding::new(
                Code::InvalidDirective,
                "the down section stands before the up section",
            )
            .label(label)
            .help("put the up section first"),
        );
    }
    let anywhere = !marks.on_marker && find(marks.no_transaction).is_some();
    let script = |direction, marker: &Line, section| ScriptName {
        key: if marks.numeric {
            number.to_string().into()
        } else {
            version.into()
        },
        id: version.into(),
        slug: rest.trim_start_matches('_'),
        direction,
        dialect: None,
        order: if marks.numeric {
            Order(number, String::new())
        } else {
            Order(0, file.name.clone())
        },
        transaction: !(anywhere || marks.on_marker && marker.text.contains(marks.no_transaction)),
        one_way: down.is_none(),
        section: Some(section),
    };
    let up_end = down.map_or(end, |down| down.start);
    Class::Scripts(
        script(Direction::Up, up, 0..up_end),
        down.map(|down| Box::new(script(Direction::Down, down, down.start..end))),
    )
}

fn no_up_section(file: &FileRead, marks: &Marks) -> Class<'static> {
    let message = format!(
        "`{}` has no `{}` line, so {} refuses it",
        file.name, marks.up, marks.tool
    );
    Class::Wrong(
        Finding::new(Code::InvalidDirective, message)
            .label(Label::file(&*file.source.path))
            .help(format!("put `{}` before the first statement", marks.up)),
    )
}

/// dbmate runs the pairs of a file one after the other, goose refuses them.
fn second_section(file: &FileRead, mark: &str, second: &Line) -> Class<'static> {
    let end = second.start + file.source.text[second.start..second.end].trim_end().len();
    Class::Wrong(
        Finding::new(Code::InvalidDirective, format!("a second `{mark}` section"))
            .label(Label::new(&file.source, second.start..end, ""))
            .help("give it a file and a version of its own"),
    )
}
