"""The kinds of objects that have no operation of their own; COMMENT ON and SECURITY LABEL."""

from __future__ import annotations

import pytest

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import AlterObject, CommentOn, CreateObject, DropObject
from sqlmig.sql.reader import Name

X = Name(None, "x")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "CREATE OR REPLACE AGGREGATE s.a(int) (sfunc = f)",
            CreateObject(kind=Kind.AGGREGATE, name=Name("s", "a"), or_replace=True),
        ),
        ("CREATE CAST (int AS text) WITHOUT FUNCTION", CreateObject(kind=Kind.CAST, name=None)),
        ("CREATE OPERATOR s.+ (leftarg = int)", CreateObject(kind=Kind.OPERATOR, name=Name("s", "+"))),
        (
            "CREATE SERVER IF NOT EXISTS x FOREIGN DATA WRAPPER w",
            CreateObject(kind=Kind.SERVER, name=X, if_not_exists=True),
        ),
        ("CREATE STATISTICS ON a, b FROM s.t", CreateObject(kind=Kind.STATISTICS, name=None, table=Name("s", "t"))),
        (
            "CREATE STATISTICS x (mcv) ON a, (b + c) FROM t",
            CreateObject(kind=Kind.STATISTICS, name=X, table=Name(None, "t")),
        ),
    ],
)
def test_what_is_created_has_a_kind_and_perhaps_a_name(read, sql, expected):
    assert read(sql) == (expected,)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE ACCESS METHOD a TYPE INDEX HANDLER s.h",
        *("CREATE AGGREGATE a (BASETYPE = int, SFUNC = f)", "CREATE AGGREGATE a(*) (SFUNC = f)"),
        "CREATE AGGREGATE a(int ORDER BY text) (SFUNC = f, HYPOTHETICAL)",
        *(
            "CREATE CAST (int AS text) WITH FUNCTION f(int) AS IMPLICIT",
            "CREATE CAST (a AS b) WITH INOUT AS ASSIGNMENT",
        ),
        *("CREATE COLLATION IF NOT EXISTS s.c (LOCALE = 'x')", 'CREATE COLLATION c FROM "C"'),
        "CREATE DEFAULT CONVERSION s.c FOR 'a' TO 'b' FROM f",
        "CREATE EVENT TRIGGER e ON ddl_command_end WHEN tag IN ('a', 'b') AND x IN ('c') EXECUTE PROCEDURE s.f()",
        "CREATE FOREIGN DATA WRAPPER w HANDLER s.h NO VALIDATOR OPTIONS (a 'b')",
        "CREATE OR REPLACE TRUSTED PROCEDURAL LANGUAGE l HANDLER s.h INLINE i VALIDATOR v",
        "CREATE LANGUAGE l HANDLER h NO VALIDATOR",
        "CREATE OPERATOR === (LEFTARG = int, FUNCTION = f, COMMUTATOR = OPERATOR(s.=), HASHES)",
        "CREATE OPERATOR CLASS s.c DEFAULT FOR TYPE int USING btree FAMILY s.f AS OPERATOR 1 <, OPERATOR 2 =",
        "CREATE OPERATOR CLASS c FOR TYPE int USING gist AS OPERATOR 1 s.<= (int, int) FOR ORDER BY s.o, STORAGE int",
        "CREATE OPERATOR CLASS c FOR TYPE int USING hash AS FUNCTION 1 f(int), FUNCTION 2 (int, int) g",
        "CREATE OPERATOR FAMILY s.f USING gin",
        "CREATE PUBLICATION p",
        "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert')",
        "CREATE PUBLICATION p FOR TABLE a (b, c) WHERE (d > 1), ONLY s.e, TABLES IN SCHEMA f, CURRENT_SCHEMA",
        "CREATE SERVER s TYPE 'a' VERSION 'b' FOREIGN DATA WRAPPER w OPTIONS (host 'x')",
        "CREATE STATISTICS IF NOT EXISTS s.t (ndistinct, mcv) ON a, f(b) FROM u",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION a, b WITH (enabled = false)",
        "CREATE TABLESPACE t OWNER current_user LOCATION '/x' WITH (seq_page_cost = 1)",
        "CREATE TEXT SEARCH CONFIGURATION s.c (COPY = pg_catalog.english)",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, stopwords = 'x')",
        "CREATE OR REPLACE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION f(internal), TO SQL WITH FUNCTION g)",
        "CREATE USER MAPPING IF NOT EXISTS FOR public SERVER s OPTIONS (a 'b')",
        "CREATE USER MAPPING FOR user SERVER s",
    ],
)
def test_create_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "CREATE FROBNICATOR f",
            "CREATE OR REPLACE SERVER s FOREIGN DATA WRAPPER w",
            "CREATE DEFAULT OPERATOR + (a = b)",
        ),
        *("CREATE CAST (int AS text)", "CREATE CAST int AS text WITH INOUT", "CREATE AGGREGATE a (x)(y) (z)"),
        *(
            "CREATE PUBLICATION p FOR a",
            "CREATE PUBLICATION p FOR TABLES a",
            "CREATE PUBLICATION p FOR ALL TABLES, TABLE a",
        ),
        *("CREATE STATISTICS IF NOT EXISTS ON a FROM t", "CREATE STATISTICS s ON a", "CREATE ASSERTION a CHECK (true)"),
        *(
            "CREATE SUBSCRIPTION s PUBLICATION p",
            "CREATE EVENT TRIGGER e EXECUTE FUNCTION f()",
            "CREATE USER MAPPING s",
        ),
        *(
            "CREATE TEXT SEARCH THING t (a = b)",
            "CREATE TABLESPACE t",
            "CREATE SERVER s",
            "CREATE TEXT SEARCH PARSER p ()",
        ),
    ],
)
def test_what_creates_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


