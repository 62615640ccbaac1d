"""Number words by language: data for the check of numbers, and nothing else.

``STRICT`` words always count a number, and must be kept like digits. ``LOOSE`` words do so only
now and then (``un`` is an article too, ``neuf`` means new, ``second`` is also a unit of time): they
may stand for a number that is missing on the other side, and are not asked for themselves.
"""

from __future__ import annotations

from typing import Final

STRICT: Final[dict[str, str]] = {
    "en": "two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 "
    "thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 "
    "twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90",
    "fr": "deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 dix=10 onze=11 douze=12 treize=13 "
    "quatorze=14 quinze=15 seize=16 vingt=20 trente=30 quarante=40 cinquante=50 soixante=60 "
    "septante=70 nonante=90",
    "es": "dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 "
    "trece=13 catorce=14 quince=15 dieciséis=16 diecisiete=17 dieciocho=18 diecinueve=19 "
    "veinte=20 veintiuno=21 veintiún=21 veintiuna=21 veintidós=22 veintitrés=23 veinticuatro=24 "
    "veinticinco=25 veintiséis=26 veintisiete=27 veintiocho=28 veintinueve=29 "
    "treinta=30 cuarenta=40 cincuenta=50 sesenta=60 "
    "setenta=70 ochenta=80 noventa=90",
    "ca": "dos=2 dues=2 tres=3 quatre=4 cinc=5 sis=6 vuit=8 onze=11 dotze=12 tretze=13 "
    "catorze=14 quinze=15 setze=16 vint=20 trenta=30 quaranta=40 cinquanta=50 seixanta=60 "
    "setanta=70 vuitanta=80 noranta=90",
    "pt": "dois=2 duas=2 três=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 "
    "doze=12 treze=13 quatorze=14 catorze=14 quinze=15 vinte=20 trinta=30 quarenta=40 "
    "cinquenta=50 sessenta=60 setenta=70 oitenta=80 noventa=90",
    "it": "due=2 tre=3 quattro=4 cinque=5 sette=7 otto=8 nove=9 dieci=10 undici=11 dodici=12 "
    "tredici=13 quattordici=14 quindici=15 sedici=16 venti=20 trenta=30 quaranta=40 "
    "cinquanta=50 sessanta=60 settanta=70 ottanta=80 novanta=90",
    "de": "zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 neun=9 zehn=10 elf=11 zwölf=12 "
    "dreizehn=13 vierzehn=14 fünfzehn=15 sechzehn=16 siebzehn=17 achtzehn=18 neunzehn=19 "
    "zwanzig=20 dreißig=30 dreissig=30 vierzig=40 fünfzig=50 sechzig=60 siebzig=70 achtzig=80 "
    "neunzig=90",
}
LOOSE: Final[dict[str, str]] = {
    "en": "one=1 a=1 an=1 once=1 single=1 both=2 pair=2 couple=2 twice=2 double=2 half=2 second=2 "
    "dozen=12 dozens=12 fortnight=2 decade=10 decades=10 century=100 twins=2 "
    "hundred=100 hundreds=100 thousand=1000 thousands=1000 first=1 third=3 fourth=4 "
    "fifth=5 sixth=6 seventh=7 eighth=8 ninth=9 tenth=10 eleventh=11 twelfth=12 "
    "thirteenth=13 fourteenth=14 fifteenth=15 sixteenth=16 "
    "seventeenth=17 eighteenth=18 nineteenth=19 twentieth=20 thirtieth=30 "
    "zero=0 triple=3 quarter=4",
    "fr": "un=1 une=1 premier=1 première=1 seul=1 second=2 seconde=2 deuxième=2 double=2 couple=2 "
    "paire=2 deuxièmes=2 troisième=3 tiers=3 triple=3 quatrième=4 quart=4 cinquième=5 sixième=6 "
    "septième=7 huitième=8 neuf=9 neuvième=9 dixième=10 dizaine=10 douzaine=12 quinzaine=15 "
    "vingtaine=20 vingtième=20 trentaine=30 cent=100 cents=100 centaine=100 centaines=100 "
    "siècle=100 mille=1000 millier=1000 milliers=1000 décennie=10 décennies=10 moitié=2 demi=2 "
    "demie=2 jumeaux=2 zéro=0",
    "es": "un=1 uno=1 una=1 primer=1 primero=1 primera=1 primeros=1 primeras=1 ambos=2 ambas=2 "
    "par=2 pares=2 segundo=2 segunda=2 segundos=2 segundas=2 doble=2 dúo=2 pareja=2 tercer=3 "
    "tercero=3 tercera=3 terceros=3 terceras=3 tercio=3 tercios=3 trío=3 tríada=3 trilogía=3 "
    "triple=3 trimestre=3 cuarto=4 cuarta=4 cuartos=4 cuádruple=4 quinto=5 quinta=5 "
    "quíntuple=5 lustro=5 quinquenio=5 sexto=6 sexta=6 semestre=6 séptimo=7 séptima=7 "
    "octavo=8 octava=8 noveno=9 novena=9 décimo=10 décima=10 decena=10 decenas=10 decenio=10 "
    "decenios=10 undécimo=11 undécima=11 duodécimo=12 duodécima=12 docena=12 docenas=12 "
    "quincena=15 coronavirus=19 vigésimo=20 vigésima=20 veintena=20 veintitantos=20 "
    "veintitantas=20 treintena=30 cuarentena=40 cincuentena=50 cien=100 ciento=100 "
    "cientos=100 centena=100 centenas=100 centenar=100 centenares=100 siglo=100 "
    "doscientos=200 doscientas=200 trescientos=300 trescientas=300 cuatrocientos=400 "
    "cuatrocientas=400 quinientos=500 quinientas=500 seiscientos=600 seiscientas=600 "
    "setecientos=700 setecientas=700 ochocientos=800 ochocientas=800 novecientos=900 "
    "novecientas=900 mil=1000 miles=1000 millar=1000 millares=1000 milenio=1000 "
    "millón=1000000 millones=1000000 década=10 décadas=10 mitad=2 medio=2 media=2 gemelos=2 "
    "gemelas=2 cero=0",
    "ca": "un=1 una=1 u=1 primer=1 primera=1 parell=2 segon=2 segona=2 ambdós=2 tercer=3 tercera=3 "
    "quart=4 quarta=4 cinquè=5 sisè=6 set=7 setè=7 vuitè=8 nou=9 novè=9 deu=10 desè=10 dotzena=12 "
    "cent=100 mil=1000 zero=0",
    "pt": "um=1 uma=1 primeiro=1 primeira=1 ambos=2 par=2 segundo=2 segunda=2 terceiro=3 "
    "terceira=3 quarto=4 quinta=5 quinto=5 sexto=6 sétimo=7 oitavo=8 nono=9 décimo=10 dúzia=12 "
    "cem=100 cento=100 mil=1000 zero=0",
    "it": "un=1 uno=1 una=1 primo=1 prima=1 entrambi=2 entrambe=2 paio=2 secondo=2 seconda=2 "
    "terzo=3 terza=3 quarto=4 quinto=5 sei=6 sesto=6 settimo=7 ottavo=8 nono=9 decimo=10 "
    "dozzina=12 cento=100 mille=1000 mila=1000 zero=0",
    "de": "ein=1 eine=1 einen=1 einer=1 eins=1 erste=1 ersten=1 erster=1 beide=2 beiden=2 paar=2 "
    "zweite=2 zweiten=2 doppelt=2 dritte=3 dritten=3 drittel=3 vierte=4 viertel=4 fünfte=5 "
    "sechste=6 siebte=7 acht=8 achte=8 neunte=9 zehnte=10 dutzend=12 hundert=100 tausend=1000 "
    "null=0",
}


