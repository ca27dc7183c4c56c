"""What is asked of a database after a fault, and after the run that follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from faults.fingerprints import Lines, lines_of
from faults.project import SCHEMAS, TENANTS, VICTIM, Clean, project_of
from faults.runs import Ended, Place
from faults.states import History, history_of, left_over, progress_of
from faults.steps import STRUCK_UNIT, Step
from sessions import Connection


def known_to_history(connection: Connection, clean: Clean) -> None:
    """Nothing is half done that nobody knows of: each schema holds what the history says, or a progress row tells."""
    history, progress, lines = history_of(connection), progress_of(connection), lines_of(connection, SCHEMAS)
    for schema in SCHEMAS:
        units = history.units(schema)
        expected = clean.prefixes.get((schema, units))
        assert expected is not None, f"{schema}: the history has {sorted(units)}, which is no state on the way"
        unit = progress.get(schema)
        if unit is None:
            differing = difference(lines[schema], expected)
            assert not differing, f"{schema}, by the history {sorted(units)}:\n{differing}"
        else:
            finished = clean.prefixes[schema, units | {unit}]
            strange = {_settled(line) for line in lines[schema] ^ expected} - {*finished ^ expected}
            assert not strange, f"{schema}, {unit} under way: {sorted(strange)}"


def as_after_a_clean_run(connection: Connection, place: Place) -> None:
    """The end state: catalog, rows and history equal those of a clean run, and nothing is left over."""
    clean, history = place.clean, history_of(connection)
    schemas_as_after_a_clean_run(connection, clean, SCHEMAS)
    assert history.applied == clean.history.applied, f"applied: {history.applied ^ clean.history.applied}"
    assert history.digests == clean.history.digests, f"digests: {history.digests ^ clean.history.digests}"
    again = Counter(history.done) - Counter(clean.history.done)
    assert not again, f"done more than once, or not to be done: {again}"
    assert len(history.done) == len(clean.history.done), "a step is missing in the log"
    nothing_left_over(connection)
    project = project_of(place.folder, place.database.url)
    assert project.status().current, "`sqlmig status --check` would say no"
    assert project.verify().clean, "`sqlmig verify` would say no"


def schemas_as_after_a_clean_run(connection: Connection, clean: Clean, schemas: Iterable[str]) -> None:
    """Catalog and rows of some schemas equal those that a clean run leaves."""
    lines = lines_of(connection, schemas)
    for schema, found in lines.items():
        assert found == clean.lines[schema], f"{schema}:\n{difference(found, clean.lines[schema])}"


def nothing_left_over(connection: Connection) -> None:
    """No lock, session, transaction, INVALID index, unfinished run or progress."""
    found = left_over(connection)
    assert not found, f"left over: {found}"


def said_properly(run: Ended) -> None:
    """Whatever happened, people are told in sqlmig's words."""
    assert "Traceback" not in run.stderr, run.said
    assert run.status in (-9, 0, 2, 3, 4, 5), run.said


def what_became(connection: Connection, step: Step) -> str:
    """What became of the victim's step that was under way, or how far the run got, for the table."""
    unit = STRUCK_UNIT.get(step)
    history, progress = history_of(connection), progress_of(connection)
    if unit is None:
        return how_far(history)
    if unit in history.units(VICTIM):
        return "committed"
    return "told by progress" if progress.get(VICTIM) == unit else "rolled back"


def how_far(history: History) -> str:
    """How many steps of the run are recorded as done."""
    before = 1 + len(TENANTS)
    return f"{len(history.done) - before} steps done"


def difference(found: Lines, expected: Lines) -> str:
    """The lines that are there and should not be, and those that should and are not."""
    more = [f"+ {line}" for line in sorted(found - expected)]
    return "\n".join([*more, *(f"- {line}" for line in sorted(expected - found))])


def _settled(line: str) -> str:
    """A line as it would be once its index is built: an unfinished one is what a progress row is there for."""
    return line.replace("valid f, ready f", "valid t, ready t").replace("valid f, ready t", "valid t, ready t")
