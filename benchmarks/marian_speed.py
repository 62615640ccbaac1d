"""The engine ``marian`` against nlpaug's back-translation, and against CTranslate2 by itself.

    python benchmarks/marian_speed.py ../shared/data [--rows 512] [--tokens own] [--beam 1]

Three sides, in turn, each in a process of its own, with the same weights: two random models of
OPUS-MT's size (6 + 6 layers, 512 wide, 8 heads, 2048 inside, 59,514 pieces). Random weights never
come to an end by themselves, so the length of every translation is set, alike on all sides: as many
tokens as its source has, rounded up to a multiple of 4 (``--tokens own``: a real model's
translations are about as long as their sources, and a batch goes on until its longest is done), or
one number of tokens for all (``--tokens 24``: of every row with nlpaug, of every sentence with ours
and ``bare``; then no side gains by sorting).

- ``ours``: `augment.back_translate` on the table, everything included: reading, finding what is
  there, cutting, tokenising, both legs, the store, every check but those that look at meaning (none
  of the texts means anything), choosing, writing. The clock starts behind the imports.
- ``nlpaug``: ``BackTranslationAug`` of nlpaug 1.1.11 over the same rows with its own defaults
  (batches of 32), which calls ``generate`` of transformers. Its models are loaded before its clock
  starts.
- ``bare``: ``translate_batch`` of CTranslate2 on exactly the token lists that ours had to have
  translated (each different one once, written down by the first run of ours), a leg after the
  other, sorted into batches by the library itself, with the workers and the batch size of ours.
- ``warm``: ours once more, with everything in the store.

Loading the models is timed apart on both sides: the ratio to ``bare`` is given with it on both
sides (ours also hashes the files) and without it. Beside the clock stands the processor time of all
threads, which other programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import describe

from augment.errors import InputError

RESULT = Path(__file__).parent / "results" / "marian_speed.json"
PIECES = 59_514
#: In place of a number of tokens: each translation as long as its source.
OWN = 0


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

    folder.mkdir(parents=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_prefix=str(folder / "source"), vocab_size=8000,
        hard_vocab_limit=False, character_coverage=1.0, minloglevel=2,
    )  # fmt: skip
    (folder / "source.model").rename(folder / "source.spm")
    shutil.copyfile(folder / "source.spm", folder / "target.spm")
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
        # Untrained, the words would not depend on the text, and the way back would have one text.
        for name, weight in net.named_parameters():
            if "encoder_attn" in name and name.endswith("weight"):
                weight *= 6
    net.save_pretrained(folder)


def wanted(tokens: int, length: int) -> int:
    """Tokens to write for a source of so many tokens."""
    return tokens or -(-length // 4) * 4


class Forced:
    """An engine that writes exactly so many tokens of every text, and keeps what it was asked."""

    def __init__(self, engine: Any, tokens: int, asked: list[list[str]]) -> None:  # noqa: ANN401
        self.engine, self.tokens, self.asked = engine, tokens, asked

    def translate_batch(self, sources: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Write so many tokens, whatever the options say of lengths.

        The library takes one length a call, so that there is a call for each.
        """
        self.asked.extend(sources)
        groups: dict[int, list[int]] = {}
        for number, source in enumerate(sources):
            groups.setdefault(wanted(self.tokens, len(source)), []).append(number)
        found: list[Any] = [None] * len(sources)
        for length, numbers in sorted(groups.items(), reverse=True):
            lengths = {"min_decoding_length": length, "max_decoding_length": length}
            results = self.engine.translate_batch(
                [sources[number] for number in numbers], *args, **{**options, **lengths}
            )
            for number, result in zip(numbers, results, strict=True):
                found[number] = result
        return found


class Spent:
    """Seconds by the clock, and of the processor over all threads, since it was made."""

    def __init__(self) -> None:
        self.clock, self.processor = time.perf_counter(), time.process_time()

    def __call__(self) -> tuple[float, float]:
        """Clock, processor."""
        return time.perf_counter() - self.clock, time.process_time() - self.processor


