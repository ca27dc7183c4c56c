"""The shadow that a snapshot is made and proved in: the platform, two tenants that replayed every file, and a third."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Final

from sqlmig import embedded
from sqlmig.api import Project
from sqlmig.backups.programs import ProgramFailed, find_program, running
from sqlmig.catalog.difference import Difference, differences
from sqlmig.catalog.fingerprint import Aspect, Fingerprint, fingerprints
from sqlmig.catalog.shadow import shadow_database
from sqlmig.catalog.snapshot_grants import Grants, read_grants
from sqlmig.catalog.snapshot_outside import outside_differences
from sqlmig.catalog.snapshot_rows import Contents, differing_rows, read_contents
from sqlmig.database import database_url, embedded_data
from sqlmig.db.composing import quoted
from sqlmig.db.conninfo import libpq_environment, of_database
from sqlmig.db.context import Stop
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session, connect, session
from sqlmig.errors import ConnectionFailed, Interrupted, MigrationFailed, Place, Refused, UsageError
from sqlmig.plan.events import Observer
from sqlmig.plan.provisioning import Making
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant, Track
from sqlmig.project.names import schema_for_slug
from sqlmig.secret import Secret
from sqlmig.tenants.create import create_tenant
from sqlmig.tenants.given import check_values
from sqlmig.tenants.provision import provision

SLUGS: Final = ("sqlmig_shadow_one", "sqlmig_shadow_two", "sqlmig_shadow_three")
"""None of them is a name that a migration would use for a table or an alias, nor the beginning of another."""


class Unseeded(ProjectFiles):
    """A project whose new tenants get no rows of their own: those come with each tenant, whatever it is made from."""

    def seeds(self, kind: object) -> tuple[Script, ...]:  # noqa: ARG002  the kind makes no difference here
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Shadow:
    """A database with two tenants that replayed every file."""

    project: Project
    track: Track
    url: str
    session: Session
    server: int
    """Its major version."""
    one: Tenant
    other: Tenant
    contents: tuple[Contents, Contents]
    stop: Stop

    @property
    def third(self) -> Tenant:
        """A tenant that is not there; it borrows the first one's id, which has the type that ids have."""
        schema = self.one.schema.replace(SLUGS[0], SLUGS[2])
        return Tenant(self.one.id, SLUGS[2], schema, {**self.one.row, "slug": SLUGS[2], "schema": schema})


@contextmanager
def shadow_of(
    project: Project, track: Track, url: str | None, values: Mapping[str, str], stop: Stop, observer: Observer
) -> Iterator[Shadow]:
    """Makes a shadow of a project: its platform, and two tenants without seed rows; drops it again.

    Args:
        project: whose files.
        track: the tenant track.
        url: of a server, or `embedded`; None for the embedded one where it is installed, else the project's own.
        values: what the lifecycle files see as `tenant.NAME`; `{slug}` in one becomes the tenant's slug.
        stop: asks to stop.
        observer: is told of every step.

    Raises:
        UsageError: no file reads one of the values.
        ConnectionFailed: there is no server, or the role may not make databases.
        MigrationFailed: a file failed there.
        Interrupted: somebody asked to stop.
    """
    check_values(project.files, values)
    with ExitStack() as stack:
        server = stack.enter_context(_server(project.config, url))
        name = stack.enter_context(shadow_database(server))
        there = of_database(server, name)
        shadow = Project(_configuration(project.config, there))
        _refuse_stop(stop)
        _platform(shadow, stop, observer)
        tenants = []
        for slug in SLUGS[:2]:
            _refuse_stop(stop)
            given = {key: value.replace("{slug}", slug) for key, value in values.items()}
            tenants.append(_replayed(shadow, slug, given, stop, observer))
        _refuse_stop(stop)
        opened = stack.enter_context(session(there, application="sqlmig (shadow)"))
        version = int(opened.value("SELECT pg_catalog.current_setting('server_version_num')::int / 10000"))
        one, other = tenants
        contents = (read_contents(opened, one), read_contents(opened, other))
        yield Shadow(shadow, track, there, opened, version, one, other, contents, stop)


