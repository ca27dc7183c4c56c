"""The tree of an expression, read once for each text."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.reading.account import Account
from sqlmig.sql.expressions.reading.queries import QUERIES, STATEMENTS, query
from sqlmig.sql.expressions.reading.values import VALUES
from sqlmig.sql.expressions.skeleton.skeleton import skeleton
from sqlmig.sql.expressions.tree import Node, Query, Select


@lru_cache(maxsize=512)
def read(e: Expression) -> Node | None:
    """The tree of a value or a condition; of a query, its Query or Subquery. None when it is not understood.

    Equal texts have equal tokens, up to where they stand: they share one tree, which knows their tokens by index.
    """
    first = next((token.word for token in e.tokens if token.text != "("), "")
    if first not in _QUERIES:
        return _understood(e, _condition)
    # `(SELECT ...) UNION ...` is a query, `(SELECT ...) = x` a condition.
    return _understood(e, _statement) or _understood(e, _condition)


@lru_cache(maxsize=64)
def read_sources(sources: Expression) -> Node | None:
    """The tree of what stands behind FROM or USING; None when it is not understood."""
    found = _understood(sources, lambda text: _statement("select from " + text))
    match found:
        case Query(body=Select(where=None, rest=(), source=source), rest=()):
            return source
        case _:
            return None


_QUERIES: Final = frozenset({"select", "with", "values", "table", "insert", "update", "delete", "merge"})


def _condition(text: str) -> list[Any]:
    return Postgres().parse_into(exp.Condition, text)


def _statement(text: str) -> list[Any]:
    return Postgres().parse(text)


def _understood(e: Expression, parse: Callable[[str], list[Any]]) -> Node | None:
    """The tree, if sqlglot reads all of the text and we understand what it says."""
    try:
        written = skeleton(e)
        account = Account(e.tokens, written, _MAKERS)
        [tree] = parse(written.text)
        found = query(account, tree) if isinstance(tree, STATEMENTS) else account.node(tree)
    except Exception:  # noqa: BLE001  (whatever sqlglot raises means that it did not understand)
        return None
    return found if account.complete else None


_MAKERS: Final = VALUES | QUERIES
