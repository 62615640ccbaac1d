"""Units by language, behind a number: data for the checks of units and numbers, and nothing else.

A unit goes by its sign; words and signs with the same one are the same unit. A word that a language
shares with another meaning stands here where a number before it leaves none.
"""

from __future__ import annotations

from typing import Final

#: Signs of currencies, with the words that may stand for each, in any language.
CURRENCIES: Final[dict[str, str]] = {
    "€": "euro euros",
    "$": "dollar dollars dólar dólares dolar dolars dòlar dòlars dollaro dollari",
    "£": "pound pounds livre livres libra libras lliura lliures sterlina sterline pfund pond",
    "¥": "yen yens ienes yuan yuans",
    "₹": "rupee rupees roupie roupies rupia rupias rupie",
}
#: Signs in any language, as they are written, with the one of their unit: octets are bytes, and
#: "160 km/h" is "160 km per hour".
SIGNS: Final = (
    "%=% °C=°C °F=°F W=W kW=kW mm=mm cm=cm m=m km=km km/h=km mph=mi mg=mg g=g kg=kg ml=ml cl=cl "
    "l=l min=min h=h kB=kB KB=kB ko=kB Ko=kB MB=MB Mo=MB GB=GB Go=GB TB=TB To=TB"
)
#: Words, in any case, with the sign of their unit; a pound's weight goes by that of its money.
UNITS: Final[dict[str, str]] = {
    "en": "sec=s secs=s second=s seconds=s minute=min minutes=min mins=min hour=h hours=h hr=h "
    "hrs=h day=d days=d week=wk weeks=wk month=mo months=mo year=y years=y yr=y yrs=y century=c "
    "centuries=c millimetre=mm millimetres=mm millimeter=mm millimeters=mm centimetre=cm "
    "centimetres=cm centimeter=cm centimeters=cm metre=m metres=m meter=m meters=m kilometre=km "
    "kilometres=km kilometer=km kilometers=km kms=km inch=in inches=in foot=ft feet=ft ft=ft "
    "yard=yd yards=yd mile=mi miles=mi mi=mi milligram=mg milligrams=mg gram=g grams=g gramme=g "
    "grammes=g kilogram=kg kilograms=kg kilo=kg kilos=kg ton=t tons=t tonne=t tonnes=t ounce=oz "
    "ounces=oz oz=oz lb=£ lbs=£ millilitre=ml millilitres=ml milliliter=ml milliliters=ml "
    "centilitre=cl centilitres=cl litre=l litres=l liter=l liters=l pint=pt pints=pt gallon=gal "
    "gallons=gal percent=% cent=¢ cents=¢ pence=p franc=F francs=F peso=₱ pesos=₱",
    "fr": "seconde=s secondes=s minute=min minutes=min heure=h heures=h jour=d jours=d journée=d "
    "journées=d semaine=wk semaines=wk mois=mo an=y ans=y année=y années=y siècle=c siècles=c "
    "millimètre=mm millimètres=mm centimètre=cm centimètres=cm mètre=m mètres=m kilomètre=km "
    "kilomètres=km pouce=in pouces=in pied=ft pieds=ft yard=yd yards=yd mile=mi miles=mi "
    "milligramme=mg milligrammes=mg gramme=g grammes=g kilogramme=kg kilogrammes=kg kilo=kg "
    "kilos=kg tonne=t tonnes=t once=oz onces=oz millilitre=ml millilitres=ml centilitre=cl "
    "centilitres=cl litre=l litres=l pinte=pt pintes=pt gallon=gal gallons=gal centime=¢ "
    "centimes=¢ franc=F francs=F peso=₱ pesos=₱",
    "es": "segundo=s segundos=s minuto=min minutos=min hora=h horas=h día=d días=d semana=wk "
    "semanas=wk mes=mo meses=mo año=y años=y siglo=c siglos=c milímetro=mm milímetros=mm "
    "centímetro=cm centímetros=cm metro=m metros=m kilómetro=km kilómetros=km pulgada=in "
    "pulgadas=in pie=ft pies=ft yarda=yd yardas=yd milla=mi millas=mi miligramo=mg miligramos=mg "
    "gramo=g gramos=g kilogramo=kg kilogramos=kg kilo=kg kilos=kg tonelada=t toneladas=t onza=oz "
    "onzas=oz mililitro=ml mililitros=ml centilitro=cl centilitros=cl litro=l litros=l pinta=pt "
    "pintas=pt galón=gal galones=gal céntimo=¢ céntimos=¢ centavo=¢ centavos=¢ franco=F francos=F "
    "peso=₱ pesos=₱",
    "ca": "segon=s segons=s minut=min minuts=min hora=h hores=h dia=d dies=d setmana=wk "
    "setmanes=wk mes=mo mesos=mo any=y anys=y segle=c segles=c mil·límetre=mm mil·límetres=mm "
    "centímetre=cm centímetres=cm metre=m metres=m quilòmetre=km quilòmetres=km polzada=in "
    "polzades=in peu=ft peus=ft iarda=yd iardes=yd milla=mi milles=mi mil·ligram=mg "
    "mil·ligrams=mg gram=g grams=g quilogram=kg quilograms=kg quilo=kg quilos=kg tona=t tones=t "
    "unça=oz unces=oz mil·lilitre=ml mil·lilitres=ml centilitre=cl centilitres=cl litre=l "
    "litres=l pinta=pt pintes=pt galó=gal galons=gal cèntim=¢ cèntims=¢ centau=¢ centaus=¢ "
    "franc=F francs=F peso=₱ pesos=₱",
}
#: What a unit holds of the smallest of its kind: "two weeks" are "14 days".
SIZES: Final[tuple[dict[str, int], ...]] = (
    {"s": 1, "min": 60, "h": 3600, "d": 86_400, "wk": 604_800},
    {"mo": 1, "y": 12, "c": 1200},
    {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000},
    {"in": 1, "ft": 12, "yd": 36, "mi": 63_360},
    {"mg": 1, "g": 1000, "kg": 1_000_000, "t": 1_000_000_000},
    {"ml": 1, "cl": 10, "l": 1000},
)
#: The half of the day behind an hour: before noon, and after it. A night has hours of both.
HALF_DAYS: Final[dict[str, tuple[str, str]]] = {
    "en": (
        r"a\.?\s?m\b|(?:o['’]clock )?in the morning\b",
        r"p\.?\s?m\b|(?:o['’]clock )?in the (?:afternoon|evening)\b",
    ),
    "fr": (
        r"h(?:eures?)?(?:\s?\d\d| et (?:demie|quart))? du matin\b",
        r"h(?:eures?)?(?:\s?\d\d| et (?:demie|quart))? (?:de l['’]après-midi|du soir)\b",
    ),
    "es": (r"(?:horas )?de la (?:mañana|madrugada)\b", r"(?:horas )?de la tarde\b"),
    "ca": (r"(?:hores )?(?:del matí|de la matinada)\b", r"(?:hores )?(?:de la tarda|del vespre)\b"),
}
