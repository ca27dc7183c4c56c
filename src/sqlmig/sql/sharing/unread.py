"""Which schemas are named where nobody can tell what for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from sqlmig.sql.identifiers import fold, quote_ident, string_value
from sqlmig.sql.schema.state import TEMPORARY
from sqlmig.sql.tokens import Kind, SqlTextError, Token, tokenize


def unread(tokens: Sequence[Token], home: str, shared: Collection[str]) -> Iterator[str]:
    """What may be shared in a statement that is not understood: the other schemas that it names, also in its strings.

    Args:
        tokens: the statement's.
        home: the tenant's schema.
        shared: schemas that are known to be shared. Without them every word in front of a dot may be one, an alias too.
    """
    others = set(_schemas(tokens, shared)) - {home, "pg_catalog", "information_schema", TEMPORARY}
    yield from map(_in_words, sorted(others & set(shared) if shared else others))


def unread_text(text: str, home: str, shared: Collection[str]) -> Iterator[str]:
    """The same of a text that may not even consist of tokens."""
    try:
        tokens = tokenize(text).tokens
    except SqlTextError:
        yield from map(_in_words, sorted((set(re.findall(r"\w+", text)) & set(shared)) - {home}))
    else:
        yield from unread(tokens, home, shared)


def _in_words(schema: str) -> str:
    return f"something in {quote_ident(schema)}, in a statement that could not be read"


def _schemas(tokens: Sequence[Token], shared: Collection[str]) -> Iterator[str]:
    words = [fold(token) if token.kind in (Kind.WORD, Kind.IDENTIFIER) else "" for token in tokens]
    # A string may be the first half of a name, so that nothing follows the dot.
    yield from (word for word, behind in zip(words, tokens[1:], strict=False) if word and behind.text == ".")
    yield from (word for before, word in pairwise(words) if before == "schema" and word)
    yield from (word for word in words if word in shared)
    for token in tokens:
        value = string_value(token) if token.kind is Kind.STRING else ""
        # What a string holds is shorter than the string, so this ends.
        if value and len(value) < len(token.text):
            try:
                inner = tokenize(value).tokens
            except SqlTextError:
                continue
            yield from _schemas(inner, shared)
