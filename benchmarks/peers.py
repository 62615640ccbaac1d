"""What augment and other libraries make of the same tables, counted by the same rules.

    python benchmarks/peers.py ../shared/data [--rows 500] [--peers PYTHON] [--nltk-data FOLDER]
        [--eda FILE]

PYTHON is the interpreter of an environment that has nlpaug, TextAttack and textaugment. FOLDER
holds NLTK's WordNet and stop words, as its downloader lays them out. FILE is `code/eda.py` of
EDA's repository, jasonwei20/eda_nlp. A tool that is not there, or fails for every text, is written
down as not run, with what it said.

Every tool runs as its documentation shows, with its defaults. Its outputs are then judged by
augment's own checks, similarity left out, with the thresholds that `augment words` has for small
changes. That yardstick is ours. The seconds are of the processor, since a busy machine stretches
the others: making alone, without start; augment's also hold its checks, its store and its files.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from machine import describe
from peers_tools import TOOLS

from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.records import Candidate, Rejection
from augment.tokens import fold

RESULT = Path(__file__).parent / "results" / "peers.json"
EXAMPLES = Path(__file__).parents[1] / "examples"
RUNS = 3
#: As `augment.augmenters.METHODS` has them for changes of a letter or a word.
SMALL: dict[str, Any] = {"min_change": 0.01, "max_strangeness": 100.0}
OURS = {
    "augment backtranslate es": ["backtranslate", "--pivot", "es", "--translator", "apertium"],
    "augment words eda": ["words", "--method", "eda"],
    "augment words keyboard": ["words", "--method", "keyboard"],
}


def tables(data: Path, rows: int) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Name -> language, and text and label of the first rows; rows without a text left out."""

    def read(path: Path, text: str, label: str, delimiter: str = ",") -> list[tuple[str, str]]:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            found = [(row[text], row[label]) for row in csv.DictReader(handle, delimiter=delimiter)]
        return [row for row in found if row[0].strip()][:rows]

    return {
        "sst2": ("en", read(data / "sst2" / "sst2_imbalanced_500.csv", "text", "label")),
        "xed_fr": ("fr", read(data / "xed" / "xed_fr_emotion6.csv", "text", "label")),
        "reviews_en": ("en", read(EXAMPLES / "reviews_en.csv", "text", "label")),
        "reviews_fr": ("fr", read(EXAMPLES / "reviews_fr.csv", "texte", "étiquette", ";")),
    }


def judge(
    language: str, rows: list[tuple[str, str]], made: list[tuple[int, str]], *, small: bool
) -> dict[str, Any]:
    """Count what the outputs of one tool are: each a row number and a text."""
    settings = FilterSettings(language=language, **(SMALL if small else {}))
    # Grammar too: methods that make noise are not asked for it.
    checks = build_filters(
        settings, disabled=["similarity", "swapped", *(["grammar"] if small else [])]
    )
    chain = FilterChain(checks)
    chain.learn(Original(number, text) for number, (text, _) in enumerate(rows))
    originals = Counter(fold(text) for text, _ in rows)
    for text, _ in rows:
        chain.see_original(text)
    candidates = [Candidate(at, rows[at][0], text, "peer") for at, text in made]
    refused = Counter(
        result.reason for result in chain.apply(candidates) if isinstance(result, Rejection)
    )
    folded = [(at, fold(text), fold(rows[at][0])) for at, text in made]
    alone = {
        check.name: sum(not finding.passed for finding in check.check(candidates))
        for check in checks
        if check.name in ("numbers", "negation", "language")
    }
    return {
        "returned": len(made),
        "identical": sum(text == rows[at][0] for at, text in made),
        "identical_folded": sum(key == own for _, key, own in folded),
        "repeated_folded": len(folded) - len({key for _, key, _ in folded}),
        "equal_to_another_original": sum(
            key in originals and key != own for _, key, own in folded
        ),
        "refused": refused.total(),
        "refused_by": dict(refused.most_common()),
        "caught_alone": alone,
        "classes": dict(Counter([label for _, label in rows] + [rows[at][1] for at, _ in made])),
    }  # fmt: skip


def shown(rows: list[tuple[str, str]], made: list[tuple[int, str]]) -> list[list[str]]:
    """One output of each of the first 20 texts, at another place in its list each time."""
    outputs: dict[int, list[str]] = {}
    for at, text in made:
        outputs.setdefault(at, []).append(text)
    first = list(outputs.items())[:20]
    return [[rows[at][0], texts[turn % len(texts)]] for turn, (at, texts) in enumerate(first)]


