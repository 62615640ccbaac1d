"""Delimiter, quoting and the first line, found in files as people have them."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.datasets.table import open_table
from augment.errors import TableError

IMDB = (
    'text,label\n"One of the best; truly, ""best"" films.<br /><br />I saw it; then again, and '
    'again; and\nagain.",pos\n"Bad; bad, bad\tbad | ""awful"".\n\nNo; really.",neg\n'
)


def opened(tmp_path, text, *, encoding="utf-8", name="t.csv", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return open_table(path, **options)


@pytest.mark.parametrize(
    ("text", "delimiter", "columns", "count"),
    [
        (IMDB, ",", ("text", "label"), 2),
        ("text\nHello, you\nand, you, too\nyes\n", "", ("text",), 3),
        ("text\nHello; you, there\n", "", ("text",), 1),
        ("texte;classe\nbon, très bon;a\nbof, bof, bof;b\n", ";", ("texte", "classe"), 2),
        ("texte;classe\nbon, oui;a\n", ";", ("texte", "classe"), 1),
        ("a\tb\n1, 2\tx; y\n", "\t", ("a", "b"), 1),
        ("a|b|c\n1,1|2;2|3\n", "|", ("a", "b", "c"), 1),
        ("sep=;\r\na;b\r\n1,2;3,4\r\n", ";", ("a", "b"), 1),
        ("sep=,\na,b;c\n1,2;3\n", ",", ("a", "b;c"), 1),
        ("Prix, en euros;Nom du produit\n1,50;pain\n2,30;lait\n", ";", None, 2),
        ("montant;note\n1,5;2,5\n3,5;4,5\n", ";", ("montant", "note"), 2),
        ('"text";"label"\n"a ""b"" ; c";"x"\n', ";", ("text", "label"), 1),
        ("Comment, in your own words\nGood, I think\nBad\nNo, no, no\n", "", None, 3),
        ("x\n1\n", "", ("x",), 1),
        ('"a,b"\n"1,2"\n', "", ("a,b",), 1),
    ],
)
def test_delimiters(tmp_path, text, delimiter, columns, count):
    table = opened(tmp_path, text)
    assert table.format.delimiter == delimiter
    assert columns is None or table.columns == columns
    assert len(list(table)) == count


@pytest.mark.parametrize(
    ("text", "columns"),
    [("a;b;c\n", ("a", "b", "c")), ("text,label\n", ("text", "label")), ("text\n", ("text",))],
)
def test_a_header_alone(tmp_path, text, columns):
    assert opened(tmp_path, text, allow_empty=True).columns == columns


def test_mostly_ragged_rows_do_not_make_it_one_column(tmp_path):
    with pytest.raises(ValueError, match="line 2: 4 cells, wanted 2"):
        opened(tmp_path, "text,label\na, b, c,x\nd, e, f,y\ng,z\nh, i,z\n")


def test_quotes_as_plain_text(tmp_path):
    """A TSV whose writer never quoted anything, as corpora often are."""
    lines = ['"Wait for me" he said', '"It is open', "it's 5\" long", 'say "yes"', "plain words"]
    text = "label\ttext\n" + "".join(f"ham\t{line}\n" for line in lines * 5)
    table = opened(tmp_path, text, name="sms.tsv")
    assert table.format.quotechar is None
    assert "plain text" in table.format.describe()
    assert [row[1] for row in table] == lines * 5


def test_backslash_before_quotes(tmp_path):
    text = 'text,label\n"he said \\"yes, sir\\"",a\n"C:\\new, \\\\host",b\nplain \\n text,c\n'
    table = opened(tmp_path, text)
    assert table.format.escapechar == "\\"
    assert [row[0] for row in table] == ['he said "yes, sir"', "C:\\new, \\host", "plain \\n text"]


def test_a_backslash_at_the_end_of_a_doubled_cell(tmp_path):
    table = opened(tmp_path, 'text,label\n"a, \\",x\n"b ""c"", \\",y\n')
    assert table.format.escapechar is None
    assert [row[0] for row in table] == ["a, \\", 'b "c", \\']


@pytest.mark.parametrize(("given_as", "char"), [("tab", "\t"), ("\\t", "\t"), ("~", "~")])
def test_a_delimiter_given(tmp_path, given_as, char):
    table = opened(tmp_path, f"a,a{char}b\n1,1{char}2\n", delimiter=given_as)
    assert list(table) == [("1,1", "2")]


def test_a_delimiter_that_leaves_rows_whole_is_refused(tmp_path):
    """Labels would be translated with their texts."""
    with pytest.raises(TableError, match=r"comma-separated, it has one column, 'texte;label'; sem"):
        opened(tmp_path, "texte;label\nBon film;pos\nNul;neg\n", delimiter=",")
    prose = opened(
        tmp_path, "text\nGood, really good; yes\nBad\n", delimiter=";", on_bad_row="skip"
    )
    assert prose.columns == ("text",)
    alone = opened(tmp_path, "text\nGood, really good\nBad\n", delimiter="|")
    assert list(alone) == [("Good, really good",), ("Bad",)]


def test_excel_utf16_with_tabs(tmp_path):
    text = 'texte\tclasse\r\n"été ; l\'hiver, ""oui""\nnon"\tbon\r\nça va\tbof\r\n'
    table = opened(tmp_path, text, encoding="utf-16", name="excel.csv")
    assert table.format.describe() == "tab-separated, UTF-16 with BOM"
    assert list(table) == [('été ; l\'hiver, "oui"\nnon', "bon"), ("ça va", "bof")]


WORD = st.text(alphabet=st.sampled_from("abcdefé,;|\t\"'\n. "), min_size=1, max_size=20)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(WORD, WORD, st.sampled_from(["pos", "neg"])), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_under_any_delimiter(tmp_path, rows, delimiter, quoting, end, encoding):
    """Files that the standard writer makes, with plain column names."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([("id", "text", "label"), *rows])
    table = opened(tmp_path, buffer.getvalue(), encoding=encoding)
    assert table.format.delimiter == delimiter
    assert list(table) == rows


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(WORD, min_size=2, max_size=6), where=st.floats(0, 1))
def test_a_file_cut_inside_quotes_is_never_read_as_whole(tmp_path, rows, where):
    body = "".join('"' + row.replace('"', '""') + '",pos\n' for row in rows)
    last = '"' + "words and more words" + '",pos\n'
    cut = body + last[: 1 + int(where * 18)]
    with pytest.raises(ValueError, match="ends inside a quoted cell"):
        list(opened(tmp_path, "text,label\n" + cut))
