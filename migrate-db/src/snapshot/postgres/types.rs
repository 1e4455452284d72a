//! Types of the user's.

use super::macros::{comment, grants, own, owner, user_schema};
use super::reading::Reading;
use crate::snapshot::object::Property;

pub(super) const READINGS: &[Reading] =
    &[ENUMS, DOMAINS, COMPOSITES, RANGES, BASE_TYPES, COLLATIONS];

const ENUMS: Reading = Reading {
    for_relations: "",
    of: "pg_type",
    key: "t.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_type WHERE oid >= 16384 AND typtype = 'e')",
    kind: "'enum'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.typname",
    properties: &[
        (
            Property::Options,
            "'AS ENUM (' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', '
             ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '') || ')'",
        ),
        (Property::Owner, owner!("t.typowner")),
        (Property::Comment, comment!("pg_type", "t.oid")),
        (Property::Grants, grants!("t.typacl", "'T'", "t.typowner")),
    ],
    from: concat!(
        "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_type", "t.oid")
    ),
    order: "",
};

/// A domain's NOT NULL is a property; since version 18 it is in `pg_constraint` too.
const DOMAINS: Reading = Reading {
    for_relations: "",
    of: "pg_type",
    key: "t.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_type WHERE oid >= 16384 AND typtype = 'd')",
    kind: "'domain'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.typname",
    properties: &[
        (
            Property::Type,
            "'AS ' || format_type(t.typbasetype, t.typtypmod)",
        ),
        (
            Property::Collation,
            "(SELECT t.typcollation::regcollation::text FROM pg_type b WHERE b.oid = t.typbasetype
             AND t.typcollation <> b.typcollation)",
        ),
        (
            Property::NotNull,
            "CASE WHEN t.typnotnull THEN 'NOT NULL' END",
        ),
        (
            Property::Default,
            "coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)",
        ),
        (
            Property::Options,
            "(SELECT string_agg('CONSTRAINT ' || quote_ident(k.conname) || ' '
             || pg_get_constraintdef(k.oid), ' ' ORDER BY k.conname)
             FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')",
        ),
        (
            Property::Note,
            "(SELECT string_agg('comment on the constraint ' || quote_ident(k.conname) || ': ' || m.description,
                 E'\\n' ORDER BY k.conname) FROM pg_constraint k JOIN pg_description m
                 ON m.classoid = 'pg_constraint'::regclass AND m.objoid = k.oid WHERE k.contypid = t.oid)",
        ),
        (Property::Owner, owner!("t.typowner")),
        (Property::Comment, comment!("pg_type", "t.oid")),
        (Property::Grants, grants!("t.typacl", "'T'", "t.typowner")),
    ],
    from: concat!(
        "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_type", "t.oid")
    ),
    order: "",
};

const COMPOSITES: Reading = Reading {
    for_relations: "",
    of: "pg_type",
    key: "t.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind = 'c')",
    kind: "'composite type'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.typname",
    properties: &[
        (
            Property::Options,
            "'AS (' || coalesce((SELECT string_agg(quote_ident(a.attname) || ' '
             || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attcollation <> b.typcollation
               THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END, ', ' ORDER BY a.attnum)
             FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
             WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'",
        ),
        (
            Property::Note,
            "(SELECT string_agg('comment on ' || quote_ident(a.attname) || ': ' || m.description,
             E'\\n' ORDER BY a.attnum) FROM pg_attribute a JOIN pg_description m
             ON m.classoid = 'pg_class'::regclass AND m.objoid = a.attrelid AND m.objsubid = a.attnum
             WHERE a.attrelid = t.typrelid AND a.attnum > 0)",
        ),
        (Property::Owner, owner!("t.typowner")),
        (Property::Comment, comment!("pg_type", "t.oid")),
        (Property::Grants, grants!("t.typacl", "'T'", "t.typowner")),
    ],
    from: concat!(
        "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_type", "t.oid")
    ),
    order: "",
};

const RANGES: Reading = Reading {
    for_relations: "",
    of: "pg_type",
    key: "t.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_range WHERE rngtypid >= 16384)",
    kind: "'range type'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.typname",
    properties: &[
        (
            Property::Options,
            "'AS RANGE (' || concat_ws(', ', 'SUBTYPE = ' || r.rngsubtype::regtype,
             (SELECT 'SUBTYPE_OPCLASS = ' || o.opcname FROM pg_opclass o
               WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
             CASE WHEN r.rngcollation <> 0 THEN 'COLLATION = ' || r.rngcollation::regcollation END,
             CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = ' || r.rngcanonical::regproc END,
             CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff::regproc END,
             'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype) || ')'",
        ),
        (Property::Owner, owner!("t.typowner")),
        (Property::Comment, comment!("pg_type", "t.oid")),
        (Property::Grants, grants!("t.typacl", "'T'", "t.typowner")),
    ],
    from: concat!(
        "FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_type", "t.oid")
    ),
    order: "",
};

/// Without shells, and without the arrays that come with every type.
const BASE_TYPES: Reading = Reading {
    of: "pg_type",
    key: "t.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_type WHERE oid >= 16384 AND typtype = 'b' AND typcategory <> 'A')",
    kind: "'base type'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.typname",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput,
             'RECEIVE = ' || nullif(t.typreceive::text, '-'), 'SEND = ' || nullif(t.typsend::text, '-'),
             'TYPMOD_IN = ' || nullif(t.typmodin::text, '-'),
             'TYPMOD_OUT = ' || nullif(t.typmodout::text, '-'),
             'ANALYZE = ' || nullif(t.typanalyze::text, '-'),
             'SUBSCRIPT = ' || nullif(t.typsubscript::text, '-'),
             'INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END,
             CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END, 'ALIGNMENT = ' || t.typalign::text,
             'STORAGE = ' || t.typstorage::text, 'CATEGORY = ' || quote_literal(t.typcategory::text),
             CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,
             'DEFAULT = ' || quote_literal(t.typdefault),
             CASE WHEN t.typelem <> 0 THEN 'ELEMENT = ' || t.typelem::regtype END,
             CASE WHEN t.typdelim::text <> ',' THEN 'DELIMITER = ' || quote_literal(t.typdelim::text) END,
             CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END) || ')'",
        ),
        (Property::Owner, owner!("t.typowner")),
        (Property::Comment, comment!("pg_type", "t.oid")),
        (Property::Grants, grants!("t.typacl", "'T'", "t.typowner")),
    ],
    from: concat!(
        "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typtype = 'b' AND t.typcategory <> 'A' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_type", "t.oid")
    ),
    order: "",
};

/// The locale's column has been renamed from one version to the next, hence the detour by JSON.
const COLLATIONS: Reading = Reading {
    for_relations: "",
    of: "pg_collation",
    key: "c.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_collation WHERE oid >= 16384)",
    kind: "'collation'",
    schema: "n.nspname",
    table: "NULL",
    name: "c.collname",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu'
               WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END,
             'LOCALE = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale',
               to_jsonb(c) ->> 'colliculocale', c.collcollate)),
             'RULES = ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
             CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END) || ')'",
        ),
        (Property::Owner, owner!("c.collowner")),
        (Property::Comment, comment!("pg_collation", "c.oid")),
    ],
    from: concat!(
        "FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_collation", "c.oid")
    ),
    order: "",
};
