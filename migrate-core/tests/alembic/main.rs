//! What Alembic answers, and what this library does: the same, but for the differences listed in
//! [`differences`], each with its reason.
//!
//! `cases.toml` asks, on every class of graph that Alembic's own tests know; `answers.toml` is what
//! Alembic itself said. `cargo xtask alembic` asks it again, and about thousands of random graphs,
//! which come in through `MIGCHECK_ALEMBIC_CASES`.

#![allow(clippy::unwrap_used, clippy::panic)]

mod differences;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

use migcheck_core::{Checked, Code, PlanError, RevisionGraph, Target};
use toml::de::{DeTable, DeValue};

use differences::DIFFERENCES;
use support::Files;

/// A question with both answers.
pub(crate) struct Asked<'a> {
    /// The graph, where the files make one.
    graph: Option<&'a RevisionGraph>,
    /// `upgrade`, `history`, …
    what: &'a str,
    /// What is applied: its tips.
    tips: &'a str,
    /// The target, range or name; empty where the question has none.
    target: &'a str,
    alembic: &'a str,
    ours: String,
}

impl Asked<'_> {
    /// Revisions, of an answer that is some.
    fn revisions(answer: &str) -> BTreeSet<&str> {
        let answer = answer.strip_prefix("warns: ").unwrap_or(answer);
        answer.split_whitespace().filter(|id| *id != ".").collect()
    }

    fn is_refused(answer: &str) -> bool {
        answer.starts_with("refused")
    }

    /// The same revisions, or refused by both: the words of a refusal are each one's own, but a
    /// cycle is one to both.
    fn agree(&self) -> bool {
        match (Self::is_refused(self.alembic), Self::is_refused(&self.ours)) {
            (false, false) => self.alembic == self.ours,
            (true, true) => !self.alembic.ends_with("Detected") || self.ours.contains("Cycle"),
            _ => false,
        }
    }
}

#[test]
fn the_committed_answers_are_ours_but_for_the_listed_differences() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alembic");
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    each(
        &here.join("cases.toml"),
        &here.join("answers.toml"),
        |case, line, listed, asked| match listed {
            None if asked.agree() => {}
            None => wrong.push(shown(case, line, asked, "differs")),
            Some(_) if asked.agree() => wrong.push(shown(case, line, asked, "differs no more")),
            Some(name) => {
                used.insert(name.to_owned());
                let known = DIFFERENCES.iter().find(|one| one.name == name);
                if !known.is_some_and(|one| (one.applies)(asked)) {
                    wrong.push(shown(case, line, asked, "differs for another reason"));
                }
            }
        },
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let unused = DIFFERENCES.iter().filter(|one| !used.contains(one.name));
    let unused: Vec<&str> = unused.map(|one| one.name).collect();
    assert_eq!(unused, [""; 0], "no case has this difference");
}

/// With `MIGCHECK_ALEMBIC_CASES=DIR`: the cases and answers in there, whose differences are not
/// marked, and have to be of a listed kind.
#[test]
fn whatever_else_is_asked_differs_in_listed_ways_only() {
    let Some(directory) = env::var_os("MIGCHECK_ALEMBIC_CASES") else {
        return;
    };
    let directory = Path::new(&directory);
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::<_, usize>::new());
    let (cases, answers) = (directory.join("cases.toml"), directory.join("answers.toml"));
    each(&cases, &answers, |case, line, _, asked| {
        let name = if asked.agree() {
            "(the same answer)"
        } else if let Some(known) = DIFFERENCES.iter().find(|one| (one.applies)(asked)) {
            known.name
        } else {
            wrong.push(shown(case, line, asked, "differs"));
            "(not listed)"
        };
        *counts.entry(name).or_default() += 1;
    });
    for (name, count) in counts {
        println!("{count:>8}  {name}");
    }
    let count = wrong.len();
    wrong.sort_by_key(String::len);
    wrong.truncate(20);
    assert!(
        wrong.is_empty(),
        "{count} differences:\n{}",
        wrong.join("\n")
    );
}

