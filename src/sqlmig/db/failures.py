"""The words for what can go wrong while a step runs: pure functions from a step and what happened to a Failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmig.errors import Place
from sqlmig.plan.results import Failure, Holder, ServerError
from sqlmig.plan.values import Progress, Step, Target
from sqlmig.project.model import Direction, Scope
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.leftovers import IndexBuilt
from sqlmig.sql.statements import Statement

NOTHING_CHANGED = "the transaction was rolled back: nothing of this file is in the database"
UNCHANGED = "nothing was changed"
_GO_ON_DOWN = "`sqlmig run resume` with the run's id goes on; `sqlmig status` shows where every target stands"
ALL_OR_NOTHING = "the step and its history row are both there or both not; the history will tell"


def command(step: Step) -> str:
    """The command that runs a step again."""
    verb = "apply" if step.direction is Direction.UP else "rollback --steps 1"
    return f"sqlmig {verb} {selection(step.target)}"


def selection(target: Target) -> str:
    """The option that selects a target."""
    return "--platform" if target.scope is Scope.SHARED else f"--schema {target.schema}"


def statement_failed(step: Step, said: ServerError, *, halts: bool = False) -> Failure:
    """The server refused a statement of the file, or the guard did."""
    if said.sqlstate == "SQLM1":
        return ended_transaction(step)
    if said.sqlstate == "SQLM2":
        return outside(step, said.message)
    statement = statement_at(step, said)
    if said.offset is not None:
        place = step.place(said.offset)
    else:
        place = step.place(statement.start) if statement is not None else Place(step.script.path)
    text = said.message if said.detail is None else f"{said.message} ({said.detail})"
    number = f", statement {statement.number} of {len(step.statements)}" if statement is not None else ""
    advice = said.hint or "correct the file"
    if said.sqlstate == "42501":
        advice = "grant the right to the role that migrates, or connect as another one"
    elif said.sqlstate == "25006":
        advice = "connect to the primary: this server only reads"
    elif said.sqlstate == "53200" and "lock" in (said.hint or ""):
        advice = "raise max_locks_per_transaction on the server"
    return Failure(
        f"{step.label} failed in {step.target.label}{number}: {text}",
        NOTHING_CHANGED,
        f"{advice}; then run `{command(step)}` again",
        place,
        statement.text if statement is not None else None,
        said,
        halts,
    )


def statement_at(step: Step, said: ServerError) -> Statement | None:
    """The statement that failed: where the server's position lies, or the one behind those that had run."""
    if said.offset is not None:
        found = [statement for statement in step.statements if statement.start <= said.offset]
        return found[-1] if found else None
    if len(step.statements) == 1:
        return step.statements[0]
    if said.completed is not None and said.completed < len(step.statements):
        return step.statements[said.completed]
    return None


def not_verified(step: Step, what: str, place: Place, statement: Statement, said: ServerError | None) -> Failure:
    """The verify file found a fault."""
    return Failure(
        f"{step.label} did not verify in {step.target.label}: {what}",
        NOTHING_CHANGED if step.transaction else "its statements ran and stay; it does not count as applied",
        f"correct the migration or its verify file, then run `{command(step)}` again",
        place,
        statement.text,
        said,
    )


def ended_transaction(step: Step) -> Failure:
    """Something in the file committed or rolled back the transaction that the runner had opened."""
    return Failure(
        f"{step.label} ended its own transaction in {step.target.label}",
        "what ran before the COMMIT is in the database, and the history does not know it",
        "take COMMIT and ROLLBACK out of the file, look what is there, then `sqlmig repair`",
        Place(step.script.path),
    )


def outside(step: Step, what: str) -> Failure:
    """A tenant migration reached beyond its schema."""
    names = " ".join(name.split(" ")[0] for name in what.split(", "))
    return Failure(
        f"{step.label} changes what does not belong to {step.target.label}: {what}",
        NOTHING_CHANGED,
        f"move it to a shared track, or, when every tenant must change it, write: -- sqlmig: touches {names}",
        Place(step.script.path),
    )


