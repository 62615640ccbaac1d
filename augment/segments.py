"""Cut a text into pieces that an engine can take, and put the pieces together again.

Line breaks, blank lines, HTML breaks and the white space around a piece never reach an engine:
they are kept aside as glue and come back where they were. Pieces without a letter (numbers, rules
of dashes, emoji) are glue too, so no engine can alter them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

# Everything that ends a line for a reader: line breaks of any kind, HTML breaks and paragraphs.
_BREAK = re.compile(
    r"((?:[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|<br\s*/?>|</?p\s*>)(?:\s|<br\s*/?>|</?p\s*>)*)", re.I
)
# A sentence ends at . ! ? … (also CJK and Indic full stops), closing quotes included, before
# white space. An initial or an abbreviation of one letter ("J. Smith", "p. 4") does not end one.
_SENTENCE_END = re.compile(
    r"(?:(?<![\s.(][^\W\d_])(?<!^[^\W\d_])[.!?…。！？।]+|[!?…。！？।]+)[\"'”’»)\]]*(\s+|(?<=[。！？]))"
)
#: Abbreviations (English, French, Spanish, Catalan, German) whose full stop never ends a sentence,
#: those whose stop does so before a capital alone, and those that stand before a number.
_TITLES: Final = re.compile(
    "mrs?|ms|drs?|st|sra?|prof|mme|mlle|vs|vol|pp?|fig|cf|bzw|approx|ca|env|ex|mio|mrd", re.I
)
_SELDOM: Final = re.compile("etc|inc|ltd|corp?|av|usw|jr", re.I)
_NUMBERED: Final = re.compile(
    "no|nr|num|art|abs|chap|ch|sec|ed|jan|feb|févr?|mar|a[pv]r|jun|jui?l|aug|sept?|o[ck]t|nov|d[eé][cz]",
    re.I,
)
_MONTH: Final = re.compile("(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)", re.I)
_MONTHS: Final = 3  # letters by which a month is known
_LAST_WORD: Final = re.compile(r"[^\s(\[\"'“«]+\Z")
_LETTER = re.compile(r"[^\W\d_]")
_COMMAS: Final = "，、；：,;"


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text taken apart: ``glue[0] + piece[0] + glue[1] + ... + glue[n]`` is the text."""

    pieces: tuple[str, ...]
    glue: tuple[str, ...]

    def join(self, translated: Sequence[str]) -> str:
        """Put translated pieces into the glue of the original.

        Parameters
        ----------
        translated
            As many texts as there are pieces.
        """
        out = [self.glue[0]]
        for text, glue in zip(translated, self.glue[1:], strict=True):
            # Sentences of scripts without spaces become sentences of one that has them.
            if out[-1] == "" and len(out) > 1 and _is_spaced(out[-2][-1:]) and _is_spaced(text[:1]):
                out.append(" ")
            out.append(text)
            out.append(glue)
        return "".join(out)


def _is_spaced(letter: str) -> bool:
    """Whether what stands before or behind a sentence is of a script that sets spaces there."""
    return letter != "" and not letter.isspace() and ord(letter) < 0x2E80


def cut(text: str, *, max_chars: int = 1000) -> Pieces:
    r"""Cut a text at its line breaks, and lines longer than `max_chars` at sentence ends.

    Parameters
    ----------
    text
        Any text.
    max_chars
        Longest piece, in characters. Sentences are joined up to this length; one that is longer
        by itself is cut at white space, or, in a script without spaces, behind a comma or anywhere;
        a single longer word is left whole.

    Returns
    -------
    Pieces
        The pieces and the glue between them; joining the pieces unchanged gives `text` back.

    Examples
    --------
    >>> cut("Good film.<br /><br />See it!\n---\n")
    Pieces(pieces=('Good film.', 'See it!'), glue=('', '<br /><br />', '\n---\n'))
    """
    return _cut(text, lambda line: _chunks(line, max_chars))


