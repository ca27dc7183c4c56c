"""Values of the vocabulary as text: to compare them, and to name them in a sentence."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

from sqlmig.sql.definitions import Expression, TypeName
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record


def type_text(type_name: TypeName) -> str:
    """A type as people write it: `varchar(20)`, `text[]`, `shop.status`."""
    if type_name.schema in (None, "pg_catalog"):
        name = _SPELLED.get(type_name.name, type_name.name)
    else:
        name = f"{quote_ident(type_name.schema)}.{quote_ident(type_name.name)}"
    modifiers = f"({', '.join(type_name.modifiers)})" if type_name.modifiers else ""
    return ("SETOF " if type_name.set_of else "") + name + modifiers + "[]" * type_name.dimensions


_SPELLED: Final = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "char",
}
"""Types that people call otherwise than pg_type does."""


def text_of(value: Any) -> str:
    """A value as text that is the same for values that say the same; where they stand in a file does not count."""
    match value:
        case None:
            return ""
        case Expression():
            return " ".join(token.word or token.text for token in value.tokens)
        case TypeName():
            return type_text(value)
        case Name() | str() | int():
            return str(value)
        case Enum():
            return str(value.value)
        case tuple() | list():
            return f"({', '.join(map(text_of, value))})"
        case Record():
            fields = (f"{field}={text_of(getattr(value, field))}" for field in value.field_names())
            return f"{type(value).__name__}({', '.join(fields)})"
        case _:
            raise TypeError(f"no text for {type(value).__name__}")
