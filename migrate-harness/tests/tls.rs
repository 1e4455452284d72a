//! Running servers that are reached over TLS, with certificates that are right and wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use migcheck_db::DatabaseUrl;
use migcheck_harness::{Server, StartError, StartOptions};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// A certificate and its key, in PEM.
struct Pair {
    certificate: String,
    key: String,
}

/// An authority, and what it signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// A server's certificate for `host`.
    fn sign(&self, host: &str) -> Pair {
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A certificate that signs itself; `openssl req -x509` lets it say that it may sign others too.
fn self_signed(host: &str, says_so: bool) -> Pair {
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    if says_so {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let key = KeyPair::generate().unwrap();
    Pair {
        certificate: params.self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

/// A container that is made to speak TLS.
struct TlsServer {
    server: Server,
    container: String,
    url: DatabaseUrl,
    folder: tempfile::TempDir,
    second: Option<Container>,
}

/// A container that goes with the test.
struct Container(String);

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "-f", "-v", &self.0]);
    }
}

fn docker(arguments: &[&str]) -> String {
    let done = Command::new("docker").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "docker {arguments:?}: {said}");
    String::from_utf8(done.stdout).unwrap()
}

impl TlsServer {
    async fn start(spec: &str) -> Self {
        let options = StartOptions::default();
        let server = Server::start(&spec.parse().unwrap(), &options)
            .await
            .unwrap();
        let mut containers = containers(spec);
        // The database goes with the server, and the login is all that is wanted of it.
        let home = server.scratch().await.unwrap();
        let url = home.url().clone();
        std::mem::forget(home);
        Self {
            server,
            container: containers.pop().unwrap(),
            url,
            folder: tempfile::tempdir().unwrap(),
            second: None,
        }
    }

    fn host(&self) -> String {
        let url = self.url.reveal();
        let host = url.split_once('@').unwrap().1;
        host.split(':').next().unwrap().to_owned()
    }

