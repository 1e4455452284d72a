//! Which image a container is made of.

use std::fmt;

use testcontainers::TestcontainersError;
use testcontainers::core::error::ClientError;

use super::{Product, StartError, StartOptions};

/// The image to run.
pub(super) struct Image {
    pub(super) name: String,
    pub(super) tag: String,
    /// Says where the image comes from, if it is not the official one.
    pub(super) notes: Vec<String>,
}

impl Image {
    /// The official image, or what the environment or the configuration put in its place.
    pub(super) fn choose(product: Product, tag: &str, options: &StartOptions) -> Self {
        let variable = product.image_variable();
        let from_environment = std::env::var(variable).ok().filter(|set| !set.is_empty());
        let (image, by) = match (from_environment, options.images.get(&product)) {
            (Some(image), _) => (image, variable),
            (None, Some(image)) => (image.clone(), "`[roundtrip.images]`"),
            (None, None) => return Self::new(product.name(), tag),
        };
        let mut image = Self::new(&image, tag);
        image
            .notes
            .push(format!("{product}:{tag} is the image {image}, by {by}."));
        image
    }

    /// Splits the tag off; `tag` is for an image without one. A digest passes as a tag, since the
    /// engine only ever sees the two joined again.
    fn new(image: &str, tag: &str) -> Self {
        let end_of_path = image.rfind('/').map_or(0, |at| at + 1);
        let file = image.get(end_of_path..).unwrap_or_default();
        let (name, tag) = match file
            .rfind(':')
            .and_then(|at| image.split_at_checked(end_of_path + at))
        {
            Some((name, tag)) => (name, tag.trim_start_matches(':')),
            None => (image, tag),
        };
        Self {
            name: name.to_owned(),
            tag: tag.to_owned(),
            notes: Vec::new(),
        }
    }

    /// Sorts the engine's refusal into what there is to do about it.
    pub(super) fn start_error(&self, product: Product, error: TestcontainersError) -> StartError {
        let image = self.to_string();
        match error {
            TestcontainersError::Client(ClientError::PullImage { err, .. }) => {
                StartError::ImageNotFound {
                    image,
                    cause: err.to_string(),
                    variable: product.image_variable(),
                }
            }
            other => StartError::Container {
                image,
                cause: other.to_string(),
            },
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_keeps_its_own_tag_or_takes_the_one_of_the_spec() {
        for (image, want) in [
            ("postgres", "postgres:17"),
            (
                "registry.example:5000/db/postgres",
                "registry.example:5000/db/postgres:17",
            ),
            (
                "registry.example:5000/postgis:16-3.4",
                "registry.example:5000/postgis:16-3.4",
            ),
            ("postgres@sha256:0123", "postgres@sha256:0123"),
        ] {
            assert_eq!(Image::new(image, "17").to_string(), want);
        }
    }

    #[test]
    fn the_configuration_replaces_the_image_and_says_so() {
        let options = StartOptions::default().image(Product::MySql, "percona:8.4");
        let image = Image::choose(Product::MySql, "9.7", &options);
        assert_eq!(image.to_string(), "percona:8.4");
        let said = "mysql:9.7 is the image percona:8.4, by `[roundtrip.images]`.";
        assert_eq!(image.notes, [said]);
    }
}
