"""What the statements of a project's files ask for: which roles, extensions and rights they cannot do without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sqlmig.errors import Place
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import (
    AlterDatabaseSetting,
    AlterDefaultPrivileges,
    AlterRole,
    AlterRoleSetting,
    AlterSystem,
    CreateExtension,
    CreateRole,
    CreateSchema,
    Grant,
    ReassignOwned,
)
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import ChangeOwner, CreateObject, DropObject
from sqlmig.sql.operations.rows import Copy, CopyEnd
from sqlmig.sql.operations.session import SetRole
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs, Persistence, RowSecurity, SetRowSecurity


class When(Enum):
    """Whether a statement runs whenever its file does."""

    ALWAYS = "always"
    PERHAPS = "perhaps"
    """It stands in a DO block, whose conditions nobody knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file's statement does, and for whom."""

    operation: Operation
    place: Place
    scope: Scope
    """Of its track; a lifecycle file is a tenant's."""
    home: str
    """The schema that it runs in; of a tenant, the schema of a sample."""
    run_as: str | None = None
    """The role that its track runs as; None for the one that connects."""
    when: When = When.ALWAYS
    mentions: frozenset[str] = frozenset()
    """The names in front of a dot: schemas, tables and aliases."""


@dataclass(frozen=True, slots=True)
class FileGrant:
    """A right that a file gives when it runs."""

    words: str
    place: Place


def roles_made(asked: Sequence[Asked]) -> dict[str, tuple[str, ...]]:
    """The roles that files make if they are missing, with their options: an administrator may make them before."""
    anew = roles_made_anew(asked)
    return {
        one.operation.role: tuple(option for option in one.operation.options if option in _ROLE_OPTIONS)
        for one in asked
        if isinstance(one.operation, CreateRole) and one.operation.role not in anew
    }


def roles_made_anew(asked: Iterable[Asked]) -> list[str]:
    """The roles that files make whether they are there or not: no administrator may make them before."""
    found = (one.operation.role for one in asked if isinstance(one.operation, CreateRole) and one.when is When.ALWAYS)
    return list(dict.fromkeys(found))


def extensions(asked: Iterable[Asked]) -> dict[str, Asked]:
    """The extensions that files make if they are missing, each where it is first named."""
    found: dict[str, Asked] = {}
    for one in asked:
        if isinstance(one.operation, CreateExtension) and not _makes_anew(one):
            found.setdefault(one.operation.extension, one)
    return found


def memberships(asked: Iterable[Asked]) -> dict[tuple[str, str | None], Place]:
    """The roles that files act for, each with the role that does so (None: the one that connects), and where."""
    found: dict[tuple[str, str | None], Place] = {}
    for one in asked:
        for role in _acts_for(one.operation):
            if role not in _SELF and role != one.run_as:
                found.setdefault((role, one.run_as), one.place)
    return found


def makes_schemas(asked: Iterable[Asked], run_as: str | None) -> bool:
    """Whether a role needs CREATE on the database: it makes schemas, or an extension that it may make itself."""
    return any(
        one.run_as == run_as
        and (
            isinstance(one.operation, CreateSchema) or (isinstance(one.operation, CreateExtension) and _makes_anew(one))
        )
        for one in asked
    )


def makes_temporary_tables(asked: Iterable[Asked], run_as: str | None) -> bool:
    """Whether a role needs TEMPORARY on the database."""
    return any(
        one.run_as == run_as
        and isinstance(one.operation, CreateTable | CreateTableAs)
        and one.operation.persistence is Persistence.TEMPORARY
        for one in asked
    )


def forces_row_security(asked: Iterable[Asked]) -> bool:
    """Whether a file puts row level security on the owner of a table too."""
    return any(isinstance(one.operation, SetRowSecurity) and one.operation.action is RowSecurity.FORCE for one in asked)


def given(asked: Iterable[Asked], roles: Collection[str]) -> list[FileGrant]:
    """What files give to some roles when they run."""
    found = dict.fromkeys(
        FileGrant(words, Place(one.place.file, one.place.line)) for one in asked for words in _given(one, roles)
    )
    return list(found)


def given_in_tenants(asked: Iterable[Asked], roles: Collection[str]) -> bool:
    """Whether files give some roles rights in the schemas of tenants."""
    return any(True for one in asked if one.scope is Scope.TENANT for _ in _given(one, roles))


