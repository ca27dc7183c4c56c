"""Which changes of a column's type write the table anew, and which build its indexes again.

PostgreSQL leaves the rows alone where the old values are the new ones bit by bit, and where the new type's length or
precision lets every old value pass. The lock table has pairs of types for each of these rules; here they are said in
general, and tests/db/test_type_changes_live.py tries a thousand pairs on a server.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from sqlmig.sql.definitions import Expression, TypeName
from sqlmig.sql.expressions.slices import with_own_offsets
from sqlmig.sql.parse.pieces import NotUnderstood
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.record import Record
from sqlmig.sql.schema.objects import Domain, Type

TypeOf = Callable[[TypeName], Type | None]
"""What statements have made of a type; None for those that come with PostgreSQL, and for unknown ones."""


class Using(Enum):
    """What stands behind USING, as far as it matters."""

    NOTHING = "nothing"
    """No USING, or the column itself, or the column cast to the new type: that is all the same."""
    CASTS = "casts"
    """The column, cast to another type first."""
    EXPRESSION = "expression"


class TypeChange(Record):
    """What a change of type does to what is stored."""

    rewrites: bool | None
    """Whether the table is written anew; None when that is not known."""
    rebuilds_indexes: bool = False
    """Whether an index with this column is built again although the table is not written anew."""


def type_change(
    old: TypeName | None,
    new: TypeName,
    *,
    type_of: TypeOf,
    using: Using = Using.NOTHING,
    new_collation: bool = False,
    timezone_utc: bool = False,
) -> TypeChange:
    """What ALTER COLUMN TYPE does.

    Args:
        old: the type before; None when it is not known.
        new: the type behind TYPE.
        type_of: looks up the domains, enums and composite types that are known.
        using: what stands behind USING.
        new_collation: whether the column gets another collation.
        timezone_utc: whether the session's TimeZone is UTC: only then timestamp and timestamptz are stored alike.
    """
    if using is Using.EXPRESSION:
        return TypeChange(rewrites=True)
    if using is Using.CASTS:
        return TypeChange(rewrites=None)
    if old is not None and _is_same(old, new) and (old.modifiers == new.modifiers or not new.modifiers):
        return TypeChange(rewrites=False, rebuilds_indexes=new_collation)
    if refuses_values(new, type_of):
        return TypeChange(rewrites=True)
    source = None if old is None else _stored(old, type_of)
    target = _stored(new, type_of)
    if source is None or target is None:
        return TypeChange(rewrites=None)
    rewrites = _rewrites(source, target, timezone_utc=timezone_utc)
    rebuilds = not rewrites and (new_collation or _opclass(source.type) != _opclass(target.type))
    return TypeChange(rewrites=rewrites, rebuilds_indexes=rebuilds)


def using_kind(using: Expression | None, column: str, new: TypeName) -> Using:
    """What stands behind USING when this column gets the new type."""
    if using is None:
        return Using.NOTHING
    local = with_own_offsets(using)
    r = Reader(local.tokens, local.text, local.start)
    name = r.name()
    if name is None or name.name != column:
        return Using.EXPRESSION
    found = Using.NOTHING
    while r.symbol("::"):
        try:
            cast = type_name(r)
        except NotUnderstood:
            return Using.EXPRESSION
        if not _is_same(cast, new) or cast.modifiers != new.modifiers:
            found = Using.CASTS
    return found if r.next is None else Using.EXPRESSION


def is_known_type(type_name: TypeName, type_of: TypeOf) -> bool:
    """Whether it is known what a type is: no domain, no enum from elsewhere."""
    return _stored(type_name, type_of) is not None


def refuses_values(type_name: TypeName, type_of: TypeOf) -> bool | None:
    """Whether it is a domain with a constraint, its own or that of a domain that it is over; None: not known."""
    found = None if type_name.dimensions else type_of(type_name)
    if not isinstance(found, Domain):
        return False
    return found.constrained or (None if found.type is None else refuses_values(found.type, type_of))


class _Stored(Record):
    """A type as its values are stored."""

    type: TypeName
    domain: bool = False
    """Whether it stands for a domain over it: then PostgreSQL does not look at how long the old values can be."""


def _stored(written: TypeName, type_of: TypeOf) -> _Stored | None:
    """What is stored for a type; None when it is not known."""
    found = type_of(written)
    if isinstance(found, Domain) and not written.dimensions:
        under = None if found.type is None else _stored(found.type, type_of)
        return None if under is None else under.replaced(domain=True)
    is_known = found is not None or (written.schema in (None, "pg_catalog") and written.name in _BUILT_IN)
    return _Stored(type=written) if is_known else None


def _is_same(one: TypeName, other: TypeName) -> bool:
    """Whether two types are one but for their modifiers."""
    schemas = {type_name.schema or "pg_catalog" for type_name in (one, other)}
    return len(schemas) == 1 and one.name == other.name and bool(one.dimensions) == bool(other.dimensions)


def _rewrites(source: _Stored, target: _Stored, *, timezone_utc: bool) -> bool:
    old, new = source.type, target.type
    if not _is_same(old, new):
        if not _is_stored_alike(old, new, timezone_utc=timezone_utc):
            return True
        length = None
    else:
        length = None if source.domain else old.modifiers
    if not new.modifiers:
        return False
    if old.dimensions:
        return True
    return not (length == new.modifiers or _passes(new.name, length, new.modifiers))


def _is_stored_alike(old: TypeName, new: TypeName, *, timezone_utc: bool) -> bool:
    """Whether the values of two types are the same bit by bit."""
    if old.dimensions or new.dimensions:
        return False
    if {old.name, new.name} == {"timestamp", "timestamptz"}:
        return timezone_utc
    if old.name in _NUMBERS_OF_OBJECTS and new.name in _NUMBERS_OF_OBJECTS:
        # Between two types of reg* there is no cast, but for those that differ in their arguments only.
        return "oid" in (old.name, new.name) or "int4" in (old.name, new.name) or old.name[:7] == new.name[:7]
    return new.name in _STORED_ALIKE.get(old.name, ())


_NUMBERS_OF_OBJECTS: Final = frozenset(
    {
        *("int4", "oid", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper"),
        *("regoperator", "regproc", "regprocedure", "regrole", "regtype"),
    }
)
_STORED_ALIKE: Final = {
    "text": ("varchar", "bpchar"),
    "varchar": ("text", "bpchar"),
    "xml": ("text", "varchar", "bpchar"),
    "cidr": ("inet",),
    "bit": ("varbit",),
}

# --- lengths and precisions ---


def _passes(name: str, old: tuple[str, ...] | None, new: tuple[str, ...]) -> bool:
    """Whether every value that the old modifiers allow passes the new ones, as far as PostgreSQL sees that.

    Args:
        name: the type.
        old: None when they are not known; empty when there are none.
        new: at least one.
    """
    match name:
        case "varchar" | "varbit":
            return bool(old) and old is not None and int(new[0]) >= int(old[0])
        case "numeric":
            return bool(old) and old is not None and _scale(new) == _scale(old) and int(new[0]) >= int(old[0])
        case "time" | "timetz" | "timestamp" | "timestamptz":
            return int(new[0]) >= _FULL_PRECISION or (bool(old) and old is not None and int(new[0]) >= int(old[0]))
        case "interval":
            return _interval_passes(_interval(old or ()), _interval(new))
        case _:
            return False


_FULL_PRECISION: Final = 6


def _scale(modifiers: tuple[str, ...]) -> int:
    return int(modifiers[1]) if len(modifiers) > 1 else 0


def _interval(modifiers: tuple[str, ...]) -> tuple[int, int]:
    """The least field of an interval, 0 for seconds, and its precision."""
    words = [modifier for modifier in modifiers if not modifier.isdigit()]
    digits = [int(modifier) for modifier in modifiers if modifier.isdigit()]
    least = words[-1].split()[-1] if words else "second"
    return _FIELDS.index(least), digits[0] if digits else _FULL_PRECISION


_FIELDS: Final = ("second", "minute", "hour", "day", "month", "year")


def _interval_passes(old: tuple[int, int], new: tuple[int, int]) -> bool:
    return new[0] <= old[0] and (old[0] > 0 or new[1] >= old[1])


# --- indexes ---


def _opclass(type_name: TypeName) -> str:
    """What an index sorts values of this type by; an index is kept when the new type has the same."""
    if type_name.name in _NUMBERS_OF_OBJECTS and type_name.name != "int4":
        return "oid"
    return {"varchar": "text", "cidr": "inet"}.get(type_name.name, type_name.name)


_BUILT_IN: Final = _NUMBERS_OF_OBJECTS | {
    *("bit", "bool", "box", "bpchar", "bytea", "char", "cidr", "circle", "date", "datemultirange", "daterange"),
    *("float4", "float8", "inet", "int2", "int2vector", "int4multirange", "int4range", "int8", "int8multirange"),
    *("int8range", "interval", "json", "jsonb", "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "name"),
    *("numeric", "nummultirange", "numrange", "oidvector", "path", "pg_lsn", "pg_snapshot", "point", "polygon"),
    *("refcursor", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "tsmultirange", "tsquery"),
    *("tsrange", "tstzmultirange", "tstzrange", "tsvector", "txid_snapshot", "uuid", "varbit", "varchar", "xid"),
    *("xid8", "xml"),
}
"""The types that come with PostgreSQL and can be a column's."""
