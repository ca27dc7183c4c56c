"""What went wrong, told once for all targets that met it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmig.plan.results import Failure
from sqlmig.plan.rollout import ErrorKind, ItemError
from sqlmig.plan.values import Step, Target

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """An error, and the targets that met it."""

    kind: ErrorKind
    count: int
    examples: tuple[str, ...]
    """Schemas of the first of them."""

    def __str__(self) -> str:
        tenants = "1 tenant" if self.count == 1 else f"{self.count} tenants"
        lead = ", for example " if self.count > len(self.examples) else ": "
        return f"{tenants}: {self.kind}{lead}{', '.join(self.examples)}"


def groups(errors: Iterable[tuple[str, ItemError]]) -> tuple[ErrorGroup, ...]:
    """Equal errors put together, the most frequent first.

    Args:
        errors: the schema of a target, and the error it met.
    """
    found: dict[ErrorKind, list[str]] = {}
    for schema, error in errors:
        found.setdefault(error.kind, []).append(schema)
    grouped = (ErrorGroup(kind, len(schemas), tuple(schemas[:EXAMPLES])) for kind, schemas in found.items())
    return tuple(sorted(grouped, key=lambda group: -group.count))


def kind_of(failure: Failure, step: Step | None, target: Target) -> ErrorKind:
    """What a failure is, whichever target met it.

    Args:
        failure: of a step, or of the target as a whole.
        step: None when no step was to blame.
        target: whose names are taken out.
    """
    said = failure.error
    message = said.message if said is not None else failure.message
    return ErrorKind(
        target.track,
        step.label if step is not None else "",
        _statement(failure, step) if step is not None else None,
        said.sqlstate if said is not None else None,
        _nameless(said.constraint, target) if said is not None and said.constraint else None,
        _alike(message, said.sqlstate if said is not None else None, target),
    )


def item_error(failure: Failure, step: Step | None, target: Target) -> ItemError:
    """A failure as the item of its target keeps it."""
    return ItemError(kind_of(failure, step, target), failure.message)


def not_planned(track: str, schema: str, message: str) -> ItemError:
    """The error of a target for which there is no plan; equal for all that have none for the same reason."""
    return ItemError(ErrorKind(track, "", None, None, None, message.replace(schema, "<schema>")), message)


def _statement(failure: Failure, step: Step) -> int | None:
    """The number of the statement whose text the failure names; the place tells those of one text apart."""
    alike = [statement for statement in step.statements if statement.text == failure.statement]
    line = failure.place.line if failure.place is not None else None
    if len(alike) > 1 and line is not None:
        alike = [one for one in alike if (step.place(one.start).line or 0) <= line] or alike
    return alike[-1].number if alike else None


def _alike(message: str, sqlstate: str | None, target: Target) -> str:
    """The first line without what differs from target to target: names, values, numbers."""
    text = _nameless(message.strip().partition("\n")[0].rstrip(), target)
    text = _LITERAL.sub("'...'", text)
    if sqlstate is not None and sqlstate.startswith(_DATA):
        text = _QUOTED.sub('"..."', text)
    return _NUMBER.sub("N", _UUID.sub("<uuid>", text))


def _nameless(text: str, target: Target) -> str:
    """The text without the target's own names, also where they are a part of a longer one: `tenant_acme_owner_fk`."""
    names = [(target.schema, "<schema>")]
    if target.tenant is not None:
        names += [(target.tenant.slug, "<slug>"), (target.tenant.id, "<id>")]
    for name, mark in names:
        # An id that is a number is like any other number.
        if name and not name.isdigit():
            text = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", mark, text)
    return text


_DATA = "22"
"""data_exception: what stands in double quotes there is a value, not a name."""
_QUOTED = re.compile(r'"[^"]*"')
_LITERAL = re.compile(r"'[^']*'")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)*(?!\w)")
