"""What the doctor looks for, and what it found: values, and how findings of many schemas become one.

A source of findings gives `Sighting`s, one for each schema and object. `findings_of` makes of them what is reported:
the same fault in a thousand schemas is one `Finding`. `with_findings` puts those of several sources together, and
`accepting` tells apart what the project accepts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Final


class Severity(Enum):
    """How bad a finding is."""

    ERROR = "error"
    """Tenants are not kept apart, or something is broken."""
    WARNING = "warning"
    """It will go wrong, or does in some cases."""
    NOTE = "note"
    """Somebody should know."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether it is at least as bad as another."""
        return self.rank <= threshold.rank


class Applies(Enum):
    """For which projects a check is, by `lint.tenancy`."""

    ALWAYS = "always"
    ROWS = "rows"
    """Where tables hold the rows of several tenants: `shared` and `both`."""
    SCHEMAS = "schemas"
    """Where each tenant has a schema of its own: `schema` and `both`."""

    def to(self, tenancy: str) -> bool:
        """Whether such a check is made under a tenancy."""
        return {Applies.ALWAYS: True, Applies.ROWS: tenancy != "schema", Applies.SCHEMAS: tenancy != "shared"}[self]


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the catalog, for all schemas at once."""

    id: str
    severity: Severity
    """Of its worst findings."""
    title: str
    """What is wrong where it finds something, one sentence."""
    reason: str
    """Why that matters."""
    statement: str
    """The query, with psql's variables for what differs from project to project: `:'schemas'`."""
    applies: Applies = Applies.ALWAYS
    decide: str = ""
    """What a person has to decide where no statement mends it."""
    read: str = ""
    """How its rows are read, where they are not the findings yet."""
    batch: int | None = None
    """How many schemas it looks at in one transaction; None for all of them."""


WHOLE_DATABASE: Final = ""
"""In place of a schema, for what belongs to none: roles, extensions, system catalogs."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fault of one object in one schema."""

    check: str
    severity: Severity
    schema: str
    object: str
    """Its name without the schema."""
    detail: str
    """What is wrong with it; the same words in every schema in which it is the same."""
    fix: str | None = None
    """The statements that mend it there; None where a person has to decide."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The same fault in one schema or many."""

    check: str
    severity: Severity
    object: str
    detail: str
    fixes: Mapping[str, str | None]
    """By schema, in order: what mends it there, None where a person has to decide."""
    accepted: str | None = None
    """The reason that the configuration gives for accepting it."""

    @property
    def schemas(self) -> tuple[str, ...]:
        """Where it was found."""
        return tuple(self.fixes)


@dataclass(frozen=True, slots=True)
class Unseen:
    """What was not looked at, and why."""

    what: str
    """A check, or a schema."""
    reason: str


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a check took."""

    check: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings that the project accepts."""

    check: str
    object: str
    """A name or a pattern, with its schema or without."""
    reason: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor found in one database."""

    findings: tuple[Finding, ...]
    """The worst first; those that are accepted are in `accepted`."""
    accepted: tuple[Finding, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    checks: tuple[Check, ...] = ()
    """Those that were made, in the order of the catalogue."""
    tenants: tuple[str, ...] = ()
    """The tenants' schemas that were looked at, in the registry's order."""
    shared: tuple[str, ...] = ()
    """The other schemas that were."""
    extensions: Mapping[str, str] = field(default_factory=dict)
    """The version of each installed extension."""

    def fails(self, threshold: Severity) -> bool:
        """Whether there is a finding of at least a severity, or a check that could not be made."""
        return bool(self.unseen) or any(finding.severity.reaches(threshold) for finding in self.findings)


def findings_of(sightings: Iterable[Sighting]) -> tuple[Finding, ...]:
    """Equal sightings of several schemas as one finding each, the worst first."""
    found: dict[tuple[str, Severity, str, str], dict[str, str | None]] = {}
    for one in sightings:
        found.setdefault((one.check, one.severity, one.object, one.detail), {})[one.schema] = one.fix
    return _sorted(Finding(*key, fixes) for key, fixes in found.items())


def with_findings(diagnosis: Diagnosis, more: Iterable[Finding]) -> Diagnosis:
    """A diagnosis with the findings of another source."""
    return replace(diagnosis, findings=_sorted([*diagnosis.findings, *more]))


def accepting(diagnosis: Diagnosis, ignore: Sequence[Accepted]) -> Diagnosis:
    """A diagnosis in which the findings that the project accepts are told apart from the others."""
    accepted: list[Finding] = []
    others: list[Finding] = []
    for finding in diagnosis.findings:
        rest = dict(finding.fixes)
        for rule in ignore:
            taken = {schema: fix for schema, fix in rest.items() if _accepts(rule, finding, schema)}
            rest = {schema: fix for schema, fix in rest.items() if schema not in taken}
            if taken:
                accepted.append(replace(finding, fixes=taken, accepted=rule.reason))
        if rest:
            others.append(replace(finding, fixes=rest))
    return replace(diagnosis, findings=_sorted(others), accepted=_sorted([*diagnosis.accepted, *accepted]))


def version_differences(extensions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The extensions of which several databases have different versions.

    Args:
        extensions: by database, the version of each extension there.

    Returns:
        By extension, the version in each database that has it.
    """
    names = sorted({name for versions in extensions.values() for name in versions})
    by_name = {name: {db: found[name] for db, found in sorted(extensions.items()) if name in found} for name in names}
    return {name: versions for name, versions in by_name.items() if len(set(versions.values())) > 1}


def _accepts(rule: Accepted, finding: Finding, schema: str) -> bool:
    if rule.check != finding.check:
        return False
    names = (finding.object, f"{schema}.{finding.object}" if schema else finding.object)
    return any(fnmatchcase(name, rule.object) for name in names)


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.severity.rank, one.check, one.object, one.detail, one.schemas)))
