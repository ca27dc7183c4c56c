"""What a rule may ask: about an operation, about its file, about the schema before and after, about the project."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlmig.errors import Place
from sqlmig.lint.allow import Allow, allows_of
from sqlmig.lint.settings import Settings
from sqlmig.lint.severity import severity_of
from sqlmig.lint.values import Severity
from sqlmig.project.directives import FileKind
from sqlmig.project.model import Direction, Directives, Scope
from sqlmig.project.templates import Rendered
from sqlmig.sql.definitions import ForeignKey, TypeName
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import SetParameter
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs, Persistence
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.changes import changed
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Index, Origin, Table
from sqlmig.sql.statements import Statement

if TYPE_CHECKING:
    from sqlmig.sql.effects import Effect


class Runs(Enum):
    """When an operation runs."""

    NOW = "now"
    """When the migration does: it is a statement, or stands in a DO block."""
    LATER = "later"
    """When somebody calls the function that it stands in."""


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """An operation where it stands."""

    operation: Operation
    statement: Statement
    """The statement that it is part of; in a body, the statement of the body."""
    outer: Statement
    """The statement of the file: the same, or the DO or CREATE FUNCTION around it."""
    runs: Runs
    before: SchemaState
    """The schema just before it runs."""
    variables: frozenset[str] = frozenset()
    """The names of arguments and variables of the body that it stands in."""

    @property
    def number(self) -> int:
        """Of the file's statement, from 1."""
        return self.outer.number


@dataclass(frozen=True, eq=False, repr=False)
class File:
    """One file as it was rendered for one target."""

    path: str
    kind: FileKind
    track: str
    scope: Scope
    schema: str
    """The schema of the target."""
    version: int | None
    """None for a repeatable."""
    label: str
    directives: Directives
    rendered: Rendered
    statements: tuple[Statement, ...]

    @property
    def text(self) -> str:
        """What was rendered: offsets count in it."""
        return self.rendered.text

    def place(self, at: int) -> Place:
        """Where, in the template or a macro file, the character at an offset of the text came from."""
        return self.rendered.place(at)

    @property
    def mark(self) -> tuple[str, int | None, str]:
        """What the schema's objects are marked with that this file makes."""
        return (self.track, self.version, self.path)

    @property
    def head(self) -> int:
        """Where the first statement is: what is said of the file as a whole is said there."""
        return self.statements[0].start if self.statements else 0

    def statement_at(self, at: int) -> int | None:
        """The number of the statement that an offset lies in."""
        index = bisect_right(self.statements, at, key=attrgetter("start")) - 1
        return self.statements[index].number if index >= 0 and at <= self.statements[index].end else None

    @property
    def direction(self) -> Direction:
        """Down for down files, up for all others."""
        return Direction.DOWN if self.kind is FileKind.DOWN else Direction.UP

    @property
    def transaction(self) -> bool:
        """Whether the runner puts the whole file into one transaction."""
        return self.directives.transaction