def missing_schema(target: Target) -> Failure:
    """The tenant's schema is not there."""
    slug = target.tenant.slug if target.tenant is not None else target.schema
    return Failure(
        f"schema {target.schema} of tenant {slug} is not there",
        UNCHANGED,
        "create it, or take the tenant out of the registry",
    )


def interrupted(step: Step) -> Failure:
    """The run was asked to stop."""
    return Failure(
        f"stopped on request at {step.label} in {step.target.label}",
        NOTHING_CHANGED,
        f"run `{command(step)}` to go on" if step.direction is Direction.UP else _GO_ON_DOWN,
        Place(step.script.path),
    )


def not_begun(step: Step) -> Failure:
    """The run was asked to stop between two targets."""
    return Failure(
        f"stopped on request before {step.label} in {step.target.label}",
        "nothing was changed in this target",
        "run the same command again to go on; `sqlmig status` shows where every target stands"
        if step.direction is Direction.UP
        else _GO_ON_DOWN,
        Place(step.script.path),
    )


def lock_not_obtained(step: Step, seconds: float, found: Sequence[Holder]) -> Failure:
    """Another run holds the target."""
    who = "; ".join(map(str, found)) or "who holds it could not be seen"
    return Failure(
        f"another run holds {step.target.label}: waited {seconds:g} s for its lock. {who}",
        UNCHANGED,
        "wait for that run, or look with `sqlmig locks`; --lock-wait sets how long to try",
    )


def objects_not_obtained(step: Step, seconds: float, found: Sequence[Holder]) -> Failure:
    """Another process changes what all targets share."""
    who = "; ".join(map(str, found)) or "who holds it could not be seen"
    return Failure(
        f"{step.label} in {step.target.label} locks what all targets share ({', '.join(step.shared)}), one target at a "
        f"time, and another process is at it: waited {seconds:g} s. {who}",
        UNCHANGED,
        f"run `{command(step)}` again, or look with `sqlmig locks`",
        Place(step.script.path),
    )


def with_those_before(failure: Failure, count: int) -> Failure:
    """The same failure, of a step whose transaction held others before it."""
    if not count or failure.state != NOTHING_CHANGED:
        return failure
    others = "the file" if count == 1 else f"the {count} files"
    return replace(failure, state=f"{failure.state}, nor of {others} before it in the same transaction")


def gave_up(step: Step, said: ServerError, attempts: int, found: Sequence[Holder]) -> Failure:
    """Somebody was in the way each time."""
    who = "; blocked by " + "; ".join(map(str, found)) if found else ""
    blocked = bool(found) or said.sqlstate == "55P03"
    advice = "end or wait for the blocking session" if blocked else "look into the server's log"
    statement = statement_at(step, said)
    return Failure(
        f"{step.label} failed in {step.target.label} after {attempts} attempts: {said.message}{who}",
        NOTHING_CHANGED,
        f"{advice}, then run `{command(step)}` again",
        step.place(statement.start) if statement is not None else Place(step.script.path),
        statement.text if statement is not None else None,
        said,
    )


def connection_lost(step: Step, said: str) -> Failure:
    """The connection broke and could not be had again."""
    return Failure(
        f"the connection was lost during {step.label} in {step.target.label}, and could not be had again: {said}",
        ALL_OR_NOTHING,
        f"when the server is back, run `{command(step)}` again",
        Place(step.script.path),
        halts=True,
    )


def unsettled(step: Step, said: str) -> Failure:
    """The connection broke at COMMIT, and the history could not be read since: the lock was not to be had."""
    return Failure(
        f"the connection was lost when {step.label} was committed in {step.target.label}: {said}",
        ALL_OR_NOTHING,
        f"run `{command(step)}`: it reads the history first",
        Place(step.script.path),
    )


