"""What each form of a statement locks, rewrites and reads whole, by server version: measured, not remembered.

The figures stand in locktable.json beside this file; scripts/measure-locks writes it from real servers, and
tests/db/test_lock_table_live.py measures each form again. The statement behind a name is in tests/db/lock_forms.toml.

Names of forms are stable. Most are the statement's own words (`add-foreign-key-not-valid`). A change of a column's type
is `type:OLD->NEW` and what else matters, in this order: `:utc` or `:not-utc` (the session's TimeZone), `:collate`,
`:using-column` (USING c), `:using-cast` (USING c::NEW), `:using-expression`; last `:indexed`, when an index has the
column. Where the table is rewritten, so are its indexes, and `:indexed` was not measured.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final


class LockMode(IntEnum):
    """A lock on a relation, from weakest to strongest as PostgreSQL's documentation lists them."""

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def words(self) -> str:
        """The name as LOCK TABLE takes it."""
        return self.name.replace("_", " ")

    @property
    def blocks(self) -> str:
        """What must wait for it, in plain words; empty where only a schema change can notice it."""
        if self is LockMode.ACCESS_EXCLUSIVE:
            return "reads and writes"
        if self >= LockMode.SHARE:
            return "writes"
        return "other schema changes" if self is LockMode.SHARE_UPDATE_EXCLUSIVE else ""


class Role(StrEnum):
    """What a relation that was there before is to the statement."""

    TABLE = "table"
    """The table that the statement names or whose index, trigger, policy or constraint it names."""
    REFERENCED = "referenced"
    """The table that a foreign key of the table points to."""
    REFERENCING = "referencing"
    """A table with a foreign key that points to the table."""
    PARENT = "parent"
    """A partitioned table, or the table that another inherits from. It is never TABLE as well."""
    PARTITION = "partition"
    """The partition that is attached, detached or dropped; where a form works on PARENT as a whole, each partition."""
    DEFAULT_PARTITION = "default_partition"
    """The DEFAULT partition of PARENT, where another partition comes or goes."""
    SOURCE = "source"
    """A table that a query in the statement, or a view's definition, reads; and the table after LIKE."""
    VIEW = "view"
    MATVIEW = "matview"
    SEQUENCE = "sequence"
    DOMAIN_USERS = "domain_users"
    """Each table with a column of the domain."""
    TYPE_USERS = "type_users"
    """Each table with a column of the enum or composite type, or made OF the composite type."""
    INDEX = "index"
    """An index, only where that says more than its table: it is locked harder, or built again although the table is
    not rewritten. ACCESS EXCLUSIVE on an index stops reads of its table too: planning a query locks every index."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one form did on one major version."""

    locks: Mapping[Role, LockMode]
    """The strongest lock on each; who is not in it was not locked to the end of the transaction."""
    rewrites: frozenset[Role]
    """Whose rows, or index entries, were written to a new file."""
    scans: frozenset[Role]
    """Which were read whole: to check rows, to copy them, or to build an index."""
    error: str | None = None
    """SQLSTATE and message, names taken out, where the server refuses the form; then the rest is empty."""


def measured(form: str, postgres: int) -> Measured:
    """What the form does on that major version; one that was not measured gets the figures of the nearest that was.

    Raises:
        KeyError: there is no form of that name.
    """
    since = _since(form)
    return since[max((version for version in since if version <= postgres), default=min(since))]


def forms() -> tuple[str, ...]:
    """The names of all forms."""
    return tuple(_document()["forms"])


@cache
def servers() -> Mapping[int, str]:
    """The servers that the table was measured on: full version by major version."""
    return MappingProxyType({int(major): version for major, version in _document()["servers"].items()})


@cache
def _since(form: str) -> Mapping[int, Measured]:
    """What holds of a form from which major version on, until the next one named. Few forms are ever asked for."""
    return {int(version): _measured(record) for version, record in _document()["forms"][form].items()}


def _measured(record: Mapping[str, Any]) -> Measured:
    return Measured(
        MappingProxyType({Role(role): _MODES[words] for role, words in record.get("locks", {}).items()}),
        frozenset(map(Role, record.get("rewrites", ()))),
        frozenset(map(Role, record.get("scans", ()))),
        record.get("error"),
    )


_MODES: Final = {mode.words: mode for mode in LockMode}


@cache
def _document() -> Any:
    return json.loads((resources.files("sqlmig.sql") / "locktable.json").read_text(encoding="utf-8"))
