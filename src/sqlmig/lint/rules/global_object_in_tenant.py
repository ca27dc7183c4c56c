"""What there is once per server or database, made once per tenant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.lint.written import is_literal
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import fold, quote_ident
from sqlmig.sql.operations.access import AlterRole, CreateExtension, CreateRole
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, CreateObject, DropObject, Rename
from sqlmig.sql.tokens import Kind as TokenKind


@rule(CreateRole, AlterRole, CreateExtension, CreateObject, AlterObject, DropObject, Rename)
def global_object_in_tenant(operation: Operation, context: Context) -> Iterator[Flag]:
    """In a migration of a tenant track, CREATE, ALTER or DROP of what no tenant has for itself: a role, a database, a
    tablespace, an extension, a language, a cast, a foreign data wrapper or server, a publication or subscription, an
    event trigger, an access method.

    Effect: the first tenant's run does it for all, and every other one fails because it is done; what checks first runs
    once per tenant for nothing, and two runs at once may still fail. Most of it takes rights that tenants' migrations
    should not have.

    Instead: put it into a migration of a shared track, which runs once, and write `requires` into this one.

    Unless: its name comes from an expression of the template, so that each tenant has one of its own; or it is a cast
    of a type in the tenant's schema. ALTER SYSTEM,
    ALTER DATABASE and ALTER ROLE ... SET are what alter-global-config is about.
    """
    about = _about(operation)
    if context.file.scope is not Scope.TENANT or about is None:
        return
    kind, name = about
    if not _is_written(name, context) or (kind in _OF_TYPES and _has_own_type(context)):
        return
    what = f"{_KINDS[kind]}{f' {quote_ident(name)}' if name is not None else ''}"
    owner = "the whole server" if kind in _OF_THE_SERVER else "the whole database"
    tenants = context.settings.lint.tenants
    yield Flag(
        f"{what} belongs to {owner}, and this runs {tenants} times, once per tenant: {_harm(operation)}.",
        "Move it to a migration of a shared track, and require that one here, at the head of the file:",
        "-- sqlmig: requires <shared track> <version>",
    )


_KINDS = {
    Kind.ROLE: "Role",
    Kind.DATABASE: "Database",
    Kind.TABLESPACE: "Tablespace",
    Kind.EXTENSION: "Extension",
    Kind.LANGUAGE: "Language",
    Kind.CAST: "A cast",
    Kind.TRANSFORM: "A transform",
    Kind.FOREIGN_DATA_WRAPPER: "Foreign data wrapper",
    Kind.SERVER: "Server",
    Kind.USER_MAPPING: "A user mapping",
    Kind.PUBLICATION: "Publication",
    Kind.SUBSCRIPTION: "Subscription",
    Kind.EVENT_TRIGGER: "Event trigger",
    Kind.ACCESS_METHOD: "Access method",
}
_OF_TYPES = frozenset({Kind.CAST, Kind.TRANSFORM})
_OF_THE_SERVER = frozenset({Kind.ROLE, Kind.DATABASE, Kind.TABLESPACE})


def _about(operation: Operation) -> tuple[Kind, str | None] | None:
    match operation:
        case CreateRole(role=name) | AlterRole(role=name):
            return Kind.ROLE, name
        case CreateExtension(extension=name):
            return Kind.EXTENSION, name
        case CreateObject(kind=kind) | AlterObject(kind=kind) | DropObject(kind=kind) | Rename(kind=kind):
            full = operation.name
            return (kind, full.name if full is not None else None) if kind in _KINDS else None
        case _:
            return None


def _is_written(name: str | None, context: Context) -> bool:
    """Whether the name stands in the template; of what has no name, every word."""
    words = [token for token in context.occurrence.statement.tokens if token.kind in _WORDS]
    if name is None:
        return all(is_literal(context.file, word.start, fold(word)) for word in words)
    at = next((word.start for word in words if fold(word) == name), None)
    return at is None or is_literal(context.file, at, name)


_WORDS = (TokenKind.WORD, TokenKind.IDENTIFIER)


def _has_own_type(context: Context) -> bool:
    """Whether it is about a type in the tenant's own schema."""
    words = {fold(token) for token in context.occurrence.statement.tokens if token.kind in _WORDS}
    return any(name.schema == context.file.schema and name.name in words for name in context.before.types)


def _harm(operation: Operation) -> str:
    match operation:
        case DropObject(if_exists=False) | Rename():
            return "the first tenant's run takes it away from all, and every other one fails"
        case DropObject():
            return "the first tenant's run takes it away from all"
        case AlterObject() | AlterRole():
            return "runs at the same time may fail with `tuple concurrently updated`"
        case CreateExtension(if_not_exists=True) | CreateObject(if_not_exists=True) | CreateObject(or_replace=True):
            return "all but the first do nothing, and two at the same time may fail"
        case _:
            return "the first tenant's run makes it, and every other one fails"
