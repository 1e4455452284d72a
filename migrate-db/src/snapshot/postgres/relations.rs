//! Tables, views, sequences, and what belongs to them.
//!
//! What a partition has from its parent (constraints, indexes, triggers) is left out: it follows
//! from the parent, under names that the server made up.

use super::macros::{comment, grants, own, owner, sequence_options, user_schema, with_options};
use super::reading::Reading;
use crate::snapshot::object::Property;

pub(super) const READINGS: &[Reading] = &[
    TABLES,
    COLUMNS,
    CONSTRAINTS,
    INDEXES,
    VIEWS,
    SEQUENCES,
    TRIGGERS,
    RULES,
    POLICIES,
    STATISTICS,
];

const TABLES: Reading = Reading {
    for_relations: "rpf",
    of: "pg_class",
    key: "c.oid",
    only_if: "true",
    kind: "'table'",
    schema: "n.nspname",
    table: "NULL",
    name: "c.relname",
    properties: &[
        (
            Property::Modifier,
            "CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED' WHEN c.relkind = 'f' THEN 'FOREIGN' END",
        ),
        (
            Property::PartitionOf,
            "CASE WHEN c.relispartition THEN (SELECT i.inhparent::regclass || ' '
             || pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i WHERE i.inhrelid = c.oid) END",
        ),
        (
            Property::Inherits,
            "CASE WHEN NOT c.relispartition THEN (SELECT string_agg(i.inhparent::regclass::text, ', '
             ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid) END",
        ),
        (
            Property::PartitionBy,
            "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END",
        ),
        (
            Property::Options,
            concat!(
                "nullif(concat_ws(' ',
                 CASE WHEN c.reloftype <> 0 THEN 'OF ' || c.reloftype::regtype END,
                 CASE WHEN c.relkind = 'f' THEN (SELECT concat_ws(' ', 'SERVER ' || quote_ident(v.srvname),
                   'OPTIONS (' || array_to_string(f.ftoptions, ', ') || ')')
                   FROM pg_foreign_table f JOIN pg_foreign_server v ON v.oid = f.ftserver
                   WHERE f.ftrelid = c.oid) END,
                 CASE WHEN c.relam <> 0 THEN (SELECT 'USING ' || m.amname FROM pg_am m
                   WHERE m.oid = c.relam AND m.amname <> 'heap') END, ",
                with_options!("c.reloptions"),
                ", (SELECT 'WITH (toast.' || array_to_string(o.reloptions, ', toast.') || ')'
                   FROM pg_class o WHERE o.oid = c.reltoastrelid),
                 (SELECT 'TABLESPACE ' || quote_ident(t.spcname) FROM pg_tablespace t
                   WHERE t.oid = c.reltablespace)), '')"
            ),
        ),
        (
            Property::Alter,
            "nullif(concat_ws(E'\\n',
             CASE WHEN c.relrowsecurity THEN 'ENABLE ROW LEVEL SECURITY' END,
             CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END,
             CASE c.relreplident WHEN 'f' THEN 'REPLICA IDENTITY FULL'
               WHEN 'n' THEN 'REPLICA IDENTITY NOTHING'
               WHEN 'i' THEN (SELECT 'REPLICA IDENTITY USING INDEX ' || quote_ident(o.relname)
                 FROM pg_index i JOIN pg_class o ON o.oid = i.indexrelid
                 WHERE i.indrelid = c.oid AND i.indisreplident) END), '')",
        ),
        (Property::Owner, owner!("c.relowner")),
        (Property::Comment, comment!("pg_class", "c.oid")),
        (Property::Grants, grants!("c.relacl", "'r'", "c.relowner")),
    ],
    from: concat!(
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "c.oid")
    ),
    order: "",
};