def ours(folder: Path, tokens: int, beam: int) -> dict:
    import ctranslate2  # noqa: F401 - loaded before the clock starts
    import sentencepiece  # noqa: F401

    import augment
    from augment.models.home import Model
    from augment.translators import neural
    from augment.translators.loaded import Loaded, load

    asked: dict[str, list[list[str]]] = {}
    loading: list[tuple[float, float]] = []

    def forced(model: Model) -> Forced:
        spent = Spent()
        engine = load(model)
        loading.append(spent())
        return Forced(engine, tokens, asked.setdefault(model.name, []))

    neural.LOADED = Loaded(loader=forced)
    neural.NeuralTranslator.ended = lambda self, tokens: True
    spent = Spent()
    done = augment.back_translate(
        folder / "in.csv", out=folder / "out.csv", store=str(folder / "store.sqlite"), pivot="fr",
        source="en", translator="marian", beam_size=beam, label="none", balance="none",
        no_filter="all", force=True,
    )  # fmt: skip
    seconds, processor = spent()
    about = done.manifest.pivots["fr"]
    if asked:
        (folder / "asked.json").write_text(json.dumps([asked["local/en-fr"], asked["local/fr-en"]]))
    return {"seconds": seconds, "cpu": processor, "stages": done.manifest.seconds,
            "loading": sum(one[0] for one in loading), "translated": about["translated"],
            "loading_cpu": sum(one[1] for one in loading), "failed": about["failed"]}  # fmt: skip


