"""What services say instead of a translation, and what is held against an answer."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from augment.translators.answers import Memory, clean, doubt, no_translation
from augment.translators.line import Line
from augment.translators.refusals import (
    Secrets,
    ServiceFailure,
    is_notice,
    of_body,
    of_status,
    retry_after,
    said,
)
from augment.translators.services import Limits
from augment.translators.settling import Spot, settle
from augment.translators.tencent import sign


@pytest.mark.parametrize(
    ("service", "data", "kind"),
    [
        ("mymemory", {"responseStatus": 200, "responseData": {"translatedText": "x"}}, None),
        ("mymemory", {"responseStatus": 200, "quotaFinished": True}, "stop"),
        ("mymemory", {"responseStatus": "429", "responseDetails": "YOU USED ALL"}, "stop"),
        ("mymemory", {"responseStatus": "403", "responseDetails": "INVALID"}, "stop"),
        ("mymemory", {"responseStatus": 500}, "again"),
        ("mymemory", {"responseStatus": "odd"}, "text"),
        ("baidu", {"trans_result": []}, None),
        ("baidu", {"error_code": "54003", "error_msg": "Invalid Access Limit"}, "again"),
        ("baidu", {"error_code": "54004", "error_msg": "balance"}, "stop"),
        ("baidu", {"error_code": "58001", "error_msg": "language"}, "text"),
        ("yandex", {"code": 200}, None),
        ("yandex", {"code": 404, "message": "daily limit"}, "stop"),
        ("yandex", {"code": 429}, "again"),
        ("yandex", {"code": 422}, "text"),
        ("microsoft", {"error": {"code": 403001, "message": "quota"}}, "stop"),
        ("microsoft", {"error": {"code": 429000, "message": "slow"}}, "again"),
        ("microsoft", {"error": {"code": 400036, "message": "language"}}, "text"),
        ("tencent", {"Response": {"TargetText": "x"}}, None),
        ("tencent", {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, "again"),
        ("tencent", {"Response": {"Error": {"Code": "FailedOperation.NoFreeAmount"}}}, "stop"),
        ("tencent", {"Response": {"Error": {"Code": "UnsupportedOperation.X"}}}, "text"),
        ("libre", {"error": "xx is not supported"}, "text"),
        ("libre", {"translatedText": "error"}, None),
        ("papago", ["odd"], None),
    ],
)
def test_refusals_inside_an_answer(service, data, kind):
    found = of_body(service, data)
    assert (found[0] if found else None) == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, None), (302, "stop"), (401, "stop"), (413, "text"), (422, "text"), (429, "again"),
     (456, "stop"), (500, "again"), (503, "again"), (529, "again")],
)  # fmt: skip
def test_statuses(status, kind):
    found = of_status(status)
    assert (found[0] if found else None) == kind


def test_what_strangers_say_is_one_short_line_without_control_characters():
    assert said({"error": "a\n\x1b[31mb" + "x" * 900})[:8] == "a [31mbx"
    assert len(said({"error": {"message": "x" * 9_000}})) == 2_000
    assert len(Secrets(["key"]).hide("x" * 9_000)) == 200
    half_shown = Secrets(["s3cret-key"]).hide("x" * 195 + "s3cret-key")
    assert half_shown == "x" * 195 + "***"


NOTICES = [
    "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY. NEXT AVAILABLE IN 1 H",
    "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS",
    "'XY' IS AN INVALID TARGET LANGUAGE . EXAMPLE: LANGPAIR=EN|IT",
    "Error 500 (Server Error)!!1500.That’s an error.There was an error. That’s all we know.",
    "Slowdown: 80 per 1 minute",
    "429 Too Many Requests",
    "As an AI language model, I cannot translate this text.",
]
NO_NOTICES = [
    "You exceeded the limit, and you know it.",
    "The quota of fish was exceeded again this year.",
    "He got too many requests for the song.",
    "An error 404 page is what my life looks like.",
    "Attention : le service est indisponible le dimanche.",
]


@pytest.mark.parametrize("text", NOTICES)
def test_known_notices(text):
    assert is_notice(text)
    assert "notice" in no_translation("Un film.", text)
    assert not no_translation(text, text)  # somebody's data may be about them


@pytest.mark.parametrize("text", NO_NOTICES)
def test_sentences_about_limits_are_no_notices(text):
    assert not no_translation("Une phrase.", text)


@pytest.mark.parametrize(
    ("source", "answer", "wrong"),
    [
        ("A film.", "", "nothing"),
        ("A film.", "<!DOCTYPE html><html>", "web page"),
        ("A film.", '<div class="x">Un film</div>', "web page"),
        ("A <b>film</b>.", "Un <b>film</b>.", ""),
        ("a < b", "a < b", ""),
        ("I <3 it", "Je l'adore <3", ""),
    ],
)
def test_answers_that_are_no_translation(source, answer, wrong):
    found = no_translation(source, answer)
    assert wrong in found if wrong else not found


def test_what_services_put_around_an_answer():
    assert clean("It's late.", "C&#39;est tard. ") == "C'est tard."
    assert clean("A &amp; B", "A &amp; B") == "A &amp; B"
    assert clean("Good.", '"Bien."') == "Bien."
    assert clean('"Good."', '"Bien."') == '"Bien."'


@pytest.mark.parametrize(
    ("source", "answer", "doubtful"),
    [
        ("The hotel has 120 rooms.", "El museo abrió en 1984.", True),
        ("It costs 1,000 euros.", "Il coûte 1 000 euros.", False),
        ("It costs 1,000 euros.", "Es kostet 1000 Euro.", False),
        ("We met at 5 pm.", "Nous nous sommes vus à 17 h.", False),
        ("He is 21 years old.", "Il a vingt et un ans.", False),
        ("Yes.", "A whole long paragraph that nobody could say with one word.", True),
        (
            "这部电影很好看，我很喜欢它的音乐",
            "The film is very good and I like its music a lot",
            False,
        ),
    ],
)
def test_doubts(source, answer, doubtful):
    assert bool(doubt(source, answer)) is doubtful


def test_short_or_like_texts_may_share_an_answer():
    memory = Memory()
    memory.remember("Yes.", "Oui.")
    assert memory.clash("Yeah, sure!", "Oui.") is None
    memory.remember("It is a very good film indeed.", "C'est vraiment un très bon film.")
    assert (
        memory.clash("It's a very good movie indeed.", "C'est vraiment un très bon film.") is None
    )
    clash = memory.clash("The train left an hour ago.", "C'est vraiment un très bon film.", "x")
    assert clash is not None
    assert not clash.same_direction


def spots(**answers):
    return [Spot(piece * 20, answer * 20) for piece, answer in answers.items()]


def test_swapped_answers_are_set_right():
    window = spots(abc="DEF", xyz="DEF", def_="DEF")
    right = {"abc" * 20: "ABC" * 20, "xyz" * 20: "XYZ" * 20, "def_" * 20: "DEF" * 20}
    assert settle(window, right.__getitem__, Memory(), "a-b")
    assert {spot.piece: spot.answer for spot in window} == right
    assert not any(spot.error for spot in window)


def test_believed_answers_are_not_asked_for_again():
    window = spots(abc="ABC", xyz="XYZ")
    assert not settle(window, {}.__getitem__, Memory(), "a-b")  # asking would be a KeyError


def test_a_service_that_never_agrees_with_itself_is_not_believed():
    answers = iter(["one" * 9, "two" * 9, "six" * 9, "ten" * 9, "elf" * 9, "zwo" * 9])
    (spot,) = window = [Spot("a text of words", "un" * 9)]
    settle(window, lambda piece: next(answers), Memory(), "a-b", stumbling=True)
    assert "do not agree" in spot.error


def test_dates_of_retry_after():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < retry_after({"Retry-After": soon}) <= 30
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert retry_after({"Retry-After": past}) == 0.0
    assert retry_after({"Retry-After": "1.5"}) == 1.5
    for wrong in ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "9" * 400 + "x", "-1", "1e9"):
        assert retry_after({"Retry-After": wrong}) is None


def test_redirects_are_not_followed_and_long_answers_not_read(monkeypatch):
    transport = pytest.importorskip("augment.translators.transport")
    from augment.testing_server import TranslationServer

    limits = Limits(total_s=2.0)
    with TranslationServer(schedule=["302"]) as server:
        with pytest.raises(ServiceFailure, match="another address") as raised:
            transport.Transport("libre", limits).post(f"{server.url}translate", params={"q": "a"})
        assert raised.value.kind == "stop"
        monkeypatch.setattr(transport, "MAX_ANSWER", 10)
        with pytest.raises(ServiceFailure, match="longer than"):
            transport.Transport("libre", limits).post(f"{server.url}translate", params={"q": "a"})


def test_a_line_stops_asking_when_told():
    line = Line(Limits(attempts=3, backoff_s=0.001), at_once=2)
    asked = []

    def refuse():
        asked.append(1)
        raise ServiceFailure("stop", "no money")

    for _ in range(3):
        with pytest.raises(ServiceFailure, match="no money"):
            line.ask(refuse)
    assert len(asked) == 1
    assert line.given_up == "no money"


def test_tencent_signs_sorted_parameters():
    one = sign("POST", "host", {"b": 1, "a": "x y"}, "key")
    assert one == sign("POST", "host", {"a": "x y", "b": 1}, "key")
    assert one != sign("POST", "host", {"a": "x y", "b": 1}, "other")
