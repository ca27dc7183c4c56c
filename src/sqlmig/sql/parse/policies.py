"""CREATE, ALTER and DROP of policies, triggers and rules."""

from __future__ import annotations

from typing import Any

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.operations.policies import (
    AlterPolicy,
    CreatePolicy,
    CreateRule,
    CreateTrigger,
    DropPolicy,
    DropTrigger,
)
from sqlmig.sql.operations.rows import Delete, Insert, Select, Update
from sqlmig.sql.parse.expressions import between, expression, parenthesised
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    identifiers,
    if_exists,
    is_string,
    label,
    name,
    refuse,
    roles,
    routine_name,
    string,
)
from sqlmig.sql.parse.rows import with_
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import Kind as TokenKind

Operations = tuple[Operation, ...]


# --- policies ---


def create_policy(r: Reader) -> Operations:
    """Read CREATE POLICY."""
    said: dict[str, Any] = {"at": r.at}
    expect(r, "create", "policy")
    policy, table = _on_table(r)
    if r.accept("as"):
        said["permissive"] = _permissive(r)
    if r.accept("for"):
        said["command"] = expect_one_of(r, "all", "select", "insert", "update", "delete")
    if r.accept("to"):
        said |= {"roles": roles(r), "roles_written": True}
    said |= _conditions(r)
    return (CreatePolicy(policy=policy, table=table, **said),)


def _permissive(r: Reader) -> bool:
    at, found = r.at, label(r)
    if found not in ("permissive", "restrictive"):
        raise NotUnderstood("expected PERMISSIVE or RESTRICTIVE", at)
    return found == "permissive"


def _conditions(r: Reader) -> dict[str, Expression]:
    said: dict[str, Expression] = {}
    if r.accept("using"):
        said["using"] = parenthesised(r)
    if r.accept("with", "check"):
        said["with_check"] = parenthesised(r)
    return said


def alter_policy(r: Reader) -> Operations:
    """Read ALTER POLICY, and its RENAME TO."""
    at = r.at
    expect(r, "alter", "policy")
    at_name = r.at
    missing_ok = if_exists(r)
    policy, table = _on_table(r)
    if missing_ok or r.word == "rename":
        expect(r, "rename", "to")
        old = Name(None, policy, at_name)
        return (Rename(kind=Kind.POLICY, name=old, new=identifier(r), table=table, if_exists=missing_ok, at=at),)
    given = roles(r) if r.accept("to") else None
    return (AlterPolicy(policy=policy, table=table, roles=given, at=at, **_conditions(r)),)


def drop_policy(r: Reader) -> Operations:
    """Read DROP POLICY."""
    at = r.at
    expect(r, "drop", "policy")
    missing_ok = if_exists(r)
    policy, table = _on_table(r)
    return (DropPolicy(policy=policy, table=table, if_exists=missing_ok, cascade=cascade(r), at=at),)


def _on_table(r: Reader) -> tuple[str, Name]:
    """Read `name ON table`."""
    found = identifier(r)
    expect(r, "on")
    return found, name(r)


# --- triggers ---


def create_trigger(r: Reader) -> Operations:
    """Read CREATE TRIGGER and CREATE CONSTRAINT TRIGGER."""
    said: dict[str, Any] = {"at": r.at}
    expect(r, "create")
    said["or_replace"] = r.accept("or", "replace")
    constraint = said["constraint"] = not said["or_replace"] and r.accept("constraint")
    expect(r, "trigger")
    said["trigger"] = identifier(r)
    said["timing"] = expect_one_of(r, "after") if constraint else _timing(r)
    said |= _events(r)
    expect(r, "on")
    said["table"] = name(r)
    if constraint:
        said |= _deferring(r)
        expect(r, "for", "each", "row")
        said["for_each_row"] = True
    else:
        _referencing(r)
        said["for_each_row"] = _for_each_row(r)
    if r.accept("when"):
        said["when"] = parenthesised(r)
    expect(r, "execute")
    expect_one_of(r, "function", "procedure")
    said["function"] = routine_name(r)
    _trigger_arguments(r)
    return (CreateTrigger(**said),)


def _timing(r: Reader) -> str:
    return "instead of" if r.accept("instead", "of") else expect_one_of(r, "before", "after")


