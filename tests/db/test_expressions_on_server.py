"""What sql/expressions says, where a server can say it too."""

from __future__ import annotations

import pytest
from psycopg import sql

from expressing import make_expression
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.expressions.not_null import proves_not_null
from sqlmig.sql.expressions.output import output_columns
from sqlmig.sql.expressions.tenancy import compares_setting
from sqlmig.sql.expressions.truth import always_null, always_true, never_true
from sqlmig.sql.expressions.values import constant, same_value
from sqlmig.sql.expressions.volatility import Volatility, volatility

# --- NOT NULL ---

PROOFS = [
    *("c IS NOT NULL", "(c IS NOT NULL)", '"c" NOTNULL', "t.c IS NOT NULL", "(c) IS NOT NULL"),
    *(
        "c IS NOT NULL AND d > 0",
        "(c IS NOT NULL) AND (d IS NOT NULL)",
        "true AND c IS NOT NULL",
        "e <> '' AND e IS NOT NULL",
    ),
    *(
        "NOT (c IS NULL)",
        "NOT c IS NULL",
        "NOT (NOT (c IS NOT NULL))",
        "NOT (c IS NULL OR d IS NULL)",
        "NOT (c IS NULL AND d IS NULL)",
    ),
    *(
        "NOT (c IS NULL OR d > 0)",
        "NOT (c IS NULL) AND NOT (d IS NULL)",
        "c IS NOT NULL OR false",
        "false OR c IS NOT NULL",
    ),
    *(
        "c IS NOT NULL OR 1 = 2",
        "c IS NOT NULL OR (false AND d > 0)",
        "c IS NOT NULL OR NULL",
        "c IS NOT NULL OR d > 0",
    ),
    *("c IS NOT NULL OR d IS NOT NULL", "(c IS NOT NULL AND d > 0) OR (d < 0 AND c IS NOT NULL)"),
    *("(c IS NOT NULL OR false) AND (d IS NOT NULL OR NULL)", "c IS DISTINCT FROM NULL", "NULL IS DISTINCT FROM c"),
    *("NOT (c IS NOT DISTINCT FROM NULL)", "(c, d) IS NOT NULL", "ROW(c) IS NOT NULL", "NOT ((c, d) IS NULL)"),
    *("(c, d) IS DISTINCT FROM NULL", "c > 0", "c = c", "c IN (1, 2)", "c = ANY (ARRAY[1, 2])", "b", "b IS TRUE"),
    *("b IS NOT UNKNOWN", "NOT (b IS NULL)", "(c IS NOT NULL) IS TRUE", "(c IS NOT NULL) IS NOT FALSE"),
    *("coalesce(c, 0) > 0", "coalesce(c IS NOT NULL, false)", "num_nulls(c, d) = 0", "length(e) > 0"),
    *("CASE WHEN c IS NOT NULL THEN true ELSE false END", "c + d IS NOT NULL", "c::bigint IS NOT NULL"),
    *("e::varchar IS NOT NULL", 'e COLLATE "C" IS NOT NULL', "c IS NOT NULL = (d IS NOT NULL)"),
    *("e IS NOT NULL AND length(e) > 0", "c IS NOT NULL AND d IS NOT NULL AND b IS NOT NULL"),
]


@pytest.fixture
def notices(connect):
    connection = connect()
    connection.execute("SET client_min_messages = debug1")
    connection.execute("CREATE TABLE t (b bool, c int, d int, e text)")
    heard = []
    connection.add_notice_handler(lambda diagnostic: heard.append(diagnostic.message_primary))
    return connection, heard


@pytest.mark.parametrize("text", PROOFS)
def test_a_check_proves_not_null_to_us_where_it_does_to_postgresql(notices, text):
    connection, heard = notices
    connection.execute(f"ALTER TABLE t ADD CHECK ({text})")
    proved = set()
    for column in "bcde":
        heard.clear()
        connection.execute(f"ALTER TABLE t ALTER COLUMN {column} SET NOT NULL")
        if any("are sufficient to prove that it does not contain nulls" in notice for notice in heard):
            proved.add(column)
        connection.execute(f"ALTER TABLE t ALTER COLUMN {column} DROP NOT NULL")
    assert proves_not_null(make_expression(text)) == proved


# --- volatility ---


