"""Online services through deep-translator: used only when the user names one.

Around the library stand `transport` (requests that end), `line` (pace, repetition, giving up),
`answers` (what is no translation, or another text's) and `clients` (the library's slips). A text
that fails is reported as failed; when a service is given up, everything that it delivered is in
the store, and the same command goes on from there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from augment.errors import GivenUpError, InputError, PairError
from augment.extras import require
from augment.offline import OfflineError
from augment.records import Translation
from augment.segments import Pieces, cut
from augment.translators.answers import Memory, clean, no_translation
from augment.translators.line import Line
from augment.translators.refusals import ServiceFailure, declines
from augment.translators.services import (
    HOW_TO_SERVE,
    OWN_SERVER,
    SERVICES,
    Limits,
    Service,
    longest_piece,
    server_url,
)
from augment.translators.settling import Spot, settle

#: What the library raises where a service with a language of its own answers with nothing; of a
#: page it may be that the page is another one now.
_NOTHING = ("TranslationNotFound", "StopIteration")


class OnlineEngine:
    """One service of deep-translator.

    Parameters
    ----------
    name
        A key of `SERVICES`.
    url
        Address of an own server, for the service that anybody may run.
    limits
        How long to wait, and when to stop trying.
    """

    def __init__(self, name: str, *, url: str = "", limits: Limits | None = None) -> None:
        self.name = name
        self.url = url
        self.service = SERVICES[name]
        self.limits = limits or Limits()
        if url:  # its owner's to say how much it bears, and it may need no key
            self.service = replace(self.service, per_second=0.0, at_once=4, keys={},
                                   settings={"api_key": ("LIBRE_API_KEY",)})  # fmt: skip
        self.line = Line(
            self.limits, per_second=self.service.per_second, at_once=self.service.at_once
        )
        self.memory = Memory()
        self._transport: Any = None
        self._unreachable = False
        self._languages: dict[str, frozenset[str]] | None = None

    @property
    def host(self) -> str:
        """Where the texts go."""
        if self.url:
            return urlsplit(self.url).netloc
        if self.name == "deepl":  # keys of free accounts end so
            key = self.service.from_environment().get("api_key", "")
            return "api-free.deepl.com" if key.endswith(":fx") else self.service.host
        return self.service.host

    @property
    def asked_twice(self) -> int:
        """Texts of a direction that are asked for twice before the service is believed."""
        return self.service.at_once

    def at(self, url: str) -> OnlineEngine:
        """Give this engine for an own server.

        Raises
        ------
        InputError
            For a service that nobody else can run, or for what is no address.
        """
        if self.name != OWN_SERVER:
            raise InputError(f"url is for the translator {OWN_SERVER!r}; {self.name} takes none")
        return OnlineEngine(self.name, url=server_url(url), limits=self.limits)

    def pairs(self) -> None:
        """Any pair may be asked for; `lacks` and `open` say what the service cannot do."""
        return

    def lacks(self, source: str, target: str) -> str:
        """Say which language the service does not have; empty when both are there or unknown."""
        clients = _clients()
        languages = {} if self.url else clients.language_codes(self.name, self.service)
        try:
            for code in (source, target) if languages else ():
                clients.find_code(self.name, code, languages)
        except PairError as error:
            return str(error)
        return ""

    def open(self, source: str, target: str) -> OnlineTranslator:
        """Make one direction ready; an own server and microsoft are asked for their languages.

        One that cannot be reached is asked again when a text is to be translated: the store may
        have all of them, or another engine may come first.

        Raises
        ------
        MissingExtraError
            When deep-translator is not installed.
        InputError
            When a key is not in the environment.
        PairError
            When the service does not have the pair.
        """
        missing = self.service.missing_keys()
        if missing:
            raise InputError(
                f"{self.name} needs a key: set the environment variable {' and '.join(missing)}"
            )
        version = _clients().library_version()
        client: Any = None
        if not self._unreachable:  # one wait is enough
            try:
                client = self.connect(source, target)
            except ServiceFailure:
                self._unreachable = True
        where = f"[{self.host}]" if self.url else ""
        model = f"/{client.model}" if hasattr(client, "model") else ""
        return OnlineTranslator(
            client,
            f"{self.name}{where}{model}:{source}-{target}@deep-translator-{version}",
            self,
            direction=(source, target),
        )

    def connect(self, source: str, target: str) -> Any:  # noqa: ANN401 - a class of the library
        """Make the client of one direction.

        Raises
        ------
        ServiceFailure
            When a service that is asked for its languages cannot be reached.
        PairError
            When the service does not have the pair.
        """
        transport = self._open_transport()
        try:
            if self.url:
                self._check_server(source, target)
            return _clients().make_client(
                self.name, self.service, transport, source, target, self.url
            )
        except (ServiceFailure, PairError, InputError, OfflineError, ImportError):
            raise
        except Exception as error:  # the library raises a dozen unrelated types
            why = transport.scrub(f"{type(error).__name__}: {error}")
            raise PairError(f"{self.name} cannot translate {source} → {target}: {why}") from None

    def _open_transport(self) -> Any:  # noqa: ANN401 - its module needs the extra
        if self._transport is None:
            from augment.translators.transport import Transport

            self._transport = Transport(
                self.name,
                self.limits,
                page=self.service.page,
                secrets=self.service.secrets(),
                adapt=_clients().adapt(self.name),
            )
        return self._transport

    def _check_server(self, source: str, target: str) -> None:
        if self._languages is None:
            self._languages = _clients().server_languages(self._transport, self.url) or {}
        found = self._languages
        for code, known in ((source, found), (target, found.get(source, ()))):
            if found and code not in known:
                raise PairError(
                    f"the server at {self.url} does not translate {source} → {target}; "
                    f"from {source}: {', '.join(sorted(found.get(source, ()))) or 'nothing'}; "
                    f"its languages: {', '.join(sorted(found))}"
                )

    def given_up(self, why: str) -> GivenUpError:
        """Say that this service is asked no more, and how a run goes on."""
        keys = " and ".join(names[0] for names in self.service.keys.values())
        first = ""
        if keys and any(sign in why for sign in ("401", "403", "key", "Auth")):
            first = f"check {keys}; "
        elif self.url:
            first = f"see to the server ({HOW_TO_SERVE}); "
        second = f", or name a second translator that takes over: --translator {self.name},OTHER"
        return GivenUpError(f"{self.host} is given up: {why}", first=first, instead=second)

    def how_to_get(self, source: str, target: str) -> str:
        """Nothing can be installed for a service."""
        return ""


@dataclass(slots=True)
class _Trip:
    """One text on its way: its pieces, their answers, or why there are none."""

    text: str
    parts: Pieces
    spots: list[Spot] = field(default_factory=list)
    error: str = ""


class OnlineTranslator:
    """One direction of one service; a request per piece of text.

    Parameters
    ----------
    client
        Anything with deep-translator's ``translate(text)``; None: made when it is needed.
    identity
        See `augment.translators.Translator`.
    engine
        The service; all its directions share its `Line` and its `Memory`.
    direction
        Codes of the two languages.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        identity: str,
        engine: OnlineEngine,
        *,
        direction: tuple[str, str],
    ) -> None:
        self.client = client
        self.languages = direction
        self.direction = "-".join(direction)
        self.identity = identity
        self.engine = engine
        self.service: Service = engine.service
        self.line = engine.line
        # As many texts as are under way at once: what is delivered is in the store before the
        # next ones are asked for.
        self.window = self.service.at_once
        self._faults_before = -1
        self._pool = ThreadPoolExecutor(self.service.at_once) if self.window > 1 else None

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts; once the service is given up, the rest of them fails too.

        Raises
        ------
        GivenUpError
            When the service is given up and nothing of these texts was delivered.
        """
        self._check_line()
        if self.client is None:
            self._connect()
        faults = self.line.faults
        trips = list(self._pool.map(self._ask, texts) if self._pool else map(self._ask, texts))
        mixed_up = settle(
            [spot for trip in trips if not trip.error for spot in trip.spots],
            self._ask_alone,
            self.engine.memory,
            self.direction,
            # So are the first answers of a run, and those soon behind a fault: a service that
            # stumbles is the one that mixes up its answers.
            stumbling=self.line.faults != self._faults_before,
            varies=self.service.varies,
        )
        self._faults_before = -1 if mixed_up else faults
        done = [self._result(trip) for trip in trips]
        if all(one.error for one in done):
            self._check_line()
        else:
            self.line.delivered()
        return done

    def _connect(self) -> None:
        """Reach a service that could not be reached at the start."""
        try:
            self.client = self.engine.connect(*self.languages)
        except ServiceFailure as failure:
            self.line.give_up(failure.why)
            raise self.engine.given_up(failure.why) from None

    def _result(self, trip: _Trip) -> Translation:
        wrong = next((spot for spot in trip.spots if spot.error), None)
        if wrong and not trip.error:
            self._fail(trip, wrong.error, of_text=wrong.of_text)
        if trip.error:
            return Translation("", error=trip.error)
        return Translation(trip.parts.join([spot.answer for spot in trip.spots]))

    def _check_line(self) -> None:
        if self.line.given_up:
            raise self.engine.given_up(self.line.given_up)

    def remember(self, texts: Sequence[str], done: Sequence[Translation]) -> None:
        """Take note of translations from the store, to see when an answer belongs to their text."""
        for text, one in zip(texts, done, strict=True):
            self.engine.memory.remember(text, one.text, self.direction)

    def _ask(self, text: str) -> _Trip:
        trip = _Trip(text, cut(text, max_chars=longest_piece(self.service, text)))
        for piece in trip.parts.pieces:
            try:
                answer = self.line.ask(partial(self._request, piece))
            except ServiceFailure as failure:
                self._fail(trip, failure.why, of_text=failure.of_text)
                break
            trip.spots.append(Spot(piece, answer))
        return trip

    def _fail(self, trip: _Trip, why: str, *, of_text: bool = False) -> None:
        trip.error = f"{self.engine.host}: {why}"
        self.line.failed(why, text=trip.text, of_text=of_text)

    def _request(self, piece: str) -> str:
        """Send one piece with a client of its own: the library keeps the text in its client."""
        if len(piece) > self.service.max_chars:
            raise ServiceFailure(
                "text", f"a word of {len(piece):,} letters is longer than one request may be"
            )
        try:
            answer = copy.deepcopy(self.client).translate(piece)
        except (ServiceFailure, OfflineError):
            raise
        except Exception as error:  # the library raises a dozen unrelated types
            kind = type(error).__name__
            if kind not in _NOTHING or self.service.page:
                why = f"its answer could not be read ({kind})"
                raise ServiceFailure("again", why) from None
            answer = ""
        if isinstance(answer, list):  # yandex
            answer = " ".join(map(str, answer))
        if not isinstance(answer, str | None):
            raise ServiceFailure("again", "its answer is no text")
        answer = clean(piece, answer or "")
        if wrong := no_translation(piece, answer):
            # A service that gives nothing for this text every time is no worse at the others.
            raise ServiceFailure("again", wrong, of_text=not answer or declines(answer))
        return answer

    def _ask_alone(self, piece: str) -> str:
        with self.line.alone():
            return self.line.ask(partial(self._request, piece), alone=True)

    def interrupt(self) -> None:
        """End every wait, so that a run can be left; requests under way may still deliver."""
        self.line.interrupt()

    def close(self) -> None:
        """Give back the threads; nothing is held open between requests."""
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _clients() -> Any:  # noqa: ANN401 - its module needs the extra
    require("deep_translator", extra="online", purpose="an online translator")
    from augment.translators import clients

    return clients


def _factory(name: str) -> Callable[[], OnlineEngine]:
    return partial(OnlineEngine, name)


google = _factory("google")
deepl = _factory("deepl")
microsoft = _factory("microsoft")
libre = _factory("libre")
mymemory = _factory("mymemory")
yandex = _factory("yandex")
papago = _factory("papago")
baidu = _factory("baidu")
tencent = _factory("tencent")
qcri = _factory("qcri")
chatgpt = _factory("chatgpt")