/// A name of a NOT NULL that ends as the server's own do is taken for one: it depends on what columns
/// were called once.
///
/// A view's columns follow from its query, so they are read only where something was said of them.
///
/// `pg_attver` is left out: servers of 15.20 and 17.12 (not 18.6) were seen to keep it among the
/// options of every column, with a value that grows with each rewrite and that nobody set.
const COLUMNS: Reading = Reading {
    for_relations: "rpfvm",
    of: "pg_class",
    key: "c.oid",
    only_if: "true",
    kind: "'column'",
    schema: "n.nspname",
    table: "c.relname",
    name: "a.attname",
    properties: &[
        (Property::Type, "format_type(a.atttypid, a.atttypmod)"),
        (
            Property::Collation,
            "CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
             THEN a.attcollation::regcollation::text END",
        ),
        (
            Property::Storage,
            "CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN'
             WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END",
        ),
        (
            Property::Compression,
            "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END",
        ),
        (
            Property::NotNull,
            "CASE WHEN a.attnotnull THEN 'NOT NULL' || coalesce((SELECT
             CASE WHEN k.conname !~ '_not_null[0-9]*$' THEN ' CONSTRAINT ' || quote_ident(k.conname)
               ELSE '' END
             || CASE WHEN k.connoinherit THEN ' NO INHERIT' ELSE '' END
             || CASE WHEN NOT k.convalidated THEN ' NOT VALID' ELSE '' END
             FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n'
             AND k.conkey[1] = a.attnum), '') END",
        ),
        (
            Property::Default,
            "CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END",
        ),
        (
            Property::Generated,
            "CASE a.attgenerated WHEN 's' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
             WHEN 'v' THEN '(' || pg_get_expr(d.adbin, d.adrelid) || ') VIRTUAL' END",
        ),
        (
            Property::Identity,
            concat!(
                "CASE WHEN a.attidentity <> '' THEN CASE a.attidentity WHEN 'a' THEN 'ALWAYS'
                 ELSE 'BY DEFAULT' END || ' AS IDENTITY' || coalesce((SELECT ' ('
                 || nullif(ltrim(replace(",
                sequence_options!(),
                // The sequence has the column's type.
                ", 'AS ' || format_type(a.atttypid, NULL), '')), '') || ')' FROM pg_depend p
                 JOIN pg_sequence s ON s.seqrelid = p.objid
                 WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
                 AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum AND p.deptype = 'i'), '') END"
            ),
        ),
        (
            Property::Options,
            "nullif(concat_ws(' ', 'OPTIONS (' || array_to_string(a.attfdwoptions, ', ') || ')',
             CASE WHEN a.attoptions <> '{}' AND NOT (cardinality(a.attoptions) = 1
               AND a.attoptions[1] LIKE 'pg\\_attver=%') THEN (SELECT 'SET (' || string_agg(o, ', ') || ')'
               FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\\_attver=%') END,
             CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END), '')",
        ),
        (
            Property::Note,
            "CASE WHEN a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition
             THEN 'inherited' END",
        ),
        (Property::Comment, "m.description"),
        (Property::Grants, grants!("a.attacl", "'c'", "c.relowner")),
    ],
    from: concat!(
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         JOIN pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_description m ON m.classoid = 'pg_class'::regclass AND m.objoid = a.attrelid
           AND m.objsubid = a.attnum
         WHERE (c.relkind IN ('r', 'p', 'f') OR c.relkind IN ('v', 'm')
           AND (m.description IS NOT NULL OR a.attacl IS NOT NULL OR d.adbin IS NOT NULL
             OR a.attstattarget >= 0 OR a.attstorage <> t.typstorage OR a.attcompression <> ''
             OR EXISTS (SELECT FROM unnest(a.attoptions) o WHERE o NOT LIKE 'pg\\_attver=%')))
         AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "c.oid")
    ),
    order: " ORDER BY a.attrelid, a.attnum",
};

/// NOT NULL constraints, which have names since version 18, are properties of their columns.
const CONSTRAINTS: Reading = Reading {
    for_relations: "rpf",
    of: "pg_class",
    key: "k.conrelid",
    only_if: "true",
    kind: "CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique constraint'
           WHEN 'c' THEN 'check constraint' WHEN 'x' THEN 'exclusion constraint'
           ELSE 'foreign key' END",
    schema: "n.nspname",
    table: "c.relname",
    name: "k.conname",
    properties: &[
        (Property::Definition, "pg_get_constraintdef(k.oid)"),
        (
            Property::Options,
            concat!(
                "nullif(concat_ws(' ', ",
                with_options!("x.reloptions"),
                ", (SELECT 'USING INDEX TABLESPACE ' || quote_ident(t.spcname)
                 FROM pg_tablespace t WHERE t.oid = x.reltablespace)), '')"
            ),
        ),
        (
            Property::Alter,
            "CASE WHEN i.indisclustered THEN 'CLUSTER ON ' || quote_ident(x.relname) END",
        ),
        (
            Property::Note,
            concat!(
                "'comment on its index: ' || ",
                comment!("pg_class", "x.oid")
            ),
        ),
        (Property::Comment, comment!("pg_constraint", "k.oid")),
    ],
    from: concat!(
        "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_class x ON x.oid = k.conindid AND k.contype <> 'f'
         LEFT JOIN pg_index i ON i.indexrelid = x.oid
         WHERE k.contype IN ('p', 'u', 'c', 'x', 'f') AND k.conparentid = 0
         AND (k.conislocal OR k.coninhcount = 0) AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "c.oid")
    ),
    order: "",
};

