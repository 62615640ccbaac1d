"""Words of a text in any language, the key of "the same text", and how much a text changed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import Indel

#: Scripts written without spaces between words: each character is a word of its own.
_UNSPACED: Final = (
    "\u0e00-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e80-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6"  # Thai, Lao
    "\u1000-\u102a\u103f\u1050-\u1055\u1780-\u17b3"  # Burmese, Khmer
    "\u3005-\u3007\u3040-\u3096\u309d-\u309f\u30a0-\u30fa\u30fd-\u30ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"  # Han
)
#: Vowel signs and accents of their own code point. `re` counts them as no word characters, and
#: would cut a Hindi or Tamil word at every vowel.
MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u0711\u0730-\u074a\u0900-\u0903\u093a-\u094f"
    "\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d"
    "\u0a70\u0a71\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0b01-\u0b03\u0b3c\u0b3e-\u0b57\u0b82"
    "\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0d00-\u0d03"
    "\u0d3b-\u0d4d\u0d82\u0d83\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ecd\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u20d0-\u20f0\u3099\u309a\ufe20-\ufe2f"
)
_BEYOND_SPACES: Final = re.compile(f"[{_UNSPACED}{MARKS}]")
_SPACED_WORD: Final = re.compile(r"[^\W_]+")
_ANY_WORD: Final = re.compile(
    rf"[{_UNSPACED}][{MARKS}]*|(?:(?![{_UNSPACED}])[^\W_])(?:(?![{_UNSPACED}])[^\W_]|[{MARKS}])*"
)
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_ASCII_NOISE: Final = bytes(
    code for code in range(128) if not chr(code).isalnum() and chr(code) not in "$+<=>|~"
)
#: For `str.translate`: what is typed for an apostrophe becomes the straight one.
APOSTROPHES: Final = str.maketrans("’ʼ`´‘", "'''''")
#: No character: stands between two digits while everything else that is no letter is taken out.
_GAP: Final = "\uffff"
#: Eyes, perhaps a tear or a nose, and a mouth; no mouth opens a parenthesis or begins a path.
_SMILEY: Final = re.compile(
    r"(?:[:=\uff1a\uff1d]|(?<![^\W_]);)(['\u2019]?)[-o^]?(?:([)\]\uff09])[)\]\uff09]*|([(\[\uff08])[(\[\uff08]*|[/\\])(?![\w/])"
)
#: A minus sign: a dash on a number that no number or word stands before.
_MINUS: Final = re.compile(r"(?<![^\s(\uff08])[-\u2212\u2013\uff0d](?=[$€£]?[.,]?\d)")
_SIGNS: Final = re.compile(r"[:;=\uff1a\uff1d]|[-\u2212\u2013\uff0d]")
#: A letter, so that it stands between numbers too; in use for a language of Mexico alone.
_MINUS_LETTER: Final = "\ua7f7"
#: Accents on a place of their own, typed for apostrophes; NFKC would set them on the letter before.
_SPACING_ACCENT: Final = re.compile(
    "[\u00a8\u00af\u00b4\u00b8\u02d8-\u02dd\u0384\u0385\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf"
    "\u1fdd-\u1fdf\u1fed-\u1fef\u1ffd\u1ffe\u2017\u203e]"
)


def composed(text: str) -> str:
    r"""Write every letter and its accent as one character (NFC), as keyboards do.

    macOS and PDFs give two, which look the same and are other words to an engine.

    >>> len("e\u0301te\u0301"), len(composed("e\u0301te\u0301"))
    (5, 3)
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """Split a text into words, in any script.

    A word is a run of letters and digits; an apostrophe or hyphen ends it. In scripts without
    spaces (Chinese, Japanese, Thai, Khmer, ...) each character is one.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        The words as written, in order; empty for a text without letters and digits.

    Examples
    --------
    >>> words("L'été, it's 25 °C")
    ['L', 'été', 'it', 's', '25', 'C']
    >>> words("我爱NLP")
    ['我', '爱', 'NLP']
    """
    return _word(text).findall(text)


def word_places(text: str) -> list[tuple[int, int]]:
    """Say where the `words` of a text stand.

    Returns
    -------
    list of (int, int)
        Start and end of each word, in order: ``text[start:end]`` is the word.

    Examples
    --------
    >>> word_places("L'été 我爱")
    [(0, 1), (2, 5), (6, 7), (7, 8)]
    """
    return [found.span() for found in _word(text).finditer(text)]


def _word(text: str) -> re.Pattern[str]:
    if text.isascii() or not _BEYOND_SPACES.search(text):
        return _SPACED_WORD
    return _ANY_WORD


