import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.segments import cut, sentences

NASTY = st.text(
    st.sampled_from(list("ab. !?…。\n\r\t\v\f\x1c\x85\u2028<br/>p«»\"'1 \u3000")) | st.characters(),
    max_size=80,
)


@given(NASTY, st.integers(1, 60))
def test_joining_the_pieces_gives_the_text_back(text, max_chars):
    parts = cut(text, max_chars=max_chars)
    assert parts.join(parts.pieces) == text
    assert len(parts.glue) == len(parts.pieces) + 1


@given(NASTY)
def test_no_piece_holds_a_line_break_or_lacks_a_letter(text):
    for piece in cut(text).pieces:
        assert piece.splitlines() == [piece]
        assert any(char.isalnum() and not char.isdecimal() for char in piece)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("It rains. It pours.", ["It rains. ", "It pours."]),
        ("Dr. Smith met J. Doe at 3.5 km. Fine!", ["Dr. Smith met J. Doe at 3.5 km. ", "Fine!"]),
        ('He said "No." Then left.', ['He said "No." ', "Then left."]),
        ("好的。很好。", ["好的。", "很好。"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences(line, wanted):
    assert sentences(line) == wanted


def test_long_lines_are_cut_at_sentence_ends_then_at_spaces():
    line = "One two three. " * 20 + "word " * 50 + "x" * 200
    pieces = cut(line, max_chars=60).pieces
    assert all(len(piece) <= 60 or " " not in piece for piece in pieces)
    assert pieces[0].endswith(".")


def test_html_breaks_are_glue():
    parts = cut("Great!<br /><br />See <b>it</b>.")
    assert parts.pieces == ("Great!", "See <b>it</b>.")
    assert parts.glue[1] == "<br /><br />"


@pytest.mark.parametrize("text", ["", "   ", "123", "--- 4/5 ---", "😀😀", "\n\n"])
def test_a_text_without_letters_has_no_pieces(text):
    assert cut(text).pieces == ()
