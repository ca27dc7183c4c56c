"""sqlglot's nodes for queries, for statements, and for what stands behind FROM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any, Final

from sqlglot import exp

from sqlmig.sql.expressions.reading.account import DEEPEST, Account, Maker, given, refuse
from sqlmig.sql.expressions.tree import (
    Call,
    Change,
    Column,
    Cte,
    Derived,
    Exists,
    Join,
    Node,
    Operation,
    Output,
    Produced,
    Query,
    Select,
    SetOperation,
    Subquery,
    Table,
    Values,
)

# --- queries ---


def query(account: Account, x: Any) -> Query:
    """A query or a statement, with its WITH."""
    return account.inside(_query, x)


def _query(account: Account, x: Any) -> Query:
    if isinstance(x, exp.Subquery):
        return _parenthesised(account, x)
    with_ = given(x, "with_")
    ctes = () if with_ is None else tuple(_cte(account, cte) for cte in with_.expressions)
    recursive = with_ is not None and bool(with_.args.get("recursive"))
    return Query(body=_body(account, x), ctes=ctes, recursive=recursive)


def _body(account: Account, x: Any) -> Node:
    match x:
        case exp.Select():
            return _select(account, x)
        case exp.SetOperation():
            left, right = query(account, x.this), query(account, x.expression)
            return SetOperation(left=left, right=right, rest=account.rest(x, "this", "expression", "with_"))
        case exp.Insert() | exp.Update() | exp.Delete() | exp.Merge():
            return _change(account, x)
        case _:
            raise refuse(f"{type(x).__name__} as a query")


def _parenthesised(account: Account, x: exp.Subquery) -> Query:
    inner = query(account, x.this)
    return inner.replaced(rest=(*inner.rest, *account.rest(x, "this")))


def _cte(account: Account, x: exp.CTE) -> Cte:
    alias = x.args["alias"]
    columns = account.labels(given(alias, "columns"))
    return Cte(name=account.label(alias.this), columns=columns, query=query(account, x.this))


def _select(account: Account, x: exp.Select) -> Node:
    outputs = _outputs(account, x.expressions)
    rows = outputs[0].value if len(outputs) == 1 else None
    if isinstance(rows, Call) and rows.token >= 0 and account.token(rows.token).word == "values":
        return Values(rows=rows.arguments, rest=account.rest(x, "expressions", "with_"))
    where = given(x, "where")
    return Select(
        outputs=outputs,
        source=_from(account, x),
        where=None if where is None else account.node(where.this),
        rest=account.rest(x, "expressions", "where", "from_", "joins", "with_"),
    )


def _outputs(account: Account, items: Iterable[Any]) -> tuple[Output, ...]:
    return tuple(
        Output(value=account.node(item.this), alias=account.label(item.args["alias"]))
        if isinstance(item, exp.Alias)
        else Output(value=account.node(item))
        for item in items
    )


# --- statements ---


def _change(account: Account, x: Any) -> Node:
    schema = x.this if isinstance(x.this, exp.Schema) else None
    target = _table(account, x.this if schema is None else schema.this)
    if not isinstance(target, Table):
        raise refuse("a change of something that is no table")
    columns = account.labels(schema.expressions) if schema is not None else ()
    if isinstance(x, exp.Insert) and schema is None:
        # Some releases take the columns of INSERT INTO t AS a (...) for those of the alias.
        target, columns = target.replaced(columns=()), target.columns
    using, where, returning, rows = (given(x, key) for key in ("using", "where", "returning", "expression"))
    return Change(
        target=target,
        columns=columns,
        source=_from(account, x) if using is None else _list(account, using),
        query=None if rows is None else query(account, rows),
        where=account.optional(given(x, "on") if where is None else where.this),
        rest=tuple(_rest_of_change(account, x)),
        returning=() if returning is None else _outputs(account, returning.expressions),
    )


def _rest_of_change(account: Account, x: Any) -> Iterator[Node]:
    if isinstance(x, exp.Update):
        yield from _assigned(account, x)
    conflict, whens = given(x, "conflict"), given(x, "whens")
    if conflict is not None:
        yield from _conflict(account, conflict)
    for when in () if whens is None else whens.expressions:
        yield from _when(account, when)


def _assigned(account: Account, x: Any) -> Iterator[Node]:
    """The values that SET gives, and the subscripts of what it gives them to; the columns there are not read."""
    for item in x.expressions:
        if not isinstance(item, exp.EQ):
            raise refuse("SET without =")
        target = account.node(item.this)
        if isinstance(target, Operation):
            yield from target.parts[1:]
        yield account.node(item.expression)


def _conflict(account: Account, x: exp.OnConflict) -> Iterator[Node]:
    account.qualifiers(x, "constraint")
    for key in given(x, "conflict_keys") or ():
        yield Column(parts=(account.label(key),)) if isinstance(key, exp.Identifier) else account.node(key)
    for condition in (given(x, "index_predicate"), given(x, "where")):
        if condition is not None:
            yield account.node(condition.this)
    yield from _assigned(account, x)


def _when(account: Account, x: exp.When) -> Iterator[Node]:
    condition, then = given(x, "condition"), x.args["then"]
    if condition is not None:
        yield account.node(condition)
    match then:
        case exp.Update():
            yield from _assigned(account, then)
        case exp.Insert():
            if isinstance(then.this, exp.Tuple):
                account.nodes(then.this.expressions)
            if then.expression is not None:
                yield account.node(then.expression)
        case exp.Var():
            pass
        case _:
            raise refuse("an action of MERGE")


# --- sources ---


def _from(account: Account, x: Any) -> Node | None:
    """What stands behind FROM, with its joins."""
    source, joins = given(x, "from_"), given(x, "joins")
    if source is None:
        if joins:
            raise refuse("a join without FROM")
        return None
    return _joined(account, _source(account, source.this), joins)


def _list(account: Account, items: Any) -> Node:
    """What stands behind USING of DELETE and MERGE."""
    return _product(_source(account, item) for item in (items if isinstance(items, list) else [items]))


def _product(sources: Iterable[Node]) -> Node:
    """Sources with commas between them."""
    found = tuple(sources)
    if len(found) > DEEPEST:
        raise refuse(f"more than {DEEPEST} sources")
    return reduce(lambda left, right: Join(left=left, right=right), found)


def _joined(account: Account, first: Node, joins: Any) -> Node:
    """A source and what sqlglot has behind it. A comma, a join like any other to it, binds weaker than a join."""
    if joins is not None and len(joins) >= DEEPEST:
        raise refuse(f"more than {DEEPEST} sources")
    found = [first]
    for join in joins or ():
        if any(join.args.get(key) for key in ("kind", "method", "side", "on", "using")):
            found[-1] = _join(account, found[-1], join)
        else:
            found.append(_source(account, join.this))
    return _product(found)


def _join(account: Account, left: Node, join: exp.Join) -> Node:
    method, kind = (str(join.args.get(key) or "").upper() for key in ("method", "kind"))
    on, using = given(join, "on"), given(join, "using")
    if method not in ("", "NATURAL") or ((on or using) and (method or kind == "CROSS")):
        raise refuse(f"a join of the kind {method} {kind}")
    return Join(
        left=left,
        right=_source(account, join.this),
        on=account.optional(on),
        using=account.labels(using),
        natural=method == "NATURAL",
        outer=bool(join.args.get("side")),
    )


def _source(account: Account, x: Any) -> Node:
    match x:
        case exp.Table():
            found = _table(account, x)
        case exp.Subquery(this=exp.Table() | exp.Subquery()):
            found = _source_in_parentheses(account, x)
        case exp.Subquery():
            alias, columns = _alias(account, x)
            found = Derived(query=query(account, x.this), alias=alias, columns=columns)
            if account.rest(x, "this", "alias", "joins"):
                raise refuse("something behind a query in FROM")
        case exp.Lateral():
            return _lateral(account, x)
        case _:
            raise refuse(f"{type(x).__name__} behind FROM")
    return _joined(account, found, given(x, "joins"))


def _source_in_parentheses(account: Account, x: exp.Subquery) -> Node:
    inner = _source(account, x.this)
    alias, columns = _alias(account, x)
    if alias is None:
        return inner
    if isinstance(inner, Derived) and inner.alias is None:
        return inner.replaced(alias=alias, columns=columns)
    raise refuse("an alias of a join")


def _lateral(account: Account, x: exp.Lateral) -> Node:
    alias, columns = _alias(account, x)
    if isinstance(x.this, exp.Subquery):
        return Derived(query=query(account, x.this), alias=alias, columns=columns)
    return Produced(calls=(account.node(x.this),), alias=alias, columns=columns)


def _table(account: Account, x: exp.Table) -> Node:
    alias, columns = _alias(account, x)
    functions = given(x, "rows_from") or ([x] if isinstance(x.this, exp.Anonymous) else [])
    if functions:
        calls = tuple(_function(account, function) for function in functions)
        return Produced(calls=calls, alias=alias, columns=columns)
    if not isinstance(x.this, exp.Identifier):
        raise refuse(f"{type(x.this).__name__} as a table")
    names = [name for key in ("catalog", "db", "this") if (name := given(x, key)) is not None]
    token = account.index(names[0].name)
    return Table(parts=account.labels(names), alias=alias, columns=columns, token=token)


def _function(account: Account, x: exp.Table) -> Node:
    called = account.node(x.this)
    if not isinstance(called, Call):
        raise refuse("a source that is no call")
    return called.replaced(parts=(*account.qualifiers(x, "catalog", "db"), *called.parts))


def _alias(account: Account, x: Any) -> tuple[str | None, tuple[str, ...]]:
    alias = given(x, "alias")
    if alias is None:
        return None, ()
    name = None if alias.this is None else account.label(alias.this)
    return name, account.labels(given(alias, "columns"))


def _subquery(account: Account, x: Any) -> Node:
    return Subquery(query=query(account, x))


def _parts(account: Account, x: Any) -> Node:
    return Operation(parts=account.rest(x))


STATEMENTS: Final = (exp.Select, exp.SetOperation, exp.Insert, exp.Update, exp.Delete, exp.Merge)
QUERIES: Final[dict[type, Maker]] = {
    exp.Exists: lambda account, x: Exists(query=query(account, x.this)),
    **dict.fromkeys((exp.Subquery, exp.Select, exp.Union, exp.Intersect, exp.Except), _subquery),
    **dict.fromkeys((exp.Group, exp.Having, exp.Limit, exp.Offset, exp.Distinct), _parts),
}
"""What is made of each of sqlglot's nodes that has to do with queries."""
