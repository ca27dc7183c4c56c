"""Foreign data wrappers, servers, user mappings: what stands behind CREATE and ALTER; IMPORT FOREIGN SCHEMA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.session import ImportForeignSchema
from sqlmig.sql.parse.pieces import (
    expect,
    expect_one_of,
    generic_options,
    identifier,
    in_parentheses,
    name,
    string,
)
from sqlmig.sql.parse.subjects import plain_name, user_mapping
from sqlmig.sql.parse.targets import target
from sqlmig.sql.reader import Name, Reader


def _wrapper(r: Reader) -> Name:
    found = plain_name(r)
    _wrapper_functions(r)
    _options(r)
    return found


def _server(r: Reader) -> Name:
    found = plain_name(r)
    if r.accept("type"):
        string(r)
    _version(r)
    expect(r, "foreign", "data", "wrapper")
    identifier(r)
    _options(r)
    return found


def _user_mapping(r: Reader) -> None:
    user_mapping(r)
    _options(r)


CREATED: Final[dict[Kind, Callable[[Reader], Name | None]]] = {
    Kind.FOREIGN_DATA_WRAPPER: _wrapper,
    Kind.SERVER: _server,
    Kind.USER_MAPPING: _user_mapping,
}
"""What reads the rest of CREATE, from the name on: the name."""


def _altered_wrapper(r: Reader) -> str:
    if not (changed := _wrapper_functions(r)):
        return _altered_options(r)
    _options(r)
    return changed


def _altered_server(r: Reader) -> str:
    if not _version(r):
        return _altered_options(r)
    _options(r)
    return "version"


def _altered_options(r: Reader) -> str:
    expect(r, "options")
    generic_options(r)
    return "options"


ALTERED: Final[dict[Kind, Callable[[Reader], str]]] = {
    Kind.FOREIGN_DATA_WRAPPER: _altered_wrapper,
    Kind.SERVER: _altered_server,
    Kind.USER_MAPPING: _altered_options,
}
"""What reads the rest of ALTER, behind the name: the action."""


def _wrapper_functions(r: Reader) -> str:
    """Read HANDLER, VALIDATOR, NO HANDLER and NO VALIDATOR, if they are there: the words of the first."""
    first = ""
    while r.word in ("handler", "validator", "no"):
        absent = r.accept("no")
        what = expect_one_of(r, "handler", "validator")
        if not absent:
            name(r)
        first = first or (f"no {what}" if absent else what)
    return first


def _version(r: Reader) -> bool:
    if not r.accept("version"):
        return False
    if not r.accept("null"):
        string(r)
    return True


def _options(r: Reader) -> None:
    if r.accept("options"):
        generic_options(r)


def import_foreign_schema(r: Reader) -> tuple[Operation, ...]:
    """Read IMPORT FOREIGN SCHEMA."""
    at = r.at
    expect(r, "import", "foreign", "schema")
    schema = identifier(r)
    if r.accept("limit", "to") or r.accept("except"):
        in_parentheses(r, target)
    expect(r, "from", "server")
    server = identifier(r)
    expect(r, "into")
    into = identifier(r)
    _options(r)
    return (ImportForeignSchema(schema=schema, server=server, into=into, at=at),)
