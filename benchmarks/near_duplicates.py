"""Near-repeated texts among many: the time that the search takes, and what it misses.

    python benchmarks/near_duplicates.py                     # 200,000 short texts
    python benchmarks/near_duplicates.py --texts FILE.csv --column text --rows 50000

The rows are sentences of made-up words in natural lengths (7 to 60 words, or those of the file), a
tenth of them edited copies of others: words replaced, dropped, swapped, or typing errors. Against
them stands the exact answer on a sample: every pair of the sample by its Jaccard similarity. With
``--brute N`` the sample has N rows. The result goes to benchmarks/results/near_duplicates.md.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from itertools import combinations
from pathlib import Path

from machine import describe

from augment.datasets.near_duplicates import NEAR, NearDuplicates, letter_runs
from augment.datasets.table import open_table
from augment.tokens import fold

RESULT = Path(__file__).parent / "results" / "near_duplicates.md"


def made_up(rows: int, rng: random.Random) -> list[str]:
    """Sentences of made-up words, the frequent ones short, as in a language."""
    letters = "etaoinshrdlucmfwypvbgk"
    words = [
        "".join(rng.choice(letters) for _ in range(2 + min(9, rank // 400 + rng.randrange(4))))
        for rank in range(6000)
    ]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    drawn = rng.choices(words, weights, k=rows * 24)
    texts, at = [], 0
    for _ in range(rows):
        length = min(60, max(7, round(rng.lognormvariate(2.9, 0.5))))
        if at + length > len(drawn):
            drawn, at = rng.choices(words, weights, k=rows * 24), 0
        texts.append(" ".join(drawn[at : at + length]))
        at += length
    return texts


def edited(text: str, rng: random.Random) -> str:
    """Change a text a little: one to four of the things that happen to copies."""
    words = text.split()
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(words))
        kind = rng.randrange(4)
        if kind == 0:
            words[at] = words[at][::-1] + "x"
        elif kind == 1 and len(words) > 4:
            del words[at]
        elif kind == 2:
            words.insert(at, rng.choice(words))
        else:
            letter = rng.randrange(len(words[at]) + 1)
            words[at] = words[at][:letter] + rng.choice("aeiou") + words[at][letter:]
    return " ".join(words)


def with_copies(texts: list[str], rng: random.Random) -> list[str]:
    """Replace a tenth of the texts by edited copies of others."""
    texts = list(texts)
    for at in rng.sample(range(1, len(texts)), len(texts) // 10):
        texts[at] = edited(texts[rng.randrange(at)], rng)
    return texts


def found_groups(texts: list[str]) -> tuple[list[int], tuple[float, float], int]:
    """Group of every text, seconds on the clock and of processor time, and the near pairs."""
    start, spent = time.perf_counter(), time.process_time()
    numbers: dict[str, int] = {}
    of_text = []
    with NearDuplicates() as near:
        for text in texts:
            key = fold(text)
            if key not in numbers:
                numbers[key] = near.add(text)
            of_text.append(numbers[key])
        groups = near.groups()
        pairs = len(near.pairs())
    seconds = time.perf_counter() - start, time.process_time() - spent
    return [groups[number] for number in of_text], seconds, pairs


def exact_pairs(texts: list[str]) -> list[tuple[int, int, float]]:
    """Every pair at or above the least similarity, by comparing all."""
    runs = [letter_runs(fold(text)) for text in texts]
    found = []
    for one, two in combinations(range(len(texts)), 2):
        left, right = runs[one], runs[two]
        if min(len(left), len(right)) < NEAR * max(len(left), len(right)):
            continue
        common = len(left & right)
        similarity = common / (len(left) + len(right) - common)
        if similarity >= NEAR:
            found.append((one, two, similarity))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--texts", type=Path, help="take the texts of a table instead")
    parser.add_argument("--column", default="text")
    parser.add_argument("--brute", type=int, default=4000, help="rows of the exact comparison")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry", action="store_true", help="write no result file")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    if args.texts:
        table = open_table(args.texts)
        own = [str(row[table.columns.index(args.column)]) for row in table]
        texts = [own[at % len(own)] if at < len(own) else edited(own[at % len(own)], rng)
                 for at in range(args.rows)]  # fmt: skip
        what = f"texts of {args.texts.name}, edited copies beyond its {len(own):,} rows"
    else:
        texts = with_copies(made_up(args.rows, rng), rng)
        what = "made-up sentences, a tenth of them edited copies"
    mean = sum(map(len, texts)) / len(texts)
    groups, seconds, pairs = found_groups(texts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # The sample holds whole neighbourhoods: some texts, and all that is in their groups, so that
    # there are pairs to find; the rest at random, so that there are pairs to miss.
    start = time.perf_counter()
    sample = rng.sample(range(len(texts)), min(args.brute, len(texts)))
    near = {group for group in rng.sample(groups, min(args.brute // 8, len(groups)))}
    members = [at for at, group in enumerate(groups) if group in near][: args.brute]
    chosen = sorted({*sample[: args.brute - len(members)], *members})
    truth = exact_pairs([texts[at] for at in chosen])
    hit = sum(groups[chosen[one]] == groups[chosen[two]] for one, two, _ in truth)
    # Copies made here are known without any comparison: a second, unbiased look at what is missed.
    planted = [(base, edited(base, rng)) for base in rng.sample(texts, 2000)]
    close = [
        pair for pair in planted
        if _similar(*pair) >= NEAR and fold(pair[0]) != fold(pair[1])
    ]  # fmt: skip
    both, _, _ = found_groups([text for pair in close for text in pair])
    caught = sum(both[2 * at] == both[2 * at + 1] for at in range(len(close)))
    machine = describe()
    lines = [
        "# Near-repeated texts",
        "",
        f"{machine['cores']} cores {machine['cpu']}, Python {machine['python']}. "
        f"{len(texts):,} rows: {what}; {mean:.0f} characters a row on average.",
        f"Least similarity {NEAR:g} (Jaccard of letter runs).",
        "",
        "| what | result |",
        "|---|---|",
        f"| search over all rows | {seconds[0]:.1f} s, of processor time {seconds[1]:.1f} s |",
        f"| connecting pairs found, each checked exactly | {pairs:,} |",
        f"| peak memory of the process, the rows themselves included | {memory:,.0f} MiB |",
        f"| all pairs of {len(chosen):,} rows compared one by one "
        f"({time.perf_counter() - start:.0f} s): near pairs | {len(truth):,} |",
        f"| of these in one group | {hit:,} ({100 * hit / max(len(truth), 1):.2f} %) |",
        f"| near copies made for the purpose | {len(close):,} |",
        f"| of these found | {caught:,} ({100 * caught / max(len(close), 1):.2f} %) |",
    ]
    report = "\n".join(lines) + "\n"
    print(report)
    if not args.dry:
        RESULT.write_text(report, encoding="utf-8")


def _similar(one: str, two: str) -> float:
    left, right = letter_runs(fold(one)), letter_runs(fold(two))
    return len(left & right) / max(len(left | right), 1)


if __name__ == "__main__":
    main()
