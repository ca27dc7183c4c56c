"""A statement that cannot run in a transaction, between two rows: the intent before it, the result after it.

After a crash between the two, the catalog tells what became of it.
"""

from __future__ import annotations

from sqlmig.db import failures, history, records
from sqlmig.db.errors import ServerRefused
from sqlmig.db.plain import Located, locate, plain_text
from sqlmig.db.polling import Ended
from sqlmig.db.probe import Found, clean, probe
from sqlmig.db.roles import acting
from sqlmig.db.snapshots import wait_for_the_old
from sqlmig.db.statement import run_in_its_own
from sqlmig.db.underway import Underway
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.plan.values import Progress
from sqlmig.project.model import Scope
from sqlmig.sql.leftovers import IndexBuilt, IndexRebuilt, Leftover, PartitionDetached, leaves
from sqlmig.sql.statements import Statement


def run_framed(run: Underway, statement: Statement) -> None:
    """Runs a statement that cannot run in a transaction; on a small table, what does the same and can.

    Raises:
        Ended: it was not begun, because it may not run, or would wait for somebody.
        ServerRefused: it failed, or the connection broke.
    """
    leftover = leaves(statement)
    schema = run.step.target.schema
    before = probe(run.session, leftover, schema)
    if isinstance(leftover, IndexBuilt) and before is Found.HALF:
        raise Ended(Outcome.FAILED, failures.foreign_leftover(run.step, statement, leftover))
    table = locate(run.session, statement)
    _check_owner(run, statement, table)
    if _ran_plain(run, statement, table):
        return
    wait_for_the_old(run, statement, leftover, table)
    existed = before is not Found.NOTHING
    records.intend(run.session, run.context, run.step, statement, existed=existed)
    run.half_way = True
    try:
        with acting(run.session, run.context.config, run.step):
            run.send(statement.text)
    except ServerRefused:
        if not run.session.broken:
            _withdraw(run, statement, leftover, existed=existed)
        raise
    run.half_way = False
    if isinstance(leftover, IndexBuilt) and probe(run.session, leftover, schema) is not Found.DONE:
        raise Ended(Outcome.FAILED, failures.foreign_leftover(run.step, statement, leftover))
    records.withdraw(run.session, run.context, run.step, statement.number)


def settle(run: Underway, progress: Progress) -> int:
    """Finds out what became of a statement that was begun: 1 when it is done, 0 when it must run again.

    Raises:
        Ended: the catalog does not tell.
    """
    statement = run.step.statements[progress.done] if progress.done < len(run.step.statements) else None
    run.statement, run.half_way = statement, True
    begun = history.statement_of(progress)
    leftover = leaves(begun) if begun is not None else None
    schema = run.step.target.schema
    found = probe(run.session, leftover, schema)
    same = statement is not None and begun is not None and statement.text == begun.text
    if found is Found.UNKNOWN:
        raise Ended(Outcome.FAILED, failures.unknown_outcome(run.step, progress))
    if found is Found.HALF and not progress.existed:
        with run.watched():
            found = clean(run.session, leftover, schema)
    run.half_way = False
    if found is Found.DONE and same and not (progress.existed and isinstance(leftover, IndexBuilt)):
        records.withdraw(run.session, run.context, run.step, progress.done + 1)
        return 1
    records.withdraw(run.session, run.context, run.step, progress.done)
    return 0


def _check_owner(run: Underway, statement: Statement, table: Located | None) -> None:
    """No transaction, no guard before COMMIT: whose the table is must be known before the statement runs."""
    step = run.step
    if step.target.scope is Scope.SHARED or table is None or table.schema == step.target.schema:
        return
    if table.label not in step.script.directives.touches:
        words = statement.text.split("(")[0].strip()
        raise Ended(Outcome.FAILED, failures.outside(step, f"{table.label} ({words})"))


def _ran_plain(run: Underway, statement: Statement, table: Located | None) -> bool:
    """Whether it ran without CONCURRENTLY, in a transaction; not when somebody was in the way of that."""
    text = plain_text(run, statement, table)
    if text is None:
        return False
    try:
        run_in_its_own(run, statement, text)
    except ServerRefused as error:
        said = error.said
        if run.session.broken or run.context.stop.requested or remedy(said.sqlstate, said.message) is not Remedy.RETRY:
            raise
        run.session.rollback()
        return False
    run.plain.append(statement.number)
    return True


def _withdraw(run: Underway, statement: Statement, leftover: Leftover | None, *, existed: bool) -> None:
    """The statement failed: takes away what it left, as far as nobody is in the way of that.

    Whoever kept the statement waiting keeps its clean-up waiting too. The next run has the patience.
    """
    schema = run.step.target.schema
    try:
        run.session.set({"lock_timeout": run.context.config.apply.lock_timeout})
        if isinstance(leftover, IndexBuilt | IndexRebuilt) and not existed:
            clean(run.session, leftover, schema)
        if isinstance(leftover, PartitionDetached) and probe(run.session, leftover, schema) is not Found.NOTHING:
            return
        records.withdraw(run.session, run.context, run.step, statement.number - 1)
    except ServerRefused:
        return
    run.half_way = False
