//! The directories and crates that the benches work on.

use std::fs;
use std::io;
use std::path::Path;

/// The name of an up script.
pub(crate) fn up_name(revision: usize) -> String {
    format!("{revision:05}_change_{revision}.up.sql")
}

/// A native directory of one chain.
pub(crate) fn write_native(directory: &Path, revisions: usize, sql: Sql) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let dialect = match sql {
        Sql::Postgres => "postgres",
        Sql::MySql => "mysql",
    };
    fs::write(
        directory.join("migcheck.toml"),
        format!("databases = [\"{dialect}\"]\n\n[naming]\nfile = \"{{seq}}_{{slug}}\"\n"),
    )?;
    for revision in 1..=revisions {
        let parent = match revision {
            1 => "base".to_owned(),
            _ => format!("{:05}", revision - 1),
        };
        let up = format!(
            "-- migcheck: revises = \"{parent}\"\n-- Adds table {revision}.\n{}",
            sql.up(revision)
        );
        fs::write(directory.join(up_name(revision)), up)?;
        let down = sql.down(revision);
        fs::write(
            directory.join(format!("{revision:05}_change_{revision}.down.sql")),
            down,
        )?;
    }
    Ok(())
}

/// An Alembic environment of the same chain.
pub(crate) fn write_alembic(project: &Path, revisions: usize) -> io::Result<()> {
    let versions = project.join("alembic/versions");
    fs::create_dir_all(&versions)?;
    fs::write(
        project.join("alembic.ini"),
        "[alembic]\nscript_location = alembic\n",
    )?;
    fs::write(project.join("alembic/env.py"), "")?;
    for revision in 1..=revisions {
        let parent = match revision {
            1 => "None".to_owned(),
            _ => format!("\"{:05}\"", revision - 1),
        };
        let text = format!(
            "\"\"\"Adds table {revision}.\"\"\"\nfrom alembic import op\n\nrevision = \"{revision:05}\"\n\
             down_revision = {parent}\nbranch_labels = None\ndepends_on = None\n\n\n\
             def upgrade():\n    op.execute(\"\"\"{}\"\"\")\n\n\n\
             def downgrade():\n    op.execute(\"DROP TABLE table_{revision}\")\n",
            Sql::Postgres.up(revision)
        );
        fs::write(versions.join(format!("{revision:05}_change.py")), text)?;
    }
    Ok(())
}

/// The same, and a test that takes every revision up, down and up again.
pub(crate) fn write_stairway(project: &Path, revisions: usize) -> io::Result<()> {
    write_alembic(project, revisions)?;
    fs::write(project.join("alembic/env.py"), ENV)?;
    fs::write(project.join("test_stairway.py"), STAIRWAY)
}

/// What `alembic init` writes, without logging and an offline mode.
const ENV: &str = "import os\n\nfrom alembic import context\nfrom sqlalchemy import create_engine, pool\n\n\
    engine = create_engine(os.environ[\"DATABASE_URL\"], poolclass=pool.NullPool)\n\
    with engine.connect() as connection:\n    context.configure(connection=connection, target_metadata=None)\n    \
    with context.begin_transaction():\n        context.run_migrations()\n";

/// Known from the alembic-quickstart project, and since then in many others.
const STAIRWAY: &str = "import pytest\nfrom alembic.command import downgrade, upgrade\n\
    from alembic.config import Config\nfrom alembic.script import ScriptDirectory\n\n\
    config = Config(\"alembic.ini\")\n\
    revisions = list(ScriptDirectory.from_config(config).walk_revisions(\"base\", \"heads\"))\n\
    revisions.reverse()\n\n\n\
    @pytest.mark.parametrize(\"revision\", revisions, ids=lambda revision: revision.revision)\n\
    def test_stairway(revision):\n    upgrade(config, revision.revision)\n    \
    downgrade(config, revision.down_revision or \"-1\")\n    upgrade(config, revision.revision)\n";

/// Which database scripts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sql {
    Postgres,
    MySql,
}

impl Sql {
    /// The up script of a revision.
    pub(crate) fn up(self, revision: usize) -> String {
        let (text, time) = match self {
            Self::Postgres => ("text", "timestamptz NOT NULL DEFAULT now()"),
            Self::MySql => (
                "varchar(200)",
                "timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP",
            ),
        };
        format!(
            "CREATE TABLE table_{revision} (\n    id bigint PRIMARY KEY,\n    name {text} NOT NULL,\n    \
             created_at {time}\n);\n\
             CREATE INDEX table_{revision}_name ON table_{revision} (name);\n"
        )
    }

    /// Its down script.
    pub(crate) fn down(self, revision: usize) -> String {
        format!("DROP TABLE table_{revision};\n")
    }
}

/// A crate that has migrations in it.
pub(crate) struct Project {
    dependency: &'static str,
    /// What else its Cargo.toml says.
    manifest: &'static str,
    has_build_script: bool,
    main: &'static str,
}

/// `migcheck::embed!`.
pub(crate) const EMBED: Project = Project {
    dependency: "migcheck = { path = \"ROOT\" }",
    manifest: "",
    has_build_script: true,
    main: "static M: migcheck::Migrations = migcheck::embed!(\"migrations\");\n\
           fn main() { println!(\"{}\", M.len()); }\n",
};

/// The same, with the lines that the README gives for large histories.
pub(crate) const TUNED: Project = Project {
    manifest: "\n[profile.dev.package.migcheck-core]\nopt-level = 3\n\
               [profile.dev.package.sha2]\nopt-level = 3\n",
    ..EMBED
};

/// The floor: nothing but `include_str!`.
pub(crate) const INCLUDE: Project = Project {
    dependency: "",
    manifest: "",
    has_build_script: false,
    main: "static M: &[&str] = &[FILES];\nfn main() { println!(\"{}\", M.len()); }\n",
};

/// The peer.
pub(crate) const SQLX: Project = Project {
    dependency: "sqlx = { version = \"0.9\", default-features = false, features = [\"macros\", \"migrate\", \"postgres\", \"runtime-tokio\"] }",
    manifest: "",
    has_build_script: false,
    main: "static M: sqlx::migrate::Migrator = sqlx::migrate!();\n\
           fn main() { println!(\"{}\", M.iter().count()); }\n",
};

impl Project {
    pub(crate) fn write(&self, project: &Path, root: &Path, revisions: usize) -> io::Result<()> {
        let migrations = project.join("migrations");
        write_native(&migrations, revisions, Sql::Postgres)?;
        if self.dependency.starts_with("sqlx") {
            fs::remove_file(migrations.join("migcheck.toml"))?;
        }
        let dependency = self.dependency.replace("ROOT", &root.to_string_lossy());
        let mut manifest = format!(
            "[package]\nname = \"bench\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependency}\n"
        );
        if self.has_build_script {
            manifest.push_str(&format!("\n[build-dependencies]\n{dependency}\n"));
            fs::write(
                project.join("build.rs"),
                "fn main() {\n    migcheck::build::watch(\"migrations\");\n}\n",
            )?;
        }
        manifest.push_str(self.manifest);
        fs::write(project.join("Cargo.toml"), manifest)?;
        let mut files: Vec<String> = Vec::new();
        for entry in fs::read_dir(&migrations)? {
            let name = entry?.file_name();
            files.push(format!(
                "include_str!(\"../migrations/{}\")",
                name.to_string_lossy()
            ));
        }
        files.sort();
        fs::create_dir_all(project.join("src"))?;
        fs::write(
            project.join("src/main.rs"),
            self.main.replace("FILES", &files.join(",\n")),
        )
    }
}
