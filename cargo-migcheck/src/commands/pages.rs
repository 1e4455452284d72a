//! The pages of `cargo migcheck explain`: an example and the way out, by code.

use migcheck_core::Code;

/// What a page says besides the code's own summary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// Files and lines that show it.
    pub(crate) example: &'static str,
    /// What to do about it.
    pub(crate) way_out: &'static str,
}

/// The page of a code.
pub(crate) fn page(code: Code) -> Option<Page> {
    let found = PAGES.iter().find(|(known, ..)| *known == code);
    found.map(|(_, example, way_out)| Page { example, way_out })
}

const PAGES: &[(Code, &str, &str)] = &[
    (
        Code::DuplicateRevision,
        "003_add_users.up.sql\n003_add_orders.up.sql",
        "Give the one that no database has run yet another id, by renaming its files, and let it revise the other. Two branches that each took the next number often end here: put `{timestamp}` or `{date}` into `[naming] file`, and they no longer meet.",
    ),
    (
        Code::UnknownParent,
        "-- migcheck: revises = \"002\"      and there is no 002",
        "Restore the parent's file, if it was deleted or renamed: `git log --diff-filter=DR -- migrations` finds the commit. If it was never merged, name the revision that takes its place. An id is what stands before the name in `002_add_users.up.sql`: `002`, and not the whole file name.",
    ),
    (
        Code::UnknownDependency,
        "-- migcheck: depends-on = [\"007\"]      and there is no 007",
        "Restore the file, name the revision that takes its place, or take the id from the list.",
    ),
    (
        Code::Cycle,
        "002_a.up.sql:  -- migcheck: revises = \"003\"\n003_b.up.sql:  -- migcheck: revises = \"002\"",
        "One of the edges is wrong: let that revision revise the one that was there before it. Dependencies count too.",
    ),
    (
        Code::MultipleHeads,
        "○  004  add search (head)\n│ ○  003  add billing (head)\n├─╯\n○  002  add users",
        "Two branches each added a revision. `cargo migcheck merge` joins them with a third. If no database has run yours, `cargo migcheck rebase <yours> --onto <other>` moves them on top of the other head instead: the first gets another parent, files and lock follow. A directory that is meant to have several heads says so: `heads = 2`, or a list of labels, in migcheck.toml.",
    ),
    (
        Code::MultipleBases,
        "001_users.up.sql:    -- migcheck: revises = \"base\"\n002_billing.up.sql:  -- migcheck: revises = \"base\"",
        "Give all but one of them a parent: a new revision revises the head that was there before it. A directory that is meant to hold several histories says so: `bases = 2` in migcheck.toml.",
    ),
    (
        Code::NoBase,
        "001_users.up.sql:   -- migcheck: revises = \"002\"\n002_orders.up.sql:  -- migcheck: revises = \"001\"",
        "One of them came first, and revises nothing: it says `-- migcheck: revises = \"base\"`.",
    ),
    (
        Code::Unreachable,
        "002 and 003 revise each other, and 004 revises 003",
        "Break the cycle that the revisions build on, which `cargo migcheck check` shows edge by edge. They are then reached.",
    ),
    (
        Code::RedundantParent,
        "-- migcheck: revises = [\"001\", \"003\"]      and 003 builds on 001",
        "Leave out the ancestor: whoever has applied its descendant has applied it. `cargo migcheck check --fix` does.",
    ),
    (
        Code::DuplicateParent,
        "-- migcheck: revises = [\"002\", \"002\"]",
        "Name it once; `cargo migcheck check --fix` does. If another one was meant, name that.",
    ),
    (
        Code::DuplicateLabel,
        "003_a.up.sql:  -- migcheck: labels = [\"billing\"]\n004_b.up.sql:  -- migcheck: labels = [\"billing\"]",
        "A label names one branch, by the revision it starts with. Take it from one of the two.",
    ),
    (
        Code::AmbiguousPrefixLabel,
        "-- migcheck: labels = [\"2025\"]      and there is a revision 20250824_001",
        "A target can be an id, the start of an id, or a label. Choose a label that no id starts with.",
    ),
    (
        Code::InvalidRevisionId,
        "-- migcheck: revision = \"add users\"",
        "Choose another id: rename the files, or change the `revision` directive. An id has at most 128 bytes, no white space and none of `@ - + : / \\`, which have a meaning in targets; and it is none of `base`, `head`, `heads`, `current`.",
    ),
    (
        Code::MissingRevises,
        "002_add_users.up.sql, beginning with\nCREATE TABLE users (id int);",
        "Say in the comment block at the top what the revision builds on: `-- migcheck: revises = \"001\"`, or `\"base\"` for the first one. `cargo migcheck new` writes it. If the folder is another tool's, set `layout` in migcheck.toml.",
    ),
    (
        Code::MissingUp,
        "002_add_users.down.sql, and no 002_add_users.up.sql",
        "Add the up script, or delete the down script. Where the up script is there under another name, give both the same: what stands before `.up.sql` and `.down.sql` has to agree.",
    ),
    (
        Code::MissingDown,
        "002_add_users.up.sql, and no 002_add_users.down.sql",
        "Write the down script. Where there is no way back, say why in the up script: `-- migcheck: irreversible = \"drops the audit log\"`.",
    ),
    (
        Code::EmptyDown,
        "002_add_users.down.sql, with a comment and no statement",
        "Undo what the up script does: a downgrade that does nothing is recorded as done, and the next upgrade fails. Where there is no way back, delete the file and declare the revision `irreversible`.",
    ),
    (
        Code::Unfinished,
        "-- migcheck: todo = \"write the block of Python below in SQL\"",
        "`import` marks a script so where it could not translate everything, and anybody may mark one: nothing runs until it is done. Write what is missing, and delete the line.",
    ),
    (
        Code::MissingDialect,
        "migcheck.toml:  databases = [\"postgres\", \"mysql\"]\n002_add_users.up.postgres.sql",
        "Add the script for the other database, with only a comment if there is nothing to do; or a common `002_add_users.up.sql`.",
    ),
    (
        Code::StrayFile,
        "migrations/dump.csv",
        "Move the file out of the directory. READMEs, `.gitkeep`, `migcheck.*` and editors' backups may stay. Where other files have to stand there too: `stray-file = \"allow\"` below `[rules]` in migcheck.toml.",
    ),
    (
        Code::BadFileName,
        "migcheck.toml:  [naming] file = \"{seq}_{slug}\"\nadd_users.up.sql",
        "Rename the file after the template, `<revision>_<slug>.<up|down>[.<dialect>].sql`, or change the template. A file that nothing recognises would never be applied, and nobody would notice.",
    ),
    (
        Code::CaseCollision,
        "002_Users.up.sql\n002_users.up.sql",
        "Rename one of them: on Windows and macOS a checkout has only one of the two.",
    ),
    (
        Code::NotUtf8,
        "a script that was saved as Latin-1",
        "Save the file as UTF-8: `iconv -f latin1 -t utf-8 OLD > NEW` converts it. If a database has run it, the checksum changes: accept it with `cargo migcheck lock --accept REV`.",
    ),
    (
        Code::Unreadable,
        "a file without permission to read it, or a link that leads nowhere",
        "Correct the permission or the link. A directory that does not exist is made by `cargo migcheck init`, or has another name in Cargo.toml below `[package.metadata.migcheck]`.",
    ),
    (
        Code::SymlinkEscape,
        "002_add_users.up.sql -> /srv/shared/users.sql",
        "Copy the file into the directory: what it points to can change without the repository knowing.",
    ),
    (
        Code::TooLarge,
        "a script with 20 MiB of INSERTs",
        "Load bulk data with a program, and keep migrations to what they change in the schema.",
    ),
    (
        Code::UnknownDirective,
        "-- migcheck: revise = \"001\"",
        "The directives are `revision`, `revises`, `depends-on`, `labels`, `irreversible`, `transaction`, `touches` and `allow`. A misspelt one that can mean one of them alone is mended by `cargo migcheck check --fix`. A comment that is not meant for migcheck must not begin with `migcheck:`.",
    ),
    (
        Code::InvalidDirective,
        "-- migcheck: transaction = \"no\"     it is true or false, without quotes\n-- migcheck: revises = 7            an id stands in quotes: \"7\"",
        "The value is TOML: `revises = \"001\"` or `revises = [\"001\", \"002\"]`, `depends-on = [\"001\"]`, `labels = [\"billing\"]`, `irreversible = \"why\"`, `transaction = false`, `touches = [\"orders\"]`, `allow = [\"missing-down\"]`.\n\nDirectives stand in the comment block at the top of the up script; `transaction` and `allow` may stand in a down script, and `allow` before a statement.",
    ),
    (
        Code::InvalidConfig,
        "layot = \"native\"\n\n[rules]\ncycle = \"allow\"",
        "The keys are `layout`, `include`, `databases`, `heads`, `bases`, `[naming] file, max-slug, vague`, `[categories]`, `[rules]`, `[environments.NAME] url-env, url-file, allow-reset`, `[roundtrip] servers, workers, rows, seed`, `[roundtrip.images]`, `[[roundtrip.known]] revision, outcome, reason, databases` and `[history] table`. Errors of the graph itself cannot be silenced.",
    ),
    (
        Code::AmbiguousLayout,
        "0001_users.up.sql\n2025-08-24-101112_orders/up.sql",
        "Say which layout it is in migcheck.toml: `layout = \"native\"`, `\"sqlx\"`, `\"diesel\"`, `\"refinery\"`, `\"golang-migrate\"`, `\"dbmate\"` or `\"goose\"`; and keep migrations of another tool in another directory.",
    ),
    (
        Code::EditedAfterLock,
        "002_add_users.up.sql, changed after `cargo migcheck lock`",
        "A database that has run the old text will not run the new one. Undo the edit and write a new revision. If no database ever ran it: `cargo migcheck lock --accept 002`. Where git has the locked text, `cargo migcheck check` shows the first line that differs, and says whether only comments and white space do. `cargo migcheck check --against main` compares with the lock as it stood where the branch left `main`: accepting an edit in the same pull request does not hide it there, and neither does `allow`.",
    ),
    (
        Code::RemovedAfterLock,
        "002_add_users.up.sql, deleted after `cargo migcheck lock`",
        "Restore the file: a database that has run it can neither be taken down nor recognised without it. If no database ever ran it: `cargo migcheck lock --accept 002`.",
    ),
    (
        Code::ReparentedAfterLock,
        "004 revised 002 when it was locked, and now revises 003",
        "Restore the parent: a database may have applied the revision where it stood. If none has: `cargo migcheck lock --accept 004`.",
    ),
    (
        Code::LockStale,
        "005_add_search.up.sql, and a lock that ends at 004",
        "`cargo migcheck lock` records it; `new`, `merge` and `rebase` do so by themselves. It is a warning as long as nothing recorded builds on it, so that what is being written can be built and tried. It is an error in `cargo migcheck check --against REF`, and where a recorded revision builds on it; `[rules] lock-stale = \"deny\"` makes it one everywhere.",
    ),
    (
        Code::LockUnreadable,
        "<<<<<<< HEAD\nheads = [\"004\"]\n=======\nheads = [\"005\"]\n>>>>>>> feature",
        "After a merge in git, `cargo migcheck lock` writes the lock anew from both sides, and so do `merge` and `rebase`, which join the two heads. A lock that was damaged otherwise is restored from version control.",
    ),
    (
        Code::FingerprintsStale,
        "[postgres-17]\n\"001\" = …\n\"002\" = …\n\nand there is a revision 003",
        "A revision was added, edited or removed since the file was written. `cargo migcheck roundtrip --write-fingerprints` writes it anew: in CI, or here, with the servers that it is of. Until then `verify --schema` cannot tell whether a database at the newest revision has drifted, and `identify` needs a scratch database.",
    ),
    (
        Code::FingerprintsUnreadable,
        "<<<<<<< HEAD\n\"003\" = …\n=======\n\"004\" = …\n>>>>>>> feature",
        "Write it anew with `cargo migcheck roundtrip --write-fingerprints`, or delete it and do without. Git joins the lines of two branches by itself with `fingerprints.toml merge=union` in .gitattributes.",
    ),
];
