import pytest

from expressing import make_expression
from sqlmig.sql.expressions.settings import SettingRead, setting_reads


def read(**values):
    plain = {"setting": "app.t", "missing_ok": False, "nullif": False, "cast": None, "in_subquery": False}
    return plain | values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("current_setting('app.t')", read()),
        ("pg_catalog.current_setting('App.T')", read()),
        ("CURRENT_SETTING('app.t'::text)", read()),
        ("current_setting('app.t', true)", read(missing_ok=True)),
        ("current_setting('app.t', 't'::bool)", read(missing_ok=True)),
        ("current_setting('app.t', missing_ok => true)", read(missing_ok=True)),
        ("current_setting('app.t', false)", read()),
        ("current_setting('app.t', a)", read()),
        ("current_setting(a || 'b', true)", read(setting=None, missing_ok=True)),
        ("current_setting('app.t')::uuid", read(cast="uuid")),
        ("current_setting('app.t')::text::bigint", read(cast="int8")),
        ("current_setting('app.t')::app.key", read(cast="app.key")),
        ("current_setting('app.t')::numeric(10, 2)", read(cast="numeric")),
        ("current_setting('app.t')::int[]", read(cast="int4[]")),
        ("CAST(current_setting('app.t') AS uuid)", read(cast="uuid")),
        ("(current_setting('app.t'))::uuid", read(cast="uuid")),
        ("nullif(current_setting('app.t', true), '')", read(missing_ok=True, nullif=True)),
        ("nullif(current_setting('app.t', true), '')::uuid", read(missing_ok=True, nullif=True, cast="uuid")),
        ("NULLIF(current_setting('app.t')::text, E'')::uuid", read(nullif=True, cast="uuid")),
        ("CAST(nullif((current_setting('app.t')), '') AS uuid)", read(nullif=True, cast="uuid")),
        ("nullif(current_setting('app.t'), 'x')::uuid", read()),
        ("nullif('', current_setting('app.t'))::uuid", read()),
        ("(SELECT current_setting('app.t'))::uuid", read(in_subquery=True, cast="uuid")),
        ("(SELECT nullif(current_setting('app.t'), '')::uuid)", read(in_subquery=True, nullif=True, cast="uuid")),
        ("(SELECT a FROM b WHERE c = current_setting('app.t')::int)", read(in_subquery=True, cast="int4")),
        ("a = ANY (string_to_array(current_setting('app.t'), ',')::uuid[])", read()),
        ("lower(current_setting('app.t'))::uuid", read()),
        ("a IN (current_setting('app.t')::uuid)", read(cast="uuid")),
        ("coalesce(current_setting('app.t'), '')::uuid", read()),
        ("current_setting('app.t')::", read()),
    ],
)
def test_a_setting_that_is_read(text, expected):
    [found] = setting_reads(make_expression(text))
    assert {field: getattr(found, field) for field in expected} == expected


def test_each_read_has_its_place():
    found = setting_reads(make_expression("a = current_setting('x') OR b = current_setting('y')", start=4))
    assert [(one.setting, one.at) for one in found] == [("x", 8), ("y", 36)]
    assert all(isinstance(one, SettingRead) for one in found)


@pytest.mark.parametrize(
    "text", ["app.current_setting('x')", "'current_setting(1)'", "current_setting", "set_config('a', 'b', true)", ""]
)
def test_what_is_no_read_of_a_setting(text):
    assert setting_reads(make_expression(text)) == ()
