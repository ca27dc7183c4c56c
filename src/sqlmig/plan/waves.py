"""Which targets of a run come first: a few, to see how they fare, then more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import pairwise

from sqlmig.errors import Problem, UsageError
from sqlmig.plan.rollout import Identity, Wave
from sqlmig.plan.values import Target
from sqlmig.project.config.rollout import FEW_FORMS, WAVE_FORMS, WaveRule, wave_rule
from sqlmig.project.nearest import did_you_mean, nearest
from sqlmig.project.shares import share_of


@dataclass(frozen=True, slots=True)
class Cut:
    """The targets of a run, cut into waves."""

    waves: tuple[Wave, ...] = ()
    notes: tuple[str, ...] = ()
    """What is worth knowing: a wave that has no targets, a pattern that matches nothing."""
    problems: tuple[Problem, ...] = ()
    """Why the rules cannot be followed; then there are no waves."""


def cut(
    rules: Sequence[WaveRule],
    targets: Sequence[Target],
    sizes: Mapping[str, int],
    weights: Mapping[Identity, float],
    registry: Sequence[Target] = (),
    *,
    asked: bool = False,
) -> Cut:
    """Each wave takes from what no earlier one took; what is left at the end is the last wave.

    All targets of a tenant are in the same wave. Those of its first track come before those of its second, within
    that what is expected to take longest comes first, and where that is equal the order is the registry's.

    Args:
        rules: in order.
        targets: those of the run that have something to do, in the registry's order.
        sizes: the space that schemas take, in bytes; one that is not in there counts as empty.
        weights: the seconds that targets took in the last run, as far as they are known.
        registry: all targets that there are, by which names are judged; without them, those of the run.
        asked: whether somebody has asked for just these waves. One that no tenant could ever be in is a mistake then:
            the others would begin without the canary that was meant. A configuration may be ahead of the registry.
    """
    if not targets:
        return Cut()
    problems = tuple(problem for rule in rules for problem in _problems(rule, registry or targets))
    if asked and not problems:
        problems = tuple(problem for rule in rules for problem in _nobody(rule, registry or targets))
    if problems:
        return Cut(problems=problems)
    left = _by_tenant(targets)
    tenants = len(left)
    expected = _expected(targets, sizes, weights)
    waves: list[Wave] = []
    notes: list[str] = []
    for rule in rules:
        notes += _unmatched(rule, registry or targets)
        taken = _taken(rule, left, tenants, sizes)
        if not taken:
            notes.append(f"wave '{rule.name}' has no targets: what it chooses is up to date, or in an earlier wave")
            continue
        waves.append(Wave(rule.name, _in_order([left.pop(tenant) for tenant in taken], expected), rule.gate))
    if left:
        waves.append(Wave("rest" if rules else "all", _in_order(list(left.values()), expected)))
    return Cut(tuple(waves), tuple(notes))


def rules_from_options(canary: str | None, waves: Sequence[str]) -> tuple[WaveRule, ...]:
    """The rules that `--canary` and `--wave` stand for.

    Raises:
        UsageError: a text is none of the forms, or nothing can be left for a wave.
    """
    first = () if canary is None else (replace(_rule(_CANARY, canary), name="canary"),)
    if any(rule.takes_all for rule in first):
        raise UsageError("--canary rest takes every tenant", next=f"choose a few of them: {FEW_FORMS}")
    following = tuple(_rule("--wave", text) for text in waves)
    for rule, later in pairwise(following):
        if rule.takes_all:
            raise UsageError(
                f"--wave {rule.name} takes every tenant that is left, so nothing remains for --wave {later.name}",
                next="put it last, or leave it out: what no wave takes comes last anyway",
            )
    return (*first, *following)


def _rule(option: str, text: str) -> WaveRule:
    rule = wave_rule(text)
    if rule is None:
        forms = FEW_FORMS if option == _CANARY else WAVE_FORMS
        raise UsageError(f"{option} '{text}' says nothing that a wave could take", next=f"write {forms}")
    return rule


_CANARY = "--canary"


_Tenant = tuple[str, str]
"""Scope and key: what all targets of a tenant have in common."""


def _by_tenant(targets: Sequence[Target]) -> dict[_Tenant, list[Target]]:
    tenants: dict[_Tenant, list[Target]] = {}
    for target in targets:
        tenants.setdefault((target.scope.value, target.key), []).append(target)
    return tenants


def _taken(
    rule: WaveRule, left: Mapping[_Tenant, Sequence[Target]], tenants: int, sizes: Mapping[str, int]
) -> list[_Tenant]:
    chosen = [tenant for tenant, of in left.items() if _chooses(rule, of[0])]
    if rule.smallest:
        chosen.sort(key=lambda tenant: sizes.get(left[tenant][0].schema, 0))
    most = rule.count if rule.share is None else share_of(rule.share, tenants)
    return chosen[:most]


def _chooses(rule: WaveRule, target: Target) -> bool:
    row = target.tenant.row if target.tenant is not None else {}
    named = not rule.tenants or any(_is_called(target, name) for name in rule.tenants)
    return named and all(column in row and _is(row[column], wanted) for column, wanted in rule.where.items())


def _is_called(target: Target, name: str) -> bool:
    return any(known == name or fnmatchcase(known, name) for known in _names(target))


def _names(target: Target) -> tuple[str, ...]:
    return (target.schema,) if target.tenant is None else (target.tenant.slug, target.schema)


def _is(value: object, wanted: object) -> bool:
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    return _text(value) in map(_text, options)


def _text(value: object) -> str:
    """As YAML and SQL write it: what an option says is always a text."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _expected(
    targets: Sequence[Target], sizes: Mapping[str, int], weights: Mapping[Identity, float]
) -> dict[Identity, float]:
    """What targets are expected to take: as long as last time, otherwise by their size as long as those did."""
    known = [target for target in targets if target.identity in weights]
    seconds = sum(weights[target.identity] for target in known)
    size = sum(sizes.get(target.schema, 0) for target in known)

    def guessed(target: Target) -> float:
        if not known:
            return sizes.get(target.schema, 0)
        return sizes.get(target.schema, 0) * seconds / size if size else seconds / len(known)

    return {
        target.identity: weights[target.identity] if target.identity in weights else guessed(target)
        for target in targets
    }


