"""GRANT and REVOKE, of privileges and of roles; ALTER DEFAULT PRIVILEGES."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlmig.sql.definitions import Option
from sqlmig.sql.operations.access import AlterDefaultPrivileges, Grant, GrantRole, Privilege
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.parse.arguments import signature
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    attributes,
    cascade,
    column_list,
    comma_list,
    expect,
    expect_one_of,
    identifier,
    identifiers,
    label,
    name,
    number,
    refuse,
    role,
    roles,
)
from sqlmig.sql.parse.subjects import plain_name
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]
Fields = dict[str, Any]


def grant(r: Reader) -> Operations:
    """Read GRANT, of privileges or of roles."""
    at = r.at
    expect(r, "grant")
    privileges = _privileges(r)
    if not r.accept("on"):
        return (_grant_role(r, privileges, at),)
    target = _target(r)
    expect(r, "to")
    granted = Grant(privileges=privileges, roles=_grantees(r), grant_option=_with_grant_option(r), at=at, **target)
    _granted_by(r)
    return (granted,)


def _grant_role(r: Reader, privileges: tuple[Privilege, ...], at: int) -> Operation:
    granted = _role_names(privileges, at)
    expect(r, "to")
    members = roles(r)
    options = comma_list(r, _role_option) if r.accept("with") else ()
    _granted_by(r)
    return GrantRole(granted=granted, roles=members, options=options, at=at)


def _role_option(r: Reader) -> Option:
    found = label(r)
    return Option(name=found, value=expect_one_of(r, "option", "true", "false"))


def revoke(r: Reader) -> Operations:
    """Read REVOKE, of privileges or of roles."""
    at = r.at
    expect(r, "revoke")
    option = _option_for(r)
    privileges = _privileges(r)
    if option in ("", "grant") and r.accept("on"):
        target = _target(r)
        expect(r, "from")
        grantees = _grantees(r)
        _granted_by(r)
        said: Fields = {"revoke": True, "privileges": privileges, "roles": grantees, "grant_option": bool(option)}
        return (Grant(cascade=cascade(r), at=at, **said, **target),)
    granted = _role_names(privileges, at)
    expect(r, "from")
    members = roles(r)
    _granted_by(r)
    options = (Option(name=option),) if option else ()
    return (GrantRole(revoke=True, granted=granted, roles=members, options=options, cascade=cascade(r), at=at),)


def _option_for(r: Reader) -> str:
    """Read GRANT OPTION FOR, ADMIN OPTION FOR and their like: the first word."""
    if r.word_ahead(1) != "option" or r.word_ahead(2) != "for":
        return ""
    found = r.one_of("grant") or identifier(r)
    expect(r, "option", "for")
    return found


def _privileges(r: Reader) -> tuple[Privilege, ...]:
    if not r.accept("all"):
        return comma_list(r, _privilege)
    r.accept("privileges")
    return (Privilege(name="all", columns=_columns(r)),)


def _privilege(r: Reader) -> Privilege:
    if r.accept("alter", "system"):
        return Privilege(name="alter system")
    found = r.one_of("select", "references", "create") or identifier(r)
    return Privilege(name=found, columns=_columns(r))


def _columns(r: Reader) -> tuple[str, ...]:
    return column_list(r) if r.is_symbol("(") else ()


def _role_names(privileges: tuple[Privilege, ...], at: int) -> tuple[str, ...]:
    """The roles that were read as privileges."""
    if any(privilege.columns or privilege.name == "all" for privilege in privileges):
        raise NotUnderstood("expected ON and objects behind the privileges", at)
    return tuple(privilege.name for privilege in privileges)


def _grantees(r: Reader) -> tuple[str, ...]:
    return comma_list(r, _grantee)


def _grantee(r: Reader) -> str:
    # GROUP is a noise word here, and reserved.
    r.accept("group")
    return role(r)


def _with_grant_option(r: Reader) -> bool:
    return r.accept("with", "grant", "option")


def _granted_by(r: Reader) -> None:
    if r.accept("granted", "by"):
        role(r)


# --- on what ---


def _target(r: Reader) -> Fields:
    """Read what stands behind ON (privilege_target): kind and objects, or the schemas of ALL ... IN SCHEMA."""
    if r.accept("all"):
        kind = _PLURALS[expect_one_of(r, *_PLURALS)]
        expect(r, "in", "schema")
        return {"kind": kind, "objects": (), "all_in_schemas": identifiers(r)}
    for words, (kind, read) in _TARGETS.items():
        if not _is_table(r) and r.accept(*words):
            return {"kind": kind, "objects": comma_list(r, read)}
    return {"kind": Kind.TABLE, "objects": comma_list(r, name)}


def _is_table(r: Reader) -> bool:
    """Whether the word for a kind is the name of a table, because no name follows."""
    behind = r.ahead(1)
    return behind is None or behind.text in (",", ".") or behind.word in ("to", "from")


def _routine(r: Reader) -> Name:
    return signature(r)[0]


def _large_object(r: Reader) -> Name:
    at = r.at
    return Name(None, number(r), at)


def _parameter(r: Reader) -> Name:
    at = r.at
    return Name(None, ".".join(attributes(r, identifier(r))), at)


_PLURALS: Final = {
    "tables": Kind.TABLE,
    "sequences": Kind.SEQUENCE,
    "functions": Kind.FUNCTION,
    "procedures": Kind.PROCEDURE,
    "routines": Kind.ROUTINE,
}
_TARGETS: Final[dict[tuple[str, ...], tuple[Kind, Callable[[Reader], Name]]]] = {
    ("table",): (Kind.TABLE, name),
    ("sequence",): (Kind.SEQUENCE, name),
    ("foreign", "data", "wrapper"): (Kind.FOREIGN_DATA_WRAPPER, plain_name),
    ("foreign", "server"): (Kind.SERVER, plain_name),
    ("function",): (Kind.FUNCTION, _routine),
    ("procedure",): (Kind.PROCEDURE, _routine),
    ("routine",): (Kind.ROUTINE, _routine),
    ("database",): (Kind.DATABASE, plain_name),
    ("domain",): (Kind.DOMAIN, name),
    ("language",): (Kind.LANGUAGE, plain_name),
    ("large", "object"): (Kind.LARGE_OBJECT, _large_object),
    ("parameter",): (Kind.PARAMETER, _parameter),
    ("schema",): (Kind.SCHEMA, plain_name),
    ("tablespace",): (Kind.TABLESPACE, plain_name),
    ("type",): (Kind.TYPE, name),
}


# --- ALTER DEFAULT PRIVILEGES ---


def alter_default_privileges(r: Reader) -> Operations:
    """Read ALTER DEFAULT PRIVILEGES."""
    at = r.at
    expect(r, "alter", "default", "privileges")
    schemas: tuple[str, ...] = ()
    for_roles: tuple[str, ...] = ()
    while r.one_of("in", "for"):
        if r.last.word == "in":
            expect(r, "schema")
            schemas = identifiers(r)
        else:
            expect_one_of(r, "role", "user")
            for_roles = roles(r)
    return (AlterDefaultPrivileges(schemas=schemas, for_roles=for_roles, grant=_default_grant(r), at=at),)


def _default_grant(r: Reader) -> Grant:
    at = r.at
    revokes = expect_one_of(r, "grant", "revoke") == "revoke"
    grant_option = revokes and r.accept("grant", "option", "for")
    privileges = _privileges(r)
    expect(r, "on")
    kind = _default_kind(r)
    expect(r, "from" if revokes else "to")
    said: Fields = {"revoke": revokes, "privileges": privileges, "kind": kind, "objects": (), "at": at}
    said["roles"] = _grantees(r)
    if revokes:
        return Grant(grant_option=grant_option, cascade=cascade(r), **said)
    return Grant(grant_option=_with_grant_option(r), **said)


def _default_kind(r: Reader) -> Kind:
    if r.accept("large", "objects"):
        return Kind.LARGE_OBJECT
    return _DEFAULT_KINDS.get(label(r)) or refuse(r, "TABLES, SEQUENCES, FUNCTIONS, TYPES or SCHEMAS before this")


_DEFAULT_KINDS: Final = {
    "tables": Kind.TABLE,
    "sequences": Kind.SEQUENCE,
    "functions": Kind.FUNCTION,
    "routines": Kind.FUNCTION,
    "types": Kind.TYPE,
    "schemas": Kind.SCHEMA,
}
