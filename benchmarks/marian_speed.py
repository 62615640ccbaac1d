"""The engine ``marian`` against nlpaug's back-translation, and against CTranslate2 by itself.

    python benchmarks/marian_speed.py ../shared/data [--rows 512] [--tokens 24]

Three sides, in turn, each in a process of its own, with the same weights: two random models of
OPUS-MT's size (6 + 6 layers, 512 wide, 8 heads, 2048 inside, 59,514 pieces). Random weights never
come to an end by themselves, so every side writes the same number of tokens for every text,
greedily.

- ``ours``: `augment.back_translate` on the table, everything included: reading, finding what is
  there, cutting, tokenising, both legs, the store, every check but those that look at meaning (none
  of the texts means anything), choosing, writing. The clock starts behind the imports.
- ``nlpaug``: ``BackTranslationAug`` of nlpaug 1.1.11 over the same rows with its own defaults
  (batches of 32), which calls ``generate`` of transformers.
- ``bare``: ``translate_batch`` of CTranslate2 on the same tokens, two legs, sorted into batches by
  the library itself, with the workers and the batch size that ours has. Each different text once.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import describe

RESULT = Path(__file__).parent / "results" / "marian_speed.json"
PIECES = 59_514


def sentences(data: Path, rows: int) -> list[str]:
    """Real sentences of mixed length, a tenth of them repeated."""

    def column(name: str, field: str) -> list[str]:
        with (data / name).open(encoding="utf-8", newline="") as handle:
            return [" ".join(row[field].split()) for row in csv.DictReader(handle)]

    texts = [
        *column("mt/flores_dev_en_fr_es_ca.csv", "en"),
        *column("mt/tatoeba_eng_fra.csv", "eng")[:1500],
        *column("trec6/trec6.csv", "text")[:1500],
        *column("sst2/sst2_500.csv", "text")[:1500],
    ]
    unique = [text for text in dict.fromkeys(texts) if text and text[-1].isascii()]
    draw = random.Random(0)
    chosen = draw.sample(unique, rows - rows // 10)
    chosen += draw.sample(chosen, rows // 10)
    draw.shuffle(chosen)
    return chosen


def make_model(folder: Path, texts: list[str], seed: int) -> None:
    """Write a random Marian model of OPUS-MT's size, with pieces of the texts and filling."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir()
    for name in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_prefix=str(folder / name), vocab_size=8000,
            hard_vocab_limit=False, character_coverage=1.0, minloglevel=2,
        )  # fmt: skip
        (folder / f"{name}.model").rename(folder / f"{name}.spm")
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    pieces = [model.id_to_piece(n) for n in range(3, model.get_piece_size())]
    filling = [f"▁filling{n}" for n in range(PIECES - 3 - len(pieces))]
    words = ["</s>", "<unk>", *pieces, *filling, "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"source_lang": "en", "target_lang": "fr", "tokenizer_class": "MarianTokenizer"})
    )
    pad = len(words) - 1
    torch.manual_seed(seed)
    config = MarianConfig(
        vocab_size=len(words), d_model=512, encoder_layers=6, decoder_layers=6,
        encoder_attention_heads=8, decoder_attention_heads=8, encoder_ffn_dim=2048,
        decoder_ffn_dim=2048, max_position_embeddings=512, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=None, scale_embedding=True,
        activation_function="swish", bad_words_ids=[[pad]], num_beams=1, max_length=512,
    )  # fmt: skip
    net = MarianMTModel(config).eval()
    with torch.no_grad():  # the words of the texts are likelier than the filling
        net.final_logits_bias[0, 2 + len(pieces) : pad] = -100.0
        net.final_logits_bias[0, 0] = -100.0
    net.save_pretrained(folder)


def force_length(tokens: int) -> None:
    """Let our engine write exactly so many tokens of every text."""
    from augment.translators.neural import NeuralTranslator

    whole = NeuralTranslator.run

    def run(self: Any, engine: Any, sources: Any, prefixes: Any = None, **more: Any) -> Any:  # noqa: ANN401
        more["min_decoding_length"] = more["max_decoding_length"] = tokens
        return whole(self, engine, sources, prefixes, **more)

    NeuralTranslator.run = run
    NeuralTranslator.ended = lambda self, tokens: True


