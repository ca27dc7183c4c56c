"""A plan as one HTML page: to be attached to a change, read in a browser, and kept. It loads nothing from elsewhere."""

from __future__ import annotations

from html import escape

from sqlmig.plan.values import Plan, Step
from sqlmig.report.plan import Group, groups, how, notes_of, summary
from sqlmig.report.refusals import Grouped, grouped
from sqlmig.report.words import some

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #1a1a1a; }
h2 { font-size: 1.1em; margin: 1.6em 0 .4em; }
pre { background: #f5f5f5; padding: .8em; overflow-x: auto; }
summary { cursor: pointer; }
.how { color: #666; }
.refused { border-left: 3px solid #b00020; padding-left: .8em; }
"""


def plan_html(plan: Plan) -> str:
    """The steps of each group of targets with the SQL that its first target gets, the refusals, the notes, the sum."""
    parts = [f"<p>{escape(summary(plan))}</p>", *map(_group, groups(plan))]
    if plan.refusals:
        parts.append("<h2>Refused</h2>\n" + "\n".join(map(_refusal, grouped(plan.refusals))))
    if notes := notes_of(plan.notes):
        parts.append("<h2>Notes</h2>\n<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>")
    body = "\n".join(parts)
    head = f'<meta charset="utf-8">\n<title>Migration plan</title>\n<style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n{head}\n<h1>Migration plan</h1>\n{body}\n</html>\n'


def _group(group: Group) -> str:
    shown = f'\n<p class="how">as {escape(group.schemas[0])} gets it</p>' if len(group.targets) > 1 else ""
    return f"<h2>{escape(group.heading)}</h2>{shown}\n" + "\n".join(map(_step, group.steps))


def _step(step: Step) -> str:
    title = f'{step.direction.value} <b>{escape(step.label)}</b> <span class="how">{escape(how(step))}</span>'
    verify = f"\n<p>verified by</p>\n<pre>{escape(step.verify.text)}</pre>" if step.verify is not None else ""
    return f"<details><summary>{title}</summary>\n<pre>{escape(step.sql.text)}</pre>{verify}</details>"


def _refusal(group: Grouped) -> str:
    first = group.first
    place = f"<code>{escape(str(first.place))}</code>: " if first.place is not None else ""
    where = f" (in {escape(some(group.schemas))})" if group.schemas else ""
    excerpt = f"\n<pre>{escape(first.place.caret())}</pre>" if first.place is not None and first.place.excerpt else ""
    said = f"<p>{place}{escape(first.message)}{where}</p>{excerpt}<p>next: {escape(first.next)}</p>"
    return f'<div class="refused">{said}</div>'
