//! A lease in the place of a lock, as the command line asks for one.

use migcheck_core::Dialect;

use crate::place::{Directory, Place};

/// Every command that writes takes one, and gives it back.
pub(crate) fn taken(place: &Place) {
    let directory = Directory::new()
        .file(
            "001_t.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE t (n int);\n",
        )
        .file("001_t.down.sql", "DROP TABLE t;\n");
    let database = place.database();
    if place.dialect() == Dialect::Postgres {
        // As CockroachDB calls itself.
        database.execute(&format!(
            "CREATE SCHEMA roach; CREATE FUNCTION roach.version() RETURNS text LANGUAGE sql AS \
             $$ SELECT 'CockroachDB CCL v25.2.1' $$; \
             ALTER DATABASE {} SET search_path = public, roach, pg_catalog",
            database.name()
        ));
        let without = directory.command("upgrade --env home", &database.url());
        let output = { without }.output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).replace('\n', " ");
        assert!(!output.status.success());
        assert!(said.contains("CockroachDB has no locks"), "{said}");
        assert!(said.contains("`--lease 10m`"), "{said}");
    }
    for arguments in ["upgrade", "downgrade base", "stamp head", "stamp base"] {
        directory.run(&format!("{arguments} --env home --lease 10m"), &database);
    }
    if place.dialect() != Dialect::Sqlite {
        let held = database.rows("SELECT owner FROM _migcheck_revisions_lock");
        assert!(held.is_empty(), "{held:?}");
    }
}
