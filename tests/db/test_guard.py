"""The guard is a function of the history's schema: nothing that a file makes or sets gets in its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lanes import Yard, around, step
from servers import Role
from sqlmig.db.lane import Trial
from sqlmig.plan.results import Outcome

ONCE = Trial()
REACH = "INSERT INTO public.shared VALUES (1);\n"
IMPOSTORS = """\
CREATE FUNCTION guard(text, text[], text[], bigint, boolean) RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION pg_backend_pid() RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION to_regnamespace(text) RETURNS oid LANGUAGE sql AS 'SELECT ''public''::regnamespace::oid';
CREATE FUNCTION same(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = oid, FUNCTION = same);
CREATE VIEW pg_locks AS SELECT * FROM pg_catalog.pg_locks WHERE false;
"""

TRICKS = {
    "another-search-path": "SET search_path = public;\n",
    "own-things-before-the-catalog": f"{IMPOSTORS}SET search_path = tenant_a, pg_catalog;\n",
    "temporary-things": "CREATE TEMP VIEW pg_locks AS SELECT * FROM pg_catalog.pg_locks WHERE false;\n",
    "settings-of-the-runner": "SET sqlmig.scope = 'shared';\nSET sqlmig.touches = 'public.shared';\n",
    "reset-all": "RESET ALL;\n",
    "plans": "SET enable_seqscan = off;\nSET enable_indexscan = off;\nSET plan_cache_mode = force_custom_plan;\n",
}


@pytest.fixture
def yard(yard: Yard) -> Yard:
    yard.sql("CREATE TABLE public.shared (id int)")
    return yard


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_what_reaches_outside_is_found_whatever_the_file_does_to_the_session(yard: Yard, trick: str) -> None:
    with yard.lane() as lane:
        reach = lane.run(step("tenant_a", 1, REACH + trick), around(1), ONCE)
        assert reach.outcome is Outcome.FAILED
        assert reach.failure is not None
        assert "0001_m1 changes what does not belong to tenant_a: public.shared (RowExclusiveLock)" in (
            reach.failure.message
        )
        assert lane.run(step("tenant_a", 1, trick), around(1), ONCE).outcome is Outcome.DONE
        # Nor is the next target fooled by what was left in the first one's schema.
        following = lane.run(step("tenant_b", 1, REACH), around(1), ONCE)
        assert following.outcome is Outcome.FAILED
    assert yard.one("SELECT count(*) FROM public.shared") == 0
    assert (yard.versions("tenant_a"), yard.versions("tenant_b")) == ([1], [])


@pytest.mark.parametrize("verb", ["SET ROLE", "SET LOCAL ROLE", "SET SESSION AUTHORIZATION"])
def test_a_role_without_any_right_in_the_history_may_be_taken_on(
    yard: Yard, role: Callable[..., Role], verb: str
) -> None:
    if not yard.one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("only a superuser may be anybody")
    name = role().name
    yard.sql(f"GRANT ALL ON SCHEMA tenant_a TO {name}; GRANT ALL ON public.shared TO {name}")
    own = f"{verb} {name};\nCREATE TABLE mine (id int);\n"
    with yard.lane() as lane:
        reach = lane.run(step("tenant_a", 1, own + REACH), around(1), ONCE)
        assert reach.failure is not None
        assert "public.shared (RowExclusiveLock)" in reach.failure.message
        done = lane.run(step("tenant_a", 1, own), around(1), ONCE, step("tenant_b", 1, REACH))
        assert done.outcome is Outcome.DONE, done.failure
        assert yard.one("SELECT tableowner FROM pg_tables WHERE tablename = 'mine'") == name
        following = "CREATE TABLE who AS SELECT current_user::text AS me, session_user::text AS us;\n"
        assert lane.run(step("tenant_b", 1, following), around(1), ONCE).outcome is Outcome.DONE
    me, us = yard.connection.execute("SELECT me, us FROM tenant_b.who").fetchone() or ("", "?")
    assert me == us != name


def test_a_transaction_that_the_file_has_ended_is_found(yard: Yard) -> None:
    """No file gets so far: transaction control is refused when it is planned."""
    with yard.lane() as lane:
        result = lane.run(step("tenant_a", 1, "CREATE TABLE t (id int);\nCOMMIT;\nBEGIN;\n"), around(1), ONCE)
        assert result.outcome is Outcome.FAILED
        assert result.failure is not None
        assert result.failure.message == "0001_m1 ended its own transaction in tenant_a"
        verified = step("tenant_b", 1, "CREATE TABLE t (id int);\nCOMMIT;\nBEGIN;\n", verify="SELECT 1 WHERE false;\n")
        assert lane.run(verified, around(1), ONCE).failure is not None
    assert (yard.versions("tenant_a"), yard.versions("tenant_b")) == ([], [])


def test_the_lock_table_entries_of_a_step_are_counted(yard: Yard) -> None:
    with yard.lane() as lane:
        few = lane.run(step("tenant_a", 1, "CREATE TABLE t (id int);\n"), around(1), ONCE)
        many = "".join(f"CREATE TABLE m{number} (id int PRIMARY KEY);\n" for number in range(20))
        more = lane.run(step("tenant_a", 2, many), around(2), ONCE)
    assert 0 < few.locks < 10
    assert more.locks >= few.locks + 2 * 19


def test_a_new_type_outside_is_found_although_it_leaves_no_lock(yard: Yard) -> None:
    with yard.lane() as lane:
        result = lane.run(step("tenant_a", 1, "CREATE TYPE public.mood AS ENUM ('fine');\n"), around(1), ONCE)
    assert result.failure is not None
    assert "type public.mood" in result.failure.message
