"""Tries, as the application, to get at another tenant's rows; everything is rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmig.catalog.probe_facts import read_facts
from sqlmig.catalog.probe_rows import Ground, Missing, Setting, marks, new_row, prepare
from sqlmig.catalog.probe_statements import Statement, asked, change, insertion, reading
from sqlmig.db.composing import compose
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.plan.planting import arguments
from sqlmig.plan.probefacts import RelationKind, Role
from sqlmig.plan.probevalues import (
    ASKED,
    Action,
    Answer,
    Attempt,
    Context,
    Ending,
    Pair,
    Tried,
    Verdict,
    Way,
    Where,
)
from sqlmig.plan.probing import attempts, judge, together, why


@dataclass(frozen=True, slots=True)
class Application:
    """How the probe becomes the application."""

    role: Role
    login: Session | None = None
    """A session that the application's own URL opened."""
    set_role: bool = True
    """Whether the role that migrates can become it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is the same for every pair."""

    setting: Setting
    shared: tuple[str, ...]
    """The schemas that all tenants share."""
    exempt: tuple[str, ...]
    """Tables that hold no tenant's rows."""
    seed: int


def try_pair(session: Session, scene: Scene, pair: Pair, application: Application) -> list[Tried]:
    """Tries everything in one pair.

    Args:
        session: of the role that migrates; it finds rows, plants them, and becomes the application.
        scene: what is the same for every pair.
        pair: the tenants.
        application: whom to be.
    """
    role = application.role
    schemas = [pair.tenant.schema, pair.other.schema, *scene.shared]
    facts = read_facts(session, role.name, schemas, scene.exempt)
    wanted = attempts(pair, facts, scene.setting.column)
    session.run(_BEGIN)
    try:
        salt = f"{scene.seed}:{pair.tenant.id}:{pair.other.id}"
        referring = {one.object: one.relation for one in wanted if one.action is Action.REFERENCE}
        ground = prepare(session, facts, pair, scene.setting, salt, referring.values())
        statements = [_statement(one, ground, pair) for one in wanted]
        tried = []
        if application.set_role:
            session.run(compose("SET LOCAL ROLE {role}", role=role.name))
            tried = [_try_all(session, ground, pair, role, Way.SET_ROLE, wanted, statements)]
    finally:
        session.rollback()
    if application.login is not None:
        application.login.run(_BEGIN)
        try:
            tried.append(_try_all(application.login, ground, pair, role, Way.LOGIN, wanted, statements))
        finally:
            application.login.rollback()
    return [together(*both) if len(both) == 2 else both[0] for both in zip(*reversed(tried), strict=True)]


def may_become(session: Session, role: str) -> bool:
    """Whether SET ROLE works."""
    session.run("BEGIN")
    try:
        session.run(compose("SET LOCAL ROLE {role}", role=role))
    except ServerRefused:
        if session.broken:
            raise
        return False
    finally:
        session.rollback()
    return True


_BEGIN = (
    # One snapshot: a row that somebody removes meanwhile is an error, and not a proof.
    "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE; SET LOCAL statement_timeout = '5s'; "
    "SET LOCAL lock_timeout = '1s'; SET LOCAL row_security = on; SET LOCAL client_min_messages = warning"
)


def _statement(attempt: Attempt, ground: Ground, pair: Pair) -> Statement | Missing:
    relation, action, other = attempt.relation, attempt.action, pair.other
    column = ground.setting.of(relation)
    match action:
        case Action.READ | Action.COPY | Action.CALL:
            if relation.kind is RelationKind.TABLE:
                # In its own schema every row is the other tenant's, whatever its column says.
                beside = None if attempt.where is Where.OTHER else column
                whose = pair.tenant if attempt.context is Context.MIXED_UP else other
                return reading(relation, action, beside, whose.id)
            known = marks(ground, pair)
            if other.id in arguments(relation, other.id):
                known = tuple(mark for mark in known if mark != other.id)  # it may only repeat what it was given
            if column is None and not known:
                return Missing("nothing tells whose rows it shows")
            return reading(relation, action, column, other.id, known)
        case Action.INSERT:
            values = new_row(ground, relation, other, "tried")
            if isinstance(values, Missing):
                # What it would refer to is not there. The tenant column alone is what policies judge.
                values = {name: other.id for name in (column,) if name is not None}
            allowed = {one.name for one in relation.columns if one.may_insert}
            return insertion(relation, {k: v for k, v in values.items() if k in allowed} or values)
        case Action.UPDATE | Action.DELETE:
            return change(relation, action, ground.key(relation, other), column, other.id)
        case Action.MOVE:
            return change(relation, action, ground.key(relation, pair.tenant), column, other.id)
        case Action.REFERENCE:
            return _referring(attempt, ground, pair)
    return asked(relation, action)


