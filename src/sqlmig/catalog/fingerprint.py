"""Fingerprints: a hash of a schema's catalog for each aspect of it, the schema's own name taken out.

Two tenants that are the same have the same fingerprint, on one server: servers of other versions write the same view in
other words. Objects count by name, never by oid or by the order in which they were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmig.catalog.aspects import Aspect as Aspect  # callers know both by this module
from sqlmig.catalog.aspects import Part as Part
from sqlmig.catalog.fingerprint_reads import read_parts
from sqlmig.db.session import Session


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a schema looked like; equal for two schemas exactly when they are."""

    aspects: Mapping[Aspect, str]
    """SHA-256 in hexadecimal of each aspect; one that the schema has nothing of is left out."""

    @property
    def whole(self) -> str:
        """All aspects but the order of columns, as one SHA-256 in hexadecimal."""
        return _combined(self.aspects, without={Aspect.COLUMN_ORDER})

    @property
    def portable(self) -> str:
        """As `whole`, but whoever owns it: a copy in another database, made by another role, has the same."""
        return _combined(self.aspects, without={Aspect.COLUMN_ORDER, Aspect.OWNERS})

    def differing(self, other: Fingerprint) -> tuple[Aspect, ...]:
        """The aspects in which two schemas differ."""
        return tuple(aspect for aspect in Aspect if self.aspects.get(aspect) != other.aspects.get(aspect))


def fingerprints(session: Session, schemas: Sequence[str] | None = None) -> dict[str, Fingerprint]:
    """The fingerprints of schemas, by name. Only reads: two messages for every few dozen schemas.

    Args:
        session: inside or outside of a transaction.
        schemas: their names; None for every schema that is not the system's. One that is not there is left out.

    Raises:
        ServerRefused: the server refused.
    """
    names = schemas if schemas is not None else [name for (name,) in session.rows(_NOT_THE_SYSTEMS)]
    return {schema: fingerprint_of(found) for schema, found in read_parts(session, names)}


def parts(session: Session, schemas: Sequence[str]) -> dict[str, tuple[Part, ...]]:
    """What fingerprints are made of, by schema, sorted; for looking at a few.

    Raises:
        ServerRefused: the server refused.
    """
    return {schema: tuple(sorted(found, key=_order)) for schema, found in read_parts(session, schemas)}


def fingerprint_of(found: Iterable[Part]) -> Fingerprint:
    """The fingerprint of a schema that is made of these parts, in whatever order they come."""
    aspects: dict[Aspect, list[tuple[str, str]]] = {}
    for part in found:
        aspects.setdefault(part.aspect, []).append((part.object, part.text))
    return Fingerprint({aspect: _hash(_framed(of_aspect)) for aspect, of_aspect in aspects.items()})


_NOT_THE_SYSTEMS: Final = (
    "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
)


def _order(part: Part) -> tuple[str, str, str]:
    return part.aspect.value, part.object, part.text


def _framed(found: list[tuple[str, str]]) -> Iterator[str]:
    """Objects and their texts with the lengths of both, so that no two lists give one text."""
    return (f"{len(name)}:{name}{len(text)}:{text}" for name, text in sorted(found))


def _combined(aspects: Mapping[Aspect, str], without: Iterable[Aspect]) -> str:
    return _hash(_lines(aspects, frozenset(without)))


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("".join(texts).encode()).hexdigest()


def _lines(aspects: Mapping[Aspect, str], without: frozenset[Aspect]) -> Iterator[str]:
    for aspect in Aspect:
        if aspect in aspects and aspect not in without:
            yield f"{aspect.value}={aspects[aspect]}\n"
