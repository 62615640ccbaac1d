"""Does a converted model say what the original says? Asked of fixed sentences.

Conversions have gone wrong without a word before: a vocabulary shifted by one, a start token that
was not the one of the training. When a model is fetched the original is at hand: its own pieces,
its greedy translation of every sentence and how probable it holds each word are written into the
model's record. The converted model is held against it, then and whenever `verify` is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.errors import AugmentError, DamagedFileError, InputError
from augment.extras import require
from augment.models.convert import quiet_transformers
from augment.models.home import Model, damage, read_record
from augment.translators.loaded import placement
from augment.translators.subwords import END, Subwords

#: Least share of the words on which both have to agree, over all sentences. 8-bit weights change a
#: word now and then; a wrong conversion changes nearly all.
LEAST_AGREEMENT: Final = 0.7
#: Most that the two may differ, on average, in the log-probability of the original's words.
MOST_DRIFT: Final = 0.3
LONGEST: Final = 64

_SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "The weather was fine this morning, but now it is raining.",
        "How much does this cost?",
        "She has lived in Paris for 12 years with her two brothers.",
        "I did not like the film; the story was too long and the actors were not good.",
        "Please send me the report before Monday, 3 May.",
        "Yes.",
    ),
    "fr": (
        "Il faisait beau ce matin, mais maintenant il pleut.",
        "Combien cela coûte-t-il ?",
        "Elle habite à Paris depuis 12 ans avec ses deux frères.",
        "Je n'ai pas aimé le film ; l'histoire était trop longue, les acteurs mauvais.",
        "Envoyez-moi le rapport avant le lundi 3 mai, s'il vous plaît.",
        "Oui.",
    ),
    "es": (
        "Hacía buen tiempo esta mañana, pero ahora está lloviendo.",
        "¿Cuánto cuesta esto?",
        "Vive en París desde hace 12 años con sus dos hermanos.",
        "No me gustó la película; la historia era demasiado larga y los actores no eran buenos.",
        "Por favor, envíeme el informe antes del lunes 3 de mayo.",
        "Sí.",
    ),
    "de": (
        "Heute Morgen war das Wetter schön, aber jetzt regnet es.",
        "Wie viel kostet das?",
        "Sie wohnt seit 12 Jahren mit ihren zwei Brüdern in Paris.",
        "Der Film hat mir nicht gefallen; die Geschichte war zu lang, die Schauspieler schlecht.",
        "Bitte schicken Sie mir den Bericht vor Montag, dem 3. Mai.",
        "Ja.",
    ),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found.

    Parameters
    ----------
    name
        Of the model.
    wrong
        What is wrong, a line each; empty when nothing is.
    agreement
        Share of the words on which the original and the converted model agree, 0..1; None when
        the files are damaged already.
    drift
        Mean difference in the log-probability of a word.
    sentences
        How many were compared.
    """

    name: str
    wrong: tuple[str, ...]
    agreement: float | None = None
    drift: float | None = None
    sentences: int = 0

    @property
    def whole(self) -> bool:
        """Whether the model can be used."""
        return not self.wrong


def fixed_sentences(language: str) -> tuple[str, ...]:
    """Sentences to compare on; for languages without their own, the English ones.

    They are nonsense to such a model, but the same nonsense to the original and the converted one.
    """
    return _SENTENCES.get(language, _SENTENCES["en"])


