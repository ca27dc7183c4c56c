"""Promise 5: a tenant migration changes its own schema only."""

from __future__ import annotations

import pytest

from shop import Shop
from sqlmig.engine import PlanRefused
from sqlmig.plan.results import Outcome

TRIGGER = (
    "CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';"
    "CREATE TRIGGER t BEFORE INSERT ON deals FOR EACH ROW EXECUTE FUNCTION t(); DROP FUNCTION t CASCADE;"
)


def failure(shop: Shop, up: str, schema: str = "tenant_acme") -> str:
    """What is said when tenant acme gets a migration, which must fail and leave nothing."""
    shop.pair("tenant", "0002_reach", up)
    result = shop.apply(schema)
    (only,) = result.results
    assert result.exit_status == 3
    assert only.outcome is Outcome.FAILED
    assert only.failure is not None
    assert shop.versions(schema) == [1]
    assert "nothing of this file is in the database" in only.failure.state
    return f"{only.failure.message} / {only.failure.next}"


@pytest.fixture
def two(shop: Shop) -> Shop:
    shop.with_tenants("acme", "globex")
    shop.sql("CREATE TABLE public.shared (id int)")
    shop.sql("CREATE TABLE core.rates (id int PRIMARY KEY)")
    shop.sql("CREATE FUNCTION public.one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    shop.sql("CREATE TYPE public.mood AS ENUM ('fine')")
    shop.sql("CREATE SCHEMA spare")
    return shop


@pytest.mark.parametrize(
    ("up", "named"),
    [
        ("ALTER TABLE public.shared ADD COLUMN x int;", "public.shared (AccessExclusiveLock)"),
        ("CREATE TABLE public.mine (id int);", "public.mine (AccessExclusiveLock)"),
        ("UPDATE core.tenants SET tier = 'gold';", "core.tenants (RowExclusiveLock)"),
        ("INSERT INTO core.rates VALUES (1);", "core.rates (RowExclusiveLock)"),
        ("CREATE INDEX ON tenant_globex.deals (title);", "tenant_globex.deals (ShareLock)"),
        ("DELETE FROM tenant_globex.deals;", "tenant_globex.deals (RowExclusiveLock)"),
        ("ALTER TABLE deals ADD rate int REFERENCES core.rates;", "core.rates (ShareRowExclusiveLock)"),
        ("DROP TABLE tenant_globex.deals;", "tenant_globex.deals (dropped)"),
        ("DROP TABLE public.shared;", "public.shared (dropped)"),
        ("CREATE FUNCTION public.two() RETURNS int LANGUAGE sql AS 'SELECT 2';", "function public.two"),
        ("CREATE OR REPLACE FUNCTION public.one() RETURNS int LANGUAGE sql AS 'SELECT 9';", "function public.one"),
        ("CREATE TYPE public.colour AS ENUM ('red');", "type public.colour"),
        ("CREATE SCHEMA elsewhere;", "schema elsewhere"),
        ("DROP FUNCTION public.one();", "function public.one()"),
        ("ALTER FUNCTION public.one() RENAME TO uno;", "function public.one()"),
        ("COMMENT ON FUNCTION public.one() IS 'mine';", "function public.one()"),
        ("DROP TYPE public.mood;", "type public.mood"),
        ("DROP SCHEMA spare;", "schema spare"),
        ("DO $$ BEGIN EXECUTE 'DROP FUNCTION public.one()'; END $$;", "function public.one()"),
        ("DO $$ BEGIN CREATE TABLE public.hidden (id int); END $$;", "public.hidden (AccessExclusiveLock)"),
        ("SET LOCAL search_path = public; CREATE TABLE lost (id int);", "public.lost (AccessExclusiveLock)"),
    ],
)
def test_promise_05_reaching_outside_is_rolled_back_and_named(two: Shop, up: str, named: str) -> None:
    before = two.sql("SELECT relname FROM pg_class WHERE relkind IN ('r', 'i') ORDER BY oid")
    said = failure(two, up)
    assert f"0002_reach changes what does not belong to tenant_acme: {named}" in said
    assert "move it to a shared track" in said
    assert two.sql("SELECT relname FROM pg_class WHERE relkind IN ('r', 'i') ORDER BY oid") == before


@pytest.mark.parametrize(
    "up",
    [
        "SELECT * FROM core.rates; CREATE TABLE copies AS SELECT * FROM core.tenants;",
        "CREATE TEMP TABLE scratch (id int); INSERT INTO scratch VALUES (1); DROP TABLE scratch;",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a); DROP TABLE b; DROP TABLE a;",
        "CREATE TYPE c AS ENUM ('red'); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP TABLE deals;",
        "DO $$ BEGIN PERFORM 1; END $$; CREATE VIEW v AS SELECT * FROM deals;",
        "CREATE POLICY p ON deals USING (true); DROP POLICY p ON deals; ALTER TABLE deals DROP CONSTRAINT deals_pkey;",
        TRIGGER,
        "CREATE TABLE m (m public.mood); DROP TABLE m; CREATE SEQUENCE s; DROP SEQUENCE s;",
    ],
)
def test_promise_05_what_stays_in_the_own_schema_passes(two: Shop, up: str) -> None:
    two.pair("tenant", "0002_inside", up)
    assert two.apply("tenant_acme").exit_status == 0


