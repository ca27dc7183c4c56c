import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.project.model import Tenant
from sqlmig.project.names import (
    MAX_NAME_BYTES,
    quoted,
    schema_for_slug,
    schema_name_problem,
    schema_name_problems,
    shared_schema_name_problem,
    slug_problem,
)

SHARED = {"sqlmig", "platform_core", "extensions"}


@pytest.mark.parametrize(
    "name",
    [
        "tenant_acme",
        "Tenant Acme",
        'quo"ted',
        "it's",
        "; DROP SCHEMA public; --",
        "🦄",
        "PG_upper",
        "Public",
        "pgx",
        "user",
        "select",
        " ",
        "a" * MAX_NAME_BYTES,
        "é" * 31,
    ],
)
def test_a_name_that_postgresql_keeps_as_it_is_is_allowed(name: str) -> None:
    assert schema_name_problem(name, SHARED) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "a schema name may not be empty"),
        ("a\0b", 'schema "a\\x00b" contains the character NUL, which PostgreSQL cannot store'),
        ("a\ud800", 'schema "a\\ud800" is not valid Unicode'),
        ("x" * 64, f'schema "{"x" * 64}" is 64 bytes long; PostgreSQL cuts names after 63 bytes'),
        ("é" * 32, f'schema "{"é" * 32}" is 64 bytes long; PostgreSQL cuts names after 63 bytes'),
        ("pg_temp", 'schema "pg_temp" begins with pg_, which PostgreSQL reserves for itself'),
        ("information_schema", 'schema "information_schema" belongs to PostgreSQL'),
        ("$user", 'schema "$user" means the current role\'s schema in search_path, whatever its quotes'),
        ("public", 'schema "public" is everybody\'s and cannot belong to one tenant'),
        ("platform_core", 'schema "platform_core" is shared by all tenants and cannot belong to one of them'),
    ],
)
def test_a_name_that_no_tenant_may_have_is_refused_with_the_rule(name: str, problem: str) -> None:
    assert schema_name_problem(name, SHARED) == problem


def test_public_may_be_the_schema_of_a_shared_track() -> None:
    assert shared_schema_name_problem("public") is None


def test_each_bad_schema_of_a_registry_is_reported_under_its_tenant() -> None:
    tenants = [
        Tenant("1", "acme", "tenant_acme"),
        Tenant("2", "bolt", "pg_bolt"),
        Tenant("3", "core", "platform_core"),
        Tenant("4", "acme2", "tenant_acme"),
        Tenant("5", "bolt2", "pg_bolt"),
    ]
    assert schema_name_problems(tenants, SHARED) == (
        'tenant "bolt": schema "pg_bolt" begins with pg_, which PostgreSQL reserves for itself',
        'tenant "core": schema "platform_core" is shared by all tenants and cannot belong to one of them',
        'tenant "acme2": schema "tenant_acme" is already that of tenant "acme"; each tenant needs a schema of its own',
        'tenant "bolt2": schema "pg_bolt" begins with pg_, which PostgreSQL reserves for itself',
    )


def test_schemas_that_differ_in_case_only_are_two_schemas() -> None:
    assert schema_name_problems([Tenant("1", "a", "Acme"), Tenant("2", "b", "acme")], SHARED) == ()


@pytest.mark.parametrize("slug", ["acme", "0day", "a", "a-b_c9"])
def test_a_plain_slug_is_allowed(slug: str) -> None:
    assert slug_problem(slug) is None


@pytest.mark.parametrize("slug", ["Acme", "-acme", "_acme", "a b", "a;b", "ä", "acme\n"])
def test_a_slug_that_needs_quoting_somewhere_is_refused(slug: str) -> None:
    assert slug_problem(slug) == (
        f"slug {quoted(slug)} must be lower-case letters a-z, digits, _ and -, and begin with a letter or digit"
    )


def test_an_empty_slug_is_refused() -> None:
    assert slug_problem("") == "a slug may not be empty"


def test_the_schema_of_a_new_tenant_follows_the_template() -> None:
    assert schema_for_slug("tenant_{slug}_v2", "acme") == "tenant_acme_v2"


@given(st.text())
def test_a_quoted_name_cannot_steer_a_terminal(name: str) -> None:
    assert quoted(name).isprintable()


@given(st.text(max_size=80))
def test_a_name_is_judged_the_same_alone_and_in_a_registry(name: str) -> None:
    alone = schema_name_problem(name, SHARED)
    together = schema_name_problems([Tenant("1", "one", name)], SHARED)
    assert together == (() if alone is None else (f'tenant "one": {alone}',))
