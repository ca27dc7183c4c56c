"""The constraints of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlmig.sql.definitions import (
    Check,
    Constraint,
    Exclude,
    ForeignKey,
    IndexElement,
    NotNull,
    ReferentialAction,
    Unique,
)
from sqlmig.sql.parse.elements import index_element
from sqlmig.sql.parse.expressions import parenthesised
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    column_list,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    in_parentheses,
    name,
    operator,
    options,
    qualified_operator,
    refuse,
)
from sqlmig.sql.reader import Reader


def constraint(r: Reader) -> Constraint:
    """Read a constraint of a table, with its name if it has one (TableConstraint)."""
    at = r.at
    label = identifier(r) if r.accept("constraint") else None
    read = _KINDS.get(r.word) or refuse(r, "a constraint")
    r.step()
    return read(r, label, at)


def domain_constraint(r: Reader) -> Check | NotNull:
    """Read a constraint that ALTER DOMAIN adds (DomainConstraint); NOT NULL has no column there."""
    at = r.at
    label = identifier(r) if r.accept("constraint") else None
    if r.accept("not", "null"):
        return NotNull(name=label, column="", at=at, **_attributes(r))
    expect(r, "check")
    condition = parenthesised(r)
    return Check(name=label, expression=condition, at=at, **_attributes(r, "not_valid", "no_inherit"))


def starts_constraint(r: Reader) -> bool:
    """Whether a constraint comes next, and not a column: EXCLUDE may be a column's name, the others may not."""
    if r.word == "exclude":
        behind = r.ahead(1)
        return behind is not None and (behind.text == "(" or behind.word == "using")
    return r.word == "constraint" or r.word in _KINDS


def references(r: Reader) -> dict[str, Any]:
    """Read REFERENCES with everything that may stand behind it but attributes: the fields of ForeignKey."""
    expect(r, "references")
    table = name(r)
    columns = _columns_and_period(r)[0] if r.is_symbol("(") else ()
    said: dict[str, Any] = {"references": table, "referenced_columns": columns, "match_full": _match_full(r)}
    while r.accept("on"):
        event = expect_one_of(r, "delete", "update")
        if f"on_{event}" in said:
            refuse(r, f"ON {event.upper()} only once")
        said[f"on_{event}"] = action = _action(r)
        if action in _WITH_COLUMNS and r.is_symbol("("):
            if event == "update":
                refuse(r, "no columns behind ON UPDATE")
            said["on_delete_columns"] = column_list(r)
    return said


def nulls_not_distinct(r: Reader) -> bool:
    """Read NULLS [NOT] DISTINCT."""
    if not r.accept("nulls"):
        return False
    negated = r.accept("not")
    expect(r, "distinct")
    return negated


def index_storage(r: Reader) -> None:
    """Read what says how a constraint's index is stored; no operation has it."""
    if r.accept("with"):
        options(r)
    if r.accept("using", "index", "tablespace"):
        identifier(r)


# --- the kinds; their first word is read ---


def _check(r: Reader, label: str | None, at: int) -> Check:
    condition = parenthesised(r)
    return Check(name=label, expression=condition, at=at, **_attributes(r, "not_valid", "no_inherit", "enforced"))


def _not_null(r: Reader, label: str | None, at: int) -> NotNull:
    expect(r, "null")
    return NotNull(name=label, column=identifier(r), at=at, **_attributes(r, "not_valid", "no_inherit"))


def _unique(r: Reader, label: str | None, at: int) -> Unique:
    if r.word == "nulls":
        return _new_index(r, Unique(name=label, primary=False, nulls_not_distinct=nulls_not_distinct(r), at=at))
    return _key(r, Unique(name=label, primary=False, at=at))


def _primary(r: Reader, label: str | None, at: int) -> Unique:
    expect(r, "key")
    return _key(r, Unique(name=label, primary=True, at=at))


def _key(r: Reader, found: Unique) -> Unique:
    if r.accept("using", "index"):
        return found.replaced(using_index=identifier(r), **_attributes(r, *_DEFERRING))
    return _new_index(r, found)


def _new_index(r: Reader, found: Unique) -> Unique:
    columns, without_overlaps = _columns_without_overlaps(r)
    include = column_list(r) if r.accept("include") else ()
    index_storage(r)
    return found.replaced(
        columns=columns, without_overlaps=without_overlaps, include=include, **_attributes(r, *_DEFERRING)
    )


