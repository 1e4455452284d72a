//! The file-name template of the native layout.

use std::fmt::Write as _;

/// A parsed `[naming] file` template: placeholders and literal text, `_{slug}` at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Timestamp,
    Date,
    Time,
    Seq,
    Hash,
}

impl Field {
    const ALL: [(&'static str, Self); 5] = [
        ("timestamp", Self::Timestamp),
        ("date", Self::Date),
        ("time", Self::Time),
        ("seq", Self::Seq),
        ("hash", Self::Hash),
    ];

    /// How many bytes of `text` the field takes; `None` when it does not stand there.
    fn take(self, text: &str) -> Option<usize> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        match self {
            Self::Timestamp => (digits >= 14).then_some(14),
            Self::Date => (digits >= 8).then_some(8),
            Self::Time => (digits >= 6).then_some(6),
            Self::Seq => (digits >= 1).then_some(digits),
            Self::Hash => {
                let hex = text.bytes().take_while(u8::is_ascii_hexdigit).count();
                (hex >= 4).then_some(hex)
            }
        }
    }
}

/// What is put into a template for a new revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameParts {
    /// YYYYMMDDHHMMSS.
    pub timestamp: String,
    /// The next number, already padded.
    pub seq: String,
    /// Twelve hexadecimal digits.
    pub hash: String,
}

/// What a file name says under a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameMatch<'a> {
    /// What stands before `_{slug}`.
    pub id: &'a str,
    /// The slug.
    pub slug: &'a str,
    /// The `{seq}` part, where the template has one.
    pub seq: Option<&'a str>,
}

/// The template that holds without a `[naming]` section.
pub const DEFAULT_TEMPLATE: &str = "{timestamp}_{slug}";