def _cut(text: str, cut_line: Callable[[str], list[str]]) -> Pieces:
    pieces: list[str] = []
    glue = [""]
    for number, part in enumerate(_BREAK.split(text)):
        if number % 2 or not _LETTER.search(part):
            glue[-1] += part
            continue
        for chunk in cut_line(part):
            body = chunk.strip()
            if not _LETTER.search(body):
                glue[-1] += chunk
                continue
            start = chunk.index(body)
            glue[-1] += chunk[:start]
            pieces.append(body)
            glue.append(chunk[start + len(body) :])
    return Pieces(tuple(pieces), tuple(glue))


def cut_sentences(text: str) -> Pieces:
    r"""Cut a text into its sentences, for engines that were trained on single ones.

    Examples
    --------
    >>> cut_sentences("Good film. See it!\nNow.")
    Pieces(pieces=('Good film.', 'See it!', 'Now.'), glue=('', ' ', '\n', ''))
    """
    return _cut(text, sentences)


def sentences(line: str) -> list[str]:
    """Cut one line into sentences; white space stays at their ends, so joining gives the line.

    >>> sentences("It rains. J. Smith left! Why?")
    ['It rains. ', 'J. Smith left! ', 'Why?']
    """
    out: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(line):
        if _goes_on(line[start : match.end()].rstrip(), line[match.end() : match.end() + _MONTHS]):
            continue
        out.append(line[start : match.end()])
        start = match.end()
    if start < len(line):
        out.append(line[start:])
    return out


def is_abbreviation(word: str) -> bool:
    """Whether a word with its full stop may stand within a sentence: "a.m.", "etc.", "3.", "J.".

    >>> [is_abbreviation(word) for word in ("p.m.", "Inc.", "12.", "late.")]
    [True, True, True, False]
    """
    bare = word.rstrip(".")
    known = any(kind.fullmatch(bare) for kind in (_TITLES, _SELDOM, _NUMBERED))
    return known or len(bare) == 1 or "." in bare or (bare.isdigit() and len(bare) < 3)


def _goes_on(before: str, behind: str) -> bool:
    """Whether a sentence goes on behind a full stop, which is an abbreviation's or an ordinal's."""
    found = _LAST_WORD.search(before)
    if found is None or not before.endswith(".") or not is_abbreviation(found[0]):
        return False
    bare, following = found[0].rstrip("."), behind[:1]
    small = following.isalpha() and following != following.upper()
    if _TITLES.fullmatch(bare):
        return True
    if _NUMBERED.fullmatch(bare):
        return following.isdigit()
    if bare.isdigit():
        return small or _MONTH.match(behind) is not None
    return small or following.isdigit()


def _chunks(line: str, max_chars: int) -> list[str]:
    """Sentences joined to chunks of at most `max_chars`, longer ones cut at white space."""
    if len(line) <= max_chars:
        return [line]
    chunks: list[str] = []
    for sentence in sentences(line):
        if chunks and len(chunks[-1]) + len(sentence) <= max_chars:
            chunks[-1] += sentence
        else:
            chunks.extend(_at_spaces(sentence, max_chars))
    return chunks


def _at_spaces(sentence: str, max_chars: int) -> list[str]:
    parts: list[str] = []
    while len(sentence) > max_chars:
        space = max(sentence.rfind(" ", 1, max_chars), sentence.rfind("\t", 1, max_chars))
        if space < 1 and ord(sentence[max_chars - 1]) >= 0x2E80:
            # A script without spaces: behind a comma, or anywhere.
            space = max((sentence.rfind(sign, 1, max_chars) for sign in _COMMAS), default=-1)
            space = space if space > 0 else max_chars - 1
        elif space < 1:
            following = re.search(r"\s", sentence[max_chars:])
            if following is None:
                break
            space = max_chars + following.start()
        parts.append(sentence[: space + 1])
        sentence = sentence[space + 1 :]
    if sentence:
        parts.append(sentence)
    return parts
