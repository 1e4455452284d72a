#![allow(clippy::unwrap_used)]

use super::*;

const CANARY: &str = "c4n@ry#s3/cr?t%";
const ENCODED: &str = "c4n%40ry%23s3%2Fcr%3Ft%25";

fn url(text: &str) -> DatabaseUrl {
    text.parse().unwrap()
}

#[test]
fn every_scheme_has_its_dialect() {
    for (text, dialect, database) in [
        ("postgres://u@h/shop", Dialect::Postgres, Some("shop")),
        ("postgresql://u@h:5433", Dialect::Postgres, None),
        (
            "postgres:///?host=/run/postgresql&dbname=shop",
            Dialect::Postgres,
            Some("shop"),
        ),
        ("mysql://u@h/sh%20op", Dialect::MySql, Some("sh op")),
        ("MariaDB://u@h/shop", Dialect::MySql, Some("shop")),
        ("sqlite:shop.db", Dialect::Sqlite, Some("shop.db")),
        (
            "sqlite://shop.db?mode=rwc",
            Dialect::Sqlite,
            Some("shop.db"),
        ),
        (
            "postgres://h/shop?user=me@work",
            Dialect::Postgres,
            Some("shop"),
        ),
        (
            "sqlite:///srv/shop.db",
            Dialect::Sqlite,
            Some("/srv/shop.db"),
        ),
        ("sqlite::memory:", Dialect::Sqlite, Some(":memory:")),
    ] {
        let url = url(text);
        assert_eq!(url.dialect(), dialect, "{text}");
        assert_eq!(url.database().as_deref(), database, "{text}");
    }
}

#[test]
fn the_password_is_never_printed() {
    for text in [
        format!("postgres://u:{ENCODED}@h/d"),
        format!("postgres://h/d?user=u&password={ENCODED}&sslmode=disable"),
        format!("mysql://u:{ENCODED}@h/d?PASSWORD={ENCODED}"),
        format!("mariadb://:{ENCODED}@h/d"),
    ] {
        let url = url(&text);
        assert!(url.reveal().contains(ENCODED), "{text}");
        for shown in [format!("{url}"), format!("{url:?}"), format!("{url:#?}")] {
            assert!(shown.contains("***"), "{shown}");
            assert!(
                !shown.contains(ENCODED) && !shown.contains("c4n"),
                "{shown}"
            );
        }
        let said = url.mask(&format!("cannot use {CANARY} or {ENCODED} at h"));
        assert_eq!(said, "cannot use *** or *** at h");
    }
}

#[test]
fn masking_leaves_other_text_alone() {
    assert_eq!(
        url("postgres://u@h/d").mask("nothing secret"),
        "nothing secret"
    );
    assert_eq!(url("sqlite:a.db").mask("nothing secret"), "nothing secret");
    assert_eq!(
        url("mysql://u:@h/d").mask("nothing secret"),
        "nothing secret"
    );
}

#[test]
fn another_database_of_the_same_server() {
    for (text, name, want) in [
        (
            "postgres://u:p@h/a?sslmode=disable",
            "b",
            "postgres://u:p@h/b?sslmode=disable",
        ),
        ("postgres://u@h?dbname=a", "b", "postgres://u@h/b"),
        ("mysql://u@h", "b?c#d", "mysql://u@h/b%3Fc%23d"),
        ("sqlite:a.db?mode=ro", "dir/b.db", "sqlite:dir/b.db?mode=ro"),
    ] {
        let other = url(text).with_database(name);
        assert_eq!(other.reveal(), want);
        assert_eq!(url(&other.reveal()), other);
    }
}

#[test]
fn a_malformed_url_is_explained_without_repeating_it() {
    let secret = "hunter2";
    for (text, says) in [
        ("", "no scheme"),
        ("localhost/db", "no scheme"),
        ("u:hunter2@h/d", "no scheme"),
        ("postgre://u:hunter2@h/d", "did you mean `postgres`?"),
        ("mysq://u:hunter2@h/d", "did you mean `mysql`?"),
        (
            "oracle://u:hunter2@h/d",
            "`oracle` is no database scheme; a good URL looks like",
        ),
        ("postgres:u:hunter2@h/d", "`//` is missing"),
        ("postgres://u:hunter2/x@h/d", "invalid port"),
        ("postgres://u:22/hunter2@h/d", "an `@` behind the host"),
        ("postgres://u:22?hunter2@h/d", "an `@` behind the host"),
        ("postgres://u:22#hunter2@h/d", "an `@` behind the host"),
        ("mysql://u:p@h/d#hunter2", "a `#` in it"),
        // The host would be `x`, and the rest of the password its database.
        ("postgres://u:p@x/hunter2@h/d", "an `@` behind the host"),
        ("postgres://u:p@x?hunter2@h/d", "an `@` behind the host"),
        ("postgres://u:p@x?a=hunter2@h/d", "an `@` behind the host"),
        ("sqlite:", "names no file"),
    ] {
        let error = text.parse::<DatabaseUrl>().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(says), "{text}: {shown}");
        assert!(!shown.contains(secret), "{shown}");
        assert!(error.to_string().contains("looks like `"), "{shown}");
    }
}
