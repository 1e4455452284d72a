//! Alembic's grammar of targets on every shape of history: who is planned, which way, and what is
//! refused.
//!
//! A row reads `upgrade|downgrade|plan`, what is applied (its tips; `-` for nothing), the target, and
//! the steps (`+` up, `-` down; `.` for none) or the name of the error.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use migcheck_core::{Direction, PlanError, RevisionGraph, Target, TargetError};

use support::Files;

fn graph(lines: &str) -> RevisionGraph {
    Files::history(lines).graph()
}

fn answer(graph: &RevisionGraph, way: &str, applied: &str, target: &str) -> String {
    let tips = applied.split_whitespace().filter(|tip| *tip != "-");
    let applied = graph.applied_at(tips).unwrap();
    let target = match Target::parse(target) {
        Ok(target) => target,
        Err(error) => return name_of(&error),
    };
    assert_eq!(Target::parse(&target.to_string()), Ok(target.clone()));
    let plan = match way {
        "upgrade" => graph.plan_upgrade(&applied, &target),
        "downgrade" => graph.plan_downgrade(&applied, &target),
        "plan" => graph.plan(&applied, &target),
        other => panic!("{other}"),
    };
    match plan {
        Ok(plan) if plan.steps.is_empty() => ".".to_owned(),
        Ok(plan) => {
            let steps = plan.steps.iter().map(|step| {
                let sign = if step.direction == Direction::Up {
                    '+'
                } else {
                    '-'
                };
                format!("{sign}{}", graph.get(step.revision).unwrap().id)
            });
            steps.collect::<Vec<_>>().join(" ")
        }
        Err(PlanError::Target(error)) => name_of(&error),
        Err(error) => name_of(&error),
    }
}

/// `TooFar(2)`, or the name of the variant alone.
fn name_of(error: &dyn std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    let name = text.split(['(', ' ']).next().unwrap().to_owned();
    match text.split_once("available: ") {
        Some((_, number)) => format!("{name}({})", number.trim_end_matches([' ', '}'])),
        None => name,
    }
}

