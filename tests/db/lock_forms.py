"""The forms of the lock table, and how one is measured on a live server.

Each form gets fresh tables, 300 rows in each, committed before the statement runs in a transaction. Then:

- locks: what the session holds after the statement and before the end of its transaction, by pg_locks, on relations
  that were there before. TOAST tables and all that is new are left out.
- rewrites: the relation has another file (relfilenode) than before, and is not empty; after TRUNCATE it is.
- scans: by the statistics of the transaction, a scan of the table or of one of its indexes returned as many rows as the
  table has. They count what ALTER TABLE reads to check and to copy, what an index's build reads, and the query that
  checks a foreign key. (The DEBUG1 messages agree, but say nothing of foreign keys, domains and queries.)

What cannot run in a transaction block lets go of locks between its own transactions. So other sessions hold it up at
each of its waits, and there both the locks that it was granted and the one that it waits for are read: others queue
behind that one already. What it takes after its last wait, when nobody else uses the relation any more, is not seen.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg

from sessions import Connection, until
from sqlmig.sql.locktable import LockMode, Measured, Role

ROWS = 300
ROLES = {
    "t": Role.TABLE,
    "u": Role.REFERENCED,
    "r": Role.REFERENCING,
    "p": Role.PARENT,
    "part": Role.PARTITION,
    "rest": Role.DEFAULT_PARTITION,
    "src": Role.SOURCE,
    "v": Role.VIEW,
    "mv": Role.MATVIEW,
    "s": Role.SEQUENCE,
    "t_id_seq": Role.SEQUENCE,
    "td": Role.DOMAIN_USERS,
    "tt": Role.TYPE_USERS,
}
"""What a relation is to the statement, by its name. That one of another name is touched is an error of the form."""


@dataclass(frozen=True, slots=True)
class Form:
    """The statement that is measured, and what must be there before it."""

    name: str
    world: str
    """The tables of the form's section."""
    setup: tuple[str, ...]
    """What this form adds to them; an older server may refuse it, as it may refuse the statement."""
    statement: str
    held_up_by: tuple[str, ...] | None
    """For what cannot run in a transaction: what holds it up, in the order of its waits."""
    superuser: bool = False
    cleanup: str = ""


# --- the file ---


def all_forms() -> tuple[Form, ...]:
    """Every form, in the order of the file."""
    sections = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).values()
    return tuple(form for section in sections for form in (*_type_changes(section), *_written(section)))


def _written(section: Mapping[str, Any]) -> Iterator[Form]:
    for name, form in section.get("forms", {}).items():
        match form:
            case str(statement):
                form = {"sql": statement}
            case [*setup, statement]:
                form = {"setup": setup, "sql": statement}
        held_up_by = tuple(form["held_up_by"]) if "held_up_by" in form else None
        others = {key: form[key] for key in ("superuser", "cleanup") if key in form}
        yield Form(name, section["setup"], tuple(form.get("setup", ())), form["sql"], held_up_by, **others)


def _type_changes(section: Mapping[str, Any]) -> Iterator[Form]:
    for change in section.get("with_index", ()):
        yield _type_change(section["setup"], change)
        yield _type_change(section["setup"], change, "CREATE INDEX i ON t (c)", suffix=":indexed")
    for change in section.get("without_index", ()):
        yield _type_change(section["setup"], change)


_HOW = {
    "": "{}",
    "utc": "SET LOCAL TimeZone = 'UTC'; {}",
    "not-utc": "SET LOCAL TimeZone = 'Europe/Paris'; {}",
    "using-column": "{} USING c",
    "using-cast": "{} USING c::{new}",
    "using-expression": "{} USING coalesce(c, c)",
    "collate": '{} COLLATE "POSIX"',
}


def _type_change(world: str, change: str, *setup: str, suffix: str = "") -> Form:
    types, _, how = change.partition(":")
    old, new = (name.replace("-", "_") for name in types.split("->"))
    table = f"CREATE TABLE t (id int PRIMARY KEY, c {old}); INSERT INTO t SELECT generate_series(1, {ROWS})"
    statement = _HOW[how].format(f"ALTER TABLE t ALTER COLUMN c TYPE {new}", new=new)
    return Form(f"type:{change}{suffix}", world, (table, *setup), statement, None)


# --- measuring ---


@dataclass(frozen=True, slots=True)
class _Relation:
    """A table, view, sequence or index."""

    oid: int
    name: str
    table: int
    """An index's table; another relation's own oid."""
    file: int
    size: int | None

    @property
    def is_index(self) -> bool:
        return self.oid != self.table

    @property
    def role(self) -> Role:
        return Role.INDEX if self.is_index else ROLES[self.name]


_Locks = list[tuple[int, LockMode]]
"""Relation and mode."""
_Counts = dict[int, int]
"""How many rows scans of a relation returned."""