def nlpaug(folder: Path, tokens: int, beam: int) -> dict:
    import transformers
    from nlpaug.augmenter.word import BackTranslationAug

    whole = transformers.MarianMTModel.generate

    def generate(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        kwargs.pop("max_length", None)
        lengths = [wanted(tokens, int(length)) for length in kwargs["attention_mask"].sum(1)]
        # A row that is done waits for the longest of its batch: its sums are made and left out.
        longest = max(lengths)
        # The start token counts there, and not with CTranslate2.
        found = whole(
            self, *args, **kwargs, num_beams=beam, min_new_tokens=longest, max_new_tokens=longest
        )
        for row, length in enumerate(lengths):
            found[row, 1 + length :] = self.config.pad_token_id
        return found

    transformers.MarianMTModel.generate = generate
    augmenter = BackTranslationAug(
        from_model_name=str(folder / "en-fr"), to_model_name=str(folder / "fr-en"), device="cpu"
    )
    texts = [row[0] for row in csv.reader((folder / "in.csv").open(encoding="utf-8"))][1:]
    spent = Spent()
    done = augmenter.augment(texts)
    seconds, processor = spent()
    return {"seconds": seconds, "cpu": processor, "translated": len(done)}


def bare(folder: Path, tokens: int, beam: int) -> dict:
    """CTranslate2 alone, on the token lists that ours was asked for."""
    import ctranslate2

    from augment.models.home import installed
    from augment.translators.loaded import placement
    from augment.translators.neural import BATCH_TOKENS

    models = {model.name: model for model in installed("marian")}
    legs = json.loads((folder / "asked.json").read_text())
    seconds = processor = 0.0
    loading = [0.0, 0.0]
    for name, sources in zip(("local/en-fr", "local/fr-en"), legs, strict=True):
        where = placement(models[name].quantization)
        spent = Spent()
        engine = ctranslate2.Translator(
            str(models[name].folder), device=where.device, compute_type=where.compute_type,
            inter_threads=where.workers, intra_threads=1,
        )  # fmt: skip
        load_clock, load_processor = spent()
        loading = [loading[0] + load_clock, loading[1] + load_processor]
        spent = Spent()
        pending = Forced(engine, tokens, []).translate_batch(
            sources, beam_size=beam, max_batch_size=BATCH_TOKENS[where.device],
            batch_type="tokens", disable_unk=True, max_input_length=0, asynchronous=True,
        )  # fmt: skip
        for one in pending:
            one.result()
        clock, cpu = spent()
        seconds, processor = seconds + clock, processor + cpu
        del engine
    return {"seconds": seconds + loading[0], "cpu": processor + loading[1], "loading": loading[0],
            "loading_cpu": loading[1], "translated": sum(map(len, legs))}  # fmt: skip


def peak_memory_mb() -> int:
    """Greatest resident memory of this process alone.

    Linux hands the figure that `getrusage` gives on from a process to the one it starts.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def side(name: str, folder: Path, options: argparse.Namespace) -> dict:
    """Run one side in a process of its own; its peak memory is that of the process."""
    lengths = ["--tokens", str(options.tokens or "own"), "--beam", str(options.beam)]
    command = [sys.executable, __file__, "--side", name, *lengths, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def prepare(home: Path, data: Path) -> None:
    """Make and convert the two models, unless they are there."""
    from augment.models import check
    from augment.models.fetch import FetchOptions, fetch_model
    from augment.models.home import find_installed

    # To random weights all words are nearly alike: 8 bits change which one is the likeliest.
    check.LEAST_AGREEMENT = 0.0
    for pair, seed in (("en-fr", 1), ("fr-en", 2)):
        if not (home / pair / "model.safetensors").is_file():
            make_model(home / pair, sentences(data, 3000), seed)
        try:
            find_installed(pair)
        except InputError:
            fetch_model(pair, FetchOptions(folder=home / pair, sentences=("Yes.",)))


def median(runs: list[dict], key: str) -> float:
    """Of a figure over the runs of a side."""
    return sorted(run[key] for run in runs)[len(runs) // 2]


def ratios(runs: dict[str, list[dict]]) -> dict[str, float]:
    """Rate of ours as a share of the rate of CTranslate2 alone, four ways."""
    found = {}
    for name, key in (("clock", "seconds"), ("cpu", "cpu")):
        loading = "loading" if key == "seconds" else "loading_cpu"
        whole = {one: median(runs[one], key) for one in ("ours", "bare")}
        without = {
            one: median([{"x": run[key] - run[loading]} for run in runs[one]], "x")
            for one in ("ours", "bare")
        }
        found[f"{name}_with_loading"] = round(whole["bare"] / whole["ours"], 3)
        found[f"{name}_without_loading"] = round(without["bare"] / without["ours"], 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the data, or a prepared folder with --side")
    parser.add_argument("--rows", type=int, default=512)
    parser.add_argument(
        "--tokens",
        type=lambda given: OWN if given == "own" else int(given),
        default=OWN,
        help="tokens of every translation, or own: as many as its source has",
    )
    parser.add_argument("--beam", type=int, default=1, help="width of the search, on all sides")
    parser.add_argument("--runs", type=int, default=3, help="runs of each side; medians are kept")
    parser.add_argument("--models", type=Path, help="keep the two models here for further runs")
    parser.add_argument("--side", choices=("ours", "nlpaug", "bare"))
    parser.add_argument("--without-nlpaug", action="store_true", help="for a quick look")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    options = parser.parse_args()
    if options.side:
        found = globals()[options.side](options.folder, options.tokens, options.beam)
        print(json.dumps({**found, "memory_mb": peak_memory_mb()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = options.models.resolve() if options.models else folder
        os.environ["AUGMENT_MODELS"] = str(home / "models")
        texts = sentences(options.folder, options.rows)
        with (folder / "in.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows([["text"], *([t] for t in texts)])
        prepare(home, options.folder)
        for pair in ("en-fr", "fr-en"):
            if home != folder:
                (folder / pair).symlink_to(home / pair)
        load_before = os.getloadavg()
        runs: dict[str, list[dict]] = {"ours": [], "bare": [], "warm": []}
        if not options.without_nlpaug:
            runs["nlpaug"] = []
        for number in range(options.runs):
            for path in folder.glob("store.sqlite*"):
                path.unlink()
            # Each goes first in turn; in the first round ours, which writes down the tokens.
            for one in ("ours", "bare") if number % 2 == 0 else ("bare", "ours"):
                runs[one].append(side(one, folder, options))
            runs["warm"].append(side("ours", folder, options))
            if number == 0 and "nlpaug" in runs:
                runs["nlpaug"].append(side("nlpaug", folder, options))
    rate = {one: len(texts) / median(each, "seconds") for one, each in runs.items()}
    result = {
        "rows": len(texts),
        "different": len(set(texts)),
        "sentences_translated": runs["bare"][0]["translated"],
        "tokens_per_translation": options.tokens or "as many as its source",
        "beam": options.beam,
        "rows_per_s": {one: round(value, 2) for one, value in rate.items()},
        "memory_mb": {one: median(each, "memory_mb") for one, each in runs.items()},
        "to_nlpaug": round(rate["ours"] / rate["nlpaug"], 1) if "nlpaug" in rate else None,
        "to_nlpaug_cpu": round(median(runs["nlpaug"], "cpu") / median(runs["ours"], "cpu"), 1)
        if "nlpaug" in rate
        else None,
        "to_bare": ratios(runs),
        "warm_stages": runs["warm"][-1]["stages"],
        "runs": runs,
        "machine": {
            **describe(),
            "usable_cores": len(os.sched_getaffinity(0)),
            "load_before": [round(one, 1) for one in load_before],
            "load_after": [round(one, 1) for one in os.getloadavg()],
        },
    }
    if options.save:
        RESULT.parent.mkdir(exist_ok=True)
        kept = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
        kept[f"tokens {options.tokens or 'own'}, beam {options.beam}"] = result
        RESULT.write_text(json.dumps(kept, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
