"""Operations on functions and procedures; DO and CALL."""

from __future__ import annotations

from sqlmig.sql.definitions import Argument, Body, Expression, Setting, TypeName
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.reader import Name


class CreateRoutine(Operation):
    """CREATE FUNCTION, CREATE PROCEDURE."""

    kind: Kind
    """FUNCTION or PROCEDURE."""
    name: Name
    arguments: tuple[Argument, ...] = ()
    returns: TypeName | None = None
    """None for a procedure, RETURNS TABLE, or OUT arguments alone."""
    or_replace: bool = False
    language: str | None = None
    security_definer: bool = False
    volatility: str = "volatile"
    strict: bool = False
    leakproof: bool = False
    parallel: str = "unsafe"
    window: bool = False
    settings: tuple[Setting, ...] = ()
    body: Body | None = None
    """AS '...'; of a C function its file."""
    sql_body: Expression | None = None
    """RETURN expression, or what stands between BEGIN ATOMIC and END."""


class AlterRoutine(Operation):
    """ALTER FUNCTION, PROCEDURE, ROUTINE with actions; None where nothing is said."""

    kind: Kind
    name: Name
    arguments: tuple[TypeName, ...] | None
    security_definer: bool | None = None
    volatility: str | None = None
    strict: bool | None = None
    leakproof: bool | None = None
    parallel: str | None = None
    settings: tuple[Setting, ...] = ()
    """A RESET has values None; RESET ALL is the name "all" without values."""


class DropRoutine(Operation):
    """DROP FUNCTION, PROCEDURE, ROUTINE, AGGREGATE of one routine."""

    kind: Kind
    name: Name
    arguments: tuple[TypeName, ...] | None = None
    """None when no list is written."""
    if_exists: bool = False
    cascade: bool = False


class Do(Operation):
    """DO."""

    language: str
    body: Body


class Call(Operation):
    """CALL."""

    routine: Name
    call: Expression
    """From the routine's name to the closing parenthesis."""
