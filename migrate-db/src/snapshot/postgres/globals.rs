//! Schemas, and what is in none.

use super::macros::{comment, grants, own, owner, user_schema};
use super::reading::Reading;
use crate::snapshot::object::Property;

pub(super) const READINGS: &[Reading] = &[
    SCHEMAS,
    EXTENSIONS,
    WRAPPERS,
    SERVERS,
    USER_MAPPINGS,
    DICTIONARIES,
    CONFIGURATIONS,
    EVENT_TRIGGERS,
    DEFAULT_PRIVILEGES,
    PUBLICATIONS,
];

/// `public` has an OID of initdb's but is the user's.
const SCHEMAS: Reading = Reading {
    for_relations: "",
    of: "pg_namespace",
    key: "n.oid",
    only_if: "true",
    kind: "'schema'",
    schema: "NULL",
    table: "NULL",
    name: "n.nspname",
    properties: &[
        (
            Property::Owner,
            concat!(
                "CASE WHEN n.nspname <> 'public' OR pg_get_userbyid(n.nspowner) <> 'pg_database_owner' THEN ",
                owner!("n.nspowner"),
                " END"
            ),
        ),
        (Property::Comment, comment!("pg_namespace", "n.oid")),
        (Property::Grants, grants!("n.nspacl", "'n'", "n.nspowner")),
    ],
    from: concat!(
        "FROM pg_namespace n WHERE ",
        user_schema!("n.nspname"),
        " AND (n.nspname = 'public' OR ",
        own!("pg_namespace", "n.oid"),
        ")"
    ),
    order: "",
};

/// Without PL/pgSQL, which every database is made with.
const EXTENSIONS: Reading = Reading {
    for_relations: "",
    of: "pg_extension",
    key: "x.oid",
    only_if: "true",
    kind: "'extension'",
    schema: "NULL",
    table: "NULL",
    name: "x.extname",
    properties: &[
        (
            Property::Options,
            "'SCHEMA ' || x.extnamespace::regnamespace || ' VERSION ' || quote_literal(x.extversion)",
        ),
        (Property::Owner, owner!("x.extowner")),
        (Property::Comment, comment!("pg_extension", "x.oid")),
    ],
    from: "FROM pg_extension x WHERE x.extname <> 'plpgsql'",
    order: "",
};

const WRAPPERS: Reading = Reading {
    of: "pg_foreign_data_wrapper",
    key: "w.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_foreign_data_wrapper)",
    kind: "'foreign data wrapper'",
    schema: "NULL",
    table: "NULL",
    name: "w.fdwname",
    properties: &[
        (
            Property::Options,
            "nullif(concat_ws(' ', CASE WHEN w.fdwhandler <> 0 THEN 'HANDLER ' || w.fdwhandler::regproc END,
             CASE WHEN w.fdwvalidator <> 0 THEN 'VALIDATOR ' || w.fdwvalidator::regproc END,
             'OPTIONS (' || array_to_string(w.fdwoptions, ', ') || ')'), '')",
        ),
        (Property::Owner, owner!("w.fdwowner")),
        (Property::Comment, comment!("pg_foreign_data_wrapper", "w.oid")),
        (Property::Grants, grants!("w.fdwacl", "'F'", "w.fdwowner")),
    ],
    from: concat!(
        "FROM pg_foreign_data_wrapper w WHERE ",
        own!("pg_foreign_data_wrapper", "w.oid")
    ),
    order: "",
};

/// The catalog is the superuser's; the view shows options to whom they belong. Passwords are not
/// read: they are no part of a schema, and would be printed.
const USER_MAPPINGS: Reading = Reading {
    of: "pg_user_mapping",
    key: "u.umid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_user_mappings)",
    kind: "'user mapping'",
    schema: "NULL",
    table: "NULL",
    name: "'FOR ' || CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE u.umuser::regrole::text END
           || ' SERVER ' || quote_ident(u.srvname)",
    properties: &[(
        Property::Options,
        "'OPTIONS (' || (SELECT string_agg(CASE WHEN o ~* '^[^=]*passw' THEN split_part(o, '=', 1) || '=***'
           ELSE o END, ', ' ORDER BY o) FROM unnest(u.umoptions) o) || ')'",
    )],
    from: "FROM pg_user_mappings u WHERE true",
    order: "",
};

const SERVERS: Reading = Reading {
    for_relations: "",
    of: "pg_foreign_server",
    key: "v.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_foreign_server)",
    kind: "'server'",
    schema: "NULL",
    table: "NULL",
    name: "v.srvname",
    properties: &[
        (
            Property::Options,
            "concat_ws(' ', 'TYPE ' || quote_literal(v.srvtype), 'VERSION ' || quote_literal(v.srvversion),
             'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname),
             'OPTIONS (' || array_to_string(v.srvoptions, ', ') || ')')",
        ),
        (Property::Owner, owner!("v.srvowner")),
        (Property::Comment, comment!("pg_foreign_server", "v.oid")),
        (Property::Grants, grants!("v.srvacl", "'S'", "v.srvowner")),
    ],
    from: concat!(
        "FROM pg_foreign_server v JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw WHERE ",
        own!("pg_foreign_server", "v.oid")
    ),
    order: "",
};

const DICTIONARIES: Reading = Reading {
    for_relations: "",
    of: "pg_ts_dict",
    key: "d.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_ts_dict WHERE oid >= 16384)",
    kind: "'text search dictionary'",
    schema: "n.nspname",
    table: "NULL",
    name: "d.dictname",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'TEMPLATE = ' || quote_ident(t.tmplname), d.dictinitoption) || ')'",
        ),
        (Property::Owner, owner!("d.dictowner")),
        (Property::Comment, comment!("pg_ts_dict", "d.oid")),
    ],
    from: concat!(
        "FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
         JOIN pg_ts_template t ON t.oid = d.dicttemplate WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_ts_dict", "d.oid")
    ),
    order: "",
};

