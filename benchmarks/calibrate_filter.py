"""How many poisoned candidates the paraphrase filter catches, and how many good ones it refuses.

    python benchmarks/calibrate_filter.py ../shared/data

Good paraphrases are what two neural translators made of FLORES sentences, each beside the human
reference in its language. The same pairs are then poisoned, each kind of poison on its own. Round
trips through Apertium are told apart: they are what the filter meets in practice, and many of
them are bad, so their share of refusals is no error rate.

The defaults of `augment.filters.settings` are read off the result, which is committed beside this
script (``results/calibrate_filter.json`` and ``.md``).
"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe
from poisons import load_foreign, poisons

from augment.encoder import SentenceEncoder
from augment.filters import FILTERS, FilterChain, FilterSettings, build_filters
from augment.filters.similarity import character_cosine
from augment.progress import SILENT, Progress
from augment.records import Candidate, Paraphrase, Rejection
from augment.tokens import change

RESULTS = Path(__file__).parent / "results"
LANGUAGES = ("en", "fr", "es", "ca")
GOOD_PAIRS = 400
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
THRESHOLDS = [round(0.05 * step, 2) for step in range(4, 18)]


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(dict.fromkeys(" ".join(row[name].split()) for row in csv.DictReader(handle)))


def good_pairs(data: Path, language: str, rng: random.Random) -> list[Candidate]:
    """Machine translations beside the human sentence in the same language."""
    with (data / "mt/flores_dev_mt_outputs.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["pair"].endswith("-" + language)]
    chosen = rng.sample(rows, min(GOOD_PAIRS, len(rows)))
    return [
        Candidate(number, row["reference"], row["hypothesis"], pivot=row["pair"][:2])
        for number, row in enumerate(chosen)
    ]


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
        state, marks = list(texts), [()] * len(texts)
        for engine, leg in zip(plan.engines, plan.route.legs, strict=True):
            translator = engine.open(*leg)
            done = translator.translate(state)
            translator.close()
            state, marks = [one.text for one in done], [one.marks for one in done]
        found[plan.pivot] = [
            Candidate(number, original, text, pivot=plan.pivot, engine="apertium", marks=left)
            for number, (original, text, left) in enumerate(zip(texts, state, marks, strict=True))
        ]
    return found


def run(language: str, pairs: Sequence[Candidate], every: Sequence[Candidate]) -> list[Any]:
    """Results of a fresh chain that has seen every original."""
    others = tuple(
        sorted({part for c in every for part in c.pivot.split(">") if part} - {language})
    )
    settings = FilterSettings(language=language, others=others)
    filters = [f for f in build_filters(settings) if f.name != "similarity"] + [ENCODED[language]]
    chain = FilterChain(filters)
    for candidate in every:
        chain.see_original(candidate.original)
    return chain.apply(pairs)


ENCODED: dict[str, Any] = {}


class Remembering(SentenceEncoder):
    """Encodes each text once in the whole run: every poison meets the same originals."""

    known: dict[str, Any]

    def encode(self, texts: Sequence[str], *, progress: Progress = SILENT) -> Any:  # noqa: ANN401
        """Vectors of the texts, most of them from memory."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, super().encode(new, progress=progress), strict=True))
        return np.array([self.known[text] for text in texts], dtype=np.float32)


MEMORY = Remembering()
MEMORY.known = {}


def reasons(results: Sequence[Paraphrase | Rejection]) -> dict[str, float]:
    counts = Counter(r.reason for r in results if isinstance(r, Rejection))
    return {name: round(count / len(results), 4) for name, count in counts.most_common()}


def poisoned(language: str, pairs: Sequence[Candidate]) -> dict[str, Any]:
    """Share caught, per poison, and by which check."""
    # A pair that is refused unpoisoned says nothing about the poison.
    clean = [r.candidate for r in run(language, pairs, pairs) if isinstance(r, Paraphrase)]
    table = {}
    for name, (severity, make) in poisons(language, pairs).items():
        rng = random.Random(name)
        bad = [made for candidate in clean if (made := make(candidate, rng)) is not None]
        if len(bad) < 10:
            continue
        results = run(language, bad, pairs)
        caught = sum(isinstance(r, Rejection) for r in results)
        table[name] = {
            "severity": severity,
            "n": len(bad),
            "caught": round(caught / len(bad), 4),
            "by": reasons(results),
        }
        print(
            f"  {name:<34} {caught / len(bad):7.1%} of {len(bad):4}  {table[name]['by']}",
            flush=True,
        )
    return table


def quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        f"p{share}": round(ordered[min(len(ordered) - 1, int(share / 100 * len(ordered)))], 3)
        for share in (1, 5, 10, 25, 50, 75, 90, 95, 99)
    }


def similarities(language: str, pairs: Sequence[Candidate]) -> dict[str, Any]:
    """Cosines of good pairs and of texts of other rows, and what each threshold would do."""
    encoder = ENCODED[language].encoder
    originals = [c.original for c in pairs]
    others = [pairs[(n + 7) % len(pairs)].text for n in range(len(pairs))]
    good = encoder.similarity(originals, [c.text for c in pairs]).tolist()
    bad = encoder.similarity(originals, others).tolist()
    letters_good = [character_cosine(c.original, c.text) for c in pairs]
    letters_bad = [character_cosine(*two) for two in zip(originals, others, strict=True)]
    return {
        "good": quantiles(good),
        "another row": quantiles(bad),
        "at": {
            str(t): {
                "good refused": round(sum(v < t for v in good) / len(good), 4),
                "another row caught": round(sum(v < t for v in bad) / len(bad), 4),
            }
            for t in THRESHOLDS
        },
        "letter triples": {"good": quantiles(letters_good), "another row": quantiles(letters_bad)},
    }


def short_similarities(language: str, trips: dict[str, list[Candidate]]) -> dict[str, Any]:
    """Measure short everyday lines, where vectors of unlike lines lie nearer."""
    every = [c for found in trips.values() for c in found if len(c.original) < 60]
    return similarities(language, every)


def speed(language: str, pairs: Sequence[Candidate]) -> int:
    """Candidates a processor second through every check but similarity, the best of three."""
    filters = build_filters(
        FilterSettings(language=language, others=("es",)), disabled=["similarity"]
    )
    best = 0.0
    for _ in range(3):
        chain = FilterChain(filters)
        for candidate in pairs:
            chain.see_original(candidate.original)
        start = time.process_time()
        for at in range(0, len(pairs), 1000):
            chain.apply(pairs[at : at + 1000])
        best = max(best, len(pairs) / (time.process_time() - start))
    return round(best)


