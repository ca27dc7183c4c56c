"""Whether a policy lets pass only rows of the tenant that the session is set to."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.conditions import all_of, any_of, equal_pairs, holds, joins_in, names_in, without_casts
from sqlmig.sql.expressions.reading.read import read
from sqlmig.sql.expressions.tree import (
    AllOf,
    Array,
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Cte,
    Derived,
    Exists,
    Literal,
    LiteralKind,
    Node,
    Operation,
    Produced,
    Query,
    Row,
    Select,
    SetOperation,
    Subquery,
    Table,
    Values,
    walk_outside_queries,
)


def compares_setting(e: Expression, column: str, settings: frozenset[str], functions: frozenset[str]) -> bool | None:
    """Whether every row that passes has, in a column, a value that depends on the tenant that the session is set to.

    Args:
        e: the condition of a policy.
        column: the tenant's column.
        settings: the settings that say which tenant it is.
        functions: the functions that do, `app.current_tenant` or `current_tenant`; a name without a schema is good for
            any schema. One that gets the column as an argument and stands alone is taken for a comparison with it.
    """
    node = read(e)
    if node is None:
        return None
    context = _Context(column, frozenset(setting.lower() for setting in settings), functions)
    return holds(node, context.compares)


class _Context:
    """What is looked for."""

    def __init__(self, column: str, settings: frozenset[str], functions: frozenset[str]) -> None:
        self._column = column
        self._settings = settings
        self._functions = functions

    # --- conditions ---

    def compares(self, leaf: Node) -> bool | None:
        """Whether a condition without AND, OR and NOT compares the column with the tenant."""
        answers = [self.depends(other) for one, other in equal_pairs(leaf) if self._is_column(one)]
        match leaf:
            case Exists():
                return any_of([*answers, self._exists(leaf.query)])
            case Call():
                return any_of([*answers, self._calls_with_column(leaf)])
            case _:
                return any_of(answers)

    def _is_column(self, node: Node) -> bool:
        return isinstance(node, Column) and node.name == self._column

    def _calls_with_column(self, call: Call) -> bool | None:
        """A function may compare its argument with anything."""
        if not any(self._is_column(node) for node in walk_outside_queries(call)):
            return False
        return True if self._is_named(call) else None

    def _exists(self, query: Query) -> bool | None:
        """EXISTS (SELECT ... WHERE member.tenant = table.tenant AND member.user = <the session's>).

        The column of the policy's own table needs that table's name in front of it; without, it may be the member's.
        """
        body = query.body
        if not isinstance(body, Select) or body.where is None:
            return False
        own = names_in(query)

        def correlates(leaf: Node) -> bool | None:
            outside = [
                one.qualifier is not None
                for one, other in equal_pairs(leaf)
                if isinstance(one, Column) and self._is_column(one) and one.qualifier not in own and one != other
            ]
            return True if True in outside else None if outside else False

        return all_of([holds(body.where, correlates), self._rows_depend(query, ())])

    # --- values ---

    def depends(self, value: Node) -> bool | None:
        """Whether a value is the tenant's and nothing else: it may not fall back to a column of the row."""
        match value:
            case Cast() | Collate():
                return self.depends(value.operand)
            case Subquery():
                return self._rows_depend(value.query, ())
            case Array() | Row():
                return all_of(map(self.depends, value.items))
            case Case():
                results = (*value.results, *(() if value.otherwise is None else (value.otherwise,)))
                return all_of(self.depends(result) for result in results if not _is_null(result))
            case AllOf():
                return self.depends(value.operand)
            case Call():
                return self._call(value)
            case Operation():
                return self._made_of(value.parts)
            case _:
                return False

    def _call(self, call: Call) -> bool | None:
        if self._is_named(call):
            return True
        match call.parts[-1]:
            case "current_setting" if call.parts[:-1] in ((), ("pg_catalog",)):
                return self._is_tenant_setting(call)
            case "coalesce" | "nullif":
                if any(isinstance(node, Column) for node in walk_outside_queries(call)):
                    return False
                return self.depends(call.arguments[0])
            case _:
                return self._made_of(call.arguments)

    def _made_of(self, parts: tuple[Node, ...]) -> bool | None:
        """A value made of the tenant's and of constants, by whatever function or operator."""
        if any(isinstance(node, Column) for part in parts for node in walk_outside_queries(part)):
            return False
        return any_of(map(self.depends, parts))

    def _is_named(self, call: Call) -> bool:
        name = call.parts[-1]
        if len(call.parts) == 1:
            return any(function.rpartition(".")[2] == name for function in self._functions)
        return name in self._functions or ".".join(call.parts[-2:]) in self._functions

    def _is_tenant_setting(self, call: Call) -> bool | None:
        name = without_casts(call.arguments[0]) if call.arguments else None
        if isinstance(name, Literal) and name.kind is LiteralKind.STRING:
            return name.value.lower() in self._settings
        return None

    # --- queries ---

    def _rows_depend(self, query: Query, outer: tuple[Cte, ...]) -> bool | None:
        """Whether a query gives rows of the tenant only, as far as its own conditions say."""
        ctes = (*outer, *query.ctes)
        match query.body:
            case SetOperation():
                return all_of([self._rows_depend(query.body.left, ctes), self._rows_depend(query.body.right, ctes)])
            case Values():
                return all_of(map(self.depends, query.body.rows))
            case Select():
                return self._select_depends(query.body, ctes)
            case _:
                return None

    def _select_depends(self, select: Select, ctes: tuple[Cte, ...]) -> bool | None:
        answers = [self.depends(output.value) for output in select.outputs]
        if select.where is not None:
            answers.append(holds(select.where, self._fixes_any_column))
        joins = tuple(joins_in(select.source))
        if not any(join.outer for join in joins):  # An outer join keeps rows for which its condition does not hold.
            answers += [holds(join.on, self._fixes_any_column) for join in joins if join.on is not None]
            answers += [self._source_depends(source, ctes) for source in _sources(select.source)]
        return any_of(answers)

    def _fixes_any_column(self, leaf: Node) -> bool | None:
        return any_of(self.depends(other) for one, other in equal_pairs(leaf) if isinstance(one, Column))

    def _source_depends(self, source: Node, ctes: tuple[Cte, ...]) -> bool | None:
        match source:
            case Derived():
                return self._rows_depend(source.query, ctes)
            case Produced():
                return any_of(map(self.depends, source.calls))
            case Table(parts=(name,)):
                for number, cte in enumerate(ctes):
                    if cte.name == name:
                        return self._rows_depend(cte.query, ctes[:number])
        return False


def _is_null(node: Node) -> bool:
    inner = without_casts(node)
    return isinstance(inner, Literal) and inner.kind is LiteralKind.NULL


def _sources(source: Node | None) -> tuple[Node, ...]:
    if source is None:
        return ()
    return tuple(node for node in walk_outside_queries(source) if isinstance(node, (Table, Derived, Produced)))
