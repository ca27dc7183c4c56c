"""What is told once for many targets: wrong here means 412 lines that say the same, or two faults told as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planning import CORE, applied, migration, project, snapshot, target, tenant_track
from sqlmig.db import failures
from sqlmig.plan.grouping import ErrorGroup, groups, item_error, kind_of
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Failure, ServerError
from sqlmig.plan.rollout import ErrorKind, ItemError
from sqlmig.plan.values import Step, Target
from sqlmig.project.model import Tenant

TEXT = "ALTER TABLE deals ADD owner text;\nUPDATE deals SET owner = NULL;\nUPDATE deals SET owner = NULL;\nSELECT 1;"
ACME = target("acme")
UUID = "5f0c9a0e-7a3b-4f6e-9d0a-3d1f6f4f9b21"


def step(of: Target, text: str = TEXT) -> Step:
    files = project(tenant_track(migration(31, text, name="add_owner")))
    (planned,) = make_plan(files, [of], snapshot({of: applied()}), Up()).steps
    return planned


def kind(message: str, sqlstate: str = "42P01", of: Target = ACME, **more: object) -> ErrorKind:
    said = ServerError(sqlstate, message, **more)  # type: ignore[arg-type]
    planned = step(of)
    return kind_of(failures.statement_failed(planned, said), planned, of)


@pytest.mark.parametrize(
    ("more", "statement"),
    [
        ({"offset": 0}, 1),
        ({"offset": TEXT.index("UPDATE")}, 2),
        ({"offset": TEXT.rindex("UPDATE")}, 3),
        ({"offset": len(TEXT) - 2}, 4),
        ({"completed": 0}, 1),
        ({"completed": 1}, 2),
        ({"completed": 2}, 3),
        ({"completed": 3}, 4),
        ({"completed": 4}, None),
        ({}, None),
    ],
    ids=str,
)
def test_the_statement_is_the_one_that_failed(more, statement):
    assert kind("m", **more).statement == statement


@pytest.mark.parametrize(("number", "statement"), [(1, 1), (2, 2), (3, 3), (4, 4)])
def test_outside_of_a_transaction_places_count_within_the_statement(number, statement):
    planned = step(ACME, f"-- sqlmig: transaction off\n{TEXT}")
    said = ServerError("42601", "m", offset=3)
    failure = failures.failed_outside(planned, planned.statements[number - 1], said, number - 1)
    assert kind_of(failure, planned, ACME).statement == statement


@pytest.mark.parametrize(
    ("message", "sqlstate", "alike"),
    [
        ('relation "tenant_acme.deals" does not exist', "42P01", 'relation "<schema>.deals" does not exist'),
        ('relation "tenant_acme_deals" does not exist', "42P01", 'relation "<schema>_deals" does not exist'),
        ('relation "tenant_acmeister" does not exist', "42P01", 'relation "tenant_acmeister" does not exist'),
        ('role "acme" does not exist', "42704", 'role "<slug>" does not exist'),
        ('role "acme2" does not exist', "42704", 'role "acme2" does not exist'),
        ("column 3 has 1.50 too many", "54000", "column N has N too many"),
        ('relation "deals_2024" does not exist', "42P01", 'relation "deals_2024" does not exist'),
        (f"no tenant {UUID}", "P0001", "no tenant <uuid>"),
        ("no tenant 'Acme, Inc.' and 'x'", "P0001", "no tenant '...' and '...'"),
        ('invalid input syntax for type integer: "twelve"', "22P02", 'invalid input syntax for type integer: "..."'),
        ('column "twelve" does not exist', "42703", 'column "twelve" does not exist'),
        ("the first line\nand the second of tenant_acme", "P0001", "the first line"),
        ("  spaces  ", "P0001", "spaces"),
        ('could not extend file "base/16384/2619": no space', "53100", 'could not extend file "base/N/N": no space'),
    ],
)
def test_what_differs_from_target_to_target_is_taken_out(message, sqlstate, alike):
    assert kind(message, sqlstate).message == alike


@pytest.mark.parametrize("ident", [UUID, "eu-17", "17"])
def test_the_id_is_taken_out_too(ident):
    of = replace(ACME, key=ident, tenant=Tenant(ident, "acme", "tenant_acme", {}))
    other = replace(ACME, key="18", tenant=Tenant("18", "acme", "tenant_acme", {}))
    found = kind(f"tenant {ident} has 17 deals", of=of)
    assert found.message == f"tenant {'N' if ident == '17' else '<id>'} has N deals"
    assert kind("tenant 18 has 17 deals", of=other).message == "tenant N has N deals"


def test_two_targets_with_the_same_trouble_have_the_same_kind():
    def met(slug: str, row: int) -> ErrorKind:
        said = ServerError(
            "23505",
            f'duplicate key value violates unique constraint "tenant_{slug}_deals_key"',
            detail=f"Key (id)=({row}) already exists.",
            completed=1,
            constraint=f"tenant_{slug}_deals_key",
        )
        of = target(slug)
        planned = step(of)
        return kind_of(failures.statement_failed(planned, said), planned, of)

    assert met("acme", 1) == met("beta", 22)
    assert str(met("acme", 1)) == "23505 in 0031_add_owner:2 (constraint <schema>_deals_key)"


def test_what_only_the_runner_says_is_told_in_its_words():
    planned = step(ACME)
    found = kind_of(failures.outside(planned, "public.t (RowExclusiveLock)"), planned, ACME)
    assert (found.sqlstate, found.statement) == (None, None)
    assert str(found) == "0031_add_owner changes what does not belong to <schema>: public.t (RowExclusiveLock)"


def test_a_target_may_fail_as_a_whole():
    found = kind_of(failures.missing_schema(ACME), None, ACME)
    assert found == ErrorKind("tenant", "", None, None, None, "schema <schema> of tenant <slug> is not there")
    refused = Failure("m", "s", "n", error=ServerError("57P03", "the database system is starting up"))
    assert str(kind_of(refused, None, CORE)) == "57P03: the database system is starting up"


def test_an_item_keeps_what_its_own_target_was_told():
    planned = step(ACME)
    error = item_error(failures.statement_failed(planned, ServerError("42P01", "no tenant_acme.t")), planned, ACME)
    assert error.message == "0031_add_owner failed in tenant_acme: no tenant_acme.t"
    assert error.kind.message == "no <schema>.t"


def found(sqlstate: str, constraint: str | None = None) -> ItemError:
    return ItemError(ErrorKind("tenant", "0031_add_owner", 2, sqlstate, constraint, "m"), "M")


def test_groups_are_told_the_largest_first_with_a_few_examples():
    errors = [("tenant_z", found("42P01")), *((f"tenant_{n}", found("23502", "c")) for n in range(412))]
    errors += [("tenant_y", found("22P02")), ("tenant_x", found("22P02"))]
    assert [str(group) for group in groups(errors)] == [
        "412 tenants: 23502 in 0031_add_owner:2 (constraint c), for example tenant_0, tenant_1, tenant_2",
        "2 tenants: 22P02 in 0031_add_owner:2: tenant_y, tenant_x",
        "1 tenant: 42P01 in 0031_add_owner:2: tenant_z",
    ]


def test_groups_of_one_size_stay_in_the_order_in_which_they_were_met():
    errors = [("a", found("42P01")), ("b", found("23502")), ("c", found("22P02"))]
    assert [group.kind.sqlstate for group in groups(errors)] == ["42P01", "23502", "22P02"]
    assert groups([]) == ()
    assert groups(errors)[0] == ErrorGroup(errors[0][1].kind, 1, ("a",))
