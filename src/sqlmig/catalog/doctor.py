"""The doctor: every check over all schemas at once. Reads only, and keeps no snapshot for longer than one check."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlmig.catalog.checks import filled_in
from sqlmig.catalog.policies import JUDGES, judged
from sqlmig.db.composing import text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Row, Session
from sqlmig.lint.settings import Settings, settings_of
from sqlmig.plan.doctor import WHOLE_DATABASE, Check, Diagnosis, Severity, Sighting, Timing, Unseen, findings_of
from sqlmig.project.config.values import Config

STATISTICS_DAYS: Final = 30
"""For so long an index must not have been read before it counts as unused."""


@dataclass(frozen=True, slots=True)
class Ward:
    """The schemas of one database that the doctor knows of."""

    tenants: tuple[str, ...]
    """Of all tenants: what they have in common is compared."""
    looked_at: tuple[str, ...]
    """Those of the tenants that are looked at."""
    shared: tuple[str, ...]
    """The others that are."""


def examine(
    session: Session,
    config: Config,
    ward: Ward,
    checks: Sequence[Check],
    on_check: Callable[[Timing], object] = lambda _timing: None,
    statistics_days: int = STATISTICS_DAYS,
) -> Diagnosis:
    """Makes the checks; what the project accepts is not told apart yet.

    Args:
        session: outside of a transaction.
        config: says how tenants are kept apart.
        ward: the schemas.
        checks: which ones; those that the project's tenancy has no use for are left out.
        on_check: is told of each check that was made.
        statistics_days: how many days statistics must cover before an index counts as unused.

    Raises:
        ServerRefused: the connection is lost.
    """
    settings = settings_of(config)
    scope = _scope(session, settings, ward)
    doctor = _Doctor(session, scope.settings, _values(scope, statistics_days), {})
    sightings: list[Sighting] = []
    unseen = list(scope.unseen)
    made = [check for check in checks if check.applies.to(settings.lint.tenancy)]
    for check in made:
        began = time.monotonic()
        try:
            sightings += _seen(doctor, check)
        except ServerRefused as error:
            if session.broken:
                raise
            unseen.append(Unseen(check.id, error.said.message))
        on_check(Timing(check.id, time.monotonic() - began))
    return Diagnosis(
        findings_of(sightings),
        unseen=tuple(unseen),
        checks=tuple(made),
        tenants=scope.ward.looked_at,
        shared=scope.ward.shared,
        extensions=scope.extensions,
    )


# --- what is looked at ---


@dataclass(frozen=True, slots=True)
class _Scope:
    ward: Ward
    """Without the schemas that are not there."""
    settings: Settings
    """With the functions of policies that read the tenant's setting."""
    tenant_lists: list[str]
    extensions: Mapping[str, str]
    unseen: tuple[Unseen, ...]


def _scope(session: Session, settings: Settings, ward: Ward) -> _Scope:
    stem = settings.tenant_column.removesuffix("_id")
    values = {
        "schemas": [*ward.tenants, *ward.shared],
        "tenant_column": settings.tenant_column,
        "tenant_names": [stem, f"{stem}s", f"{stem.removesuffix('y')}ies"],
        "tenant_setting": settings.lint.tenant_setting,
    }
    [[schemas, tenant_lists, functions, names, versions]] = _ask(session, filled_in(text_of("doctor_scope"), values))
    there = frozenset(schemas)
    missing = [schema for schema in (*ward.looked_at, *ward.shared) if schema not in there]
    lint = replace(settings.lint, tenant_functions=(*settings.lint.tenant_functions, *functions))
    return _Scope(
        Ward(*(tuple(s for s in part if s in there) for part in (ward.tenants, ward.looked_at, ward.shared))),
        replace(settings, lint=lint),
        tenant_lists,
        dict(zip(names, versions, strict=True)),
        tuple(Unseen(f"schema {schema}", "it is not there") for schema in missing),
    )


