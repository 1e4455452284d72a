const DIRECTORY: &str = "cases/native";

static NOTHING: migcheck::Migrations = migcheck::embed!();
static NO_LITERAL: migcheck::Migrations = migcheck::embed!(DIRECTORY);
static EMPTY: migcheck::Migrations = migcheck::embed!("");
static UNKNOWN_OPTION: migcheck::Migrations = migcheck::embed!("cases/native", wach = false);
static NO_BOOL: migcheck::Migrations = migcheck::embed!("cases/native", watch = "no");
static TOO_MUCH: migcheck::Migrations = migcheck::embed!("cases/native", watch = false, false);
const NO_ID: migcheck::RevisionId = migcheck::revision!("cases/native");

fn main() {}