def test_promise_05_touches_lets_the_named_object_and_no_other(two: Shop) -> None:
    head = "-- sqlmig: touches core.rates\n"
    assert "core.tenants (RowExclusiveLock)" in failure(
        two, head + "INSERT INTO core.rates VALUES (1); UPDATE core.tenants SET tier = 'x';"
    )
    two.pair("tenant", "0002_reach", head + "INSERT INTO core.rates VALUES (1);")
    assert two.apply("tenant_acme").exit_status == 0
    assert two.one("SELECT count(*) FROM core.rates") == 1


def test_promise_05_an_unqualified_name_never_falls_through_to_public(two: Shop) -> None:
    two.pair("tenant", "0002_fall", "ALTER TABLE shared ADD COLUMN x int;")
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert 'relation "shared" does not exist' in result.failure.message


def test_promise_05_a_missing_schema_is_an_error_and_never_public(two: Shop) -> None:
    two.sql("DROP SCHEMA tenant_globex CASCADE")
    two.pair("tenant", "0002_t", "CREATE TABLE t (id int);")
    with pytest.raises(PlanRefused) as caught:
        two.apply()
    (refusal,) = caught.value.plan.refusals
    assert refusal.message == "schema tenant_globex of tenant globex is not there"
    assert two.tables("public") == ["shared"]


def test_promise_05_a_commit_inside_of_a_procedure_cannot_end_the_runner_s_transaction(two: Shop) -> None:
    two.sql("CREATE PROCEDURE public.sneaky() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'")
    two.pair("tenant", "0002_call", "CREATE TABLE t (id int);\nCALL public.sneaky();\n")
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert "invalid transaction termination" in result.failure.message
    assert two.tables("tenant_acme") == ["deals"]


def test_promise_05_an_index_built_concurrently_on_another_tenant_is_refused_before_it_runs(two: Shop) -> None:
    two.pair(
        "tenant", "0002_cic", "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY i ON tenant_globex.deals (id);\n"
    )
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert "changes what does not belong to tenant_acme: tenant_globex.deals" in result.failure.message
    assert two.one("SELECT count(*) FROM pg_class WHERE relname = 'i'") == 0


def test_promise_05_the_guard_looks_at_statements_outside_of_a_transaction_too(two: Shop) -> None:
    two.pair("tenant", "0002_off", "-- sqlmig: transaction off\nALTER TABLE public.shared ADD COLUMN x int;\n")
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert "public.shared (AccessExclusiveLock)" in result.failure.message
    assert two.one("SELECT count(*) FROM pg_attribute WHERE attrelid = 'public.shared'::regclass AND attnum > 0") == 1


def test_promise_05_a_shared_track_may_change_what_it_likes(two: Shop) -> None:
    two.pair("platform", "0002_any", "ALTER TABLE public.shared ADD COLUMN x int;")
    assert two.apply().exit_status == 0


def test_promise_05_a_procedure_that_commits_by_itself_is_refused_where_the_guard_could_not_look(two: Shop) -> None:
    two.sql("CREATE PROCEDURE core.sneaky() LANGUAGE plpgsql AS 'BEGIN DELETE FROM core.tenants; COMMIT; END'")
    two.pair("tenant", "0002_call", "-- sqlmig: transaction off\nCALL core.sneaky();\n")
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert result.failure.message == (
        "0002_call calls in tenant_acme what commits by itself, so nobody can see in time what it changes"
    )
    assert result.failure.state == "0 of 1 statements ran; this one was rolled back"
    assert two.one("SELECT count(*) FROM core.tenants") == 2


def test_promise_05_what_a_statement_outside_of_a_transaction_drops_elsewhere_is_seen_too(two: Shop) -> None:
    two.pair("tenant", "0002_off", "-- sqlmig: transaction off\nDROP TABLE tenant_globex.deals;\n")
    (result,) = two.apply("tenant_acme").results
    assert result.failure is not None
    assert "tenant_globex.deals (dropped)" in result.failure.message
    assert two.tables("tenant_globex") == ["deals"]
