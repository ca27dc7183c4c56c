"""The actions of ALTER TABLE that may stand in a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlmig.sql.operations import tables as op
from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.operations.objects import ChangeOwner
from sqlmig.sql.parse.alter_columns import alter_column
from sqlmig.sql.parse.columns import column
from sqlmig.sql.parse.constraints import constraint, constraint_change, starts_constraint
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    expect,
    expect_one_of,
    generic_options,
    identifier,
    if_exists,
    if_not_exists,
    name,
    options,
    refuse,
    role,
)
from sqlmig.sql.reader import Reader

Fields = dict[str, Any]
"""What the operations of one statement have in common: table, kind, if_exists, only; and each one's `at`."""


def of_object(fields: Fields) -> Fields:
    """The same as the operations on objects of any kind have it."""
    return {"name": fields["table"], "kind": fields["kind"], "if_exists": fields["if_exists"], "at": fields["at"]}


def actions(r: Reader, fields: Fields) -> tuple[Operation, ...]:
    """Read actions with commas between them (alter_table_cmds)."""
    found = [_action(r, fields | {"at": r.at})]
    while r.symbol(","):
        found.append(_action(r, fields | {"at": r.at}))
    return tuple(found)


def _action(r: Reader, fields: Fields) -> Operation:
    """Read one action; one that is not understood is Unknown alone, from here to the next comma."""
    try:
        read = _ACTIONS.get(r.word) or refuse(r, "an action")
        r.step()
        found = read(r, fields)
        if r.next is not None and r.next.text != ",":
            refuse(r, "',' or the end")
    except NotUnderstood as error:
        while r.next is not None and r.next.text != ",":
            if not r.pair():
                r.step()
        return Unknown(reason=error.reason, at=error.at)
    return found


def _add(r: Reader, fields: Fields) -> Operation:
    if starts_constraint(r):
        return op.AddConstraint(constraint=constraint(r), **fields)
    r.accept("column")
    unless_there = if_not_exists(r)
    return op.AddColumn(column=column(r), if_not_exists=unless_there, **fields)


def _drop(r: Reader, fields: Fields) -> Operation:
    if r.accept("constraint"):
        missing_ok, found = if_exists(r), identifier(r)
        return op.DropConstraint(name=found, if_constraint_exists=missing_ok, cascade=cascade(r), **fields)
    r.accept("column")
    missing_ok, found = if_exists(r), identifier(r)
    return op.DropColumn(column=found, if_column_exists=missing_ok, cascade=cascade(r), **fields)


def _alter(r: Reader, fields: Fields) -> Operation:
    if r.accept("constraint"):
        return op.AlterConstraint(name=identifier(r), **constraint_change(r), **fields)
    r.accept("column")
    return alter_column(r, fields)


def _validate(r: Reader, fields: Fields) -> Operation:
    expect(r, "constraint")
    return op.ValidateConstraint(name=identifier(r), **fields)


def _set(r: Reader, fields: Fields) -> Operation:
    if r.is_symbol("("):
        return op.SetOptions(options=options(r), **fields)
    match expect_one_of(r, "without", "logged", "unlogged", "access", "tablespace"):
        case "without" if expect_one_of(r, "oids", "cluster") == "oids":
            return op.SetWithoutOids(**fields)
        case "without":
            return op.ClusterOn(index=None, **fields)
        case "logged":
            return op.SetPersistence(persistence=op.Persistence.PERMANENT, **fields)
        case "unlogged":
            return op.SetPersistence(persistence=op.Persistence.UNLOGGED, **fields)
        case "access":
            expect(r, "method")
            return op.SetAccessMethod(method=None if r.accept("default") else identifier(r), **fields)
        case _:
            return op.SetTablespace(tablespace=identifier(r), **fields)


def _reset(r: Reader, fields: Fields) -> Operation:
    return op.SetOptions(options=options(r), reset=True, **fields)


def _options(r: Reader, fields: Fields) -> Operation:
    return op.SetOptions(options=generic_options(r), **fields)


def _cluster(r: Reader, fields: Fields) -> Operation:
    expect(r, "on")
    return op.ClusterOn(index=identifier(r), **fields)


def _enable(r: Reader, fields: Fields) -> Operation:
    if r.accept("row", "level", "security"):
        return op.SetRowSecurity(action=op.RowSecurity.ENABLE, **fields)
    firing = _FIRING[r.one_of("always", "replica")]
    if expect_one_of(r, "trigger", "rule") == "rule":
        return op.SetRule(rule=identifier(r), firing=firing, **fields)
    if firing is not op.Firing.ENABLE:
        return op.SetTrigger(trigger=identifier(r), firing=firing, **fields)
    return _trigger(r, firing, fields)


_FIRING: Final = {"": op.Firing.ENABLE, "always": op.Firing.ALWAYS, "replica": op.Firing.REPLICA}


def _disable(r: Reader, fields: Fields) -> Operation:
    if r.accept("row", "level", "security"):
        return op.SetRowSecurity(action=op.RowSecurity.DISABLE, **fields)
    if expect_one_of(r, "trigger", "rule") == "rule":
        return op.SetRule(rule=identifier(r), firing=op.Firing.DISABLE, **fields)
    return _trigger(r, op.Firing.DISABLE, fields)


def _trigger(r: Reader, firing: op.Firing, fields: Fields) -> op.SetTrigger:
    which = r.one_of("all", "user")
    trigger = None if which else identifier(r)
    return op.SetTrigger(trigger=trigger, firing=firing, user_only=which == "user", **fields)


def _force(r: Reader, fields: Fields) -> Operation:
    expect(r, "row", "level", "security")
    return op.SetRowSecurity(action=op.RowSecurity.FORCE, **fields)


def _no(r: Reader, fields: Fields) -> Operation:
    if expect_one_of(r, "inherit", "force") == "inherit":
        return op.SetInheritance(parent=name(r), inherit=False, **fields)
    expect(r, "row", "level", "security")
    return op.SetRowSecurity(action=op.RowSecurity.NO_FORCE, **fields)


def _inherit(r: Reader, fields: Fields) -> Operation:
    return op.SetInheritance(parent=name(r), inherit=True, **fields)


def _of(r: Reader, fields: Fields) -> Operation:
    return op.SetOfType(type=name(r), **fields)


def _not(r: Reader, fields: Fields) -> Operation:
    expect(r, "of")
    return op.SetOfType(type=None, **fields)


def _owner(r: Reader, fields: Fields) -> Operation:
    expect(r, "to")
    return ChangeOwner(role=role(r), **of_object(fields))


def _replica(r: Reader, fields: Fields) -> Operation:
    expect(r, "identity")
    found = expect_one_of(r, "default", "full", "nothing", "using")
    if found != "using":
        return op.SetReplicaIdentity(identity=found, **fields)
    expect(r, "index")
    return op.SetReplicaIdentity(identity="index", index=identifier(r), **fields)


_ACTIONS: Final[dict[str, Callable[[Reader, Fields], Operation]]] = {
    "add": _add,
    "alter": _alter,
    "cluster": _cluster,
    "disable": _disable,
    "drop": _drop,
    "enable": _enable,
    "force": _force,
    "inherit": _inherit,
    "no": _no,
    "not": _not,
    "of": _of,
    "options": _options,
    "owner": _owner,
    "replica": _replica,
    "reset": _reset,
    "set": _set,
    "validate": _validate,
}
