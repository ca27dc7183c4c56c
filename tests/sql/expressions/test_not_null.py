import pytest

from expressing import make_expression
from sqlmig.sql.expressions.not_null import proves_not_null


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c IS NOT NULL", {"c"}),
        ('"C" IS NOT NULL AND t.d NOTNULL', {"C", "d"}),
        ("c > 0", set()),
        ("NOT (c IS NULL)", {"c"}),
        ("c IS NOT NULL OR NULL", set()),
        ("c IS NOT NULL OR d > 0", set()),
        ("c = d IS NOT NULL", set()),
    ],
)
def test_the_columns_of_which_it_is_proved(text, expected):
    """Every form is measured on a server in tests/db/test_expressions_on_server.py."""
    assert proves_not_null(make_expression(text)) == expected


@pytest.mark.parametrize("text", ["", "c IS NOT", "c IS NOT NULL AND json_object('a': 1) IS NULL"])
def test_what_is_not_understood_proves_an_unknown_lot(text):
    assert proves_not_null(make_expression(text)) is None
