"""How many poisoned candidates the paraphrase filter catches, and how many good ones it refuses.

    python benchmarks/filter_quality.py ../shared/data [--pairs 400] [--show] [--side "held out"]

Good candidates are what two neural translators made of FLORES sentences, each beside the human
sentence in its language. Copies of it are left out: they are no paraphrases, good or bad. Every
poison of `poisons.py` is then put into the candidates that pass. Apertium's round trips of lines,
questions and reviews are told apart: they are what the filter meets in practice, many are bad, and
their share of refusals is no error rate. The poisons are put into those that pass, too. Texts that
people translated into the same text are a third kind of good candidates.

Refused candidates were judged by reading: ``results/filter_judged.csv``.

Thresholds and word lists were fixed on half of the sentences; `filter_pairs.py` says which were
read since. ``--show`` prints the refused good ones, of the side that ``--side`` names or of all.

Writes ``results/filter_quality.json``, ``.md`` and ``.png``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filter_pairs import (
    HELD_OUT,
    READ_SINCE,
    TUNED_ON,
    column,
    human,
    joined,
    sentence_dropped,
    sides,
)
from filter_quality_report import draw, markdown, tell, tell_poison
from machine import describe
from poisons import load_foreign, poisons

from augment.encoder import SentenceEncoder
from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.filters.fluency import Fluency
from augment.filters.label import Label
from augment.filters.presets import PRESETS
from augment.progress import SILENT, Progress
from augment.records import Candidate, Paraphrase, Rejection

RESULTS = Path(__file__).parent / "results"
LANGUAGES = ("en", "fr", "es", "ca")
ROUND_TRIPS = 80  # per route and source of texts
ROUTES = {"en": ("es", "ca", "eo"), "fr": ("ca", "es", "en"), "es": ("ca", "en")}
TEXTS = {
    "en": (
        ("xed/xed_en_emotion6.csv", "text"),
        ("sst2/sst2_500.csv", "text"),
        ("trec6/trec6.csv", "text"),
        ("mt/tatoeba_eng_fra.csv", "eng"),
        ("mt/flores_dev_en_fr_es_ca.csv", "en"),
    ),
    "fr": (
        ("xed/xed_fr_emotion6.csv", "text"),
        ("piaf_fr/piaf_fr_topic.csv", "question"),
        ("mt/tatoeba_eng_fra.csv", "fra"),
        ("mt/flores_dev_en_fr_es_ca.csv", "fr"),
    ),
    "es": (("mt/tatoeba_eng_spa.csv", "spa"), ("mt/flores_dev_en_fr_es_ca.csv", "es")),
}
#: Tables with labels, for the check of labels.
LABELLED = (("trec6/trec6.csv", "en"), ("xed/xed_fr_emotion6.csv", "fr"))
THRESHOLDS = [round(0.05 * step, 2) for step in range(4, 18)]
STRANGENESS = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0]


def round_trips(data: Path, language: str, rng: random.Random) -> dict[str, list[Candidate]]:
    """Apertium's round trips, by route."""
    from augment.planning import plan_round_trips

    texts = [
        text
        for path, name in TEXTS[language]
        for text in rng.sample(column(data / path, name), ROUND_TRIPS)
        if text
    ]
    found: dict[str, list[Candidate]] = {}
    for plan in plan_round_trips(ROUTES[language], language, "apertium"):
        found[plan.pivot] = through(plan, texts)
    return found


def through(plan: Any, texts: Sequence[str]) -> list[Candidate]:  # noqa: ANN401
    state, marks = list(texts), [()] * len(texts)
    for (engine, *_), leg in zip(plan.engines, plan.route.legs, strict=True):
        translator = engine.open(*leg)
        done = translator.translate(state)
        translator.close()
        state, marks = [one.text for one in done], [one.marks for one in done]
    return [
        Candidate(number, original, text, pivot=plan.pivot, engine="apertium", marks=left)
        for number, (original, text, left) in enumerate(zip(texts, state, marks, strict=True))
    ]