def replayed_differences(shadow: Shadow) -> tuple[Difference, ...]:
    """In what the two tenants differ that ran the same files."""
    return differences(shadow.session, shadow.one.schema, shadow.other.schema)


def dumped(shadow: Shadow, section: str) -> str:
    """What pg_dump says of the first tenant's schema, without rows, owners and grants.

    Args:
        shadow: where it is.
        section: `pre-data` for what rows need, `post-data` for what is made after them.

    Raises:
        BackupFailed: there is no pg_dump that is new enough.
        ConnectionFailed: it failed.
        Interrupted: somebody asked to stop; Ctrl-C ends pg_dump as well.
    """
    program = find_program("pg_dump", shadow.server)
    # In quotes, a pattern is a name as it is.
    name = shadow.one.schema.replace('"', '""')
    arguments = [*_DUMP, f"--section={section}", f'--schema="{name}"']
    try:
        with running(program, arguments, libpq_environment(shadow.url)) as dump:
            return b"".join(iter(lambda: dump.read(1 << 20), b"")).decode()
    except ProgramFailed as error:
        _refuse_stop(shadow.stop)
        raise ConnectionFailed(f"pg_dump failed: {error}", state="nothing was written") from error


_DUMP: Final = (
    "--schema-only",
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-tablespaces",
    "--no-password",
    "--encoding=UTF8",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a script that was run for a third tenant, and rolled back."""

    fingerprint: Fingerprint
    grants: Grants
    differences: tuple[Difference, ...]
    """From a replayed tenant, the order of columns left out."""
    reordered: tuple[Difference, ...]
    """Tables with their columns in another order."""
    rows: tuple[str, ...]
    """In what its rows differ from a replayed tenant's, in words."""


def tried(shadow: Shadow, script: Script) -> Made:
    """Makes a third tenant from a script, looks at it, and rolls it back.

    Raises:
        Refused: the script does not run, or provision.sql makes objects of its own.
    """
    _refuse_stop(shadow.stop)
    opened, tenant, files = shadow.session, shadow.third, shadow.project.files
    rendered = files.templates.render(script, files.scope(tenant.schema, tenant))
    opened.run("BEGIN")
    try:
        provision(opened, files, tenant)
        _refuse_provisioned(opened, tenant)
        opened.set_local({"search_path": quoted(tenant.schema, *files.config.search_path)})
        run_as = next(track.run_as for track in files.config.tracks if track.name == shadow.track.name)
        if run_as is not None:
            opened.run(f"SET LOCAL ROLE {quoted(run_as)}")
        try:
            opened.run(rendered.text)
        except ServerRefused as error:
            place = rendered.place(error.said.offset) if error.said.offset is not None else None
            raise _does_not_run(error.said.message, script, place.excerpt if place is not None else None) from error
        opened.run("RESET ROLE")
        return _looked_at(shadow, opened, tenant)
    finally:
        opened.rollback()


def _looked_at(shadow: Shadow, opened: Session, tenant: Tenant) -> Made:
    found = differences(opened, shadow.one.schema, tenant.schema)
    found += outside_differences(opened, shadow.one.schema, tenant.schema)
    return Made(
        fingerprints(opened, [tenant.schema])[tenant.schema],
        read_grants(opened, tenant.schema),
        tuple(one for one in found if one.aspect is not Aspect.COLUMN_ORDER),
        tuple(one for one in found if one.aspect is Aspect.COLUMN_ORDER),
        differing_rows(read_contents(opened, tenant), shadow.contents),
    )


def _refuse_provisioned(opened: Session, tenant: Tenant) -> None:
    aspects = fingerprints(opened, [tenant.schema])[tenant.schema].aspects
    found = [
        aspect for aspect in (Aspect.COLUMNS, Aspect.SEQUENCES, Aspect.TYPES, Aspect.FUNCTIONS) if aspect in aspects
    ]
    if found:
        raise Refused(
            f"no snapshot can be made: provision.sql makes {found[0].said} in the tenant's schema itself",
            state="nothing was written",
            next="let provision.sql make the schema and its grants only, and move the rest into a migration",
        )


def _does_not_run(message: str, script: Script, excerpt: str | None) -> Refused:
    where = f" at: {excerpt.strip()}" if excerpt else ""
    return Refused(
        f"a tenant cannot be made from {script.path}: {message}{where}",
        state="nothing was written",
        next="report this with the statement; until then new tenants replay every file",
    )


def _replayed(shadow: Project, slug: str, values: Mapping[str, str], stop: Stop, observer: Observer) -> Tenant:
    with shadow.job(observer, stop) as job:
        files = Unseeded(job.files.config, job.files.tracks, job.files.templates)
        try:
            return create_tenant(
                job.session, files, job.context, slug, values, job.observer, making=Making.REPLAY
            ).tenant
        except (MigrationFailed, Interrupted) as error:
            _refuse_stop(stop)
            raise _failed(error.message.partition(": ")[2] or error.message, error.place) from error


def _platform(shadow: Project, stop: Stop, observer: Observer) -> None:
    if not shadow.files.shared_tracks:
        return
    result = shadow.apply(platform=True, observer=observer, stop=stop, command="snapshot")
    if result.exit_status == 0:
        return
    _refuse_stop(stop)
    failure = next((one.failure for one in result.results if one.failure is not None), None)
    said = failure.message if failure is not None else result.outcome.value
    raise _failed(said, failure.place if failure is not None else None)


def _failed(said: str, place: Place | None) -> MigrationFailed:
    return MigrationFailed(
        f"no snapshot was made, for a file fails in the shadow: {said}",
        place=place,
        state="nothing was written, and the shadow is dropped",
        next="correct the file; where the server lacks something, name another one with --shadow-url",
    )


def _configuration(config: Config, url: str) -> Config:
    """The project's configuration for a database that nobody will miss."""
    tenants = config.tenants
    if tenants is not None and tenants.list is not None:
        listed = [{"slug": slug, "schema": schema_for_slug(tenants.schema_template, slug)} for slug in SLUGS]
        tenants = replace(tenants, list=tuple(listed))
    apply = replace(config.apply, backup="none", restore_point=False, refuse_on="never", waves=())
    sources = {**config.sources}
    return replace(config, database_url=Secret(url), databases=(), tenants=tenants, apply=apply, sources=sources)


@contextmanager
def _server(config: Config, url: str | None) -> Iterator[str]:
    """The URL of a database on the server that shall have the shadow."""
    own = config.database_url.reveal() if config.database_url is not None else ""
    if url == "embedded" or (url is None and (own == "embedded" or _embedded_is_installed())):
        with _embedded_server(config) as found:
            yield found
    elif url is None:
        yield database_url(config)
    else:
        _refuse_unreachable(url)
        yield url


def _refuse_unreachable(url: str) -> None:
    try:
        connect(url).close()
    except ConnectionFailed as error:
        raise ConnectionFailed(
            f"no shadow database could be made: {error.message}",
            state=error.state,
            next="correct --shadow-url: the URL of a server that may have a shadow, or `embedded`",
        ) from error


def _embedded_is_installed() -> bool:
    try:
        embedded.installation()
    except UsageError:
        return False
    return True


@contextmanager
def _embedded_server(config: Config) -> Iterator[str]:
    """The project's embedded server; one that did not run before is stopped again, unless others use it by now."""
    data = embedded_data(config)
    data.parent.mkdir(parents=True, exist_ok=True)
    before = embedded.running(data)
    server = embedded.start(data)
    try:
        yield server.url
    finally:
        if before is None and _is_alone(server.url):
            embedded.stop(data)


def _is_alone(url: str) -> bool:
    with session(url) as opened:
        return not opened.value(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()"
        )


def _refuse_stop(stop: Stop) -> None:
    if stop.requested:
        raise Interrupted(
            "no snapshot was made: stopped on request",
            state="nothing was written, and the shadow is dropped",
            next="run `sqlmig snapshot` again",
        )
