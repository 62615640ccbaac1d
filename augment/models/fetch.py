"""Getting a model: download or folder, convert, compare with the original, record, put in place.

Everything happens in a workshop beside the models. What was downloaded stays there when a fetch is
cut short, and the next one goes on from it, at the same revision. The finished folder is renamed
into place: half a model is never taken for a whole one.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from augment.errors import AugmentError, DamagedFileError, InputError
from augment.extras import require
from augment.languages import language_code
from augment.minilm import sha256
from augment.models import check, hub
from augment.models.convert import WEIGHTS, convert, family_of, languages_of, read_config
from augment.models.home import (
    LOCAL,
    RECORD,
    WORKSHOP,
    Model,
    damage,
    folder_name,
    model_home,
    read_record,
)
from augment.models.lock import alone
from augment.models.names import MANY, Wanted, resolve, source_languages
from augment.progress import SILENT, Progress
from augment.translators.subwords import Subwords

#: The converted model beside the original, as a share of the original's size.
_ROOM: Final = 1.2


@dataclass(frozen=True, kw_only=True)
class FetchOptions:
    """How `fetch_model` gets a model.

    Parameters
    ----------
    folder
        A folder as the hub has it, for machines without a hub.
    revision
        Commit, tag or branch on the hub; the newest by default. The commit is recorded.
    quantization
        Number format of the weights on disk. ``auto``: int8, which both a processor and a GPU take.
    accept_licence
        Says that a licence which forbids commercial use was read and is kept to.
    sentences
        What the converted model is compared on; fixed sentences by default.
    force
        Fetch again what is here already.
    """

    folder: Path | None = None
    revision: str | None = None
    quantization: str = "auto"
    accept_licence: bool = False
    sentences: Sequence[str] = ()
    force: bool = False


def fetch_model(
    name: str, options: FetchOptions = FetchOptions(), *, progress: Progress = SILENT
) -> Model:
    """Get a model and put it into the home.

    Parameters
    ----------
    name
        A directed pair (``en-fr``), a short name (``nllb``) or a name on the hub.
    options
        Where from and how.
    progress
        Told of licence, revision and what is going on.

    Returns
    -------
    Model
        As recorded; one that is here already is given back as it is.

    Raises
    ------
    InputError
        For an unknown name, a licence that was not accepted, or too little room on the disk.
    DamagedFileError
        When a file came with another hash than the hub's, or the converted model says other
        things than the original.
    AugmentError
        When the hub cannot be reached; what was downloaded is kept.
    """
    wanted = resolve(name)
    if options.folder is None and (here := _already_here(wanted, options, progress)):
        return here
    _ask_licence(wanted, options, progress)
    home = model_home()
    with _disk(home):
        (home / WORKSHOP).mkdir(parents=True, exist_ok=True)
        if options.folder is not None:
            return _from_folder(wanted, options, progress)
        return _from_hub(wanted, options, progress)


def _already_here(wanted: Wanted, options: FetchOptions, progress: Progress) -> Model | None:
    for repo in wanted.repos:
        folder = model_home() / folder_name(repo)
        if options.force or not folder.is_dir():
            continue
        wrong = damage(folder)
        if not wrong:
            model = read_record(folder)
            if not wanted.pair or wanted.pair in model.pairs:
                progress.note(f"{model.name} is here already, whole ({folder})")
                return model
        else:
            progress.note(f"{repo} is damaged and is fetched again: {wrong[0]}")
    return None


def _ask_licence(wanted: Wanted, options: FetchOptions, progress: Progress) -> None:
    short = next((one for one in MANY.values() if one.repo == wanted.repos[0]), None)
    size = f", a download of about {short.gigabytes:g} GB" if short and not options.folder else ""
    if wanted.licence and not (options.folder and _is_local(wanted)):
        progress.note(f"{wanted.repos[0]}: licence {wanted.licence}{size}")
    if not wanted.commercial and not options.accept_licence:
        raise InputError(
            f"{wanted.repos[0]} is published under {wanted.licence}: it may not be used "
            "commercially. When that suits you, give --accept-licence; m2m100 (MIT) has no such "
            "limit"
        )


@contextmanager
def _disk(home: Path) -> Iterator[None]:
    """Explain a disk that is full or cannot be written."""
    try:
        yield
    except OSError as error:
        if isinstance(error, AugmentError):
            raise
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = "the disk is full; free some space, or name another folder"
        elif error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR):
            why = f"{error.strerror}; name another folder"
        else:
            raise
        raise InputError(
            f"{home}: {why} with the environment variable AUGMENT_MODELS; what was downloaded is "
            "kept, and the same command goes on"
        ) from error


def _room(home: Path, needed: float) -> None:
    free = shutil.disk_usage(home).free
    if needed > free:
        raise InputError(
            f"{home}: {needed / 1e9:.1f} GB are needed to fetch and convert, {free / 1e9:.1f} GB "
            "are free; free some space, or name another folder with the environment variable "
            "AUGMENT_MODELS"
        )


def _from_folder(wanted: Wanted, options: FetchOptions, progress: Progress) -> Model:
    folder = Path(options.folder or "")
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; wanted: a model folder as the hub has it")
    family = family_of(folder)
    if family != (wanted.family or family):
        raise InputError(f"{folder} holds a {family} model, and {wanted.name} is {wanted.family}")
    asked_for = "-".join(wanted.pair) or wanted.name.lower()
    name = f"{LOCAL}{asked_for}" if _is_local(wanted) else wanted.repos[0]
    weights = [folder / one for one in WEIGHTS if (folder / one).is_file()]
    _room(model_home(), weights[0].stat().st_size * _ROOM)
    final = model_home() / folder_name(name)
    with _alone(name, progress):
        if final.is_dir() and not options.force and not damage(final):
            raise InputError(f"{name} is here already ({final}); --force replaces it")
        revision = sha256(weights[0])[:12]
        return _build(folder, name, revision, wanted, options, progress)


def _is_local(wanted: Wanted) -> bool:
    """Whether a folder is recorded as such: a pair or a short name does not say whose it is."""
    return "/" not in wanted.name


def _from_hub(wanted: Wanted, options: FetchOptions, progress: Progress) -> Model:
    require("ctranslate2", extra="local", purpose="converting a model")
    download = hub.find(wanted, options.revision)
    with _alone(download.repo, progress):
        if here := _already_here(wanted, options, progress):  # another process was faster
            return here
        return _download(download, wanted, options, progress)


def _download(
    download: hub.Download, wanted: Wanted, options: FetchOptions, progress: Progress
) -> Model:
    there = sum(p.stat().st_size for p in download.workshop.rglob("*") if p.is_file())
    _room(model_home(), max(0, download.size - there) + download.size * _ROOM)
    progress.note(f"{download.repo} at {download.revision[:12]}: {download.size / 1e6:,.0f} MB")
    original = hub.download(download, wanted)
    exact = replace(wanted, licence=download.licence or wanted.licence)
    model = _build(original, download.repo, download.revision, exact, options, progress)
    shutil.rmtree(download.workshop, ignore_errors=True)
    return model


@contextmanager
def _alone(name: str, progress: Progress) -> Iterator[None]:
    """Let one process at a time fetch a model of this name."""
    path = model_home() / WORKSHOP / f"{folder_name(name)}.lock"
    with alone(path, lambda: progress.note(f"another process fetches {name}; waiting for it")):
        yield


@contextmanager
def _building(name: str) -> Iterator[Path]:
    """Give an empty folder in the workshop; what a killed fetch left there is removed."""
    folder = model_home() / WORKSHOP / f"{folder_name(name)}.building"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(
    original: Path,
    name: str,
    revision: str,
    wanted: Wanted,
    options: FetchOptions,
    progress: Progress,
) -> Model:
    """Convert, compare, record, and rename into place."""
    home = model_home()
    family = family_of(original)
    if family == "nllb" and wanted.commercial:  # a name that did not say so
        _ask_licence(replace(wanted, licence=MANY["nllb"].licence), options, progress)
    own = options.folder and _is_local(wanted) and wanted.commercial
    quantization = "int8" if options.quantization == "auto" else options.quantization
    with _building(name) as made:
        out = made / "model"
        progress.note(f"converting {name} to {quantization}")
        tokens = convert(original, out, quantization=quantization)
        sources, targets = _languages(original, name, family, tokens, wanted)
        direction = check.choose_direction(sources, targets)
        if wanted.pair and wanted.pair[0] in sources and wanted.pair[1] in targets:
            direction = (wanted.pair[0], wanted.pair[1])
        tokens_of = sources[direction[0]], targets[direction[1]]
        progress.note("comparing it with the original")
        asked = options.sentences or check.fixed_sentences(direction[0])
        reference = check.ask_original(
            original,
            Subwords(original, family, *tokens_of),
            family,
            tokens_of,
            tokens,
            asked,
        )
        agreement, drift, wrong = check.hold_against(
            reference, check.open_engine(out, quantization), Subwords(out, family, *tokens_of)
        )
        if wrong:
            raise DamagedFileError(f"{name} was not taken: {wrong[0]}")
        model = Model(
            name=name,
            family=family,
            revision=revision,
            licence="unknown" if own else wanted.licence or "unknown",
            quantization=quantization,
            sources=sources,
            targets=targets,
            positions=int(read_config(original).get("max_position_embeddings", 512)),
            files={
                path.name: {"sha256": sha256(path), "size": path.stat().st_size}
                for path in sorted(out.iterdir())
            },
            reference={
                **reference,
                "direction": list(direction),
                "agreement": round(agreement, 4),
                "drift": round(drift, 4),
            },
            made_with={
                one: version(one) for one in ("ctranslate2", "transformers", "sentencepiece")
            },
        )
        _write(out / RECORD, json.dumps(model.as_dict(), ensure_ascii=False, indent=1) + "\n")
        for path in out.iterdir():
            _sync(path)
        final = home / folder_name(name)
        old = made / "old"
        if final.exists():
            final.rename(old)
        try:
            out.rename(final)
        except OSError:
            if old.exists():
                old.rename(final)
            raise
        _sync(home)
    progress.note(
        f"{name} is ready: {agreement:.0%} of the words as the original has them, "
        f"{model.size / 1e6:,.0f} MB in {final}"
    )
    return model


def _languages(
    original: Path, name: str, family: str, tokens: Sequence[str], wanted: Wanted
) -> tuple[dict[str, str], dict[str, str]]:
    """Languages of a model -> their tokens: (sources, targets)."""
    known = languages_of(tokens, family)
    if family != "marian":
        return known, known
    sources = source_languages(name)
    told = _told_languages(original)
    pair = wanted.pair or (() if (sources and known) or "" in told else told)
    # What the name or the vocabulary says goes before what the file says.
    sides = zip(("from", "into"), pair, told, (sources, known), strict=False)
    for side, code, said, certain in sides:
        if said not in ("", code) and not certain:
            raise InputError(
                f"{original} holds a model that translates {side} {said}, as its "
                f"tokenizer_config.json says, and {wanted.name} translates {side} {code}; name "
                "the pair that it is for, or give another folder"
            )
    sources = sources or pair[:1]
    if not sources or not (known or pair):
        raise InputError(
            f"{name}: which languages it translates stands neither in its name nor in "
            "tokenizer_config.json; fetch it by its pair: augment models fetch en-fr --from FOLDER"
        )
    if pair and known and pair[1] not in known:
        raise InputError(
            f"{name} does not translate into {pair[1]}; it knows: {', '.join(sorted(known))}"
        )
    return dict.fromkeys(sources, ""), known or {pair[1]: ""}


def _told_languages(folder: Path) -> tuple[str, str]:
    """Two languages as tokenizer_config.json names them; empty where it names none, or a group."""
    path = folder / "tokenizer_config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return _code_of(config.get("source_lang")), _code_of(config.get("target_lang"))
    except (ValueError, AttributeError):  # it says nothing that could be read
        return "", ""


def _code_of(name: object) -> str:
    try:
        return language_code(str(name))
    except InputError:
        return ""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _sync(path: Path) -> None:
    """Bring a file or a folder's names to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # Windows does not open folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