def markdown(result: dict[str, Any]) -> str:
    """Tables for a reader, from the same numbers."""
    languages = result["languages"]
    machine = ", ".join(f"{name} {value}" for name, value in result["machine"].items())
    lines = [
        "# Calibration of the paraphrase filter",
        "",
        f"Made by `benchmarks/calibrate_filter.py`. Machine: {machine}.",
        "",
        "Good pairs: what two neural translators made of FLORES sentences, beside the human",
        "reference. Poisons are put into those good pairs that pass.",
        "",
        "| share of good pairs refused, by check | " + " | ".join(languages) + " |",
        "|---|" + "---|" * len(languages),
    ]
    refused = {name: found["good pairs"] for name, found in languages.items()}
    names = [n for n in FILTERS if any(n in found["by"] for found in refused.values())]
    for name in names:
        cells = [f"{found['by'].get(name, 0.0):.1%}" for found in refused.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    cells = [f"**{found['wrongly refused']:.1%}**" for found in refused.values()]
    lines.append("| all but unchanged and duplicate | " + " | ".join(cells) + " |")
    lines += ["", "| share of poison caught | " + " | ".join(languages) + " |"]
    lines.append("|---|" + "---|" * len(languages))
    poisons_ = dict.fromkeys(name for found in languages.values() for name in found["poison"])
    for name in poisons_:
        told = [found["poison"].get(name) for found in languages.values()]
        severity = next(one["severity"] for one in told if one)
        cells = [f"{one['caught']:.1%} of {one['n']}" if one else "" for one in told]
        lines.append(f"| {name} ({severity}) | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Apertium's round trips of subtitles, film reviews, questions, everyday lines and news:",
        "",
        "| route | kept | refused |",
        "|---|---|---|",
    ]
    for language, found in languages.items():
        for pivot, one in found.get("apertium", {}).items():
            by = ", ".join(f"{name} {share:.1%}" for name, share in one["refused"].items())
            lines.append(f"| {language}, through {pivot} | {one['kept']:.1%} | {by} |")
    lines += [
        "",
        "Cosine of MiniLM, least similarity against what it would do to whole sentences and to",
        "lines under 60 characters (Apertium's round trips, good and bad together):",
        "",
        "| language | at | good refused | another row caught | line refused | other line caught |",
        "|---|---|---|---|---|---|",
    ]
    for language, found in languages.items():
        short = found.get("similarity, lines under 60 characters", {}).get("at", {})
        for at in ("0.4", "0.5", "0.55", "0.6", "0.65", "0.7"):
            pair = [found["similarity"]["at"][at], short.get(at, {})]
            cells = [
                f"{one[name]:.1%}" if name in one else ""
                for one in pair
                for name in ("good refused", "another row caught")
            ]
            lines.append(f"| {language} | {at} | " + " | ".join(cells) + " |")
    lines += ["", "Candidates per processor second through every check but similarity:", ""]
    for language, found in languages.items():
        if "candidates per second, without similarity" in found:
            rates = found["candidates per second, without similarity"]
            told = ", ".join(f"{name} {rate:,}" for name, rate in rates.items())
            lines.append(f"- {language}: {told}")
    return "\n".join(lines) + "\n"


def main(data: Path) -> None:
    load_foreign(data)
    result: dict[str, Any] = {"machine": describe(), "defaults": {}, "languages": {}}
    for language in LANGUAGES:
        rng = random.Random(language)
        settings = FilterSettings(language=language)
        similarity = build_filters(settings)[-1]
        similarity.encoder = MEMORY
        ENCODED[language] = similarity
        result["defaults"][language] = vars(settings)
        pairs = good_pairs(data, language, rng)
        results = run(language, pairs, pairs)
        refused = reasons(results)
        wrongly = sum(
            share for name, share in refused.items() if name not in ("unchanged", "duplicate")
        )
        print(f"{language}: good pairs refused {wrongly:.1%} {refused}", flush=True)
        for one in results:
            if isinstance(one, Rejection) and "--show" in sys.argv:
                print(f"    {one.reason}: {one.detail}")
                print(f"      {one.candidate.original}\n      {one.candidate.text}")
        found: dict[str, Any] = {
            "good pairs": {"n": len(pairs), "wrongly refused": round(wrongly, 4), "by": refused},
            "similarity": similarities(language, pairs),
            "poison": poisoned(language, pairs),
        }
        if language in ROUTES:
            trips = round_trips(data, language, rng)
            found["similarity, lines under 60 characters"] = short_similarities(language, trips)
            found["apertium"] = {}
            for pivot, candidates in trips.items():
                results = run(language, candidates, candidates)
                kept = [r for r in results if isinstance(r, Paraphrase)]
                found["apertium"][pivot] = {
                    "n": len(candidates),
                    "kept": round(len(kept) / len(candidates), 4),
                    "refused": reasons(results),
                    "change of kept": quantiles([r.change for r in kept]),
                    "similarity of kept": quantiles([r.similarity or 0.0 for r in kept]),
                }
                print(f"  apertium {pivot}: {found['apertium'][pivot]}", flush=True)
            every = [c for found_ in trips.values() for c in found_]
            found["candidates per second, without similarity"] = {
                "all": speed(language, every),
                "under 60 characters": speed(language, [c for c in every if len(c.original) < 60]),
            }
            print("  per second", found["candidates per second, without similarity"])
        found["mean change of good pairs"] = round(
            sum(change(c.original, c.text) for c in pairs) / len(pairs), 3
        )
        result["languages"][language] = found
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "calibrate_filter.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(markdown(result), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
