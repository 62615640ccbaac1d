r"""Words of negation by language: data for the check of negation, and nothing else.

``core``
    negate wherever they stand, each one once.
``partners``
    negate too, but one clause with a core word and partners ("no ... nada") negates once.
``soft``
    regular expressions of words that hold a negation inside (``impossible``, ``lack``), ``\s`` for
    the spaces of phrases: never asked for, but one may take the place of a core word that is gone.
``turning``
    regular expressions of words that negate nothing, and without which a text may say the reverse
    (``far from good``, ``too long``): with the soft ones, what methods keep that change single
    words, and what the check asks for of these methods.
``ignored``
    regular expressions of fixed phrases that hold such a word and negate nothing.
``particle``
    French ``ne``, which negates with a partner and with a word of ``needing`` (``ne ... plus``,
    ``ne peut``), and in ``ne ... que`` means "only".
``idioms``
    pairs of regular expressions: a phrase that negates in words only (``no dude que``, "be sure
    that"), which may be gone altogether, and a sign that it is not gone, but has lost its negation.
    A sign that begins with ``^`` is a rule over the whole text.
``always``, ``negated``
    the word for "always" and what stands before it in "not always", with its space.
``concord``
    regular expression of words that behind a verb need a negation before it (``no tiene ninguna``):
    one that stands there alone shows that the negation is gone. They may begin a clause, or follow
    a word of ``openers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language; see the module."""

    core: str
    partners: str = ""
    soft: str = ""
    turning: str = ""
    ignored: tuple[str, ...] = ()
    particle: str = ""
    needing: str = ""
    idioms: tuple[tuple[str, str], ...] = ()
    concord: str = ""
    openers: str = ""
    always: str = ""
    negated: str = ""

    def turning_kinds(self) -> str:
        """Give a regular expression of the words of ``soft`` and ``turning``, of none if empty."""
        return "|".join([*self.soft.split(), *self.turning.split()]) or "(?!)"


