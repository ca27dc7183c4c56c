"""The commands of psql, which no server understands."""

from dataclasses import dataclass

from sqlmig.sql.tokens import Kind, SqlTextError, Tokens, tokenize


@dataclass(frozen=True, slots=True)
class PsqlCommand:
    r"""A command of psql, such as \copy, and the offset of its backslash."""

    word: str
    offset: int


def psql_command(text: str) -> PsqlCommand | None:
    r"""The first backslash command in a text: outside of quotes and comments a backslash is never SQL.

    It looks also in a text that cannot be cut to its end, because what follows such a command (the data of COPY, the
    arguments of \set) is often why.
    """
    if "\\" not in text:
        return None  # as nearly every file: the text is not cut a second time
    tokens = _readable(text).tokens
    for token, behind in zip(tokens, (*tokens[1:], None), strict=False):
        if token.kind is Kind.SYMBOL and token.text == "\\":
            name = behind.text if behind is not None and behind.start == token.end else ""
            return PsqlCommand("\\" + name, token.start)
    return None


def _readable(text: str) -> Tokens:
    try:
        return tokenize(text)
    except SqlTextError as error:
        return tokenize(text[: error.offset])
