"""The real Apertium: alignment for any text, failures found, nothing altered that must not be."""

import os
import shutil
from contextlib import closing

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import augment
from augment import pipeline
from augment.datasets.augmentation.report import FOREMOST
from augment.errors import PairError, TranslatorError
from augment.filters.reworded import rewording
from augment.records import Translation
from augment.translators import apertium, apertium_text
from augment.translators.apertium import Apertium, installed_modes
from augment.translators.apertium_classes import AmbiguityClasses

pytestmark = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="Apertium is not installed (make apertium)"
)

SPECIALS = "^ $ / \\ [ ] { } @ * # ~ < >"
HOSTILE = [
    SPECIALS,
    *SPECIALS.split(" "),
    "a ^b$ c/d [e] {f} <g> \\ ~ end",
    "*great* #1 @home ~ the ^end$",
    "[0]The house.[]\x00",
    "^house<n><sg>$ and \\^dog\\$",
    "line one\nline two\n\n\nline three\r\nline four",
    "tab\there and \x1b[31mred\x1b[0m",
    "<b>bold</b> text<br /><br />Next <script>alert(1)</script> &amp; &lt;",
    "see https://example.com/a?b=1&c=[2]#d or mail a.b@c.org now",
    "nice 😀 film 👍🏽🏳️‍🌈!",
    "שלום עולם the house مرحبا \u202ereversed\u202c",
    "zero\u200bwidth\ufeff joiner\u200d soft\u00adhyphen",
    "12345",
    "3.5/10 and/or 1,000.50 $5 100%",
    "",
    "   ",
    "\n\n",
    "{name} owes %(sum)s and ${x}",
    "中文 和 English",
    "a" * 3000,
    "\uffff the \ufdd0 house \ufffe",
    "word " * 2000,
]


@pytest.fixture(scope="module", params=[("en", "es"), ("fr", "ca"), ("fr", "eo"), ("eo", "en")])
def mode(request):
    if request.param not in installed_modes():
        pytest.skip(f"pair {request.param} is not installed")
    translator = Apertium().open(*request.param)
    yield translator
    translator.close()


@pytest.fixture(scope="module")
def english():
    translator = Apertium().open("en", "es")
    yield translator
    translator.close()


def test_hostile_texts_keep_their_places(mode):
    texts = [text for hostile in HOSTILE for text in ("the house", hostile)]
    results = mode.translate(texts)
    assert [r.error for r in results] == [""] * len(texts)
    house = results[0].text
    assert [r.text for r in results[::2]] == [house] * len(HOSTILE)


def test_what_has_no_letters_and_line_breaks_come_back_as_they_were(mode):
    texts = ["12345", "", " \n ", "--- * * *", "^ $ [ ]", "😀 \u200b 4/5"]
    assert [r.text for r in mode.translate(texts)] == texts
    (done,) = mode.translate(["the house\r\n\r\n  the end<br />12\n"])
    assert "\r\n\r\n  " in done.text
    assert done.text.endswith("<br />12\n")


def test_protected_spans_come_back_whole(mode):
    spans = [
        "https://example.com/a?b=1&c=[2]",
        "a.b@c.org",
        "#ThisTag",
        "@some_one",
        "&amp;",
        "<b>",
        "</b>",
        "{name}",
        "😀",
        "\u200b",
        "*",
        "~",
        "^",
    ]
    results = mode.translate([f"house {span} end" for span in spans])
    assert [span for span, done in zip(spans, results, strict=True) if span not in done.text] == []


@settings(
    max_examples=60,
    derandomize=True,  # it runs real programs: a failure must come back on the next run
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [*SPECIALS, "the ", "house ", "not ", ". ", "\n", "\t", "1", "😀", "'s"]
            )
            | st.characters(),
            max_size=30,
        ).map("".join),
        max_size=12,
    )
)
def test_any_text_is_translated_in_its_place(english, texts):
    results = english.translate([*texts, "the house"])
    assert [done.error for done in results] == [""] * len(results)
    assert results[-1].text == "La casa"
    assert all(bool(done.text.strip()) == bool(text.strip()) for done, text in zip(results, texts))


