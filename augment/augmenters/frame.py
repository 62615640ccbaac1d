"""A text as words in a frame: what stands between the words comes back where it was.

Addresses, numbers, mentions, hashtags, markup, placeholders (``{name}``, ``%s``, ``[LINK]``) and
initials belong to the frame, so no method can alter them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from augment.tokens import MARKS

#: What follows a letter within its word: more letters, vowel signs, and the joiners of Persian and
#: of the scripts of India.
_SIGN: Final = rf"[{MARKS}\u200c\u200d]"
_LETTERS: Final = rf"[^\W\d_](?:[^\W\d_]|{_SIGN})*"
_TOKEN: Final = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|[#@]\w+|</?\w[^<>]*>|&\w+;"  # addresses, tags, markup
    r"|\{\{[^{}\n]*\}\}|\$?\{[^{}\n]*\}|%(?:\(\w+\))?[a-z]\b"  # {{ user.name }}, ${total}, %s
    r"|\[[A-Z](?:[ _-]?[A-Z\d])*\]|(?:(?<!\w)[^\W\d_]\.-?){2,}"  # [LINK], U.S., J.-C.
    rf"|(?:{_LETTERS}-)*\w*\d\w*(?:[.,:/-]\w*\d\w*|-{_LETTERS})*"  # numbers, dates, COVID-19
    rf"|(?P<word>{_LETTERS}(?:['’\u2019-]{_LETTERS})*)"
)
_SIGNS: Final = re.compile(rf"{_SIGN}+")
_APOSTROPHE: Final = re.compile("['’]")
_SENTENCE_END: Final = re.compile(r"[.!?…]\W*$|\n")
#: What is left when the only word between two signs goes.
_EMPTY_PAIRS: Final = frozenset({'""', "()", "[]", "“”", "''"})
_WITHIN_CLAUSE: Final = re.compile(r"[^\S\n]*[,'’-]?[^\S\n]*")


class Word(str):
    """A word that knows its place in the frame, so that it is known again after others are gone."""

    __slots__ = ("at",)
    at: int


class Frame:
    """The words of a text and what stands between them.

    Parameters
    ----------
    text
        Any text.
    fixed
        Says of a word, in lower case, whether it belongs to the frame too.

    Examples
    --------
    >>> frame = Frame("I saw it (twice), in 1999.")
    >>> frame.words
    ['I', 'saw', 'it', 'twice', 'in']
    >>> frame.text([word.upper() for word in frame.words])
    'I SAW IT (TWICE), IN 1999.'
    """

    def __init__(self, text: str, fixed: Callable[[str], bool] | None = None) -> None:
        self.words: list[str] = []
        self.gaps: list[str] = []
        end = 0
        for match in _TOKEN.finditer(text):
            if match["word"] is None or (fixed is not None and fixed(match[0].lower())):
                continue
            word = Word(match[0])
            word.at = len(self.words)
            self.gaps.append(text[end : match.start()])
            self.words.append(word)
            end = match.end()
        self.gaps.append(text[end:])

    def starts_sentence(self, at: int) -> bool:
        """Whether the word at a place is the first of a sentence."""
        return at == 0 or bool(_SENTENCE_END.search(self.gaps[at]))

    def plain_between(self, one: int, other: int) -> bool:
        """Whether nothing but a space stands between two neighbours."""
        return (
            min(one, other) >= 0
            and max(one, other) < len(self.words)
            and (self.gaps[max(one, other)].isspace())
        )

    def free_run(self, start: int, end: int) -> bool:
        """Whether the words from `start` up to `end` stand in one clause, with nothing fixed."""
        return all(_WITHIN_CLAUSE.fullmatch(gap) for gap in self.gaps[start + 1 : end])

    def is_name(self, at: int) -> bool:
        """Whether a word is written as names are: with a capital that its place does not ask.

        No place asks for one behind an elision (``d'Artagnan``).
        """
        word = self.words[at]
        if word.isupper():
            return False
        first, *behind = _APOSTROPHE.split(word)
        if any(part[0].isupper() for part in behind):
            return True
        return first[0].isupper() and not self.starts_sentence(at)

    def _moved_from_start(self, word: str, at: int) -> bool:
        """Whether a word stands elsewhere now, and had its capital from its place alone."""
        if not isinstance(word, Word) or word.at == at:
            return False
        return word.istitle() and len(word) > 1 and self.starts_sentence(word.at)

    def text(self, words: Sequence[str | None]) -> str:
        """Put words into the frame, as many as it holds; None leaves one out, with its space.

        A sentence that began with a capital still does, and a word that began it and has moved
        loses its capital.
        """
        out = [self.gaps[0]]
        capital = False
        for at, (word, gap) in enumerate(zip(words, self.gaps[1:], strict=True)):
            capital = capital or (self.starts_sentence(at) and self.words[at][0].isupper())
            if word is None:
                if capital and _begins_with_word(gap):
                    gap, capital = _capitalised(gap), False
                out[-1] = _merged(out[-1], gap)
                continue
            if self._moved_from_start(word, at):
                word = word.lower()
            if capital and word[0].islower():
                word = word[0].upper() + word[1:]
            capital = False
            out += [word, gap]
        return "".join(out)

    def rebuild(self, words: Sequence[str]) -> str:
        """Put together what is left of the words, each with its new form.

        Words of this frame stand for themselves. New ones between two of them take the places
        that are missing there: one each, two each (a word that was cut), or as many as there are.
        """
        placed: list[str | None] = [None] * len(self.words)
        new: list[str] = []
        start = 0
        for word in (*words, None):
            end = word.at if isinstance(word, Word) else len(placed) if word is None else -1
            if end < 0:
                new.append(str(word))
                continue
            _place(placed, range(start, end), new)
            if word is not None:
                placed[end] = word
            start, new = end + 1, []
        return self.text(placed)


def _place(placed: list[str | None], free: range, new: Sequence[str]) -> None:
    if new and len(new) == 2 * len(free):
        new = [_cut(new[n], new[n + 1]) for n in range(0, len(new), 2)]
    if new:
        for at, word in zip(list(free)[-len(new) :], new, strict=False):
            placed[at] = word


def _cut(left: str, right: str) -> str:
    """Put a space between two parts of a word; the signs of a letter stay with it."""
    signs = _SIGNS.match(right)
    end = signs.end() if signs else 0
    return f"{left}{right[:end]} {right[end:]}"


def _merged(before: str, after: str) -> str:
    """Join what stood on both sides of a word that is gone."""
    left, right = before.rstrip(), after
    if not right:
        return left
    if not right.strip() and "\n" in before[len(left) :]:
        return before
    if not before:
        return right.lstrip(" ,;:")
    if left[-1:] + right[:1] in _EMPTY_PAIRS:
        left, right = left[:-1].rstrip(), right[1:]
    if left.endswith(tuple(".!?…")):
        right = right.lstrip(".!?…,;:")
    elif left.endswith(tuple(",;:")):
        if right.startswith(tuple(".!?…")):
            left = left[:-1]
        else:
            right = right.lstrip(",;:")
    return left + right


def _begins_with_word(gap: str) -> bool:
    """Whether a fixed word comes next in a gap, and no address or markup."""
    return gap.lstrip()[:1].isalpha() and "://" not in gap and "www." not in gap and "@" not in gap


def _capitalised(gap: str) -> str:
    """Give the first letter of a gap a capital."""
    at = len(gap) - len(gap.lstrip())
    return gap[:at] + gap[at].upper() + gap[at + 1 :]
