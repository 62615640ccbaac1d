"""Reading tables: real files, damaged files, and files that are no table."""

import csv
import os
import threading
from pathlib import Path

import pandas as pd
import pytest

from augment.cli import main
from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.frames import frame_table, read_frame
from augment.datasets.table import BadRow, open_table
from augment.errors import InputError, TableError

DATA = Path(__file__).parents[1].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not here")
FILES = sorted(DATA.rglob("*.csv")) if DATA.is_dir() else []


def put(tmp_path, content, name="t.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


@real
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_as_pandas_reads_them(path, tmp_path):
    table = open_table(path)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = list(table)
    assert table.columns == tuple(frame.columns)
    assert rows == [tuple(row) for row in frame.to_numpy().tolist()]
    assert table.format.describe() == "comma-separated, UTF-8"
    with TableWriter(tmp_path / "copy.csv", table.columns) as copy:
        for row in table:
            copy.write(row)
    assert list(open_table(tmp_path / "copy.csv")) == rows


@real
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["piaf_fr_match", "xed_fr_sentiment", "netflix_movie_origin6"])
def test_real_files_in_other_dress(name, encoding, delimiter, tmp_path):
    frame = pd.read_csv(next(DATA.rglob(f"{name}.csv")), dtype=str, keep_default_na=False)
    frame = frame.head(500).map(lambda cell: cell.encode("cp1252", "ignore").decode("cp1252"))
    path = tmp_path / "t.csv"
    frame.to_csv(path, sep=delimiter, encoding=encoding, index=False, lineterminator="\r\n")
    table = open_table(path)
    assert (table.format.encoding, table.format.delimiter) == (encoding, delimiter)
    assert list(table) == [tuple(row) for row in frame.to_numpy().tolist()]


def test_nothing_is_inferred(tmp_path):
    path = put(tmp_path, "text,n,x\nun,1,007\ndeux,1.0,NA\ntrois,1e5,\n")
    rows = [("un", "1", "007"), ("deux", "1.0", "NA"), ("trois", "1e5", "")]
    assert list(open_table(path)) == rows
    frame = read_frame(path)
    assert [tuple(row) for row in frame.to_numpy()] == rows
    assert set(frame.dtypes) == {pd.Series([], dtype=object).dtype}


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        ("a,b\n1,2", ("a", "b"), [("1", "2")]),
        ("a,b\r1,2\r3,4\r", ("a", "b"), [("1", "2"), ("3", "4")]),
        ("a,a,\n1,2,3\n", ("a", "a", ""), [("1", "2", "3")]),
        (",text\n0,hello\n", ("", "text"), [("0", "hello")]),
        ('a,b\n"x\r\ny\rz\n","q ""q"""\n', ("a", "b"), [("x\r\ny\rz\n", 'q "q"')]),
        ('text\n""\n" "\n', ("text",), [("",), (" ",)]),
        ("text,label\n5'10\" tall,pos\n", ("text", "label"), [("5'10\" tall", "pos")]),
        ("text, label\nhello, pos\n", ("text", " label"), [("hello", " pos")]),
        ("a,b\nx\0y,\0\n", ("a", "b"), [("x\0y", "\0")]),
        ("a;b\n,;.\n", ("a", "b"), [(",", ".")]),
        ("\n\na,b\n1,2\n", ("a", "b"), [("1", "2")]),
    ],
)
def test_small_files(tmp_path, content, columns, rows):
    path = put(tmp_path, content)
    table = open_table(path)
    assert (table.columns, list(table)) == (columns, rows)


def test_blank_rows_are_counted_and_are_no_rows(tmp_path):
    table = open_table(put(tmp_path, "\na,b\n\n1,2\n  \n\r\n3,4\n\n\x1a"))
    assert list(table) == [("1", "2"), ("3", "4")]
    assert table.blank_rows == 6


BROKEN = [
    ("a,b\n1,2\nx\n3,4\n", 3, r"1 cell, wanted 2 \('a', 'b'\); perhaps a row cut short"),
    ("a,b\n1,2\nx,y,z\n3,4\n", 3, "3 cells, wanted 2 .* a delimiter inside a text"),
    ('a,b\n1,2\n"x\ny",z,z\n3,4\n', 3, "3 cells, spread over lines 3 to 4, wanted 2"),
    ('a,b\n1,"2\n"\n3,4\nx,"cut\noff', 5, r"ends inside a quoted cell .*\(the file ends at line 6"),
    ('a,b\n"1",2\n"3",4\n"open,n\n"next",m\n', 4, "never closed"),
]


@pytest.mark.parametrize(("content", "line", "says"), BROKEN)
def test_a_broken_row_is_refused_with_its_line(tmp_path, content, line, says):
    path = put(tmp_path, content)
    with pytest.raises(TableError, match=says) as caught:
        list(open_table(path))
    assert str(caught.value).startswith(f"{path} line {line}: ")
    assert "--on-bad-row skip" in str(caught.value)