CUES: Final[dict[str, Cues]] = {
    "en": Cues(
        always="always",
        negated="not |n't ",
        core="not n't never no none nobody nothing nowhere neither without cannot cant dont wont "
        "isnt arent wasnt werent doesnt didnt havent hasnt hadnt couldnt wouldnt shouldnt aint "
        "mustnt neednt noone",
        partners="nor",
        soft=r"un(?!der|til|i)\w{4,} in(?:ability|capable) im(?:possible|probable) "
        r"dis(?:like|agree|allow)\w* \w{3,}less forb[ia]d\w* fail\w* refus\w* lack\w* "
        r"miss(?:ing|ed|es)? avoid\w* prevent\w* den(?:y|ied|ies|ying) reject\w* absen\w+ "
        r"except unless hardly barely scarcely rarely seldom non minus anti free few little "
        r"ever nor least doubt\w* devoid off(?:line)? stop\w* ceas\w* "
        r"instead rather blind worse badly bad wrong",
        turning="too far wish(?:e[ds])? anything but",
        ignored=(
            r"\bnot only\b",
            r"\bno(?:t a)? doubt\b",
            r"\bwithout prejudice\b",
            r"\bnothing but\b",
            r"\bwhether or not\b",
            r"\bno\.\s?\d",
            r"\bnot? to mention\b",
            r"\bno matter\b",
            r"\bnone ?the ?less\b",
            r"\b(?:is|are|was|were|do|does|did|has|have|wo|ca|could|would|should)\s?n'?t "
            r"(?:it|he|she|they|you|we|i)\s?\?",
        ),
        idioms=(
            (r"(?:not|n't) (?:\w+ ){0,8}?until", r"until|till"),
            (r"without (?:stopping|ceasing)", r"stop\w*|ceas\w*"),
        ),
    ),
    "fr": Cues(
        always="toujours",
        negated="pas ",
        core="pas sans non",
        partners="jamais rien aucun aucune aucuns aucunes guère ni nullement",
        soft=r"im(?:possible|probable)\w* in(?:capable|connu|utile|égal|attendu)\w* absen\w+ "
        r"manqu\w+ refus\w+ empêch\w+ évit\w+ interdi\w+ ignor\w+ dout\w+ peu peine sauf "
        r"hormis excepté personne nul(?:le)? malheur\w* cess\w+ arrêt\w+ hors mal "
        r"priv(?:é|ée|és|ées) dépourv\w+ anonym\w+ aveugle\w* plutôt "
        r"in\w{3,}bles?",
        turning=r"trop loin rarement plus point échou\w+",
        ignored=(
            r"\bn'importe\b",
            r"\bsans (?:aucun )?doute\b",
            r"\bsans cesse\b",
            r"\bnon (?:seulement|plus|sans)\b",
            # "More than it is": this "ne" negates nothing.
            r"\b(?:plus|moins|mieux|avant)\b(?: \w+){0,3} qu(?:e |')\w+ ne\b"
            r"(?!(?: \w+){1,2} pas\b)",
            r"\brien qu(?:e (?:pour|de|à|ça|cela|moi|toi|lui|nous|vous|les?|la)|'(?:à|en|une?))\b",
            r"\b(?:un|de|le|ce|premier|chaque|faux|grand|grands|mes|tes|ses|nos|vos|leurs|des|les) "
            r"pas\b",
            r"\bpas (?:à pas|de la porte)\b",
            r"\bpas (?:seulement|moins)\b",
            r"\bsi jamais\b",
            r"\b(?:à|pour) jamais\b",
        ),
        particle="ne n",
        needing="plus personne point nul nulle peux peut peuvent pouvons pouvez pouvait pouvaient "
        "pourrait pourraient puis sait sais saurait savait cesse cessait ose osait",
    ),
    "es": Cues(
        always="siempre",
        negated="no ",
        core="no sin",
        partners="nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas ni tampoco",
        soft=r"im(?:posible|probable)\w* (?<!puede\s)(?<!pueden\s)falt\w+ carec\w+ nieg\w+ "
        r"neg(?:ó|ar|aron|ativa|ado|ada|ando|aba|aban) den(?:ieg|eg)\w+ rechaz\w+ evit\w+ "
        r"absten\w+ abst(?:iene|uv)\w* imp(?:id|ed)\w+ proh[ií]b\w+ ausen\w+ descart\w+ "
        r"desconoc\w+ ignor\w+ dud\w+ salvo excepto exceptuando excepción apenas poc[oa]s? "
        r"(?<!al\s)(?<!lo\s)menos fuera rar[oa]s? raramente escas\w+ cieg\w+ desemplead[oa]s? "
        r"desprovist[oa]s? in(?!cre|num)\w{3,}bles? imprescindible\w* "
        r"dej(?:a|an|ó|ar|aron|ando)\sde caren\w+ libres? (?:en|rara)\svez en\slugar\sde "
        r"ilegal\w* ilimitad\w+ irregular\w* ilícit\w+ esencial\w* negativ\w+ rehus\w+ "
        r"mal[oa]?s? ilesos? ilesas? indemnes? intact[oa]s? fracas\w+ infructuos\w+ gratis "
        r"gratuit\w+ deficient\w+ desacuerdo contrari\w+ exclu(?:y|ir|id)\w* exent[oa]s? "
        r"olvid\w+ pendientes? prescind\w+ privad[oa]s?\sde nul[oa]s? vac[ií][oa]s? cero "
        r"crud[oa]s? penas difícilmente desobed\w+ desaconsej\w+ des(?:mint|mient|ment)\w+ "
        r"in(?:acabad|adecuad|advertid|apropiad|capa[zc]|certidumbre|ciert|cómod|complet|"
        r"conclus|conscien|consistent|correct|defin|desead|édit|efica|eficien|esperad|estab|"
        r"exact|exist|experi|experti|explorad|feli|finit|frecuent|cumpl|habitad|habitual|"
        r"inteligib|just|móvil|mun|necesari|satisf|segur|sensib|suficien|usitad|usual|útil|"
        r"válid|voluntari)\w*",
        ignored=(
            r"\bno menos de\b",
            r"\bsin (?:contar|importar|cesar|falta)\b",
            r"\bno es tal cosa\b",
            r"\bhasta que no\b",
            r"\bno (?:\w+ )?(?:más|mas) que\b",
            r"\bno cabe duda\b",
            r"\bno s[eé] si\b",
            r"\bno obstante\b",
            r"\bno (?:s[oó]lo|solamente|únicamente|exclusivamente)\b",
            r"\bsin embargo\b",
            r"\bsin dudas?\b",
            r"\b(?:no tripulad[oa]s?|sin (?:tripulación|tripulantes|piloto))\b",
            r"\bnada más\b",
            r"\bcomo (?:nunca|ningun[oa]|ningún)\b",
            r"¿no\?",
            r",\s*¿?no\s*\?",
            r"\bno\.\s?\d",
            r"\bo no(?=\s*[,.;:?!)]|$)",
            # "The greatest ever seen", "more than ever"
            r"\b(?:más|menos|mejor|peor|mayor|menor|primer\w*)(?: \w+)? jamás "
            r"(?=\w+[dt][oa]s?\b)",
            r"\b(?:más|menos|mejor|peor|mayor|menor|antes)(?: \w+){0,3}? que (?:nunca|jamás|nadie|"
            r"nada|ningun[oa]|ningún)\b",
        ),
        idioms=(
            (r"no (?:\w+ ){0,12}?sino hasta", r"hasta"),
            (r"no (?:\w+ ){1,6}?hasta (?:que|el año|el siglo|hace|\d)", r"hasta"),
            (r"no (?:\w+ ){0,2}sino", r"sino|hasta"),
            (r"no (?:\w+ ){0,4}?(?:mism[oa]s?|igual(?:es)?)", r"mism[oa]s?|igual(?:es)?"),
            (r"no (?:\w+ ){0,3}?fácil(?:es)?", r"fácil\w*|sencill\w+|simpl\w+"),
            (r"no (?:\w+ )?(?:dud(?:e|es|en)|caben? (?:\w+ ){0,2}dudas?)", r"dud\w+"),
            (
                r"no (?:\w+ )?(?:dej\w+ de|olvid\w+|pierd\w+)",
                r"dej\w+ de|olvid\w+|perd\w+|pierd\w+",
            ),
            (r"no siempre", r"siempre"),
            # "Not all" may become "some", but not nothing at all.
            (
                r"no tod[oa]s?",
                r"^(?:(?=[\s\S]*\btod[oa]s?\b)|(?![\s\S]*\b(?:algun|s[oó]l[oa]|parte|poc|vari|"
                r"mayoría|excep)))",
            ),
            (r"no (?:está|estaría) de más", r"más"),
            (r"no en vano", r"vano"),
            (r"no bien", r"bien"),
            (r"(?:nunca|jamás) antes", r"nunca|jamás|antes"),
            (r"no (?:\w+ )?import(?:a|an|aba)", r"import\w+"),
            (r"no (?:\w+ )?más de", r"más|super\w+|exced\w+|mayor\w*"),
            (r"no (?:\w+ ){0,2}más remedio", r"más|remedio|opción|alternativa"),
            (r"no (?:\w+ )?(?:de extrañar|extraña|sorprend\w+)", r"extrañ\w+|sorpre\w+|casual\w*"),
            (r"no (?:muy )?lejos", r"lejos"),
            (r"no videntes?", r"videntes?"),
            (r"no gubernamental(?:es)?", r"gubernamental(?:es)?"),
            (r"no (?:\w+ ){0,2}?familiarizad[oa]s?", r"familiariz\w+"),
            (r"sin conexión", r"conexión|conectad\w+|en línea"),
            (
                r"sin (?:ningún |mayores |grandes )?(?:problemas?|dificultad(?:es)?)",
                r"problem\w+|dificult\w+",
            ),
            (r"no así", r"así|caso|ocurr\w+"),
            (r"sin perjuicio de", r"perjuicio"),
            (r"sin (?:precedentes?|parangón)", r"precedentes?|parangón|igual(?:es)?"),
            (r"sin (?:lugar a|ningún género de|sombra de) dudas?", r"dud\w+"),
            (r"sin ir más lejos", r"lejos"),
        ),
        concord=r"(?:(?:a|con|contra|hacia|para|sobre) )?ning[uú]n(?:o|a|os|as)?|"
        r"ni(?!\s+siquiera)(?!.*\bni\b)",
        openers=", ante bajo de del desde en entre hasta por según tras y e o u que porque pues "
        "aunque si cuando como donde pero mas casi ya además solo sólo",
    ),
    "ca": Cues(
        always="sempre",
        negated="no ",
        core="no sense",
        partners="mai res ningú ni tampoc enlloc",
        soft=r"im(?:possible|probable)\w* incapa\w+ falt\w+ manc\w+ rebutj\w+ neg\w+ evit\w+ "
        r"impe\w+ prohib\w+ absèn\w+ desconeg\w+ ignor\w+ excepte llevat poc poca pocs "
        r"poques menys desconfi\w+ deix\w+\sde",
        ignored=(
            r"\bno obstant\b",
            r"\bno només\b",
            r"\bsens(?:e)? dubte\b",
            r",\s*no\s*\?",
            r"\bsi més no\b",
            r"\babans no\b",
            r"\bno\.\s?\d",
        ),
        idioms=(
            (r"no (?:\w+ ){0,8}?fins", r"fins"),
            (r"no (?:\w+ )?gaire(?:s|bé)?", r"gaire(?:s|bé)?|molt\w*"),
            (r"sense deixar de", r"deix\w+ de"),
        ),
    ),
    "pt": Cues(
        always="sempre",
        negated="nem |não ",
        core="não sem",
        partners="nunca jamais nada ninguém nenhum nenhuma nenhuns nem tampouco",
        soft=r"im(?:possível|provável)\w* incapaz\w* falt\w+ neg\w+ recus\w+ evit\w+ imped\w+ "
        r"proib\w+ ausên\w+ desconhec\w+ exceto salvo pouc[oa]s? menos",
        ignored=(r"\bnão só\b", r"\bnão apenas\b", r"\bsem dúvida\b", r",\s*não\s*(?:é\s*)?\?"),
    ),
    "gl": Cues(
        core="non sen",
        partners="nunca xamais nada ninguén ningún ningunha nin tampouco",
        soft=r"imposible\w* incapa\w+ falt\w+ neg\w+ evit\w+ imped\w+ prohib\w+ agás pouc[oa]s? "
        r"menos",
        ignored=(r"\bnon obstante\b", r"\bnon só\b", r"\bsen dúbida\b", r"\bsen embargo\b"),
    ),
    "it": Cues(
        always="sempre",
        negated="non ",
        core="non senza no",
        partners="mai niente nulla nessuno nessuna nessun né neanche nemmeno neppure mica",
        soft=r"im(?:possibil|probabil)\w* incapac\w+ manca\w* nega\w* rifiut\w+ evit\w+ imped\w+ "
        r"viet\w+ assen\w+ ignor\w+ tranne eccetto poc[oa]|pochi|poche meno sconosciut\w+",
        ignored=(r"\bnon solo\b", r"\bsenza dubbio\b", r"\ba meno che non\b", r"\bse non\b"),
    ),
    "de": Cues(
        always="immer",
        negated="nicht ",
        core="nicht nie niemals nichts niemand niemanden niemandem nirgends nirgendwo ohne weder "
        "nein kein keine keinen keinem keiner keines",
        soft=r"un\w{4,} kaum selten fehl\w+ mangel\w* weiger\w+ verweiger\w+ verhinder\w+ "
        r"vermeid\w+ verb\w+ außer wenig\w* noch \w{3,}los(?:e|en|er|es)?",
        ignored=(
            r"\bnicht nur\b",
            r"\bohne zweifel\b",
            r"\bgar nicht so\b",
            r",\s*nicht(?: wahr)?\s*\?",
        ),
    ),
    "nl": Cues(
        core="niet nooit niets niks niemand nergens zonder geen nee noch",
        soft=r"on\w{5,} nauwelijks zelden ontbre\w+ weiger\w+ vermijd\w+ verb\w+ behalve weinig "
        r"\w{3,}loos",
        ignored=(r"\bniet alleen\b", r"\bzonder twijfel\b"),
    ),
    "eo": Cues(
        core="ne sen",
        partners="neniam nenio nenion neniu neniuj neniun neniujn nenie neniel nek",
        soft=r"ne[a-z]ebla\w* mal\w{3,} mank\w+ rifuz\w+ evit\w+ malpermes\w+ krom apenaŭ "
        r"malmult\w*",
        ignored=(r"\bne nur\b", r"\bsen dubo\b"),
    ),
    "ru": Cues(
        core="не нет без нельзя",
        partners="ни никто никого никому ничего ничто никогда нигде никуда никакой никаких",
        soft=r"невозмож\w+ едва отсутств\w+ кроме мало отказ\w+ избег\w+ запре\w+ не\w{5,}",
        ignored=(r"\bне только\b", r"\bбез сомнения\b"),
    ),
}
