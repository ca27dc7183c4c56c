"""From pg_dump's text of one schema to a template that makes the same objects in any schema. Pure.

What PostgreSQL resolves when a statement runs loses its qualifier: the search path does the rest. What it resolves
later, in a function's body or a text, keeps it, as a placeholder. Names are found by tokens, never by patterns over a
text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmig.sql.statements import Statement, split
from sqlmig.sql.tokens import Kind, SqlTextError, Token, tokenize

IDENT: Final = "{{ schema | ident }}"
LITERAL: Final = "{{ schema | literal }}"


def template_statements(dump: str, schema: str) -> tuple[str, ...]:
    """The statements of a dump as templates, without those that set the session up and make the schema.

    Args:
        dump: what pg_dump wrote, of one section or all.
        schema: the name that becomes `{{ schema }}`.

    Raises:
        SqlTextError: the dump cannot be cut into statements.
    """
    statements = split(_without_psql(dump))
    return tuple(template_of(one.text, schema) for one in statements if not _sets_up(one, schema))


def template_of(statement: str, schema: str) -> str:
    """One statement as a template."""
    return _written(statement, _in_statement(tokenize(statement).tokens, schema))


def literal_template(value: str) -> str:
    """A value as a literal of a template."""
    return escaped(_quoted(value))


def escaped(text: str) -> str:
    """A text as a template gives it back, whatever it holds."""
    # A brace at the end might meet the first one of a placeholder.
    return re.sub(r"\{(?=[{%#]|\Z)", "{{ '{' }}", text)


@dataclass(frozen=True, slots=True)
class _Change:
    start: int
    end: int
    template: str


def _without_psql(dump: str) -> str:
    r"""A dump without its first and last line for psql, \restrict and \unrestrict."""
    lines = dump.split("\n")
    first = next((n for n, line in enumerate(lines) if line and not line.startswith("--")), 0)
    last = next((n for n in range(len(lines) - 1, -1, -1) if lines[n] and not lines[n].startswith("--")), -1)
    if lines[first].startswith("\\restrict "):
        lines[first] = ""
    if lines[last].startswith("\\unrestrict "):
        lines[last] = ""
    return "\n".join(lines)


def _sets_up(statement: Statement, schema: str) -> bool:
    words = [_name(token) for token in statement.tokens[:5]]
    if words[0] == "set" or words[:2] == ["create", "schema"]:
        return True
    return words[:4] == ["select", "pg_catalog", "", "set_config"] or words == [
        "alter",
        "schema",
        schema,
        "owner",
        "to",
    ]


def _in_statement(tokens: Sequence[Token], schema: str) -> Iterator[_Change]:
    for at, token in enumerate(tokens):
        if _is_schema(token, schema) and not _qualified(tokens, at):
            if _dot_behind(tokens, at):
                yield _Change(token.start, tokens[at + 1].end, "")
            else:
                yield _Change(token.start, token.end, IDENT)
        elif token.kind is Kind.STRING:
            yield from _in_string(token, schema, resolved=_casts_to_object(tokens, at))


def _in_string(token: Token, schema: str, *, resolved: bool) -> Iterator[_Change]:
    """What to change in a literal.

    Args:
        token: the literal.
        schema: the schema's name.
        resolved: whether the text is a name that is looked up when the statement runs.
    """
    if token.text.startswith("$"):
        tag = token.text[: token.text.index("$", 1) + 1]
        body = token.text[len(tag) : -len(tag)]
        offset = token.start + len(tag)
        yield from (_Change(c.start + offset, c.end + offset, c.template) for c in _in_body(body, schema))
        return
    value = token.text[1:-1].replace("''", "'")
    found = list(_mentions(value, schema))
    if not token.text.startswith("'") or not found:
        # E'' and U&'' have escapes of their own: whoever reads the body sees the name as it is.
        yield from (_Change(token.start + a, token.start + b, "{{ schema }}") for a, b in _mentions(token.text, schema))
    elif value == schema:
        yield _Change(token.start, token.end, LITERAL)
    elif resolved and len(found) == 1 and found[0][0] <= 1 and value[found[0][1] :].lstrip('"').startswith("."):
        rest = value[found[0][1] :].lstrip('"')[1:]
        yield _Change(token.start, token.end, literal_template(rest))
    else:
        yield _Change(token.start, token.end, "{{ (" + " ~ ".join(_pieces(value, found)) + ") | literal }}")


def _in_body(body: str, schema: str) -> Iterator[_Change]:
    """What to change in a function's body: names stay qualified, for nobody knows the search path that it runs with."""
    try:
        tokens = tokenize(body).tokens
    except SqlTextError:
        # A body of another language.
        yield from (_Change(start, end, "{{ schema }}") for start, end in _mentions(body, schema))
        return
    for token in tokens:
        if _is_schema(token, schema):
            yield _Change(token.start, token.end, IDENT)
        elif token.kind is Kind.STRING:
            yield from _in_string(token, schema, resolved=False)


def _pieces(value: str, mentions: Iterable[tuple[int, int]]) -> Iterator[str]:
    """A text that names the schema as parts of a Jinja expression."""
    at = 0
    for start, end in mentions:
        if value[at:start]:
            yield _jinja_text(value[at:start])
        # With a dot behind it the name is SQL, and has to be quoted where it needs it.
        yield "(schema | ident)" if value[end : end + 1] == "." else "schema"
        at = end
    if value[at:]:
        yield _jinja_text(value[at:])


def _jinja_text(text: str) -> str:
    # Braces inside of a Jinja string would end the expression that it stands in.
    return json.dumps(text, ensure_ascii=False).replace("{", "\\u007b").replace("}", "\\u007d").replace("%", "\\u0025")


def _mentions(text: str, schema: str) -> Iterator[tuple[int, int]]:
    """Where a text has the schema's name as a word of its own."""
    return (match.span() for match in re.finditer(rf"(?<![\w$]){re.escape(schema)}(?![\w$])", text))


def _casts_to_object(tokens: Sequence[Token], at: int) -> bool:
    """Whether a literal is cast to what names an object: `'deals_id_seq'::regclass`."""
    behind = [_name(token) or token.text for token in tokens[at + 1 : at + 5]]
    if behind[:1] != ["::"]:
        return False
    names = behind[1:2] if behind[1:3] != ["pg_catalog", "."] else behind[3:4]
    return bool(names) and names[0].startswith("reg")


def _is_schema(token: Token, schema: str) -> bool:
    return _name(token) == schema


def _name(token: Token) -> str:
    if token.kind is Kind.IDENTIFIER and token.text.startswith('"'):
        return token.text[1:-1].replace('""', '"')
    return token.word


def _qualified(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].text == "."


def _dot_behind(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].text == "."


def _written(text: str, changes: Iterable[_Change]) -> str:
    pieces: list[str] = []
    at = 0
    for change in changes:
        pieces += (escaped(text[at : change.start]), change.template)
        at = change.end
    return "".join((*pieces, escaped(text[at:])))


def _quoted(value: str) -> str:
    quoted = "'" + value.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted
