"""A tenant's step changes its own schema only: what is asked before COMMIT, and what is put back behind a file."""

from __future__ import annotations

from functools import lru_cache

from sqlmig.db import failures
from sqlmig.db.composing import filled, partly_filled, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import statement_text
from sqlmig.db.polling import Ended
from sqlmig.db.session import Session, beside
from sqlmig.db.traits import needs_another_session, traits_of
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import remedy
from sqlmig.plan.values import Step
from sqlmig.project.model import Scope
from sqlmig.sql.statements import split

TIDY = (
    # Nothing that a file set may reach the next target.
    "RESET SESSION AUTHORIZATION",
    "RESET ROLE",
    "RESET ALL",
    "DISCARD TEMP",
    "CLOSE ALL",
    "UNLISTEN *",
)
OUTSIDE = "SQLM2"
"""The guard's SQLSTATE for what was changed outside of the step's schema."""
SPEAK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"
"""Deferred constraints speak before the guard looks at the locks that their triggers take."""


def guard(step: Step, context: RunContext, *, target_key: int | None, held: str = "{}") -> str:
    """The call that refuses what a step changed outside of its schema, and counts its entries of the lock table.

    Args:
        step: what ran.
        context: of the run.
        target_key: the lock that the step's transaction must still hold; None when another transaction's does.
        held: what `written_elsewhere` gave before the file ran.
    """
    return filled(guard_template(step, context), guard_of_target(step, target_key=target_key, held=held))


def guard_template(step: Step, context: RunContext) -> str:
    """What `guard` gives, for all targets that a step's file runs in: what `guard_of_target` gives is still to come."""
    touches = {"touches": list(step.script.directives.touches)}
    return partly_filled(_statement("guard_step", context.history), touches, GUARD_OF_TARGET)


GUARD_OF_TARGET = ("schema", "held", "target_key", "looks_at_catalog")


def guard_of_target(step: Step, *, target_key: int | None, held: str) -> dict[str, object]:
    """The parameters of `guard` that are each target's own."""
    tenant = step.target.scope is Scope.TENANT
    return {
        "schema": step.target.schema if tenant else None,
        "held": held,
        "target_key": target_key,
        "looks_at_catalog": tenant and traits_of(step).looks_at_catalog,
    }


def verify(session: Session, step: Step) -> None:
    """Runs the verify file's statements; a row that comes back is a fault.

    Raises:
        Ended: a fault, or a statement that failed.
        ServerRefused: somebody was in the way, or the connection broke.
    """
    if step.verify is None:
        return
    for statement in split(step.verify.text):
        place = step.verify.place(statement.start)
        try:
            rows = session.rows(statement.text)
        except ServerRefused as error:
            said = error.said
            if remedy(said.sqlstate, said.message).again:
                raise
            at = step.verify.place(statement.start + (said.offset or 0))
            raise Ended(Outcome.FAILED, failures.not_verified(step, said.message, at, statement, said)) from None
        if rows:
            what = f"a row came back: {rows[0]}"
            raise Ended(Outcome.FAILED, failures.not_verified(step, what, place, statement, None))


def check_elsewhere(session: Session, step: Step) -> None:
    """What the guard's own view cannot tell: what was dropped is gone from this transaction's catalog.

    Another session still sees it, and whose it was.

    Raises:
        Ended: a tenant's step drops or alters what is not the tenant's.
    """
    if not needs_another_session(step):
        return
    gone, objects = session.run(f"{text_of('dropped')}; {text_of('objects')}")
    if not gone and not objects:
        return
    schema = step.target.schema
    with beside(session) as observer:
        relations = observer.rows(
            text_of("dropped_elsewhere"), {"relations": [row[0] for row in gone], "schema": schema}
        )
        parameters = {"classes": [row[0] for row in objects], "objects": [row[1] for row in objects], "schema": schema}
        others = observer.rows(text_of("objects_elsewhere"), parameters)
    allowed = set(step.script.directives.touches)
    names = [f"{name} (dropped)" for (name,) in relations if name not in allowed] + [name for (name,) in others]
    if names:
        raise Ended(Outcome.FAILED, failures.outside(step, ", ".join(names)))


@lru_cache(maxsize=16)
def _statement(name: str, history_schema: str) -> str:
    return statement_text(name, history_schema)
