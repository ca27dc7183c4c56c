"""Operations on rows, as libpg_query reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import tables, trees
from oracle.names import kind_of, relation, relations
from oracle.tables import leftmost, select_into
from sqlmig.sql.operations import rows as op
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.tables import CreateTableAs

Operations = tuple[Operation, ...]


def select(tree: Message, written: str) -> Operations:
    into = leftmost(tree).HasField("into_clause")
    operation = select_into(tree) if into else op.Select(query=trees.statement_of(select_stmt=tree))
    return (*_changes_in(tree), operation)


def insert(tree: Message, written: str) -> Operations:
    conflict = tree.on_conflict_clause if tree.HasField("on_conflict_clause") else None
    operation = op.Insert(
        table=relation(tree.relation),
        columns=_targets(tree.cols),
        source=trees.statement(tree.select_stmt) if tree.HasField("select_stmt") else None,
        on_conflict=_on_conflict(conflict) if conflict else None,
        statement=trees.statement_of(insert_stmt=tree),
    )
    return (*_changes_in(tree), operation)


def update(tree: Message, written: str) -> Operations:
    operation = op.Update(
        **_target(tree),
        **_where(tree),
        assigned=_targets(tree.target_list),
        sources=trees.sources(tree.from_clause),
        statement=trees.statement_of(update_stmt=tree),
    )
    return (*_changes_in(tree), operation)


def delete(tree: Message, written: str) -> Operations:
    operation = op.Delete(
        **_target(tree),
        **_where(tree),
        sources=trees.sources(tree.using_clause),
        statement=trees.statement_of(delete_stmt=tree),
    )
    return (*_changes_in(tree), operation)


def merge(tree: Message, written: str) -> Operations:
    commands = (pg.CmdType.Name(node.merge_when_clause.command_type) for node in tree.merge_when_clauses)
    actions = frozenset(command.removeprefix("CMD_").lower() for command in commands) - {"nothing"}
    operation = op.Merge(
        table=relation(tree.relation),
        alias=tree.relation.alias.aliasname or None,
        source=trees.sources([tree.source_relation]),
        on=trees.expression(tree.join_condition),
        actions=actions,
        statement=trees.statement_of(merge_stmt=tree),
    )
    return (*_changes_in(tree), operation)


def _target(tree: Message) -> dict[str, Any]:
    target = tree.relation
    return {"table": relation(target), "alias": target.alias.aliasname or None, "only": not target.inh}


def _where(tree: Message) -> dict[str, Any]:
    if kind_of(tree.where_clause) == "current_of_expr":
        return {"where": None, "current_of": True}
    return {"where": trees.expression(tree.where_clause)}


def _targets(nodes: Iterable[Message]) -> tuple[str, ...]:
    return tuple(node.res_target.name for node in nodes)


def create_table_as(tree: Message, written: str) -> Operations:
    """CREATE TABLE AS: its query may have a data-modifying WITH, that of a materialized view may not."""
    made = tables.create_table_as(tree, written)
    return (*_changes_of(tree.query), *made) if isinstance(made[0], CreateTableAs) else made


def _on_conflict(tree: Message) -> op.OnConflict:
    return op.OnConflict(
        columns=tuple(node.index_elem.name for node in tree.infer.index_elems if node.index_elem.name),
        predicate=trees.expression(tree.infer.where_clause),
        constraint=tree.infer.conname or None,
        updates=pg.OnConflictAction.Name(tree.action) == "ONCONFLICT_UPDATE",
        assigned=_targets(tree.target_list),
        where=trees.expression(tree.where_clause),
    )


# --- what a WITH changes ---


def _changes_in(tree: Message) -> Operations:
    """The operations of the parts of a statement's WITH that change rows, in their order.

    They may stand at the top only: PostgreSQL refuses them in the query of INSERT, and in the WITH of a WITH.
    """
    queries = (node.common_table_expr.ctequery for node in tree.with_clause.ctes)
    return tuple(operation for query in queries for operation in _change(query)[-1:])


def _change(query: Message) -> Operations:
    """What a query does that is more than a SELECT."""
    readers = {"insert_stmt": insert, "update_stmt": update, "delete_stmt": delete, "merge_stmt": merge}
    kind = kind_of(query)
    return readers[kind](getattr(query, kind), "") if kind in readers else ()


def _changes_of(query: Message) -> Operations:
    """What the query of COPY or CREATE TABLE AS does besides giving rows."""
    if kind_of(query) != "select_stmt":
        return _change(query)
    into = (select_into(query.select_stmt),) if leftmost(query.select_stmt).HasField("into_clause") else ()
    return (*_changes_in(query.select_stmt), *into)


# --- whole tables ---


def truncate(tree: Message, written: str) -> Operations:
    operation = op.Truncate(
        tables=relations(tree.relations),
        cascade=pg.DropBehavior.Name(tree.behavior) == "DROP_CASCADE",
        restart_identity=tree.restart_seqs,
    )
    return (operation,)


def copy(tree: Message, written: str) -> Operations:
    end = op.CopyEnd.PROGRAM if tree.is_program else op.CopyEnd.FILE if tree.filename else op.CopyEnd.CLIENT
    changes = _changes_of(tree.query) if tree.HasField("query") else ()
    operation = op.Copy(
        table=relation(tree.relation) if tree.HasField("relation") else None,
        query=trees.statement(tree.query) if tree.HasField("query") else None,
        reads=tree.is_from,
        end=end,
    )
    return (*changes, operation)
