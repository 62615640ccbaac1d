"""Poisons of persons: another one does it, or he is she, made where the words are sure to agree."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from augment.records import Candidate

#: English: a subject, what may stand between it and its verb, and verbs of one form for all
#: persons, or of the same for these two.
_BETWEEN = r"(?: (?:never|also|always|often|later|then|only|just|still|[a-z]+ly))?"
_SAME = r"(?:had|could|would|will|should|might|may|must|did|can|'d|'ll|[a-z]{2,}ed)\b"
ENGLISH = (
    (rf"\bI(?={_BETWEEN} {_SAME}|'(?:d|ll)\b| was\b)", r"\b(?:[Hh]e|[Ss]he)"
     rf"(?={_BETWEEN} {_SAME}|'(?:d|ll)\b| was\b)", r"\bI\b", r"\b(?:[Hh]e|[Ss]he)\b"),
    (rf"\b[Ww]e(?={_BETWEEN} {_SAME}|'(?:d|ll|re|ve)\b| (?:were|are|have)\b)", r"\b[Tt]hey"
     rf"(?={_BETWEEN} {_SAME}|'(?:d|ll|re|ve)\b| (?:were|are|have)\b)", r"\b[Ww]e\b",
     r"\b[Tt]hey\b"),
)  # fmt: skip
#: Who takes the place; that of "I" is drawn.
INTO = {"he": "I", "she": "I", "we": "they", "they": "we"}
#: French: pairs of a first and a third person, with the verbs whose two forms are sure.
_NE = r"(?P<ne>n(?:e |'))?"
FRENCH_FORMS = {
    "ai": "a", "suis": "est", "vais": "va", "peux": "peut", "veux": "veut", "sais": "sait",
    "fais": "fait", "dois": "doit", "vois": "voit", "crois": "croit", "fus": "fut",
}  # fmt: skip
FRENCH_PLURAL = {
    "avons": "ont", "sommes": "sont", "allons": "vont", "pouvons": "peuvent", "voulons": "veulent",
    "savons": "savent", "faisons": "font", "devons": "doivent", "voyons": "voient",
    "croyons": "croient",
}  # fmt: skip
#: An "il" that is nobody, most often.
_NOBODY = re.compile(
    r"\bil (?:n(?:e |'))?(?:y\b|(?:en |lui |me )?fa(?:ut|ll|udr)\w*|s'agi|sembl|paraî|suffi|plu|"
    r"pleu|neige|fai(?:t|sai\w*) |va(?:ut|lait)|(?:est|était|serait|a été|fut|peut être|pourrait "
    r"être)(?: \w+){1,3}? (?:que|de)\b|(?:est|était|serait)(?: \w+){1,3}? (?:qu|d)')", re.I
)  # fmt: skip
#: Words of the first person and what takes their place; a text with another such word is left.
SPANISH = {
    "mi": "su", "mis": "sus", "nuestro": "su", "nuestra": "su", "nuestros": "sus",
    "nuestras": "sus", "yo": "él", "nosotros": "ellos", "nosotras": "ellas", "soy": "es",
    "estoy": "está", "tengo": "tiene", "he": "ha", "voy": "va", "quiero": "quiere",
    "puedo": "puede", "creo": "cree", "sé": "sabe", "fui": "fue", "tuve": "tuvo", "hice": "hizo",
    "dije": "dijo", "estuve": "estuvo", "pude": "pudo", "somos": "son", "estamos": "están",
    "tenemos": "tienen", "hemos": "han", "podemos": "pueden", "queremos": "quieren",
    "sabemos": "saben", "creemos": "creen", "vemos": "ven", "debemos": "deben",
    "vivimos": "viven", "éramos": "eran", "estábamos": "estaban", "teníamos": "tenían",
    "fuimos": "fueron", "estuvimos": "estuvieron", "tuvimos": "tuvieron",
}  # fmt: skip
CATALAN = {
    "meu": "seu", "meva": "seva", "meus": "seus", "meves": "seves", "nostre": "seu",
    "nostra": "seva", "nostres": "seus", "jo": "ell", "nosaltres": "ells", "sóc": "és",
    "estic": "està", "tinc": "té", "he": "ha", "vaig": "va", "vull": "vol", "puc": "pot",
    "crec": "creu", "sé": "sap", "som": "són", "estem": "estan", "tenim": "tenen", "hem": "han",
    "vam": "van", "podem": "poden", "volem": "volen", "sabem": "saben", "creiem": "creuen",
    "veiem": "veuen",
}  # fmt: skip
#: Other signs of the first person.
FIRST = {
    "es": r"\b(?:me|mí|nos|conmigo|mí[oa]s?|(?!últimos|mismos|próximos|extremos|m[áí]nimos|máximos|"
    r"ramos|tramos|íntimos|legítimos|anónimos|marítimos|óptimos|racimos)\w+[aeiíáé]mos)\b",
    "ca": r"\b(?:em|ens|m|ns|mi|meues?|meua|\w{2,}(?:em|im))\b",
}


def _cased(word: str, like: str) -> str:
    return word[0].upper() + word[1:] if like[0].isupper() else word


def _english(text: str, rng: random.Random) -> str | None:
    for one, other, every_one, every_other in ENGLISH:
        for able, every in ((one, every_one), (other, every_other)):
            found = list(re.finditer(able, text))
            if not found or len(found) != len(re.findall(every, text)):
                continue
            new = INTO.get(found[0][0].lower()) or rng.choice(("he", "she"))
            for match in reversed(found):
                before = text[: match.start()].rstrip(' "“')
                word = new if before and before[-1] not in ".!?" else _cased(new, "X")
                text = text[: match.start()] + word + text[match.end() :]
            return text
    return None


def _french(text: str, rng: random.Random) -> str | None:
    if _NOBODY.search(text):
        return None
    for pattern, every, make in _french_ways(rng):
        found = list(re.finditer(pattern, text))
        if not found or len(found) != len(re.findall(every, text, re.I)):
            continue
        made = [make(match) for match in found]
        if None in made:
            continue
        for match, new in zip(reversed(found), reversed(made), strict=True):
            text = text[: match.start()] + _cased(str(new), match[0]) + text[match.end() :]
        text = re.sub(r"\b(qu|lorsqu|puisqu|quoiqu)'(?=je |j'|nous )", r"\1e ", text)
        text = re.sub(r"\b([qQ]u|[lL]orsqu|[pP]uisqu|[qQ]uoiqu)e (?=ils? |elles? )", r"\1'", text)
        text = re.sub(r"\b([sS])'(?=je |j'|nous )", r"\1i ", text)
        return re.sub(r"\b([sS])i (?=ils? )", r"\1'", text)
    return None


def _french_ways(rng: random.Random):  # noqa: ANN202
    third = rng.choice(("il", "elle"))
    thirds = rng.choice(("ils", "elles"))
    back = {new: old for old, new in FRENCH_FORMS.items()}
    plural_back = {new: old for old, new in FRENCH_PLURAL.items()}

    def he(m: re.Match[str]) -> str | None:
        verb = m["verb"]
        new = FRENCH_FORMS.get(verb) or (verb[:-1] + "t" if verb.endswith("ais") else None)
        return new and f"{third} {m['ne'] or ''}{new}"

    def i(m: re.Match[str]) -> str | None:
        verb = m["verb"]
        new = back.get(verb) or (verb[:-1] + "s" if verb.endswith("ait") else None)
        if new is None:
            return None
        return f"je {m['ne']}{new}" if m["ne"] else f"j'{new}" if _elides(new) else f"je {new}"

    def they(m: re.Match[str]) -> str | None:
        new = FRENCH_PLURAL.get(m["verb"])
        return new and f"{thirds} {m['ne'] or ''}{new}"

    def we(m: re.Match[str]) -> str | None:
        new = plural_back.get(m["verb"])
        return new and f"nous {m['ne'] or ''}{new}"

    return (
        (rf"\b(?:[Jj]e |[Jj]'){_NE}(?P<verb>[^\W\d_]+)\b", r"\b(?:je\b|j')", he),
        (rf"\b(?:[Ii]l|[Ee]lle) {_NE}(?P<verb>[^\W\d_]+)\b", r"\b(?:il|elle)\b", i),
        (rf"\b[Nn]ous {_NE}(?P<verb>[^\W\d_]+)\b", r"\bnous\b", they),
        (rf"\b(?:[Ii]ls|[Ee]lles) {_NE}(?P<verb>[^\W\d_]+)\b", r"\b(?:ils|elles)\b", we),
    )


def _elides(word: str) -> bool:
    return word[0].lower() in "aeiouyéèêhâîô"


def _by_words(language: str, table: dict[str, str], text: str) -> str | None:
    """First person into third by a table, where it holds every sign of the first person."""
    words = "|".join(table)
    left = re.sub(rf"\b(?:{words})\b", " ", text, flags=re.I)
    if re.search(FIRST[language], left, re.I):
        return None
    return re.sub(
        rf"\b(?:{words})\b", lambda m: _cased(table[m[0].lower()], m[0]), text, flags=re.I
    )


_MAKERS = {
    "en": _english,
    "fr": _french,
    "es": lambda text, _: _by_words("es", SPANISH, text),
    "ca": lambda text, _: _by_words("ca", CATALAN, text),
}
#: What the original must hold too: where it has none, the translation said it in another way.
_SIGNS = {
    "en": (r"\bI\b", r"(?i:\b(?:he|she)\b)", r"(?i:\bwe\b)", r"(?i:\bthey\b)"),
    "fr": (r"(?i:\b(?:je\b|j['’]))", r"(?i:\b(?:il|elle)\b)", r"(?i:\bnous\b)",
           r"(?i:\b(?:ils|elles)\b)"),
}  # fmt: skip


def person_changed(language: str):  # noqa: ANN201
    """Exchange one person for another in all its subjects."""

    def poison(candidate: Candidate, rng: random.Random) -> Candidate | None:
        text = candidate.text.replace("’", "'")
        made = _MAKERS[language](text, rng)
        if made is None or made == text or not _said(language, candidate.original, text, made):
            return None
        return replace(candidate, text=made)

    return poison


def _said(language: str, original: str, text: str, made: str) -> bool:
    """Whether the original too holds a word of the person that is gone."""
    if language not in _SIGNS:
        words = {"es": SPANISH, "ca": CATALAN}[language]
        return bool(re.search(rf"\b(?:{'|'.join(words)})\b|{FIRST[language]}", original, re.I))
    return all(
        re.search(sign, original)
        for sign in _SIGNS[language]
        if re.search(sign, text) and not re.search(sign, made)
    )


#: "Her" is "his" before a word that it can belong to, else "him".
_HE = {"he": "she", "him": "her", "his": "her", "himself": "herself"}
_SHE = {"she": "he", "hers": "his", "herself": "himself"}
_HER = re.compile(r"her(?= (?!(?:to|a|an|the|in|on|at|of|for|and|or|but|as|with|from|by)\b)[a-z])")


def gender_changed(candidate: Candidate, _: random.Random) -> Candidate | None:
    """English: every "he" becomes "she", or every "she" "he", where the text has one of them."""
    genders = [re.compile(rf"\b(?:{'|'.join(words)})\b", re.I) for words in (_HE, [*_SHE, "her"])]
    said = [
        [bool(one.search(text)) for one in genders] for text in (candidate.original, candidate.text)
    ]
    if sum(said[1]) != 1 or said[0] != said[1]:
        return None

    def other(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word == "her":
            belongs = _HER.match(candidate.text.lower(), match.start())
            return _cased("his" if belongs else "him", match[0])
        return _cased({**_HE, **_SHE}[word], match[0])

    return replace(candidate, text=genders[said[1].index(True)].sub(other, candidate.text))
