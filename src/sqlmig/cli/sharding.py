"""Commands that work on one database or on several: which are meant, and how their answers are put together.

A command says what it does on one database, and leaves the rest to `on_databases`:

    def ask(shard: Shard) -> Answer:
        found = shard.project.verify()
        return Answer(verification_json(found) if output == "json" else verification_text(found), ...)

    return on_databases(invocation, "verify", output, ask)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmig.cli.output import NotWritten, show, show_json, tell, tell_traceback
from sqlmig.errors import SqlmigError, UsageError
from sqlmig.report.errors import error_text
from sqlmig.report.shards import Section, databases_json, error_document, sections_text, told_text, why

if TYPE_CHECKING:
    from sqlmig.api import Project
    from sqlmig.cli.invocation import Invocation
    from sqlmig.db.context import Stop
    from sqlmig.shards import ShardResult


@dataclass(frozen=True, slots=True)
class Shard:
    """One database, as a command is asked about it."""

    project: Project
    """On this database."""
    database: str | None
    """Its name where several are asked; None when it answers as if there were no others."""
    tell: Callable[[str], None]
    """Tells people something while the command works; the database's name stands in front where there is one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says of one database."""

    shown: str | dict[str, object]
    """The result: a text, or with `--format json` a document."""
    exit_status: int = 0
    told: str = ""
    """What people are told besides: notes, failures."""


Ask = Callable[[Shard], Answer]


def on_databases(invocation: Invocation, command: str, output: str, ask: Ask, *, stop: Stop | None = None) -> int:
    """Asks every database that is meant, shows what they answer, and gives the exit status.

    A project with one database, and one that is named, answer as if there were no others. Otherwise all that are
    meant are asked at once; an error of one is told, and stops none of the others.

    Args:
        invocation: says which are meant; without a word of it, all.
        command: names the JSON document.
        output: what `--format` says.
        ask: makes an answer for one database; it is called in several threads at once.
        stop: what Ctrl-C requests, for commands that change something.
    """
    project = invocation.configured()
    chosen = invocation.chosen(project)
    if not chosen:
        return show_answer(ask(Shard(project, None, tell)))
    named = invocation.database_index is not None or invocation.databases == chosen
    if len(chosen) == 1 and (named or output not in _FORMATS):
        return show_answer(ask(Shard(project.on(chosen[0]), None, tell)))
    if output not in _FORMATS:
        raise UsageError(
            f"--format {output} shows one database, and {len(chosen)} are meant: {', '.join(chosen)}",
            next="name one of them with --database",
        )
    from sqlmig.shards import each

    width = max(map(len, chosen))
    results = each(project, chosen, lambda name, on: ask(Shard(on, name, _prefixed(name, width))), stop=stop)
    return _show_all(command, output, results, verbose=invocation.verbose)


def show_answer(answer: Answer) -> int:
    """Shows what one database answers, and gives the exit status.

    Raises:
        NotWritten: all went well, and the result could not be written.
    """
    if answer.told:
        tell(answer.told)
    try:
        if isinstance(answer.shown, dict):
            show_json(answer.shown)
        elif answer.shown:
            show(answer.shown)
    except NotWritten as error:
        if answer.exit_status == 0:
            raise
        # What went wrong before counts for more.
        tell(error_text(error))
    return answer.exit_status


_FORMATS = ("text", "json")
"""Those in which the answers of several databases can be put together."""


def _prefixed(database: str, width: int) -> Callable[[str], None]:
    """Tells with the database's name in front of each line; `width` is that of the longest name."""
    return lambda text: tell("\n".join(f"{database:<{width}}  {line}".rstrip() for line in text.splitlines()))


def _show_all(command: str, output: str, results: Sequence[ShardResult[Answer]], *, verbose: bool) -> int:
    from sqlmig.shards import worst

    answers = {result.database: _answer(result.answer, output) for result in results}
    exit_status = worst(answer.exit_status for answer in answers.values())
    for result in results:
        if verbose and isinstance(result.answer, Exception) and not isinstance(result.answer, SqlmigError):
            tell_traceback(result.answer)
    if output == "json":
        documents = {database: answer.shown for database, answer in answers.items()}
        show_json(databases_json(command, exit_status, documents))
        return exit_status
    if told := told_text({database: answer.told for database, answer in answers.items()}):
        tell(told)
    show(sections_text([Section(name, one.exit_status, str(one.shown)) for name, one in answers.items()]))
    return exit_status


def _answer(answer: Answer | Exception, output: str) -> Answer:
    """What a database that could not answer has to say instead."""
    if isinstance(answer, Answer):
        return answer
    exit_status = answer.exit_status if isinstance(answer, SqlmigError) else SqlmigError.exit_status
    return Answer(error_document(answer), exit_status) if output == "json" else Answer("", exit_status, why(answer))