def fold(text: str) -> str:
    """Give the key under which two texts count as the same.

    Letter case, width and composition of characters, spaces, punctuation, quotes, dashes and
    invisible characters are folded away. Kept are letters, digits, symbols such as currency
    signs and emoji, and that there was something between two digits (``1,5`` is not ``15``).

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The key. A text of punctuation alone keeps its punctuation; only a blank text is empty.

    Examples
    --------
    >>> fold("“Don’t”  stop!") == fold("don't stop")
    True
    >>> fold("...") == fold("?!")
    False
    """
    if text.isascii():
        if _BETWEEN_DIGITS.search(text):
            text = _BETWEEN_DIGITS.sub(_GAP, text)
            key = _fold_unicode(text)
        else:
            key = text.lower().encode().translate(None, _ASCII_NOISE).decode()
    else:
        text = unicodedata.normalize("NFKC", _SPACING_ACCENT.sub("'", text.replace(_GAP, "")))
        text = unicodedata.normalize("NFKC", text.casefold())
        key = _fold_unicode(_BETWEEN_DIGITS.sub(_GAP, text))
        key = unicodedata.normalize("NFKC", key)
    if key:
        return key
    return "".join(text.split())


def marked_signs(text: str) -> str:
    """Write smileys and minus signs as characters that `fold` keeps.

    For the question whether two texts say the same. That a paraphrase, or a text of a test file,
    is the same as another goes by `fold` alone: it is no new one for its smiley.

    Examples
    --------
    >>> fold("I got it :)") == fold("I got it :(")
    True
    >>> fold(marked_signs("I got it :)")) == fold(marked_signs("I got it :("))
    False
    """
    if not _SIGNS.search(text):
        return text
    return _MINUS.sub(_MINUS_LETTER, _SMILEY.sub(_face, text))


def _face(found: re.Match[str]) -> str:
    tear, up, down = found.groups()
    if up:
        return "😉" if found[0][0] == ";" else "🙂"
    return "😕" if not down else "😢" if tear else "🙁"


def unaccented(word: str) -> str:
    """Take the accents off a folded word; one of nothing else stays.

    >>> unaccented("été"), unaccented("house")
    ('ete', 'house')
    """
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    return "".join(char for char in parts if not unicodedata.combining(char)) or word


def _fold_unicode(text: str) -> str:
    return text.casefold().translate(_FOLDED)


class _Folded(dict[int, int | None]):
    """What each code point becomes, found out once and remembered."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        # Sk holds ` ´ ^ written for apostrophes; U+2212 is a dash and the tag U+FE0F a shade.
        noise = category[0] in "PZC" or category in ("Sk", "Lm") or code in (0x2212, 0xFE0E, 0xFE0F)
        found = None if noise and code not in _LETTERLIKE else code
        self[code] = found
        return found


#: Modifier letters that spell words rather than stand for an apostrophe.
_LETTERLIKE: Final = frozenset(
    {0x3005, 0x303B, 0x30FC, 0x30FD, 0x30FE, 0x309D, 0x309E, 0x0E46, 0x0640}
)
_FOLDED: Final = _Folded({ord(_GAP): 0x20})


def change(original: str, paraphrase: str) -> float:
    """Share of the words that differ, ignoring case and punctuation.

    One minus the normalised similarity of the two sequences of words, where similarity counts
    the longest common subsequence twice over both lengths.

    Parameters
    ----------
    original, paraphrase
        Any two texts. Where neither holds a word, their characters are compared.

    Returns
    -------
    float
        0 (the same words in the same order) to 1 (no word in common).

    Examples
    --------
    >>> change("The cat sat.", "the cat sat")
    0.0
    >>> change("a good film", "a fine film")
    0.3333333333333333
    """
    if len(original) + len(paraphrase) <= 4000:
        return _remembered_change(original, paraphrase)
    return _change(original, paraphrase)


def _change(original: str, paraphrase: str) -> float:
    left, right = folded_words(original), folded_words(paraphrase)
    if not left and not right:
        return Indel.normalized_distance("".join(original.split()), "".join(paraphrase.split()))
    return Indel.normalized_distance(left, right)


def folded_words(text: str) -> tuple[str, ...]:
    """Words in their folded case and composition, as `change` and the checks compare them.

    The last few thousand short texts are remembered, since every check asks for the same ones.

    Examples
    --------
    >>> folded_words("Très BON !")
    ('très', 'bon')
    """
    return _remembered(text) if len(text) <= 2000 else _cut(text)


def _cut(text: str) -> tuple[str, ...]:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return tuple(words(text.casefold()))


_remembered = lru_cache(maxsize=4096)(_cut)
_remembered_change = lru_cache(maxsize=2048)(_change)
