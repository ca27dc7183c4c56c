"""What the isolation probe came to, in words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.plan.probevalues import (
    Action,
    Attempt,
    Context,
    Leak,
    Open,
    Pair,
    ProbeReport,
    Refusal,
    Tried,
    Way,
    Where,
)
from sqlmig.report.words import counted, some


def probe_text(report: ProbeReport) -> str:
    """Every success first, then what was not proved, then how much was tried."""
    parts = [_leak(leak) for leak in report.leaks]
    if report.unproved:
        parts.append("not proved:\n" + "\n".join(_open(report.unproved)))
    parts += [f"note: {note}" for note in report.notes]
    return "\n\n".join([*parts, _summary(report)]) + "\n"


def probe_json(report: ProbeReport) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.probe/1",
        # No proof either way where nothing was tried.
        "isolated": report.isolated if report.attempts else None,
        "pairs": [_pair_json(pair) for pair in report.pairs],
        "roles": list(report.roles),
        "as": [way.value for way in report.ways],
        "attempts": report.attempts,
        "refused": {refusal.value: number for refusal, number in report.refused.items()},
        "hidden": report.hidden,
        "leaks": [_leak_json(leak) for leak in report.leaks],
        "not_proved": [
            {**_tried_json(one.first), "reason": one.first.verdict.reason, "pairs": len(one.pairs)}
            for one in report.unproved
        ],
        "notes": list(report.notes),
    }


def _leak(leak: Leak) -> str:
    first = leak.first
    lines = [
        f"LEAK  {_deed(first.attempt)}",
        f"  who:        role {first.role}{_context(first)}",
        f"  statement:  {first.statement}",
        f"  came back:  {_came_back(first)}",
        f"  why:        {first.why}",
    ]
    if len(leak.pairs) > 1:
        lines.append(f"  the same:   in {counted(len(leak.pairs), 'pair')}: {some([_pair(one) for one in leak.pairs])}")
    return "\n".join(lines)


def _open(unproved: Sequence[Open]) -> list[str]:
    """What is open on one object for one reason is one line."""
    lines: dict[tuple[str, str, int], list[str]] = {}
    for one in unproved:
        attempt = one.first.attempt
        place = _PLACES[attempt.where].format(object=attempt.object)
        lines.setdefault((place, one.first.verdict.reason, len(one.pairs)), []).append(attempt.action.value)
    return [
        f"  {place}: {', '.join(dict.fromkeys(actions))}: {reason} ({counted(pairs, 'pair')})"
        for (place, reason, pairs), actions in lines.items()
    ]


_DEEDS = {
    Action.READ: "reads rows of {whose} in {where}",
    Action.COPY: "copies rows of {whose} out of {where}",
    Action.INSERT: "writes a row for {whose} into {where}",
    Action.UPDATE: "changes a row of {whose} in {where}",
    Action.DELETE: "removes a row of {whose} from {where}",
    Action.MOVE: "gives a row of its own to {whose} in {where}",
    Action.REFERENCE: "refers to a row of {whose} from {where}",
    Action.CALL: "sees rows of {whose} through {where}",
    Action.TRUNCATE: "may empty {where}",
    Action.OWN: "may alter and drop {where}",
}

_PLACES = {
    Where.OTHER: "{object} in the other tenant's schema",
    Where.SHARED: "{object}, which all tenants share",
    Where.OWN: "{object} in its own schema",
}


def _deed(attempt: Attempt) -> str:
    where = _PLACES[attempt.where].format(object=attempt.object)
    whose = "the schema's tenant" if attempt.context is Context.MIXED_UP else "another tenant"
    unset = ", with no tenant set" if attempt.context is Context.UNSET else ""
    return f"a tenant {_DEEDS[attempt.action].format(whose=whose, where=where)}{unset}"


def _context(tried: Tried) -> str:
    pair, context = tried.pair, tried.attempt.context
    working = {
        Context.TENANT: f"working for {pair.tenant.slug}",
        Context.MIXED_UP: f"in the schema of {pair.tenant.slug}, with the id of {pair.other.slug}",
        Context.UNSET: f"in the schema of {pair.tenant.slug}",
    }[context]
    how = "by SET ROLE" if tried.way is Way.SET_ROLE else "logged in"
    return f" ({how}), {working}; the other is {pair.other.slug}"


def _came_back(tried: Tried) -> str:
    verdict = tried.verdict
    if verdict.stopped_by is not None:
        return f"nothing; no privilege and no policy stood in the way, only: {verdict.stopped_by}"
    if tried.attempt.action in (Action.TRUNCATE, Action.OWN):
        return "not run; the role has the right"
    return counted(verdict.rows, "row")


def _pair(pair: Pair) -> str:
    return f"{pair.tenant.slug} -> {pair.other.slug}"


_REFUSALS = {
    Refusal.PRIVILEGE: "refused for want of a privilege",
    Refusal.POLICY: "refused by a policy",
    Refusal.TRIGGER: "refused by a trigger",
    Refusal.CONSTRAINT: "refused by a foreign key",
    Refusal.SETTING: "failed without a tenant",
}


def _summary(report: ProbeReport) -> str:
    if not report.attempts:
        return "isolation was not tried"
    ways = " and ".join("SET ROLE" if way is Way.SET_ROLE else "a login of its own" for way in report.ways)
    tried = f"{counted(report.attempts, 'attempt')} as {some(report.roles)} (by {ways})"
    pairs = f"{counted(len(report.pairs), 'pair')}: {some([_pair(pair) for pair in report.pairs])}"
    unproved = sum(len(one.pairs) for one in report.unproved)
    counts: Sequence[tuple[int, str]] = (
        (len(report.leaks), "leaks"),
        (report.hidden, "saw no row"),
        *((number, _REFUSALS[refusal]) for refusal, number in report.refused.items()),
        (unproved, "not proved"),
    )
    return f"{tried} in {pairs}\n" + "\n".join(f"  {number:>6,}  {what}" for number, what in counts if number)


def _leak_json(leak: Leak) -> dict[str, object]:
    first = leak.first
    return {
        **_tried_json(first),
        "tenant": first.pair.tenant.slug,
        "other": first.pair.other.slug,
        "as": first.way.value,
        "statement": first.statement,
        "rows": first.verdict.rows,
        "stopped_by": first.verdict.stopped_by,
        "why": first.why,
        "pairs": [_pair_json(pair) for pair in leak.pairs],
    }


def _tried_json(tried: Tried) -> dict[str, object]:
    attempt = tried.attempt
    return {
        "role": tried.role,
        "action": attempt.action.value,
        "where": attempt.where.value,
        "context": attempt.context.value,
        "object": attempt.object,
    }


def _pair_json(pair: Pair) -> dict[str, object]:
    return {"tenant": pair.tenant.slug, "other": pair.other.slug}
