"""What is written is what is read back, cell by cell, by this package and by pandas."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from augment.datasets.formats.cell_text import cell_text
from augment.datasets.formats.table_writer import TableWriter, output_kind
from augment.datasets.frames import read_frame
from augment.datasets.table import open_table
from augment.errors import AugmentError, InputError, OutputError

NASTY = ["", " ", "  ", "\t", "\r", "\n", "\r\n", '"', '""', "\0", ",", ";", "|", "\\", '\\"', "'"]
NASTY += ["\ufeff", "sep=;", "NA", "007", "\x1a", "\x85", "\u2028", "\x0b", "\x1c", "\U0010ffff"]
NASTY += ['"open', 'close"', 'a "b" c', "a,b;c\td|e", "é", "\u200b", "😀", "=1+1", "#x", "\x1f"]
CELL = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet=st.sampled_from(list('ab,;|\t"\\\r\n \0é')), max_size=8),
    st.text(max_size=12),
    st.lists(st.sampled_from(NASTY), max_size=4).map("".join),
)


@st.composite
def tables(draw, *, unique=False):
    width = draw(st.integers(1, 4))
    # A NUL in the header is refused (see below): the file would pass for UTF-16.
    name = CELL.map(lambda text: text.replace("\0", ""))
    names = draw(st.lists(name, min_size=width, max_size=width, unique=unique))
    rows = draw(st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=6))
    return tuple(names), rows


def write(path, columns, rows, **options):
    with TableWriter(path, columns, **options) as table:
        for row in rows:
            table.write(row)
    return path


many = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@many
@example(table=(("a;b", "c"), [("x,y;z", '"'), (";", "")]))
@example(table=(("sep=;",), [("",), (" ",)]))
@example(table=(("\ufefftext",), [("\ufeff",), ("\r",)]))
@example(table=(("a", "b"), [("x\\", 'y"\\"'), ('\\"', "\\")]))
@example(table=(("", "", " ;\\"), [("", "", ";\\")]))
@example(table=(("", "", " ;"), [("", "", ";\\")]))
@example(table=((";\\",), [(";\\",)] * 3))
@example(table=(("", ' "\t;'), [("", "\t;")]))
@given(table=tables())
def test_any_table_of_text_comes_back(tmp_path, suffix, table):
    columns, rows = table
    found = open_table(write(tmp_path / f"t{suffix}", columns, rows))
    assert found.columns == columns
    assert list(found) == rows
    assert list(found) == rows, "a second pass gives the same"
    assert found.blank_rows == found.stray_quotes == 0


@many
@given(table=tables())
def test_pandas_reads_the_same_cells(tmp_path, table):
    columns, rows = table
    path = write(tmp_path / "t.csv", columns, rows)
    # Names are pandas's own business: it renames empty and repeated ones.
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, header=0, index_col=False)
    assert [tuple(row) for row in frame.to_numpy().tolist()] == rows


@many
@given(table=tables(unique=True))
def test_json_lines_come_back(tmp_path, table):
    columns, rows = table
    found = open_table(write(tmp_path / "t.jsonl", columns, rows))
    assert found.columns == columns
    assert list(found) == rows


@many
@given(table=tables())
def test_every_line_end_and_every_byte_is_ours(tmp_path, table):
    """No carriage return, no mark but those that stand in a cell; the same bytes each time."""
    columns, rows = table
    first = write(tmp_path / "1.csv", columns, rows).read_bytes()
    assert first == write(tmp_path / "2.csv", columns, rows).read_bytes()
    assert first.endswith(b"\n")
    assert not first.startswith(b"\xef\xbb\xbf")
    cells = "".join(map("".join, [columns, *rows]))
    assert first.count(b"\r") == cells.count("\r")


def test_plain_cells_are_not_quoted(tmp_path):
    path = write(tmp_path / "t.csv", ("text", "n"), [("it's fine: 50% (or so) / yes?", "007")])
    assert path.read_text() == "text,n\nit's fine: 50% (or so) / yes?,007\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (np.float32("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (True, "True"),
        (np.int64(7), "7"),
        (np.float64(0.1), "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
        ({"é": [1, None]}, '{"é": [1, null]}'),
        (np.str_("x"), "x"),
    ],
)
def test_typed_cells_as_text(value, text):
    assert cell_text(value) == text


def test_json_lines_keep_types_and_write_valid_json(tmp_path):
    row = (1, 0.5, True, None, float("nan"), ["a", {"b": 2}], np.int64(3), np.float64(2.5))
    path = write(tmp_path / "t.jsonl", "abcdefgh", [row])
    assert json.loads(path.read_text(), parse_constant=pytest.fail) == dict(
        zip("abcdefgh", [1, 0.5, True, None, None, ["a", {"b": 2}], 3, 2.5], strict=True)
    )


def test_a_failing_block_leaves_nothing(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("old")
    rows = iter([["x"], None])
    with pytest.raises(TypeError):
        write(path, ["a"], rows)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_half_a_character_is_refused_with_its_place(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    rows = [("1", "fine"), ("2", "cut \ud83d")]
    with pytest.raises(InputError, match=r"row 2, column 'text': half of a surrogate pair"):
        write(path, ["id", "text"], rows)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "columns", "cells", "error", "says"),
    [
        ("t.xlsx", ["a"], [], InputError, r"suffix '\.xlsx' names no table format; use one of"),
        ("t.csv", [], [], InputError, "without columns"),
        ("t.jsonl", ["a", "a"], [], InputError, r"two columns of the same name \('a'\)"),
        ("t.parquet", ["a", "a"], [], InputError, "two columns of the same name"),
        ("t.csv", ["a", "b"], ["x"], InputError, "row 1: 1 cells, wanted 2"),
        ("no/t.csv", ["a"], ["x"], OutputError, "is no folder; make it first"),
    ],
)
def test_what_cannot_be_written(tmp_path, name, columns, cells, error, says):
    with pytest.raises(error, match=says), TableWriter(tmp_path / name, columns) as table:
        table.write(cells)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_a_failure_while_running(tmp_path):
    def write_to_full_device():
        with TableWriter(tmp_path / "t.csv", ["a"]) as table:
            table._sink._handle.close()
            table._sink._handle = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
            for _ in range(100):
                table.write(["x" * 1000])

    with pytest.raises(AugmentError, match="No space left on device") as caught:
        write_to_full_device()
    assert caught.value.exit_code == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_closing_a_full_file_does_not_hide_which_it_was(tmp_path, rows, suffix):
    def write_to_full_device():
        with TableWriter(tmp_path / f"t.{suffix}", ["a"]) as table:
            table._sink._handle.close()
            table._sink._handle = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
            for _ in range(rows):
                table.write(["x" * 1000])

    with pytest.raises(AugmentError, match=rf"t\.{suffix} could not be written: No space left"):
        write_to_full_device()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.CSV", "csv"), ("a.b.tsv", "tsv"), ("a.ndjson", "jsonl"), ("a.pq", "parquet")],
)
def test_kind_by_suffix(tmp_path, name, kind):
    assert output_kind(tmp_path / name) == kind


class TestParquet:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def table(self):
        return self.pa.table(
            {
                "text": ["a", None, "c"],
                "n": self.pa.array([1, None, 3], self.pa.int16()),
                "when": self.pa.array([0, 1, None], self.pa.timestamp("ms")),
                "tags": [["x"], [], None],
            }
        )

    def test_types_survive(self, tmp_path):
        source = tmp_path / "in.parquet"
        self.parquet.write_table(self.table(), source)
        table = open_table(source)
        assert table.format.describe() == "Parquet"
        assert list(table)[1] == (None, None, datetime.datetime(1970, 1, 1, 0, 0, 0, 1000), [])
        columns = (*table.columns, "aug_source_id", "aug_similarity", "aug_pivot")
        rows = [(*row, i, None if i == 0 else 0.5, "") for i, row in enumerate(table)]
        out = write(tmp_path / "out.parquet", columns, rows, types=table.types)
        back = self.parquet.read_table(out)
        assert back.select(table.columns).equals(self.table())
        assert [str(kind) for kind in back.schema.types[4:]] == ["int64", "double", "string"]

    def test_groups_and_a_type_that_changes(self, tmp_path, monkeypatch):
        monkeypatch.setattr("augment.datasets.formats.parquet_writer.GROUP_ROWS", 10)
        path = write(
            tmp_path / "t.parquet", ["aug_similarity", "x"], [(None, i) for i in range(25)]
        )
        assert self.parquet.ParquetFile(path).num_row_groups == 3
        rows = [(None, 1)] * 10 + [(0.5, "word")] * 10
        with pytest.raises(InputError, match=r"column 'x', rows 11 to 20, wanted int64"):
            write(tmp_path / "u.parquet", ["aug_similarity", "x"], rows)
        assert not (tmp_path / "u.parquet").exists()

    def test_a_type_that_shows_late(self, tmp_path, monkeypatch):
        monkeypatch.setattr("augment.datasets.formats.parquet_writer.GROUP_ROWS", 10)
        nothing = [None] * 15
        columns = {
            "late": [*nothing, 3, None, 4, 5, 6] * 2,
            "half": [1, 2, 3] * 10 + [0.5] + [4] * 9,
            "words": [*nothing, *"abcde"] * 2,
            "never": [None] * 40,
            "large": [2**53 + 1] + [1] * 39,
            "tags": [*nothing, ["a"], None, [], ["b", "c"], None] * 2,
        }
        rows = [*zip(*columns.values(), strict=True)]
        out = write(tmp_path / "t.parquet", [*columns], rows)
        back = self.parquet.read_table(out)
        assert [str(one) for one in back.schema.types] == [
            "int64", "double", "string", "string", "int64", "list<element: string>",
        ]  # fmt: skip
        assert {name: back[name].to_pylist() for name in columns} == columns
        assert sorted(path.name for path in tmp_path.iterdir()) == ["t.parquet"]
        rows[25] = (*rows[25][:4], 0.5, rows[25][5])  # too large for a float with a fraction beside
        with pytest.raises(InputError, match="column 'large', rows 21 to 30"):
            write(tmp_path / "u.parquet", [*columns], rows)

    def test_added_columns_out_of_a_csv_are_numbers_again(self, tmp_path):
        columns = ("text", "aug_source_id", "aug_pivot", "aug_similarity", "aug_change")
        rows = [("a", 0, "", None, None), ("b", 0, "es", 0.8125, 0.5), ("c", 1, "ca", 0.75, None)]
        straight = write(tmp_path / "straight.parquet", columns, rows)
        table = open_table(write(tmp_path / "t.csv", columns, rows))
        again = write(tmp_path / "again.parquet", columns, table)
        assert self.parquet.read_table(again).equals(self.parquet.read_table(straight))

    @pytest.mark.parametrize(
        ("name", "cells", "kind"),
        [
            ("aug_change", ("little", ""), "string"),
            ("aug_source_id", ("1", "1.5"), "string"),
            ("reason", (1, None), "int64"),
            ("detail", (1.5, 2.5), "double"),
        ],
    )
    def test_a_users_column_with_a_name_of_ours_keeps_its_values(self, tmp_path, name, cells, kind):
        out = write(tmp_path / "t.parquet", [name], [(cell,) for cell in cells])
        back = self.parquet.read_table(out)
        assert str(back.schema.types[0]) == kind
        assert tuple(back[name].to_pylist()) == cells

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(table=tables(unique=True))
    def test_any_text_comes_back(self, tmp_path, table):
        columns, rows = table
        # Names that only this package gives: numbers there are numbers (tested above).
        columns = tuple(f"my {name}" if name.startswith("aug_") else name for name in columns)
        found = open_table(write(tmp_path / "t.parquet", columns, rows))
        assert found.columns == columns
        assert list(found) == rows

    def test_frame(self, tmp_path):
        self.parquet.write_table(self.table(), tmp_path / "t.parquet")
        assert read_frame(tmp_path / "t.parquet").shape == (3, 4)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_a_nul_in_a_column_name_is_refused(tmp_path, suffix):
    with pytest.raises(InputError, match="NUL character"):
        write(tmp_path / f"t{suffix}", ("te\0xt",), [("a",)])


def test_bytes_are_text_or_refused(tmp_path):
    for suffix in (".csv", ".jsonl"):
        path = write(tmp_path / f"t{suffix}", ("text", "tags"), [("été".encode(), [b"x"])])
        assert "été" in path.read_text()
        assert "b'" not in path.read_text()
        with pytest.raises(InputError, match=r"row 2: bytes that are no text.*or write \.parquet"):
            write(tmp_path / f"no{suffix}", ("img",), [(b"ok",), (b"\xff\xd8",)])
        assert not (tmp_path / f"no{suffix}").exists()


def test_an_infinite_number_is_no_json(tmp_path):
    path = write(tmp_path / "t.jsonl", ("x", "y"), [(float("inf"), [float("-inf"), np.float32(1)])])

    def refuse(name):
        raise AssertionError(name)

    row = json.loads(path.read_text(), parse_constant=refuse)
    assert row == {"x": "inf", "y": ["-inf", 1.0]}
