"""What is remembered of tenants, for how long, and for how many."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sqlmig.tenancy.context import Tenant
from sqlmig.tenancy.lookup import Query, Remembered


def tenant(slug: str) -> Tenant:
    return Tenant(slug, f"tenant_{slug}", "1")


def test_a_tenant_is_remembered_until_its_time_is_over() -> None:
    now = [100.0]
    remembered = Remembered(30, lambda: now[0])
    remembered.keep("acme", tenant("acme"), 0)
    now[0] = 129.9
    assert remembered.get("acme") == tenant("acme")
    now[0] = 130.0
    assert remembered.get("acme") is None


def test_zero_seconds_remember_nobody() -> None:
    remembered = Remembered(0, lambda: 1.0)
    remembered.keep("acme", tenant("acme"), 0)
    assert remembered.get("acme") is None


def test_one_tenant_is_forgotten_or_all() -> None:
    remembered = Remembered(30)
    for slug in ("a", "b", "c"):
        remembered.keep(slug, tenant(slug), 0)
    remembered.forget("a")
    assert [remembered.get(slug) is None for slug in ("a", "b", "c")] == [True, False, False]
    remembered.forget()
    assert remembered.get("b") is None


def test_an_answer_from_before_somebody_said_forget_is_not_kept() -> None:
    remembered = Remembered(30)
    before = remembered.forgotten
    remembered.forget("acme")
    remembered.keep("acme", tenant("acme"), before)
    assert remembered.get("acme") is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("SELECT %(slug)s", "SELECT 'o''dd %(slug)s %%'"),
        (" a = %(slug)s OR b = %(slug)s;\n", "a = 'o''dd %(slug)s %%' OR b = 'o''dd %(slug)s %%'"),
        ("%(slug)s LIKE 'x%%{}' -- %%", "'o''dd %(slug)s %%' LIKE 'x%{}' -- %"),
    ],
    ids=["once", "twice", "percent signs and braces"],
)
def test_a_slug_stands_in_the_query_as_a_literal(text: str, asked: str) -> None:
    assert Query.of(text).asking("o'dd %(slug)s %%").as_string() == asked


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    remembered = Remembered(30)
    for number in range(10_001):
        remembered.keep(str(number), tenant(str(number)), 0)
    assert remembered.get("0") is None
    assert remembered.get("1") == tenant("1")


def test_an_application_loads_nothing_of_sqlmig_but_this_package() -> None:
    code = (
        "import sys; from sqlmig.tenancy import TenantPool, AsyncTenantPool, ContextLost;"
        "print(*sorted(n for n in sys.modules if n.startswith(('sqlmig', 'sqlglot', 'jinja2', 'click', 'yaml'))))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    own = {"asyncpool", "context", "failures", "loan", "lookup", "pool"}
    assert set(loaded) == {"sqlmig", "sqlmig.errors", "sqlmig.tenancy", *(f"sqlmig.tenancy.{name}" for name in own)}


def test_without_the_extra_an_import_says_what_to_install() -> None:
    code = "import sys; sys.modules['psycopg_pool'] = None\nfrom sqlmig.tenancy import TenantPool"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr
    assert said.endswith("ImportError: sqlmig.tenancy needs psycopg_pool: pip install 'sqlmig[tenancy]'\n")