@pytest.mark.parametrize(("content", "line", "says"), BROKEN)
def test_a_broken_row_is_skipped_and_listed(tmp_path, content, line, says):
    table = open_table(put(tmp_path, content), on_bad_row="skip")
    rows = list(table)
    assert len(rows) == 2
    assert [bad.line for bad in table.bad_rows] == [line]
    assert isinstance(table.bad_rows[0], BadRow)
    assert list(table) == rows
    assert len(table.bad_rows) == 1, "a second pass does not list it twice"


def test_the_remainder_of_a_broken_cell_is_no_row(tmp_path):
    """The second paragraph has one comma, as a row of two cells has, but it is prose."""
    content = 'text,label\n"one, two",a\n"He said" ok","\nHowever, he left.\nEnd",b\nnext,c\n d,e\n'
    table = open_table(put(tmp_path, content), on_bad_row="skip")
    assert list(table) == [("one, two", "a"), ('End"', "b"), ("next", "c"), (" d", "e")]
    assert [bad.line for bad in table.bad_rows] == [3, 4]
    assert "remainder of the bad row" in table.bad_rows[1].reason


def _numbers(table):
    return [row[0].removeprefix("film ") for row in table]


@pytest.mark.parametrize("bad", ["film, with, commas", '"film" and "so', '"film" it,"is'])
@pytest.mark.parametrize("place", [0, 1, 30, 1500])
def test_rows_with_blanks_behind_their_commas_are_no_remainder_of_a_bad_row(tmp_path, bad, place):
    lines = [f'"film {n}", pos' for n in range(2000)]
    lines.insert(place, bad)
    table = open_table(put(tmp_path, "text,label\n" + "\n".join(lines)), on_bad_row="skip")
    assert _numbers(table) == [str(n) for n in range(2000)]
    assert [row.line for row in table.bad_rows] == [place + 2]


def test_a_table_may_begin_to_write_blanks_behind_a_bad_row(tmp_path):
    """Two files joined: no row of the second is taken for prose, only the few that may be are."""
    lines = [*(f"film {n},pos" for n in range(50)), "cut short", *(f"film {n}, neg" for n in
             range(50, 100))]  # fmt: skip
    table = open_table(put(tmp_path, "text,label\n" + "\n".join(lines)), on_bad_row="skip")
    assert _numbers(table) == [str(n) for n in range(100)]
    few = "text,label\nfilm 0,pos\ncut short\nHe left, at last\nin the rain, alone\n"
    table = open_table(put(tmp_path, few), on_bad_row="skip")
    assert _numbers(table) == ["0"]
    assert [row.line for row in table.bad_rows] == [3, 4, 5]
    assert _numbers(table) == ["0"]


