"""Down files that do not lead back."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.differences import dropping, in_words
from sqlmig.lint.rule import pair_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.wholes import PairContext
from sqlmig.lint.words import listed
from sqlmig.sql.operations.access import CreateExtension, CreateSchema
from sqlmig.sql.operations.base import Kind, Unknown
from sqlmig.sql.operations.session import DynamicSql
from sqlmig.sql.schema.difference import Difference, How, difference
from sqlmig.sql.schema.objects import EnumType
from sqlmig.sql.schema.state import SchemaState


@pair_rule(severity=Severity.WARNING)
def down_incomplete(pair: PairContext) -> Iterator[Flag]:
    """A down file after which the schema is not what it was before the up file.

    Effect: after a rollback the up file may fail on what is left over, and the code of before on what is missing.

    Instead: undo in the down file all that the up file does, in the reverse order.

    Unless: it cannot be taken back, and does no harm: values that an enum got, whether a constraint is validated, a
    role; an extension or schema that the up file makes with IF NOT EXISTS. Where one of the files has something that
    cannot be read, nothing is said.
    """
    if pair.down is None or pair.irreversible is not None or _is_unclear(pair.up) or _is_unclear(pair.down):
        return
    before, after = pair.up.start, pair.down.end
    found = [one for one in difference(before, after) if not _is_harmless(one, pair.up, before, after)]
    said = [
        f"{listed(words)} {'are' if len(words) > 1 else 'is'} {how.value}"
        for how in (How.LEFT_OVER, How.MISSING)
        if (words := [in_words(one, pair.up.file) for one in found if one.how is how])
    ]
    said += [f"{in_words(one, pair.up.file)} has {one.detail}" for one in found if one.how is How.CHANGED]
    if said:
        left_over = [one for one in found if one.how is How.LEFT_OVER]
        yield Flag(
            f"After {pair.down.file.path} the schema is not what it was: {'; '.join(said)}.",
            f"Add to {pair.down.file.path}:" if left_over else f"Bring it back in {pair.down.file.path}.",
            dropping(left_over, pair.up.file),
        )


def _is_unclear(file: FileContext) -> bool:
    unread = any(True for _ in file.running(Unknown, DynamicSql))
    return unread or file.end.uncertain


def _is_harmless(found: Difference, up: FileContext, before: SchemaState, after: SchemaState) -> bool:
    if found.how is How.LEFT_OVER:
        return found.kind is Kind.ROLE or (found.kind, found.name) in _made_if_missing(up)
    if found.how is How.CHANGED and found.kind is Kind.TYPE:
        return _has_more_labels(found.name, before, after)
    return found.kind is Kind.CONSTRAINT and found.detail in _VALIDITY


_VALIDITY = ("validity valid instead of not valid", "validity not valid instead of valid")


def _made_if_missing(up: FileContext) -> set[tuple[Kind, str]]:
    """What the up file found, perhaps, and did not make."""
    found: set[tuple[Kind, str]] = set()
    for occurrence in up.running(CreateExtension, CreateSchema):
        match occurrence.operation:
            case CreateExtension(extension=name, if_not_exists=True):
                found.add((Kind.EXTENSION, name))
            case CreateSchema(schema=name, if_not_exists=True):
                found.add((Kind.SCHEMA, name))
    return found


def _has_more_labels(name: str, before: SchemaState, after: SchemaState) -> bool:
    old, new = (next((one for one in state.types.values() if str(one.name) == name), None) for state in (before, after))
    return isinstance(old, EnumType) and isinstance(new, EnumType) and set(old.labels or ()) < set(new.labels or ())