def test_a_long_text_is_cut_and_put_together(english):
    text = "The house is big. I like it.\n" * 1800
    assert len(text) > 50_000
    (done,) = english.translate([text])
    assert not done.error
    assert done.text.count("\n") == 1800
    assert len(set(done.text.splitlines())) == 1


def test_a_text_is_translated_alike_whatever_stands_before_it(english):
    texts = ["I saw her duck.", "Time flies like an arrow", "He can fish", "They hope", "will"]
    alone = [english.translate([text])[0] for text in texts]
    assert english.translate(texts) == alone
    assert english.translate(texts[::-1]) == alone[::-1]


@pytest.mark.parametrize("pair", [("en", "es"), ("es", "en"), ("fr", "ca"), ("fr", "es")])
def test_words_of_unseen_classes_leave_the_tagger_as_it_was(pair):
    """Apertium's tagger forgets its class for unknown words at the first new combination."""
    if pair not in installed_modes():
        pytest.skip("pair is not installed")
    before = {
        "en": "There was a lot of silence.",
        "es": "La vista de tal casa.",
        "fr": "Tout le reste est bien moins que rien.",
    }[pair[0]]
    texts = {
        "en": ["The writer included.", "Nobody has ever cooked from it, the writer included."],
        "es": ["Lo bueno dicho entonces.", "Una batalla lenta."],
        "fr": ["Le blue point brought us back.", "The clever explosions each time."],
    }[pair[0]]
    alone = []
    for text in texts:
        translator = Apertium().open(*pair)
        alone += translator.translate([text])
        translator.close()
    translator = Apertium().open(*pair)
    assert translator.translate([before, *texts])[1:] == alone
    assert translator.translate([*texts[::-1], before])[:-1] == alone[::-1]
    translator.close()


def test_readings_are_cut_down_to_the_largest_known_combination():
    asked = []

    def known(combinations):
        asked.extend(combinations)
        return ["x<v>" not in c or len(c) == 1 for c in combinations]

    classes = AmbiguityClasses(known)
    piece = r"[0\^a/b$]^x/x<v>/x<n>/x<a>$ \^ ^y/y<n>/y<a>$ ^z/z<v>$^u/*u$[].[]"
    settled = r"[0\^a/b$]^x/x<n>/x<a>$ \^ ^y/y<n>/y<a>$ ^z/z<v>$^u/*u$[].[]"
    assert classes.settle([piece]) == [settled]
    n = len(asked)
    assert classes.settle([piece, piece]) == [settled] * 2
    assert len(asked) == n


def test_unknown_words_are_marked_but_not_in_the_text(english):
    (done,) = english.translate(["the Xyzzyqwe house"])
    assert "*" not in done.text
    assert "*Xyzzyqwe" in done.marks


def test_a_pipeline_that_dies_of_a_text_costs_that_text_only(deadly_poison):
    translator = Apertium().open("en", "es")
    results = translator.translate(["the house", "poison", "the house", "the dog"])
    translator.close()
    assert [bool(done.error) for done in results] == [False, True, False, False]
    assert "broke off" in results[1].error
    assert results[2].text == "La casa"


def test_a_pipeline_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(pipeline, "HUNG_AFTER_S", 0.3)
    translator = Apertium().open("en", "es")
    translator.commands = [["sleep", "60"]]
    (done,) = translator.translate(["the house"])
    assert "no answer for" in done.error
    translator.close()


def test_a_missing_program_is_named():
    translator = Apertium().open("en", "es")
    translator.commands = [["lt-proc-that-is-not-there", "-z"]]
    (done,) = translator.translate(["the house"])
    assert "lt-proc-that-is-not-there" in done.error


def test_a_pair_that_is_not_installed_names_the_line():
    with pytest.raises(PairError, match="sudo apt-get install apertium apertium-rus-ukr"):
        Apertium().open("ru", "uk")
    with pytest.raises(PairError, match="no Debian package"):
        Apertium().open("ja", "ko")


