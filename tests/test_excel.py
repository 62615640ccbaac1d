"""Excel workbooks as tables: cells as Excel shows them, sheets, gaps, damage."""

from __future__ import annotations

import datetime
import re
import zipfile

import pandas as pd
import pytest

pytest.importorskip("openpyxl")
pytest.importorskip("defusedxml")

import openpyxl

from augment.cli import main
from augment.datasets.columns import find_columns
from augment.datasets.frames import read_frame
from augment.datasets.table import open_table, unread_rows
from augment.errors import InputError, TableError


@pytest.fixture
def workbook(tmp_path):
    def make(*sheets, name="t.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"Feuil{number + 1}")
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return make


HEADER = ("Commentaire", "Catégorie", "Date", "Montant")
DAY, MOMENT = datetime.datetime(2024, 2, 1), datetime.datetime(2024, 2, 1, 9, 30)


def test_cells_are_what_excel_shows(workbook):
    path = workbook(
        [HEADER, ("Très bon ; vraiment", "pos", DAY, 12.5), ("Nul", "neg", MOMENT, 7.0),
         ("=1+1", None, None, True)],
    )  # fmt: skip
    table = open_table(path)
    assert table.columns == HEADER
    assert table.format.describe() == "Excel, sheet 'Feuil1'"
    rows = list(table)
    assert rows[0] == ("Très bon ; vraiment", "pos", "2024-02-01", 12.5)
    assert rows[1] == ("Nul", "neg", "2024-02-01 09:30:00", 7)
    assert rows[2][1:] == (None, None, True)  # a formula that no program has worked out is empty
    assert rows == list(table)  # read anew
    assert [type(row[3]) for row in rows] == [float, int, bool]


def test_blank_rows_and_sheets_are_passed_over(workbook):
    path = workbook([], [(), HEADER, ("a", "b"), (None, ""), ("c",)], [("other", "sheet")])
    table = open_table(path)
    assert list(table) == [("a", "b", None, None), ("c", None, None, None)]
    assert table.blank_rows == 1
    assert table.format.describe() == "Excel, sheet 'Feuil2' (not read: 'Feuil3')"


def test_sheets_that_are_not_read_are_told(workbook, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [("text", "label"), *((f"a film {n} to be seen", "ab"[n % 2]) for n in range(20))]
    table = open_table(workbook(rows, [], rows, rows))
    [note] = unread_rows(table)
    assert note.startswith("note: only the sheet 'Feuil1' is read; move another to the front, or ")
    assert note.endswith("('Feuil3', 'Feuil4')")
    assert main(["split", "t.xlsx"]) == 0
    assert "(not read: 'Feuil3', 'Feuil4')" in capsys.readouterr().err


def test_a_notice_in_front_of_the_data_is_told_where_no_column_fits(workbook):
    rows = [("text", "label"), ("a film", "a"), ("a book", "b")]
    table = open_table(workbook([("lisez-moi",), (1,), (2,)], rows))
    for asked in ({}, {"text": "text"}):
        with pytest.raises(InputError, match=r"sheet 'Feuil1' \(not read: 'Feuil2'\)"):
            find_columns(table, **asked)


@pytest.mark.parametrize("stated", ["A1", "A1:B2", "A1:A4", "A1:Z99"])
def test_the_size_that_a_sheet_states_cuts_nothing_off(workbook, tmp_path, stated):
    path = workbook([("text", "label", "note"), ("a film", "pos", 1), (), ("a book", "neg")])
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    part = "xl/worksheets/sheet1.xml"
    assert b'<dimension ref="A1:C4"' in parts[part]
    parts[part] = parts[part].replace(b'ref="A1:C4"', f'ref="{stated}"'.encode())
    with zipfile.ZipFile(tmp_path / "stated.xlsx", "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    table = open_table(tmp_path / "stated.xlsx")
    assert table.columns == ("text", "label", "note")
    assert list(table) == [("a film", "pos", 1), ("a book", "neg", None)]
    assert table.blank_rows == 1


def test_cells_with_a_format_and_no_content_are_none(workbook):
    path = workbook([("text", "label"), ("a film", "pos"), ("a book", "neg")])
    book = openpyxl.load_workbook(path)
    for cell in ("E1", "E2", "A9", "F12"):
        book.active[cell].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    table = open_table(path)
    assert table.columns == ("text", "label")
    assert list(table) == [("a film", "pos"), ("a book", "neg")]
    assert table.blank_rows == 0, "rows below the last with content are no gaps"


def test_rows_that_are_too_wide_are_refused_or_listed(workbook):
    path = workbook([("text", "label"), ("a", "b"), ("c", "d", "e")])
    with pytest.raises(TableError, match="line 3: 3 cells, wanted 2"):
        list(open_table(path))
    table = open_table(path, on_bad_row="skip")
    assert list(table) == [("a", "b")]
    assert [bad.line for bad in table.bad_rows] == [3]


def test_formulas_without_a_saved_value_are_told(workbook, tmp_path):
    path = workbook([("text", "n"), ("a film", "=1+1"), ("a book", '=""'), ("=A2", 3), (None, 4)])
    table = open_table(path)
    assert [row[1] for row in table] == [None, None, 3, 4]
    [note] = unread_rows(table)
    assert note.startswith("note: 3 formulas without a saved value (like B2), read as empty; open ")
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    part = "xl/worksheets/sheet1.xml"
    sheet = parts[part].decode()
    for cell, result in (("B2", "<v>2</v>"), ("B3", "<v></v>"), ("A4", "<v>a film</v>")):
        start, formula, rest = sheet.partition(f'<c r="{cell}"')
        kind = "" if cell == "B2" else ' t="str"'
        sheet = start + formula + kind + re.sub(r"<v ?/>|<v></v>", result, rest, count=1)
    with zipfile.ZipFile(tmp_path / "saved.xlsx", "w") as file:
        for name, data in {**parts, part: sheet.encode()}.items():
            file.writestr(name, data)
    table = open_table(tmp_path / "saved.xlsx")
    assert list(table) == [("a film", 2), ("a book", None), ("a film", 3), (None, 4)]
    assert list(unread_rows(table)) == []


def test_what_is_no_workbook_is_said(workbook, tmp_path):
    with pytest.raises(TableError, match="holds blank sheets only"):
        open_table(workbook([]))
    with pytest.raises(TableError, match="a header and no rows"):
        open_table(workbook([HEADER]))
    (tmp_path / "no.xlsx").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(TableError, match="no Excel workbook that can be read"):
        open_table(tmp_path / "no.xlsx")
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as file:
        file.writestr("a.txt", "a")
    with pytest.raises(TableError, match="no Excel workbook that can be read"):
        open_table(tmp_path / "zip.xlsx")


def test_a_hostile_workbook_is_refused(workbook, tmp_path):
    """Entities that grow to gigabytes: the reader must not expand them."""
    path = workbook([HEADER, ("a", "b", None, None)])
    evil = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8)
    )
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        text = parts[part].decode()
        text = text.split("?>", 1)[1] if text.startswith("<?xml") else text
        assert "a</t>" in text or "workbook" in part
        poisoned = {**parts, part: f"{evil}]>{text.replace('a</t>', '&i;</t>')}".encode()}
        with zipfile.ZipFile(tmp_path / "evil.xlsx", "w") as file:
            for name, data in poisoned.items():
                file.writestr(name, data)
        with pytest.raises(TableError) as found:
            list(open_table(tmp_path / "evil.xlsx"))
        assert "\n" not in str(found.value)
        chain, error = set(), found.value
        while error is not None:
            chain.add(type(error).__name__)
            error = error.__cause__ or error.__context__
        assert "EntitiesForbidden" in chain


def test_a_workbook_goes_through_the_commands(workbook, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    workbook([("avis", "note"), *((f"un film {n} à voir", n % 2) for n in range(20))])
    assert main(["split", "t.xlsx", "--text", "avis", "--label", "note"]) == 0
    assert {path.name for path in tmp_path.glob("t.*.csv")} == {
        "t.train.csv", "t.valid.csv", "t.test.csv",
    }  # fmt: skip
    assert main(["convert", "t.xlsx", "t.csv"]) == 0
    assert "read: Excel, sheet 'Feuil1', columns avis, note" in capsys.readouterr().out
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()[1] == "un film 0 à voir,0"
    frame = read_frame("t.xlsx")
    assert frame["note"].dtype.kind == "i"
    pd.testing.assert_series_equal(frame["avis"], read_frame("t.csv")["avis"])