def test_no_function_of_this_server_is_worse_than_we_think(connect):
    rows = connect().execute(
        """
        SELECT proname, max(provolatile::text) FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
        GROUP BY proname
        """
    )
    order = list(Volatility)
    known = 0
    for name, letter in rows.fetchall():
        ours = volatility(make_expression(f'pg_catalog."{name}"()'))
        theirs = {"i": Volatility.IMMUTABLE, "s": Volatility.STABLE, "v": Volatility.VOLATILE}[letter]
        known += ours is not None
        assert ours is None or order.index(ours) >= order.index(theirs), name
    assert known > 1000


def test_no_operator_and_no_cast_of_postgresqls_is_volatile(connect):
    functions = connect().execute(
        """
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE provolatile = 'v'
          AND (p.oid IN (SELECT oprcode FROM pg_operator) OR p.oid IN (SELECT castfunc FROM pg_cast))
        """
    )
    assert functions.fetchall() == []


# --- constants ---

CONSTANTS = [
    *("1", "-1.5", "'x'::text", "NULL", "NULL::int", "true", "CAST('1' AS numeric(3, 1))", "date '2020-01-01'"),
    *("interval '1' day", "ARRAY[1, 2]::int[]", "ARRAY[]::text[]", "'{}'::jsonb", "(1, 'x')", "1 + 2", "B'01'", "0xff"),
    *("'a' COLLATE \"C\" || 'b'", "E'\\t'", "U&'\\0061'", "$$a$$", "1_000", "CASE WHEN true THEN 1 END", "1 IN (1, 2)"),
]


@pytest.mark.parametrize("text", CONSTANTS)
def test_what_is_constant_needs_no_row_and_calls_nothing(connect, text):
    assert constant(make_expression(text)) is True
    connection = connect()
    if connection.info.server_version < 160000 and text in ("0xff", "1_000"):
        pytest.skip("such numbers came with PostgreSQL 16")
    [first] = connection.execute(f"SELECT {text}").fetchone()
    [plan] = connection.execute(f"EXPLAIN (VERBOSE, COSTS OFF) SELECT {text} AS x").fetchall()[1]
    assert plan.strip().startswith("Output: ")
    assert connection.execute(f"SELECT {text}").fetchone() == (first,)


# --- what is always true, or never ---

CERTAIN = [
    *("true", "1 = 1.0", "'a' = 'a'", "NOT false", "true OR x", "x OR true", "'t'", "'yes'::boolean", "1::bool"),
    *(
        "NULL IS NULL",
        "2 > 1",
        "1 IN (1, 2)",
        "x IS NULL OR x IS NOT NULL",
        "x IS NOT DISTINCT FROM x",
        "(SELECT true)",
    ),
    *("EXISTS (SELECT 1)", "coalesce(true, x)", "CASE WHEN x THEN true ELSE true END", "NOT (x AND false)"),
    *("NULL IS UNKNOWN", "NULL", "NULL::boolean", "NOT NULL", "NULL = 1", "x = NULL", "NULL AND true"),
    *("false", "1 = 2", "false AND x", "'f'", "'of'", "0::bool", "NULL AND x", "1 IN (2, 3)", "x IS DISTINCT FROM x"),
    *("EXISTS (SELECT 1 WHERE false)", "NOT (x OR true)", "true IS FALSE", "x", "x = x", "NOT x", "x OR false"),
    *("x IS NOT TRUE", "'a' = 'b'", "EXISTS (SELECT count(*) WHERE false)", "coalesce(x, true)", "NULL OR x", "x <> x"),
    *("x IS NULL", "x AND y", "CASE WHEN x THEN true END", "1 IN (SELECT 1)", "EXISTS (SELECT 1 LIMIT 0)"),
]


@pytest.mark.parametrize("text", CERTAIN)
def test_a_condition_comes_out_for_every_row_as_we_say(connect, text):
    rows = connect().execute(
        f"""
        SELECT DISTINCT CASE WHEN ({text}) THEN true WHEN NOT ({text}) THEN false END
        FROM (VALUES (true), (false), (NULL)) AS a (x), (VALUES (true), (false), (NULL)) AS b (y)
        """
    )
    outcomes = {value for (value,) in rows.fetchall()}
    e = make_expression(text)
    assert not always_true(e) or outcomes == {True}
    assert not never_true(e) or True not in outcomes
    assert not always_null(e) or outcomes == {None}


