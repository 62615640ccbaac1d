"""Turns of phrase that are wrong where an engine by rules made them, and may be right elsewhere.

Written as those of `augment.filters.grammar_turns`. Good translators turn some of these rightly,
where a noun has another gender or a sentence another shape.
"""

from __future__ import annotations

from typing import Final

#: French words in front of a noun, and adjectives that belong between the two.
_DETERMINERS: Final = (
    "(?:[Ll]es?|[Ll]a|[Dd]u|[Uu]ne?|[Dd]es|[Cc]es?|[Cc]ette|[MmTtSs](?:on|a|es)|[NnVv]otre|[Ll]eur)"
)
_IN_FRONT: Final = (
    "(?:grande?s?|petite?s?|vraie?s?|mauvaise?s?|gros|grosses?|bon|bons|bonnes?|beau|beaux|"
    "belles?|jeunes?|jolie?s?|vieux|vieil|vieilles?|propres?)"
)
_DEGREES: Final = (
    "(?:seule?s?|très|plus|moins|bien|assez|trop|aussi|autres?|même|deux|trois|quatre)"
)
_TO_DO: Final = r"(?:l[ea]s? |l['’]|[mts]e |[nv]ous )?\w+(?:er|ir|re)\b"
_TU: Final = r"(?:[Tt]u|[Tt]oi|[Tt]e|[Tt](?:on|a|es))\b|\b[Tt]['’]"
_VOUS: Final = r"(?:[Vv]ous|[Vv]otre|[Vv]os)\b"
_STRONG: Final = "moi|toi|lui|elles?|nous|vous|eux"
#: Commands that nobody takes for a "je" left out, as "Recommande" may be.
_COMMANDS: Final = (
    "Va|Dis|Viens|Fais|Prends|Mets|Tiens|Attends|Descends|Rends|Réponds|Ouvre|Ferme|Donne|Arrête|Écoute|"
    "Regarde|Reste|Laisse|Entre|Monte|Cours|Sors|Pars|Montre|Demande|Appelle|Oublie"
)
#: What "dans" says when of, and what one is "en".
_TIMES: Final = (
    r"(?:combien|quelques|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente|"
    r"\d+)"
)
_STATES: Final = (
    "(?:grève|colère|forme|retard|prison|vie|train|paix|route|danger|guerre|vacances|sécurité|"
    "avance)"
)

