"""A paraphrase model of this machine: any sequence-to-sequence model of transformers.

Line by line, so that the breaks of a text stay, and one line at a time: sampling is seeded per
text, and a batch would make a text's draws depend on what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from augment.augmenters import Order
from augment.augmenters.model_files import Loaded, load_model, model_input
from augment.augmenters.prompting import Prompt
from augment.augmenters.seeding import draw_seed
from augment.records import Translation
from augment.segments import cut
from augment.token_limits import token_limits

#: What the paraphrase models that grew out of T5 were trained to be asked.
PROMPT: Final = "paraphrase: {text}"
TOP_P: Final = 0.95
#: Most tokens of an answer, over those of the question.
_LONGER: Final = 2
_LONGEST: Final = 512


class Seq2Seq:
    """Paraphrases drawn from a model.

    Parameters
    ----------
    order
        What is asked for.
    loaded
        The model.
    """

    window = 8
    costly = True

    def __init__(self, order: Order, loaded: Loaded) -> None:
        self.order = order
        self.prompt = Prompt(order.prompt or PROMPT, order.language)
        self.engine = f"seq2seq:{loaded.name}"
        self.identity = (
            f"{self.engine}:{order.language}#prompt{self.prompt.key},p{TOP_P:g},"
            f"t{order.temperature:g},seed{order.seed}"
        )
        self._net, self._torch, self._tokenizer = loaded.model, loaded.torch, loaded.tokenizer
        self._room = min([_LONGEST, *token_limits(loaded.model, loaded.tokenizer).values()])

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Draw one text for each."""
        return [self._one(text, variant) for text in texts]

    def _one(self, text: str, variant: int) -> Translation:
        pieces = cut(text)
        said: list[str] = []
        with self._torch.random.fork_rng(enabled=True):
            seed = draw_seed(self.order.seed, self.order.method, variant, text)
            self._torch.manual_seed(seed % 2**63)
            for piece in pieces.pieces:
                asked = self.prompt.filled(piece)
                ids = model_input(self._tokenizer(asked, return_tensors="pt", verbose=False))
                n_tokens = ids["input_ids"].shape[1]
                if n_tokens > self._room:
                    return Translation(
                        "", error=f"{n_tokens} tokens in a line; the model reads {self._room}"
                    )
                said.append(self._drawn(ids, n_tokens))
        return Translation(pieces.join(said))

    def _drawn(self, ids: Mapping[str, Any], n_tokens: int) -> str:
        with self._torch.inference_mode():
            out = self._net.generate(
                **{name: tensor.to(self._net.device) for name, tensor in ids.items()},
                do_sample=True,
                num_beams=1,
                top_p=TOP_P,
                top_k=0,
                temperature=self.order.temperature,
                max_new_tokens=min(_LONGER * n_tokens + 8, self._room),
            )
        return str(self._tokenizer.decode(out[0], skip_special_tokens=True)).strip()

    def notes(self) -> Iterable[str]:
        """Say what the model is asked."""
        yield f"method seq2seq: {self.order.model} is asked {self.prompt.template!r} (--prompt)"

    def close(self) -> None:
        """Let go of the model."""
        self._net = None


def seq2seq(order: Order) -> Seq2Seq:
    """Load the model."""
    assert order.model is not None
    return Seq2Seq(order, load_model(order.model, "AutoModelForSeq2SeqLM", order.method))
