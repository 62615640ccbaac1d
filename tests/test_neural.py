"""Local neural engines: right word by word, and the same whatever stands beside a text."""

import gc
import random
import shutil
import threading
import weakref
from collections import Counter
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest

from augment.decoding import Decoding
from augment.errors import DamagedFileError, GivenUpError, InputError, PairError, TranslatorError
from augment.models.fetch import FetchOptions, fetch_model
from augment.models.home import find_installed, read_record
from augment.translators import load_engine, sampling
from augment.translators.loaded import Loaded
from augment.translators.neural import marian
from augment.translators.subwords import Subwords, shorten


@pytest.fixture
def back(models):
    """The way from the made-up language into English, where several answers are right."""
    return lambda **how: marian().open_decoding("eo", "en", Decoding(**how))


def right(world, english, foreign):
    """Whether an English text is one of the right translations."""
    words = english.split()
    return len(words) == 7 and set(words[1:6:4]) <= set(world.adjectives) and (
        " ".join(world.made_up(words)) == foreign
    )  # fmt: skip


def test_every_word_is_where_it_belongs(models, world):
    examples = world.pairs(120, seed=11)
    there = marian().open("en", "eo")
    done = there.translate([english for english, _ in examples])
    assert [one.text for one in done] == [foreign for _, foreign in examples]
    home = marian().open("eo", "en").translate([one.text for one in done])
    assert all(
        right(world, one.text, foreign) for one, (_, foreign) in zip(home, examples, strict=True)
    )


def test_n_best_gives_different_right_texts(back, world):
    examples = world.pairs(40, seed=12)
    translator = back(variants=4)
    rows = translator.translate_all([foreign for _, foreign in examples])
    found = Counter()
    for (_, foreign), row in zip(examples, rows, strict=True):
        texts = [one.text for one in row]
        assert len(set(texts)) == 4
        found[sum(right(world, text, foreign) for text in texts)] += 1
    assert found[4] + found[3] + found[2] >= 30  # two synonyms twice: up to four are right
    firsts = [row[0].text for row in rows]
    assert [one.text for one in translator.translate([f for _, f in examples])] == firsts


@pytest.mark.parametrize("how", [{}, {"variants": 4, "variant": 2}, {"kind": "sample"}])
def test_neighbours_order_and_batches_change_nothing(back, world, how):
    texts = [foreign for _, foreign in world.pairs(60, seed=13)]
    texts += [f"{a}. {b}.\n{a}" for a, b in zip(texts[::2], texts[1::2], strict=True)]
    translator = back(**how)
    whole = dict(zip(texts, translator.translate(texts), strict=True))
    shuffled = random.Random(0).sample(texts, len(texts))
    other = back(**how)
    other.batch_tokens = 40
    assert dict(zip(shuffled, other.translate(shuffled), strict=True)) == whole
    alone = back(**how)
    for text in texts[::12]:
        assert alone.translate([text]) == [whole[text]]


def test_draws_differ_by_variant_and_seed_and_come_again(back, world):
    texts = [foreign for _, foreign in world.pairs(30, seed=14)]

    def drawn(**how):
        return [one.text for one in back(kind="sample", **how).translate(texts)]

    first = drawn(temperature=1.0)
    assert drawn(temperature=1.0) == first
    assert drawn(temperature=1.0, variant=1) != first
    assert drawn(temperature=1.0, seed=5) != first
    greedy = [one.text for one in back(beam_size=1).translate(texts)]
    assert drawn(temperature=5, top_k=1) == greedy


def test_draws_follow_the_probabilities_of_the_model(back, world):
    """What is drawn a thousand times is drawn as often as the model says, word for word."""
    source = "la domo granda unu kino ruga montras"
    translator = back(kind="sample", temperature=1.0, top_k=0)
    count = 600
    texts = Counter(
        back(kind="sample", temperature=1.0, top_k=0, variant=n).translate([source])[0].text
        for n in range(count)
    )
    from augment.translators.loaded import LOADED

    pieces = translator.subwords.source(translator.subwords.cut([source])[0])
    with LOADED.use(translator.model) as engine:
        for text, times in texts.most_common(2):
            tokens = [f"▁{word}" for word in text.split()]
            (scored,) = engine.score_batch([pieces], [tokens])
            chance = pytest.approx(
                2.718281828 ** sum(scored.log_probs), abs=4 * (0.25 / count) ** 0.5
            )
            assert times / count == chance
    assert len(texts) > 2


