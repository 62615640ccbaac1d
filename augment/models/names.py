"""Which published model translates what: the names of OPUS-MT by pair, and the many-language ones.

OPUS-MT has a model per pair for many pairs (``opus-mt-en-fr``), and models for groups of languages
for many others (``opus-mt-en-ROMANCE``). Which target languages a group model knows is read from
its vocabulary when it is fetched; which source languages it knows is not written down in it, and
stands in `GROUPS`.

References
----------
Tiedemann and Thottingal, "OPUS-MT: Building open translation services for the World", EAMT 2020.
Fan et al., "Beyond English-Centric Multilingual Machine Translation", JMLR 2021 (M2M-100).
NLLB Team, "No Language Left Behind", 2022.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from augment.errors import InputError
from augment.languages import language_code


def _words(text: str) -> frozenset[str]:
    """Cut a list of codes at white space."""
    return frozenset(text.split())


OPUS: Final = "Helsinki-NLP/opus-mt-"
#: Members of the language groups in names of OPUS-MT models, as far as they are of use here.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(members.split())
    for name, members in {
        "ROMANCE": "fr es pt it ro ca gl oc an ast co fur lad lij lmo mwl nap pms rm sc scn vec wa",
        "itc": "fr es pt it ro ca gl oc an ast co lad la wa",
        "roa": "fr es pt it ro ca gl oc an ast co lad wa",
        "gmq": "da sv no nb nn is fo",
        "gmw": "de nl af fy lb en",
        "gem": "de nl af fy lb da sv no nb nn is fo en",
        "zle": "ru uk be",
        "zls": "bg hr mk sl sr bs",
        "zlw": "pl cs sk",
        "sla": "ru uk be bg hr mk sl sr bs pl cs sk",
        "sh": "hr sr bs",
        "bat": "lt lv",
        "fiu": "fi et hu se",
        "trk": "tr az uz kk ky tt tk",
        "cel": "br cy ga gd gv kw",
        "dra": "ta te ml kn",
        "inc": "hi bn gu mr ne or pa ur si",
        "sem": "ar he mt am",
    }.items()
}
#: The code in model names where it is not ours.
_ALIASES: Final = {("en", "ja"): "en-jap"}
#: Targets of the models of one pair, by source language: what `published` may promise.
_TARGETS: Final[dict[str, frozenset[str]]] = {
    source: frozenset(targets.split())
    for source, targets in {
        "en": "af ar bg ca cs cy da de el eo es et eu fi fr ga gl gv ha he hi ho ht hu hy id ig "
        "ilo is it ja kg lg ln mg mk ml mr mt nl ny om pag pap rn ro ru rw sg sk sm sn sq ss st "
        "sv sw ti tl tn to ts tw ty uk ur vi xh zh",
        "fr": "af ar bg ca ceb de ee el en eo es fj ha he hr ht hu id ig ilo kg lg ln mg ms mt no "
        "ny pag pap pl ro ru rw sg sk sl sm sn st sv tl tn to ts tw ty uk ve vi xh yo",
        "es": "af ar bg ca ceb cs da de ee el en eo et eu fi fr gl ha he hr ht id ig ilo is it kg "
        "ln lt mk mt nl no ny pag pap pl ro ru rw sg sl sm sn st tl tn to tw ty uk ve vi xh yo",
        "it": "ar bg ca de en eo es fr is lt ms sv uk vi",
        "ca": "de en es fr it nl pt uk",
        "gl": "en es pt",
        "eo": "af bg cs da de el en es fi fr he hu it nl pl pt ro ru sv",
        "et": "de en es fi fr ru sv",
        "eu": "de en es ru",
        "ja": "ar bg da de en es fi fr he hu it ms nl pl pt ru sv tr vi",
        "ko": "de en es fi fr hu ru sv",
    }.items()
}
#: Languages that a model of their own leads into English.
_INTO_ENGLISH: Final = _words("""
        af ar az bg bn ca cs cy da de eo es et eu fi fr ga gl gv ha hi ht hu hy id ig is it ja
        ka ko lg ln lv mg mk ml mr mt nl ny om pa pl ru rw sg sk sm sn sq st sv ti tl tn to tr
        ts uk ur vi xh yo zh
    """)
#: Newer and larger OPUS-MT models (about twice the size), where there is no small one.
_BIG: Final = {
    ("en", "pt"): "tc-big-en-pt",
    ("en", "ko"): "tc-big-en-ko",
    ("en", "tr"): "tc-big-en-tr",
    ("en", "lt"): "tc-big-en-lt",
    ("en", "lv"): "tc-big-en-lv",
    ("el", "en"): "tc-big-el-en",
    ("he", "en"): "tc-big-he-en",
}


@dataclass(frozen=True, slots=True)
class Published:
    """A model with many languages, by the short name that users give.

    Parameters
    ----------
    repo
        Name on the hub.
    family
        ``m2m100`` or ``nllb``.
    licence
        Under which it is published.
    gigabytes
        Size of the download, roughly.
    """

    repo: str
    family: str
    licence: str
    gigabytes: float

    @property
    def commercial(self) -> bool:
        """Whether the licence lets it be used commercially."""
        return "NC" not in self.licence.split("-")


MANY: Final[dict[str, Published]] = {
    "m2m100": Published("facebook/m2m100_418M", "m2m100", "MIT", 1.9),
    "m2m100-1.2B": Published("facebook/m2m100_1.2B", "m2m100", "MIT", 5.0),
    "nllb": Published("facebook/nllb-200-distilled-600M", "nllb", "CC-BY-NC-4.0", 2.5),
    "nllb-1.3B": Published("facebook/nllb-200-distilled-1.3B", "nllb", "CC-BY-NC-4.0", 5.5),
    "nllb-3.3B": Published("facebook/nllb-200-3.3B", "nllb", "CC-BY-NC-4.0", 17.6),
}


#: Languages of the two many-language families, for advice before they are fetched.
KNOWN: Final[dict[str, frozenset[str]]] = {
    "m2m100": _words("""
        af am ar ast az ba be bg bn br bs ca ceb cs cy da de el en es et fa ff fi fr fy ga gd gl
        gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko lb lg ln lo lt lv mg mk ml mn
        mr ms my ne nl no nso oc or pa pl ps pt ro ru sd si sk sl so sq sr ss su sv sw ta th tl
        tn tr uk ur uz vi wo xh yi yo zh zu
    """),
    "nllb": _words("""
        ace af ak am ar ary arz as ast az ba be bg bm bn bo bs ca ceb ckb crh cs cy da de dz ee
        el en eo es et eu fa fi fj fo fr fuv ga gd gl gn gu ha he hi hr ht hu hy id ig is it ja
        jv ka kab ki kk km kn ko ks ku ky lb lg li lij ln lo lt ltg lv mg mi mk ml mn mr ms mt
        my ne nl nn no nso ny oc om or pa pap pl ps pt rn ro ru rw sa sc scn sd si sk sl sm sn
        so sq sr ss st su sv sw szl ta te tg th ti tk tl tn tr ts tt ug uk ur uz vec vi war wo
        xh yi yo yue zh zu
    """),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user's name for a model means.

    Parameters
    ----------
    name
        As given.
    family
        ``marian``, ``m2m100`` or ``nllb``; empty where only the model itself says it.
    repos
        Names on the hub, best first.
    pair
        The directed pair that was asked for; empty when a model was.
    licence
        As far as it is known before the download.
    """

    name: str
    family: str
    repos: tuple[str, ...]
    pair: tuple[str, ...] = ()
    licence: str = ""

    @property
    def commercial(self) -> bool:
        """Whether the licence, as far as it is known, lets it be used commercially."""
        return "NC" not in self.licence.split("-")


