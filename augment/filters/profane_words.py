"""Coarse words and slurs by language: data for the check of profanity, and nothing else.

Only words that are coarse in nearly every use stand here: a list for refusing what a translator
added, not for judging what people write. Words with a plain sense of their own ("cock", "con",
"zorra") are left out.
"""

from __future__ import annotations

from typing import Final

PROFANE: Final[dict[str, str]] = {
    "en": "fuck fucks fucked fucker fuckers fuckin fucking motherfucker motherfuckers "
    "motherfucking shit shits shitty bullshit shithead bitch bitches asshole assholes arsehole "
    "arseholes bastard bastards cunt cunts dickhead dickheads whore whores slut sluts wanker "
    "wankers twat twats bollocks faggot faggots nigger niggers prick pricks pussy pissed crap "
    "crappy goddamn goddamned jackass dumbass piss",
    "fr": "putain putains merde merdes merdique connard connards connasse connasses salaud salauds "
    "salope salopes enculé enculés enculer bordel chier chiant chiante chiants foutre "
    "foutu foutue emmerder emmerde emmerdes emmerdant pute putes branleur branleurs couille "
    "couilles couillon pédé pédés tapette bite bites nique niquer bâtard bâtards enfoiré "
    "enfoirés pouffiasse trouduc",
    "es": "mierda mierdas puta putas puto putos joder jodido jodida jodidos jodidas jódete coño "
    "cabrón cabrones cabrona gilipollas hijoputa hijueputa pendejo pendeja pendejos chingar "
    "chingada chingado culero carajo maricón maricones polla pollas follar follando mamón "
    "cojones cagar cagada verga pinche",
    "ca": "merda merdes puta putes collons cony fotre fotut fotuda cabró cabrons gilipolles "
    "malparit malparida maricó marieta cagar follar",
    "pt": "merda merdas puta putas puto caralho foder foda fodido fodida cabrão cabrões "
    "buceta cu porra paneleiro viado cagar cona piroca",
    "it": "cazzo cazzi cazzate merda merde stronzo stronza stronzi stronze puttana puttane troia "
    "troie vaffanculo fottere fottuto fottuta coglione coglioni minchia incazzato bastardo "
    "bastardi frocio froci culo",
    "de": "scheiße scheisse scheiß scheiss arschloch arschlöcher ficken fick gefickt fotze fotzen "
    "hure huren hurensohn wichser schlampe schlampen miststück verpiss arsch kacke schwuchtel",
    "nl": "kut klootzak klootzakken godverdomme hoer hoeren neuken lul lullen teringlijer kanker "
    "kutwijf eikel",
    "gl": "merda merdas puta putas carallo cona foder fodido cabrón cabróns",
    "ru": "блядь блять сука хуй хуйня пизда пиздец ебать ебаный мудак говно дерьмо",
}
