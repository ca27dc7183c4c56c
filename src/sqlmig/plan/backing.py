"""Which tenants are backed up before a run; never the whole fleet unasked: each takes seconds of catalog reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum
from typing import Final

from sqlmig.plan.rollout import Identity
from sqlmig.plan.values import Plan, TargetPlan
from sqlmig.project.model import Direction, Migration, Tenant
from sqlmig.sql.bodies import BodyStatements, body_statements
from sqlmig.sql.operations.access import DropOwned, DropSchema
from sqlmig.sql.operations.base import Kind, Operation, Unknown
from sqlmig.sql.operations.objects import DropObject
from sqlmig.sql.operations.routines import Call, Do
from sqlmig.sql.operations.rows import Delete, Truncate, Update
from sqlmig.sql.operations.session import DynamicSql
from sqlmig.sql.operations.tables import AlterColumnType, DropColumn, DropTable, SetExpression
from sqlmig.sql.parser import parse
from sqlmig.sql.statements import Statement


class BackUp(Enum):
    """Who is backed up before a run. The values are public: the configuration and `--backup` have them."""

    NONE = "none"
    CANARIES = "canaries"
    """Tenants of the first wave: what goes wrong goes wrong there first."""
    DESTRUCTIVE = "destructive"
    """Tenants in which a file is about to run that drops, rewrites or is `irreversible`."""
    ALL = "all"
    """Every tenant that has something to do."""


def backups_needed(plan: Plan, who: BackUp, first_wave: Collection[Identity] = ()) -> tuple[Tenant, ...]:
    """The tenants that are backed up before a plan runs, in its order, each once.

    Args:
        plan: what is about to run.
        who: what was asked for.
        first_wave: the targets that come first.
    """
    judged: dict[tuple[str, Direction], bool] = {}
    found: dict[str, Tenant] = {}
    for one in plan.pending:
        tenant = one.target.tenant
        if tenant is None or tenant.id in found:
            continue
        match who:
            case BackUp.NONE:
                needed = False
            case BackUp.CANARIES:
                needed = one.target.identity in first_wave
            case BackUp.ALL:
                needed = True
            case BackUp.DESTRUCTIVE:
                needed = any(_destroys(one, number, judged) for number in range(len(one.works)))
        if needed:
            found[tenant.id] = tenant
    return tuple(found.values())


def destroys(statements: Iterable[Statement]) -> bool:
    """Whether statements may take away or write over what nobody could get back; what is not understood may."""
    return any(_is_destructive(operation) for statement in statements for operation in parse(statement))


def _destroys(planned: TargetPlan, number: int, judged: dict[tuple[str, Direction], bool]) -> bool:
    """Judges a file once, by how its first target gets it."""
    work = planned.works[number]
    key = (work.script.checksum, work.direction)
    if key not in judged:
        irreversible = isinstance(work.unit, Migration) and work.unit.up.directives.irreversible is not None
        judged[key] = irreversible or destroys(planned.steps[number].statements)
    return judged[key]


def _is_destructive(operation: Operation) -> bool:
    match operation:
        case Do():
            return _body_destroys(body_statements(operation))
        case DropObject(kind=kind):
            return kind in _WITH_ROWS
        case Unknown(foreign=True):
            return False
    return isinstance(operation, _DESTRUCTIVE)


def _body_destroys(body: BodyStatements) -> bool:
    """What DO runs, with the bodies in it; one that could not be read may do anything."""
    inside = [operation for statement in body.statements for operation in statement.operations]
    return bool(body.unread) or any(map(_is_destructive, inside))


_DESTRUCTIVE: Final = (
    AlterColumnType,
    Call,
    Delete,
    DropColumn,
    DropOwned,
    DropSchema,
    DropTable,
    DynamicSql,
    SetExpression,
    Truncate,
    Unknown,
    Update,
)
"""What drops or rewrites values, and what may do anything."""
_WITH_ROWS: Final = frozenset({Kind.SEQUENCE, Kind.TYPE, Kind.DOMAIN, Kind.MATERIALIZED_VIEW, Kind.EXTENSION})
