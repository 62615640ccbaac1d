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
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe

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

Poison = Callable[[Candidate, random.Random], Candidate | None]


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


def with_text(make: Callable[[str, random.Random], str | None]) -> Poison:
    """Poison that changes the text; None where it cannot."""

    def poison(candidate: Candidate, rng: random.Random) -> Candidate | None:
        text = make(candidate.text, rng)
        return None if text is None or text == candidate.text else replace(candidate, text=text)

    return poison


def keep_words(share: float) -> Poison:
    return with_text(lambda text, _: " ".join(text.split()[: int(len(text.split()) * share)]))


def drop_second_half(text: str, rng: random.Random) -> str:
    """Words from the middle on are gone, the full stop is there."""
    words = text.split()
    return " ".join(words[: len(words) // 2]).rstrip(",;:") + "."


def loop(text: str, rng: random.Random) -> str:
    words = text.split()
    at = rng.randrange(1, max(2, len(words) - 3))
    return " ".join([*words[:at], *(words[at : at + rng.randint(1, 3)] * rng.randint(4, 9))])


def stutter(text: str, rng: random.Random) -> str:
    """One phrase three times, the rest as it was."""
    words = text.split()
    at = rng.randrange(max(1, len(words) - 2))
    size = rng.randint(1, 2)
    return " ".join([*words[:at], *(words[at : at + size] * 4), *words[at + size :]])


def other_number(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return None
    one = rng.choice(found)
    new = str(int(one[0]) + rng.randint(1, 9))
    return text[: one.start()] + new + text[one.end() :]


def lost_number(text: str, rng: random.Random) -> str | None:
    found = list(re.finditer(r" ?\d[\d.,:]*", text))
    if not found:
        return None
    one = rng.choice(found)
    return text[: one.start()] + text[one.end() :]


NEGATED = {
    "en": (r"\b(is|are|was|were|will|would|can|could|has|had|have|did|does|do) (?:not )\b"
           r"|(?<=[a-z])n['’]t\b|\bnever \b|\bno \b|\bwithout \b", r"\1 "),
    "fr": (r"\bn(?:e |['’])(\w+(?:['’]\w+)?) (?:pas|jamais|plus|rien)\b|\bsans \b", r"\1"),
    "es": (r"\bno (?=\w+)|\bnunca \b|\bsin \b", ""),
    "ca": (r"\bno (?=\w+)|\bmai \b|\bsense \b", ""),
}  # fmt: skip
NEGATABLE = {
    "en": (r"\b(is|are|was|were|will|can|could|would|should|has been|have been)\b", r"\1 not"),
    "fr": (r"\b(est|a|sont|ont|était|peut|peuvent|sera)\b", None),
    "es": (r"\b(es|son|ha|han|fue|fueron|está|puede|tiene|era)\b", r"no \1"),
    "ca": (r"\b(és|són|ha|han|va|van|està|pot|té|era)\b", r"no \1"),
}


def negation_dropped(language: str) -> Poison:
    pattern, into = NEGATED[language]
    drop = with_text(
        lambda text, _: re.sub(
            pattern, lambda m: into.replace(r"\1", m[1] or "" if m.re.groups else ""), text, count=1
        )
    )
    # Where the original has none, the translation said it in another way, and now agrees with it.
    return lambda c, rng: drop(c, rng) if re.search(pattern, c.original) else None


def negation_added(language: str) -> Poison:
    pattern, into = NEGATABLE[language]

    def negate(match: re.Match[str]) -> str:
        if into is not None:
            return into.replace(r"\1", match[1])
        return (
            f"n'{match[1]} pas"
            if match[1][0] in "aéo" or match[1] == "est"
            else (f"ne {match[1]} pas")
        )

    add = with_text(lambda text, _: re.sub(pattern, negate, text, count=1))
    there = NEGATED[language][0]
    # "Is not not" and a second negation elsewhere are poisons of another kind.
    return lambda c, rng: None if re.search(there, c.original + c.text) else add(c, rng)


def marked(share: float) -> Poison:
    def poison(candidate: Candidate, rng: random.Random) -> Candidate | None:
        words = candidate.text.split()
        count = max(1, round(share * len(words)))
        return replace(candidate, marks=tuple(f"*{word[::-1]}x" for word in words[:count]))

    return poison


def engine_mark(text: str, rng: random.Random) -> str:
    words = text.split()
    at = rng.randrange(len(words))
    words[at] = rng.choice(["*{}", "@{}", "#{}", "\\@{}", "^{}<n><sg>$"]).format(words[at])
    return " ".join(words)


NOTICES = (
    "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY. NEXT AVAILABLE IN  12 "
    "HOURS 3 MINUTES 11 SECONDS VISIT HTTPS://MYMEMORY.TRANSLATED.NET/DOC/USAGELIMITS.PHP",
    "Error 500 (Server Error)!!1500.That’s an error.There was an error. Please try again later.",
    "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS",
    "429 Too Many Requests",
    "'AUTO' IS AN INVALID SOURCE LANGUAGE . EXAMPLE: LANGPAIR=EN|IT USING 2 LETTER ISO",
    "Our systems have detected unusual traffic from your computer network.",
)


def html(text: str, rng: random.Random) -> str:
    forms = ("<p>{}</p>", "{}<br/>", "<span class='t'>{}</span>", "{}&nbsp;", "&quot;{}&quot;")
    return rng.choice(forms).format(text)


def poisons(language: str, pairs: Sequence[Candidate]) -> dict[str, tuple[str, Poison]]:
    """Name of each poison -> how severe it is, and how to make it."""
    others = {c.source_id: pairs[(n + 7) % len(pairs)] for n, c in enumerate(pairs)}
    foreign = FOREIGN[language]
    return {
        "empty": ("gross", with_text(lambda *_: "")),
        "blank": ("gross", with_text(lambda *_: " \n\u200b")),
        "copy": ("gross", lambda c, _: replace(c, text=c.original)),
        "copy, other case and punctuation": (
            "gross",
            lambda c, _: replace(c, text=c.original.upper().rstrip(".!?")),
        ),
        "another original": ("gross", lambda c, _: replace(c, text=others[c.source_id].original)),
        "another row's text": ("gross", lambda c, _: replace(c, text=others[c.source_id].text)),
        "a quarter kept": ("gross", keep_words(0.25)),
        "second half dropped": ("gross", with_text(drop_second_half)),
        "cut off at two thirds": ("subtle", keep_words(0.67)),
        "said twice": ("gross", with_text(lambda text, _: f"{text} {text}")),
        "loop to the end": ("gross", with_text(loop)),
        "phrase four times": ("gross", with_text(stutter)),
        "wrong language": ("gross", lambda c, _: replace(c, text=foreign[c.original])),
        "service's notice": ("gross", with_text(lambda _, rng: rng.choice(NOTICES))),
        "HTML": ("gross", with_text(html)),
        "engine mark in the text": ("gross", with_text(engine_mark)),
        "a third of the words marked": ("gross", marked(0.33)),
        "number changed": ("subtle", with_text(other_number)),
        "number lost": ("subtle", with_text(lost_number)),
        "negation dropped": ("subtle", negation_dropped(language)),
        "negation added": ("subtle", negation_added(language)),
    }


FOREIGN: dict[str, dict[str, str]] = {}


def load_foreign(data: Path) -> None:
    """For each reference, the same sentence in the nearest other language of FLORES."""
    nearest = {"en": "fr", "fr": "en", "es": "ca", "ca": "es"}
    with (data / "mt/flores_dev_en_fr_es_ca.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for language, other in nearest.items():
        FOREIGN[language] = {row[language]: row[other] for row in rows}


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
        "| language | at | good refused | another row caught | lines refused | line of another row |",
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
