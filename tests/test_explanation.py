"""The words that mattered: against leaving them out by hand, in any script, of any length."""

from __future__ import annotations

import html
import json
import random
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from augment.errors import InputError
from augment.train.explanation import _left_out
from augment.train.explanation_html import escaped, explanation_html
from augment.train.predictor import Predictor
from augment.train.saved_model import TRAINING
from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

TELLING = {"pos": ("good", "好"), "<neg>": ("bad", "坏"), "none": ()}
LABELS = tuple(TELLING)
NEUTRAL = ("the", "a", "film", "plot", "was", "is", "片", "x", "7")
WORDS = [*NEUTRAL, *(word for words in TELLING.values() for word in words)]
OPTIONS = {"device": "cpu", "precision": "fp32"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two models that have learnt what four words say: of single texts, and of pairs."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("made")
    encoder = str(tiny_encoder(folder / "encoder", WORDS))
    draw, texts = random.Random(0), []
    for n in range(150):
        text = draw.choices(NEUTRAL, k=draw.randint(1, 8))
        if telling := TELLING[LABELS[n % 3]]:
            text.insert(draw.randint(0, len(text)), draw.choice(telling))
        texts.append(" ".join(text))
    frame = pd.DataFrame({"text": texts, "label": [LABELS[n % 3] for n in range(150)]})
    options = {**OPTIONS, "model": encoder, "steps": 150, "lr": 0.003, "batch_size": 12}
    train_model(frame, **options, out=folder / "single")
    train_model(frame.assign(why="is it"), **options, text="why,text", out=folder / "pairs")
    return folder


@pytest.fixture(scope="module")
def single(made):
    return Predictor(made / "single", **OPTIONS)


@pytest.fixture(scope="module")
def pairs(made):
    return Predictor(made / "pairs", **OPTIONS)


def log_odds(p):
    return np.log(p / (1 - p))


def test_effects_are_those_of_leaving_each_word_out_by_hand(single):
    found = single.explain("the good film was 7")
    wanted = single.predict(["the good film was 7"])[0]
    assert found.prediction.scores == pytest.approx(wanted.scores, abs=1e-6)
    assert (found.label, found.probability) == (found.prediction.label, found.prediction.score)
    assert found.label == "pos"
    assert [found.text_of(one) for one in found.effects] == ["the", "good", "film", "was", "7"]
    shorter = ["good film was 7", "the film was 7", "the good was 7", "the good film 7"]
    column = single.labels.index("pos")
    alone = single.predict_proba(["the good film was 7", *shorter, "the good film was"])[:, column]
    weights = [one.weight for one in found.effects]
    assert weights == pytest.approx(log_odds(alone[0]) - log_odds(alone[1:]), abs=1e-4)
    assert [one.without for one in found.effects] == pytest.approx(alone[1:], abs=1e-5)
    (strongest,) = found.strongest(1)
    assert found.text_of(strongest) == "good"
    assert strongest.weight > 1 > 0.5 > strongest.without


def test_any_class_can_be_explained(single):
    found = single.explain("the bad film", label="none")
    assert (found.label, found.prediction.label) == ("none", "<neg>")
    (strongest,) = found.strongest(1)
    assert found.text_of(strongest) == "bad"
    assert strongest.weight < -1
    assert found.probability < 0.5 < strongest.without


@pytest.mark.parametrize("text", ["", " \n", "...", "<!-- -->"])
def test_a_text_without_words_has_no_effects(text, single):
    found = single.explain(text)
    assert found.effects == ()
    assert found.probability == single.predict([text])[0].score
    assert "There is no word in it" in explanation_html(found)


def test_one_word_is_left_out_to_nothing(single):
    found = single.explain("good")
    (only,) = found.effects
    column = single.labels.index(found.label)
    assert only.without == pytest.approx(single.predict_proba([""])[0, column], abs=1e-6)
    assert only.weight > 0


def test_scripts_without_spaces_and_emoji(single):
    found = single.explain("好片 😀👩\u200d💻, <b>x</b>")
    shown = [found.text_of(one) for one in found.effects]
    assert shown == ["好", "片", "😀👩\u200d💻", "b", "x", "b"]
    assert found.label == "pos"
    assert found.text_of(found.strongest(1)[0]) == "好"


def test_pairs_have_effects_on_both_sides(pairs):
    text = ("is it x", "the bad film was 7")
    found = pairs.explain(text)
    assert found.sides == text
    assert [one.side for one in found.effects] == [0] * 3 + [1] * 5
    assert [found.text_of(one) for one in found.effects] == " ".join(text).split()
    assert found.label == "<neg>"
    bad = next(one for one in found.effects if found.text_of(one) == "bad")
    column = pairs.labels.index("<neg>")
    alone = pairs.predict_proba([("is it x", "the film was 7")])[0, column]
    assert bad.without == pytest.approx(alone, abs=1e-5)
    assert pairs.explain(("", "")).effects == ()
    assert {one.side for one in pairs.explain(text, max_texts=1).effects} == {0, 1}


class Counting(Predictor):
    """Counts the texts that the model is asked about."""

    asked = 0

    def predict_proba(self, texts):
        self.asked += len(texts)
        return super().predict_proba(texts)


def test_a_thousand_words_cost_a_bounded_number_of_texts(made):
    model = Counting(made / "single", **OPTIONS)
    text = " ".join(["bad", *(["film", "plot"] * 500)])
    found = model.explain(text, max_texts=16)
    assert model.asked <= 16 + 2
    # 64 tokens, two of them special; 16 stand before the gap and 46 behind it.
    assert found.words_each == 4
    [(begin, end)] = found.unread
    assert len(text[:begin].split()) == 16
    assert len(text[end:].split()) == 46
    assert all(one.end <= begin or one.start >= end for one in found.effects)
    assert found.effects[-1].end == len(text)
    assert found.text_of(found.strongest(1)[0]).startswith("bad")
    # Nothing moves in from the gap: what the model reads alone has the same effects.
    alone = model.explain(text[:begin] + text[end - 1 :], max_texts=16)
    assert len(alone.effects) == len(found.effects)
    assert [one.weight for one in found.effects] == pytest.approx(
        [one.weight for one in alone.effects], abs=1e-4
    )


def test_a_word_at_the_end_of_a_long_text_matters(single):
    text = " ".join([*(["film", "plot"] * 100), "bad"])
    found = single.explain(text)
    assert found.text_of(found.strongest(1)[0]) == "bad"


def test_a_model_that_was_trained_on_starts_reads_starts(made, tmp_path):
    shutil.copytree(made / "single", tmp_path / "older")
    record = json.loads((tmp_path / "older" / TRAINING).read_text(encoding="utf-8"))
    assert record.pop("truncation") == "middle"
    (tmp_path / "older" / TRAINING).write_text(json.dumps(record), encoding="utf-8")
    model = Predictor(tmp_path / "older", **OPTIONS)
    text = " ".join([*["film"] * 62, "bad"])
    assert model.unread(text) == ((len("film") * 62 + 61, len(text)),)
    assert model.explain(text).effects[-1].end == len(text) - len(" bad")
    assert model.predict([text])[0] == model.predict([text.removesuffix(" bad")])[0]


def test_a_text_that_just_fits_is_read_to_its_end(single):
    just = " ".join(["film"] * 62)
    assert single.unread(just) == ((len(just), len(just)),)
    assert single.unread(just + " film") == ((len("film") * 16 + 15, len("film") * 17 + 17),)
    assert single.unread("a b") == ((3, 3),)


def test_the_longer_side_of_a_pair_is_cut(pairs):
    long = "film " * 100
    first, second = pairs.unread(("is it", long))
    assert first == (len("is it"), len("is it"))
    assert 0 < second[0] < second[1] < len(long)


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("a", {"label": "nope"}, "label='nope' is no class of .*pos"),
        ("a", {"max_texts": 0}, "max_texts=0: at least 1"),
        (("a", "b"), {}, "trained on single texts"),
        (("a", "b", "c"), {}, "texts, or pairs of texts"),
        (7, {}, "row 0: 7 is no text"),
    ],
)
def test_what_cannot_be_explained_is_refused(text, options, wanted, single):
    with pytest.raises(InputError, match=wanted):
        single.explain(text, **options)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("a b c", (2, 3), "a c"),
        ("a b c", (0, 1), "b c"),
        ("a b c", (4, 5), "a b"),
        ("a, b!", (3, 4), "a, !"),
        ("好片", (0, 1), "片"),
        ("a", (0, 1), ""),
        ("a\n\nb\n\nc", (3, 4), "a\n\nc"),
    ],
)
def test_a_word_leaves_one_gap_behind(text, gone, left):
    assert _left_out(text, *gone) == left


