from sqlmig.report.table import Cell, Style, Tone, table


def test_columns_stand_below_each_other_and_numbers_on_the_right():
    drawn = table(["schema", "pending"], [["tenant_acme", Cell("3", right=True)], ["x", Cell("12", right=True)]])
    assert drawn.splitlines() == ["schema       pending", "tenant_acme        3", "x                 12"]


def test_no_line_has_spaces_at_its_end():
    assert table(["a", "b"], [["x", ""]]).splitlines() == ["a  b", "x"]


def test_paint_does_not_move_the_columns():
    rows = [[Cell("bad", Tone.BAD), "1"], ["longer", "2"]]
    painted = table(["a", "b"], rows, Style(lambda text, tone: f"<{text}>" if tone is Tone.BAD else text))
    assert painted.splitlines() == ["a       b", "<bad>     1", "longer  2"]


def test_the_last_column_gives_way_on_a_narrow_terminal():
    drawn = table(["schema", "remark"], [["tenant_acme", "relation does not exist"]], Style(width=26))
    assert drawn.splitlines() == ["schema       remark", "tenant_acme  relation d..."]


def test_wide_characters_take_two_columns():
    assert table(["a", "b"], [["顧客", "1"], ["four", "2"]]).splitlines() == ["a     b", "顧客  1", "four  2"]
