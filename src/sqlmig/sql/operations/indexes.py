"""Operations on indexes and views."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression, IndexElement, Option
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name


class CreateIndex(Operation):
    """CREATE INDEX."""

    name: str | None
    table: Name
    elements: tuple[IndexElement, ...]
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    only: bool = False
    method: str | None = None
    """None when not written: btree."""
    include: tuple[str, ...] = ()
    nulls_not_distinct: bool = False
    where: Expression | None = None
    options: tuple[Option, ...] = ()
    tablespace: str | None = None


class DropIndex(Operation):
    """DROP INDEX of one index."""

    index: Name
    concurrently: bool = False
    if_exists: bool = False
    cascade: bool = False


class Reindex(Operation):
    """REINDEX."""

    kind: Kind
    """INDEX, TABLE, SCHEMA, DATABASE; SYSTEM counts as DATABASE."""
    name: Name | None
    concurrently: bool = False


class CreateView(Operation):
    """CREATE VIEW."""

    view: Name
    query: Expression
    columns: tuple[str, ...] = ()
    or_replace: bool = False
    temporary: bool = False
    recursive: bool = False
    options: tuple[Option, ...] = ()
    check_option: str | None = None
    """"local" or "cascaded"."""


class CreateMaterializedView(Operation):
    """CREATE MATERIALIZED VIEW."""

    view: Name
    query: Expression
    columns: tuple[str, ...] = ()
    if_not_exists: bool = False
    options: tuple[Option, ...] = ()
    with_data: bool = True


class RefreshMaterializedView(Operation):
    """REFRESH MATERIALIZED VIEW."""

    view: Name
    concurrently: bool = False
    with_data: bool = True
