import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.datasets.augmentation.pivots import Pivots
from augment.datasets.augmentation.recipe import BacktranslateConfig
from augment.errors import InputError, PairError
from augment.planning import plan_round_trips
from augment.routes import find_route, parse_pivot, round_trip_pivots, shortest_path
from augment.testing import FakeEngine

#: Directed, as Apertium's are: French into Esperanto, but not back.
PAIRS = frozenset(
    {
        ("fr", "ca"),
        ("ca", "fr"),
        ("ca", "en"),
        ("en", "ca"),
        ("fr", "eo"),
        ("eo", "en"),
        ("en", "eo"),
    }
)


@pytest.mark.parametrize(
    ("pivot", "source", "wanted"),
    [
        ("ca", "fr", "fr → ca → fr"),
        ("en", "fr", "fr → ca → en → ca → fr"),
        ("English", "fr", "fr → ca → en → ca → fr"),
        ("eo", "fr", "fr → eo → en → ca → fr"),
        ("eo>en", "fr", "fr → eo → en → ca → fr"),
        ("ca>en", "fr", "fr → ca → en → ca → fr"),
        ("en>ca", "fr", "fr → ca → en → ca → fr"),
        ("eo", "en", "en → eo → en"),
        ("fr", "en", "en → ca → fr → ca → en"),
    ],
)
def test_routes(pivot, source, wanted):
    assert str(find_route(pivot, source, PAIRS)) == wanted


def test_every_pair_at_hand_means_direct_ways():
    assert find_route("de", "fr", None).languages == ("fr", "de", "fr")


@pytest.mark.parametrize(
    ("pivot", "message"),
    [
        ("fr", "is the source language .French."),
        ("French", "is the source language"),
        ("ca>fr", "is the source language"),
        ("fr>ca", "is the source language"),
        ("ca>", "a language is missing"),
        ("", "a language is missing"),
        ("ca>ca", "from a language to itself"),
        ("xx-klingon", "xx-klingon"),
    ],
)
def test_pivots_that_cannot_be(pivot, message):
    with pytest.raises(InputError, match=message):
        parse_pivot(pivot, "fr")


def test_a_pivot_out_of_reach_lists_those_that_work():
    with pytest.raises(PairError, match=r"pivots that work from fr: ca, en, eo"):
        find_route("de", "fr", PAIRS)


def test_nearest_pivots_come_first():
    assert [route.pivot for route in round_trip_pivots("fr", PAIRS)] == ["ca", "en", "eo"]
    assert [route.pivot for route in round_trip_pivots("en", PAIRS)] == ["ca", "eo", "fr"]


codes = st.sampled_from("abcdef")


@given(st.frozensets(st.tuples(codes, codes).filter(lambda p: p[0] != p[1])), codes, codes)
def test_a_path_is_connected_and_as_short_as_any(pairs, start, end):
    if start == end:
        return
    path = shortest_path(start, end, pairs)
    reached, steps = {start}, 0
    while end not in reached:
        further = reached | {there for here, there in pairs if here in reached}
        if further == reached:
            assert path is None
            return
        reached, steps = further, steps + 1
    assert path is not None
    assert len(path) - 1 == steps
    assert (path[0], path[-1]) == (start, end)
    assert all(pair in pairs for pair in zip(path, path[1:], strict=False))


def plan_with(monkeypatch, *engines):
    by_name = {engine.name: engine for engine in engines}
    monkeypatch.setattr("augment.planning.LOCAL", tuple(by_name))
    monkeypatch.setattr("augment.planning.load_engine", by_name.__getitem__)


def test_auto_takes_the_first_local_engine_that_has_a_pair(monkeypatch):
    neural = FakeEngine({("en", "fr"), ("fr", "en")}, name="neural")
    rules = FakeEngine({("en", "fr"), ("en", "es"), ("es", "en")}, name="rules")
    plan_with(monkeypatch, neural, rules)
    french, spanish = plan_round_trips(["fr", "es"], "en")
    assert (french.engine, spanish.engine) == ("neural", "rules")
    assert french.hosts == ()
    assert str(spanish) == "es: en → es → en (rules)"


def test_engines_may_share_a_route(monkeypatch):
    plan_with(
        monkeypatch,
        FakeEngine({("en", "fr")}, name="one"),
        FakeEngine({("fr", "en")}, name="two"),
    )
    (plan,) = plan_round_trips(["fr"], "en")
    assert plan.engine == "one+two"


