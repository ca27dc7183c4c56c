import pytest

from expressing import make_expression
from sqlmig.sql.expressions.volatility import Volatility, volatility

IMMUTABLE, STABLE, VOLATILE = Volatility


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2", IMMUTABLE),
        ("'x'::app.kind", IMMUTABLE),
        ("ARRAY[]::text[]", IMMUTABLE),
        ("coalesce(lower('A'), nullif('a', 'b'))", IMMUTABLE),
        ("now()", STABLE),
        ("CURRENT_TIMESTAMP", STABLE),
        ("localtime(0)", STABLE),
        ("current_user", STABLE),
        ("now() + interval '1 day'", STABLE),
        ("pg_catalog.now()", STABLE),
        ("current_setting('app.t')::uuid", STABLE),
        ("(SELECT 1 FROM t)", STABLE),
        ("xmlelement(name a)", STABLE),
        ("clock_timestamp()", VOLATILE),
        ("gen_random_uuid()", VOLATILE),
        ("uuidv7()", VOLATILE),
        ("nextval('s')", VOLATILE),
        ("random() * 10", VOLATILE),
        ("timeofday()", VOLATILE),
        ("extensions.uuid_generate_v4()", VOLATILE),
        ("lower(random()::text)", VOLATILE),
        ("unknown_function(random())", VOLATILE),
        ("unknown_function()", None),
        ("app.now()", None),
        ("lower(app.f())", None),
        ("date '2020-01-01'", IMMUTABLE),
        ("'now()'", IMMUTABLE),
        ("1::numeric(10, 2)", IMMUTABLE),
    ],
)
def test_the_worst_of_what_is_called_counts(text, expected):
    assert volatility(make_expression(text)) is expected


def test_the_users_functions_are_known_by_the_caller():
    of = {"app.f": IMMUTABLE, "g": VOLATILE, "now": VOLATILE}
    assert volatility(make_expression("app.f(1)"), of) is IMMUTABLE
    assert volatility(make_expression("f(1)"), of) is None
    assert volatility(make_expression("g()"), of) is VOLATILE
    assert volatility(make_expression("other.g()"), of) is None


def test_a_users_function_with_a_name_of_postgresqls_makes_it_no_safer():
    assert volatility(make_expression("random()"), {"random": IMMUTABLE}) is VOLATILE
    assert volatility(make_expression("lower(1)"), {"lower": VOLATILE}) is VOLATILE
