"""The rows that migrations leave in a tenant's tables, read from two tenants and written as a template.

A value that both tenants have is kept. One that is the tenant's own id, slug or schema becomes a placeholder. Any other
that differs was made up when the row was: the column's default makes up another one, and where there is none, nobody
knows what a third tenant would get.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from sqlmig.catalog.snapshot_text import escaped, literal_template
from sqlmig.db.composing import quoted, text_of
from sqlmig.db.session import Session
from sqlmig.errors import Refused
from sqlmig.project.model import Tenant
from sqlmig.sql.identifiers import quote_ident


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values can be given."""

    name: str
    always: bool
    """GENERATED ALWAYS AS IDENTITY: a value is only taken when the statement insists."""
    filled: bool
    """Whether something stands there when nothing is given: a default, or an identity."""
    default: str | None
    """Its default's expression, with the column's type."""
    today: str | None = None
    """What that gave when it was asked, where it depends on the day or the session; not of sequences."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table's rows in the order in which they were written, every value as text."""

    table: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a schema holds besides its objects."""

    tenant: Tenant
    tables: dict[str, Rows]
    """Those that have rows, by name."""
    sequences: dict[str, int] = field(default_factory=dict)
    """The last value that each gave, by name; of those that gave one."""
    filled: tuple[str, ...] = ()
    """Materialized views that are filled."""


def read_contents(session: Session, tenant: Tenant) -> Contents:
    """Reads the rows of a tenant's schema. Opens a transaction of its own, and keeps nothing of it.

    Raises:
        ServerRefused: a policy keeps the rows from the role, or the server refused.
    """
    tables: dict[str, Rows] = {}
    sequences: dict[str, int] = {}
    filled: list[str] = []
    with _everything_readable(session):
        for kind, name, forced, columns in session.rows(text_of("fingerprint_contents"), {"schema": tenant.schema}):
            if kind == "m":
                filled.append(name)
            elif kind == "S":
                last = session.value(f"SELECT last_value FROM {_named(tenant, name)} WHERE is_called")  # noqa: S608  quoted
                sequences |= {name: int(last)} if last is not None else {}
            else:
                found = Rows(name, tuple(Column(**column) for column in columns), ())
                rows = _rows(session, tenant, found, forced=forced)
                asked = tuple(_asked(session, column) for column in found.columns) if rows else ()
                tables |= {name: Rows(name, asked, rows)} if rows else {}
    return Contents(tenant, tables, sequences, tuple(filled))


_PLAIN: Final = {
    "search_path": "pg_catalog",
    "row_security": "off",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


@contextmanager
def _everything_readable(session: Session) -> Iterator[None]:
    """A transaction in which texts are written alike everywhere, and a policy is an error, not a row less."""
    nested = session.in_transaction
    session.run("SAVEPOINT sqlmig_contents" if nested else "BEGIN")
    try:
        session.set_local(_PLAIN)
        yield
    finally:
        if nested:
            session.run("ROLLBACK TO SAVEPOINT sqlmig_contents; RELEASE SAVEPOINT sqlmig_contents")
        else:
            session.rollback()


def _rows(session: Session, tenant: Tenant, table: Rows, *, forced: bool) -> tuple[tuple[str | None, ...], ...]:
    if not table.columns:
        return ()
    if forced:
        # It binds the owner too. The transaction is rolled back, and the database a shadow.
        session.run(f"ALTER TABLE {_named(tenant, table.table)} NO FORCE ROW LEVEL SECURITY")
    columns = ", ".join(f"{quoted(column.name)}::text" for column in table.columns)
    # In the order in which they were written, which is the same for every tenant.
    query = f"SELECT {columns} FROM {_named(tenant, table.table)} ORDER BY tableoid::regclass::text, ctid"  # noqa: S608  quoted
    return tuple(session.rows(query))


def _asked(session: Session, column: Column) -> Column:
    """The column with what its default gives now, unless that is a constant or moves a sequence."""
    default = column.default or ""
    if not re.search(r"\w\(|\bCURRENT_|\bLOCALTIME", default) or "nextval(" in default:
        return column
    return replace(column, today=session.value(f"SELECT ({default})::text"))


def _named(tenant: Tenant, name: str) -> str:
    return f"{quoted(tenant.schema)}.{quoted(name)}"


def row_statements(one: Contents, other: Contents) -> tuple[str, ...]:
    """The statements, as templates, that write what both tenants have.

    Raises:
        Refused: the tenants differ in what no default makes up.
    """
    names = sorted(one.tables.keys() | other.tables.keys())
    return tuple(_insert(_both(one, other, name), one.tenant, other.tenant) for name in names)


def closing_statements(one: Contents, other: Contents) -> tuple[str, ...]:
    """What follows when all objects are there: where sequences stand, and the materialized views' rows."""
    same = sorted(name for name, last in one.sequences.items() if other.sequences.get(name) == last)
    positions = (
        f"SELECT pg_catalog.setval({literal_template(quote_ident(name))}, {one.sequences[name]}, true)" for name in same
    )
    return (*positions, *(f"REFRESH MATERIALIZED VIEW {escaped(quote_ident(name))}" for name in one.filled))


