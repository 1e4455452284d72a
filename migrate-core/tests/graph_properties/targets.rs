//! Names, relative targets, label scopes and ranges.

use std::collections::BTreeSet;

use migcheck_core::{Plan, PlanError, Target, TargetError};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::history::{History, applied_set, config, history, ids_of, named, picks};
use crate::plans::run;

type Ids<'a> = BTreeSet<&'a str>;

/// Why there is no way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoWay {
    Several,
    TooFar(u64),
}

/// The branch of a label, or everything.
struct Scope<'a> {
    history: &'a History,
    label: Option<&'a str>,
}

impl<'a> Scope<'a> {
    fn branch(&self, id: &str) -> bool {
        let is_on = |label| id == label || self.history.ancestors(id).contains(label);
        self.label.is_none_or(is_on)
    }

    /// The branch, and what it builds on.
    fn lineage(&self, id: &str) -> bool {
        let is_below = |label| self.history.ancestors(label).contains(id);
        self.branch(id) || self.label.is_some_and(is_below)
    }

    fn all(&self, is_in: impl Fn(&str) -> bool) -> Ids<'a> {
        self.history
            .ids()
            .into_iter()
            .filter(|id| is_in(id))
            .collect()
    }

    /// What is applied and in the scope, and nothing applied there needs.
    fn tips(&self, applied: &Ids<'a>, is_in: impl Fn(&str) -> bool) -> Ids<'a> {
        let here: Ids<'a> = applied.iter().copied().filter(|id| is_in(id)).collect();
        let needs = |one: &str, id: &str| one != id && self.history.needed(&[one]).contains(id);
        let is_tip = |id: &&&str| !here.iter().any(|one| needs(one, id));
        here.iter().filter(is_tip).copied().collect()
    }

    /// So many edges up, each the only one; nothing stands for the base.
    fn up(&self, from: &Ids<'a>, steps: u64) -> Result<Ids<'a>, NoWay> {
        let mut at = from.clone();
        for done in 0..steps {
            let next = self.all(|id| {
                let parents = &self.history.node(id).parents;
                let follows = parents.iter().any(|parent| at.contains(&**parent));
                self.lineage(id) && (follows || at.is_empty() && parents.is_empty())
            });
            at = match next.len() {
                0 => return Err(NoWay::TooFar(done)),
                1 => next,
                _ => return Err(NoWay::Several),
            };
        }
        Ok(at)
    }

    /// So many edges down, each the only one; nothing stands for the base.
    fn down(
        &self,
        from: &'a str,
        steps: u64,
        is_in: impl Fn(&str) -> bool,
    ) -> Result<Ids<'a>, NoWay> {
        let mut at = BTreeSet::from([from]);
        for done in 0..steps {
            let Some(one) = at.first() else {
                return Err(NoWay::TooFar(done));
            };
            let parents = self.history.node(one).parents.iter().map(|id| &**id);
            at = parents.filter(|id| is_in(id)).collect();
            if at.len() > 1 {
                return Err(NoWay::Several);
            }
        }
        Ok(at)
    }
}

/// What can be asked for, with or without a label before it.
#[derive(Debug, Clone)]
enum Form {
    Head,
    Heads,
    Base,
    Id(Index),
    Steps(i64),
    HeadSteps(i64),
    BaseSteps(i64),
    IdSteps(Index, i64),
}

fn form() -> impl Strategy<Value = Form> {
    let id = any::<Index>;
    prop_oneof![
        Just(Form::Head),
        Just(Form::Heads),
        Just(Form::Base),
        id().prop_map(Form::Id),
        (-6..7_i64).prop_map(Form::Steps),
        (-6..3_i64).prop_map(Form::HeadSteps),
        (0..7_i64).prop_map(Form::BaseSteps),
        (id(), -6..7_i64).prop_map(|(id, steps)| Form::IdSteps(id, steps)),
    ]
}

impl Form {
    fn text(&self, ids: &[&str]) -> String {
        match self {
            Self::Head => "head".to_owned(),
            Self::Heads => "heads".to_owned(),
            Self::Base => "base".to_owned(),
            Self::Id(id) => (*id.get(ids)).to_owned(),
            Self::Steps(steps) => format!("{steps:+}"),
            Self::HeadSteps(steps) => format!("head{steps:+}"),
            Self::BaseSteps(steps) => format!("base{steps:+}"),
            Self::IdSteps(id, steps) => format!("{}{steps:+}", id.get(ids)),
        }
    }
}

