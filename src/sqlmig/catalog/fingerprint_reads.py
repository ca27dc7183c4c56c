"""Reads what fingerprints are made of: by statements of one catalog each, for schemas whose objects are known by oid.

One query over all catalogs would say the same. To plan it takes a new connection longer than all of these together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from sqlmig.catalog.aspects import Aspect, Part
from sqlmig.catalog.schema_names import OwnName
from sqlmig.db.composing import text_of
from sqlmig.db.session import Row, Session

AT_ONCE: Final = 50
"""Schemas that are read together, so that neither side holds the texts of a whole fleet."""


def read_parts(session: Session, schemas: Sequence[str]) -> Iterator[tuple[str, list[Part]]]:
    """What schemas are made of, by name and in no order; one that is not there is left out.

    Args:
        session: inside or outside of a transaction.
        schemas: their names.

    Raises:
        ServerRefused: the server refused.
    """
    for first in range(0, len(schemas), AT_ONCE):
        # All statements of a transaction of our own see the catalog as it is now.
        settings = (*(() if session.in_transaction else (_TOGETHER,)), *_SETTINGS)
        # The statements move the search path from row to row, and the block gives it back.
        with session.reading():
            found = _read(session, schemas[first : first + AT_ONCE], settings)
        yield from found.items()


@cache
def statement(name: str) -> str:
    """A statement of `queries/fingerprint`, ready for parameters."""
    text = text_of(f"fingerprint/{name}").replace("{rights}", text_of("fingerprint/rights").strip())
    return re.sub(r"\{within ([\w.]+)\}", _WITHIN, text).rstrip()


_WITHIN: Final = r"set_config('search_path', \1::regnamespace::text || ', pg_catalog', true) IS NOT NULL"
"""Always true; what is evaluated after it names objects of that schema without the schema."""
_TOGETHER: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_SETTINGS: Final = (
    "SET LOCAL search_path = pg_catalog",
    "SET LOCAL jit = off",
    # Everything is found by an index: to look at other joins costs more than what is read.
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
)


class _Column(NamedTuple):
    """A column of texts, or NULL."""

    aspect: Aspect
    neutral: Callable[[OwnName, str], str] = OwnName.out_of_literals


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement gives rows: the schema's oid, an object's kind and name, and a text in each of some columns."""

    name: str
    catalog: str | None
    """It is asked when the schemas have something there; None for always."""
    columns: tuple[_Column, ...]


# What a person wrote can name the schema anywhere.
_COMMENT = _Column(Aspect.COMMENTS, OwnName.out_of_all)
_BODY = _Column(Aspect.FUNCTIONS, OwnName.out_of_all)
_COLUMNS, _DEFAULTS, _CONSTRAINTS = _Column(Aspect.COLUMNS), _Column(Aspect.DEFAULTS), _Column(Aspect.CONSTRAINTS)
_INDEXES, _SEQUENCES, _TYPES = _Column(Aspect.INDEXES), _Column(Aspect.SEQUENCES), _Column(Aspect.TYPES)
_FUNCTIONS, _TRIGGERS, _VIEWS = _Column(Aspect.FUNCTIONS), _Column(Aspect.TRIGGERS), _Column(Aspect.VIEWS)
_POLICIES, _GRANTS, _OWNERS = _Column(Aspect.POLICIES), _Column(Aspect.GRANTS), _Column(Aspect.OWNERS)
_OTHERS, _ORDER = _Column(Aspect.OTHERS), _Column(Aspect.COLUMN_ORDER)
_STATEMENTS: Final = (
    _Statement("schemas", None, (_OWNERS, _GRANTS, _COMMENT)),
    _Statement("relations", "pg_class", (_COLUMNS, _POLICIES, _VIEWS, _ORDER, _OWNERS, _GRANTS, _COMMENT)),
    _Statement("columns", "pg_class", (_COLUMNS, _GRANTS, _COMMENT)),
    _Statement("defaults", "pg_class", (_DEFAULTS,)),
    _Statement("constraints", "pg_class", (_CONSTRAINTS, _COMMENT)),
    _Statement("indexes", "pg_class", (_INDEXES, _COMMENT)),
    _Statement("sequences", "pg_class", (_SEQUENCES,)),
    _Statement("triggers", "pg_class", (_TRIGGERS, _COMMENT)),
    _Statement("rules", "pg_class", (_TRIGGERS, _COMMENT)),
    _Statement("policies", "pg_class", (_POLICIES, _COMMENT)),
    _Statement("types", "pg_type", (_TYPES, _OWNERS, _GRANTS, _COMMENT)),
    _Statement("of_types", "pg_type", (_CONSTRAINTS, _COMMENT)),
    _Statement("routines", "pg_proc", (_BODY, _FUNCTIONS, _OWNERS, _GRANTS, _COMMENT)),
    _Statement("statistics", "pg_statistic_ext", (_INDEXES, _OWNERS, _COMMENT)),
    _Statement("others", "others", (_OTHERS,)),
)
_RARE: Final = frozenset(
    {"pg_operator", "pg_opclass", "pg_opfamily", "pg_collation", "pg_conversion", "pg_extension"}
    | {"pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template"}
)
"""Of those only that they are there."""


@dataclass(frozen=True, slots=True)
class _Members:
    """What is in some schemas."""

    names: Mapping[int, OwnName]
    """By the schema's oid."""
    objects: Mapping[str, frozenset[int]]
    """Oids by catalog."""
    others: Sequence[tuple[int, str, int]]
    """Schema, catalog and oid of what is rare."""

    def has(self, catalog: str | None) -> bool:
        return catalog is None or bool(self.others if catalog == "others" else self.objects.get(catalog))

    @property
    def parameters(self) -> dict[str, object]:
        asked = {one.catalog for one in _STATEMENTS if one.catalog not in (None, "others")}
        return {
            "schemas": sorted(self.names),
            **{str(catalog): sorted(self.objects.get(str(catalog), ())) for catalog in asked},
            "other_schemas": [schema for schema, _, _ in self.others],
            "other_classes": [catalog for _, catalog, _ in self.others],
            "other_objects": [oid for _, _, oid in self.others],
        }


def _read(session: Session, schemas: Sequence[str], settings: Sequence[str]) -> dict[str, list[Part]]:
    known = ";\n".join((*settings, text_of("fingerprint/members")))
    members = _members(session.rows(known, {"schemas": list(schemas)}))
    found: dict[str, list[Part]] = {own.name: [] for own in members.names.values()}
    if not found:
        return found
    asked = [one for one in _STATEMENTS if members.has(one.catalog)]
    answers = session.run("\n;\n".join(statement(one.name) for one in asked), members.parameters)
    for one, rows in zip(asked, answers, strict=True):
        for schema, name, *texts in rows:
            own = members.names[schema]
            found[own.name] += (
                Part(column.aspect, name, column.neutral(own, text))
                for column, text in zip(one.columns, texts, strict=True)
                if text is not None
            )
    return found


def _members(rows: Sequence[Row]) -> _Members:
    names = {oid: OwnName(name, is_object) for oid, name, is_object, _, _ in rows}
    objects = defaultdict(set)
    others = set()
    for schema, _, _, catalog, oid in rows:
        if catalog in _RARE:
            others.add((schema, catalog, oid))
        elif catalog is not None:
            objects[catalog].add(oid)
    return _Members(names, {catalog: frozenset(oids) for catalog, oids in objects.items()}, sorted(others))
