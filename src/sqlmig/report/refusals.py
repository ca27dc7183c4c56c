"""Refusals in words: what many targets have in common is said once."""

from __future__ import annotations

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
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = _without(text, name)
    return text


def _without(text: str, name: str) -> str:
    """A text with one name taken out, where it stands as a word.

    A pattern for each of ten thousand names would have to be compiled: that costs a second.
    """
    if name not in text:
        return text
    first, *rest = text.split(name)
    found = [first]
    for number, part in enumerate(rest, start=1):
        follows = part or (name if number < len(rest) else "")
        alone = not _wordy("".join(found[-2:])[-1:]) and not _wordy(follows[:1])
        found += ["\0" if alone else name, part]
    return "".join(found)


def _wordy(character: str) -> bool:
    return character.isalnum() or character == "_"


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
