"""The check of persons: who does it, or to whom it is done, must not change."""

from __future__ import annotations

import pytest

from augment.errors import InputError
from augment.filters import FilterSettings, build_filters
from augment.records import Candidate


@pytest.fixture
def refusal(refusal):
    return lambda language, original, text, **more: refusal(
        "person", original, text, language, **more
    )


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("en", "I was tired.", "He was tired."),
        ("en", "They left early.", "I left early."),
        ("en", "We had no time.", "They had no time."),
        ("en", "I lost my keys.", "He lost my keys."),
        ("en", "He phoned my mother.", "He phoned his mother."),
        ("en", "My sister called me.", "The sister called him."),
        ("en", "I'M TIRED", "HE'S TIRED"),
        ("fr", "Je savais tout.", "Il savait tout."),
        ("fr", "J’ai trouvé !", "Il a trouvé !"),
        ("fr", "Je n'étais pas là.", "Elle n'était pas là."),
        ("fr", "Je devrais lui dire adieu.", "Il devrait lui dire adieu."),
        ("fr", "Tu aurais dû parler quand tu pouvais.", "Il aurait dû parler quand tu pouvais."),
        ("fr", "Nous partons demain.", "Ils partent demain."),
        ("fr", "Ne me regarde pas.", "Il ne me regarde pas."),
        ("fr", "Non, ne touche pas à ça !", "Non, il ne touche pas à cela !"),
        ("fr", "- Prends cette baguette", "- Il prend cette baguette"),
        ("fr", "Pour qui travaillez-vous ?", "Pour qui travaille-t-il ?"),
        ("fr", "Tom nous a vus.", "Tom m'a vu."),
        ("es", "Me gustaría aprender alemán.", "Le gustaría aprender alemán."),
        ("es", "Mi casa está lejos.", "Su casa está lejos."),
        ("es", "¿Me das un vaso de leche?", "¿Me doy un vaso de leche?"),
        ("es", "Esta mañana he visto a Bob.", "Esta mañana ha visto a Bob."),
        ("ca", "He fet un vestit nou.", "Va fer un vestit nou."),
        ("ca", "La meva mare hi viu.", "La seva mare hi viu."),
        ("pt", "O meu pai trabalha aqui.", "O seu pai trabalha aqui."),
        ("it", "Mio padre lavora qui.", "Suo padre lavora qui."),
        ("de", "Ich war im Garten.", "Er war im Garten."),
        ("de", "Sie hat mir geholfen.", "Sie hat ihm geholfen."),
    ],
)
def test_another_person(refusal, language, original, text):
    assert refusal(language, original, text)


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        # The form of address
        ("fr", "Es-tu fier de toi ?", "Êtes-vous fier de vous ?"),
        ("es", "¿Tú eres de España?", "¿Usted es de España?"),
        ("es", "¿Vosotros sois de aquí?", "¿Ustedes son de aquí?"),
        ("pt", "Tu és daqui?", "Você é daqui?"),
        ("ca", "Vostè és més alta que ella.", "Ets més alta que ella."),
        # One, we, you
        ("fr", "Nous partons demain.", "On part demain."),
        ("fr", "On est des amis.", "Nous sommes amis."),
        ("fr", "Vous ne pouvez pas fumer ici.", "On ne peut pas fumer ici."),
        ("en", "You can see the sea from here.", "We can see the sea from here."),
        ("ca", "Els humans són curiosos.", "Els humans som curiosos."),
        # Things, and nobody
        ("fr", "C'est mon ami.", "Il est mon ami."),
        ("fr", "Elle est ma mère.", "C'est ma mère."),
        ("fr", "Je dois partir.", "Il faut partir."),
        ("fr", "J'avais un Luger.", "Il y avait un Luger."),
        ("fr", "Aidez-moi, s'il vous plaît.", "Aide-moi, je t'en prie."),
        ("en", "I was cold in there.", "It was cold in there."),
        # Said by another word, or by another word's object
        ("fr", "Moi, je le pense.", "Je le pense."),
        ("fr", "Je suis content.", "Cela me réjouit."),
        ("en", "I was told so by him.", "He told me so."),
        ("en", "I like it.", "It pleases me."),
        ("en", "She is a friend of mine.", "She is my friend."),
        # Subjects left out
        ("es", "Yo se lo di.", "Se lo di a él."),
        ("es", "Me parece que él miente.", "Creo que él miente."),
        ("es", "Yo trabajo en casa.", "Trabajo en casa."),
        ("it", "Io parlo con lui.", "Parlo con lui."),
        ("pt", "Eu trabalho com ele.", "Trabalho com ele."),
        ("es", "Abrí mis ojos.", "Abrí los ojos."),
        # Commands
        ("fr", "Vous devez partir.", "Partez !"),
        ("fr", "Ne m'approchez pas.", "Vous ne m'approchez pas."),
        ("fr", "Prenons le train.", "Nous prenons le train."),
        ("fr", "Faut partir.", "Il faut partir."),
        # Speech reported
        ("en", '"I am tired," said Tom.', "Tom said that he was tired."),
        ("fr", "« Je viens », dit Anne.", "Anne dit qu'elle vient."),
        # He, she and things; in French these have genders too
        ("en", "He knows his way.", "They know their way."),
        ("en", "She told him.", "He was told by her."),
        ("en", "He is here, it seems.", "It seems that Tom is here."),
        ("en", "That is a pity.", "It is a pity."),
        ("en", "The army lost its ships.", "The army lost their ships."),
        ("fr", "Ma voiture ? Elle est en panne.", "Mon auto ? Il est en panne."),
        # No persons at all
        ("en", "He knew that US troops fought in World War I there.", "He knew of it."),
        ("en", "Many of us met President Wilson I think.", "I think we met the president."),
    ],
)
def test_the_same_person(refusal, language, original, text):
    assert refusal(language, original, text) == ""


def test_the_country_and_the_first_of_kings_are_no_persons(refusal):
    assert refusal("en", "The US won World War I there.", "He won World War One there.") == ""


def test_one_of_several_subjects(refusal):
    original = "You should have shot me when you had the time."
    text = "He should have shot me when you had the time."
    assert refusal("en", original, text)
    assert refusal("en", original, text, strictness="loose") == ""


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("She is perfect.", "He is perfect."),
        ("He's perfect.", "It is perfect."),
        ("It disappeared before landing.", "He disappeared before landing."),
        ("You should follow his advice.", "You should take her advice."),
    ],
)
def test_he_is_not_she_nor_a_thing(refusal, original, text):
    assert refusal("en", original, text)
    assert refusal("en", original, text, strictness="loose") == ""


def test_a_person_that_was_there_before(refusal):
    original = "He said so, and I left before he came."
    text = "He said so, and he left before he came."
    assert refusal("en", original, text) == ""
    assert refusal("en", original, text, strictness="strict")


def test_the_threshold_is_a_share(refusal):
    assert refusal("en", "I was tired.", "He was tired.", max_person_change=1.0) == ""
    with pytest.raises(InputError, match="max_person_change"):
        FilterSettings(language="en", max_person_change=1.5)


def test_words_of_the_refusal(refusal):
    assert refusal("fr", "Je savais tout.", "Il savait tout.") == "'je' is gone, 'il' has come"


def test_a_language_without_a_table():
    [check] = [
        one
        for one in build_filters(FilterSettings(language="sw"), disabled=["similarity"])
        if one.name == "person"
    ]
    assert check.check([Candidate(0, "Mimi ni", "Yeye ni")])[0].passed
    assert check.notes() == ["person check: no list of pronouns for sw; all pass"]
