"""What GRANT and REVOKE are about, in words."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import listed
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import find
from sqlmig.sql.definitions import PUBLIC
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant, GrantRole, Privilege
from sqlmig.sql.operations.base import Kind


def granted(operation: Grant, context: Context) -> Iterator[tuple[str, object | None]]:
    """The objects of a GRANT: what to call each, and what the schema has of it, None when that is nothing."""
    for schema in operation.all_in_schemas:
        yield f"every {operation.kind.value} in schema {quote_ident(schema)}", None
    for name in operation.objects:
        prefix = "" if operation.kind is Kind.TABLE else f"{operation.kind.value} "
        yield (
            f"{prefix}{context.shown(name) if name.schema else quote_ident(name.name)}",
            find(operation.kind, name, context.before),
        )


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
    return listed(["any role" if role == PUBLIC else quote_ident(role) for role in operation.roles])