@pytest.mark.parametrize(
    "command",
    ["convert in.csv out.jsonl", "split in.csv", "balance in.csv",
     "filter in.csv --text text --paraphrase other --no-filter similarity --source en",
     "words in.csv --text text --method swap --source en --no-filter similarity"],
)  # fmt: skip
def test_every_command_says_which_rows_were_not_read(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    rows = [f'"a film number {n} to be seen",this is film {n} to see,{"ab"[n % 2]}' for n in
            range(20)]  # fmt: skip
    lines = ["text,other,label", *rows[:5], "bad", "", *rows[5:], '"a" film,"that" one,b']
    put(tmp_path, "\n".join(lines), "in.csv")
    assert main([*command.split(), "--label", "label", "--on-bad-row", "skip"]) == 0
    told = "".join(capsys.readouterr())
    assert "1 row that could not be read; skipped" in told
    assert "line 7: 1 cell" in told
    assert "1 blank line; passed over" in told
    assert "1 row with text behind a closing quote; joined on" in told


def test_only_broken_rows_are_an_error_even_when_skipped(tmp_path):
    with pytest.raises(TableError, match="none of the 2 rows can be read; line 2: 1 cell"):
        open_table(put(tmp_path, "a,b\n1\n2\n"), on_bad_row="skip")


def test_text_behind_a_closing_quote_joins_its_cell(tmp_path):
    content = 'a,b\n"fine, this",1\n"so ""it""",2\n"Hello" he said,3\n"more, of it",4\n'
    path = put(tmp_path, content)
    table = open_table(path)
    assert list(table)[2] == ("Hello he said", "3")
    assert table.stray_quotes == 1
    assert list(table) == [tuple(row) for row in pd.read_csv(path, dtype=str).to_numpy()]


def test_the_first_row_broken_is_found_on_opening(tmp_path):
    with pytest.raises(TableError, match="line 2: 3 cells"):
        open_table(put(tmp_path, "a,b\n1,2,3\n4,5\n6,7\n"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\xef\xbb\xbf\r\n", "is empty"),
        ("t.csv", b"a,b\n", "a header and no rows"),
        ("t.csv", b"a,b\n\n\n", "a header and no rows"),
        ("t.csv", b"\xff\xfe\n\0\n\0", "blank lines only"),
        ("t.csv", b"PK\x03\x04rest", "Excel workbook that is not called .xlsx"),
        ("t.csv", b"\x1f\x8b\x08rest", "gzip-compressed; unpack it first"),
        ("t.csv", b"\0" * 99, "starts with NUL bytes"),
        ("t.csv", bytes(range(256)) * 9, "not a table"),
        ("t.parquet", b"a,b\n1,2\n", "no Parquet file that can be read"),
        ("t.json", b"[1, 2]", "element 0 is a JSON int, wanted an object"),
        ("t.json", b'{"a": 1}', "a JSON dict; wanted a list of objects"),
        ("t.json", b'[{"a": 1}', "no valid JSON"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2: no valid JSON object"),
        ("t.jsonl", b'{"a": 1}\n[1]\n', r"line 2: a JSON list, wanted an object"),
        ("t.jsonl", b'{"a": 1}\n{"a": 1, "a": 2}\n', "line 2: .*the key 'a' stands twice"),
        ("t.jsonl", b'{"a": "\\ud83d"}\n', "line 1: half of a surrogate pair"),
        ("t.jsonl", b'{"a": ' + b"[" * 100_000 + b"\n", "line 1: no valid JSON object"),
        ("t.jsonl", b"{}\n", "no row has a key"),
        ("t.json", b'[{"a": "\\uDe00"}]', "half of a surrogate pair"),
        ("t.json", b'[{"a": 1, "a": 2}]', "no valid JSON: the key 'a' stands twice"),
    ],
)
def test_what_is_no_table(tmp_path, name, content, says):
    path = put(tmp_path, content, name)
    with pytest.raises(TableError, match=says) as caught:
        open_table(path)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 2


def test_no_file(tmp_path):
    put(tmp_path, "a\n1\n", "reviews.csv")
    with pytest.raises(TableError, match=r"no such file: .*; did you mean '.*reviews\.csv'"):
        open_table(tmp_path / "review.csv")
    with pytest.raises(TableError, match=r"tables in that folder: 'reviews\.csv'"):
        open_table(tmp_path / "q")
    with pytest.raises(TableError, match="there is no folder"):
        open_table(tmp_path / "no" / "t.csv")
    (tmp_path / "avis_\udce9.csv").write_text("a\n1\n")
    with pytest.raises(TableError, match=r"avis_\\udce9\.csv': this name is no UTF-8.*rename it"):
        open_table(tmp_path / "avis_\udce9.csv")
    (tmp_path / "link.csv").symlink_to("gone.csv")
    with pytest.raises(TableError, match=r"link\.csv is a link to gone\.csv, which is not there"):
        open_table(tmp_path / "link.csv")
    with pytest.raises(TableError, match="a folder without classes"):
        open_table(tmp_path)
    with pytest.raises(TableError, match="a pipe or a device"):
        open_table(os.devnull)


@pytest.mark.parametrize(
    "options",
    [
        {"on_bad_row": "warn"},
        {"delimiter": '"'},
        {"delimiter": "::"},
        {"encoding": "utf-9"},
        {"encoding": "rot13"},
        {"encoding": "zip"},
    ],
)
def test_options_that_cannot_be_used(tmp_path, options):
    with pytest.raises(InputError):
        open_table(put(tmp_path, "a,b\n1,2\n"), **options)


def test_a_header_alone_may_be_asked_for(tmp_path):
    table = open_table(put(tmp_path, "a,b\n"), allow_empty=True)
    assert (table.columns, list(table)) == (("a", "b"), [])


def test_long_cells_leave_the_limit_of_csv_alone(tmp_path):
    limit = csv.field_size_limit()
    cells = ["é" * 3_000_000, "a\n" * 1_000_000, '"' * 200_000]
    with TableWriter(tmp_path / "t.csv", ["text", "n"]) as out:
        for number, cell in enumerate(cells):
            out.write([cell, str(number)])
    table = open_table(tmp_path / "t.csv")
    rows = iter(table)
    assert next(rows)[0] == cells[0]
    assert csv.field_size_limit() == limit, "between two rows too"
    assert [row[0] for row in rows] == cells[1:]
    assert csv.field_size_limit() == limit


def test_threads_share_the_limit(tmp_path):
    limit = csv.field_size_limit()
    with TableWriter(tmp_path / "t.csv", ["text"]) as out:
        for _ in range(20):
            out.write(["x" * 400_000])
    lengths = []

    def work():
        lengths.append([len(row[0]) for row in open_table(tmp_path / "t.csv")])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lengths == [[400_000] * 20] * 4
    assert csv.field_size_limit() == limit


def test_a_large_file_streams(tmp_path):
    """Peak memory of a pass over 60 MB stays far below the file."""
    import tracemalloc

    with TableWriter(tmp_path / "t.csv", ["text", "n"]) as out:
        for number in range(30_000):
            out.write(["some words, and more " * 95, number])
    table = open_table(tmp_path / "t.csv")
    tracemalloc.start()
    count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 12_000_000


def test_a_header_that_changes_is_noticed(tmp_path):
    path = put(tmp_path, "a,b\n1,2\n")
    table = open_table(path)
    put(tmp_path, "a,c\n1,2\n")
    with pytest.raises(TableError, match="the header changed"):
        list(table)


class TestJsonLines:
    def test_typed_values_and_missing_keys(self, tmp_path):
        content = '{"a": 1, "t": "x\\u2028y"}\r\n\n{"t": null, "b": [1]}\n{"a": 0.5}'
        table = open_table(put(tmp_path, content, "t.jsonl"))
        assert table.columns == ("a", "t", "b")
        assert list(table) == [(1, "x\u2028y", None), (None, None, [1]), (0.5, None, None)]
        assert table.blank_rows == 1
        assert table.format.describe() == "JSON lines, UTF-8"

    def test_skip(self, tmp_path):
        content = '{"a": 1}\nnope\n{"a": 2}\n{"a": '
        table = open_table(put(tmp_path, content, "t.jsonl"), on_bad_row="skip")
        assert list(table) == [(1,), (2,)]
        assert [bad.line for bad in table.bad_rows] == [2, 4]

    def test_frame(self, tmp_path):
        content = '{"t": "7", "n": 1, "m": 1}\n{"t": "x", "n": 2, "m": null}\n'
        frame = read_frame(put(tmp_path, content, "t.jsonl"))
        assert list(map(str, frame.dtypes)) == ["object", "int64", "object"]
        assert frame["m"].tolist() == [1, None]

    def test_told_by_content_when_the_suffix_says_nothing(self, tmp_path):
        table = open_table(put(tmp_path, '{"a": 1}\n', "t.data"))
        assert (table.format.kind, list(table)) == ("jsonl", [(1,)])


def test_whole_numbers_with_gaps_stay_whole_in_a_frame(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    large = 2**53 + 1
    table = pa.table({"label": [1, None, large], "ok": [True, None, False], "x": [0.5, None, 1.0]})
    parquet.write_table(table, tmp_path / "t.parquet")
    frame = read_frame(tmp_path / "t.parquet")
    assert list(frame_table(frame)) == list(open_table(tmp_path / "t.parquet"))
    assert frame["label"].tolist() == [1, None, large]


class TestFrame:
    def test_values_come_as_they_are_and_missing_ones_as_none(self):
        stamp = pd.Timestamp("2024-01-01")
        frame = pd.DataFrame(
            {
                "text": ["NA", None, "007"],
                "n": [1, 2, 3],
                "x": [0.5, float("nan"), 1.0],
                "when": [stamp, pd.NaT, stamp],
                "c": pd.Categorical(["a", None, "b"]),
                "tags": [["x"], [], None],
            }
        )
        before = frame.copy(deep=True)
        table = frame_table(frame)
        assert table.name == "<frame>"
        assert list(table) == [
            ("NA", 1, 0.5, stamp, "a", ["x"]),
            (None, 2, None, None, None, []),
            ("007", 3, 1.0, stamp, "b", None),
        ]
        assert list(table) == list(table)
        pd.testing.assert_frame_equal(frame, before)

    @pytest.mark.parametrize(
        ("frame", "says"),
        [
            ([1], "a pandas DataFrame is wanted, not list"),
            (pd.DataFrame({"a": []}), "no rows"),
            (
                pd.DataFrame({("a", "b"): [1]}),
                "several levels",
            ),
        ],
    )
    def test_refused(self, frame, says):
        with pytest.raises(InputError, match=says):
            frame_table(frame)

    def test_repeated_names_are_kept_by_position(self):
        frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
        table = frame_table(frame)
        assert (table.columns, list(table)) == (("a", "a"), [(1, 2)])


def test_opening_loads_neither_pandas_nor_pyarrow(tmp_path):
    import subprocess
    import sys

    path = put(tmp_path, "a,b\n1,2\n")
    code = (
        "import sys; from augment.datasets.table import open_table; "
        f"list(open_table({str(path)!r})); "
        "sys.exit(bool({'pandas', 'pyarrow', 'numpy', 'charset_normalizer'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
