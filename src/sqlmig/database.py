"""Which database a configuration means; the project's embedded server is started when that is the one."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmig import embedded
from sqlmig.db.session import ensure_database, session
from sqlmig.project.config.values import Config


def database_url(config: Config) -> str:
    """What to connect with; starts the embedded server when the configuration asks for it.

    Raises:
        UsageError: the embedded server is not installed.
        ConnectionFailed: it does not start.
    """
    if config.database_url is None:
        return ""
    value = config.database_url.reveal()
    return embedded_url(config) if value == "embedded" else value


def embedded_url(config: Config) -> str:
    """The URL of the project's database on its embedded server, which is started when it does not run."""
    data = embedded_data(config)
    data.parent.mkdir(parents=True, exist_ok=True)
    server = embedded.start(data)
    name = embedded_database(config)
    with session(server.url) as opened:
        ensure_database(opened, name)
    return embedded.database_url(server, name)


def embedded_data(config: Config) -> Path:
    """The folder of the project's embedded server."""
    return config.root / ".sqlmig" / "postgres-18"


def embedded_database(config: Config) -> str:
    """The name of the project's database on its embedded server."""
    name = re.sub(r"[^a-z0-9]+", "_", config.root.resolve().name.lower()).strip("_")
    return name[:50] or "project"
