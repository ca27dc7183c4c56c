"""The isolation probe's decisions: which tenants are tried against which, what is tried, what the answer proves.

Nothing passes that was not proved: no row came back of a table in which there was one, or the server refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlmig.plan.probefacts import Facts, Relation, RelationKind, Role
from sqlmig.plan.probevalues import (
    ASKED,
    Action,
    Answer,
    Attempt,
    Context,
    Ending,
    Leak,
    Open,
    Pair,
    ProbeReport,
    Refusal,
    Tried,
    Verdict,
    Where,
)
from sqlmig.plan.results import ServerError
from sqlmig.project.model import Tenant


def ring(tenants: Sequence[Tenant], count: int, seed: int) -> tuple[Pair, ...]:
    """A sample of tenants, each tried against the next; the same for the same seed and tenants.

    Args:
        tenants: all that there are.
        count: how many to take.
        seed: another one takes other tenants.
    """
    chosen = sorted(tenants, key=lambda tenant: hashlib.sha256(f"{seed}:{tenant.id}".encode()).digest())[:count]
    if len(chosen) < 2:
        return ()
    return tuple(Pair(one, other) for one, other in zip(chosen, [*chosen[1:], chosen[0]], strict=True))


def attempts(pair: Pair, facts: Facts, tenant_column: str) -> tuple[Attempt, ...]:
    """Everything to try in one pair: each table of both, and what all tenants share."""
    found: list[Attempt] = []
    for relation in facts.relations:
        where = _where(relation.schema, pair)
        if relation.kind is not RelationKind.TABLE:
            action = Action.CALL if relation.kind is RelationKind.FUNCTION else Action.READ
            found.append(Attempt(action, where, Context.TENANT, relation))
        elif where is Where.OTHER or relation.has(tenant_column):
            found += _on_table(relation, where, facts, tenant_column)
    return tuple(found)


def _where(schema: str, pair: Pair) -> Where:
    return {pair.other.schema: Where.OTHER, pair.tenant.schema: Where.OWN}.get(schema, Where.SHARED)


_ON_TABLES: Mapping[Where, Sequence[Action]] = {
    Where.OTHER: (Action.READ, Action.COPY, Action.INSERT, Action.UPDATE, Action.DELETE, *ASKED),
    Where.SHARED: (Action.READ, Action.COPY, Action.INSERT, Action.UPDATE, Action.DELETE, Action.MOVE, *ASKED),
    Where.OWN: (Action.READ, Action.INSERT, Action.UPDATE, Action.DELETE, Action.MOVE),
}


def _on_table(table: Relation, where: Where, facts: Facts, tenant_column: str) -> Iterator[Attempt]:
    for action in _ON_TABLES[where]:
        yield Attempt(action, where, Context.TENANT, table)
    if table.has(tenant_column):
        yield Attempt(Action.READ, where, Context.MIXED_UP if where is Where.OWN else Context.UNSET, table)
    if where is not Where.OTHER:
        for number, reference in enumerate(table.references):
            parent = facts.table(reference.schema, reference.table)
            if parent is None or not parent.has(tenant_column) or set(reference.columns) == {tenant_column}:
                continue  # it names no row of one tenant
            # In a tenant's own tables there is no row of another.
            if where is Where.SHARED or parent.schema != table.schema:
                yield Attempt(Action.REFERENCE, where, Context.TENANT, table, number)


def judge(attempt: Attempt, answer: Answer, doubt: str | None = None) -> Verdict:
    """What an answer proves.

    Args:
        attempt: what was tried.
        answer: what the server said.
        doubt: why no row would prove nothing; None where a row of the other tenant was there.
    """
    if answer.error is not None:
        return _refused(attempt, answer.error)
    if answer.rows:
        return Verdict(Ending.LEAK, rows=answer.rows)
    if attempt.action in (Action.INSERT, Action.REFERENCE):
        return Verdict(Ending.REFUSED, refusal=Refusal.TRIGGER)
    if attempt.action in ASKED:
        return Verdict(Ending.REFUSED, refusal=Refusal.PRIVILEGE)
    return Verdict(Ending.HIDDEN) if doubt is None else Verdict(Ending.UNPROVED, reason=doubt)


_LEFT_OPEN = {
    "57014": "it took longer than the probe waits",
    "55P03": "another session held a lock on it",
    "40001": "another session changed the row meanwhile",
    "40P01": "another session was in the way",
    "25006": "it writes, and the probe lets no function write",
}
_NO_SUCH_TENANT = ("22P02", "42704")
"""A policy that casts or reads a setting which names nobody."""


def _refused(attempt: Attempt, error: ServerError) -> Verdict:
    state = error.sqlstate or ""
    if state == "42501":
        refusal = _who_refused(error)
        if refusal is Refusal.PRIVILEGE and attempt.action.value in attempt.relation.rights:
            # The condition needs SELECT. Blind writes are possible, and whose rows they meet is not known.
            return Verdict(Ending.UNPROVED, reason=f"the role may {attempt.action.value}, but not read, the table")
        return Verdict(Ending.REFUSED, refusal=refusal)
    if state in _LEFT_OPEN:
        return Verdict(Ending.UNPROVED, reason=_LEFT_OPEN[state])
    if attempt.action is Action.REFERENCE:
        tried = attempt.relation.references[attempt.reference].name
        if state == "23503" and error.constraint == tried:
            return Verdict(Ending.REFUSED, refusal=Refusal.CONSTRAINT)
    elif state.startswith("23") and _behind_policies(error):
        return Verdict(Ending.LEAK, stopped_by=error.constraint or error.message)
    elif attempt.action in (Action.READ, Action.COPY) and state in _NO_SUCH_TENANT:
        return Verdict(Ending.REFUSED, refusal=Refusal.SETTING)
    return Verdict(Ending.UNPROVED, reason=f"the server said {state}: {error.message}")


def _who_refused(error: ServerError) -> Refusal:
    if error.source == "exec_stmt_raise" or (error.context and "PL/pgSQL" in error.context):
        return Refusal.TRIGGER
    return Refusal.POLICY if error.source == "ExecWithCheckOptions" else Refusal.PRIVILEGE


_BEFORE_POLICIES = ("ExecFindPartition", "ExecEvalConstraintNotNull", "ExecEvalConstraintCheck")
"""Where the server's source refuses a row before it asks the policies: no partition for it, a domain's constraint."""


def _behind_policies(error: ServerError) -> bool:
    """Whether a constraint refused a row that privileges and policies had let through: they are asked before it."""
    inside = error.context is not None and "function" in error.context
    source = error.source or ""
    return not (inside or source in _BEFORE_POLICIES or source.startswith("domain_"))


def together(first: Tried, second: Tried) -> Tried:
    """What two ways of trying the same thing come to: a leak in one is a leak, a proof in one is a proof."""
    order = (Ending.LEAK, Ending.REFUSED, Ending.HIDDEN, Ending.UNPROVED)
    return min(first, second, key=lambda tried: order.index(tried.verdict.ending))


def why(attempt: Attempt, role: Role) -> str:
    """What the catalog says about a leak, as half a sentence."""
    relation = attempt.relation
    if role.superuser:
        return f"role {role.name} is a superuser"
    if attempt.action is Action.OWN:
        return f"role {role.name} has the rights of the owner, {relation.owner}"
    if attempt.action is Action.TRUNCATE:
        return "row level security does not bind TRUNCATE"
    if relation.kind is RelationKind.FUNCTION:
        return f"it is SECURITY DEFINER and runs as {relation.owner}"
    if relation.kind is RelationKind.VIEW:
        return (
            "its policies let the row through" if relation.invoker else f"it reads with the rights of {relation.owner}"
        )
    if role.bypasses:
        return f"role {role.name} has BYPASSRLS"
    if not relation.row_security:
        return "row level security is off"
    if "own" in relation.rights and not relation.forced:
        return f"role {role.name} has the rights of the owner, and row level security is not forced"
    return "its policies let the row through" if attempt.action is not Action.REFERENCE else _BESIDE_POLICIES


_BESIDE_POLICIES = "foreign keys are checked without policies, and this one does not carry the tenant"


def report(tried: Iterable[Tried], pairs: Sequence[Pair], notes: Collection[str] = ()) -> ProbeReport:
    """Counts attempts, and puts together what is the same in several pairs."""
    everything = list(tried)
    verdicts = [one.verdict for one in everything]
    refusals = [one.refusal for one in verdicts if one.refusal is not None]
    return ProbeReport(
        pairs=tuple(pairs),
        roles=tuple(dict.fromkeys(one.role for one in everything)),
        ways=tuple(dict.fromkeys(one.way for one in everything)),
        attempts=len(everything),
        refused={refusal: refusals.count(refusal) for refusal in Refusal if refusal in refusals},
        hidden=sum(verdict.ending is Ending.HIDDEN for verdict in verdicts),
        leaks=tuple(Leak(*same) for same in _grouped(everything, Ending.LEAK)),
        unproved=tuple(Open(*same) for same in _grouped(everything, Ending.UNPROVED)),
        notes=tuple(notes),
    )


def _grouped(everything: Sequence[Tried], ending: Ending) -> Iterator[tuple[Tried, tuple[Pair, ...]]]:
    groups: dict[tuple[object, ...], list[Tried]] = {}
    for one in everything:
        if one.verdict.ending is ending:
            attempt = one.attempt
            same = (one.role, attempt.action, attempt.where, attempt.context, attempt.object, attempt.reference)
            groups.setdefault((*same, one.verdict.reason), []).append(one)
    for group in groups.values():
        yield group[0], tuple(dict.fromkeys(one.pair for one in group))
