"""What the runner has to know of a statement before it sends it; each question is a function of its tokens alone."""

from typing import Final

from sqlmig.sql.concurrent import without_concurrently
from sqlmig.sql.leftovers import (
    EnumLabelAdded,
    IndexBuilt,
    IndexDropped,
    IndexRebuilt,
    Leftover,
    PartitionDetached,
    Rerunnable,
    leaves,
)
from sqlmig.sql.outside import outside_transaction
from sqlmig.sql.psql import PsqlCommand, psql_command
from sqlmig.sql.reader import Reader
from sqlmig.sql.statements import Statement

__all__ = [
    "EnumLabelAdded",
    "IndexBuilt",
    "IndexDropped",
    "IndexRebuilt",
    "Leftover",
    "PartitionDetached",
    "PsqlCommand",
    "Rerunnable",
    "copy_from_stdin",
    "creates_other_than_relations",
    "drops",
    "leaves",
    "outside_transaction",
    "psql_command",
    "transaction_control",
    "without_concurrently",
]


def transaction_control(s: Statement) -> str | None:
    """The words of a statement that opens, closes, divides or sets up a transaction, in capitals, such as "COMMIT"."""
    reader = Reader(s.tokens)
    for words in _TRANSACTION_CONTROL:
        if reader.accept(*words):
            return " ".join(words).upper()
    return None


# Where one begins with another, the longer stands first.
_TRANSACTION_CONTROL: Final = (
    ("begin",),
    ("start", "transaction"),
    ("commit", "prepared"),
    ("commit",),
    ("end",),
    ("rollback", "prepared"),
    ("rollback",),
    ("abort",),
    ("savepoint",),
    ("release",),
    ("prepare", "transaction"),
    ("set", "transaction"),
    ("set", "local", "transaction"),
    ("set", "session", "transaction"),
    ("set", "session", "characteristics"),
)


def copy_from_stdin(s: Statement) -> bool:
    """Whether it is COPY ... FROM STDIN: the data that follow it in a file are not SQL."""
    reader = Reader(s.tokens)
    return reader.accept("copy") and reader.skip_to("from") and reader.accept("stdin")


def creates_other_than_relations(s: Statement) -> bool:
    """Whether it may change the catalog without a writing lock on any table, view, index or sequence.

    So it is for functions, types, schemas, extensions, privileges and the like. The runner reads its own locks to
    find out what a migration changed; these leave none. DO and CALL may do anything.
    """
    reader = Reader(s.tokens)
    match reader.one_of("create", "alter", "drop", "comment", "security", "grant", "revoke", "reassign", "do", "call"):
        case "create" | "drop":
            while reader.one_of(*_MODIFIERS):
                pass
            return not _of(reader, _CREATED_UNDER_LOCK)
        case "alter":
            return not _of(reader, _ALTERED_UNDER_LOCK)
        case "comment" | "security":
            return reader.skip_to("on") and not _of(reader, _LABELLED_UNDER_LOCK)
        case verb:
            return bool(verb)


def _of(reader: Reader, kinds: tuple[str, ...]) -> bool:
    return bool(reader.one_of(*kinds)) or reader.accept("foreign", "table")


_MODIFIERS: Final = (
    *("or", "replace", "global", "local", "temporary", "temp"),
    *("unlogged", "unique", "recursive", "constraint"),
)
_RELATIONS: Final = ("table", "view", "materialized", "index", "sequence")
_ON_TABLES: Final = ("trigger", "rule", "policy")
# Measured: what is not listed takes no lock above ACCESS SHARE on a table, view, index or sequence.
_CREATED_UNDER_LOCK: Final = (*_RELATIONS, *_ON_TABLES, "statistics")
_ALTERED_UNDER_LOCK: Final = (*_RELATIONS, *_ON_TABLES)
_LABELLED_UNDER_LOCK: Final = (*_RELATIONS, "column")


def drops(s: Statement) -> bool:
    """Whether it may drop something: DROP, ALTER with a DROP in it; DO and CALL may do anything."""
    reader = Reader(s.tokens)
    match reader.one_of("drop", "do", "call", "alter"):
        case "alter":
            return reader.skip_to("drop")
        case verb:
            return bool(verb)
