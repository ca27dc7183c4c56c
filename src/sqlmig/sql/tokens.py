"""The tokens of a text, cut exactly where PostgreSQL's own scanner cuts them.

Two readers share the work. PostgreSQL's scanner has states of its own for whatever is quoted: strings, quoted
identifiers, dollar quotes, comments. Those, and numbers and parameters, are found here, because sqlglot's tokenizer
cannot tell them apart in PostgreSQL's way: it takes `$1,$` for a dollar quote, a no-break space for white space,
`1..2` for `1.`, `.` and `2`, and an unclosed comment has no position. They are blanked out, offsets unchanged, and
sqlglot's PostgreSQL tokenizer gets what is left: words and punctuation. The tests hold the outcome against libpg_query.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Final, NamedTuple

from sqlglot.dialects.postgres import Postgres


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    """A keyword or an identifier without quotes."""
    IDENTIFIER = "identifier"
    """A quoted identifier: "a" or U&"a"."""
    STRING = "string"
    """'a', E'a', U&'a', N'a', B'0', X'0' or $$a$$. Strings that continue on the next line are a token each."""
    NUMBER = "number"
    PARAMETER = "parameter"
    """$1"""
    SYMBOL = "symbol"
    """An operator, punctuation, or a character that means nothing to PostgreSQL."""
    SEMICOLON = "semicolon"


class Token(NamedTuple):
    """One token; offsets count characters of the text, the end is exclusive.

    A tuple, because a frozen dataclass takes three times as long to make: a project has them by the hundred thousand.
    """

    kind: Kind
    text: str
    """The slice of the source, as it was written."""
    start: int
    end: int

    @property
    def word(self) -> str:
        """The word as PostgreSQL folds it (ASCII letters only); empty for any other kind of token."""
        return lower(self.text) if self.kind is Kind.WORD else ""


class Comment(NamedTuple):
    """One comment with its marks; nested comments are part of the outer one."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """All of a text: what is in neither of the two is white space."""

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]


class SqlTextError(ValueError):
    """The text cannot be cut into tokens; `offset` is where the part that is to blame starts."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def tokenize(text: str) -> Tokens:
    """Cut a text into tokens and comments. A byte order mark at its start counts as white space.

    Raises:
        SqlTextError: a string, quoted identifier, dollar quote or comment is not closed, or a character cannot be
            part of any text in PostgreSQL.
    """
    if impossible := _IMPOSSIBLE.search(text):
        raise SqlTextError(f"U+{ord(impossible[0]):04X} cannot be stored by PostgreSQL", impossible.start())
    quoted, comments = _quoted(text)
    rest = _words_and_symbols(text, _blanked(text, (*quoted, *comments)))
    return Tokens(tuple(sorted([*quoted, *rest], key=attrgetter("start"))), tuple(comments))