ACTIONS = [
    ("ALTER COLLATION x REFRESH VERSION", Kind.COLLATION, "refresh version"),
    ("ALTER EVENT TRIGGER x ENABLE ALWAYS", Kind.EVENT_TRIGGER, "enable always"),
    ("ALTER EVENT TRIGGER x DISABLE", Kind.EVENT_TRIGGER, "disable"),
    (
        "ALTER FOREIGN DATA WRAPPER x NO HANDLER VALIDATOR s.v OPTIONS (ADD a 'b')",
        Kind.FOREIGN_DATA_WRAPPER,
        "no handler",
    ),
    ("ALTER FOREIGN DATA WRAPPER x OPTIONS (DROP a, SET b 'c')", Kind.FOREIGN_DATA_WRAPPER, "options"),
    ("ALTER OPERATOR FAMILY x USING b ADD OPERATOR 1 < (int, int), STORAGE int", Kind.OPERATOR_FAMILY, "add"),
    ("ALTER OPERATOR FAMILY x USING b DROP OPERATOR 1 (int, int), FUNCTION 2 (int)", Kind.OPERATOR_FAMILY, "drop"),
    ("ALTER PUBLICATION x ADD TABLE a, s.b", Kind.PUBLICATION, "add table"),
    ("ALTER PUBLICATION x SET TABLES IN SCHEMA a, TABLE b", Kind.PUBLICATION, "set tables in schema"),
    ("ALTER PUBLICATION x SET (publish = 'insert')", Kind.PUBLICATION, "set"),
    ("ALTER SERVER x VERSION '2' OPTIONS (SET a 'b')", Kind.SERVER, "version"),
    ("ALTER STATISTICS IF EXISTS x SET STATISTICS -1", Kind.STATISTICS, "set statistics"),
    ("ALTER SUBSCRIPTION x ENABLE", Kind.SUBSCRIPTION, "enable"),
    ("ALTER SUBSCRIPTION x CONNECTION 'y'", Kind.SUBSCRIPTION, "connection"),
    ("ALTER SUBSCRIPTION x SKIP (lsn = NONE)", Kind.SUBSCRIPTION, "skip"),
    ("ALTER SUBSCRIPTION x SET PUBLICATION a, b WITH (refresh = false)", Kind.SUBSCRIPTION, "set publication"),
    ("ALTER SUBSCRIPTION x REFRESH PUBLICATION", Kind.SUBSCRIPTION, "refresh publication"),
    ("ALTER TABLESPACE x RESET (seq_page_cost)", Kind.TABLESPACE, "reset"),
    ("ALTER TEXT SEARCH DICTIONARY x (a = b, c)", Kind.TEXT_SEARCH_DICTIONARY, "options"),
    (
        "ALTER TEXT SEARCH CONFIGURATION x ADD MAPPING FOR a, b WITH c, s.d",
        Kind.TEXT_SEARCH_CONFIGURATION,
        "add mapping",
    ),
    (
        "ALTER TEXT SEARCH CONFIGURATION x ALTER MAPPING REPLACE a WITH b",
        Kind.TEXT_SEARCH_CONFIGURATION,
        "alter mapping",
    ),
    (
        "ALTER TEXT SEARCH CONFIGURATION x ALTER MAPPING FOR a REPLACE b WITH c",
        Kind.TEXT_SEARCH_CONFIGURATION,
        "alter mapping",
    ),
    ("ALTER TEXT SEARCH CONFIGURATION x DROP MAPPING IF EXISTS FOR a", Kind.TEXT_SEARCH_CONFIGURATION, "drop mapping"),
    ("ALTER TRIGGER x ON t NO DEPENDS ON EXTENSION e", Kind.TRIGGER, "no depends on extension"),
]


