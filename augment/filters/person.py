"""Refuses a candidate in which another person does it, or it is done to another one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import dropwhile
from typing import TYPE_CHECKING, Final, NamedTuple

from augment.filters.check import PASSED, Finding
from augment.filters.person_words import FORMS, PERSONS, Persons
from augment.records import Candidate
from augment.tokens import APOSTROPHES

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: How far the person has changed. One is nowhere any more and another one, that was nowhere, has
#: its place; one is no subject any more and another one is; the same of objects and possessives,
#: and he is she, or a thing. One of several subjects is another person now, who was nowhere. Last,
#: what may be said either way: that person was there before; "you see", "we see"; "humans are",
#: Spanish "humans we are".
_GONE: Final = 1.0
_SUBJECT: Final = 0.75
_OTHER: Final = 0.5
_PARTLY: Final = 0.25
_EITHER: Final = 0.1

#: What a word does: its place in the lines of the table, or a verb that may tell the person.
_SUBJECTS, _OBJECTS, _POSSESSIVES, _VERBS = range(4)
#: Those who see it when it is there to be seen: "you can see", "we can see".
_ANYBODY: Final = frozenset({"you", "we"})

_WORD: Final = re.compile(r"[^\W\d_]+'?")
_CLAUSE: Final = re.compile(r"[.!?;:…,()\n\"«»“”]+|(?:^|\s)-+|--+")
_SENTENCE: Final = re.compile(r"[.!?;:…()\n\"«»“”]+|(?:^|\s)-+|--+")
_QUOTED: Final = re.compile('["«“„]')
#: Letters by which a verb is known again behind its subject ("prends", "il prend").
_STEM: Final = 4


class _Cue(NamedTuple):
    """What a word tells, or may tell: which persons, and what they do."""

    persons: frozenset[str]
    role: int
    sure: bool


class _Read(NamedTuple):
    """Cues of a text, the words that they come from, and verbs of the table."""

    cues: Counter[_Cue]
    words: dict[_Cue, list[str]]
    verbs: dict[int, dict[str, frozenset[str]]]


class Person:
    """Who does it, or to whom it is done, has changed: "I was", "he was".

    Words that tell a person come from a table (`augment.filters.person_words`). A refusal needs two
    things: a person of the original is gone, and one has come that was not there. "You" is one
    person in all forms of address; "on", "it" and the like may stand for a person that is gone and
    are none themselves. "He" in the place of "she" or of "it" is another one, too, and French "il"
    in that of "elle" where no thing is named before that it could stand for. Where a text quotes
    and the other does not, speech was reported, and persons change with it. For a language without
    a table everything passes, and the chain's notes say so.
    """

    name = "person"

    def __init__(self, settings: FilterSettings) -> None:
        self.language = settings.language
        self.max_person_change = settings.max_person_change
        known = PERSONS.get(settings.language)
        self.reader = None if known is None else _Reader(known)

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def notes(self) -> list[str]:
        """Say when the language has no table."""
        if self.reader is not None:
            return []
        return [f"person check: no list of pronouns for {self.language}; all pass"]

    def _look(self, original: str, text: str) -> Finding:
        reader = self.reader
        if reader is None or bool(_QUOTED.search(original)) != bool(_QUOTED.search(text)):
            return PASSED
        change, lost, new = reader.compare(original, text)
        if change <= self.max_person_change:
            return PASSED
        return Finding(f"{lost!r} is gone, {new!r} has come")


class _Reader:
    """Reads the persons of a text in one language."""

    def __init__(self, known: Persons) -> None:
        self.cues = {
            word: _Cue(frozenset(persons.split()), role, sure)
            for sure, lines in ((False, known.vague), (True, known.words))
            for persons, _, words in (line.partition(": ") for line in lines)
            for role, part in enumerate(words.split("|"))
            for word in part.split()
        }
        self.forms = {
            word: (number, frozenset(persons.split()))
            for number, line in enumerate(known.verbs)
            for words, persons in zip(line.split(), FORMS, strict=True)
            for word in words.split("/")
        }
        self.ignored = re.compile("|".join(known.ignored), re.I) if known.ignored else None
        self.either = {word: re.compile(verb) for word, verb in known.either}
        self.before_object = frozenset(known.before_object.split())
        self.clitics = frozenset(known.clitics.split())
        self.endings = [
            (_Cue(frozenset({one}), _VERBS, sure=False), re.compile(verb))
            for one, verb in known.endings
        ]
        self.no_verbs = frozenset(known.no_verbs.split())
        self.determiners = frozenset(known.determiners.split())
        self.genders = {
            word: gender for gender, words in enumerate(known.genders) for word in words.split()
        }
        self.things = re.compile(known.things, re.IGNORECASE) if known.things else None
        # An original comes back with each of its candidates.
        self._original = lru_cache(maxsize=2048)(self._read)

    def compare(self, original: str, text: str) -> tuple[float, str, str]:
        """Say how far the person has changed, the word that is gone and the one that came."""
        before, after = self._original(original), self._read(text)
        gone, came = before.cues - after.cues, after.cues - before.cues
        new = {cue: _first(cue, after, before) for cue in came if cue.sure}
        lost = {cue: _first(cue, before, after) for cue in gone if cue.sure}
        if any(cue.role == _SUBJECTS and cue.persons == {"they"} for cue in new):
            lost.update(self._commands(original, text))
        found = [
            (_change(one, other, before.cues, after.cues, gone, came), lost[one], new[other])
            for one in lost
            for other in new
        ]
        gender = self._gender(before, after, original)
        return max([*found, gender, self._conjugated(before, after, came)])

    def _read(self, text: str) -> _Read:
        """Count the words of a text that tell a person, or may."""
        if self.ignored is not None:
            text = self.ignored.sub(" ", text)
        shouted = text.isupper()
        found = _Read(Counter(), {}, {})
        for clause in _CLAUSE.split(text.translate(APOSTROPHES)):
            written = _WORD.findall(clause)
            words = [word.casefold() for word in written]
            for at, word in enumerate(words):
                # "US", and the first of kings and wars, are nobody.
                if len(word.rstrip("'")) > 1 and written[at].isupper() and not shouted:
                    continue
                if written[at] == "I" and at > 1 and written[at - 1].istitle():
                    continue
                self._take(words, at, found)
        return found

    def _take(self, words: list[str], at: int, found: _Read) -> None:
        """Add what one word tells."""
        word, before = words[at], words[at - 1] if at else ""
        if word[-1] == "'" and word not in self.cues:
            word = word.rstrip("'")
        cue = self.cues.get(word)
        if cue is not None:
            if word in self.either and not self._agrees(self.either[word], words, at):
                cue = cue._replace(role=_OBJECTS)
            found.cues[cue] += 1
            found.words.setdefault(cue, []).append(word)
        elif word in self.forms:
            verb, persons = self.forms[word]
            found.cues[_Cue(persons, _SUBJECTS, sure=False)] += 1
            found.verbs.setdefault(verb, {})[word] = persons
        elif word not in self.no_verbs and before not in self.determiners:
            for told, ending in self.endings:
                if ending.fullmatch(word):
                    found.cues[told] += 1

    def _agrees(self, verb: re.Pattern[str], words: list[str], at: int) -> bool:
        """Whether a word that may be subject or object has its verb beside it."""
        if at and words[at - 1] in self.before_object:
            return False
        behind = next(dropwhile(self.clitics.__contains__, words[at + 1 :]), "")
        return bool(verb.fullmatch(behind) or (at and verb.fullmatch(words[at - 1])))

    def _commands(self, original: str, text: str) -> dict[_Cue, str]:
        """Find a command of which the text tells as done by somebody else."""
        if not self.clitics:
            return {}
        told = {
            verb[:_STEM]
            for clause in _openings(text)
            if clause[0] in self.cues and self.cues[clause[0]].persons == {"they"}
            if (verb := self._verb(clause[1:]))
        }
        return {
            _Cue(frozenset({"you", "we"}), _SUBJECTS, sure=True): verb
            for clause in _openings(original)
            if (verb := self._verb(clause)) and verb[:_STEM] in told
        }

    def _verb(self, words: list[str]) -> str:
        """Give the first word behind the clitics; "" for none, and for those too short to tell."""
        verb = next(dropwhile(self.clitics.__contains__, words), "")
        return verb if len(verb) >= _STEM - 1 else ""

    def _gender(self, before: _Read, after: _Read, original: str) -> tuple[float, str, str]:
        """Find a gender that is gone and another one that has come, of no thing named before."""
        old, new = (
            {
                self.genders[word]: word
                for words in read.words.values()
                for word in words
                if word in self.genders
            }
            for read in (before, after)
        )
        lost = [word for gender, word in old.items() if gender not in new]
        come = [word for gender, word in new.items() if gender not in old]
        if not (lost and come):
            return 0.0, "", ""
        if self.things is not None:
            there = re.search(rf"\b{lost[0]}\b", original, re.IGNORECASE)
            if there is None or self.things.search(original, 0, there.start()):
                return 0.0, "", ""
        return _OTHER, lost[0], come[0]

    def _conjugated(
        self, before: _Read, after: _Read, came: Counter[_Cue]
    ) -> tuple[float, str, str]:
        """Find a verb that stands in the form of another person."""
        told = _persons(after.cues, _SUBJECTS) | _persons(came, _VERBS)
        for verb in before.verbs.keys() & after.verbs.keys():
            there = {person for persons in before.verbs[verb].values() for person in persons}
            for lost, persons in before.verbs[verb].items():
                for new, others in after.verbs[verb].items():
                    if not persons & told and not others & there:
                        # The people named are among the "we": "los humanos somos".
                        return _EITHER if "we" in persons | others else _SUBJECT, lost, new
        return 0.0, "", ""


def _change(
    lost: _Cue,
    new: _Cue,
    before: Counter[_Cue],
    after: Counter[_Cue],
    gone: Counter[_Cue],
    came: Counter[_Cue],
) -> float:
    """Say how much one word in the place of another is."""
    role = lost.role
    if role != new.role or lost.persons & new.persons:
        return 0.0
    if lost.persons | new.persons == _ANYBODY:
        return _EITHER
    if role == _SUBJECTS and lost.persons & _persons(after, _VERBS):
        return 0.0  # left out, and the verb tells the person
    somewhere = (_SUBJECTS, _OBJECTS, _POSSESSIVES)
    if not (
        lost.persons & (_persons(after, *somewhere) | _persons(came))
        or new.persons & (_persons(before, *somewhere) | _persons(gone))
    ):
        return _GONE
    # "I was told by him" may become "he told me", not "he told my father".
    roles = (role,) if role == _POSSESSIVES else (_SUBJECTS, _OBJECTS, _VERBS)
    if lost.persons & _persons(came, *roles):
        return 0.0
    # "C'est toi qui dis" may become "il est ...", with one "il", not with two.
    if _count(came, new.persons, *roles) <= _count(gone, new.persons, *roles):
        return 0.0
    there = new.persons & _persons(before, role, sure=True)
    if not there and not lost.persons & _persons(after, role, sure=True):
        return _SUBJECT if role == _SUBJECTS else _OTHER
    if role != _SUBJECTS or _number(gone) != _number(came):
        return 0.0
    return _EITHER if new.persons & _persons(before, sure=True) else _PARTLY


def _first(cue: _Cue, one: _Read, other: _Read) -> str:
    """Give a word of a cue that stands in one text only, if there is one."""
    words, others = one.words[cue], other.words.get(cue, [])
    return next((word for word in words if word not in others), words[0])


def _persons(cues: Iterable[_Cue], *roles: int, sure: bool = False) -> set[str]:
    """Persons that the cues tell, in these roles or in any."""
    return {
        person
        for cue in cues
        if (not roles or cue.role in roles) and (cue.sure or not sure)
        for person in cue.persons
    }


def _number(cues: Counter[_Cue]) -> int:
    """Count the subjects."""
    return sum(count for cue, count in cues.items() if cue.sure and cue.role == _SUBJECTS)


def _count(cues: Counter[_Cue], persons: frozenset[str], *roles: int) -> int:
    """Count the words in these roles that may tell one of these persons."""
    return sum(n for cue, n in cues.items() if cue.role in roles and cue.persons & persons)


def _openings(text: str) -> list[list[str]]:
    """Give the words of each sentence up to its comma, or from there behind a single word."""
    found = []
    for sentence in _SENTENCE.split(text.casefold().translate(APOSTROPHES)):
        parts = [words for part in sentence.split(",") if (words := _WORD.findall(part))]
        found += parts[:1] if parts and len(parts[0]) > 1 else parts[:2]
    return found
