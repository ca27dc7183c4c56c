"""Extensions among the project's own objects."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import CreateExtension

_FIXED = frozenset(
    {"citus", "pg_cron", "pg_tle", "pglogical", "pgmq", "plperl", "plperlu", "plpgsql", "plpython3u", "pltcl", "pltclu"}
    | {"postgis_tiger_geocoder", "postgis_topology"}
)
"""Those that choose their schema themselves."""


@rule(CreateExtension, severity=Severity.WARNING, pack=Pack.STRICT)
def extension_in_public(operation: CreateExtension, context: Context) -> Iterator[Flag]:
    """CREATE EXTENSION without a schema, or into `public`.

    Effect: without one its functions and types go into whatever schema comes first in search_path; in `public` they
    stand beside what others put there.

    Instead: a schema for extensions, which the project has in its `search_path`.

    Unless: the extension is there already, or chooses its schema itself.
    """
    known = context.before.extension(operation.extension) is not None
    if known or operation.extension in _FIXED or operation.schema not in (None, "public"):
        return
    extension = quote_ident(operation.extension)
    exists = " IF NOT EXISTS" if operation.if_not_exists else ""
    yield Flag(
        f"The functions and types of {extension} go into public, beside what others put there."
        if operation.schema is not None
        else f"The functions and types of {extension} go into whatever schema comes first in search_path.",
        "Give it a schema for extensions:",
        f"CREATE SCHEMA IF NOT EXISTS extensions;\nCREATE EXTENSION{exists} {extension} WITH SCHEMA extensions;",
    )