/// Rows of four columns, apart by two spaces or more.
#[track_caller]
fn rows(graph: &RevisionGraph, rows: &str) {
    let mut wrong = Vec::new();
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let columns: Vec<&str> = row
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .collect();
        let [way, applied, target, expected] = columns.as_slice() else {
            panic!("not four columns: {row}");
        };
        let found = answer(graph, way, applied, target);
        if found != *expected {
            wrong.push(format!("{row}\n  found: {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_line() {
    let line = graph("aa11\nbb22 < aa11\ncc33 < bb22\ndd44 < cc33");
    rows(
        &line,
        "
        upgrade    -     head     +aa11 +bb22 +cc33 +dd44
        upgrade    -     heads    +aa11 +bb22 +cc33 +dd44
        upgrade    bb22  head     +cc33 +dd44
        upgrade    dd44  head     .
        upgrade    -     cc33     +aa11 +bb22 +cc33
        upgrade    cc33  bb22     .
        upgrade    -     current  .
        upgrade    bb22  current  .
        upgrade    -     +1       +aa11
        upgrade    bb22  +2       +cc33 +dd44
        upgrade    bb22  +3       TooFar(2)
        upgrade    dd44  +1       TooFar(0)
        upgrade    -     +0       .
        upgrade    -     bb22+1   +aa11 +bb22 +cc33
        upgrade    -     bb22+3   TooFar(2)
        upgrade    -     dd44-2   +aa11 +bb22
        upgrade    -     head-1   +aa11 +bb22 +cc33
        upgrade    -     base+2   +aa11 +bb22
        upgrade    aa11  current+1  +bb22

        downgrade  dd44  base     -dd44 -cc33 -bb22 -aa11
        downgrade  -     base     .
        downgrade  dd44  bb22     -dd44 -cc33
        downgrade  dd44  dd44     .
        downgrade  dd44  -1       -dd44
        downgrade  dd44  -4       -dd44 -cc33 -bb22 -aa11
        downgrade  dd44  -5       TooFar(4)
        downgrade  -     -1       TooFar(0)
        downgrade  dd44  head-1   -dd44
        downgrade  dd44  bb22-1   -dd44 -cc33 -bb22
        downgrade  dd44  bb22-2   -dd44 -cc33 -bb22 -aa11
        downgrade  dd44  bb22-3   TooFar(2)
        downgrade  dd44  bb22+1   -dd44
        downgrade  bb22  dd44     NotApplied
        downgrade  bb22  heads    NotApplied
        downgrade  dd44  head     .

        plan       bb22  dd44     +cc33 +dd44
        plan       dd44  bb22     -dd44 -cc33
        plan       bb22  base     -bb22 -aa11
        plan       bb22  +1       +cc33
        plan       bb22  -1       -bb22
        plan       bb22  current-1  -bb22
        plan       bb22  current+1  +cc33
        plan       dd44  aa11+1   -dd44 -cc33
        plan       aa11  dd44-1   +bb22 +cc33
        plan       bb22  bb22     .
        ",
    );
}

#[test]
fn a_slip_of_the_hand_goes_the_other_way_for_nobody() {
    let line = graph("aa11\nbb22 < aa11");
    rows(
        &line,
        "
        upgrade    bb22  base    LeadsDown
        upgrade    -     base    .
        upgrade    bb22  -1      LeadsDown
        upgrade    bb22  aa11-1  LeadsDown
        downgrade  aa11  +1      LeadsUp
        ",
    );
    let applied = line.applied(["aa11", "bb22"]).unwrap();
    let error = line.plan_upgrade(&applied, &Target::Base).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`base` leads down from what is applied; `downgrade` goes there"
    );
}

#[test]
fn what_was_passed_over_is_below_what_is_applied() {
    let line = graph("aa11\nbb22 < aa11\ncc33 < bb22\ndd44 < cc33");
    let applied = [true, false, true, false];
    assert_eq!(line.ids(&line.current(&applied)), ["cc33"]);
    assert_eq!(line.ids(&line.skipped(&applied)), ["bb22"]);
    // Without the last flags, which are those of what is not applied.
    assert_eq!(line.ids(&line.skipped(&applied[..3])), ["bb22"]);
    assert_eq!(line.ids(&line.current(&[true, true])), ["bb22"]);
    assert!(line.skipped(&[true, true]).is_empty());
}

#[test]
fn a_branch() {
    let branch = graph("aa11\nbb22 < aa11 # left\ncc33 < bb22\ndd44 < aa11 # right\nee55 < dd44");
    rows(
        &branch,
        "
        upgrade    -          head          SeveralHeads
        upgrade    -          heads         +aa11 +bb22 +cc33 +dd44 +ee55
        upgrade    -          left@head     +aa11 +bb22 +cc33
        upgrade    cc33       right@head    +dd44 +ee55
        upgrade    -          left          +aa11 +bb22
        upgrade    -          left@heads    +aa11 +bb22 +cc33
        upgrade    -          +1            +aa11
        upgrade    -          +2            SeveralWays
        upgrade    aa11       +1            SeveralWays
        upgrade    aa11       left@+1       +bb22
        upgrade    -          left@+1       +aa11
        upgrade    -          left@+3       +aa11 +bb22 +cc33
        upgrade    -          left@+4       TooFar(3)
        upgrade    bb22 dd44  left@+1       +cc33
        upgrade    cc33       right@+1      +dd44
        upgrade    -          aa11+1        SeveralWays
        upgrade    -          right@aa11+1  +aa11 +dd44
        upgrade    -          right@head-1  +aa11 +dd44
        upgrade    -          head-1        SeveralHeads
        upgrade    -          right@ee55    +aa11 +dd44 +ee55
        upgrade    -          right@aa11    +aa11
        upgrade    -          right@cc33    OtherBranch
        upgrade    -          aa11@head     SeveralHeads
        upgrade    -          dd44@head     +aa11 +dd44 +ee55

        downgrade  cc33 ee55  -1            SeveralWays
        downgrade  cc33       -1            -cc33
        downgrade  cc33 ee55  left@-1       -cc33
        downgrade  cc33 ee55  left@-2       -cc33 -bb22
        downgrade  cc33 ee55  left@-3       TooFar(2)
        downgrade  ee55       left@-1       TooFar(0)
        downgrade  cc33 ee55  left@base     -cc33 -bb22
        downgrade  cc33 ee55  left          -cc33
        downgrade  cc33 ee55  aa11          -ee55 -dd44 -cc33 -bb22
        downgrade  cc33 ee55  base          -ee55 -dd44 -cc33 -bb22 -aa11
        downgrade  cc33 ee55  bb22          -cc33
        downgrade  cc33 ee55  cc33          .
        downgrade  cc33       right@head    NotApplied
        downgrade  cc33 ee55  left@aa11     -cc33 -bb22
        downgrade  cc33 ee55  ee55@aa11     -ee55 -dd44
        downgrade  cc33 ee55  left@base+1   -cc33 -bb22
        downgrade  cc33 ee55  left@base+2   -cc33
        downgrade  cc33 ee55  left@head-1   -cc33
        downgrade  cc33 ee55  left@head-2   -cc33 -bb22
        downgrade  cc33 ee55  left@head-3   -ee55 -dd44 -cc33 -bb22 -aa11
        downgrade  cc33 ee55  left@dd44     OtherBranch
        downgrade  cc33 ee55  left@dd44-1   OtherBranch
        downgrade  aa11       left@+1       LeadsUp

        plan       cc33       ee55          +dd44 +ee55
        plan       cc33 dd44  heads         +ee55
        plan       cc33 ee55  left@-1       -cc33
        plan       cc33       right@base    .
        ",
    );
}

#[test]
fn a_diamond() {
    let diamond =
        graph("aa11\nbb22 < aa11 # left\ncc33 < aa11 # right\ndd44 < bb22 cc33\nee55 < dd44");
    rows(
        &diamond,
        "
        upgrade    -          head        +aa11 +bb22 +cc33 +dd44 +ee55
        upgrade    bb22       head        +cc33 +dd44 +ee55
        upgrade    bb22       left@head   +cc33 +dd44 +ee55
        upgrade    bb22       dd44        +cc33 +dd44
        upgrade    bb22       left@+1     +cc33 +dd44
        upgrade    bb22 cc33  +1          +dd44
        upgrade    bb22       +1          +cc33 +dd44
        upgrade    bb22       +2          +cc33 +dd44 +ee55
        upgrade    bb22       +3          TooFar(2)
        upgrade    -          dd44-1      SeveralWays
        upgrade    -          left@dd44-1  +aa11 +bb22
        downgrade  ee55       -1          -ee55
        downgrade  ee55       -2          -ee55 -dd44
        downgrade  ee55       -3          SeveralWays
        downgrade  ee55       bb22        -ee55 -dd44
        downgrade  ee55       aa11        -ee55 -dd44 -cc33 -bb22
        downgrade  ee55       left@-2     -ee55 -dd44
        downgrade  ee55       left@-3     -ee55 -dd44 -bb22
        downgrade  ee55       left@base   -ee55 -dd44 -bb22
        ",
    );
}

#[test]
fn a_merge_of_three() {
    let merge = graph("aa11\nbb22 < aa11\ncc33 < aa11\ndd44 < aa11\nee55 < bb22 cc33 dd44");
    rows(
        &merge,
        "
        upgrade    cc33       head  +bb22 +dd44 +ee55
        upgrade    cc33       +1    +bb22 +dd44 +ee55
        upgrade    cc33 dd44  +1    +bb22 +ee55
        upgrade    cc33 dd44  +2    TooFar(1)
        downgrade  ee55       -1    -ee55
        downgrade  ee55       cc33  -ee55
        downgrade  bb22 cc33 dd44  cc33  .
        plan       ee55       cc33  -ee55
        ",
    );
}

#[test]
fn a_forest() {
    let forest = graph("aa11 # billing\nbb22 < aa11\ncc33 # search\ndd44 < cc33");
    rows(
        &forest,
        "
        upgrade    -          heads         +aa11 +bb22 +cc33 +dd44
        upgrade    -          +1            SeveralWays
        upgrade    -          base+1        SeveralWays
        upgrade    -          search@+1     +cc33
        upgrade    -          search@base+2  +cc33 +dd44
        upgrade    -          billing@head  +aa11 +bb22
        upgrade    bb22       +1            TooFar(0)
        upgrade    bb22       search@+1     +cc33
        upgrade    bb22 cc33  +1            +dd44
        downgrade  bb22 dd44  search@base   -dd44 -cc33
        downgrade  bb22 dd44  search@-2     -dd44 -cc33
        downgrade  bb22 dd44  search@-3     TooFar(2)
        downgrade  bb22 dd44  base          -dd44 -cc33 -bb22 -aa11
        downgrade  bb22 dd44  aa11          -bb22
        ",
    );
}

/// Two heads for good, with dependencies across: Neutron's way of releasing.
#[test]
fn expand_and_contract() {
    let two = graph(
        "aa11\nex01 < aa11 # expand\nex02 < ex01\nco01 < aa11 ~ ex01 # contract\nco02 < co01 ~ ex02\nex03 < ex02 ~ co01",
    );
    rows(
        &two,
        "
        upgrade    -          expand@head    +aa11 +ex01 +co01 +ex02 +ex03
        upgrade    -          contract@head  +aa11 +ex01 +co01 +ex02 +co02
        upgrade    -          co01           +aa11 +ex01 +co01
        upgrade    aa11       expand@+1      +ex01
        upgrade    aa11       contract@+1    +ex01 +co01
        upgrade    ex02       contract@+1    +co01
        upgrade    ex02       expand@+1      +co01 +ex03
        downgrade  ex03 co02  expand@-1      -ex03
        downgrade  ex02 co02  expand@-1      -co02 -ex02
        downgrade  ex03 co02  contract@base  -ex03 -co02 -co01
        downgrade  ex03 co02  ex01           -ex03 -co02 -ex02
        downgrade  ex02 co01  -1             SeveralWays
        downgrade  ex01 co01  -1             -co01
        ",
    );
}

/// A library's label names the revision of it that is needed, as in Alembic.
#[test]
fn a_dependency_by_its_label() {
    let two = graph("aa11\nbb22 < aa11 # lib\ncc33 < bb22\ndd44\nee55 < dd44 ~ lib");
    rows(
        &two,
        "
        upgrade    dd44  ee55  +aa11 +bb22 +ee55
        downgrade  ee55  aa11  -ee55 -bb22
        ",
    );
    let parent = Files::history("aa11 # lib\nbb22 < lib");
    assert_eq!(parent.codes(), ["unknown-parent"]);
    let circle = Files::history("aa11 ~ lib\nbb22 < aa11 # lib");
    let report = circle.report();
    assert!(report.contains("`aa11` depends on `bb22`"), "{report}");
}

#[test]
fn names() {
    let names = graph(
        "ab1200\nab1234 < ab1200\nab12345 < ab1234 # billing\ncdef56 < ab12345 # cart\nxyz < cdef56\nhéll01 < xyz",
    );
    rows(
        &names,
        "
        upgrade  -        ab1200   +ab1200
        upgrade  -        ab1234   +ab1200 +ab1234
        upgrade  -        ab123    Ambiguous
        upgrade  -        ab12     Ambiguous
        upgrade  -        ab1      TooShort
        upgrade  -        ab12345  +ab1200 +ab1234 +ab12345
        upgrade  ab12345  cdef     +cdef56
        upgrade  ab12345  cde      TooShort
        upgrade  ab12345  xyz      +cdef56 +xyz
        upgrade  ab12345  cart     +cdef56
        upgrade  ab12345  cdef+1   +cdef56 +xyz
        upgrade  ab12345  cart+1   +cdef56 +xyz
        upgrade  xyz      héll     +héll01
        upgrade  xyz      hél      TooShort
        upgrade  -        billin   +ab1200 +ab1234 +ab12345
        upgrade  -        bil      TooShort
        upgrade  -        billig   Unknown
        upgrade  -        bill@cdef   +ab1200 +ab1234 +ab12345 +cdef56
        upgrade  -        ffff     Unknown
        upgrade  -        ffff@head  Unknown
        upgrade  -        a:b      Malformed
        upgrade  -        a b      Malformed
        upgrade  -        @head    Malformed
        upgrade  -        cart@    Malformed
        upgrade  -        a@b@c    Malformed
        upgrade  -        +        Malformed
        upgrade  -        ab12+x   Malformed
        upgrade  -        +99999999999999999999  Malformed
        upgrade  -        +9223372036854775807  TooFar(6)
        downgrade  xyz    -9223372036854775808  TooFar(5)
        downgrade  xyz    cart@-9223372036854775808  TooFar(2)
        ",
    );
    let Err(TargetError::Ambiguous { candidates, .. }) = names.find("ab123") else {
        panic!("`ab123` is the start of two ids");
    };
    assert_eq!(candidates, ["ab1234", "ab12345"]);
    let Err(TargetError::Unknown { nearest, .. }) = names.find("ab1235") else {
        panic!("nobody is called `ab1235`");
    };
    assert_eq!(nearest.as_deref(), Some("ab1234"));
}

#[test]
fn an_empty_directory() {
    let empty = graph("");
    rows(
        &empty,
        "
        upgrade    -  heads    .
        upgrade    -  head     .
        upgrade    -  head+1   TooFar(0)
        upgrade    -  +1       TooFar(0)
        upgrade    -  current  .
        downgrade  -  base     .
        downgrade  -  -1       TooFar(0)
        ",
    );
}

#[test]
fn flags_of_another_length_are_read_as_far_as_they_go() {
    let line = graph("aa11\nbb22 < aa11");
    let steps = |applied: &[bool]| line.plan(applied, &Target::Head).unwrap().steps.len();
    assert_eq!((steps(&[]), steps(&[true]), steps(&[true; 9])), (2, 1, 0));
    assert_eq!(line.with_prerequisites(&[7]), [false, false]);
    assert_eq!(line.with_dependents(&[7]), [false, false]);
    assert_eq!(line.branch_point(&[7]), None);
}

#[test]
fn a_range_is_refused_where_one_of_its_heads_has_several_ways_down() {
    // Below `5` stands the base, which sets no bound; below `8` two ways meet, in whichever order
    // the two are looked at.
    let graph = graph("r1\nr5 < r1\nr6 < r1\nr7 < r1\nr8 < r6 r7");
    let refused = graph.range("r1@-2:").unwrap_err();
    assert!(refused.to_string().contains("r6, r7"), "{refused}");
    assert_eq!(graph.range("r1@-9:r5").unwrap(), [0, 1]);
}
