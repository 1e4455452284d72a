//! Which edits a finding suggests, and which of them `check --fix` may make.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use migcheck_core::fix::apply;
use migcheck_core::{Applicability, CONFIG_FILE, LOCK_FILE};

use support::Files;

/// Two revisions, nothing wrong.
fn sound() -> Files {
    Files::new()
        .add(
            CONFIG_FILE,
            "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n",
        )
        .revision("001_users", "\"base\"")
        .revision("002_orders", "\"001\"")
}

/// The edits of a directory's findings: what becomes of the line, and whether that is safe.
fn edits(files: &Files) -> Vec<(String, Applicability)> {
    let findings = files.check().findings;
    let edits = findings.iter().filter_map(|finding| finding.edit.as_ref());
    edits
        .map(|edit| {
            let edited = apply(&edit.source.text, &[edit]).unwrap();
            (edited.changes[0].added.clone(), edit.applicability)
        })
        .collect()
}

/// The one edit of the directory whose third revision begins with `lines`.
fn edit_of(lines: &str) -> Option<(String, Applicability)> {
    let up = format!("{lines}\nSELECT 1;\n");
    let files = sound()
        .add("003_x.up.sql", up)
        .add("003_x.down.sql", "SELECT 1;\n");
    let edits = edits(&files);
    assert!(edits.len() < 2, "{edits:?}");
    edits.into_iter().next()
}

#[test]
fn what_can_mean_one_thing_is_safe() {
    for (wrong, right) in [
        ("revise = \"002\"", "revises = \"002\""),
        ("Revises = \"002\"", "revises = \"002\""),
        ("revises = 002", "revises = \"002\""),
        ("revises = 2", "revises = \"2\""),
        ("revises = base_2x", "revises = \"base_2x\""),
        ("revises = \"002", "revises = \"002\""),
        ("revises = [\"002\", \"002\"]", "revises = [\"002\"]"),
        ("revises = [\"001\", \"002\"]", "revises = [\"002\"]"),
        ("revises = [\"002\", \"001\"]", "revises = [\"002\"]"),
    ] {
        // An id that quotes make readable may still be unknown: that is another finding.
        let files = sound()
            .add("003_x.up.sql", format!("-- migcheck: {wrong}\nSELECT 1;\n"))
            .add("003_x.down.sql", "SELECT 1;\n");
        let expected = (format!("-- migcheck: {right}"), Applicability::Safe);
        assert!(
            edits(&files).contains(&expected),
            "{wrong}: {:?}",
            edits(&files)
        );
    }
    for (wrong, right) in [
        ("transaction = \"false\"", "transaction = false"),
        ("transaction = False", "transaction = false"),
        ("lables = [\"x\"]", "labels = [\"x\"]"),
        ("labels = x", "labels = \"x\""),
        ("labels = [\"x\", \"x\"]", "labels = [\"x\"]"),
        ("depends_on = [\"001\"]", "depends-on = [\"001\"]"),
        ("depends-on = [\"001\", \"001\"]", "depends-on = [\"001\"]"),
        ("allow = [\"mising-down\"]", "allow = [\"missing-down\"]"),
        ("allow = empty-down", "allow = \"empty-down\""),
    ] {
        let edit = edit_of(&format!(
            "-- migcheck: revises = \"002\"\n-- migcheck: {wrong}"
        ));
        let expected = (format!("-- migcheck: {right}"), Applicability::Safe);
        assert_eq!(edit, Some(expected), "{wrong}");
    }
}

#[test]
fn what_could_mean_another_thing_is_a_guess() {
    for (wrong, guess) in [
        // What the id of a revision is, is not guessed.
        ("revisions = \"003\"", "revision = \"003\""),
        ("revision_ = \"003\"", "revision = \"003\""),
        // There would be two.
        ("revise = \"001\"", "revises = \"001\""),
        // It would still be wrong.
        ("lables = 7", "labels = 7"),
        ("transactio = \"off\"", "transaction = \"off\""),
        // Too far away.
        ("labl = [\"x\"]", "labels = [\"x\"]"),
    ] {
        let edit = edit_of(&format!(
            "-- migcheck: revises = \"002\"\n-- migcheck: {wrong}"
        ));
        let expected = (format!("-- migcheck: {guess}"), Applicability::Guess);
        assert_eq!(edit, Some(expected), "{wrong}");
    }
    // The nearest id is never more than a guess.
    let edit = edit_of("-- migcheck: revises = \"002_orders\"");
    let expected = "-- migcheck: revises = \"002\"".to_owned();
    assert_eq!(edit, Some((expected, Applicability::Guess)));
}

#[test]
fn what_takes_a_decision_has_no_edit() {
    for wrong in [
        "transaction = \"no\"",
        "labels = [x, y]",
        "revises = \"001\"",
        "depends-on = [\"003\"]",
        "allow = [\"cycle\"]",
        "irreversible = \"\"",
    ] {
        let edit = edit_of(&format!(
            "-- migcheck: revises = \"002\"\n-- migcheck: {wrong}"
        ));
        assert_eq!(edit, None, "{wrong}");
    }
}

#[test]
fn a_list_that_another_script_repeats_is_not_changed_in_one_of_them() {
    let up = "-- migcheck: revises = [\"001\", \"002\"]\nSELECT 1;\n";
    let files = sound()
        .add("003_x.up.mysql.sql", up)
        .add("003_x.up.sql", up)
        .add("003_x.down.sql", "SELECT 1;\n");
    let all = edits(&files);
    assert!(!all.is_empty());
    assert!(all.iter().all(|(_, how)| *how == Applicability::Guess));
}

