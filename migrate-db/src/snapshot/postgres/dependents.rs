//! What is named in the definitions of others, which change with its name and are not touched.

use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};

/// What other definitions may say of an object: its name, of a column its type too, of a view what it
/// consists of, and of a type everything. Nobody else names constraints and indexes.
fn face(object: &Object) -> Option<(&ObjectName, &[(Property, String)])> {
    let properties = object.properties();
    match object.name.kind {
        ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Enum
        | ObjectKind::Domain
        | ObjectKind::CompositeType
        | ObjectKind::RangeType
        | ObjectKind::BaseType => Some((&object.name, properties)),
        ObjectKind::Column => {
            let kind = properties.iter().position(|(p, _)| *p == Property::Type);
            let kind = kind.map_or(&[][..], |at| &properties[at..=at]);
            Some((&object.name, kind))
        }
        kind if kind.is_constraint() => None,
        ObjectKind::Index
        | ObjectKind::Statistics
        | ObjectKind::Trigger
        | ObjectKind::Rule
        | ObjectKind::Policy => None,
        _ => Some((&object.name, &[])),
    }
}

/// How much of a change shows in the definitions of other objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    Nowhere,
    /// Columns came or went, which the server may have to tell apart by aliases in a query.
    InQueries,
    Everywhere,
}

/// Compares what is seen of a unit from outside.
pub(super) fn shows<'a>(
    before: impl Iterator<Item = &'a Object>,
    now: impl Iterator<Item = &'a Object>,
) -> Shows {
    let (before, now): (Vec<_>, Vec<_>) = (
        before.filter_map(face).collect(),
        now.filter_map(face).collect(),
    );
    if before == now || before.is_empty() || now.is_empty() {
        // What is new is named only by what is new, and what is gone by nobody.
        return Shows::Nowhere;
    }
    let (less, more) = if before.len() < now.len() {
        (before, now)
    } else {
        (now, before)
    };
    let mut more = more.iter();
    if less.iter().all(|face| more.any(|other| other == face)) {
        Shows::InQueries
    } else {
        Shows::Everywhere
    }
}

/// What depends on units, as units: catalogs, OIDs, and whether only queries matter. What depends on
/// a type depends on what the type is made of: `users[]` on `users`.
pub(super) const QUESTION: &str = "
WITH RECURSIVE found (classid, objid) AS (
  SELECT d.classid, d.objid FROM unnest($1, $2) u (classid, objid)
  JOIN pg_depend d ON d.refclassid = u.classid AND d.refobjid = u.objid
  WHERE NOT $3 OR d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass)
  UNION
  SELECT d.classid, d.objid FROM found f
  JOIN pg_depend d ON d.refclassid = f.classid AND d.refobjid = f.objid
  WHERE f.classid = 'pg_type'::regclass
)
SELECT f.classid::regclass::text, f.objid::text FROM found f
UNION ALL SELECT 'pg_class', k.indrelid::text FROM found f JOIN pg_index k ON k.indexrelid = f.objid
WHERE f.classid = 'pg_class'::regclass
UNION ALL SELECT 'pg_class', k.adrelid::text FROM found f JOIN pg_attrdef k ON k.oid = f.objid
WHERE f.classid = 'pg_attrdef'::regclass
UNION ALL SELECT 'pg_class', k.conrelid::text FROM found f JOIN pg_constraint k ON k.oid = f.objid
WHERE f.classid = 'pg_constraint'::regclass
UNION ALL SELECT 'pg_type', k.contypid::text FROM found f JOIN pg_constraint k ON k.oid = f.objid
WHERE f.classid = 'pg_constraint'::regclass
UNION ALL SELECT 'pg_class', k.tgrelid::text FROM found f JOIN pg_trigger k ON k.oid = f.objid
WHERE f.classid = 'pg_trigger'::regclass
UNION ALL SELECT 'pg_class', k.ev_class::text FROM found f JOIN pg_rewrite k ON k.oid = f.objid
WHERE f.classid = 'pg_rewrite'::regclass
UNION ALL SELECT 'pg_class', k.polrelid::text FROM found f JOIN pg_policy k ON k.oid = f.objid
WHERE f.classid = 'pg_policy'::regclass
UNION ALL SELECT 'pg_class', k.stxrelid::text FROM found f JOIN pg_statistic_ext k ON k.oid = f.objid
WHERE f.classid = 'pg_statistic_ext'::regclass
UNION ALL SELECT 'pg_type', k.oid::text FROM found f JOIN pg_class c ON c.oid = f.objid
JOIN pg_type k ON k.oid = c.reltype WHERE f.classid = 'pg_class'::regclass AND c.relkind = 'c'";
