"""The example data holds what its README and the demo promise."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


class Spec(NamedTuple):
    name: str
    delimiter: str
    columns: list[str]
    labels: list[str]  # largest class first
    least: int  # rows


SPECS = [
    Spec(
        "reviews_en.csv",
        ",",
        ["id", "text", "label", "stars", "source"],
        ["positive", "negative", "mixed"],
        200,
    ),
    Spec(
        "reviews_fr.csv",
        ";",
        ["id", "texte", "étiquette", "note"],
        ["positif", "négatif", "mitigé"],
        110,
    ),
]

#: quirk -> (pattern, how many texts of a file must show it)
QUIRKS = {
    "single line break": (r"[^\n]\n[^\n]", 3),
    "blank line": (r"\n\n", 2),
    "html break": (r"<br />", 2),
    "url": (r"https?://\S+", 2),
    "emoji": (r"[\U0001F300-\U0001FAFF]", 5),
    "all caps": (r"\b[A-ZÀ-Ý]{4,}\b", 2),
    "ellipsis": (r"\.\.\.", 2),
    "rating or date": (r"\b\d+/\d+\b", 2),
    "slash between words": (r"\w ?/ ?[^\W\d]", 1),
    "percent": (r"\d ?%", 2),
    "hashtag": (r"#\w+", 1),
    "parenthesis": (r"\(.+?\)", 1),
    "exclamation run": (r"!!", 2),
    "curly apostrophe": (r"\w’\w", 1),
    "semicolon": (r";", 4),
}
OWN_QUIRKS = {
    "reviews_en.csv": {
        "straight quotes": (r'"', 5),
        "curly quotes": (r"“.+?”", 2),
        "negation": (r"(?i)\b(not|never|no|nobody)\b|n['’]t\b", 40),
        "not bad": (r"(?i)not bad|not a bad", 2),
        "price": (r"\b\d+\.\d\d\b", 5),
        "no-break hyphen": ("\u2011", 1),
    },
    "reviews_fr.csv": {
        "guillemets": (r"« .+? »|«\u202f.+?\u202f»", 4),
        "no-break space": (r"\u00a0|\u202f", 2),
        "negation": (r"(?i)\bn(e |['’]).*?\b(pas|plus|jamais|rien|personne)\b", 20),
        "n'est pas": (r"n['’]est pas", 1),
        "price": (r"\d+,\d\d €", 4),
        "accents": (r"[éèêàçùôîœ]", 90),
    },
}


def read(spec: Spec) -> list[dict[str, str]]:
    with (EXAMPLES / spec.name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=spec.delimiter, strict=True))


def texts(spec: Spec) -> list[str]:
    return [row[spec.columns[1]] for row in read(spec)]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.fixture(params=SPECS, ids=lambda spec: spec.name)
def spec(request: pytest.FixtureRequest) -> Spec:
    chosen: Spec = request.param
    return chosen


def test_columns_and_row_count(spec: Spec) -> None:
    rows = read(spec)
    assert list(rows[0]) == spec.columns
    assert len(rows) >= spec.least
    # DictReader marks a row that is too long by the key None, one that is too short by a None value
    assert not [row for row in rows if None in row or None in row.values()]


def test_file_is_plain_utf8_with_newline_ends(spec: Spec) -> None:
    data = (EXAMPLES / spec.name).read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    assert "\x00" not in data.decode("utf-8")


def test_labels_are_imbalanced_and_never_missing(spec: Spec) -> None:
    counts = Counter(row[spec.columns[2]] for row in read(spec))
    assert [label for label, _ in counts.most_common()] == spec.labels
    sizes = [counts[label] for label in spec.labels]
    assert sizes[0] >= 1.8 * sizes[1]
    assert sizes[1] > 1.2 * sizes[2]
    assert sizes[2] >= 20


def test_ids_are_unique_and_include_the_ones_that_readers_break(spec: Spec) -> None:
    ids = [row["id"] for row in read(spec)]
    assert len(set(ids)) == len(ids)
    assert {"007", "NA"} <= set(ids)


def test_stars_agree_with_the_label(spec: Spec) -> None:
    allowed = dict(zip(spec.labels, [(4, 5), (1, 2), (2, 4)], strict=True))
    for row in read(spec):
        low, high = allowed[row[spec.columns[2]]]
        assert low <= float(row[spec.columns[3]].replace(",", ".")) <= high, row["id"]


def test_one_empty_text_and_one_repeated_pair(spec: Spec) -> None:
    counts = Counter(texts(spec))
    assert counts[""] == 1
    assert sorted(n for n in counts.values() if n > 1) == [2]
    (twin,) = (text for text, n in counts.items() if n > 1)
    assert len({row[spec.columns[2]] for row in read(spec) if row[spec.columns[1]] == twin}) == 1


def test_no_six_word_run_is_shared(spec: Spec) -> None:
    where: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for text in texts(spec):
        tokens = words(text)
        for i in range(len(tokens) - 5):
            where[tuple(tokens[i : i + 6])].add(text)
    assert {" ".join(run): found for run, found in where.items() if len(found) > 1} == {}


def test_lengths_are_those_of_real_reviews(spec: Spec) -> None:
    lengths = [len(text.split()) for text in texts(spec) if text]
    assert sum(1 <= n <= 3 for n in lengths) >= 2
    assert sum(n >= 90 for n in lengths) >= 3
    assert sum(12 <= n <= 45 for n in lengths) >= 0.85 * len(lengths)


def test_openings_vary(spec: Spec) -> None:
    openings = Counter(" ".join(words(text)[:2]) for text in set(texts(spec)) if text)
    assert openings.most_common(1)[0][1] <= 4


def test_quirks_are_present(spec: Spec) -> None:
    found = texts(spec)
    short = {}
    for quirk, (pattern, least) in {**QUIRKS, **OWN_QUIRKS[spec.name]}.items():
        n = sum(re.search(pattern, text) is not None for text in found)
        if n < least:
            short[quirk] = (n, least)
    assert short == {}


def test_french_note_has_decimal_commas() -> None:
    assert any("," in row["note"] for row in read(SPECS[1]))


def test_readme_states_the_true_counts(spec: Spec) -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    rows = read(spec)
    counts = Counter(row[spec.columns[2]] for row in rows)
    told = ", ".join(f"{label} {counts[label]}" for label in spec.labels)
    columns = spec.delimiter.join(spec.columns)
    assert f"| `{spec.name}` | {len(rows)} | `{columns}` | {told} |" in readme
