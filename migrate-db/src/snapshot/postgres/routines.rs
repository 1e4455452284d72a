//! Functions and what is made of them.

use super::macros::{comment, grants, own, owner, user_schema};
use super::reading::Reading;
use crate::snapshot::object::Property;

pub(super) const READINGS: &[Reading] =
    &[FUNCTIONS, AGGREGATES, OPERATORS, FAMILIES, CLASSES, CASTS];

const FUNCTIONS: Reading = Reading {
    for_relations: "",
    of: "pg_proc",
    key: "p.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid >= 16384)",
    kind: "CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END",
    schema: "n.nspname",
    table: "NULL",
    name: "quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'",
    properties: &[
        (
            Property::Definition,
            "rtrim(pg_get_functiondef(p.oid), E'\\n')",
        ),
        (Property::Owner, owner!("p.proowner")),
        (Property::Comment, comment!("pg_proc", "p.oid")),
        (Property::Grants, grants!("p.proacl", "'f'", "p.proowner")),
    ],
    from: concat!(
        "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prokind IN ('f', 'p', 'w') AND ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_proc", "p.oid"),
        // The constructors of a range type belong to it.
        " AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass
           AND i.objid = p.oid AND i.deptype = 'i')"
    ),
    order: "",
};

const AGGREGATES: Reading = Reading {
    for_relations: "",
    of: "pg_proc",
    key: "p.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid >= 16384 AND prokind = 'a')",
    kind: "'aggregate'",
    schema: "n.nspname",
    table: "NULL",
    name: "quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'SFUNC = ' || a.aggtransfn, 'STYPE = ' || a.aggtranstype::regtype,
             CASE WHEN a.aggtransspace <> 0 THEN 'SSPACE = ' || a.aggtransspace END,
             'FINALFUNC = ' || nullif(a.aggfinalfn::text, '-'),
             CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
             'FINALFUNC_MODIFY = ' || nullif(a.aggfinalmodify::text, 'r'),
             'COMBINEFUNC = ' || nullif(a.aggcombinefn::text, '-'),
             'SERIALFUNC = ' || nullif(a.aggserialfn::text, '-'),
             'DESERIALFUNC = ' || nullif(a.aggdeserialfn::text, '-'),
             'INITCOND = ' || quote_literal(a.agginitval),
             'MSFUNC = ' || nullif(a.aggmtransfn::text, '-'),
             'MINVFUNC = ' || nullif(a.aggminvtransfn::text, '-'),
             CASE WHEN a.aggmtranstype <> 0 THEN 'MSTYPE = ' || a.aggmtranstype::regtype END,
             'MFINALFUNC = ' || nullif(a.aggmfinalfn::text, '-'),
             'MINITCOND = ' || quote_literal(a.aggminitval),
             CASE WHEN a.aggsortop <> 0 THEN 'SORTOP = ' || a.aggsortop::regoperator END,
             CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' WHEN 'o' THEN 'ORDERED' END,
             CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE'
               WHEN 'r' THEN 'PARALLEL = RESTRICTED' END) || ')'",
        ),
        (Property::Owner, owner!("p.proowner")),
        (Property::Comment, comment!("pg_proc", "p.oid")),
        (Property::Grants, grants!("p.proacl", "'f'", "p.proowner")),
    ],
    from: concat!(
        "FROM pg_proc p JOIN pg_aggregate a ON a.aggfnoid = p.oid
         JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_proc", "p.oid")
    ),
    order: "",
};

const OPERATORS: Reading = Reading {
    for_relations: "",
    of: "pg_operator",
    key: "o.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oid >= 16384)",
    kind: "'operator'",
    schema: "n.nspname",
    table: "NULL",
    name: "o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'NONE' ELSE o.oprleft::regtype::text END
           || ', ' || o.oprright::regtype || ')'",
    properties: &[
        (
            Property::Options,
            "'(' || concat_ws(', ', 'FUNCTION = ' || nullif(o.oprcode::text, '-'),
             CASE WHEN o.oprcom <> 0 THEN 'COMMUTATOR = ' || o.oprcom::regoper END,
             CASE WHEN o.oprnegate <> 0 THEN 'NEGATOR = ' || o.oprnegate::regoper END,
             'RESTRICT = ' || nullif(o.oprrest::text, '-'), 'JOIN = ' || nullif(o.oprjoin::text, '-'),
             CASE WHEN o.oprcanhash THEN 'HASHES' END,
             CASE WHEN o.oprcanmerge THEN 'MERGES' END) || ')'",
        ),
        (Property::Owner, owner!("o.oprowner")),
        (Property::Comment, comment!("pg_operator", "o.oid")),
    ],
    from: concat!(
        "FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_operator", "o.oid")
    ),
    order: "",
};

