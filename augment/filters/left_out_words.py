"""Words by which `augment.filters.left_out` finds what a sentence lacks, or has one too many of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Needed:
    """Words that a sentence of one language needs.

    Parameters
    ----------
    word
        Regular expression of a word.
    pronouns
        Words that a verb must not lose.
    instead
        Words that may take their place.
    joins
        Words behind which a subject need not be said again.
    before_object
        Words behind which such a pronoun is no subject.
    no_verbs
        Words that are none: the pronoun before them is no subject.
    stems
        Whether verbs are compared by their first letters: "je gagnais", "gagnait".
    written_out
        Short forms, and what they stand for.
    finite
        Verbs that open a clause only where the subject before them is left out.
    commands
        Verbs that open a command as well.
    light
        Words that may stand between the start of a clause and its verb.
    clitics
        Those of them that stand behind a subject.
    under
        Words that start a clause under another one.
    asking
        Words that a subject follows, unless they are it: "what happened".
    objects
        Pronouns that stand before a verb and that it needs: "il s'y rend".
    for_objects
        Words that may take their place.
    turned
        Subjects behind their verb in a question: "Parle-t-il ?".
    put_in
        Pronouns that are one subject too many between a word and the verb that followed it.
    told
        Pronouns that make a statement of a command, each with what verbs end in behind it.
    addressed
        Pronouns that do so behind a comma as well.
    always
        Pronouns that are the subject whatever follows.
    articles
        Words that stand for one of many, and are not left out twice.
    determiners
        Words that may take their place.
    """

    word: str
    pronouns: frozenset[str]
    instead: frozenset[str]
    joins: frozenset[str]
    before_object: frozenset[str] = frozenset()
    no_verbs: frozenset[str] = frozenset()
    stems: bool = False
    written_out: tuple[tuple[str, str], ...] = ()
    finite: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    light: frozenset[str] = frozenset()
    clitics: frozenset[str] = frozenset()
    under: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    for_objects: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    put_in: frozenset[str] = frozenset()
    told: Mapping[str, str] = field(default_factory=dict)
    addressed: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEEDED: Final[dict[str, Needed]] = {
    "en": Needed(
        word=r"[^\W_]+(?:'\w+)?",
        pronouns=_words("i you he she it we they ya"),
        instead=_words("there this that who which one people someone somebody everyone everybody"),
        joins=_words("and or but"),
        no_verbs=_words(
            "in into to at on onto of for with from by up out off about around over under as that "
            "and or but if when a an the this all both back down through like than so too here"
        ),
        written_out=(
            (r" n't\b", "n't"),
            (r"\b(?:ca n't|can't|cannot)\b", "can not"),
            (r"\bwon't\b", "will not"),
            (r"n't\b", " not"),
            (r"'m\b", " am"),
            (r"\b(it|he|she|there)'s\b", r"\1 is"),
            (r"'re\b", " are"),
            (r"'ve\b", " have"),
            (r"'ll\b", " will"),
            (r"(?<=[iuey])'d\b", " would"),
        ),
        finite=_words(
            "am are is was were has had did does will would can could should must may might knew "
            "thought went got took gave saw said told came meant ate wrote asked lived knows wants "
            "thinks goes makes deserves needs"
        ),
        commands=_words(
            "do have want know think go get take make give see say tell come find feel mean "
            "believe hope guess suppose lose miss deserve call remember"
        ),
        light=_words(
            "and but so or oh well then yes no now maybe perhaps probably never not still also "
            "just only always already often sometimes frankly really"
        ),
        under=_words(
            "if when because while although though whether unless until since before after"
        ),
        asking=_words("what who whom which"),
        told={"it": "s", "he": "s", "she": "s"},
        articles=_words("a an"),
        determiners=_words(
            "the one this that some any every each no his her its their my your our another"
        ),
    ),
    "fr": Needed(
        word=r"-?[^\W_]+'?",
        pronouns=_words(
            "je j' tu t' il elle on nous vous ils elles ce c' ça -je -tu -nous -vous -ce -on"
        ),
        instead=_words(
            "qui cela ceci celui celle ceux celles cet cette m' me te se s' moi toi lui -moi -toi"
        ),
        joins=_words("et ou mais ni puis"),
        before_object=_words("à pour de sans d' par avec chez"),
        no_verbs=_words("à de d' pour par et ou mais y en que qu' qui dont où dans sur avec"),
        stems=True,
        written_out=((r"\best-ce\b", "est"),),
        finite=_words(
            "suis est sommes êtes sont ai avons avez ont vais va vont étais était étions étiez "
            "étaient avais avait avions aviez avaient serai sera serait seront aurai aura aurait "
            "auront veux veut voulez peux peut pouvez dois doit devez sais sait savez"
        ),
        light=_words("ne n' me m' te se s' le la l' les lui leur en et hé eh ah oh oui non bien"),
        clitics=_words("ne n' me m' te t' se s'"),
        under=_words("si quand lorsque puisque car dans à en chez depuis pendant après avant"),
        objects=_words("y en me m' te t' se s' lui leur -y -en -moi -toi -lui -leur"),
        for_objects=_words(
            "moi toi soi nous vous eux elle elles lui ça cela ceci à dans de d' l' le la les"
        ),
        turned=_words("-il -elle -ils -elles -on"),
        put_in=_words("il ils elle elles"),
        told={"tu": "", "vous": "", "nous": ""},
        addressed=_words("je tu nous vous"),
        always=_words("je j' tu on c' elle elles ils"),
    ),
}
