"""Finds subjects and articles that a paraphrase has left out, and subjects that it has put in.

Spanish, Catalan and many other languages leave pronouns out, and rule-based engines do not put them
back, or put one where there was none: "I know what mean" for "what you mean", "it shuts up" for
"shut up", "la lune il luit" for "la lune luit"; and Esperanto has no word for "a". For languages
that must have them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from augment.filters.left_out_words import NEEDED
from augment.tokens import APOSTROPHES

#: Ends of sentences, and of what is set apart like one; a question's is told from the others.
_START, _QUESTION = "^", "?"
_ENDS: Final = (_START, _QUESTION)
#: What stands between words: those ends, as they are written, and commas.
_BETWEEN: Final = r"[.!?;:…\n]+|,|(?<!\S)[-–—]+(?!\S)"
#: Dots that end no sentence: of an abbreviation, or before a small letter.
_NO_END: Final = re.compile(r"\.(?=\w|\s+[a-zà-öø-ÿ])")
#: Words before the verb of a question whose subject stands behind it.
_ASKING: Final = ("pourquoi", "quand", "comment", "où", "que", "qu'")
#: Letters by which a form of a verb is known again, of words that have more.
_STEM: Final = 4


class LeftOut:
    """Compares originals and their paraphrases in a language of `NEEDED`."""

    def __init__(self, language: str) -> None:
        self.known = NEEDED[language]
        self._token = re.compile(f"{self.known.word}|{_BETWEEN}")
        self._short = [(re.compile(short), full) for short, full in self.known.written_out]

    def fault(self, original: str, text: str, *, by_rules: bool = False) -> str:
        """Say what is left out, or one too many; "" for nothing.

        A subject is left out where a pronoun is gone with none in its place, and either the words
        around it follow each other now, or a clause opens with a verb that does not open one. It
        is one too many where a sentence begins with one and goes on as a sentence of the original
        begins, or where it stands between two words that followed each other ("la lune il luit").
        Articles are left out where the words around two of them follow each other.

        Engines by rules leave out objects before their verb, too, and subjects behind it, which
        others say in another place or way.
        """
        before, after = self._read(original), self._read(text)
        known, was, now = self.known, Counter(before), Counter(after)
        if lost := _lost(was, now, known.pronouns, known.instead):
            words = next(self._subjects(before, after, lost), "")
            if words := words or self._bare(before, after, lost):
                return f"{words!r} without its subject"
        if lost := _lost(was, now, known.articles, known.determiners):
            bare = [found for _, found in self._closed_up(before, after, lost)]
            if len(bare) > 1:
                return f"{bare[0]!r} without its article"
        told = {word for word in known.addressed.union(known.told) if now[word] > was[word]}
        if told and (words := self._told(before, after, told)):
            return f"{words!r} for a command"
        put_in = {word for word in known.put_in if now[word] > was[word]}
        if put_in and (words := self._put_in(before, after, put_in)):
            return f"{words!r} with one subject too many"
        if by_rules and (words := self._object(before, after) or self._asked(before, after)):
            return f"{words!r} left out"
        return ""

    def _object(self, before: list[str], after: list[str]) -> str:
        """Find an object that is gone from before its verb, where the verb is still there."""
        objects = self.known.objects
        lost = _lost(Counter(before), Counter(after), objects, self.known.for_objects)
        bare = {self._key(word) for left, word in pairwise(after) if left not in objects}
        for at, word in enumerate(before):
            if word in lost:
                behind = next(other for other in before[at:] if other not in objects)
                if behind not in (*_ENDS, ",") and self._key(behind) in bare:
                    return f"{word} {behind}"
        return ""

    def _asked(self, before: list[str], after: list[str]) -> str:
        """Find a subject that is gone from behind a verb that has no other: "Parle anglais ?"."""
        lost = _lost(Counter(before), Counter(after), self.known.turned, self.known.pronouns)
        there = {(self._key(left), self._key(word)) for left, word in pairwise(after)}
        for at, word in enumerate(before):
            if word not in lost:
                continue
            verb = at - 1 - (before[at - 1] == "-t")
            left = next(other for other in before[verb - 1 :: -1] if other not in self.known.light)
            front = before[verb - 1]
            if left in (*_ENDS, *_ASKING) and (self._key(front), self._key(before[verb])) in there:
                return f"{before[verb]}{word}"
        return ""

    def _put_in(self, before: list[str], after: list[str], new: set[str]) -> str:
        """Find a pronoun between a word and what followed that word."""
        there = {(self._key(one), self._key(other)) for one, other in pairwise(before)}
        free = (*_ENDS, ",", *self.known.joins)
        no_verb = (*_ENDS, ",", *(self.known.light - self.known.clitics))
        for left, word, right in zip(after, after[1:], after[2:], strict=False):
            followed = (self._key(left), self._key(right)) in there
            if word in new and left not in free and right not in no_verb and followed:
                return f"{left} {word} {right}"
        return ""

    def _told(self, before: list[str], after: list[str], new: set[str]) -> str:
        """Find a sentence that begins with a pronoun, and goes on as one of the original begins.

        Or a part of one behind a comma ("Junior, viens": "Junior, je viens"), where the pronoun
        does not stand before it in the sentence.
        """
        openings = {
            self._key(word) for end, word in pairwise(before) if end in _ENDS and word not in _ENDS
        }
        starts, last = _starts(before), _ends(after)
        parts = {
            self._key(word): before[starts[at] : at]
            for at, (end, word) in enumerate(pairwise(before))
            if end == ","
        }
        for at in range(len(after) - 2):
            end, word, verb = after[at : at + 3]
            if word not in new or last[at + 1] == _QUESTION or verb == word:
                continue
            if end == "," and word in self.known.addressed:
                if word not in parts.get(self._key(verb), (word,)):
                    return f"{word} {verb}"
            elif end in _ENDS and word in self.known.told:
                ending = self.known.told[word]
                command = verb.removesuffix(ending)
                if verb.endswith(ending) and len(command) > 1 and self._key(command) in openings:
                    return f"{word} {verb}"
        return ""

    def _read(self, text: str) -> list[str]:
        """Split a text into words, its short forms written out, and ends of sentences."""
        if not text.islower():
            text = _NO_END.sub(" ", text)
        text = text.casefold().replace("‐", "-").translate(APOSTROPHES)
        for short, full in self._short:
            text = short.sub(full, text)
        found = [_START]
        for word in self._token.findall(text):
            if word[-1].isalnum() or word[-1] in "',":
                found.append(word)
            else:
                found.append(_QUESTION if "?" in word else _START)
        return [*found, _START]

    def _subjects(self, before: list[str], after: list[str], lost: set[str]) -> Iterator[str]:
        """Find the words around subjects that are gone, one behind the other."""
        known, starts = self.known, _starts(before)
        for at, found in self._closed_up(before, after, lost):
            left, word, right = before[at - 1 : at + 2]
            if left in known.joins | known.before_object:
                continue
            if right in known.no_verbs and word not in known.always:
                continue
            if left in known.light and before[at - 2] in known.joins:
                continue  # "but sometimes sings"
            if left == "," and word in before[starts[at] : at]:
                continue  # "he came, he saw": it was said before
            if right in (*_ENDS, ",") and left not in known.finite | known.light:
                continue  # behind what ends so, it was an object
            yield found

    def _closed_up(
        self, before: list[str], after: list[str], lost: set[str]
    ) -> Iterator[tuple[int, str]]:
        """Find lost words whose neighbours follow each other now, and what those are."""
        there = set(pairwise(before))
        new = {
            (self._key(one), self._key(other)): " ".join(
                word for word in (one, other) if word not in (*_ENDS, ",")
            )
            for one, other, behind in zip(after, after[1:], [*after[2:], _START], strict=False)
            if (one, other) not in there and behind not in self.known.pronouns  # "are you"
        }
        for at in range(1, len(before) - 1):
            around = self._key(before[at - 1]), self._key(before[at + 1])
            if before[at] in lost and around in new:
                yield at, new[around]

    def _key(self, word: str) -> str:
        """Give what two words have in common that are forms of one, or ends of sentences."""
        if word in _ENDS:
            return _START
        return f"{word[:_STEM]}..." if self.known.stems and len(word) > _STEM else word

    def _bare(self, before: list[str], after: list[str], lost: set[str]) -> str:
        """Find a verb that opens a clause, and opens none of the original."""
        more = Counter(self._openings(after, lost)) - Counter(self._openings(before, lost))
        return next(iter(more), "")

    def _openings(self, tokens: list[str], lost: set[str]) -> Iterator[str]:
        known = self.known
        polite = lost <= {"you", "ya", "it"}  # "you must look" may be told as "look"
        starts, last = _starts(tokens), _ends(tokens)
        verbs = known.finite | known.commands
        for at, word in enumerate(tokens):
            if word not in verbs or tokens[at + 1] in known.pronouns:  # "are you"
                continue
            front = at - 1
            while tokens[front] in known.light:
                front -= 1
            if tokens[front] in known.asking:
                if word in known.commands:
                    yield word
                continue
            if polite and word in known.commands:
                continue
            if tokens[front] == ",":
                # "If we yield, will become"; not "the firm, X and Y, did".
                part = tokens[starts[front] : front]
                light = "," not in part and (len(part) < 2 or part[0] in known.under)
                if light or word == "am":
                    yield word
            elif tokens[front] in known.under or (tokens[front] in _ENDS and last[at] != _QUESTION):
                yield word


def _lost(
    was: Counter[str], now: Counter[str], words: frozenset[str], instead: frozenset[str]
) -> set[str]:
    """Give the words that are fewer now; none where as many have come in their place."""
    lost = {word for word in words if was[word] > now[word]}
    new = sum(max(0, now[word] - was[word]) for word in words | instead)
    return lost if sum(was[word] - now[word] for word in lost) > new else set()


def _starts(tokens: list[str]) -> list[int]:
    """Give, for every place, where its sentence starts."""
    found, start = [], 0
    for at, word in enumerate(tokens):
        found.append(start)
        if word in _ENDS:
            start = at + 1
    return found


def _ends(tokens: list[str]) -> list[str]:
    """Give, for every place, the sign that its sentence ends with."""
    found, end = [], _START
    for word in reversed(tokens):
        end = word if word in _ENDS else end
        found.append(end)
    return found[::-1]
