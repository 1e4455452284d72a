//! The server binaries of this machine.

use super::{Product, Running, StartError, StartOptions};

/// Starts this machine's own server.
pub(super) async fn start(
    product: Product,
    _options: &StartOptions,
) -> Result<Running, StartError> {
    Err(StartError::NoLocalBinary {
        product,
        missing: Vec::new(),
        looked: Vec::new(),
    })
}
