"""A plan as a page: complete, and safe to open whatever schemas and files are called."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import samples
from sqlmig.errors import Place
from sqlmig.plan.values import Note, Reason, Refusal
from sqlmig.report.plan_html import plan_html

ACME, GLOBEX = samples.tenant("acme"), samples.tenant("globex")


class Reader(HTMLParser):
    """Which elements a page has, and whether each is closed that was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_shows_each_group_with_its_sql_once() -> None:
    plan = samples.plan(
        samples.planned(ACME, samples.step(ACME, 2, "add_note")),
        samples.planned(GLOBEX, samples.step(GLOBEX, 2, "add_note")),
    )
    page = plan_html(plan)
    assert Reader(page).open == []
    assert page.count("<details>") == 1
    assert "2 steps in 2 targets." in page
    assert "2 tenants (track tenant): tenant_acme, tenant_globex" in page
    assert "as tenant_acme gets it" in page
    assert "0002_add_note" in page


def test_names_from_the_registry_are_text_and_never_markup() -> None:
    evil = replace(ACME, schema="<script>alert('x')</script>")
    refusal = Refusal(
        Reason.SYNTAX, "<b>message</b>", "<i>next</i>", evil, Place("<img>.sql", 1, 2, "SELECT '<script>';")
    )
    plan = samples.plan(
        samples.planned(evil, samples.step(evil, 1, "a")), refusals=[refusal], notes=[Note("<u>note</u>", evil)]
    )
    seen = Reader(plan_html(plan)).seen
    assert not {"script", "img", "i", "u"} & set(seen)
    assert "&lt;b&gt;message&lt;/b&gt;" in plan_html(plan)


def test_a_page_loads_nothing_from_elsewhere() -> None:
    page = plan_html(samples.plan(samples.planned(ACME, samples.step(ACME, 1, "a"))))
    assert "http" not in page
    assert "src=" not in page
