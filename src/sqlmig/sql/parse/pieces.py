"""What statements are made of: words, names, strings, lists. Each function reads its piece, or raises NotUnderstood.

Other pieces have modules of their own:
    types: `type_name`, `routine_type_name` (with %TYPE)
    expressions: `expression`, `restricted_expression`, `parenthesised`, `until`, `rest`
    elements: `index_elements`, `partition_element`
    columns: `column`, `qualifiers` (what stands behind a column or a domain)
    constraints: `constraint` (of a table), `domain_constraint`
    sequences: `sequence_options`
    arguments: `arguments`, `signature` of a routine
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from sqlmig.sql.definitions import Option
from sqlmig.sql.parse.keywords import NOT_A_COLUMN, NOT_A_FUNCTION, RESERVED
from sqlmig.sql.reader import Name, Reader
from sqlmig.sql.tokens import Kind, Token

T = TypeVar("T")


class NotUnderstood(Exception):
    """The statement does not go on as PostgreSQL's grammar says; `at` is the offset where that shows."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def refuse(r: Reader, expected: str) -> NoReturn:
    """Say what should come next, and what does."""
    found = "the end" if r.next is None else repr(_shortened(r.next.text))
    raise NotUnderstood(f"expected {expected}, found {found}", r.at)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_LONGEST: Final = 40


# --- words and symbols ---


def expect(r: Reader, *words: str) -> None:
    """Step over these words, which must come next."""
    if not r.accept(*words):
        refuse(r, " ".join(words).upper())


def expect_one_of(r: Reader, *words: str) -> str:
    """Step over one of these words, which must come next."""
    return r.one_of(*words) or refuse(r, " or ".join(words).upper())


def expect_symbol(r: Reader, text: str) -> None:
    """Step over this symbol, which must come next."""
    if not r.symbol(text):
        refuse(r, f"'{text}'")


def expect_end(r: Reader) -> None:
    """The statement must be over."""
    if r.next is not None:
        refuse(r, "the end")


def if_exists(r: Reader) -> bool:
    """Read IF EXISTS."""
    return r.accept("if", "exists")


def if_not_exists(r: Reader) -> bool:
    """Read IF NOT EXISTS."""
    return r.accept("if", "not", "exists")


def cascade(r: Reader) -> bool:
    """Read CASCADE or RESTRICT, if one is there: whether it is CASCADE."""
    return r.one_of("cascade", "restrict") == "cascade"


# --- names ---


def identifier(r: Reader) -> str:
    """Read the name of a column, a table, a constraint: no reserved word, and none of those for functions (ColId)."""
    return _name_part(r, NOT_A_COLUMN)


def function_or_type(r: Reader) -> str:
    """Read a name of one part that names a function or a type (type_function_name)."""
    return _name_part(r, NOT_A_FUNCTION)


def nonreserved(r: Reader) -> str:
    """Read a name that may be any word but a reserved one (NonReservedWord)."""
    return _name_part(r, RESERVED)


def label(r: Reader) -> str:
    """Read a name that may be any word, as behind a dot (ColLabel)."""
    return r.any_word() or refuse(r, "a name")


def name(r: Reader) -> Name:
    """Read the name of a table, a type, an object: `name`, `schema.name` or `database.schema.name`."""
    at = r.at
    return _joined(r, identifier(r), at)


def routine_name(r: Reader) -> Name:
    """Read the name of a function, procedure or aggregate."""
    at, first = r.at, r.index
    nonreserved(r)
    dotted = r.is_symbol(".")
    r.back(first)
    return _joined(r, identifier(r) if dotted else function_or_type(r), at)


def attributes(r: Reader, first: str) -> list[str]:
    """Read `.name` as often as it comes: all parts of a dotted name, of which the first is read already."""
    parts = [first]
    while r.symbol("."):
        parts.append(label(r))
    return parts


def _name_part(r: Reader, refused: frozenset[str]) -> str:
    token = r.next
    if token is None or r.word in refused:
        refuse(r, "a name")
    return label(r)


def _joined(r: Reader, first: str, at: int) -> Name:
    parts = attributes(r, first)
    if len(parts) > _MOST_PARTS:
        raise NotUnderstood("a name has at most three parts", at)
    return Name(parts[-2] if len(parts) > 1 else None, parts[-1], at)


_MOST_PARTS: Final = 3


def names(r: Reader) -> tuple[Name, ...]:
    """Read names with commas between them."""
    return comma_list(r, name)


def identifiers(r: Reader) -> tuple[str, ...]:
    """Read identifiers with commas between them."""
    return comma_list(r, identifier)


def column_list(r: Reader) -> tuple[str, ...]:
    """Read identifiers in parentheses."""
    return in_parentheses(r, identifier)


def role(r: Reader) -> str:
    """Read a role; CURRENT_USER and its like are given as that word, PUBLIC as `public`."""
    return r.one_of("current_user", "current_role", "session_user") or nonreserved(r)


