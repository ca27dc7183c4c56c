"""Names in a shared track that nothing is known by."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.unqualified import bare_names
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Operation


@rule(Operation, severity=Severity.WARNING)
def unqualified_in_shared(operation: Operation, context: Context) -> Iterator[Flag]:
    """In a migration of a shared track, a table without a schema that is known neither in the track's own schema nor in
    those of `search_path`.

    Effect: a shared track runs with a search_path of its own schema and of those. A name that is in none of them is
    not found, or found in a schema where an extension or a hand has put something of that name.

    Instead: write the schema in front of it.

    Unless: the migration makes it, or asks IF EXISTS, or the name is one of PostgreSQL's own. That every name in a
    shared track has its schema is what require-schema-qualified is about.
    """
    for name in bare_names(operation, context):
        if context.before.relation(name) is not None or context.before.type(name) is not None:
            continue
        if getattr(operation, "if_exists", False):
            continue
        elsewhere = sorted(str(other) for other in context.before.relations if other.name == name.name)
        path = " or ".join([context.file.schema, *context.settings.search_path])
        if elsewhere:
            message = (
                f"There is no {quote_ident(name.name)} in {path}, where this track looks for it, but {elsewhere[0]}."
            )
            yield Flag(message, "Write the schema in front of it:", elsewhere[0], at=name.at)
        else:
            yield Flag(
                f"No migration has made {quote_ident(name.name)} in {path}, where this track looks for it: whether it"
                " is found, and in which schema, is not known here.",
                "Write in front of it the schema that it is in.",
                at=name.at,
            )
