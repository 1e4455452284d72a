//! What makes a scratch database like a live one.

use migcheck_core::Dialect;
use migcheck_db::{Release, ServerError, Session};

use crate::server::{Product, ServerSpec};

impl ServerSpec {
    /// A container of a release; SQLite is embedded.
    #[must_use]
    pub fn like(release: &Release) -> Self {
        let is_it = |product: &Product| product.name() == release.product;
        match Product::ALL.into_iter().find(is_it) {
            Some(product) if release.version.is_empty() => Self::Any(product),
            Some(product) => Self::Container {
                product,
                tag: release.version.clone(),
            },
            None => Self::Sqlite,
        }
    }
}

/// The statement that gives another database the collation of this one. On MySQL every text column
/// whose script does not say otherwise has the one that was its database's when it was made.
pub(crate) async fn collation(live: &mut dyn Session) -> Result<Option<String>, ServerError> {
    if live.dialect() != Dialect::MySql {
        return Ok(None);
    }
    let rows = live.rows("SELECT @@collation_database", &[]).await?;
    let collation = rows.into_iter().flatten().flatten().next();
    Ok(collation.map(|collation| format!("ALTER DATABASE COLLATE {collation}")))
}