def _referring(attempt: Attempt, ground: Ground, pair: Pair) -> Statement | Missing:
    """A row of the tenant whose foreign key points to the other's row."""
    reference = attempt.relation.references[attempt.reference]
    parent = ground.facts.table(reference.schema, reference.table)
    target = ground.witness(parent, pair.other) if parent is not None else Missing("there is no row to refer to")
    if isinstance(target, Missing):
        return target
    values = new_row(ground, attempt.relation, pair.tenant, "referring")
    if isinstance(values, Missing):
        return values
    columns = zip(reference.columns, reference.target_columns, strict=True)
    aimed = {name: target.values[far] for name, far in columns if name != ground.setting.column}
    return insertion(attempt.relation, {**values, **aimed})


def _try_all(
    session: Session,
    ground: Ground,
    pair: Pair,
    role: Role,
    way: Way,
    wanted: Sequence[Attempt],
    statements: Sequence[Statement | Missing],
) -> list[Tried]:
    session.run(f"{ground.setting.be(pair.tenant, pair.tenant.schema)}; SAVEPOINT sqlmig_probe")
    tried = []
    for attempt, statement in zip(wanted, statements, strict=True):
        shown, verdict = "", None
        if isinstance(statement, Missing):
            verdict = Verdict(Ending.UNPROVED, reason=statement.reason)
        else:
            shown, verdict = statement.shown, _verdict(session, ground, pair, way, attempt, statement.text)
        cause = why(attempt, role) if verdict.ending is Ending.LEAK else ""
        tried.append(Tried(pair, role.name, way, attempt, shown, verdict, cause))
    return tried


def _verdict(session: Session, ground: Ground, pair: Pair, way: Way, attempt: Attempt, text: str) -> Verdict:
    if attempt.action in ASKED:
        return judge(attempt, Answer(rows=int(attempt.action.value in attempt.relation.rights)))
    setting = ground.setting
    context = {
        Context.TENANT: "",
        Context.MIXED_UP: f"{setting.say(pair.other.id)}; ",
        Context.UNSET: f"{setting.say('')}; ",
    }[attempt.context]
    if attempt.action is Action.CALL:
        # It may do anything, as its owner: let it change nothing, sequences included.
        context += "SET LOCAL transaction_read_only = on; "
    answer = _answer(session, context + text)
    verdict = judge(attempt, answer, _doubt(attempt, ground, pair, way))
    if verdict.ending is Ending.HIDDEN and attempt.relation.kind is not RelationKind.TABLE:
        # What shows the other tenant nothing of its own proves nothing by showing nothing.
        control = _answer(session, f"{setting.be(pair.other, pair.other.schema)}; {context}{text}")
        return judge(attempt, answer, None if control.rows else "it shows the other tenant no row of its own either")
    return verdict


def _doubt(attempt: Attempt, ground: Ground, pair: Pair, way: Way) -> str | None:
    """Why no row would prove nothing."""
    if attempt.relation.kind is not RelationKind.TABLE:
        return None
    own = attempt.action is Action.MOVE or attempt.context is Context.MIXED_UP
    witness = ground.witness(attempt.relation, pair.tenant if own else pair.other)
    if isinstance(witness, Missing):
        return witness.reason
    planted = way is Way.LOGIN and witness.planted
    return "there is no row that a session of the application could see" if planted else None


def _answer(session: Session, text: str) -> Answer:
    """What the server says, after it has forgotten the attempt before."""
    said = session.exchange(f"ROLLBACK TO SAVEPOINT sqlmig_probe; {text}")
    if said.error is not None:
        return Answer(error=said.error)
    last = said.results[-1]
    return Answer(rows=int(said.row(-1)[0] or 0) if last.nfields and last.ntuples else last.command_tuples or 0)
