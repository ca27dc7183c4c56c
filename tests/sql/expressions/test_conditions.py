import pytest

from expressing import make_expression
from sqlmig.sql.expressions.conditions import equates, filters


@pytest.mark.parametrize(
    "text",
    [
        "tenant_id = 'x'",
        "'x' = tenant_id",
        "d.tenant_id = $1 AND a > 1",
        "(a OR b) AND (tenant_id = 1)",
        "tenant_id::text = 'x'",
        "CAST(tenant_id AS text) COLLATE \"C\" = 'x'",
        "tenant_id IN (1, 2)",
        "tenant_id = ANY (ARRAY[1, 2])",
        "tenant_id IS NOT DISTINCT FROM 1",
        "tenant_id OPERATOR(pg_catalog.=) 1",
        "tenant_id IN (SELECT id FROM tenants)",
        "tenant_id IN (SELECT tenant_id FROM tenants WHERE slug = 'x')",
        "tenant_id = (SELECT t.tenant_id FROM tenants t LIMIT 1)",
        "(tenant_id, id) = (1, 2)",
        "(tenant_id, id) IN ((1, 2), (3, 4))",
        "(tenant_id, id) IN (SELECT tenant_id, id FROM stale)",
        "tenant_id = 1 OR tenant_id = 2 AND b",
        "tenant_id = 1 OR false",
        "NOT (tenant_id <> 1)",
        "NOT (tenant_id <> 1 OR b)",
        "(tenant_id = 1) IS TRUE",
        "coalesce(tenant_id = 1, false)",
        "CASE WHEN b THEN tenant_id = 1 ELSE false END",
        "tenant_id = current_setting('app.t')::uuid",
        "tenant_id = other_id",
    ],
)
def test_a_condition_that_fixes_the_column(text):
    assert filters(make_expression(text), "tenant_id") is True


@pytest.mark.parametrize(
    "text",
    [
        "id = 1",
        "true",
        "tenant_id > 1",
        "tenant_id <> 1",
        "tenant_id = tenant_id",
        "d.tenant_id = tenant_id",
        "tenant_id = coalesce($1, tenant_id)",
        "tenant_id = (SELECT tenant_id)",
        "tenant_id IS NOT NULL",
        "tenant_id = 1 OR id = 2",
        "tenant_id = 1 OR true",
        "NOT (tenant_id = 1)",
        "tenant_id NOT IN (1)",
        "tenant_id = 1 IS NOT NULL",
        "tenant_id <> ALL (ARRAY[1])",
        "CASE WHEN b THEN tenant_id = 1 ELSE true END",
        "(tenant_id = 1) IS NOT FALSE",
        "EXISTS (SELECT 1 FROM t WHERE a = 1)",
        '"Tenant_ID" = 1',
        "tenant_id BETWEEN 1 AND 1",
        "tenant_id LIKE 'x'",
    ],
)
def test_a_condition_that_does_not(text):
    assert filters(make_expression(text), "tenant_id") is False


@pytest.mark.parametrize(
    "text",
    [
        "tenant_id =",
        "is_mine(tenant_id)",
        "is_mine(tenant_id) AND a = 1",
        "tenant_id = 1 OR is_mine(tenant_id)",
        "NOT is_foreign(tenant_id)",
        "EXISTS (SELECT 1 FROM t WHERE t.a = tenant_id)",
    ],
)
def test_a_condition_of_which_that_is_not_known(text):
    assert filters(make_expression(text), "tenant_id") is None


D = frozenset({"d", "deals"})


@pytest.mark.parametrize(
    ("text", "qualifiers", "expected"),
    [
        ("d.tenant_id = 1", D, True),
        ("tenant_id = 1", D, False),
        ("tenant_id = 1", D | {None}, True),
        ("o.tenant_id = 1", D | {None}, False),
        ("d.tenant_id = o.tenant_id", D | {None}, True),
        ("d.tenant_id = deals.tenant_id", D, False),
        ("d.tenant_id = o.tenant_id OR d.tenant_id = 1", D, True),
        ("d.tenant_id = 1 AND o.tenant_id = 2", frozenset({"o"}), True),
        ("d.tenant_id IN (SELECT x.tenant_id FROM x WHERE x.a = d.tenant_id)", D, False),
        ("d.tenant_id IN (SELECT d.tenant_id FROM x AS d)", D, True),
        ("EXISTS (SELECT 1 FROM x WHERE x.tenant_id = d.tenant_id)", D | {None}, True),
        ("NOT EXISTS (SELECT 1 FROM x WHERE x.tenant_id = d.tenant_id)", D | {None}, False),
        ("EXISTS (SELECT 1 FROM x WHERE x.tenant_id = tenant_id)", D | {None}, None),
        ("EXISTS (SELECT 1 FROM x AS d WHERE d.tenant_id = 1)", D, False),
        ("app.deals.tenant_id = 1", D, True),
    ],
)
def test_only_a_column_with_one_of_the_names_is_the_column(text, qualifiers, expected):
    assert filters(make_expression(text), "tenant_id", qualifiers) is expected


A, B = frozenset({"a"}), frozenset({"b", None})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.t = b.t", True),
        ("b.t = a.t AND a.id = b.id", True),
        ("a.t = t", True),
        ("(a.t, a.id) = (b.t, b.id)", True),
        ("a.t::text = b.t::text", True),
        ("a.t = b.t OR a.t = t AND c", True),
        ("a.id = b.id", False),
        ("a.t = b.id", False),
        ("a.t = c.t", False),
        ("a.t = 1 AND b.t = 1", False),
        ("a.t = b.t OR a.id = b.id", False),
        ("a.t <> b.t", False),
        ("SELECT 1 FROM a JOIN b ON a.t = b.t", True),
        ("SELECT 1 FROM a LEFT JOIN b ON a.id = b.id WHERE a.t = b.t", True),
        ("SELECT 1 FROM a JOIN b USING (id, t)", True),
        ("SELECT 1 FROM a JOIN b USING (id)", False),
        ("SELECT 1 FROM a NATURAL JOIN b", None),
        ("SELECT 1 FROM a, b", False),
        ("UPDATE a SET x = 1 FROM b WHERE a.t = b.t", True),
        ("DELETE FROM a USING b WHERE a.id = b.id", False),
        ("INSERT INTO c SELECT 1 FROM a JOIN b ON a.t = b.t", True),
        ("MERGE INTO a USING b ON a.t = b.t WHEN MATCHED THEN DELETE", True),
        ("SELECT 1 FROM a UNION SELECT 1 FROM b", False),
        ("a.t = b.t AND", None),
    ],
)
def test_equal_columns_of_two_tables(text, expected):
    assert equates(make_expression(text), "t", A, B) is expected
