from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.errors import ConfigError
from sqlmig.project.config.kinds import plain
from sqlmig.project.config.yamlfile import MAX_BYTES, MAX_EXCERPT, YamlMap, doubts, parse_yaml, read_yaml


def error(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "f.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment", None),
        ("a: [1, -2, 1.5, true, FALSE, null, ~]", (1, -2, 1.5, True, False, None, None)),
        ("a: {b: [x, '7', \"8\"]}", {"b": ("x", "7", "8")}),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: !!str 5", "5"),
        ("a: 3s", "3s"),
        ("a: =", "="),
        ("a: <<", "<<"),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("\ufeffa: x", "x"),
        ("a: x\r\n", "x"),
    ],
)
def test_a_value_is_read_as_it_is_meant(text: str, value: object) -> None:
    result = plain(parse_yaml(text, "f.yaml"))
    assert (result["a"] if isinstance(result, dict) else result) == value


def test_every_node_knows_its_line_and_column() -> None:
    root = parse_yaml("# c\na:\n  - b: 'x'\n", "f.yaml")
    assert isinstance(root, YamlMap)
    items = root.entries["a"].value
    assert (str(root.place), str(root.entries["a"].place), str(items.place)) == (
        "f.yaml:2:1",
        "f.yaml:2:1",
        "f.yaml:3:3",
    )
    assert items.place.excerpt == "  - b: 'x'"


def test_aliases_and_merge_keys_bring_in_what_they_name() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 9}\nd: {<<: *b}\ne: *a"
    assert plain(parse_yaml(text, "f.yaml")) == {
        "a": {"x": 1, "y": 2},
        "b": {"y": 3, "z": 4},
        "c": {"x": 9, "y": 2, "z": 4},
        "d": {"y": 3, "z": 4},
        "e": {"x": 1, "y": 2},
    }


COLONS = "check the indentation, a colon missing above, and quotes around a text with ': ' in it"
FLAG, NUMBER = "true or false", "a plain decimal number"


@pytest.mark.parametrize(
    ("text", "at", "message", "advice"),
    [
        ("a: 1\n\tb: 2", "2:1", "a tab may not indent YAML", "indent with spaces"),
        ("a: b: c", "1:5", "no `key: value` can begin here", COLONS),
        ("a: - b", "1:4", "no `- item` can begin here", "begin the list on a line of its own"),
        ("a: }", "1:4", "a value is missing before this character", "write one, or remove it"),
        ("a: 1\nb\n", "2:1", "this is neither `key: value` nor `- item`", "add a colon and a space"),
        ("a: 'x\nb: 1", "1:4", "this quote is never closed", "close it"),
        ("a: [1\nb: 2", "1:4", "this list is never closed, or lacks a comma", "write [one, two]"),
        ("a: {b: 1\nc: 2", "1:4", "this mapping is never closed, or lacks a comma", "write {one: 1, two: 2}"),
        ("a:\n  - 1\n b: 2", "3:2", "this line does not belong to those above it", "check indentation and quotes"),
        ("a: @x", "1:4", "a plain text may not begin with this character", "put the text in quotes"),
        ("a: *x", "1:4", "nothing above this alias is called &x", "quote a text that begins with *"),
        ("a: *", "1:4", "an alias or anchor needs a name", "quote a text that begins with * or &"),
        ("a: &x 1\nb: &x 2", "2:4", "this anchor is defined twice", "give it another name"),
        ("a: 1\n---\nb: 2", "2:1", "a second document begins here", "keep one document in the file"),
        ('a: "\\q"', "1:6", "there is no such escape", "write \\\\ for a backslash, or use single quotes"),
        ("a: !<x", "1:7", "this is not YAML: expected '>', but found the end of the file", None),
        ("a: !tag 1", "1:4", "the tag !tag is not known here", "remove the tag"),
        ("a: !!binary aGk=", "1:4", "the tag !!binary is not known here", "remove the tag"),
        ("a: 1\na: 2", "2:1", "this key is here already, on line 1", "keep one of the two"),
        ("5: x", "1:1", "a key must be a text, and this is none", "write the key in quotes"),
        ("? [a]\n: x", "1:3", "a key must be a text, and this is none", "write the key in quotes"),
        ('a: "\\0"', "1:4", "PostgreSQL cannot store the character U+0000", "remove it"),
        ("a: {<<: 5}", "1:9", "`<<` takes a mapping, or a list of them", None),
        ("a: &a [*a]", "1:4", "an alias may not stand inside what it names", None),
        ("[" * 99, "1:41", "this is nested more than 40 levels deep", "write it flatter"),
    ],
)
def test_what_is_not_yaml_with_one_meaning_is_told_in_plain_words(
    text: str, at: str, message: str, advice: str | None
) -> None:
    line, column = map(int, at.split(":"))
    excerpt = text.splitlines()[line - 1]
    told = [f"f.yaml:{at}: {message}", f"    {excerpt}", f"    {' ' * (column - 1)}^"]
    assert error(text).splitlines() == told + ([f"  next: {advice}"] if advice else [])