@dataclass(frozen=True, eq=False, repr=False)
class FileContext:
    """What a file does, and to what."""

    file: File
    settings: Settings
    start: SchemaState
    """The schema before its first statement."""
    end: SchemaState
    """The schema after its last."""
    occurrences: tuple[Occurrence, ...]
    """All operations in order, those in bodies included."""

    def running(self, *classes: type[Operation]) -> Iterator[Occurrence]:
        """The operations that the migration runs, of these classes (all, when none is given)."""
        for occurrence in self._running:
            if not classes or isinstance(occurrence.operation, classes):
                yield occurrence

    @cached_property
    def parameters(self) -> tuple[Occurrence, ...]:
        """Its SET and RESET: asked for at each operation, and there are few."""
        return tuple(self.running(SetParameter))

    @cached_property
    def _running(self) -> tuple[Occurrence, ...]:
        return tuple(occurrence for occurrence in self.occurrences if occurrence.runs is Runs.NOW)

    @cached_property
    def made(self) -> frozenset[Name]:
        """Tables, views, indexes and sequences that this file makes, resolved; temporary ones too."""
        start, end = self.start, self.end
        tables = {name for name, table in changed(end.tables, start.tables) if table.known_from_creation}
        others = (changed(end.views, start.views), changed(end.indexes, start.indexes))
        names = tables.union(*((name for name, _ in each) for each in others))
        names |= {name for name, _ in changed(end.sequences, start.sequences)}
        return frozenset(name for name in names if start.relation(name) is None)

    @cached_property
    def changed_tables(self) -> tuple[Table, ...]:
        """The tables that are not as they were before the file, as they are at its end; those it drops are left out."""
        return tuple(table for _, table in changed(self.end.tables, self.start.tables))

    @cached_property
    def changed_indexes(self) -> tuple[Index, ...]:
        """The same for indexes, those of constraints included."""
        return tuple(index for _, index in changed(self.end.indexes, self.start.indexes))

    @cached_property
    def new_tables(self) -> tuple[tuple[Table, Occurrence], ...]:
        """Each table that this file creates and leaves there, as it is at the end, with where it is created."""
        found: list[tuple[Table, Occurrence]] = []
        for occurrence in self.running(CreateTable, CreateTableAs):
            operation = occurrence.operation
            assert isinstance(operation, CreateTable | CreateTableAs)  # noqa: S101  what running() was asked for
            temporary = operation.persistence is Persistence.TEMPORARY
            name = occurrence.before.resolve_new(operation.table, temporary=temporary)
            table = self.end.tables.get(name)
            if table is not None and name not in occurrence.before.tables:
                found.append((table, occurrence))
        return tuple(found)

    @cached_property
    def tenant_lists(self) -> frozenset[Name]:
        """The tables of which each row is a tenant: those that the tenant column alone refers to.

        Before any does, it is the table that is called as the column is: `tenants` or `tenant` for `tenant_id`.
        """
        if not self.settings.row_level:
            return frozenset()
        tables = self.end.tables
        referred = frozenset(
            key.definition.references
            for table in tables.values()
            for key in table.foreign_keys
            if isinstance(key.definition, ForeignKey) and key.columns == (self.settings.tenant_column,)
        )
        stem = self.settings.tenant_column.removesuffix("_id")
        names = (stem, f"{stem}s", f"{stem.removesuffix('y')}ies")
        return referred or frozenset(name for name, t in tables.items() if name.name in names and t.primary_key)

    @cached_property
    def allows(self) -> tuple[Allow, ...]:
        """Its `allow` comments, those above the statements of bodies included."""
        inner = {o.statement.start: o.statement for o in self.occurrences if o.statement is not o.outer}
        return allows_of([*self.file.statements, *inner.values()])

    def context(self, occurrence: Occurrence) -> Context:
        """What a rule may ask about one of its operations."""
        return Context(self, occurrence)

    @cached_property
    def effects(self) -> dict[Occurrence, Effect]:
        """The effects that were asked for, kept here and not with the contexts: each rule has one of its own.

        (To keep the contexts would close a circle, and hold the schemas of all files until cycles are looked for.)
        """
        return {}