def _values(scope: _Scope, statistics_days: int) -> dict[str, object]:
    """What stands for the variables of the queries; `checks.VARIABLES` says what each is."""
    lint, ward = scope.settings.lint, scope.ward
    return {
        "schemas": [*ward.looked_at, *ward.shared],
        "tenant_schemas": list(ward.tenants),
        "tenancy": lint.tenancy,
        "tenant_column": lint.tenant_column,
        "tenant_setting": lint.tenant_setting,
        "tenant_functions": list(lint.tenant_functions),
        "tenant_type": lint.tenant_type or "",
        "tenant_lists": scope.tenant_lists,
        "app_roles": list(lint.app_roles),
        "exempt_tables": [_pattern(glob) for glob in lint.exempt_tables],
        "small_tables": [_pattern(glob) for glob in lint.small_tables],
        "search_path": list(scope.settings.search_path),
        "statistics_days": str(statistics_days),
    }


def _pattern(glob: str) -> str:
    """A name with * and ? as LIKE has it; without a schema it counts in every one."""
    whole = glob if "." in glob else f"*.{glob}"
    for character, written in (("\\", "\\\\"), ("%", "\\%"), ("_", "\\_"), ("*", "%"), ("?", "_")):
        whole = whole.replace(character, written)
    return whole


# --- how ---


@dataclass(frozen=True, slots=True)
class _Doctor:
    session: Session
    settings: Settings
    values: Mapping[str, object]
    read: dict[str, list[Row]]
    """What was asked already, for checks that judge the same rows."""

    def look(self, check: Check) -> Iterator[Sighting]:
        if check.id in JUDGES:
            text = filled_in(check.statement, self.values)
            if text not in self.read:
                self.read[text] = _ask(self.session, text)
            yield from judged(check.id, JUDGES[check.id], self.read[text], self.settings)
            return
        for schemas in self._batches(check):
            for row in _ask(self.session, _grouped(filled_in(check.statement, {**self.values, "schemas": schemas}))):
                yield from _sightings(check, row)

    def _batches(self, check: Check) -> Iterator[list[str]]:
        schemas = self.values["schemas"]
        assert isinstance(schemas, list)  # noqa: S101  as _values() made it
        size = check.batch or max(len(schemas), 1)
        yield from (schemas[first : first + size] for first in range(0, max(len(schemas), 1), size))


def _seen(doctor: _Doctor, check: Check) -> list[Sighting]:
    """What a check finds; made again when something that it looks at is dropped under its eyes, as tenants are."""
    for _ in range(_TRIALS - 1):
        try:
            return list(doctor.look(check))
        except ServerRefused as error:
            if error.said.sqlstate not in _GONE:
                raise
    return list(doctor.look(check))


_TRIALS: Final = 5
_GONE: Final = frozenset({"XX000", "42P01", "42704", "42883", "3F000"})
"""What the server says of an object that has just been dropped: mostly an internal error, with its number."""


def _grouped(query: str) -> str:
    """The same rows, those of many schemas in one: a fault that all of 10,000 have comes as one row.

    What was dropped while the query ran may have no name or definition any more, and is left out.
    """
    return (
        "SELECT object::text, severity, detail, pg_catalog.array_agg(schema::text ORDER BY schema),"  # noqa: S608
        " pg_catalog.array_agg(fix ORDER BY schema)"
        f" FROM (\n{query}\n) AS found WHERE object IS NOT NULL AND detail IS NOT NULL"
        " GROUP BY object, severity, detail"
    )


def _sightings(check: Check, row: Row) -> Iterator[Sighting]:
    name, severity, detail, schemas, fixes = row
    for schema, fix in zip(schemas, fixes, strict=True):
        yield Sighting(check.id, Severity(severity), schema or WHOLE_DATABASE, name, detail, fix)


def _ask(session: Session, query: str) -> list[Row]:
    """The rows of a query, in a transaction of its own that reads only and gets in nobody's way."""
    with session.reading():
        session.set_local(_SETTINGS)
        return session.rows(query)


_SETTINGS: Final = {
    "statement_timeout": "5min",
    "lock_timeout": "1s",
    # Names in what the server writes have their schemas.
    "search_path": "''",
    "work_mem": "128MB",
    # Compiling takes longer than it saves.
    "jit": "off",
}
