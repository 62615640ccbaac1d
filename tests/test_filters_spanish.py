"""Spanish pairs that the checks took for wrong, or let pass: each stands for one cause."""

from __future__ import annotations

import functools

import pytest

from augment.filters.written_numbers import WrittenNumbers


@pytest.fixture
def refusal(refusal):
    return functools.partial(refusal, language="es")


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("El tren no llegó sino hasta 1839.", "El tren data de 1839."),
        ("No dude que se divertirá.", "Se divertirá con seguridad."),
        ("No deje de ver la catedral.", "Visite la catedral."),
        ("La paella no puede faltar.", "La paella es esencial."),
        ("El obrero no resultó herido.", "El obrero salió ileso."),
        ("Decidieron que no era necesaria.", "La declararon innecesaria."),
        ("No son fáciles de usar.", "Son difíciles de usar."),
        ("No tienen el mismo peso.", "Su peso es diferente."),
        ("Lo acusan de robo y no de fraude.", "Lo acusan de robo en lugar de fraude."),
        ("A los niños no les fue bien.", "Los niños fracasaron."),
        ("Es la torre más alta que se ha visto.", "Es la torre más alta jamás vista."),
        ("Es más fuerte que las otras.", "Es más fuerte que ninguna."),
        ("Es el astronauta n.º 11.", "Es el astronauta No. 11."),
        ("No se sabe cuándo o cómo vino.", "Se desconoce cuándo ni cómo vino."),
        ("El perro no ladró ni comió.", "El perro ni ladró ni comió."),
        ("No fue culpa de nadie.", "En ningún caso fue su culpa."),
    ],
)
def test_negation_told_in_another_way(refusal, original, text):
    assert refusal("negation", original, text) == ""


@pytest.mark.parametrize(
    ("original", "text"),
    [
        # An idiom without its "no" is not gone.
        ("El tren no llegó sino hasta 1839.", "El tren llegó hasta 1839."),
        ("No dude que se divertirá.", "Dude que se divertirá."),
        ("La paella no puede faltar.", "La paella puede faltar."),
        ("No son fáciles de usar.", "Son fáciles de usar."),
        ("No son fáciles de usar.", "Son sencillas de usar."),
        ("No tienen el mismo peso.", "Tienen el mismo peso."),
        ("No deje de ver la catedral.", "Deje de ver la catedral."),
        # The second word of a double negation was left alone.
        ("Aquí no tienen ninguna ciudad.", "Aquí tienen ninguna ciudad."),
        ("No guarda relación con ningún volcán.", "Relacionado con ningún volcán."),
        ("No hubo daños ni heridos.", "Hubo daños ni heridos."),
        # "Al menos", "tal vez" and "increíble" make up for nothing.
        ("Hoy no vino.", "Al menos hoy vino."),
        ("Hoy no vino.", "Tal vez hoy vino."),
        ("Hoy no vino.", "Hoy, increíble, vino."),
        ("Rechazaron su oferta.", "Su oferta no fue denegada."),
    ],
)
def test_negation_lost_or_gained(refusal, original, text):
    assert refusal("negation", original, text)


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("es", "Ganó veinticuatro premios.", "Ganó dos docenas de premios."),
        ("es", "Ocurrirá en veinte años.", "Ocurrirá en dos décadas."),
        ("es", "Tiene 2300 millones.", "Tiene 2,3 mil millones."),
        ("es", "Son más de 10 mil millones.", "Son más de 10.000 millones."),
        ("es", "Murió con treinta y cinco años.", "Murió con 35 años."),
        ("es", "Queda a una hora y media.", "Queda a 1,5 horas."),
        ("es", "Tarda veinte minutos o media hora.", "Tarda de veinte a treinta minutos."),
        ("es", "Fue a las 10:00 a. m.", "Fue a las 10 de la mañana."),
        ("es", "Había unas treinta personas.", "Había una treintena de personas."),
        ("es", "Casi el cuádruple de resolución.", "Casi cuatro veces más resolución."),
        ("es", "Muestra tres síntomas.", "Muestra una tríada de síntomas."),
        ("es", "Por temor al coronavirus.", "Por temor a la COVID-19."),
        ("es", "Marcó 60 goles, los que nadie.", "Marcó 60 goles, y 60 son muchos."),
        ("en", "It won twenty-four prizes.", "It won two dozen prizes."),
        ("en", "It cost 2.3 billion.", "It cost 2,300 million."),
        ("fr", "Il a 2,3 milliards.", "Il a 2 300 millions."),
        ("ca", "Té 2.300 milions.", "Té 2,3 mil milions."),
    ],
)
def test_one_number_in_two_forms(refusal, language, original, text):
    assert refusal("numbers", original, text, language=language) == ""


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Ganó veinticuatro premios.", "Ganó tres docenas de premios."),
        ("Ganó dos docenas de premios.", "Ganó docenas de premios."),
        ("Tiene 2300 millones.", "Tiene 2,4 mil millones."),
        ("Queda a tres horas y media.", "Queda a 4,5 horas."),
        ("Fue a las 10:00 a. m.", "Fue a las 11 de la mañana."),
        ("Marcó 60 goles, y 60 son muchos.", "Marcó 60 goles, y son muchos."),
    ],
)
def test_another_number(refusal, original, text):
    assert refusal("numbers", original, text)


