//! What can be wrong with certificates, in words that say what to do.
//!
//! The TLS library hands its verdict on as an I/O error without a number, so it is told by its words.

use crate::DatabaseUrl;

/// Why the server's certificate was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CertificateFault {
    /// Nobody signed it that is trusted.
    Untrusted,
    /// It is another server's.
    OtherName,
    /// It is that of an authority, which must not serve; `openssl req -x509` makes such.
    IsAuthority,
    /// It is too old or too young.
    Time,
    /// Anything else.
    Other,
}

impl CertificateFault {
    /// The fault that a message of the TLS library is about, if it is about one.
    pub(super) fn of(message: &str) -> Option<Self> {
        let (_, verdict) = message.split_once("invalid peer certificate: ")?;
        let is = |word: &str| verdict.contains(word);
        Some(if is("UnknownIssuer") || is("BadSignature") {
            Self::Untrusted
        } else if is("not valid for") || is("NotValidForName") {
            Self::OtherName
        } else if is("CaUsedAsEndEntity") {
            Self::IsAuthority
        } else if is("expired") || is("Expired") || is("not valid yet") || is("NotValidYet") {
            Self::Time
        } else {
            Self::Other
        })
    }

    /// The message in plain words, where the library's are its own names for things.
    pub(super) fn words(self, message: &str) -> String {
        match self {
            Self::Untrusted => {
                "the server's certificate is signed by nobody that is trusted here".to_owned()
            }
            Self::IsAuthority => {
                "the server's certificate is that of an authority (CA:TRUE), with which no server may show itself"
                    .to_owned()
            }
            Self::OtherName | Self::Time | Self::Other => {
                message.replace("invalid peer certificate: ", "the server's certificate is not accepted: ")
            }
        }
    }

    /// What to do about it.
    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Untrusted => {
                "name the file of the authority that signed it: `sslrootcert=FILE` on PostgreSQL, `ssl-ca=FILE` on MySQL"
            }
            Self::OtherName => {
                "connect to a name that the certificate is for, or verify only who signed it: `sslmode=verify-ca` on \
                 PostgreSQL, `ssl-mode=VERIFY_CA` on MySQL"
            }
            Self::IsAuthority => {
                "give the server a certificate that the authority signs, or one of its own made with `openssl req -x509 \
                 -addext basicConstraints=critical,CA:FALSE`"
            }
            Self::Time => "renew the server's certificate, or set this machine's clock",
            Self::Other => "see the server's certificate with `openssl x509 -noout -text -in FILE`",
        }
    }
}

/// The parameters of URLs that name a file of certificates to trust, in the drivers' spellings.
const ROOTS: [&str; 4] = ["sslrootcert", "ssl-root-cert", "ssl-ca", "sslca"];

/// Those that name another file.
const FILES: [&str; 4] = ["sslcert", "ssl-cert", "sslkey", "ssl-key"];

/// What is wrong with the files that the URL names: the drivers' own errors do not tell which file is
/// meant, and one without a certificate in it is taken for an empty list.
pub(super) fn bad_file(url: &DatabaseUrl) -> Option<String> {
    url.parameters().find_map(|(name, path)| {
        let is_root = ROOTS.contains(&&*name);
        if !(is_root || FILES.contains(&&*name)) || path.starts_with("-----BEGIN") {
            return None;
        }
        match std::fs::read(&*path) {
            Err(error) => Some(format!(
                "`{name}` names {path}, which cannot be read: {error}"
            )),
            Ok(text) if is_root && !is_certificate(&text) => Some(format!(
                "`{name}` names {path}, in which there is no certificate in PEM"
            )),
            Ok(_) => None,
        }
    })
}

fn is_certificate(text: &[u8]) -> bool {
    let begin = b"-----BEGIN CERTIFICATE-----";
    text.windows(begin.len()).any(|part| part == begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_told_by_its_words() {
        for (message, fault) in [
            (
                "invalid peer certificate: UnknownIssuer",
                Some(CertificateFault::Untrusted),
            ),
            (
                "invalid peer certificate: certificate expired: …",
                Some(CertificateFault::Time),
            ),
            (
                "invalid peer certificate: Revoked",
                Some(CertificateFault::Other),
            ),
            ("connection reset", None),
        ] {
            assert_eq!(CertificateFault::of(message), fault, "{message}");
        }
    }
}
