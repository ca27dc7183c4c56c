"""How a dropped tenant's schema is called, and how it is taken apart: pieces that fit the lock table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmig.plan.budget import LockTable
from sqlmig.project.names import MAX_NAME_BYTES

PREFIX = "_dropped_"
MOST_PIECES = 50
"""So many objects go in one transaction, at the most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An object that is dropped by itself."""

    kind: str
    """As DROP calls it."""
    identity: str
    """Qualified, quoted, with a routine's arguments."""
    locks: int
    """Entries of the lock table that this takes."""


def dropped_name(schema: str, run_id: str) -> str:
    """The name that a dropped tenant's schema gets: no other schema has it, and people see whose it was."""
    name = f"{PREFIX}{run_id[:8]}_{schema}"
    while len(name.encode()) > MAX_NAME_BYTES:
        name = name[:-1]
    return name


def lock_budget(server: LockTable) -> int:
    """How many entries of the lock table one transaction of a drop may take: half of what others leave."""
    return max((server.room - server.others_used) // 2, 1)


def first_piece(left: Sequence[Piece], budget: int) -> tuple[Piece, ...]:
    """What the next transaction drops: objects of one kind that fit the budget, and one in any case.

    Args:
        left: in the order in which they can go.
        budget: entries of the lock table.
    """
    chosen: list[Piece] = []
    locks = 0
    for piece in left[:MOST_PIECES]:
        locks += piece.locks
        if chosen and (piece.kind != chosen[0].kind or locks > budget):
            break
        chosen.append(piece)
    return tuple(chosen)
