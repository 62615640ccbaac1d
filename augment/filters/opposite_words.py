"""Words and their opposites, by language: data for the check of senses.

What says the opposite turns a label around and stays as similar as a synonym. Each line is "words |
words that say the opposite"; one side gone and the other come, in either direction, is refused.
"""

from __future__ import annotations

from typing import Final

#: Words that turn the next ones around: "not easy" is "hard".
TURNING: Final[dict[str, frozenset[str]]] = {
    "en": frozenset(
        {"not", "no", "never", "nothing", "hardly", "less", "least", "without", "than", "cannot"}
    ),
    "fr": frozenset({"pas", "peu", "moins", "jamais", "rien", "guère", "sans", "non", "que"}),
    "es": frozenset({"no", "nunca", "poco", "menos", "sin", "nada", "que"}),
}

OPPOSITES: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "good great excellent wonderful | bad terrible awful horrible",
        "better | worse",
        "best | worst",
        "well | badly",
        "love loves loved loving adore adores adored | "
        "hate hates hated hating detest detests detested",
        "like likes liked | dislike dislikes disliked hate hates hated",
        "happy glad | sad unhappy",
        "beautiful pretty lovely | ugly",
        "interesting exciting | boring dull",
        "cheap | expensive",
        "clean | dirty filthy",
        "fast quick quickly | slow slowly",
        "easy easily | difficult hard",
        "hot warm | cold",
        "always | never",
        "everybody everyone | nobody",
        "everything | nothing",
        "polite friendly kind | rude unfriendly unkind",
        "safe | unsafe dangerous",
        "possible | impossible",
        "legal | illegal",
        "true | false untrue",
        "right correct | wrong incorrect",
        "strong | weak",
        "rich | poor",
        "alive | dead",
        "success successful | failure",
        "succeed succeeds succeeded | fail fails failed",
        "accept accepts accepted | refuse refuses refused reject rejects rejected",
        "increase increases increased rise rises rose | "
        "decrease decreases decreased fall falls fell",
        "win wins won | lose loses lost",
        "buy buys bought | sell sells sold",
        "satisfied pleased | dissatisfied disappointed",
        "useful | useless",
        "before | after",
    ),
    "fr": (
        "bon bonne bons bonnes excellent excellente | mauvais mauvaise mauvaises nul nulle",
        "meilleur meilleure meilleurs meilleures | pire pires",
        "aime aimes aiment aimé aimée aimer adore adores adorent adoré adorer | "
        "déteste détestes détestent détesté détestée détester hais hait haïr",
        "heureux heureuse heureuses content contente | triste tristes malheureux malheureuse",
        "beau belle beaux belles joli jolie | laid laide moche moches",
        "intéressant intéressante passionnant passionnante | ennuyeux ennuyeuse",
        "propre propres | sale sales",
        "rapide rapides vite | lent lente lentes lentement",
        "facile faciles facilement | difficile difficiles difficilement",
        "chaud chaude chauds chaudes | froid froide froids froides",
        "toujours | jamais",
        "tout | rien",
        "poli polie aimable aimables | impoli impolie désagréable désagréables",
        "possible possibles | impossible impossibles",
        "légal légale | illégal illégale",
        "vrai vraie vrais vraies | faux fausse fausses",
        "raison | tort",
        "fort forte forts fortes | faible faibles",
        "riche riches | pauvre pauvres",
        "vivant vivante | mort morte",
        "réussite succès | échec échecs",
        "réussi réussie réussir réussit | échoué échouer échoue raté ratée",
        "accepte accepté acceptée accepter | refuse refusé refusée refuser",
        "augmente augmenté augmenter | diminue diminué diminuer",
        "gagne gagné gagner | perd perdu perdue perdre",
        "achète acheté achetée acheter | vend vendu vendue vendre",
        "satisfait satisfaite | insatisfait insatisfaite déçu déçue",
        "utile utiles | inutile inutiles",
        "avant | après",
    ),
    "es": (
        "bueno buena buenos buenas buen excelente | malo mala malos malas mal pésimo pésima",
        "mejor mejores | peor peores",
        "amo ama aman amar adoro adora | odio odia odian odiar detesto detesta",
        "feliz felices contento contenta | triste tristes infeliz",
        "bonito bonita hermoso hermosa guapo guapa | feo fea feos feas",
        "interesante interesantes | aburrido aburrida aburridos aburridas",
        "barato barata baratos baratas | caro cara caros caras",
        "limpio limpia limpios limpias | sucio sucia sucios sucias",
        "rápido rápida rápidamente | lento lenta lentamente",
        "fácil fáciles fácilmente | difícil difíciles",
        "caliente calientes | frío fría fríos frías",
        "siempre | nunca jamás",
        "todo | nada",
        "posible posibles | imposible imposibles",
        "verdadero verdadera | falso falsa",
        "fuerte fuertes | débil débiles",
        "rico rica ricos ricas | pobre pobres",
        "vivo viva | muerto muerta",
        "éxito | fracaso",
        "acepta aceptó aceptar | rechaza rechazó rechazar",
        "aumenta aumentó aumentar | disminuye disminuyó disminuir",
        "gana ganó ganar | pierde perdió perder",
        "compra compró comprar | vende vendió vender",
        "útil útiles | inútil inútiles",
        "antes | después",
    ),
}
