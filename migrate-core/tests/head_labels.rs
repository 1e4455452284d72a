//! `heads = ["expand", "contract"]`: one head for each label.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use insta::assert_snapshot;
use support::Files;

const CONFIG: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n";

/// Two branches of labels of their own, as in a schema that is expanded first and contracted later.
fn labelled(heads: &str) -> Files {
    let labelled = |id: &str, label: &str| {
        format!(
            "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"{label}\"]\nCREATE TABLE t_{id} (id int);\n"
        )
    };
    Files::new()
        .add("migcheck.toml", format!("heads = {heads}\n{CONFIG}"))
        .revision("001_users", "\"base\"")
        .add("002_add.up.sql", labelled("002", "expand"))
        .add("002_add.down.sql", "DROP TABLE t_002;\n")
        .add("003_drop.up.sql", labelled("003", "contract"))
        .add("003_drop.down.sql", "DROP TABLE t_003;\n")
}

const BOTH: &str = "[\"expand\", \"contract\"]";

#[test]
fn each_label_has_its_head() {
    let files = labelled(BOTH)
        .revision("004_more", "\"002\"")
        .revision("005_less", "\"003\"");
    assert_eq!(files.report(), "");
    assert_eq!(labelled(BOTH).report(), "");
}

#[test]
fn a_label_with_two_heads() {
    assert_snapshot!(
        labelled(BOTH)
            .revision("004_more", "\"002\"")
            .revision("005_other", "\"002\"")
            .report()
    );
}

#[test]
fn a_head_without_a_label() {
    let files = labelled("[\"expand\", \"contract\", \"reports\"]");
    let reports =
        "-- migcheck: revises = \"002\"\n-- migcheck: labels = [\"reports\"]\nSELECT 1;\n";
    let files = files
        .add("004_reports.up.sql", reports)
        .add("004_reports.down.sql", "SELECT 1;\n")
        .revision("005_other", "\"001\"");
    assert_snapshot!(files.report());
}

#[test]
fn two_labels_with_one_head() {
    let files = labelled(BOTH).revision("004_joined", "[\"002\", \"003\"]");
    assert_snapshot!(files.report());
}

#[test]
fn more_heads_than_labels() {
    let files = labelled(BOTH).revision("004_other", "\"001\"");
    assert_snapshot!(files.report());
}
