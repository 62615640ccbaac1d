"""Encodings told from whole files, and damage told apart from another encoding."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.datasets.formats.encoding import CHUNK, find_encoding, first_bad_byte
from augment.datasets.table import open_table
from augment.errors import TableError

FRENCH = (
    "texte;classe\nLes élèves ont été très déçus, c'est là où ça pèche.;négatif\n"
    "Un film à voir absolument, même à Noël;positif\nFranchement pas terrible;négatif\n"
)
WINDOWS = FRENCH + "« Magnifique » – l’œuvre d’un maître, 5 € bien dépensés…;positif\n"
GERMAN = "text;klasse\nÜber die Straße „gehen“ wäre schön;gut\nGroße Mühe, übel;schlecht\n"
SPANISH = "texto,clase\n¿Qué pasó? ¡Una película buenísima señor!,bien\nMás o menos,mal\n"
RUSSIAN = "text,label\n" + "Фильм был очень хороший и мне понравилось всё кроме конца,да\n" * 5
JAPANESE = "text,label\n" + "この映画はとても面白かったです。もう一度見たいと思います。,良い\n" * 5
POLISH = "text,label\n" + "Zażółć gęślą jaźń; film był świetny ale trochę za długi,tak\n" * 5
GREEK = "text,label\n" + "Η ταινία ήταν πολύ καλή και μου άρεσε πάρα πολύ,ναι\n" * 5


def put(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        (FRENCH, "utf-8", "utf-8"),
        (FRENCH, "utf-8-sig", "utf-8-sig"),
        (FRENCH, "utf-16", "utf-16"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-32", "utf-32"),
        (WINDOWS, "cp1252", "cp1252"),
        (FRENCH, "latin-1", "cp1252"),  # the same bytes
        (WINDOWS.replace("€", "").replace("’", "'"), "mac_roman", "mac_roman"),
        (FRENCH, "cp850", "cp850"),
        (FRENCH.replace("classe", "œuvre au cœur"), "iso8859-15", "iso8859-15"),
        (GERMAN, "cp1252", "cp1252"),
        (SPANISH, "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8_r"),
        (JAPANESE, "shift_jis", "cp932"),
        (POLISH, "cp1250", "cp1250"),
        (GREEK, "cp1253", "cp1253"),
        ("a,b\nit\x92s fine,x\n", "latin-1", "cp1252"),
    ],
)
def test_found_and_read(tmp_path, text, written, found):
    path = put(tmp_path, text.encode(written, "ignore"))
    assert find_encoding(path) == found
    cells = [cell for row in open_table(path) for cell in row]
    expected = text.encode(written, "ignore").decode(found)
    assert all(cell in expected for cell in cells)


def test_damaged_utf8_is_an_error_with_its_place(tmp_path):
    good = "text,label\nété,a\nhiver à Noël,b\n".encode()
    path = put(tmp_path, good + b"caf\xe9,c\n" + good)
    with pytest.raises(TableError, match=r"line 4: byte 0xe9 \(byte 4 of the line\) is not valid"):
        open_table(path)
    assert list(open_table(path, encoding="latin-1"))[2] == ("café", "c")


def test_utf8_cut_inside_a_character(tmp_path):
    path = put(tmp_path, "text,label\nété,a\nçà,é".encode()[:-1])
    with pytest.raises(TableError, match="line 3: byte 0xc3"):
        open_table(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_damage_behind_a_mark(tmp_path, encoding):
    content = "text,label\nété,a\n".encode(encoding)
    path = put(tmp_path, content + (b"\x00\xd8x" if encoding == "utf-16" else b"\xff"))
    with pytest.raises(TableError, match="line 3: byte"):
        open_table(path)


def test_a_wrong_encoding_given(tmp_path):
    path = put(tmp_path, "text,label\nok,a\nœuf,b\n".encode("cp1252"))
    with pytest.raises(TableError, match="line 3: byte 0x9c cannot be read as utf-8"):
        open_table(path, encoding="utf-8")


def test_a_mark_is_no_part_of_the_first_name(tmp_path):
    path = put(tmp_path, "text,label\nété,a\n".encode("utf-8-sig"))
    assert open_table(path, encoding="utf-8").columns == ("text", "label")
    assert open_table(path).format.describe() == "comma-separated, UTF-8 with BOM"


def test_the_whole_file_decides(tmp_path):
    """Accents that turn up only behind the first megabyte."""
    head = b"text,label\n" + b"plain words,a\n" * 200_000
    assert find_encoding(put(tmp_path, head + "été,b\n".encode())) == "utf-8"
    assert find_encoding(put(tmp_path, head + "été,b\n".encode("cp1252"))) == "cp1252"


def test_bytes_of_no_known_text(tmp_path):
    with pytest.raises(TableError, match="neither UTF-8 nor an encoding that could be told"):
        open_table(put(tmp_path, b"a,b\n" + bytes(range(0x80, 0xC0)) * 40 + b",x\n"))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.text(alphabet="aé😀\n", max_size=60),
    pad=st.integers(-4, 4),
    after=st.text(alphabet="aé\n", max_size=5),
)
def test_the_place_of_a_bad_byte_across_pieces(tmp_path, before, pad, after):
    start = (b"x" * (CHUNK + pad - 1)) + b"\n" if len(before) % 2 else b""
    content = start + before.encode()
    path = put(tmp_path, content + b"\xff" + after.encode())
    bad = first_bad_byte(path, "utf-8")
    assert bad is not None
    assert (bad.line, bad.byte) == (content.count(b"\n") + 1, 0xFF)
    assert bad.column == len(content.rpartition(b"\n")[2]) + 1