#: What stands in the original, and what engines by rules put in its place.
TURNED_BY_RULES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "fr": (
        # dis-leur -> dis-les; qu'il prévoie -> qui prévoie; qu'elle peut -> qu'il peut
        (r"-leur\b", r"-les\b"),
        (
            r"\b[Qq]u['’](?:ils?|elles?)\b",
            r"\bqui (?!est|sont|étai(?:en)?t|ils?|elles?)\w",
        ),
        (r"\b[Ee]lles?\b", r"\b[Ii]ls?\b"),
        (
            r"\b[Qq]u['’]est-ce qu['’](?:il|elle|on)s?\b",
            r"\b[Qq]u['’]est-ce que? \w+\s*\?",
        ),
        # Viens là -> Je viens là; Va chercher -> Il va chercher
        (
            rf"^(?:{_COMMANDS})\b",
            rf"^(?:J(?:e |['’])|Il |Elle )(?:{_COMMANDS.lower()})\b",
        ),
        (
            r"(?:^|, |\b(?:[Ee]t|[Mm]ais|[Aa]lors) )[Nn](?:e |['’])\w+ (?:pas|rien|jamais)\b",
            r"\b[Ii]l n(?:e |['’])\w+ (?:pas|rien|jamais)\b",
        ),
        # Il n'a pas l'air -> Il n'y a pas l'air; C'est la volonté -> Il est la volonté
        (r"\b(?:[Ii]l|[Ee]lle) (?:n['’])?a\b", r"\b[Ii]l (?:n['’])?y a\b"),
        (
            r"\b[Cc](?:['’]|e n['’])(?:est|était)\b",
            r"\b[Ii]l (?:n['’])?(?:est|était) (?:pas )?(?:(?:la|les?|une?|[mts]on|[mts]a|notre|"
            r"votre|leur|parce|ici|moi|toi|lui|eux|pourquoi|comme|ce|cet|cette)\b|l['’]|quelqu)|"
            r"(?:[,;:] |\b(?:mais|et|car) )(?:n['’])?(?:est|était) ",
        ),
        (r"\b[Çç]a va\b", r"\b[Cc]eci (?:ne |n['’])?va\b"),
        (
            r"(?<!\b[Tt]out )\b[Çç]a\b",
            r"(?<!\b[Tt]out )\b[Cc]eci (?:[mtvn](?:e|['’]|ous)\b|(?:fait|ira|marche|suffit)\b)",
        ),
        # un peu stupides -> un peu de stupides; certains d'entre -> quelques d'entre
        (r"\b[Uu]n peu\b(?! de\b| d['’])", r"\b[Uu]n peu (?:de\b|d['’])"),
        (
            r"\b(?:tellement|beaucoup|trop|assez)\s*[.!?]",
            r"\b(?:tellement|beaucoup|trop|assez) de\s*[.!?]",
        ),
        (r"\b[Cc]ombien d(?:e |['’])", r"\b[Cc]ombien (?!d(?:e\b|['’]))\w"),
        (
            r"\b(?:[Cc]ertaine?s|[Qq]uelques-une?s|[Pp]lusieurs)\b",
            r"\b[Qq]uelques d(?:e |['’])",
        ),
        (r"\btout de suite\b", r"\btout suivi\b"),
        (r"\b[Dd]epuis (?!lors)\w", r"\b[Dd]epuis lors \w"),
        # dans trois semaines -> en trois semaines; en grève -> à grève; en forme -> forme
        (
            rf"\b[Dd]ans (?:une? |{_TIMES}\b)",
            rf"\b[Ee]n {_TIMES}\b",
        ),
        (
            rf"\b[Ee]n {_STATES}\b",
            rf"\bà {_STATES}\b|\b(?:voir|est|sont|suis|es|êtes|sommes|était) {_STATES}\b",
        ),
        # ne pas le dire -> ne le dire pas
        (
            r"\b[Nn]e pas \w+",
            r"\b[Nn]e (?:[lmts]e |la |les |lui |leur |y |en |[lmts]['’])?\w+(?:er|ir|re|oir) pas\b",
        ),
        # le grand mensonge -> le mensonge grand; J'ai des sandwichs -> J'ai sandwichs
        (
            rf"\b{_DETERMINERS} {_IN_FRONT} [a-zA-Zéèêàâîôû]",
            rf"\b{_DETERMINERS} (?!{_DEGREES}\b)\w{{3,}} {_IN_FRONT}\b(?!,? et\b)",
        ),
        (
            r"\bd(?:es|e la|u) \w+",
            r"\b[Jj]['’](?:ai|avais|aurai) "
            r"(?!\w*(?:[mpqr]is|us)\b|(?:jamais|toujours|alors|moins|depuis|assez)\b)[a-zé]{5,}s\b",
        ),
        # grand héros -> héros grand; Bonne journée -> Jour bon
        (
            rf"(?:^|, ){_IN_FRONT} \w",
            r", \w{4,} (?:grande?s?|petite?s?|vieux|vieille|bons?|bonnes?)\s*[.!?]",
        ),
        (r"^Bon(?:ne)?s? \w", r"^(?:Jour|Nuit|Soir|Journée|Soirée|Voyage|Chance) bon(?:ne)?s?\b"),
        # On connaît -> Il connaît; Vous vous amusez -> Vous amusez; Voulez-vous -> Voulez
        (
            r"\b[Oo]n\b",
            r"\b[Ii]l\b(?! (?:y|n['’]y|faut|fallait|faudra|semble|paraît|suffit|existe)\b| s['’]agi"
            r"| se p(?:eut|ourrait)\b| (?:n['’])?(?:est|était|sera|serait)\b)",
        ),
        (
            r"\b[Vv]ous vous\b|\b[Nn]ous nous\b",
            r"(?<![Vv]ous )\b[Vv]ous (?!vous\b)\w+i?ez\b|(?<![Nn]ous )\b[Nn]ous (?!nous\b)\w+ons\b",
        ),
        (
            r"^(?:Voulez|Pouvez|Avez|Êtes|Savez|Allez)-vous\b",
            r"^(?:Voulez|Pouvez|Avez|Êtes|Savez|Allez) (?!vous\b)\w",
        ),
        (r"\b[Jj]e (?:vous|te|t['’])(?: en)? ?(?:suppli|pri)", r"\b[Jj]e (?:suppli|prie)"),
        (
            r"\b(?:[Jj]e|[Ii]ls?|[Ee]lles?|[Oo]n|[Tt]u) (?:l[ea]s? )?(?:te|vous|me|nous)\b",
            r"\w+ à (?:toi|moi|vous|nous)\s*[.!?,]",
        ),
        (r"\b(?:[Tt]oi|[Vv]ous)\b", r"\b(?:et|pour|avec|à|chez|sans) tu\s*(?:[.!?,;♪]|$)"),
        (r"\bqui\b", r"\bqui est-ce qui\b[^?]*$"),
        (r"^\w+er\b", r"\b[Oo]n (?!hier\b)\w+er\b"),
        (r"\b[Oo]n vit\b", r"^(?:Habiter|Vivre)\b"),
        # Va dire -> Va à dire; beaucoup de votre temps -> beaucoup votre temps
        (
            rf"\b(?:vai?s?|allons|allez|vont) {_TO_DO}",
            rf"\b(?:vai?s?|allons|allez|vont) à {_TO_DO}",
        ),
        (
            r"\b(?:[Bb]eaucoup|[Tt]rop|[Aa]ssez) d(?:e |['’])",
            rf"\b(?:[Bb]eaucoup|[Tt]rop|[Aa]ssez) {_DETERMINERS} ",
        ),
        (r"\bpas de mal\b", r"\bpas mal\b"),
        (r"\b[Nn]ul(?:le)?s?\b", rf"\b{_DETERMINERS} \w+ aucune?\b"),
        # Les mains en l'air -> à l'air; chez elle -> en elle; à la maison -> dans la maison
        (r"\ben l['’]air\b", r"\b(?:à|dans) l['’]air\b"),
        (rf"\bchez (?:{_STRONG})\b", rf"\b(?:en|dans|à) (?:{_STRONG})\b"),
        (r"\bchez (?:eux|soi|elles?)\b", r"\bchez lui\b"),
        (r"\bà la maison\b", r"\bdans la maison\b"),
        (rf"\b[Dd]ans {_DETERMINERS} ", r"\b[Àà] (?:[NnVv]otre|[mts](?:on|a|es)|leurs?) "),
        (r"\b[Pp]romet\w*(?:-\w+)? d(?:e |['’])", r"\b[Pp]romet\w*(?:-\w+)? pour\b"),
        # Ça fait -> Il fait; c'est juste que -> il est juste que; s'est passé -> est passé
        (r"\b[Çç]a fait\b", r"\b[Ii]l fait\b"),
        (
            r"\b[Cc]['’]est\b",
            r"\b[Ii]l est (?:(?:juste|tout|en|bien) |vrai\s*[.!?,])",
        ),
        (r"\bs['’]est-il\b", r"\b[Qq]u['’](?:est-ce que s['’]est|il est) passé"),
        (r"\b[Qq]uoi \w+(?:er|ir|re)\b", r"\b[Qq]u['’]est-ce que \w+(?:er|ir|re)\b"),
        (
            r"\bqui (?:je|tu|ils?|elles?|nous|vous)\b",
            r"\bque (?:je|tu|nous|vous) (?:suis|es|êtes|sommes)\b|"
            r"\bqu['’](?:ils?|elles?) (?:est|sont)\b",
        ),
        (r"\bqui\b", r"\bqu['’](?:était|étaient|est|a|ont|avait|avaient)\b(?!-)"),
        (r"\bplus\b", r"\b[Dd]éjà (?:je|tu|il|elle|on)\b"),
        (r"^Bon(?:ne)? \w", r"^Bien \w"),
        (r"-moi bien\b", r"-moi bon\b"),
        (r"\bde l['’]", r"\bdu (?!onze\b|oui\b)[AEIOUÉaeiouéèê]"),
        (r"\bs['’]est passée?s?\b", r"\bqui est passée?s?\b"),
        (r"\b[Ff]ais\b", r"\bFès\b"),
        (r"\b[Ee]t\b", r"\bIer\b"),
        (r"\b[Ee]n\b", r"\b[Dd]ans (?:tu|je|ils?)\b"),
        # une boulangère qui court -> que court; connaissons-nous -> connais-nous; en deux nuits
        (
            r"\bqui\b",
            r"\bque (?!je\b|tu\b|ils?\b|elles?\b|on\b|nous\b|vous\b|l[ea]s?\b|une?\b|de\b|des\b|"
            r"du\b|ces?\b|cet(?:te)?\b|[mts](?:on|a|es)\b|leurs?\b|si\b|pour\b|quand\b|tou\w+|chaque\b|"
            r"rien\b|plus\b|ceux\b|celles?\b|celui\b|qui\b|personne\b|\w+['’])[a-zéèê]{3,}\b",
        ),
        (r"\w+ons-nous\b", r"\b\w+(?<!ons)-nous\b"),
        (rf"\b[Ee]n {_TIMES}\b", rf"\b[Dd]ans {_TIMES}\b"),
        # ta peau -> votre peau, and back
        (rf"\b{_TU}", rf"\b{_VOUS}"),
        (rf"\b{_VOUS}", rf"\b{_TU}"),
        # S'ils veulent -> Ils se veulent; Où se situe -> Où le situe; assez fous -> assez de fous
        (r"\b[Ss]['’]ils?\b", r"^Ils? se\b"),
        (r"\b[Oo]ù se\b", r"\b[Oo]ù le\b"),
        (r"^[Qq]ue \w", r"^[Qq]u['’]ils? \w"),
        (r"\ben quoi\b", r"\bdans quoi\b"),
        (r"\bgens qui\b", r"\bgens que\b"),
        (r"\b[Pp]eu importe", r"\b[Pp]eu l['’]importe"),
        (r"\b(?:assez|peu)\b(?! d(?:e\b|['’]))", r"\b(?:assez|peu) de\b"),
        (r"\b[Oo]n\b", r"(?<![\w'’.-])u\b(?![.'’-])"),
        (r"^[Aa] ", r"^[Ii]l a "),
        (r"\b(?:te|me|se|le|la|les) \w", r"\b(?:te|me|se)\s*[.!?,]"),
    ),
}
