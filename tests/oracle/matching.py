"""Our operations held against libpg_query's, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oracle.trees import Tree
from sqlmig.sql.definitions import Expression
from sqlmig.sql.record import Record


class Anything:
    """Stands where the tree does not say what was written."""

    def __repr__(self) -> str:
        return "anything"


ANYTHING = Anything()


class OneOf:
    """Stands where the tree is the same for several ways to write it."""

    def __init__(self, *choices: Any) -> None:
        self.choices = choices

    def __repr__(self) -> str:
        return " or ".join(map(repr, self.choices))


class Unordered(tuple[Any, ...]):
    """A tuple whose order the tree does not keep."""


def differences(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """In what ours is not theirs, a line each: `column.default: '1', not ...`."""
    return list(_differences(ours, theirs, where))


def _differences(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    match theirs:
        case Anything():
            return
        case OneOf():
            if all(differences(ours, choice) for choice in theirs.choices):
                yield f"{where}: {ours!r}, not {theirs!r}"
        case Tree():
            yield from _tree_differences(ours, theirs, where)
        case Record() if type(ours) is type(theirs):
            for field in theirs.field_names():
                inner = f"{where}.{field}" if where else field
                yield from _differences(getattr(ours, field), getattr(theirs, field), inner)
        case Unordered() if isinstance(ours, tuple):
            if sorted(ours) != sorted(theirs):
                yield f"{where}: {ours!r}, not {tuple(theirs)!r} in some order"
        case tuple() if isinstance(ours, tuple) and len(ours) == len(theirs):
            for number, (our, their) in enumerate(zip(ours, theirs, strict=True)):
                yield from _differences(our, their, f"{where}[{number}]")
        case _:
            if ours != theirs:
                yield f"{where}: {ours!r}, not {theirs!r}"


def _tree_differences(ours: Any, theirs: Tree, where: str) -> Iterator[str]:
    text = ours.text if isinstance(ours, Expression) else ours
    if not isinstance(text, str):
        yield f"{where}: {ours!r}, not {theirs}"
    elif difference := theirs.difference(text):
        yield f"{where}: {difference}"