def roles(r: Reader) -> tuple[str, ...]:
    """Read roles with commas between them."""
    return comma_list(r, role)


# --- lists ---


def comma_list(r: Reader, item: Callable[[Reader], T]) -> tuple[T, ...]:
    """Read one item, and another one behind each comma."""
    found = [item(r)]
    while r.symbol(","):
        found.append(item(r))
    return tuple(found)


def in_parentheses(r: Reader, item: Callable[[Reader], T]) -> tuple[T, ...]:
    """Read items with commas between them, in parentheses."""
    expect_symbol(r, "(")
    found = comma_list(r, item)
    expect_symbol(r, ")")
    return found


# --- literals ---


def is_string(token: Token | None) -> bool:
    """Whether it is a character string; bit strings and N'...' are none to the grammar."""
    return token is not None and token.kind is Kind.STRING and token.text[0] not in "bBxXnN"


def string(r: Reader) -> str:
    """Read a character string: the characters that it stands for."""
    found = r.string() if is_string(r.next) else None
    return refuse(r, "a string") if found is None else found


def number(r: Reader) -> str:
    """Read a number, with its sign if it has one (NumericOnly)."""
    sign = "-" if r.is_symbol("-") else ""
    if not r.symbol("-"):
        r.symbol("+")
    if r.next is None or r.next.kind is not Kind.NUMBER:
        refuse(r, "a number")
    return sign + r.step().text


def integer(r: Reader) -> int:
    """Read a whole number, with its sign if it has one."""
    at, found = r.at, number(r)
    base = 0 if found.lstrip("-")[1:2].isalpha() else 10
    try:
        return int(found, base)
    except ValueError:
        raise NotUnderstood("expected a whole number", at) from None


# --- options ---


def options(r: Reader) -> tuple[Option, ...]:
    """Read storage parameters or a definition in parentheses: `(fillfactor = 70, timescaledb.compress)`."""
    return in_parentheses(r, _option)


def generic_options(r: Reader) -> tuple[Option, ...]:
    """Read the list behind OPTIONS: `(name 'value', ...)`, in ALTER with ADD, SET or DROP before a name."""
    return in_parentheses(r, _generic_option)


def _option(r: Reader) -> Option:
    found = label(r)
    if r.symbol("."):
        found += "." + label(r)
    return Option(name=found, value=_option_value(r) if r.symbol("=") else None)


def _option_value(r: Reader) -> str:
    token = r.next
    if is_string(token):
        return string(r)
    if token is not None and token.kind in (Kind.WORD, Kind.IDENTIFIER):
        return _option_words(r)
    if token is not None and token.kind is Kind.SYMBOL and is_operator(token) and not _signs_number(r):
        return r.step().text
    return number(r)


def _signs_number(r: Reader) -> bool:
    behind = r.ahead(1)
    return behind is not None and behind.kind is Kind.NUMBER and (r.is_symbol("-") or r.is_symbol("+"))


def _option_words(r: Reader) -> str:
    """A reserved word, NONE, a type, or OPERATOR(...): one word is folded, more are as written."""
    from sqlmig.sql.parse.types import routine_type_name  # types are made of pieces

    first, start = r.index, r.at
    if r.word in RESERVED or r.word == "none":
        return label(r)
    if r.word == "operator" and (behind := r.ahead(1)) is not None and behind.text == "(":
        return operator(r)
    routine_type_name(r)
    if r.index > first + 1:
        return r.slice(start, r.last.end)
    r.back(first)
    return label(r)


def _generic_option(r: Reader) -> Option:
    follows = r.ahead(1)
    names_action = follows is not None and follows.kind in (Kind.WORD, Kind.IDENTIFIER)
    action = r.one_of("add", "set", "drop") if names_action else ""
    return Option(name=label(r), value=None if action == "drop" else string(r))


# --- operators ---


def is_operator(token: Token) -> bool:
    """Whether it is an operator; `=>`, `:=`, `::` and `..` are none."""
    return token.kind is Kind.SYMBOL and token.text[0] in _OPERATOR_CHARACTERS and token.text != "=>"


_OPERATOR_CHARACTERS: Final = frozenset("~!@#^&|`?+-*/%<>=")


def operator(r: Reader) -> str:
    """Read an operator, plain or as OPERATOR(schema.+): as it is written, without the word OPERATOR."""
    if r.accept("operator"):
        expect_symbol(r, "(")
        found = qualified_operator(r)
        expect_symbol(r, ")")
        return found
    if r.next is None or not is_operator(r.next):
        refuse(r, "an operator")
    return r.step().text


def qualified_operator(r: Reader) -> str:
    """Read an operator with or without its schema (any_operator)."""
    schema = ""
    while r.next is not None and not is_operator(r.next):
        schema += identifier(r) + "."
        expect_symbol(r, ".")
    return schema + operator(r)
