"""What concerns the session and the transaction."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Setting
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import (
    Control,
    Lifetime,
    SessionCommand,
    SetConstraints,
    SetParameter,
    SetRole,
    SetSessionAuthorization,
    TransactionControl,
)
from sqlmig.sql.parse import rows
from sqlmig.sql.parse.expressions import expression
from sqlmig.sql.parse.pieces import (
    expect,
    expect_one_of,
    identifier,
    in_parentheses,
    integer,
    is_string,
    names,
    refuse,
    string,
)
from sqlmig.sql.parse.queries import query
from sqlmig.sql.parse.settings import FROM_CURRENT, assignment, names_setting, transaction_modes
from sqlmig.sql.parse.settings import reset as reset_setting
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind

Operations = tuple[Operation, ...]


# --- SET and RESET ---


def set_(r: Reader) -> Operations:
    """Read SET in all its forms."""
    at = r.at
    expect(r, "set")
    if r.word == "constraints" and not names_setting(r):
        return (_set_constraints(r, at),)
    lifetime = Lifetime.SESSION
    if not names_setting(r) and (r.word, r.word_ahead(1)) not in _OF_THE_SESSION:
        lifetime = Lifetime(r.one_of("local", "session") or "session")
    if r.accept("session", "characteristics", "as", "transaction") or _accept_transaction(r):
        if r.next is None:
            refuse(r, "a transaction mode")
        transaction_modes(r)
        return (TransactionControl(control=Control.SET, at=at),)
    return (_set(assignment(r), lifetime, at),)


_OF_THE_SESSION: Final = (("session", "authorization"), ("session", "characteristics"))


def _accept_transaction(r: Reader) -> bool:
    return not names_setting(r) and r.word_ahead(1) != "snapshot" and r.accept("transaction")


def reset(r: Reader) -> Operations:
    """Read RESET."""
    at = r.at
    expect(r, "reset")
    return (_set(reset_setting(r), Lifetime.SESSION, at),)


def _set(setting: Setting, lifetime: Lifetime, at: int) -> Operation:
    """The operation for a setting; a role is one too, whichever way it is set."""
    role = setting.values[0] if setting.values else None
    match setting.name:
        case "role" if setting.values != FROM_CURRENT:
            return SetRole(role=None if role == "none" else role, lifetime=lifetime, at=at)
        case "session_authorization" if setting.values != FROM_CURRENT:
            return SetSessionAuthorization(role=role, lifetime=lifetime, at=at)
        case "transaction_snapshot":
            return TransactionControl(control=Control.SET, at=at)
        case _:
            return SetParameter(setting=setting, lifetime=lifetime, at=at)


def _set_constraints(r: Reader, at: int) -> Operation:
    expect(r, "constraints")
    named = () if r.accept("all") else names(r)
    deferred = expect_one_of(r, "deferred", "immediate") == "deferred"
    return SetConstraints(names=named, deferred=deferred, at=at)


# --- the transaction ---


def transaction_control(r: Reader) -> Operations:
    """Read BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their like."""
    at = r.at
    if r.word == "prepare" and not is_string(r.ahead(2)):
        return command(r)  # a plan named `transaction`
    return (TransactionControl(control=_control(r), at=at),)


def _control(r: Reader) -> Control:
    match r.step().word:
        case "begin":
            r.one_of("work", "transaction")
            transaction_modes(r)
            return Control.BEGIN
        case "start":
            expect(r, "transaction")
            transaction_modes(r)
            return Control.BEGIN
        case "savepoint":
            identifier(r)
            return Control.SAVEPOINT
        case "release":
            _savepoint(r)
            return Control.RELEASE
        case "prepare":
            expect(r, "transaction")
            string(r)
            return Control.PREPARE
        case "commit":
            return _end(r, Control.COMMIT, Control.COMMIT_PREPARED)
        case "end":
            return _end(r, Control.COMMIT, None)
        case "abort":
            return _end(r, Control.ROLLBACK, None)
        case _:
            return _rollback(r)


def _rollback(r: Reader) -> Control:
    if r.word == "to" or r.word_ahead(1) == "to":
        r.one_of("work", "transaction")
        expect(r, "to")
        _savepoint(r)
        return Control.ROLLBACK_TO
    return _end(r, Control.ROLLBACK, Control.ROLLBACK_PREPARED)


def _end(r: Reader, control: Control, prepared: Control | None) -> Control:
    if prepared is not None and r.accept("prepared"):
        string(r)
        return prepared
    r.one_of("work", "transaction")
    if r.accept("and"):
        r.accept("no")
        expect(r, "chain")
    return control


def _savepoint(r: Reader) -> None:
    """Read [SAVEPOINT] name; a savepoint may have the name `savepoint`."""
    if r.ahead(1) is not None:
        r.accept("savepoint")
    identifier(r)


# --- commands ---


def command(r: Reader) -> Operations:
    """Read a command that touches the session only."""
    at = r.at
    word = r.step().word
    match word:
        case "checkpoint":
            found = None
        case "close":
            found = _all_or_name(r)
        case "deallocate":
            if r.ahead(1) is not None:
                r.accept("prepare")
            found = _all_or_name(r)
        case "declare":
            found = _declare(r)
        case "discard":
            what = expect_one_of(r, "all", "plans", "sequences", "temp", "temporary")
            return (SessionCommand(command="discard " + what.removesuffix("orary"), at=at),)
        case "execute":
            found = identifier(r)
            if r.is_symbol("("):
                in_parentheses(r, expression)
        case "fetch" | "move":
            found = _fetched(r)
        case "listen":
            found = identifier(r)
        case "load":
            found = string(r)
        case "notify":
            found = _notified(r)
        case "prepare":
            found = _prepare(r)
        case "show":
            found = reset_setting(r).name
        case _:  # unlisten
            found = None if r.symbol("*") else identifier(r)
    return (SessionCommand(command=word, name=found, at=at),)


def _notified(r: Reader) -> str:
    channel = identifier(r)
    if r.symbol(","):
        string(r)
    return channel


def _all_or_name(r: Reader) -> str | None:
    return None if r.accept("all") else identifier(r)


def _declare(r: Reader) -> str:
    cursor = identifier(r)
    while r.accept("no", "scroll") or r.one_of("scroll", "binary", "asensitive", "insensitive"):
        pass
    expect(r, "cursor")
    if r.one_of("with", "without"):
        expect(r, "hold")
    expect(r, "for")
    query(r)
    return cursor


def _prepare(r: Reader) -> str:
    plan = identifier(r)
    if r.is_symbol("("):
        in_parentheses(r, type_name)
    expect(r, "as")
    rows.with_(r)
    return plan


def _fetched(r: Reader) -> str:
    """Read what stands behind FETCH and MOVE: the cursor, which may be named by the word of a direction."""
    if r.ahead(1) is not None:
        match r.one_of("next", "prior", "first", "last", "all", "absolute", "relative", "forward", "backward"):
            case "absolute" | "relative":
                integer(r)
            case "" | "forward" | "backward" if _is_number(r):
                integer(r)
            case "forward" | "backward":
                r.accept("all")
            case _:
                pass
        r.one_of("from", "in")
    return identifier(r)


def _is_number(r: Reader) -> bool:
    return r.next is not None and (r.next.kind is Kind.NUMBER or r.next.text in ("+", "-"))
