//! What a run tells while it is on its way.

use std::fmt;
use std::sync::Arc;

use crate::StepReport;

/// Something that happened in a run; see [`Migrator::on_event`](crate::Migrator::on_event).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// Another run has the lock, and this one waits: who has it, where the server tells that.
    Waiting(Option<&'a str>),
    /// A step came to its end, and stays whatever becomes of the next.
    Step(&'a StepReport),
    /// The lock could not be given back: a pooler had another connection take it, and that has it
    /// still. Later runs wait for it until it is ended.
    LockStays {
        /// The statement that ends it.
        end: &'a str,
    },
}

/// Somebody who wants to know, or nobody.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<Told>>);

type Told = dyn Fn(RunEvent<'_>) + Send + Sync;

impl Listener {
    pub(crate) fn new(listener: impl Fn(RunEvent<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, event: RunEvent<'_>) {
        if let Some(listener) = &self.0 {
            listener(event);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.0.is_some()).finish()
    }
}
