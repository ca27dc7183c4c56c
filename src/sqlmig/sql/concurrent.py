"""The statements that have a CONCURRENTLY form, read as far as the runner needs them."""

from dataclasses import dataclass
from typing import Final, Literal

from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Token

ReindexKind = Literal["index", "table", "schema", "database", "system"]
_REINDEX_KINDS: Final[tuple[ReindexKind, ...]] = ("index", "table", "schema", "database", "system")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateIndex:
    """CREATE INDEX; `keyword` is CONCURRENTLY, where it stands."""

    keyword: Token | None
    name: str | None
    table: Name


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DropIndex:
    """DROP INDEX of one index or several."""

    keyword: Token | None
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reindex:
    """REINDEX; `concurrently` may come from the keyword or from the list of options."""

    kind: ReindexKind
    concurrently: bool
    keyword: Token | None
    name: Name | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DetachPartition:
    """ALTER TABLE ... DETACH PARTITION; `mode` is the word behind the partition's name."""

    parent: Name
    child: Name
    mode: Literal["", "concurrently", "finalize"]


def without_concurrently(text: str) -> str:
    """The text with the keyword CONCURRENTLY of CREATE INDEX, DROP INDEX and REINDEX blanked, so that offsets stay.

    It is for a schema that nobody uses yet: there the plain form does the same, faster, and in a transaction.

    Raises:
        SqlTextError: the text cannot be cut into statements.
    """
    for statement in split(text):
        read = create_index(statement) or drop_index(statement) or reindex(statement)
        if read is not None and read.keyword is not None:
            keyword = read.keyword
            text = text[: keyword.start] + " " * (keyword.end - keyword.start) + text[keyword.end :]
    return text


def plain_form(s: Statement) -> str | None:
    """The statement with the keyword CONCURRENTLY blanked, so that offsets stay: it does the same, in a transaction.

    None when there is no such form: for other statements, for REINDEX of more than one table, where CONCURRENTLY stands
    in a list of options, and for what PostgreSQL refuses with CONCURRENTLY but would do without.
    """
    read = create_index(s) or drop_index(s) or reindex(s)
    if read is None or read.keyword is None:
        return None
    match read:
        case DropIndex(names=names) if len(names) > 1 or s.tokens[-1].word == "cascade":
            return None
        case Reindex(kind=kind) if kind not in ("index", "table"):
            return None
    start, end = read.keyword.start - s.start, read.keyword.end - s.start
    return s.text[:start] + " " * (end - start) + s.text[end:]


def relation_of(s: Statement) -> Name | None:
    """The table or the index that a statement with a CONCURRENTLY form names; None when it names none, or several."""
    match create_index(s) or drop_index(s) or reindex(s) or detach_partition(s):
        case CreateIndex(table=name) | DropIndex(names=(name,)) | DetachPartition(parent=name):
            return name
        case Reindex(kind="index" | "table", name=name):
            return name
        case _:
            return None


def create_index(s: Statement) -> CreateIndex | None:
    """Read CREATE INDEX; None when it is another statement, or one that PostgreSQL would refuse."""
    reader = Reader(s.tokens)
    if not reader.accept("create"):
        return None
    reader.accept("unique")
    if not reader.accept("index"):
        return None
    keyword = _keyword(reader)
    reader.accept("if", "not", "exists")
    name = None if reader.accept("on") else reader.name()
    if name is not None and not reader.accept("on"):
        return None
    reader.accept("only")
    table = reader.name()
    return CreateIndex(keyword, name.name if name else None, table) if table else None


def drop_index(s: Statement) -> DropIndex | None:
    """Read DROP INDEX; None when it is another statement, or one that PostgreSQL would refuse."""
    reader = Reader(s.tokens)
    if not reader.accept("drop", "index"):
        return None
    keyword = _keyword(reader)
    reader.accept("if", "exists")
    names: list[Name] = []
    while (name := reader.name()) is not None:
        names.append(name)
        if not reader.symbol(","):
            return DropIndex(keyword, tuple(names))
    return None


def reindex(s: Statement) -> Reindex | None:
    """Read REINDEX; None when it is another statement, or one that PostgreSQL would refuse."""
    reader = Reader(s.tokens)
    if not reader.accept("reindex"):
        return None
    asked_for = reader.options().get("concurrently", False)
    for kind in _REINDEX_KINDS:
        if reader.accept(kind):
            keyword = _keyword(reader)
            return Reindex(kind, asked_for or keyword is not None, keyword, reader.name())
    return None


def detach_partition(s: Statement) -> DetachPartition | None:
    """Read ALTER TABLE ... DETACH PARTITION; None when it is another statement."""
    reader = Reader(s.tokens)
    if not reader.accept("alter", "table"):
        return None
    reader.accept("if", "exists")
    reader.accept("only")
    parent = reader.name()
    reader.symbol("*")
    if parent is None or not reader.accept("detach", "partition"):
        return None
    child = reader.name()
    if child is None:
        return None
    mode: Literal["", "concurrently", "finalize"] = ""
    if reader.accept("concurrently"):
        mode = "concurrently"
    elif reader.accept("finalize"):
        mode = "finalize"
    return DetachPartition(parent, child, mode)


def _keyword(reader: Reader) -> Token | None:
    return reader.last if reader.accept("concurrently") else None
