"""Asks the server's own grammar about every text before the first one runs.

A Parse message is parsed and never executed. To keep the server from looking up tables that earlier files only
create, queries are sent as the body of a PREPARE, which the server does not analyse until it is executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.db.session import Session
from sqlmig.plan.values import Reason, Refusal, Step, Target
from sqlmig.project.templates import Rendered
from sqlmig.sql.statements import Statement, split

_QUERIES = frozenset({"select", "insert", "update", "delete", "merge", "values", "table", "with"})
_WRAP = "PREPARE sqlmig_syntax AS "


def syntax_refusals(session: Session, steps: Iterable[Step]) -> tuple[Refusal, ...]:
    """What the server's grammar refuses; each text is asked about once, however many targets share it."""
    first: dict[str, tuple[Target, Rendered, Statement]] = {}
    for step in steps:
        for statement in step.statements:
            first.setdefault(statement.text, (step.target, step.sql, statement))
        if step.verify is not None:
            for statement in split(step.verify.text):
                first.setdefault(statement.text, (step.target, step.verify, statement))
    found = []
    for (target, sql, statement), answer in zip(first.values(), _ask(session, list(first)), strict=True):
        if answer is not None:
            offset, message = answer
            place = sql.place(statement.start + offset)
            found.append(Refusal(Reason.SYNTAX, message, "correct the statement", target, place))
    return tuple(found)


def _ask(session: Session, texts: Sequence[str]) -> list[tuple[int, str] | None]:
    wraps = [_WRAP if _is_query(text) else "" for text in texts]
    # What the server analyses all the same (CREATE TABLE AS, EXPLAIN) may take a lock, for as long as this takes.
    session.run("BEGIN; SET LOCAL lock_timeout = '1s'")
    try:
        answers = session.grammar_says([wrap + text for wrap, text in zip(wraps, texts, strict=True)])
    finally:
        session.rollback()
    found: list[tuple[int, str] | None] = []
    for wrap, said in zip(wraps, answers, strict=True):
        if said is None or not said.syntax:
            found.append(None)
        else:
            found.append((max((said.offset or 0) - len(wrap), 0), said.message))
    return found


def _is_query(text: str) -> bool:
    word = text.lstrip("( \t\n").split(maxsplit=1)
    return bool(word) and word[0].lower() in _QUERIES
