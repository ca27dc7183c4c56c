"""`fleet enqueue`: nothing is put into the queue unless everything may run, and nothing twice."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from queues import jobs, schemas, states
from sessions import gate_closed, until
from shop import Shop
from sqlmig.distributed.door import migrations
from sqlmig.distributed.enqueue import SharedTracks, enqueue
from sqlmig.distributed.tables import FORMAT
from sqlmig.distributed.worker import Until, WorkerOptions, work
from sqlmig.engine import PlanRefused
from sqlmig.errors import Refused, UsageError

WAITING = {"tenant_acme": "todo", "tenant_globex": "todo"}


@pytest.fixture
def pending(shop: Shop) -> Shop:
    """Two tenants with one migration before them."""
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_tags", "CREATE TABLE tags (id int PRIMARY KEY);\n", "DROP TABLE tags;\n")
    return shop


def test_one_job_per_tenant_in_a_schema_of_the_queues_own(pending):
    before = {schema: pending.tables(str(schema)) for schema in schemas(pending)}
    result = enqueue(pending.project())
    assert result.queued == ("tenant_acme", "tenant_globex")
    assert states(pending) == WAITING
    assert {schema: pending.tables(str(schema)) for schema in schemas(pending) - {"sqlmig_queue"}} == before
    assert "procrastinate_jobs" in pending.tables("sqlmig_queue")


def test_a_queue_may_have_another_name_that_needs_quotes(pending):
    result = enqueue(pending.project(), queue_schema='the "queue" 100%')
    assert result.queued == ("tenant_acme", "tenant_globex")
    assert 'the "queue" 100%' in schemas(pending)
    assert enqueue(pending.project(), queue_schema='the "queue" 100%').already == result.queued


def test_enqueueing_twice_makes_no_second_job(pending):
    enqueue(pending.project())
    again = enqueue(pending.project())
    assert (again.queued, again.already) == ((), ("tenant_acme", "tenant_globex"))
    assert jobs(pending) == 2


def test_several_at_once_make_the_tables_and_the_jobs_once(pending, cli):
    processes = [cli.start("fleet", "enqueue", "--format", "json") for _ in range(4)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, answers
    assert sorted(len(json.loads(out)["queued"]) for out, _ in answers) == [0, 0, 0, 2]
    assert jobs(pending) == 2


def test_nothing_pending_makes_no_queue(shop):
    shop.with_tenants("acme")
    result = enqueue(shop.project())
    assert (result.queued, result.already, result.exit_status) == ((), (), 0)
    assert "sqlmig_queue" not in schemas(shop)


def test_nothing_pending_is_said(shop, cli):
    shop.with_tenants("acme")
    answer = cli("fleet", "enqueue")
    assert (answer.returncode, answer.stdout) == (0, "nothing is pending in any tenant: no job was made\n")


@pytest.mark.parametrize(
    ("config", "sql", "said"),
    [
        pytest.param("refuse_on: never", "CREATE TABLE tags (id int;\n", "syntax error", id="a syntax error"),
        pytest.param("refuse_on: error", "DROP TABLE deals;\n", "drop-table", id="a finding of the linter"),
    ],
)
def test_promise_02_a_refusal_comes_before_the_platform_and_the_first_job(shop, config, sql, said):
    shop.with_tenants("acme")
    shop.write({"sqlmig.yaml": (shop.folder / "sqlmig.yaml").read_text().replace("refuse_on: never", config)})
    shop.pair("platform", "0002_plans", "CREATE TABLE plans (id int PRIMARY KEY);\n")
    shop.pair("tenant", "0002_tags", sql)
    with pytest.raises(PlanRefused, match=said):
        enqueue(shop.project())
    assert "plans" not in shop.tables("core")
    assert "sqlmig_queue" not in schemas(shop)


def test_the_shared_tracks_are_applied_before_any_job_is_made(pending):
    pending.pair("platform", "0002_plans", "CREATE TABLE plans (id int PRIMARY KEY);\n")
    result = enqueue(pending.project())
    assert result.platform is not None
    assert "plans" in pending.tables("core")
    assert states(pending) == WAITING


def test_the_registry_may_be_made_by_the_shared_tracks(shop):
    shop.pair("platform", "0002_first", "INSERT INTO tenants (slug, schema_name) VALUES ('acme', 'tenant_acme');\n")
    shop.sql("CREATE SCHEMA tenant_acme")
    assert enqueue(shop.project()).queued == ("tenant_acme",)


def test_no_job_is_made_when_a_shared_track_fails(pending, cli):
    pending.pair("platform", "0002_plans", "SELECT 1 / 0;\n")
    answer = cli("fleet", "enqueue")
    assert answer.returncode == 3
    assert "division by zero" in answer.stderr
    assert answer.stdout == ""
    assert "sqlmig_queue" not in schemas(pending)


def test_shared_tracks_can_be_left_to_others(pending):
    pending.pair("platform", "0002_plans", "CREATE TABLE plans (id int PRIMARY KEY);\n")
    assert enqueue(pending.project(), shared=SharedTracks.LEFT).queued == ("tenant_acme", "tenant_globex")
    assert "plans" not in pending.tables("core")


def test_a_tenant_that_needs_a_shared_migration_is_refused_without_it(pending):
    pending.pair("platform", "0002_plans", "CREATE TABLE plans (id int PRIMARY KEY);\n")
    pending.pair("tenant", "0003_plan", "-- sqlmig: requires platform 0002\nCREATE TABLE plan (id int);\n")
    with pytest.raises(PlanRefused, match="platform 0002"):
        enqueue(pending.project(), shared=SharedTracks.LEFT)
    assert "sqlmig_queue" not in schemas(pending)


def test_files_that_came_later_take_the_place_of_waiting_jobs(pending):
    enqueue(pending.project())
    pending.pair("tenant", "0003_notes", "CREATE TABLE notes (id int PRIMARY KEY);\n")
    result = enqueue(pending.project())
    assert (len(result.queued), result.withdrawn) == (2, 2)
    assert states(pending) == WAITING
    assert pending.sql("SELECT status::text, count(*) FROM sqlmig_queue.procrastinate_jobs GROUP BY 1 ORDER BY 1") == [
        ("cancelled", 2),
        ("todo", 2),
    ]


def test_a_job_that_is_under_way_is_not_made_again(pending, cli):
    pending.write({"sql/tenant/0002_tags.up.sql": "SELECT pg_advisory_xact_lock(4242);\nCREATE TABLE tags (id int);\n"})
    enqueue(pending.project())
    with gate_closed(pending.connection):
        with cli.start("fleet", "worker", "--until-empty", "--concurrency", "2") as worker:
            until(lambda: set(states(pending).values()) == {"doing"})
            again = enqueue(pending.project())
            assert (again.queued, again.already) == ((), ("tenant_acme", "tenant_globex"))
            pending.connection.execute("SELECT pg_advisory_unlock(4242)")
            out, err = worker.communicate(timeout=60)
        assert worker.returncode == 0, out + err
        pending.connection.execute("SELECT pg_advisory_lock(4242)")
    assert jobs(pending) == 2


def test_promise_08_a_job_holds_no_secret(pending, cli):
    answer = cli("fleet", "enqueue", "--reason", "release 7", env={"SQLMIG_ACTOR": "ada"})
    assert answer.returncode == 0, answer.stderr
    [[text], _] = pending.sql("SELECT args::text FROM sqlmig_queue.procrastinate_jobs")
    arguments = json.loads(str(text))
    assert arguments.keys() == {"format", "key", "schema", "manifest", "actor", "git_commit", "reason"}
    assert (arguments["actor"], arguments["reason"]) == ("ada", "release 7")
    assert pending.database_url not in str(text)


def test_a_backup_that_the_environment_requires_is_asked_for(pending, cli):
    config = pending.folder / "sqlmig.yaml"
    config.write_text(config.read_text().replace("refuse_on: never", "refuse_on: never, backup: required"))
    refused = cli("fleet", "enqueue")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "this environment requires a backup before a run" in refused.stderr
    assert "sqlmig_queue" not in schemas(pending)
    assert cli("fleet", "enqueue", "--backup-done", "snap-7").returncode == 0
    assert pending.one("SELECT DISTINCT args->>'reason' FROM sqlmig_queue.procrastinate_jobs") == "backup: snap-7"


@pytest.mark.parametrize("schema", ["public", "sqlmig", "core", "pg_catalog", ""])
def test_a_queue_lives_in_no_schema_that_is_somebody_elses(pending, schema):
    with pytest.raises(UsageError, match="cannot live in schema"):
        enqueue(pending.project(), queue_schema=schema)


def test_a_tenants_schema_is_no_place_for_a_queue(pending):
    with pytest.raises(UsageError, match="cannot live in schema 'tenant_acme'"):
        enqueue(pending.project(), queue_schema="tenant_acme")


def test_a_schema_with_anything_in_it_is_no_place_for_a_queue(pending):
    pending.sql("CREATE SCHEMA reports")
    pending.sql("CREATE TABLE reports.monthly (id int)")
    with pytest.raises(Refused, match="schema reports has tables of somebody else"):
        enqueue(pending.project(), queue_schema="reports")
    assert pending.tables("reports") == ["monthly"]


def test_an_owner_may_have_made_the_queues_schema(pending):
    pending.sql("CREATE SCHEMA sqlmig_queue")
    assert enqueue(pending.project()).queued == ("tenant_acme", "tenant_globex")


def test_a_pooler_in_between_is_refused_with_the_reason(pending, pgbouncer, cli):
    answer = cli("fleet", "enqueue", env={"SQLMIG_DATABASE_URL": pgbouncer})
    assert answer.returncode == 2
    assert "a connection pooler stands between sqlmig and the server" in answer.stderr
    assert "sqlmig_queue" not in schemas(pending)


def test_an_older_queue_is_brought_up_when_nobody_works_on_it(pending):
    last = "03.03.00_01_pre_priority_lock_fetch_job.sql"
    own = (resources.files("sqlmig.distributed") / "queries" / "queue.sql").read_text()
    pending.sql("CREATE SCHEMA sqlmig_queue")
    pending.sql("SET search_path = sqlmig_queue")
    for text in [*(text for name, text in migrations().items() if name <= last), own]:
        pending.sql(text)
    pending.sql("INSERT INTO sqlmig_format (version, migration) VALUES (1, %s)", last)
    pending.sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    with pytest.raises(Refused, match="1 of its workers run"):
        enqueue(pending.project())
    assert jobs(pending) == 0
    pending.sql("DELETE FROM procrastinate_workers")
    assert len(enqueue(pending.project()).queued) == 2
    assert pending.one("SELECT to_regproc('procrastinate_retry_job_v2') IS NOT NULL") is True
    assert work(pending.project(), WorkerOptions(until=Until.EMPTY)).exit_status == 0


def test_a_queue_of_a_newer_release_is_left_alone(pending):
    enqueue(pending.project())
    pending.sql("UPDATE sqlmig_queue.sqlmig_format SET version = %s", FORMAT + 1)
    with pytest.raises(Refused, match="made by a newer release"):
        enqueue(pending.project())
