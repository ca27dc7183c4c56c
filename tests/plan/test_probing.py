"""What the isolation probe tries, and what an answer proves."""

from __future__ import annotations

import pytest

from sqlmig.plan.planting import candidates, next_choice
from sqlmig.plan.probefacts import CheckConstraint, Column, Facts, Reference, Relation, RelationKind, Role
from sqlmig.plan.probevalues import (
    Action,
    Answer,
    Attempt,
    Context,
    Ending,
    Pair,
    Refusal,
    Tried,
    Verdict,
    Way,
    Where,
)
from sqlmig.plan.probing import attempts, judge, report, ring, together, why
from sqlmig.plan.results import ServerError
from sqlmig.project.model import Tenant

TENANTS = [Tenant(str(number), f"t{number}", f"tenant_{number}") for number in range(20)]
A, B = TENANTS[:2]
PAIR = Pair(A, B)
KEYED = (Column("tenant_id"), Column("id"))
TABLE = Relation("tenant_1", "deals", columns=KEYED)
BY_COLUMN = Relation("core", "orders", columns=KEYED)


# --- pairs ---


def test_a_ring_tries_each_tenant_against_the_next_and_is_each_others_other_once():
    pairs = ring(TENANTS, 5, seed=3)
    assert len(pairs) == 5
    assert {pair.tenant for pair in pairs} == {pair.other for pair in pairs}
    assert all(first.other == second.tenant for first, second in zip(pairs, [*pairs[1:], pairs[0]], strict=True))
    assert ring(list(reversed(TENANTS)), 5, seed=3) == pairs
    assert ring(TENANTS, 5, seed=4) != pairs


@pytest.mark.parametrize("tenants", [0, 1])
def test_fewer_than_two_tenants_make_no_pair(tenants):
    assert ring(TENANTS[:tenants], 5, seed=0) == ()


# --- attempts ---


def tried(*relations: Relation) -> set[tuple[str, str, str]]:
    return {(a.action.value, a.where.value, a.context.value) for a in attempts(PAIR, Facts(relations), "tenant_id")}


def test_a_shared_table_without_the_tenant_column_is_nobodys():
    assert tried(Relation("core", "currencies", columns=(Column("code"),))) == set()


def test_the_other_tenants_tables_are_tried_even_without_the_column():
    plain = Relation(B.schema, "notes", columns=(Column("id"),))
    assert ("read", "other-schema", "tenant") in tried(plain)
    assert ("read", "other-schema", "unset") not in tried(plain)
    assert tried(Relation(A.schema, "notes", columns=(Column("id"),))) == set()


@pytest.mark.parametrize(
    ("child", "columns", "expected"),
    [
        ("core", ("order_id",), True),
        (A.schema, ("order_id",), True),
        ("core", ("tenant_id", "order_id"), True),
        ("core", ("tenant_id",), False),
        (B.schema, ("order_id",), False),
    ],
    ids=[
        "from a shared table",
        "from the tenant's own",
        "with the tenant in it",
        "the tenant alone",
        "the other's own",
    ],
)
def test_foreign_keys_into_shared_tables_of_tenants_are_tried(child, columns, expected):
    reference = Reference("fk", columns, "core", "orders", columns)
    table = Relation(child, "lines", columns=(*KEYED, Column("order_id")), references=(reference,))
    assert ("reference" in {action for action, _, _ in tried(BY_COLUMN, table)}) == expected


# --- what an answer proves ---


def error(sqlstate: str, source: str = "", context: str | None = None, constraint: str | None = None) -> ServerError:
    return ServerError(sqlstate, "said", source=source, context=context, constraint=constraint)


def attempt(action: Action, relation: Relation = TABLE) -> Attempt:
    return Attempt(action, Where.OTHER, Context.TENANT, relation)


REFERRING = Relation("core", "lines", columns=KEYED, references=(Reference("fk", ("o",), "core", "orders", ("id",)),))
BLIND = Relation("core", "t", columns=KEYED, rights=frozenset({"update"}))

