"""Judges paraphrases that came from anywhere: pairs in, good ones and others out.

The pairs stream through the paraphrase filter in batches, so a table of any length is judged in
the same memory but for sixteen bytes a text, by which repetitions are found out.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from augment.blank import is_blank
from augment.config import build, own_options_first, shown_as, split_commas
from augment.datasets.augmentation.manifest import refuse_manifest_of_another
from augment.datasets.augmentation.source_language import source_language
from augment.datasets.column_names import words_of
from augment.datasets.columns import named_column
from augment.datasets.formats.content_hash import content_sha256
from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.judged import Judged
from augment.datasets.survey import cell_string, label_string
from augment.datasets.table import Table, say_unread_rows
from augment.datasets.table_options import (
    InputOptions,
    Unchanged,
    check_new_tables,
    default_output,
)
from augment.enumeration import counted
from augment.errors import InputError
from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.filters.presets import Strictness
from augment.filters.settings import given_thresholds
from augment.languages import language_name
from augment.offline import no_network
from augment.output_parts import left_by_a_kill
from augment.outputs import OutputSet, beside
from augment.progress import SILENT, Progress, checked_progress
from augment.records import REJECTION_COLUMNS, Candidate, Paraphrase, Rejection

if TYPE_CHECKING:
    import pandas as pd

#: Columns behind the input's.
SCORES: Final = ("aug_similarity", "aug_change")
#: Reason of a pair that has nothing to be compared with.
NO_ORIGINAL: Final = "original"
#: Pairs checked at once.
_BATCH: Final = 512
_SAMPLE: Final = 400
#: Words of the names that such columns usually have.
_ORIGINAL_WORDS: Final = (
    "original", "source", "text", "sentence", "sentence1", "input", "texte", "phrase",
)  # fmt: skip
_PARAPHRASE_WORDS: Final = (
    "paraphrase", "paraphrased", "candidate", "hypothesis", "rewrite", "rewritten", "rephrased",
    "augmented", "backtranslation", "generated", "output", "reformulation", "reformule",
)  # fmt: skip


@own_options_first
@dataclass(frozen=True, kw_only=True)
class FilterConfig(InputOptions):
    """Judge paraphrases that came from anywhere.

    One pair a row: the original and what is offered in its place. OUT.csv holds the rows kept,
    OUT.rejected.csv the others with the reason and what was seen, and OUT.manifest.json the
    thresholds and counts. The checks are those of backtranslate.
    """

    out: Annotated[Path | None, shown_as("OUT.csv", "-o")] = None
    """Where to write; by default IN.filtered.csv in the current folder."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Column with the originals; found by its name when left out."""
    paraphrase: Annotated[str | None, shown_as("COL")] = None
    """Column with the paraphrases; found by its name when left out."""
    source: Annotated[str | None, shown_as("LANG")] = None
    """Language of both, like fr or French; recognised when left out."""
    min_similarity: Annotated[float | None, shown_as("F")] = None
    """Least similarity to the original, 0 to 1; the default depends on the language."""
    max_similarity: float = 1.0
    """Greatest similarity to the original, 0 to 1."""
    min_change: Annotated[float | None, shown_as("F")] = None
    """Least share of the text that must have changed, 0 to 1; calibrated by default."""
    max_change: float = 1.0
    """Greatest share of the text that may have changed, 0 to 1."""
    filter: Strictness = "normal"
    """How strict the checks are; options that name a threshold go before the preset."""
    encoder: Annotated[str, shown_as("NAME")] = "minilm"
    """Sentence encoder: minilm, or a hub name or folder, like a multilingual one."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Column with classes; then what a classifier of them reads otherwise is refused."""
    no_filter: Annotated[tuple[str, ...], shown_as("NAME")] = ()
    """Checks to leave out, by name; "all": every one but empty and duplicate."""
    offline: bool = False
    """Open no connection, not to the model hub either."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "no_filter", split_commas(self.no_filter))


def filter_pairs(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: FilterConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Judged:
    """Judge paraphrases that came from anywhere.

    Parameters
    ----------
    data
        A data frame of pairs, or a path, beside which files are written; left out:
        ``config.input``.
    config
        Options; `options` are its fields by name and go before it.
    progress
        Gets notes and stages; silent by default.

    Returns
    -------
    Judged
        Counts, and the frames or the paths.

    Raises
    ------
    InputError
        For a table or options that cannot be used; nothing was written.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"text": ["The film was good."] * 2,
    ...                       "paraphrase": ["the film was GOOD", "The movie was really good."]})
    >>> done = filter_pairs(pairs, source="en", no_filter="similarity")
    >>> done.kept, dict(done.rejected)
    (1, {'unchanged': 1})
    """
    checked_progress(progress)
    recipe = build(config, FilterConfig, options)
    table = recipe.open(data)
    is_frame = table.format.kind == "frame"
    if is_frame and recipe.out is not None:
        raise InputError("out is for files; write the result's frames where you want them")
    out = recipe.out or default_output(Path(table.name), "filtered")
    paths = {
        "out": out,
        "rejected": beside(out, "rejected"),
        "manifest": beside(out, "manifest", ".json"),
    }
    if not is_frame:
        check_new_tables(table.name, [out], force=recipe.force)
        check_new_tables(
            table.name,
            [paths["rejected"]],
            [paths["manifest"]],
            force=recipe.force or left_by_a_kill(out),
        )
        refuse_manifest_of_another(out)
    with no_network(recipe.offline):
        judge = _Judge(table, recipe, progress)
        return _on_frame(judge, data) if is_frame else _on_file(judge, paths)


class _Judge:
    """One run over a table of pairs."""

    def __init__(self, table: Table, recipe: FilterConfig, progress: Progress) -> None:
        self.start = time.perf_counter()
        self.table, self.recipe, self.progress = table, recipe, progress
        self.notes: list[str] = []
        self.rejected: Counter[str] = Counter()
        self.kept = 0
        added = (*SCORES, *REJECTION_COLUMNS)
        if taken := [name for name in added if name in table.columns]:
            raise InputError(
                f"{table.name} has columns named {', '.join(taken)}, which the output needs for "
                "itself; rename them"
            )
        self.text = _column(table, recipe.text, "text", _ORIGINAL_WORDS)
        self.paraphrase = _column(table, recipe.paraphrase, "paraphrase", _PARAPHRASE_WORDS)
        if self.text == self.paraphrase:
            raise InputError(
                f"{table.name}: {self.text!r} is given as text and as paraphrase; name two columns"
            )
        self.unchanged = Unchanged(table.name)
        self.chain = FilterChain()
        self.rows, sample = self._see_originals()
        self.language = source_language(
            recipe.source, sample, self.text, no_filter=recipe.no_filter
        )
        settings = FilterSettings(
            language=self.language,
            strictness=recipe.filter,
            encoder=recipe.encoder,
            **given_thresholds(recipe),
        )
        self.chain.filters = build_filters(settings, disabled=recipe.no_filter)
        if self.chain.learns:
            self.chain.learn(self._originals())
        self._say()

    def _see_originals(self) -> tuple[int, list[str]]:
        """Show every original to the filter, and keep some, spread over the table."""
        at = self.table.columns.index(self.text)
        sample: list[str] = []
        step, rows = 1, 0
        for rows, row in enumerate(self.table, 1):
            text = cell_string(row[at])
            if is_blank(text):
                continue
            self.chain.see_original(text)
            if rows % step == 0:
                sample.append(text)
                if len(sample) > _SAMPLE:
                    sample = sample[::2]
                    step *= 2
        return rows, sample

    def _originals(self) -> Iterator[Original]:
        """Give every original, with its class where a column of classes is named."""
        at = self.table.columns.index(self.text)
        label = self.recipe.label and named_column(self.table, self.recipe.label, "label")
        label_at = self.table.columns.index(label) if label else None
        for number, row in enumerate(self.table):
            of_class = "" if label_at is None else label_string(row[label_at])
            yield Original(number, cell_string(row[at]), of_class)

    def _say(self) -> None:
        self.progress.note(
            f"{self.table.name}: {counted(self.rows, 'row')}, {self.table.format.describe()}"
        )
        self.progress.note(f"originals in {self.text!r}, paraphrases in {self.paraphrase!r}")
        guessed = "" if self.recipe.source else " (recognised; --source to change)"
        name = language_name(self.language)
        self.progress.note(f"language: {name} ({self.language}){guessed}")
        say_unread_rows(self.table, self.progress)
        for note in self.chain.notes():
            self.notes.append(note)
            self.progress.note(note)

    def results(self) -> Iterator[tuple[tuple[object, ...], Paraphrase | Rejection]]:
        """Give every row with what became of it, in the order of the table."""
        text_at = self.table.columns.index(self.text)
        other_at = self.table.columns.index(self.paraphrase)
        rows = enumerate(self.table)
        with self.progress.stage("check", self.rows, "pair") as stage:
            while batch := list(islice(rows, _BATCH)):
                pairs = [
                    Candidate(
                        number, cell_string(row[text_at]), cell_string(row[other_at]), "given"
                    )
                    for number, row in batch
                ]
                checked = iter(
                    self.chain.apply([one for one in pairs if not is_blank(one.original)])
                )
                for (_, row), pair in zip(batch, pairs, strict=True):
                    result = _no_original(pair) if is_blank(pair.original) else next(checked)
                    if isinstance(result, Rejection):
                        self.rejected[result.reason] += 1
                    else:
                        self.kept += 1
                    yield row, result
                    stage.advance()
        for line in self.chain.missed():
            self.notes.append(line)
            self.progress.warn(line)

    def judged(self, about_input: Mapping[str, Any]) -> Judged:
        """Put together what came of it; call it after `results` has ended."""
        return Judged(
            rows=self.rows,
            kept=self.kept,
            rejected=dict(self.rejected.most_common()),
            language=self.language,
            text_column=self.text,
            paraphrase_column=self.paraphrase,
            filters=self.chain.describe(),
            notes=tuple(self.notes),
            config=self.recipe.as_dict(),
            input={
                "name": self.table.name,
                "format": self.table.format.describe(),
                "bad_rows": [asdict(bad) for bad in self.table.bad_rows],
                **about_input,
            },
            seconds=round(time.perf_counter() - self.start, 3),
        )


def _on_file(judge: _Judge, paths: Mapping[str, Path]) -> Judged:
    columns, types = (*judge.table.columns, *SCORES), judge.table.types
    extra = (*columns, *REJECTION_COLUMNS)
    with judge.unchanged.watched(), OutputSet() as outputs:
        with (
            TableWriter(paths["out"], columns, types=types, outputs=outputs) as out,
            TableWriter(paths["rejected"], extra, types=types, outputs=outputs) as rejected,
        ):
            for row, result in judge.results():
                cells = (*row, *_scores(result))
                if isinstance(result, Rejection):
                    rejected.write((*cells, result.reason, result.detail))
                else:
                    out.write(cells)
        judge.unchanged.check()
        done = replace(
            judge.judged({"sha256": content_sha256(Path(judge.table.name))}), paths=paths
        )
        text = json.dumps(done.as_dict(), ensure_ascii=False, indent=2)
        outputs.write_text(paths["manifest"], text + "\n")
    return done


def _on_frame(judge: _Judge, frame: Any) -> Judged:  # noqa: ANN401
    import pandas as pd

    results = [result for _, result in judge.results()]
    refused = [at for at, one in enumerate(results) if isinstance(one, Rejection)]
    passed = [at for at, one in enumerate(results) if not isinstance(one, Rejection)]

    def rows(numbers: list[int]) -> pd.DataFrame:
        out: pd.DataFrame = frame.iloc[numbers].copy()
        for place, name in enumerate(SCORES):
            values = [_scores(results[at])[place] for at in numbers]
            out[name] = pd.Series(values, dtype="float64", index=out.index)
        return out

    rejected = rows(refused)
    for name in REJECTION_COLUMNS:
        values = [getattr(results[at], name) for at in refused]
        rejected[name] = pd.Series(values, dtype=object, index=rejected.index)
    return replace(judge.judged({}), kept_frame=rows(passed), rejected_frame=rejected)


def _scores(result: Paraphrase | Rejection) -> tuple[float | None, float | None]:
    similarity, changed = result.similarity, result.change
    return (
        None if similarity is None else round(similarity, 4),
        None if changed is None else round(changed, 4),
    )


def _no_original(pair: Candidate) -> Rejection:
    return Rejection(pair, NO_ORIGINAL, "the original is empty")


def _column(table: Table, given: str | None, option: str, usual: Sequence[str]) -> str:
    """Give the named column, or the only one whose name says that it is meant."""
    if given is not None:
        return named_column(table, given, option)
    found = [name for name in table.columns if usual[0] in words_of(name)]
    found = found or [name for name in table.columns if set(words_of(name)) & set(usual)]
    if len(found) == 1:
        return found[0]
    reason = f"several could be ({', '.join(map(repr, found))})" if found else "no name says so"
    raise InputError(
        f"{table.name}: which column holds the {option}? {reason}; name it with --{option} "
        f"(columns: {', '.join(map(repr, table.columns))})"
    )