/// Where a target leads.
enum Goal<'a> {
    Reach(Ids<'a>),
    Remove(Ids<'a>),
    Nowhere,
}

/// The oracle's reading of a target; `None` where it has none.
fn goal<'a>(scope: &Scope<'a>, applied: &Ids<'a>, form: &Form) -> Option<Goal<'a>> {
    let ids = scope.history.ids();
    let heads = || {
        let mut heads = scope.history.heads();
        heads.retain(|id| scope.branch(id));
        heads
    };
    let (start, steps) = match form {
        Form::Heads => return Some(Goal::Reach(heads())),
        Form::Base => {
            let is_base = |id: &str| scope.history.node(id).parents.is_empty();
            return Some(Goal::Remove(match scope.label {
                Some(label) => BTreeSet::from([label]),
                None => scope.all(is_base),
            }));
        }
        Form::Steps(0) => return Some(Goal::Nowhere),
        Form::Steps(steps @ 1..) => {
            let tips = scope.tips(applied, |id| scope.lineage(id));
            return scope.up(&tips, steps.unsigned_abs()).ok().map(Goal::Reach);
        }
        Form::Steps(steps) => {
            let tips = scope.tips(applied, |id| scope.branch(id));
            let tip = tips.first().filter(|_| tips.len() == 1)?;
            // One edge less leads to the last that goes.
            let last = scope
                .down(tip, steps.unsigned_abs() - 1, |id| scope.branch(id))
                .ok()?;
            return (!last.is_empty()).then_some(Goal::Remove(last));
        }
        Form::Head => (Some(heads()).filter(|heads| heads.len() == 1)?, 0),
        Form::HeadSteps(steps) => (Some(heads()).filter(|heads| heads.len() == 1)?, *steps),
        Form::BaseSteps(steps) => (BTreeSet::new(), *steps),
        Form::Id(id) => (BTreeSet::from([*id.get(&ids)]), 0),
        Form::IdSteps(id, steps) => (BTreeSet::from([*id.get(&ids)]), *steps),
    };
    if !start.iter().all(|id| scope.lineage(id)) {
        return None;
    }
    let count = steps.unsigned_abs();
    let at = match start.first() {
        Some(start) if steps < 0 => scope.down(start, count, |id| scope.lineage(id)).ok()?,
        _ => scope.up(&start, count).ok()?,
    };
    if at.is_empty() {
        let is_base = |id: &str| scope.history.node(id).parents.is_empty();
        return Some(Goal::Remove(
            scope.all(|id| is_base(id) && scope.lineage(id)),
        ));
    }
    Some(Goal::Reach(at))
}

fn starts<'a>(ids: &Ids<'a>) -> Vec<&'a str> {
    ids.iter().copied().collect()
}

