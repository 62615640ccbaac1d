r"""Any text into Apertium's stream format, and out of it again, with proof of alignment.

Every piece travels as ``[n]text[].[]\0``: ``[n]`` is a superblank, which every stage of a pipeline
passes on untouched and which must stand at the start of the piece that comes back; ``.[]`` ends
the sentence, as Apertium's own deformatters do (a piece that has its own end lends it); the NUL
makes each stage flush. What a translator must not read (URLs, e-mail addresses, mentions, tags,
markup, entities, emoji, control and zero-width characters, and the characters with which Apertium
marks failures) goes into superblanks too.
"""

from __future__ import annotations

import re

from augment.errors import TranslatorError
from augment.records import Translation

_PROTECTED = re.compile(
    r"""
      (?:https?|ftp)://[^\s<>"']+                           # URL
    | \bwww\.[^\s<>"']+
    | [\w.+-]+@[\w-]+\.[\w.-]*\w                             # e-mail address
    | [@\#]\w+                                              # mention, hashtag
    | </?[A-Za-z][^<>]*>                                    # markup
    | &(?:[A-Za-z][A-Za-z0-9]+|\#\d+|\#x[0-9A-Fa-f]+);      # entity
    | \{[^{}\s]*\} | %\([^()\s]*\)[sdif] | \$\{[^{}\s]*\}   # placeholders
    | [\x01-\x08\x0e-\x1f\x7f-\x9f]+                        # control characters
    | [\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad]+   # invisible ones
    | [\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\U000e0020-\U000e007f]+   # emoji
    | [*\#@~+^|`\\]+                                        # Apertium's marks and alarms
    """,
    re.VERBOSE,
)
# A piece of these characters alone has nothing to protect and nothing to escape.
_PLAIN = re.compile(r"[\w ,;:.!?'\"()’“”«»…–-]*")
_SPECIAL = re.compile(r"[\[\]{}^$/\\@<>]")
# Within a superblank < and > stay bare, as Apertium's own deformatters leave them.
_SPECIAL_INSIDE = re.compile(r"[\[\]{}^$\\]")
_TOKEN = re.compile(
    r"""
      \[(?P<blank>(?:[^\\\]]|\\.)*)\]        # superblank
    | (?P<mark>[*\#]|\\?@)(?P<word>\w[\w'’·-]*)?   # a word that the engine marked
    | \\(?P<escaped>.)                       # escaped character
    """,
    re.VERBOSE | re.DOTALL,
)
_MARKED = re.compile(r"[\[\\*@\#]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACES = re.compile(r"[ \t]{2,}")
_SPACE_BEFORE = re.compile(r" +([,.;:!?)\]»”…])")
_SPACE_BEHIND = re.compile(r"([(\[“]) +")
# A sentence end that stands alone is sent behind an empty superblank: joined to "W" or "Mr" it
# would become part of an abbreviation, and the end would be lost.
_STOP = re.compile(r"(?<=[^\W\d_])[.!?]\Z")
# What cannot travel: lone surrogates, NUL, and the noncharacters, of which ICU, with which the
# programs read, takes U+FFFF for the end of the input.
_NOT_UTF8 = re.compile("[\ud800-\udfff\x00\ufdd0-\ufdef\ufffe\uffff]")


def encode(number: int, piece: str) -> str:
    r"""One piece in stream format, without the NUL.

    >>> encode(7, "Was 3/5 *great* @home")
    '[7]Was 3\\/5 [*]great[*] [@home][].[]'
    """
    body, stop = _ending(piece)
    if _PLAIN.fullmatch(body) and "www." not in body:
        return f"[{number}]{body}[]{stop}[]"
    out = [f"[{number}]"]
    start = 0
    body = _NOT_UTF8.sub("\ufffd", body)
    for match in _PROTECTED.finditer(body):
        out.append(_SPECIAL.sub(r"\\\g<0>", body[start : match.start()]))
        out.append("[" + _SPECIAL_INSIDE.sub(r"\\\g<0>", match[0]) + "]")
        start = match.end()
    out.append(_SPECIAL.sub(r"\\\g<0>", body[start:]))
    out.append(f"[]{stop}[]")
    return "".join(out)


def decode(number: int, output: str, piece: str) -> Translation:
    r"""Read the translation of one piece.

    Parameters
    ----------
    number
        The number that the piece was sent with.
    output
        What came back, without the NUL.
    piece
        The piece that was sent: tells spaces that the engine added from those that were there.

    Raises
    ------
    TranslatorError
        When another piece's number, or none, came back.

    Examples
    --------
    >>> decode(7, "[7] La *great  pel\\/l\xedcula.[]", "The great film")
    Translation(text='La great pel/l\xedcula', marks=('*great',), error='')
    """
    body, stop = _ending(piece)
    head, end = f"[{number}]", f"{stop}[]"
    if not output.startswith(head) or not output.endswith(end):
        raise TranslatorError(
            f"apertium answered out of step: wanted {head}...{end}, got {output[:40]!r}"
        )
    marks: list[str] = []

    def plain(match: re.Match[str]) -> str:
        if match["blank"] is not None:
            return _ESCAPE.sub(r"\1", match["blank"])
        # A literal @ travels in a superblank: one that is escaped is a mark that a stage escaped.
        if match["escaped"] is not None:
            return match["escaped"]
        word = match["word"] or ""
        marks.append(match["mark"][-1] + word)
        return word

    text = output[len(head) : -len(end)].replace("[]", "")
    if _MARKED.search(text):
        text = _TOKEN.sub(plain, text)
    text = text.strip()
    if "  " not in piece and "\t" not in piece:
        text = _SPACES.sub(" ", text)
    if not _SPACE_BEFORE.search(piece):
        text = _SPACE_BEFORE.sub(r"\1", text)
    if not _SPACE_BEHIND.search(piece):
        text = _SPACE_BEHIND.sub(r"\1", text)
    return Translation(text + stop if body != piece else text, tuple(marks))


def _ending(piece: str) -> tuple[str, str]:
    """Part a piece from its own sentence end; one without gets a full stop for the way."""
    if _STOP.search(piece):
        return piece[:-1], piece[-1]
    return piece, "."