EVIL = "bad <img src=x onerror=alert(1)> {{value}} ${1} `x` \"is\" & 'film'"


def test_html_shows_the_text_and_no_markup_of_it(single):
    found = single.explain(EVIL, label="<neg>")
    shown = explanation_html(found)
    paragraph = re.search(r'<p dir="auto">(.*?)</p>', shown, re.S)[1]
    assert html.unescape(re.sub(r"<[^>]+>", "", paragraph)) == EVIL
    assert set(re.findall(r"<(\w+)", shown)) <= {"div", "mark", "p", "table", "tr", "th", "td"}
    assert not set("{}$`") & set(shown)
    assert "&lt;neg&gt;" in shown
    # What the training decides: that a text without "bad" is less of that class.
    (bad,) = re.findall(r'<mark class="(\w+)"[^>]*>bad</mark>', paragraph)
    assert bad == "for"
    none = explanation_html(single.explain(EVIL, label="none"))
    assert re.findall(r'<mark class="(\w+)"[^>]*>bad</mark>', none)[0] == "against"


def test_html_turns_nothing_around_for_the_name_of_a_class(single):
    shown = explanation_html(replace(single.explain(EVIL), label="a\u202eb\nc"))
    assert shown.count("a⟨U+202E⟩b␊c") > 1
    assert "\u202e" not in shown


def test_html_of_a_pair_names_its_sides_and_of_a_long_text_what_is_unread(pairs):
    found = pairs.explain(("is it", "bad " + "film " * 100))
    shown = explanation_html(found, ("why", "<text>"))
    assert "<b>why</b>" in shown
    assert "<b>&lt;text&gt;</b>" in shown
    assert re.search(r'film<span class="unread">( film)+ </span>film', shown)
    assert "beyond what the model reads" in shown


def test_the_colour_of_a_text_in_which_nothing_matters_stays_pale(single):
    found = single.explain("the good film was 7")
    deep = float(re.search(r'--much:([\d.]+)"[^>]*>good<', explanation_html(found))[1])
    assert deep == pytest.approx(1.0, abs=0.01)
    weak = [one for one in found.effects if abs(one.weight) < 0.05]
    for one in weak:
        assert f">{escaped(found.text_of(one))}</mark>" not in explanation_html(found)
