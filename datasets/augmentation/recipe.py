"""Options of the commands that add rows: their flags, TOML tables and Python keywords."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import tyro

from augment.augmenters import METHODS, OPTIONS
from augment.config import check_fields, shown_as, split_commas
from augment.datasets.balance import check_balance
from augment.decoding import Decoding
from augment.errors import InputError
from augment.filters.presets import Strictness

if TYPE_CHECKING:
    from augment.datasets.augmentation.approach import Approach


@dataclass(frozen=True, kw_only=True)
class AugmentationConfig:
    """What every command that adds rows can be told."""

    #: Name of the command, and what stands behind the input's name in that of the output.
    command: ClassVar[str]
    added: ClassVar[str] = "augmented"

    input: Annotated[Path | None, tyro.conf.Positional, shown_as("IN.csv")] = None
    """The table to enlarge: .csv, .tsv, .xlsx, .jsonl, .json, .parquet, or a folder of texts."""
    out: Annotated[Path | None, shown_as("OUT.csv", "-o")] = None
    """Where to write; by default IN.augmented.csv, of augment words IN.words.csv, right here."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Column with the texts; found by itself when left out; for text pairs: COL,COL2."""
    translate: Annotated[str | None, shown_as("COL|both")] = None
    """Of text pairs, the column that gets new texts; by default both do, in the same new row."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Column with the classes; found by itself when left out; "none" for no classes."""
    source: Annotated[str | None, shown_as("LANG")] = None
    """Language of the texts, like fr or French; recognised when left out."""
    per_row: Annotated[int | None, shown_as("N")] = None
    """Most kept paraphrases of one original; by default as many as the balance needs."""
    balance: str = "auto"
    """Rows each class aims at: auto, max, median, mean, a number, xR (x2), or none."""
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
    label_check: bool = False
    """Refuse what a classifier of the labels reads otherwise; for K-fold, give it there instead."""
    no_filter: Annotated[tuple[str, ...], shown_as("NAME")] = ()
    """Checks to leave out, by name; "all": every one but empty and duplicate."""
    on_bad_row: Literal["error", "skip"] = "error"
    """A row with too few or too many cells: stop, or skip it and list it."""
    delimiter: Annotated[str | None, shown_as("CHAR")] = None
    """What separates the cells of the input, "tab" for a tab; found when left out."""
    encoding: Annotated[str | None, shown_as("NAME")] = None
    """Encoding of the input, like cp1250; found when left out."""
    seed: int = 0
    """Decides the order of the originals, and between equally good paraphrases."""
    store: Annotated[str | None, shown_as("FILE|none")] = None
    """Translation store; by default .augment/store.sqlite; none keeps nothing."""
    offline: bool = False
    """Refuse every network connection."""
    force: bool = False
    """Replace outputs that exist."""
    json: bool = False
    """Print the manifest instead of the summary."""
    quiet: bool = False
    """No progress on stderr."""

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("input", "out"):  # Python callers may give a str
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        if self.out is not None and not self.out.name:
            raise InputError(f"out is {str(self.out)!r}; the name of a file is wanted")
        object.__setattr__(self, "no_filter", split_commas(self.no_filter))
        object.__setattr__(self, "balance", check_balance(str(self.balance)))
        if self.per_row is not None and self.per_row < 1:
            raise InputError(f"per_row is {self.per_row}; at least 1 is wanted")

    def approach(self, source: str, needed: int | None) -> Approach:
        """Plan what makes the candidates.

        Parameters
        ----------
        source
            Code of the language of the texts.
        needed
            Most new rows that one original must give for its class to reach its target, none
            refused; None without a target.
        """
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """Give every option as plain JSON values."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, kw_only=True)
class BacktranslateConfig(AugmentationConfig):
    """Write a larger, class-balanced table by back-translation.

    Every original is kept as it is; the new rows follow, each with where it came from. Beside
    OUT.csv stand OUT.rejected.csv (every refused candidate and why), OUT.report.html (what came of
    it, to read) and OUT.manifest.json.

    Pivots are tried in the order given until every class has its rows or every original has been
    through every pivot; a chain goes through each of its languages in turn. The balance is what
    each class aims at: max, median or mean of the class sizes, a number of rows, xR for R times
    the largest class, none for no aim (one paraphrase per row and pivot). auto is max, or x2 where
    the classes are within 5 % of each other already. A class above its aim gets nothing new.
    """

    command: ClassVar[str] = "backtranslate"

    pivot: Annotated[tuple[str, ...], shown_as("LANG")] = ()
    """Language to go through: es; several: es,ca,eo; a chain: "ca>en". By default up to three."""
    translator: str = "auto"
    """Engine: auto takes those of this machine; or by name, apertium or deepl,google in turn."""
    url: Annotated[str | None, shown_as("URL")] = None
    """Address of your own LibreTranslate server, with --translator libre."""
    decoding: Literal["beam", "sample"] = "beam"
    """Several paraphrases per pivot of a neural engine: next best texts, or drawn by chance."""
    beam_size: int = 4
    """Width of a neural engine's search, 1 to 32; 1 (greedy) is the fastest."""
    temperature: float = 0.8
    """For --decoding sample: below 1 draws likelier words, above 1 more daring ones."""
    top_k: int = 10
    """For --decoding sample: draw among this many likeliest words; 0 for all."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "pivot", split_commas(self.pivot))
        self.decoding_of(0)  # refuses what is out of range
        for name, kind in (("beam_size", "beam"), ("temperature", "sample"), ("top_k", "sample")):
            if self.decoding != kind and getattr(self, name) != getattr(type(self), name):
                raise InputError(f"{name} is for decoding {kind!r} alone; leave it out")

    def decoding_of(self, variant: int, variants: int = 1) -> Decoding:
        """Say how a neural engine chooses the words of one of several variants."""
        return Decoding(
            kind=self.decoding,
            beam_size=self.beam_size,
            temperature=self.temperature,
            top_k=self.top_k,
            seed=self.seed,
            variant=variant,
            variants=variants,
        )

    def approach(self, source: str, needed: int | None) -> Approach:
        """Round trips through the pivots."""
        from augment.datasets.augmentation.pivots import Pivots

        return Pivots(self, source, needed)


@dataclass(frozen=True, kw_only=True)
class WordsConfig(AugmentationConfig):
    """Write a larger, class-balanced table with texts made by other means than translation.

    Every original is kept as it is; the new rows follow, each with where it came from. Columns,
    checks, balance and files are those of augment backtranslate.

    Methods: keyboard, ocr, spelling, split, swap, delete, crop (nlpaug); eda, synonym (a thesaurus
    of the language); sentence-shuffle, sentence-drop (longer texts); contextual (a masked language
    model, --model); seq2seq (a paraphrase model, --model); llm (an OpenAI-compatible address,
    --url and --model; its key comes from the environment variable AUGMENT_API_KEY). Each serves
    the languages that it makes sense for, and is refused for others.
    """

    command: ClassVar[str] = "words"
    added: ClassVar[str] = "words"

    method: Annotated[tuple[str, ...], shown_as("NAME")] = ("eda",)
    """How the texts are made: keyboard; several, tried in turn: keyboard,eda."""
    strength: Annotated[float | None, shown_as("F")] = None
    """Share of the words that change, above 0 up to 1; by default the method's own."""
    model: Annotated[str | None, shown_as("NAME|FOLDER")] = None
    """Model of contextual, seq2seq and llm: a hub name or a folder; for llm the server's name."""
    url: Annotated[str | None, shown_as("URL")] = None
    """Address for llm, like http://localhost:8000/v1; the texts go there."""
    prompt: Annotated[str | None, shown_as("TEXT")] = None
    """What seq2seq and llm are asked; {text} is the text, {language} its language."""
    temperature: float = 1.0
    """How freely seq2seq and llm draw, above 0 up to 2."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "method", tuple(dict.fromkeys(split_commas(self.method))))
        if not self.method:
            raise InputError("method names nothing; wanted, for instance: --method eda")
        if not 0 < self.temperature <= 2:
            raise InputError(f"temperature is {self.temperature!r}; above 0 up to 2 is wanted")
        for name, takers in OPTIONS.items():
            if getattr(self, name) == getattr(type(self), name):
                continue
            if all(one in METHODS and one not in takers for one in self.method):
                raise InputError(
                    f"{name} is for {', '.join(takers)}, and {', '.join(self.method)} takes none; "
                    "leave it out"
                )

    def approach(self, source: str, needed: int | None) -> Approach:
        """Methods of `augment.augmenters`."""
        from augment.datasets.augmentation.methods import Methods

        return Methods(self, source, needed)
