"""The place of new values in enums."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_own
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_literal
from sqlmig.sql.operations.types import AddEnumValue
from sqlmig.sql.schema.objects import EnumType


@rule(AddEnumValue, severity=Severity.INFO, pack=Pack.STRICT)
def enum_add_unordered(operation: AddEnumValue, context: Context) -> Iterator[Flag]:
    """ALTER TYPE ... ADD VALUE with neither BEFORE nor AFTER.

    Effect: the value comes last: ORDER BY and comparisons with < and > put it behind all others, and that cannot be
    changed later.

    Instead: write BEFORE or AFTER an existing value, even where the end is the right place.

    Unless: the enum is made by the same migration.
    """
    enum = context.before.type(operation.type)
    if operation.before is not None or operation.after is not None:
        return
    if isinstance(enum, EnumType) and is_own(enum.made_by, context.file):
        return
    labels = enum.labels if isinstance(enum, EnumType) else None
    last = quote_literal(labels[-1]) if labels else "<the value before it>"
    value = quote_literal(operation.value)
    yield Flag(
        f"{value} sorts behind every other value of {context.shown(operation.type)}, and that cannot be changed later.",
        "Say where it belongs:",
        f"ALTER TYPE {context.shown(operation.type)} ADD VALUE {value} AFTER {last};",
    )