/// As many steps as are asked for, or as there are.
fn as_far<'a>(steps: u64, walk: impl Fn(u64) -> Result<Ids<'a>, NoWay>) -> Option<Ids<'a>> {
    match walk(steps) {
        Err(NoWay::TooFar(count)) => walk(count).ok(),
        walked => walked.ok(),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_form_of_target_is_read_as_the_oracle_does(
        history in history(), picks in picks(), label in prop::option::of(any::<Index>()), form in form(),
    ) {
        let graph = history.graph();
        let ids = history.ids();
        let label = label.map(|label| *label.get(&ids));
        let scope = Scope { history: &history, label };
        let applied = applied_set(&history, &picks);
        let flags = graph.applied(&applied).unwrap();
        let name = label.map(|id| history.node(id).labels.first().map_or(id, |label| &**label));
        let text = form.text(&ids);
        let text = name.map_or(text.clone(), |name| format!("{name}@{text}"));
        let target = Target::parse(&text).unwrap();

        let (up, down) = match goal(&scope, &applied, &form) {
            None => (None, None),
            Some(Goal::Nowhere) => (Some(applied.clone()), Some(applied.clone())),
            Some(Goal::Reach(places)) => {
                let reached = applied.union(&history.needed(&starts(&places))).copied().collect();
                let children = places.iter().flat_map(|id| history.children(id));
                let children: Ids<'_> = children.filter(|id| scope.lineage(id)).collect();
                let gone = history.dependents(&starts(&children));
                let left = applied.difference(&gone).copied().collect();
                (Some(reached), Some(left).filter(|_| places.is_subset(&applied)))
            }
            Some(Goal::Remove(places)) => {
                let gone = history.dependents(&starts(&places));
                let left: Ids<'_> = applied.difference(&gone).copied().collect();
                (Some(applied.clone()).filter(|applied| *applied == left), Some(left))
            }
        };
        for (plan, expected) in [(graph.plan_upgrade(&flags, &target), up), (graph.plan_downgrade(&flags, &target), down)] {
            match (plan, expected) {
                (Ok(plan), Some(expected)) => {
                    prop_assert_eq!(run(&history, &graph, &applied, &plan), Some(expected), "{}", text);
                }
                (Err(_), None) => {}
                (plan, expected) => prop_assert!(false, "{text}: {plan:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn steps_that_lead_nowhere_say_how_many_there_were(history in history(), picks in picks(), steps in 1..7_u64) {
        let graph = history.graph();
        let applied = applied_set(&history, &picks);
        let flags = graph.applied(&applied).unwrap();
        let scope = Scope { history: &history, label: None };
        let tips = scope.tips(&applied, |_| true);
        let up = scope.up(&tips, steps);
        let down = match starts(&tips).as_slice() {
            [] => Err(NoWay::TooFar(0)),
            // A merge is left by its last edge, whichever of its parents that leads to.
            [tip] => match scope.down(tip, steps - 1, |_| true) {
                Ok(last) if last.is_empty() => Err(NoWay::TooFar(steps - 1)),
                walked => walked,
            },
            _ => Err(NoWay::Several),
        };
        for (expected, sign) in [(up, '+'), (down, '-')] {
            let found = graph.plan(&flags, &Target::parse(&format!("{sign}{steps}")).unwrap());
            match (found, expected) {
                (Ok(_), Ok(_)) => {}
                (Err(PlanError::Target(TargetError::TooFar { available, asked })), Err(NoWay::TooFar(count))) => {
                    prop_assert_eq!((u64::try_from(available).unwrap(), asked), (count, format!("{sign}{steps}")));
                }
                (Err(PlanError::Target(TargetError::SeveralWays { candidates, .. })), Err(NoWay::Several)) => prop_assert!(candidates.len() > 1),
                (found, expected) => prop_assert!(false, "{sign}{steps}: {found:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn ranges_are_the_oracles(
        history in history(), picks in picks(), first in any::<Index>(), last in any::<Index>(), steps in 0..7_u64, form in 0..9_usize,
    ) {
        let graph = history.graph();
        let ids = history.ids();
        let (first, last) = (*first.get(&ids), *last.get(&ids));
        let applied = applied_set(&history, &picks);
        let flags = graph.applied(&applied).unwrap();
        let scope = Scope { history: &history, label: None };
        let side = Scope { history: &history, label: Some(first) };
        let (heads, current) = (history.heads(), scope.tips(&applied, |_| true));
        let (none, from, to) = (BTreeSet::new(), BTreeSet::from([first]), BTreeSet::from([last]));
        let mut on_side = heads.clone();
        on_side.retain(|id| side.branch(id));
        let (text, ends) = match form {
            0 => (format!("{first}:{last}"), Some((from, to))),
            1 => (format!("{first}:"), Some((from, heads))),
            2 => (format!(":{last}"), Some((none, to))),
            3 => {
                let below = as_far(steps, |steps| scope.down(last, steps, |_| true));
                (format!("-{steps}:{last}"), below.map(|below| (below, to)))
            }
            4 => {
                let above = as_far(steps, |steps| scope.up(&from, steps));
                (format!("{first}:+{steps}"), above.map(|above| (from, above)))
            }
            5 => (format!("{first}@base:"), Some((none, on_side))),
            6 => ("current:".to_owned(), Some((current, heads))),
            7 => (":current".to_owned(), Some((none, current))),
            _ => {
                let below = |head| as_far(steps, |steps| side.down(head, steps, |id| side.lineage(id)));
                let below: Option<Vec<Ids<'_>>> = on_side.iter().map(|head| below(head)).collect();
                let from = below.map(|below| match below.iter().any(BTreeSet::is_empty) {
                    true => BTreeSet::new(),
                    false => below.into_iter().flatten().collect(),
                });
                (format!("{first}@-{steps}:"), from.map(|from| (from, on_side)))
            }
        };
        let expected = ends.and_then(|(from, to)| {
            let mut within = history.needed(&starts(&to));
            if !from.is_subset(&within) {
                return None;
            }
            if !from.is_empty() {
                let building = history.dependents(&starts(&from));
                within.retain(|id| building.contains(id));
            }
            Some(within)
        });
        match (graph.range_at(&text, Some(&flags)), expected) {
            (Ok(places), Some(expected)) => {
                prop_assert!(places.is_sorted());
                prop_assert_eq!(ids_of(&graph, places).into_iter().collect::<Ids<'_>>(), expected, "{}", text);
            }
            (Err(_), None) => {}
            (found, expected) => prop_assert!(false, "{text}: {found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn head_is_the_only_head_and_labels_are_names(history in history(), picks in picks()) {
        let graph = history.graph();
        let applied = graph.applied(applied_set(&history, &picks)).unwrap();
        let heads = history.heads();
        let head = graph.plan_upgrade(&applied, &Target::Head);
        match heads.first() {
            Some(only) if heads.len() == 1 => prop_assert_eq!(head, graph.plan_upgrade(&applied, &named(only))),
            _ => {
                let Err(PlanError::Target(TargetError::SeveralHeads(listed))) = head else {
                    panic!("{head:?} with {} heads", heads.len());
                };
                prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), heads);
            }
        }
        prop_assert_eq!(graph.plan(&applied, &Target::Current).unwrap(), Plan::default());
        for node in &history.0 {
            for name in node.labels.iter().chain([&node.id]) {
                prop_assert_eq!(graph.find(name), Ok(graph.position(&node.id).unwrap()));
            }
            // Ids are seven digits, the last two of them unique.
            let prefix = &node.id[..5];
            let candidates: BTreeSet<&str> = history.ids().into_iter().filter(|id| id.starts_with(prefix)).collect();
            match graph.find(prefix) {
                Ok(at) => prop_assert_eq!(BTreeSet::from([ids_of(&graph, [at])[0]]), candidates),
                Err(TargetError::Ambiguous { candidates: listed, .. }) => {
                    prop_assert_eq!(listed.iter().map(|id| &**id).collect::<BTreeSet<_>>(), candidates);
                }
                Err(error) => panic!("{prefix}: {error}"),
            }
        }
    }
}
