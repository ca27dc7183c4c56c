"""A dump of one schema, run in an open transaction: everything that it makes is there at COMMIT, or nothing is.

pg_restore cannot rename a schema, and has a connection of its own. So it only writes SQL, in three parts, and this
session runs it under the schema's old name; whatever has that name meanwhile is out of the way in the same transaction.
Nothing in the dump is rewritten: function bodies, defaults and policies come back as they were.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import IO

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.opening import Feeding, Opened
from sqlmig.backups.programs import Program, ProgramFailed, Running, running
from sqlmig.db.context import RunContext
from sqlmig.db.dump import LoadingSession
from sqlmig.db.errors import ServerRefused
from sqlmig.errors import Interrupted
from sqlmig.plan.retry import Remedy, pause_before, remedy


class _Section(Enum):
    """The parts of a dump, by the names that pg_restore has for them."""

    PRE_DATA = "pre-data"
    DATA = "data"
    POST_DATA = "post-data"


def load_schema(
    session: LoadingSession,
    context: RunContext,
    opened: Opened,
    program: Program,
    *,
    loaded: Callable[[], object] = lambda: None,
) -> None:
    """Runs a dump in the transaction that is open; the schema's old name is free.

    Args:
        session: its settings are changed, and it is to be closed afterwards.
        context: of the run.
        opened: the backup.
        program: pg_restore.
        loaded: is called when the rows are there, and no index, trigger, foreign key or policy is.

    Raises:
        ServerRefused: with what the server said.
        BackupFailed: the dump cannot be read.
        Interrupted: it was asked to stop.
    """
    session.set({"lock_timeout": context.config.apply.lock_timeout, **session.own_settings})
    for section in _Section:
        with _script(opened, program, section) as script:
            if section is _Section.DATA:
                _load_rows(session, context, script.stdout)
                loaded()
            else:
                insisting(session, context, partial(session.run, _definitions(script.stdout.read().decode())))


def insisting(session: LoadingSession, context: RunContext, act: Callable[[], object]) -> None:
    """Does something in the open transaction, again when somebody was in its way, and keeps what was done before.

    Raises:
        ServerRefused: somebody was in its way each time, or it failed; the transaction is usable.
        Interrupted: it was asked to stop.
    """
    for attempt in range(1, context.config.apply.attempts + 1):
        session.run("SAVEPOINT sqlmig_restore")
        try:
            act()
        except ServerRefused as error:
            if session.broken:
                raise
            session.run("ROLLBACK TO SAVEPOINT sqlmig_restore")
            again = remedy(error.said.sqlstate, error.said.message) is Remedy.RETRY
            if not again or attempt == context.config.apply.attempts:
                raise
            context.stop.sleep(pause_before(attempt + 1, random.random()))  # noqa: S311  jitter is no secret
            if context.stop.requested:
                raise Interrupted("stopped on request") from error
        else:
            session.run("RELEASE SAVEPOINT sqlmig_restore")
            return


@contextmanager
def _script(opened: Opened, program: Program, section: _Section) -> Iterator[Running]:
    """A part of the dump as pg_restore writes it. Definitions stand at the dump's beginning: the rest is not read."""
    arguments = [f"--section={section.value}", "--file=-"]
    try:
        with running(program, arguments, {}) as script:
            feeding = Feeding(opened, script.stdin, whole=section is _Section.DATA)
            try:
                yield script
                feeding.finish()
                script.finish()
            finally:
                feeding.give_up()
    except ProgramFailed as error:
        raise BackupFailed(
            f"backup {opened.stored.manifest.backup_id} cannot be read: pg_restore: {error}",
            state="nothing was changed",
            next="`sqlmig backup verify` says more",
        ) from error


def _definitions(script: str) -> str:
    """The statements without what is psql's, and without settings that are the caller's or unknown to older servers."""
    head, mark, rest = script.partition("\n--\n-- Name: ")
    fence = re.search(r"^\\restrict (\w+)\n", head, re.MULTILINE)
    if fence is not None:
        head = head.replace(fence[0], "")
        before, _, behind = (mark + rest).rpartition(f"\\unrestrict {fence[1]}\n")
        mark, rest = before, behind
    return re.sub(r"^SET (?:lock|transaction)_timeout = .*\n", "", head, flags=re.MULTILINE) + mark + rest


def _load_rows(session: LoadingSession, context: RunContext, script: IO[bytes]) -> None:
    """Runs the part that has rows: there, each statement is a line of its own, and no function's body is near."""
    for line in script:
        if context.stop.requested:
            raise Interrupted("stopped on request")
        while not line.startswith(b"--") and line.count(b'"') % 2:
            # A name may hold the end of a line.
            line += next(iter(script), b'"')
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            session.load(line.decode(), _rows(script, context))
        elif line.strip() and not line.startswith((b"--", b"\\", *_SETTINGS)):
            session.run(line.decode())


_SETTINGS = (b"SET lock_timeout", b"SET transaction_timeout")


def _rows(script: IO[bytes], context: RunContext) -> Iterable[bytes]:
    """The rows of one table, some at a time."""
    held: list[bytes] = []
    size = 0
    for line in script:
        if line == b"\\.\n":
            break
        held.append(line)
        size += len(line)
        if size > _CHUNK:
            if context.stop.requested:
                raise Interrupted("stopped on request")
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


_CHUNK = 1 << 16
