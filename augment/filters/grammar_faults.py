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
_MONTHS: Final = "January|February|March|April|June|July|August|September|October|November|December"
#: Verbs that end as nouns do.
_DOINGS: Final = (
    "mention|question|pity|comment|implement|experiment|document|lament|witness|harness|caution|"
    "position|auction|function|commission|petition|condition|station|audition|section|ration|"
    "treatment|supplement|compliment|cement|torment|ferment|augment|segment|fragment"
)

#: French: pronouns in front of a verb, and what may be the end of a verb that has no subject.
_CLITICS: Final = (
    "(?:[Nn]e |[MmTtSs]e |[VvNn]ous |[Ll][ea] |[Ll]es |[Ll]ui |[Ll]eur |[Yy] |[Ee]n |"
    "[NnMmTtSsLl]['’])"
)
_INFINITIVE: Final = r"\w+(?:er|ir|re|oir|ant)\b"
#: Where one goes, or how, that ends as verbs do.
_PLACES: Final = (
    "mer|fer|hiver|enfer|cuiller|dîner|déjeuner|escalier|atelier|quartier|premier|dernier|cher|"
    "ravir|loisir|plaisir|avenir|désir|souvenir"
)
#: What may open a sentence in front of its subject.
_OPENINGS: Final = (
    "Alors|Puis|Ensuite|Hier|Demain|Parfois|Quelquefois|Souvent|Donc|Mais|Et|Ou|Si|Car|Bien|Oui|"
    "Non|Là|Ici|Dont|Lorsque|Enfin|Encore|Jamais|Toujours|Soudain|Ainsi|Quand|Que|Où|Pourquoi|"
    "Combien|Comme|Plus|Moins|Mieux|Ça|Cela|Ceci|Peut-être|Aussi|Après|Avant|Dehors|Puisque"
)
#: Words that no sentence has a capital for in its middle.
_SMALL: Final = "(?:Ils?|Elles?|Je|Tu|On|Se|Te|Me|Va|Vas|Vais|Vient|Viens|Vois|Sois|Ceci|Cela)"
_LETTER: Final = "[a-zéèêëàâçîïôûù]"

#: French nouns of one gender and no other, by which articles and "quel" are known to be wrong.
_FEMININE: Final = (
    "œuvre|ville|année|équipe|langue|région|loi|guerre|reine|femme|fille|mère|sœur|bataille|date|"
    "famille|raison|taille|distance|population|compagnie|université|école|église|île|mer|couleur|"
    "saison|partie|chaîne|organisation|société|chanson|rivière|maison|personne|période|capitale|"
    "entreprise|espèce|longueur|hauteur|superficie|religion|caractéristique|conséquence|condition|"
    "fonction|profession|question|réponse|façon|manière|boisson|quantité|nationalité|invention|"
    "maladie|armée|province|actrice|médaille"
)
_MASCULINE: Final = (
    "pays|roi|film|livre|président|siècle|prix|joueur|club|auteur|titre|rôle|groupe|parti|nombre|"
    "pourcentage|événement|sport|fleuve|peuple|peintre|continent|homme|jour|mois|musée|stade|"
    "système|problème|moyen|métier|surnom|empereur|général|traité|bâtiment|château|gouvernement|"
    "acteur|réalisateur|chanteur|championnat|niveau|lieu"
)

