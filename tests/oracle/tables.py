"""CREATE TABLE, indexes and views, as libpg_query reads them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import trees
from oracle.definitions import access_method, bound, column, constraint, index_elements, partition_by
from oracle.names import is_on, kind_of, name, options, relation, relations, strings
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import (
    CreateIndex,
    CreateMaterializedView,
    CreateView,
    RefreshMaterializedView,
    Reindex,
)
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs, Like, Persistence
from sqlmig.sql.reader import Name

Operations = tuple[Operation, ...]

_PERSISTENCE = {"p": Persistence.PERMANENT, "t": Persistence.TEMPORARY, "u": Persistence.UNLOGGED}


def create_table(tree: Message, written: str) -> Operations:
    return (_create_table(tree),)


def create_foreign_table(tree: Message, written: str) -> Operations:
    base = _create_table(tree.base_stmt)
    return (base.replaced(server=tree.servername, options=options(tree.options)),)


def _create_table(tree: Message) -> CreateTable:
    elements = [(kind_of(node), node) for node in tree.table_elts]
    is_partition = tree.HasField("partbound")
    parents = relations(tree.inh_relations)
    return CreateTable(
        table=relation(tree.relation),
        columns=tuple(column(node.column_def) for kind, node in elements if kind == "column_def"),
        constraints=tuple(constraint(node.constraint) for kind, node in elements if kind == "constraint"),
        likes=tuple(_like(node.table_like_clause) for kind, node in elements if kind == "table_like_clause"),
        if_not_exists=tree.if_not_exists,
        persistence=_PERSISTENCE[tree.relation.relpersistence],
        inherits=() if is_partition else parents,
        partition_of=parents[0] if is_partition else None,
        bound=bound(tree.partbound) if is_partition else None,
        partition_by=partition_by(tree.partspec) if tree.HasField("partspec") else None,
        of_type=name(tree.of_typename.names) if tree.HasField("of_typename") else None,
        options=options(tree.options),
        access_method=tree.access_method or None,
        tablespace=tree.tablespacename or None,
        on_commit=_on_commit(tree.oncommit),
    )


def _on_commit(action: int) -> str | None:
    found = pg.OnCommitAction.Name(action).removeprefix("ONCOMMIT_")
    return None if found == "NOOP" else found.lower().replace("_", " ")


def _like(tree: Message) -> Like:
    included = frozenset(word for bit, word in enumerate(_INCLUDED) if tree.options & 1 << bit)
    return Like(table=relation(tree.relation), including=included)


# In the order of the bits of TableLikeOption.
_INCLUDED = (
    "comments",
    "compression",
    "constraints",
    "defaults",
    "generated",
    "identity",
    "indexes",
    "statistics",
    "storage",
)


def create_table_as(tree: Message, written: str) -> Operations:
    into = tree.into
    shared: dict[str, Any] = {
        "query": trees.statement(tree.query),
        "columns": strings(into.col_names),
        "if_not_exists": tree.if_not_exists,
        "options": options(into.options),
        "with_data": not into.skip_data,
    }
    if pg.ObjectType.Name(tree.objtype) == "OBJECT_MATVIEW":
        return (CreateMaterializedView(view=relation(into.rel), **shared),)
    return (CreateTableAs(table=relation(into.rel), persistence=_PERSISTENCE[into.rel.relpersistence], **shared),)


def select_into(select: Message) -> CreateTableAs:
    """SELECT ... INTO t: its query is the whole statement, the INTO cannot be cut out."""
    target = leftmost(select).into_clause.rel
    return CreateTableAs(
        table=relation(target),
        query=trees.statement_of(select_stmt=select),
        persistence=_PERSISTENCE[target.relpersistence],
    )


def leftmost(select: Message) -> Message:
    """The first SELECT of a UNION: the one that may have an INTO."""
    while select.HasField("larg"):
        select = select.larg
    return select


# --- indexes ---


def create_index(tree: Message, written: str) -> Operations:
    operation = CreateIndex(
        name=tree.idxname or None,
        table=relation(tree.relation),
        elements=index_elements(tree.index_params),
        unique=tree.unique,
        concurrently=tree.concurrent,
        if_not_exists=tree.if_not_exists,
        only=not tree.relation.inh,
        method=access_method(tree.access_method),
        include=tuple(node.index_elem.name for node in tree.index_including_params),
        nulls_not_distinct=tree.nulls_not_distinct,
        where=trees.expression(tree.where_clause),
        options=options(tree.options),
        tablespace=tree.table_space or None,
    )
    return (operation,)


def reindex(tree: Message, written: str) -> Operations:
    word = pg.ReindexObjectType.Name(tree.kind).removeprefix("REINDEX_OBJECT_")
    of_relation = relation(tree.relation) if tree.HasField("relation") else None
    operation = Reindex(
        kind=Kind.DATABASE if word == "SYSTEM" else Kind[word],
        name=of_relation or (Name(None, tree.name) if tree.name else None),
        concurrently=is_on(tree.params, "concurrently"),
    )
    return (operation,)


# --- views ---


def create_view(tree: Message, written: str) -> Operations:
    # RECURSIVE leaves a WITH RECURSIVE around the query: the query is the one inside.
    recursive = ("recursive", "view") in pairwise(trees.words(written))
    query = trees.statement(
        tree.query.select_stmt.with_clause.ctes[0].common_table_expr.ctequery if recursive else tree.query
    )
    check = pg.ViewCheckOption.Name(tree.with_check_option).partition("_")[0].lower()
    operation = CreateView(
        view=relation(tree.view),
        query=query,
        columns=strings(tree.aliases),
        or_replace=tree.replace,
        temporary=tree.view.relpersistence == "t",
        recursive=recursive,
        options=options(tree.options),
        check_option=None if check == "no" else check,
    )
    return (operation,)


def refresh_materialized_view(tree: Message, written: str) -> Operations:
    operation = RefreshMaterializedView(
        view=relation(tree.relation), concurrently=tree.concurrent, with_data=not tree.skip_data
    )
    return (operation,)
