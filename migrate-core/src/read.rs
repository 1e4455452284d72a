//! Reading a directory: every file once, in parallel, hashed as it is read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;
use std::sync::Arc;
use std::thread;

use crate::finding::{Finding, Label, SourceFile};
use crate::header::{self, Header};
use crate::revision::Direction;
use crate::{Checksum, Code, checksum};

/// What a reader keeps at hand; larger files make it grow.
const READ_BUFFER_BYTES: usize = 64 * 1024;

/// The largest script, in bytes.
pub const MAX_SCRIPT_BYTES: u64 = 16 * 1024 * 1024;

/// A file of the directory, read.
#[derive(Debug)]
pub(crate) struct FileRead {
    /// The path below the directory, `/` between its parts.
    pub(crate) name: String,
    pub(crate) source: Arc<SourceFile>,
    pub(crate) checksum: Checksum,
    /// What it says of itself, which most down scripts do not.
    header: Option<Box<Header>>,
    /// It could not be read, which is reported: its name is all that is known of it.
    pub(crate) is_unread: bool,
}

impl FileRead {
    /// A file that is not on the disk, without what its header says.
    pub(crate) fn new(name: &str, text: String) -> Self {
        Self {
            checksum: Checksum::of_script(&text),
            header: None,
            is_unread: false,
            source: Arc::new(SourceFile {
                path: name.to_owned(),
                text: text.into(),
            }),
            name: name.to_owned(),
        }
    }

    /// What it says of itself.
    pub(crate) fn header(&self) -> &Header {
        self.header.as_deref().unwrap_or(&header::NONE)
    }

    fn unread(name: String, shown_as: &str) -> Self {
        Self {
            source: SourceFile::nameless_text(joined(shown_as, &name)),
            checksum: Checksum::of_script(""),
            header: None,
            is_unread: true,
            name,
        }
    }
}

/// What a directory holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Every file below it, by name.
    pub(crate) files: Vec<FileRead>,
    /// What could not be read.
    pub(crate) findings: Vec<Finding>,
}

impl Contents {
    fn add(&mut self, read: Result<FileRead, Box<Finding>>, name: String, shown_as: &str) {
        self.files.push(read.unwrap_or_else(|finding| {
            self.findings.push(*finding);
            FileRead::unread(name, shown_as)
        }));
    }
}

/// Reads everything below `root`; `shown_as` is how messages call the directory.
pub(crate) fn read_directory(root: &Path, shown_as: &str) -> Contents {
    let mut listing = Listing::default();
    list(root, "", shown_as, &mut listing);
    let Listing {
        mut names,
        unread,
        findings,
    } = listing;
    let mut contents = Contents {
        files: Vec::with_capacity(names.len()),
        findings,
    };
    names.sort_unstable();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    // Below a few hundred files a thread costs more than it saves.
    let size = names.len().div_ceil(workers).max(256);
    let read = |chunk: &[String]| -> Vec<_> {
        // Each text is copied out of it at its own length: most are far smaller than a page.
        let mut buffer = Vec::with_capacity(READ_BUFFER_BYTES);
        let files = chunk.iter();
        files
            .map(|name| read_file(root, name, shown_as, &mut buffer))
            .collect()
    };
    let mut results = Vec::with_capacity(names.len());
    thread::scope(|scope| {
        let mut chunks = names.chunks(size);
        let own = chunks.next().unwrap_or_default();
        let others: Vec<_> = chunks
            .map(|chunk| (chunk, scope.spawn(move || read(chunk))))
            .collect();
        results.extend(read(own));
        for (chunk, worker) in others {
            // A worker that died is no reason to lose its files: they are read here.
            results.extend(worker.join().unwrap_or_else(|_| read(chunk)));
        }
    });
    for (name, result) in names.into_iter().zip(results) {
        contents.add(result, name, shown_as);
    }
    if !unread.is_empty() {
        let unread = unread.into_iter();
        contents
            .files
            .extend(unread.map(|name| FileRead::unread(name, shown_as)));
        contents.files.sort_by(|a, b| a.name.cmp(&b.name));
    }
    contents
}

/// The files of a directory, before they are read.
#[derive(Default)]
struct Listing {
    names: Vec<String>,
    /// What is there, and must or can not be read.
    unread: Vec<String>,
    findings: Vec<Finding>,
}

/// How deep folders are followed: diesel's scripts stand one level down.
const MAX_DEPTH: usize = 1;

fn list(root: &Path, below: &str, shown_as: &str, listing: &mut Listing) {
    let folder = root.join(below);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => {
            let path = joined(shown_as, below);
            listing
                .findings
                .push(unreadable(&path, &error, below.is_empty()));
            return;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listing
                    .findings
                    .push(unreadable(&joined(shown_as, below), &error, false));
                continue;
            }
        };
        let Ok(base) = entry.file_name().into_string() else {
            let name = entry.file_name().to_string_lossy().into_owned();
            listing.findings.push(
                Finding::new(Code::BadFileName, format!("the name `{name}` is not UTF-8"))
                    .label(Label::file(joined(shown_as, &joined(below, &name))))
                    .help("rename the file"),
            );
            continue;
        };
        let name = joined(below, &base);
        match kind(root, &entry) {
            Ok(Kind::Folder)
                if below.matches('/').count() + usize::from(!below.is_empty()) < MAX_DEPTH =>
            {
                list(root, &name, shown_as, listing);
            }
            Ok(Kind::Folder) => listing.findings.push(
                Finding::new(
                    Code::StrayFile,
                    format!("the folder `{name}` holds no migrations"),
                )
                .label(Label::file(joined(shown_as, &name)))
                .help("move it out of the directory, or set `stray-file = \"allow\"` in `[rules]`"),
            ),
            Ok(Kind::File) => listing.names.push(name),
            Ok(Kind::LinkedFolder) => listing.findings.push(
                Finding::new(
                    Code::StrayFile,
                    format!("`{name}` is a link to a folder, and is not followed"),
                )
                .label(Label::file(joined(shown_as, &name)))
                .help("move it out of the directory, or set `stray-file = \"allow\"` in `[rules]`"),
            ),
            Ok(Kind::Other) => {
                // Opening a pipe would wait for somebody to write to it.
                let error = io::Error::other("it is neither a file nor a folder");
                let path = joined(shown_as, &name);
                listing.findings.push(unreadable(&path, &error, false));
                listing.unread.push(name);
            }
            Ok(Kind::Escape(target)) => {
                let target = target.display();
                let message = format!("`{name}` is a link to `{target}`, outside the directory");
                listing.findings.push(
                    Finding::new(Code::SymlinkEscape, message)
                        .label(Label::file(joined(shown_as, &name)))
                        .note("what it points to is not under version control with the migrations")
                        .help("copy the file into the directory"),
                );
                listing.unread.push(name);
            }
            Err(error) => {
                let path = joined(shown_as, &name);
                listing.findings.push(unreadable(&path, &error, false));
                listing.unread.push(name);
            }
        }
    }
}

