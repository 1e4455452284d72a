static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);

#[migcheck::test(migrations = crate::MIGRATIONS)]
fn not_async(pool: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS)]
async fn no_argument() {}

#[migcheck::test(migrations = crate::MIGRATIONS)]
async fn two_arguments(pool: HashMap<String, PgPool>, other: PgPool) {}

#[migcheck::test(migrations = crate::MIGRATIONS)]
async fn generic<T>(pool: T) {}

#[migcheck::test(migrations = crate::MIGRATIONS)]
struct NoFunction;

fn main() {}
