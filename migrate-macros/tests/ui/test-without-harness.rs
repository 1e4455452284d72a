static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);

#[migcheck::test(migrations = crate::MIGRATIONS, at = "head", on = "postgres")]
#[ignore]
async fn finds_users(pool: sqlx::Pool<sqlx::Postgres>) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
