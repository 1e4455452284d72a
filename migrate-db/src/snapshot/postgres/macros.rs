//! SQL that many catalog queries share. Macros, because `concat!` takes nothing else.

/// The comment on an object of a catalog.
macro_rules! comment {
    ($catalog:literal, $oid:literal) => {
        concat!(
            "(SELECT m.description FROM pg_description m WHERE m.classoid = '",
            $catalog,
            "'::regclass AND m.objoid = ",
            $oid,
            " AND m.objsubid = 0)"
        )
    };
}

/// Whether an object belongs to nobody but the user: made after initdb (whose OIDs end at 16383,
/// `FirstNormalObjectId`) and not by an extension. The members of extensions are read once a query
/// and not joined, which takes the planner longer than the reading.
macro_rules! own {
    ($catalog:literal, $oid:literal) => {
        concat!(
            $oid,
            " >= 16384 AND ",
            $oid,
            " <> ALL (ARRAY(SELECT ext.objid FROM pg_depend ext
             WHERE ext.refclassid = 'pg_extension'::regclass AND ext.deptype = 'e'
             AND ext.classid = '",
            $catalog,
            "'::regclass))"
        )
    };
}

/// Schemas that are not the system's. Temporary ones begin with `pg_` as well.
macro_rules! user_schema {
    ($name:literal) => {
        concat!(
            "(",
            $name,
            " !~ '^pg_' AND ",
            $name,
            " <> 'information_schema')"
        )
    };
}

/// An access control list and its default of the kind (`acldefault`'s), with an empty line between
/// them; [`super::grants`] makes statements of it.
macro_rules! grants {
    ($acl:literal, $kind:literal, $owner:literal) => {
        concat!(
            "array_to_string(",
            $acl,
            ", E'\\n') || E'\\n\\n' || array_to_string(acldefault(",
            $kind,
            ", ",
            $owner,
            "), E'\\n')"
        )
    };
}

/// Who owns an object, in a database where all else is owned by whoever is logged in.
macro_rules! owner {
    ($owner:literal) => {
        concat!(
            "quote_ident(nullif(pg_get_userbyid(",
            $owner,
            "), session_user))"
        )
    };
}

/// Storage parameters as a clause.
macro_rules! with_options {
    ($options:literal) => {
        concat!("'WITH (' || array_to_string(", $options, ", ', ') || ')'")
    };
}

/// The options of the `pg_sequence` row `s` that are not the default.
macro_rules! sequence_options {
    () => {
        "concat_ws(' ',
         CASE WHEN s.seqtypid <> 'int8'::regtype THEN 'AS ' || s.seqtypid::regtype END,
         CASE WHEN s.seqincrement <> 1 THEN 'INCREMENT BY ' || s.seqincrement END,
         CASE WHEN s.seqmin <> CASE WHEN s.seqincrement > 0 THEN 1
           WHEN s.seqtypid = 'int2'::regtype THEN -32768
           WHEN s.seqtypid = 'int4'::regtype THEN -2147483648
           ELSE -9223372036854775808 END THEN 'MINVALUE ' || s.seqmin END,
         CASE WHEN s.seqmax <> CASE WHEN s.seqincrement < 0 THEN -1
           WHEN s.seqtypid = 'int2'::regtype THEN 32767
           WHEN s.seqtypid = 'int4'::regtype THEN 2147483647
           ELSE 9223372036854775807 END THEN 'MAXVALUE ' || s.seqmax END,
         CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END
           THEN 'START WITH ' || s.seqstart END,
         CASE WHEN s.seqcache <> 1 THEN 'CACHE ' || s.seqcache END,
         CASE WHEN s.seqcycle THEN 'CYCLE' END)"
    };
}

pub(super) use {comment, grants, own, owner, sequence_options, user_schema, with_options};
