//! Systems on which migcheck cannot run a server of the machine: those without Unix accounts and
//! signals.

use super::{Product, Running, StartError, StartOptions};

pub(super) async fn start(
    product: Product,
    _options: &StartOptions,
) -> Result<Running, StartError> {
    Err(StartError::LocalUnsupported { product })
}
