"""What templates see as `tenant` and `vars`: mappings whose names are columns and variables, never methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn


class Row(dict[str, object]):
    """A registry row: `tenant.items` is the column of that name, not a method."""

    owner = "the tenant has no column"


class SupposedRow(Row):
    """A row that nobody has seen: a column that it lacks has its own name as text, and is noted."""

    def __init__(self, columns: Mapping[str, object]) -> None:
        super().__init__(columns)
        self.supposed: list[str] = []

    def __missing__(self, name: str) -> str:
        if name not in self.supposed:
            self.supposed.append(name)
        return SupposedText(name)


class SupposedText(str):
    """The text of a column that nobody has seen; its characters mean nothing, so that no loop may go over them."""

    __slots__ = ()

    def __iter__(self) -> NoReturn:
        raise TypeError(f"column '{self}' is taken for a text, and a loop goes over it")


class Variables(Row):
    """What `variables` in sqlmig.yaml gives, by the same rule."""

    owner = "sqlmig.yaml has no variable"
