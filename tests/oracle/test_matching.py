"""The comparison can fail: whatever is changed in an operation is seen, where the tree says what is written."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from oracle.matching import differences
from oracle.statements import operations_of
from sqlmig.sql.definitions import Body, Expression
from sqlmig.sql.parser import parse
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.statements import split

FORMS = [
    line.split("|", 1)[1] for line in (Path(__file__).parents[1] / "sql" / "forms.txt").read_text().splitlines()[1:]
]
NOT_IN_THE_TREE = {
    "AlterObject.action",
    "CreateIndex.method",  # btree, when none is written
    "Exclude.method",
    "Column.generated",  # VIRTUAL, when neither word is written
    "Check.not_valid",  # NOT ENFORCED implies it
    "ForeignKey.not_valid",
    "AlterConstraint.initially_deferred",
    "AlterConstraint.deferrable",
    "CreateTrigger.events",  # their order
}


def changed(value: Any) -> Iterator[Any]:
    """The value with something changed in it, in every place where it can be."""
    match value:
        case bool():
            yield not value
        case str():
            yield value + "x"
            yield None
        case None:
            yield "x"
        case Name():
            yield Name(value.schema, value.name + "x")
            yield Name("x" + (value.schema or ""), value.name)
        case Enum():
            yield from (other for other in type(value) if other is not value)
        case Expression():
            yield None
            yield value.replaced(text=value.text + " + 1")
            if len(value.tokens) > 1:
                yield value.replaced(text=value.text[: value.tokens[-1].start - value.start])
        case tuple():
            yield (*value, "x")
            if value:
                yield value[:-1]
            for number, each in enumerate(value):
                yield from ((*value[:number], other, *value[number + 1 :]) for other in changed(each))
        case frozenset():
            yield value ^ {"insert"}
        case int():
            yield value + 1
        case Body():
            yield value.replaced(text=value.text + " ")
        case Record():
            for field in value.field_names():
                if f"{type(value).__name__}.{field}" not in NOT_IN_THE_TREE:
                    yield from (value.replaced(**{field: other}) for other in changed(getattr(value, field)))


@pytest.mark.parametrize("text", FORMS)
def test_whatever_is_changed_in_an_operation_is_seen(text):
    [statement] = split(text)
    [theirs] = operations_of(text)
    for number, operation in enumerate(parse(statement)):
        assert differences(operation, theirs[number]) == []
        for wrong in changed(operation):
            assert differences(wrong, theirs[number]), wrong


def test_a_difference_is_told_with_its_field_and_both_sides():
    [[theirs]] = operations_of("ALTER TABLE t ADD COLUMN a int DEFAULT 1 + 2")
    [[ours]] = map(parse, split("ALTER TABLE t ADD COLUMN b int DEFAULT 1"))
    [name, default] = differences(ours, theirs)
    assert name == "column.name: 'b', not 'a'"
    assert default.startswith("column.default: '1', not a_expr")


def test_an_operation_of_another_kind_is_a_difference():
    [[theirs]] = operations_of("DROP INDEX i")
    [[ours]] = map(parse, split("DROP TABLE i"))
    assert len(differences(ours, theirs)) == 1
