//! Small directories and what is said of them: a story for each finding and each habit of real
//! migration folders.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use insta::assert_snapshot;
use migcheck_core::fingerprints::{FINGERPRINTS_FILE, Fingerprint, Fingerprints, States, tops};
use migcheck_core::{
    CONFIG_FILE, Checksum, Dialect, Direction, LOCK_FILE, Layout, Severity, check,
};

use support::{Files, SHOWN_AS, report};

/// A native directory with short ids: `001_users.up.sql`.
fn native() -> Files {
    Files::new().add(
        CONFIG_FILE,
        "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n",
    )
}

/// Two revisions, nothing wrong.
fn sound() -> Files {
    native()
        .revision("001_users", "\"base\"")
        .revision("002_orders", "\"001\"")
}

fn assert_clean(files: &Files) {
    assert_eq!(files.report(), "");
}

// The graph.

#[test]
fn a_sound_directory_is_not_spoken_of() {
    assert_clean(&sound());
    assert_eq!(sound().ids(), ["001", "002"]);
}

#[test]
fn two_files_claim_one_id() {
    let files = sound().revision("002_invoices", "\"001\"");
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_orders.up.sql
    ::: migrations/002_invoices.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn three_files_claim_one_id() {
    let files = sound()
        .revision("002_invoices", "\"001\"")
        .revision("002_parcels", "\"001\"");
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_orders.up.sql
    ::: migrations/002_invoices.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever

    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_parcels.up.sql
    ::: migrations/002_orders.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn a_dialects_script_of_another_name_claims_the_id_too() {
    let files = sound()
        .without("002_orders.up.sql")
        .add(
            "002_invoices.up.mysql.sql",
            "-- migcheck: revises = \"001\"\nSELECT 1;\n",
        )
        .add(
            "002_orders.up.sql",
            "-- migcheck: revises = \"001\"\nSELECT 1;\n",
        );
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_orders.up.sql
    ::: migrations/002_invoices.up.mysql.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn a_directive_claims_an_id_that_is_taken() {
    let files = sound().add(
        "003_more.up.sql",
        "-- migcheck: revision = \"001\"\n-- migcheck: revises = \"002\"\n-- migcheck: irreversible = \"it is a test\"\nSELECT 1;\n",
    );
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `001`
     --> migrations/003_more.up.sql:1:25
      |
    1 | -- migcheck: revision = "001"
      |                         ^^^^^ claimed here
     ::: migrations/001_users.up.sql
      = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn scripts_of_one_revision_disagree_about_its_id() {
    let files = sound()
        .add(
            "003_x.up.sql",
            "-- migcheck: revision = \"one\"\n-- migcheck: revises = \"002\"\nSELECT 1;\n",
        )
        .add(
            "003_x.up.mysql.sql",
            "-- migcheck: revision = \"two\"\nSELECT 1;\n",
        )
        .add("003_x.down.sql", "SELECT 1;\n");
    assert_snapshot!(files.report(), @r#"
    error[invalid-directive]: the scripts of `two` name different ids
     --> migrations/003_x.up.sql:1:25
      |
    1 | -- migcheck: revision = "one"
      |                         ^^^^^
      |
     ::: migrations/003_x.up.mysql.sql:1:25
      |
    1 | -- migcheck: revision = "two"
      |                         -----
      |
      = help: one of them is enough; where several say it, they have to agree
    "#);
}

#[test]
fn a_parent_is_missing() {
    let files = sound().revision("004_parcels", "\"003\"");
    assert_snapshot!(files.report(), @r#"
    error[unknown-parent]: `004` revises `003`, which does not exist
     --> migrations/004_parcels.up.sql:1:24
      |
    1 | -- migcheck: revises = "003"
      |                        ^^^^^ no revision has this id
      |
      = help: restore the parent's file; or, if `002` is meant or takes its place, write that
    "#);
}

#[test]
fn a_parent_is_misspelt() {
    let files = sound()
        .revision("20250824_a", "\"002\"")
        .revision("20250825_b", "\"2025082\"");
    assert_snapshot!(files.report(), @r#"
    error[unknown-parent]: `20250825` revises `2025082`, which does not exist
     --> migrations/20250825_b.up.sql:1:24
      |
    1 | -- migcheck: revises = "2025082"
      |                        ^^^^^^^^^ no revision has this id
      |
      = help: did you mean `20250824`?
    help: if that is meant, this edit mends it
      |
    1 | -- migcheck: revises = "20250824"
      |                                +
    "#);
}

#[test]
fn a_dependency_is_missing() {
    let files = sound().add(
        "002_orders.up.sql",
        "-- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"099\", \"001\"]\nSELECT 1;\n",
    );
    assert_snapshot!(files.report(), @r#"
    error[unknown-dependency]: `002` depends on `099`, which does not exist
     --> migrations/002_orders.up.sql:2:28
      |
    2 | -- migcheck: depends-on = ["099", "001"]
      |                            ^^^^^ no revision has this id
      |
      = help: restore the dependency's file, or name the revision that takes its place
    "#);
}

#[test]
fn a_revision_is_its_own_parent() {
    assert_snapshot!(sound().revision("002_orders", "\"002\"").report(), @r#"
    error[cycle]: `002` is its own parent
     --> migrations/002_orders.up.sql:1:24
      |
    1 | -- migcheck: revises = "002"
      |                        ^^^^^ `002` revises `002`
      |
      = help: name the revision it was made after, or `"base"`
    "#);
}

#[test]
fn a_cycle_and_what_hangs_behind_it() {
    let files = sound()
        .revision("003_a", "[\"002\", \"005\"]")
        .revision("004_b", "\"003\"")
        .revision("005_c", "\"004\"")
        .revision("006_d", "\"005\"");
    assert_snapshot!(files.report(), @r#"
    error[cycle]: 3 revisions are their own ancestors: 003 → 005 → 004 → 003
     --> migrations/003_a.up.sql:1:32
      |
    1 | -- migcheck: revises = ["002", "005"]
      |                                ^^^^^ `003` revises `005`
      |
     ::: migrations/005_c.up.sql:1:24
      |
    1 | -- migcheck: revises = "004"
      |                        ----- `005` revises `004`
      |
     ::: migrations/004_b.up.sql:1:24
      |
    1 | -- migcheck: revises = "003"
      |                        ----- `004` revises `003`
      |
      = help: one of these lines is wrong: `revises` names the revision that was there before

    error[unreachable]: no base reaches `006`
    --> migrations/006_d.up.sql
     = note: it builds on a cycle
     = help: break the cycle first
    "#);
}

#[test]
fn a_cycle_through_a_dependency() {
    let files = native()
        .add(
            "001_users.up.sql",
            "-- migcheck: revises = \"base\"\n-- migcheck: depends-on = [\"002\"]\nSELECT 1;\n",
        )
        .add("001_users.down.sql", "SELECT 1;\n")
        .revision("002_orders", "\"001\"");
    assert_snapshot!(files.report(), @r#"
    error[cycle]: 2 revisions are their own ancestors: 001 → 002 → 001
     --> migrations/001_users.up.sql:2:28
      |
    2 | -- migcheck: depends-on = ["002"]
      |                            ^^^^^ `001` depends on `002`
      |
     ::: migrations/002_orders.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ----- `002` revises `001`
      |
      = help: one of these lines is wrong: `revises` names the revision that was there before
    "#);
}

#[test]
fn two_heads() {
    let files = sound().revision("003_parcels", "\"001\"");
    assert_snapshot!(files.report(), @r#"
    error[multiple-heads]: the history has 2 heads, and one is allowed
     --> migrations/002_orders.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ^^^^^ `002` is a head: nothing revises it
      |
     ::: migrations/003_parcels.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ----- `003` is a head: nothing revises it
      |
      = note: they part after `001`
      = help: `cargo migcheck merge` adds a revision that joins them
      = help: or, if no database has run `003`: `cargo migcheck rebase 003 --onto 002`
    "#);
    // There is a graph all the same: it has to be looked at to be merged.
    assert_eq!(files.ids(), ["001", "002", "003"]);
}

#[test]
fn a_known_fault_of_no_revision() {
    let known = |revision: &str| {
        format!(
            "naming.file = \"{{seq}}_{{slug}}\"\n[[roundtrip.known]]\nrevision = \"{revision}\"\n\
             outcome = \"downgrade-fails\"\nreason = \"it is the past\"\n"
        )
    };
    let files = native().revision("001_users", "\"base\"");
    assert_clean(&files.clone().add(CONFIG_FILE, known("001")));
    assert_snapshot!(files.add(CONFIG_FILE, known("0001")).report(), @r#"
    error[invalid-config]: `known` names the revision `0001`, which does not exist
     --> migrations/migcheck.toml:3:12
      |
    3 | revision = "0001"
      |            ^^^^^^
      |
      = help: if `001` is meant, write that; else take the record out
    "#);
}

#[test]
fn two_heads_by_label() {
    let head = |label: &str| {
        format!(
            "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"{label}\"]\n-- migcheck: irreversible = \"test\"\nSELECT 1;\n"
        )
    };
    let files = native()
        .add(
            CONFIG_FILE,
            "naming.file = \"{seq}_{slug}\"\nheads = [\"expand\", \"contract\"]\n",
        )
        .revision("001_users", "\"base\"")
        .add("002_a.up.sql", head("expand"))
        .add("003_b.up.sql", head("contract"));
    assert_clean(&files);
    let files = files.add("003_b.up.sql", head("contrcat"));
    assert_snapshot!(files.report(), @r#"
    error[invalid-config]: `heads` names the label `contract`, which no revision carries
     --> migrations/migcheck.toml:2:9
      |
    2 | heads = ["expand", "contract"]
      |         ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add `-- migcheck: labels = ["contract"]` to a revision, or take it from the list
    "#);
}

#[test]
fn two_bases() {
    let files = sound()
        .revision("003_parcels", "\"base\"")
        .revision("004_merge", "[\"002\", \"003\"]");
    assert_snapshot!(files.report(), @r#"
    error[multiple-bases]: 2 revisions start the history, and one is allowed
     --> migrations/001_users.up.sql:1:24
      |
    1 | -- migcheck: revises = "base"
      |                        ^^^^^^ `001` is a base
      |
     ::: migrations/003_parcels.up.sql:1:24
      |
    1 | -- migcheck: revises = "base"
      |                        ------ `003` is a base
      |
      = help: give all but one a parent, or set `bases = 2` in migcheck.toml
    "#);
    let allowed = files.add(CONFIG_FILE, "naming.file = \"{seq}_{slug}\"\nbases = 2\n");
    assert_clean(&allowed);
}

#[test]
fn a_merge_names_a_parent_and_its_ancestor() {
    let files = sound().revision("003_merge", "[\"001\", \"002\"]");
    assert_snapshot!(files.report(), @r#"
    error[redundant-parent]: `003` merges `001` with its own descendant `002`
     --> migrations/003_merge.up.sql:1:25
      |
    1 | -- migcheck: revises = ["001", "002"]
      |                         ^^^^^ `002` already builds on it
      |
      = help: leave `001` out
    help: `cargo migcheck check --fix` makes this edit
      |
    1 - -- migcheck: revises = ["001", "002"]
    1 + -- migcheck: revises = ["002"]
      |
    "#);
}

#[test]
fn a_parent_is_named_twice() {
    let files = sound().revision("003_merge", "[\"002\", \"002\"]");
    assert_snapshot!(files.report(), @r#"
    error[duplicate-parent]: `003` names the parent `002` twice
     --> migrations/003_merge.up.sql:1:32
      |
    1 | -- migcheck: revises = ["002", "002"]
      |                                ^^^^^
      |
      = help: name it once
    help: `cargo migcheck check --fix` makes this edit
      |
    1 - -- migcheck: revises = ["002", "002"]
    1 + -- migcheck: revises = ["002"]
      |
    "#);
}

#[test]
fn labels_that_cannot_be_told_apart() {
    let labelled = |revises: &str, labels: &str| {
        format!(
            "-- migcheck: revises = \"{revises}\"\n-- migcheck: labels = {labels}\n-- migcheck: irreversible = \"test\"\nSELECT 1;\n"
        )
    };
    let files = native()
        .add(
            "001_a.up.sql",
            labelled("base", "[\"billing\", \"00\", \"head\", \"a b\"]"),
        )
        .add(
            "002_b.up.sql",
            labelled("001", "[\"billing\", \"cart\", \"cart\", \"\"]"),
        );
    assert_snapshot!(files.report(), @r#"
    error[ambiguous-prefix-label]: the label `00` is also the start of the id `001`
     --> migrations/001_a.up.sql:2:35
      |
    2 | -- migcheck: labels = ["billing", "00", "head", "a b"]
      |                                   ^^^^
      |
      = note: a target can be a label, an id or the start of an id
      = help: choose a label that no id starts with

    error[invalid-directive]: `head` cannot be a label: `head` is the name of a target
     --> migrations/001_a.up.sql:2:41
      |
    2 | -- migcheck: labels = ["billing", "00", "head", "a b"]
      |                                         ^^^^^^
      |
      = help: choose another

    error[invalid-directive]: `a b` cannot be a label: it holds ' '; white space and `@ - + : / \` have a meaning in targets
     --> migrations/001_a.up.sql:2:49
      |
    2 | -- migcheck: labels = ["billing", "00", "head", "a b"]
      |                                                 ^^^^^
      |
      = help: choose another

    error[duplicate-label]: two revisions carry the label `billing`
     --> migrations/002_b.up.sql:2:24
      |
    2 | -- migcheck: labels = ["billing", "cart", "cart", ""]
      |                        ^^^^^^^^^
      |
     ::: migrations/001_a.up.sql:2:24
      |
    2 | -- migcheck: labels = ["billing", "00", "head", "a b"]
      |                        ---------
      |
      = help: a label names one branch: take it from one of the two

    error[duplicate-label]: `002` carries the label `cart` twice
     --> migrations/002_b.up.sql:2:43
      |
    2 | -- migcheck: labels = ["billing", "cart", "cart", ""]
      |                                   ------  ^^^^^^
      |
      = help: name it once
    help: `cargo migcheck check --fix` makes this edit
      |
    2 - -- migcheck: labels = ["billing", "cart", "cart", ""]
    2 + -- migcheck: labels = ["billing", "cart", ""]
      |

    error[invalid-directive]: `` cannot be a label: it is empty
     --> migrations/002_b.up.sql:2:51
      |
    2 | -- migcheck: labels = ["billing", "cart", "cart", ""]
      |                                                   ^^
      |
      = help: choose another
    "#);
}

#[test]
fn a_native_revision_does_not_say_what_it_revises() {
    let files = sound()
        .add("003_x.up.sql", "CREATE TABLE x (y int);\n")
        .add("003_x.down.sql", "DROP TABLE x;\n");
    assert_snapshot!(files.report(), @r#"
    error[missing-revises]: `003` does not say what it revises
     --> migrations/003_x.up.sql:1:1
      |
    1 | CREATE TABLE x (y int);
      | ^ the line belongs here, at the top
      |
      = help: add `-- migcheck: revises = "<parent>"`, or `"base"` where the history starts
    "#);
}

#[test]
fn heads_a_duplicate_and_a_broken_chain_are_reported_together() {
    let files = sound()
        .revision("002_invoices", "\"001\"")
        .revision("003_a", "\"002\"")
        .revision("004_b", "\"002\"")
        .revision("005_c", "\"deadbeef\"");
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_orders.up.sql
    ::: migrations/002_invoices.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever

    error[multiple-heads]: the history has 2 heads, and one is allowed
     --> migrations/003_a.up.sql:1:24
      |
    1 | -- migcheck: revises = "002"
      |                        ^^^^^ `003` is a head: nothing revises it
      |
     ::: migrations/004_b.up.sql:1:24
      |
    1 | -- migcheck: revises = "002"
      |                        ----- `004` is a head: nothing revises it
      |
      = note: they part after `002`
      = help: `cargo migcheck merge` adds a revision that joins them
      = help: or, if no database has run `004`: `cargo migcheck rebase 004 --onto 003`

    error[unknown-parent]: `005` revises `deadbeef`, which does not exist
     --> migrations/005_c.up.sql:1:24
      |
    1 | -- migcheck: revises = "deadbeef"
      |                        ^^^^^^^^^^ no revision has this id
      |
      = help: restore the parent's file, or name the revision that takes its place
    "#);
}

#[test]
fn one_broken_parent_is_one_finding() {
    let files = sound()
        .revision("003_a", "\"nobody\"")
        .revision("004_b", "\"003\"");
    assert_eq!(files.codes(), ["unknown-parent"]);
}

// Scripts.

#[test]
fn a_down_script_is_missing() {
    let files = sound().without("001_users.down.sql");
    assert_snapshot!(files.report(), @r#"
    error[missing-down]: `001` has no down script
    --> migrations/001_users.up.sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`
    "#);
}

#[test]
fn an_up_script_is_missing() {
    let files = sound().without("002_orders.up.sql");
    assert_snapshot!(files.report(), @r#"
    error[missing-up]: `002` has a down script and no up script
    --> migrations/002_orders.down.sql
     = help: add the up script, or delete the down script
    "#);
}

#[test]
fn a_down_script_does_nothing() {
    let files = sound()
        .add("001_users.down.sql", "-- todo\n")
        .add("002_orders.down.sql", "");
    assert_snapshot!(files.report(), @r#"
    error[empty-down]: the down script of `001` does nothing
     --> migrations/001_users.down.sql:1:1
      |
    1 | -- todo
      | ^ no statement in this file
     ::: migrations/001_users.up.sql
      = help: undo what the up script does; or delete the file and declare in the up script `-- migcheck: irreversible = "<reason>"`

    error[empty-down]: the down script of `002` does nothing
    --> migrations/002_orders.down.sql
    ::: migrations/002_orders.up.sql
     = help: undo what the up script does; or delete the file and declare in the up script `-- migcheck: irreversible = "<reason>"`
    "#);
}

#[test]
fn there_is_no_way_back_and_a_reason() {
    let files = sound()
        .add("002_orders.up.sql", "-- migcheck: revises = \"001\"\n-- migcheck: irreversible = \"drops data\"\nSELECT 1;\n")
        .without("002_orders.down.sql");
    assert_clean(&files);
    let both = files.add("002_orders.down.sql", "SELECT 1;\n");
    assert_snapshot!(both.report(), @r#"
    error[invalid-directive]: `002` is declared irreversible and has a down script
     --> migrations/002_orders.up.sql:2:29
      |
    2 | -- migcheck: irreversible = "drops data"
      |                             ^^^^^^^^^^^^
     ::: migrations/002_orders.down.sql
      = help: delete one of the two
    "#);
}

#[test]
fn a_database_has_no_script() {
    let config = "naming.file = \"{seq}_{slug}\"\ndatabases = [\"postgres\", \"mysql\"]\n";
    let files = native()
        .add(CONFIG_FILE, config)
        .add(
            "001_users.up.postgres.sql",
            "-- migcheck: revises = \"base\"\nSELECT 1;\n",
        )
        .add("001_users.down.postgres.sql", "SELECT 1;\n")
        .add(
            "002_orders.up.sql",
            "-- migcheck: revises = \"001\"\nSELECT 1;\n",
        )
        .add("002_orders.down.mysql.sql", "SELECT 1;\n");
    assert_snapshot!(files.report(), @r#"
    error[missing-dialect]: `001` has no up script for mysql
    --> migrations/001_users.up.postgres.sql
     = note: `databases` in migcheck.toml lists it
     = help: add `001_users.up.mysql.sql`, with only a comment if there is nothing to do

    error[missing-down]: `002` has no down script for postgres
    --> migrations/002_orders.up.sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`
    "#);
}

#[test]
fn scripts_of_several_dialects_agree_or_not() {
    let files = sound().add(
        "002_orders.up.mysql.sql",
        "-- migcheck: revises = \"001\"\nSELECT 1;\n",
    );
    assert_clean(&files);
    let files = files.add(
        "002_orders.up.mysql.sql",
        "-- migcheck: revises = \"base\"\nSELECT 1;\n",
    );
    assert_snapshot!(files.report(), @r#"
    error[invalid-directive]: the scripts of `002` name different parents
     --> migrations/002_orders.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ^^^^^
      |
     ::: migrations/002_orders.up.mysql.sql:1:24
      |
    1 | -- migcheck: revises = "base"
      |                        ------ and this one says otherwise
      |
      = help: one of them is enough; where several say it, they have to agree
    "#);
}

#[test]
fn a_down_script_of_another_name() {
    let files = sound()
        .without("002_orders.down.sql")
        .add("002_order.down.sql", "DROP TABLE t_002_orders;\n");
    assert_snapshot!(files.report(), @r#"
    error[bad-file-name]: the scripts of `002` have different names
    --> migrations/002_order.down.sql
    ::: migrations/002_orders.up.sql
     = help: call both `002_orders`
    "#);
}

#[test]
fn directives_that_are_wrong() {
    let files = sound()
        .add(
            "002_orders.up.sql",
            concat!(
                "-- migcheck: revises = \"001\"\n",
                "-- migcheck: depend-on = [\"001\"]\n",
                "-- migcheck: transaction = \"no\"\n",
                "-- migcheck: labels = [\"a\"\n",
                "-- migcheck:\n",
                "-- migcheck: revises = \"base\"\n",
                "-- migcheck: allow = [\"cycle\", \"nonsense\"]\n",
                "SELECT 1;\n",
                "-- migcheck: touches = [\"x\"]\n",
            ),
        )
        .add(
            "002_orders.down.sql",
            "-- migcheck: revises = \"001\"\nSELECT 1;\n",
        );
    assert_snapshot!(files.report(), @r#"
    error[invalid-directive]: `revises` belongs in the up script
     --> migrations/002_orders.down.sql:1:14
      |
    1 | -- migcheck: revises = "001"
      |              ^^^^^^^
      |
      = help: a down script takes `transaction`, `todo` and `allow` alone

    error[unknown-directive]: unknown key `depend-on`
     --> migrations/002_orders.up.sql:2:14
      |
    2 | -- migcheck: depend-on = ["001"]
      |              ^^^^^^^^^
      |
      = help: did you mean `depends-on`?
    help: `cargo migcheck check --fix` makes this edit
      |
    2 | -- migcheck: depends-on = ["001"]
      |                    +

    error[invalid-directive]: expected `true` or `false`, found the string "no"
     --> migrations/002_orders.up.sql:3:28
      |
    3 | -- migcheck: transaction = "no"
      |                            ^^^^
      |
      = help: write it as in `-- migcheck: transaction = false`

    error[invalid-directive]: unclosed array, expected `]`
     --> migrations/002_orders.up.sql:4:27
      |
    4 | -- migcheck: labels = ["a"
      |                           ^
      |
      = help: write it as in `-- migcheck: labels = ["billing"]`

    error[invalid-directive]: a directive without a key
     --> migrations/002_orders.up.sql:5:13
      |
    5 | -- migcheck:
      |             ^
      |
      = help: write `-- migcheck: key = value`

    error[invalid-directive]: `revises` is given twice
     --> migrations/002_orders.up.sql:6:24
      |
    6 | -- migcheck: revises = "base"
      |                        ^^^^^^
      |
      = help: write two parents as a list: `revises = ["…", "…"]`

    error[invalid-directive]: `cycle` cannot be silenced: without a sound graph nothing else can be said
     --> migrations/002_orders.up.sql:7:23
      |
    7 | -- migcheck: allow = ["cycle", "nonsense"]
      |                       ^^^^^^^
      |
      = help: leave it out

    error[invalid-directive]: no rule is called `nonsense`
     --> migrations/002_orders.up.sql:7:32
      |
    7 | -- migcheck: allow = ["cycle", "nonsense"]
      |                                ^^^^^^^^^^
      |
      = help: the rules are `missing-down`, `empty-down`, `unfinished`, `missing-dialect`, `stray-file`, `bad-file-name`, `case-collision`, `edited-after-lock`, `removed-after-lock`, `reparented-after-lock`, `lock-stale`, `fingerprints-stale` and `fingerprints-unreadable`

    error[invalid-directive]: a directive below the first statement
     --> migrations/002_orders.up.sql:9:1
      |
    9 | -- migcheck: touches = ["x"]
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it into the comment block at the top of the file
    "#);
}

#[test]
fn an_id_that_cannot_be_told_from_a_target() {
    let with = |id: &str| {
        native().add(
        "001_a.up.sql",
        format!("-- migcheck: revision = \"{id}\"\n-- migcheck: revises = \"base\"\n-- migcheck: irreversible = \"test\"\nSELECT 1;\n"),
    )
    };
    assert_snapshot!(with("head").report(), @r#"
    error[invalid-revision-id]: `head` cannot be a revision id: `head` is the name of a target
     --> migrations/001_a.up.sql:1:25
      |
    1 | -- migcheck: revision = "head"
      |                         ^^^^^^
      |
      = help: give it another with `-- migcheck: revision = "…"`, or rename the file
    "#);
    for id in [
        "",
        "a b",
        "a@b",
        "a-b",
        "a+1",
        "a:b",
        "a/b",
        "a\\\\b",
        "base",
        "current",
        &"x".repeat(129),
    ] {
        assert_eq!(with(id).codes(), ["invalid-revision-id"], "{id}");
    }
    assert_clean(&with(&"é".repeat(64)));
}

// Files.

#[test]
fn names_that_are_wrong() {
    let files = sound()
        .add("notes.txt", "")
        .add("003_x.sql", "SELECT 1;\n")
        .add("004_x_up.sql", "SELECT 1;\n")
        .add("005_x.up.mysqll.sql", "SELECT 1;\n")
        .add("x_006.up.sql", "SELECT 1;\n")
        .add("nested/007_x.up.sql", "SELECT 1;\n")
        .add("nested/deeper/x.sql", "");
    assert_snapshot!(files.report(), @r#"
    error[bad-file-name]: `003_x.sql` says neither `up` nor `down`
    --> migrations/003_x.sql
     = help: rename it to `003_x.up.sql`

    error[bad-file-name]: `004_x_up.sql` says neither `up` nor `down`
    --> migrations/004_x_up.sql
     = help: rename it to `004_x.up.sql`

    error[bad-file-name]: `005_x.up.mysqll.sql` is for `mysqll`, and no dialect is called that
    --> migrations/005_x.up.mysqll.sql
     = help: rename it to `005_x.up.mysql.sql`

    error[stray-file]: `nested/007_x.up.sql` is no migration
    --> migrations/nested/007_x.up.sql
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    error[stray-file]: the folder `nested/deeper` holds no migrations
    --> migrations/nested/deeper
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    error[stray-file]: `notes.txt` is no migration
    --> migrations/notes.txt
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    error[bad-file-name]: `x_006.up.sql` does not follow the template `{seq}_{slug}`
    --> migrations/x_006.up.sql
     = help: name it as in `001_add_users.up.sql`, or change `[naming] file` in migcheck.toml
    "#);
}

#[test]
fn names_equal_on_another_disk() {
    let files = sound().add("README.md", "").add("readme.md", "");
    if files.write().path().read_dir().unwrap().count() == 7 {
        assert_snapshot!(files.report(), @r#"
        error[case-collision]: `README.md` and `readme.md` are one file on Windows and macOS
        --> migrations/readme.md
        ::: migrations/README.md
         = help: rename one of them
        "#);
    }
}

#[test]
fn companions_are_not_spoken_of() {
    let files = [
        "README",
        "README.md",
        ".gitkeep",
        ".gitignore",
        ".gitattributes",
        ".DS_Store",
        "migcheck.lock.bak",
        "template.sql",
        "002_orders.up.sql~",
        "#002_orders.up.sql#",
        ".#x",
        ".002_orders.up.sql.swp",
        "002.fixture.sql",
    ];
    assert_clean(&files.iter().fold(sound(), |all, name| {
        all.add(name, b"\xff\x00")
            .add("002.fixture.sql", "SELECT 1;")
            .add("template.sql", "SELECT 1;")
    }));
}

#[test]
fn not_text() {
    let files = sound().add("002_orders.down.sql", b"DROP TABLE t;\n-- caf\xe9\n");
    assert_snapshot!(files.report(), @r#"
    error[not-utf8]: byte 20, on line 2, is not UTF-8
    --> migrations/002_orders.down.sql
     = help: save the file as UTF-8: databases and checksums read it as that
    "#);
}

#[test]
fn too_large() {
    let files = sound().add("002_orders.down.sql", vec![b' '; 16 * 1024 * 1024 + 1]);
    assert_snapshot!(files.report(), @r#"
    error[too-large]: the script is larger than 16 MiB
    --> migrations/002_orders.down.sql
     = help: load bulk data with a program, and keep migrations to what they change
    "#);
}

#[test]
fn a_directory_that_is_empty_or_is_not_there() {
    assert_clean(&Files::new());
    assert!(Files::new().graph().is_empty());
    let directory = Files::new().write();
    let missing = check(&directory.path().join("nowhere"), SHOWN_AS);
    assert_snapshot!(report(&missing), @r#"
    error[unreadable]: the directory does not exist
    --> migrations
     = help: create it with `cargo migcheck init`, or correct the path
    "#);
    let file = sound().write();
    let path = file.path().join("001_users.up.sql");
    assert_snapshot!(report(&check(&path, SHOWN_AS)), @r#"
    error[unreadable]: `migrations` cannot be read: Not a directory (os error 20)
    --> migrations
     = help: check that the path exists and that you may read it
    "#);
}

#[cfg(unix)]
#[test]
fn links_and_pipes() {
    use std::os::unix::fs::symlink;
    let elsewhere = sound().write();
    let directory = sound().write();
    let path = |name: &str| directory.path().join(name);
    symlink(
        elsewhere.path().join("001_users.up.sql"),
        path("003_out.up.sql"),
    )
    .unwrap();
    symlink("nowhere", path("004_dangling.up.sql")).unwrap();
    symlink(".", path("loop")).unwrap();
    symlink("001_users.up.sql", path("README.up")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path("005_pipe.up.sql"))
        .status();
    assert!(made.unwrap().success());
    let checked = check(directory.path(), SHOWN_AS);
    let told = report(&checked).replace(&elsewhere.path().display().to_string(), "[elsewhere]");
    assert_snapshot!(told, @r#"
    error[symlink-escape]: `003_out.up.sql` is a link to `[elsewhere]/001_users.up.sql`, outside the directory
    --> migrations/003_out.up.sql
     = note: what it points to is not under version control with the migrations
     = help: copy the file into the directory

    error[unreadable]: `migrations/004_dangling.up.sql` cannot be read: No such file or directory (os error 2)
    --> migrations/004_dangling.up.sql
     = help: check that the path exists and that you may read it

    error[unreadable]: `migrations/005_pipe.up.sql` cannot be read: it is neither a file nor a folder
    --> migrations/005_pipe.up.sql
     = help: check that the path exists and that you may read it

    error[stray-file]: `loop` is a link to a folder, and is not followed
    --> migrations/loop
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`
    "#);
}

// The configuration.

/// Beside the history table a lease has one of its name and `_lock`.
#[test]
fn a_history_table_whose_lock_has_no_name() {
    let named = |length| {
        format!(
            "layout = \"native\"\n[naming]\nfile = \"{{seq}}_{{slug}}\"\n[history]\ntable = \"{}\"\n",
            "h".repeat(length)
        )
    };
    assert_clean(&sound().add(CONFIG_FILE, named(58)));
    assert_snapshot!(sound().add(CONFIG_FILE, named(59)).report(), @r#"
    error[invalid-config]: a table name of 59 characters is too long
     --> migrations/migcheck.toml:5:9
      |
    5 | table = "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: at most 58: PostgreSQL has room for 63, and a lease adds `_lock`
    "#);
}

#[test]
fn every_mistake_of_the_configuration() {
    let files = sound().add(
        CONFIG_FILE,
        concat!(
            "layout = \"natvie\"\n",
            "head = 2\n",
            "databases = [\"postgres\", \"oracle\"]\n",
            "bases = -1\n",
            "[naming]\nfile = \"{seq}-{slug}\"\nmax-slug = \"long\"\n",
            "[rules]\nmissing-dwon = \"warn\"\ncycle = \"allow\"\nempty-down = \"off\"\n",
            "[environments.production]\nurl = \"postgres://me:secret@host/db\"\n",
            "[categories]\n\"9-1\" = \"x\"\n",
            "[history]\ntable = \"a.b\"\n",
        ),
    );
    assert_snapshot!(files.report(), @r#"
    error[invalid-config]: no layout is called `natvie`
     --> migrations/migcheck.toml:1:10
      |
    1 | layout = "natvie"
      |          ^^^^^^^^
      |
      = help: did you mean `native`?
    help: `cargo migcheck check --fix` makes this edit
      |
    1 - layout = "natvie"
    1 + layout = "native"
      |

    error[invalid-config]: unknown key `head`
     --> migrations/migcheck.toml:2:1
      |
    2 | head = 2
      | ^^^^
      |
      = help: did you mean `heads`?
    help: `cargo migcheck check --fix` makes this edit
      |
    2 | heads = 2
      |     +

    error[invalid-config]: no database is called `oracle`
     --> migrations/migcheck.toml:3:26
      |
    3 | databases = ["postgres", "oracle"]
      |                          ^^^^^^^^
      |
      = help: the databases are `postgres`, `mysql` (MariaDB too) and `sqlite`

    error[invalid-config]: expected a whole number, found the integer -1
     --> migrations/migcheck.toml:4:9
      |
    4 | bases = -1
      |         ^^
      |
      = help: write it as in `bases = 2`

    error[invalid-config]: the template has to end in `_{slug}`: what stands before it is the revision id
     --> migrations/migcheck.toml:6:8
      |
    6 | file = "{seq}-{slug}"
      |        ^^^^^^^^^^^^^^
      |
      = help: write it as in `file = "{timestamp}_{slug}"`

    error[invalid-config]: expected a whole number, found the string "long"
     --> migrations/migcheck.toml:7:12
      |
    7 | max-slug = "long"
      |            ^^^^^^
      |
      = help: write it as in `max-slug = 60`

    error[invalid-config]: no rule is called `missing-dwon`
     --> migrations/migcheck.toml:9:1
      |
    9 | missing-dwon = "warn"
      | ^^^^^^^^^^^^
      |
      = help: did you mean `missing-down`?
    help: `cargo migcheck check --fix` makes this edit
      |
    9 - missing-dwon = "warn"
    9 + missing-down = "warn"
      |

    error[invalid-config]: `cycle` cannot be silenced: without a sound graph nothing else can be said
      --> migrations/migcheck.toml:10:1
       |
    10 | cycle = "allow"
       | ^^^^^
       |
       = help: leave it out

    error[invalid-config]: `off` is no level
      --> migrations/migcheck.toml:11:14
       |
    11 | empty-down = "off"
       |              ^^^^^
       |
       = help: the levels are `allow`, `warn` and `deny`

    error[invalid-config]: a URL holds a password, and this file is committed
      --> migrations/migcheck.toml:13:1
       |
    13 | url = "postgres://me:secret@host/db"
       | ^^^
       |
       = help: put the URL into an environment variable and name it: `url-env = "DATABASE_URL"`

    error[invalid-config]: not a range of numbers
      --> migrations/migcheck.toml:15:1
       |
    15 | "9-1" = "x"
       | ^^^^^
       |
       = help: write `"100-199" = "users"`

    error[invalid-config]: not a plain table name
      --> migrations/migcheck.toml:17:9
       |
    17 | table = "a.b"
       |         ^^^^^
       |
       = help: letters, digits and `_`, at most 58 of them
    "#);
}

#[test]
fn a_configuration_that_is_no_toml() {
    assert_snapshot!(sound().add(CONFIG_FILE, "layout = native\n").report(), @r#"
    error[invalid-config]: `native` is not quoted
     --> migrations/migcheck.toml:1:10
      |
    1 | layout = native
      |          ^^^^^^
      |
      = help: write `"native"`
    help: `cargo migcheck check --fix` makes this edit
      |
    1 - layout = native
    1 + layout = "native"
      |
    "#);
}

#[test]
fn rules_set_levels_and_allow_silences() {
    let rule = |level: &str| {
        let config =
            format!("naming.file = \"{{seq}}_{{slug}}\"\nrules.missing-down = \"{level}\"\n");
        sound()
            .add(CONFIG_FILE, config)
            .without("001_users.down.sql")
    };
    let severity = |files: &Files| {
        files
            .check()
            .findings
            .first()
            .map(|finding| finding.severity)
    };
    assert_eq!(severity(&rule("deny")), Some(Severity::Deny));
    assert_eq!(severity(&rule("warn")), Some(Severity::Warn));
    assert_eq!(severity(&rule("allow")), None);
    let allowed = rule("deny").add(
        "001_users.up.sql",
        "-- migcheck: revises = \"base\"\n-- migcheck: allow = [{ rule = \"missing-down\", reason = \"test\" }]\nSELECT 1;\n",
    );
    assert_clean(&allowed);
    // Of this file, and of no other.
    assert_eq!(
        allowed.without("002_orders.down.sql").codes(),
        ["missing-down"]
    );
}

// Text.

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let checksums = |files: &Files| {
        let graph = files.graph();
        graph
            .revisions()
            .iter()
            .map(|one| one.chain)
            .collect::<Vec<_>>()
    };
    let text =
        "-- migcheck: revises = \"001\"\n-- Adds orders.\n\nCREATE TABLE t_002_orders (id int);\n";
    let plain = sound().add("002_orders.up.sql", text);
    let windows = sound().add(
        "002_orders.up.sql",
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
    );
    assert_clean(&windows);
    assert_eq!(checksums(&plain), checksums(&windows));
    assert_eq!(windows.graph().revisions()[1].description, "Adds orders.");
}

#[test]
fn a_native_directory_is_known_by_its_directives() {
    let up = |revises: &str| format!("-- migcheck: revises = \"{revises}\"\nSELECT 1;\n");
    let files = Files::new()
        .add("20250824000001_a.up.sql", up("base"))
        .add("20250824000001_a.up.mysql.sql", "SELECT 1;\n")
        .add("20250824000001_a.down.postgres.sql", "SELECT 1;\n")
        .add("20250824000001_a.down.mysql.sql", "SELECT 1;\n")
        .add("20250824000001_a.down.sqlite.sql", "SELECT 1;\n")
        .add("20250824000002_b.up.postgres.sql", up("20250824000001"))
        .add("20250824000002_b.up.mysql.sql", "SELECT 1;\n")
        .add("20250824000002_b.down.sql", "SELECT 1;\n");
    assert_eq!(files.check().layout, Layout::Native);
    assert_clean(&files);
}

// Layouts of peers.

/// A sqlx directory of files that each hold a statement.
fn numbered(names: &[&str]) -> Files {
    names
        .iter()
        .fold(Files::new(), |files, name| files.add(name, "SELECT 1;\n"))
}

#[test]
fn unpadded_numbers_are_numbers() {
    let names: Vec<String> = (0..=16)
        .flat_map(|n| ["up", "down"].map(|way| format!("{n}_x.{way}.sql")))
        .collect();
    let files = numbered(&names.iter().map(|name| &**name).collect::<Vec<_>>());
    assert_clean(&files);
    let expected: Vec<String> = (0..=16).map(|n| n.to_string()).collect();
    assert_eq!(files.ids(), expected);
}

#[test]
fn repeated_numbers_with_different_names() {
    let files = numbered(&[
        "0001_a.up.sql",
        "0001_a.down.sql",
        "0001_b.up.sql",
        "0001_b.down.sql",
        "01_c.up.sql",
    ]);
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `0001`
    --> migrations/0001_b.up.sql
    ::: migrations/0001_a.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever

    error[duplicate-revision]: two files claim the revision `0001`
    --> migrations/01_c.up.sql
    ::: migrations/0001_b.up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn what_sqlx_folders_hold() {
    let files = numbered(&[
        "1528395577_.up.sql",
        "1528395577_.down.sql",
        "1528395578_create.up.sql",
        "1528395578_creates.down.sql",
        "1528395579_only_up.up.sql",
        "1528395580_simple.sql",
        "1528395581_x.up..sql",
        "schema.sql",
    ]);
    let checked = files.check();
    assert_eq!(checked.layout, Layout::Sqlx);
    assert_snapshot!(report(&checked), @r#"
    error[missing-down]: `1528395579` has no down script
    --> migrations/1528395579_only_up.up.sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`

    warning[missing-down]: `1528395580` has no down script
    --> migrations/1528395580_simple.sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`

    warning[missing-down]: `1528395581` has no down script
    --> migrations/1528395581_x.up..sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`

    error[bad-file-name]: `schema.sql` has no version, so it would be ignored
    --> migrations/schema.sql
     = help: name it `<number>_<name>.sql`, or move it out of the directory
    "#);
    let graph = files.without("schema.sql").graph();
    assert_eq!(graph.revisions()[0].slug, "");
    assert_eq!(graph.len(), 5);
}

#[test]
fn names_that_end_in_an_underscored_direction() {
    let files = numbered(&[
        "001_init_up.sql",
        "001_init_down.sql",
        "002_more_up.sql",
        "002_more_down.sql",
    ]);
    assert_snapshot!(files.report(), @r#"
    error[duplicate-revision]: two files claim the revision `001`
    --> migrations/001_init_up.sql
    ::: migrations/001_init_down.sql
     = note: `_up` and `_down` are a part of the name: both files are read as up scripts
     = help: rename them to `001_init.up.sql` and `001_init.down.sql`

    error[duplicate-revision]: two files claim the revision `002`
    --> migrations/002_more_up.sql
    ::: migrations/002_more_down.sql
     = note: `_up` and `_down` are a part of the name: both files are read as up scripts
     = help: rename them to `002_more.up.sql` and `002_more.down.sql`
    "#);
}

#[test]
fn what_stands_beside_a_peers_migrations() {
    let files = numbered(&["1_a.up.sql", "1_a.down.sql"])
        .add("README", "")
        .add(".gitkeep", "")
        .add("atlas.sum", "h1:x\n")
        .add("embed.go", "package migrations\n")
        .add("testdata/seed.sql", "SELECT 1;\n")
        .add("testdata/more/seed.sql", "SELECT 1;\n");
    let checked = files.check();
    assert!(!checked.has_errors());
    assert_snapshot!(report(&checked), @r#"
    warning[stray-file]: `atlas.sum` is no migration
    --> migrations/atlas.sum
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    warning[stray-file]: `embed.go` is no migration
    --> migrations/embed.go
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    warning[stray-file]: the folder `testdata/more` holds no migrations
    --> migrations/testdata/more
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    warning[stray-file]: `testdata/seed.sql` is no migration
    --> migrations/testdata/seed.sql
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`
    "#);
}

#[test]
fn empty_files() {
    let files = (0..105).fold(Files::new(), |files, n| {
        files
            .add(&format!("{n:04}_x.up.sql"), "")
            .add(&format!("{n:04}_x.down.sql"), "")
    });
    assert_clean(&files);
    assert_eq!(files.ids().len(), 105);
}

#[test]
fn one_down_is_missing_among_many() {
    let files = (0..132).fold(Files::new(), |files, n| {
        files
            .add(&format!("{n:04}_x.up.sql"), "SELECT 1;\n")
            .add(&format!("{n:04}_x.down.sql"), "SELECT 1;\n")
    });
    let files = files.without("0077_x.down.sql");
    assert_eq!(files.codes(), ["missing-down"]);
}

#[test]
fn outside_of_a_transaction() {
    let transaction = |files: &Files| {
        let graph = files.graph();
        let script = &graph.revisions()[0].scripts[0];
        assert_eq!(script.direction, Direction::Up);
        script.transaction
    };
    let sqlx = |text: &str| numbered(&["1_a.down.sql"]).add("1_a.up.sql", text);
    assert!(transaction(&sqlx("SELECT 1;\n")));
    assert!(!transaction(&sqlx("-- no-transaction\nSELECT 1;\n")));
    assert!(transaction(&sqlx("\n-- no-transaction\nSELECT 1;\n")));
    assert!(!transaction(&sqlx(
        "-- migcheck: transaction = false\nSELECT 1;\n"
    )));
    let diesel =
        |setting: &str| numbered(&["1_a/up.sql", "1_a/down.sql"]).add("1_a/metadata.toml", setting);
    assert!(transaction(&numbered(&["1_a/up.sql", "1_a/down.sql"])));
    assert!(!transaction(&diesel("")));
    assert!(!transaction(&diesel("note = \"x\"\n")));
    assert!(transaction(&diesel("run_in_transaction = true\n")));
    assert!(!transaction(&diesel("run_in_transaction = false\n")));
    assert_snapshot!(diesel("run_in_transaction = \"no\"\n").report(), @r#"
    error[invalid-directive]: expected `true` or `false`, found the string "no"
     --> migrations/1_a/metadata.toml:1:22
      |
    1 | run_in_transaction = "no"
      |                      ^^^^
      |
      = help: diesel reads `run_in_transaction = false` here
    "#);
}

#[test]
fn diesel_versions_are_compared_without_dashes() {
    let files = numbered(&[
        "2017-09-23-182408_b/up.sql",
        "2017-09-23-182408_b/down.sql",
        "20170309122510_a/up.sql",
        "20170309122510_a/down.sql",
        "2025-08-01-000016_with some spaces/up.sql",
        "2025-08-01-000016_with some spaces/down.sql",
        "diesel.toml",
        ".gitkeep",
    ]);
    let checked = files.check();
    assert_eq!(
        (checked.layout, report(&checked)),
        (Layout::Diesel, String::new())
    );
    assert_eq!(
        files.ids(),
        ["20170309122510", "20170923182408", "20250801000016"]
    );
    let same = files.add("20170923182408_c/up.sql", "SELECT 1;\n");
    assert_snapshot!(same.report(), @r#"
    error[duplicate-revision]: two files claim the revision `20170923182408`
    --> migrations/20170923182408_c/up.sql
    ::: migrations/2017-09-23-182408_b/up.sql
     = help: give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever
    "#);
}

#[test]
fn what_diesel_folders_hold() {
    let files = numbered(&[
        "1_a/up.sql",
        "1_a/down.sql",
        "1_a/notes.md",
        "2_b/down.sql",
        "_/up.sql",
        "seed.sql",
    ]);
    assert_snapshot!(files.report(), @r#"
    warning[stray-file]: `1_a/notes.md` is no migration
    --> migrations/1_a/notes.md
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`

    error[missing-up]: `2` has a down script and no up script
    --> migrations/2_b/down.sql
     = help: add the up script, or delete the down script

    error[bad-file-name]: the folder `_` has no version
    --> migrations/_/up.sql
     = help: name it `<version>_<name>`

    warning[stray-file]: `seed.sql` is no migration
    --> migrations/seed.sql
     = help: move it out of the directory, or set `stray-file = "allow"` in `[rules]`
    "#);
}

#[test]
fn a_directive_overrides_the_chain() {
    let config = "layout = \"sqlx\"\nheads = 2\n";
    let files = numbered(&[
        "1_a.up.sql",
        "1_a.down.sql",
        "2_b.up.sql",
        "2_b.down.sql",
        "3_c.down.sql",
        "4_d.up.sql",
        "4_d.down.sql",
    ])
    .add(CONFIG_FILE, config)
    .add("3_c.up.sql", "-- migcheck: revises = \"1\"\nSELECT 1;\n");
    assert_clean(&files);
    let graph = files.graph();
    let parents: Vec<_> = graph
        .revisions()
        .iter()
        .map(|one| one.parents.clone())
        .collect();
    assert_eq!(parents, [vec![], vec![0], vec![0], vec![2]]);
    let renamed = files.add(
        "3_c.up.sql",
        "-- migcheck: revision = \"third\"\n-- migcheck: revises = [\"2\"]\nSELECT 1;\n",
    );
    assert_eq!(renamed.ids(), ["1", "2", "third", "4"]);
    let broken = renamed.add("3_c.up.sql", "-- migcheck: revises = \"7\"\nSELECT 1;\n");
    assert_snapshot!(broken.report(), @r#"
    error[unknown-parent]: `3` revises `7`, which does not exist
     --> migrations/3_c.up.sql:1:24
      |
    1 | -- migcheck: revises = "7"
      |                        ^^^ no revision has this id
      |
      = help: restore the parent's file; or, if `2` is meant or takes its place, write that
    "#);
}

#[test]
fn a_directory_of_two_layouts() {
    let files = numbered(&["1_a.sql", "2_b/up.sql"]);
    assert_snapshot!(files.report(), @r#"
    error[ambiguous-layout]: the directory might be of the layout `diesel` or `sqlx`
    --> migrations
     = note: `diesel`: `2_b/up.sql` stands in a folder of its own
     = note: `sqlx`: `1_a.sql` is named as sqlx names files
     = help: say which: `layout = "diesel"` in migrations/migcheck.toml
    "#);
}

// The lock.

#[test]
fn a_lock_that_holds() {
    assert_clean(&sound().locked());
    let windows = sound().locked();
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let directory = windows.write();
    let lock = std::fs::read_to_string(directory.path().join(LOCK_FILE)).unwrap();
    assert_clean(
        &windows
            .add(LOCK_FILE, crlf(&lock))
            .revision("002_orders", "\"001\""),
    );
}

#[test]
fn a_locked_revision_was_edited() {
    let files = sound()
        .locked()
        .add(
            "001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id bigint);\n",
        )
        .without("002_orders.down.sql")
        .add("001_users.down.mysql.sql", "DROP TABLE x;\n");
    assert_snapshot!(files.report(), @r#"
    error[edited-after-lock]: the down script of `001` was added after the revision was locked
    --> migrations/001_users.down.mysql.sql
     = help: undo the edit and write a new revision; if no database ever ran it: `cargo migcheck lock --accept 001`

    error[edited-after-lock]: the up script of `001` was edited after it was locked
    --> migrations/001_users.up.sql
     = note: locked 51380b4e8bff…, now f6b98b41fb6e…
     = note: `cargo migcheck check` shows what was changed, where git has the locked text
     = help: undo the edit and write a new revision; if no database ever ran it: `cargo migcheck lock --accept 001`

    error[missing-down]: `002` has no down script
    --> migrations/002_orders.up.sql
     = help: write one, or say why there is none: `-- migcheck: irreversible = "<reason>"`

    error[edited-after-lock]: the down script of `002` was deleted after it was locked
    --> migrations/002_orders.up.sql
     = help: undo the edit and write a new revision; if no database ever ran it: `cargo migcheck lock --accept 002`
    "#);
}

#[test]
fn a_comment_in_a_locked_script_is_an_edit_too() {
    let files = sound().locked().add(
        "001_users.down.sql",
        "DROP TABLE t_001_users; -- all of them\n",
    );
    assert_eq!(files.codes(), ["edited-after-lock"]);
}

#[test]
fn a_locked_revision_is_gone() {
    let files = sound()
        .locked()
        .without("002_orders.up.sql")
        .without("002_orders.down.sql");
    assert_snapshot!(files.report(), @r#"
    error[removed-after-lock]: the locked revision `002` is gone
      --> migrations/migcheck.lock:13:1
       |
    13 | id = "002"
       | ^^^^^^^^^^
       |
       = note: a database that has run it cannot be taken down any more
       = help: restore its files; if no database ever ran it: `cargo migcheck lock --accept 002`
    "#);
}

#[test]
fn a_merge_that_is_gone_leaves_no_heads_behind() {
    let files = sound()
        .revision("003_a", "\"001\"")
        .revision("004_join", "[\"002\", \"003\"]")
        .revision("005_b", "\"004\"")
        .locked()
        .without("004_join.up.sql")
        .without("004_join.down.sql");
    assert_eq!(files.codes(), ["unknown-parent"]);
    let forked = files.revision("006_c", "\"002\"");
    assert_eq!(forked.codes(), ["unknown-parent", "multiple-heads"]);
}

#[test]
fn both_sides_of_a_conflict_may_stand_in_the_lock() {
    let files = sound().locked();
    let directory = files.write();
    let lock = std::fs::read_to_string(directory.path().join(LOCK_FILE)).unwrap();
    let twice = |text: &str| text.to_owned() + &text[text.find("\n[[revision]]").unwrap()..];
    assert_clean(&files.clone().add(LOCK_FILE, twice(&lock)));
    let heads = lock.replace("heads = ", "heads = [\"001\"]\nheads = ");
    let report = files.add(LOCK_FILE, heads).report();
    assert!(
        report.contains("the lock holds both sides of a conflict"),
        "{report}"
    );
}

#[test]
fn a_revision_to_be_written_may_be_written() {
    let up = "-- migcheck: revises = \"002\"\n";
    let skeleton = sound()
        .add("003_a.up.sql", format!("{up}-- Adds a.\n"))
        .add("003_a.down.sql", "-- Undoes `Adds a`.\n")
        .locked();
    assert_clean(&skeleton);
    assert_clean(
        &skeleton
            .clone()
            .add("003_a.up.sql", format!("{up}-- Adds all of it.\n")),
    );
    let written = skeleton
        .add("003_a.up.sql", format!("{up}CREATE TABLE a (b int);\n"))
        .add("003_a.down.sql", "DROP TABLE a;\n");
    let warned = written.check();
    assert_eq!(warned.counts(), (0, 1));
    assert_eq!(written.codes(), ["lock-stale"]);
    let above = written.locked().revision("004_b", "\"003\"").locked();
    assert_clean(&above);
}

#[test]
fn a_locked_revision_has_another_parent() {
    let files = sound()
        .revision("003_a", "\"002\"")
        .locked()
        .revision("003_a", "\"001\"");
    assert_snapshot!(files.report(), @r#"
    error[multiple-heads]: the history has 2 heads, and one is allowed
     --> migrations/002_orders.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ^^^^^ `002` is a head: nothing revises it
      |
     ::: migrations/003_a.up.sql:1:24
      |
    1 | -- migcheck: revises = "001"
      |                        ----- `003` is a head: nothing revises it
      |
      = note: they part after `001`
      = help: `cargo migcheck merge` adds a revision that joins them
      = help: or, if no database has run `003`: `cargo migcheck rebase 003 --onto 002`

    error[reparented-after-lock]: `003` revises `001`, and revised `002` when it was locked
    --> migrations/003_a.up.sql
     = help: restore the parent; if no database ever ran it: `cargo migcheck lock --accept 003`
    "#);
}

#[test]
fn the_lock_is_stale() {
    let files = ["003_a", "004_b", "005_c", "006_d"]
        .iter()
        .zip(["002", "003", "004", "005"]);
    let files = files.fold(sound().locked(), |files, (name, parent)| {
        files.revision(name, &format!("\"{parent}\""))
    });
    assert_snapshot!(files.report(), @r#"
    warning[lock-stale]: the lock does not record `003`, `004`, `005` and 1 more
    --> migrations/003_a.up.sql
     = help: `cargo migcheck lock` records them
    "#);
}

/// What a round trip on `servers` would record: of nothing, and of each revision in its order.
fn fingerprinted(files: &Files, servers: &[&str]) -> Files {
    let graph = files.graph();
    let mut all = Fingerprints::default();
    for server in servers {
        let states = States::new(&graph, Dialect::Postgres);
        let recorded = (0..=graph.len()).map(|count| {
            let applied: Vec<bool> = (0..graph.len()).map(|at| at < count).collect();
            let tops = tops(&graph, &applied);
            let (scripts, schema) = (states.scripts(&tops), Checksum([0; 32]));
            (states.name(&tops), Fingerprint { scripts, schema })
        });
        all.set(*server, recorded.collect());
    }
    files.clone().add(FINGERPRINTS_FILE, all.to_text())
}

/// The report, in which each line of the file is as long as it has to be.
fn shortened(files: &Files) -> String {
    let report = files.report();
    let mut short = String::new();
    for line in report.lines() {
        let end = line.find(" = { scripts = \"").unwrap_or(line.len());
        short.push_str(&format!("{}\n", &line[..end]));
    }
    short
}

#[test]
fn fingerprints_hold_until_a_script_changes() {
    let known = fingerprinted(&sound(), &["postgres-17", "mysql-9.7"]);
    assert_clean(&known);
    assert!(
        known
            .graph()
            .schemas()
            .schema("postgres-17", &[1])
            .is_some()
    );

    let grown = known.clone().revision("003_parcels", "\"002\"");
    assert_snapshot!(shortened(&grown), @r#"
    warning[fingerprints-stale]: mysql-9.7 has no fingerprint of `003`
     --> migrations/fingerprints.toml:4:2
      |
    4 | ["mysql-9.7"]
      |  ^^^^^^^^^^^ added since
      |
      = note: `verify --schema` and `identify` do without what is not of the scripts as they are
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew

    warning[fingerprints-stale]: postgres-17 has no fingerprint of `003`
     --> migrations/fingerprints.toml:9:2
      |
    9 | ["postgres-17"]
      |  ^^^^^^^^^^^^^ added since
      |
      = note: `verify --schema` and `identify` do without what is not of the scripts as they are
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    let edited = known.clone().add(
        "001_users.up.sql",
        "-- migcheck: revises = \"base\"\nCREATE TABLE users (id bigint);\n",
    );
    assert_snapshot!(shortened(&edited), @r#"
    warning[fingerprints-stale]: fingerprints of mysql-9.7 are of other scripts: `001` and 1 more
     --> migrations/fingerprints.toml:5:1
      |
    5 | "001"
      | ^^^^^ it, or what it builds on, was edited since
      |
      = note: `verify --schema` and `identify` do without what is not of the scripts as they are
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew

    warning[fingerprints-stale]: fingerprints of postgres-17 are of other scripts: `001` and 1 more
      --> migrations/fingerprints.toml:10:1
       |
    10 | "001"
       | ^^^^^ it, or what it builds on, was edited since
       |
       = note: `verify --schema` and `identify` do without what is not of the scripts as they are
       = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    let schemas = edited.graph().schemas().clone();
    assert!(schemas.schema("postgres-17", &[]).is_some());
    assert_eq!(schemas.schema("postgres-17", &[0]), None);
    assert_eq!(schemas.schema("postgres-17", &[1]), None);

    let gone = fingerprinted(&sound().revision("003_parcels", "\"002\""), &["sqlite-3"]);
    let gone = gone
        .without("003_parcels.up.sql")
        .without("003_parcels.down.sql");
    assert_snapshot!(shortened(&gone), @r#"
    warning[fingerprints-stale]: fingerprints of sqlite-3 are of revisions that are not here: `003`
     --> migrations/fingerprints.toml:7:1
      |
    7 | "003"
      | ^^^^^ there is no such revision
      |
      = note: `verify --schema` and `identify` do without what is not of the scripts as they are
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    let silenced = native().into_inner()[CONFIG_FILE].clone();
    let silenced = [&silenced[..], b"rules.fingerprints-stale = \"allow\"\n"].concat();
    assert_clean(&gone.add(CONFIG_FILE, silenced));
}

#[test]
fn the_fingerprints_cannot_be_read() {
    let with = |text: &str| {
        let files = sound().add(FINGERPRINTS_FILE, text);
        assert_eq!(files.graph().schemas().servers().count(), 0);
        files.report()
    };
    assert_snapshot!(with("version = 1\n[\"postgres-17\"]\n<<<<<<< HEAD\n\"001\" = {}\n=======\n"), @r#"
    error[fingerprints-unreadable]: the file holds git's conflict markers
     --> migrations/fingerprints.toml:3:1
      |
    3 | <<<<<<< HEAD
      | ^^^^^^^^^^^^
      |
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    assert_snapshot!(with("version = 1\n[\"postgres-17\"]\n\"001\" = { scripts = \"0g\", schema = \"\" }\n"), @r#"
    error[fingerprints-unreadable]: not a SHA-256 in hexadecimal
     --> migrations/fingerprints.toml:3:21
      |
    3 | "001" = { scripts = "0g", schema = "" }
      |                     ^^^^
      |
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    assert_snapshot!(with("version = 1\n[\"oracle-23\"]\n"), @r#"
    error[fingerprints-unreadable]: `oracle-23` is no server
     --> migrations/fingerprints.toml:2:2
      |
    2 | ["oracle-23"]
      |  ^^^^^^^^^^^
      |
      = help: they are called `postgres-17`, `mysql-9.7`; `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    assert_snapshot!(with("version = 2\n"), @r#"
    error[fingerprints-unreadable]: this version of migcheck does not know this format
     --> migrations/fingerprints.toml:1:11
      |
    1 | version = 2
      |           ^
      |
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
    assert_snapshot!(with("version = 1\n[\"postgres-17\n"), @r#"
    error[fingerprints-unreadable]: unclosed table, expected `]`
     --> migrations/fingerprints.toml:2:14
      |
    2 | ["postgres-17
      |              ^
      |
      = help: `cargo migcheck roundtrip --write-fingerprints` writes it anew
    "#);
}

#[test]
fn the_lock_cannot_be_read() {
    let with = |lock: &str| sound().add(LOCK_FILE, lock).report();
    assert_snapshot!(with("version = 2\nheads = []\n"), @r#"
    error[lock-unreadable]: the lock cannot be read: this version of migcheck does not know this lock format
     --> migrations/migcheck.lock:1:11
      |
    1 | version = 2
      |           ^
      |
      = help: upgrade migcheck
    "#);
    assert_snapshot!(with("version = 1\n<<<<<<< HEAD\nheads = [\"a\"]\n=======\nheads = [\"b\"]\n>>>>>>> x\n"), @r#"
    error[lock-unreadable]: the lock holds git's conflict markers: two branches each added a revision
     --> migrations/migcheck.lock:2:1
      |
    2 | <<<<<<< HEAD
      | ^^^^^^^^^^^^
      |
      = help: `cargo migcheck lock` writes it anew from both sides; `merge` and `rebase` do so too
    "#);
    assert_snapshot!(with("version = 1\nheads = []\n[[revision]]\nid = \"1\"\nrevises = []\nchain = \"12\"\n"), @r#"
    error[lock-unreadable]: the lock cannot be read: not a SHA-256 in hexadecimal
     --> migrations/migcheck.lock:6:9
      |
    6 | chain = "12"
      |         ^^^^
      |
      = help: restore it from version control; or delete it, and `cargo migcheck lock` records everything as it stands
    "#);
    assert_snapshot!(with(""), @r#"
    error[lock-unreadable]: the lock cannot be read: the key `version` is missing
    --> migrations/migcheck.lock
     = help: restore it from version control; or delete it, and `cargo migcheck lock` records everything as it stands
    "#);
}
