"""Columns, constraints, index elements and partitions of libpg_query's trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.message import Message
from postgast import pg_query_pb2 as pg

from oracle import trees
from oracle.matching import OneOf
from oracle.names import dotted, name, options, relation, strings, type_name
from sqlmig.sql.definitions import (
    Bound,
    BoundKind,
    Check,
    Column,
    Constraint,
    Exclude,
    ForeignKey,
    Generated,
    Identity,
    IndexElement,
    NotNull,
    PartitionBy,
    ReferentialAction,
    Unique,
)

# --- columns ---


def column(tree: Message) -> Column:
    return Column(
        name=tree.colname,
        type=type_name(tree.type_name) if tree.HasField("type_name") else None,
        collation=name(tree.coll_clause.collname) if tree.HasField("coll_clause") else None,
        storage=tree.storage_name or None,
        compression=tree.compression or None,
        **qualifiers(tree.constraints, tree.colname),
    )


def qualifiers(nodes: Iterable[Message], of_column: str) -> dict[str, Any]:
    """What stands behind a column or a domain, by the fields that have it."""
    fields: dict[str, Any] = {}
    constraints: list[dict[str, Any]] = []
    for node in nodes:
        _read_column_constraint(node.constraint, of_column, fields, constraints)
    return fields | {"constraints": tuple(entry.pop("class")(**entry) for entry in constraints)}


def _read_column_constraint(
    tree: Message, of_column: str, fields: dict[str, Any], constraints: list[dict[str, Any]]
) -> None:
    match pg.ConstrType.Name(tree.contype).removeprefix("CONSTR_"):
        case "NULL":
            pass
        case "DEFAULT":
            fields["default"] = trees.expression(tree.raw_expr)
        case "IDENTITY":
            fields["identity"] = identity(tree.generated_when)
        case "GENERATED":
            fields["generated"] = generated(tree.generated_kind)
            fields["expression"] = trees.expression(tree.raw_expr)
        case "ATTR_DEFERRABLE":
            constraints[-1]["deferrable"] = True
        case "ATTR_NOT_DEFERRABLE":
            constraints[-1]["deferrable"] = False
        case "ATTR_DEFERRED":
            constraints[-1] |= {"deferrable": True, "initially_deferred": True}
        case "ATTR_IMMEDIATE":
            constraints[-1]["initially_deferred"] = False
        case "ATTR_ENFORCED" | "ATTR_NOT_ENFORCED" as attribute:
            constraints[-1]["enforced"] = attribute == "ATTR_ENFORCED"
        case contype:
            if contype == "NOTNULL":
                fields["not_null"] = True
            constraints.append(_constraint_fields(tree, of_column))


def identity(when: str) -> Identity:
    return {"a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}[when]


def generated(kind: str) -> Any:
    return Generated.STORED if kind == "s" else OneOf(Generated.VIRTUAL, Generated.UNSPECIFIED)


# --- constraints ---


def constraint(tree: Message, *, of_column: str = "") -> Constraint:
    fields = _constraint_fields(tree, of_column)
    return fields.pop("class")(**fields)


def _constraint_fields(tree: Message, of_column: str) -> dict[str, Any]:
    own_columns = (of_column,) if of_column else ()
    named = {"name": tree.conname or None}
    match pg.ConstrType.Name(tree.contype).removeprefix("CONSTR_"):
        case "CHECK":
            return named | {
                "class": Check,
                "expression": trees.expression(tree.raw_expr),
                "no_inherit": tree.is_no_inherit,
                **_validity(tree, of_column),
            }
        case "NOTNULL":
            return named | {
                "class": NotNull,
                "column": of_column or (strings(tree.keys) or ("",))[0],
                "not_valid": tree.skip_validation,
                "no_inherit": tree.is_no_inherit,
            }
        case "PRIMARY" | "UNIQUE" as contype:
            return named | {
                "class": Unique,
                "primary": contype == "PRIMARY",
                "columns": strings(tree.keys) or (() if tree.indexname else own_columns),
                "include": strings(tree.including),
                "nulls_not_distinct": tree.nulls_not_distinct,
                "without_overlaps": tree.without_overlaps,
                "using_index": tree.indexname or None,
                **_deferral(tree),
            }
        case "FOREIGN":
            return named | {"class": ForeignKey, **_foreign_key(tree, own_columns), **_validity(tree, of_column)}
        case "EXCLUSION":
            return named | {
                "class": Exclude,
                "elements": tuple(map(_exclusion, tree.exclusions)),
                "method": access_method(tree.access_method),
                "include": strings(tree.including),
                "where": trees.expression(tree.where_clause),
                **_deferral(tree),
            }
        case contype:
            raise NotImplementedError(contype)


def _foreign_key(tree: Message, own_columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "columns": strings(tree.fk_attrs) or own_columns,
        "references": relation(tree.pktable),
        "referenced_columns": strings(tree.pk_attrs),
        "period": tree.fk_with_period,
        "match_full": tree.fk_matchtype == "f",
        "on_delete": _ACTIONS[tree.fk_del_action],
        "on_update": _ACTIONS[tree.fk_upd_action],
        "on_delete_columns": strings(tree.fk_del_set_cols),
        **_deferral(tree),
    }


_ACTIONS = {
    "a": ReferentialAction.NO_ACTION,
    "r": ReferentialAction.RESTRICT,
    "c": ReferentialAction.CASCADE,
    "n": ReferentialAction.SET_NULL,
    "d": ReferentialAction.SET_DEFAULT,
}


def _validity(tree: Message, of_column: str) -> dict[str, Any]:
    # A column's constraints have their attributes in nodes that follow. What is not enforced is not valid either:
    # the grammar sets both, whether NOT VALID is written or not.
    if of_column:
        return {}
    not_valid = tree.skip_validation if tree.is_enforced else OneOf(True, False)
    return {"not_valid": not_valid, "enforced": tree.is_enforced}


def _deferral(tree: Message) -> dict[str, Any]:
    return {"deferrable": tree.deferrable, "initially_deferred": tree.initdeferred}


def _exclusion(node: Message) -> IndexElement:
    element, operators = node.list.items
    return index_element(element.index_elem).replaced(operator=".".join(strings(operators.list.items)))


# --- indexes and partitions ---


def index_elements(nodes: Iterable[Message]) -> tuple[IndexElement, ...]:
    return tuple(index_element(node.index_elem) for node in nodes)


def index_element(tree: Message) -> IndexElement:
    return IndexElement(
        column=tree.name or None,
        expression=trees.expression(tree.expr),
        collation=_optional(tree.collation),
        opclass=_optional(tree.opclass),
        opclass_options=options(tree.opclassopts),
        descending=pg.SortByDir.Name(tree.ordering) == "SORTBY_DESC",
        nulls_first=_NULLS.get(pg.SortByNulls.Name(tree.nulls_ordering)),
    )


_NULLS = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}


def partition_by(tree: Message) -> PartitionBy:
    keys = (node.partition_elem for node in tree.part_params)
    return PartitionBy(
        strategy=pg.PartitionStrategy.Name(tree.strategy).removeprefix("PARTITION_STRATEGY_").lower(),
        keys=tuple(
            IndexElement(
                column=key.name or None,
                expression=trees.expression(key.expr),
                collation=_optional(key.collation),
                opclass=_optional(key.opclass),
            )
            for key in keys
        ),
    )


def bound(tree: Message) -> Bound:
    if tree.is_default:
        return Bound(kind=BoundKind.DEFAULT, text="")
    kinds = {"r": BoundKind.RANGE, "l": BoundKind.LIST, "h": BoundKind.HASH}
    return Bound(kind=kinds[tree.strategy], text=trees.bound(tree))


def access_method(written: str) -> Any:
    """The grammar puts btree where no method is written."""
    return OneOf(None, "btree") if written == "btree" else written or None


def _optional(nodes: Iterable[Message]) -> Any:
    parts = strings(nodes)
    return dotted(parts) if parts else None