const CONFIGURATIONS: Reading = Reading {
    for_relations: "",
    of: "pg_ts_config",
    key: "c.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_ts_config WHERE oid >= 16384)",
    kind: "'text search configuration'",
    schema: "n.nspname",
    table: "NULL",
    name: "c.cfgname",
    properties: &[
        (
            Property::Options,
            "'(PARSER = ' || (SELECT quote_ident(p.prsname) FROM pg_ts_parser p WHERE p.oid = c.cfgparser)
             || ')' || coalesce((SELECT string_agg(' MAPPING FOR ' || t.alias || ' WITH ' || m.dicts, ''
               ORDER BY t.tokid) FROM (SELECT m.maptokentype, string_agg(m.mapdict::regdictionary::text,
               ', ' ORDER BY m.mapseqno) AS dicts FROM pg_ts_config_map m WHERE m.mapcfg = c.oid
               GROUP BY m.maptokentype) m JOIN ts_token_type(c.cfgparser) t
               ON t.tokid = m.maptokentype), '')",
        ),
        (Property::Owner, owner!("c.cfgowner")),
        (Property::Comment, comment!("pg_ts_config", "c.oid")),
    ],
    from: concat!(
        "FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_ts_config", "c.oid")
    ),
    order: "",
};

const EVENT_TRIGGERS: Reading = Reading {
    for_relations: "",
    of: "pg_event_trigger",
    key: "e.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_event_trigger)",
    kind: "'event trigger'",
    schema: "NULL",
    table: "NULL",
    name: "e.evtname",
    properties: &[
        (
            Property::Options,
            "concat_ws(' ', 'ON ' || e.evtevent, 'WHEN TAG IN (' || (SELECT string_agg(quote_literal(t), ', '
               ORDER BY t) FROM unnest(e.evttags) t) || ')', 'EXECUTE FUNCTION ' || e.evtfoid::regproc || '()',
             CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
               WHEN 'A' THEN 'ENABLE ALWAYS' END)",
        ),
        (Property::Owner, owner!("e.evtowner")),
        (Property::Comment, comment!("pg_event_trigger", "e.oid")),
    ],
    from: concat!(
        "FROM pg_event_trigger e WHERE ",
        own!("pg_event_trigger", "e.oid")
    ),
    order: "",
};

const DEFAULT_PRIVILEGES: Reading = Reading {
    for_relations: "",
    of: "pg_default_acl",
    key: "d.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_default_acl)",
    kind: "'default privileges'",
    schema: "NULL",
    table: "NULL",
    name: "'FOR ROLE ' || d.defaclrole::regrole || CASE d.defaclnamespace WHEN 0 THEN ''
           ELSE ' IN SCHEMA ' || d.defaclnamespace::regnamespace END || ' ON '
           || CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
              WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END",
    properties: &[(
        Property::Definition,
        "'ALTER DEFAULT PRIVILEGES FOR ROLE ' || d.defaclrole::regrole
         || CASE d.defaclnamespace WHEN 0 THEN '' ELSE ' IN SCHEMA ' || d.defaclnamespace::regnamespace END
         || coalesce((SELECT string_agg(E'\\n' || 'GRANT ' || g.privilege_type || ' TO '
              || CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END
              || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ''
              ORDER BY g.grantee::regrole::text, g.privilege_type) FROM aclexplode(d.defaclacl) g), '')",
    )],
    from: "FROM pg_default_acl d WHERE true",
    order: "",
};

/// Their catalogs have all these columns since version 15.
const PUBLICATIONS: Reading = Reading {
    for_relations: "",
    of: "pg_publication",
    key: "p.oid",
    only_if: "current_setting('server_version_num')::int >= 150000
              AND EXISTS (SELECT FROM pg_catalog.pg_publication)",
    kind: "'publication'",
    schema: "NULL",
    table: "NULL",
    name: "p.pubname",
    properties: &[
        (
            Property::Options,
            "concat_ws(' ', CASE WHEN p.puballtables THEN 'FOR ALL TABLES' END,
             'FOR TABLE ' || (SELECT string_agg(r.prrelid::regclass || coalesce(' ('
                 || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                     WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')
                 || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), ''),
               ', ' ORDER BY r.prrelid::regclass::text)
               FROM pg_publication_rel r WHERE r.prpubid = p.oid),
             'FOR TABLES IN SCHEMA ' || (SELECT string_agg(s.pnnspid::regnamespace::text, ', '
               ORDER BY s.pnnspid::regnamespace::text)
               FROM pg_publication_namespace s WHERE s.pnpubid = p.oid),
             'WITH (publish = ''' || concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,
               CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
               CASE WHEN p.pubtruncate THEN 'truncate' END) || '''' ||
               CASE WHEN p.pubviaroot THEN ', publish_via_partition_root = true' ELSE '' END
               || CASE WHEN to_jsonb(p) ->> 'pubgencols' = 's' THEN ', publish_generated_columns = stored'
                 ELSE '' END || ')')",
        ),
        (Property::Owner, owner!("p.pubowner")),
        (Property::Comment, comment!("pg_publication", "p.oid")),
    ],
    from: concat!(
        "FROM pg_publication p WHERE ",
        own!("pg_publication", "p.oid")
    ),
    order: "",
};
