//! One file a command: its arguments, and what it prints.

pub(crate) mod bases;
pub(crate) mod branches;
pub(crate) mod check;
pub(crate) mod completions;
mod creation;
pub(crate) mod current;
mod database;
pub(crate) mod downgrade;
mod editor;
pub(crate) mod explain;
pub(crate) mod graph;
pub(crate) mod heads;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod init;
mod listing;
pub(crate) mod lock;
pub(crate) mod manual;
pub(crate) mod merge;
pub(crate) mod new;
mod pages;
pub(crate) mod plan;
pub(crate) mod rebase;
pub(crate) mod roundtrip;
pub(crate) mod show;
pub(crate) mod sql;
pub(crate) mod upgrade;
