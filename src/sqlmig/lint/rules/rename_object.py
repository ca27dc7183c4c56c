"""New names for types, functions, sequences, schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlmig.lint.breaking import everywhere, prepared_fail, renaming
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import ROUTINES, TYPES, find
from sqlmig.lint.names import loses_name
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.schema.objects import Sequence

_GLOBAL: Final = (Kind.SCHEMA, Kind.DATABASE, Kind.ROLE)
_KINDS: Final = (*ROUTINES, *TYPES, *_GLOBAL, Kind.COLUMN, Kind.SEQUENCE)


@rule(Rename)
def rename_object(operation: Rename, context: Context) -> Iterator[Flag]:
    """RENAME TO of a type, a domain, an attribute, a function or procedure, a sequence, a schema, a database or a role.

    Effect: code that knows the old name fails from that moment on, code that knows the new one fails before it. Bodies
    of functions are such code.

    Instead: keep the name; or make a second object by the new name, move what uses the old one, and drop that in a
    migration that says `-- sqlmig: phase contract`. There a rename is an info.

    Unless: the object is made by the same migration, or another one has its old name in the end. A down file may give
    the old name back.
    """
    if operation.kind not in _KINDS or not loses_name(operation, context):
        return
    found = find(operation.kind, operation.name, context.before)
    inside = "" if operation.table is None else f"{context.shown(operation.table)}."
    old = f"{_word(operation.kind)} {inside}{operation.name}"
    runs_here = operation.kind is Kind.SCHEMA and operation.name.name == context.file.schema
    flag = renaming(
        context,
        old + (", as sqlmig itself does," if runs_here else ""),
        f"{inside}{quote_ident(operation.new)}",
        "Keep the name; or make a second one by the new name, move what uses the old one, and drop that in a migration"
        " with `-- sqlmig: phase contract`.",
        where=everywhere(context) if operation.kind not in _GLOBAL else "",
        then=prepared_fail(old) if operation.kind in (*ROUTINES, Kind.SCHEMA) else "",
    )
    # Few name the sequence behind a column.
    owned = isinstance(found, Sequence) and found.owned_by is not None
    yield replace(flag, severity=Severity.WARNING) if owned and flag.severity is None else flag


def _word(kind: Kind) -> str:
    return "attribute" if kind is Kind.COLUMN else kind.value
