"""Turns of phrase that rule-based engines put in the place of others, wrongly.

Found as those of `augment.filters.grammar_faults`, and written as they are. Each is a pair: what
stands in the original and is seldomer now, and what has come.
"""

from __future__ import annotations

from typing import Final

#: What stands in the original, and what engines put in its place that says another thing.
TURNED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        # I was counting -> it counted; I hate the music -> hate the musician; i skipped
        (r"\bI\b", r"(?<![\w'.-])i(?![\w'.-])"),
        (
            r"\bI\b",
            r"(?:^|[,;:] |\b(?:that|and|but|when|because|whether) )[Ii]t "
            r"(?!(?:is|was|has|will|makes?|seems?|feels?|looks?|takes?|gives?)\b)\w+",
        ),
        (
            r"\bI\b",
            r"(?:^|[,;:] )(?:want|wrote|hate|hear|made|go|miss|keep|would|could|have|had)\b",
        ),
        (
            r"\bI\b",
            r"\b(?:that|hour|row|day) (?:viewed|got|can|could|go|went|saw|used|utilised|received|"
            r"had|missed|made)\b",
        ),
        (
            r"\bI (?:was|am)\b|\bI['’]m\b",
            r"\b[Ii]t (?:was|is)\b(?! \w+(?: \w+)? (?:that|to|for)\b)",
        ),
        (r"\bthem\b", r"\bthe ones\b"),
        (r"\b[Oo]nes?\b", r"\bu\b"),
        (
            r"\b[Nn]ot\b",
            r"\b[Nn]o (?:great|big|utmost|terrible|bad|good|reliable|"
            r"sufficient|both|enough|quite|well|so much|comfortable)\b",
        ),
        (r"\b[Nn]o(?:ne|body|thing)\b", r"\bleader of\b"),
        (
            r"(?:^|[,;] )(?:[Dd]o not|[Dd]on ?['’]t)\b",
            r"\b[Ii]t does not\b|(?:^|, )[Yy]ou (?:do not|don['’]t)\b(?! (?:have|need|want)\b)",
        ),
        (
            r"^(?:Is|Was) (?:this|that|it|he|she|there)\b",
            r"^It (?:is|was) (?:this|that|it|he|she|there)\b",
        ),
        (r"\b(?:[Aa]re you|[Yy]ou are|[Yy]ou['’]re)\b", r"\b[Ii]s you\b|\b[Ii]t is you\b"),
        (
            r"\b(?:[Gg]ood|[Nn]ice)\b|(?<!\b[Aa]ll )\b[Rr]ight\b",
            r"(?:^|\b(?:is|are|was|so|too|much|that|what) )[Ww]ell\b(?! (?:as|known)\b)",
        ),
        (
            r"\b(?:[Aa]bout|[Aa]round)\b",
            r"\b[Rr]oughly (?:it|him|her|them|me|you|us|that|this|my|your|his|what|how|the (?!same|"
            r"size))|\broughly\s*[.!?]",
        ),
        (r"\bfor (?:you|me|him|us|them)\b", r"\bsince (?:you|me|him|us|them|tea)\b"),
        (
            r"\b(?:in|on) (?:my|your|his|her|our|their)\b",
            r"\bat (?:my|your|his|her|our|their) "
            r"(?!office|house|home|place|desk|job|best|side|school|work|age\b)",
        ),
        (r"\bto (?:me|you|him|her|us|them)\b", r"\bat (?:me|you|him|her|us|them)\b"),
        (r"\b[Tt](?:ell|old)\b", r"\b[Ss]a(?:y|id|ying) (?:you|him|her|them)\b"),
        (r"\b[Ee]lse\b", r"\b(?:some|any)(?:body|one|thing) more\b"),
        (r"\b[Ll]ook(?:s|ed|ing)? at\b", r"\b[Ll]ook(?:s|ed|ing)? in (?:th(?:at|is|e|ese|ose))\b"),
        (r"\b[Ii]t took\b", r"\bI took (?:me|us|him|her|them)\b"),
        (r"\bMr\b", r"\b(?:Gentleman|Mrs|Ms|Miss)\b"),
        (r"\b(?:Mrs|Ms|Miss)\b", r"\bMr\b"),
        (
            r"\A(?![\s\S]*\b(?:hardly|scarcely|rarely|nobody|nothing|no one|not|n['’]?t)\b)"
            r"[\s\S]*?\b[Ee]ver\b",
            r"\b[Nn]ever\b",
        ),
        (
            r"\bthan\b",
            r"\b(?:more \w+|more|less|better|worse|(?:old|young|bigg|small|larg|great|long|short|"
            r"fast|high|low|eas|hard|strong)i?er) that\b",
        ),
        (r"\b(?:[Tt]hat|[Ww]hich)\b", r"\bthose (?:big|(?!days|years|times|weeks)[a-z]+s)\b"),
        (
            r"\b[Ww]atch\w*\b",
            r"\b[Ll]ook(?:s|ed|ing)?\b(?! (?:at|for|like|after|into|up|out|back|around)\b)",
        ),
        (r"\b[Hh]appen\w*\b", r"\b(?:pass(?:e[ds]|ing)?|spen(?:ds?|t))\b(?! (?:the|an?|time)\b)"),
        (r"\b[Mm]iss(?:ed|ing)? (?:you|him|her|me|us|them)\b", r"\blost\b"),
        (r"\b[Tt]h(?:is|ese)\b", r"(?<!\b[Tt]he )(?<!\b(?:Far|Mid) )\beast\b"),
        (r"\b[Ff]rom\b", r"\b[Ss]ince\b"),
        # Who invented -> That invented; how did -> as did; are there -> are here; it was -> it were
        (r"^(?:Who|What|Which)\b", r"^That\b"),
        (r"^How\b", r"^(?:As|Like|What old|What much|What many)\b"),
        (r"\b(?:[Aa]re|[Ii]s|[Ww]as|[Ww]ere) there\b", r"\b(?:are|is|was|were) here\b"),
        (r"\bwas\b", r"(?<!\b[Ii]f )(?<!though )\b(?:[Ii]t|[Hh]e|[Ss]he|[Tt]his) were\b"),
        (
            r"\bis\b|['’]s\b",
            r"(?:^|[,;:] |\b(?:that|and|but|if) )(?:[Ii]t|[Hh]e|[Ss]he|[Tt]his) are\b",
        ),
        (r"\bare\b", r"\b[Ww]hat is (?:some|the two|the three|these|those)\b"),
        (r"\bwent to\b", r"\bwent at\b"),
        (r"\bbetween\b", r"\bdifferences? among\b"),
        (r"\b[Ss]hut up\b", r"\b[Cc]losed? up\b"),
        # Stop it -> it pauses
        (
            r"\A(?![\s\S]*\b[Ii]t\b)",
            r"^It (?:pauses|gives|puts|stops|leaves|goes|comes|closes|opens|holds|keeps|waits|"
            r"seizes|grasps|catches|runs|calls|tells|says|listens|sees|sits|stays|throws|brings|sends|"
            r"shows|drops|gets|lets|takes (?!time|place|an? |some|about|long|up))\b",
        ),
        (r"\b[Tt]heir\b", r"\b[Hh]is\b"),
    ),
    "fr": (
        # On a été -> Il a été; Merci -> Grâce à; Mme -> M.; milliardaire -> millionnaire
        (
            r"\b[Oo]n (?:n['’])?(?:a|est|peut|va|doit|avait|était|sait|voit|veut)\b",
            r"\b[Ii]l (?:n['’]|s['’])?(?:a|est|peut|va|doit|avait|était|sait|voit|veut)\b"
            r"(?! (?:vrai|[\w'’]+ (?:de|que|d['’]|qu['’]))\b)",
        ),
        (r"\b[Mm]ercis?\b", r"\b[Gg]râces?\b"),
        (r"\b(?:Mme|Mlle|[Mm]adame|[Mm]ademoiselle)\b", r"\b(?:M\.|[Mm]onsieur)(?=\s)"),
        (r"\b(?:M\.|[Mm]onsieur)(?=\s)", r"\b(?:Mme|Mlle|[Mm]adame|[Mm]ademoiselle)\b"),
        (r"\b[Mm]illiard", r"\b[Mm]illion"),
        # C'est un cauchemar -> Il est un cauchemar; "il est crucial de" is another "il".
        (
            r"\b[Cc](?:['’]|e n['’])(?:est|étai(?:en)?t)\b|\b[Cc]e (?:sont|fut|sera|serait)\b",
            r"(?:\b[Ii]l (?:n['’])?(?:est|était|fut|sera|serait)|^Ils (?:sont|étaient))\b"
            r"(?! vrai\b| (?:[\w'’]+ ){1,2}(?:de|que)\b| (?:[\w'’]+ ){1,2}(?:d|qu)['’])",
        ),
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
        (r"\b[Jj]['’]ai\b", r"\b[Aa]ies\b"),
        (r"\b[Oo]ui\b", r"\b[Ss]oi\b"),
        (r"\b[Ss]i\b", r"\boui\b"),
        (r"\b[Jj]e suis\b", r"\bsouche\b"),
        (r"\b[Yy] compris\b", r"\bai compris\b"),
        (r"\b[Yy] (?:en )?a\b", r"\b[Ii]l (?:n['’])?a\b"),
        (r"^Qu(?:e (?:la|les?|je|tu)\b|(?:e |['’])(?:ils?|elles?)\b)", r"\b[Qq]u['’]est-ce qu"),
        (r"\b[Qq]ui\b", r"(?<!\b[Pp]arce )(?<!\b[Aa]lors )\bqu['’]ils?\b"),
        (r"\b[Ll]eurs?\b", r"\b[Ss](?:on|a|es)\b"),
        (r"\b[Qq]ui\b", r"\bque (?:(?:est|sont|ont|ne|se|me|te)\b|[mts]['’])"),
        # Portuguese and Spanish "que" and "cuando" ask, and join sentences: Quel type -> Que type,
        # De quelle couleur -> De que couleur; Comment -> Comme; Quand ...? -> Lorsque ...?
        (
            r"\b[Qq]uel(?:le)?s?\b",
            r"(?:^|\b(?:[Dd]e|[Àà]|[Ss]ur|[Ss]ous|[Dd]ans|[Pp]ar|[Aa]vec|[Ee]n) )"
            r"[Qq]u(?:e |['’])(?!(?:le|la|les|ce|cela|ça|je|tu|nous|vous|on|se|ne|me|te|est|sont|"
            r"étai(?:en)?t|fai[st]|font|faisai(?:en)?t|veu[tx]|veulent|voulez|signifie(?:nt)?|"
            r"représent(?:e|ent|ait)|devien(?:t|nent)|peu[tx]|peuvent|doi[st]|doivent|di[st]|disent|"
            r"faut|contien(?:t|nent)|désign(?:e|ent|ait)|compren(?:d|nent)|permet(?:tent)?|"
            r"montr(?:e|ent)|pens(?:e|es|ez|ait)|sai[st]|savez|vaut|reste|deviendra|va|vont)\b|"
            r"[lstmnj]['’])\w",
        ),
        (r"\b[Cc]omment\b", r"^[Cc]omme\b(?![^?]*!)"),
        (r"^[Qq]uand\b(?=[^?,]*\?)", r"^[Ll]orsqu(?:e\b|['’])"),
        (r"^[Qq]ui\b", r"^[Qq]u(?:e\b(?! \w+-)|['’]ils?\b)"),
        # Quelle maladie a décimé -> Quelle maladie y a décimé
        (
            r"(?<!\b[Yy] )\ba\b",
            r"(?<!\b[Ii]l )(?<!['’]il )\by a (?:été|eu|\w+(?:é|i|u)e?s?)\b|"
            r"\b[Cc]ombien d[^?]* il y a\b",
        ),
        (r"^[Qq]u['’](?:est|a|ont|sont|aur\w+|était)\b", r"^[Qq]u['’]ils?\b"),
        (r"\bplus\b", r"\bpas déjà\b|\bdéjà (?:pas|tu|ne|n['’])"),
        (
            r"\b[Vv]i(?:s|t|vre|vent|vant)\b",
            r"\b[Hh]abit(?:es?|er?|ent|ant)\b"
            r"(?! (?:à|aux?|dans|en|avec|ici|là|chez|près|une?|sur|l[ea]s?|l['’]))",
        ),
        (r"\b[Cc]omme\b", r"\b[Cc]omment (?:ça|cela|ceci|avant|une?|si)\b"),
        (r"\b[Tt]oi\b", r"\b(?:que|de) tu\s*[.!?]"),
        (r"(?:^|, )[Pp]as\b", r"(?:^|, )[Rr]ien\b"),
        (r"\b[Cc](?:e |['’])est\b", r"^[Ii]l est (?:pour|là|ceci|de (?:ceci|ça))\b"),
        # A subject left out, and "on" as languages without it say it
        (
            r"\b[Jj](?:e |['’])",
            r"(?:^|, )(?:[Tt]['’](?:aime|ai)|[Vv]ous (?:dirai|prie)|[Vv]ois|[Tt]e \w+e|était)\b|"
            r"\bquand était\b",
        ),
        (r"\b[Tt]u\b", r"^L['’]as\b"),
        (r"\b[Ii]ls? (?:va|vont)\b", r"(?:^|, )[Vv](?:a|ont)\b"),
        (
            r"\b[Oo]n\b|\b[Tt]['’](?:es|as)\b",
            r"^(?:Aller|Avoir|Être|Savoir|Faire|Vouloir|Pouvoir|Devoir)\b|\b[Ss]e les (?:a|est)\b|"
            r"\b[Ii]l se (?:serait|était|est)\b",
        ),
        (r"\b[Ss]ais\b", r"^(?:Ne )?[Ss]ois\b|(?<![Qq]ue )\b[Jj]e (?:ne )?sois\b"),
        (
            r"\b[Oo]n\b",
            r"\b[Ss]['’]il\b|\b[Uu]n (?:l['’]|[lmts]es? |n[e'’] ?|l[ae] )?(?:est|va|peut|sait|doit|"
            r"veut|dit|fait|t['’]a|n['’]a|te|me|se|ne|\w{2,}ait)\b|^Un a\b",
        ),
        (r"^A ", r"^Il a "),
        (r"\bM\. ", r"\b[Ll]e monsieur\b"),
        (r"\bquoi\b", r"\b(?:[Aa]uquel|[Dd]uquel|[Ss]ur lequel|[Dd]ans lequel)\b"),
        (r"^Qui\b", r"^Que c['’]"),
        (r"^[Qq]ui (?:est|sont|étai(?:en)?t|fut)\b", r"^[Qq]ui c['’]"),
        # Dans quel hôpital -> Dans cet hôpital; Quelle maladie -> Que la maladie; Qu'a -> Ce qui a
        (
            r"\b[Qq]uel(?:le)?s?\b",
            r"(?:^|\b(?:[Dd]e|[Àà]|[Ss]ur|[Ss]ous|[Dd]ans|[Pp]ar|[Aa]vec|[Ee]n|[Pp]our) )"
            r"[Cc]e(?:t|tte|s)? \w[^?]*\?|^Que (?:la|le|les) |^Que l['’]",
        ),
        (r"^[Qq]u['’](?:est|a|ont|sont|était)\b", r"^(?:Ce qu[ei]|Cela est) "),
        (r"\b[Vv]raiment\b", r"\bvérité\b"),
        (r"^Qui (?:est|sont|était|étaient)\b", r"^Qu['’](?:ils?|elles?)\b"),
    ),
}
