"""CREATE INDEX, DROP INDEX and REINDEX CONCURRENTLY: who would be waited for, what runs plain, what is left INVALID."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from heldup import held_up
from servers import Database, Role
from sessions import index_is_valid, snapshot_held, until, waiting_for_a_relation
from shop import CONFIG, FILES, Shop
from sqlmig.db.context import RunContext, Waiting, new_run_id, origin
from sqlmig.db.invalid import invalid_indexes
from sqlmig.db.locks import blockers_of, key_of
from sqlmig.db.outside import run_outside_transaction
from sqlmig.db.records import Digests
from sqlmig.db.session import Session
from sqlmig.plan.results import Holder, Outcome, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Target

Connect = Callable[..., psycopg.Connection[Any]]
BUILD = "CREATE INDEX CONCURRENTLY i ON deals (title)"
assert "concurrently_above: 0" in CONFIG
PLAIN_BELOW_5 = CONFIG.replace("concurrently_above: 0", "concurrently_above: 5")
TENANT = "tenant_acme"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """As a run has one."""
    opened = Session(database_url, "sqlmig test")
    yield opened
    opened.close()


@pytest.fixture
def shop(tmp_path: Path, database_url: str, connect: Connect) -> Shop:
    """A tenant with one table; CONCURRENTLY runs as it is written, unless a test says otherwise."""
    made = Shop(tmp_path, database_url, connect())
    made.write(FILES)
    made.with_tenants("acme")
    return made


def off(shop: Shop, *statements: str, name: str = "0002_off") -> None:
    shop.pair("tenant", name, "-- sqlmig: transaction off\n" + "".join(f"{one};\n" for one in statements))


def rows(shop: Shop, count: int) -> None:
    shop.sql(f"INSERT INTO {TENANT}.deals SELECT n, n::text FROM generate_series(1, {count}) AS n")


@contextlib.contextmanager
def old(connection: psycopg.Connection[Any], query: str = "SELECT count(*) FROM pg_class") -> Iterator[int]:
    """A transaction that is older than what is waved through, with a snapshot; its server process."""
    with snapshot_held(connection):
        connection.execute(query.encode())
        until(lambda: connection.execute("SELECT clock_timestamp() - now() > '1.1s'").fetchone() == (True,))
        yield connection.info.backend_pid


def progress(shop: Shop) -> list[tuple[object, ...]]:
    return shop.sql("SELECT done, began FROM sqlmig.progress")


def step_of(shop: Shop) -> StepResult:
    """The one step of a run of the tenant."""
    (result,) = (one for one in shop.apply().results if one.steps)
    (step,) = result.steps
    return step


# --- old snapshots ---

BUILDS = {
    "create": (BUILD, "an old snapshot"),
    "reindex": ("REINDEX TABLE CONCURRENTLY deals", "an old snapshot"),
    "drop": ("DROP INDEX CONCURRENTLY there", "the table"),
}


@pytest.mark.parametrize("kind", BUILDS)
def test_a_statement_that_would_wait_is_not_begun(shop: Shop, connect: Connect, kind: str, session: Session) -> None:
    statement, what = BUILDS[kind]
    shop.sql(f"CREATE INDEX there ON {TENANT}.deals (title)")
    off(shop, statement)
    told: list[Holder] = []
    with old(connect(), f"SELECT count(*) FROM {TENANT}.deals" if kind == "drop" else "SELECT 1") as pid:
        result = shop.project().apply(on_wait=lambda _target, found: told.extend(found))
        assert waiting_for_a_relation(shop.connection) == []
    (step,) = (step for one in result.results for step in one.steps)
    assert (step.outcome, step.remedy, result.exit_status) == (Outcome.BLOCKED, Remedy.RETRY, 4)
    assert [holder.pid for holder in told] == [pid]
    assert [holder.pid for holder in step.blockers] == [pid]
    assert step.failure is not None
    assert step.failure.message.startswith(
        f"0002_off in tenant_acme: statement 1 of 1 would wait for {what} that others hold: pid {pid} ("
    )
    assert step.failure.state == ("0 of 1 statements ran and stay; this one was not begun, so nothing is INVALID")
    assert step.failure.next == "wait for that session, or end it; then run `sqlmig apply --schema tenant_acme` again"
    assert progress(shop) in ([], [(0, False)])
    assert index_is_valid(shop.connection, f"{TENANT}.i") is None
    assert invalid_indexes(session, [TENANT]) == ()
    assert shop.apply().exit_status == 0


def test_a_run_goes_on_as_soon_as_the_snapshot_is_gone(shop: Shop, connect: Connect) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_wait: 2s", "lock_wait: 60s")})
    off(shop, BUILD)
    told: list[Holder] = []
    with ThreadPoolExecutor() as pool:
        with old(connect()):
            run = pool.submit(lambda: shop.project().apply(on_wait=lambda _target, found: told.extend(found)))
            until(lambda: told)
            assert progress(shop) == []
        assert run.result().exit_status == 0
    assert len(told) == 1
    assert index_is_valid(shop.connection, f"{TENANT}.i")


def test_a_snapshot_that_is_taken_while_the_index_is_built_is_told_by_the_watcher(
    shop: Shop, connect: Connect, database: Database
) -> None:
    off(shop, BUILD)
    holder = connect()
    told: list[Holder] = []
    with ThreadPoolExecutor() as pool, held_up(database, holder, BUILD) as url:
        project = Shop(shop.folder, url, shop.connection).project()
        run = pool.submit(lambda: project.apply(on_wait=lambda _target, found: told.extend(found)))
        until(lambda: told)
        holder.execute("COMMIT")
        assert run.result().exit_status == 0
    assert [one.pid for one in told] == [holder.info.backend_pid]


def test_who_is_not_in_the_way_is_not_waited_for(shop: Shop, connect: Connect, database: Database) -> None:
    """A young snapshot, an old transaction without one, and one of another database."""
    off(shop, BUILD)
    idle, young, elsewhere = connect(autocommit=False), connect(), connect(dbname="postgres")
    idle.execute("SELECT 1")
    with old(elsewhere), snapshot_held(young), ThreadPoolExecutor() as pool:
        until(lambda: idle.execute("SELECT clock_timestamp() - now() > '1.1s'").fetchone() == (True,))
        told: list[Holder] = []
        run = pool.submit(lambda: shop.project().apply(on_wait=lambda _target, found: told.extend(found)))
        # The server waits for the young one; that it came so far says that the others were not waited for.
        until(lambda: waiting_for_a_relation(shop.connection) or told or run.done())
        assert not run.done()
        assert {holder.pid for holder in told} <= {young.info.backend_pid}
        young.execute("ROLLBACK")
        assert run.result().exit_status == 0


def test_another_index_that_is_being_built_is_not_waited_for(shop: Shop, connect: Connect) -> None:
    off(shop, BUILD)
    shop.sql("CREATE TABLE public.big (a int)")
    writer, builder = connect(autocommit=False), connect()
    writer.execute("INSERT INTO public.big VALUES (1)")
    with ThreadPoolExecutor() as pool:
        built = pool.submit(builder.execute, "CREATE INDEX CONCURRENTLY b ON public.big (a)")
        until(lambda: waiting_for_a_relation(shop.connection))
        until(lambda: shop.one("SELECT clock_timestamp() - min(xact_start) > '1.1s' FROM pg_stat_activity"))
        assert shop.apply().exit_status == 0
        writer.rollback()
        built.result()


def test_a_prepared_transaction_that_wrote_the_table_is_named(shop: Shop, connect: Connect) -> None:
    if shop.one("SELECT current_setting('max_prepared_transactions')::int") == 0:
        pytest.skip("max_prepared_transactions is 0 on this server")
    off(shop, BUILD)
    writer = connect()
    writer.execute(f"BEGIN; INSERT INTO {TENANT}.deals VALUES (1); PREPARE TRANSACTION 'left behind'")
    try:
        until(lambda: shop.one("SELECT clock_timestamp() - prepared > '1.1s' FROM pg_prepared_xacts"))
        step = step_of(shop)
        assert step.outcome is Outcome.BLOCKED
        assert [(one.application, one.state) for one in step.blockers] == [("left behind", "prepared transaction")]
    finally:
        writer.execute("ROLLBACK PREPARED 'left behind'")


# --- the plain form ---


def plain_steps(shop: Shop) -> list[object]:
    return [row[0] for row in shop.sql("SELECT detail FROM sqlmig.log WHERE action = 'up' AND name = 'off'")]


@pytest.mark.parametrize(
    ("count", "plain"), [(0, (1, 2, 3)), (5, (1, 2, 3)), (6, ())], ids=["empty", "at the limit", "above it"]
)
def test_a_small_table_gets_its_indexes_in_a_transaction(
    shop: Shop, connect: Connect, count: int, plain: tuple[int, ...]
) -> None:
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5})
    rows(shop, count)
    shop.sql(f"CREATE INDEX there ON {TENANT}.deals (title)")
    off(shop, BUILD, "REINDEX TABLE CONCURRENTLY deals", "DROP INDEX CONCURRENTLY there", "SELECT 1")
    step = step_of(shop)
    assert (step.outcome, step.plain) == (Outcome.DONE, plain)
    assert plain_steps(shop) == [{"plain": list(plain)} if plain else None]
    assert index_is_valid(shop.connection, f"{TENANT}.i")
    assert index_is_valid(shop.connection, f"{TENANT}.there") is None


def test_a_small_table_waits_for_nobody_s_snapshot(shop: Shop, connect: Connect) -> None:
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5})
    off(shop, BUILD)
    with old(connect()):
        assert step_of(shop).plain == (1,)


def test_what_cannot_have_its_lock_runs_concurrently_after_all(shop: Shop, connect: Connect) -> None:
    """A writer who is younger than a second keeps the plain form waiting; CONCURRENTLY has the time."""
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5.replace("lock_timeout: 500ms", "lock_timeout: 100ms")})
    off(shop, BUILD)
    writer = connect(autocommit=False)
    shared = "SELECT FROM pg_locks WHERE mode = 'ShareLock' AND locktype = 'relation' AND NOT granted"
    with ThreadPoolExecutor() as pool:
        writer.execute(f"INSERT INTO {TENANT}.deals VALUES (1)")
        run = pool.submit(step_of, shop)
        until(lambda: shop.sql(shared))
        until(lambda: not shop.sql(shared))
        assert index_is_valid(shop.connection, f"{TENANT}.i") in (None, False)
        writer.rollback()
        step = run.result()
    assert (step.outcome, step.plain) == (Outcome.DONE, ())
    assert index_is_valid(shop.connection, f"{TENANT}.i")


def test_a_plain_statement_that_fails_leaves_nothing_and_says_where(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5})
    shop.sql(f"INSERT INTO {TENANT}.deals VALUES (1, 'x'), (2, 'x')")
    off(shop, "SELECT 1", "CREATE UNIQUE INDEX CONCURRENTLY i ON deals (title)")
    step = step_of(shop)
    assert (step.outcome, step.remedy) == (Outcome.FAILED, Remedy.QUARANTINE)
    assert step.failure is not None
    assert step.failure.message.startswith("0002_off failed in tenant_acme, statement 2 of 2: could not create unique")
    assert index_is_valid(shop.connection, f"{TENANT}.i") is None
    assert progress(shop) == [(1, False)]


SETUP = """
CREATE TABLE parts (a int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (10);
CREATE INDEX parts_a ON parts (a);
CREATE MATERIALIZED VIEW few AS SELECT 1 AS x;
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS x WITH NO DATA;
CREATE TABLE mother (a int);
CREATE TABLE child () INHERITS (mother);
INSERT INTO child SELECT generate_series(1, 10);
CREATE INDEX there ON deals (title);
"""
PLAIN = [
    "CREATE INDEX CONCURRENTLY x ON few (x)",
    "CREATE INDEX CONCURRENTLY x ON unfilled (x)",
    "CREATE INDEX CONCURRENTLY x ON mother (a)",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS there ON deals (title)",
    "CREATE INDEX CONCURRENTLY x ON part (a)",
    "REINDEX INDEX CONCURRENTLY there",
]
AS_WRITTEN = [
    "CREATE INDEX CONCURRENTLY x ON child (a)",
    "REINDEX (CONCURRENTLY) TABLE deals",
    "REINDEX SCHEMA CONCURRENTLY tenant_acme",
    "REINDEX TABLE CONCURRENTLY parts",
    "DROP INDEX CONCURRENTLY IF EXISTS not_there",
]
REFUSED = {
    "CREATE INDEX CONCURRENTLY x ON parts (a)": "cannot create index on partitioned table",
    "DROP INDEX CONCURRENTLY parts_a": "cannot drop partitioned index",
    "DROP INDEX CONCURRENTLY there CASCADE": "does not support CASCADE",
    "CREATE INDEX CONCURRENTLY x ON nowhere (a)": 'relation "nowhere" does not exist',
}


@pytest.fixture
def kinds(shop: Shop) -> Shop:
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5})
    shop.pair("tenant", "0002_kinds", SETUP)
    shop.apply()
    return shop


@pytest.mark.parametrize("statement", [*PLAIN, *AS_WRITTEN])
def test_every_kind_of_relation_gets_the_form_that_suits_it(kinds: Shop, statement: str) -> None:
    off(kinds, statement, name="0003_off")
    step = step_of(kinds)
    assert (step.outcome, step.plain) == (Outcome.DONE, (1,) if statement in PLAIN else ())


@pytest.mark.parametrize("statement", REFUSED)
def test_what_the_server_refuses_with_concurrently_is_not_done_without(kinds: Shop, statement: str) -> None:
    off(kinds, statement, name="0003_off")
    step = step_of(kinds)
    assert step.outcome is Outcome.FAILED
    assert step.failure is not None
    assert REFUSED[statement] in step.failure.message


def test_rows_that_may_not_be_seen_count(shop: Shop, role: Callable[..., Role]) -> None:
    """Forced row level security hides a large table's rows from its owner: it would look small."""
    shop.write({"sqlmig.yaml": PLAIN_BELOW_5})
    rows(shop, 10)
    owner = role()
    for statement in (
        f"ALTER TABLE {TENANT}.deals OWNER TO {owner.name}",
        f"ALTER TABLE {TENANT}.deals ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {TENANT}.deals FORCE ROW LEVEL SECURITY",
        f"GRANT ALL ON SCHEMA {TENANT}, core, sqlmig TO {owner.name}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA core, sqlmig TO {owner.name}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA core, sqlmig TO {owner.name}",
        f"GRANT ALL ON ALL FUNCTIONS IN SCHEMA sqlmig TO {owner.name}",
    ):
        shop.sql(statement)
    off(shop, BUILD)
    step = step_of(Shop(shop.folder, owner.url, shop.connection))
    assert (step.outcome, step.plain) == (Outcome.DONE, ())


# --- whose the table is ---


@pytest.mark.parametrize("statement", ["DROP INDEX CONCURRENTLY common", "REINDEX INDEX CONCURRENTLY common"])
def test_an_index_that_the_search_path_finds_elsewhere_is_not_touched(shop: Shop, statement: str) -> None:
    shop.write({"sqlmig.yaml": "search_path: [core]\n" + CONFIG})
    shop.sql("CREATE INDEX common ON core.tenants (tier)")
    before = shop.one("SELECT relfilenode FROM pg_class WHERE relname = 'common'")
    off(shop, statement)
    step = step_of(shop)
    assert step.outcome is Outcome.FAILED
    assert step.failure is not None
    assert "changes what does not belong to tenant_acme: core.tenants" in step.failure.message
    assert shop.one("SELECT relfilenode FROM pg_class WHERE relname = 'common'") == before


def test_an_index_elsewhere_may_be_dropped_when_the_file_says_that_it_touches_its_table(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": "search_path: [core]\n" + CONFIG})
    shop.sql("CREATE INDEX common ON core.tenants (tier)")
    head = "-- sqlmig: transaction off\n-- sqlmig: touches core.tenants\n"
    shop.pair("tenant", "0002_off", f"{head}DROP INDEX CONCURRENTLY common;\n")
    assert step_of(shop).outcome is Outcome.DONE
    assert index_is_valid(shop.connection, "core.common") is None


# --- what is left INVALID ---


def leave_invalid(connection: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(statement.encode())


def test_invalid_indexes_are_named_as_sql_would_name_them(shop: Shop, connect: Connect, session: Session) -> None:
    shop.sql('CREATE SCHEMA "Odd one"; CREATE TABLE "Odd one".t (a int); INSERT INTO "Odd one".t VALUES (1), (1)')
    shop.sql("CREATE TABLE public.t (a int); INSERT INTO public.t VALUES (1), (1)")
    leave_invalid(shop.connection, 'CREATE UNIQUE INDEX CONCURRENTLY "I" ON "Odd one".t (a)')
    leave_invalid(shop.connection, "CREATE UNIQUE INDEX CONCURRENTLY other ON public.t (a)")
    assert invalid_indexes(session, ["Odd one", TENANT]) == ('"Odd one"."I"',)
    assert invalid_indexes(session, []) == ()


def test_an_index_of_a_partitioned_table_is_no_leftover(shop: Shop, session: Session) -> None:
    shop.sql("CREATE TABLE public.p (a int) PARTITION BY RANGE (a)")
    shop.sql("CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (1)")
    shop.sql("CREATE INDEX waits_for_its_parts ON ONLY public.p (a)")
    assert index_is_valid(shop.connection, "public.waits_for_its_parts") is False
    assert invalid_indexes(session, ["public"]) == ()


UNDER_WAY = {
    "CREATE INDEX CONCURRENTLY x ON public.t (a)": "x",
    "REINDEX TABLE CONCURRENTLY public.t": "y_ccnew",
    "DROP INDEX CONCURRENTLY public.y": "y",
}


@pytest.mark.parametrize("statement", UNDER_WAY)
def test_what_is_under_way_is_no_leftover_before_its_client_dies(
    shop: Shop, connect: Connect, statement: str, session: Session
) -> None:
    shop.sql("CREATE TABLE public.t (a int)")
    shop.sql("CREATE INDEX y ON public.t (a)")
    reader, builder = connect(), connect()
    with ThreadPoolExecutor() as pool, snapshot_held(reader):
        reader.execute("SELECT count(*) FROM public.t")
        under_way = pool.submit(builder.execute, statement.encode())
        until(lambda: waiting_for_a_relation(shop.connection))
        until(lambda: index_is_valid(shop.connection, f"public.{UNDER_WAY[statement]}") is False)
        assert invalid_indexes(session, ["public"]) == ()
        shop.sql("SELECT pg_terminate_backend(%s)", builder.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            under_way.result()
        until(lambda: not waiting_for_a_relation(shop.connection))
    until(lambda: invalid_indexes(session, ["public"]) == (f"public.{UNDER_WAY[statement]}",))


def test_ten_thousand_schemas_are_looked_through_in_well_under_a_second(shop: Shop, session: Session) -> None:
    names = [f"tenant_{number}" for number in range(10_000)] + [TENANT]
    rows(shop, 2)
    shop.sql(f"UPDATE {TENANT}.deals SET title = 'x'")
    leave_invalid(shop.connection, f"CREATE UNIQUE INDEX CONCURRENTLY i ON {TENANT}.deals (title)")
    began = time.monotonic()
    assert invalid_indexes(session, names) == (f"{TENANT}.i",)
    assert time.monotonic() - began < 1


def test_a_reindex_that_died_takes_away_what_it_left_of_the_toast_table(
    shop: Shop, connect: Connect, database: Database, session: Session
) -> None:
    reindex = "REINDEX TABLE CONCURRENTLY deals"
    off(shop, reindex)
    toast = "SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname ~ '_cc(new|old)'"
    holder = connect()
    with ThreadPoolExecutor() as pool, held_up(database, holder, reindex) as url:
        run = pool.submit(Shop(shop.folder, url, shop.connection).apply)
        until(lambda: waiting_for_a_relation(shop.connection))
        until(lambda: shop.sql(f"{toast} AND c.relname LIKE 'pg_toast%%'"))
        assert invalid_indexes(session, [TENANT]) == ()
        shop.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", reindex)
        until(lambda: not shop.sql("SELECT FROM pg_stat_activity WHERE query = %s AND state = 'active'", reindex))
        holder.execute("COMMIT")
        assert run.result().exit_status == 0
    assert shop.sql(toast) == []


# --- trials ---


def tried(shop: Shop, **options: Any) -> tuple[StepResult, list[tuple[Target, list[Holder]]]]:
    """One call for the tenant's pending step, as a worker makes it."""
    project = shop.project()
    (plan,) = (one for one in project.plan().targets if one.target.schema == TENANT)
    (step,) = plan.steps
    told: list[tuple[Target, list[Holder]]] = []
    context = RunContext(
        new_run_id(),
        project.config,
        origin("sqlmig test", None),
        on_wait=lambda target, found: told.append((target, found)),
    )
    session = Session(shop.database_url, "sqlmig test")
    waiting = Waiting(shop.database_url, blockers_of)
    try:
        digests = Digests(plan.before.digest, plan.digest)
        return run_outside_transaction(session, step, digests, context, waiting, **options), told
    finally:
        waiting.close()
        session.close()


def test_a_trial_without_patience_looks_once_for_the_lock(shop: Shop, connect: Connect) -> None:
    off(shop, BUILD)
    holder = connect()
    holder.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", "1"),))
    began = time.monotonic()
    result, _ = tried(shop, patience=0.0, attempts_before=2, waited_before=1.5)
    assert time.monotonic() - began < 1.5
    assert (result.outcome, result.remedy, result.attempts) == (Outcome.BLOCKED, Remedy.RETRY, 3)
    assert 1.5 <= result.lock_wait < 2.5
    assert [one.pid for one in result.blockers] == [holder.info.backend_pid]


def test_a_trial_that_meets_an_old_snapshot_is_given_back_at_once(shop: Shop, connect: Connect) -> None:
    off(shop, BUILD)
    with old(connect()) as pid:
        result, told = tried(shop, patience=0.0)
    assert (result.outcome, result.remedy) == (Outcome.BLOCKED, Remedy.RETRY)
    assert [[one.pid for one in found] for _, found in told] == [[pid]]


@pytest.mark.parametrize(
    ("options", "attempts"), [({"patience": 0.0}, 1), ({}, 3)], ids=["a trial", "until it gives up"]
)
def test_a_trial_meets_a_held_table_once_and_does_not_repeat_by_itself(
    shop: Shop, connect: Connect, options: dict[str, float], attempts: int
) -> None:
    off(shop, "ALTER TABLE deals ADD COLUMN x int")
    reader = connect(autocommit=False)
    reader.execute(f"SELECT count(*) FROM {TENANT}.deals")
    result, _ = tried(shop, **options)
    assert (result.outcome, result.remedy, result.attempts) == (Outcome.BLOCKED, Remedy.RETRY, attempts)
    reader.rollback()
    assert tried(shop, **options)[0].outcome is Outcome.DONE


def test_two_steps_run_at_once_in_two_threads(shop: Shop) -> None:
    shop.with_tenants("globex")
    off(shop, BUILD)
    project = shop.project()
    context = RunContext(new_run_id(), project.config, origin("sqlmig test", None))
    waiting = Waiting(shop.database_url, blockers_of)

    def one(plan: Any) -> Outcome:
        session = Session(shop.database_url, "sqlmig test")
        try:
            digests = Digests(plan.before.digest, plan.digest)
            return run_outside_transaction(session, plan.steps[0], digests, context, waiting, patience=10.0).outcome
        finally:
            session.close()

    pending = [plan for plan in project.plan().targets if plan.steps]
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(one, pending))
    waiting.close()
    assert outcomes == [Outcome.DONE, Outcome.DONE]
    assert all(index_is_valid(shop.connection, f"{schema}.i") for schema in ("tenant_acme", "tenant_globex"))