def _both(one: Contents, other: Contents, name: str) -> tuple[Rows, Rows]:
    ours, theirs = one.tables.get(name), other.tables.get(name)
    if ours is None or theirs is None or len(ours.rows) != len(theirs.rows):
        counts = [len(rows.rows) if rows is not None else 0 for rows in (ours, theirs)]
        raise _refused(f"migrations leave {counts[0]} rows in table {name} of one tenant, and {counts[1]} in another's")
    return ours, theirs


def _insert(both: tuple[Rows, Rows], one: Tenant, other: Tenant) -> str:
    ours, theirs = both
    rows = [
        [_value(ours, at, pair, one, other) for at, pair in enumerate(zip(mine, others, strict=True))]
        for mine, others in zip(ours.rows, theirs.rows, strict=True)
    ]
    # A column that nobody gives a value is left out.
    given = [at for at in range(len(ours.columns)) if any(row[at] != "DEFAULT" for row in rows)]
    name = escaped(quote_ident(ours.table))
    if not given:
        return ";\n".join(f"INSERT INTO {name} DEFAULT VALUES" for _ in rows)
    columns = escaped(", ".join(quote_ident(ours.columns[at].name) for at in given))
    insists = " OVERRIDING SYSTEM VALUE" if any(ours.columns[at].always for at in given) else ""
    values = ",\n    ".join(f"({', '.join(row[at] for at in given)})" for row in rows)
    return f"INSERT INTO {name} ({columns}){insists} VALUES\n    {values}"


def _value(table: Rows, at: int, pair: tuple[str | None, str | None], one: Tenant, other: Tenant) -> str:
    column = table.columns[at]
    mine, others = pair
    if mine == others:
        if mine is not None and mine == column.today:
            # Both were made today: tomorrow the default gives another day.
            return "DEFAULT"
        return "NULL" if mine is None else literal_template(mine)
    for name in ("id", "slug", "schema"):
        if (mine, others) == (getattr(one, name), getattr(other, name)):
            return f"{{{{ {'schema' if name == 'schema' else f'tenant.{name}'} | literal }}}}"
    if column.filled:
        return "DEFAULT"
    raise _refused(
        f"column {table.table}.{column.name} has another value in each tenant, and no default: {_shown(mine)} in one,"
        f" {_shown(others)} in the other"
    )


def differing_rows(made: Contents, replayed: Sequence[Contents]) -> tuple[str, ...]:
    """In which tables the rows of a tenant that was made from a snapshot are not those of replayed ones, in words."""
    said = []
    for name in sorted({table for contents in (made, *replayed) for table in contents.tables}):
        found = [contents.tables.get(name) for contents in (made, *replayed)]
        counts = [len(rows.rows) if rows is not None else 0 for rows in found]
        if len(set(counts)) > 1:
            said.append(f"table {name} has {counts[0]} rows, and {counts[1]} after a replay")
            continue
        said += [f"table {name}: {text}" for rows in [[r for r in found if r is not None]] for text in _differing(rows)]
    return tuple(said)


def _differing(tables: Sequence[Rows]) -> Iterator[str]:
    made, *replayed = tables
    for at, column in enumerate(made.columns):
        values = [[row[at] for row in table.rows] for table in (made, *replayed)]
        # What differs among replayed tenants is made up for each.
        if all(value == values[1] for value in values[2:]) and values[0] != values[1]:
            yield f"column {column.name} has other values than after a replay"


def _shown(value: str | None) -> str:
    return "NULL" if value is None else repr(value if len(value) <= 40 else f"{value[:37]}...")


def _refused(message: str) -> Refused:
    return Refused(
        f"no snapshot can be made: {message}",
        state="nothing was written",
        next="let the migration write the same for every tenant, or move it to seed.sql, which each new tenant gets",
    )
