#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

async fn refused(url: &str, options: ConnectOptions) -> ConnectError {
    match connect_with(&url.parse().unwrap(), &options).await {
        Ok(_) => panic!("{url} let us in"),
        Err(error) => error,
    }
}

#[tokio::test]
#[cfg(feature = "postgres")]
async fn a_closed_port_and_an_unknown_host_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let error = refused(
        &format!("postgres://u:canary@127.0.0.1:{port}/d"),
        ConnectOptions::default(),
    )
    .await;
    assert_eq!(error.kind(), ConnectErrorKind::Refused, "{error}");
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("u:***@127.0.0.1"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");

    let error = refused(
        "postgres://u:canary@no-such-host.invalid/d",
        ConnectOptions::default(),
    )
    .await;
    assert_eq!(error.kind(), ConnectErrorKind::UnknownHost, "{error}");
}

#[tokio::test]
#[cfg(feature = "mysql")]
async fn a_server_that_says_nothing_is_a_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let options = ConnectOptions::default().timeout(Duration::from_millis(50));
    let error = refused(&format!("mysql://u:canary@127.0.0.1:{port}/d"), options).await;
    assert_eq!(error.kind(), ConnectErrorKind::Timeout, "{error}");
    assert!(
        error.to_string().contains("no answer within 50ms"),
        "{error}"
    );
}

#[tokio::test]
#[cfg(feature = "postgres")]
async fn a_wrong_parameter_is_a_configuration_error_without_the_password() {
    let error = refused(
        "postgres://u:canary@localhost/d?sslmode=canary",
        ConnectOptions::default(),
    )
    .await;
    assert_eq!(error.kind(), ConnectErrorKind::Configuration, "{error}");
    assert!(!error.to_string().contains("canary@"), "{error}");
}

#[tokio::test]
#[cfg(feature = "sqlite")]
async fn a_missing_sqlite_file_is_made_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a ?.db");
    let url: DatabaseUrl = "sqlite:x".parse().unwrap();
    let url = url.with_database(path.to_str().unwrap());

    let error = refused(&url.reveal(), ConnectOptions::default()).await;
    assert_eq!(error.kind(), ConnectErrorKind::UnknownDatabase, "{error}");
    assert!(!path.exists());

    let options = ConnectOptions::default().create_if_missing(true);
    let mut session = connect_with(&url, &options).await.unwrap();
    assert!(path.exists());
    let rows = session.rows("PRAGMA foreign_keys", &[]).await;
    drop(rows);
    let made = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE b (a INTEGER REFERENCES a (id)) STRICT";
    session.execute(made).await.unwrap();
    let orphan = session.execute("INSERT INTO b VALUES (1)").await;
    assert!(orphan.unwrap_err().message.contains("FOREIGN KEY"));
}

/// A pooler's words, which no server of the tests says.
#[test]
fn a_pooler_that_hands_nothing_on_is_told_of() {
    let failure = advice::Failure {
        kind: ConnectErrorKind::Other,
        dialect: Dialect::Postgres,
        url: None,
        cause: "unsupported startup parameter: options",
        number: Some("08P01"),
    };
    let help = failure.help();
    assert!(
        help.starts_with("connect to the server itself: the pooler"),
        "{help}"
    );
}
