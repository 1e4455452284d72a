//! How to start a server.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Product;

/// How to start a server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartOptions {
    /// Images to use in place of the official ones, as in `[roundtrip.images]`. One without a tag
    /// gets the tag of the spec. The variables of [`Product::image_variable`] come first.
    pub images: BTreeMap<Product, String>,
    /// How long a started server may take until it answers a query, 60 seconds unless told
    /// otherwise. Pulling an image does not count.
    pub timeout: Duration,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            images: BTreeMap::new(),
            timeout: Duration::from_secs(60),
        }
    }
}

impl StartOptions {
    /// Uses `image` for `product`.
    #[must_use]
    pub fn image(mut self, product: Product, image: impl Into<String>) -> Self {
        self.images.insert(product, image.into());
        self
    }

    /// Waits for `timeout` at most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
