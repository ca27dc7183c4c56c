"""What differs of a tenant that is there, and what is in the way in a list, as pure functions."""

from __future__ import annotations

import pytest

from sqlmig.errors import Place
from sqlmig.plan.provisioning import (
    Imported,
    Listed,
    RowOutcome,
    RowResult,
    list_problems,
    row_differences,
    taken_problems,
)
from sqlmig.project.model import Tenant

ACME = Tenant("1", "acme", "tenant_acme", {"tier": "gold", "seats": 5, "active": True, "note": None})


@pytest.mark.parametrize(
    ("values", "differences", "not_compared"),
    [
        ({}, [], ()),
        ({"tier": "gold", "seats": "5", "active": "true"}, [], ()),
        ({"active": "on"}, [], ()),
        ({"active": "no"}, [("active", "no", "True")], ()),
        ({"tier": "trial", "note": "x"}, [("tier", "trial", "gold"), ("note", "x", "NULL")], ()),
        ({"owner": "ada", "slug": "x"}, [], ("owner",)),
    ],
    ids=["nothing-given", "equal", "a-switch-in-other-words", "another-switch", "two", "no-column"],
)
def test_given_values_are_compared_with_the_registry_s_row(values, differences, not_compared):
    compared = row_differences(ACME, values, "tenant_acme")
    assert [(one.what, one.wanted, one.found) for one in compared.differences] == differences
    assert compared.not_compared == not_compared


def test_another_schema_is_a_difference():
    (found,) = row_differences(ACME, {"schema": "acme"}, "acme").differences
    assert (found.what, found.wanted, found.found) == ("schema", "acme", "tenant_acme")


def row(line: int, slug: str, schema: str) -> tuple[Listed, Tenant]:
    return Listed(slug, {}, None, Place("list.csv", line)), Tenant(schema, slug, schema)


def test_two_of_a_list_with_one_schema_are_told():
    found = list(list_problems([row(2, "a", "x"), row(3, "b", "x"), row(4, "a", "y")]))
    assert [(one.place and one.place.line, one.message) for one in found] == [
        (3, "tenant b: schema x stands in line 2 already"),
        (4, "tenant a: slug a stands in line 2 already"),
    ]


def test_a_schema_of_somebody_else_is_told_and_the_tenant_s_own_is_not():
    rows = [row(2, "acme", "tenant_acme"), row(3, "thief", "tenant_acme"), row(4, "lost", "old"), row(5, "new", "new")]
    found = list(taken_problems(rows, [ACME], {"tenant_acme", "old"}))
    assert [(one.place and one.place.line, one.message) for one in found] == [
        (3, "tenant thief: schema tenant_acme is that of tenant acme"),
        (4, "tenant lost: schema old is there already, and belongs to no active tenant"),
    ]


@pytest.mark.parametrize(
    ("outcomes", "stopped", "exit_status"),
    [
        ([RowOutcome.MADE, RowOutcome.THERE], False, 0),
        ([RowOutcome.MADE, RowOutcome.DIFFERS], False, 1),
        ([RowOutcome.DIFFERS, RowOutcome.NOT_STARTED], True, 5),
        ([RowOutcome.MADE], True, 0),
        ([RowOutcome.FAILED, RowOutcome.NOT_STARTED, RowOutcome.DIFFERS], True, 3),
    ],
)
def test_the_worst_of_an_import_decides_its_exit_status(outcomes, stopped, exit_status):
    rows = tuple(RowResult(row(number, f"t{number}", "x")[0], one) for number, one in enumerate(outcomes))
    assert Imported(rows, 1.0, stopped).exit_status == exit_status
