"""What of schemas, registry and history does not belong together: found by comparing sets, with what mends each.

Pure. Whatever is read of a database comes as `Facts`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from typing import TypeVar

from sqlmig.plan.tenantdrop import PREFIX
from sqlmig.plan.tenantstates import KnownTenant, TenantState
from sqlmig.sql.identifiers import quote_ident, quote_literal

T = TypeVar("T", bound=Hashable)


class Kind(Enum):
    """What is wrong. The values are public: they stand in JSON."""

    SCHEMA_WITHOUT_TENANT = "schema-without-tenant"
    """It looks like a tenant's, and neither registry nor history know one."""
    UNLISTED_TENANT = "unlisted-tenant"
    """Migrations were applied to it, the registry does not give it, and nobody has said that this is meant."""
    TENANT_WITHOUT_SCHEMA = "tenant-without-schema"
    HISTORY_WITHOUT_SCHEMA = "history-without-schema"
    COLLIDING_NAMES = "colliding-names"
    UNUSABLE_NAME = "unusable-name"
    OTHER_OWNER = "other-owner"
    OTHER_GRANTS = "other-grants"
    OTHER_DEFAULTS = "other-default-privileges"
    POOL = "pool"
    DROPPED_IN_PART = "dropped-in-part"
    DROP_IS_DUE = "drop-is-due"
    DROPPED_WITHOUT_RECORD = "dropped-without-record"
    RESTORE_LEFTOVER = "restore-leftover"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not belong together."""

    kind: Kind
    about: str
    """The schema, or the slug of a tenant without one."""
    message: str
    mend: str
    """A command of sqlmig, or SQL."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found, and among how many."""

    findings: tuple[Finding, ...]
    tenants: int
    schemas: int


@dataclass(frozen=True, slots=True)
class SchemaFacts:
    """A schema, as the catalog has it."""

    name: str
    owner: str
    grants: tuple[tuple[str, str], ...] = ()
    """Role and privilege, the owner's own left out; sorted."""
    defaults: tuple[tuple[str, str, str, str], ...] = ()
    """Default privileges: of whose objects, of which kind (`TABLES`), role, privilege; sorted."""
    owners: tuple[str, ...] = ()
    """Who owns its relations; sorted."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read."""

    schemas: Mapping[str, SchemaFacts]
    """By name, all but the system's."""
    tenants: Sequence[KnownTenant]
    shared: AbstractSet[str] = frozenset()
    """The schemas that no tenant may have."""
    pool: AbstractSet[str] = frozenset()
    """The schemas that are ready for a tenant."""
    due: AbstractSet[str] = frozenset()
    """The ids of dropped tenants whose time is over."""
    looks_like: Callable[[str], bool] = field(default=lambda _name: False)
    """Whether a schema's name is one that tenants get."""
    history: str = "sqlmig"
    """The history's schema."""


def reconcile(facts: Facts) -> tuple[Finding, ...]:
    """Everything that does not belong together, kind by kind."""
    found = [
        *_without_tenant(facts),
        *_unlisted(facts),
        *_without_schema(facts),
        *_names(facts),
        *_against_majority(facts),
        *_pool(facts),
        *_drops(facts),
        *_leftovers(facts),
    ]
    order = {kind: number for number, kind in enumerate(Kind)}
    return tuple(sorted(found, key=lambda one: (order[one.kind], one.about)))


def looks_like(template: str, pattern: str | None) -> Callable[[str], bool]:
    """What recognises schemas that tenants get.

    Args:
        template: `tenants.schema_name`.
        pattern: `tenants.schemas`, where that is the registry.
    """
    if pattern is not None:
        return lambda name: fnmatchcase(name, pattern)
    before, _, after = template.partition("{slug}")
    whole = re.compile(f"{re.escape(before)}[a-z0-9][a-z0-9_-]*{re.escape(after)}")
    # A template that is nothing but the slug would take every schema for a tenant's.
    return lambda name: bool(before or after) and whole.fullmatch(name) is not None


def _without_tenant(facts: Facts) -> Iterator[Finding]:
    for name in facts.schemas.keys() - _theirs(facts) - facts.shared - facts.pool:
        if facts.looks_like(name) and not _is_leftover(name):
            message = f"schema {name} looks like a tenant's, and neither registry nor history know it"
            mend = f"register its tenant, or look what it is and: DROP SCHEMA {quote_ident(name)} CASCADE;"
            yield Finding(Kind.SCHEMA_WITHOUT_TENANT, name, message, mend)