def peer(
    name: str, language: str, rows: list[tuple[str, str]], options: argparse.Namespace
) -> dict[str, Any]:
    """Run another library's tool in its own process."""
    if "own code" in name and not options.eda:
        return {"not_run": "no --eda FILE"}
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "texts.json", Path(folder) / "out.json"
        source.write_text(json.dumps([text for text, _ in rows]), encoding="utf-8")
        script = str(Path(__file__).with_name("peers_tools.py"))
        places = {"NLTK_DATA": options.nltk_data, "EDA_FILE": options.eda}
        try:
            done = subprocess.run(
                [options.peers, script, name, language, str(source), str(out), str(RUNS)],
                capture_output=True, text=True, check=False, timeout=options.limit,
                # Several of them draw from sets, whose order is of the process.
                env={**os.environ, **places, "PYTHONHASHSEED": "0"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"not_run": f"no end within {options.limit} s"}
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.strip()] or ["no word"]
            said_last = said[-1].strip().replace(options.nltk_data or "\0", "FOLDER")
            return {"not_run": said_last[:200]}
        found = json.loads(out.read_text(encoding="utf-8"))
    outputs = found.pop("outputs")
    errors = [one for one in outputs if isinstance(one, str)]
    if len(errors) == len(rows):
        return {"not_run": f"failed for every text: {Counter(errors).most_common(1)[0][0]}"}
    made = [(at, text) for at, one in enumerate(outputs) if isinstance(one, list) for text in one]
    return {
        "version": found["version"],
        "asked": len(rows) * found["asked_of_a_text"],
        "failed_texts": len(errors),
        "errors": dict(Counter(errors).most_common(3)),
        "processor_s": round(statistics.median(found["seconds"]), 3),
        "names_its_original": "by place in the list",
        **judge(language, rows, made, small=True),
        "examples": shown(rows, made),
    }


def ours(name: str, language: str, rows: list[tuple[str, str]]) -> dict[str, Any]:
    """Run one of augment's commands, one text a row, every check but similarity."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        with (here / "in.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([("text", "label"), *rows])
        for run in range(RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [sys.executable, "-m", "augment", *OURS[name], "in.csv", "--text", "text",
                 "--label", "label", "--source", language, "--balance", "none", "--quiet",
                 "--no-filter", "similarity,swapped", "--out", f"out{run}.csv", "--store", "none"],
                cwd=here, capture_output=True, text=True, check=False,
            )  # fmt: skip
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            if done.returncode:
                return {"not_run": done.stderr.strip().splitlines()[-1][:200]}
            seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        kept = read_new(here / "out0.csv")
        refused = read_new(here / "out0.rejected.csv")
    made = [(at, text) for at, text, _ in kept]
    return {
        "asked": len(rows),
        "failed_texts": 0,
        "refused_in_its_run": dict(Counter(reason for *_, reason in refused).most_common()),
        "whole_process_s": round(statistics.median(seconds), 3),
        "names_its_original": "column aug_source_id",
        **judge(language, rows, made, small="words" in name),
        "examples": shown(rows, made),
    }


def read_new(path: Path) -> list[tuple[int, str, str]]:
    """Row number of the original, text and reason of every row that is no original."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            (int(row["aug_source_id"]), row["text"], row.get("reason", ""))
            for row in csv.DictReader(handle)
            if row["aug_method"] != "original"
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=500, help="most rows of a table")
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the others")
    parser.add_argument("--nltk-data", default="", help="folder with corpora/wordnet and stopwords")
    parser.add_argument("--eda", default="", help="EDA's own code/eda.py")
    parser.add_argument("--limit", type=float, default=600, help="most seconds of one tool")
    parser.add_argument("--table", default="", help="tables whose name holds this")
    parser.add_argument("--only", default="", help="tools whose name holds this")
    parser.add_argument("--without", default="", help="tools whose name holds this are left out")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    found: dict[str, Any] = {"rows_at_most": options.rows, "runs": RUNS, "machine": describe()}
    if (options.table or options.only) and options.out.exists():
        found = json.loads(options.out.read_text(encoding="utf-8"))  # the rest stays as it is
    if found["rows_at_most"] != options.rows:
        sys.exit(f"{options.out} has --rows {found['rows_at_most']}; give that, or another --out")
    for table, (language, rows) in tables(options.data, options.rows).items():
        if options.table not in table:
            continue
        facts = {
            "language": language, "rows": len(rows),
            "classes": dict(Counter(label for _, label in rows)), "tools": {},
        }  # fmt: skip
        here = found.setdefault("tables", {}).setdefault(table, facts)
        for name in (*OURS, *TOOLS):
            if options.only not in name:
                continue
            if options.without and options.without in name:
                one = {"not_run": f"left out of this run by --without {options.without}"}
            elif name in OURS:
                one = ours(name, language, rows)
            else:
                one = peer(name, language, rows, options)
            here["tools"][name] = one
            print(table, name, one.get("returned", one.get("not_run")), file=sys.stderr, flush=True)
            options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