def pooled(step: Step) -> Failure:
    """`transaction off` needs a session of its own, and a pooler gives none."""
    return Failure(
        f"{step.label} runs outside a transaction, and a connection pooler stands between sqlmig and the server",
        UNCHANGED,
        "connect to the server itself: such a step needs locks that outlive a transaction",
        Place(step.script.path),
    )


def interrupted_outside(step: Step, done: int) -> Failure:
    """The run was asked to stop between or in statements that commit one by one."""
    return Failure(
        f"stopped on request at {step.label} in {step.target.label}",
        f"{done} of {len(step.statements)} statements ran and stay; the next run goes on behind them",
        f"run `{command(step)}` to go on",
        Place(step.script.path),
    )


def half_way(failure: Failure, statement: Statement) -> Failure:
    """The same failure, of a statement that may have left something, or may even have run."""
    return replace(failure, state=f"{failure.state}; statement {statement.number} was begun: it settles that first")


def failed_outside(
    step: Step, statement: Statement | None, said: ServerError, done: int, *, halts: bool = False
) -> Failure:
    """A statement outside of a transaction failed; those before it stay."""
    number = f", statement {statement.number} of {len(step.statements)}" if statement is not None else ""
    place = Place(step.script.path)
    if said.sqlstate == "SQLM2":
        return outside(step, said.message)
    if statement is not None:
        place = step.place(statement.start + (said.offset or 0))
    text = said.message if said.detail is None else f"{said.message} ({said.detail})"
    return Failure(
        f"{step.label} failed in {step.target.label}{number}: {text}",
        f"{done} of {len(step.statements)} statements ran and stay; the next run goes on behind them",
        f"{said.hint or 'correct what is in the way, or the statement'}; then run `{command(step)}` again",
        place,
        statement.text if statement is not None else None,
        said,
        halts,
    )


def foreign_leftover(step: Step, statement: Statement, leftover: IndexBuilt) -> Failure:
    """An INVALID index of that name is there, and sqlmig did not leave it."""
    name = ".".join(quote_ident(part) for part in (leftover.schema or step.target.schema, leftover.name or ""))
    return Failure(
        f"{step.label} in {step.target.label}: index {name} is there already, and it is INVALID",
        f"{statement.number - 1} of {len(step.statements)} statements ran; this one was not begun",
        f"it is not of sqlmig's making: look at it, DROP INDEX CONCURRENTLY {name}; and run `{command(step)}` again",
        step.place(statement.start),
        statement.text,
    )


def unknown_outcome(step: Step, progress: Progress) -> Failure:
    """An earlier run died in a statement whose outcome the catalog does not tell."""
    number = progress.done + 1
    text = (progress.statement or "").strip()
    return Failure(
        f"an earlier run of {step.label} died in {step.target.label}; whether statement {number} ran cannot be seen",
        f"statements 1 to {progress.done} ran; statement {number} may have: {text}",
        "look yourself, then tell sqlmig: `sqlmig repair --statement-done` or `--statement-not-done`, with --reason",
        Place(step.script.path),
        text,
    )


def kept_moving(target: Target, times: int) -> Failure:
    """Other runs changed the target again and again."""
    return Failure(
        f"other runs changed {target.label} {times} times while this one wanted to",
        "what this run had finished is in the history",
        f"run `sqlmig apply {selection(target)}` when the other runs are through",
    )


def commits_by_itself(step: Step, statement: Statement) -> Failure:
    """A procedure that commits leaves the guard nothing to look at before it is too late."""
    return Failure(
        f"{step.label} calls in {step.target.label} what commits by itself, so nobody can see in time what it changes",
        f"{statement.number - 1} of {len(step.statements)} statements ran; this one was rolled back",
        "take the COMMIT out of the procedure, or call it from a shared track",
        step.place(statement.start),
        statement.text,
    )
