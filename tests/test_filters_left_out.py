"""Subjects and articles that a paraphrase has left out are faults of grammar, or put too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.filters.left_out import LeftOut
from augment.filters.left_out_words import NEEDED


@pytest.mark.parametrize(
    ("language", "original", "text", "wanted"),
    [
        ("en", "I know what you mean.", "I know what mean.", "'what mean'"),
        ("en", "I fear we lost the key.", "I fear lost the key.", "'fear lost'"),
        ("en", "What are you reading?", "What are reading?", "'are reading'"),
        ("en", "That means we're late.", "That means are late.", "'means are'"),
        ("en", "You sing well, don't you?", "You sing well, do not?", "'not'"),
        ("en", "They’ve got the map.", "Have the map.", "'have'"),
        ("en", "If it rains, we'll stay home.", "If it rains, will stay at home.", "'will'"),
        ("en", "Look, we saw him there.", "Look, saw him there.", "'saw'"),
        ("en", "What do you call this?", "What call this?", "'call'"),
        ("en", "It rained, and I was tired.", "It rained and poured, am tired.", "'am'"),
        ("fr", "Vous avez peur du noir ?", "Avez peur de l'ombre ?", "'avez'"),
        ("fr", "Je riais quand tu parlais.", "Je riais quand parlait.", "'quand parlait'"),
        ("fr", "Que faites-vous là ?", "Qu'est-ce que faites là ?", "'faites là'"),
        ("fr", "Hé, elles sont chouettes !", "Hé, sont belles !", "'sont'"),
        ("fr", "Écoute, Luc, je crois que oui.", "Écoute, Luc, crois que si.", "'crois'"),
        ("fr", "Tu m’as vu hier.", "M'as vu hier.", '"m\'"'),
        ("fr", "Oui, j'y crois.", "Oui, y crois.", "'y'"),
        ("fr", "Elle y va.", "Y va.", "'y'"),
    ],
)
def test_a_subject_is_left_out(language, original, text, wanted):
    assert LeftOut(language).fault(original, text) == f"{wanted} without its subject"


@pytest.mark.parametrize(
    ("language", "original", "text", "wanted"),
    [
        ("en", "Shut the door, Tom!", "It shuts the door, Tom!", "'it shuts'"),
        ("fr", "Ne partez pas !", "Vous ne partez pas !", "'vous ne'"),
        ("fr", "Regarde encore.", "Tu regardes encore.", "'tu regardes'"),
        ("fr", "Disons que non.", "Nous disons que non.", "'nous disons'"),
        ("fr", "Luc, viens là. Je mange.", "Luc, je viens là. Je mange.", "'je viens'"),
        ("fr", "Venez, venez !", "Venez, vous venez !", "'vous venez'"),
    ],
)
def test_a_command_has_got_a_subject(language, original, text, wanted):
    assert LeftOut(language).fault(original, text) == f"{wanted} for a command"


@pytest.mark.parametrize(
    ("original", "text", "wanted"),
    [
        ("Quand la lune luit", "Lorsque la lune il luit", "'lune il luit'"),
        ("Combien de voix obtient Luc ?", "Combien de voix il obtient Luc ?", "'voix il obtient'"),
        ("Trente sites sont connus.", "Trente sites ils sont connus.", "'sites ils sont'"),
        ("Ces faits ne durent pas.", "Ces faits ils ne durent pas.", "'faits ils ne'"),
    ],
)
def test_a_verb_has_got_a_subject_too_many(original, text, wanted):
    assert LeftOut("fr").fault(original, text) == f"{wanted} with one subject too many"


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Luc entre et libère Jack.", "Luc entre et il libère Jack."),
        ("Luc mange, puis dort.", "Luc mange, puis il dort."),
        ("Dis pourquoi les gens rient.", "Dis pourquoi ils rient."),
        ("Il dit que Luc dort.", "Il dit qu'il dort."),
    ],
)
def test_a_subject_said_again_is_none_too_many(original, text):
    assert LeftOut("fr").fault(original, text) == ""


@pytest.mark.parametrize(
    ("original", "text", "wanted"),
    [
        ("Tout y est.", "Tout est.", "'y est'"),
        ("Où veux-tu en venir ?", "Où veux-tu venir ?", "'en venir'"),
        ("Il ne peut pas se passer de moi.", "Il ne peut pas passer de moi.", "'se passer'"),
        ("Le chef m'y forcera.", "Le chef forcera.", '"m\' forcera"'),
        ("Parle-t-il anglais ?", "Parle anglais ?", "'parle-il'"),
        ("Pourquoi se promène-t-elle encore ?", "Pourquoi se promène encore ?", "'promène-elle'"),
    ],
)
def test_rules_leave_out_objects_and_subjects_behind_their_verb(original, text, wanted):
    reader = LeftOut("fr")
    assert reader.fault(original, text, by_rules=True) == f"{wanted} left out"
    assert reader.fault(original, text) == ""


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Ce dossier est-il complet ?", "Ce dossier est complet ?"),
        ("Il lui parle.", "Il parle à Luc."),
        ("Elle m'aide.", "C'est moi qu'elle aide."),
        ("Né en 1933.", "Né dans l'année 1933."),
        ("Parle-t-il anglais ?", "Il parle anglais ?"),
        ("Quand part-il ?", "Quand Luc part ?"),
    ],
)
def test_rules_may_say_it_in_another_place(original, text):
    assert LeftOut("fr").fault(original, text, by_rules=True) == ""


def test_articles_are_left_out():
    fault = LeftOut("en").fault
    told = "'map' without its article"
    assert fault("A map of a village in a cave.", "Map of village in cave.") == told
    assert fault("I saw a map in a cave.", "I saw a map in cave.") == ""  # one may be
    assert fault("A map of a cave in a wood.", "The map of this cave in the wood.") == ""
    assert fault("It has a lid and a cap.", "It has lids and caps.") == ""


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("en", "He came and he saw.", "He came and saw."),
        ("en", "You are kind, but often you sing.", "You are kind, but often sing."),
        ("en", "While we waited, we drank tea.", "While waiting, we drank tea."),
        ("en", "You should try the soup.", "Try the soup."),
        ("en", "When you travel, you need a map.", "When you travel, take a map."),
        ("en", "Charles did it in 1835.", "Charles did so in 1835."),
        ("en", "Did he push it into the sea?", "Was it pushed into the sea?"),
        ("en", "The firm, A and B, said they were closed.", "The firm, A and B, was closed."),
        ("en", "Is it gone?", "Is the cake gone?"),
        ("en", "I told you to go.", "I told them to go."),
        ("en", "Looks good.", "It looks good."),
        ("en", "Hope so.", "I hope so."),
        ("en", "Bought this for my son.", "I bought this for my son."),
        ("en", "Highly recommended.", "I highly recommend it."),
        ("en", 'He called the film "Up" great.', 'The film "Up" was great.'),
        ("en", "They say the film by Marvel Inc. flopped.", "The film by Marvel Inc. was a flop."),
        ("en", "He said the 9 a.m. train was late.", "The train at 9 a.m. was late."),
        ("en", 'Did you say "yes"?', 'Was "yes" said?'),
        ("en", "What is it that you want?", "What do you want?"),
        ("en", "You are coming, aren't you?", "Are you coming?"),
        ("en", "We feel love when we hear it.", "Love is felt when heard."),
        ("en", "It took longer than we thought.", "It took longer than was thought."),
        ("fr", "Fonctionne très bien.", "Il fonctionne très bien."),
        ("fr", "Il y a quelqu'un.", "Y a quelqu'un."),
        ("fr", "Si tu restes, parle.", "Si tu restes, tu parles."),
        ("fr", "Vraiment, recommande.", "Je recommande, vraiment."),
        ("en", "Want some?", "You want some?"),
        ("fr", "Ce dossier est-il complet ?", "Ce dossier est complet ?"),
        ("fr", "Il est venu, il a vu.", "Il est venu, a vu."),
        ("fr", "La lune se lève, ce qui plaît.", "La lune se lève, qui plaît."),
        ("fr", "Il est venu et il a vu.", "Il est venu et a vu."),
        ("fr", "Ils sont prêts à vous aider.", "Ils sont prêts à aider."),
        ("fr", "Faut partir.", "Il faut partir."),
        ("fr", "À Lyon, il y a du vent.", "A Lyon, la pluie a cessé."),
        ("fr", "Regarde encore.", "Tu regardes encore ?"),
        ("fr", "Il y a un chien.", "Un chien est là."),
    ],
)
def test_what_may_be_said_so(language, original, text):
    assert LeftOut(language).fault(original, text) == ""


@given(st.data())
def test_any_text_is_read(data):
    language = data.draw(st.sampled_from(sorted(NEEDED)))
    known = NEEDED[language]
    words = sorted({*known.pronouns, *known.finite, *known.commands, *known.light, *known.under})
    line = st.lists(st.sampled_from([*words, "Tom", ",", ".", "?", "...", '"', "-"])).map(" ".join)
    reader, original, text = LeftOut(language), data.draw(line), data.draw(line)
    assert isinstance(reader.fault(original, text), str)
    assert reader.fault(text, text, by_rules=True) == ""
