"""More privileges than somebody needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.granted import granted, privileges
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant
from sqlmig.sql.operations.base import Kind

_ALL: Final = {
    Kind.TABLE: ("TRUNCATE, which row level security does not stop, and TRIGGER", "SELECT, INSERT, UPDATE, DELETE"),
    Kind.SEQUENCE: ("UPDATE, which lets it set the sequence back", "USAGE, SELECT"),
    Kind.SCHEMA: ("CREATE, which lets it put functions in front of others' functions", "USAGE"),
    Kind.DATABASE: ("CREATE, which lets it make schemas", "CONNECT"),
}
"""For kinds of objects with more than one privilege: what ALL brings besides what code needs, and what it needs."""


@rule(Grant, severity=Severity.WARNING)
def grant_broad(operation: Grant, context: Context) -> Iterator[Flag]:
    """GRANT ALL, GRANT ... TO PUBLIC, GRANT ... WITH GRANT OPTION.

    Effect: ALL brings what code does not need: TRUNCATE, which row level security does not stop, on tables; CREATE on
    schemas. PUBLIC is every role of the server, those to come included. With the grant option a role passes its
    privileges on, and REVOKE then takes CASCADE.

    Instead: name the privileges and the role, and let the owner be the one who grants.

    Unless: there is only one privilege on such an object, so that ALL is that one.
    """
    if operation.revoke or is_down(context.file):
        return
    objects = listed([name for name, _ in granted(operation, context)])
    names = listed([*map(quote_ident, operation.roles)])
    if PUBLIC in operation.roles:
        yield Flag(
            f"Every role there is, and every role to come, gets {privileges(operation)} on {objects}.",
            "Name the role that needs it:",
            context.rewritten("TO PUBLIC", "TO <the role>"),
        )
    if operation.kind in _ALL and any(privilege.name == "all" for privilege in operation.privileges):
        also, needed = _ALL[operation.kind]
        all_of_it = "ALL PRIVILEGES" if "privileges" in context.occurrence.statement.text.lower() else "ALL"
        yield Flag(
            f"{names} {'gets' if len(operation.roles) == 1 else 'get'} all privileges on {objects}, also {also}.",
            "Name those that it needs:",
            context.rewritten(f"GRANT {all_of_it}", f"GRANT {needed}"),
        )
    if operation.grant_option:
        yield Flag(
            f"{names} may grant {privileges(operation)} on {objects} to others; taking it back then takes CASCADE.",
            "Let the owner grant it to whoever needs it:",
            context.rewritten("WITH GRANT OPTION", "").replace(" ;", ";"),
        )