const INDEXES: Reading = Reading {
    for_relations: "rpm",
    of: "pg_class",
    key: "i.indrelid",
    only_if: "true",
    kind: "'index'",
    schema: "n.nspname",
    table: "c.relname",
    name: "x.relname",
    properties: &[
        (Property::Definition, "pg_get_indexdef(x.oid)"),
        (
            Property::Options,
            "nullif(concat_ws(' ', (SELECT 'TABLESPACE ' || quote_ident(t.spcname)
             FROM pg_tablespace t WHERE t.oid = x.reltablespace),
             CASE WHEN i.indexprs IS NOT NULL THEN (SELECT string_agg('ALTER COLUMN ' || a.attnum
               || ' SET STATISTICS ' || a.attstattarget, ' ' ORDER BY a.attnum)
               FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attstattarget >= 0) END), '')",
        ),
        (
            Property::Alter,
            "CASE WHEN i.indisclustered THEN 'CLUSTER ON ' || quote_ident(x.relname) END",
        ),
        (
            Property::Note,
            "CASE WHEN NOT i.indisvalid THEN 'INVALID: the index is not used by queries' END",
        ),
        (Property::Comment, comment!("pg_class", "x.oid")),
    ],
    from: concat!(
        "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE i.indrelid >= 16384 AND c.relpersistence <> 't' AND NOT x.relispartition
         AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conindid = x.oid
           AND k.contype IN ('p', 'u', 'x')) AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "x.oid")
    ),
    order: "",
};

const VIEWS: Reading = Reading {
    for_relations: "vm",
    of: "pg_class",
    key: "c.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind IN ('v', 'm'))",
    kind: "CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END",
    schema: "n.nspname",
    table: "NULL",
    name: "c.relname",
    properties: &[
        (
            Property::Options,
            concat!(
                "nullif(concat_ws(' ', ",
                with_options!("c.reloptions"),
                ", (SELECT 'WITH (toast.' || array_to_string(o.reloptions, ', toast.') || ')'
                 FROM pg_class o WHERE o.oid = c.reltoastrelid),
                 (SELECT 'USING ' || m.amname FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'),
                 (SELECT 'TABLESPACE ' || quote_ident(t.spcname)
                 FROM pg_tablespace t WHERE t.oid = c.reltablespace)), '')"
            ),
        ),
        (
            Property::Body,
            "'AS' || E'\\n' || rtrim(pg_get_viewdef(c.oid), ';')",
        ),
        (
            Property::Note,
            "CASE WHEN NOT c.relispopulated THEN 'WITH NO DATA' END",
        ),
        (Property::Owner, owner!("c.relowner")),
        (Property::Comment, comment!("pg_class", "c.oid")),
        (Property::Grants, grants!("c.relacl", "'r'", "c.relowner")),
    ],
    from: concat!(
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "c.oid")
    ),
    order: "",
};

