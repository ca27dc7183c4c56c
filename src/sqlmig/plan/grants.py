"""The rights that sqlmig and the application need, as statements for an administrator: these, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmig.plan import asking, granting
from sqlmig.plan.asking import Asked, FileGrant, When
from sqlmig.plan.lacking import lacking
from sqlmig.project.config.values import Config
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.access import CreateExtension


@dataclass(frozen=True, slots=True)
class Given:
    """A statement for the administrator, or a few that belong together."""

    why: str
    """A sentence or two."""
    sql: str


@dataclass(frozen=True, slots=True)
class Grants:
    """What an administrator runs, and what there is to know about it."""

    migration_role: str
    application_role: str | None
    statements: tuple[Given, ...]
    """In the order in which they must run; all of them may run again."""
    by_files: tuple[FileGrant, ...]
    """What the project's own files give to the application when they run."""
    notes: tuple[str, ...]
    """What these statements cannot give, and what the files lack; a sentence each."""


def grants_of(config: Config, asked: Sequence[Asked], migration: str, application: str | None) -> Grants:
    """Decide who needs what.

    Args:
        config: the project's configuration.
        asked: what the statements of its files do.
        migration: the role that sqlmig connects as.
        application: the role that the application connects as, if that is known.
    """
    anew = tuple(asking.roles_made_anew(asked))
    need = _Need(config, asked, migration, application if application not in anew else None, anew)
    statements = (
        *_roles(need),
        *_memberships(need),
        *_on_database(need),
        *_schemas(need),
        *_between_owners(need),
        *_extensions(need),
        *_on_server(need),
        _afterwards(need),
    )
    bound = need.application_and_groups
    given = asking.given(asked, {*bound, *([application] if application is not None else [])})
    return Grants(
        migration, application, statements, tuple(given), tuple(lacking(config, asked, migration, application))
    )


@dataclass(frozen=True, slots=True)
class _Need:
    config: Config
    asked: Sequence[Asked]
    migration: str
    application: str | None
    """None also when a file makes it, whether it is there or not: it has no rights before."""
    anew: tuple[str, ...]
    """The roles that files make so."""

    @property
    def run_as(self) -> tuple[str, ...]:
        """The roles that tracks run as, besides the one that connects."""
        roles = (track.run_as for track in self.config.tracks)
        return tuple(dict.fromkeys(role for role in roles if role is not None and role != self.migration))

    @property
    def schemas(self) -> dict[str, str]:
        """The schemas that the project has for itself, each with its owner."""
        shared = {track.schema: track.run_as or self.migration for track in self.config.tracks if track.schema}
        return {self.config.history_schema: self.migration, **shared}

    @property
    def application_and_groups(self) -> tuple[str, ...]:
        """The application's role, and the groups that it is a member of."""
        groups = (role for role in self.config.lint.app_roles if role not in self.anew)
        return tuple(dict.fromkeys([*([self.application] if self.application is not None else []), *groups]))

    @property
    def has_tenants(self) -> bool:
        return any(track.scope is Scope.TENANT for track in self.config.tracks)

    @property
    def reads_all_rows(self) -> bool:
        """Whether row level security is in the way of backups."""
        makes_backups = self.config.backup.url is not None or self.config.apply.backup in ("canaries", "destructive")
        return makes_backups and asking.forces_row_security(self.asked)

    def role_of(self, run_as: str | None) -> str:
        return run_as or self.migration


def _roles(need: _Need) -> Iterator[Given]:
    by_files = asking.roles_made(need.asked)
    yield Given(
        "sqlmig connects as this role. It gets no password here: \\password in psql, or whatever your server asks for.",
        granting.make_role(need.migration, "LOGIN"),
    )
    for role in need.run_as:
        yield Given(
            f"{_tracks_of(need, role)} as this role, and it owns what they make.", granting.make_role(role, "NOLOGIN")
        )
    for role, options in by_files.items():
        if role not in (need.migration, *need.run_as):
            why = "Files make this role where it is missing. Made here, none of them needs CREATEROLE."
            yield Given(why, granting.make_role(role, " ".join(options).upper()))
    for role in need.application_and_groups:
        if role == need.application and role not in by_files:
            yield Given("The application connects as this role.", granting.make_role(role, "LOGIN"))
        elif role not in by_files:
            yield Given("Row level security binds this role.", granting.make_role(role, "NOLOGIN"))
    bound = list(dict.fromkeys([need.migration, *need.run_as, *need.application_and_groups]))
    why = "Whoever was there before may be mightier than it should be."
    unless = [("rolcreaterole", bool(need.anew)), ("rolbypassrls", need.reads_all_rows)]
    mightier = granting.refuse_mightier(bound, {column: need.migration for column, needed in unless if needed})
    yield Given(why, mightier)
    if need.reads_all_rows:
        yield Given(
            "Backups read every row, and files force row level security on the owner too. Without this they fail.",
            granting.if_allowed(f"ALTER ROLE {quote_ident(need.migration)} BYPASSRLS;"),
        )
    if need.anew:
        yield Given(
            f"Files make the role {', '.join(need.anew)} whether it is there or not. With IF NOT EXISTS around it, in a"
            f" DO block, {need.migration} would not need this.",
            f"ALTER ROLE {quote_ident(need.migration)} CREATEROLE;",
        )


