import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.datasets.review.differences import MOST_ALIGNED, differences
from augment.datasets.visible import visible, visible_name


def marked(pieces):
    return "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("original", "text", "left", "right"),
    [
        ("A good film.", "A fine film.", "A [good] film.", "A [fine] film."),
        ("A good film.", "A good film.", "A good film.", "A good film."),
        ("It's bad", "It is bad", "It['s] bad", "It [is] bad"),
        ("", "New text", "", "[New text]"),
        ("One.\n\nTwo", "One.  Two!", "One.\n\nTwo", "One.  Two[!]"),
        ("我爱电影", "我恨电影", "我[爱]电影", "我[恨]电影"),
        ("three small words", "words", "[three small] words", "words"),
    ],
)
def test_changed_words_are_told(original, text, left, right):
    found = differences(original, text)
    assert (marked(found[0]), marked(found[1])) == (left, right)


@given(st.text(), st.text())
def test_the_pieces_give_the_texts_back(original, text):
    left, right = differences(original, text)
    assert "".join(piece.text for piece in left) == original
    assert "".join(piece.text for piece in right) == text
    shared = ["".join(p.text for p in side if not p.changed).split() for side in (left, right)]
    assert "".join(shared[0]) == "".join(shared[1])


def test_very_long_texts_are_not_aligned_word_by_word():
    many = [f"w{n}" for n in range(30 * MOST_ALIGNED)]
    other = [*many[:10], "other", *many[11:-5], "new", *many[-4:]]
    begin = time.process_time()
    left, right = differences(" ".join(many), " ".join(other))
    assert time.process_time() - begin < 20  # aligned, it would take gigabytes and minutes
    assert [piece.changed for piece in left] == [False, True, False]
    assert right[1].text.startswith("other w11")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc\r\nd", "a\tb\nc\nd"),
        ("bell\a, nul\0, escape\x1b", "bell␇, nul␀, escape␛"),
        ("\u202etxet\ud800\x85", "⟨U+202E⟩txet⟨U+D800⟩⟨U+0085⟩"),
        ("שלום 👍🏽 é", "שלום 👍🏽 é"),
    ],
)
def test_what_cannot_be_shown_is_made_visible(text, shown):
    assert visible(text) == shown


def test_a_name_stays_in_its_line_and_turns_nothing_around():
    marks = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    shown = "".join(f"⟨U+{ord(mark):04X}⟩" for mark in marks)
    assert visible_name(f"a\tb\r\nc\0{marks}\x85שלום") == f"a␉b␊c␀{shown}⟨U+0085⟩שלום"
