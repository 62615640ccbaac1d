"""One tool of others over a list of texts, in a process of its own: what `peers.py` starts.

    python benchmarks/peers_tools.py TOOL LANGUAGE TEXTS.json OUT.json RUNS

Nothing of augment is imported, so that it runs in an environment with the tool alone. Every tool is
used as its documentation shows, with its defaults. OUT.json is written at the end, as a script
around these libraries does it (and as TextAttack's own command does): one list of outputs a text,
or the exception. The line "ready" on stdout says that everything is loaded. EDA's own code is one
file of a repository, not a package: the variable ``EDA_FILE`` says where it lies.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

Tool = Callable[[str], list[str]]


def _nlpaug(kind: str, name: str, **options: str) -> Tool:
    augmenter = getattr(importlib.import_module(f"nlpaug.augmenter.{kind}"), name)(**options)
    return lambda text: list(augmenter.augment(text))


def _textattack(name: str) -> Tool:
    import textattack.augmentation

    return getattr(textattack.augmentation, name)().augment


def _eda() -> Tool:
    """EDA's own code; its last text is the original in small letters a-z, which counts as none."""
    spec = importlib.util.spec_from_file_location("eda", os.environ["EDA_FILE"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda text: module.eda(text)[:-1]


def _textaugment() -> Tool:
    from textaugment import EDA

    eda = EDA()
    operations = (
        eda.synonym_replacement,
        eda.random_insertion,
        eda.random_swap,
        eda.random_deletion,
    )
    return lambda text: [operation(text) for operation in operations]


#: Name -> the distribution, outputs asked of a text, and what makes it ready for a language.
#: TextAttack's CheckList, embedding, masked and back-translating augmenters load models from the
#: network, and its WordNet and deletion augmenters are parts of EasyDataAugmenter.
TOOLS: dict[str, tuple[str, int, Callable[[str], Tool]]] = {
    "nlpaug RandomWordAug swap": (
        "nlpaug", 1, lambda language: _nlpaug("word", "RandomWordAug", action="swap")
    ),
    "nlpaug RandomWordAug delete": (
        "nlpaug", 1, lambda language: _nlpaug("word", "RandomWordAug", action="delete")
    ),
    "nlpaug KeyboardAug": (
        "nlpaug", 1, lambda language: _nlpaug("char", "KeyboardAug", lang=language)
    ),
    "nlpaug SpellingAug": ("nlpaug", 1, lambda language: _nlpaug("word", "SpellingAug")),
    "nlpaug SynonymAug": ("nlpaug", 1, lambda language: _nlpaug("word", "SynonymAug")),
    "TextAttack EasyDataAugmenter": (
        "textattack", 4, lambda language: _textattack("EasyDataAugmenter")
    ),
    "TextAttack CharSwapAugmenter": (
        "textattack", 1, lambda language: _textattack("CharSwapAugmenter")
    ),
    "EDA, its own code": ("eda.py", 9, lambda language: _eda()),
    "textaugment EDA": ("textaugment", 4, lambda language: _textaugment()),
}  # fmt: skip


def version(distribution: str) -> str:
    """Version of a package; of EDA's file, which has none, the start of its SHA-256."""
    if distribution == "eda.py":
        return hashlib.sha256(Path(os.environ["EDA_FILE"]).read_bytes()).hexdigest()[:12]
    return importlib.metadata.version(distribution)


def main() -> None:
    name, language, source, out, runs = sys.argv[1:]
    distribution, asked, make = TOOLS[name]
    texts = json.loads(Path(source).read_text(encoding="utf-8"))
    start = time.perf_counter()
    tool = make(language)
    result: dict[str, object] = {
        "version": version(distribution),
        "asked_of_a_text": asked,
        "start_s": time.perf_counter() - start,
    }
    print("ready", flush=True)
    seconds = []
    for _ in range(int(runs)):
        random.seed(0)
        outputs: list[list[str] | str] = []
        begin = time.process_time()
        for text in texts:
            try:
                outputs.append(tool(text))
            except Exception as error:  # whatever a tool raises is a finding of this benchmark
                said = " ".join(str(error).replace("*", " ").split())
                outputs.append(f"{type(error).__name__}: {said[:120]}")
        seconds.append(time.process_time() - begin)
    Path(out).write_text(json.dumps({**result, "seconds": seconds, "outputs": outputs}))


if __name__ == "__main__":
    main()
