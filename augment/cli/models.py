"""``augment models``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from augment.config import shown_as
from augment.errors import InputError
from augment.models.check import Verification, verify
from augment.models.fetch import FetchOptions, fetch_model
from augment.models.home import Model, find_installed, installed, model_folders, model_home, remove
from augment.progress import for_stderr


@dataclass(frozen=True, kw_only=True)
class Config:
    """List, fetch, verify and remove local neural translators.

    A name is a directed pair of languages (en-fr), a model for many languages (m2m100, nllb), or a
    name on the model hub. fetch downloads, converts to 8 bits, compares the result with the
    original on fixed sentences, and goes on where it was cut short. verify compares the files with
    their recorded hashes, and the translations of the fixed sentences with those of the original.
    Models lie in the folder that path prints; AUGMENT_MODELS names another.
    """

    action: Annotated[Literal["list", "fetch", "verify", "remove", "path"], tyro.conf.Positional]
    """What to do."""
    names: Annotated[tuple[str, ...], tyro.conf.Positional, shown_as("NAME")] = ()
    """Pairs or models: en-fr fr-en, m2m100, nllb; verify takes all when none is named."""
    from_: Annotated[Path | None, tyro.conf.arg(name="from", metavar="FOLDER",
                                                 help_behavior_hint="")] = None  # fmt: skip
    """Fetch from a folder downloaded elsewhere, for machines without a hub."""
    revision: Annotated[str | None, shown_as("COMMIT")] = None
    """Commit or tag on the hub; by default the newest, and it is recorded."""
    quantization: str = "auto"
    """Number format of the weights: auto (int8), int8, int8_float16, float16, float32."""
    accept_licence: bool = False
    """Say yes to a licence that forbids commercial use (nllb)."""
    sentences: Annotated[Path | None, shown_as("FILE")] = None
    """Compare with the original on these texts, one a line, instead of the fixed ones."""
    force: bool = False
    """Fetch again what is here already."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def __post_init__(self) -> None:
        formats = ("auto", "int8", "int8_float16", "int8_float32", "int8_bfloat16", "int16",
                   "float16", "bfloat16", "float32")  # fmt: skip
        if self.quantization not in formats:
            raise InputError(f"quantization is {self.quantization!r}; wanted: {', '.join(formats)}")
        if self.action in ("fetch", "remove") and not self.names:
            raise InputError(f"augment models {self.action} what? For instance en-fr, or m2m100")
        if self.action in ("list", "path") and self.names:
            raise InputError(f"augment models {self.action} takes no name, got {self.names[0]!r}")
        if self.from_ is not None and (self.action != "fetch" or len(self.names) != 1):
            raise InputError("--from goes with fetch and one name: fetch en-fr --from FOLDER")


def run(config: Config) -> int | None:
    """Do what was asked and print what came of it."""
    if config.action == "path":
        _print({"path": str(model_home())} if config.json else str(model_home()))
    elif config.action == "list":
        models = installed()
        _print([_about(m) for m in models] if config.json else _table(models))
    elif config.action == "fetch":
        models = _fetch(config)
        _print([_about(m) for m in models] if config.json else _table(models))
    elif config.action == "remove":
        freed = {folder.name: remove(folder) for folder in _folders(config.names)}
        text = "\n".join(f"removed {name} ({size / 1e6:,.0f} MB)" for name, size in freed.items())
        _print(freed if config.json else text)
    else:
        found = [verify(folder) for folder in _folders(config.names)]
        _print([asdict(one) for one in found] if config.json else _said(found))
        return 0 if all(one.whole for one in found) else 1
    return None


def keeps(config: Config) -> bool:
    """Whether an interrupted command goes on from what it finished: downloads stay."""
    return config.action == "fetch"


def _fetch(config: Config) -> list[Model]:
    lines = _lines(config.sentences) if config.sentences else []
    options = FetchOptions(
        folder=config.from_,
        revision=config.revision,
        quantization=config.quantization,
        accept_licence=config.accept_licence,
        sentences=[line.strip() for line in lines if line.strip()],
        force=config.force,
    )
    progress = for_stderr(quiet=config.quiet)
    return [fetch_model(name, options, progress=progress) for name in config.names]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"--sentences {path} cannot be read ({error}); a UTF-8 file with a sentence a line is "
            "wanted"
        ) from error


def _folders(names: tuple[str, ...]) -> list[Path]:
    if not names:
        return model_folders()
    return list(dict.fromkeys(folder for name in names for folder in find_installed(name)))


def _about(model: Model) -> dict[str, object]:
    """Give a record without the sentences, which are many lines."""
    values = model.as_dict()
    del values["reference"]
    return values | {"folder": str(model.folder), "version": model.version, "bytes": model.size}


def _table(models: list[Model]) -> str:
    from augment.cli.summary import table

    if not models:
        return f"no models in {model_home()}; augment models fetch en-fr fr-en gets some"
    rows: list[tuple[object, ...]] = [("model", "engine", "languages", "weights", "MB", "licence")]
    for model in models:
        many = len(model.pairs) > 2
        some = f"{len(model.pairs):,} pairs" if many else " ".join(
            sorted(f"{source}-{target}" for source, target in model.pairs)
        )  # fmt: skip
        size = round(model.size / 1e6)
        rows.append((model.name, model.family, some, model.quantization, size, model.licence))
    return "\n".join(table(rows))


def _said(found: list[Verification]) -> str:
    if not found:
        return f"no models in {model_home()}"
    lines: list[str] = []
    for one in found:
        if one.whole:
            lines.append(
                f"{one.name}: whole; {one.agreement:.0%} of the words of {one.sentences} sentences "
                "as the original has them"
            )
        lines += [f"{one.name}: {what}" for what in one.wrong]
    return "\n".join(lines)


def _print(what: object) -> None:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