def _memberships(need: _Need) -> Iterator[Given]:
    for role in need.run_as:
        why = f"{need.migration} becomes {role} for the files of its tracks, and works with what {role} owns."
        yield Given(why, granting.join(role, need.migration))
    for (role, run_as), place in asking.memberships(need.asked).items():
        member = need.role_of(run_as)
        if role not in (member, *(need.run_as if member == need.migration else ())):
            yield Given(f"{place.file}:{place.line} acts for {role}.", granting.join(role, member))
    if need.application is not None and need.has_tenants:
        why = "`sqlmig doctor --probe` becomes the application, to try what it may."
        yield Given(why, granting.join_to_become(need.application, need.migration))
    if need.application is not None and need.application not in need.config.lint.app_roles:
        for role in need.application_and_groups[1:]:
            why = f"Files give the application its rights through {role}."
            yield Given(why, granting.join(role, need.application))


def _on_database(need: _Need) -> Iterator[Given]:
    yield Given(
        "Nobody makes temporary tables, or anything in the schema public, without having been asked for it.",
        granting.block(
            granting.on_database("REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC"),
            "IF pg_catalog.to_regnamespace('public') IS NOT NULL THEN",
            "    REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
            "END IF;",
        ),
    )
    for run_as in (None, *need.run_as):
        rights = ["CONNECT"] if run_as is None else []
        makes_tenants = run_as is None and need.has_tenants
        if makes_tenants or asking.makes_schemas(need.asked, run_as):
            rights.append("CREATE")
        if asking.makes_temporary_tables(need.asked, run_as):
            rights.append("TEMPORARY")
        if rights:
            why = "CREATE: it makes the schemas of tenants." if makes_tenants else ""
            to_role = f"GRANT {', '.join(rights)} ON DATABASE %I TO %I"
            yield Given(why, granting.block(granting.on_database(to_role, need.role_of(run_as))))
    if need.application is not None:
        yield Given("", granting.block(granting.on_database("GRANT CONNECT ON DATABASE %I TO %I", need.application)))


def _schemas(need: _Need) -> Iterator[Given]:
    owners = sorted(set(need.schemas.values()))
    yield Given(
        "Who is no superuser makes schemas only for roles that it is a member of. The end of this takes it back.",
        granting.borrow(owners),
    )
    for schema, owner in need.schemas.items():
        why = _HISTORY if schema == need.config.history_schema else ""
        yield Given(why, f"CREATE SCHEMA IF NOT EXISTS {quote_ident(schema)} AUTHORIZATION {quote_ident(owner)};")
    users = dict.fromkeys([need.migration, *need.run_as, *need.application_and_groups])
    for schema in need.config.search_path:
        made = "" if schema in need.schemas else f"CREATE SCHEMA IF NOT EXISTS {quote_ident(schema)};\n"
        known = [role for role in users if role != need.schemas.get(schema)]
        usage = f"GRANT USAGE ON SCHEMA {quote_ident(schema)} TO {', '.join(map(quote_ident, known))};"
        yield Given("What tenants see besides their own schema.", made + usage)


def _between_owners(need: _Need) -> Iterator[Given]:
    """What files of one owner do in the schema of another."""
    # The migration role is a member of all the others, and may what they may.
    for role in need.run_as:
        mentioned = frozenset[str]().union(*(one.mentions for one in need.asked if one.run_as == role))
        for schema, owner in need.schemas.items():
            if owner == role or schema not in mentioned:
                continue
            name, reader, maker = map(quote_ident, (schema, role, owner))
            yield Given(
                f"Files that run as {role} name tables of {schema}. For more than reading and referring to them, the"
                " files of that schema have to say GRANT.",
                f"GRANT USAGE ON SCHEMA {name} TO {reader};\n"
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {maker} IN SCHEMA {name}\n"
                f"    GRANT SELECT, REFERENCES ON TABLES TO {reader};",
            )


def _extensions(need: _Need) -> Iterator[Given]:
    for name, one in asking.extensions(need.asked).items():
        named = one.operation.schema if isinstance(one.operation, CreateExtension) else None
        schema = named or next(iter(need.config.search_path), one.home if one.home in need.schemas else None)
        where = f" SCHEMA {quote_ident(schema)}" if schema else ""
        statement = f"CREATE EXTENSION IF NOT EXISTS {quote_ident(name)}{where};"
        rights = "PostgreSQL trusts it to whoever has CREATE on the database." if name in asking.TRUSTED else _SUPERUSER
        if one.when is When.PERHAPS:
            where_known = f"SELECT FROM pg_catalog.pg_available_extensions WHERE name = {quote_literal(name)}"
            statement = granting.block(f"IF EXISTS ({where_known}) THEN", f"    {statement}", "END IF;")
        yield Given(f"{one.place.file}:{one.place.line} makes extension {name}. {rights}", statement)


def _on_server(need: _Need) -> Iterator[Given]:
    role = quote_ident(need.migration)
    yield Given(
        "It sees what other sessions do: who is in the way of a lock, and whose snapshots CONCURRENTLY would wait for."
        " Without it sqlmig works, and cannot say who it is.",
        granting.if_allowed(f"GRANT pg_read_all_stats TO {role};"),
    )
    if need.config.apply.restore_point:
        yield Given(
            "A named point to recover to, before every run. Without it sqlmig notes the position in the WAL.",
            granting.if_allowed(f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_create_restore_point(text) TO {role};"),
        )


def _afterwards(need: _Need) -> Given:
    owners = sorted(set(need.schemas.values()))
    return Given("What was borrowed is given back.", granting.give_back(owners))


def _tracks_of(need: _Need, role: str) -> str:
    names = [track.name for track in need.config.tracks if track.run_as == role]
    return f"The files of track {names[0]} run" if len(names) == 1 else f"The files of tracks {', '.join(names)} run"


_HISTORY: Final = "The history: what ran, and when. Nobody else looks into it."
_SUPERUSER: Final = "Only a superuser may, on most servers."