def both(*languages):
    return {(a, b) for a in languages for b in languages if a != b}


def test_a_direct_way_goes_before_two_better_translations(monkeypatch):
    neural = FakeEngine(both("fr", "en") | both("en", "es"), name="neural")
    rules = FakeEngine(both("fr", "es"), name="rules")
    plan_with(monkeypatch, neural, rules)
    (plan,) = plan_round_trips(["es"], "fr")
    assert str(plan) == "es: fr → es → fr (rules)"


def test_among_equally_long_ways_the_better_engine_decides(monkeypatch):
    neural = FakeEngine(both("fr", "en") | both("en", "es"), name="neural")
    rules = FakeEngine(both("fr", "ca") | both("ca", "es"), name="rules")
    plan_with(monkeypatch, neural, rules)
    (plan,) = plan_round_trips(["es"], "fr")
    assert str(plan) == "es: fr → en → es → en → fr (neural)"
    assert [one.pivot for one in plan_round_trips([], "fr")] == ["en", "ca", "es"]


def test_each_direction_has_the_best_engine_of_its_own(monkeypatch):
    plan_with(
        monkeypatch,
        FakeEngine({("en", "fr")}, name="neural"),
        FakeEngine(both("en", "fr"), name="rules"),
    )
    (plan,) = plan_round_trips(["fr"], "en")
    assert str(plan) == "fr: en → fr → en (en → fr neural; fr → en rules)"
    assert plan.engine == "neural+rules"


def test_without_pivots_better_engines_come_first_among_equally_near_ones(monkeypatch):
    plan_with(
        monkeypatch,
        FakeEngine(both("en", "de"), name="neural"),
        FakeEngine(both("en", "es") | both("en", "fr"), name="rules"),
    )
    assert [plan.pivot for plan in plan_round_trips([], "en")] == ["de", "es", "fr"]


class Service(FakeEngine):
    """Takes any pair but those that it lacks."""

    def __init__(self, name, lacking=()):
        super().__init__((), name=name, host=f"{name}.example.org")
        self.lacking = set(lacking)

    def pairs(self):
        return None

    def lacks(self, source, target):
        found = self.lacking & {source, target}
        return f"{self.name} does not have {min(found)}" if found else ""


def test_named_engines_stand_behind_each_other_on_every_leg(monkeypatch):
    rules = FakeEngine({("en", "es"), ("es", "en"), ("en", "ca")}, name="rules")
    service = Service("service", lacking=["eo"])
    plan_with(monkeypatch, rules, service)
    es, ca = plan_round_trips(["es", "ca"], "en", "rules,service")
    assert str(es) == "es: en → es → en (rules, else service)"
    assert str(ca) == "ca: en → ca → en (en → ca rules, else service; ca → en service)"
    assert es.hosts == ca.hosts == ("service.example.org",)
    assert es.asks("service.example.org") == (2, False)
    assert ca.asks("service.example.org") == (2, True)
    with pytest.raises(PairError, match="nothing on this machine .*; service does not have eo"):
        plan_round_trips(["eo"], "en", "rules,service")


def test_a_service_that_lacks_a_language_is_left_out_of_that_leg(monkeypatch):
    plan_with(monkeypatch, Service("one", lacking=["ca"]), Service("two"))
    es, ca = plan_round_trips(["es", "ca"], "en", "one,two")
    assert str(es) == "es: en → es → en (one, else two)"
    assert str(ca) == "ca: en → ca → en (two)"
    plan_with(monkeypatch, Service("one", lacking=["ca"]), Service("two", lacking=["ca"]))
    with pytest.raises(PairError, match="one does not have ca; two does not have ca"):
        plan_round_trips(["ca"], "en", "one,two")


def test_services_alone_get_pivots_that_they_have(monkeypatch):
    plan_with(monkeypatch, Service("one", lacking=["fr", "es"]))
    assert [plan.pivot for plan in plan_round_trips([], "de", "one")] == ["en"]
    with pytest.raises(PairError, match="one does not have fr"):
        plan_round_trips([], "fr", "one")