def test_a_draw_is_that_of_drawing_word_by_word():
    """Against the plain way: one word after the other, each from the model's chances."""
    tokens = ["</s>", "<unk>", "a", "b", "c"]

    def scores(text):
        local = random.Random(" ".join(text))
        return [local.uniform(0, 3) for _ in tokens]

    def go_on(sources, beginnings, longest):
        out = []
        for source, start in zip(sources, beginnings, strict=True):
            text, seen = list(start), []
            for place in range(longest):
                seen.append(scores([*source, *text[:place]]))
                if place >= len(text):
                    best = max((n for n in range(5) if n != 1), key=seen[-1].__getitem__)
                    text.append(tokens[best])
                if text[place] == "</s>":
                    break
            out.append((text, seen))
        return out

    decoding = Decoding(kind="sample", temperature=1.3, top_k=3, seed=3)
    sources = [[f"s{n}"] for n in range(50)]
    options = {"decoding": decoding, "tokens": tokens, "longest": 12}
    drawn = sampling.draw(sources, go_on, **options)

    import numpy as np

    for source, text in zip(sources, drawn, strict=True):
        plain = []
        while len(plain) < 12 and (not plain or plain[-1] != "</s>"):
            values = np.array(scores([*source, *plain]))
            key = sampling._key(source, decoding)
            plain.append(tokens[sampling._pick(values, key, len(plain), decoding, np.array([1]))])
        assert text == plain
    assert len({tuple(text) for text in drawn}) > 20


def test_line_breaks_and_sentences_come_back_where_they_were(models, world):
    (first, one), (second, two) = world.pairs(2, seed=15)
    there = marian().open("en", "eo")
    text = f"{first}\n\n  {second}<br />{first}\n---\n"
    assert there.translate([text])[0].text == f"{one}\n\n  {two}<br />{one}\n---\n"
    assert there.translate(["", "123\n"])[1].text == "123\n"


def test_a_sentence_that_is_too_long_is_cut_and_nothing_dropped(models, world):
    examples = world.pairs(30, seed=16)
    there = marian().open("en", "eo")
    there.model = replace(there.model, positions=7 + 4)  # one phrase of seven words at a time
    long = " ".join(english for english, _ in examples)
    assert there.translate([long])[0].text == " ".join(foreign for _, foreign in examples)


def test_shorten_never_loses_a_piece():
    pieces = [("▁" if n % 3 == 0 else "") + str(n) for n in range(50)] + ["x"] * 30
    for size in (1, 2, 3, 7, 80, 81):
        parts = shorten(pieces, size)
        assert [piece for part in parts for piece in part] == pieces
        assert max(map(len, parts)) <= size


def test_a_text_that_comes_to_no_end_is_a_failure(models, world, monkeypatch):
    there = marian().open("en", "eo")
    monkeypatch.setattr(there, "longest", lambda n_tokens: 5)
    (done,) = there.translate([world.sentences(1)[0]])
    assert "came to no end" in done.error
    assert done.text == ""


