"""The queue's tables, in a schema of their own: made when they are not there, one process at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Final

from sqlmig.db.composing import compose, quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import existing_schemas
from sqlmig.db.locks import key_of
from sqlmig.db.session import Session, make_schema
from sqlmig.distributed.door import migrations, schema_text
from sqlmig.errors import ConnectionFailed, Refused, UsageError
from sqlmig.project.load import ProjectFiles

DEFAULT_SCHEMA: Final = "sqlmig_queue"

FORMAT: Final = 1
"""Of what sqlmig keeps beside procrastinate's tables."""

_POLL = 0.05
"""Seconds."""


def check_name(files: ProjectFiles, queue_schema: str, tenants: Iterable[str] = ()) -> None:
    """A queue shares its schema with nobody: one that is anything to the project is no place for it.

    Raises:
        UsageError: it is public, the history's, a shared track's or one of the tenants'.
    """
    config = files.config
    taken = {"public", config.history_schema, *files.shared_schemas, *config.search_path, *tenants}
    if queue_schema in taken or queue_schema.startswith("pg_") or not queue_schema:
        raise UsageError(
            f"the queue cannot live in schema '{queue_schema}': it needs one of its own",
            next=f"leave --queue-schema out for {DEFAULT_SCHEMA}, or name a schema that nothing else uses",
        )


def prepare(session: Session, queue_schema: str) -> None:
    """Makes the queue's tables when they are not there, and brings procrastinate's to its present release.

    Raises:
        UsageError: a connection pooler stands between.
        Refused: a newer release made them, or workers of an older one are at work.
        ConnectionFailed: the role may not make them, or they are not as any release made them.
    """
    _not_pooled(session)
    if _up_to_date(session, queue_schema):
        return
    try:
        with turn(session, queue_schema):
            _make(session, queue_schema)
    except ServerRefused as error:
        if error.said.sqlstate != "42501":
            raise ConnectionFailed(
                f"the tables of the queue in schema {queue_schema} could not be made or brought up to date: "
                f"{error.said.message}",
                state="nothing was changed",
                next="a queue holds nothing that the history does not know: stop its workers, "
                f"DROP SCHEMA {quoted(queue_schema)} CASCADE; and run `sqlmig fleet enqueue` again",
            ) from error
        raise ConnectionFailed(
            f"the role may not make the queue: {error.said.message}",
            state="nothing was changed",
            next=f"as an owner of the database: CREATE SCHEMA {quoted(queue_schema)} AUTHORIZATION the_role;",
        ) from error


def exists(session: Session, queue_schema: str) -> bool:
    """Whether anything was ever put into the queue."""
    return _format(session, queue_schema) is not None


@contextmanager
def turn(session: Session, queue_schema: str) -> Iterator[None]:
    """A transaction in which no other process makes tables, puts jobs in or takes them back from dead workers.

    It commits at the end of the block, or rolls back when that raises.
    """
    key = {"key": key_of(queue_schema, "queue")}
    while not session.value("BEGIN; SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s)", key):
        session.rollback()
        time.sleep(_POLL)
    try:
        yield
        session.run("COMMIT")
    except BaseException:
        session.rollback()
        raise


def query(name: str, queue_schema: str) -> str:
    """A statement of `distributed/queries`, the queue's schema put in, ready for parameters."""
    return _text(name).replace("{queue}", quoted(queue_schema).replace("%", "%%")).strip()


def _up_to_date(session: Session, queue_schema: str) -> bool:
    return _format(session, queue_schema) == (FORMAT, _newest())


def _make(session: Session, queue_schema: str) -> None:
    """Makes or upgrades the tables; another process may have done it meanwhile."""
    found = _format(session, queue_schema)
    if found == (FORMAT, _newest()):
        return
    if found is None:
        if not existing_schemas(session, [queue_schema]):
            # An owner may have made it: then the role needs no right to create schemas.
            make_schema(session, queue_schema)
        _nothing_else_there(session, queue_schema)
        texts = [schema_text(), _text("queue")]
    else:
        version, migration = found
        if version > FORMAT or migration > _newest():
            raise Refused(
                f"the queue in schema {queue_schema} was made by a newer release (procrastinate's {migration})",
                state="nothing was changed",
                next="upgrade sqlmig and procrastinate: pip install --upgrade 'sqlmig[distributed]'",
            )
        _nobody_at_work(session, queue_schema)
        texts = [text for name, text in migrations().items() if name > migration]
    # procrastinate's names are unqualified, in its statements and in the bodies of its functions.
    session.set_local({"search_path": quoted(queue_schema), "client_min_messages": "warning"})
    for text in texts:
        session.run(text)
    session.run("DELETE FROM sqlmig_format")
    row = {"version": FORMAT, "migration": _newest()}
    session.run("INSERT INTO sqlmig_format (version, migration) VALUES (%(version)s, %(migration)s)", row)


def _nothing_else_there(session: Session, queue_schema: str) -> None:
    holds = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace::regnamespace = %(queue)s::regnamespace)"
    if session.value(holds, {"queue": quoted(queue_schema)}):
        raise Refused(
            f"schema {queue_schema} has tables of somebody else, and is no queue of sqlmig",
            state="nothing was changed",
            next="name a schema that nothing else uses with --queue-schema",
        )


def _nobody_at_work(session: Session, queue_schema: str) -> None:
    """Refuses while workers run: migrations of procrastinate take away what its older releases call."""
    workers = session.value(query("workers_alive", queue_schema), {"seconds": 60})
    if workers:
        raise Refused(
            f"procrastinate is newer here than the queue in schema {queue_schema}, and {workers} of its workers run",
            state="nothing was changed",
            next="stop all `sqlmig fleet worker`, run this command again, then start the new ones",
        )


def _not_pooled(session: Session) -> None:
    if session.pooled:
        raise UsageError(
            "a connection pooler stands between sqlmig and the server, and the queue needs sessions of its own:"
            " notifications and search_path do not survive it",
            next="give the server's own address: --database-url, SQLMIG_DATABASE_URL",
        )


def _format(session: Session, queue_schema: str) -> tuple[int, str] | None:
    there = "SELECT pg_catalog.to_regclass(pg_catalog.quote_ident(%(queue)s) || '.sqlmig_format')"
    if session.value(there, {"queue": queue_schema}) is None:
        return None
    rows = session.rows(compose("SELECT version, migration FROM {queue}.sqlmig_format", queue=queue_schema))
    return (rows[0][0], rows[0][1]) if rows else None


def _newest() -> str:
    return next(reversed(migrations()))


def _text(name: str) -> str:
    return (resources.files("sqlmig.distributed") / "queries" / f"{name}.sql").read_text(encoding="utf-8")