@pytest.mark.parametrize(
    ("translator", "options", "message"),
    [
        ("one,one", {}, "names 'one' twice"),
        ("auto,one", {}, "names 'one' twice"),
        (" , ", {}, "wanted: auto"),
        ("one", {"url": "http://127.0.0.1:5000"}, "one takes none"),
        ("two", {"offline": True}, "--offline forbids every connection, and two asks two.exam"),
    ],
)
def test_engines_that_cannot_be_chosen(translator, options, message, monkeypatch):
    plan_with(monkeypatch, FakeEngine(both("en", "es"), name="one"), Service("two"))
    monkeypatch.setattr("augment.planning.LOCAL", ("one",))
    with pytest.raises(InputError, match=message):
        plan_round_trips(["es"], "en", translator, **options)


def test_many_languages_are_planned_quickly_and_messages_stay_short(monkeypatch):
    from augment.languages import _NAMES

    languages = sorted(_NAMES)[:150]
    lacking = sorted(_NAMES)[150]
    plan_with(monkeypatch, FakeEngine(both(*languages)))
    assert len(plan_round_trips([], languages[0], at_most=999)) == 149
    with pytest.raises(PairError, match="and 129 more"):
        plan_round_trips([lacking], languages[0])


def test_a_way_out_without_a_way_back_is_no_pivot():
    one_way = frozenset({("fr", "eo"), ("fr", "ca"), ("ca", "fr"), ("fr", "oc")})
    assert [route.pivot for route in round_trip_pivots("fr", one_way)] == ["ca"]
    with pytest.raises(PairError, match="pivots that work from fr: ca$"):
        find_route("eo", "fr", one_way)


def test_without_pivots_the_nearest_are_taken(monkeypatch):
    pairs = {(a, b) for a in ("en", "eo", "ca", "es", "de") for b in ("en",)} | {
        ("en", b) for b in ("eo", "ca", "es", "de")
    }
    plan_with(monkeypatch, FakeEngine(pairs - {("en", "en")}))
    assert [plan.pivot for plan in plan_round_trips([], "en")] == ["es", "ca", "eo"]


def test_a_pivot_named_twice_counts_once(monkeypatch):
    plan_with(monkeypatch, FakeEngine({("en", "es"), ("es", "en")}))
    assert [plan.pivot for plan in plan_round_trips(["es", "Spanish", "es"], "en")] == ["es"]


def test_a_missing_apertium_pair_names_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr("augment.translators.apertium.installed_modes", dict)
    with pytest.raises(PairError, match="sudo apt-get install apertium apertium-eng-spa"):
        plan_round_trips(["es"], "en")
    with pytest.raises(PairError, match="no translator on this machine knows English"):
        plan_round_trips([], "en")
    with pytest.raises(PairError, match="--translator google"):
        plan_round_trips(["gcf"], "en")


def test_an_unknown_engine_lists_the_known_ones():
    with pytest.raises(InputError, match=r"did you mean 'apertium'.*google"):
        plan_round_trips(["es"], "en", "apertum")


def lines_of(*pivots):
    recipe = BacktranslateConfig(pivot=pivots)
    return list(Pivots(recipe, "fr", None).lines())


def test_a_long_way_is_told_and_a_short_one_named(monkeypatch):
    near = [("fr", "es"), ("es", "fr"), ("fr", "ca"), ("ca", "fr")]
    plan_with(monkeypatch, FakeEngine([*near, ("ca", "en"), ("en", "ca")], name="rules"))
    cost = "note: every translation costs quality, and en takes 4"
    assert lines_of("en")[1:] == [f"{cost}; --pivot es,ca takes 2 each"]
    assert lines_of("ca", "en")[2:] == [f"{cost}; --pivot es takes 2 each"]
    assert lines_of("ca", "es", "en")[3:] == [cost]
    assert lines_of("ca", "es")[2:] == []
    assert lines_of("ca>en")[1:] == []  # a long way that was asked for


def test_a_region_that_may_be_meant_as_a_second_pivot_is_told(monkeypatch):
    plan_with(monkeypatch, FakeEngine([("fr", "es"), ("es", "fr")], name="rules"))
    assert lines_of("es-ca")[1:] == [
        "note: pivot 'es-ca' is read as Spanish; a chain of two pivots is written 'es>ca', in "
        "quotes"
    ]
    assert lines_of("es-MX")[1:] == lines_of("es")[1:] == []
