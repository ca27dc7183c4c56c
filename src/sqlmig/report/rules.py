"""The rules of the linter as a table, and as pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.lint.rule import Rule
from sqlmig.lint.values import Pack
from sqlmig.report.table import PLAIN, Cell, Style, Tone, table

FORMAT = "sqlmig.rules/1"

_PACKS = {
    Pack.CORE: "always on",
    Pack.STRICT: "on with `lint: {packs: [strict]}`",
    Pack.STYLE: "on with `lint: {packs: [style]}`",
    Pack.TIMESCALE: "on where TimescaleDB is used",
    Pack.PGVECTOR: "on where pgvector is used",
}


def rules_text(rules: Sequence[Rule], *, style: Style = PLAIN) -> str:
    """One line a rule: its name, its pack, how bad it is, what it flags."""
    rows = [[Cell(r.name, Tone.HEAD), Cell(r.pack.value), Cell(r.severity.value), Cell(r.text.flags)] for r in rules]
    return table(["rule", "pack", "severity", "flags"], rows, style)


def rules_json(rules: Sequence[Rule]) -> dict[str, object]:
    """The same for programs, whole."""
    return {"format": FORMAT, "rules": [_rule_json(rule) for rule in rules]}


def rule_page(rule: Rule, *, bad: str, found: str, good: str) -> str:
    """The page of one rule, in Markdown.

    Args:
        rule: the rule.
        bad: SQL that it flags.
        found: what it says of that SQL.
        good: the nearest SQL that it does not flag.
    """
    text = rule.text
    parts = [f"# {rule.name}", text.flags, f"*{rule.severity.value.capitalize()}; {_PACKS[rule.pack]}.*"]
    said = (("Effect", text.effect), ("Instead", text.instead), ("Unless", text.unless), ("Since", text.since))
    parts += [f"**{name}:** {words}" for name, words in said if words]
    parts += ["## Flagged", _fenced(bad, "sql"), _fenced(found, "text")]
    parts += ["## Not flagged", _fenced(good, "sql")]
    parts += [f"To accept it for one statement: `-- sqlmig: allow {rule.name}: <the reason>` above the statement."]
    return "\n\n".join(parts) + "\n"


def index_page(rules: Iterable[Rule]) -> str:
    """The list of all rules, in Markdown, by pack."""
    rules = list(rules)
    parts = [
        "# The rules of `sqlmig lint`",
        "Made from the rules' own texts by `make docs`. `sqlmig lint --explain RULE` shows a rule's page.",
    ]
    for pack in Pack:
        members = sorted((rule for rule in rules if rule.pack is pack), key=lambda rule: rule.name)
        if members:
            lines = [f"| [{r.name}]({r.stem}.md) | {r.severity.value} | {_cell(r.text.flags)} |" for r in members]
            head = f"## {pack.value.capitalize()}: {_PACKS[pack]}"
            parts += [head, "\n".join(["| rule | severity | flags |", "|---|---|---|", *lines])]
    return "\n\n".join(parts) + "\n"


def _rule_json(rule: Rule) -> dict[str, object]:
    text = rule.text
    return {
        "name": rule.name,
        "pack": rule.pack.value,
        "severity": rule.severity.value,
        "flags": text.flags,
        "effect": text.effect,
        "instead": text.instead,
        "unless": text.unless,
        "since": text.since,
    }


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