@dataclass(frozen=True, eq=False, repr=False)
class Context:
    """What a rule may ask about one operation."""

    whole: FileContext
    occurrence: Occurrence

    @property
    def file(self) -> File:
        """The file it stands in."""
        return self.whole.file

    @property
    def settings(self) -> Settings:
        """What the project says."""
        return self.whole.settings

    @property
    def before(self) -> SchemaState:
        """The schema just before the operation."""
        return self.occurrence.before

    @property
    def end(self) -> SchemaState:
        """The schema at the end of the file."""
        return self.whole.end

    @property
    def postgres(self) -> int:
        """The oldest major version that the project runs on."""
        return self.settings.postgres

    @property
    def effect(self) -> Effect:
        """What the operation locks, rewrites and reads, if it runs on the oldest server."""
        known = self.whole.effects.get(self.occurrence)
        if known is None:
            from sqlmig.sql.effects import effect  # few files lock anything that was there before

            operation, utc = self.occurrence.operation, self.timezone_is_utc
            known = effect(operation, self.before, postgres=self.postgres, timezone_utc=utc)
            self.whole.effects[self.occurrence] = known
        return known

    def severity(self) -> Severity | None:
        """How bad the operation's own locks are; None when nobody is kept waiting.

        It is computed: the strongest lock, times whether a scan or a rewrite goes on under it, times whether the table
        is new or small, times the number of tenants, when all of them take that lock on one table.
        """
        return severity_of(self.effect, self.is_new, self.settings, shared=self.is_shared, scope=self.file.scope)

    def is_new(self, name: Name) -> bool:
        """Whether a table was made by this very file, or is temporary: nobody else reads or writes it yet."""
        resolved = self.before.resolve(name)
        return resolved in self.whole.made or resolved.schema == "pg_temp"

    def made_here(self, made_by: Origin | None) -> bool:
        """Whether what made an object is this very file."""
        return made_by is not None and made_by.mark == self.file.mark

    def is_small(self, name: Name) -> bool:
        """Whether the configuration calls a table small."""
        return self.settings.is_small(self.before.resolve(name))

    def is_shared(self, name: Name) -> bool:
        """Whether a relation lies outside of the tenant's own schema, in a migration that each tenant runs."""
        return self.file.scope is Scope.TENANT and self.before.resolve(name).schema not in (self.file.schema, "pg_temp")

    def shown(self, name: Name) -> str:
        """A name as the migration's author would write it: the schema only where it is not the target's own."""
        resolved = self.before.resolve(name)
        return quote_ident(resolved.name) if resolved.schema == self.file.schema else str(resolved)

    @property
    def actions(self) -> int:
        """How many operations the statement has."""
        statement = self.occurrence.statement
        return sum(occurrence.statement is statement for occurrence in self.whole.occurrences)

    @property
    def written(self) -> str:
        """The statement as its author wrote it, with a semicolon."""
        return f"{self._source};"

    @property
    def _source(self) -> str:
        """The statement's text; in a tenant track the schema it was rendered for stands there as the template's name.

        A remedy with one tenant's name in it would be pasted into a file that all tenants get.
        """
        text = self.occurrence.statement.text
        if self.file.scope is not Scope.TENANT:
            return text
        return re.sub(rf'(?<![\w."]){re.escape(quote_ident(self.file.schema))}(?=\.)', "{{ schema | ident }}", text)

    def rewritten(self, words: str, by: str) -> str:
        """The statement's own text with these words, where they come first, replaced; with a semicolon.

        For remedies: it keeps what the author wrote, comments and layout included.
        """
        text = self._source
        pattern = r"\s+".join(map(re.escape, words.split()))
        space = "" if by else r"\s*"
        return re.sub(rf"\b{pattern}\b{space}", lambda _: by, text, count=1, flags=re.IGNORECASE) + ";"

    @cached_property
    def earlier(self) -> tuple[Context, ...]:
        """What ran before it in the same transaction; nothing in a file without a transaction."""
        if not self.file.transaction:
            return ()
        found: list[Context] = []
        for occurrence in self.whole.running():
            if occurrence is self.occurrence:
                break
            found.append(Context(self.whole, occurrence))
        return tuple(found)

    def parameter(self, name: str) -> str | None:
        """What this file has set a parameter to before the operation; None when it has not."""
        value: str | None = None
        for occurrence in self.whole.parameters:
            if occurrence is self.occurrence or occurrence.operation.at > self.occurrence.operation.at:
                break
            operation = occurrence.operation
            assert isinstance(operation, SetParameter)  # noqa: S101  what running() was asked for
            if operation.setting.name == name:
                value = ", ".join(operation.setting.values) if operation.setting.values is not None else None
        return value

    @property
    def timezone_is_utc(self) -> bool:
        """Whether TimeZone is known to be UTC when the operation runs."""
        zone = self.parameter("timezone") or self.settings.lint.timezone or ""
        return zone.lower() in ("utc", "etc/utc", "gmt", "zulu", "universal")

    def column_type(self, table: Name, column: str) -> TypeName | None:
        """The type of a column just before the operation; None when it is not known."""
        known = self.before.table(table)
        found = known.column(column) if known is not None else None
        return found.type if found is not None else None
