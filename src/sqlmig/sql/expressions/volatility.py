"""Whether a value is the same each time that it is computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.reader import Name


class Volatility(Enum):
    """PostgreSQL's classes, the safest first."""

    IMMUTABLE = "immutable"
    """The same for ever."""
    STABLE = "stable"
    """The same for one statement: ADD COLUMN computes such a default once, and rewrites nothing."""
    VOLATILE = "volatile"
    """Computed again for each row."""


def volatility(e: Expression, of: Mapping[str, Volatility] | None = None) -> Volatility | None:
    """The worst class of what is called; None when a function is not known, and none that is known is volatile.

    Operators and casts count as immutable: in pg_catalog some are stable, none is volatile.

    Args:
        e: any expression.
        of: functions of the user's, by `name` or `schema.name`, folded. A name without a schema is looked up in
            pg_catalog too, and the worse of the two counts.
    """
    words = {token.word for token in e.tokens}
    found: list[Volatility | None] = [_of_name(call.name, of or {}) for call in calls(e)]
    if not _STABLE_WORDS.isdisjoint(words) or any(word.startswith(("json_", "xml")) for word in words):
        found.append(Volatility.STABLE)
    if Volatility.VOLATILE in found:
        return Volatility.VOLATILE
    return None if None in found else _worst(known for known in found if known is not None)


# A query sees what its statement sees; XML and JSON constructs depend on settings at most.
_STABLE_WORDS: Final = frozenset(
    {
        *("current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp"),
        *("current_user", "localtime", "localtimestamp", "session_user", "system_user", "user", "select", "table"),
    }
)


def _of_name(name: Name, of: Mapping[str, Volatility]) -> Volatility | None:
    written = name.name if name.schema is None else f"{name.schema}.{name.name}"
    found = [of[written]] if written in of else []
    if name.schema in (None, "pg_catalog") and name.name in _measured():
        found.append(_measured()[name.name])
    if not found and name.name in _EXTENSIONS:
        found.append(_EXTENSIONS[name.name])
    return _worst(found) if found else None


def _worst(found: Iterable[Volatility]) -> Volatility:
    return max(found, key=_ORDER.index, default=Volatility.IMMUTABLE)


_ORDER: Final = list(Volatility)


@cache
def _measured() -> dict[str, Volatility]:
    """The functions of pg_catalog, written by scripts/generate-volatility."""
    data = json.loads(Path(__file__).with_name("volatility.json").read_text(encoding="utf-8"))
    return {name: Volatility(kind) for kind, lines in data.items() for line in lines for name in line.split()}


# Functions of contrib that defaults are made with; they are installed into any schema.
_EXTENSIONS: Final = {
    **dict.fromkeys(
        ("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "gen_random_bytes", "gen_salt"),
        Volatility.VOLATILE,
    ),
    **dict.fromkeys(("uuid_generate_v3", "uuid_generate_v5", "uuid_nil", "digest", "hmac"), Volatility.IMMUTABLE),
}