def _in_order(tenants: Sequence[Sequence[Target]], expected: Mapping[Identity, float]) -> tuple[Identity, ...]:
    # Two tracks of one tenant would get into each other's way if they ran side by side.
    places = [(place, target.identity) for of in tenants for place, target in enumerate(of)]
    return tuple(identity for _, identity in sorted(places, key=lambda one: (one[0], -expected[one[1]])))


def _problems(rule: WaveRule, known: Sequence[Target]) -> Iterator[Problem]:
    for name in rule.tenants:
        if not _is_pattern(name) and not any(name in _names(target) for target in known):
            near = nearest(name, {name for target in known for name in _names(target)})
            hint = f"did you mean '{near}'?" if near else "`sqlmig tenant list` shows the tenants"
            yield Problem(f"wave '{rule.name}' names '{name}', which is neither slug nor schema of a tenant", next=hint)
    columns = {column for target in known if target.tenant is not None for column in target.tenant.row}
    for column in rule.where:
        if column not in columns:
            what = f"wave '{rule.name}' asks for '{column}', which is no column of the registry"
            yield Problem(what, next=did_you_mean(column, columns))


def _nobody(rule: WaveRule, known: Sequence[Target]) -> Iterator[Problem]:
    if not any(_chooses(rule, target) for target in known):
        what = f"wave '{rule.name}' would have no tenant: it chooses none of those that are selected"
        yield Problem(what, next="`sqlmig tenant list` shows the tenants; correct the wave, or leave it out")


def _unmatched(rule: WaveRule, known: Sequence[Target]) -> Iterator[str]:
    for name in filter(_is_pattern, rule.tenants):
        if not any(_is_called(target, name) for target in known):
            yield f"wave '{rule.name}': no tenant's slug or schema matches '{name}'"


def _is_pattern(name: str) -> bool:
    return any(character in name for character in "*?[")
