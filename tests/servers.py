"""Where the tests get their PostgreSQL from, and what they do with it. Real servers only.

| environment variable | server |
|---|---|
| (none) | the embedded PostgreSQL, started for the session |
| SQLMIG_TEST_POSTGRES_BIN=/folder/of/programs | that installation's `initdb` and `postgres`, started for the session |
| SQLMIG_TEST_POSTGRES=docker | a container, image SQLMIG_TEST_POSTGRES_IMAGE (default postgres:15) |
| SQLMIG_TEST_DATABASE_URL=postgresql://... | a server that is there; its role must be allowed to create databases |

The processes of one pytest session share one server: the first that needs it starts it, the controller stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import psycopg
from psycopg import sql

from sqlmig import embedded
from sqlmig.embedded_owner import system_user

SESSION_FOLDER = "SQLMIG_TEST_SESSION"
"""Names, in the environment of all processes of a session, the folder that they share."""


@dataclass(frozen=True, slots=True)
class Server:
    """The server of this session."""

    url: str
    """Maintenance database."""
    version: int
    """The major version."""
    superuser: bool
    data: Path | None
    """The data folder, when the session started the server itself."""
    container: str | None = None

    def database_url(self, name: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{quote(name, safe='')}").geturl()


# --- one server a session ---


def open_session() -> None:
    """Called once a session, by the controller: give its processes a folder to share."""
    _remove_abandoned_sessions()
    os.environ[SESSION_FOLDER] = tempfile.mkdtemp(prefix=f"sqlmig-tests-{os.getpid()}-", dir=_fastest_folder())


def close_session() -> None:
    """Called once a session, by the controller, when all others are done."""
    _close(Path(os.environ.pop(SESSION_FOLDER)))


def session_server() -> Server:
    """The session's server, started now if this process is the first to need it."""
    folder = Path(os.environ[SESSION_FOLDER])
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = folder / "server.json"
        if not state.exists():
            state.write_text(json.dumps(asdict(_start(folder / "data")), default=str))
        values = json.loads(state.read_text())
    return Server(**{**values, "data": Path(values["data"]) if values["data"] else None})


def _start(data: Path) -> Server:
    if url := os.environ.get("SQLMIG_TEST_DATABASE_URL"):
        return _describe(url)
    if os.environ.get("SQLMIG_TEST_POSTGRES") == "docker":
        return _start_container(os.environ.get("SQLMIG_TEST_POSTGRES_IMAGE", "postgres:15"))
    programs = os.environ.get("SQLMIG_TEST_POSTGRES_BIN")
    source = embedded.installation_in(Path(programs)) if programs else embedded.installation()
    return _describe(embedded.start_from(source, data, settings=embedded.THROW_AWAY).url, data=data)


def _start_container(image: str) -> Server:
    from testcontainers.core.config import testcontainers_config
    from testcontainers.core.container import DockerContainer

    # The watchdog container would end the server with the worker that started it, while the others still use it.
    testcontainers_config.ryuk_disabled = True
    container = DockerContainer(image).with_env("POSTGRES_PASSWORD", "throw-away").with_exposed_ports(5432).start()
    try:
        host, port = container.get_container_host_ip(), container.get_exposed_port(5432)
        url = f"postgresql://postgres:throw-away@{host}:{port}/postgres"
        _wait_for(url, seconds=60)
        return _describe(url, container=container.get_wrapped_container().id)
    except BaseException:
        container.stop()
        raise


