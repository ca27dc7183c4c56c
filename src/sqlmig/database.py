"""Which database a configuration means; the project's embedded server is started when that is the one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from sqlmig import embedded
from sqlmig.db.session import ensure_database, session
from sqlmig.errors import ConfigError, UsageError
from sqlmig.project.config.origin import Unset
from sqlmig.project.config.values import Config
from sqlmig.project.nearest import did_you_mean


def database_url(config: Config) -> str:
    """What to connect with; starts the embedded server when the configuration asks for it.

    Raises:
        UsageError: the configuration lists several databases, or the embedded server is not installed.
        ConnectionFailed: it does not start.
    """
    if config.databases:
        names = ", ".join(one.name for one in config.databases)
        raise UsageError(
            f"this project has several databases, and this works on one: {names}",
            state="nothing was changed",
            next="say which with --database NAME; in Python, with Project.on(NAME)",
        )
    if config.database_url is None:
        return ""
    value = config.database_url.reveal()
    return embedded_url(config) if value == "embedded" else value


def on_database(config: Config, name: str) -> Config:
    """The configuration for one of its databases: with that URL, as if there were no others.

    Raises:
        UsageError: there is no database of that name.
        ConfigError: its URL needs process variables that are not set.
    """
    chosen = next((one for one in config.databases if one.name == name), None)
    if chosen is None:
        raise UsageError(f"there is no database '{name}'; {did_you_mean(name, [d.name for d in config.databases])}")
    if isinstance(chosen.database_url, Unset):
        raise ConfigError(
            [replace(one, message=f"database {name}: {one.message}") for one in chosen.database_url.problems]
        )
    sources = {**config.sources, "database_url": config.sources[f"databases.{name}.database_url"]}
    return replace(config, database_url=chosen.database_url, databases=(), sources=sources)


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
