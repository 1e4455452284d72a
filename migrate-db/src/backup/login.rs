//! How the programs log in. Those of MySQL and MariaDB take an option file, or arguments, in which there is no
//! password; those of PostgreSQL take libpq's parameters.

use std::fmt::Write as _;

use crate::DatabaseUrl;

/// An option, by its long name, and its value if it takes one.
type Setting = (&'static str, Option<String>);

/// What an option file holds that nobody else may read.
pub(super) fn option_file(url: &DatabaseUrl, is_mariadb: bool) -> String {
    let mut text = "[client]\n".to_owned();
    for (name, value) in settings(url, is_mariadb) {
        let _written = match value {
            Some(value) => {
                // With a quote that is not escaped, what follows `#` would be a comment.
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                let value = value.replace('\n', "\\n");
                writeln!(text, "{name}=\"{value}\"")
            }
            None => writeln!(text, "{name}"),
        };
    }
    text
}

/// The same as arguments, which everybody can read.
pub(super) fn arguments(url: &DatabaseUrl, is_mariadb: bool) -> Vec<String> {
    let settings = settings(url, is_mariadb).into_iter();
    settings
        .filter(|(name, _)| *name != "password")
        .map(|(name, value)| match value {
            Some(value) => format!("--{name}={value}"),
            None => format!("--{name}"),
        })
        .collect()
}

fn settings(url: &DatabaseUrl, is_mariadb: bool) -> Vec<Setting> {
    let login = url.login();
    let mut settings: Vec<Setting> = [
        ("user", login.user),
        ("password", login.password),
        ("host", login.host),
        ("port", login.port.map(|port| port.to_string())),
        ("ssl-ca", url.parameter(&["ssl-ca", "sslca"])),
        ("ssl-cert", url.parameter(&["ssl-cert", "sslcert"])),
        ("ssl-key", url.parameter(&["ssl-key", "sslkey"])),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_some())
    .collect();
    let protocol = match url.parameter(&["socket"]) {
        Some(socket) => {
            settings.push(("socket", Some(socket)));
            ("protocol", Some("socket".to_owned()))
        }
        // For these programs `localhost` is a socket, for migcheck it is a host.
        None => ("protocol", Some("tcp".to_owned())),
    };
    settings.push(protocol);
    let mode = url.parameter(&["ssl-mode", "sslmode"]);
    let mode = mode.map(|mode| mode.to_uppercase());
    match (mode.as_deref(), is_mariadb) {
        (Some(mode), false) => settings.push(("ssl-mode", Some(mode.to_owned()))),
        (Some("DISABLED"), true) => settings.push(("skip-ssl", None)),
        (Some("VERIFY_CA" | "VERIFY_IDENTITY"), true) => {
            settings.extend([("ssl", None), ("ssl-verify-server-cert", None)]);
        }
        (Some("REQUIRED"), true) => settings.push(("ssl", None)),
        _ => {}
    }
    if !is_mariadb {
        // As migcheck itself does, where the connection is not encrypted.
        settings.push(("get-server-public-key", None));
    }
    settings
}

/// What the URL says of TLS, by libpq's names.
pub(super) fn libpq_tls(url: &DatabaseUrl) -> Vec<(&'static str, String)> {
    let names = [
        ("sslmode", &["sslmode", "ssl-mode"][..]),
        ("sslrootcert", &["sslrootcert", "ssl-root-cert", "ssl-ca"]),
        ("sslcert", &["sslcert", "ssl-cert"]),
        ("sslkey", &["sslkey", "ssl-key"]),
    ];
    names
        .into_iter()
        .filter_map(|(name, spellings)| Some((name, url.parameter(spellings)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_password_is_quoted_for_an_option_file_and_is_no_argument() {
        let url: DatabaseUrl = "mysql://app:a%22b%5C%23@localhost/shop?ssl-mode=required"
            .parse()
            .unwrap();
        assert_eq!(
            option_file(&url, false),
            "[client]\nuser=\"app\"\npassword=\"a\\\"b\\\\#\"\nhost=\"localhost\"\nprotocol=\"tcp\"\n\
             ssl-mode=\"REQUIRED\"\nget-server-public-key\n"
        );
        assert!(option_file(&url, true).ends_with("protocol=\"tcp\"\nssl\n"));
        assert_eq!(
            arguments(&url, true),
            ["--user=app", "--host=localhost", "--protocol=tcp", "--ssl"]
        );
    }
}
