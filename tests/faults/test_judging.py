"""The harness sees what it is there to see: whatever a run might leave behind is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from faults.judging import as_after_a_clean_run, known_to_history
from faults.project import Clean, pending, write
from faults.runs import Place
from servers import Server
from sessions import Connection


@pytest.fixture(scope="module")
def applied(server: Server, clean: Clean, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place in which everything is applied."""
    folder = tmp_path_factory.mktemp("applied")
    write(folder)
    with pending(server, clean) as database:
        place = Place(folder, database, clean, lambda: None)
        assert place.apply().status == 0
        yield place


@pytest.fixture
def connection(applied: Place) -> Iterator[Connection]:
    """In a transaction that leaves nothing to the next test."""
    with applied.connect() as opened, opened.transaction(force_rollback=True):
        yield opened


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("ALTER TABLE tenant_acme.deals ADD COLUMN x int", "column deals.x"),
        ("ALTER TABLE tenant_acme.deals ALTER COLUMN owner SET NOT NULL", "column deals.owner"),
        ("ALTER TABLE tenant_acme.deals ALTER COLUMN amount SET DEFAULT 7", "default 7"),
        ("DROP INDEX tenant_acme.tenant_acme_owner_idx", "owner_idx"),
        ("ALTER TABLE tenant_acme.notes DROP CONSTRAINT notes_deal_id_fkey", "constraint notes_deal_id_fkey"),
        ("ALTER TABLE tenant_acme.notes DISABLE ROW LEVEL SECURITY", "row security f"),
        ("DROP POLICY notes_of_tenant ON tenant_acme.notes", "policy notes_of_tenant"),
        ("ALTER TABLE tenant_acme.deals DISABLE TRIGGER audited", "enabled D"),
        ("DROP FUNCTION tenant_acme.audited CASCADE", "CREATE OR REPLACE FUNCTION {schema}.audited()"),
        ("REVOKE SELECT ON tenant_acme.notes FROM pg_monitor", "relation notes"),
        ("ALTER SEQUENCE tenant_acme.audit_number INCREMENT BY 3", "by 3"),
        ("COMMENT ON COLUMN tenant_acme.notes.body IS 'else'", "else"),
        ("ALTER TYPE tenant_acme.kind ADD VALUE 'gone'", "gone"),
        ("DROP VIEW tenant_acme.deal_summary", "view deal_summary"),
        ("UPDATE tenant_acme.deals SET amount = 0 WHERE id = 1", '"amount": 0'),
    ],
)
@pytest.mark.parametrize("question", ["in the end", "after the fault"])
def test_what_no_migration_made_is_seen(
    applied: Place, connection: Connection, question: str, change: str, seen: str
) -> None:
    connection.execute(change.encode())
    questions = {
        "in the end": lambda: as_after_a_clean_run(connection, applied),
        "after the fault": lambda: known_to_history(connection, applied.clean),
    }
    with pytest.raises(AssertionError) as found:
        questions[question]()
    assert seen in str(found.value)


HISTORY = {
    "an unfinished run": "UPDATE sqlmig.run SET finished_at = NULL",
    "a progress row": (
        "INSERT INTO sqlmig.progress (track, target, version, name, direction, checksum, rendered, done, total, began,"
        " existed, run_id) SELECT track, target, 9, 'x', 'up', '', '', 0, 1, true, false, run_id"
        " FROM sqlmig.applied LIMIT 1"
    ),
    "a step done twice": (
        "INSERT INTO sqlmig.log"
        " (run_id, track, target, schema_name, version, name, action, outcome, duration, host, tool)"
        " SELECT run_id, track, target, schema_name, version, name, action, outcome, duration, host, tool"
        " FROM sqlmig.log ORDER BY id DESC LIMIT 1"
    ),
    "a row of the history lost": "DELETE FROM sqlmig.applied WHERE version = 5",
    "another digest": "UPDATE sqlmig.target SET digest = '\\x00'",
}


@pytest.mark.parametrize("change", HISTORY.values(), ids=HISTORY)
def test_what_is_wrong_in_the_history_is_seen(applied: Place, connection: Connection, change: str) -> None:
    connection.execute(change.encode())
    with pytest.raises(AssertionError):
        as_after_a_clean_run(connection, applied)


def _invalid_index(connection: Connection) -> None:
    connection.execute("CREATE TABLE public.doubled (a) AS VALUES (1), (1)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY doubled_idx ON public.doubled (a)")


LEFT = {
    "an INVALID index": (_invalid_index, "INVALID index doubled_idx"),
    "an advisory lock": (lambda c: c.execute("SELECT pg_advisory_lock(1)"), "advisory lock"),
    "a session": (lambda c: c.execute("SET application_name = 'sqlmig tenant_acme'"), "of sqlmig"),
    "an idle transaction": (lambda c: c.execute("BEGIN"), "idle transaction"),
}


@pytest.mark.parametrize(("leave", "seen"), LEFT.values(), ids=LEFT)
def test_what_a_run_leaves_in_the_server_is_seen(
    place: Place, leave: Callable[[Connection], object], seen: str
) -> None:
    assert place.apply().status == 0
    with place.connect() as other, place.connect() as connection:
        leave(other)
        with pytest.raises(AssertionError) as found:
            as_after_a_clean_run(connection, place)
    assert seen in str(found.value)
