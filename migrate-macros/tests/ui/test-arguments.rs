static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);

#[migcheck::test]
async fn nothing(pool: PgPool) {}

#[migcheck::test(migration = crate::MIGRATIONS)]
async fn misspelt_key(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, server = "postgres")]
async fn unknown_key(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, on = "mysql", on = "sqlite")]
async fn given_twice(pool: PgPool) {}

#[migcheck::test(migrations = "migrations")]
async fn a_directory(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, at = "head+x")]
async fn no_target(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, at = 3)]
async fn no_text(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, fixtures("users.sql"))]
async fn no_value(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS, fixtures = "users.sql")]
async fn no_list(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS at = "head")]
async fn no_comma(pool: PgPool) {}

fn main() {}
