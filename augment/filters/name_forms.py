"""Names with several common forms: data for the check of names, and nothing else.

Each line of ``_SAME`` is one name, in English, French, Spanish and Catalan where they differ by
more than spelling: a translation may leave a name as it was in the pivot. A form of several words
counts when all of them stand in the text.
"""

from __future__ import annotations

from typing import Final

#: Titles, which come and go before a name.
TITLES: Final = frozenset(
    ("sr", "sra", "srta", "dr", "dra", "don", "doña", "mr", "mrs", "ms", "mme", "mlle", "prof")
)
#: Spellings of one sound that a translation carries over or not (Khamenei, Jamenei; Korea, Corea).
SOUNDS: Final = (
    ("kh", "j"),
    ("ph", "f"),
    ("th", "t"),
    ("ch", "č"),
    ("qu", "k"),
    ("c", "k"),
    ("q", "k"),
    ("y", "i"),
)
_SAME: Final = (
    "us | usa | united states | america | american | americans | états unis | étatsuniens | "
    "étasuniens | américain | américaine | américains | américaines | amérique | ee uu | eeuu | "
    "eua | estados unidos | estadounidense | estadounidenses | norteamericano | norteamericana | "
    "norteamericanos | norteamericanas | américa | estats units | nord americà | estatunidenc",
    "uk | united kingdom | britain | british | britons | england | english | royaume uni | "
    "britannique | britanniques | grande bretagne | anglais | reino unido | británico | "
    "británica | británicos | británicas | gran bretaña | regne unit | britànic",
    "un | united nations | onu | nations unies | naciones unidas | nacions unides",
    "eu | european union | ue | union européenne | unión europea | unió europea",
    "ussr | soviet union | urss | union soviétique | unión soviética",
    "tv | television | télé | télévision | televisión | tele",
    "web | internet | net | online",
    "mp | député | députée | representative | congressman | congresswoman",
    "wwi | wwii | world war | guerre mondiale | guerra mundial",
    "bc | bce | jc | ac",
    "who | oms | world health organization",
    "gdp | pib",
    "vat | iva | tva",
    "ngo | ong",
    "ufo | ovni",
    "mri | irm | rm",
    "hiv | vih",
    "adhd | tdah | add | tda | trouble du déficit",
    "ai | ia",
    "iss | eei",
    "ioc | coi | cio",
    "icc | cpi",
    "germany | alemania | allemagne | alemanya",
    "german | alemán | alemana | alemanes | allemand | allemande | alemany",
    "spain | españa | espagne | espanya",
    "england | inglaterra | angleterre | anglaterra",
    "scotland | escocia | écosse | escòcia",
    "wales | gales | galles | gal·les",
    "ireland | irlanda | irlande",
    "netherlands | holland | países bajos | holanda | pays bas | hollande | països baixos",
    "switzerland | suiza | suisse | suïssa",
    "sweden | suecia | suède | suècia",
    "norway | noruega | norvège",
    "denmark | dinamarca | danemark",
    "greece | grecia | grèce | grècia",
    "japan | japón | japon | japó",
    "egypt | egipto | égypte | egipte",
    "lebanon | líbano | liban | líban",
    "ivory coast | costa marfil | côte ivoire | costa ivori",
    "cape verde | cabo verde | cap vert | cap verd",
    "myanmar | burma | birmania | birmanie | birmània",
    "persia | irán | iran | perse | pèrsia",
    "beijing | pekín | pékin | pequín | peking",
    "mumbai | bombay",
    "kolkata | calcuta | calcutta",
    "são paulo | sao paulo | san pablo",
    "new york | nueva york | nova york",
    "new zealand | nueva zelanda | nueva zelandia | nouvelle zélande | nova zelanda",
    "new orleans | nueva orleans | nouvelle orléans | nova orleans",
    "geneva | ginebra | genève",
    "cologne | colonia | köln | colònia",
    "florence | florencia | firenze | florència",
    "london | londres",
    "jerusalem | jerusalén | jérusalem",
    "cape town | ciudad cabo | le cap | ciutat cap",
    "mediterranean | mediterráneo | méditerranée | mediterrani",
    "danube | danubio | danubi",
    "rhine | rin | rhin",
    "thames | támesis | tamise | tàmesi",
    "navy | armada | marina | marine",
    "air force | fuerza aérea | armée air | força aèria",
    "house representatives | cámara representantes | chambre représentants",
    "senate | senado | sénat | senat",
    "supreme court | corte suprema | tribunal supremo | cour suprême | tribunal suprem",
    "big brother | gran hermano | gran germà",
    "world heritage | patrimoine mondial | patrimonio mundial | patrimonio humanidad | "
    "patrimoni mundial | patrimoni humanitat",
    "red cross | cruz roja | croix rouge | creu roja",
)


def forms() -> dict[str, list[tuple[str, ...]]]:
    """Give for each word of a form all forms of its name, as tuples of folded words."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in _SAME:
        every = [tuple(form.split()) for form in line.split(" | ")]
        for form in every:
            for word in form:
                found.setdefault(word, []).extend(every)
    return found