def _unlisted(facts: Facts) -> Iterator[Finding]:
    for one in facts.tenants:
        if one.listed or one.state is not TenantState.ACTIVE:
            continue
        name = one.tenant.schema
        if name in facts.schemas:
            message = f"schema {name} was migrated as a tenant's, and the registry does not give that tenant"
            mend = (
                f"sqlmig tenant activate {name}; or, if it is meant to be away: sqlmig tenant suspend {name} --reason"
                f" '...'; or, if it is gone: sqlmig tenant drop {name}"
            )
            yield Finding(Kind.UNLISTED_TENANT, name, message, mend)
        else:
            message = f"the history knows tenant {one.label}, and neither the registry nor its schema {name} is there"
            mend = f"sqlmig tenant drop {name} --no-backup --keep 0; then: sqlmig tenant purge {name}"
            yield Finding(Kind.HISTORY_WITHOUT_SCHEMA, name, message, mend)


def _without_schema(facts: Facts) -> Iterator[Finding]:
    for one in facts.tenants:
        alive = one.state in (TenantState.ACTIVE, TenantState.SUSPENDED)
        if one.listed and alive and one.tenant.schema not in facts.schemas:
            message = f"schema {one.tenant.schema} of tenant {one.label} is not there"
            mend = (
                f"restore one of the backups that `sqlmig tenant show {one.label}` lists; or:"
                f" sqlmig tenant drop {one.label} --no-backup"
            )
            yield Finding(Kind.TENANT_WITHOUT_SCHEMA, one.label, message, mend)


def _names(facts: Facts) -> Iterator[Finding]:
    alive = [one for one in facts.tenants if one.listed]
    for what, called in _NAMES:
        for same in _alike(alive, called):
            names = ", ".join(f"{one.label} ({one.tenant.schema})" for one in same)
            message = f"tenants have {what}: {names}"
            yield Finding(Kind.COLLIDING_NAMES, same[0].label, message, "correct the registry, or rename one of them")


_NAMES: tuple[tuple[str, Callable[[KnownTenant], str]], ...] = (
    ("slugs that differ in nothing but case, _ and -", lambda one: one.tenant.slug.lower().replace("-", "_")),
    ("schemas whose names differ in nothing but case", lambda one: one.tenant.schema.lower()),
)


def _alike(tenants: Iterable[KnownTenant], called: Callable[[KnownTenant], str]) -> Iterator[list[KnownTenant]]:
    groups: dict[str, list[KnownTenant]] = {}
    for one in tenants:
        groups.setdefault(called(one), []).append(one)
    return (same for same in groups.values() if len(same) > 1)


def _against_majority(facts: Facts) -> Iterator[Finding]:
    """Tenants made from one template have the same owners and grants; who differs from most of them is told."""
    groups: dict[str | None, list[KnownTenant]] = {}
    for one in facts.tenants:
        if one.tenant.schema in facts.schemas and one.state in (TenantState.ACTIVE, TenantState.SUSPENDED):
            groups.setdefault(one.template, []).append(one)
    for tenants in groups.values():
        schemas = [facts.schemas[one.tenant.schema] for one in tenants]
        # A suspended tenant has lost grants on purpose.
        usable = [facts.schemas[one.tenant.schema] for one in tenants if one.state is TenantState.ACTIVE]
        yield from _owners(schemas)
        yield from _grants(usable)
        yield from _defaults(usable)


def _owners(schemas: Sequence[SchemaFacts]) -> Iterator[Finding]:
    most = _majority([one.owner for one in schemas])
    if most is not None:
        for one in schemas:
            if one.owner != most:
                message = f"schema {one.name} belongs to {one.owner}, most tenants' to {most}"
                mend = f"ALTER SCHEMA {quote_ident(one.name)} OWNER TO {quote_ident(most)};"
                yield Finding(Kind.OTHER_OWNER, one.name, message, mend)
    usual = _majority([one.owners for one in schemas if one.owners])
    for one in schemas:
        strangers = sorted(set(one.owners) - set(usual)) if usual is not None else []
        if usual is not None and strangers:
            message = (
                f"tables of schema {one.name} belong to {', '.join(strangers)}, most tenants' to {', '.join(usual)}"
            )
            table = f"{quote_ident(one.name)}.TABLE"
            mend = f"ALTER TABLE {table} OWNER TO {quote_ident(usual[0])}; for each: \\dt {quote_ident(one.name)}.*"
            yield Finding(Kind.OTHER_OWNER, one.name, message, mend)


