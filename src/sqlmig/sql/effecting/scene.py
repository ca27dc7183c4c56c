"""What an operation meets: the schema, the server's version, the session's TimeZone. And what its effect is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from sqlmig.sql.locktable import LockMode, Role, forms
from sqlmig.sql.reader import Name
from sqlmig.sql.record import Record
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Table

Names = tuple[Name, ...]


class Use(Record):
    """One form of the lock table, with the relations that play the roles in it."""

    form: str
    names: Mapping[Role, Names] = {}
    certain: bool = True
    """False when what is not known could make it another form, or more relations."""
    locks_only: bool = False
    """Whether nothing need be read or written that the form reads and writes."""
    mode: LockMode | None = None
    """The lock that the statement asks for by name."""


class Scene(Record):
    """What an operation meets."""

    state: SchemaState
    """The schema before it."""
    postgres: int
    timezone_utc: bool = False

    def resolve(self, name: Name) -> Name:
        """The full name of a relation."""
        return self.state.resolve(name)

    def table(self, name: Name) -> Table | None:
        """A table, if it is known."""
        return self.state.table(name)

    def knows(self, name: Name) -> bool:
        """Whether all of a table is known: whoever made it was replayed."""
        table = self.state.table(name)
        return table is not None and table.known_from_creation

    def is_partitioned(self, name: Name) -> bool:
        """Whether a table is known to have partitions, or to be ready for some."""
        table = self.state.table(name)
        return table is not None and table.partition_by is not None

    def below(self, name: Name) -> Names:
        """The partitions and heirs of a table, and theirs."""
        return tuple(table.name for table in self.state.descendants_of(name))

    def referenced(self, *names: Name) -> Names:
        """Tables that foreign keys point to, each with its partitions: they are locked with it."""
        resolved = [self.resolve(name) for name in names]
        return tuple(dict.fromkeys(found for name in resolved for found in (name, *self._partitions(name))))

    def _partitions(self, name: Name) -> Names:
        return tuple(table.name for table in self.state.partition_tree_of(name))

    def on(self, form: str, name: Name, *, only: bool = False, certain: bool = True, **more: Iterable[Name]) -> Use:
        """A form on a table, with its partitions and heirs unless `only`; further roles by their names."""
        resolved = self.resolve(name)
        others = {Role(role): tuple(names) for role, names in more.items()}
        partitioned = f"{form}-partitioned"
        if self.is_partitioned(name) and partitioned in _forms():
            roles = {Role.PARENT: (resolved,), Role.PARTITION: () if only else self.below(name)}
            return Use(form=partitioned, names=roles | others, certain=certain)
        tables = (resolved,) if only else (resolved, *self.below(name))
        return Use(form=form, names={Role.TABLE: tables} | others, certain=certain)


Handler = Callable[[Scene, Any], Iterable[Use]]


@cache
def _forms() -> frozenset[str]:
    return frozenset(forms())