def _foreign(r: Reader, label: str | None, at: int) -> ForeignKey:
    expect(r, "key")
    columns, period = _columns_and_period(r)
    said = references(r) | _attributes(r, *_DEFERRING, "not_valid", "enforced")
    return ForeignKey(name=label, columns=columns, period=period, at=at, **said)


def _exclude(r: Reader, label: str | None, at: int) -> Exclude:
    method = identifier(r) if r.accept("using") else None
    elements = in_parentheses(r, _exclusion)
    include = column_list(r) if r.accept("include") else ()
    index_storage(r)
    where = parenthesised(r) if r.accept("where") else None
    attributes = _attributes(r, *_DEFERRING)
    return Exclude(name=label, elements=elements, method=method, include=include, where=where, at=at, **attributes)


_KINDS: Final[dict[str, Callable[[Reader, str | None, int], Constraint]]] = {
    "check": _check,
    "not": _not_null,
    "unique": _unique,
    "primary": _primary,
    "exclude": _exclude,
    "foreign": _foreign,
}


def _exclusion(r: Reader) -> IndexElement:
    element = index_element(r)
    expect(r, "with")
    behind = r.ahead(1)
    wrapped = r.word == "operator" and behind is not None and behind.text == "("
    return element.replaced(operator=operator(r) if wrapped else qualified_operator(r))


def _columns_without_overlaps(r: Reader) -> tuple[tuple[str, ...], bool]:
    expect_symbol(r, "(")
    columns = [identifier(r)]
    while r.symbol(","):
        columns.append(identifier(r))
    without_overlaps = r.accept("without", "overlaps")
    expect_symbol(r, ")")
    return tuple(columns), without_overlaps


def _columns_and_period(r: Reader) -> tuple[tuple[str, ...], bool]:
    """Read columns in parentheses, of which the last may be PERIOD column; `period` alone is a column's name."""
    expect_symbol(r, "(")
    columns = [identifier(r)]
    period = False
    while not period and r.symbol(","):
        behind = r.ahead(1)
        period = r.word == "period" and behind is not None and behind.text not in (",", ")")
        if period:
            r.step()
        columns.append(identifier(r))
    expect_symbol(r, ")")
    return tuple(columns), period


def _match_full(r: Reader) -> bool:
    return r.accept("match") and expect_one_of(r, "full", "simple") == "full"


def _action(r: Reader) -> ReferentialAction:
    for action in ReferentialAction:
        if r.accept(*action.value.split()):
            return action
    return refuse(r, "what happens to the referencing row")


_WITH_COLUMNS: Final = (ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)


# --- attributes ---


def constraint_change(r: Reader) -> dict[str, Any]:
    """Read what stands behind ALTER CONSTRAINT name: the fields of AlterConstraint."""
    if r.accept("inherit"):
        return {"inherit": True}
    said = _attributes(r, *_DEFERRING, "enforced", "no_inherit")
    if said.pop("no_inherit", False):
        said["inherit"] = False
    return said


def _attributes(r: Reader, *allowed: str) -> dict[str, bool]:
    """Read what may stand behind a constraint, in any order (ConstraintAttributeSpec)."""
    said: dict[str, bool] = {}
    while r.word in _ATTRIBUTE_WORDS:
        at = r.at
        found = next((fields for words, fields in _ATTRIBUTES if r.accept(*words)), None)
        if found is None:
            break
        for field, value in found.items():
            if field in allowed:
                said[field] = value
            elif value or field not in _DEFERRING:  # that it is not deferrable may be said of any constraint
                raise NotUnderstood("the constraint cannot have this", at)
    return said


_DEFERRING: Final = ("deferrable", "initially_deferred")
_ATTRIBUTES: Final[tuple[tuple[tuple[str, ...], dict[str, bool]], ...]] = (
    (("not", "valid"), {"not_valid": True}),
    (("no", "inherit"), {"no_inherit": True}),
    (("deferrable",), {"deferrable": True}),
    (("not", "deferrable"), {"deferrable": False}),
    (("initially", "deferred"), {"deferrable": True, "initially_deferred": True}),
    (("initially", "immediate"), {"initially_deferred": False}),
    (("enforced",), {"enforced": True}),
    (("not", "enforced"), {"enforced": False}),
)
_ATTRIBUTE_WORDS: Final = frozenset({words[0] for words, _ in _ATTRIBUTES})
