"""Local neural engines over CTranslate2: ``marian`` (OPUS-MT), ``m2m100`` and ``nllb``.

Texts are cut into sentences, every different sentence is translated once, sorted by length into
batches of so many tokens, and put together again with the line breaks of the original. With 8-bit
weights the words of a translation do not depend on what stands beside it in a batch: the products
are summed up in whole numbers, and no row of a batch enters into another.

References
----------
Klein et al., "The OpenNMT Neural Machine Translation Toolkit", AMTA 2020 (CTranslate2).
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

from augment.decoding import BEST, Decoding
from augment.errors import GivenUpError, PairError
from augment.extras import require
from augment.models.home import Model, installed
from augment.models.names import KNOWN, MANY, published
from augment.records import Translation
from augment.segments import Pieces, cut_sentences
from augment.translators import sampling
from augment.translators.loaded import LOADED, placement
from augment.translators.subwords import END, Subwords, shorten

#: Longest piece that a model gets, in tokens: it was trained on sentences.
LONGEST_SOURCE: Final = 256
#: Tokens of a batch, padding counted.
BATCH_TOKENS: Final[Mapping[str, int]] = {"cpu": 1024, "cuda": 16384}
#: Texts of a window: what is sorted by length together, and lost at most when a run is killed.
WINDOW: Final[Mapping[str, int]] = {"cpu": 512, "cuda": 4096}
_STEPS: Final = (16, 32, 64, 128, LONGEST_SOURCE + 2)


def marian() -> Neural:
    """OPUS-MT models, one pair of languages (or of groups of them) each."""
    return Neural("marian")


def m2m100() -> Neural:
    """M2M-100: one model for a hundred languages."""
    return Neural("m2m100")


def nllb() -> Neural:
    """NLLB-200: one model for two hundred languages, not for commercial use."""
    return Neural("nllb")


class Neural:
    """An engine over the models of one family on this machine.

    Parameters
    ----------
    name
        The family.
    """

    host = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Directed pairs of the models that were fetched."""
        if importlib.util.find_spec("ctranslate2") is None:
            return frozenset()
        return frozenset().union(*(model.pairs for model in installed(self.name)))

    def open(self, source: str, target: str) -> NeuralTranslator:
        """Make one direction ready, with the best text as its only one."""
        return self.open_decoding(source, target, BEST)

    def open_decoding(self, source: str, target: str, decoding: Decoding) -> NeuralTranslator:
        """Make one direction ready.

        Raises
        ------
        PairError
            When no model here has the pair; the message says which line fetches one.
        MissingExtraError
            When CTranslate2 or sentencepiece is not installed.
        """
        fitting = [m for m in installed(self.name) if (source, target) in m.pairs]
        if not fitting:
            hint = self.how_to_get(source, target)
            raise PairError(
                f"{self.name} has no model for {source} → {target} here"
                + (f"; to get it: {hint}" if hint else "; no published one is known")
            )
        # The model of the fewest languages is the one most at home in these two.
        model = min(fitting, key=lambda m: (len(m.sources) * len(m.targets), m.name))
        return NeuralTranslator(model, source, target, decoding)

    def most_variants(self, decoding: Decoding) -> int:
        """How many different translations of one text can be asked for."""
        return decoding.most_variants

    def how_to_get(self, source: str, target: str) -> str:
        """Say the command that fetches a model for a pair; empty when none is known."""
        if self.name == "marian":
            both = sorted([(source, target), (target, source)])
            names = [f"{one}-{other}" for one, other in both if published(one, other)]
            known = published(source, target)
            return f"augment models fetch {' '.join(names)}" if known else ""
        if not {source, target} <= KNOWN[self.name]:
            return ""
        short = next(name for name, one in MANY.items() if one.family == self.name)
        accept = "" if MANY[short].commercial else " --accept-licence"
        return f"augment models fetch {short}{accept}"


