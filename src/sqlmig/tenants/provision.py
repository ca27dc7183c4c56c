"""The files that make a tenant, sent in one message; and the way back from the server's error to file and line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlmig.db.composing import assignments, quoted
from sqlmig.db.errors import ServerRefused
from sqlmig.db.guard import SPEAK_NOW, TIDY
from sqlmig.db.session import Answer, Session
from sqlmig.errors import MigrationFailed, Place, Problem, ProjectError
from sqlmig.plan.examine import examine
from sqlmig.plan.results import ServerError
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant
from sqlmig.sql.statements import Statement


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a message."""

    text: str
    place: Callable[[int], Place]
    """Where a character of the text came from."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The text, cut; looked at only when something failed."""
        return examine(self.text, transaction=True).statements


@dataclass
class Message:
    """Statements and files that go to the server together; of an error it knows which file it is in."""

    _pieces: list[tuple[str, Part | None]] = field(default_factory=list)

    def add(self, *statements: str) -> None:
        """Statements of our own; none of them may hold more than one."""
        self._pieces += [(statement, None) for statement in statements]

    def add_file(self, part: Part) -> None:
        """A file."""
        self._pieces.append((part.text, part))

    def send(self, session: Session, tenant: Tenant) -> Answer:
        """Sends all of it.

        Raises:
            MigrationFailed: a file is to blame, by its place.
            ServerRefused: the connection broke, the statement was cancelled, or somebody was in the way.
        """
        # On a line of its own, for a comment may end a file.
        answer = session.exchange(_BETWEEN.join(text for text, _ in self._pieces))
        if answer.error is not None:
            place = self._place(answer.error)
            if place is None or not own_trouble(answer.error):
                raise ServerRefused(answer.error)
            raise not_created(tenant, answer.error, place) from ServerRefused(answer.error)
        return answer

    def _place(self, said: ServerError) -> Place | None:
        """Where the server's position lies, or the first statement that did not run."""
        offset, left = said.offset, said.completed or 0
        for text, part in self._pieces:
            count = len(part.statements) if part is not None else 1
            if offset is not None and offset < len(text):
                return part.place(offset) if part is not None else None
            if offset is None and left < count:
                return part.place(part.statements[left].start) if part is not None else None
            offset = offset - len(text) - len(_BETWEEN) if offset is not None else None
            left -= count
        return None


_BETWEEN = "\n;"


def provision(session: Session, files: ProjectFiles, tenant: Tenant) -> None:
    """Runs provision.sql for a tenant, in the transaction that the caller opened.

    Raises:
        ProjectError: the project has no provision.sql.
        MigrationFailed: it failed.
    """
    run_files(session, files.config, [provision_part(files, tenant)], tenant, as_tenant=False)


def lifecycle_part(files: ProjectFiles, name: str, tenant: Tenant) -> Part | None:
    """A lifecycle file, rendered for a tenant; None when the project has none of that name.

    Raises:
        ProjectError: it cannot be rendered, or cannot run inside of a transaction.
    """
    script = files.lifecycle(name)
    return script_part(files, script, tenant) if script is not None else None


def script_part(files: ProjectFiles, script: Script, tenant: Tenant) -> Part:
    """A file that is no migration, rendered for a tenant.

    Raises:
        ProjectError: it cannot be rendered, or cannot run inside of a transaction.
    """
    rendered = files.templates.render(script, files.scope(tenant.schema, tenant))
    examined = examine(rendered.text, transaction=True)
    if examined.objections:
        raise ProjectError([Problem(o.message, rendered.place(o.offset), o.next) for o in examined.objections])
    return Part(rendered.text, rendered.place)


def provision_part(files: ProjectFiles, tenant: Tenant) -> Part:
    """The file provision.sql.

    Raises:
        ProjectError: the project has none, or it cannot be used.
    """
    part = lifecycle_part(files, "provision", tenant)
    if part is None:
        path = f"{files.config.lifecycle.path}/provision.sql"
        advice = "write it: CREATE SCHEMA {{ schema | ident }}; and the grants that the application needs"
        raise ProjectError([Problem(f"a new tenant needs {path}, which is not there", Place(path), advice)])
    return part


def run_files(session: Session, config: Config, parts: Sequence[Part], tenant: Tenant, *, as_tenant: bool) -> None:
    """Runs files in the transaction that is open, in one message; nothing that they set is left behind.

    Args:
        session: in a transaction.
        config: the project's.
        parts: the files.
        tenant: for whom.
        as_tenant: whether the tenant's id is known, and so its context can be set.

    Raises:
        MigrationFailed: a file is to blame, by its place.
        ServerRefused: see `Message.send`.
    """
    if not parts:
        return
    message = Message()
    for part in parts:
        message.add(*settings(session, config, tenant, as_tenant=as_tenant))
        message.add_file(part)
        message.add(SPEAK_NOW, *TIDY)
    message.send(session, tenant)


def settings(session: Session, config: Config, tenant: Tenant, *, as_tenant: bool) -> tuple[str, ...]:
    """The statements that give a tenant's settings until the transaction ends, or TIDY takes them back."""
    given = {
        "search_path": quoted(tenant.schema, *config.search_path),
        "lock_timeout": config.apply.lock_timeout,
        "statement_timeout": config.apply.statement_timeout,
        "idle_in_transaction_session_timeout": "10min",
        "standard_conforming_strings": "on",
        "application_name": f"sqlmig {tenant.schema}"[:63],
        **session.own_settings,
    }
    if as_tenant:
        # Before the registry has a row there is no id, and policies may cast the setting to the id's type.
        given[config.lint.tenant_setting] = tenant.id
    return assignments(given, "SET LOCAL")


def own_trouble(said: ServerError) -> bool:
    """Whether the file, or the rows that it meets, are to blame: what fails once fails again."""
    return said.sqlstate not in (None, "57014") and remedy(said.sqlstate, said.message) in (
        Remedy.FAIL,
        Remedy.QUARANTINE,
    )


def not_created(tenant: Tenant, said: ServerError, place: Place | None) -> MigrationFailed:
    """The error for a statement that failed while a tenant was made."""
    text = said.message if said.detail is None else f"{said.message} ({said.detail})"
    return MigrationFailed(
        f"tenant {tenant.slug} was not created: {text}",
        place=place,
        state=nothing_of(tenant),
        next=f"{said.hint or 'correct the file'}; then run `sqlmig tenant create {tenant.slug}` again",
    )


def nothing_of(tenant: Tenant) -> str:
    """What is true when a tenant could not be made."""
    return f"everything was rolled back: nothing of tenant {tenant.slug} is there"