@pytest.mark.parametrize("family", ["marian", "m2m100", "nllb"])
def test_pieces_are_those_of_transformers(world, tmp_path, family):
    from transformers import M2M100Tokenizer, MarianTokenizer, NllbTokenizer

    texts = [
        *world.sentences(50),
        "Ça coûte 12,50 € – vraiment ?",
        "two  spaces\tand a tab",
        "ﬁne “quotes” … ½ Ｗｉｄｅ",
        "emoji 😀 and 汉字",
        "<unk> </s> x",
        "a",
    ]
    folder = tmp_path / family
    if family == "marian":
        with world.quiet():
            world.marian_folder(folder, texts, texts)
        tokenizer = None
        languages = ("", "")
    else:
        world.many_language_folder(folder, texts, family)
        languages = {"m2m100": ("__en__", "__fr__"), "nllb": ("eng_Latn", "fra_Latn")}[family]
    with world.quiet():
        tokenizer = {
            "marian": lambda: MarianTokenizer.from_pretrained(folder),
            "m2m100": lambda: M2M100Tokenizer.from_pretrained(folder, src_lang="en"),
            "nllb": lambda: NllbTokenizer.from_pretrained(folder, src_lang="eng_Latn"),
        }[family]()
    ours = Subwords(folder, family, *languages)
    for text, pieces in zip(texts, ours.cut(texts), strict=True):
        if "</s>" in text:  # they take it for the end of the text, ours for letters of the text
            assert "</s>" not in pieces
            continue
        ids = tokenizer(text)["input_ids"]
        unknown = tokenizer.unk_token_id
        known = tokenizer.convert_tokens_to_ids(ours.source(pieces))
        assert [unknown if one is None else one for one in known] == ids, text
    good = texts[0]
    (pieces,) = ours.cut([good])
    assert ours.join([*ours.prefix, *pieces, "</s>"]) == good


class Small:
    """An engine with room for few tokens at once."""

    def __init__(self, room, error="CUDA failed with error out of memory"):
        self.room, self.error, self.asked = room, RuntimeError(error), []

    def translate_batch(self, sources, prefixes, *, max_batch_size, **options):
        self.asked.append(max_batch_size)
        if max_batch_size > self.room:
            raise self.error
        return [_later(SimpleNamespace(hypotheses=[[*source]])) for source in sources]


def _later(found):
    return SimpleNamespace(result=lambda: found)


class Late(Small):
    """An engine whose workers, not the call, run out of memory: at texts of two words or more."""

    def translate_batch(self, sources, prefixes, *, max_batch_size, **options):
        self.asked.append((len(sources[0]), max_batch_size))
        fits = max_batch_size <= self.room or len(sources[0]) < 3

        def result(source):
            if not fits:
                raise self.error
            return SimpleNamespace(hypotheses=[[*source]])

        return [SimpleNamespace(result=partial(result, source)) for source in sources]


def test_a_batch_that_does_not_fit_is_halved(models):
    there = marian().open("en", "eo")
    there.batch_tokens = 1000
    small = Small(130)
    job = ([["a", "</s>"]], {})
    there.run(small, [job])
    assert small.asked == [1000, 500, 250, 125]
    there.run(small, [job])
    assert small.asked[4:] == [125]
    with pytest.raises(GivenUpError, match="out of memory; ") as raised:
        there.run(Small(0), [job])
    assert "what was delivered is in the store: " in str(raised.value.with_store(True))
    with pytest.raises(TranslatorError, match="broken"):
        there.run(Small(0, "broken"), [job])


def test_only_what_did_not_fit_is_translated_again(models):
    there = marian().open("en", "eo")
    there.batch_tokens = 1000
    late = Late(500)
    jobs = [([["a", "b", "</s>"]], {}), ([["c", "</s>"]], {})]
    done = there.run(late, jobs)
    assert [[one.hypotheses[0] for one in results] for results in done] == [s for s, _ in jobs]
    assert late.asked == [(3, 1000), (2, 1000), (3, 500)]


def test_the_model_not_used_for_longest_is_let_go(models):
    record = read_record(find_installed("en-eo")[0])
    several = [replace(record, name=f"local/{n}") for n in range(4)]
    made = []

    def loader(model):
        made.append(model.name)
        return object()

    loaded = Loaded(at_most=2, loader=loader)
    a, b, c, d = several
    for model in (a, b, a, c):  # b is let go
        with loaded.use(model):
            assert len(loaded) <= 2
    with loaded.use(a) as first, loaded.use(a) as again:
        assert first is again
    assert made == [a.name, b.name, c.name]
    with loaded.use(a), loaded.use(c), loaded.use(d):  # none at work is let go
        assert len(loaded) == 3
    with loaded.use(b):
        assert len(loaded) == 2


