"""Columns of type json."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.additions import added_columns
from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident


@file_rule(severity=Severity.WARNING)
def prefer_jsonb(file: FileContext) -> Iterator[Flag]:
    """A new column of type json.

    Effect: json is stored as text. It has no `=`, so that DISTINCT, GROUP BY and UNION over the column fail, it cannot
    be indexed by GIN, and it is parsed again by each query. A later change to jsonb writes the table anew.

    Instead: jsonb.

    Unless: the text itself counts, with its white space, the order of its keys and the keys that it has twice.
    """
    for added in added_columns(file):
        kind = added.column.type
        if kind is not None and kind.name == "json" and kind.schema in (None, "pg_catalog"):
            yield Flag(
                f"json has no equality: DISTINCT, GROUP BY and UNION over {added.words} fail, and GIN cannot index it.",
                "Make it jsonb:",
                f"{quote_ident(added.column.name)} jsonb{'[]' * kind.dimensions}",
                at=added.written.at,
            )
