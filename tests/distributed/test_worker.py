"""`fleet worker`: what becomes of jobs that cannot simply be done."""

from __future__ import annotations

import json
import signal
import threading

import pytest

from queues import states, times_applied
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from shop import Shop
from sqlmig.db.context import Stop
from sqlmig.distributed.enqueue import enqueue
from sqlmig.distributed.status import status
from sqlmig.distributed.worker import Until, WorkerOptions, work
from sqlmig.plan.queued import Ending, JobEnded, JobState, WorkerEnd

UNTIL_EMPTY = WorkerOptions(until=Until.EMPTY, stalled_after=2)


@pytest.fixture
def pending(shop: Shop) -> Shop:
    """Three tenants with one migration before them."""
    shop.with_tenants("acme", "globex", "initech")
    shop.pair("tenant", "0002_tags", "CREATE TABLE tags (id int PRIMARY KEY);\n", "DROP TABLE tags;\n")
    return shop


class Working:
    """A worker on a thread of its own, and what it told."""

    def __init__(self, shop: Shop, options: WorkerOptions = UNTIL_EMPTY) -> None:
        self.told: list[object] = []
        self.stop = Stop()
        self.result = None
        project = shop.project()

        def run() -> None:
            self.result = work(project, options, stop=self.stop, tell=self.told.append)

        self.thread = threading.Thread(target=run)

    def __enter__(self) -> Working:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.thread.is_alive() and not self.result:
            self.thread.join(timeout=60)
            self.stop.request()
        self.thread.join(timeout=60)
        assert not self.thread.is_alive()

    def endings(self) -> list[Ending]:
        return [event.attempt.ending for event in self.told if isinstance(event, JobEnded)]


def test_every_target_is_done_once_and_read_back(pending):
    enqueue(pending.project(), reason="release 7")
    result = work(pending.project(), WorkerOptions(until=Until.EMPTY, concurrency=3))
    assert (result.end, result.exit_status, dict(result.endings)) == (WorkerEnd.EMPTY, 0, {Ending.DONE: 3})
    assert set(result.read_back.there) == {"tenant_acme", "tenant_globex", "tenant_initech"}
    assert times_applied(pending, 2) == {"tenant_acme": 1, "tenant_globex": 1, "tenant_initech": 1}
    reasons = {row[0] for row in pending.sql("SELECT reason FROM sqlmig.run WHERE command = 'fleet'")}
    assert len(reasons) == 1
    assert str(reasons.pop()).endswith(": release 7")


def test_a_worker_without_a_queue_finds_nothing_and_says_so(pending, cli):
    answer = cli("fleet", "worker", "--until-empty")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "this worker: 0 jobs done\n0 of 0 targets of the queue where they should be\n"


def test_a_job_that_is_done_twice_does_nothing(pending):
    enqueue(pending.project())
    pending.apply()
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 0
    pending.sql("SET search_path = sqlmig_queue")
    pending.sql("UPDATE procrastinate_jobs SET status = 'todo'")
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 0
    assert times_applied(pending, 2) == {"tenant_acme": 1, "tenant_globex": 1, "tenant_initech": 1}


def test_what_failed_is_recorded_once_per_reason_and_not_tried_again(pending, cli):
    pending.write(
        {"sql/tenant/0002_tags.up.sql": "ALTER TABLE deals ADD CONSTRAINT titled CHECK (title IS NOT NULL);\n"}
    )
    for schema in ("tenant_acme", "tenant_globex"):
        pending.sql(f"INSERT INTO {schema}.deals VALUES (1, NULL)")
    enqueue(pending.project())
    answer = cli("fleet", "worker", "--until-empty", "--format", "json")
    assert answer.returncode == 3
    document = json.loads(answer.stdout)
    assert (document["attempts"], document["there"]) == ({"failed": 2, "done": 1}, 1)
    assert document["behind"] == ["tenant_acme", "tenant_globex"]
    told = cli("fleet", "status")
    assert "failed           2\n" in told.stdout
    assert told.stdout.count('check constraint "titled"') == 1
    assert "sql/tenant/0002_tags.up.sql:1" in told.stdout
    assert "  the same in 2 targets: tenant_acme, tenant_globex\n" in told.stdout
    assert states(pending) == {"tenant_acme": "failed", "tenant_globex": "failed", "tenant_initech": "succeeded"}


def test_failed_targets_get_new_jobs_once_the_files_are_corrected(pending):
    pending.write({"sql/tenant/0002_tags.up.sql": "SELECT 1 / (SELECT count(*) FROM deals);\n"})
    enqueue(pending.project())
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 3
    pending.write({"sql/tenant/0002_tags.up.sql": "CREATE TABLE tags (id int);\n"})
    assert len(enqueue(pending.project()).queued) == 3
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 0
    assert {job.state for job in status(pending.project()).jobs} == {JobState.SUCCEEDED}


def test_a_worker_with_other_files_leaves_the_jobs_to_those_that_have_the_right_ones(pending, cli):
    meant = pending.project()
    enqueue(meant)
    pending.pair("tenant", "0002_tags", "CREATE TABLE other (id int);\n")
    answer = cli("fleet", "worker", "--until-empty")
    assert answer.returncode == 3
    assert "3 jobs for other files than these left to workers that have them" in answer.stderr
    assert "not the same are the files of track tenant" in answer.stderr
    assert "not where they should be: tenant_acme, tenant_globex, tenant_initech\n" in answer.stdout
    assert states(pending) == {"tenant_acme": "todo", "tenant_globex": "todo", "tenant_initech": "todo"}
    with Working(pending, WorkerOptions(stalled_after=2)) as wrong:
        until(lambda: wrong.told)
        assert work(meant, UNTIL_EMPTY).exit_status == 0
        wrong.stop.request()
    assert wrong.endings() == []
    assert "tags" in pending.tables("tenant_acme")
    assert "other" not in pending.tables("tenant_acme")


