"""Foreign keys between types: what the table says. tests/db/test_key_types.py asks a server."""

from __future__ import annotations

import pytest

from sqlmig.lint.keytypes import Fit, fit_of
from sqlmig.sql.operations.tables import CreateTable
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import split


@pytest.mark.parametrize(
    ("own", "other", "fit"),
    [
        ("bigint", "bigint", Fit.GOOD),
        ("int4", "integer", Fit.GOOD),
        ("bigint", "integer", Fit.GOOD),
        ("integer", "bigint", Fit.SMALLER),
        ("smallint", "integer", Fit.SMALLER),
        ("numeric", "bigint", Fit.REFUSED),
        ("bigint", "numeric", Fit.OTHER),
        ("text", "varchar(20)", Fit.GOOD),
        ("varchar", "text", Fit.GOOD),
        ("varchar(20)", "text", Fit.SMALLER),
        ("varchar(20)", "varchar(30)", Fit.SMALLER),
        ("varchar(30)", "varchar(20)", Fit.GOOD),
        ("char(3)", "text", Fit.OTHER),
        ("text", "uuid", Fit.REFUSED),
        ("timestamptz", "date", Fit.OTHER),
        ("citext", "text", Fit.UNKNOWN),
        ("app.integer", "integer", Fit.UNKNOWN),
        ("bigint[]", "bigint", Fit.UNKNOWN),
    ],
)
def test_a_foreign_key_between_two_types_is_told_apart(own: str, other: str, fit: Fit):
    (operation,) = parse(split(f"CREATE TABLE t (own {own}, other {other})")[0])
    assert isinstance(operation, CreateTable)
    first, second = (column.type for column in operation.columns)
    assert first is not None
    assert second is not None
    assert fit_of(first, second) is fit