enum Kind {
    File,
    Folder,
    Escape(PathBuf),
    /// A folder is read where it stands, and once.
    LinkedFolder,
    Other,
}

fn kind(root: &Path, entry: &fs::DirEntry) -> io::Result<Kind> {
    let kind = entry.file_type()?;
    if kind.is_dir() {
        return Ok(Kind::Folder);
    }
    if kind.is_file() {
        return Ok(Kind::File);
    }
    if kind.is_symlink() {
        let target = fs::canonicalize(entry.path())?;
        if !target.starts_with(fs::canonicalize(root)?) {
            // What the link says, not where that is on this machine.
            return Ok(Kind::Escape(fs::read_link(entry.path())?));
        }
        if target.is_dir() {
            return Ok(Kind::LinkedFolder);
        }
        if target.is_file() {
            return Ok(Kind::File);
        }
    }
    Ok(Kind::Other)
}

/// Reads files that stand in memory, as [`read_directory`] reads those of a directory.
pub(crate) fn read_files(files: BTreeMap<String, Vec<u8>>, shown_as: &str) -> Contents {
    let mut contents = Contents::default();
    for (name, bytes) in files {
        contents.add(read_text(&name, &bytes, shown_as), name, shown_as);
    }
    contents
}

fn read_file(
    root: &Path,
    name: &str,
    shown_as: &str,
    bytes: &mut Vec<u8>,
) -> Result<FileRead, Box<Finding>> {
    match read_bytes(&root.join(name), bytes) {
        Ok(()) => read_text(name, bytes, shown_as),
        Err(error) => {
            let path = joined(shown_as, name);
            Err(Box::new(unreadable(&path, &error, false)))
        }
    }
}

fn read_text(name: &str, bytes: &[u8], shown_as: &str) -> Result<FileRead, Box<Finding>> {
    let path = joined(shown_as, name);
    // A companion may be anything: only scripts, and what migcheck itself reads, are text.
    let is_text = name.ends_with(".sql") || name.ends_with(".toml") || name.ends_with(".lock");
    if is_text && bytes.len() as u64 > MAX_SCRIPT_BYTES {
        return Err(Box::new(
            Finding::new(Code::TooLarge, "the script is larger than 16 MiB")
                .label(Label::file(path))
                .help("load bulk data with a program, and keep migrations to what they change"),
        ));
    }
    let text = match std::str::from_utf8(if is_text { bytes } else { &[] }) {
        Ok(text) => checksum::canonical(text).into_owned(),
        Err(error) => return Err(Box::new(not_utf8(path, bytes, error))),
    };
    let direction = match name.rsplit('/').next() {
        Some(base) if base == "down.sql" || base.contains(".down.") => Direction::Down,
        _ => Direction::Up,
    };
    let header = match name.ends_with(".sql") {
        true => Header::find(&text, direction),
        false => None,
    };
    Ok(FileRead {
        checksum: Checksum::of_script(&text),
        header,
        is_unread: false,
        source: Arc::new(SourceFile {
            path,
            text: text.into(),
        }),
        name: name.to_owned(),
    })
}

fn read_bytes(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    // One byte more than allowed tells that there is more, without reading all of it.
    File::open(path)?
        .take(MAX_SCRIPT_BYTES + 1)
        .read_to_end(bytes)?;
    Ok(())
}

fn not_utf8(path: String, bytes: &[u8], error: Utf8Error) -> Finding {
    let offset = error.valid_up_to();
    let line = 1 + bytes[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    Finding::new(
        Code::NotUtf8,
        format!("byte {offset}, on line {line}, is not UTF-8"),
    )
    .label(Label::file(path))
    .help("save the file as UTF-8: databases and checksums read it as that")
}

fn unreadable(path: &str, error: &io::Error, is_root: bool) -> Finding {
    if is_root && error.kind() == io::ErrorKind::NotFound {
        return Finding::new(Code::Unreadable, "the directory does not exist")
            .label(Label::file(path))
            .help("create it with `cargo migcheck init`, or correct the path");
    }
    Finding::new(
        Code::Unreadable,
        format!("`{path}` cannot be read: {error}"),
    )
    .label(Label::file(path))
    .help("check that the path exists and that you may read it")
}

/// Joins what is shown of paths, with `/` on every machine.
pub(crate) fn joined(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        // Called for every file: formatting would cost more than the rest of reading its name.
        (folder, name) => [folder.trim_end_matches('/'), "/", name].concat(),
    }
}
