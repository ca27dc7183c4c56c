"""Schemas, extensions, roles, databases and what belongs to roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlmig.sql.definitions import Setting
from sqlmig.sql.operations.access import (
    AlterDatabaseSetting,
    AlterRole,
    AlterRoleSetting,
    AlterSystem,
    CreateExtension,
    CreateRole,
    DropOwned,
    DropSchema,
    GrantRole,
    ReassignOwned,
)
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, Rename
from sqlmig.sql.parse.creations import database_options
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    expect,
    expect_one_of,
    identifier,
    identifiers,
    if_exists,
    if_not_exists,
    integer,
    is_string,
    label,
    nonreserved,
    role,
    roles,
    string,
)
from sqlmig.sql.parse.settings import assignment, names_setting, plain_assignment, plain_reset, reset
from sqlmig.sql.parse.subjects import COMMENTED, ON_TABLES, Subject, general_change, plain_name, subject
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]


def drop_schema(r: Reader) -> Operations:
    """Read DROP SCHEMA: an operation for each schema."""
    at = r.at
    expect(r, "drop", "schema")
    missing_ok, dropped = if_exists(r), identifiers(r)
    cascades = cascade(r)
    return tuple(DropSchema(schema=schema, if_exists=missing_ok, cascade=cascades, at=at) for schema in dropped)


# --- extensions ---


def create_extension(r: Reader) -> Operations:
    """Read CREATE EXTENSION."""
    said: dict[str, Any] = {"at": r.at}
    expect(r, "create", "extension")
    said["if_not_exists"] = if_not_exists(r)
    said["extension"] = identifier(r)
    r.accept("with")
    while found := r.one_of("schema", "version", "cascade"):
        match found:
            case "schema":
                said["schema"] = identifier(r)
            case "version":
                _word_or_string(r)
            case _:
                said["cascade"] = True
    return (CreateExtension(**said),)


def _word_or_string(r: Reader) -> str:
    return string(r) if is_string(r.next) else nonreserved(r)


def alter_extension(r: Reader) -> Operations:
    """Read ALTER EXTENSION."""
    at = r.at
    expect(r, "alter", "extension")
    found = Subject(Kind.EXTENSION, plain_name(r))
    if (change := general_change(r, found, at)) is not None:
        return (change,)
    action = expect_one_of(r, "update", "add", "drop")
    if action == "update":
        while r.accept("to"):
            _word_or_string(r)
    else:
        action += f" {subject(r, _CONTENTS).kind.value}"
    return (AlterObject(kind=found.kind, name=found.name, action=action, at=at),)


# Everything that COMMENT ON knows can be in an extension, but for what is on a table.
_CONTENTS: Final = COMMENTED - ON_TABLES - {Kind.COLUMN, Kind.CONSTRAINT, Kind.LARGE_OBJECT}


# --- roles ---


def create_role(r: Reader) -> Operations:
    """Read CREATE ROLE, USER, GROUP."""
    at = r.at
    expect(r, "create")
    expect_one_of(r, "role", "user", "group")
    created = _new_role(r)
    r.accept("with")
    return (CreateRole(role=created, options=_role_options(r, _OPTIONS_OF_CREATE), at=at),)


def alter_role(r: Reader) -> Operations:
    """Read ALTER ROLE, USER, GROUP."""
    at = r.at
    expect(r, "alter")
    what = expect_one_of(r, "role", "user", "group")
    if what != "group" and r.accept("all"):
        return (_role_setting(r, None, at),)
    at_name, altered = r.at, role(r)
    if r.accept("rename", "to"):
        return (Rename(kind=Kind.ROLE, name=Name(None, altered, at_name), new=_new_role(r), at=at),)
    if what == "group":
        revokes = expect_one_of(r, "add", "drop") == "drop"
        expect(r, "user")
        return (GrantRole(revoke=revokes, granted=(altered,), roles=roles(r), at=at),)
    if r.word in ("set", "reset") or (r.word == "in" and r.word_ahead(1) == "database"):
        return (_role_setting(r, altered, at),)
    r.accept("with")
    return (AlterRole(role=altered, options=_role_options(r, _OPTIONS), at=at),)


def _new_role(r: Reader) -> str:
    at, found = r.at, nonreserved(r)
    if found in ("public", "none"):
        raise NotUnderstood("this name is reserved", at)
    return found


def _role_options(r: Reader, others: dict[str, Callable[[Reader], object]]) -> tuple[str, ...]:
    """Read options to the end of the statement: their words, without secrets, numbers and other roles."""
    found: list[str] = []
    while r.next is not None:
        option = next((words for words in others if r.accept(*words.split())), None)
        if option is not None:
            others[option](r)
            found.append(option.removeprefix("encrypted "))
            continue
        at, flag = r.at, label(r)
        if flag not in _ROLE_FLAGS:
            raise NotUnderstood("this is no option of a role", at)
        found.append(flag)
    return tuple(found)


_OPTIONS: Final[dict[str, Callable[[Reader], object]]] = {
    "password null": lambda _: None,
    "password": string,
    "encrypted password": string,
    "connection limit": integer,
    "valid until": string,
}
_OPTIONS_OF_CREATE: Final[dict[str, Callable[[Reader], object]]] = {
    **_OPTIONS,
    "user": roles,
    "sysid": integer,
    "admin": roles,
    "role": roles,
    "in role": roles,
    "in group": roles,
}
_ROLE_FLAGS: Final = frozenset(
    {
        *("superuser", "createrole", "replication", "createdb", "login", "bypassrls", "inherit"),
        *("nosuperuser", "nocreaterole", "noreplication", "nocreatedb", "nologin", "nobypassrls", "noinherit"),
    }
)


def _role_setting(r: Reader, altered: str | None, at: int) -> Operation:
    database = identifier(r) if r.accept("in", "database") else None
    return AlterRoleSetting(role=altered, database=database, setting=_set_or_reset(r), at=at)


def _set_or_reset(r: Reader) -> Setting:
    return assignment(r) if expect_one_of(r, "set", "reset") == "set" else reset(r)


def drop_owned(r: Reader) -> Operations:
    """Read DROP OWNED BY."""
    at = r.at
    expect(r, "drop", "owned", "by")
    return (DropOwned(roles=roles(r), cascade=cascade(r), at=at),)


def reassign_owned(r: Reader) -> Operations:
    """Read REASSIGN OWNED BY."""
    at = r.at
    expect(r, "reassign", "owned", "by")
    owners = roles(r)
    expect(r, "to")
    return (ReassignOwned(roles=owners, new=role(r), at=at),)


# --- the database and the server ---


def alter_database(r: Reader) -> Operations:
    """Read ALTER DATABASE."""
    at = r.at
    expect(r, "alter", "database")
    database = plain_name(r)
    if (change := general_change(r, Subject(Kind.DATABASE, database), at)) is not None:
        return (change,)
    if r.accept("reset"):
        return (AlterDatabaseSetting(database=database.name, setting=reset(r), at=at),)
    if r.accept("set"):
        if names_setting(r) or r.word != "tablespace":
            return (AlterDatabaseSetting(database=database.name, setting=assignment(r), at=at),)
        expect(r, "tablespace")
        identifier(r)
        action = "set tablespace"
    elif r.accept("refresh", "collation", "version"):
        action = "refresh collation version"
    else:
        r.accept("with")
        action = database_options(r)
    return (AlterObject(kind=Kind.DATABASE, name=database, action=action, at=at),)


def alter_system(r: Reader) -> Operations:
    """Read ALTER SYSTEM."""
    at = r.at
    expect(r, "alter", "system")
    sets = expect_one_of(r, "set", "reset") == "set"
    return (AlterSystem(setting=plain_assignment(r) if sets else plain_reset(r), at=at),)