def resolve(name: str) -> Wanted:
    """Find out which model a user means.

    Parameters
    ----------
    name
        A directed pair in codes or names (``en-fr``, ``English>French``), a short name
        (``nllb``), or a name on the hub (``Helsinki-NLP/opus-mt-en-fr``).

    Raises
    ------
    InputError
        For a name of none of these kinds, or a language nobody knows.

    Examples
    --------
    >>> resolve("en-pt").repos[:2]
    ('Helsinki-NLP/opus-mt-tc-big-en-pt', 'Helsinki-NLP/opus-mt-en-pt')
    >>> resolve("nllb").licence
    'CC-BY-NC-4.0'
    """
    for short, model in MANY.items():
        if name.lower() == short.lower() or name == model.repo:
            return Wanted(name, model.family, (model.repo,), (), model.licence)
    if name.startswith(OPUS):
        return Wanted(name, "marian", (name,), _pair_of(name.removeprefix(OPUS)), OPUS_LICENCE)
    if name.startswith("opus-mt-"):
        return resolve(f"Helsinki-NLP/{name}")
    if "/" in name:
        return Wanted(name, "", (name,))
    pair = re.split(r"\s*(?:->|→|>|:)\s*", name) if re.search(r"[>→:]", name) else None
    pair = pair or _split_pair(name)
    if pair is None or len(pair) != 2 or not all(pair):
        close = get_close_matches(name, MANY, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise InputError(
            f"{name!r} names no model{hint}; wanted: a directed pair of languages such as en-fr, "
            f"one of {', '.join(MANY)}, or a name on the hub with its owner"
        )
    source, target = (language_code(part) for part in pair)
    if source == target:
        raise InputError(f"{name!r} goes from a language to itself; wanted: a pair such as en-fr")
    return Wanted(name, "marian", candidates(source, target), (source, target), OPUS_LICENCE)


#: Older OPUS-MT models are Apache-2.0, newer ones CC-BY-4.0; the model's card says which.
OPUS_LICENCE: Final = "CC-BY-4.0 or Apache-2.0"


def _split_pair(name: str) -> list[str] | None:
    """Cut ``en-fr`` or ``pt_BR-en`` at the hyphen between two languages."""
    parts = name.split("-")
    for at in range(1, len(parts)):
        pair = ["-".join(parts[:at]), "-".join(parts[at:])]
        try:
            for part in pair:
                language_code(part)
        except InputError:
            continue
        return pair
    # Neither cut gives two languages: let the message name the one that is unknown.
    return parts if len(parts) == 2 else None


def _pair_of(tail: str) -> tuple[str, ...]:
    """Languages in a model's name, where it names two: ``en-fr``, ``tc-big-en-pt``."""
    parts = tail.removeprefix("tc-big-").removeprefix("tc-base-").split("-")
    if len(parts) != 2:
        return ()
    try:
        return tuple("ja" if part == "jap" else language_code(part) for part in parts)
    except InputError:
        return ()


def candidates(source: str, target: str) -> tuple[str, ...]:
    """Names under which a pair may be published, best first; the hub says which exist.

    >>> candidates("en", "ja")[0]
    'Helsinki-NLP/opus-mt-en-jap'
    """
    names: list[str] = []
    if (source, target) in _BIG:
        names.append(_BIG[source, target])
    names.append(_ALIASES.get((source, target), f"{source}-{target}"))
    if (source, target) not in _BIG:
        names.append(f"tc-big-{source}-{target}")
    for group, members in GROUPS.items():
        if source == "en" and target in members:
            names.append(f"en-{group}")
        if target == "en" and source in members:
            names.append(f"{group}-en")
        if source in members and target in members and group.islower() and group != "sh":
            names.append(f"{group}-{group}")
    return tuple(f"{OPUS}{name}" for name in dict.fromkeys(names))


def published(source: str, target: str) -> bool:
    """Whether an OPUS-MT model of a pair, or of its group, is known to exist.

    >>> published("en", "fr"), published("en", "pt"), published("fr", "ko")
    (True, True, False)
    """
    if target in _TARGETS.get(source, ()) or (source, target) in _BIG:
        return True
    if target == "en" and source in _INTO_ENGLISH:
        return True
    members = set().union(*GROUPS.values())
    return (source == "en" and target in members) or (target == "en" and source in members)


def source_languages(repo: str) -> tuple[str, ...]:
    """Languages that an OPUS-MT model translates from, by its name; empty when it does not say.

    >>> source_languages("Helsinki-NLP/opus-mt-zle-en"), source_languages(f"{OPUS}en-ROMANCE")
    (('ru', 'uk', 'be'), ('en',))
    """
    if not repo.startswith(OPUS):
        return ()
    tail = repo.removeprefix(OPUS).removeprefix("tc-big-").removeprefix("tc-base-")
    first = tail.split("-")[0]
    if first in GROUPS:
        return GROUPS[first]
    try:
        return ("ja",) if first == "jap" else (language_code(first),)
    except InputError:
        return ()
