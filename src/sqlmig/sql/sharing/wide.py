"""What there is once per database or server, and so has no schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlmig.sql.expressions.names import qualified_names
from sqlmig.sql.identifiers import fold, quote_ident
from sqlmig.sql.operations.access import (
    AlterDatabaseSetting,
    AlterDefaultPrivileges,
    AlterRole,
    AlterRoleSetting,
    AlterSystem,
    CreateExtension,
    CreateRole,
    CreateSchema,
    DropOwned,
    DropSchema,
    Grant,
    GrantRole,
    ReassignOwned,
)
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import Reindex
from sqlmig.sql.operations.objects import (
    AlterObject,
    ChangeOwner,
    CommentOn,
    CreateObject,
    DropObject,
    Rename,
    SecurityLabel,
)
from sqlmig.sql.operations.session import Analyze, Cluster, Vacuum
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import Statement
from sqlmig.sql.tokens import Kind as TokenKind

WITHOUT_SCHEMA: Final = frozenset(
    {
        *(Kind.ACCESS_METHOD, Kind.DATABASE, Kind.EVENT_TRIGGER, Kind.EXTENSION, Kind.FOREIGN_DATA_WRAPPER),
        *(Kind.LANGUAGE, Kind.PARAMETER, Kind.PUBLICATION, Kind.ROLE, Kind.SCHEMA, Kind.SERVER, Kind.SUBSCRIPTION),
        *(Kind.TABLESPACE, Kind.TRANSFORM, Kind.USER_MAPPING),
    }
)
"""The kinds of objects that no schema holds; schemas themselves among them."""

_Generic = CreateObject | AlterObject | DropObject | Rename | ChangeOwner | CommentOn | SecurityLabel


def wide(operation: Operation, statement: Statement, home: str) -> Iterator[str]:
    """What an operation changes of the whole database or server.

    An object that has the tenant's schema in its name is the tenant's own: `role_tenant_a` of tenant_a.
    """
    match operation:
        case CreateRole(role=name) | AlterRole(role=name):
            yield from _shared(Kind.ROLE, (name,), home)
        case CreateExtension(extension=name):
            yield from _shared(Kind.EXTENSION, (name,), home)
        case CreateSchema(schema=name) | DropSchema(schema=name):
            yield from _shared(Kind.SCHEMA, (name,), home)
        case AlterRoleSetting(role=role):
            yield from ("all roles",) if role is None else _shared(Kind.ROLE, (role,), home)
        case AlterDatabaseSetting(database=name):
            yield named(Kind.DATABASE, name)
        case AlterSystem():
            yield "configuration of the server"
        case DropOwned(roles=roles) | ReassignOwned(roles=roles):
            verb = "DROP" if isinstance(operation, DropOwned) else "REASSIGN"
            yield from (f"{verb} OWNED BY {quote_ident(role)}" for role in roles if not _carries(role, home))
        case Vacuum(tables=()) | Analyze(tables=()) | Cluster(table=None) | Reindex(kind=Kind.DATABASE):
            yield f"{type(operation).__name__.upper()} of the whole database"
        case Reindex(kind=Kind.SCHEMA, name=Name(name=name)) if name != home:
            yield f"REINDEX of {named(Kind.SCHEMA, name)}"
        case Grant() | GrantRole() | AlterDefaultPrivileges():
            yield from _privileges(operation, home)
        case CreateObject() | AlterObject() | DropObject() | Rename() | ChangeOwner() | CommentOn() | SecurityLabel():
            yield from _object(operation, statement, home)


def named(kind: Kind, name: str) -> str:
    """A kind and a name: "schema core"."""
    return f"{kind.value} {quote_ident(name)}"


def _privileges(operation: Grant | GrantRole | AlterDefaultPrivileges, home: str) -> Iterator[str]:
    match operation:
        case AlterDefaultPrivileges(schemas=()):
            yield "default privileges in all schemas"
        case AlterDefaultPrivileges(schemas=schemas):
            others = [schema for schema in schemas if schema != home]
            yield from (f"default privileges in {named(Kind.SCHEMA, schema)}" for schema in others)
        case GrantRole(granted=roles, revoke=revoke):
            verb = "REVOKE" if revoke else "GRANT"
            yield from (f"{verb} of {what}" for what in _shared(Kind.ROLE, roles, home))
        case Grant(kind=kind, objects=objects, revoke=revoke) if kind in WITHOUT_SCHEMA:
            verb = "REVOKE" if revoke else "GRANT"
            yield from (f"{verb} on {what}" for what in _shared(kind, [name.name for name in objects], home))


def _object(operation: _Generic, statement: Statement, home: str) -> Iterator[str]:
    kind, name = operation.kind, operation.name
    if kind is Kind.COLLATION and isinstance(operation, CreateObject):
        # Measured: whichever schema it is made in, SHARE ROW EXCLUSIVE to the end of the transaction.
        yield "CREATE COLLATION, which locks pg_collation"
    if kind in (Kind.CAST, Kind.PUBLICATION):
        # The operation does not have its types, or its tables.
        others = {str(found) for found in qualified_names(statement.tokens) if found.schema not in (home, None)}
        yield from (f"{kind.value} of {other}" for other in sorted(others))
    if kind not in WITHOUT_SCHEMA:
        return
    verb = {CommentOn: "COMMENT ON ", SecurityLabel: "SECURITY LABEL ON "}.get(type(operation), "")
    if name is not None:
        yield from (verb + what for what in _shared(kind, (name.name,), home))
    else:
        words = (token for token in statement.tokens if token.kind in (TokenKind.WORD, TokenKind.IDENTIFIER))
        if not any(_carries(fold(word), home) for word in words):
            yield verb + kind.value


def _shared(kind: Kind, names: Iterable[str], home: str) -> Iterator[str]:
    return (named(kind, name) for name in names if not _carries(name, home))


def _carries(name: str, home: str) -> bool:
    """Whether a name has the tenant's schema in it as a part: `app_tenant_1` that of tenant_1, `tenant_10` not."""
    return re.search(rf"(?<![a-z0-9]){re.escape(home)}(?![a-z0-9])", name) is not None
