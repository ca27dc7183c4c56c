"""Which tables hold the rows of several tenants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.values import Flag

MADE = "CREATE TABLE {name} (id bigint PRIMARY KEY, title text);\n"
WITH = "CREATE TABLE {name} (id bigint PRIMARY KEY, tenant_id uuid);\n"
TENANT, PLATFORM = "-- migration\n", "-- platform\n"


@file_rule()
def tenants(file: FileContext) -> Iterator[Flag]:
    """The tables that hold tenants' rows at a file's end."""
    yield Flag(" ".join(sorted(str(table.name) for table in file.end.tables.values() if is_tenant_table(table, file))))


def found(linted, text: str, **lint: str) -> str:
    """What the rule says of the only file, or the last."""
    config = ", ".join(f"{key}: {value}" for key, value in lint.items())
    result = linted(f"-- config: lint: {{{config}}}\n{text}", tenants)
    assert not result.problems
    return result.result.findings[-1].message


@pytest.mark.parametrize(
    ("tenancy", "track", "table", "holds"),
    [
        ("schema", TENANT, WITH, False),
        ("schema", PLATFORM, WITH, False),
        ("shared", TENANT, WITH, True),
        ("shared", TENANT, MADE, True),
        ("shared", PLATFORM, WITH, True),
        ("shared", PLATFORM, MADE, True),
        ("both", TENANT, WITH, True),
        ("both", TENANT, MADE, True),
        ("both", PLATFORM, WITH, True),
        ("both", PLATFORM, MADE, False),
    ],
)
def test_the_tenancy_the_track_and_the_tenant_column_decide(linted, tenancy, track, table, holds):
    schema = "tenant_acme" if track is TENANT else "platform"
    assert found(linted, track + table.format(name="deals"), tenancy=tenancy) == (f"{schema}.deals" if holds else "")


def test_on_a_tenant_track_a_table_outside_of_the_tenants_schema_holds_rows_only_with_the_column(linted):
    text = TENANT + MADE.format(name="other.a") + WITH.format(name="other.b")
    assert found(linted, text, tenancy="both") == "other.b"


def test_the_column_may_have_another_name(linted):
    text = PLATFORM + WITH.format(name="a") + "CREATE TABLE b (id bigint, org_id int);\n"
    assert found(linted, text, tenancy="both", tenant_column="org_id") == "platform.b"


@pytest.mark.parametrize(
    ("exempt", "left"),
    [
        ("[a]", "tenant_acme.b1 tenant_acme.b2"),
        ("['b*']", "tenant_acme.a"),
        ("['b?', a]", ""),
        ("[tenant_acme.a]", "tenant_acme.b1 tenant_acme.b2"),
        ("['tenant_*.b*']", "tenant_acme.a"),
        ("[platform.a, other]", "tenant_acme.a tenant_acme.b1 tenant_acme.b2"),
    ],
)
def test_exempt_tables_are_named_with_or_without_a_schema(linted, exempt, left):
    text = TENANT + WITH.format(name="a") + WITH.format(name="b1") + MADE.format(name="b2")
    assert found(linted, text, tenancy="both", exempt_tables=exempt) == left


@pytest.mark.parametrize("words", ["CREATE TEMP TABLE", "CREATE TEMPORARY TABLE", "CREATE LOCAL TEMP TABLE"])
def test_a_temporary_table_holds_no_tenants_rows(linted, words):
    text = WITH.format(name="deals").replace("CREATE TABLE", words)
    assert found(linted, TENANT + text, tenancy="shared") == ""


def test_the_table_that_tenant_columns_refer_to_lists_the_tenants(linted):
    tenants = "CREATE TABLE tenants (id uuid PRIMARY KEY);\n"
    text = tenants + "CREATE TABLE deals (id bigint, tenant_id uuid REFERENCES tenants);\n"
    assert found(linted, TENANT + text, tenancy="shared") == "tenant_acme.deals"


def test_a_table_that_the_tenant_column_refers_to_together_with_another_is_no_list(linted):
    text = (
        "CREATE TABLE owners (tenant_id uuid, id bigint, PRIMARY KEY (tenant_id, id));\n"
        "CREATE TABLE deals (tenant_id uuid, o bigint, FOREIGN KEY (tenant_id, o) REFERENCES owners);\n"
    )
    assert found(linted, TENANT + text, tenancy="shared") == "tenant_acme.deals tenant_acme.owners"


def test_of_a_table_that_nothing_made_only_the_column_tells(linted):
    text = "ALTER TABLE a ADD COLUMN tenant_id uuid;\nALTER TABLE b ADD COLUMN note text;\n"
    assert found(linted, TENANT + text, tenancy="shared") == "tenant_acme.a"


@pytest.mark.parametrize(("track", "holds"), [(TENANT, "tenant_acme.deals"), (PLATFORM, "")])
def test_a_table_that_lost_the_column_is_like_one_that_never_had_it(linted, track, holds):
    text = WITH.format(name="deals") + "ALTER TABLE deals DROP COLUMN tenant_id;\n"
    assert found(linted, track + text, tenancy="both") == holds