@pytest.mark.parametrize(("sql", "kind", "action"), ACTIONS, ids=[sql for sql, _, _ in ACTIONS])
def test_what_is_altered_says_what_is_done(read, read_as_postgresql_does, sql, kind, action):
    assert read(sql) == (AlterObject(kind=kind, name=X, action=action),)
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("ALTER OPERATOR s.+ (int, NONE) SET (RESTRICT = NONE, JOIN = f)", "ALTER OPERATOR + (int, int) OWNER TO r"),
        *("ALTER OPERATOR - (NONE, int) SET SCHEMA s", "ALTER OPERATOR CLASS s.c USING gin RENAME TO d"),
        *("ALTER RULE r ON s.t RENAME TO u", "ALTER TRIGGER x ON t RENAME TO y", "ALTER EVENT TRIGGER e OWNER TO r"),
        *(
            "ALTER AGGREGATE a(int) RENAME TO b",
            "ALTER CONVERSION c SET SCHEMA s",
            "ALTER PROCEDURAL LANGUAGE l RENAME TO m",
        ),
        *(
            "ALTER LARGE OBJECT 12 OWNER TO r",
            "ALTER STATISTICS s.t SET SCHEMA u",
            "ALTER TEXT SEARCH PARSER p RENAME TO q",
        ),
        *(
            "ALTER USER MAPPING FOR user SERVER s OPTIONS (DROP a)",
            "ALTER PUBLICATION p OWNER TO r",
            "ALTER SERVER s RENAME TO t",
        ),
        *(
            "ALTER TABLESPACE t RENAME TO u",
            "ALTER FOREIGN DATA WRAPPER w OWNER TO r",
            "ALTER COLLATION s.c OWNER TO r",
        ),
    ],
)
def test_what_every_object_can_be_told_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "ALTER ACCESS METHOD a RENAME TO b",
            "ALTER CAST (int AS text) OWNER TO r",
            "ALTER OPERATOR + (int, int) RENAME TO x",
        ),
        *("ALTER OPERATOR + (int) OWNER TO r", "ALTER TEXT SEARCH PARSER p OWNER TO r", "ALTER RULE r ON t OWNER TO u"),
        *(
            "ALTER LARGE OBJECT 1 RENAME TO x",
            "ALTER STATISTICS IF EXISTS s RENAME TO t",
            "ALTER FOREIGN DATA WRAPPER w",
        ),
        *("ALTER PUBLICATION p SET a", "ALTER SUBSCRIPTION s DISABLE PUBLICATION p", "ALTER TABLESPACE t SET ()"),
        *("ALTER COLLATION c REFRESH", "ALTER SERVER s", "ALTER LANGUAGE l SET SCHEMA s", "ALTER FROB f RENAME TO g"),
    ],
)
def test_what_alters_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


def test_each_object_that_is_dropped_is_an_operation(read):
    assert read("DROP VIEW IF EXISTS a, s.b CASCADE") == (
        DropObject(kind=Kind.VIEW, name=Name(None, "a"), if_exists=True, cascade=True),
        DropObject(kind=Kind.VIEW, name=Name("s", "b"), if_exists=True, cascade=True),
    )


@pytest.mark.parametrize(
    "sql",
    [
        *("DROP SEQUENCE a, b.c", "DROP MATERIALIZED VIEW v", "DROP TYPE int, s.t CASCADE", "DROP DOMAIN IF EXISTS d"),
        *(
            "DROP RULE IF EXISTS r ON s.t CASCADE",
            "DROP CAST IF EXISTS (int AS text) CASCADE",
            "DROP ROLE current_user, public",
        ),
        *(
            "DROP OPERATOR IF EXISTS + (int, int), s.- (NONE, int) CASCADE",
            "DROP OPERATOR CLASS IF EXISTS s.c USING gin",
        ),
        *("DROP OPERATOR FAMILY f USING gin RESTRICT", "DROP TRANSFORM IF EXISTS FOR int LANGUAGE sql CASCADE"),
        *(
            "DROP USER MAPPING IF EXISTS FOR user SERVER s",
            "DROP SUBSCRIPTION IF EXISTS s CASCADE",
            "DROP TABLESPACE t",
        ),
        *(
            "DROP PROCEDURAL LANGUAGE IF EXISTS l",
            "DROP LANGUAGE l, m",
            "DROP TEXT SEARCH PARSER a.b, c",
            "DROP STATISTICS s",
        ),
        *("DROP EVENT TRIGGER e", "DROP FOREIGN DATA WRAPPER w", "DROP SERVER s CASCADE", "DROP ACCESS METHOD a"),
        *("DROP PUBLICATION p", "DROP COLLATION c", "DROP CONVERSION c", "DROP EXTENSION e", "DROP USER IF EXISTS a"),
    ],
)
def test_drop_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("DROP VIEW", "DROP FROB f", "DROP VIEW a b", "DROP RULE r", "DROP OPERATOR CLASS a USING b, c USING d"),
        *("DROP TABLESPACE t CASCADE", "DROP SUBSCRIPTION a, b", "DROP EXTENSION a.b", "DROP CAST (int)", "DROP USER"),
        *("DROP OPERATOR + (int)", "DROP USER MAPPING s", "DROP VIEW a CASCADE, b"),
    ],
)
def test_what_drops_nothing_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)


