"""French pairs that a reader found among what had been kept, or refused: each for one cause."""

from __future__ import annotations

import functools

import pytest

from augment.filters import FilterSettings
from augment.filters.grammar import Grammar
from augment.records import Candidate


@pytest.fixture
def refusal(refusal):
    return functools.partial(refusal, language="fr")


@pytest.mark.parametrize(
    ("check", "original", "text"),
    [
        ("grammar", "Quelle différence y a-t-il ?", "Quel est la différence ?"),
        ("grammar", "Quelles conditions faut-il ?", "Quels sont les conditions qu'il faut ?"),
        ("grammar", "Quelle œuvre a-t-il peinte ?", "Quel œuvre a-t-il peinte ?"),
        ("grammar", "Le prix est élevé.", "La prix est élevée."),
        ("grammar", "La ville est grande.", "Le ville est grand."),
        ("grammar", "Nous vous souhaitons un bon séjour.", "Nous vous nous souhaitons bon séjour."),
        ("grammar", "Merci beaucoup !", "Beaucoup grâces !"),
        ("grammar", "Merci à vous deux.", "Grâce à vous deux."),
        ("grammar", "De quoi je parle ?", "De qu'est-ce que je parle ?"),
        ("grammar", "Je dois l'avoir fait.", "Je dois avoir il fait."),
        ("grammar", "Un ami de la famille.", "Un ami du f amille."),
        ("grammar", "On a été bien reçus.", "Il a été bien reçu."),
        ("grammar", "On peut y aller.", "Il peut y aller."),
        ("grammar", "Mme Durand est venue.", "M. Durand est venu."),
        ("grammar", "Un milliardaire américain.", "Un millionnaire américain."),
        ("grammar", "Quel type de boisson sert-on ?", "Que type de boisson sert-on ?"),
        ("grammar", "De quelle couleur est le mur ?", "De qu'couleur est le mur ?"),
        ("grammar", "À quelle vitesse va-t-il ?", "À que vitesse va-t-il ?"),
        ("grammar", "Comment est décrite la ville ?", "Comme est décrite la ville ?"),
        ("grammar", "Quand est-il de retour ?", "Lorsqu'il est de retour ?"),
        ("grammar", "Qui guide Paul vers la ville ?", "Que guide Paul vers la ville ?"),
        ("grammar", "qui était le coéquipier de Paul", "Qu'il était le coéquipier de Paul"),
        ("grammar", "Quelle maladie a décimé la ville ?", "Quelle maladie y a décimé la ville ?"),
        ("grammar", "Combien d'enfants a Paul ?", "Combien d'enfants il y a Paul ?"),
        ("grammar", "Qu'est-il arrivé à Paul ?", "Qu'il est arrivé à Paul ?"),
        ("grammar", "Dans quelle équipe joue Paul ?", "Dans cette équipe joue Paul ?"),
        ("grammar", "de Quel club parle le texte ?", "de Ce club parle le texte ?"),
        ("grammar", "Quelle maladie a terrassé Paul ?", "Que la maladie a terrassé Paul ?"),
        ("grammar", "Qui était le premier roi ?", "Qui c'était le premier roi ?"),
        ("grammar", "Qu'a produit Paul ?", "Ce qui a produit Paul ?"),
        ("grammar", "Je suis vraiment las.", "Je suis vérité las."),
        ("sense", "Le repas était très bon.", "Le repas était très mauvais."),
        ("sense", "J'ai aimé ce film.", "J'ai détesté ce film."),
        ("numbers", "Il coûte 1 234,56 €.", "Il coûte 56 € et 1234."),
        ("numbers", "Il coûte 1 234,56 €.", "Il coûte 1 234 € 56."),
        ("numbers", "Il coûte 1 500 €.", "Il coûte 1,500 €."),
        ("numbers", "Né le 01/02/2024.", "Né le 02/01/2024."),
    ],
)
def test_refused(refusal, check, original, text):
    assert refusal(check, original, text)


@pytest.mark.parametrize(
    ("check", "original", "text"),
    [
        ("grammar", "Quelle est la raison ?", "Quelles sont les raisons ?"),
        ("grammar", "Quels sont les silences ?", "Quels sont les bastions et les comités ?"),
        ("grammar", "Un siècle passa.", "Il aurait pu y avoir il y a un siècle un roi."),
        ("grammar", "On peut y aller.", "Il est possible d'y aller."),
        ("grammar", "On a un problème.", "Il y a un problème."),
        ("grammar", "Quel est le sens de ce mot ?", "Que signifie ce mot ?"),
        ("grammar", "Quel est son métier ?", "Que fait-il dans la vie ?"),
        ("grammar", "Comment vas-tu ?", "Tu vas bien ?"),
        ("grammar", "Quel jour est-ce ?", "Ce jour, quel est-il ?"),
        ("grammar", "Qui était-ce ?", "C'était qui ?"),
        ("grammar", "C'est vraiment la vérité.", "C'est la vérité."),
        ("grammar", "Quand il est là, que fait-il ?", "Lorsqu'il est là, que fait-il ?"),
        ("grammar", "Qui est-ce ?", "C'est qui ?"),
        ("grammar", "Elle a vendu sa maison.", "Il y a longtemps, elle vendit sa maison."),
        ("sense", "Un sentier peu difficile.", "Un sentier facile."),
        ("sense", "Il n'est pas mauvais du tout.", "Il est tout à fait bon."),
        ("sense", "Ni bon ni mauvais.", "Bon et mauvais."),
        ("sense", "Le plus chaud peut devenir froid.", "Les plus chauds deviennent froids."),
        ("grammar", "M. Durand est là.", "Monsieur Durand est là."),
        ("grammar", "Une vitamine.", "Le goût du K et la vitamine, du « b »."),
        ("numbers", "Il coûte 1 234,56 €.", "Son prix est de 1234,56 €."),
        ("numbers", "Il coûte 1 500 €.", "Il coûte 1500 €, ou 1.500 €."),
        ("numbers", "Né le 01/02/2024 à 9 h 30.", "Il naît à 9:30 le 01/02/2024."),
    ],
)
def test_passed(refusal, check, original, text):
    assert refusal(check, original, text) == ""


