//! On a server: logins, rights, addresses, what the history says.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use migcheck_core::Dialect;
use migcheck_db::connect;

use super::{Page, directory};
use crate::place::{Database, Directory, Place, block_on};

/// What is always the same, so that lines break where they do: a database and a user of this name.
const NAME: &str = "wrong_shop";
const USER: &str = "wrong-app";
const PASSWORD: &str = "Sesame-7";

struct Shop<'a> {
    place: &'a Place,
    /// Another database, through which the administrator makes this one.
    admin: Database,
    port: String,
    directory: Directory,
    page: Page,
}

pub(super) fn page(place: &Place) -> String {
    let admin = place.database();
    let mut shop = Shop {
        place,
        port: admin.login().port,
        admin,
        directory: directory(),
        page: Page::default(),
    };
    shop.make();
    shop.addresses();
    shop.logins();
    shop.rights();
    shop.reading();
    shop.read_only();
    shop.history();
    shop.remove();
    shop.page.0
}

impl Shop<'_> {
    fn is_postgres(&self) -> bool {
        self.place.dialect() == Dialect::Postgres
    }

    fn scheme(&self) -> &'static str {
        match self.is_postgres() {
            true => "postgres",
            false => "mysql",
        }
    }

    /// By the administrator, on the side.
    fn sql(&self, sql: &str) {
        self.admin.execute(sql);
    }

    /// By the administrator, in the shop.
    fn sql_inside(&self, sql: &str) {
        let url = self.admin.url().replace(&self.admin.name(), NAME);
        block_on(async {
            let mut session = connect(&url.parse().unwrap()).await.unwrap();
            let done = session.execute(sql).await;
            done.unwrap_or_else(|error| panic!("{error}: {sql}"));
        });
    }

    /// The tables of the shop, and what its history has, as the administrator sees them.
    fn contents(&self) -> String {
        let url = self.admin.url().replace(&self.admin.name(), NAME);
        block_on(async {
            let mut session = connect(&url.parse().unwrap()).await.unwrap();
            let read = migcheck_db::snapshot(&mut *session, "_migcheck_revisions").await;
            let schema = read.unwrap().to_sql();
            let sql = "SELECT revision, state, checksum FROM _migcheck_revisions ORDER BY revision";
            let rows = session.rows(sql, &[]).await.unwrap_or_default();
            format!("{schema}{rows:?}")
        })
    }

    fn make(&self) {
        self.sql(&format!("CREATE DATABASE {NAME}"));
        self.sql(&match self.is_postgres() {
            true => format!("CREATE ROLE \"{USER}\" LOGIN PASSWORD '{PASSWORD}'"),
            false => format!("CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}'"),
        });
    }

    fn remove(&self) {
        self.sql(&match self.is_postgres() {
            true => format!("DROP DATABASE {NAME} WITH (FORCE)"),
            false => format!("DROP DATABASE {NAME}"),
        });
        self.sql(&match self.is_postgres() {
            true => format!("DROP ROLE \"{USER}\""),
            false => format!("DROP USER '{USER}'@'%'"),
        });
    }

    fn url(&self, rest: &str) -> String {
        format!("{}://{USER}:{PASSWORD}@127.0.0.1:{rest}", self.scheme())
    }

    /// What the command says of that URL; nothing in the shop may change.
    #[track_caller]
    fn screen_at(&mut self, title: &str, arguments: &str, url: &str, code: i32) {
        let before = self.contents();
        let command = self.directory.command(arguments, url);
        self.page.about(title).screen(command, &[], code);
        assert_eq!(self.contents(), before, "{title}");
    }

    /// The same, for the user in the shop.
    #[track_caller]
    fn screen(&mut self, title: &str, arguments: &str, code: i32) {
        let url = self.shop();
        self.screen_at(title, arguments, &url, code);
    }

    fn shop(&self) -> String {
        self.url(&format!("{}/{NAME}", self.port))
    }

    /// As the user who may do everything, after what was wrong is mended.
    #[track_caller]
    fn goes_on(&self, arguments: &str) {
        let output = self.directory.command(arguments, &self.shop()).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }

    fn addresses(&mut self) {
        let upgrade = "upgrade --env home";
        let scheme = self.scheme();
        let near = &scheme[..scheme.len() - 1];
        let port = self.port.clone();
        self.screen_at(
            "a scheme that nobody knows",
            upgrade,
            &format!("{near}://h/d"),
            2,
        );
        self.screen_at("no scheme", upgrade, "db.example.com/shop", 2);
        self.screen_at(
            "no database named",
            upgrade,
            &self.url(&format!("{port}/")),
            3,
        );
        self.screen_at(
            "a database that is not there",
            upgrade,
            &{
                let admin = self.admin.login();
                let (user, password) = (admin.user, admin.password);
                format!("{scheme}://{user}:{password}@127.0.0.1:{port}/wrong_shop_2")
            },
            3,
        );
        self.screen_at("nobody listens", upgrade, &self.url("1/shop"), 3);
        let nowhere = format!("{scheme}://{USER}:{PASSWORD}@no-such-host.invalid/shop");
        self.screen_at("a host without an address", upgrade, &nowhere, 3);
        self.screen_at(
            "a port that speaks something else",
            upgrade,
            &self.url(&speaking(Some(
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            ))),
            3,
        );
        self.screen_at(
            "a port that hangs up",
            upgrade,
            &self.url(&speaking(Some(""))),
            3,
        );
        // It takes as long as the limit is, and is the same everywhere.
        if self.is_postgres() {
            self.screen_at(
                "a port that never answers",
                upgrade,
                &self.url(&speaking(None)),
                3,
            );
        }
        let tls = match self.is_postgres() {
            true => "sslmode=require",
            false => "ssl-mode=REQUIRED",
        };
        // MySQL has made itself a certificate.
        if self.place.name() != "mysql:9.7" {
            self.screen_at(
                "TLS where the server has none",
                upgrade,
                &self.url(&format!("{port}/{NAME}?{tls}")),
                3,
            );
        }
    }

    fn logins(&mut self) {
        let wrong = self.shop().replace(PASSWORD, "guessed-it");
        self.screen_at("a wrong password", "upgrade --env home", &wrong, 3);
        if self.is_postgres() {
            self.sql(&format!("REVOKE CONNECT ON DATABASE {NAME} FROM PUBLIC"));
        }
        self.screen(
            "a user who may not use the database",
            "upgrade --env home",
            3,
        );
        if self.is_postgres() {
            self.sql(&format!("GRANT CONNECT ON DATABASE {NAME} TO PUBLIC"));
        } else {
            self.sql(&format!("ALTER USER '{USER}'@'%' REQUIRE SSL"));
            let plain = format!("{}?ssl-mode=DISABLED", self.shop());
            self.screen_at("an account that wants TLS", "upgrade --env home", &plain, 3);
            self.sql(&format!("ALTER USER '{USER}'@'%' REQUIRE NONE"));
        }
    }

    /// What the user may do, more and more, until the upgrade runs to its end.
    fn rights(&mut self) {
        let upgrade = "upgrade --env home";
        if self.is_postgres() {
            self.sql_inside("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
            self.screen("no right to make the history table", upgrade, 3);
            self.sql_inside(&format!("GRANT CREATE ON SCHEMA public TO \"{USER}\""));
            self.goes_on("upgrade 001 --env home");
            self.sql_inside("ALTER TABLE users OWNER TO postgres; ALTER TABLE _migcheck_revisions OWNER TO postgres");
            self.screen("no right to read the history table", upgrade, 3);
            self.sql_inside(&format!(
                "GRANT SELECT ON _migcheck_revisions TO \"{USER}\""
            ));
            self.screen("no right to write the history table", upgrade, 3);
            self.sql_inside(&format!(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON _migcheck_revisions TO \"{USER}\""
            ));
            self.script("ALTER TABLE users ADD COLUMN name text;");
            self.screen("a table of somebody else", upgrade, 1);
            self.script("INSERT INTO users VALUES (1);");
            self.screen("a table that may not be written", upgrade, 1);
            self.script("CREATE SCHEMA private;");
            self.screen("no right to make a schema", upgrade, 1);
            self.sql_inside(&format!("GRANT ALL ON users TO \"{USER}\""));
        } else {
            let grant = |rights: &str, on: &str| format!("GRANT {rights} ON {on} TO '{USER}'@'%'");
            let (all, history) = (format!("{NAME}.*"), format!("{NAME}._migcheck_revisions"));
            self.sql(&grant("INSERT", &all));
            self.screen("no right to read the history table", upgrade, 3);
            self.sql(&format!("REVOKE INSERT ON {all} FROM '{USER}'@'%'"));
            self.sql(&grant("SELECT", &all));
            self.screen("no right to make the history table", upgrade, 3);
            self.sql(&grant("CREATE", &all));
            self.screen("no right to write the history table", upgrade, 3);
            self.sql(&grant("INSERT, UPDATE, DELETE", &history));
            self.goes_on("upgrade 001 --env home");
            self.script("ALTER TABLE users ADD COLUMN name text;");
            self.screen("a table that may not be changed", upgrade, 1);
            self.script("INSERT INTO users VALUES (1);");
            self.screen("a table that may not be written", upgrade, 1);
            self.script("SET GLOBAL max_connections = 100;");
            self.screen("a right of an administrator", upgrade, 1);
            self.sql(&grant("ALL", &all));
        }
        self.script("INSERT INTO users VALUES (1);");
        self.goes_on(upgrade);
    }

    /// Replaces the second revision's script.
    fn script(&self, sql: &str) {
        let text =
            format!("-- migcheck: revises = \"001\"\n{sql}\nCREATE TABLE orders (id int);\n");
        std::fs::write(
            self.directory.path().join("migrations/002_orders.up.sql"),
            text,
        )
        .unwrap();
    }

    /// Who may only read is told where the database is.
    fn reading(&mut self) {
        let reader = format!("{USER}-r");
        let [make, let_read, drop] = match self.is_postgres() {
            true => [
                format!("CREATE ROLE \"{reader}\" LOGIN PASSWORD '{PASSWORD}'"),
                format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{reader}\""),
                format!("DROP OWNED BY \"{reader}\"; DROP ROLE \"{reader}\""),
            ],
            false => [
                format!("CREATE USER '{reader}'@'%' IDENTIFIED BY '{PASSWORD}'"),
                format!("GRANT SELECT ON {NAME}.* TO '{reader}'@'%'"),
                format!("DROP USER '{reader}'@'%'"),
            ],
        };
        self.sql_inside(&make);
        self.sql_inside(&let_read);
        let url = self.shop().replace(USER, &reader);
        for verb in ["current", "status", "verify", "history", "snapshot -q"] {
            let title = format!("who may read asks for {verb}");
            let command = self.directory.command(&format!("{verb} --env home"), &url);
            if verb == "status" {
                // The time of the last revision is never the same.
                let output = { command }.output().unwrap();
                assert!(output.status.success(), "{output:?}");
                continue;
            }
            self.screen_at(&title, &format!("{verb} --env home"), &url, 0);
        }
        self.screen_at(
            "nothing to do for who may read",
            "upgrade --env home",
            &url,
            0,
        );
        self.screen_at(
            "who may read takes down",
            "downgrade -1 --env home",
            &url,
            match self.is_postgres() {
                true => 1,
                false => 3,
            },
        );
        self.screen_at("who may read stamps", "stamp 001 --env home", &url, 3);
        self.sql_inside(&drop);
    }

    /// A server, a database or a login that takes no writes.
    fn read_only(&mut self) {
        let downgrade = "downgrade -1 --env home";
        if self.is_postgres() {
            let setting = "default_transaction_read_only";
            let role = format!("ALTER ROLE \"{USER}\"");
            self.sql(&format!("{role} SET {setting} = on"));
            self.screen("a user whose transactions only read", downgrade, 1);
            self.screen("where a user is who only reads", "current --env home", 0);
            self.screen("a user who only reads stamps", "stamp 001 --env home", 3);
            self.sql(&format!(
                "{role} RESET {setting}; {role} IN DATABASE {NAME} SET {setting} = on"
            ));
            self.screen("a user whose transactions only read here", downgrade, 1);
            self.sql(&format!("{role} IN DATABASE {NAME} RESET {setting}; ALTER DATABASE {NAME} SET {setting} = on"));
            self.screen("a database whose transactions only read", downgrade, 1);
            self.sql(&format!("ALTER DATABASE {NAME} RESET {setting}"));
            let url = format!("{}?options=-c%20{setting}%3Don", self.shop());
            self.screen_at("a URL that only reads", downgrade, &url, 1);
        } else if self.place.name() == "mysql:9.7" {
            self.sql(&format!("ALTER DATABASE {NAME} READ ONLY = 1"));
            self.screen("a database that takes no writes", downgrade, 3);
            self.screen(
                "where a database is that takes no writes",
                "current --env home",
                0,
            );
            self.sql(&format!("ALTER DATABASE {NAME} READ ONLY = 0"));
        }
        if !self.is_postgres() {
            // The administrator, as whom the other tests log in, is free of it.
            self.sql("SET GLOBAL read_only = ON");
            self.screen("a server that takes no writes", downgrade, 3);
            self.screen(
                "where a server is that takes no writes",
                "current --env home",
                0,
            );
            self.sql("SET GLOBAL read_only = OFF");
        }
        self.goes_on(downgrade);
        self.goes_on("upgrade --env home");
    }

    /// What the history says is not what the directory has.
    fn history(&mut self) {
        let upgrade = "upgrade --env home";
        let migrations = self.directory.path().join("migrations");
        let path = migrations.join("002_orders.up.sql");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}-- More.\nSELECT 1;\n")).unwrap();
        self.screen("an applied revision that was edited", upgrade, 1);
        std::fs::write(&path, &text).unwrap();

        let down = migrations.join("002_orders.down.sql");
        let down_text = std::fs::read_to_string(&down).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::remove_file(&down).unwrap();
        self.screen(
            "an applied revision that is not in the directory",
            upgrade,
            1,
        );
        std::fs::write(&path, &text).unwrap();
        std::fs::write(&down, &down_text).unwrap();

        let ours = std::mem::replace(
            &mut self.directory,
            Directory::new()
                .file(
                    "901_posts.up.sql",
                    "-- migcheck: revises = \"base\"\nCREATE TABLE posts (id int);\n",
                )
                .file("901_posts.down.sql", "DROP TABLE posts;\n"),
        );
        self.screen("the directory of another project", upgrade, 2);
        self.screen("the same, looked at", "current --env home", 2);
        self.directory = ours;

        self.sql_inside("UPDATE _migcheck_revisions SET state = 'reverting', statements_done = 0, statements_total = 1, fingerprint = '-', done_checksum = '' WHERE revision = '002'");
        self.screen("a script that was begun, the other way", upgrade, 1);
        self.screen("a script that was begun, verified", "verify --env home", 1);
        self.sql_inside("UPDATE _migcheck_revisions SET state = 'applied', fingerprint = NULL WHERE revision = '002'");
        self.goes_on(upgrade);
        self.sql_inside("DROP TABLE _migcheck_revisions");
        self.screen("tables without a history", upgrade, 1);
    }
}

/// A port on which somebody says that and hangs up, or says nothing at all, with the database behind it.
fn speaking(words: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for client in listener.incoming().flatten() {
            match words {
                Some(words) => drop(say(client, words)),
                None => silent.push(client),
            }
        }
    });
    format!("{port}/shop")
}

/// After what the client has to say, if it speaks first.
fn say(mut client: TcpStream, words: &str) -> io::Result<()> {
    client.set_read_timeout(Some(Duration::from_millis(300)))?;
    let _silence = client.read(&mut [0; 1024]);
    client.write_all(words.as_bytes())?;
    client.shutdown(Shutdown::Write)?;
    client.read_to_end(&mut Vec::new()).map(drop)
}
