"""What GRANT and REVOKE are about, in words."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import find
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant, GrantRole, Privilege
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.schema.objects import Routine, Sequence, View
from sqlmig.sql.schema.tables import Table


def granted(operation: Grant, context: Context) -> Iterator[tuple[str, object | None]]:
    """The objects of a GRANT: what to call each, and what the schema has of it, None when that is nothing.

    Of all objects in a schema it is one that was there before this migration, if any was.
    """
    for schema in operation.all_in_schemas:
        yield f"every {operation.kind.value} in schema {quote_ident(schema)}", _all_in(schema, operation.kind, context)
    for name in operation.objects:
        prefix = "" if operation.kind is Kind.TABLE else f"{operation.kind.value} "
        yield (
            f"{prefix}{context.shown(name) if name.schema else quote_ident(name.name)}",
            find(operation.kind, name, context.before),
        )


def _all_in(schema: str, kind: Kind, context: Context) -> object | None:
    state = context.before
    found: list[Table | View | Sequence | Routine]
    if kind is Kind.TABLE:
        found = [*state.tables.values(), *state.views.values()]
    elif kind is Kind.SEQUENCE:
        found = [*state.sequences.values()]
    else:
        found = [one for overloads in state.routines.values() for one in overloads]
    inside = [one for one in found if one.name.schema == schema]
    return next((one for one in inside if not is_spared(one, context)), inside[0] if inside else None)


def privileges(operation: Grant) -> str:
    """`SELECT, UPDATE (owner_id)`, or `all privileges`."""
    return ", ".join(map(_privilege, operation.privileges))


def _privilege(privilege: Privilege) -> str:
    if privilege.name == "all":
        return "all privileges"
    columns = f" ({', '.join(map(quote_ident, privilege.columns))})" if privilege.columns else ""
    return f"{privilege.name.upper()}{columns}"


def roles(operation: Grant | GrantRole) -> str:
    """`app and reporting`; PUBLIC is everybody."""
    return listed(
        ["any role without a grant of its own" if role == PUBLIC else quote_ident(role) for role in operation.roles]
    )