def test_a_tenant_that_was_dropped_meanwhile_is_no_failure(pending):
    enqueue(pending.project())
    pending.sql("DELETE FROM core.tenants WHERE slug = 'acme'")
    pending.sql("DROP SCHEMA tenant_acme CASCADE")
    result = work(pending.project(), UNTIL_EMPTY)
    assert (result.exit_status, result.read_back.gone) == (0, ("tenant_acme",))
    assert dict(result.endings) == {Ending.GONE: 1, Ending.DONE: 2}


def test_a_tenant_that_was_renamed_meanwhile_is_found_by_its_id(pending):
    enqueue(pending.project())
    pending.sql("ALTER SCHEMA tenant_acme RENAME TO acme_partners")
    pending.sql("UPDATE core.tenants SET schema_name = 'acme_partners' WHERE slug = 'acme'")
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 0
    assert "tags" in pending.tables("acme_partners")


def test_a_target_that_somebody_blocks_is_tried_again_later(pending):
    pending.write({"sql/tenant/0002_tags.up.sql": "ALTER TABLE deals ADD COLUMN tag text;\n"})
    enqueue(pending.project())
    with pending.connection.transaction():
        pending.sql("LOCK TABLE tenant_globex.deals")
        worker = Working(pending).__enter__()
        until(lambda: Ending.BUSY in worker.endings(), seconds=30)
        told = status(pending.project())
        [waiting] = [job for job in told.jobs if job.state is JobState.WAITING and job.last is not None]
        assert waiting.last is not None
        assert waiting.last.ending is Ending.BUSY
    worker.__exit__()
    assert worker.result is not None
    assert worker.result.exit_status == 0
    assert times_applied(pending, 2) == {"tenant_acme": 1, "tenant_globex": 1, "tenant_initech": 1}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_promise_09_a_stopped_worker_rolls_back_and_gives_its_job_back(pending, cli, number):
    pending.write({"sql/tenant/0002_tags.up.sql": AT_THE_GATE + "CREATE TABLE tags (id int);\n"})
    enqueue(pending.project())
    with gate_closed(pending.connection), cli.start("fleet", "worker", "--concurrency", "2") as worker:
        until(lambda: len(at_the_gate(pending.connection)) == 2)
        worker.send_signal(number)
        out, err = worker.communicate(timeout=60)
        assert worker.returncode == 5, err
        assert out.endswith("stopped on request: what was under way is in the queue again\n")
        assert set(states(pending).values()) == {"todo"}
        assert pending.tables("tenant_acme") == ["deals"]
        assert len(advisory_locks(pending.connection)) == 1, "the gate's own lock only"
    assert work(pending.project(), UNTIL_EMPTY).exit_status == 0
    assert times_applied(pending, 2) == {"tenant_acme": 1, "tenant_globex": 1, "tenant_initech": 1}


def test_a_job_that_kills_its_workers_is_given_up_in_the_end(pending):
    enqueue(pending.project())
    # As nine deaths before and one now would leave it: under way, and nobody is there.
    pending.sql("SET search_path = sqlmig_queue")
    pending.sql("UPDATE procrastinate_jobs SET attempts = 9, status = 'doing' WHERE args->>'key' = '1'")
    result = work(pending.project(), UNTIL_EMPTY)
    assert (result.exit_status, result.read_back.behind) == (3, ("tenant_acme",))
    [failed] = [job for job in status(pending.project()).jobs if job.state is JobState.FAILED]
    assert failed.last is not None
    assert failed.last.message == "its worker died, and this was the last of 10 attempts"


def test_a_job_whose_end_could_not_be_written_down_is_done_again(pending):
    enqueue(pending.project())
    # What finishes a job breaks once, as with the connection under it; the worker itself lives on.
    pending.sql("CREATE TABLE sqlmig_queue.broken (once boolean)")
    pending.sql(
        "CREATE FUNCTION sqlmig_queue.break_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('sqlmig_queue.ends') = 1 THEN RAISE EXCEPTION 'broken'; END IF; RETURN NEW; END $$"
    )
    pending.sql("CREATE SEQUENCE sqlmig_queue.ends")
    pending.sql(
        "CREATE TRIGGER break_once BEFORE UPDATE ON sqlmig_queue.procrastinate_jobs FOR EACH ROW"
        " WHEN (NEW.status = 'succeeded') EXECUTE FUNCTION sqlmig_queue.break_once()"
    )
    result = work(pending.project(), UNTIL_EMPTY)
    assert result.exit_status == 0
    assert set(states(pending).values()) == {"succeeded"}
    assert times_applied(pending, 2) == {"tenant_acme": 1, "tenant_globex": 1, "tenant_initech": 1}


@pytest.mark.slow
def test_a_worker_that_ends_at_once_does_end(shop):
    # Its own tasks are still connecting then, and a cancellation may reach them at the wrong moment.
    shop.with_tenants("acme")
    for _ in range(200):
        assert work(shop.project(), UNTIL_EMPTY).exit_status == 0
