"""Small random encoders for tests: each architecture, made on the spot, with no download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from augment.extras import require
from augment.loading import quiet_loading

#: architecture -> (config class, options beyond the common ones)
ARCHITECTURES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "bert": ("BertConfig", {}),
    "electra": ("ElectraConfig", {"embedding_size": 16}),
    "roberta": ("RobertaConfig", {"max_position_embeddings": 66, "pad_token_id": 0}),
    "camembert": ("CamembertConfig", {"max_position_embeddings": 66, "pad_token_id": 0}),
    "distilbert": ("DistilBertConfig", {}),
    "modernbert": ("ModernBertConfig", {}),
}
_SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def tiny_encoder(
    folder: str | Path, words: Sequence[str], *, kind: str = "bert", seed: int = 0
) -> Path:
    """Write a random encoder of two thin layers, with a vocabulary of whole words.

    Parameters
    ----------
    folder
        Where to; made when it is not there.
    words
        The vocabulary; other words are unknown to the model.
    kind
        One of `ARCHITECTURES`.
    seed
        Of the weights.

    Returns
    -------
    Path
        The folder, as `--model` takes it.
    """
    torch = require("torch", extra="train", purpose="tiny_encoder")
    transformers = require("transformers", extra="train", purpose="tiny_encoder")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = [*_SPECIAL, *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = transformers.BertTokenizerFast(
        str(folder / "vocab.txt"),
        model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
    )
    tokenizer.save_pretrained(folder)
    name, options = ARCHITECTURES[kind]
    common: dict[str, Any] = {
        "vocab_size": len(vocabulary),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
        "type_vocab_size": 2,
    }
    if kind == "distilbert":
        common = {
            "vocab_size": len(vocabulary),
            "dim": 32,
            "n_layers": 2,
            "n_heads": 2,
            "hidden_dim": 64,
            "max_position_embeddings": 64,
        }
    if kind == "modernbert":
        del common["type_vocab_size"]
        ends = {"bos": 2, "eos": 3, "cls": 2, "sep": 3, "pad": 0}
        common |= {f"{end}_token_id": number for end, number in ends.items()}
    # Wide enough that untrained vectors tell words apart: adapters have something to work with.
    common["initializer_range"] = 0.15
    config = getattr(transformers, name)(**{**common, **options})
    with quiet_loading(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder
