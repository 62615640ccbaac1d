"""Words replaced by what a masked language model expects in their place.

One word after the other is masked and drawn anew from the model's most probable words, each with
its probability; the next one is drawn in the text as it then stands. Names, negations, elided
articles and short words stay.

References
----------
S. Kobayashi, "Contextual Augmentation: Data Augmentation by Words with Paradigmatic Relations",
NAACL 2018. X. Wu et al., "Conditional BERT Contextual Augmentation", ICCS 2019.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from augment.augmenters import Order
from augment.augmenters.frame import Frame
from augment.augmenters.grammar import content_start, fits_elision, fixed, grammar_words
from augment.augmenters.model_files import Loaded, load_model, model_input
from augment.augmenters.seeding import draw_seed
from augment.languages import language_name
from augment.records import Translation
from augment.token_limits import token_limits

#: Most probable words that one is drawn from.
TOP: Final = 20
_STRENGTH: Final = 0.15
#: Counted up when other words stay or may be drawn: stored texts are of the rules before.
_RULES: Final = 2
#: Characters on either side of a word that the model reads.
_CONTEXT: Final = 400
#: Most tokens that they may be.
_LONGEST: Final = 500
#: What begins a word in the vocabularies of byte-level and of sentence-piece tokenizers.
_WORD_STARTS: Final = ("Ġ", "▁")


class Contextual:
    """Replacement by a masked language model.

    Parameters
    ----------
    order
        What is asked for.
    loaded
        The model.
    """

    window = 16
    costly = True

    def __init__(self, order: Order, loaded: Loaded) -> None:
        self.order = order
        self.strength = order.strength or _STRENGTH
        self.engine = f"masked:{loaded.name}"
        self.identity = (
            f"{self.engine}:{order.language}#strength{self.strength:g},top{TOP},"
            f"rules{_RULES},seed{order.seed}"
        )
        self._net, self._torch, self._tokenizer = loaded.model, loaded.torch, loaded.tokenizer
        self._room = min([_LONGEST, *token_limits(loaded.model, loaded.tokenizer).values()])
        self._fixed = partial(fixed, language=order.language)
        self._kept = grammar_words(order.language)
        vocabulary = loaded.tokenizer.get_vocab()
        self._marked = any(token.startswith(_WORD_STARTS) for token in vocabulary)
        self._words = {
            number: word
            for number, word in _whole_words(loaded.tokenizer, self._marked).items()
            if not self._fixed(word.lower())
        }

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Make one text of each; one without a word that can change comes back as it is."""
        return [Translation(self._one(text, variant)) for text in texts]

    def _one(self, text: str, variant: int) -> str:
        frame = Frame(text, self._fixed)
        drawn = random.Random(draw_seed(self.order.seed, self.order.method, variant, text))
        places = [at for at in range(len(frame.words)) if self._replaceable(frame, at)]
        n_changed = max(1, int(self.strength * len(frame.words)))
        words: list[str | None] = list(frame.words)
        for at in drawn.sample(places, min(n_changed, len(places))):
            words[at] = self._expected(frame, words, at, drawn)
        return frame.text(words)

    def _replaceable(self, frame: Frame, at: int) -> bool:
        start = content_start(frame.words[at], self.order.language)
        if start is None or frame.is_name(at):
            return False
        # Where tokens say that a space stands before them, those behind an elision are parts.
        if start and self._marked:
            return False
        word = frame.words[at][start:]
        return len(word) >= 4 and word.lower() not in self._kept

    def _expected(
        self, frame: Frame, words: Sequence[str | None], at: int, drawn: random.Random
    ) -> str:
        """Draw another word for one place; an elided article stays before it."""
        torch = self._torch
        start = content_start(frame.words[at], self.order.language) or 0
        elided, old = frame.words[at][:start], frame.words[at][start:]
        before = "".join(
            gap + (word or "") for gap, word in zip(frame.gaps[:at], words[:at], strict=True)
        )
        after = "".join(
            (word or "") + gap
            for word, gap in zip(words[at + 1 :], frame.gaps[at + 2 :], strict=True)
        )
        ids = self._read(before + frame.gaps[at] + elided, frame.gaps[at + 1] + after)
        place = (ids["input_ids"][0] == self._tokenizer.mask_token_id).nonzero()
        if not len(place) or ids["input_ids"].shape[1] > self._room:
            return elided + old
        with torch.inference_mode():
            logits = self._net(**ids).logits[0, int(place[0])]
        weights = torch.softmax(logits.double(), dim=-1).cpu()
        found: list[tuple[str, float]] = []
        for number in weights.argsort(descending=True, stable=True)[: 10 * TOP].tolist():
            word = self._words.get(number, "")
            if elided and not fits_elision(word):
                continue
            if word and word.lower() != old.lower() and word.lower() not in self._kept:
                found.append((word, float(weights[number])))
                if len(found) == TOP:
                    break
        if not found:
            return elided + old
        (new,) = drawn.choices([word for word, _ in found], [weight for _, weight in found])
        if old.isupper():
            return elided + new.upper()
        return elided + (new.capitalize() if old[0].isupper() else new)

    def _read(self, before: str, after: str) -> dict[str, Any]:
        """Give the mask and as much of the text on either side of it as the model reads."""
        context = _CONTEXT
        while True:
            masked = before[-context:] + self._tokenizer.mask_token + after[:context]
            ids = model_input(self._tokenizer(masked, return_tensors="pt", verbose=False))
            if ids["input_ids"].shape[1] <= self._room or context == 1:
                return {name: tensor.to(self._net.device) for name, tensor in ids.items()}
            context //= 2

    def notes(self) -> Iterable[str]:
        """Remind that nobody can tell a model's languages from its files."""
        yield (
            f"method contextual: {self.order.model} is taken to know "
            f"{language_name(self.order.language)}"
        )

    def close(self) -> None:
        """Let go of the model."""
        self._net = None


def _whole_words(tokenizer: Any, marked: bool) -> dict[int, str]:  # noqa: ANN401
    """Tokens of the vocabulary that are whole words of three letters and more."""
    special = set(tokenizer.all_special_ids)
    words: dict[int, str] = {}
    for token, number in tokenizer.get_vocab().items():
        starts = token.startswith(_WORD_STARTS) if marked else not token.startswith("##")
        if starts and number not in special:
            word = tokenizer.decode([number]).strip()
            if len(word) >= 3 and word.isalpha():
                words[number] = word
    return words


def contextual(order: Order) -> Contextual:
    """Load the model."""
    assert order.model is not None
    return Contextual(order, load_model(order.model, "AutoModelForMaskedLM", order.method))