def test_what_is_on_a_table_is_commented_with_its_table(read):
    table = Name("s", "t")
    assert read("COMMENT ON COLUMN s.t.c IS 'x'") == (
        CommentOn(kind=Kind.COLUMN, name=Name(None, "c"), table=table, text="x"),
    )
    assert read("COMMENT ON CONSTRAINT c ON DOMAIN s.t IS NULL") == (
        CommentOn(kind=Kind.DOMAIN_CONSTRAINT, name=Name(None, "c"), table=table, text=None),
    )


@pytest.mark.parametrize(
    "sql",
    [
        *("COMMENT ON TABLE s.t IS 'a' \n 'b'", "COMMENT ON VIEW v IS ''", "COMMENT ON MATERIALIZED VIEW v IS $$x$$"),
        *(
            "COMMENT ON CONSTRAINT c ON t IS 'x'",
            "COMMENT ON CONSTRAINT c ON domain IS 'x'",
            "COMMENT ON CONSTRAINT c ON domain.d IS 'x'",
        ),
        *("COMMENT ON POLICY p ON t IS 'x'", "COMMENT ON RULE r ON t IS 'x'", "COMMENT ON TRIGGER r ON s.t IS 'x'"),
        *(
            "COMMENT ON FUNCTION f(int, OUT a text) IS 'x'",
            "COMMENT ON FUNCTION f IS 'x'",
            "COMMENT ON AGGREGATE a(*) IS 'x'",
        ),
        *(
            "COMMENT ON OPERATOR s.+ (int, NONE) IS 'x'",
            "COMMENT ON OPERATOR CLASS c USING gin IS 'x'",
            "COMMENT ON TYPE int IS 'x'",
        ),
        *(
            "COMMENT ON CAST (int AS text) IS 'x'",
            "COMMENT ON TRANSFORM FOR int LANGUAGE sql IS 'x'",
            "COMMENT ON DOMAIN d IS 'x'",
        ),
        *(
            "COMMENT ON LARGE OBJECT 12 IS 'x'",
            "COMMENT ON PROCEDURAL LANGUAGE l IS 'x'",
            "COMMENT ON ACCESS METHOD a IS 'x'",
        ),
        *(
            "COMMENT ON ROLE r IS U&'\\0061'",
            "COMMENT ON DATABASE d IS NULL",
            "COMMENT ON SCHEMA s IS 'x'",
            "COMMENT ON INDEX i IS 'x'",
        ),
        *(
            "COMMENT ON TEXT SEARCH CONFIGURATION s.c IS 'x'",
            "COMMENT ON EVENT TRIGGER e IS 'x'",
            "COMMENT ON COLUMN d.s.t.c IS 'x'",
        ),
        *(
            "SECURITY LABEL ON TABLE t IS 'x'",
            "SECURITY LABEL FOR 'a' ON COLUMN t.c IS NULL",
            "SECURITY LABEL FOR a ON ROLE r IS 'x'",
        ),
        "SECURITY LABEL ON FUNCTION f() IS 'x'",
    ],
)
def test_a_comment_is_read_as_postgresql_does(read_as_postgresql_does, sql):
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "sql",
    [
        *("COMMENT ON TABLE t", "COMMENT ON t IS 'x'", "COMMENT ON TABLE t IS x", "COMMENT ON USER u IS 'x'"),
        *("COMMENT ON POLICY p IS 'x'", "COMMENT ON OPERATOR + (int) IS 'x'", "COMMENT ON ROLE current_user IS 'x'"),
        *("COMMENT ON TABLE a, b IS 'x'", "COMMENT ON SCHEMA a.b IS 'x'", "SECURITY LABEL ON POLICY p ON t IS 'x'"),
        *("SECURITY LABEL ON OPERATOR + (int, int) IS 'x'", "COMMENT ON TABLE t IS B'01'", "SECURITY LABEL t IS 'x'"),
    ],
)
def test_what_is_no_comment_is_refused(refused_as_by_postgresql, sql):
    refused_as_by_postgresql(sql)