def ask_original(
    original: Path,
    subwords: Subwords,
    family: str,
    languages: tuple[str, str],
    tokens: Sequence[str],
    sentences: Sequence[str],
) -> dict[str, Any]:
    """Let transformers translate the sentences with the original model, greedily.

    Parameters
    ----------
    original
        Folder as the hub has it.
    subwords
        Ours, whose pieces are compared with those of the original's own tokenizer.
    family, languages
        Family, and the tokens that name source and target language.
    tokens
        The vocabulary.
    sentences
        What to translate.

    Returns
    -------
    dict
        ``sentences``, their ``pieces``, ``outputs`` (tokens) and ``scores`` (log-probabilities).

    Raises
    ------
    DamagedFileError
        When the original's tokenizer cuts a sentence into other pieces than ours.
    """
    torch: Any = require("torch", extra="local", purpose="converting a model")
    found: dict[str, Any] = {
        "sentences": list(sentences),
        "pieces": [],
        "outputs": [],
        "scores": [],
    }
    with quiet_transformers() as transformers, torch.inference_mode():
        tokenizer = _tokenizer(transformers, original, family, languages[0])
        kind = "MarianMTModel" if family == "marian" else "M2M100ForConditionalGeneration"
        net = getattr(transformers, kind).from_pretrained(original, dtype=torch.float32).eval()
        numbers = {token: number for number, token in enumerate(tokens)}
        pad = net.config.pad_token_id
        forced = None if family == "marian" else numbers[languages[1]]
        for sentence, pieces in zip(sentences, subwords.cut(sentences), strict=True):
            ours = [numbers.get(t, numbers["<unk>"]) for t in subwords.source(pieces)]
            text = f"{languages[1]} {sentence}" if family == "marian" and languages[1] else sentence
            theirs = tokenizer(text)["input_ids"]
            if languages[0] and tokenizer.convert_tokens_to_ids(languages[0]) == numbers["<unk>"]:
                # Without tokenizer.json, transformers 5 does not know the languages of NLLB.
                theirs = [numbers[languages[0]], *theirs[1:]]
            if ours != theirs:
                raise DamagedFileError(
                    f"{original}: its tokenizer cuts {sentence!r} into "
                    f"{[tokens[n] for n in theirs]}, ours into {[tokens[n] for n in ours]}; the "
                    "tokenizer's files do not belong together"
                )
            ids = torch.tensor([ours])
            out = net.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                num_beams=1,
                do_sample=False,
                max_new_tokens=LONGEST,
                max_length=None,
                forced_bos_token_id=forced,
                forced_eos_token_id=None,
            )
            logits = net(input_ids=ids, decoder_input_ids=out[:, :-1]).logits[0]
            if family == "marian":
                logits[:, pad] = -torch.inf  # a start token, never a word
            scores = logits.log_softmax(-1).gather(1, out[0, 1:, None])[:, 0]
            start = len(subwords.prefix)
            found["pieces"].append(pieces)
            found["outputs"].append([tokens[n] for n in out[0, 1 + start :].tolist()])
            found["scores"].append([round(value, 5) for value in scores[start:].tolist()])
    return found


def _tokenizer(transformers: Any, folder: Path, family: str, source: str) -> Any:  # noqa: ANN401
    if family == "marian":
        return transformers.MarianTokenizer.from_pretrained(folder)
    if family == "m2m100":
        return transformers.M2M100Tokenizer.from_pretrained(folder, src_lang=source.strip("_"))
    return transformers.NllbTokenizer.from_pretrained(folder, src_lang=source)


