"""The lock table that ships, measured again on the server that the tests run on: one test a form."""

from collections.abc import Iterator

import pytest

import servers
from db.lock_forms import Form, all_forms, measure
from servers import Server
from sqlmig.sql.locktable import forms, measured

FORMS = all_forms()


@pytest.fixture(scope="module")
def forms_url(server: Server) -> Iterator[str]:
    """One database for all forms: each takes its tables away again."""
    with servers.fresh_database(server) as database:
        yield database.url


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_server_does_what_the_table_says(form: Form, server: Server, forms_url: str) -> None:
    if form.superuser and not server.superuser:
        pytest.skip("only a superuser can measure this")
    assert measure(forms_url, form) == measured(form.name, server.version)


def test_the_table_has_each_form_that_is_measured_and_no_other():
    assert forms() == tuple(form.name for form in FORMS)