# --- the names of columns ---

VALUES = [
    *(
        "a",
        "t.a",
        "1",
        "'x'",
        "NULL",
        "true",
        "-1",
        "a + 1",
        "a = 1",
        "NOT true",
        "a IS NULL",
        "lower(b)",
        "pg_catalog.lower(b)",
    ),
    *("a::bigint", "1::bigint", "'1'::int", "CAST(1 AS numeric(3, 1))", "lower(b)::varchar", "date '2020-01-01'"),
    *("interval '1' day", "(a + 1)::text", "coalesce(a, 1)", "nullif(a, 1)", "greatest(a, 1)", "least(a, 1)"),
    *("CASE WHEN true THEN 1 END", "CASE WHEN true THEN 1 ELSE a END", "CASE WHEN true THEN 1 ELSE 2::int END"),
    *(
        "ARRAY[1]",
        "ARRAY(SELECT 1)",
        "ROW(1, 2)",
        "(1, 2)",
        "EXISTS (SELECT 1)",
        "(SELECT a)",
        "(SELECT 1)",
        "(SELECT 1 AS x)",
    ),
    *("(SELECT max(a) FROM t)", "count(*)", "count(*) FILTER (WHERE true)", "sum(count(*)) OVER ()", "a IN (1, 2)"),
    *("current_date", "current_user", "current_timestamp(3)", "extract(year FROM now())", "position('a' IN b)", "user"),
    *("substring(b FROM 1)", "trim(b)", "overlay(b PLACING 'x' FROM 1)", "now() AT TIME ZONE 'utc'", "b LIKE 'x'"),
    *('b COLLATE "C"', "c[1]", "(c)[1]", "a BETWEEN 1 AND 2", "b || 'x'", "array_agg(a ORDER BY a)", "(VALUES (1))"),
    *("(date '2020-01-01', interval '1' day) OVERLAPS (now(), now())", '"A"', "-a", "left(b, 1)", "string_agg(b, ',')"),
    *("(a)", "((lower(b)))", "(a IS NOT NULL) IS TRUE", "B'1'", "now() - interval '1 day'", "trim(leading 'x' from b)"),
]


@pytest.mark.parametrize("text", VALUES)
def test_a_column_is_named_as_postgresql_names_it(connect, text):
    connection = connect()
    if text == "true" and connection.info.server_version < 150000:
        pytest.skip("it was called `bool` before PostgreSQL 15")
    connection.execute('CREATE TABLE t (a int, b text, c int[], "A" int)')
    query = f'SELECT {text} FROM t GROUP BY a, b, c, "A"'
    [column] = connection.execute(query).description
    assert output_columns(make_expression(query)) == (None if column.name == "?column?" else column.name,)


# --- USING ---


@pytest.mark.parametrize(
    ("using", "rewrites"),
    [
        ("c", False),
        ("c::text", False),
        ("(c)::text", False),
        ("CAST(c AS text)", False),
        ("lower(c)", True),
        ("d", True),
    ],
)
def test_using_that_says_nothing_rewrites_nothing_more(connect, using, rewrites):
    connection = connect()
    connection.execute("CREATE TABLE t (c varchar(5), d varchar(5))")
    node = "SELECT pg_relation_filenode('t')"
    before = connection.execute(node).fetchone()
    connection.execute(f"ALTER TABLE t ALTER COLUMN c TYPE text USING {using}")
    same = same_value(make_expression(using), "c", TypeName(schema=None, name="text"))
    assert (connection.execute(node).fetchone() != before) is rewrites
    assert same is (using not in ("lower(c)", "d"))


# --- policies ---