class Remembering(SentenceEncoder):
    """Encodes each text once in the whole run: every poison meets the same originals."""

    known: dict[str, Any]

    def encode(self, texts: Sequence[str], *, progress: Progress = SILENT) -> Any:  # noqa: ANN401
        """Vectors of the texts, most of them from memory."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, super().encode(new, progress=progress), strict=True))
        vectors = np.array([self.known[text] for text in texts], dtype=np.float32)
        return vectors.reshape(len(texts), self.dimension)


class Bench:
    """The filter on one language: chains that have seen and learned the originals."""

    def __init__(self, language: str, table: Sequence[str], encoder: SentenceEncoder) -> None:
        self.language = language
        self.table = list(dict.fromkeys(table))
        self.encoder = encoder

    def chain(self, strictness: Any, every: Sequence[Candidate]) -> FilterChain:  # noqa: ANN401
        """Make a chain that has seen the originals of `every` and learned the table."""
        pivots = {part for c in every for part in c.pivot.split(">") if part}
        settings = FilterSettings(
            language=self.language,
            others=tuple(sorted(pivots - {self.language})),
            strictness=strictness,
        )
        chain = FilterChain(build_filters(settings), settings)
        settings.meaning.encoder = self.encoder
        for candidate in every:
            chain.see_original(candidate.original)
        chain.learn(Original(number, text) for number, text in enumerate(self.table))
        return chain

    def results(
        self,
        pairs: Sequence[Candidate],
        every: Sequence[Candidate],
        strictness: str = "normal",
    ) -> list[Paraphrase | Rejection]:
        """Results of a fresh chain."""
        return self.chain(strictness, every).apply(pairs)


def reasons(results: Sequence[Paraphrase | Rejection]) -> dict[str, float]:
    counts = Counter(r.reason for r in results if isinstance(r, Rejection))
    return {name: round(count / max(1, len(results)), 4) for name, count in counts.most_common()}


def judged(results: Sequence[Paraphrase | Rejection]) -> dict[str, Any]:
    refused = reasons(results)
    # Too little changed, or said already: no error of the candidate, and none of the filter.
    same = sum(refused.get(name, 0.0) for name in ("unchanged", "duplicate"))
    return {
        "n": len(results),
        "refused": round(sum(refused.values()) - same, 4),
        "repeats": round(same, 4),
        "by": refused,
    }


def read(language: str, results: Sequence[Paraphrase | Rejection]) -> dict[str, Any]:
    """Leave out the refused candidates that a reader judged wrong in fact."""
    with (RESULTS / "filter_judged.csv").open(encoding="utf-8", newline="") as handle:
        verdicts = {
            (row["sentence"], row["pair"], row["system"]): row["verdict"]
            for row in csv.DictReader(handle)
            if row["language"] == language
        }
    refused = [
        verdicts.get((str(c.source_id), f"{c.pivot}-{language}", c.engine), "unread")
        for one in results
        if isinstance(one, Rejection) and one.reason not in ("unchanged", "duplicate")
        for c in [one.candidate]
    ]
    counts = Counter(refused)
    left = len(refused) - counts["wrong"]
    return {
        "refused": len(refused),
        **{verdict: counts[verdict] for verdict in ("right", "wrong", "unread")},
        "share of those not judged wrong": round(left / (len(results) - counts["wrong"]), 4),
    }


def poisoned(bench: Bench, pairs: Sequence[Candidate], strictness: str) -> dict[str, Any]:
    """Share caught, per poison, and by which check."""
    # A pair that is refused unpoisoned says nothing about the poison.
    clean = [
        r.candidate for r in bench.results(pairs, pairs, strictness) if isinstance(r, Paraphrase)
    ]
    made = {}
    for name, (severity, make) in poisons(bench.language, pairs).items():
        rng = random.Random(name)
        bad = [new for candidate in clean if (new := make(candidate, rng)) is not None]
        made[name] = (severity, bad)
    made["sentence dropped"] = ("gross", sentence_dropped(clean))
    table = {}
    for name, (severity, bad) in made.items():
        if len(bad) < 10:
            continue
        results = bench.results(bad, [*pairs, *bad] if name == "sentence dropped" else pairs,
                                strictness)  # fmt: skip
        caught = sum(isinstance(r, Rejection) for r in results)
        table[name] = {
            "severity": severity,
            "n": len(bad),
            "caught": round(caught / len(bad), 4),
            "by": reasons(results),
        }
    return table


def quantiles(values: Sequence[float]) -> dict[str, float]:
    found = np.quantile(values, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    names = ("p1", "p5", "p25", "p50", "p75", "p95", "p99")
    return dict(zip(names, (round(float(value), 3) for value in found), strict=True))


def curves(bench: Bench, pairs: Sequence[Candidate]) -> dict[str, Any]:
    """Count what each threshold alone would do to good candidates and to its poison."""
    originals = [c.original for c in pairs]
    texts = [c.text for c in pairs]
    others = [pairs[(n + 7) % len(pairs)].text for n in range(len(pairs))]
    good = bench.encoder.similarity(originals, texts).tolist()
    bad = bench.encoder.similarity(originals, others).tolist()
    [fluency] = [f for f in bench.chain("normal", pairs).filters if isinstance(f, Fluency)]
    salad = poisons(bench.language, pairs)["letter salad"][1]
    rng = random.Random(0)
    broken = [made for c in pairs if (made := salad(c, rng)) is not None]
    strange_good, strange_bad = fluency.strangeness(pairs), fluency.strangeness(broken)
    share = lambda values, test: round(sum(map(test, values)) / len(values), 4)  # noqa: E731
    return {
        "similarity": {
            "good": quantiles(good),
            "another row": quantiles(bad),
            "at": {
                str(t): {
                    "good refused": share(good, lambda v, t=t: v < t),
                    "caught": share(bad, lambda v, t=t: v < t),
                }
                for t in THRESHOLDS
            },
        },
        "strangeness": {
            "good": quantiles(strange_good),
            "letter salad": quantiles(strange_bad),
            "at": {
                str(t): {
                    "good refused": share(strange_good, lambda v, t=t: v > t),
                    "caught": share(strange_bad, lambda v, t=t: v > t),
                }
                for t in STRANGENESS
            },
        },
    }


def woodenness(bench: Bench, trips: Sequence[Candidate], good: Sequence[Candidate]) -> float:
    """Chance that the fluency check finds a round trip of Apertium stranger than a neural text."""
    [fluency] = [f for f in bench.chain("normal", good).filters if isinstance(f, Fluency)]
    long = [c for c in trips if len(c.original) > 60]
    one, other = np.array(fluency.strangeness(long)), np.array(fluency.strangeness(good))
    return round(float(np.mean(one[:, None] > other[None, :])), 3)


def labels(data: Path, path: str, language: str) -> dict[str, Any]:
    """Count what the check of labels refuses of round trips and of texts of another class."""
    from augment.planning import plan_round_trips

    with (data / path).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rng = random.Random(path)
    rng.shuffle(rows)
    originals = [Original(n, row["text"], row["label"]) for n, row in enumerate(rows)]
    check = Label(FilterSettings(language=language))
    check.learn(originals)
    some = originals[:600]
    [plan] = plan_round_trips([ROUTES[language][0]], language, "apertium")
    trips = through(plan, [row.text for row in some])
    flipped = []
    for row in some:
        other = rng.choice(originals)
        while other.label == row.label:
            other = rng.choice(originals)
        flipped.append(Candidate(row.source_id, row.text, other.text))
    return {
        "rows": len(rows),
        "notes": check.notes(),
        "round trips refused": round(sum(not f.passed for f in check.check(trips)) / len(trips), 4),
        "texts of another class refused": round(
            sum(not f.passed for f in check.check(flipped)) / len(flipped), 4
        ),
    }


def show(results: Sequence[Paraphrase | Rejection]) -> None:
    for one in results:
        if isinstance(one, Rejection):
            print(f"    {one.reason}: {one.detail}")
            print(f"      {one.candidate.original}\n      {one.candidate.text}")


def language_result(
    data: Path, language: str, options: argparse.Namespace, encoder: SentenceEncoder
) -> dict[str, Any]:
    table = column(data / "mt/flores_dev_en_fr_es_ca.csv", language)
    bench = Bench(language, table, encoder)
    found: dict[str, Any] = {}
    parts = sides(data, language, options.pairs)
    for side, pairs in parts.items():
        if options.side and side != options.side:
            continue
        results = bench.results(pairs, pairs)
        if options.show:
            show(results)
        found[side] = {
            "good": {name: judged(bench.results(pairs, pairs, name)) for name in PRESETS},
            "judged": read(language, results) if side == HELD_OUT else None,
            "texts of three sentences": judged(bench.results(joined(pairs), joined(pairs))),
            "poison": {
                name: poisoned(bench, pairs, name)
                for name in (PRESETS if side == HELD_OUT else ("normal",))
            },
            "curves": curves(bench, pairs),
        }
        tell(f"{language}, {side}", found[side])
    if not options.side:
        found["human"] = people(data, language, encoder)
        print(found["human"], flush=True)
    if language in ROUTES and not options.side:
        trips = round_trips(data, language, random.Random(language))
        lines = [c for candidates in trips.values() for c in candidates]
        small = Bench(language, [*table, *(c.original for c in lines)], encoder)
        found["apertium"] = {
            pivot: judged(small.results(candidates, candidates))
            for pivot, candidates in trips.items()
        }
        first = next(iter(trips.values()))
        found["poison in apertium"] = poisoned(small, first, "normal")
        found["apertium stranger than neural"] = woodenness(small, lines, parts[HELD_OUT])
        tell_poison(found["poison in apertium"])
        print(found["apertium"], found["apertium stranger than neural"], flush=True)
    return found


def people(data: Path, language: str, encoder: SentenceEncoder) -> dict[str, Any]:
    """Judge paraphrases by people. They are originals of the table, so that is not asked."""
    parts = human(data, language)
    bench = Bench(language, [c.original for part in parts.values() for c in part], encoder)
    return {side: judged(bench.results(pairs, [])) for side, pairs in parts.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--side", choices=(TUNED_ON, READ_SINCE, HELD_OUT))
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    load_foreign(options.data)
    encoder = Remembering()
    encoder.known = {}
    result: dict[str, Any] = {"machine": describe(), "presets": PRESETS, "languages": {}}
    for language in options.languages.split(","):
        result["languages"][language] = language_result(options.data, language, options, encoder)
    if options.side:
        return
    result["labels"] = {path: labels(options.data, path, lang) for path, lang in LABELLED}
    print(result["labels"])
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "filter_quality.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(markdown(result), encoding="utf-8")
    draw(result, path.with_suffix(".png"))
    print(path)


if __name__ == "__main__":
    main()
