"""What the runner has to know of a statement before it sends it; each question is a function of its tokens alone."""

from dataclasses import dataclass
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
from sqlmig.sql.reader import Reader
from sqlmig.sql.statements import Statement
from sqlmig.sql.tokens import Kind, SqlTextError, Tokens, tokenize

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


@dataclass(frozen=True, slots=True)
class PsqlCommand:
    r"""A command of psql, such as \copy, and the offset of its backslash."""

    word: str
    offset: int


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


def psql_command(text: str) -> PsqlCommand | None:
    r"""The first backslash command in a text: outside of quotes and comments a backslash is never SQL.

    It looks also in a text that cannot be cut to its end, because what follows such a command (the data of COPY, the
    arguments of \set) is often why.
    """
    if "\\" not in text:
        return None  # as nearly every file: the text is not cut a second time
    tokens = _readable(text).tokens
    for token, behind in zip(tokens, (*tokens[1:], None), strict=False):
        if token.kind is Kind.SYMBOL and token.text == "\\":
            name = behind.text if behind is not None and behind.start == token.end else ""
            return PsqlCommand("\\" + name, token.start)
    return None


def _readable(text: str) -> Tokens:
    try:
        return tokenize(text)
    except SqlTextError as error:
        return tokenize(text[: error.offset])


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
