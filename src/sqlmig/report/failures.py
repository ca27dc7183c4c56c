"""What went wrong in a run: each error once, however many targets met it, with what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmig.plan.grouping import kind_of
from sqlmig.plan.results import Failure, Holder, Outcome, TargetResult
from sqlmig.plan.rollout import ErrorKind
from sqlmig.plan.values import Target
from sqlmig.project.model import Scope
from sqlmig.report.words import EXAMPLES, counted, first_line, holder_json, indented, place_json, some

_LONGEST_STATEMENT = 12
"""Lines of a failed statement that are shown."""
_MOST_LINES = 40
"""Errors are shown whole until so many lines are used up; the first one always is."""
_MOST_HEADINGS = 8
"""So many more have a line each."""
_NAMES = {Outcome.BLOCKED: "blocked", Outcome.QUARANTINED: "quarantined", Outcome.INTERRUPTED: "stopped"}


@dataclass(frozen=True, slots=True)
class Alike:
    """Targets that failed alike."""

    kind: ErrorKind
    outcome: Outcome
    results: tuple[TargetResult, ...]
    failure: Failure
    """Of the first of them."""

    @property
    def schemas(self) -> list[str]:
        """Whose they are, in the order of the run."""
        return [result.target.schema for result in self.results]

    @property
    def many(self) -> bool:
        """Whether they are too many to be named one by one."""
        return len(self.results) > EXAMPLES


def failed_alike(results: Iterable[TargetResult]) -> tuple[Alike, ...]:
    """What went wrong, what most targets met first."""
    groups: dict[tuple[ErrorKind, Outcome], list[TargetResult]] = {}
    for result in results:
        if result.failure is not None:
            groups.setdefault((kind_of_result(result, result.failure), result.outcome), []).append(result)
    found = [
        Alike(kind, outcome, tuple(same), same[0].failure)
        for (kind, outcome), same in groups.items()
        if same[0].failure is not None
    ]
    return tuple(sorted(found, key=lambda alike: -len(alike.results)))


def kind_of_result(result: TargetResult, failure: Failure) -> ErrorKind:
    """What the error of a target is, whichever target met it."""
    last = result.steps[-1] if result.steps else None
    step = last.step if last is not None and last.outcome is not Outcome.DONE else None
    return kind_of(failure, step, result.target)


def alike_texts(groups: Sequence[Alike]) -> list[str]:
    """Each error with place, statement, state and what to do next; the rarer ones of many in one line."""
    parts: list[str] = []
    lines = 0
    for number, alike in enumerate(groups):
        text = _whole(alike)
        lines += text.count("\n") + 1
        if number and lines > _MOST_LINES:
            return [*parts, _headings(groups[number:])]
        parts.append(f"sqlmig: error: {text}")
    return parts


def alike_json(alike: Alike) -> dict[str, object]:
    """One error for programs, with the first target that met it."""
    kind = alike.kind
    return {
        "targets": len(alike.results),
        "outcome": alike.outcome.value,
        "track": kind.track,
        "migration": kind.migration or None,
        "statement": kind.statement,
        "sqlstate": kind.sqlstate,
        "constraint": kind.constraint,
        "message": kind.message,
        "blockers": [{**holder_json(holder), "targets": number} for holder, number in _blockers(alike.results)],
        "examples": alike.schemas[:EXAMPLES],
        "failure": failure_json(alike.failure),
    }


def failure_json(failure: Failure) -> dict[str, object]:
    """One target's failure, for programs."""
    return {
        "message": failure.message,
        "state": failure.state,
        "next": failure.next,
        "place": place_json(failure.place),
        "statement": failure.statement,
        "sqlstate": failure.error.sqlstate if failure.error is not None else None,
    }


def named(targets: Sequence[Target]) -> str:
    """How many, in the word that fits: `412 tenants`, `3 targets`."""
    tenants = all(target.scope is Scope.TENANT for target in targets)
    return counted(len(targets), "tenant" if tenants else "target")


def _whole(alike: Alike) -> str:
    failure = alike.failure
    lines = [f"{failure.place}: {failure.message}" if failure.place else failure.message]
    if failure.place and (caret := failure.place.caret()):
        lines.append(caret)
    if failure.statement and _adds_to(failure):
        lines += ["  statement:", indented(_shortened(failure.statement))]
    if alike.many:
        lines[:1] = [_heading(alike), f"  {lines[0]}"]
        lines += [f"  blocked by {holder}, in {counted(number, 'target')}" for holder, number in _worst(alike)]
    elif len(alike.results) > 1:
        lines.append(f"  the same in {counted(len(alike.results), 'target')}: {some(alike.schemas)}")
    return "\n".join([*lines, f"  state: {failure.state}", f"  next: {_next(alike)}"])


def _heading(alike: Alike) -> str:
    """`412 tenants: 23502 in 0031_add_owner:2 (constraint owner_fk), for example tenant_acme`."""
    # What has no SQLSTATE says all in its message, which comes next.
    what = f": {alike.kind}" if alike.kind.sqlstate is not None else ""
    return f"{_who(alike)}{what}, for example {alike.schemas[0]}"


def _who(alike: Alike) -> str:
    ended = f" {_NAMES[alike.outcome]}" if alike.outcome in _NAMES else ""
    return f"{named([result.target for result in alike.results])}{ended}"


def _headings(groups: Sequence[Alike]) -> str:
    lines = [f"sqlmig: error: {_who(alike)}: {first_line(alike.failure.message)}" for alike in groups[:_MOST_HEADINGS]]
    if rest := groups[_MOST_HEADINGS:]:
        targets = sum(len(alike.results) for alike in rest)
        lines.append(f"and {counted(len(rest), 'error')} more, in {counted(targets, 'target')}")
    return "\n".join(lines)


def _next(alike: Alike) -> str:
    """What to do for all of them: `apply` without a selection reaches all."""
    if len(alike.results) == 1:
        return alike.failure.next
    return alike.failure.next.replace(f"sqlmig apply --schema {alike.schemas[0]}", "sqlmig apply")


def _worst(alike: Alike) -> list[tuple[Holder, int]]:
    return _blockers(alike.results)[:EXAMPLES]


def _blockers(results: Iterable[TargetResult]) -> list[tuple[Holder, int]]:
    """The sessions that were in the way at the end, with how many targets each kept."""
    holders: dict[int, Holder] = {}
    targets: Counter[int] = Counter()
    for result in results:
        last = result.steps[-1].blockers if result.steps else ()
        for pid, holder in {holder.pid: holder for holder in last}.items():
            holders.setdefault(pid, holder)
            targets[pid] += 1
    return [(holders[pid], number) for pid, number in targets.most_common()]


def _adds_to(failure: Failure) -> bool:
    """Whether the statement says more than the line under which the caret stands."""
    shown = failure.place.excerpt if failure.place is not None else None
    return shown is None or (failure.statement or "").strip() != shown.strip().rstrip(";")


def _shortened(statement: str) -> str:
    lines = statement.splitlines()
    if len(lines) <= _LONGEST_STATEMENT:
        return statement
    return "\n".join([*lines[:_LONGEST_STATEMENT], f"... {counted(len(lines) - _LONGEST_STATEMENT, 'line')} more"])
