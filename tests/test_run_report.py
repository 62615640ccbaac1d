"""The report of a run: for a person, from hostile texts, bounded, the same bytes each time."""

import random
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from augment.datasets.augmentation.charts import flow, lengths, quantile, scatter
from augment.datasets.augmentation.report import MOST_CLASSES, render_run_report
from augment.datasets.augmentation.sample import MOST_CHARACTERS, MOST_DOTS, RunSample, Smallest
from augment.datasets.backtranslate import back_translate
from augment.records import Candidate, Paraphrase, Rejection
from augment.testing import FakeEngine

PAIRS = {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")}
PLAIN = {"source": "en", "store": "none", "pivot": "es,ca", "balance": "none"}
EVIL = '</p><script>alert("x")</script><img src=x onerror=alert(1)>'


class Tags(HTMLParser):
    """Checks that tags close in order, and collects what a browser would see."""

    VOID = ("meta", "img", "br")

    def __init__(self, html):
        super().__init__()
        self.open, self.seen, self.text, self.attributes = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def reword(source, target, text):
    if target != "en":
        return f"[{target}] {text}"
    if "number 3 " in text:
        return text.removeprefix(f"[{source}] ")  # comes back unchanged
    return f"{text.removeprefix(f'[{source}] ')} indeed{source}"


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return engine


def frame(rows=20, **columns):
    texts = [f"The film number {n} was very good." for n in range(rows)]
    return pd.DataFrame({"text": texts, "label": ["ab"[n % 4 == 0] for n in range(rows)]} | columns)


def test_the_page_tells_what_the_manifest_tells(engine):
    done = back_translate(
        frame(), **PLAIN | {"balance": "30"}, no_filter=("similarity", "length", "language")
    )
    tags = Tags(done.report_html)
    text = " ".join(tags.text)
    totals = done.manifest.totals
    assert f"{totals['kept']:,} paraphrases were kept" in text
    assert "stayed short of the aim" in text
    assert next(note for note in done.manifest.notes if " short of " in note) in text
    assert f"unchanged: {totals['rejected']['unchanged']}" in text
    for column in ("text column", "label column", "balance", done.manifest.signature):
        assert column in text
    assert tags.seen.count("del") + tags.seen.count("ins") > 5
    assert '(found; <span class="option">--text</span> to change)' in done.report_html
    assert "indeedes" in text.lower()  # a sentence now, with a capital


def test_texts_that_are_markup_are_text(engine):
    table = frame()
    table.loc[5, "text"] = f"Number five {EVIL} is not markup."
    table.loc[6, "text"] = "bell\a \u202edrawkcab שלום"
    table["label"] = [f"<b>{EVIL}</b>" if n % 2 else "b&amp;" for n in range(20)]
    done = back_translate(table, **PLAIN, no_filter="all", label="label")
    html = done.report_html
    html.encode("utf-8")
    tags = Tags(html)
    assert not {"script", "img"} & set(tags.seen)
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    text = "".join(tags.text)
    assert f"<b>{EVIL}</b>" in text
    assert "b&amp;" in text
    assert "\u202e" not in text


def test_nothing_is_loaded_and_no_script_may_run(engine):
    html = back_translate(frame(), **PLAIN, no_filter="all").report_html
    tags = Tags(html)
    assert "default-src 'none'" in html
    assert not {"script", "link", "iframe", "object"} & set(tags.seen)
    assert not [name for name, _ in tags.attributes if name in ("src", "href", "xlink:href")]
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {"#stripes", "#crosses", "#dots"}


def test_the_same_run_gives_the_same_bytes(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False)
    options = PLAIN | {"no_filter": "all"}
    first = back_translate("in.csv", **options)
    written = first.paths["report"].read_bytes()
    assert written.decode() == first.report_html
    back_translate("in.csv", **options, force=True)
    assert first.paths["report"].read_bytes() == written
    assert b"augment review in.augmented.csv" in written
    assert b"augment kfold-train in.augmented.csv" in written


def test_an_empty_run_has_a_page(engine):
    engine.function = lambda source, target, text: text
    done = back_translate(frame(), **PLAIN, no_filter="similarity,language")
    assert done.manifest.totals["kept"] == 0
    text = " ".join(Tags(done.report_html).text)
    assert "No paraphrase was kept" in text
    assert "No similarity was measured" in text


def kept(number, similarity, text="a b c"):
    candidate = Candidate(number, "a b d", text, pivot="es", engine="e")
    return Paraphrase(candidate, similarity, 0.3)


def filled(numbers, seed=0):
    sample = RunSample(seed)
    for n in numbers:
        sample.original("a b d")
        sample.kept("x", kept(n, (n * 7919 % 10007) / 10007))
        candidate = Candidate(n, "a b d", f"c {n}", pivot="es")
        sample.refused("x", Rejection(candidate, "length", "too short", None, 0.5))
    return sample


def drawn(sample):
    return (
        list(sample.kept_dots),
        list(sample.refused_dots),
        list(sample.nearest),
        list(sample.farthest),
        {reason: list(found) for reason, found in sample.examples.items()},
    )


def test_what_is_drawn_depends_on_the_seed_and_not_on_the_order():
    numbers = list(range(5000))
    one = filled(numbers)
    random.Random(1).shuffle(numbers)
    assert drawn(filled(numbers)) == drawn(one)
    assert drawn(filled(numbers, seed=1)) != drawn(one)
    assert len(one.kept_dots) == len(one.refused_dots) == MOST_DOTS
    similarities = [n * 7919 % 10007 / 10007 for n in range(5000)]
    assert [e.similarity for e in one.farthest] == sorted(similarities)[:6]
    assert [e.similarity for e in one.nearest] == sorted(similarities, reverse=True)[:6]
    mean = sum(y for _, y in one.kept_dots) / MOST_DOTS
    assert 0.45 < mean < 0.55  # drawn from all, not from the first or the best


def test_the_page_does_not_grow_with_the_table(engine):
    manifest = back_translate(frame(), **PLAIN, no_filter="all").manifest
    classes = {f"class {n}": manifest.classes["a"] for n in range(3000)}
    many = replace(manifest, classes=classes)
    small = render_run_report(many, filled(range(3000)))
    sample = filled(range(30000))
    long = kept(10**6, 0.0, "word " * 100_000)
    sample.kept("x", long)
    large = render_run_report(many, sample)
    assert len(large) < len(small) + 4 * MOST_CHARACTERS
    assert f"{3000 - MOST_CLASSES:,} smaller classes are not shown" in large
    assert "more characters" in large


def test_smallest_keeps_the_smallest():
    draw = random.Random(3)
    numbers = draw.sample(range(10_000), 500)
    found = Smallest(40)
    for number in numbers:
        found.show((number,), number)
    assert list(found) == sorted(numbers)[:40]


def test_charts_draw_every_number():
    svg = flow(
        {"es": {"kept": 8, "length": 2}, "ca>en": {"kept": 1, "length": 0}},
        {"kept": "kept", "length": "refused", "failed": "failed"},
    )
    assert svg.count('class="link') == 3
    assert "ca&gt;en 1" in svg
    assert "failed" not in svg
    assert flow({"es": {}}, {"kept": "kept"}) == ""
    dots = [(0.1, 0.9), (0.5, 0.5)]
    svg = scatter(dots, [(0.2, 0.3), (0.9, None)], least_similarity=0.55, least_change=0.05)
    assert svg.count("<circle") == 2
    assert svg.count('class="cross"') == 2
    assert svg.count('class="least"') == 2
    assert scatter([], [], least_similarity=None, least_change=None) == ""
    sample = filled(range(10))
    svg = lengths(sample.original_lengths, sample.kept_lengths)
    assert svg.count('class="keptline"') == 1
    assert lengths(type(sample.original_lengths)(), type(sample.original_lengths)()) == ""
    assert quantile(sample.original_lengths, 0.5) == 3
