"""nlpaug's character and word augmenters that work without a network.

E. Ma, "nlpaug", 2019, https://github.com/makcedward/nlpaug. Its own tokenizer changes the spaces
and signs of a text; here every word is put back into its `Frame`. Its draws from the global
generators are seeded per text, and its counts are shares of the words.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from typing import Any, Final

from augment.augmenters import Order
from augment.augmenters.frame import Frame
from augment.augmenters.grammar import fixed
from augment.augmenters.seeding import draw_seed, global_state
from augment.extras import require
from augment.records import Translation

#: Words that a reader takes for another word when a letter changes: short ones are left alone.
_SHORTEST: Final = 4
_SHORT: Final = r"^\S{1,3}$"
#: Share of the words that change, where the user does not say.
_STRENGTH: Final = {"split": 0.1, "swap": 0.1, "delete": 0.1, "crop": 0.2, "spelling": 0.15}


class Noise:
    """One augmenter of nlpaug, with words in and words out.

    Parameters
    ----------
    order
        What is asked for.
    augmenter
        An augmenter of nlpaug over the words that `tokens` gives.
    fewest
        Words that a text must have to be changed at all.
    """

    window = 256
    costly = False

    def __init__(self, order: Order, augmenter: Any, *, fewest: int = 1) -> None:  # noqa: ANN401
        self.order = order
        self.engine = f"nlpaug@{version('nlpaug')}"
        self.identity = (
            f"{self.engine}:{order.method}-{order.language}#strength{_strength(order):g}"
            f",seed{order.seed}"
        )
        self.fewest = fewest
        self._augmenter = augmenter
        self.frame = Frame("")
        self._fixed = partial(fixed, language=order.language)
        augmenter.tokenizer = lambda _: list(self.frame.words)
        augmenter.reverse_tokenizer = self._text

    def _text(self, words: Sequence[str]) -> str:
        if self.order.method == "swap":
            return self.frame.text(words)
        return self.frame.rebuild(words)

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Make one text of each; a text without a word that can change comes back as it is."""
        return [Translation(self._one(text, variant)) for text in texts]

    def _one(self, text: str, variant: int) -> str:
        seed = draw_seed(self.order.seed, self.order.method, variant, text)
        with global_state(seed):
            self.frame = Frame(text, self._fixed)
            if len(self.frame.words) < self.fewest:
                return text
            # The text itself is stripped on the way; the frame is not.
            return str(self._augmenter.augment(text)[0])

    def notes(self) -> Iterable[str]:
        """Nothing to know."""
        return ()

    def close(self) -> None:
        """Nothing is held open."""


def _strength(order: Order) -> float:
    return order.strength or _STRENGTH.get(order.method, 0.1)


def _library(name: str, order: Order) -> Any:  # noqa: ANN401
    return require(f"nlpaug.augmenter.{name}", extra="words", purpose=f"--method {order.method}")


def keyboard(order: Order) -> Noise:
    """Letters that lie beside each other on the keyboard of the language."""
    library = _library("char", order)
    augmenter = library.KeyboardAug(
        lang=order.language,
        aug_word_p=_strength(order),
        aug_word_max=None,
        aug_char_p=0.1,
        aug_char_max=1,
        min_char=_SHORTEST,
    )
    # Of the table, which holds digits and signs too: letters for letters of the same case.
    augmenter.model.model = {
        letter: same
        for letter, near in augmenter.model.model.items()
        if letter.isalpha()
        and (same := [one for one in near if one.isalpha() and one.isupper() == letter.isupper()])
    }
    return Noise(order, augmenter)


def ocr(order: Order) -> Noise:
    """Letters and digits that look alike."""
    augmenter = _library("char", order).OcrAug(
        aug_word_p=_strength(order),
        aug_word_max=None,
        aug_char_min=1,
        aug_char_max=1,
        min_char=_SHORTEST,
    )
    return Noise(order, augmenter)


def spelling(order: Order) -> Noise:
    """Misspellings that people make, from the dictionary that comes with nlpaug."""
    library = _library("word", order)
    augmenter = library.SpellingAug(
        aug_p=_strength(order), aug_max=None, include_reverse=False, stopwords_regex=_SHORT
    )
    # nlpaug keeps one dictionary for the whole process, whatever it was first asked for.
    words = require("nlpaug.model.word_dict", extra="words", purpose="--method spelling")
    augmenter.model = _misspellings(words, augmenter.dict_path)
    return Noise(order, augmenter)


@lru_cache(maxsize=1)
def _misspellings(words: Any, path: str) -> Any:  # noqa: ANN401
    """Read nlpaug's dictionary, and leave what no reader takes for the word meant."""
    model = words.Spelling(path, False)
    known = set(model.dict)
    # What is a word itself (dead, dad) is no misspelling, but another meaning. In an order of their
    # own: nlpaug makes each list of a set, whose order is another in every process.
    model.dict = {
        word: mistakes
        for word, written in model.dict.items()
        if (mistakes := sorted(one for one in written if _misspelt(word, one) and one not in known))
    }
    return model


def _misspelt(word: str, written: str) -> bool:
    return written.isalpha() and written.islower() == word.islower() and len(written) >= _SHORTEST


def split(order: Order) -> Noise:
    """Put a space into longer words."""
    augmenter = _library("word", order).SplitAug(
        aug_p=_strength(order), aug_max=None, min_char=_SHORTEST + 1
    )
    return Noise(order, augmenter)


def swap(order: Order) -> Noise:
    """Neighbouring words exchanged; signs and spaces stay where they are."""
    augmenter = _random_words(order)
    noise = Noise(order, augmenter, fewest=2)

    def neighbour(at: int, last: int) -> int:
        # Within a clause: nlpaug's own draw exchanges words across commas and full stops.
        beside = [other for other in (at - 1, at + 1) if noise.frame.plain_between(at, other)]
        return random.choice(beside) if beside else at

    def exchanged(doc: Any, one: int, other: int, change: int) -> Any:  # noqa: ANN401
        words = [doc.get_token(at).get_latest_token().token for at in (one, other)]
        for at, word in zip((other, one), words, strict=True):
            doc.add_change_log(at, new_token=word, action="swap", change_seq=change)
        return doc

    augmenter._get_swap_position = neighbour
    augmenter.change_case = exchanged  # the frame knows every sentence's start, nlpaug the first
    return noise


def delete(order: Order) -> Noise:
    """Words left out."""
    augmenter = _random_words(order)
    augmenter.align_capitalization = lambda before, after: after  # the frame does it
    return Noise(order, augmenter, fewest=2)


def crop(order: Order) -> Noise:
    """Leave out a run of words."""
    augmenter = _random_words(order)
    share = _strength(order)
    noise = Noise(order, augmenter, fewest=4)

    def run_of(tokens: Sequence[str]) -> list[int]:
        # nlpaug's own draw fails for a run of one word, and may leave out both ends of a text.
        # Within a clause, and without a number or negation: they stay, and would stand alone.
        length = max(1, min(len(tokens) - 1, round(share * len(tokens))))
        starts: list[int] = []
        while not starts:
            starts = [
                start
                for start in range(len(tokens) - length + 1)
                if noise.frame.free_run(start, start + length)
            ]
            length -= 1
        start = random.choice(starts)
        return list(range(start, start + length + 1))

    augmenter.align_capitalization = lambda before, after: after
    augmenter._get_aug_range_idxes = run_of
    return noise


def _random_words(order: Order) -> Any:  # noqa: ANN401
    return _library("word", order).RandomWordAug(
        action=order.method, aug_p=_strength(order), aug_max=None
    )
