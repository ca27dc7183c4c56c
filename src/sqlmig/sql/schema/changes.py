"""What differs between two mappings of a schema's state, without a look at all that does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, compress, repeat
from operator import is_not
from typing import Final, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_NOTHING: Final = object()


def changed(mine: Mapping[K, V], others: Mapping[K, V]) -> Iterator[tuple[K, V]]:
    """What one mapping has, and the other has not or not the very same.

    A state keeps the objects that a statement does not touch, and their order. So the two are gone through side by
    side, without a step of Python for each: only what is not beside itself is looked up by name.
    """
    if mine is others:
        return
    beside = chain(others.values(), repeat(_NOTHING))
    for key, value in compress(mine.items(), map(is_not, mine.values(), beside)):
        if others.get(key) is not value:
            yield key, value
