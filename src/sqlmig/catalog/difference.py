"""Which objects differ between two schemas: the texts that fingerprints are hashes of, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmig.catalog.fingerprint import Aspect, Part, parts
from sqlmig.db.session import Session


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not the same in two schemas."""

    aspect: Aspect
    object: str
    """Its kind and its name: `index deals_title_idx`."""
    one: str | None
    """What the first schema says of it, its own name written `{schema}`; None when it does not have it."""
    other: str | None


def differences(session: Session, one: str, other: str) -> tuple[Difference, ...]:
    """What differs between two schemas, by aspect and name; the order of columns comes last.

    Raises:
        ServerRefused: the server refused.
    """
    found = parts(session, [one, other])
    return compared(found.get(one, ()), found.get(other, ()))


def compared(one: Iterable[Part], other: Iterable[Part]) -> tuple[Difference, ...]:
    """What differs between the parts of two schemas."""
    ours = {(part.aspect, part.object): part.text for part in one}
    theirs = {(part.aspect, part.object): part.text for part in other}
    order = list(Aspect)
    keys = sorted(ours.keys() | theirs.keys(), key=lambda key: (order.index(key[0]), key[1]))
    return tuple(Difference(*key, ours.get(key), theirs.get(key)) for key in keys if ours.get(key) != theirs.get(key))
