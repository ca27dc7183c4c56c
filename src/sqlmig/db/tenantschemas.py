"""Tenants' schemas as things that are renamed, looked through and taken apart. See `plan.tenantstates` for when."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlmig.db.composing import Composed, compose, quoted, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import key_of
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed, LockNotObtained
from sqlmig.plan.results import Holder
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.plan.tenantdrop import Piece


def try_key(session: Session, history_schema: str, key: str) -> bool:
    """Tries the lock of a second key, for the time of the transaction: nobody else shall take on that name."""
    parameters = {"key": key_of(history_schema, "target", key)}
    return bool(session.value("SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s)", parameters))


def rename_schema(session: Session, context: RunContext, old: str, new: str) -> None:
    """Renames a schema, in the transaction that is open; waits no longer than `apply.lock_timeout`.

    Raises:
        LockNotObtained: somebody changes the schema itself.
        ConnectionFailed: the role may not.
    """
    session.set_local({"lock_timeout": context.config.apply.lock_timeout})
    try:
        session.run(compose("ALTER SCHEMA {old} RENAME TO {new}", old=old, new=new))
    except ServerRefused as error:
        said = error.said
        if remedy(said.sqlstate, said.message) is Remedy.RETRY:
            raise LockNotObtained(
                f"schema {old} is in somebody's hands: {said.message}",
                state="nothing was changed",
                next="run the command again",
            ) from error
        if said.sqlstate == "42501":
            raise ConnectionFailed(
                f"the role may not rename schema {old}: {said.message}",
                state="nothing was changed",
                next="it needs to own the schema, and the right CREATE on the database",
            ) from error
        raise


def repoint_routines(session: Session, *, old: str, schema: str) -> None:
    """Gives routines whose own search_path names a schema by its old name the new one, in the rename's transaction.

    Args:
        session: in the transaction that has renamed the schema.
        old: the schema's name before.
        schema: its name now.
    """
    rows = session.rows(text_of("tenant_routine_paths"), {"name": old, "schema": schema})
    for routine, path in rows:
        names = [_unquoted(name) for name in _LISTED.findall(path)]
        if old in names:
            # The catalog has quoted the routine's name.
            changed = quoted(*(schema if name == old else name for name in names))
            session.run(f"ALTER ROUTINE {routine} SET search_path = {changed}")


_LISTED = re.compile(r'"(?:[^"]|"")*"|[^\s,"]+')
"""The names of a list as search_path is kept."""


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def dependents(session: Session, schema: str) -> tuple[str, ...]:
    """What outside of a schema depends on something inside of it, as the server describes it."""
    return tuple(row[0] for row in session.rows(text_of("tenant_dependents"), {"schema": schema}))


def pieces(session: Session, schema: str) -> tuple[Piece, ...]:
    """What a schema holds that is dropped piece by piece, in order."""
    return tuple(Piece(*row) for row in session.rows(text_of("tenant_pieces"), {"schema": schema}))


def drop_pieces(session: Session, context: RunContext, chosen: Sequence[Piece]) -> None:
    """Drops pieces of one kind, in the transaction that is open; nothing outside of their schema depends on them.

    Raises:
        LockNotObtained: somebody uses one of them.
    """
    # The catalog has quoted their names.
    names = ", ".join(piece.identity for piece in chosen)
    _dropping(session, context, f"DROP {chosen[0].kind} IF EXISTS {names} CASCADE")


def drop_schema(session: Session, context: RunContext, schema: str) -> None:
    """Drops a schema, with the little that is left in it.

    Raises:
        LockNotObtained: somebody uses it.
    """
    _dropping(session, context, compose("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=schema))


def _dropping(session: Session, context: RunContext, statement: str | Composed) -> None:
    session.set_local({"lock_timeout": context.config.apply.lock_timeout, "client_min_messages": "warning"})
    try:
        session.run(statement)
    except ServerRefused as error:
        said = error.said
        if remedy(said.sqlstate, said.message) is Remedy.RETRY:
            raise LockNotObtained(
                f"somebody uses what shall be dropped: {said.message}",
                state="what was dropped before is gone, the rest is there",
                next="run `sqlmig tenant purge` again: it goes on",
            ) from error
        raise


def writers(session: Session, schema: str) -> tuple[Holder, ...]:
    """The sessions that have tables of a schema locked for more than reading."""
    return tuple(Holder(*row) for row in session.rows(text_of("tenant_writers"), {"schema": schema}))


def names_in_texts(session: Session, *, old: str, schema: str) -> tuple[str, ...]:
    """What holds the old name of a schema in a text, which a rename does not change."""
    if old == schema:
        return ()
    # The new name may hold the old one: it is taken out first.
    new = re.compile(rf'"?(?:{"|".join(map(re.escape, _written(schema)))})"?(?![\w$])')
    word = re.compile(rf"(?<![\w$])(?:{'|'.join(map(re.escape, _written(old)))})(?![\w$])")
    # The expressions are printed for a search path without the schema, so that what they refer to is qualified.
    session.run("SET LOCAL search_path = pg_catalog, pg_temp")
    rows = session.rows(text_of("tenant_names_in_text"), {"written": _written(old), "schema": schema})
    return tuple(what for what, body in rows if word.search(new.sub("", body)))


def _written(name: str) -> list[str]:
    """A name as it stands in a text: bare, in a quoted name, in a string."""
    return list(dict.fromkeys([name, name.replace('"', '""'), name.replace("'", "''")]))