def test_a_model_that_is_being_loaded_holds_up_nobody_else(models):
    record = read_record(find_installed("en-eo")[0])
    slow, quick = (replace(record, name=f"local/{name}") for name in ("slow", "quick"))
    begun, go_on = threading.Event(), threading.Event()
    made = []

    def loader(model):
        made.append(model.name)
        if model.name == slow.name:
            begun.set()
            assert go_on.wait(20)
        return object()

    loaded = Loaded(loader=loader)
    got = []

    def use_slow():
        with loaded.use(slow) as engine:
            got.append(engine)

    threads = [threading.Thread(target=use_slow, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    finished = threading.Event()

    def use_quick():
        with loaded.use(quick):
            finished.set()

    threading.Thread(target=use_quick, daemon=True).start()
    in_time = finished.wait(20)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert in_time
    assert got[0] is got[1]
    assert sorted(made) == [quick.name, slow.name]


def test_a_model_that_cannot_be_loaded_is_tried_again(models):
    record = read_record(find_installed("en-eo")[0])
    answers = [DamagedFileError("half of it is missing"), object()]

    def loader(model):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    loaded = Loaded(loader=loader)
    with pytest.raises(DamagedFileError, match="half of it"), loaded.use(record):
        pass
    assert len(loaded) == 0
    with loaded.use(record) as engine:
        assert engine is not None


def test_closing_gives_the_model_back(models, world, tmp_path, monkeypatch):
    from augment.translators.loaded import LOADED

    shutil.copytree(models, tmp_path / "home")  # models that no other test holds
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "home"))
    text = world.sentences(1, 5)
    first, second = marian().open("en", "eo"), marian().open("en", "eo")
    done = first.translate(text)
    with LOADED.use(first.model) as engine:
        alive = weakref.ref(engine)
    del engine
    first.close()
    first.close()  # once more changes nothing
    assert alive() is not None
    assert second.translate(text) == done
    second.close()
    gc.collect()
    assert alive() is None


def test_files_are_hashed_before_they_are_loaded(models, monkeypatch):
    there = marian().open("en", "eo")
    wrong = {**there.model.files["model.bin"], "sha256": "0" * 64}
    there.model = replace(there.model, files={**there.model.files, "model.bin": wrong})
    folder = there.model.folder
    monkeypatch.setattr("augment.models.home.read_record", lambda path: there.model)
    with pytest.raises(DamagedFileError, match="augment models fetch en-eo --from FOLDER --force"):
        there.translate(["the big house shows a red film"])
    assert folder.is_dir()


def test_engines_say_what_is_at_hand_and_how_to_get_the_rest(models):
    engine = load_engine("marian")
    assert engine.pairs() == {("en", "eo"), ("eo", "en")}
    assert engine.how_to_get("fr", "en") == "augment models fetch en-fr fr-en"
    assert engine.how_to_get("fr", "ko") == ""
    assert load_engine("m2m100").pairs() == frozenset()
    assert load_engine("m2m100").how_to_get("fr", "ko") == "augment models fetch m2m100"
    assert "--accept-licence" in load_engine("nllb").how_to_get("fr", "ko")
    assert load_engine("nllb").how_to_get("fr", "tlh") == ""
    with pytest.raises(PairError, match=r"fr → en here; to get it: augment models fetch en-fr"):
        engine.open("fr", "en")
    with pytest.raises(PairError, match="no published one is known"):
        engine.open("fr", "ko")


def test_the_target_language_is_named_to_a_group_model(world, tmp_path, monkeypatch):
    """The first token of the source decides; the same text goes two ways."""
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "home"))
    texts = world.sentences(60)
    with world.quiet():
        world.marian_folder(tmp_path / "g", texts, texts, tokens=(">>fra<<", ">>spa<<"))
    fetch_model("Helsinki-NLP/opus-mt-en-itc", FetchOptions(folder=tmp_path / "g"))
    french, spanish = (marian().open("en", code) for code in ("fr", "es"))
    assert french.subwords.source(["▁a"]) == [">>fra<<", "▁a", "</s>"]
    assert spanish.subwords.source(["▁a"]) == [">>spa<<", "▁a", "</s>"]
    assert french.identity != spanish.identity


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "best"},
        {"beam_size": 0},
        {"beam_size": 33},
        {"temperature": 0},
        {"top_k": -1},
        {"variant": 2, "variants": 2},
    ],
)
def test_decodings_that_do_not_exist(options):
    with pytest.raises(InputError):
        Decoding(**options)
