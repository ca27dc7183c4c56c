"""Fingerprints: a hash of a schema's catalog for each aspect of it, the schema's own name taken out.

Two tenants that are the same have the same fingerprint, on one server: servers of other versions write the same view in
other words. Objects count by name, never by oid or by the order in which they were made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby
from typing import Final

from sqlmig.db.composing import text_of
from sqlmig.db.session import Row, Session


class Aspect(Enum):
    """What a fingerprint looks at, each for itself, so that it can say what differs."""

    COLUMNS = "columns"
    """Tables with their options and replica identity, and the columns of all that has some: type, NOT NULL, storage."""
    DEFAULTS = "defaults"
    """With the expressions of generated columns."""
    CONSTRAINTS = "constraints"
    INDEXES = "indexes"
    """With extended statistics."""
    SEQUENCES = "sequences"
    """Identity columns included; not where a sequence stands."""
    TYPES = "types"
    FUNCTIONS = "functions"
    """With procedures and aggregates."""
    TRIGGERS = "triggers"
    """With rules."""
    VIEWS = "views"
    POLICIES = "policies"
    """And whether row level security is on, and forced."""
    GRANTS = "grants"
    """And default privileges. Grantees by name; an object's owner is only called `owner`."""
    OWNERS = "owners"
    COMMENTS = "comments"
    OTHERS = "others"
    """Operators, collations and other rare kinds: that they are there, and nothing else of them."""
    COLUMN_ORDER = "column_order"
    """No part of `Fingerprint.whole`: columns that were added later stand elsewhere than in a table made at once."""

    @property
    def said(self) -> str:
        """The aspect in words."""
        return self.value.replace("_", " ")


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


@dataclass(frozen=True, slots=True)
class Part:
    """One object in one aspect, in words that name the schema `{schema}`."""

    aspect: Aspect
    object: str
    """Its kind and its name: `table deals`, `column deals.title`."""
    text: str


def fingerprints(session: Session, schemas: Sequence[str] | None = None) -> dict[str, Fingerprint]:
    """The fingerprints of schemas, by name. One query, which only reads.

    Args:
        session: inside or outside of a transaction.
        schemas: their names; None for every schema that is not the system's. One that is not there is left out.

    Raises:
        ServerRefused: the server refused.
    """
    rows = ask(session, "fingerprint_hashes", schemas)
    found = sorted((schema, aspect or "", digest) for schema, aspect, digest in rows)
    return {
        schema: Fingerprint({Aspect(aspect): digest for _, aspect, digest in group if aspect})
        for schema, group in groupby(found, key=lambda row: row[0])
    }


def parts(session: Session, schemas: Sequence[str]) -> dict[str, tuple[Part, ...]]:
    """What fingerprints are made of, by schema; for looking at a few.

    Raises:
        ServerRefused: the server refused.
    """
    rows = ask(session, "fingerprint_texts", schemas)
    return {
        schema: tuple(Part(Aspect(aspect), name, text) for _, aspect, name, text in group)
        for schema, group in groupby(rows, key=lambda row: str(row[0]))
    }


def ask(session: Session, tail: str, schemas: Sequence[str] | None) -> list[Row]:
    """The rows of a query over the parts of schemas.

    Args:
        session: inside or outside of a transaction.
        tail: the query's name; it follows the parts in `fingerprint_parts.sql`.
        schemas: as in `fingerprints`.

    Raises:
        ServerRefused: the server refused.
    """
    # By name, and not by a condition: so the planner knows how many there are.
    names = list(schemas) if schemas is not None else [name for (name,) in session.rows(_NOT_THE_SYSTEMS)]
    # The query moves the search path from row to row, and the block gives it back.
    with session.reading():
        session.set_local({"search_path": "pg_catalog", "jit": "off"})
        return session.rows(_query(tail), {"schemas": names})


_NOT_THE_SYSTEMS: Final = (
    "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
)


@cache
def _query(tail: str) -> str:
    return text_of("fingerprint_parts") + text_of(tail)


def _combined(aspects: Mapping[Aspect, str], without: Iterable[Aspect]) -> str:
    return hashlib.sha256("".join(_lines(aspects, frozenset(without))).encode()).hexdigest()


def _lines(aspects: Mapping[Aspect, str], without: frozenset[Aspect]) -> Iterator[str]:
    for aspect in Aspect:
        if aspect in aspects and aspect not in without:
            yield f"{aspect.value}={aspects[aspect]}\n"