def test_a_language_without_tables_is_left_as_it_is():
    assert WrittenNumbers("sw")("Paka 2 elfu saa 10:00") == "Paka 2 elfu saa 10"


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Con el equipo de A1GP ganó.", "Ganó con el equipo A1GP."),
        ("Ayer el avión, un CG4684, cayó.", "El avión de ayer, el vuelo CG4684, cayó."),
        ("Ayer habló la Reina Isabel.", "Ayer habló la Sra. Isabel."),
        ("El peso en la luna Ío es menor.", "En la luna Io pesa menos."),
        ("Fue a la ciudad de Pekín.", "Fue a la ciudad de Beijing."),
        ("El líder, Alí Jamenei, habló.", "Habló el líder, Alí Khamenei."),
        ("Leyó toda la Odisea.", "Leyó entera la Odyssey."),
        ("Vive en San Pablo.", "Vive en São Paulo."),
        ("Se midió por RMN ayer.", "Ayer se midió por NMR."),
        ("Viajó a la isla de Corea.", "Viajó a la isla de Korea."),
    ],
)
def test_one_name_in_two_forms(refusal, original, text):
    assert refusal("names", original, text) == ""


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Se midió por RMN ayer.", "Ayer se midió por TAC."),
        ("Fue a la ciudad de Pekín.", "Fue a la ciudad de Bombay."),
        ("Cruzó entonces Turquía.", "Cruzó entonces Tracia."),
    ],
)
def test_another_name(refusal, original, text):
    assert refusal("names", original, text)


def test_a_full_stop_of_an_abbreviation_ends_no_sentence(refusal):
    original = "El candidato de EE. UU., obtuvo el segundo puesto, alcanzando el 32 % de los votos."
    text = "El candidato de Estados Unidos acabó en segundo lugar con un 32 por ciento."
    assert refusal("truncated", original, text) == ""


def test_two_last_words_in_others_are_no_lost_end(refusal):
    original = "Algunos niños relatarán una historia a cambio de una pequeña propina."
    assert (
        refusal("truncated", original, "Por unos centavos algunos niños te contarán la historia.")
        == ""
    )


def test_an_end_lost_together_with_its_full_stop(refusal):
    original = (
        "El gobierno anunció el lunes una gran reforma que cambiará las escuelas públicas del país "
        "entero."
    )
    cut = "El lunes se presentó un gran plan que va a transformar las escuelas"
    assert refusal("truncated", original, cut)
    assert refusal("truncated", original, cut + ".") == ""


def test_the_opposite_is_refused(refusal):
    assert refusal("sense", "La comida era buena.", "La comida era mala.")
    assert refusal("sense", "No es fácil de ver.", "Es difícil de ver.") == ""