const FAMILIES: Reading = Reading {
    of: "pg_opfamily",
    key: "f.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_opfamily WHERE oid >= 16384)",
    kind: "'operator family'",
    schema: "n.nspname",
    table: "NULL",
    name: "quote_ident(f.opfname) || ' USING ' || m.amname",
    properties: &[
        (
            Property::Options,
            "'ADD ' || concat_ws(', ',
             (SELECT string_agg('OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator
               || CASE WHEN o.amopsortfamily <> 0 THEN ' FOR ORDER BY ' || (SELECT s.opfname
                 FROM pg_opfamily s WHERE s.oid = o.amopsortfamily) ELSE '' END,
               ', ' ORDER BY o.amoplefttype::regtype::text, o.amoprighttype::regtype::text, o.amopstrategy)
               FROM pg_amop o WHERE o.amopfamily = f.oid),
             (SELECT string_agg('FUNCTION ' || p.amprocnum || ' (' || p.amproclefttype::regtype || ', '
               || p.amprocrighttype::regtype || ') ' || p.amproc::regprocedure,
               ', ' ORDER BY p.amproclefttype::regtype::text, p.amprocrighttype::regtype::text, p.amprocnum)
               FROM pg_amproc p WHERE p.amprocfamily = f.oid))",
        ),
        (Property::Owner, owner!("f.opfowner")),
        (Property::Comment, comment!("pg_opfamily", "f.oid")),
    ],
    from: concat!(
        "FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace
         JOIN pg_am m ON m.oid = f.opfmethod WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_opfamily", "f.oid")
    ),
    order: "",
};

/// What a class consists of is told by its family.
const CLASSES: Reading = Reading {
    of: "pg_opclass",
    key: "o.oid",
    for_relations: "",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_opclass WHERE oid >= 16384)",
    kind: "'operator class'",
    schema: "n.nspname",
    table: "NULL",
    name: "quote_ident(o.opcname) || ' USING ' || m.amname",
    properties: &[
        (
            Property::Options,
            "concat_ws(' ', CASE WHEN o.opcdefault THEN 'DEFAULT' END, 'FOR TYPE ' || o.opcintype::regtype,
             'FAMILY ' || (SELECT f.opfnamespace::regnamespace || '.' || quote_ident(f.opfname)
               FROM pg_opfamily f WHERE f.oid = o.opcfamily),
             CASE WHEN o.opckeytype <> 0 THEN 'STORAGE ' || o.opckeytype::regtype END)",
        ),
        (Property::Owner, owner!("o.opcowner")),
        (Property::Comment, comment!("pg_opclass", "o.oid")),
    ],
    from: concat!(
        "FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
         JOIN pg_am m ON m.oid = o.opcmethod WHERE ",
        user_schema!("n.nspname"),
        " AND ",
        own!("pg_opclass", "o.oid")
    ),
    order: "",
};

const CASTS: Reading = Reading {
    for_relations: "",
    of: "pg_cast",
    key: "c.oid",
    only_if: "EXISTS (SELECT FROM pg_catalog.pg_cast WHERE oid >= 16384)",
    kind: "'cast'",
    schema: "NULL",
    table: "NULL",
    name: "'(' || c.castsource::regtype || ' AS ' || c.casttarget::regtype || ')'",
    properties: &[
        (
            Property::Options,
            "CASE c.castmethod WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure
             WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END
             || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT'
             ELSE '' END",
        ),
        (Property::Comment, comment!("pg_cast", "c.oid")),
    ],
    from: concat!(
        "FROM pg_cast c WHERE ",
        own!("pg_cast", "c.oid"),
        " AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass
           AND i.objid = c.oid AND i.deptype = 'i')"
    ),
    order: "",
};
