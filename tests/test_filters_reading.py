"""Causes found by reading what the filter refused and let pass: one pair for each."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "language", "original", "text"),
    [
        ("negation", "es", "Cifran todo y no únicamente los pagos.", "Cifran todo, no solo pagos."),
        ("negation", "es", "Es, sin dudas, molesto.", "Es claramente molesto."),
        ("negation", "es", "Voló un dron.", "Voló un avión no tripulado."),
        ("negation", "es", "Funciona sin conexión.", "Funciona offline."),
        ("negation", "es", "Se oirá sin problemas.", "Se oirá bien."),
        ("negation", "es", "No está familiarizado con ella.", "Es nueva para ti."),
        ("negation", "es", "Las botas no son adecuadas.", "Las botas son deficientes."),
        ("negation", "fr", "Ils devinent, et non sans succès.", "Ils devinent avec succès."),
        ("negation", "fr", "Il tire plus fort.", "Il tire plus fort qu'elles ne le font."),
        ("negation", "en", "Its independence dates from 1839.", "It was not free until 1839."),
        ("negation", "en", "The lamp no longer works.", "The lamp stops working."),
        ("negation", "ca", "El llum ja no funciona.", "El llum deixa de funcionar."),
        ("negation", "ca", "Un mur no gaire alt.", "Un mur curt."),
        ("negation", "ca", "Seria, si més no, estrany.", "Seria almenys estrany."),
        ("negation", "ca", "Passaran anys abans no ho vegem.", "Trigarem anys a veure-ho."),
        ("negation", "ca", "El cosmonauta número 11.", "El cosmonauta No. 11."),
        ("numbers", "ca", "En 2,2 milions de km² de mar.", "En 2,2 milions de km2 de mar."),
        ("numbers", "fr", "Peu après 11 h 00 hier.", "Hier, juste après 11 heures."),
        (
            "grammar",
            "fr",
            "N'est-ce pas ?",
            "N'ayez pas peur, ne partez pas : je n'en ai pas, moi.",
        ),
        ("grammar", "fr", "Il vous va bien.", "Il vous va à ravir ; c'est à toi que je le dis."),
        ("grammar", "fr", "C'est la paix qui importe.", "Il est crucial de faire la paix."),
        ("grammar", "fr", "Luc ? Il est là. C'est bien.", "Il est là, Luc. Bien."),
        ("grammar", "fr", "Le pilote, Massa, a gagné.", "Massa, le pilote, est le vainqueur."),
        ("grammar", "fr", "Le peintre Van Gogh.", "Van Gogh, le peintre."),
        ("grammar", "fr", "Il est à la tête du parti.", "Il est le chef du parti."),
        ("grammar", "fr", "Le cuisinier est nul.", "Le chef ne sait pas cuisiner."),
        ("grammar", "fr", "On mange tout.", "Vous avez n'importe quoi à manger."),
        ("grammar", "fr", "Où est la vérité ?", "De quelle vérité ai-je besoin ?"),
        ("grammar", "fr", "C'est ce qu'on entend par là.", "C'est le sens qu'on lui donne."),
        ("grammar", "fr", "Je sais que tu viens.", "Ce n'est pas que tu sois absent."),
        ("grammar", "es", "Felipe I fue rey.", "Fue rey Felipe I de España."),
        ("truncated", "fr", "Tu peux les prendre tout de suite.", "Prends-les !"),
        ("question", "fr", "Qui a le titre ?", "Qui est-ce qui a le titre ?"),
        ("names", "fr", "Au début du XIXe, Luc partit.", "Luc partit au début du 19ème."),
        ("names", "es", "Es Patrimonio Mundial de allí.", "Es Patrimonio de la Humanidad allí."),
        (
            "truncated",
            "es",
            "Consulte los viajes promocionados. Puede hacerlo en una página web tanto como aquí.",
            "Mire los viajes que promocionan, ya sea en un sitio o en el escaparate de una tienda.",
        ),
    ],
)
def test_said_in_other_words(refusal, name, language, original, text):
    assert refusal(name, original, text, language) == ""


@pytest.mark.parametrize(
    ("name", "language", "original", "text"),
    [
        # What else the text says makes up for nothing: "always" has lost its "not".
        ("negation", "es", "No siempre es bueno.", "Siempre es bueno para el de fuera de aquí."),
        ("negation", "en", "It is not always good.", "It is always good for a bad man."),
        ("negation", "de", "Es ist nicht immer gut.", "Es ist immer gut, wenn etwas fehlt."),
        # "Not all" may become "some".
        ("negation", "es", "Espere que no todo sea igual.", "Espere que las cosas sean iguales."),
        # A clause of its own behind "then"
        (
            "negation",
            "es",
            "Si no se permite, entonces ni siquiera debe mirar.",
            "Si se permite, entonces ni siquiera debe mirar.",
        ),
        ("truncated", "fr", "Débarrassez-vous de ce gosse !", "Défaites-vous de."),
        ("truncated", "fr", "Tout y est, mon ami.", "Tout est là, mon"),
        ("truncated", "es", "Estoy harto de esa clase de cosas.", "Estoy aburrido de."),
        ("question", "fr", "Qui a le titre ?", "Quand est-ce qui a le titre ?"),
        ("grammar", "fr", "Tu me prêtes une balle ?", "Tu tu me prêtes une balle ?"),
        ("grammar", "fr", "Je ne supporte pas ça.", "J'il ne supporte pas ça."),
        ("grammar", "fr", "Qu'est-ce qu'il y a ?", "Qu'est-ce que il y a ?"),
        ("grammar", "fr", "Ils ne peuvent rien.", "Ils ne peuvent pas rien."),
        ("grammar", "fr", "Ça ne va pas ?", "Cela ne va ne ?"),
        ("grammar", "fr", "Il va libérer Luc.", "Il va à libérer Luc."),
        ("grammar", "fr", "Je n'ai jamais peur.", "N'ai jamais peur."),
        ("grammar", "fr", "C'est un cauchemar.", "Il est un cauchemar."),
        ("grammar", "fr", "Il faut partir.", "Il faillit partir."),
        ("grammar", "fr", "Il nous en a fallu dix.", "Nous a falloir dix."),
        ("grammar", "fr", "On me répond de nuit.", "La nuit, se me répond."),
        ("grammar", "fr", "J'ai voyagé assis.", "J'ai voyagé ai assis."),
        ("grammar", "fr", "Je suis restée là.", "J'ai resté là."),
        ("grammar", "fr", "C'est bien à la maison.", "C'est bien à maison."),
        ("grammar", "fr", "Trop cher et mauvais.", "Massa cher et mauvais."),
        ("grammar", "fr", "Bref, moyen.", "En resumen, moyen."),
        ("grammar", "fr", "Très bon, nul pour les appels.", "Très bon, chef pour les appels."),
        ("grammar", "fr", "Je les entends bien.", "Je les assieds bien."),
        ("grammar", "fr", "Je sais combien.", "Sois combien."),
        ("grammar", "fr", "Je sais tout.", "Je sois tout."),
        ("grammar", "fr", "On l'entend mal.", "On le sent mal."),
        ("grammar", "fr", "J'entends mal.", "Je sens mal."),
        ("grammar", "fr", "Une grosse tête.", "Un gros chef."),
        ("grammar", "fr", "Scénario nul.", "Scénario chef."),
        ("grammar", "es", "¿Soy normal?", "¿I soy normal?"),
        ("grammar", "es", "Eso es para ti.", "Esto es para tú."),
        ("negation", "en", "The lamp no longer works.", "The lamp still works."),
        ("negation", "es", "Funciona sin conexión.", "Funciona con conexión."),
        # "French" was there before: it does not stand for "France".
        (
            "names",
            "es",
            "El francés de Suiza y el de Francia se parecen.",
            "El francés de Suiza y el de Berlín se parecen.",
        ),
        (
            "truncated",
            "es",
            "Consulte los viajes promocionados. Puede hacerlo en una página web tanto como aquí.",
            "Mire los viajes promocionados.",
        ),
    ],
)
def test_another_meaning(refusal, name, language, original, text):
    assert refusal(name, original, text, language)