def measure(url: str, form: Form) -> Measured:
    """Run the form in a database that nobody else uses, tell what it did, and take all of it away again."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA here; CREATE SCHEMA elsewhere")
        try:
            _prepare(connection)
            connection.execute(form.world)
            return _measured(connection, url, form)
        finally:
            connection.execute("DROP SCHEMA IF EXISTS here, elsewhere CASCADE")
            if form.cleanup:
                connection.execute(form.cleanup)


def _prepare(connection: Connection) -> None:
    connection.execute("SET search_path = here; SET lock_timeout = '60s'")
    # A key finds its row through the index, small as the table is. What a parallel worker reads, it counts itself.
    connection.execute("SET enable_seqscan = off; SET max_parallel_maintenance_workers = 0; SET jit = off")


def _measured(connection: Connection, url: str, form: Form) -> Measured:
    try:
        for statement in form.setup:
            connection.execute(statement)
        if form.held_up_by is None:
            return _in_transaction(connection, form)
        return _outside(connection, url, form, form.held_up_by)
    except psycopg.Error as error:
        # Anything else went wrong with the measuring: a deadlock, a lost connection.
        if not re.match("0A|22|23|42|55000", error.sqlstate or ""):
            raise
        return Measured(MappingProxyType({}), frozenset(), frozenset(), _refusal(error))
    finally:
        connection.execute("ROLLBACK")


def _refusal(error: psycopg.Error) -> str:
    message = error.diag.message_primary or ""
    if not isinstance(error, psycopg.errors.SyntaxError):
        message = re.sub(r' "[^"]*"', "", message)
    return f"{error.sqlstate}: {message}"


def _in_transaction(connection: Connection, form: Form) -> Measured:
    connection.execute("BEGIN")
    before, counted = _relations(connection), _counts(connection)
    if form.statement.startswith("COPY"):
        with connection.cursor().copy(form.statement):
            pass
    else:
        connection.execute(form.statement)
    locks = _locks(connection, connection.info.backend_pid)
    returned = {oid: count - counted.get(oid, 0) for oid, count in _counts(connection).items()}
    return _difference(before, _relations(connection), locks, returned)


def _outside(connection: Connection, url: str, form: Form, held_up_by: tuple[str, ...]) -> Measured:
    before, locks = _relations(connection), _Locks()
    open_session = partial(psycopg.connect, url, autocommit=True)
    with ExitStack() as stack:
        worker = stack.enter_context(open_session())
        _prepare(worker)
        thread = stack.enter_context(ThreadPoolExecutor(1))
        holders = [stack.enter_context(open_session()) for _ in held_up_by]
        for holder, statement in zip(holders, held_up_by, strict=True):
            _prepare(holder)
            holder.execute(f"BEGIN; {statement}")
        returned = thread.submit(_run_and_count, worker, form.statement)
        for holder, statement in zip(holders, held_up_by, strict=True):
            until(lambda: returned.done() or _waits(connection, worker.info.backend_pid))
            locks += _locks(connection, worker.info.backend_pid)
            if returned.done() and not returned.exception():
                raise AssertionError(f"it was not held up by {statement}")
            holder.execute("ROLLBACK")
        counts = returned.result()
        return _difference(before, _relations(connection), locks, counts)


def _run_and_count(worker: Connection, statement: str) -> _Counts:
    # In one go: a server process that has nothing more to do may hand its statistics over, and has them no longer.
    with worker.pipeline():
        worker.execute(statement)
        counted = worker.execute(_COUNTS)
    return dict(counted.fetchall())


def _difference(before: list[_Relation], after: list[_Relation], locks: _Locks, returned: _Counts) -> Measured:
    by_oid = {relation.oid: relation for relation in before}
    strongest = {oid: max(mode for other, mode in locks if other == oid) for oid, _ in locks if oid in by_oid}
    moved = {relation.oid for relation in before if _is_moved(relation, after)}
    read = {by_oid[oid].table for oid, count in returned.items() if oid in by_oid and count >= ROWS}
    for relation in (relation for relation in before if relation.is_index):
        if strongest.get(relation.oid, 0) <= strongest.get(relation.table, 0):
            strongest.pop(relation.oid, None)
        if relation.table in moved:
            moved.discard(relation.oid)
    by_role: dict[Role, LockMode] = {}
    for oid, mode in strongest.items():
        by_role[by_oid[oid].role] = max(mode, by_role.get(by_oid[oid].role, mode))
    return Measured(
        MappingProxyType(by_role),
        frozenset(by_oid[oid].role for oid in moved),
        frozenset(by_oid[oid].role for oid in read),
    )


def _is_moved(relation: _Relation, after: list[_Relation]) -> bool:
    """Whether it has a new file with rows in it; ALTER TYPE makes indexes anew, by their old names."""
    sizes = {other.oid: other.size for other in after}
    same = [other for other in after if other.oid == relation.oid] or [o for o in after if o.name == relation.name]
    return any(other.file != relation.file and sizes[other.table] for other in same)


# --- what the server tells ---


def _relations(connection: Connection) -> list[_Relation]:
    query = """
        SELECT c.oid, relname, coalesce(indrelid, c.oid), CASE relkind WHEN 'S' THEN 0 ELSE relfilenode END,
               pg_relation_size(c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_index ON indexrelid = c.oid
        WHERE nspname IN ('here', 'elsewhere') AND relkind <> 'c'"""
    return [_Relation(*row) for row in connection.execute(query)]


_COUNTS = """
    SELECT c.oid, pg_stat_get_xact_tuples_returned(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('here', 'elsewhere')"""


def _counts(connection: Connection) -> _Counts:
    return dict(connection.execute(_COUNTS).fetchall())


def _locks(connection: Connection, pid: int) -> _Locks:
    query = "SELECT relation, mode FROM pg_locks WHERE pid = %s AND locktype = 'relation'"
    return [(oid, _MODES[mode]) for oid, mode in connection.execute(query, [pid])]


_MODES = {mode.words.title().replace(" ", "") + "Lock": mode for mode in LockMode}


def _waits(connection: Connection, pid: int) -> bool:
    query = "SELECT FROM pg_locks WHERE pid = %s AND NOT granted"
    return connection.execute(query, [pid]).fetchone() is not None