impl Default for Template {
    fn default() -> Self {
        Self {
            text: DEFAULT_TEMPLATE.to_owned(),
            parts: vec![Part::Field(Field::Timestamp)],
        }
    }
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, to be shown at the template.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(id) = text.strip_suffix("_{slug}") else {
            return Err(
                "the template has to end in `_{slug}`: what stands before it is the revision id"
                    .to_owned(),
            );
        };
        let mut parts = Vec::new();
        let mut rest = id;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('{') {
                let (name, after) = inner
                    .split_once('}')
                    .ok_or_else(|| "a `{` without its `}`".to_owned())?;
                let field = Field::ALL.iter().find(|(known, _)| *known == name);
                let (_, field) = field.ok_or_else(|| {
                    format!("`{{{name}}}` is no placeholder; there are `{{timestamp}}`, `{{date}}`, `{{time}}`, `{{seq}}`, `{{hash}}` and `{{slug}}`")
                })?;
                parts.push(Part::Field(*field));
                rest = after;
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                parts.push(Part::Literal(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        if !parts.iter().any(|part| matches!(part, Part::Field(_))) {
            return Err(
                "without a placeholder before `_{slug}` every revision has one id".to_owned(),
            );
        }
        let template = Self {
            text: text.to_owned(),
            parts,
        };
        // A `{hash}` may be all digits.
        for hash in ["3f9a1c2b7d4e", "000000000000"] {
            let id = template.sample(hash);
            let name = format!("{id}_x");
            if template.read(&name).map(|found| found.id) != Some(&*id) {
                return Err(format!(
                    "`{name}`, a name of this template, cannot be read back: put a `_` between its parts"
                ));
            }
        }
        Ok(template)
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads a file's stem, the part before `.up.sql`.
    #[must_use]
    pub fn read<'a>(&self, stem: &'a str) -> Option<NameMatch<'a>> {
        let mut at = 0;
        let mut seq = None;
        for part in &self.parts {
            let rest = stem.get(at..)?;
            let taken = match part {
                Part::Literal(literal) => {
                    rest.starts_with(literal.as_str()).then_some(literal.len())
                }
                Part::Field(field) => field.take(rest),
            }?;
            if let Part::Field(Field::Seq) = part {
                seq = rest.get(..taken);
            }
            at += taken;
        }
        let id = stem.get(..at)?;
        let slug = stem.get(at..)?.strip_prefix('_')?;
        (!slug.is_empty()).then_some(NameMatch { id, slug, seq })
    }

    /// A name that follows the template, for messages.
    pub(crate) fn example(&self) -> String {
        format!("{}_add_users", self.sample("3f9a1c2b7d4e"))
    }

    fn sample(&self, hash: &str) -> String {
        self.id(&NameParts {
            timestamp: "20250824093000".to_owned(),
            seq: "001".to_owned(),
            hash: hash.to_owned(),
        })
    }

    /// Whether names carry a `{seq}`.
    #[must_use]
    pub fn has_seq(&self) -> bool {
        self.parts.contains(&Part::Field(Field::Seq))
    }

    /// Whether ids are made in an order: `{timestamp}` and `{seq}` rise.
    pub(crate) fn has_order(&self) -> bool {
        self.has_seq() || self.parts.contains(&Part::Field(Field::Timestamp))
    }

    /// The id of a new revision.
    #[must_use]
    pub fn id(&self, parts: &NameParts) -> String {
        let mut id = String::new();
        for part in &self.parts {
            let text = match part {
                Part::Literal(literal) => literal,
                Part::Field(Field::Timestamp) => &*parts.timestamp,
                Part::Field(Field::Date) => parts.timestamp.get(..8).unwrap_or_default(),
                Part::Field(Field::Time) => parts.timestamp.get(8..).unwrap_or_default(),
                Part::Field(Field::Seq) => &parts.seq,
                Part::Field(Field::Hash) => &parts.hash,
            };
            let _ = write!(id, "{text}");
        }
        id
    }
}

/// The slug of a message: lower-case words joined by `_`, at most `max` characters.
#[must_use]
pub fn slugify(message: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in message.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let mut slug: String = slug.chars().take(max).collect();
    while slug.ends_with('_') {
        slug.pop();
    }
    slug
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(template: &str, stem: &str) -> Option<(String, String)> {
        let template = Template::parse(template).unwrap();
        let found = template.read(stem)?;
        Some((found.id.to_owned(), found.slug.to_owned()))
    }

    #[test]
    fn what_stands_before_the_slug_is_the_id() {
        let pair = |id: &str, slug: &str| Some((id.to_owned(), slug.to_owned()));
        assert_eq!(
            read("{date}_{seq}_{slug}", "20250824_001_init_base"),
            pair("20250824_001", "init_base")
        );
        assert_eq!(
            read("{timestamp}_{slug}", "20250824101112_x"),
            pair("20250824101112", "x")
        );
        assert_eq!(read("{seq}_{slug}", "7_x"), pair("7", "x"));
        assert_eq!(
            read("v{hash}_{slug}", "vdeadbeef_x"),
            pair("vdeadbeef", "x")
        );
        assert_eq!(read("{seq}_{slug}", "x_7"), None);
        assert_eq!(read("{seq}_{slug}", "7_"), None);
        assert_eq!(read("{date}_{slug}", "2025_x"), None);
    }

    #[test]
    fn bad_templates_say_why() {
        assert!(
            Template::parse("{seq}-{slug}")
                .unwrap_err()
                .contains("_{slug}")
        );
        assert!(
            Template::parse("{nope}_{slug}")
                .unwrap_err()
                .contains("{seq}")
        );
        assert!(
            Template::parse("x_{slug}")
                .unwrap_err()
                .contains("placeholder")
        );
        assert!(Template::parse("{seq_{slug}").is_err());
        // A number takes all the digits there are, a hash some letters too.
        for text in ["{seq}{date}_{slug}", "{seq}{hash}_{slug}", "{hash}a_{slug}"] {
            assert!(
                Template::parse(text).unwrap_err().contains("read back"),
                "{text}"
            );
        }
        assert!(Template::parse("{date}{time}{seq}_{slug}").is_ok());
    }

    #[test]
    fn messages_become_slugs() {
        assert_eq!(slugify("Add users & e-mail", 60), "add_users_e_mail");
        assert_eq!(slugify("  ", 60), "");
        assert_eq!(slugify("abc def", 4), "abc");
    }
}
