"""A statement in a transaction of its own, together with the record that it ran."""

from __future__ import annotations

from sqlmig.db import failures, records
from sqlmig.db.guard import SPEAK_NOW, check_elsewhere, guard
from sqlmig.db.locks import objects_key
from sqlmig.db.polling import Ended, Polling
from sqlmig.db.roles import check_owners, run_as, take_on
from sqlmig.db.underway import Underway
from sqlmig.plan.results import Outcome
from sqlmig.sql.statements import Statement


def run_in_its_own(run: Underway, statement: Statement, text: str) -> None:
    """Runs a statement of a step.

    Args:
        run: the step; outside of a transaction.
        statement: which one it is.
        text: what is sent.

    Raises:
        Ended: it ended the transaction, changes what is not the target's, or what it shares was not to be had.
        ServerRefused: it failed; the transaction is still open.
    """
    _begin(run)
    take_on(run.session, run.context.config, run.step)
    run.send(text)
    if not run.session.healthy:
        raise Ended(Outcome.FAILED, failures.ended_transaction(run.step))
    check_elsewhere(run.session, run.step)
    check_owners(run.session, run.step, run_as(run.context.config, run.step.target))
    record, parameters = records.progress_after(run.context, run.step, statement.number)
    # The locks are the session's: this transaction holds none of them.
    look = guard(run.step, run.context, target_key=None).replace("%", "%%")
    run.session.run(f"{SPEAK_NOW}; {records.OWN_ROLE}; SELECT {look}; {record}; COMMIT", parameters)


def _begin(run: Underway) -> None:
    """Opens the transaction; what changes something that all tenants share has that to itself until it commits."""
    lock_timeout = run.step.script.directives.lock_timeout or run.context.config.apply.lock_timeout
    begin = "BEGIN; SELECT pg_catalog.set_config('lock_timeout', %(v)s, true)"
    if not run.step.shared:
        run.session.run(begin, {"v": lock_timeout})
        return
    polling = Polling(run.session, run.step, run.context, run.patience)
    try_lock = f"{begin}; SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s)"
    try:
        while not run.session.value(try_lock, {"v": lock_timeout, "key": objects_key(run.context.history)}):
            run.session.rollback()
            polling.pause_for_objects()
    finally:
        run.blockers = polling.blockers or run.blockers
        run.waited += polling.seconds
