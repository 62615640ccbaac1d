"""Every kept text differs from every original and from every other kept one: counted on real data.

    python benchmarks/uniqueness.py ../shared/data [--only NAME] [--save]

Each table is augmented by an engine that does its best to break the promise: it gives texts back
in capitals, without punctuation, with other spaces, quotes and dashes, with half a dozen of its
words (so that many originals come back alike), and texts of other rows. Once all checks but
`empty` and `duplicate` are off, once the normal ones are on (without similarity). The outputs are
then read again, and each text is folded by a rule of this file, not by the package's: NFKC, case,
spaces and punctuation away (a sign between two digits counts as one sign: 1,5 is not 15). Texts of
nothing else are compared as they are.

`augment words --method split` is not part of the promise: it makes texts that differ in spaces.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path
from zlib import crc32

from machine import describe

import augment
import augment.planning
from augment.testing import FakeEngine

RESULT = Path(__file__).parent / "results" / "uniqueness.json"
#: Table, its text column, the language.
TABLES = (
    ("imdb/imdb_4k.csv", "text", "en"),
    ("movies/netflix_movie_origin.csv", "text", "en"),
    ("movies/netflix_movie_origin6.csv", "text", "en"),
    ("movies/wiki_movie_genre.csv", "text", "en"),
    ("movies/wiki_movie_plots_subset.csv", "Plot", "en"),
    ("mt/flores_dev_en_fr_es_ca.csv", "ca", "ca"),
    ("mt/flores_dev_mt_outputs.csv", "hypothesis", "en"),
    ("mt/tatoeba_cat_eng.csv", "cat", "ca"),
    ("mt/tatoeba_cat_fra.csv", "fra", "fr"),
    ("mt/tatoeba_cat_spa.csv", "cat", "ca"),
    ("mt/tatoeba_eng_fra.csv", "fra", "fr"),
    ("mt/tatoeba_eng_spa.csv", "eng", "en"),
    ("piaf_fr/piaf_fr_match.csv", "question", "fr"),
    ("piaf_fr/piaf_fr_topic.csv", "text", "fr"),
    ("sms_spam/sms_spam.csv", "text", "en"),
    ("sst2/sst2_500.csv", "text", "en"),
    ("sst2/sst2_imbalanced_500.csv", "text", "en"),
    ("trec6/trec6.csv", "text", "en"),
    ("xed/xed_en_emotion6.csv", "text", "en"),
    ("xed/xed_fr_emotion6.csv", "text", "fr"),
    ("xed/xed_fr_sentiment.csv", "text", "fr"),
)
_SIGN = re.compile(r"(?<=\d)[\W_]+(?=\d)")


def folded(text: str) -> str:
    """Case, space and punctuation folded away, by a rule of its own."""
    text = _SIGN.sub("\U0010ffff", unicodedata.normalize("NFKC", text).casefold())
    left = "".join(
        char
        for char in unicodedata.normalize("NFKC", text)
        if char == "\U0010ffff" or unicodedata.category(char)[0] not in "PZC"
    )
    return left or text.strip()


class NearCopies:
    """Gives texts that are nearly the original, nearly another row's, or nearly each other."""

    def __init__(self) -> None:
        self.before = "Nothing was said before."

    def __call__(self, source: str, target: str, text: str) -> str:
        """Change a text on the way out; the way back gives what it gets."""
        if target == "es":
            return text
        before, self.before = self.before, text
        words = text.split()
        draw = crc32(text.encode())
        return (
            text.upper(),
            re.sub(r"[^\w\s]", "", text),
            "  ".join(words),
            text.replace("'", "’").replace("-", "—").replace('"', "«"),
            "".join(words),
            before,
            before.upper() + "!",
            " ".join(words[:3]),
            f"({' '.join(words[-4:])})",
            " ".join([*words[1:], *words[:1]]),
            " ".join([*words[1:], *words[:1]]).lower(),
            " ".join(words[::2]),
            text.replace(" ", "\u200b "),
            "".join(f"{word} " for word in sorted(words)),
        )[draw % 14]


def run(path: Path, column: str, language: str, no_filter: str) -> dict[str, int]:
    """Augment one table through a copy of it with its text column alone; count exceptions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with path.open(encoding="utf-8", newline="") as handle:
            texts = [row[column] for row in csv.DictReader(handle)]
        with (folder / "in.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(["text"])
            writer.writerows([text] for text in texts)
        engine = FakeEngine({(language, "es"), ("es", language)}, NearCopies(), window=512)
        augment.planning.LOCAL = ("fake",)
        augment.planning.load_engine = lambda name: engine
        done = augment.back_translate(
            folder / "in.csv", out=folder / "out.csv", pivot="es", source=language, text="text",
            label="none", balance="none", store="none", no_filter=no_filter,
        )  # fmt: skip
        taken, kept, exceptions = set(), 0, 0
        with (folder / "out.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                key = folded(row["text"])
                if row["aug_method"] != "original":
                    kept += 1
                    exceptions += key in taken
                taken.add(key)
        refused = Counter(done.manifest.totals["rejected"])
    return {
        "rows": len(texts),
        "kept": kept,
        "refused": refused.total(),
        "refused as duplicate": refused["duplicate"],
        "exceptions": exceptions,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default="", help="tables whose name holds this")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args()
    csv.field_size_limit(10**9)
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name, column, language in TABLES:
        if options.only in name:
            for checks, off in (("duplicate alone", "all"), ("normal", "similarity")):
                one = run(options.data / name, column, language, off)
                found.setdefault(checks, {})[name] = one
                print(f"{name} {checks}: {one}", file=sys.stderr)
    sums: Counter[str] = Counter()
    for one in (one for tables in found.values() for one in tables.values()):
        sums.update(one)
    result = {"tables": found, "sums": dict(sums), "machine": describe()}
    if options.save:
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(dict(sums)))
    if sums["exceptions"]:
        sys.exit(f"{sums['exceptions']} kept texts are no new ones")


if __name__ == "__main__":
    main()
