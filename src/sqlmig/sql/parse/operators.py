"""Operators, operator classes and families: what stands behind CREATE and ALTER."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.parse.arguments import signature
from sqlmig.sql.parse.pieces import (
    comma_list,
    expect,
    expect_one_of,
    identifier,
    in_parentheses,
    integer,
    name,
    options,
)
from sqlmig.sql.parse.subjects import operator_class, operator_name, operator_signature
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Name, Reader


def _operator(r: Reader) -> Name:
    found = operator_name(r)
    options(r)
    return found


def _class(r: Reader) -> Name:
    found = name(r)
    r.accept("default")
    expect(r, "for", "type")
    type_name(r)
    expect(r, "using")
    identifier(r)
    if r.accept("family"):
        name(r)
    expect(r, "as")
    comma_list(r, _item)
    return found


CREATED: Final[dict[Kind, Callable[[Reader], Name]]] = {
    Kind.OPERATOR: _operator,
    Kind.OPERATOR_CLASS: _class,
    Kind.OPERATOR_FAMILY: operator_class,
}
"""What reads the rest of CREATE, from the name on: the name."""


def _altered_operator(r: Reader) -> str:
    expect(r, "set")
    options(r)
    return "set"


def _altered_family(r: Reader) -> str:
    action = expect_one_of(r, "add", "drop")
    comma_list(r, _item if action == "add" else _dropped_item)
    return action


ALTERED: Final[dict[Kind, Callable[[Reader], str]]] = {
    Kind.OPERATOR: _altered_operator,
    Kind.OPERATOR_FAMILY: _altered_family,
}
"""What reads the rest of ALTER, behind the name: the action."""


def _item(r: Reader) -> None:
    """Read an operator, a function or a type of an operator class (opclass_item)."""
    match expect_one_of(r, "operator", "function", "storage"):
        case "storage":
            type_name(r)
        case "function":
            integer(r)
            if r.is_symbol("("):
                in_parentheses(r, type_name)
            signature(r)
        case _:
            integer(r)
            _item_operator(r)
            if r.accept("for") and not r.accept("search"):
                expect(r, "order", "by")
                name(r)


def _item_operator(r: Reader) -> None:
    first = r.index
    operator_name(r)
    if r.is_symbol("("):
        r.back(first)
        operator_signature(r)


def _dropped_item(r: Reader) -> None:
    expect_one_of(r, "operator", "function")
    integer(r)
    in_parentheses(r, type_name)
