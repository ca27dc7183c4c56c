from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.project import Clean, clean_run, pending, write
from faults.runs import Place
from faults.strikes import kill_server, own_server, start_again
from servers import Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def clean(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clean]:
    """A clean run on the session's server, and the database to begin with."""
    with clean_run(server, tmp_path_factory.mktemp("clean")) as made:
        yield made


@pytest.fixture
def place(server: Server, clean: Clean, tmp_path: Path) -> Iterator[Place]:
    """A database with everything pending, on a server that stays up."""
    write(tmp_path)
    with pending(server, clean) as database:
        yield Place(tmp_path, database, clean, lambda: pytest.fail("this server is not to be killed"))


@pytest.fixture(scope="module")
def mortal_server() -> Iterator[Server]:
    """A server of the module's own, which may be killed."""
    with own_server() as server:
        yield server


@pytest.fixture(scope="module")
def mortal_clean(mortal_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clean]:
    """As `clean`, on the server that may be killed."""
    with clean_run(mortal_server, tmp_path_factory.mktemp("clean")) as made:
        yield made


@pytest.fixture
def mortal_place(mortal_server: Server, mortal_clean: Clean, tmp_path: Path) -> Iterator[Place]:
    """As `place`, on the server that may be killed."""
    data = mortal_server.data
    assert data is not None

    def restart() -> None:
        kill_server(data)
        start_again(data)

    write(tmp_path)
    with pending(mortal_server, mortal_clean) as database:
        yield Place(tmp_path, database, mortal_clean, restart)