/// Those inside identity columns, which depend on their column internally, are told by the column,
/// unless somebody was granted something on them.
const SEQUENCES: Reading = Reading {
    for_relations: "S",
    of: "pg_class",
    key: "c.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_sequence)",
    kind: "'sequence'",
    schema: "n.nspname",
    table: "NULL",
    name: "c.relname",
    properties: &[
        (
            Property::Modifier,
            "CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED' END",
        ),
        (
            Property::Options,
            concat!(
                "CASE WHEN p.deptype IS DISTINCT FROM 'i' THEN nullif(",
                sequence_options!(),
                ", '') END"
            ),
        ),
        (
            Property::OwnedBy,
            "CASE WHEN o.relnamespace = c.relnamespace THEN '' ELSE o.relnamespace::regnamespace || '.' END
             || o.relname || '.' || a.attname",
        ),
        (Property::Owner, owner!("c.relowner")),
        (Property::Comment, comment!("pg_class", "c.oid")),
        (Property::Grants, grants!("c.relacl", "'s'", "c.relowner")),
    ],
    from: concat!(
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_sequence s ON s.seqrelid = c.oid
         LEFT JOIN pg_depend p ON p.classid = 'pg_class'::regclass AND p.objid = c.oid
           AND p.refclassid = 'pg_class'::regclass AND p.deptype IN ('a', 'i') AND p.refobjsubid > 0
         LEFT JOIN pg_class o ON o.oid = p.refobjid
         LEFT JOIN pg_attribute a ON a.attrelid = p.refobjid AND a.attnum = p.refobjsubid
         WHERE (p.deptype IS DISTINCT FROM 'i'
           OR c.relacl <> acldefault('s', c.relowner)) AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_class", "c.oid")
    ),
    order: "",
};

const TRIGGERS: Reading = Reading {
    for_relations: "t",
    of: "pg_class",
    key: "g.tgrelid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE NOT tgisinternal)",
    kind: "'trigger'",
    schema: "n.nspname",
    table: "c.relname",
    name: "g.tgname",
    properties: &[
        (Property::Definition, "pg_get_triggerdef(g.oid)"),
        (
            Property::Alter,
            "CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
             WHEN 'A' THEN 'ENABLE ALWAYS' END || ' TRIGGER ' || quote_ident(g.tgname)",
        ),
        (Property::Comment, comment!("pg_trigger", "g.oid")),
    ],
    from: concat!(
        "FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_trigger", "g.oid")
    ),
    order: "",
};

/// A view is one rule, `_RETURN`, and is read as a view.
const RULES: Reading = Reading {
    for_relations: "R",
    of: "pg_class",
    key: "r.ev_class",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE oid >= 16384 AND rulename <> '_RETURN')",
    kind: "'rule'",
    schema: "n.nspname",
    table: "c.relname",
    name: "r.rulename",
    properties: &[
        (Property::Definition, "pg_get_ruledef(r.oid)"),
        (
            Property::Alter,
            "CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
             WHEN 'A' THEN 'ENABLE ALWAYS' END || ' RULE ' || quote_ident(r.rulename)",
        ),
        (Property::Comment, comment!("pg_rewrite", "r.oid")),
    ],
    from: concat!(
        "FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_rewrite", "r.oid")
    ),
    order: "",
};

const POLICIES: Reading = Reading {
    for_relations: "P",
    of: "pg_class",
    key: "p.polrelid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_policy)",
    kind: "'policy'",
    schema: "n.nspname",
    table: "c.relname",
    name: "p.polname",
    properties: &[
        (
            Property::Definition,
            "concat_ws(' ', 'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || c.oid::regclass,
             CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
             CASE p.polcmd WHEN 'r' THEN 'FOR SELECT' WHEN 'a' THEN 'FOR INSERT'
               WHEN 'w' THEN 'FOR UPDATE' WHEN 'd' THEN 'FOR DELETE' END,
             CASE WHEN p.polroles <> '{0}' THEN 'TO ' || (SELECT string_agg(
               CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', ' ORDER BY r::regrole::text)
               FROM unnest(p.polroles) r) END,
             'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
             'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')",
        ),
        (Property::Comment, comment!("pg_policy", "p.oid")),
    ],
    from: concat!(
        "FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_policy", "p.oid")
    ),
    order: "",
};

const STATISTICS: Reading = Reading {
    for_relations: "s",
    of: "pg_class",
    key: "s.stxrelid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_statistic_ext)",
    kind: "'statistics'",
    schema: "n.nspname",
    table: "c.relname",
    name: "s.stxname",
    properties: &[
        (Property::Definition, "pg_get_statisticsobjdef(s.oid)"),
        (
            Property::Options,
            "CASE WHEN s.stxstattarget >= 0 THEN 'SET STATISTICS ' || s.stxstattarget END",
        ),
        (Property::Owner, owner!("s.stxowner")),
        (Property::Comment, comment!("pg_statistic_ext", "s.oid")),
    ],
    from: concat!(
        "FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid
         JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_statistic_ext", "s.oid")
    ),
    order: "",
};
