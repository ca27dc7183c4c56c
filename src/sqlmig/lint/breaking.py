"""What rules share about changes that break running code: whose the object is, what phase it is, what to say."""

from __future__ import annotations

from sqlmig.lint.context import Context, File
from sqlmig.lint.values import Flag, Severity
from sqlmig.project.directives import FileKind
from sqlmig.project.model import Phase, Scope
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.reader import Name
from sqlmig.sql.replay import replay
from sqlmig.sql.schema.difference import Difference, How, difference
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Origin

# --- whose it is ---


def is_down(file: File) -> bool:
    """Whether a file takes something back: a down file, that of a repeatable included."""
    return file.kind is FileKind.DOWN or file.path.endswith(_DOWN)


def is_own(made_by: Origin | None, file: File) -> bool:
    """Whether a migration made an object itself: the file did, or the up file that this down file takes back."""
    if made_by is None:
        return False
    match made_by.mark:
        case (file.track, file.version, str(path)):
            # Repeatables have no version to tell them apart by.
            return file.version is not None or _stem(path) == _stem(file.path)
        case _:
            return False


_DOWN = ".down.sql"


def _stem(path: str) -> str:
    return path.removesuffix(_DOWN).removesuffix(".sql")


def is_spared(found: object | None, context: Context, *, if_exists: bool = False) -> bool:
    """Whether nobody else can miss an object that goes: it is temporary, or this migration's own.

    One that no migration made was there before all of them, if it is there at all: with IF EXISTS, and in a down file,
    which takes back what its up file made by means that cannot be read, that is no more than a guess.
    """
    if found is None:
        return if_exists or is_down(context.file)
    return getattr(found, "temporary", False) or is_own(getattr(found, "made_by", None), context.file)


# --- what is said of it ---


def contracts(file: File) -> bool:
    """Whether the file says that no code uses any more what it takes away."""
    return file.directives.phase is Phase.CONTRACT


def removal(context: Context, message: str, statement: str, *, still: str) -> Flag:
    """What to say of something that is taken away, although code may use it.

    Args:
        context: where.
        message: what happens to code that uses it.
        statement: what takes it away, without the semicolon.
        still: what happens all the same when no code uses it.
    """
    if contracts(context.file):
        return Flag(still, severity=Severity.INFO)
    if is_down(context.file):
        return Flag(f"The up file did not make it. {message}", "Take back here only what the up file made.")
    return Flag(
        message,
        "Deploy code that no longer uses it, and drop it then, in a migration of its own:",
        f"-- sqlmig: phase contract\n{statement};",
    )


def renaming(context: Context, old: str, new: str, instead: str, sql: str = "", *, where: str, then: str) -> Flag:
    """What to say of a new name.

    Args:
        context: where.
        old: the old name, in words where it needs them.
        new: the new one.
        instead: what to do, as long as code uses the old name.
        sql: the statements for it.
        where: what `everywhere` says.
        then: what happens from then on all the same, if that is worth a word.
    """
    if contracts(context.file):
        message = f"Code that names {new} fails until this has run{where}."
        return Flag(f"{message} {then}".rstrip(), severity=Severity.INFO)
    message = f"Code that names {old} fails from now on, and code that names {new} fails until then{where}."
    return Flag(message, instead, sql)


def prepared_fail(old: str) -> str:
    """What prepared statements do that name something by a name which is gone."""
    return f"Prepared statements that name {old} fail from then on."


def view_in_place(context: Context, name: str, new: str) -> str:
    """The statement that leaves a view where a table was."""
    options = " WITH (security_invoker = true)" if context.postgres >= 15 else ""
    return f"CREATE VIEW {name}{options} AS SELECT * FROM {new};"  # noqa: S608  it is shown, nobody runs it


def everywhere(context: Context, name: Name | None = None) -> str:
    """`, in every tenant's schema`: what to say of what each tenant has of its own; '' of all else."""
    own = context.file.scope is Scope.TENANT and (name is None or not context.is_shared(name))
    return ", in every tenant's schema" if own else ""


# --- what depends on it ---


def goes_along(context: Context) -> tuple[Difference, ...]:
    """What a DROP takes along without being asked, such as the indexes of a column; the thing itself included."""
    return _missing(context.before, replay(context.before, _plain(context)))


def needs_cascade(context: Context) -> tuple[Difference, ...]:
    """What a DROP takes along with CASCADE only, and is refused for without it; as far as it is known."""
    operation = _plain(context)
    return _missing(replay(context.before, operation), replay(context.before, operation.replaced(cascade=True)))


def _plain(context: Context) -> Operation:
    return context.occurrence.operation.replaced(cascade=False)


def _missing(before: SchemaState, after: SchemaState) -> tuple[Difference, ...]:
    return tuple(found for found in difference(before, after) if found.how is How.MISSING)
