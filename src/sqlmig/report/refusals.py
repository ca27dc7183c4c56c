"""Refusals in words: what many targets have in common is said once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmig.errors import Problem
from sqlmig.plan.values import Refusal, Target
from sqlmig.report.words import counted, place_json, some


@dataclass(frozen=True, slots=True)
class Grouped:
    """Refusals that say the same, one target's name put for another's."""

    first: Refusal
    schemas: tuple[str, ...]
    """In the plan's order; empty when no target is to blame."""

    def __str__(self) -> str:
        text = str(Problem(self.first.message, self.first.place, self.first.next))
        if len(self.schemas) > 1:
            return f"{text}\n  the same in {counted(len(self.schemas), 'target')}: {some(self.schemas)}"
        # A message that does not say where gets the name behind it.
        [schema] = self.schemas or ("",)
        return text if schema in text else f"{text}\n  in: {schema}"


def grouped(refusals: Iterable[Refusal]) -> tuple[Grouped, ...]:
    """What was refused, each reason once."""
    groups: dict[object, list[Refusal]] = {}
    for refusal in refusals:
        message, advice = (nameless(text, refusal.target) for text in (refusal.message, refusal.next))
        place = refusal.place and (refusal.place.file, refusal.place.line, refusal.place.column)
        groups.setdefault((refusal.reason, message, advice, place), []).append(refusal)
    return tuple(
        Grouped(same[0], tuple(dict.fromkeys(one.target.schema for one in same if one.target is not None)))
        for same in groups.values()
    )


def nameless(text: str, target: Target | None) -> str:
    """A text with the target's own names taken out, to compare it with what another target got."""
    if target is None:
        return text
    names = {target.schema, target.tenant.slug} if target.tenant is not None else {target.schema}
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    return re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", "\0", text) if longest_first else text


def refusals_text(refusals: Iterable[Refusal]) -> str:
    """Why a plan may not run, one reason after the other."""
    return "\n".join(f"refused: {group}" for group in grouped(refusals))


def problems_text(refusals: Iterable[Refusal]) -> str:
    """The same where nobody wanted to run anything: what is wrong, one problem after the other."""
    return "\n".join(f"problem: {group}" for group in grouped(refusals))


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """One refusal for programs."""
    return {
        "reason": refusal.reason.value,
        "message": refusal.message,
        "next": refusal.next,
        "track": refusal.target.track if refusal.target is not None else None,
        "schema": refusal.target.schema if refusal.target is not None else None,
        "place": place_json(refusal.place),
    }
