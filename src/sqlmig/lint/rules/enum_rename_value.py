"""New names for the values of enums."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_down, is_spared, renaming
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_literal
from sqlmig.sql.operations.types import RenameEnumValue


@rule(RenameEnumValue)
def enum_rename_value(operation: RenameEnumValue, context: Context) -> Iterator[Flag]:
    """ALTER TYPE ... RENAME VALUE of an enum that was there before this migration.

    Effect: every row shows the new label at once. Code that writes or compares the old one fails from that moment on;
    code that knows the new one fails before it. Bodies of functions are such code.

    Instead: add the new value, deploy code that reads both and writes the new one, and change the rows. A value cannot
    be dropped; one that nobody uses does no harm. With `-- sqlmig: phase contract` it is an info.

    Unless: the type is made by the same migration. A down file may give the old label back.
    """
    if is_down(context.file) or is_spared(context.before.type(operation.type), context):
        return
    old, new = quote_literal(operation.value), quote_literal(operation.new)
    name = context.shown(operation.type)
    yield renaming(
        context,
        f"{old} of enum {name}",
        new,
        "Add the new value, deploy code that knows both, then change the rows:",
        f"ALTER TYPE {name} ADD VALUE {new} AFTER {old};",
        where=everywhere(context, operation.type),
        then=f"Rows that had {old} show {new} from then on.",
    )
