"""What a column's name says about its content, in English and French and a few other languages."""

from __future__ import annotations

import re
import unicodedata
from typing import Final


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Names of the column that holds the text, accents folded.
_TEXT_BEST: Final = _names("text texts texte textes texto testo")
_TEXT: Final = _names(
    "sentence sentences phrase review reviews avis critique commentaire comment comments tweet "
    "message sms content contenu body plot synopsis description abstract resume summary overview "
    "document article utterance verbatim transcript transcription post reponse feedback opinion "
    "narrative complaint reclamation corps paragraph paragraphe passage reviewtext resena"
)
#: Names of shorter texts that often stand beside the text.
_TEXT_MAYBE: Final = _names("title titre headline question query subject objet sujet name")
#: A word in a name that is about a text, not one: `review_id`, `text_length`.
_ABOUT: Final = _names(
    "id ids idx uuid guid index date time timestamp year annee url uri link href lien score scores "
    "length len longueur size count num number nombre nb lang language langue user username author "
    "auteur email path file filename fichier hash md5 split fold version"
)
_LABEL_BEST: Final = _names(
    "label labels class classes classe clase klasse category categorie categories target etiquette "
    "etiqueta gold y labelname classname"
)
_LABEL: Final = _names(
    "sentiment polarity polarite emotion genre rating ratings stars star note origin origine topic "
    "theme intent intention tag spam toxic toxicity subject sujet type rubrique section stance "
    "humor humeur output"
)
#: Names of columns whose few values are no classes: parts of a split, languages, where from.
_NO_LABEL: Final = _ABOUT | _names(
    "set dataset testset partition train test corpus source system pair"
)
_NUMBERED: Final = _names("id idx index num number")


def words_of(name: str) -> list[str]:
    """Split a column's name into words without case, accents or digits.

    >>> words_of("Plot_Summary2"), words_of("Catégorie"), words_of("reviewText")
    (['plot', 'summary'], ['categorie'], ['review', 'text'])
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    letters = unicodedata.normalize("NFKD", spaced).lower()
    folded = "".join(char for char in letters if not unicodedata.combining(char))
    return re.findall(r"[^\W\d_]+", folded)


def text_rank(name: str) -> int:
    """How clearly a name says that this is the text, from 4 (in so many words) to 0 (it does not).

    >>> [text_rank(name) for name in ("Text", "review", "tweet_text", "title", "x")]
    [4, 3, 2, 1, 0]
    """
    words = words_of(name)
    whole = "".join(words)
    if whole in _TEXT_BEST:
        return 4
    if whole in _TEXT:
        return 3
    if any(word in _TEXT or word in _TEXT_BEST for word in words):
        return 2
    return 1 if any(word in _TEXT_MAYBE for word in words) else 0


def is_about_a_text(name: str) -> bool:
    """Whether a name says that the column tells something about a text or a row.

    >>> is_about_a_text("review_id"), is_about_a_text("review")
    (True, False)
    """
    return bool(set(words_of(name)) & _ABOUT)


def label_rank(name: str) -> int:
    """How clearly a name says that this is the label, from 3 to 0; -1 where it says that it is not.

    >>> [label_rank(name) for name in ("Étiquette", "genre", "class_index", "x", "split")]
    [3, 2, 1, 0, -1]
    """
    words = words_of(name)
    whole = "".join(words)
    if whole in _LABEL_BEST:
        return 3
    if set(words) & _LABEL_BEST and not set(words) & (_NO_LABEL - _NUMBERED):
        return 1
    if set(words) & _NO_LABEL:
        return -1
    if whole in _LABEL:
        return 2
    return 1 if any(word in _LABEL for word in words) else 0
