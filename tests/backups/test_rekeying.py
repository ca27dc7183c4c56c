"""One schema's name in place of another's, and of nothing that only looks like it."""

from __future__ import annotations

import pytest

from sqlmig.tenants.rekeying import renamed_in


@pytest.mark.parametrize(
    ("text", "former", "name", "expected"),
    [
        ("SELECT acme.f(acme_2.g, b_acme.h)", "acme", "globex", "SELECT globex.f(acme_2.g, b_acme.h)"),
        (" SET search_path TO 'acme', 'pg_temp'", "acme", "globex", " SET search_path TO 'globex', 'pg_temp'"),
        ("nextval('acme.s'::regclass)", "acme", "globex", "nextval('globex.s'::regclass)"),
        ("SELECT acme.f()", "acme", "Odd name", 'SELECT "Odd name".f()'),
        ("SELECT \"Odd name\".f(), 'Odd name'", "Odd name", "acme", "SELECT acme.f(), 'acme'"),
        ("SELECT acme.f(), 'acme'", "acme", "acme-test", "SELECT \"acme-test\".f(), 'acme-test'"),
        ('SELECT "acme-test".f(), acme.g()', "acme", "acme-test", 'SELECT "acme-test".f(), "acme-test".g()'),
        ("SELECT acme_2.f(), acme.g()", "acme", "acme_2", "SELECT acme_2.f(), acme_2.g()"),
        ("SELECT acme.f()", "acme", "it's", 'SELECT "it\'s".f()'),
    ],
)
def test_renaming(text: str, former: str, name: str, expected: str) -> None:
    assert renamed_in(text, former, name) == expected
