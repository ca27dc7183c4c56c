"""A plan as a script for psql: the same statements, guard and history rows, in the same transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlmig import __version__
from sqlmig.db import history, records
from sqlmig.db.composing import assignments, filled, quoted
from sqlmig.db.context import RunContext
from sqlmig.db.guard import SPEAK_NOW, TIDY, guard
from sqlmig.db.locks import transaction_locks
from sqlmig.db.roles import authorization, owners_block, run_as
from sqlmig.plan.resolve import Work, digests_along
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Plan, Step
from sqlmig.project.model import Scope
from sqlmig.sql.outside import outside_transaction


def script_of(plan: Plan, context: RunContext) -> str:
    """A script that leaves what `apply` would leave; psql stops at the first error, and what was finished stays.

    Args:
        plan: without refusals.
        context: names the run that the history rows belong to.
    """
    return "\n".join(_lines(plan, context)) + "\n"


def _lines(plan: Plan, context: RunContext) -> Iterator[str]:
    yield f"-- Made by sqlmig {__version__}: what `sqlmig apply` would run, for psql."
    yield "\\set ON_ERROR_STOP on"
    yield "SET client_min_messages = warning;"
    if plan.steps:
        tables = history.bootstrap(context.history).as_string()
        yield f"BEGIN;\nCREATE SCHEMA IF NOT EXISTS {quoted(context.history)};\n{tables}COMMIT;"
        targets = [target.target for target in plan.pending]
        yield _filled(*records.run_row(context, "plan --format sql", targets, None))
        scripts = {script.checksum: script for script in records.scripts_of(plan.steps)}
        yield _filled(*records.scripts_rows(context.history, list(scripts.values())))
    for target in plan.pending:
        yield f"\n-- {'=' * 76}\n-- {target.target.track}: {target.target.schema}"
        if target.target.scope is Scope.SHARED:
            owner = authorization(run_as(context.config, target.target))
            yield f"CREATE SCHEMA IF NOT EXISTS {quoted(target.target.schema)}{owner};"
        digests = digests_along(target.before, (Work(step.unit, step.direction) for step in target.steps))
        for step, digest in zip(target.steps, digests, strict=True):
            yield from _step(step, digest, context)
    if plan.steps:
        yield _filled(*records.run_end(context, Outcome.DONE))


def _step(step: Step, digest: str, context: RunContext) -> Iterator[str]:
    yield f"\n-- {step.label} ({step.direction.value}, {step.script.path})"
    attempt = records.Attempt(context.run_id, context.origin, 0.0, 0.0, 1)
    role = run_as(context.config, step.target)
    if step.transaction:
        yield "BEGIN;"
        yield from _terminated(assignments(context.settings(step), "SET LOCAL"))
        yield _take_locks(step, context)
        if role is not None:
            yield f"SET LOCAL ROLE {quoted(role)};"
        yield _closed(step.sql.text)
        if step.verify is not None:
            yield from _verified(step)
        if role is not None:
            yield owners_block(step, role)
        yield SPEAK_NOW + ";"
        yield from _terminated(TIDY)
        yield f"SELECT {guard(step, context, target_key=context.keys(step.target).target)};"
        yield _filled(*records.record_step(context.history, step, digest, attempt))
        yield "COMMIT;"
    else:
        limits = {"lock_timeout": "0", "statement_timeout": "0"}
        yield from _terminated(assignments(context.settings(step) | limits, "SET"))
        if role is not None:
            yield f"SET ROLE {quoted(role)};"
        for statement in step.statements:
            alone = outside_transaction(statement) is not None
            yield f"{statement.text};" if alone else f"BEGIN;\n{statement.text};\nCOMMIT;"
        yield from _terminated(TIDY)
        yield f"BEGIN;\n{_filled(*records.record_step(context.history, step, digest, attempt))}\nCOMMIT;"


def _terminated(statements: Iterable[str]) -> Iterator[str]:
    return (f"{statement};" for statement in statements)


def _take_locks(step: Step, context: RunContext) -> str:
    """A script cannot poll: it stops when another run holds the target."""
    keys = context.keys(step.target)
    query = _filled(transaction_locks(keys), {"shared_key": keys.shared, "target_key": keys.target})
    body = f"BEGIN IF NOT ({query.rstrip(';')}) THEN RAISE EXCEPTION 'another run holds this target'; END IF; END"
    return f"DO $sqlmig_lock$ {body} $sqlmig_lock$;"


def _verified(step: Step) -> Iterator[str]:
    from sqlmig.sql.statements import split

    for statement in split(step.verify.text if step.verify is not None else ""):
        fault = f"RAISE EXCEPTION 'the verify file of {step.label} returned a row'"
        body = f"BEGIN IF EXISTS (\n{statement.text}\n) THEN {fault}; END IF; END"
        yield f"DO $sqlmig_verify$ {body} $sqlmig_verify$;"


def _closed(text: str) -> str:
    """The file's text; a line feed keeps a comment at its end from swallowing what follows, a semicolon closes it."""
    return f"{text.rstrip()}\n;"


def _filled(text: str, parameters: dict[str, object]) -> str:
    """A statement with its parameters written out as literals."""
    return f"{filled(text, parameters)};"
