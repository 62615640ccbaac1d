import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.segments import cut, cut_sentences, sentences

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


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Am 3. Mai kam er. Nr. 5 ist frei.", ["Am 3. Mai kam er. ", "Nr. 5 ist frei."]),
        ("Apple Inc. said no. On Jan. 5 we left.", ["Apple Inc. said no. ", "On Jan. 5 we left."]),
        ("Is it? No. It is at 9 p.m. or so.", ["Is it? ", "No. ", "It is at 9 p.m. or so."]),
        ("It cost 5 Mio. Euro. We had 12. So we left.", None),
    ],
)
def test_abbreviations_and_ordinals_end_no_sentence(line, parts):
    parts = parts or ["It cost 5 Mio. Euro. ", "We had 12. ", "So we left."]
    assert sentences(line) == parts


def test_sentences_without_spaces_become_sentences_with_them():
    parts = cut_sentences("酒店很近。房间很大！早餐好吗？")
    assert parts.join(["It is near.", "It is big!", "Good?"]) == "It is near. It is big! Good?"
    assert parts.join(parts.pieces) == "酒店很近。房间很大！早餐好吗？"


def test_a_long_sentence_without_spaces_is_cut_to_length():
    text = "房间很大，" * 30 + "好" * 90
    pieces = cut(text, max_chars=40).pieces
    assert max(map(len, pieces)) <= 40
    assert "".join(pieces) == text
    assert pieces[0].endswith("，")