def test_a_control_character_is_named_and_not_sent_to_the_terminal() -> None:
    told = "f.yaml:1:4: the character U+001B may not stand in YAML\n    a: \ufffd[31m\n       ^\n  next: remove it"
    assert error("a: \x1b[31m") == told


@pytest.mark.parametrize(
    ("written", "meant"),
    [("no", FLAG), ("off", FLAG), ("Yes", FLAG), ("010", NUMBER), ("0x1F", NUMBER), ("1_000", NUMBER),
     ("1:30", NUMBER), (".inf", NUMBER), ("1" * 19, NUMBER)],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_keeps_its_text_and_its_doubt(written: str, meant: str) -> None:
    root = parse_yaml(f"a: {written}", "f.yaml")
    assert plain(root) == {"a": written}
    [problem] = doubts(root)
    assert str(problem).splitlines() == [
        "f.yaml:1:4: this can be read in two ways",
        f"    a: {written}",
        "       ^",
        f"  next: write {meant}, or put the text in quotes",
    ]


def test_all_doubts_are_told_at_once_wherever_they_stand() -> None:
    root = parse_yaml("a: no\nb: [010, {c: &x on}]\nd: *x\ne: 'no'\n", "f.yaml")
    assert [str(problem.place) for problem in doubts(root)] == [
        "f.yaml:1:4",
        "f.yaml:2:5",
        "f.yaml:2:14",
        "f.yaml:2:14",
    ]


@pytest.mark.parametrize("bomb", ["&{0} [{1}]", "&{0} {{a: [{1}]}}"])
def test_aliases_of_aliases_of_aliases_do_not_hang(bomb: str) -> None:
    lines = ["n0: &n0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"n{n}: {bomb.format(f'n{n}', ', '.join([f'*n{n - 1}'] * 9))}" for n in range(1, 30)]
    assert error("\n".join(lines)).startswith("f.yaml:1:1: aliases make this more than 500,000 values, or more than 40")


def test_a_long_chain_of_aliases_does_not_exhaust_the_stack() -> None:
    text = "n0: &n0 [x]\n" + "\n".join(f"n{n}: &n{n} [*n{n - 1}]" for n in range(1, 900))
    assert error(text).startswith("f.yaml:1:1: aliases make this more than 500,000 values, or more than 40 levels deep")


def test_a_password_in_the_line_is_not_in_the_excerpt() -> None:
    told = error("database_url: 'postgresql://u:hunter2@h/d\n")
    assert told == (
        "f.yaml:1:15: this quote is never closed\n    database_url: 'postgresql://u:***@h/d\n                  ^\n"
        "  next: close it"
    )


def test_no_caret_is_drawn_where_hiding_a_password_moves_the_column() -> None:
    told = error("database_url: postgresql://u:hunter2@h/d: x")
    assert told == (
        "f.yaml:1:41: no `key: value` can begin here\n"
        "  next: check the indentation, a colon missing above, and quotes around a text with ': ' in it"
    )


def test_a_line_too_long_to_read_is_not_quoted() -> None:
    assert error(f"a: 'x  # {'x' * MAX_EXCERPT}").splitlines()[1].startswith("  next:")


class TestReadYaml:
    def test_a_file_is_read_with_its_byte_order_mark_and_line_ends(self, tmp_path: Path) -> None:
        file = tmp_path / "f.yaml"
        file.write_bytes(b"\xef\xbb\xbfa: \xc3\xa4\r\nb: 1\r\n")
        assert plain(read_yaml(file, "f.yaml")) == {"a": "ä", "b": 1}

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a: 1\nb: \xe4\n", "f.yaml:2: byte 0xe4 is not UTF-8\n  next: save the file as UTF-8"),
            (b"\xff\xfea\0", "f.yaml:1: byte 0xff is not UTF-8\n  next: save the file as UTF-8"),
            (
                b"#" * (MAX_BYTES + 1),
                "f.yaml: is larger than 1 MiB\n  next: keep long lists of tenants in a table, and use tenants.query",
            ),
        ],
    )
    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path, content: bytes, message: str) -> None:
        file = tmp_path / "f.yaml"
        file.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            read_yaml(file, "f.yaml")
        assert str(caught.value) == message

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "f.yaml"
        with pytest.raises(ConfigError) as caught:
            read_yaml(file, "f.yaml")
        assert str(caught.value) == f"there is no file {file}\n  next: name an existing one, or run `sqlmig init`"

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError) as caught:
            read_yaml(tmp_path, "f.yaml")
        assert str(caught.value) == f"{tmp_path} cannot be read: is a directory"


@given(st.text())
def test_any_text_is_a_value_or_an_error_with_a_place(text: str) -> None:
    try:
        parse_yaml(text, "f.yaml")
    except ConfigError as caught:
        assert all(problem.place and problem.place.line for problem in caught.problems)  # noqa: PT017