def beyond(asked: Iterable[Asked]) -> Iterator[str]:
    """What files do that no right short of a superuser's, or of the database's owner, allows; a sentence each."""
    for one in asked:
        if (what := _beyond(one)) is not None:
            yield f"{one.place.file}:{one.place.line} {what}"


def _acts_for(operation: Operation) -> Iterator[str]:
    match operation:
        case SetRole(role=str(role)) | CreateSchema(authorization=str(role)) | ChangeOwner(role=role):
            yield role
        case AlterDefaultPrivileges():
            yield from operation.for_roles
        case ReassignOwned():
            yield from (*operation.roles, operation.new)


def _given(one: Asked, roles: Collection[str]) -> Iterator[str]:
    match one.operation:
        case Grant(revoke=False) as grant if set(grant.roles) & set(roles):
            if grant.all_in_schemas:
                what = f"all {grant.kind.value}s in {', '.join(_schema(name, one) for name in grant.all_in_schemas)}"
            elif grant.kind is Kind.SCHEMA:
                what = ", ".join(_schema(name.name, one) for name in grant.objects)
            else:
                what = f"{grant.kind.value} {', '.join(map(str, grant.objects))}"
            yield f"{_privileges(grant)} on {what}"
        case AlterDefaultPrivileges(grant=Grant(revoke=False) as grant) if set(grant.roles) & set(roles):
            places = [_schema(name, one) for name in one.operation.schemas]
            where = f" in {', '.join(places)}" if places else ""
            yield f"{_privileges(grant)} on every {grant.kind.value} to come{where}"


def _privileges(grant: Grant) -> str:
    return ", ".join(privilege.name.upper() for privilege in grant.privileges)


def _schema(name: str, one: Asked) -> str:
    return "the tenant's schema" if one.scope is Scope.TENANT and name == one.home else f"schema {quote_ident(name)}"


def _beyond(one: Asked) -> str | None:
    match one.operation:
        case CreateExtension(extension=name) if _makes_anew(one) and name not in TRUSTED:
            return (
                f"makes extension {name}, for which most servers want a superuser: write IF NOT EXISTS, and it is made"
                " here"
            )
        case AlterSystem():
            return "changes the server's configuration: only a superuser may"
        case AlterDatabaseSetting():
            return "changes the database's settings: only its owner may"
        case AlterRole(role=role) | AlterRoleSetting(role=str(role)) if role not in _SELF:
            return f"alters role {role}: that takes CREATEROLE, and ADMIN on the role"
        case DropObject(kind=Kind.ROLE) if one.when is When.ALWAYS:
            return "drops a role: that takes CREATEROLE, and ADMIN on the role"
        case CreateObject(kind=kind) if kind in _FOR_SUPERUSERS:
            return f"makes {_article(kind.value)}: only a superuser may"
        case Copy(end=CopyEnd.FILE | CopyEnd.PROGRAM):
            return (
                "copies from or to the server's own files: that takes a superuser, or pg_read_server_files and its like"
            )
        case _:
            return None


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _makes_anew(one: Asked) -> bool:
    """Whether CREATE EXTENSION fails where the extension is there already."""
    return isinstance(one.operation, CreateExtension) and not one.operation.if_not_exists and one.when is When.ALWAYS


TRUSTED: Final = frozenset(
    {
        *(
            "btree_gin",
            "btree_gist",
            "citext",
            "cube",
            "dict_int",
            "fuzzystrmatch",
            "hstore",
            "intarray",
            "isn",
            "lo",
            "ltree",
            "pg_trgm",
            "pgcrypto",
            "plperl",
            "plpgsql",
            "pltcl",
            "seg",
            "tablefunc",
            "tcn",
            "tsm_system_rows",
            "tsm_system_time",
            "unaccent",
            "uuid-ossp",
            "bool_plperl",
            "jsonb_plperl",
        ),
    }
)
"""PostgreSQL's own extensions that a role with CREATE on the database may make, from version 13 on."""
_SELF: Final = frozenset({"current_user", "current_role", "session_user", "public", "none", "default"})
_ROLE_OPTIONS: Final = frozenset(
    option
    for word in ("login", "inherit", "createdb", "createrole", "superuser", "bypassrls", "replication")
    for option in (word, f"no{word}")
)
_FOR_SUPERUSERS: Final = frozenset(
    {
        Kind.ACCESS_METHOD,
        Kind.EVENT_TRIGGER,
        Kind.FOREIGN_DATA_WRAPPER,
        Kind.LANGUAGE,
        Kind.SUBSCRIPTION,
        Kind.TABLESPACE,
    }
)