    /// MariaDB speaks TLS from its start or never: another container of the image takes the place.
    async fn begin_with(&mut self, image: &str, pair: &Pair) {
        let name = format!("migcheck-tls-{}", std::process::id());
        let (certificate, key) = ("/tmp/certificate.pem", "/tmp/key.pem");
        docker(&[
            "create",
            "--name",
            &name,
            "-p",
            "3306",
            "-e",
            "MARIADB_ROOT_PASSWORD=secret",
            image,
            "--ssl-cert",
            certificate,
            "--ssl-key",
            key,
        ]);
        self.second = Some(Container(name.clone()));
        for (text, path) in [(&pair.certificate, certificate), (&pair.key, key)] {
            let file = self.file("begin.pem", text);
            docker(&["cp", &file.display().to_string(), &format!("{name}:{path}")]);
        }
        docker(&["start", &name]);
        docker(&[
            "exec",
            "-u",
            "root",
            &name,
            "chown",
            "mysql",
            certificate,
            key,
        ]);
        let ports = docker(&["port", &name, "3306/tcp"]);
        let port = ports.lines().next().unwrap().rsplit(':').next().unwrap();
        let url = format!(
            "mariadb://root:secret@{}:{port}/mysql?ssl-mode=DISABLED",
            self.host()
        );
        self.url = url.parse().unwrap();
        self.container = name;
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while let Err(error) = migcheck_db::connect(&self.url).await {
            assert!(std::time::Instant::now() < deadline, "{error}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// Has the server use this certificate from now on.
    async fn use_certificate(&self, pair: &Pair) {
        let account = if self.url.dialect().name() == "postgres" {
            "postgres"
        } else {
            "mysql"
        };
        for (name, text) in [("certificate", &pair.certificate), ("key", &pair.key)] {
            let write = format!("umask 077; cat > /tmp/{name}.pem");
            let mut docker = Command::new("docker")
                .args([
                    "exec",
                    "-i",
                    "-u",
                    account,
                    &self.container,
                    "sh",
                    "-c",
                    &write,
                ])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            docker
                .stdin
                .take()
                .unwrap()
                .write_all(text.as_bytes())
                .unwrap();
            assert!(docker.wait().unwrap().success());
        }
        let mut session = migcheck_db::connect(&self.url).await.unwrap();
        let statements: &[&str] = if account == "postgres" {
            &[
                "ALTER SYSTEM SET ssl_cert_file = '/tmp/certificate.pem'",
                "ALTER SYSTEM SET ssl_key_file = '/tmp/key.pem'",
                "ALTER SYSTEM SET ssl = on",
                "SELECT pg_reload_conf()",
            ]
        } else if self.second.is_some() {
            &["FLUSH SSL"]
        } else {
            &[
                "SET GLOBAL ssl_ca = '/tmp/certificate.pem'",
                "SET GLOBAL ssl_cert = '/tmp/certificate.pem'",
                "SET GLOBAL ssl_key = '/tmp/key.pem'",
                "ALTER INSTANCE RELOAD TLS",
            ]
        };
        for statement in statements {
            session.execute(statement).await.unwrap();
        }
        drop(session);
        // The configuration is read a moment after the statement that asks for it.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The URL with other parameters.
    fn with(&self, parameters: &str) -> String {
        let url = self.url.reveal();
        let (url, _) = url.split_once('?').unwrap();
        format!("{url}?{parameters}")
    }

    /// Connects, and says why that cannot be done.
    async fn reach(&self, parameters: &str) -> Result<(), String> {
        let spec = self.with(parameters).parse().unwrap();
        let started = Server::start(&spec, &StartOptions::default()).await;
        match started {
            Ok(server) => {
                let scratch = server.scratch().await.unwrap();
                let mut session = scratch.connect().await.unwrap();
                session.execute("CREATE TABLE t (id int)").await.unwrap();
                scratch.remove().await.unwrap();
                Ok(())
            }
            Err(error @ StartError::Url(_)) => Err(error.to_string()),
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The containers of this process.
/// Those of this process with this image, which one test alone starts.
fn containers(image: &str) -> Vec<String> {
    let filter = format!("label=migcheck.pid={}", std::process::id());
    let image = format!("ancestor={image}");
    let listed = Command::new("docker")
        .args(["ps", "--filter", &filter, "--filter", &image])
        .args(["--format", "{{.Names}}"])
        .output()
        .expect("these tests need the docker command");
    let names = String::from_utf8(listed.stdout).unwrap();
    names.lines().map(str::to_owned).collect()
}

/// How one dialect writes what both mean.
struct Words {
    spec: &'static str,
    encrypted: &'static str,
    verify_ca: &'static str,
    verify_full: &'static str,
    root: &'static str,
    is_set_at_start: bool,
}

const POSTGRES: Words = Words {
    spec: "postgres:17",
    encrypted: "sslmode=require",
    verify_ca: "sslmode=verify-ca",
    verify_full: "sslmode=verify-full",
    root: "sslrootcert",
    is_set_at_start: false,
};

const MYSQL: Words = Words {
    spec: "mysql:9.7",
    encrypted: "ssl-mode=REQUIRED",
    verify_ca: "ssl-mode=VERIFY_CA",
    verify_full: "ssl-mode=VERIFY_IDENTITY",
    root: "ssl-ca",
    is_set_at_start: false,
};

/// A URL of its own scheme, and the words of MySQL.
const MARIADB: Words = Words {
    spec: "mariadb:10.11",
    is_set_at_start: true,
    ..MYSQL
};

async fn certificates_are_verified(words: &Words) {
    let mut server = TlsServer::start(words.spec).await;
    let Words {
        encrypted,
        verify_ca,
        verify_full,
        root,
        ..
    } = words;
    let (authority, stranger) = (Authority::new(), Authority::new());
    if words.is_set_at_start {
        let first = authority.sign(&server.host());
        server.begin_with(words.spec, &first).await;
    }
    let ours = server.file("ca.pem", &authority.certificate);
    let theirs = server.file("stranger.pem", &stranger.certificate);
    let with = |mode: &str, file: &Path| format!("{mode}&{root}={}", file.display());

    server
        .use_certificate(&authority.sign(&server.host()))
        .await;
    assert_eq!(server.reach(encrypted).await, Ok(()));
    assert_eq!(server.reach(&with(verify_ca, &ours)).await, Ok(()));
    assert_eq!(server.reach(&with(verify_full, &ours)).await, Ok(()));
    let refused = async |parameters: &str, cause: &str, help: &str| {
        let said = server.reach(parameters).await.unwrap_err();
        assert!(said.contains(cause) && said.ends_with(help), "{said}");
        assert!(said.contains(":***@"), "{said}");
    };
    let sign = "name the file of the authority that signed it: `sslrootcert=FILE` on PostgreSQL, \
                `ssl-ca=FILE` on MySQL";
    let untrusted = "signed by nobody that is trusted here";
    refused(&with(verify_full, &theirs), untrusted, sign).await;
    refused(verify_full, untrusted, sign).await;
    let missing = server.folder.path().join("no-such.pem");
    let unread = "no-such.pem, which cannot be read: No such file";
    refused(&with(verify_full, &missing), unread, "correct the URL").await;
    let nonsense = server.file("nonsense.pem", "hello");
    let empty = "nonsense.pem, in which there is no certificate in PEM";
    refused(&with(verify_full, &nonsense), empty, "correct the URL").await;

    server
        .use_certificate(&authority.sign("db.example.com"))
        .await;
    assert_eq!(server.reach(&with(verify_ca, &ours)).await, Ok(()));
    let name = "or verify only who signed it: `sslmode=verify-ca` on PostgreSQL, \
                `ssl-mode=VERIFY_CA` on MySQL";
    refused(&with(verify_full, &ours), "db.example.com", name).await;

    // A certificate that signs itself is its own authority, unless it says that it is others'.
    let alone = self_signed(&server.host(), false);
    let itself = server.file("self.pem", &alone.certificate);
    server.use_certificate(&alone).await;
    assert_eq!(server.reach(&with(verify_full, &itself)).await, Ok(()));
    let alone = self_signed(&server.host(), true);
    let itself = server.file("self.pem", &alone.certificate);
    server.use_certificate(&alone).await;
    let make = "`openssl req -x509 -addext basicConstraints=critical,CA:FALSE`";
    refused(&with(verify_full, &itself), "CA:TRUE", make).await;
    assert_eq!(server.reach(encrypted).await, Ok(()));

    server.server.stop().await.unwrap();
}

#[tokio::test]
async fn postgres_is_reached_over_tls() {
    certificates_are_verified(&POSTGRES).await;
}

#[tokio::test]
async fn mariadb_is_reached_over_tls() {
    certificates_are_verified(&MARIADB).await;
}

#[tokio::test]
async fn mysql_is_reached_over_tls() {
    certificates_are_verified(&MYSQL).await;
}
