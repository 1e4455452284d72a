//! What few databases have: languages, transforms, access methods, conversions, parsers and templates of
//! text search, subscriptions.

use super::macros::{comment, grants, own, owner, user_schema};
use super::reading::Reading;
use crate::snapshot::object::Property;

pub(super) const READINGS: &[Reading] = &[
    LANGUAGES,
    TRANSFORMS,
    ACCESS_METHODS,
    CONVERSIONS,
    PARSERS,
    TEMPLATES,
    SUBSCRIPTIONS,
];

const LANGUAGES: Reading = Reading {
    of: "pg_language",
    key: "l.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_language WHERE oid >= 16384)",
    kind: "'language'",
    schema: "NULL",
    table: "NULL",
    name: "l.lanname",
    properties: &[
        (
            Property::Modifier,
            "CASE WHEN l.lanpltrusted THEN 'TRUSTED' END",
        ),
        (
            Property::Options,
            "concat_ws(' ', 'HANDLER ' || nullif(l.lanplcallfoid::regproc::text, '-'),
             'INLINE ' || nullif(l.laninline::regproc::text, '-'),
             'VALIDATOR ' || nullif(l.lanvalidator::regproc::text, '-'))",
        ),
        (Property::Owner, owner!("l.lanowner")),
        (Property::Comment, comment!("pg_language", "l.oid")),
        (Property::Grants, grants!("l.lanacl", "'l'", "l.lanowner")),
    ],
    from: concat!("FROM pg_language l WHERE ", own!("pg_language", "l.oid")),
    order: "",
};

const TRANSFORMS: Reading = Reading {
    of: "pg_transform",
    key: "t.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_transform)",
    kind: "'transform'",
    schema: "NULL",
    table: "NULL",
    name: "'FOR ' || t.trftype::regtype || ' LANGUAGE '
           || (SELECT quote_ident(l.lanname) FROM pg_language l WHERE l.oid = t.trflang)",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', CASE WHEN t.trffromsql <> 0
               THEN 'FROM SQL WITH FUNCTION ' || t.trffromsql::regprocedure END,
             CASE WHEN t.trftosql <> 0 THEN 'TO SQL WITH FUNCTION ' || t.trftosql::regprocedure END) || ')'",
        ),
        (Property::Comment, comment!("pg_transform", "t.oid")),
    ],
    from: concat!("FROM pg_transform t WHERE ", own!("pg_transform", "t.oid")),
    order: "",
};

const ACCESS_METHODS: Reading = Reading {
    of: "pg_am",
    key: "a.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_am WHERE oid >= 16384)",
    kind: "'access method'",
    schema: "NULL",
    table: "NULL",
    name: "a.amname",
    properties: &[
        (
            Property::Options,
            "'TYPE ' || CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END || ' HANDLER '
             || a.amhandler::regproc",
        ),
        (Property::Comment, comment!("pg_am", "a.oid")),
    ],
    from: concat!("FROM pg_am a WHERE ", own!("pg_am", "a.oid")),
    order: "",
};

const CONVERSIONS: Reading = Reading {
    of: "pg_conversion",
    key: "c.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_conversion WHERE oid >= 16384)",
    kind: "'conversion'",
    schema: "n.nspname",
    table: "NULL",
    name: "c.conname",
    properties: &[
        (Property::Modifier, "CASE WHEN c.condefault THEN 'DEFAULT' END"),
        (
            Property::Options,
            "'FOR ' || quote_literal(pg_encoding_to_char(c.conforencoding)) || ' TO '
             || quote_literal(pg_encoding_to_char(c.contoencoding)) || ' FROM ' || c.conproc::regproc",
        ),
        (Property::Owner, owner!("c.conowner")),
        (Property::Comment, comment!("pg_conversion", "c.oid")),
    ],
    from: concat!(
        "FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_conversion", "c.oid")
    ),
    order: "",
};

const PARSERS: Reading = Reading {
    of: "pg_ts_parser",
    key: "p.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_ts_parser WHERE oid >= 16384)",
    kind: "'text search parser'",
    schema: "n.nspname",
    table: "NULL",
    name: "p.prsname",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'START = ' || p.prsstart::regproc, 'GETTOKEN = ' || p.prstoken::regproc,
             'END = ' || p.prsend::regproc, 'LEXTYPES = ' || p.prslextype::regproc,
             'HEADLINE = ' || nullif(p.prsheadline::regproc::text, '-')) || ')'",
        ),
        (Property::Comment, comment!("pg_ts_parser", "p.oid")),
    ],
    from: concat!(
        "FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_ts_parser", "p.oid")
    ),
    order: "",
};

const TEMPLATES: Reading = Reading {
    of: "pg_ts_template",
    key: "t.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_ts_template WHERE oid >= 16384)",
    kind: "'text search template'",
    schema: "n.nspname",
    table: "NULL",
    name: "t.tmplname",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'INIT = ' || nullif(t.tmplinit::regproc::text, '-'),
             'LEXIZE = ' || t.tmpllexize::regproc) || ')'",
        ),
        (Property::Comment, comment!("pg_ts_template", "t.oid")),
    ],
    from: concat!(
        "FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_ts_template", "t.oid")
    ),
    order: "",
};

/// All databases share the catalog. Where a subscription connects to is not read: it is the
/// superuser's to see, has passwords in it, and is another one in each place.
const SUBSCRIPTIONS: Reading = Reading {
    of: "pg_subscription",
    key: "s.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d
              ON d.oid = s.subdbid WHERE d.datname = current_database())",
    kind: "'subscription'",
    schema: "NULL",
    table: "NULL",
    name: "s.subname",
    properties: &[
        (
            Property::Options,
            "'PUBLICATION ' || array_to_string(ARRAY(SELECT quote_ident(p) FROM unnest(s.subpublications) p
               ORDER BY p), ', ')
             || ' WITH (' || concat_ws(', ', 'enabled = ' || s.subenabled,
             'slot_name = ' || coalesce(quote_literal(s.subslotname), 'NONE'),
             'synchronous_commit = ' || quote_literal(s.subsynccommit), 'binary = ' || s.subbinary,
             'streaming = ' || CASE s.substream::text WHEN 't' THEN 'on' WHEN 'true' THEN 'on'
               WHEN 'p' THEN 'parallel' ELSE 'off' END) || ')'",
        ),
        (Property::Owner, owner!("s.subowner")),
        (Property::Comment, comment!("pg_subscription", "s.oid")),
    ],
    from: "FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()",
    order: "",
};
