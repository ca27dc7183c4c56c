"""What the runner has to know of a step's statements, worked out once for all targets that share them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmig.plan.values import Step
from sqlmig.project.checksums import statements_checksum
from sqlmig.project.model import Scope
from sqlmig.sql.classify import creates_other_than_relations, drops, transaction_control
from sqlmig.sql.statements import Statement


@dataclass(frozen=True, slots=True)
class Traits:
    """Of a step's statements."""

    rendered: bytes
    """The rendered checksum."""
    looks_at_catalog: bool
    """Whether they may change the catalog without a lock that tells."""
    may_drop: bool
    controls_transaction: bool
    """Whether they may end their own transaction. No plan has such a step."""


def traits_of(step: Step) -> Traits:
    """The traits of a step's statements."""
    known = _known.get(id(step.statements))
    if known is not None and known[0] is step.statements:
        return known[1]
    traits = Traits(
        bytes.fromhex(statements_checksum(step.statements)),
        any(map(creates_other_than_relations, step.statements)),
        any(map(drops, step.statements)),
        any(map(transaction_control, step.statements)),
    )
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[id(step.statements)] = (step.statements, traits)
    return traits


def needs_another_session(step: Step) -> bool:
    """Whether only a session that does not see the step's changes can tell whose the things were that it changed."""
    if step.target.scope is Scope.SHARED:
        return False
    traits = traits_of(step)
    return traits.may_drop or traits.looks_at_catalog


_MOST_KNOWN = 256
# Targets that share a text share its statements, the very same tuple; holding on to it keeps its id its own.
_known: dict[int, tuple[tuple[Statement, ...], Traits]] = {}
