"""Words of negation by language: data for the check of negation, and nothing else.

``core``
    negate wherever they stand, each one once.
``partners``
    negate too, but one clause with a core word and partners ("no ... nada") negates once.
``soft``
    regular expressions of words that hold a negation inside (``impossible``, ``lack``): never
    asked for, but one of them may take the place of a core word that is gone.
``ignored``
    regular expressions of fixed phrases that hold such a word and negate nothing.
``particle``
    French ``ne``, which negates with a partner and with a word of ``needing`` (``ne ... plus``,
    ``ne peut``), and in ``ne ... que`` means "only".
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
    ignored: tuple[str, ...] = ()
    particle: str = ""
    needing: str = ""


CUES: Final[dict[str, Cues]] = {
    "en": Cues(
        core="not n't never no none nobody nothing nowhere neither without cannot cant dont wont "
        "isnt arent wasnt werent doesnt didnt havent hasnt hadnt couldnt wouldnt shouldnt aint "
        "mustnt neednt noone",
        partners="nor",
        soft=r"un(?!der|til|i)\w{4,} in(?:ability|capable) im(?:possible|probable) "
        r"dis(?:like|agree|allow)\w* \w{3,}less forb[ia]d\w* fail\w* refus\w* lack\w* "
        r"miss(?:ing|ed|es)? avoid\w* prevent\w* den(?:y|ied|ies|ying) reject\w* absen\w+ "
        r"except unless hardly barely scarcely rarely seldom non minus anti free few little "
        r"ever nor least doubt\w* stop devoid off(?:line)? "
        r"instead rather blind worse badly bad wrong",
        ignored=(
            r"\bnot only\b",
            r"\bno(?:t a)? doubt\b",
            r"\bnothing but\b",
            r"\bwhether or not\b",
            r"\bno\.\s?\d",
            r"\bnot? to mention\b",
            r"\bno matter\b",
            r"\bnone ?the ?less\b",
            r"\b(?:is|are|was|were|do|does|did|has|have|wo|ca|could|would|should)\s?n'?t "
            r"(?:it|he|she|they|you|we|i)\s?\?",
        ),
    ),
    "fr": Cues(
        core="pas sans non",
        partners="jamais rien aucun aucune aucuns aucunes guère ni nullement",
        soft=r"im(?:possible|probable)\w* in(?:capable|connu|utile|égal|attendu)\w* absen\w+ "
        r"manqu\w+ refus\w+ empêch\w+ évit\w+ interdi\w+ ignor\w+ dout\w+ peu peine sauf "
        r"hormis excepté personne nul(?:le)? malheur\w* cess\w+ arrêt\w+ hors mal "
        r"priv(?:é|ée|és|ées) dépourv\w+ anonym\w+ aveugle\w* plutôt "
        r"in\w{3,}bles?",
        ignored=(
            r"\bn'importe\b",
            r"\bsans (?:aucun )?doute\b",
            r"\bsans cesse\b",
            r"\bnon (?:seulement|plus)\b",
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
        core="no sin",
        partners="nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas ni tampoco",
        soft=r"im(?:posible|probable)\w* in(?:capaz|útil|esperad)\w* falt\w+ carec\w+ nieg\w+ "
        r"neg(?:ó|ar|aron) rechaz\w+ evit\w+ imp(?:ide|edir|idió) prohib\w+ ausen\w+ "
        r"desconoc\w+ ignor\w+ dud\w+ salvo excepto apenas poc[oa]s? menos fuera sino rar[oa]s? "
        r"escas\w+ cieg\w+ desemplead[oa]s? desprovist[oa]s? in\w{3,}bles? imprescindible\w* "
        r"dej(?:a|an|ó|ar|aron|ando) caren\w+ libres? vez ilegal\w* ilimitad\w+ irregular\w* "
        r"esencial\w* negativ\w+ rehus\w+ mal[oa]?s?",
        ignored=(
            r"\bno menos de\b",
            r"\bsin (?:contar|importar|cesar|falta)\b",
            r"\bno es tal cosa\b",
            r"\bhasta que no\b",
            r"\bno (?:\w+ )?(?:más|mas) que\b",
            r"\bno cabe duda\b",
            r"\bno s[eé] si\b",
            r"\bno obstante\b",
            r"\bno s[oó]lo\b",
            r"\bno solamente\b",
            r"\bsin embargo\b",
            r"\bsin duda\b",
            r"\bnada más\b",
            r"¿no\?",
            r",\s*¿?no\s*\?",
        ),
    ),
    "ca": Cues(
        core="no sense",
        partners="mai res ningú ni tampoc enlloc",
        soft=r"im(?:possible|probable)\w* incapa\w+ falt\w+ manc\w+ rebutj\w+ neg\w+ evit\w+ "
        r"impe\w+ prohib\w+ absèn\w+ desconeg\w+ ignor\w+ excepte llevat poc poca pocs "
        r"poques menys",
        ignored=(r"\bno obstant\b", r"\bno només\b", r"\bsens(?:e)? dubte\b", r",\s*no\s*\?"),
    ),
    "pt": Cues(
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
        core="non senza no",
        partners="mai niente nulla nessuno nessuna nessun né neanche nemmeno neppure mica",
        soft=r"im(?:possibil|probabil)\w* incapac\w+ manca\w* nega\w* rifiut\w+ evit\w+ imped\w+ "
        r"viet\w+ assen\w+ ignor\w+ tranne eccetto poc[oa]|pochi|poche meno sconosciut\w+",
        ignored=(r"\bnon solo\b", r"\bsenza dubbio\b", r"\ba meno che non\b", r"\bse non\b"),
    ),
    "de": Cues(
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
