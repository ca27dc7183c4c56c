"""ALTER and DROP of the kinds that have no module of their own; COMMENT ON and SECURITY LABEL of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.objects import AlterObject, CommentOn, DropObject, SecurityLabel
from sqlmig.sql.parse import foreign_data, operators, replication
from sqlmig.sql.parse.pieces import (
    cascade,
    comma_list,
    expect,
    expect_one_of,
    identifiers,
    if_exists,
    in_parentheses,
    integer,
    is_string,
    name,
    names,
    nonreserved,
    options,
    refuse,
    role,
    string,
)
from sqlmig.sql.parse.subjects import (
    COMMENTED,
    LABELLED,
    NAMES,
    ON_TABLES,
    QUALIFIED,
    RELATIONS,
    UNQUALIFIED,
    Subject,
    general_change,
    named_on_table,
    subject,
    subject_kind,
)
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]


# --- ALTER ---


def alter_object(r: Reader) -> Operations:
    """Read ALTER of a kind that has no function of its own."""
    at = r.at
    expect(r, "alter")
    kind = subject_kind(r, _ALTERED)
    missing_ok = kind is Kind.STATISTICS and if_exists(r)
    found = Subject(kind, *named_on_table(r)) if kind in ON_TABLES else Subject(kind, NAMES[kind](r))
    if not missing_ok and (change := general_change(r, found, at)) is not None:
        return (change,)
    read = _ACTIONS.get(kind) or refuse(r, "an action")
    return (AlterObject(kind=kind, name=found.name, action=read(r), at=at),)


_ALTERED: Final = (
    (QUALIFIED - RELATIONS)
    | UNQUALIFIED
    | ON_TABLES
    | {
        *(Kind.AGGREGATE, Kind.LARGE_OBJECT, Kind.USER_MAPPING),
        *(Kind.OPERATOR, Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY),
    }
)


def _refresh_version(r: Reader) -> str:
    expect(r, "refresh", "version")
    return "refresh version"


def _event_trigger(r: Reader) -> str:
    if r.accept("disable"):
        return "disable"
    expect(r, "enable")
    mode = r.one_of("replica", "always")
    return f"enable {mode}".strip()


def _set_or_reset(r: Reader) -> str:
    action = expect_one_of(r, "set", "reset")
    options(r)
    return action


def _statistics(r: Reader) -> str:
    expect(r, "set", "statistics")
    if not r.accept("default"):
        integer(r)
    return "set statistics"


def _text_search_configuration(r: Reader) -> str:
    action = expect_one_of(r, "add", "alter", "drop")
    expect(r, "mapping")
    missing_ok = action == "drop" and if_exists(r)
    if missing_ok or r.word != "replace" or action != "alter":
        expect(r, "for")
        identifiers(r)
    if action == "alter" and r.accept("replace"):
        name(r)
        expect(r, "with")
        name(r)
    elif action != "drop":
        expect(r, "with")
        names(r)
    return f"{action} mapping"


def _text_search_dictionary(r: Reader) -> str:
    options(r)
    return "options"


_ACTIONS: Final[dict[Kind, Callable[[Reader], str]]] = {
    Kind.COLLATION: _refresh_version,
    Kind.EVENT_TRIGGER: _event_trigger,
    Kind.STATISTICS: _statistics,
    Kind.TABLESPACE: _set_or_reset,
    Kind.TEXT_SEARCH_CONFIGURATION: _text_search_configuration,
    Kind.TEXT_SEARCH_DICTIONARY: _text_search_dictionary,
    **foreign_data.ALTERED,
    **operators.ALTERED,
    **replication.ALTERED,
}


# --- DROP ---


def drop_object(r: Reader) -> Operations:
    """Read DROP of a kind that has no function of its own: an operation for each object."""
    at = r.at
    expect(r, "drop")
    kind = Kind.ROLE if _is_role(r) else subject_kind(r, _DROPPED)
    missing_ok = if_exists(r)
    if kind is Kind.RULE:
        found, table = named_on_table(r)
        return (DropObject(kind=kind, name=found, table=table, if_exists=missing_ok, cascade=cascade(r), at=at),)
    read = _dropped_role if kind is Kind.ROLE else NAMES[kind]
    dropped = (read(r),) if kind in _DROPPED_ONE_BY_ONE else comma_list(r, read)
    cascades = kind not in _WITHOUT_CASCADE and cascade(r)
    if kind is Kind.DATABASE:
        _database_options(r)
    return tuple(DropObject(kind=kind, name=found, if_exists=missing_ok, cascade=cascades, at=at) for found in dropped)


_DROPPED_ONE_BY_ONE: Final = frozenset(
    {
        *(Kind.DATABASE, Kind.TABLESPACE, Kind.SUBSCRIPTION, Kind.USER_MAPPING, Kind.CAST, Kind.TRANSFORM),
        *(Kind.OPERATOR_CLASS, Kind.OPERATOR_FAMILY),
    }
)
_WITHOUT_CASCADE: Final = frozenset({Kind.DATABASE, Kind.TABLESPACE, Kind.USER_MAPPING, Kind.ROLE})
_DROPPED: Final = (QUALIFIED | UNQUALIFIED | _DROPPED_ONE_BY_ONE) | {
    *(Kind.RULE, Kind.TYPE, Kind.DOMAIN, Kind.OPERATOR),
}


def _is_role(r: Reader) -> bool:
    """Step over ROLE, USER or GROUP; USER MAPPING is another kind, unless a user has the name `mapping`."""
    mapping = r.word_ahead(1) == "mapping" and r.word_ahead(2) in ("for", "if")
    return not mapping and bool(r.one_of("role", "user", "group"))


def _dropped_role(r: Reader) -> Name:
    at = r.at
    return Name(None, role(r), at)


def _database_options(r: Reader) -> None:
    with_written = r.accept("with")
    if with_written or r.is_symbol("("):
        in_parentheses(r, lambda r: expect(r, "force"))


# --- COMMENT ON and SECURITY LABEL ---


def comment(r: Reader) -> Operations:
    """Read COMMENT ON."""
    at = r.at
    expect(r, "comment", "on")
    found = subject(r, COMMENTED)
    return (CommentOn(kind=found.kind, name=found.name, table=found.table, text=_text(r), at=at),)


def security_label(r: Reader) -> Operations:
    """Read SECURITY LABEL."""
    at = r.at
    expect(r, "security", "label")
    provider = None
    if r.accept("for"):
        provider = string(r) if is_string(r.next) else nonreserved(r)
    expect(r, "on")
    found = subject(r, LABELLED)
    return (
        SecurityLabel(kind=found.kind, name=found.name, table=found.table, label=_text(r), provider=provider, at=at),
    )


def _text(r: Reader) -> str | None:
    expect(r, "is")
    return None if r.accept("null") else string(r)
