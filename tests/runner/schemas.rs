//! Which history is meant where names without a schema lead to several places.

use migcheck::db::{DatabaseUrl, Resolution, Session};
use migcheck::harness::Scratch;
use migcheck::{Dialect, MigrateError};

use crate::support::{Case, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, rows, steps, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    let on = |dialect: Dialect| move |server: &TestServer| server.dialect() == dialect;
    vec![
        Case::new("another_schema_s_history_is_not_taken", another).only(on(Dialect::Postgres)),
        Case::new("a_tenant_may_use_what_is_in_public", with_public).only(on(Dialect::Postgres)),
        Case::new("a_reset_keeps_another_schema_s_history", reset).only(on(Dialect::Postgres)),
        Case::new("a_search_path_that_would_be_forgotten_is_told", forgotten)
            .only(on(Dialect::Postgres)),
        Case::new("a_role_that_would_be_forgotten_is_told", role).only(on(Dialect::Postgres)),
        Case::new("an_attached_database_s_history_is_not_taken", attached)
            .only(on(Dialect::Sqlite)),
    ]
}

/// A session that is opened with a setting, which the URL gives.
fn with(scratch: &Scratch, setting: &str) -> Box<dyn Session> {
    let url = scratch.url().reveal();
    let mark = if url.contains('?') { '&' } else { '?' };
    let url: DatabaseUrl = format!("{url}{mark}options=-c{setting}").parse().unwrap();
    block_on(migcheck::db::connect(&url)).unwrap_or_else(|error| panic!("{error}"))
}

/// The tables of the schemas `public` and `tenant`.
fn tables(session: &mut dyn Session) -> Vec<String> {
    let sql = "SELECT schemaname || '.' || tablename FROM pg_tables \
               WHERE schemaname IN ('public', 'tenant') ORDER BY 1";
    rows(session, sql).into_iter().flatten().collect()
}

/// Nobody can tell whether the schema is new or the history is older than it.
fn another(server: &TestServer) {
    let migrator = migrator(four_tables().graph());
    let leased = migrator
        .clone()
        .lease(Some(std::time::Duration::from_secs(30)));
    for at in ["head", "base"] {
        let scratch = server.scratch();
        let mut public = connect(&scratch);
        block_on(migrator.upgrade(&mut *public, "head")).unwrap();
        block_on(migrator.downgrade(&mut *public, at)).unwrap();
        execute(&mut *public, "CREATE SCHEMA tenant");
        let before = tables(&mut *public);
        let mut tenant = with(&scratch, "search_path=tenant,public");
        let session = &mut *tenant;
        for error in [
            block_on(migrator.upgrade(&mut *session, "head")).map(drop),
            block_on(migrator.downgrade(&mut *session, "base")).map(drop),
            block_on(migrator.verify(&mut *session)),
            block_on(migrator.status(&mut *session)).map(drop),
            block_on(migrator.current(&mut *session)).map(drop),
            block_on(migrator.stamp(&mut *session, "head", false)).map(drop),
            block_on(migrator.stamp(&mut *session, "head", true)).map(drop),
            block_on(leased.stamp(&mut *session, "head", false)).map(drop),
            block_on(migrator.resolve(&mut *session, None, Resolution::Applied)).map(drop),
        ] {
            let error = error.unwrap_err();
            assert!(
                matches!(&error, MigrateError::OtherSchema(other)
                    if other.first == "tenant" && other.found == "public"),
                "{error}"
            );
            let said = error.to_string();
            assert!(
                said.contains("`tenant`") && said.contains("`public`"),
                "{said}"
            );
        }
        assert_eq!(tables(session), before);
        // Who may not read it has no right to it that is missing.
        let role = format!("r{}", value(session, "SELECT pg_backend_pid()::text"));
        execute(
            session,
            &format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA tenant TO {role}; SET ROLE {role}"),
        );
        let error = block_on(migrator.verify(&mut *session)).unwrap_err();
        execute(
            session,
            &format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}"),
        );
        assert!(matches!(error, MigrateError::OtherSchema(_)), "{error}");
        // Who names it, means it.
        let named = migrator.clone().history_schema("public");
        assert!(block_on(named.status(&mut *session)).unwrap().has_history);
    }
}

