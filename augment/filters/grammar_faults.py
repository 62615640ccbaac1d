"""Sequences of words that no sentence of a language has, as rule-based engines leave them.

Found by what is frequent in Apertium's round trips of 5,000 to 21,000 sentences and absent from
what people wrote. Each line is a regular expression, matched with case; ``^`` stands for the start
of a sentence.
"""

from __future__ import annotations

from typing import Final

#: Words in -s that may stand behind "I", which has no such form of a verb.
_NO_VERBS: Final = (
    "was|always|sometimes|perhaps|besides|nowadays|afterwards|thus|this|its|his|hers|yours|ours|"
    r"theirs|plus|yes|less|unless|whereas|regardless|nevertheless|\w*ss|\w*us"
)
_SUBJECTS: Final = "(?:I|he|she|it|we|you|they)"
_MODALS: Final = "(?:can|could|will|would|should|must|may|might|did|does|do)"

FAULTS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        # I has, can I finds, they was, We is
        rf"(?:^|[^\w\s]\s*|\b[a-z]+ )I (?!(?:{_NO_VERBS})\b)[a-z]{{2,}}s\b(?!['’])",
        r"(?<!and )\bI is\b",
        rf"\b{_MODALS} {_SUBJECTS} (?:has|does|is|was|wants|goes|takes|makes|thinks|knows)\b",
        r"\b(?:[Ww]e|[Tt]hey) (?:is|has|does|was)\b",
        r"^(?:You (?:is|has|does|was)|(?:He|She|It) (?:have|do|are|am|don['’]t))\b",
        # Where it is the boss?
        rf"^(?:Where|Why|How) {_SUBJECTS} (?:is|are|was|were|do|does|did|can|could|will|would|has|"
        r"have|made|makes)\b[^.!?]*\?",
        r"\b(?:say|says|said) (?:me|us)\b",
        r"\b(the|a|an|to|of|at|and|my|your|his|its|their) \1\b",
        r"\bthe\s*[.!?](?![.!?])",
        # Words of the pivots
        r"^(?:Quan|Mai|Ara|Aneu|Cuando|Nunca|Ahora)\b",
    ),
    "fr": (
        # J'il, Tu je, Vous il
        r"(?:^|[,;:]\s*)(?:[Jj]['’]|[Jj]e |[Tt]u |[Nn]ous |[Vv]ous )(?:ils?|elles?|tu|je|on)\b",
        r"\bcet ils?\b|\btu tu\b|\bse se\b|\bvous il plaît\b",
        # Que il, se apitoyer, de un
        r"\b(?:[Qq]ue|[Jj]usque|[Ll]orsque|[Pp]uisque|[Ss]i) ils?\b",
        r"\b(?:[Qq]ue|[Ll]orsque|[Pp]uisque|[Dd]e) (?:elles?|un|une|eux)\b",
        r"(?<![-‐'’])\b(?:[SsMmTtNn]e|[Jj]e) [aeiouéèêàâîô]\w",
        # Ne ... pas rien
        r"\bpas (?:rien|personne|jamais|aucune?|nulle part|pas)\b",
        r"\b[Nn]e\s*[.!?,](?![.!?])",
        r"\b(?:est|suis|sont|ai|ont|veux|veut|voulez|peux|pouvez|vas?|vont) ne "
        r"(?!pas|plus|jamais|rien|point|l)",
        # Qu'est-ce que?
        r"\bque\s*[?!]",
        r"\bil[- ]est ce que\b|\b\w+[,…]? qui est-ce qui\b",
        r"\b(?:vais|vas|va|allons|allez|vont) à (?!ravir\b)(?:en )?(?:[a-zéèêàâîôç]+(?:er|ir)|"
        r"faire|dire|être|prendre|mettre|croire|vivre|suivre|lire|boire|attendre|rendre)\b",
        r"^Grâces\b|\ba celé\b|\bAprès-je\b|\bquel an\b|\bdes quel(?:le)?s\b|\bfaillit-\s",
        r"\bcombien (?:temps|fois)\b|\bà maison\b|\b[Cc]eci ils?\b|\b[Cc]ela ils\b",
        # Se me répond, j'ai voyagé ai assis, j'ai n'eu, nous a falloir, j'ai resté
        r"\bse (?:me|te|nous|vous|ne)\b|\b[a-zéèêç]+é ai\b(?!-)",
        r"(?:\b(?:ai|as|avons|avez|ont)|(?<!\by )\ba) n['’](?!importe|est[- ]ce)",
        r"\b(?:ai|as|a|avons|avez|ont) (?:(?:falloir|vouloir|avoir|venir)\b|"
        r"(?:resté|allé|venu|arrivé|devenu)e?s?\b)",
        r"\b(?:de|en|à|avec|pour|chez|sans) tu\b|(?<![-‐])\b(?:me|te|se)\s*[.!?]",
        # A subject left out
        r"^(?:N['’](?:ai|as|avons|avez)|M['’](?:a|ont)|L['’]ai|Me suis|Me pla(?:ît|irait)|S['’]a|"
        r"Se (?:va|peut|doit)|Ne (?:se|suis|sais|peux|veux)|Ai)\b(?!-)",
        # Words of the pivots
        r"^(?:Ara|Aneu|Quan|Van|Cuando|Ahora|Massa|Vell[ae]|Quina?|Quine)\b|\b[Ee]n resumen\b",
    ),
    "es": (
        r"(?:^|[^\w\s]\s*|\b[a-záéíóúñ]+ )I [a-záéíóúñ]",
        r"\b(a|le|de|la|el|que|en) \1\b",
        r"\b(?:de|para|con|a|por|en) tú\b",
        r"\bvan? para [a-z]+r\b",
    ),
}

#: What stands in the original, and what engines put in its place that says another thing.
TURNED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "fr": (
        # C'est un cauchemar -> Il est un cauchemar; "il est crucial de" is another "il".
        (
            r"\b[Cc](?:['’]|e n['’])(?:est|était)\b|\b[Cc]e (?:sont|fut|sera|serait)\b",
            r"\b[Ii]l (?:n['’])?(?:est|était|fut|sera|serait)\b"
            r"(?! (?:[\w'’]+ ){1,2}(?:de|que)\b| (?:[\w'’]+ ){1,2}(?:d|qu)['’])",
        ),
        (r"\b[Ii]l faut\b", r"\b[Ii]l faillit\b"),
        # Catalan "cap" is "none" and "head", "sentir" is to hear; Spanish "sé" is "know" and "be".
        # A cook and the head of a party are called "chef" rightly, and "sens" is a noun as well.
        (
            r"\b[Nn]ul(?:le)?s?\b",
            r"(?<!\b(?:[Ll]e|[Uu]n|[Aa]u|[Dd]u|[Cc]e) )(?<!\b(?:[Ll]es|[Dd]es|[Mm]on|[Ss]on) )"
            r"\bchefs?\b|\baucune? pour\b",
        ),
        (r"\btêtes?\b", r"\bgro(?:s|sses?) chefs?\b"),
        (
            r"\b[Ee]ntend\w*",
            r"\b(?:[JjTt](?:e|u) (?:n['’]en |[nlm]e |les |l['’])?sens|sent|sentent|sentons|sentez|"
            r"assie\w+|assey\w+)\b",
        ),
        (r"\b[Ss]ais\b", r"^(?:Ne )?[Ss]ois\b|(?<![Qq]ue )\b[Jj]e (?:ne )?sois\b"),
    ),
}
