"""Objects that move to another schema."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, prepared_fail, renaming, view_in_place
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import READABLE, RELATIONS
from sqlmig.lint.names import loses_name
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import SetSchema


@rule(SetSchema)
def set_schema(operation: SetSchema, context: Context) -> Iterator[Flag]:
    """ALTER ... SET SCHEMA of something that was there before this migration.

    Effect: code that names it with its old schema, or without one and without the new schema in its search_path, fails
    from that moment on; code that knows the new place fails before it.

    Instead: put the new schema into the code's search_path first; or leave a view at the old place, in the same
    transaction. With `-- sqlmig: phase contract` it is an info.

    Unless: it is made by the same migration, or something else has its old name in the end. A down file may move it
    back.
    """
    if not loses_name(operation, context):
        return
    name, schema = context.shown(operation.name), quote_ident(operation.schema)
    new = f"{schema}.{quote_ident(operation.name.name)}"
    instead, sql = "Put the new schema into the search_path of that code first.", ""
    if operation.kind in READABLE:
        instead = "Leave a view at the old place until no code uses it:"
        moved = f"ALTER {operation.kind.value.upper()} {name} SET SCHEMA {schema};"
        sql = f"{moved}\n{view_in_place(context, name, new)}"
    old, new = _places(operation, name, new)
    yield renaming(
        context,
        old,
        new,
        instead,
        sql,
        where=everywhere(context, operation.name) if operation.kind in RELATIONS else everywhere(context),
        then=prepared_fail(old) if operation.kind in READABLE else "",
    )


def _places(operation: SetSchema, name: str, new: str) -> tuple[str, str]:
    match operation.kind:
        case Kind.EXTENSION:
            return f"what is in extension {name} by its old schema", f"it by schema {quote_ident(operation.schema)}"
        case kind if kind in READABLE:
            return f"{name} at its old place", new
        case kind:
            return f"{kind.value} {name} at its old place", new