def test_modes_are_directed_and_plain_ones_win():
    modes = installed_modes()
    assert ("fr", "eo") in modes
    assert ("eo", "fr") not in modes
    assert modes["en", "ca"].stem == "eng-cat"
    assert modes["en", "es"].stem == "eng-spa"


def test_the_identity_names_mode_and_data(english):
    assert english.identity.startswith("apertium:eng-spa@")
    other = Apertium().open("es", "en")
    assert other.identity.split("@")[1] != english.identity.split("@")[1]


def test_output_out_of_step_is_refused():
    with pytest.raises(TranslatorError, match="out of step"):
        apertium_text.decode(3, "[4]la casa.[]", "the house")


@given(st.text())
def test_an_untouched_piece_decodes_to_itself(piece):
    piece = piece.strip()
    sent = apertium_text.encode(0, piece)
    clean = apertium_text._NOT_UTF8.sub("\ufffd", piece)
    got = apertium_text.decode(0, sent, clean)
    assert got == Translation(apertium_text.decode(0, sent, clean).text, ())
    if "  " not in clean and " " not in clean:
        assert got.text == clean


def test_what_it_changes_much_is_refused_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [
        "The view over the lake was beautiful and the breakfast was good.",
        "My suitcase arrived two days after me and nobody in the office answered the telephone.",
        "A short walk through the park, then soup, bread and an early night.",
    ]
    frame = pd.DataFrame({"text": texts, "label": ["a", "b", "a"]})
    given = {"pivot": "es,ca", "source": "en", "balance": "none", "store": "none"}
    free = augment.back_translate(frame, no_filter="all", **given)
    [told] = [note for note in free.manifest.notes if "3 in 10" in note]
    assert any(part in told for part in FOREMOST)
    held = augment.back_translate(frame, no_filter="grammar", **given)
    [told] = [
        note
        for note in held.manifest.notes
        if "of English sentences that pass readers found 6 in 10 through es,ca good" in note
    ]
    assert any(part in told for part in FOREMOST)
    assert held.manifest.totals["rejected"]["reworded"] > 0
    assert most_reworded(held, texts) <= 0.7 < most_reworded(free, texts)
    near = augment.back_translate(frame, no_filter="grammar", max_change=0.15, **given)
    assert (near.frame["aug_change"].dropna() <= 0.15).all()
    assert (free.frame["aug_change"] > 0.15).any()


def most_reworded(done, texts):
    new = done.frame[done.frame["aug_method"] != ""]
    pairs = zip(new["aug_source_id"], new["text"], strict=True)
    return max(rewording(texts[int(source)], text) for source, text in pairs)


def test_a_file_that_is_no_mode_costs_that_file_only(tmp_path, monkeypatch):
    """An empty one, one with a quotation mark left open, and one that nobody may read as text."""
    folder = apertium.modes_folder()
    for mode in folder.glob("eng-spa.mode"):
        (tmp_path / mode.name).write_text(mode.read_text())
    (tmp_path / "fr-br.mode").write_text("")
    (tmp_path / "fr-oc.mode").write_text("lt-proc 'open")
    (tmp_path / "fr-pt.mode").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setattr(apertium, "modes_folder", lambda: tmp_path)
    installed_modes.cache_clear()
    try:
        assert set(installed_modes()) == {("en", "es")}
    finally:
        monkeypatch.undo()
        installed_modes.cache_clear()


def test_it_is_read_with_more_files_open_than_select_counts(english):
    """The number of an open file may be above 1,023, as in servers and notebooks."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        pytest.skip("the system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2000, hard))
    held = []
    try:
        while not held or held[-1] < 1100:
            held.append(os.open(os.devnull, os.O_RDONLY))
        with closing(Apertium().open("en", "es")) as mode:
            (done,) = mode.translate(["The house is big."])
        assert done.text
    finally:
        for handle in held:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