RULED = [
    ("Dis-leur de partir.", "Dis-les de partir."),
    ("Il faut qu'il parte.", "Il faut qui parte."),
    ("Sais-tu ce qu'elle veut ?", "Sais-tu ce qu'il veut ?"),
    ("Qu'est-ce qu'il dit ?", "Qu'est-ce que dit ?"),
    ("Viens là.", "Je viens là."),
    ("Va chercher le pain !", "Il va chercher le pain !"),
    ("Il n'a pas l'air banal.", "Il n'y a pas l'air banal."),
    ("C'est la volonté de Luc.", "Il est la volonté de Luc."),
    ("Tard, mais c'est inquiétant.", "Tard, mais est inquiétant."),
    ("Ça va mieux.", "Ceci va mieux."),
    ("Ils sont un peu fous.", "Ils sont un peu de fous."),
    ("Certains d'entre nous sont là.", "Quelques d'entre nous sont là."),
    ("Pas tout de suite !", "Pas tout suivi !"),
    ("Depuis quand ?", "Depuis lors quand ?"),
    ("À lundi, dans trois semaines.", "À lundi, en trois semaines."),
    ("Ils sont en grève.", "Ils sont à grève."),
    ("Merci de ne pas le dire.", "Merci de ne le dire pas."),
    ("C'était un grand mensonge.", "C'était un mensonge grand."),
    ("J'ai des sandwichs.", "J'ai sandwichs."),
    ("On connaît.", "Il connaît."),
    ("Vous vous amusez.", "Vous amusez."),
    ("Voulez-vous faire une pause ?", "Voulez une pause ?"),
    ("Je vous en supplie !", "Je supplie !"),
    ("Je vous le promets.", "Je le promets à toi."),
    ("♪ Pour moi et vous ♪", "♪ Pour moi et tu ♪"),
    ("Rester ici ?", "On Rester ici ?"),
    ("Je vais le faire.", "Je vais à le faire."),
    ("Il prend beaucoup de votre temps.", "Il prend beaucoup votre temps."),
    ("Je n'ai pas de mal.", "Je n'ai pas mal."),
    ("Les mains en l'air !", "Les mains à l'air !"),
    ("Je vais chez elle.", "Je vais en elle."),
    ("Ils restent chez eux.", "Ils restent chez lui."),
    ("Nous sommes à la maison.", "Nous sommes dans la maison."),
    ("Un client dans notre bar.", "Un client à notre bar."),
    ("C'est juste que je dors.", "Il est juste que je dors."),
    ("Viens, grand héros.", "Viens, héros grand."),
    ("Bonne journée, Luc.", "Jour bon, Luc."),
    ("Et n'oublie pas.", "Et il n'oublie pas."),
    ("Laisse-moi.", "Il laisse-moi."),
    ("Que s'est-il passé ?", "Qu'est-ce que s'est passé ?"),
    ("Je ne sais pas quoi dire.", "Je ne sais pas qu'est-ce que dire."),
    ("C'est tout ce que je sais.", "Il est tout ce que je sais."),
    ("Combien d'écrits ?", "Combien écrits ?"),
    ("Il en a tellement.", "Il en a tellement de."),
    ("Bon voyage, Luc.", "Bien voyage, Luc."),
    ("Range ton arme.", "Range votre arme."),
    ("La femme qui court est là.", "La femme que court est là."),
    ("Pourquoi chantons-nous ?", "Pourquoi chante-nous ?"),
    ("Il l'a fait en deux nuits.", "Il l'a fait dans deux nuits."),
    ("Je vous arrange ça.", "Je t'arrange ça."),
    ("S'ils veulent partir...", "Ils se veulent partir..."),
    ("Où se situe le lac ?", "Où le situe le lac ?"),
    ("Ils sont assez fous.", "Ils sont assez de fous."),
    ("Je te veux, Luc.", "Je veux te, Luc."),
    ("Écoute-moi bien.", "Écoute-moi bon."),
    ("Les électeurs de l'Ohio.", "Les électeurs du Ohio."),
]


@pytest.mark.parametrize(("original", "text"), RULED)
def test_what_rules_turn_is_refused_of_them(original, text):
    check = Grammar(FilterSettings(language="fr"))
    free, by_rules = check.check(
        [Candidate(0, original, text), Candidate(0, original, text, by_rules=True)]
    )
    assert free.passed
    assert not by_rules.passed


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Recommande cette adresse.", "Je recommande cette adresse."),
        ("Tout ça fait partie du passé.", "Tout ceci fait partie du passé."),
        ("C'est important de dormir.", "Il est important de dormir."),
        ("C'est la bonne réponse.", "C'est la seule bonne réponse."),
        ("J'ai du temps.", "J'ai toujours du temps, et j'ai compris."),
        ("Il part en vacances.", "Il part pour les vacances."),
        ("On voit le lac.", "Il y a un lac que l'on voit."),
        ("Je vais à la mer.", "Je vais à la mer demain."),
        ("Vous vous levez.", "Vous vous levez, et vous sortez."),
    ],
)
def test_what_rules_turn_rightly_passes(original, text):
    [found] = Grammar(FilterSettings(language="fr")).check(
        [Candidate(0, original, text, by_rules=True)]
    )
    assert found.passed, found.detail