def ours(folder: Path, tokens: int) -> dict:
    import ctranslate2  # noqa: F401 - loaded before the clock starts
    import sentencepiece  # noqa: F401

    import augment

    force_length(tokens)
    start = time.perf_counter()
    done = augment.back_translate(
        folder / "in.csv", out=folder / "out.csv", store=str(folder / "store.sqlite"), pivot="fr",
        source="en", translator="marian", beam_size=1, label="none", balance="none",
        no_filter="all", force=True,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    about = done.manifest.pivots["fr"]
    return {"seconds": seconds, "stages": done.manifest.seconds, "translated": about["translated"],
            "failed": about["failed"]}  # fmt: skip


def nlpaug(folder: Path, tokens: int) -> dict:
    import transformers
    from nlpaug.augmenter.word import BackTranslationAug

    whole = transformers.MarianMTModel.generate

    def generate(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        kwargs.pop("max_length", None)
        # The start token counts there, and not with CTranslate2.
        return whole(self, *args, **kwargs, min_new_tokens=tokens, max_new_tokens=tokens)

    transformers.MarianMTModel.generate = generate
    augmenter = BackTranslationAug(
        from_model_name=str(folder / "en-fr"), to_model_name=str(folder / "fr-en"), device="cpu"
    )
    texts = [row[0] for row in csv.reader((folder / "in.csv").open(encoding="utf-8"))][1:]
    start = time.perf_counter()
    done = augmenter.augment(texts)
    return {"seconds": time.perf_counter() - start, "translated": len(done)}


def bare(folder: Path, tokens: int) -> dict:
    """CTranslate2 alone, on tokens prepared before the clock starts: the same two legs."""
    from augment.models.home import installed
    from augment.translators.loaded import load
    from augment.translators.neural import BATCH_TOKENS
    from augment.translators.subwords import Subwords

    models = {next(iter(model.pairs)): model for model in installed("marian")}
    texts = [row[0] for row in csv.reader((folder / "in.csv").open(encoding="utf-8"))][1:]
    batch = list(dict.fromkeys(texts))
    seconds = 0.0
    for pair in (("en", "fr"), ("fr", "en")):
        engine = load(models[pair])
        subwords = Subwords(models[pair].folder, "marian")
        sources = [subwords.source(pieces) for pieces in subwords.cut(batch)]
        start = time.perf_counter()
        results = engine.translate_batch(
            sources, beam_size=1, max_batch_size=BATCH_TOKENS[engine.device], batch_type="tokens",
            min_decoding_length=tokens, max_decoding_length=tokens, disable_unk=True,
        )  # fmt: skip
        seconds += time.perf_counter() - start
        batch = list(dict.fromkeys(subwords.join(result.hypotheses[0]) for result in results))
    return {"seconds": seconds, "translated": len(texts)}


def peak_memory_mb() -> int:
    """Greatest resident memory of this process alone.

    Linux hands the figure that `getrusage` gives on from a process to the one it starts.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def side(name: str, folder: Path, tokens: int) -> dict:
    """Run one side in a process of its own; its peak memory is that of the process."""
    command = [sys.executable, __file__, "--side", name, "--tokens", str(tokens), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the data, or a prepared folder with --side")
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=24, help="tokens of every translation")
    parser.add_argument("--runs", type=int, default=3, help="runs of each side; medians are kept")
    parser.add_argument("--side", choices=("ours", "nlpaug", "bare"))
    parser.add_argument("--without-nlpaug", action="store_true", help="for a quick look")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args()
    if options.side:
        found = globals()[options.side](options.folder, options.tokens)
        print(json.dumps({**found, "memory_mb": peak_memory_mb()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["AUGMENT_MODELS"] = str(folder / "models")
        texts = sentences(options.folder, options.rows)
        with (folder / "in.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows([["text"], *([t] for t in texts)])
        from augment.models.fetch import FetchOptions, fetch_model

        for pair, seed in (("en-fr", 1), ("fr-en", 2)):
            make_model(folder / pair, sentences(options.folder, 3000), seed)
            fetch_model(pair, FetchOptions(folder=folder / pair))
        runs: dict[str, list[dict]] = {"ours": [], "bare": [], "warm": []}
        if not options.without_nlpaug:
            runs["nlpaug"] = []
        for number in range(options.runs):
            once = ["nlpaug"] if number == 0 and "nlpaug" in runs else []
            for path in folder.glob("store.sqlite*"):
                path.unlink()
            for one in (
                "ours",
                "bare",
                *once,
            ):
                runs[one].append(side(one, folder, options.tokens))
            runs["warm"].append(side("ours", folder, options.tokens))
    middle = {one: sorted(each, key=lambda run: run["seconds"])[len(each) // 2]
              for one, each in runs.items()}  # fmt: skip
    rate = {one: len(texts) / run["seconds"] for one, run in middle.items()}
    stage = middle["warm"]["stages"]["translate and check"]
    result = {
        "rows": len(texts),
        "different": len(set(texts)),
        "tokens_per_translation": options.tokens,
        "rows_per_s": {one: round(value, 2) for one, value in rate.items()},
        "memory_mb": {one: run["memory_mb"] for one, run in middle.items()},
        "to_nlpaug": round(rate["ours"] / rate["nlpaug"], 1) if "nlpaug" in rate else None,
        "to_bare": round(rate["ours"] / rate["bare"], 3),
        "warm_translate_and_check_rows_per_s": round(len(texts) / stage),
        "runs": {one: [round(run["seconds"], 2) for run in each] for one, each in runs.items()},
        "machine": describe(),
    }
    if options.save:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