JUDGED = {
    "rows came back": (Action.READ, Answer(3), Verdict(Ending.LEAK, rows=3)),
    "the row is there and is not seen": (Action.READ, Answer(0), Verdict(Ending.HIDDEN)),
    "no privilege": (
        Action.READ,
        Answer(error=error("42501", "aclcheck_error")),
        Verdict(Ending.REFUSED, refusal=Refusal.PRIVILEGE),
    ),
    "a policy": (
        Action.INSERT,
        Answer(error=error("42501", "ExecWithCheckOptions")),
        Verdict(Ending.REFUSED, refusal=Refusal.POLICY),
    ),
    "a trigger that raises": (
        Action.DELETE,
        Answer(error=error("42501", "exec_stmt_raise", "PL/pgSQL function f() line 1 at RAISE")),
        Verdict(Ending.REFUSED, refusal=Refusal.TRIGGER),
    ),
    "a policy inside of a trigger": (
        Action.INSERT,
        Answer(error=error("42501", "ExecWithCheckOptions", "PL/pgSQL function audit() line 9")),
        Verdict(Ending.REFUSED, refusal=Refusal.TRIGGER),
    ),
    "a constraint, which is asked behind the policies": (
        Action.INSERT,
        Answer(error=error("23505", "_bt_check_unique", constraint="deals_pkey")),
        Verdict(Ending.LEAK, stopped_by="deals_pkey"),
    ),
    "a domain, which is asked before them": (
        Action.INSERT,
        Answer(error=error("23514", "ExecEvalConstraintCheck")),
        Verdict(Ending.UNPROVED, reason="the server said 23514: said"),
    ),
    "no partition, which is asked before them": (
        Action.INSERT,
        Answer(error=error("23514", "ExecFindPartition")),
        Verdict(Ending.UNPROVED, reason="the server said 23514: said"),
    ),
    "a constraint inside of a trigger": (
        Action.INSERT,
        Answer(error=error("23505", "_bt_check_unique", "PL/pgSQL function count() line 3", "counts_pkey")),
        Verdict(Ending.UNPROVED, reason="the server said 23505: said"),
    ),
    "a row that a trigger swallows": (
        Action.INSERT,
        Answer(0),
        Verdict(Ending.REFUSED, refusal=Refusal.TRIGGER),
    ),
    "a child row in the way of a DELETE": (
        Action.DELETE,
        Answer(error=error("23503", "ri_ReportViolation", constraint="deals_owner_fkey")),
        Verdict(Ending.LEAK, stopped_by="deals_owner_fkey"),
    ),
    "too slow": (
        Action.READ,
        Answer(error=error("57014")),
        Verdict(Ending.UNPROVED, reason="it took longer than the probe waits"),
    ),
    "a lock": (
        Action.UPDATE,
        Answer(error=error("55P03")),
        Verdict(Ending.UNPROVED, reason="another session held a lock on it"),
    ),
    "a policy that cannot do without a tenant": (
        Action.READ,
        Answer(error=error("22P02")),
        Verdict(Ending.REFUSED, refusal=Refusal.SETTING),
    ),
    "a cast that fails in a write": (
        Action.UPDATE,
        Answer(error=error("22P02")),
        Verdict(Ending.UNPROVED, reason="the server said 22P02: said"),
    ),
}


@pytest.mark.parametrize(("action", "answer", "expected"), JUDGED.values(), ids=JUDGED)
def test_what_an_answer_proves(action, answer, expected):
    assert judge(attempt(action), answer) == expected


def test_no_row_of_a_table_that_may_be_empty_proves_nothing():
    verdict = judge(attempt(Action.UPDATE), Answer(0), "no row could be planted")
    assert verdict == Verdict(Ending.UNPROVED, reason="no row could be planted")


def test_a_refusal_proves_even_where_there_is_no_row():
    verdict = judge(attempt(Action.READ), Answer(error=error("42501", "aclcheck_error")), "no row could be planted")
    assert verdict.ending is Ending.REFUSED


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (Answer(error=error("23503", constraint="fk")), Ending.REFUSED),
        (Answer(error=error("23503", constraint="another_fk")), Ending.UNPROVED),
        (Answer(error=error("23514", constraint="check")), Ending.UNPROVED),
        (Answer(1), Ending.LEAK),
    ],
    ids=["the key tried refuses", "another key refuses", "a check refuses", "it goes in"],
)
def test_a_reference_is_refused_by_its_own_foreign_key_only(answer, ending):
    assert judge(attempt(Action.REFERENCE, REFERRING), answer).ending is ending


def test_a_role_that_may_change_and_not_read_is_not_cleared():
    verdict = judge(attempt(Action.UPDATE, BLIND), Answer(error=error("42501", "aclcheck_error")))
    assert verdict == Verdict(Ending.UNPROVED, reason="the role may update, but not read, the table")


@pytest.mark.parametrize("action", [Action.TRUNCATE, Action.OWN])
def test_a_right_that_is_asked_for(action):
    assert judge(attempt(action), Answer(1)).ending is Ending.LEAK
    assert judge(attempt(action), Answer(0)) == Verdict(Ending.REFUSED, refusal=Refusal.PRIVILEGE)


# --- why, and all together ---