def hold_against(
    reference: Mapping[str, Any],
    engine: Any,  # noqa: ANN401
    subwords: Subwords,
) -> tuple[float, float, list[str]]:
    """Translate the reference's sentences with the converted model, and compare.

    Returns
    -------
    tuple of float, float and list of str
        Agreement, drift, and a line for each thing that is wrong.
    """
    from rapidfuzz.distance import Indel

    wrong: list[str] = []
    pieces = subwords.cut(reference["sentences"])
    for sentence, now, then in zip(
        reference["sentences"], pieces, reference["pieces"], strict=True
    ):
        if now != then:
            wrong.append(f"{sentence!r} is cut into other pieces than those of the original")
    sources = [subwords.source(one) for one in pieces]
    start = len(subwords.prefix)
    results = engine.translate_batch(
        sources,
        [subwords.prefix] * len(sources) if start else None,
        beam_size=1,
        max_decoding_length=LONGEST,
        return_end_token=True,
        max_input_length=0,
    )
    outputs = [result.hypotheses[0][start:] for result in results]
    total = sum(len(one) for one in reference["outputs"])
    alike = [
        Indel.normalized_similarity(ours, theirs)
        for ours, theirs in zip(outputs, reference["outputs"], strict=True)
    ]
    weights = [len(one) / total for one in reference["outputs"]]
    agreement = sum(a * w for a, w in zip(alike, weights, strict=True))
    drift = _drift(reference, engine, sources, subwords)
    if agreement < LEAST_AGREEMENT or drift > MOST_DRIFT:
        at = min(range(len(alike)), key=alike.__getitem__)
        wrong.append(
            f"it says other things than the original: {agreement:.0%} of the words agree (wanted: "
            f"{LEAST_AGREEMENT:.0%}), log-probabilities differ by {drift:.2f} (wanted: at most "
            f"{MOST_DRIFT:g}); {reference['sentences'][at]!r} becomes "
            f"{subwords.join([*subwords.prefix, *outputs[at]])!r}, the original says "
            f"{subwords.join([*subwords.prefix, *reference['outputs'][at]])!r}"
        )
    return agreement, drift, wrong


def _drift(
    reference: Mapping[str, Any],
    engine: Any,  # noqa: ANN401
    sources: list[list[str]],
    subwords: Subwords,
) -> float:
    """Mean absolute difference in the log-probabilities of the original's own words."""
    start = len(subwords.prefix)
    targets = [
        [*subwords.prefix, *(token for token in tokens if token != END)]
        for tokens in reference["outputs"]
    ]
    scored = engine.score_batch(sources, targets, max_input_length=0)
    apart = [
        abs(ours - theirs)
        for result, scores in zip(scored, reference["scores"], strict=True)
        for ours, theirs in zip(result.log_probs[start:], scores, strict=False)
    ]
    return float(sum(apart) / max(len(apart), 1))


def open_engine(folder: Path, quantization: str) -> Any:  # noqa: ANN401
    """Load converted weights, for checking."""
    ctranslate2: Any = require("ctranslate2", extra="local", purpose="checking a model")
    where = placement(quantization)
    return ctranslate2.Translator(
        str(folder), device=where.device, compute_type=where.compute_type, intra_threads=1
    )


def reference_direction(model: Model) -> tuple[str, str]:
    """Languages between which a model is asked its fixed sentences."""
    if asked := model.reference.get("direction"):
        return asked[0], asked[1]
    return choose_direction(model.sources, model.targets)


def choose_direction(sources: Mapping[str, str], targets: Mapping[str, str]) -> tuple[str, str]:
    """Choose the direction to ask for: languages of which there are fixed sentences go first."""
    source = next((code for code in _SENTENCES if code in sources), None) or next(iter(sources))
    preferred = [code for code in (*_SENTENCES, *targets) if code in targets and code != source]
    if not preferred:
        raise InputError(f"the model leads from {source} to no other language")
    return source, preferred[0]


def verify(folder: Path) -> Verification:
    """Check a model: its files against their hashes, its words against those of the original.

    Parameters
    ----------
    folder
        The model's folder in the home.
    """
    broken = damage(folder)
    if broken:
        return Verification(folder.name.replace("--", "/", 1), tuple(broken))
    model = read_record(folder)
    source, target = reference_direction(model)
    try:
        subwords = Subwords(folder, model.family, model.sources[source], model.targets[target])
        engine = open_engine(folder, model.quantization)
        agreement, drift, wrong = hold_against(model.reference, engine, subwords)
    except (RuntimeError, OSError, ValueError, KeyError) as error:
        if isinstance(error, AugmentError):
            raise
        return Verification(model.name, (f"{folder} cannot be used: {error}",))
    return Verification(
        model.name, tuple(wrong), agreement, drift, len(model.reference["sentences"])
    )