#[test]
fn the_configuration_is_mended_where_that_helps() {
    let of = |line: &str| {
        let config = format!("naming.file = \"{{seq}}_{{slug}}\"\n{line}\n");
        edits(&sound().add(CONFIG_FILE, config))
    };
    for (wrong, right) in [
        ("layout = \"natve\"", "layout = \"native\""),
        ("layot = \"native\"", "layout = \"native\""),
        ("layout = native", "layout = \"native\""),
        ("databases = [\"postgresql\"]", "databases = [\"postgres\"]"),
        (
            "rules.mising-down = \"warn\"",
            "rules.missing-down = \"warn\"",
        ),
        (
            "rules.missing-down = \"wran\"",
            "rules.missing-down = \"warn\"",
        ),
    ] {
        assert_eq!(
            of(wrong),
            [(right.to_owned(), Applicability::Safe)],
            "{wrong}"
        );
    }
    // Two keys of one name would be no TOML at all.
    let twice = of("bases = 1\nbase = 2");
    assert_eq!(twice, [("bases = 2".to_owned(), Applicability::Guess)]);
}

#[test]
fn a_revises_that_cannot_be_read_is_not_reported_as_missing_too() {
    for wrong in ["revises = 2", "revises = 002", "revise = base", "revises ="] {
        let files = sound()
            .add("003_x.up.sql", format!("-- migcheck: {wrong}\nSELECT 1;\n"))
            .add("003_x.down.sql", "SELECT 1;\n");
        assert_eq!(files.codes(), ["invalid-directive"], "{wrong}");
    }
}

/// The notes about the lock, and what `--fix` may do.
fn guarded(files: &Files) -> Vec<(Applicability, bool)> {
    let findings = files.check().findings;
    findings
        .iter()
        .filter_map(|finding| {
            let edit = finding.edit.as_ref()?;
            let noted = finding.notes.iter().any(|note| note.contains("`--fix`"));
            Some((edit.applicability, noted))
        })
        .collect()
}

#[test]
fn a_script_that_the_lock_records_is_left_alone() {
    let typo = "-- migcheck: revises = \"001\"\n-- migcheck: lables = [\"x\"]\nSELECT 1;\n";
    let free = sound().add("002_orders.up.sql", typo);
    assert_eq!(guarded(&free), [(Applicability::Safe, false)]);
    let locked = sound().locked().add("002_orders.up.sql", typo);
    assert_eq!(guarded(&locked), [(Applicability::Guess, true)]);
    // A revision that came after the lock is free.
    let later = sound()
        .locked()
        .add("003_x.up.sql", typo.replace("001", "002"))
        .add("003_x.down.sql", "SELECT 1;\n");
    assert_eq!(guarded(&later), [(Applicability::Safe, false)]);
    let unreadable = free.clone().add(LOCK_FILE, "<<<<<<< HEAD\n");
    assert_eq!(guarded(&unreadable), [(Applicability::Guess, true)]);
}

#[test]
fn a_revision_that_was_recorded_empty_is_free_once_it_is_filled_in() {
    let made = "-- migcheck: revises = \"002\"\n";
    let files = sound()
        .add("003_x.up.sql", made)
        .add("003_x.down.sql", "-- Undoes it.\n")
        .locked()
        .add(
            "003_x.up.sql",
            format!("{made}-- migcheck: lables = [\"x\"]\nSELECT 1;\n"),
        );
    assert_eq!(guarded(&files), [(Applicability::Safe, false)]);
}

#[test]
fn a_merge_that_was_recorded_is_left_alone() {
    let made = "-- migcheck: revises = [\"002\", \"003\"]\n";
    let files = sound()
        .revision("003_x", "\"001\"")
        .add("004_merge.up.sql", made)
        .add("004_merge.down.sql", "")
        .locked()
        .add(
            "004_merge.up.sql",
            format!("{made}-- migcheck: lables = [\"x\"]\nSELECT 1;\n"),
        );
    assert!(guarded(&files).contains(&(Applicability::Guess, true)));
}

#[test]
fn one_of_two_sections_in_a_file_is_enough_to_guard_it() {
    let text = "-- migrate:up\nCREATE TABLE t (id int);\n-- migrate:down\nDROP TABLE t;\n";
    let typo = format!("-- migcheck: lables = [\"x\"]\n{text}");
    let free = Files::new().add("20250101000000_t.sql", &typo);
    assert_eq!(guarded(&free), [(Applicability::Safe, false)]);
    let locked = Files::new()
        .add("20250101000000_t.sql", text)
        .locked()
        .add("20250101000000_t.sql", &typo);
    assert_eq!(guarded(&locked), [(Applicability::Guess, true)]);
}

#[test]
fn two_heads_hide_neither_a_second_claim_of_an_id_nor_a_missing_parent() {
    let fork = sound().revision("003_search", "\"001\"");
    assert_eq!(fork.codes(), ["multiple-heads"]);
    let claimed = fork.clone().revision("002_invoices", "\"001\"");
    assert_eq!(claimed.codes(), ["multiple-heads", "duplicate-revision"]);
    let missing = fork.revision("005_parcels", "\"004\"");
    assert_eq!(missing.codes(), ["multiple-heads", "unknown-parent"]);
}