FAULTS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        # I has, can I finds, they was, We is
        rf"(?:^|[^\w\s]\s*|\b[a-z]+ )I (?!(?:{_NO_VERBS})\b)[a-z]{{2,}}s\b(?!['’])",
        r"(?<!and )\bI is\b",
        rf"\b{_MODALS} {_SUBJECTS} (?:has|does|is|was|wants|goes|takes|makes|thinks|knows)\b",
        r"\b(?:[Ww]e|[Tt]hey) (?:is|has|does|was)\b",
        # I never has, they also wants, a so beautiful garden
        r"\b(?:I|[Ww]e|[Tt]hey|[Yy]ou) (?:never|always|also|still|just|ever|only|already|really|"
        r"often|not) (?:has|is|does|goes|wants|makes|knows|thinks|takes|says|gives|sees|comes|"
        r"feels|looks|needs)\b|\ban? so (?!called\b|so\b)[a-z]+ [a-z]",
        r"^(?:You (?:is|has|does|was)|(?:He|She|It) (?:have|do|are|am|don['’]t))\b",
        # Where it is the boss?, how you measure the heat?, what the word means?, whether you go?
        rf"^(?:Where|Why|How) {_SUBJECTS} (?:is|are|was|were|do|does|did|can|could|will|would|has|"
        r"have|made|makes)\b[^.!?]*\?",
        rf"^(?:Where|Why|How|When) {_SUBJECTS} (?!\w+ing\b)\w+[^.,;!?]*\?",
        r"^What (?:the|this|that|an?) [^.,!?]* means\s*\?|^(?:Whether|That it)\b[^.,;!?]*\?",
        r"\b(?:say|says|said) (?:me|us)\b",
        r"\b(the|a|an|to|of|at|and|my|your|his|its|their) \1\b",
        r"\bthe\s*[.!?,;](?![.!?])",
        # You is shut out, it Would come, to makes, can not me understand, it liked me, it is it?
        r"(?<!\bof )(?<!\bwith )(?<!\bthat )\byou (?:is|has|was|does)\b",
        r"\b(?:It|He|She|They|We|You) (?:Would|Could|Should|Has|Have|Had|Was|Will|Can|Did|Does)\b",
        r"\bto (?:makes|goes|takes|is|has|does|says|comes|wants|begins|gives|keeps|tells|thinks|"
        r"knows|gets|becomes|sees|leaves)\b",
        r"\b(?:can|could|did|do|does|will|would) not (?:me|us|him|them)\b",
        r"\b[Ii]t (?:liked (?:me|us)|is it)\b",
        r"\b(?:whether|because|although|if|while) (?:has|have|is|are|was|were|would|could|can|must|"
        r"had|wants|will)\b",
        # It can you come?, I a catalogue, wanted to the ship, only no sure, is been, there it will
        r"\b[Ii]t (?:can|could|will|would|should|must|may|might) (?:only |not )?"
        r"(?:you|we|they|he|she|I)\b",
        r"\bI an?\b",
        r"\b(?:[Ww]ant(?:s|ed)?|[Tt]ried|[Nn]eed(?:s|ed)?) to "
        r"(?:the|an?|my|your|his|her|our|their|this|me|him|them|us)\b",
        r"\b(?:only|definitely|really|just) no (?:with|in|at|the|sure|quite|to|an?)\b",
        r"\b(?:is|are) been\b",
        r"\b[Tt]here it (?:will|(?:is|was) an?)\b",
        # No a bad oven, nobody never has, as obscure that, who killed the one who
        r"\b[Nn]o an?\b|\b(?:[Nn]obody|[Aa]nybody|[Nn]othing|not) never\b",
        r"\b(?:was|were|is|are) as \w+ that\b|\bthe ones? who\s*[.!?]",
        # I like the sound very, eat the rest somewhere more, in the July, I dismissal
        r"\bvery[.:;!?]|\bvery,(?! very)",
        r"\b(?:somewhere|everything) (?:another|more)\b|\balmost all more\b",
        rf"\bat (?:the )?(?:{_MONTHS})\b(?! (?!and\b|or\b|but\b)[a-z])",
        r"\b[Ii]n (?:midnight|\d{1,2}:\d\d)\b|\b[Vv]ery (?:rather|quite|enough|half)\b",
        # I unemployed person, I Will meet, what liked us, each another, a bored a
        r"\bunemployed person\b|\bear dead person\b|\b[Ww]hat (?:did not )?liked? us\b",
        r"\bI (?:remorse|equal|unemployed|Will|Would|Have|Had|Was|Am|Could|Can|Do|Did)\b",
        r"\b[Tt]he most \w+ of \w+(?:ing|ed)\b|\bmakes no[.;]",
        r"\b(?:each|the|a) another\b|\b[Tt]he worse \w+ of\b|\bwould have to have\b",
        r"(?<=[a-z] )a\s*[.;!?](?![.\w])|\b(?:I|he|she|we|they) the majority\b",
        rf"\bI (?:still |also )?(?!(?:{_DOINGS})\b)[a-z]+(?:tion|ity|ness|ment|sal)\b",
        # Want to him go, had to it take, can not it believe, the most the big
        r"\b(?:have|has|want|wants|wanted) to (?:it|him|them|us|me)\b|\bhad to it (?=\w)",
        rf"\b{_MODALS} not it\b|\b[Tt]here it has\b|\b[Tt]he most the\b",
        # Where can me find, think us want, would Want, you have you, want to you, I give me
        rf"\b{_MODALS} (?:me|us|him|them) (?!a\b|an\b|the\b|good\b|no\b|any\b|in\b|some\b|more\b)"
        r"[a-z]+",
        r"\bthink (?:me|us|him|them) (?:do|did|have|has|are|were|can|could|will|would|want)\b",
        rf"\b[Ww]ould Want\b|^You (?:have|are|can|do|did|will|would) you\b|\bI {_MODALS} I\b",
        r"\bwant(?:s|ed)? to you\b|\bI (?!mean|guess|bet|think|know|say|hope)[a-z]+ me\b"
        r"(?! (?:and|or|too)\b)",
        # I no even, no even think, known like, capable buy, the just man, son of bitch, a old
        r"\b(?:I|you|he|she|it|we|they) no (?!longer\b|more\b|doubt\b)[a-z]|\b[Nn]o even\b",
        r"\bknown like\b|\bbe capable (?!of\b|and\b|or\b|but\b|in\b)[a-z]|\b[Tt]he just [a-z]|"
        r"\bsons? of bitch\b|\bof What\b|\bI I\b|\baway of\b|\bstand stops\b|\bfor not to\b",
        r"(?:^|(?<=, ))(?:And|But|So|If|When|Because|Then|Now|What) I "
        rf"(?!(?:{_NO_VERBS})\b)[a-z]{{2,}}s\b(?!['’])",
        r"(?:\ba|^A) (?!one|once|eu|ewe)(?:[aeio][a-z]{2,}|un(?!i|anim)[a-z]{2,})\b",
        # We same, I hate I, he can no that
        r"\b(?:I|you|he|she|it|we|they) same\b(?!-| day)",
        r"\b(?:hate|love|like|made|make|see|saw|killed|blame|told|gave|help) I\b(?! (?!for|to|of))",
        rf"\b{_MODALS} no (?:this|that|the|important|possible|\w+(?:ed|ing))\b",
        # L.un. cop, the U.s.One, the Or. S. Cavalry, Maddy and Cole was
        r"\b[A-Z]\.[a-z]{1,3}\.|\bOr\. \W?[A-Z]\.",
        r"(?<!\bbetween )\b[A-Z]\w+ and [A-Z]\w+ (?:is|was|has|does)\b",
        # Words of the pivots
        r"^(?:Quan|Mai|Ara|Aneu|Cuando|Nunca|Ahora)\b",
    ),
    "fr": (
        # Quel est la différence, quels sont les conditions, quel œuvre, la prix, le ville
        r"\b[Qq]uels? (?:est|était|sera|serait|fut) la\b|"
        r"\b[Qq]uelles? (?:est|était|sera|serait|fut) le\b|"
        r"\b[Qq]uel(?:le)? (?:sont|étaient|seront|seraient)\b|\b[Qq]uel(?:le)?s (?:est|était|"
        r"fut)\b",
        r"\b[Qq]uels (?:sont|seraient|étaient|seront) les (?!bast|silenc|comit)"
        rf"(?:\w+(?:tions|sions|ances|ences|ités)|(?:{_FEMININE})s)\b",
        rf"\b(?:[Qq]uels?|[Ll]e) (?:{_FEMININE})s?\b",
        rf"\b(?:[Qq]uelles?|[Ll]a) (?:{_MASCULINE})s?\b",
        # Nous vous nous souhaitons, beaucoup grâces, de qu'est-ce que je parle, avoir il fait
        r"\b(?:[Nn]ous vous nous|[Vv]ous nous vous|[Jj]e (?:me te|te me)|[Tt]u te me)\b|"
        r"\bbeaucoup (?:de )?grâces?\b|\b[Dd]e qu['’]est-ce\b|"
        r"\b(?:avoir|être) ils?\b(?! y\b)|\bdu [b-z](?!['’.\w-])|"
        r"\b(?:cet|cette|ces) (?:de|du|des)\b",
        # J'il, Tu je, Vous il, vous devez on rester
        r"(?:^|[,;:]\s*)(?:[Jj]['’]|[Jj]e |[Tt]u |[Nn]ous |[Vv]ous )(?:ils?|elles?|tu|je|on)\b",
        r"\b[Jj]['’](?:ils?|elles?|on|tu)\b|\b\w{3,}ez on\b",
        # Où tu as-tu été, je veux-tu, as-pas tu, s'a ouvert, tu. Je, plus grand que je, entre ils
        r"\b(?:[Jj]e|[Tt]u|[Ii]l) (?:\w{1,3}['’ ])?\w+-tu\b|-pas tu\b|\b[Ss]['’](?:a|ont)\b",
        r"(?<![-‐])(?<!est )\b[Tt]u\s*[.!,]|\bque je\s*[.!?,]",
        r"\b(?:entre|avec|pour|chez|sans|contre|vers) (?:ils|je)\b",
        # Sami il est, comment il était le garçon ?, où Placer, qui il a créé
        rf"^(?!\w+ment |(?:{_OPENINGS})\b)[A-Z]\w+ (?:il|elle)s? (?:est|sont|a|ont|se|ne|"
        r"[a-zé]{2,}(?:e|ent|ait|ut|it))\b",
        r"^(?:Comment|Quand|Où) (?:il|elle)s? \w+ [^.!?,]*\?|^Qui (?:il|elle)s?\b",
        r"^(?:Comment|Où|Quand) (?:Appeler|Placer|Nommer|Trouver)\b|\best-que\b|"
        r"\b[Ii]l peu importe\b|\bici ça\b",
        # L'idée, est de; du aspirine; bel.; XIX siècle; beaucoup de.; mon sœur; vais pour te voir
        r"^(?:L['’]|L[ae] |Les )\w+, (?:est|sont)\b|\b[Ss]e-\w|\b[Cc]eci sont\b|\beu du lieu\b",
        r"(?<![-‐'’])\b(?:[Dd]u|[Aa]u|[Ll]e) (?!onz|oui|ouistiti|où|email)[aeiouéèêàâîô]"
        rf"{_LETTER}{{2,}}",
        r"\b(?:[Bb]el|[Nn]ouvel|[Vv]ieil|[Cc]et)\b(?! ?[aeiouyhéèêëàâîïôûœæ«\"“(0-9]| [A-Z])",
        r"\b[XVI]+ siècles?\b|\b(?:beaucoup|trop|assez) de\s*[.!?,]|^Y (?!a\b|en\b|compris\b)\w+ ",
        r"\b[MmTtSs](?:on (?:sœur|mère|femme|fille|maison|vie|tête|main|voiture|famille)|"
        r"a (?:père|frère|mari|fils|chien|travail|bras|pied|cœur|nom))\b",
        rf"\b(?:vais|vas|va|allons|allez|vont) pour (?:(?:[mts]e|nous|vous|l[ea]s?) )?{_LETTER}+"
        r"(?:er|ir|re)\b|\baller à (?!ravir\b)\w+(?:er|ir)\b",
        # Cet il, tu tu, se s', vous vous me, il se va
        r"\b[Cc]et ils?\b|\btu tu\b|\bse (?:se\b|s['’])|\bvous il plaît\b|\bvous vous (?:me|lui|"
        r"leur|nous)\b|\b(?:d['’]|[àe] l['’])ils\b|\b[Ii]l se va\b|\b[Jj]e seulement\b",
        # Va à chercher, y avait une spécialité, diverse heures, en le bureau
        r"\b(?:[Vv]as?|[Vv]ais|[Vv]ont|[Aa]ll(?:ons|ez|ait|aient)) à (?:(?:la|les?|me|te|se) )?"
        rf"(?!(?:{_PLACES})\b){_LETTER}{{2,}}(?:er|ir|ttre|dre)\b",
        r"(?:^|, )[Yy] (?:avait|aura|devait|aurait)\b|\b[Qq]uelqu['’]un y avait\b",
        r"\b[Dd]iverse \w+s\b",
        rf"\b[Ee]n les? (?!\w+ant\b){_LETTER}+\b",
        r"\bque passe\b",
        # Que il, se apitoyer, de un
        r"\b(?:[Qq]ue|[Jj]usque|[Ll]orsque|[Pp]uisque|[Ss]i) ils?\b",
        r"\b(?:[Qq]ue|[Ll]orsque|[Pp]uisque|[Dd]e) (?:elles?|un|une|eux)\b",
        r"(?<![-‐'’])\b(?:[SsMmTtNn]e|[Jj]e) [aeiouéèêàâîô]\w",
        # Ne ... pas rien
        r"\bpas (?:rien|personne|jamais|aucune?|nulle part|pas)\b",
        r"\b[Nn](?:e |['’])\w+ pas (?!(?:une?|la|cette|[mts]a|[lcs]es|leurs?|[nv]otre|de|pour|que|"
        r"qu|quelque|autre|à|en|avec|par|si|comme|grand)\b)\w+ (?:personne|rien|aucune?)\b",
        # As raison, la ne 7, Qu'il est l'architecte ?, si revenir, Qu'est-ce que fait
        r"^As (?!d[eu]\b)\w|\b[Ll]a ne \d",
        r"^Qu['’](?:il|elle) est (?:l['’]|l[ae] |les |une? )[^?]*\?",
        r"\b[Ss]i (?!on\b)\w+(?:er|ir)\b|\bQu['’]est-ce que fait\b",
        r"\b[Nn]e\s*[.!?,](?![.!?])",
        r"\b(?:est|suis|sont|ai|ont|veux|veut|voulez|peux|pouvez|vas?|vont) ne "
        r"(?!pas|plus|jamais|rien|point|l)",
        # Qu'est-ce que?
        r"\bque\s*[?!]",
        r"\b[Ii]l[- ]est ce qu|\bpas à personne\b|\bsûre?s? qui\b|\b\w+[,…]? qui est-ce qui\b",
        r"\b(?:vais|vas|va|allons|allez|vont) à (?!ravir\b)(?:en )?(?:[a-zéèêàâîôç]+(?:er|ir)|"
        r"faire|dire|être|prendre|mettre|croire|vivre|suivre|lire|boire|attendre|rendre)\b",
        r"^Grâces\b|\ba celé\b|\bAprès-je\b|\bquel an\b|\bdes quel(?:le)?s\b|\bfaillit-\s",
        r"\b[Cc]ombien (?:temps|fois)\b|\bà maison\b|\b[Cc]eci ils?\b|\b[Cc]ela ils\b",
        # Se me répond, j'ai voyagé ai assis, j'ai n'eu, nous a falloir, j'ai resté
        r"\bse (?:me|te|nous|vous|ne)\b|\b[a-zéèêç]+é ai\b(?!-)",
        r"(?:\b(?:ai|as|avons|avez|ont)|(?<!\by )\ba) n['’](?!importe|est[- ]ce)",
        r"\b(?:ai|as|a|avons|avez|ont) (?:(?:falloir|vouloir|avoir|venir)\b|"
        r"(?:resté|allé|venu|arrivé|devenu)e?s?\b)",
        r"\b(?:de|en|à|avec|pour|chez|sans) tu\b|(?<![-‐])\b(?:me|te|se)\s*[.!?]",
        # Va à me tuer, vous il va enchanter, tu te dois, tu ne peut, je était
        r"\b(?:vais|vas|va|allons|allez|vont) à "
        rf"(?:(?:ils?|me|te|se)\b|[mts]['’]|(?:vous|nous|lui) {_INFINITIVE})",
        r"(?<!\b(?:[Cc]hez|[Pp]our|[Aa]vec|[Ss]ans) )(?<!\b(?:[Ss]elon|[Ee]ntre) )"
        r"(?<!\b[Dd]e )(?<!\b[àÀ] )"
        r"(?<!\b(?:devant|contre) )\b[VvNn]ous (?:je|ils?|tu)\b",
        r"\b[Tt]u (?:je|Te|t['’]as)\b",
        r"(?<![-‐])\b[Tt]u (?:n[e'’] ?)?(?:peut|veut|doit|va|est|a|fait|dit|sait|voit)\b",
        r"\b[Jj]e (?:ne )?(?:peut|veut|doit|va|est|a|sait|voit|pourrait|serait|aurait|était|"
        r"avait)\b",
        # Pas touché à rien, pas eu jamais, personne n'a pas, n'est pas-ce pas
        r"\bpas \w+(?:é|i|u|is|it)e?s? (?:(?:à )?rien|jamais)\b",
        r"\b[Pp]ersonne n(?:e |['’])(?:(?:[mts]e|nous|vous|l[ea]s?|lui|leur|y|en) |[mtsl]['’])?"
        r"\w+ pas\b|\bpas-ce\b|\bser(?:t|vent) pas à rien\b",
        # Qu'est-ce que craignez-vous, qu'est-ce que suis ta marionnette, ce que veux dire, est que
        r"\b[Qq]u['’]est-ce qu(?:e |['’])\w+-(?:vous|tu|ils?|elles?|je|nous|on)\b",
        r"\b[Qq]u['’]est-ce qu(?:e (?:(?:suis|es|est|sont|de)\b|d['’])|['’](?:est|a)\b)",
        r"\b[Cc]e que (?:veux|suis|sais|fais|dis|peux|dois|ai)\b|, est que\b",
        # Qu'il raconte le roman ?, à qu'il appartient, un horloger que ne sait pas
        r"^Qu['’]il (?!est\b|soit\b)[^?.!]*\?|\bà qu['’]il\b|\bque ne \w+ (?:pas|plus|jamais)\b",
        # En-en dehors, jusqu'à ici, quelqu'uns, des à vous, près elle, besoin une, peut- des
        r"\b(?:en|dans)-en\b|\bjusqu['’]à ici\b|\btrès de\b(?! (?:près|loin))",
        r"\b[Qq]uelqu['’]uns\b|\b[Uu]ne peu\b|\bne (?:par|sur|avec|chez)\b|\b[Dd]ans autres\b",
        rf"{_LETTER}{{3}}- (?!et\b|ou\b){_LETTER}|[a-z]{{2}}[-‐] ?[?!.]",
        r"\b(?:l[ea]s?|des) à (?:moi|toi|lui|vous|nous|eux)\b|\bprès (?:moi|toi|lui|elle|eux)\b",
        r"\bbesoin (?:une?\b|quelqu['’]un)",
        # Que élimine, fils de abruti
        r"(?<![-‐'’])\b(?:[Dd]e|[Qq]ue) (?!onz|oui|une?\b|ouf|hi|ha|io|ou\b|où|et\b|en\b)"
        rf"[aeiouéèêàâîô]{_LETTER}",
        # Qui est-ce qui sont; tu as de la raison
        r"\b[Qq]ui est-ce qui (?:sont|étaient|ont|avaient|furent)\b",
        r"\b(?:ai|as|a|ont|avez|avons|avai[st]|avaient) de la raison\b",
        # lever-me; nous avons a eu; Ici en le commandant
        r"\w(?:er|ir|re)-(?:me|te|se)\b",
        r"\b(?:avons|avez|ont|ai|as) a \w+[éui]s?\b",
        r"\b[Ee]n le (?!\w+ant\b)\w",
        # Sparky, Va falloir
        rf"(?:(?<={_LETTER} )|(?<={_LETTER}, )){_SMALL}\b",
        # A subject left out
        r"(?:^|[,;:]\s+|\b(?:que|mais|si|quand|comme) |\bqu['’])"
        rf"{_CLITICS}{{0,3}}(?:[Ss]uis|[Aa]i|[Vv]ais|\w{{2,}}(?<!v)(?<!f)rai)\b(?![-‐])",
        rf"(?:^|, )[Nn](?:e |['’](?!est-ce)){_CLITICS}{{0,2}}"
        r"(?:\w+(?:ait|aient|ra|ront)|[pv]eu[xt]|sont|ont|est|a)\b(?![-‐])",
        rf"^(?:\w+, )?[MmSs]e (?!voilà|voici)(?:l[ea]s? )?(?!{_INFINITIVE})\w+\b(?!-)",
        rf"^(?:\w+, )?[Ss]['’](?!ils?\b|y\b)(?:en )?(?!{_INFINITIVE})\w+\b(?!-)",
        r"(?<![Jj]e )\b[Vv]ous en prie\b|^[VN]ous (?:a|ont|avait|avaient|aurait|ait)\b(?!-)",
        r"^Lui pla\w*(?<!re)\b",
        r"^(?:N['’](?:ai|as|avons|avez)|M['’](?:a|ont)|L['’]ai|Me suis|Me pla(?:ît|irait)|S['’]a|"
        r"Se (?:va|peut|doit)|Ne (?:se|suis|sais|peux|veux)|Ai)\b(?!-)",
        # Words of the pivots
        r"^(?:Ara|Aneu|Quan|Van|Cuando|Ahora|Massa|Vell[ae]|Quina?|Quine|Casa|Al|"
        r"Han)\b|\b[Ee]n resumen\b",
    ),
    "es": (
        r"(?:^|[^\w\s]\s*|\b[a-záéíóúñ]+ )I [a-záéíóúñ]",
        r"\b(a|le|de|la|el|que|en) \1\b",
        r"\b(?:de|para|con|a|por|en) tú\b",
        r"\bvan? para [a-z]+r\b",
    ),
}