def _events(r: Reader) -> dict[str, Any]:
    """Read `INSERT OR UPDATE OF a, b OR DELETE`."""
    events: list[str] = []
    columns: tuple[str, ...] = ()
    while not events or r.accept("or"):
        at = r.at
        event = expect_one_of(r, "insert", "update", "delete", "truncate")
        if event in events:
            raise NotUnderstood("a trigger's event is named once", at)
        events.append(event)
        if event == "update" and r.accept("of"):
            columns = identifiers(r)
    return {"events": tuple(events), "update_columns": columns}


def _deferring(r: Reader) -> dict[str, bool]:
    """Read what stands between the table of a constraint trigger and FOR EACH ROW."""
    if r.accept("from"):
        name(r)
    said: dict[str, bool] = {}
    while r.word in ("not", "deferrable", "initially"):
        if r.accept("initially"):
            said["initially_deferred"] = expect_one_of(r, "deferred", "immediate") == "deferred"
            said["deferrable"] = said["initially_deferred"] or said.get("deferrable", False)
        else:
            said["deferrable"] = not r.accept("not")
            expect(r, "deferrable")
    return said


def _referencing(r: Reader) -> None:
    if r.accept("referencing"):
        _transition_table(r)
        while r.word in ("new", "old"):
            _transition_table(r)


def _transition_table(r: Reader) -> None:
    expect_one_of(r, "new", "old")
    expect_one_of(r, "table", "row")
    r.accept("as")
    identifier(r)


def _for_each_row(r: Reader) -> bool:
    if not r.accept("for"):
        return False
    r.accept("each")
    return expect_one_of(r, "row", "statement") == "row"


def _trigger_arguments(r: Reader) -> None:
    expect_symbol(r, "(")
    while not r.symbol(")"):
        if is_string(r.next):
            string(r)
        elif r.next is not None and r.next.kind is TokenKind.NUMBER:
            r.step()
        else:
            label(r)
        if not r.is_symbol(")"):
            expect_symbol(r, ",")
            if r.is_symbol(")"):
                refuse(r, "an argument")


def drop_trigger(r: Reader) -> Operations:
    """Read DROP TRIGGER."""
    at = r.at
    expect(r, "drop", "trigger")
    missing_ok = if_exists(r)
    trigger, table = _on_table(r)
    return (DropTrigger(trigger=trigger, table=table, if_exists=missing_ok, cascade=cascade(r), at=at),)


# --- rules ---


def create_rule(r: Reader) -> Operations:
    """Read CREATE RULE."""
    at = r.at
    expect(r, "create")
    or_replace = r.accept("or", "replace")
    expect(r, "rule")
    rule = identifier(r)
    expect(r, "as", "on")
    event = expect_one_of(r, "select", "update", "delete", "insert")
    expect(r, "to")
    table = name(r)
    if r.accept("where"):
        expression(r)
    expect(r, "do")
    instead = r.one_of("instead", "also") == "instead"
    actions = None if r.accept("nothing") else _actions(r)
    return (
        CreateRule(rule=rule, table=table, event=event, instead=instead, or_replace=or_replace, actions=actions, at=at),
    )


def _actions(r: Reader) -> Expression | None:
    """Read one statement, or statements in parentheses with semicolons between them; None when there are none."""
    first = r.index
    if not r.pair() or r.next is not None:
        r.back(first)
        _rule_statement(r)
        return between(r, first, r.index)
    inside = r.part(first + 1, r.index - 1)
    while inside.next is not None:
        if not _semicolon(inside):
            _rule_statement(inside)
            if inside.next is not None and not _semicolon(inside):
                refuse(inside, "';'")
    return between(r, first + 1, r.index - 1) if inside.index else None


def _semicolon(r: Reader) -> bool:
    return r.next is not None and r.next.kind is TokenKind.SEMICOLON and r.step() is not None


def _rule_statement(r: Reader) -> None:
    at = r.at
    if r.accept("notify"):
        identifier(r)
        if r.symbol(","):
            string(r)
    elif not isinstance(with_(r)[-1], Select | Insert | Update | Delete):
        raise NotUnderstood("a rule cannot do this", at)
