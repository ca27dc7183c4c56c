"""Publications and subscriptions: what stands behind CREATE and ALTER."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.parse.expressions import parenthesised
from sqlmig.sql.parse.pieces import (
    column_list,
    expect,
    expect_one_of,
    identifier,
    identifiers,
    options,
    refuse,
    string,
)
from sqlmig.sql.parse.subjects import plain_name
from sqlmig.sql.parse.targets import target
from sqlmig.sql.reader import Name, Reader


def _publication(r: Reader) -> Name:
    found = plain_name(r)
    if r.accept("for") and not r.accept("all", "tables"):
        _published(r)
    _definition(r)
    return found


def _subscription(r: Reader) -> Name:
    found = plain_name(r)
    expect(r, "connection")
    string(r)
    expect(r, "publication")
    identifiers(r)
    _definition(r)
    return found


CREATED: Final[dict[Kind, Callable[[Reader], Name]]] = {
    Kind.PUBLICATION: _publication,
    Kind.SUBSCRIPTION: _subscription,
}
"""What reads the rest of CREATE, from the name on: the name."""


def _altered_publication(r: Reader) -> str:
    action = expect_one_of(r, "add", "set", "drop")
    if action == "set" and r.is_symbol("("):
        options(r)
        return action
    return f"{action} {_published(r)}"


def _altered_subscription(r: Reader) -> str:
    action = expect_one_of(r, "add", "set", "drop", "refresh", "connection", "enable", "disable", "skip")
    if action == "skip" or (action == "set" and r.is_symbol("(")):
        options(r)
    elif action == "connection":
        string(r)
    elif action not in ("enable", "disable"):
        expect(r, "publication")
        if action != "refresh":
            identifiers(r)
        _definition(r)
        return f"{action} publication"
    return action


ALTERED: Final[dict[Kind, Callable[[Reader], str]]] = {
    Kind.PUBLICATION: _altered_publication,
    Kind.SUBSCRIPTION: _altered_subscription,
}
"""What reads the rest of ALTER, behind the name: the action."""


def _published(r: Reader) -> str:
    """Read `TABLE a, b, TABLES IN SCHEMA c` (pub_obj_list): the words in front of the first."""
    first = what = ""
    while True:
        if r.accept("tables", "in", "schema"):
            what = "tables in schema"
        elif r.accept("table"):
            what = "table"
        elif not what:
            refuse(r, "TABLE or TABLES IN SCHEMA")
        first = first or what
        if what == "table":
            _published_table(r)
        elif not r.accept("current_schema"):
            identifier(r)
        if not r.symbol(","):
            return first


def _published_table(r: Reader) -> None:
    target(r)
    if r.is_symbol("("):
        column_list(r)
    if r.accept("where"):
        parenthesised(r)


def _definition(r: Reader) -> None:
    if r.accept("with"):
        options(r)
