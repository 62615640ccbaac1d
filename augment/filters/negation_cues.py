"""Words of negation by language: data for the check of negation, and nothing else.

``core``
    negate wherever they stand, each one once.
``partners``
    negate too, but one clause with a core word and partners ("no ... nada") negates once.
``soft``
    hold a negation inside (``impossible``, ``lack``): never asked for, but one of them may take
    the place of a core word that is gone.
``ignored``
    regular expressions of fixed phrases that hold such a word and negate nothing.
``particle``
    French ``ne``, which negates with a partner and with ``needing`` (``ne ... plus``), and in
    ``ne ... que`` means "only".
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
        "mustnt neednt nope noone",
        partners="nor",
        soft="impossible unable unlikely hardly barely scarcely rarely seldom lack lacks lacked "
        "lacking fail fails failed refuse refuses refused absent absence except unless un non "
        "minus anti avoid prevent stop unknown unhappy unfair incapable little few nay free "
        "non any anything anybody anyone ever",
        ignored=(
            r"\bnot only\b",
            r"\bno(?:t a)? doubt\b",
            r"\bnothing but\b",
            r"\bwhether or not\b",
            r"\bno\.\s?\d",
            r"\bnot? to mention\b",
            r"\bno matter\b",
            r"\bnone ?the ?less\b",
            r"\b(?:is|are|was|were|do|does|did|has|have|wo|ca|could|would|should)\s?n[’']?t "
            r"(?:it|he|she|they|you|we|i)\s?\?",
        ),
    ),
    "fr": Cues(
        core="pas sans non",
        partners="jamais rien aucun aucune aucuns aucunes guère ni nullement",
        soft="impossible incapable absence manque manquer manquent refuse refuser refusé empêche "
        "empêcher peu sauf hormis excepté inconnu personne nul nulle plus point ne n malheureux "
        "moindre faux arrêter arrête éviter cesse",
        ignored=(
            r"\bn[’']importe\b",
            r"\bsans (?:aucun )?doute\b",
            r"\bsans cesse\b",
            r"\bnon (?:seulement|plus)\b",
            r"\brien que\b",
            r"\b(?:un|de|le|ce|premier|chaque|faux|grand|grands|mes|tes|ses|nos|vos|leurs|des|les) "
            r"pas\b",
            r"\bpas (?:à pas|de la porte)\b",
            r"\bpas seulement\b",
            r"\bsi jamais\b",
            r"\b(?:à|pour) jamais\b",
        ),
        particle="ne n",
        needing="plus personne point nul nulle",
    ),
    "es": Cues(
        core="no sin",
        partners="nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas ni tampoco",
        soft="imposible incapaz falta faltan carece carecen niega negó rechaza rechazó evitar "
        "salvo excepto apenas poco poca pocos pocas ausencia desconocido impide",
        ignored=(
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
        partners="mai res ningú cap gens ni tampoc pas enlloc",
        soft="impossible incapaç falta manca rebutja nega evitar excepte llevat poc "
        "poca pocs poques",
        ignored=(r"\bno obstant\b", r"\bno només\b", r"\bsens(?:e)? dubte\b", r",\s*no\s*\?"),
    ),
    "pt": Cues(
        core="não sem",
        partners="nunca jamais nada ninguém nenhum nenhuma nenhuns nem tampouco",
        soft="impossível incapaz falta nega recusa evitar exceto salvo pouco pouca poucos poucas",
        ignored=(r"\bnão só\b", r"\bnão apenas\b", r"\bsem dúvida\b", r",\s*não\s*(?:é\s*)?\?"),
    ),
    "gl": Cues(
        core="non sen",
        partners="nunca xamais nada ninguén ningún ningunha nin tampouco",
        soft="imposible incapaz falta nega evitar agás pouco pouca",
        ignored=(r"\bnon obstante\b", r"\bnon só\b", r"\bsen dúbida\b", r"\bsen embargo\b"),
    ),
    "it": Cues(
        core="non senza no",
        partners="mai niente nulla nessuno nessuna nessun né neanche nemmeno neppure mica",
        soft="impossibile incapace manca mancano nega rifiuta evitare tranne eccetto poco poca",
        ignored=(r"\bnon solo\b", r"\bsenza dubbio\b", r"\ba meno che non\b", r"\bse non\b"),
    ),
    "de": Cues(
        core="nicht nie niemals nichts niemand niemanden niemandem nirgends nirgendwo ohne weder "
        "nein kein keine keinen keinem keiner keines",
        soft="unmöglich kaum selten fehlt fehlen mangelt weigert ausser außer unbekannt noch wenig "
        "wenige",
        ignored=(
            r"\bnicht nur\b",
            r"\bohne zweifel\b",
            r"\bgar nicht so\b",
            r",\s*nicht(?: wahr)?\s*\?",
        ),
    ),
    "nl": Cues(
        core="niet nooit niets niks niemand nergens zonder geen nee noch",
        soft="onmogelijk nauwelijks zelden ontbreekt behalve onbekend weinig",
        ignored=(r"\bniet alleen\b", r"\bzonder twijfel\b"),
    ),
    "eo": Cues(
        core="ne sen",
        partners="neniam nenio nenion neniu neniuj neniun neniujn nenie neniel nek",
        soft="neebla malhavas mankas krom apenaŭ malmulte",
        ignored=(r"\bne nur\b", r"\bsen dubo\b"),
    ),
    "ru": Cues(
        core="не нет без нельзя",
        partners="ни никто никого никому ничего ничто никогда нигде никуда никакой никаких",
        soft="невозможно едва отсутствует отсутствие кроме мало",
        ignored=(r"\bне только\b", r"\bбез сомнения\b"),
    ),
}