#: What a number before them is multiplied by: "dos docenas" are 24, "2,3 milliards" 2300000000.
SCALES: Final[dict[str, str]] = {
    "en": "dozen=12 decade=10 decades=10 thousand=1000 million=1000000 billion=1000000000 "
    "trillion=1000000000000",
    "fr": "douzaines=12 décennies=10 mille=1000 million=1000000 millions=1000000 "
    "milliard=1000000000 milliards=1000000000",
    "es": "docena=12 docenas=12 décadas=10 decenios=10 mil=1000 millón=1000000 millones=1000000 "
    "billón=1000000000000 billones=1000000000000",
    "ca": "dotzenes=12 dècades=10 mil=1000 milió=1000000 milions=1000000 bilió=1000000000000 "
    "bilions=1000000000000",
}
#: Words that multiply, plural and all; what they multiply may be left out ("millions of people").
FACTORS: Final[dict[str, str]] = {
    "en": "hundred=100 hundreds=100 thousand=1000 thousands=1000 million=1000000 millions=1000000 "
    "billion=1000000000 billions=1000000000 trillion=1000000000000 trillions=1000000000000",
    "fr": "cent=100 cents=100 mille=1000 millier=1000 milliers=1000 million=1000000 "
    "millions=1000000 milliard=1000000000 milliards=1000000000 billion=1000000000000 "
    "billions=1000000000000",
    "es": "cien=100 ciento=100 cientos=100 mil=1000 miles=1000 millar=1000 millares=1000 "
    "millón=1000000 millones=1000000 billón=1000000000000 billones=1000000000000",
    "ca": "cent=100 cents=100 centes=100 mil=1000 miler=1000 milers=1000 milió=1000000 "
    "milions=1000000 bilió=1000000000000 bilions=1000000000000",
    "pt": "cem=100 cento=100 mil=1000 milhar=1000 milhares=1000 milhão=1000000 milhões=1000000 "
    "bilhão=1000000000 bilhões=1000000000 trilhão=1000000000000 trilhões=1000000000000",
    "it": "cento=100 mille=1000 mila=1000 migliaio=1000 migliaia=1000 milione=1000000 "
    "milioni=1000000 miliardo=1000000000 miliardi=1000000000",
    "de": "hundert=100 tausend=1000 million=1000000 millionen=1000000 milliarde=1000000000 "
    "milliarden=1000000000 billion=1000000000000 billionen=1000000000000",
}
#: Words that count a number in front of those, and may be something else alone.
CARDINALS: Final[dict[str, str]] = {
    "en": "one=1",
    "fr": "un=1 une=1 neuf=9",
    "es": "un=1 una=1 doscientos=200 doscientas=200 trescientos=300 trescientas=300 "
    "cuatrocientos=400 cuatrocientas=400 quinientos=500 quinientas=500 seiscientos=600 "
    "seiscientas=600 setecientos=700 setecientas=700 ochocientos=800 ochocientas=800 "
    "novecientos=900 novecientas=900",
    "ca": "un=1 una=1 set=7 nou=9 deu=10",
    "pt": "um=1 uma=1 duzentos=200 duzentas=200 trezentos=300 trezentas=300 quatrocentos=400 "
    "quatrocentas=400 quinhentos=500 quinhentas=500 seiscentos=600 seiscentas=600 "
    "setecentos=700 setecentas=700 oitocentos=800 oitocentas=800 novecentos=900 novecentas=900",
    "it": "un=1 uno=1 una=1 sei=6",
    "de": "ein=1 eine=1 einen=1 einer=1 acht=8",
}
#: What stands between the words of one such number.
BETWEEN: Final[dict[str, str]] = {
    "en": "and", "fr": "et", "es": "y", "ca": "i", "pt": "e", "it": "e", "de": "und",
}  # fmt: skip
#: What stands between tens and units, and "and a half" behind what is counted.
BETWEEN_TENS: Final[dict[str, str]] = {
    "en": "[ -]",
    "fr": "[ -](?:et[ -])?",
    "es": " y ",
    "ca": "-(?:i-)?",
}
HALVES: Final[dict[str, str]] = {
    "en": "and a half",
    "fr": "et demie?",
    "es": "y medi[oa]",
    "ca": "i mi(?:g|tja)",
}
#: Parts of an hour that are also told in minutes.
MINUTES: Final[dict[str, dict[str, str]]] = {
    "en": {"half an hour": "30", "a quarter of an hour": "15"},
    "fr": {"une demi-heure": "30", "un quart d'heure": "15"},
    "es": {"media hora": "30", "un cuarto de hora": "15"},
    "ca": {"mitja hora": "30", "un quart d'hora": "15"},
}


def table(words: str) -> dict[str, str]:
    """Turn ``"two=2 three=3"`` into a dict of word to digits."""
    return dict(entry.split("=") for entry in words.split())