class NeuralTranslator:
    """One direction of one model.

    Parameters
    ----------
    model
        The model on disk; it is loaded when the first text comes.
    source, target
        Languages.
    decoding
        How words are chosen, and which variant is wanted.
    """

    def __init__(self, model: Model, source: str, target: str, decoding: Decoding) -> None:
        self.model = model
        self.decoding = decoding
        self.where = placement(model.quantization)
        self.window = WINDOW[self.where.device]
        self.batch_tokens = BATCH_TOKENS[self.where.device]
        self.label = f"{model.family}:{model.name}@{model.version}"
        kind = "" if self.where.compute_type == "int8" else f"-{self.where.compute_type}"
        self._stem = f"{self.label}{kind}:{source}-{target}"
        self.identity = f"{self._stem}:{decoding.name}"
        self.source, self.target = source, target
        require("sentencepiece", extra="local", purpose=f"{model.family} translation")
        self._closed = False
        LOADED.hold(model)
        several = decoding.kind == "beam" and decoding.variants > 1
        #: Identities of all variants that one decoding gives, the own one among them.
        self.siblings: tuple[str, ...] = (
            tuple(f"{self._stem}:beam{decoding.width}best#{n}" for n in range(decoding.width))
            if several
            else (self.identity,)
        )

    @cached_property
    def subwords(self) -> Subwords:
        """The tokenizer; read when the first text comes, since most variants come from the store.

        Raises
        ------
        DamagedFileError
            When one of its files cannot be read.
        """
        sources, targets = self.model.sources, self.model.targets
        return Subwords(
            self.model.folder, self.model.family, sources[self.source], targets[self.target]
        )

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts; one of which a sentence fails has failed as a whole."""
        at = self.siblings.index(self.identity)
        return [variants[at] for variants in self.translate_all(texts)]

    def translate_all(self, texts: Sequence[str]) -> list[list[Translation]]:
        """Translate texts into as many variants as there are `siblings`."""
        taken_apart = [cut_sentences(text) for text in texts]
        sentences = list(dict.fromkeys(piece for parts in taken_apart for piece in parts.pieces))
        at_most = min(self.model.positions - 4, LONGEST_SOURCE)
        chunks = {
            sentence: [tuple(part) for part in shorten(pieces, at_most)]
            for sentence, pieces in zip(sentences, self.subwords.cut(sentences), strict=True)
        }
        unique = list(dict.fromkeys(part for parts in chunks.values() for part in parts))
        done = dict(zip(unique, self._decode(unique), strict=True))
        return [
            [self._put_together(parts, chunks, done, n) for n in range(len(self.siblings))]
            for parts in taken_apart
        ]

    def _put_together(
        self,
        parts: Pieces,
        chunks: Mapping[str, Sequence[tuple[str, ...]]],
        done: Mapping[tuple[str, ...], Sequence[str]],
        variant: int,
    ) -> Translation:
        sentences: list[str] = []
        for sentence in parts.pieces:
            found = [done[chunk] for chunk in chunks[sentence]]
            if not all(found):
                return Translation(
                    "", error=f"{self.label}: a sentence of this text came to no end or was empty"
                )
            sentences.append(" ".join(texts[variant % len(texts)] for texts in found))
        return Translation(parts.join(sentences))

    def _decode(self, chunks: Sequence[tuple[str, ...]]) -> list[list[str]]:
        """Translate pieces of text: for each its different texts, best first; none: it failed."""
        out: list[list[str]] = [[] for _ in chunks]
        if not chunks:
            return out
        sources = [self.subwords.source(chunk) for chunk in chunks]
        groups: dict[int, list[int]] = {}
        for number, source in enumerate(sources):
            groups.setdefault(self.longest(len(source)), []).append(number)
        decode = self._drawn if self.decoding.kind == "sample" else self._searched
        # The long ones go first, so that at the end no worker is left alone with them.
        jobs = [
            ([sources[n] for n in numbers], longest)
            for longest, numbers in sorted(groups.items(), reverse=True)
        ]
        order = [n for _, numbers in sorted(groups.items(), reverse=True) for n in numbers]
        with LOADED.use(self.model) as engine:
            found = chain.from_iterable(decode(engine, jobs))
            for number, hypotheses in zip(order, found, strict=True):
                ended = [tokens for tokens in hypotheses if self.ended(tokens)]
                texts = dict.fromkeys(self.subwords.join(tokens) for tokens in ended)
                out[number] = [text for text in texts if text]
        return out

    def longest(self, n_tokens: int) -> int:
        """Most tokens of a translation. It depends on the length of its source in coarse steps.

        A text that runs in circles is then given up early, and a short text is not held up by a
        long one.
        """
        step = next((step for step in _STEPS if n_tokens <= step), _STEPS[-1])
        return min(2 * step + 32, self.model.positions - 1)

    def ended(self, tokens: Sequence[str]) -> bool:
        """Whether a translation came to its end, and was not cut off at the longest length."""
        return bool(tokens) and tokens[-1] == END

    def _searched(
        self,
        engine: Any,  # noqa: ANN401
        jobs: Sequence[tuple[list[list[str]], int]],
    ) -> Iterator[list[list[list[str]]]]:
        options = {"beam_size": self.decoding.width, "num_hypotheses": len(self.siblings)}
        asked = [
            (sources, {**options, "max_decoding_length": longest}) for sources, longest in jobs
        ]
        for results in self.run(engine, asked):
            yield [result.hypotheses for result in results]

    def _drawn(
        self,
        engine: Any,  # noqa: ANN401
        jobs: Sequence[tuple[list[list[str]], int]],
    ) -> Iterator[list[list[list[str]]]]:
        for sources, longest in jobs:
            yield self._draw_job(engine, sources, longest)

    def _draw_job(
        self,
        engine: Any,  # noqa: ANN401
        sources: list[list[str]],
        longest: int,
    ) -> list[list[list[str]]]:
        tokens = _vocabulary(self.model.folder, self.model.version)
        per_text = len(tokens) * 4 * longest
        most = max(len(source) for source in sources)
        size = max(1, min(sampling.SCORES // per_text, self.batch_tokens // most or 1))

        def go_on(
            part: Sequence[Sequence[str]], beginnings: Sequence[Sequence[str]], longest: int
        ) -> list[tuple[list[str], list[Any]]]:
            options = {"beam_size": 1, "max_decoding_length": longest, "return_logits_vocab": True}
            prefixes = [list(one) for one in beginnings]
            (results,) = self.run(engine, [([list(one) for one in part], options)], prefixes)
            return [(result.hypotheses[0], result.logits[0]) for result in results]

        order = sorted(range(len(sources)), key=lambda n: len(sources[n]))
        out: list[list[list[str]]] = [[] for _ in sources]
        for start in range(0, len(order), size):
            numbers = order[start : start + size]
            drawn = sampling.draw(
                [sources[n] for n in numbers],
                go_on,
                decoding=self.decoding,
                tokens=tokens,
                prefix=self.subwords.prefix,
                longest=longest,
            )
            for number, text in zip(numbers, drawn, strict=True):
                out[number] = [text]
        return out

    def run(
        self,
        engine: Any,  # noqa: ANN401
        jobs: Sequence[tuple[list[list[str]], Mapping[str, Any]]],
        prefixes: list[list[str]] | None = None,
    ) -> list[list[Any]]:
        """Let the engine translate; where a batch does not fit into memory, it is halved.

        All jobs are handed over before the first result is waited for: between two of them no
        worker stands still.

        Parameters
        ----------
        engine
            The loaded model.
        jobs
            Sources, each job with options of its own.
        prefixes
            How the translation of every source starts; the language's token by default.

        Raises
        ------
        GivenUpError
            When the engine fails, or even a single text does not fit.
        """
        done: list[list[Any] | None] = [None] * len(jobs)
        while None in done:
            missing = [n for n, results in enumerate(done) if results is None]
            failed: BaseException | None = None
            waiting: list[tuple[int, list[Any]]] = []
            for number in missing:
                sources, options = jobs[number]
                start = [self.subwords.prefix] * len(sources) if self.subwords.prefix else None
                try:
                    pending = engine.translate_batch(
                        sources,
                        start if prefixes is None else prefixes,
                        max_batch_size=self.batch_tokens,
                        batch_type="tokens",
                        return_end_token=True,
                        disable_unk=True,
                        max_input_length=0,
                        asynchronous=True,
                        **options,
                    )
                except (RuntimeError, MemoryError) as error:
                    failed = error
                    break
                waiting.append((number, pending))
            for number, pending in waiting:
                try:
                    done[number] = [one.result() for one in pending]
                except (RuntimeError, MemoryError) as error:
                    failed = error
            if failed is None:
                continue
            if not _out_of_memory(failed) or self.batch_tokens < 2:
                raise GivenUpError(f"{self.identity}: {failed}") from failed
            self.batch_tokens //= 2
        return [results for results in done if results is not None]

    def close(self) -> None:
        """Let go of the model: its memory is given back when no other direction holds it."""
        if not self._closed:
            self._closed = True
            LOADED.release(self.model)


@lru_cache(maxsize=2)
def _vocabulary(folder: Path, version: str) -> tuple[str, ...]:
    """Tokens of a model in the order of their scores; one copy for all variants and directions."""
    path = folder / "target_vocabulary.json"
    path = path if path.is_file() else folder / "shared_vocabulary.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def _out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "bad_alloc" in text