WHY = {
    "superuser": (Relation("s", "t"), Role("r", superuser=True), "role r is a superuser"),
    "bypass": (Relation("s", "t", row_security=True), Role("r", bypasses=True), "role r has BYPASSRLS"),
    "off": (Relation("s", "t"), Role("r"), "row level security is off"),
    "not forced": (
        Relation("s", "t", row_security=True, rights=frozenset({"own"})),
        Role("r"),
        "role r has the rights of the owner, and row level security is not forced",
    ),
    "policy": (Relation("s", "t", row_security=True, forced=True), Role("r"), "its policies let the row through"),
    "view": (Relation("s", "v", RelationKind.VIEW, "boss"), Role("r"), "it reads with the rights of boss"),
    "function": (
        Relation("s", "f", RelationKind.FUNCTION, "boss"),
        Role("r"),
        "it is SECURITY DEFINER and runs as boss",
    ),
}


@pytest.mark.parametrize(("relation", "role", "said"), WHY.values(), ids=WHY)
def test_a_leak_is_explained_by_the_catalog(relation, role, said):
    assert why(attempt(Action.READ, relation), role) == said


def outcome(ending: Ending, pair: Pair = PAIR, way: Way = Way.SET_ROLE, reason: str = "") -> Tried:
    return Tried(pair, "app", way, attempt(Action.READ), "SELECT", Verdict(ending, reason=reason))


@pytest.mark.parametrize(
    ("login", "other", "expected"),
    [
        (Ending.LEAK, Ending.HIDDEN, Ending.LEAK),
        (Ending.REFUSED, Ending.LEAK, Ending.LEAK),
        (Ending.UNPROVED, Ending.HIDDEN, Ending.HIDDEN),
        (Ending.REFUSED, Ending.UNPROVED, Ending.REFUSED),
    ],
)
def test_a_leak_in_one_way_is_a_leak_and_a_proof_in_one_way_is_a_proof(login, other, expected):
    assert together(outcome(login, way=Way.LOGIN), outcome(other)).verdict.ending is expected


def test_the_same_leak_in_several_pairs_is_one_with_all_of_them():
    pairs = ring(TENANTS, 3, seed=0)
    endings = (Ending.LEAK, Ending.LEAK, Ending.HIDDEN)
    found = report([outcome(ending, pair) for ending, pair in zip(endings, pairs, strict=True)], pairs)
    assert [leak.pairs for leak in found.leaks] == [pairs[:2]]
    assert (found.attempts, found.hidden, found.isolated) == (3, 1, False)


def test_what_is_open_for_different_reasons_is_told_apart():
    found = report([outcome(Ending.UNPROVED, reason=reason) for reason in ("slow", "empty", "slow")], [PAIR])
    assert [(one.first.verdict.reason, len(one.pairs)) for one in found.unproved] == [("slow", 1), ("empty", 1)]
    assert found.isolated


# --- values for planted rows ---


@pytest.mark.parametrize(
    ("column", "check", "value"),
    [
        (Column("c"), "c ~~ '_%@_%'::text", "_%@_%"),
        (Column("c"), "c = ANY (ARRAY['open'::text, 'it''s'::text])", "it's"),
        (Column("c"), "char_length(c) = 64", "0" * 64),
        (Column("c", "bytea", "U"), "octet_length(c) = 2", "\\x0000"),
        (Column("c", "int4", "N"), "c >= 18", "18"),
        (Column("c", "mood", "E", labels=("sad", "ok")), "true", "ok"),
        (Column("c", "varchar", length=8), "true", "sqlm"),
        (Column("c", "vector", "U", length=3), "true", "[1,1,1]"),
    ],
    ids=["pattern", "list", "length", "bytes", "bound", "enum", "varchar(4)", "vector(3)"],
)
def test_checks_and_types_suggest_values(column, check, value):
    table = Relation("s", "t", columns=(column,), checks=(CheckConstraint("k", ("c",), check),))
    assert value in candidates(table, column, "salt")


def test_keys_differ_by_salt_and_counted_ones_are_none_that_a_sequence_gives():
    key = Column("id", "int8", "N", counted=True)
    table = Relation("s", "t", columns=(key,), key=("id",))
    first, second = (candidates(table, key, salt)[0] for salt in ("a", "b"))
    assert first != second
    assert int(first) < 0 > int(second)


def test_a_type_that_is_not_known_has_no_value():
    column = Column("c", "strange", "U")
    assert candidates(Relation("s", "t", columns=(column,)), column, "salt") == ()


def test_the_candidates_of_a_refused_check_are_gone_through_to_the_end():
    choice: dict[str, int] | None = {"a": 0, "b": 0, "c": 0}
    seen = []
    while choice is not None:
        seen.append(tuple(choice.values()))
        choice = next_choice(choice, {"a": 2, "b": 3, "c": 9}, ["a", "b", "unknown"])
    assert seen == [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 2, 0), (1, 2, 0)]
