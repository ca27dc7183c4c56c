import pytest

from expressing import make_expression
from sqlmig.sql.expressions.names import literal_names, qualified_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'app.t'::regclass", ["app.t"]),
        ("'app.t'::pg_catalog.regclass", ["app.t"]),
        ("('app.t')::text::regclass", ["app.t"]),
        ("CAST('app.t' AS regclass) = CAST(('app.u') AS pg_catalog.regclass)", ["app.t", "app.u"]),
        ("regclass 'app.t'", ["app.t"]),
        ('\'"App"."T"\'::regclass', ['"App"."T"']),
        ("'app.f(int, text)'::regprocedure", ["app.f"]),
        ("'app.kind'::regtype = 'f'::regproc", ["app.kind", "f"]),
        ("nextval('app.s')", ["app.s"]),
        ("nextval('app.s'::regclass)", ["app.s"]),
        ("nextval('app.s'::text)", ["app.s"]),
        ("setval('app.s', (SELECT max(id) FROM t))", ["app.s"]),
        ("pg_get_serial_sequence('app.t', 'id')", ["app.t"]),
        ("public.create_hypertable('app.m', 'time', migrate_data => true)", ["app.m"]),
        ("create_hypertable(relation => 'app.m', by_range('time'))", ["app.m"]),
        ("SELECT add_retention_policy('app.m', INTERVAL '7 days')", ["app.m"]),
        ("to_regclass('t') IS NULL AND nextval('t') > 0", ["t", "t"]),
        ("db.app.t::regclass", []),
        ("'app.t'", []),
        ("'app.t'::text", []),
        ("lower('app.t')", []),
        ("nextval(a || 'app.s')", []),
        ("'\"open'::regclass", []),
        ("'a b'::regclass", []),
        ("''::regclass", []),
        ("'app.t'::int[", []),
    ],
)
def test_strings_that_name_objects(text, expected):
    assert list(map(str, literal_names(make_expression(text)))) == expected


def test_the_place_of_such_a_name_is_its_string():
    assert [name.at for name in literal_names(make_expression("nextval('a.b') + 'c'::regclass", start=5))] == [13, 22]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a.b + "C" . "d" - e', ["a.b", '"C".d']),
        ("a.b.c", ["a.b", "b.c"]),
        ("a.b.*", ["a.b"]),
        ("a.*", []),
        ("app.f(1.5, x.y)", ["app.f", "x.y"]),
        ("1 .. 2", []),
        ("a .", []),
        (". a", []),
        ("'a.b'", []),
    ],
)
def test_qualified_names(text, expected):
    assert list(map(str, qualified_names(make_expression(text).tokens))) == expected


def test_a_qualified_name_stands_where_its_first_part_stands():
    assert [name.at for name in qualified_names(make_expression("x = a.b.c", start=3).tokens)] == [7, 9]
