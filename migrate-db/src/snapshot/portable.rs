//! The part of a schema that the same migrations make on every machine.

use migcheck_core::RevisionGraph;

use super::Snapshot;
use super::object::{Object, ObjectKind, Property};

impl Snapshot {
    /// The schema without what depends on who runs the migrations and where: who owns an object, what
    /// others may do with it (and with what will be made later), whom a user is on a foreign server, and
    /// the version of an extension. In production the roles are others than in CI, and privileges are
    /// given there by hand.
    #[must_use]
    pub fn portable(&self) -> Self {
        let mut schema = self.clone();
        schema.groups.retain(|object| !is_local(object));
        if let Some(dialect) = self.dialect
            && schema.objects().any(says_more)
        {
            let objects = schema.objects().cloned();
            return Self::new(dialect, objects.map(without_place).collect());
        }
        schema
    }

    /// The part of it that migrations make and not their run: [`Snapshot::portable`], without the schema
    /// (namespace) of the history table where nothing else is in that.
    #[must_use]
    pub fn made_by(&self, graph: &RevisionGraph) -> Self {
        let mut made = self.portable();
        let of_history = graph.settings().history_schema.as_deref();
        if let Some(schema) = of_history
            && !made
                .objects()
                .any(|object| object.name.schema.as_deref() == Some(schema))
        {
            made.groups.retain(|object| {
                object.name.kind != ObjectKind::Schema || object.name.name != schema
            });
        }
        made
    }

    /// The schema without a table, and without all that belongs to it.
    #[must_use]
    pub fn without_table(&self, schema: Option<&str>, table: &str) -> Self {
        let mut rest = self.clone();
        rest.groups.retain(|object| {
            let is_there = schema.is_none() || object.name.schema.as_deref() == schema;
            !(is_there && object.stands_with() == Some(table))
        });
        rest
    }
}

/// Objects that say who may do what, and nothing else.
fn is_local(object: &Object) -> bool {
    matches!(
        object.name.kind,
        ObjectKind::DefaultPrivileges | ObjectKind::UserMapping
    )
}

fn says_more(object: &Object) -> bool {
    let has = |property| object.get(property).is_some();
    has(Property::Owner) || has(Property::Grants) || object.name.kind == ObjectKind::Extension
}

fn without_place(mut object: Object) -> Object {
    object.remove(Property::Owner);
    object.remove(Property::Grants);
    if object.name.kind == ObjectKind::Extension
        && let Some(options) = object.get(Property::Options)
        && let Some((rest, _)) = options.split_once(" VERSION ")
    {
        let rest = rest.to_owned();
        object.set(Property::Options, rest);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::super::object::ObjectName;
    use super::*;
    use migcheck_core::Dialect;

    fn table(owner: Option<&str>, grants: Option<&str>) -> Snapshot {
        let mut table = Object::new(ObjectName::new(
            ObjectKind::Table,
            Some("public"),
            None,
            "t",
        ));
        table.set(Property::Options, "WITH (fillfactor=70)");
        for (property, value) in [(Property::Owner, owner), (Property::Grants, grants)] {
            if let Some(value) = value {
                table.set(property, value);
            }
        }
        Snapshot::new(Dialect::Postgres, vec![table])
    }

    fn extension(version: &str) -> Snapshot {
        let name = ObjectName::new(ObjectKind::Extension, None, None, "pgcrypto");
        let mut extension = Object::new(name);
        let options = format!("SCHEMA public VERSION '{version}'");
        extension.set(Property::Options, options);
        Snapshot::new(Dialect::Postgres, vec![extension])
    }

    #[test]
    fn roles_and_extension_versions_are_left_out() {
        let owned = table(Some("deploy"), Some("GRANT SELECT ON {} TO app"));
        let plain = table(None, None);
        assert_ne!(owned, plain);
        assert_eq!(owned.portable(), plain);
        assert_eq!(plain.portable(), plain);
        assert_eq!(owned.portable().fingerprint(), plain.fingerprint());
        assert_eq!(extension("1.3").portable(), extension("1.4").portable());

        let name = ObjectName::new(ObjectKind::DefaultPrivileges, None, None, "FOR ROLE deploy");
        let privileges = Snapshot::new(Dialect::Postgres, vec![Object::new(name)]);
        assert_eq!(privileges.portable(), Snapshot::default());
    }

    #[test]
    fn a_table_of_one_schema_is_left_out() {
        let plain = table(None, None);
        assert_eq!(plain.without_table(Some("other"), "t"), plain);
        assert_eq!(
            plain.without_table(Some("public"), "t"),
            Snapshot::default()
        );
        assert_eq!(plain.without_table(None, "t"), Snapshot::default());
    }
}
