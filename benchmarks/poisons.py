"""Poisons: what a broken translation does to a candidate, each kind on its own."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from poison_persons import gender_changed, person_changed

from augment.records import Candidate

Poison = Callable[[Candidate, random.Random], Candidate | None]


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
    "es": (r"\bno (?!obstante|s[oó]lo)(?=\w+)|\bnunca \b|\bsin \b(?!embargo|duda)", ""),
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


def oscillation(text: str, rng: random.Random) -> str | None:
    """Bring a phrase back between the others, as decoders do that lost the thread."""
    words = text.split()
    if len(words) < 9:
        return None
    at = rng.randrange(len(words) - 3)
    phrase = words[at : at + 3]
    parts = [words[n : n + 3] for n in range(0, len(words), 3)]
    return " ".join(" ".join([*phrase, *part]) for part in parts[: rng.randint(3, 4)])


def mojibake(text: str, rng: random.Random) -> str | None:
    """Accents read in the wrong encoding, three of them at least."""
    broken = text.encode().decode("latin-1")
    return broken if len(broken) >= len(text) + 3 else None


def letter_salad(text: str, rng: random.Random) -> str:
    """Half of the longer words with their letters in another order."""
    words = text.split()
    for at, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and at % 2:
            letters = list(word[1:])
            rng.shuffle(letters)
            words[at] = word[0] + "".join(letters)
    return " ".join(words)


def shuffled_words(text: str, rng: random.Random) -> str:
    words = text.rstrip(".").split()
    rng.shuffle(words)
    return " ".join(words) + "."


_NAME = re.compile(r"[^\W\d_]+")


def known_names(texts: Sequence[str]) -> list[str]:
    """Words that stand inside a sentence with a capital, and nowhere without."""
    small, inside = set(), set()
    for text in texts:
        for match in _NAME.finditer(text):
            word = match[0]
            if word[0].islower():
                small.add(word)
            elif len(word) > 3 and re.search(r"[\w,] $", text[: match.start()]):
                inside.add(word)
    return sorted(word for word in inside if word.lower() not in small and not word.isupper())


def name_swapped(names: Sequence[str], *, lost: bool = False) -> Poison:
    known = set(names)

    def poison(candidate: Candidate, rng: random.Random) -> Candidate | None:
        before = set(_NAME.findall(candidate.original))
        there = [w for w in _NAME.findall(candidate.text) if w in known and w in before]
        if not there:
            return None
        one = rng.choice(there)
        new = "" if lost else rng.choice([name for name in names if name not in before])
        return replace(
            candidate, text=re.sub(rf"\b{one}\b ?" if lost else rf"\b{one}\b", new, candidate.text)
        )

    return poison


def negation_moved(language: str) -> Poison:
    """Take the one negation of the text from its verb to another one."""
    pattern, into = NEGATED[language]
    able, with_not = NEGATABLE[language]

    def move(text: str, rng: random.Random) -> str | None:
        if with_not is None or len(re.findall(pattern, text)) != 1:
            return None
        gone = re.search(pattern, text)
        assert gone is not None
        others = [
            m for m in re.finditer(able, text) if not gone.start() - 3 < m.start() < gone.end() + 3
        ]
        if not others:
            return None
        one = rng.choice(others)
        negated = with_not.replace(r"\1", one[1])
        kept = into.replace(r"\1", gone[1] or "" if gone.re.groups else "")
        edits = sorted([(gone.start(), gone.end(), kept), (one.start(), one.end(), negated)])
        for start, end, new in reversed(edits):
            text = text[:start] + new + text[end:]
        return text

    return with_text(move)


ASKED = {"en": ("Who", "Where", "When", "Why"), "fr": ("Qui", "Où", "Quand", "Pourquoi"),
         "es": ("¿Quién", "¿Dónde", "¿Cuándo")}  # fmt: skip


def question_lost(text: str, rng: random.Random) -> str | None:
    return text.replace("?", ".").replace("¿", "") if "?" in text else None


def question_gained(text: str, rng: random.Random) -> str | None:
    return None if "?" in text else text.rstrip(".!") + "?"


def question_word(language: str) -> Poison:
    words = ASKED.get(language, ())

    def change(text: str, rng: random.Random) -> str | None:
        for word in words:
            if text.startswith(word + " ") and "?" in text:
                return rng.choice([w for w in words if w != word]) + text[len(word) :]
        return None

    return with_text(change)


COARSE = {"en": "fucking", "fr": "putain", "es": "joder", "ca": "collons"}


def coarse(language: str) -> Poison:
    def add(text: str, rng: random.Random) -> str:
        words = text.split()
        words.insert(rng.randrange(len(words) + 1), COARSE[language])
        return " ".join(words)

    return with_text(add)


def html(text: str, rng: random.Random) -> str:
    forms = ("<p>{}</p>", "{}<br/>", "<span class='t'>{}</span>", "{}&nbsp;", "&quot;{}&quot;")
    return rng.choice(forms).format(text)


def poisons(language: str, pairs: Sequence[Candidate]) -> dict[str, tuple[str, Poison]]:
    """Name of each poison -> how severe it is, and how to make it."""
    others = {c.source_id: pairs[(n + 7) % len(pairs)] for n, c in enumerate(pairs)}
    foreign = FOREIGN[language]
    names = known_names([*foreign, *(text for c in pairs for text in (c.original, c.text))])
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
        "wrong language": (
            "gross",
            lambda c, _: replace(c, text=foreign[c.original]) if c.original in foreign else None,
        ),
        "service's notice": ("gross", with_text(lambda _, rng: rng.choice(NOTICES))),
        "HTML": ("gross", with_text(html)),
        "engine mark in the text": ("gross", with_text(engine_mark)),
        "a third of the words marked": ("gross", marked(0.33)),
        "number changed": ("subtle", with_text(other_number)),
        "number lost": ("subtle", with_text(lost_number)),
        "negation dropped": ("subtle", negation_dropped(language)),
        "negation added": ("subtle", negation_added(language)),
        "negation moved": ("watched", negation_moved(language)),
        "name swapped": ("subtle", name_swapped(names)),
        "name lost": ("watched", name_swapped(names, lost=True)),
        "question made a statement": ("subtle", with_text(question_lost)),
        "statement made a question": ("subtle", with_text(question_gained)),
        "another question word": ("subtle", question_word(language)),
        "person changed": ("subtle", person_changed(language)),
        "he made she": ("subtle", gender_changed if language == "en" else lambda *_: None),
        "coarse word added": ("subtle", coarse(language)),
        "oscillation": ("gross", with_text(oscillation)),
        "broken encoding": ("subtle", with_text(mojibake)),
        "letter salad": ("subtle", with_text(letter_salad)),
        "words shuffled": ("watched", with_text(shuffled_words)),
    }


FOREIGN: dict[str, dict[str, str]] = {}


def load_foreign(data: Path) -> None:
    """For each reference, the same sentence in the nearest other language of FLORES."""
    nearest = {"en": "fr", "fr": "en", "es": "ca", "ca": "es"}
    with (data / "mt/flores_dev_en_fr_es_ca.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for language, other in nearest.items():
        FOREIGN[language] = {row[language]: row[other] for row in rows}