def lower(text: str) -> str:
    """Lower-case the ASCII letters only, as PostgreSQL does with the names of a UTF-8 database."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_BOM: Final = "\ufeff"
_IMPOSSIBLE: Final = re.compile("[\0\ud800-\udfff]")

# The names and the numbers follow PostgreSQL's scan.l. Any character outside ASCII may be part of an identifier. The
# classes say what is no part of one: as ranges up to U+10FFFF they would take 15 ms to compile at each start.
_LETTER: Final = r"[^\x00-@\[-^`{-\x7f]"
_LETTER_OR_DIGIT: Final = r"[^\x00-/:-@\[-^`{-\x7f]"
_INSIDE_A_WORD: Final = r"[^\x00-\x23%-/:-@\[-^`{-\x7f]"
_DIGITS: Final = r"[0-9](?:_?[0-9])*+"
_OPENING: Final = re.compile(
    rf"""
      (?P<line>--[^\n\r]*)
    | (?P<block>/\*)
    | (?P<quote>(?:[eEnNbBxX]|[uU]&)?')
    | (?P<name>(?:[uU]&)?")
    | {_LETTER}{_INSIDE_A_WORD}*+
    | (?P<number>
        0[xX](?:_?[0-9a-fA-F])++ | 0[oO](?:_?[0-7])++ | 0[bB](?:_?[01])++
        | (?:{_DIGITS}(?:\.(?!\.)(?:{_DIGITS})?)? | \.{_DIGITS}) (?:[eE][+-]?{_DIGITS})?
      )
    | \.\.
    | (?P<parameter>\$[0-9]++)
    | (?P<dollar>\$(?:{_LETTER}{_LETTER_OR_DIGIT}*+)?\$)
    """,
    re.VERBOSE,
)
_PLAIN_REST: Final = re.compile(r"(?:[^']++|'')*+'")
_ESCAPED_REST: Final = re.compile(r"(?:[^'\\]++|''|\\.)*+'", re.DOTALL)
_BITS_REST: Final = re.compile(r"[^']*+'")
_NAME_REST: Final = re.compile(r'(?:[^"]++|"")*+"')
_CONTINUATION: Final = re.compile(r"(?:[ \t\f\v]|--[^\n\r]*+)*+[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*+(?=')")
_BLOCK_MARK: Final = re.compile(r"/\*|\*/")


def _quoted(text: str) -> tuple[list[Token], list[Comment]]:
    """Everything that sqlglot must not see: what is quoted, numbers, parameters, comments."""
    tokens: list[Token] = []
    comments: list[Comment] = []
    continued_escapes = -1
    at = 1 if text.startswith(_BOM) else 0
    while opening := _OPENING.search(text, at):
        start, at = opening.span()
        match opening.lastgroup:
            case "line":
                comments.append(Comment(text[start:at], start, at))
            case "block":
                at = _end_of_block(text, start)
                comments.append(Comment(text[start:at], start, at))
            case "quote":
                escapes = opening[0] in ("E'", "e'") or start == continued_escapes
                at = _end_of_string(text, opening, escapes=escapes)
                # A string that goes on after a line end keeps the rules of the part that opened it.
                if escapes and (gap := _CONTINUATION.match(text, at)):
                    continued_escapes = gap.end()
                tokens.append(Token(Kind.STRING, text[start:at], start, at))
            case "name":
                at = _end(_NAME_REST.match(text, at), start, "quoted identifier", '"')
                tokens.append(Token(Kind.IDENTIFIER, text[start:at], start, at))
            case "dollar":
                at = _end_of_dollar_quote(text, opening)
                tokens.append(Token(Kind.STRING, text[start:at], start, at))
            case "number" | "parameter" as group:
                tokens.append(Token(Kind(group), text[start:at], start, at))
            case _:
                pass  # A word, or two dots: sqlglot's part, stepped over so that nothing inside it opens a quote.
    return tokens, comments


def _end_of_string(text: str, opening: re.Match[str], *, escapes: bool) -> int:
    plain = _BITS_REST if opening[0][0] in "bBxX" else _PLAIN_REST
    rest = _ESCAPED_REST if escapes else plain
    return _end(rest.match(text, opening.end()), opening.start(), "string", "'")


def _end_of_dollar_quote(text: str, opening: re.Match[str]) -> int:
    tag = opening[0]
    closing = text.find(tag, opening.end())
    if closing < 0:
        raise _not_closed("dollar-quoted string", tag, opening.start())
    return closing + len(tag)


def _end_of_block(text: str, start: int) -> int:
    depth = 0
    for mark in _BLOCK_MARK.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise _not_closed("comment", "*/", start)


def _end(closing: re.Match[str] | None, start: int, what: str, mark: str) -> int:
    if closing is None:
        raise _not_closed(what, mark, start)
    return closing.end()


def _not_closed(what: str, mark: str, start: int) -> SqlTextError:
    return SqlTextError(f"this {what} is not closed: its closing {mark} is missing", start)


class _Tokenizer(Postgres.Tokenizer):
    """sqlglot's PostgreSQL tokenizer without what it does to words: no keywords of several words, no raw commands."""

    KEYWORDS = {}  # noqa: RUF012  (sqlglot declares it so)
    COMMANDS = set()  # noqa: RUF012
    HEREDOC_STRINGS = []  # noqa: RUF012


def _blanked(text: str, parts: Iterable[Token | Comment]) -> str:
    """The text for sqlglot, offsets unchanged: without the parts, and with every other character made harmless."""
    pieces: list[str] = []
    at = 0
    for part in sorted(parts, key=attrgetter("start")):
        pieces += (text[at : part.start], " " * (part.end - part.start))
        at = part.end
    # sqlglot steps over spaces in one go, and stops at each line end to count lines, which nobody here asks for.
    left = "".join((*pieces, text[at:])).replace("\n", " ")
    if left.startswith(_BOM):
        left = " " + left[1:]
    return _STRANGE.sub(",", _FOREIGN.sub("_", left))


_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
# sqlglot takes some control characters for white space, others for letters, and `{#` for a comment of Jinja.
_STRANGE: Final = re.compile(r"[\x01-\x08\x0e-\x1f\x7f{]")


def _words_and_symbols(text: str, blanked: str) -> list[Token]:
    """Words as sqlglot finds them; symbols that touch each other are cut again by PostgreSQL's rules."""
    tokens: list[Token] = []
    symbols_from = symbols_to = 0
    # The tokenizer keeps the state of its text, and threads render side by side: one for each call.
    for found in _Tokenizer(dialect="postgres").tokenize(blanked):
        start, end = found.start, found.end + 1
        first = blanked[start]
        if first.isalpha() or first == "_":
            tokens.append(Token(Kind.WORD, text[start:end], start, end))
        elif start == symbols_to:
            symbols_to = end
        else:
            tokens += _symbols(text, symbols_from, symbols_to)
            symbols_from, symbols_to = start, end
    return tokens + _symbols(text, symbols_from, symbols_to)


def _symbols(text: str, start: int, end: int) -> list[Token]:
    if end - start == 1:  # as nearly all: nothing to cut
        return [Token(Kind.SEMICOLON if text[start] == ";" else Kind.SYMBOL, text[start], start, end)]
    tokens: list[Token] = []
    while start < end:
        found = _SYMBOL.match(text, start, end)
        assert found is not None, "the last alternative matches any character"  # noqa: S101
        symbol = _operator(found[0]) if found.lastgroup else found[0]
        kind = Kind.SEMICOLON if symbol == ";" else Kind.SYMBOL
        tokens.append(Token(kind, symbol, start, start + len(symbol)))
        start += len(symbol)
    return tokens


_SYMBOL: Final = re.compile(r"(?P<operator>[~!@#^&|`?+\-*/%<>=]+)|::|:=|\.\.|.", re.DOTALL)
_MAY_END_IN_SIGN: Final = frozenset("~!@#^&|`?%")


def _operator(run: str) -> str:
    """The operator at the start of a run of operator characters: `=-` is `=` and then a sign, but `@-` is one."""
    if run[-1] in "+-" and _MAY_END_IN_SIGN.isdisjoint(run):
        return run[0] + run[1:].rstrip("+-")
    return run