SETTING = "current_setting('app.tenant')"
POLICIES = [
    f"tenant_id = {SETTING}::uuid",
    "deals.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid",
    f"tenant_id = (SELECT {SETTING})::uuid",
    f"tenant_id::text = {SETTING}",
    f"tenant_id IS NOT DISTINCT FROM {SETTING}::uuid",
    f"tenant_id OPERATOR(pg_catalog.=) {SETTING}::uuid",
    f"(is_public OR is_shared) AND (tenant_id = {SETTING}::uuid)",
    f"tenant_id = {SETTING}::uuid OR tenant_id = app.current_tenant()",
    f"tenant_id = {SETTING}::uuid OR false",
    f"tenant_id = CASE WHEN {SETTING} = '' THEN NULL ELSE {SETTING}::uuid END",
    f"CASE WHEN {SETTING} = '' THEN false ELSE tenant_id = {SETTING}::uuid END",
    f"tenant_id = ANY (string_to_array({SETTING}, ',')::uuid[])",
    f"tenant_id = ANY (ARRAY(SELECT unnest(string_to_array({SETTING}, ','))::uuid))",
    f"tenant_id IN ({SETTING}::uuid, app.current_tenant())",
    f"tenant_id IN (SELECT id FROM tenants WHERE slug = {SETTING})",
    "tenant_id IN (SELECT m.tenant_id FROM members m WHERE m.user_id = current_setting('app.user')::uuid)",
    f"tenant_id = (WITH c AS (SELECT {SETTING}::uuid AS id) SELECT id FROM c)",
    f"tenant_id IN (SELECT x::uuid FROM unnest(string_to_array({SETTING}, ',')) AS x)",
    f"tenant_id IN (SELECT {SETTING}::uuid UNION SELECT app.current_tenant())",
    f"(tenant_id, is_public) = ({SETTING}::uuid, true)",
    f"NOT (tenant_id <> {SETTING}::uuid)",
    f"(tenant_id = {SETTING}::uuid) IS TRUE",
    f"coalesce(tenant_id = {SETTING}::uuid, false)",
    f"EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = deals.tenant_id AND m.user_id = md5({SETTING})::uuid)",
    # Those that let others pass:
    "true",
    f"is_public OR tenant_id = {SETTING}::uuid",
    "tenant_id = coalesce(nullif(current_setting('app.none', true), '')::uuid, tenant_id)",
    f"NOT (tenant_id = {SETTING}::uuid)",
    f"tenant_id = {SETTING}::uuid OR {SETTING} <> ''",
    f"tenant_id IN (SELECT id FROM tenants WHERE slug <> '' OR slug = {SETTING})",
    f"(tenant_id = {SETTING}::uuid) IS NOT NULL",
    "tenant_id IN (SELECT id FROM tenants)",
    "EXISTS (SELECT 1 FROM members m WHERE m.user_id = current_setting('app.user')::uuid)",
    f"tenant_id IN (SELECT t.id FROM tenants t LEFT JOIN members m ON m.tenant_id = {SETTING}::uuid)",
]


@pytest.mark.parametrize("text", POLICIES)
def test_a_policy_that_compares_the_tenant_lets_only_its_rows_pass(connect, text):
    connection = connect()
    connection.execute(
        """
        CREATE TABLE tenants (id uuid, slug text);
        CREATE TABLE members (tenant_id uuid, user_id uuid);
        CREATE TABLE deals (tenant_id uuid, is_public bool, is_shared bool);
        INSERT INTO tenants SELECT md5(n::text)::uuid, md5(n::text)::uuid FROM generate_series(1, 3) n;
        INSERT INTO members SELECT id, md5(slug)::uuid FROM tenants;
        INSERT INTO deals SELECT id, public.value, shared.value
        FROM tenants, (VALUES (true), (false), (NULL)) AS public (value), (VALUES (true), (false)) AS shared (value);
        INSERT INTO deals VALUES (NULL, true, true);
        CREATE SCHEMA app;
        CREATE FUNCTION app.current_tenant() RETURNS uuid STABLE LANGUAGE sql
            RETURN pg_catalog.current_setting('app.tenant')::uuid;
        SELECT set_config('app.tenant', id::text, false), set_config('app.user', md5(slug)::uuid::text, false)
        FROM tenants LIMIT 1;
        """
    )
    strangers = connection.execute(
        sql.SQL("SELECT count(*) FROM deals WHERE ({}) AND tenant_id IS DISTINCT FROM app.current_tenant()").format(
            sql.SQL(text)
        )
    ).fetchone()
    settings = frozenset({"app.tenant", "app.user"})
    said = compares_setting(make_expression(text), "tenant_id", settings, frozenset({"app.current_tenant"}))
    assert said is (strangers == (0,))