def _wait_for(url: str, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _describe(url: str, *, data: Path | None = None, container: str | None = None) -> Server:
    with psycopg.connect(url) as connection:
        superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert superuser is not None
        return Server(url, connection.info.server_version // 10000, superuser[0], data, container)


def _close(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        container = json.loads((folder / "server.json").read_text())["container"]
        if container:
            import docker

            with contextlib.closing(docker.from_env()) as client:
                client.containers.get(container).remove(force=True, v=True)
    embedded.stop(folder / "data")
    shutil.rmtree(folder)


def _fastest_folder() -> Path:
    """Memory, where there is plenty: a database takes 10 ms there, and up to 250 ms on the disk of a busy machine."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return memory if roomy else Path(tempfile.gettempdir())


def _remove_abandoned_sessions() -> None:
    """Stop what sessions left behind that were killed."""
    for folder in _fastest_folder().glob("sqlmig-tests-*-*"):
        pid = re.match(r"sqlmig-tests-(\d+)-", folder.name)
        if pid and folder.stat().st_uid == os.geteuid() and not _is_alive(int(pid[1])):
            _close(folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# --- databases and roles ---


@dataclass(slots=True)
class Database:
    """A database made for one test, and the roles made with it."""

    server: Server
    name: str
    roles: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.database_url(self.name)


@dataclass(frozen=True, slots=True)
class Role:
    """A login role; unpacks to name, password, url."""

    name: str
    password: str
    url: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.name, self.password, self.url))


@contextlib.contextmanager
def fresh_database(server: Server) -> Iterator[Database]:
    """An empty database, the same whatever the server's own defaults are; dropped with its roles afterwards."""
    database = Database(server, f"test_{secrets.token_hex(6)}")
    # Copying the template's files takes half the time of logging them, which is the default since 15.
    strategy = "STRATEGY file_copy" if server.version >= 15 else ""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' " + strategy).format(
                sql.Identifier(database.name)
            )
        )
    try:
        yield database
    finally:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))
            for role in map(sql.Identifier, database.roles):
                connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
                connection.execute(sql.SQL("DROP ROLE {}").format(role))


def create_role(database: Database, options: str = "") -> Role:
    """A role that may log in, with `options` as CREATE ROLE takes them; it goes when the database goes."""
    name, password = f"role_{secrets.token_hex(6)}", secrets.token_urlsafe(12)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} " + options).format(sql.Identifier(name), sql.Literal(password))
        )
        database.roles.append(name)
        if not database.server.superuser:
            # What a superuser may do anyway: make things that belong to the role, and drop them.
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
    return Role(name, password, with_login(database.url, name, password))


def with_login(url: str, user: str, password: str) -> str:
    """The same URL for another user."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{host}").geturl()


# --- PgBouncer ---


@contextlib.contextmanager
def pgbouncer_in_front_of(database: Database, program: str) -> Iterator[str]:
    """PgBouncer in transaction mode; yields the URL of the database through it."""
    # PgBouncer does not run as root either, and must be allowed into the folder of the server's socket.
    user = system_user()
    folder = Path(tempfile.mkdtemp(prefix="sqlmig-pgbouncer-"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    (folder / "pgbouncer.ini").write_text(_pgbouncer_settings(database.url, folder))
    root = os.geteuid() == 0
    process = subprocess.Popen(
        [program, "--quiet", str(folder / "pgbouncer.ini")],
        user=user.pw_uid if root else None,
        group=user.pw_gid if root else None,
        extra_groups=[] if root else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 10
        while not (folder / ".s.PGSQL.6432").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"PgBouncer did not start: {process.communicate()[1]}")
            time.sleep(0.01)
        yield f"postgresql://anyone@/{database.name}?{urlencode({'host': str(folder), 'port': 6432})}"
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(folder)


def pgbouncer_version() -> tuple[int, ...]:
    """The version of the PgBouncer that the tests use."""
    program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin") or "pgbouncer"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, told.split()[1].split(".")))


def _pgbouncer_settings(url: str, folder: Path) -> str:
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    target = {
        "host": parts.hostname or options.get("host"),
        "port": parts.port or options.get("port"),
        "dbname": unquote(parts.path[1:]),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
    destination = " ".join(f"{name}='{value}'" for name, value in target.items() if value)
    return f"""
[databases]
{target["dbname"]} = {destination}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits
"""
