"""PostgreSQL's own reading of an expression (libpg_query's tree) in the shape of ours, so that the two can be compared.

Both are brought to one form first. What no question asks is left out there: which operator it is, types, the order of
arguments of functions with a grammar of their own, what stands in ORDER BY, GROUP BY and windows but for its columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import postgast
from postgast import pg_query_pb2 as pb

from sqlmig.sql.expressions.tree import (
    AllOf,
    And,
    AnyOf,
    Array,
    Call,
    Case,
    Cast,
    Change,
    Collate,
    Column,
    Compare,
    Comparison,
    Cte,
    Default,
    Derived,
    Exists,
    In,
    Join,
    Literal,
    LiteralKind,
    Node,
    Not,
    NullTest,
    Operation,
    Or,
    Output,
    Parameter,
    Produced,
    Query,
    Row,
    Select,
    SetOperation,
    Star,
    Subquery,
    Table,
    TruthTest,
    Values,
    walk,
)

Shape = Any
"""Nested tuples."""


def their_shape(text: str, *, query: bool) -> Shape:
    """How PostgreSQL reads a text."""
    [statement] = postgast.parse(text if query else f"SELECT ({text}\n)").stmts
    if query:
        return shape(_query(statement.stmt))
    [target] = statement.stmt.select_stmt.target_list
    return shape(_node(target.res_target.val))


# --- one form for both ---


def shape(node: Node | None) -> Shape:
    """A node in the form that is compared."""
    match node:
        case None:
            return None
        case Query() if node.rest:
            body = node.body
            if isinstance(body, Select | SetOperation | Values):
                body = body.replaced(rest=(*body.rest, *node.rest))
            return shape(node.replaced(body=body, rest=()))
        case Subquery():
            return ("subquery", shape(node.query))
        case Call() if node.parts[-1] in SPECIAL:
            # The normal form of NORMALIZE is a word.
            return _operation(node.arguments[: 1 if node.parts[-1] == "normalize" else None])
        case Not(term=Operation(parts=(_,))):
            return shape(node.term)  # IS NOT NORMALIZED
        case Call():
            return ("call", node.parts, tuple(map(shape, node.arguments)))
        case Operation():
            return _operation(node.parts)
        case And() | Or():
            terms = [shape(term) for term in node.terms]
            return (
                kind := type(node).__name__,
                *(t for term in terms for t in (term[1:] if term[0] == kind else [term])),
            )
        case Cast():
            return ("cast", shape(node.operand))
        case _:
            return (type(node).__name__, *(_field(name, getattr(node, name)) for name in node.field_names()))


SPECIAL = {
    "extract",
    "overlay",
    "position",
    "substring",
    "trim",
    "normalize",
    "btrim",
    "ltrim",
    "rtrim",
    "pg_collation_for",
}


def _field(name: str, value: Any) -> Shape:
    if name == "rest":
        return sorted({column.parts for node in value for column in walk(node) if isinstance(column, Column)})
    if name in ("type", "called"):
        return None
    if isinstance(value, tuple):
        return tuple(shape(item) if isinstance(item, Node) else item for item in value)
    return shape(value) if isinstance(value, Node) else value


def _operation(parts: Iterable[Node]) -> Shape:
    """Operators one beside the other, in any order."""
    found: list[Shape] = []
    for part in parts:
        made = shape(part)
        found += made[1:] if made[0] == "operation" else [made]
    return ("operation", *sorted(found, key=repr))


# --- values ---


def _node(node: pb.Node) -> Node:
    kind = node.WhichOneof("node")
    return _NODES[kind](getattr(node, kind))


def _nodes(nodes: Iterable[pb.Node]) -> tuple[Node, ...]:
    return tuple(_node(node) for node in nodes if node.WhichOneof("node"))


def _optional(holder: Any, field: str) -> Node | None:
    return _node(getattr(holder, field)) if holder.HasField(field) else None


def _strings(nodes: Iterable[pb.Node]) -> tuple[str, ...]:
    return tuple(node.string.sval for node in nodes)


def _column(ref: Any) -> Node:
    if ref.fields[-1].WhichOneof("node") == "a_star":
        return Star(parts=_strings(ref.fields[:-1]))
    return Column(parts=_strings(ref.fields))


def _constant(const: Any) -> Node:
    if const.isnull:
        return Literal(kind=LiteralKind.NULL)
    kind = const.WhichOneof("val")
    match kind:
        case "ival":
            return Literal(kind=LiteralKind.NUMBER, value=str(const.ival.ival))
        case "fval":
            return Literal(kind=LiteralKind.NUMBER, value=const.fval.fval)
        case "boolval":
            return Literal(kind=LiteralKind.TRUE if const.boolval.boolval else LiteralKind.FALSE)
        case "sval":
            return Literal(kind=LiteralKind.STRING, value=const.sval.sval)
        case _:
            bits = const.bsval.bsval
            return Literal(kind=LiteralKind.BITS, value=f"{bits[0]}'{bits[1:]}'")


def _call(call: Any) -> Node:
    names = _strings(call.funcname)
    arguments = _nodes(call.args)
    if names[-1] in ("like_escape", "similar_to_escape") and names[0] == "pg_catalog":
        return Operation(parts=arguments)
    if call.funcformat == pb.COERCE_SQL_SYNTAX:
        if names[-1] == "is_normalized":
            return Operation(parts=arguments[:1])
        if names[-1] == "timezone":
            return Operation(parts=arguments) if len(arguments) > 1 else arguments[0]
        if names[-1] == "overlaps":
            return Operation(parts=(Row(items=arguments[:2]), Row(items=arguments[2:])))
        return Call(parts=(names[-1],), arguments=arguments)
    if call.agg_star:
        arguments = (Star(),)
    made: Node = Call(parts=names, arguments=arguments)
    for extra in _extras(call):
        made = Operation(parts=(made, *extra))
    return made


def _extras(call: Any) -> Iterable[tuple[Node, ...]]:
    if call.agg_order:
        yield tuple(_node(item.sort_by.node) for item in call.agg_order)
    if call.HasField("agg_filter"):
        yield (_node(call.agg_filter),)
    if call.HasField("over"):
        yield (*_nodes(call.over.partition_clause), *(_node(item.sort_by.node) for item in call.over.order_clause))


def _expression(e: Any) -> Node:
    operator = _strings(e.name)[-1]
    left, right = _optional(e, "lexpr"), _optional(e, "rexpr")
    match e.kind:
        case pb.AEXPR_OP if operator in COMPARISONS and left is not None:
            # OPERATOR(x.<) and the like are not taken for comparisons; OPERATOR(x.=) is.
            if len(e.name) == 1 or operator == "=":
                return Compare(operator=COMPARISONS[operator], left=left, right=right)
            return Operation(parts=(left, right))
        case pb.AEXPR_OP:
            return Operation(parts=tuple(side for side in (left, right) if side is not None))
        case pb.AEXPR_OP_ANY:
            return _compared(operator, left, AnyOf(operand=right))
        case pb.AEXPR_OP_ALL:
            return _compared(operator, left, AllOf(operand=right))
        case pb.AEXPR_DISTINCT:
            return Compare(operator=Comparison.DISTINCT, left=left, right=right)
        case pb.AEXPR_NOT_DISTINCT:
            return Compare(operator=Comparison.NOT_DISTINCT, left=left, right=right)
        case pb.AEXPR_NULLIF:
            return Call(parts=("nullif",), arguments=(left, right))
        case pb.AEXPR_IN:
            found = In(operand=left, items=_nodes(e.rexpr.list.items))
            return Not(term=found) if operator == "<>" else found
        case pb.AEXPR_LIKE | pb.AEXPR_ILIKE | pb.AEXPR_SIMILAR:
            return Operation(parts=(left, right))
        case _:
            low, high = _nodes(e.rexpr.list.items)
            found = Operation(parts=(left, low, high))
            return Not(term=found) if "NOT" in pb.A_Expr_Kind.Name(e.kind) else found


COMPARISONS = {kind.value: kind for kind in Comparison}


def _compared(operator: str, left: Node, right: Node) -> Node:
    if operator in COMPARISONS:
        return Compare(operator=COMPARISONS[operator], left=left, right=right)
    return Operation(parts=(left, right))


def _connective(e: Any) -> Node:
    terms = _nodes(e.args)
    match e.boolop:
        case pb.AND_EXPR:
            return And(terms=terms)
        case pb.OR_EXPR:
            return Or(terms=terms)
        case _:
            return Not(term=terms[0])


def _truth(test: Any) -> Node:
    name = pb.BoolTestType.Name(test.booltesttype)
    value = {"TRUE": LiteralKind.TRUE, "FALSE": LiteralKind.FALSE, "UNKNOWN": LiteralKind.NULL}[name.rpartition("_")[2]]
    return TruthTest(operand=_node(test.arg), value=value, negated="NOT" in name)


def _sublink(link: Any) -> Node:
    inner = _query(link.subselect)
    match link.sub_link_type:
        case pb.EXISTS_SUBLINK:
            return Exists(query=inner)
        case pb.ARRAY_SUBLINK:
            return Array(items=(Subquery(query=inner),))
        case pb.EXPR_SUBLINK:
            return Subquery(query=inner)
        case pb.ANY_SUBLINK if not link.oper_name:
            return In(operand=_node(link.testexpr), items=(Subquery(query=inner),))
        case kind:
            wrapped = (AnyOf if kind == pb.ANY_SUBLINK else AllOf)(operand=Subquery(query=inner))
            return _compared(_strings(link.oper_name)[-1], _node(link.testexpr), wrapped)


def _case(case: Any) -> Node:
    return Case(
        operand=_optional(case, "arg"),
        conditions=tuple(_node(when.case_when.expr) for when in case.args),
        results=tuple(_node(when.case_when.result) for when in case.args),
        otherwise=_optional(case, "defresult"),
    )


def _indirection(x: Any) -> Node:
    found = _node(x.arg)
    for step in x.indirection:
        match step.WhichOneof("node"):
            case "a_indices":
                indices = tuple(
                    _node(getattr(step.a_indices, side)) for side in ("lidx", "uidx") if step.a_indices.HasField(side)
                )
                found = Operation(parts=(found, *indices))
            case "a_star":
                found = Operation(parts=(found, Star()))
            case _:
                found = Operation(parts=(found,))
    return found


def _value_function(function: Any) -> Node:
    name = pb.SQLValueFunctionOp.Name(function.op).removeprefix("SVFOP_").lower()
    word = name.removesuffix("_n")
    arguments = (Literal(kind=LiteralKind.NUMBER, value=str(function.typmod)),) if name.endswith("_n") else ()
    return Call(parts=(word,), arguments=arguments)


def _least(x: Any) -> Node:
    return Call(parts=("greatest" if x.op == pb.IS_GREATEST else "least",), arguments=_nodes(x.args))


_NODES: dict[str, Callable[[Any], Node]] = {
    "column_ref": _column,
    "a_const": _constant,
    "param_ref": lambda x: Parameter(text=f"${x.number}"),
    "type_cast": lambda x: Cast(operand=_node(x.arg), type=None),
    "func_call": _call,
    "a_expr": _expression,
    "bool_expr": _connective,
    "null_test": lambda x: NullTest(operand=_node(x.arg), negated=x.nulltesttype == pb.IS_NOT_NULL),
    "boolean_test": _truth,
    "sub_link": _sublink,
    "case_expr": _case,
    "coalesce_expr": lambda x: Call(parts=("coalesce",), arguments=_nodes(x.args)),
    "min_max_expr": _least,
    "row_expr": lambda x: Row(items=_nodes(x.args)),
    "a_array_expr": lambda x: Array(items=_nodes(x.elements)),
    "a_indirection": _indirection,
    "sqlvalue_function": _value_function,
    "collate_clause": lambda x: Collate(operand=_node(x.arg)),
    "named_arg_expr": lambda x: _node(x.arg),
    "set_to_default": lambda x: Default(),
    "grouping_func": lambda x: Call(parts=("grouping",), arguments=_nodes(x.args)),
    "json_is_predicate": lambda x: Operation(parts=(_node(x.expr),)),
    "xml_expr": lambda x: Operation(parts=_nodes(x.args)),
    "current_of_expr": lambda x: None,
    "list": lambda x: Row(items=_nodes(x.items)),
    "grouping_set": lambda x: Operation(parts=_nodes(x.content)),
}


# --- queries ---


def _query(node: pb.Node) -> Query:
    kind = node.WhichOneof("node")
    statement = getattr(node, kind)
    return _statement(statement, kind)


def _statement(statement: Any, kind: str) -> Query:
    ctes = tuple(_cte(cte.common_table_expr) for cte in statement.with_clause.ctes)
    return Query(body=_BODIES[kind](statement), ctes=ctes, recursive=statement.with_clause.recursive)


def _cte(cte: Any) -> Cte:
    return Cte(name=cte.ctename, columns=_strings(cte.aliascolnames), query=_query(cte.ctequery))


def _select(select: Any) -> Node:
    rest = _rest(select)
    if select.op != pb.SETOP_NONE:
        return SetOperation(
            left=_statement(select.larg, "select_stmt"), right=_statement(select.rarg, "select_stmt"), rest=rest
        )
    if select.values_lists:
        rows = [_nodes(row.list.items) for row in select.values_lists]
        return Values(rows=tuple(row[0] if len(row) == 1 else Row(items=row) for row in rows), rest=rest)
    return Select(
        outputs=_outputs(select.target_list),
        source=_sources(select.from_clause),
        where=_optional(select, "where_clause"),
        rest=rest,
    )


def _outputs(targets: Iterable[Any]) -> tuple[Output, ...]:
    return tuple(Output(value=_node(item.res_target.val), alias=item.res_target.name or None) for item in targets)


def _rest(select: Any) -> tuple[Node, ...]:
    found = [*_nodes(select.group_clause), *_nodes(select.distinct_clause)]
    found += [_node(item.sort_by.node) for item in select.sort_clause]
    found += [node for field in ("having_clause", "limit_count", "limit_offset") if (node := _optional(select, field))]
    for window in select.window_clause:
        found += _nodes(window.window_def.partition_clause)
        found += [_node(item.sort_by.node) for item in window.window_def.order_clause]
    return tuple(found)


def _sources(nodes: Iterable[Any]) -> Node | None:
    found: Node | None = None
    for node in nodes:
        source = _source(node)
        found = source if found is None else Join(left=found, right=source)
    return found


def _source(node: Any) -> Node:
    kind = node.WhichOneof("node")
    x = getattr(node, kind)
    match kind:
        case "range_var":
            return _table(x)
        case "range_subselect":
            return Derived(query=_query(x.subquery), **_alias(x))
        case "range_function":
            return Produced(calls=tuple(_node(item.list.items[0]) for item in x.functions), **_range_alias(x))
        case "range_table_sample":
            return _source(x.relation)
        case _:
            return Join(
                left=_source(x.larg),
                right=_source(x.rarg),
                on=_optional(x, "quals"),
                using=_strings(x.using_clause),
                natural=x.is_natural,
                outer=x.jointype != pb.JOIN_INNER,
            )


def _table(x: Any) -> Table:
    parts = tuple(part for part in (x.catalogname, x.schemaname, x.relname) if part)
    return Table(parts=parts, **_alias(x))


def _alias(x: Any) -> dict[str, Any]:
    return {"alias": x.alias.aliasname or None, "columns": _strings(x.alias.colnames)}


def _range_alias(x: Any) -> dict[str, Any]:
    columns = tuple(item.column_def.colname for item in x.coldeflist)
    return _alias(x) | ({"columns": columns} if columns else {})


def _insert(x: Any) -> Node:
    conflict = x.on_conflict_clause
    rest = [item.index_elem for item in conflict.infer.index_elems]
    nodes = [_node(element.expr) if element.HasField("expr") else Column(parts=(element.name,)) for element in rest]
    nodes += [node for node in (_optional(conflict.infer, "where_clause"), _optional(conflict, "where_clause")) if node]
    return Change(
        target=_table(x.relation),
        columns=tuple(item.res_target.name for item in x.cols),
        query=_query(x.select_stmt) if x.HasField("select_stmt") else None,
        rest=(*nodes, *_assigned(conflict.target_list)),
        returning=_outputs(x.returning_clause.exprs),
    )


def _update(x: Any) -> Node:
    return Change(
        target=_table(x.relation),
        source=_sources(x.from_clause),
        where=_optional(x, "where_clause"),
        rest=_assigned(x.target_list),
        returning=_outputs(x.returning_clause.exprs),
    )


def _assigned(targets: Iterable[Any]) -> tuple[Node, ...]:
    found: list[Node] = []
    for item in targets:
        value = item.res_target.val
        several = value.WhichOneof("node") == "multi_assign_ref"
        found.append(_node(value.multi_assign_ref.source if several else value))
    return tuple(found)


def _delete(x: Any) -> Node:
    return Change(
        target=_table(x.relation),
        source=_sources(x.using_clause),
        where=_optional(x, "where_clause"),
        returning=_outputs(x.returning_clause.exprs),
    )


def _merge(x: Any) -> Node:
    whens = [when.merge_when_clause for when in x.merge_when_clauses]
    rest = [node for when in whens if (node := _optional(when, "condition"))]
    for when in whens:
        rest += _assigned(when.target_list) if when.command_type == pb.CMD_UPDATE else _nodes(when.values)
    return Change(
        target=_table(x.relation),
        source=_source(x.source_relation),
        where=_optional(x, "join_condition"),
        rest=tuple(rest),
        returning=_outputs(x.returning_clause.exprs),
    )


_BODIES = {
    "select_stmt": _select,
    "insert_stmt": _insert,
    "update_stmt": _update,
    "delete_stmt": _delete,
    "merge_stmt": _merge,
}