fn with_public(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph());
    let mut public = connect(&scratch);
    block_on(migrator.upgrade(&mut *public, "head")).unwrap();
    execute(&mut *public, "CREATE SCHEMA tenant");
    let mut alone = with(&scratch, "search_path=tenant");
    block_on(migrator.stamp(&mut *alone, "base", false)).unwrap();
    let mut tenant = with(&scratch, "search_path=tenant,public");
    let report = block_on(migrator.upgrade(&mut *tenant, "head")).unwrap();
    assert_eq!(steps(&report), ["+001", "+002", "+003", "+004"]);
    block_on(migrator.verify(&mut *tenant)).unwrap();
    assert_eq!(tables(&mut *tenant).len(), 10);
    block_on(migrator.downgrade(&mut *tenant, "base")).unwrap();
    let error = block_on(migrator.verify(&mut *tenant)).unwrap_err();
    assert!(matches!(error, MigrateError::Pending(_)), "{error}");
    assert_eq!(
        tables(&mut *public),
        [
            "public._migcheck_revisions",
            "public.four",
            "public.one",
            "public.three",
            "public.two",
            "tenant._migcheck_revisions",
        ]
    );
    block_on(migrator.verify(&mut *public)).unwrap();
}

fn reset(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph());
    let mut public = connect(&scratch);
    block_on(migrator.upgrade(&mut *public, "head")).unwrap();
    execute(&mut *public, "CREATE SCHEMA tenant");
    let mut tenant = with(&scratch, "search_path=tenant,public");
    let error = block_on(migrator.reset(&mut *tenant)).unwrap_err();
    assert!(
        matches!(&error, MigrateError::Shared(schemas) if *schemas == ["public"]),
        "{error}"
    );
    block_on(migrator.verify(&mut *public)).unwrap();
}

/// A run begins with the settings that the connection was opened with.
fn forgotten(server: &TestServer) {
    for lease in [None, Some(std::time::Duration::from_secs(30))] {
        for is_migrated in [false, true] {
            let scratch = server.scratch();
            let plain = migrator(four_tables().graph());
            let mut public = connect(&scratch);
            if is_migrated {
                block_on(plain.upgrade(&mut *public, "002")).unwrap();
            }
            execute(&mut *public, "CREATE SCHEMA tenant");
            let before = tables(&mut *public);
            let mut session = connect(&scratch);
            execute(&mut *session, "SET search_path = tenant");
            let leased = plain.clone().lease(lease);
            for error in [
                block_on(leased.upgrade(&mut *session, "head")).map(drop),
                block_on(leased.stamp(&mut *session, "head", false)).map(drop),
                block_on(
                    leased
                        .clone()
                        .history_schema("public")
                        .upgrade(&mut *session, "head"),
                )
                .map(drop),
                block_on(leased.reset(&mut *session)).map(drop),
            ] {
                let error = error.unwrap_err();
                assert!(
                    matches!(&error, MigrateError::SearchPath { set, opened }
                    if set == "tenant" && opened == "public"),
                    "{error}"
                );
            }
            assert_eq!(tables(&mut *public), before);
            // Another way to write what it is anyway.
            execute(&mut *session, "SET search_path = public, tenant");
            block_on(leased.upgrade(&mut *session, "head")).unwrap();
        }
    }
}

/// Who acts owns what is made, as where a login of a day takes the role of the application.
fn role(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let role = format!("owner_{}", std::process::id());
    execute(
        &mut *session,
        &format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}; SET ROLE {role}"),
    );
    let migrator = migrator(four_tables().graph());
    for _ in 0..2 {
        let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
        assert!(
            matches!(&error, MigrateError::Role { set, .. } if *set == role),
            "{error}"
        );
        let said = error.to_string();
        assert!(
            said.contains(&format!("`?options=-crole={role}`")),
            "{said}"
        );
    }
    assert!(tables(&mut *session).is_empty());
    let mut opened = with(&scratch, &format!("role={role}"));
    block_on(migrator.upgrade(&mut *opened, "head")).unwrap();
    let owners = "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(rows(&mut *opened, owners), [[role.clone()]]);
    drop(opened);
    execute(&mut *session, "RESET ROLE");
    execute(
        &mut *session,
        &format!("DROP OWNED BY {role}; DROP ROLE {role}"),
    );
}

fn attached(server: &TestServer) {
    let (scratch, other) = (server.scratch(), server.scratch());
    let mut away = connect(&other);
    upgrade(four_tables().graph(), &mut *away).unwrap();
    let file = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let file = value(&mut *away, file);
    let mut session = connect(&scratch);
    execute(&mut *session, &format!("ATTACH '{file}' AS other"));
    let migrator = migrator(four_tables().graph());
    let error = block_on(migrator.verify(&mut *session)).unwrap_err();
    assert!(matches!(error, MigrateError::Pending(_)), "{error}");
    block_on(migrator.downgrade(&mut *session, "base")).unwrap();
    let report = block_on(migrator.upgrade(&mut *session, "002")).unwrap();
    assert_eq!(steps(&report), ["+001", "+002"]);
    let mut fresh = connect(&scratch);
    assert!(has_table(&mut *fresh, "two"));
    assert_eq!(recorded(&mut *fresh), ["001", "002"]);
    assert_eq!(recorded(&mut *away).len(), 4);
}
