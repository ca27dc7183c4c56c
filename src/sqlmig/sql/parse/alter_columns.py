"""The actions of ALTER TABLE ... ALTER COLUMN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlmig.sql.operations import tables as op
from sqlmig.sql.parse.columns import identity_kind, storage_name
from sqlmig.sql.parse.expressions import expression, parenthesised
from sqlmig.sql.parse.pieces import (
    expect,
    expect_one_of,
    expect_symbol,
    generic_options,
    identifier,
    if_exists,
    integer,
    name,
    options,
    refuse,
)
from sqlmig.sql.parse.sequences import sequence_option, sequence_options
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind

Fields = dict[str, Any]


def alter_column(r: Reader, fields: Fields) -> op.AlterTable:
    """Read one action of ALTER COLUMN, from the column's name on."""
    if r.next is not None and r.next.kind is Kind.NUMBER:
        fields = fields | {"column": str(integer(r))}
        expect(r, "set", "statistics")
        return _set_statistics(r, fields)
    fields = fields | {"column": identifier(r)}
    match expect_one_of(r, "set", "drop", "type", "add", "reset", "options", "restart"):
        case "set":
            return _set(r, fields)
        case "drop":
            return _drop(r, fields)
        case "type":
            return _type(r, fields)
        case "add":
            return _add_identity(r, fields)
        case "reset":
            return op.SetColumnOptions(options=options(r), reset=True, **fields)
        case "options":
            return op.SetColumnOptions(options=generic_options(r), **fields)
        case _:
            return _set_identity(r, fields)


def _set(r: Reader, fields: Fields) -> op.AlterTable:
    if r.is_symbol("("):
        return op.SetColumnOptions(options=options(r), **fields)
    read = _SETTINGS.get(r.word)
    if read is None:
        return _set_identity(r, fields)
    r.step()
    return read(r, fields)


def _set_default(r: Reader, fields: Fields) -> op.AlterTable:
    return op.SetDefault(default=expression(r), **fields)


def _set_not_null(r: Reader, fields: Fields) -> op.AlterTable:
    expect(r, "null")
    return op.SetNotNull(**fields)


def _set_data_type(r: Reader, fields: Fields) -> op.AlterTable:
    expect(r, "type")
    return _type(r, fields)


def _set_expression(r: Reader, fields: Fields) -> op.AlterTable:
    expect(r, "as")
    return op.SetExpression(expression=parenthesised(r), **fields)


def _set_statistics(r: Reader, fields: Fields) -> op.AlterTable:
    return op.SetStatistics(target=None if r.accept("default") else integer(r), **fields)


def _set_storage(r: Reader, fields: Fields) -> op.AlterTable:
    return op.SetStorage(storage=storage_name(r), **fields)


def _set_compression(r: Reader, fields: Fields) -> op.AlterTable:
    return op.SetCompression(compression=storage_name(r), **fields)


_SETTINGS: Final[dict[str, Callable[[Reader, Fields], op.AlterTable]]] = {
    "default": _set_default,
    "not": _set_not_null,
    "data": _set_data_type,
    "expression": _set_expression,
    "statistics": _set_statistics,
    "storage": _set_storage,
    "compression": _set_compression,
}


def _drop(r: Reader, fields: Fields) -> op.AlterTable:
    match expect_one_of(r, "default", "not", "expression", "identity"):
        case "default":
            return op.DropDefault(**fields)
        case "not":
            expect(r, "null")
            return op.DropNotNull(**fields)
        case "expression":
            return op.DropExpression(if_expression_exists=if_exists(r), **fields)
        case _:
            return op.DropIdentity(if_identity_exists=if_exists(r), **fields)


def _type(r: Reader, fields: Fields) -> op.AlterTable:
    new = type_name(r)
    collation = name(r) if r.accept("collate") else None
    using = expression(r) if r.accept("using") else None
    return op.AlterColumnType(type=new, collation=collation, using=using, **fields)


def _add_identity(r: Reader, fields: Fields) -> op.AlterTable:
    expect(r, "generated")
    kind = identity_kind(r)
    expect(r, "as", "identity")
    if r.symbol("("):
        sequence_options(r)
        expect_symbol(r, ")")
    return op.AddIdentity(identity=kind, **fields)


def _set_identity(r: Reader, fields: Fields) -> op.AlterTable:
    """Read what changes an identity's sequence; the first SET or RESTART is read already."""
    said: Fields = {"identity": None, "restart": False}
    r.back(r.index - (r.last.word == "restart"))
    while True:
        if r.last.word == "set" and r.accept("generated"):
            said["identity"] = identity_kind(r)
        elif r.last.word == "set" and r.word in ("as", "owned", "restart"):
            refuse(r, "another option of the identity")
        elif (found := sequence_option(r)) is None:
            refuse(r, "an option of the identity")
        elif found:
            said["restart"] = True
        if r.word != "restart" and not r.accept("set"):
            return op.SetIdentity(**said, **fields)