fn shown(case: &str, line: &str, asked: &Asked<'_>, how: &str) -> String {
    let Asked { alembic, ours, .. } = asked;
    format!("[{case}] {line}: {how}\n  alembic: {alembic}\n  ours:    {ours}")
}

/// Every question of a file of cases: the case's name, the question as it is written, the
/// difference that is marked there, and both answers.
fn each(cases: &Path, answers: &Path, mut look: impl FnMut(&str, &str, Option<&str>, &Asked<'_>)) {
    let (cases, answers) = (read(cases), read(answers));
    for (case, table) in &cases {
        let answers = answers
            .get(case)
            .unwrap_or_else(|| panic!("no answer to {case}"));
        let checked = Files::history(&table["revisions"]).check();
        for line in table["ask"].trim().lines() {
            let (question, listed) = line.split_once('|').unwrap_or((line, ""));
            let words: Vec<&str> = question.split_whitespace().collect();
            let question = words.join(" ");
            let alembic = answers.get(&question);
            let alembic = alembic.unwrap_or_else(|| panic!("no answer to {case}: {question}"));
            let (tips, target) = match words.as_slice() {
                [_, tips, target] => (*tips, *target),
                ["current", tips] => (*tips, ""),
                [_, target] => ("-", *target),
                [_] => ("-", ""),
                _ => panic!("{case}: {line}"),
            };
            let ours = answer(&checked, words[0], tips, target);
            let graph = checked.graph.as_ref();
            let asked = Asked {
                graph,
                what: words[0],
                tips,
                target,
                alembic,
                ours,
            };
            look(
                case,
                line,
                Some(listed.trim()).filter(|name| !name.is_empty()),
                &asked,
            );
        }
    }
}

fn read(path: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let string = |value: &DeValue<'_>| value.as_str().unwrap().to_owned();
    let table = DeTable::parse(&text)
        .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.message()));
    let tables = table.get_ref().iter().map(|(name, table)| {
        let table = table.get_ref().as_table().unwrap().iter();
        let table = table.map(|(key, value)| (key.get_ref().to_string(), string(value.get_ref())));
        (name.get_ref().to_string(), table.collect())
    });
    tables.collect()
}

fn answer(checked: &Checked, what: &str, tips: &str, target: &str) -> String {
    let graph = match &checked.graph {
        Some(graph) if !checked.has_errors() => graph,
        _ => return format!("refused: {:?}", codes(checked)),
    };
    let places = match what {
        "load" => return "ok".to_owned(),
        "heads" => Ok(graph.heads()),
        "bases" => Ok(graph.bases()),
        "resolve" => graph.locate(target).map(|at| vec![at]),
        _ => walk(graph, what, tips, target),
    };
    match places {
        Ok(places) if places.is_empty() => ".".to_owned(),
        Ok(places) => {
            let mut ids = graph.ids(&places);
            ids.sort();
            ids.join(" ")
        }
        Err(PlanError::Target(error)) => refused(&error),
        Err(error) => refused(&error),
    }
}

fn walk(
    graph: &RevisionGraph,
    what: &str,
    tips: &str,
    target: &str,
) -> Result<Vec<usize>, PlanError> {
    let applied = graph.applied_at(tips.split(',').filter(|tip| *tip != "-"))?;
    let plan = match what {
        "current" => return Ok(graph.current(&applied)),
        "history" => return graph.range_at(target, Some(&applied)),
        "upgrade" => graph.plan_upgrade(&applied, &Target::parse(target)?)?,
        "downgrade" => graph.plan_downgrade(&applied, &Target::parse(target)?)?,
        other => panic!("no such question: {other}"),
    };
    Ok(plan.steps.iter().map(|step| step.revision).collect())
}

fn codes(checked: &Checked) -> Vec<Code> {
    checked
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect()
}

/// The name of the variant.
fn refused(error: &dyn std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    format!("refused: {}", text.split(['(', ' ']).next().unwrap())
}