def _grants(schemas: Sequence[SchemaFacts]) -> Iterator[Finding]:
    most = _majority([one.grants for one in schemas])
    if most is None:
        return
    for one in schemas:
        lacks, extra = sorted(set(most) - set(one.grants)), sorted(set(one.grants) - set(most))
        if lacks or extra:
            name = quote_ident(one.name)
            mend = [f"GRANT {right} ON SCHEMA {name} TO {_role(role)};" for role, right in lacks]
            mend += [f"REVOKE {right} ON SCHEMA {name} FROM {_role(role)};" for role, right in extra]
            message = f"schema {one.name} has other grants than most tenants'"
            yield Finding(Kind.OTHER_GRANTS, one.name, message, " ".join(mend))


def _defaults(schemas: Sequence[SchemaFacts]) -> Iterator[Finding]:
    most = _majority([one.defaults for one in schemas])
    if most is None:
        return
    for one in schemas:
        lacks, extra = sorted(set(most) - set(one.defaults)), sorted(set(one.defaults) - set(most))
        if lacks or extra:
            mend = [_default(one.name, "GRANT", "TO", *row) for row in lacks]
            mend += [_default(one.name, "REVOKE", "FROM", *row) for row in extra]
            message = f"schema {one.name} has other default privileges than most tenants'"
            yield Finding(Kind.OTHER_DEFAULTS, one.name, message, " ".join(mend))


def _default(schema: str, verb: str, preposition: str, owner: str, kind: str, role: str, right: str) -> str:
    return (
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote_ident(owner)} IN SCHEMA {quote_ident(schema)}"
        f" {verb} {right} ON {kind} {preposition} {_role(role)};"
    )


def _role(name: str) -> str:
    return name if name == "PUBLIC" else quote_ident(name)


def _majority(values: Sequence[T]) -> T | None:
    """What more than half of them have; None when there is no such thing."""
    first = Counter(values).most_common(1)
    return first[0][0] if first and 2 * first[0][1] > len(values) else None


def _pool(facts: Facts) -> Iterator[Finding]:
    taken = {one.tenant.schema: one for one in facts.tenants if one.state is not TenantState.DROPPED}
    for name in facts.pool:
        if name in taken:
            message = f"schema {name} stands in the pool, and is that of tenant {taken[name].label}"
            yield Finding(Kind.POOL, name, message, _forget(facts, name))
        elif name not in facts.schemas:
            message = f"schema {name} stands in the pool, and is not there"
            yield Finding(Kind.POOL, name, message, _forget(facts, name))


def _forget(facts: Facts, name: str) -> str:
    return f"DELETE FROM {quote_ident(facts.history)}.pool WHERE schema_name = {quote_literal(name)};"  # noqa: S608  quoted


def _drops(facts: Facts) -> Iterator[Finding]:
    for one in facts.tenants:
        slug, name = one.label, one.tenant.schema
        if one.state is TenantState.PURGING:
            message = f"tenant {slug} was dropped, and its schema {name} is half taken apart"
            yield Finding(Kind.DROPPED_IN_PART, name, message, f"sqlmig tenant purge {slug}")
        elif one.state is TenantState.DROPPING and name not in facts.schemas:
            message = f"tenant {slug} was dropped, and its schema {name} is gone, though nobody has purged it"
            yield Finding(Kind.DROPPED_IN_PART, name, message, f"sqlmig tenant purge {slug} --now")
        elif one.state is TenantState.DROPPING and one.tenant.id in facts.due:
            message = f"tenant {slug} was dropped, and the time in which it could be brought back is over"
            yield Finding(Kind.DROP_IS_DUE, name, message, f"sqlmig tenant purge {slug}")


def _leftovers(facts: Facts) -> Iterator[Finding]:
    for name in facts.schemas.keys() - _theirs(facts):
        mend = f"look what it is, then: DROP SCHEMA {quote_ident(name)} CASCADE;"
        if name.startswith(PREFIX):
            message = f"schema {name} was renamed away by a drop that the history does not know"
            yield Finding(Kind.DROPPED_WITHOUT_RECORD, name, message, mend)
        elif _RESTORED in name:
            message = f"schema {name} is what a restore has put aside"
            yield Finding(Kind.RESTORE_LEFTOVER, name, message, mend)


_RESTORED = "_before_restore_"


def _theirs(facts: Facts) -> set[str]:
    """The schemas of tenants that are not gone."""
    return {one.tenant.schema for one in facts.tenants if one.state is not TenantState.DROPPED}


def _is_leftover(name: str) -> bool:
    return name.startswith(PREFIX) or _RESTORED in name
