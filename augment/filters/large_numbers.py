"""Reads the large numbers that a text tells with words: "ten thousand", "2,3 milliards"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from augment.filters.number_words import BETWEEN, CARDINALS, FACTORS, STRICT, table
from augment.filters.written_numbers import NUMBER, WrittenNumbers, normal, numbers_in

_TOKEN: Final = re.compile(rf"(?P<digits>{NUMBER})|[^\W\d_]+")
#: What may stand between two words of one number.
_JOINT: Final = re.compile(r"[ \u00a0\u202f-]")
#: Digits and what is written for thousands, millions and billions behind them.
_SHORT: Final = re.compile(rf"({NUMBER}) ?(?:[kKmMbB]|[bm]n|Md?s?|Mi?o)\b")
_PERCENT: Final = frozenset(("per", "por", "pour"))
#: French "un cent" is a coin: a hundred goes without "un".
_COIN: Final = frozenset(("un", "une"))
_OF: Final = frozenset(("of", "de", "d", "di", "von"))


class _Token(NamedTuple):
    word: str
    number: Decimal | None  # what it counts
    factor: int | None  # what it multiplies by
    digits: bool
    joined: bool  # to the token before


class LargeNumbers:
    """Numbers that are told with a word for hundred, thousand, million and the like.

    Examples
    --------
    >>> large = LargeNumbers("en")
    >>> large("Two hundred and five men, 23 million birds and hundreds of thousands of bees")
    ([Decimal('205'), Decimal('23000000')], [Decimal('100000')])
    """

    def __init__(self, language: str) -> None:
        self.written = WrittenNumbers(language)
        self.factors = {word: int(n) for word, n in table(FACTORS.get(language, "")).items()}
        units = table(STRICT.get(language, "")) | table(CARDINALS.get(language, ""))
        self.units = {word: Decimal(n) for word, n in units.items()}
        self.between = BETWEEN.get(language, "")
        large = [*self.factors, *(word for word, n in self.units.items() if n >= 100)]
        self.any = re.compile(rf"\b(?:{'|'.join(large)})\b")

    def differences(self, original: str, text: str) -> tuple[list[str], list[str]]:
        """Large numbers lost and gained; a bare "millions" counts only where another one came."""
        old, old_bare = self(original)
        new, new_bare = self(text)
        if old == new and old_bare == new_bare:
            return [], []
        known_old = {*old, *old_bare, *self._digits(original), *self._shared(original)}
        known_new = {*new, *new_bare, *self._digits(text), *self._shared(text)}
        lost = [one for one in old if one not in known_new]
        gained = [one for one in new if one not in known_old]
        lost_bare = [one for one in old_bare if one not in known_new]
        gained_bare = [one for one in new_bare if one not in known_old]
        if (lost or lost_bare) and (gained or gained_bare):
            lost, gained = lost + lost_bare, gained + gained_bare
        return [f"{one:f}" for one in lost], [f"{one:f}" for one in gained]

    def __call__(self, text: str) -> tuple[list[Decimal], list[Decimal]]:
        """Give the numbers that are told, and the bare words: "millions of people"."""
        words = text.casefold()
        if not self.factors or self.any.search(words) is None:
            return [], []
        told: list[Decimal] = []
        bare: list[Decimal] = []
        for run in self._runs(words):
            if any(one.factor or ((one.number or 0) >= 100 and not one.digits) for one in run):
                value = _value(run)
                (told if any(token.number is not None for token in run) else bare).append(value)
        return told, bare

    def _digits(self, text: str) -> Iterator[Decimal]:
        """Numbers in digits, and what they may be short for: 3M."""
        yield from map(Decimal, numbers_in(self.written(text)))
        for match in _SHORT.finditer(text):
            number = Decimal(normal(match, 1))
            yield from (number * factor for factor in (10**3, 10**6, 10**9))

    def _shared(self, text: str) -> Iterator[Decimal]:
        """Numbers to which a later one lends its factor: "between two and three million"."""
        tokens = [*self._tokens(self.written.twenties(text.casefold()))]
        for at, token in enumerate(tokens):
            if token.number is not None:
                for later in tokens[at + 1 : at + 5]:
                    yield token.number * (later.factor or 1)

    def _runs(self, text: str) -> Iterator[list[_Token]]:
        """Cut a text into the words of one number each."""
        run: list[_Token] = []
        waiting = False  # behind "and" or "of", which may go on with the number
        before = ""
        for token in self._tokens(self.written.twenties(text)):
            counts = token.number is not None or token.factor is not None
            if token.factor == 100 and (
                before in _PERCENT or (run and (run[-1].digits or before in _COIN))
            ):
                counts = False  # per cent; 50 cents, un cent
            goes_on = bool(run) and token.joined
            if counts and goes_on and self._fits(run, token, after_of=before in _OF):
                run.append(token)
            else:
                links = goes_on and not waiting and not counts and self._links(run, token.word)
                if links:
                    waiting, before = True, token.word
                    continue
                if run:
                    yield run
                run = [token] if counts else []
            waiting, before = False, token.word
        if run:
            yield run

    def _links(self, run: Sequence[_Token], word: str) -> bool:
        last = run[-1]
        if word in _OF:  # hundreds of thousands
            return last.factor is not None and all(one.number is None for one in run)
        return word == self.between and (
            last.factor is not None or (last.number is not None and 20 <= last.number < 100)
        )

    def _fits(self, run: Sequence[_Token], token: _Token, *, after_of: bool) -> bool:
        """Whether a token goes on with a number: "two hundred", but not "two three"."""
        if token.factor is not None:
            return True
        last, number = run[-1], token.number
        assert number is not None
        # Those of French between sixty and a hundred are digits by now.
        if after_of or last.digits:
            return False
        if token.digits and not (self.written.by_twenties and 60 <= number < 100):
            return False
        if last.factor is not None:
            return number < last.factor
        assert last.number is not None
        return any(last.number % size == 0 and number < size <= last.number for size in (100, 10))

    def _tokens(self, text: str) -> Iterator[_Token]:
        found = [*_TOKEN.finditer(text)]
        ends = [-1, *(match.end() for match in found)]
        for match, end in zip(found, ends, strict=False):
            joined = end >= 0 and _JOINT.fullmatch(text[end : match.start()]) is not None
            number = (
                Decimal(normal(match, "digits")) if match["digits"] else self.units.get(match[0])
            )
            yield _Token(
                match[0], number, self.factors.get(match[0]), match["digits"] is not None, joined
            )


def _value(run: Sequence[_Token]) -> Decimal:
    """Add up and multiply: "two hundred and five thousand" is (2 x 100 + 5) x 1000."""
    whole = Decimal(0)
    part: Decimal | None = None
    greatest = 0
    for token in run:
        if token.factor is None:
            assert token.number is not None
            part = (part or Decimal(0)) + token.number
        elif token.factor == 100:
            part = (Decimal(1) if part is None else part) * 100
        elif greatest and token.factor > greatest:  # "2,3 mil millones"
            whole = (whole + (part or 0)) * token.factor
            part, greatest = None, token.factor
        else:
            whole += (Decimal(1) if part is None else part) * token.factor
            part, greatest = None, token.factor
    return whole + (part or 0)
