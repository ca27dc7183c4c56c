"""What SET and RESET say, of a session, a routine, a role, a database or the server."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Setting
from sqlmig.sql.parse.pieces import (
    comma_list,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    integer,
    is_string,
    nonreserved,
    number,
    refuse,
    string,
)
from sqlmig.sql.parse.types import interval_fields
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind, lower

FROM_CURRENT: Final = ("from current",)


def assignment(r: Reader) -> Setting:
    """Read what stands behind SET, transaction modes left out (set_rest_more)."""
    if r.accept("time", "zone"):
        return Setting(name="timezone", values=_zone(r))
    if r.accept("session", "authorization"):
        return Setting(name="session_authorization", values=None if r.accept("default") else (_word_or_string(r),))
    if r.accept("xml", "option"):
        return Setting(name="xmloption", values=(expect_one_of(r, "document", "content"),))
    if r.accept("transaction", "snapshot"):
        return Setting(name="transaction_snapshot", values=(string(r),))
    if names_setting(r):
        return _named_assignment(r)
    match r.one_of("schema", "names", "role"):
        case "schema":
            return Setting(name="search_path", values=(string(r),))
        case "names":
            given = is_string(r.next)
            if not given:
                r.accept("default")
            return Setting(name="client_encoding", values=(string(r),) if given else None)
        case "role":
            return Setting(name="role", values=(_word_or_string(r),))
        case _:
            return _named_assignment(r)


def names_setting(r: Reader) -> bool:
    """Whether the next word is a setting's name, and no word of the grammar: `SET role = x`, `SET local TO 1`."""
    behind = r.ahead(1)
    return behind is not None and (behind.text in ("=", ".") or behind.word in ("to", "from"))


def _named_assignment(r: Reader) -> Setting:
    name = parameter(r)
    if r.accept("from", "current"):
        return Setting(name=name, values=FROM_CURRENT)
    return Setting(name=name, values=_values(r))


def plain_assignment(r: Reader) -> Setting:
    """Read `name = values` or `name TO values` (generic_set)."""
    return Setting(name=parameter(r), values=_values(r))


def reset(r: Reader) -> Setting:
    """Read what stands behind RESET (reset_rest)."""
    for words, name in _RESET.items():
        if r.accept(*words):
            return Setting(name=name, values=None)
    return plain_reset(r)


_RESET: Final = {
    ("time", "zone"): "timezone",
    ("transaction", "isolation", "level"): "transaction_isolation",
    ("session", "authorization"): "session_authorization",
}


def plain_reset(r: Reader) -> Setting:
    """Read ALL or the name of a setting (generic_reset)."""
    return Setting(name="all" if r.accept("all") else parameter(r), values=None)


def parameter(r: Reader) -> str:
    """Read the name of a setting: `search_path`, `app.tenant` (var_name). Upper and lower case are the same to it."""
    name = identifier(r)
    while r.symbol("."):
        name += "." + identifier(r)
    return lower(name)


def _values(r: Reader) -> tuple[str, ...] | None:
    if not r.symbol("=") and not r.accept("to"):
        refuse(r, "= or TO")
    return None if r.accept("default") else comma_list(r, value)


def value(r: Reader) -> str:
    """Read a word, a string, a number, TRUE, FALSE or ON (var_value): its characters."""
    if r.next is not None and (r.next.kind in (Kind.WORD, Kind.IDENTIFIER) or is_string(r.next)):
        return boolean_or_string(r)
    return number(r)


def boolean_or_string(r: Reader) -> str:
    """Read a word, a string, TRUE, FALSE or ON (opt_boolean_or_string): its characters."""
    return r.one_of("true", "false", "on") or _word_or_string(r)


def _word_or_string(r: Reader) -> str:
    return string(r) if is_string(r.next) else nonreserved(r)


def _zone(r: Reader) -> tuple[str] | None:
    """Read a time zone (zone_value); None for DEFAULT and LOCAL."""
    if r.one_of("default", "local"):
        return None
    if not r.accept("interval"):
        return (value(r),)
    if r.symbol("("):
        integer(r)
        expect_symbol(r, ")")
        return (string(r),)
    zone = string(r)
    fields = interval_fields(r)
    if fields not in ((), ("hour",), ("hour to minute",)):
        refuse(r, "HOUR or HOUR TO MINUTE")
    return (zone,)


def transaction_modes(r: Reader) -> None:
    """Read the modes of a transaction, if there are any, with commas between them or without."""
    if not _transaction_mode(r):
        return
    while True:
        comma = r.symbol(",")
        if not _transaction_mode(r):
            if comma:
                refuse(r, "a transaction mode")
            return


def _transaction_mode(r: Reader) -> bool:
    if r.accept("isolation", "level"):
        if not r.accept("serializable") and not r.accept("repeatable", "read"):
            expect(r, "read")
            expect_one_of(r, "committed", "uncommitted")
        return True
    if r.accept("read"):
        expect_one_of(r, "only", "write")
        return True
    return r.accept("deferrable") or r.accept("not", "deferrable")
