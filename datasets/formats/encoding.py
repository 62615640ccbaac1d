"""Which encoding a text file is in: byte-order mark, then UTF-8 for the whole file, then the rest.

UTF-8 is the one encoding that proves itself: bytes of another one are almost never valid UTF-8.
So a file is UTF-8 if all of it is, and a file that is UTF-8 but for a few bytes is *damaged*
UTF-8, which is said with the line, never read as something else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from augment.errors import InputError, TableError

CHUNK: Final = 1 << 20
#: Bytes around the first high byte that the guess among 8-bit encodings looks at.
SAMPLE: Final = 1 << 18

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Western encodings, tried in this order, and the others that a detector may choose among.
_WESTERN: Final = ("cp1252", "latin-1", "iso8859-15", "mac_roman", "cp850")
_OTHERS: Final = [
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
_HIGH: Final = re.compile("(?s)(?=(.?)([^\x00-\x7f])(.?))")
_HIGH_RUN: Final = re.compile("[^\x00-\x7f]{3,}")
_SIGNS: Final = frozenset("’‘“”«»‹›„‚–—…€°•™®©§£¥²³ºª·¡¿\xa0½¼¾×†")
_INSIDE_WORDS: Final = frozenset("’‘–—-·…\xa0")


@dataclass(frozen=True, slots=True)
class BadByte:
    """The first byte of a file that an encoding cannot read."""

    line: int
    byte: int
    column: int


def find_encoding(path: Path) -> str:
    """Tell a text file's encoding.

    Parameters
    ----------
    path
        The file; it is read once from end to end, in pieces of 1 MiB.

    Returns
    -------
    str
        A Python codec name; ``utf-8-sig``, ``utf-16`` and ``utf-32`` stand for files that start
        with a byte-order mark.

    Raises
    ------
    TableError
        When the file is no text, is damaged UTF-8 (the message names the line and the byte), or
        when its encoding cannot be told.
    """
    with path.open("rb") as handle:
        head = handle.read(SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            check_encoding(path, name)
            return name
    if wide := _wide_without_mark(head):
        check_encoding(path, wide)
        return wide
    bad = first_bad_byte(path, "utf-8")
    if bad is None:
        return "utf-8"
    if b"\0" in head:
        raise TableError(f"{path}: not a table: it holds NUL bytes and is no UTF-8 text")
    valid, invalid = _utf8_census(path)
    # Text in a legacy East Asian encoding holds accidental UTF-8 pairs, about one to nine bad
    # bytes; a file with one good sequence to four bad ones was UTF-8 at least in part.
    if valid and valid * 4 >= invalid:
        raise TableError(
            f"{path} line {bad.line}: byte 0x{bad.byte:02x} (byte {bad.column} of the line) is not "
            f"valid UTF-8, though {valid:,} other sequences of the file are; save the file as "
            "UTF-8, or give --encoding cp1252 if you know that it is"
        )
    return _legacy_encoding(path)


def check_encoding(path: Path, name: str) -> None:
    """Decode a whole file to make sure that it is in the encoding `name`.

    Raises
    ------
    InputError
        For a name that Python does not know.
    TableError
        Naming the first line and byte that cannot be decoded.
    """
    try:
        text_codec = codecs.lookup(name)._is_text_encoding
    except LookupError:
        text_codec = False
    if not text_codec:
        raise InputError(
            f"unknown encoding {name!r}; give one that Python knows, such as --encoding cp1252"
        )
    bad = first_bad_byte(path, name)
    if bad is not None:
        raise TableError(
            f"{path} line {bad.line}: byte 0x{bad.byte:02x} cannot be read as {name}; the file is "
            "cut off or damaged there, or in another encoding: name that one, or leave --encoding "
            "out to have it found"
        )


def first_bad_byte(path: Path, name: str) -> BadByte | None:
    """Find where a file stops being valid in an encoding, reading it in bounded memory."""
    decoder = codecs.getincrementaldecoder(name)()
    lines = 1
    tail = ""  # of the last decoded line, to count the byte's place in its line
    with path.open("rb") as handle:
        while True:
            data = handle.read(CHUNK)
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(name, "ignore")
                lines += before.count("\n")
                line = before if "\n" in before else tail + before
                column = len(line.rpartition("\n")[2].encode(name, "ignore")) + 1
                return BadByte(lines, error.object[error.start], column)
            if not data:
                return None
            lines += text.count("\n")
            tail = text[text.rfind("\n") + 1 :][-CHUNK:]


def _utf8_census(path: Path) -> tuple[int, int]:
    """Count the valid multi-byte sequences and the invalid bytes of a file."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = invalid = 0
    with path.open("rb") as handle:
        while data := handle.read(CHUNK):
            text = decoder.decode(data)
            bad = len(re.findall("[\udc80-\udcff]", text))
            invalid += bad
            valid += len(re.findall("[^\x00-\x7f]", text)) - bad
    return valid, invalid


def _wide_without_mark(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: a first line of Latin letters has a NUL in every pair."""
    if len(head) < 8:
        return None
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        if zeros.count(0) < 0.4 * len(zeros) or 0 in others:
            continue
        first_line = head[: len(head) & ~1].decode(name, "ignore").partition("\n")
        if first_line[1] and all(char < "\u0250" for char in first_line[0]):
            return name
    return None


def _samples(path: Path) -> Iterator[bytes]:
    """Give the file's lines that hold high bytes, until enough were seen."""
    seen = 0
    with path.open("rb") as handle:
        for line in handle:
            if not line.isascii():
                seen += len(line)
                yield line
                if seen > SAMPLE:
                    return


def _legacy_encoding(path: Path) -> str:
    """Choose among the 8-bit and East Asian encodings by whether the text makes sense."""
    sample = b"".join(_samples(path))
    best: tuple[float, str] | None = None
    for name in _WESTERN:
        try:
            share = _western_share(sample.decode(name))
        except UnicodeDecodeError:
            continue
        # A later one must be clearly better: these encodings share most of their letters.
        if share >= 0.75 and (best is None or share > best[0] + 0.02):
            best = share, name
    names = [best[1]] if best else _detected(sample)
    for name in names:
        if first_bad_byte(path, name) is None:
            return name
    raise TableError(
        f"{path}: neither UTF-8 nor an encoding that could be told; save it as UTF-8, or name its "
        'encoding: encoding="cp1250" (--encoding cp1250)'
    )


def _detected(sample: bytes) -> list[str]:
    from charset_normalizer import from_bytes

    return [match.encoding for match in from_bytes(sample, cp_isolation=_OTHERS)]


def _western_share(text: str) -> float:
    """Share of the characters beyond ASCII that stand where a Western text has such ones."""
    runs = sum(len(run) for run in _HIGH_RUN.findall(text))
    found = [match.groups() for match in _HIGH.finditer(text)]
    # Accents come alone or in pairs; three in a row are another script read wrongly.
    if not found or runs > 0.3 * len(found):
        return 0.0
    return sum(_plausible(*around) for around in found) / len(found)


def _plausible(before: str, char: str, after: str) -> bool:
    if char in _SIGNS:
        return char in _INSIDE_WORDS or not (before.islower() and after.islower())
    if not char.isalpha() or char in "ƒˆµ":
        return False
    return not (char.isupper() and before.islower())
