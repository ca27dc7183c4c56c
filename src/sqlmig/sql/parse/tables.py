"""CREATE TABLE in all its forms, CREATE FOREIGN TABLE, CREATE TABLE AS; DROP TABLE."""

from __future__ import annotations

from typing import Any, Final

from sqlmig.sql.definitions import Column, Constraint, Expression, Option
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs, DropTable, Like, Persistence
from sqlmig.sql.parse.columns import column, column_without_type
from sqlmig.sql.parse.constraints import constraint, starts_constraint
from sqlmig.sql.parse.expressions import between
from sqlmig.sql.parse.partitions import bound, partition_by
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    column_list,
    expect,
    expect_one_of,
    expect_symbol,
    generic_options,
    identifier,
    if_exists,
    if_not_exists,
    in_parentheses,
    name,
    names,
    options,
)
from sqlmig.sql.reader import Reader

Fields = dict[str, Any]
Element = Column | Constraint | Like


def create_table(r: Reader) -> tuple[Operation, ...]:
    """Read CREATE [TEMPORARY | UNLOGGED] TABLE, CREATE FOREIGN TABLE, CREATE TABLE AS."""
    fields: Fields = {"at": r.at}
    expect(r, "create")
    foreign = r.accept("foreign")
    if not foreign:
        fields["persistence"] = persistence(r)
    expect(r, "table")
    fields["if_not_exists"] = if_not_exists(r)
    fields["table"] = name(r)
    if not foreign and _is_query(r):
        return _table_as(r, fields)
    _contents(r, fields)
    if foreign:
        _server(r, fields)
    else:
        fields |= _storage(r)
    return (CreateTable(**fields),)


def drop_table(r: Reader) -> tuple[Operation, ...]:
    """Read DROP [FOREIGN] TABLE: an operation for each table."""
    at = r.at
    expect(r, "drop")
    foreign = r.accept("foreign")
    expect(r, "table")
    missing_ok, tables = if_exists(r), names(r)
    cascades = cascade(r)
    return tuple(
        DropTable(table=table, if_exists=missing_ok, cascade=cascades, foreign=foreign, at=at) for table in tables
    )


def persistence(r: Reader) -> Persistence:
    """Read TEMPORARY, UNLOGGED and their like (OptTemp)."""
    if r.accept("unlogged"):
        return Persistence.UNLOGGED
    if r.one_of("global", "local"):
        expect_one_of(r, "temporary", "temp")
        return Persistence.TEMPORARY
    return Persistence.TEMPORARY if r.one_of("temporary", "temp") else Persistence.PERMANENT


# --- what the table is made of ---


def _contents(r: Reader, fields: Fields) -> None:
    """Read the columns, or where they come from; up to the bound of a partition."""
    if r.accept("partition", "of"):
        fields["partition_of"] = name(r)
        _typed_elements(r, fields)
        fields["bound"] = bound(r)
    elif r.accept("of"):
        fields["of_type"] = name(r)
        _typed_elements(r, fields)
    else:
        expect_symbol(r, "(")
        if not r.symbol(")"):
            r.back(r.index - 1)
            _sort(in_parentheses(r, _element), fields)
        if r.accept("inherits"):
            fields["inherits"] = in_parentheses(r, name)


def _typed_elements(r: Reader, fields: Fields) -> None:
    if r.is_symbol("("):
        _sort(in_parentheses(r, _typed_element), fields)


def _sort(elements: tuple[Element, ...], fields: Fields) -> None:
    fields["columns"] = tuple(element for element in elements if isinstance(element, Column))
    fields["likes"] = tuple(element for element in elements if isinstance(element, Like))
    fields["constraints"] = tuple(element for element in elements if not isinstance(element, Column | Like))


def _element(r: Reader) -> Element:
    if r.accept("like"):
        return _like(r)
    return constraint(r) if starts_constraint(r) else column(r)


def _typed_element(r: Reader) -> Element:
    return constraint(r) if starts_constraint(r) else column_without_type(r)


def _like(r: Reader) -> Like:
    table = name(r)
    included: frozenset[str] = frozenset()
    while verb := r.one_of("including", "excluding"):
        what = expect_one_of(r, "all", *_LIKE_WHAT)
        parts = _LIKE_WHAT if what == "all" else {what}
        included = included | parts if verb == "including" else included - parts
    return Like(table=table, including=included)


_LIKE_WHAT: Final = frozenset(
    {
        *("comments", "compression", "constraints", "defaults", "generated", "identity", "indexes", "statistics"),
        "storage",
    }
)


# --- how it is stored ---


def _storage(r: Reader) -> Fields:
    """Read what stands behind the columns, in the order that the grammar has."""
    said: Fields = {}
    if r.accept("partition", "by"):
        said["partition_by"] = partition_by(r)
    if r.accept("using"):
        said["access_method"] = identifier(r)
    said["options"] = _with_options(r)
    said["on_commit"] = _on_commit(r)
    if r.accept("tablespace"):
        said["tablespace"] = identifier(r)
    return said


def _with_options(r: Reader) -> tuple[Option, ...]:
    if r.accept("without", "oids"):
        return ()
    return options(r) if r.accept("with") else ()


def _on_commit(r: Reader) -> str | None:
    if not r.accept("on", "commit"):
        return None
    found = expect_one_of(r, "drop", "delete", "preserve")
    if found == "drop":
        return found
    expect(r, "rows")
    return f"{found} rows"


def _server(r: Reader, fields: Fields) -> None:
    if "partition_of" in fields and r.accept("partition", "by"):
        fields["partition_by"] = partition_by(r)
    expect(r, "server")
    fields["server"] = identifier(r)
    if r.accept("options"):
        fields["options"] = generic_options(r)


# --- CREATE TABLE AS ---


def _is_query(r: Reader) -> bool:
    """Whether a query must follow: names alone are no columns of a table, they lack their types."""
    if not r.is_symbol("("):
        return r.word not in ("of", "partition")
    first = r.index
    try:
        column_list(r)
    except NotUnderstood:
        return False
    finally:
        r.back(first)
    return True


def _table_as(r: Reader, fields: Fields) -> tuple[Operation, ...]:
    if r.is_symbol("("):
        fields["columns"] = column_list(r)
    if r.accept("using"):
        identifier(r)
    fields["options"] = _with_options(r)
    _on_commit(r)
    if r.accept("tablespace"):
        identifier(r)
    expect(r, "as")
    inner, source = ((), _execute(r)) if r.word == "execute" else _source(r)
    return *inner, CreateTableAs(query=source, with_data=with_data(r), **fields)


def _source(r: Reader) -> tuple[tuple[Operation, ...], Expression]:
    # Most tables are made without a query: they shall not wait for this module.
    from sqlmig.sql.parse.rows import source

    return source(r)


def _execute(r: Reader) -> Expression:
    first = r.index
    expect(r, "execute")
    identifier(r)
    r.pair()
    return between(r, first, r.index)


def with_data(r: Reader) -> bool:
    """Read WITH [NO] DATA, which may stand behind a query."""
    return r.accept("with", "data") or not r.accept("with", "no", "data")
