"""Words that say who does it, or to whom, by language: data for the check of persons.

Each line is "persons: subjects | objects | possessives". A word of several persons ("su": yours or
theirs) counts for any of them. Persons are "I", "we", "you" of all forms of address, and "they" for
he, she and they.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Persons:
    """The words of one language.

    Parameters
    ----------
    words
        Words that tell a person.
    vague
        Words that may stand for a person, or for a thing, or for nobody: never asked for and
        never refused, but they may take the place of a word that is gone.
    ignored
        Regular expressions of phrases in which such a word tells no person ("il faut").
    either
        Subjects that may be objects, each with what their verb looks like beside them; behind a
        word of `before_object` they are objects ("il nous voit").
    clitics
        Words between a subject and its verb. Where they are given, a verb at the start of a clause
        is a command, as is one with such words before it ("ne me regarde pas").
    verbs
        Forms of one verb and tense, "I you they we you they", in languages that leave subjects out;
        "/" between forms that do the same.
    endings
        What verbs end in, where the verb alone may tell the person; as vague as `vague`.
    no_verbs
        Words with such an ending that are no verbs.
    determiners
        Words behind which there is no verb.
    genders
        Words of "they" by gender.
    things
        Where things have a gender, too: a regular expression of what a pronoun behind it may stand
        for. Such a thing may come back as one of another gender.
    """

    words: tuple[str, ...]
    vague: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    either: tuple[tuple[str, str], ...] = ()
    before_object: str = ""
    clitics: str = ""
    verbs: tuple[str, ...] = ()
    endings: tuple[tuple[str, str], ...] = ()
    no_verbs: str = ""
    determiners: str = ""
    genders: tuple[str, ...] = ()
    things: str = ""


#: Persons of the six forms in a line of `Persons.verbs`; "they" is also the polite "you".
FORMS: Final = ("I", "you", "you they", "we", "you", "you they")

PERSONS: Final[dict[str, Persons]] = {
    "en": Persons(
        words=(
            "I: i | me myself | my",
            "we: we | us ourselves let' | our ours",
            "you: you ya thou thee y' | yourself yourselves | your yours",
            "they: he she they | him himself her herself them themselves | his hers their theirs",
        ),
        vague=(
            "I: | | mine",
            "they: it someone somebody anyone anybody everyone everybody people | itself | its",
            "we you they: | oneself",
        ),
        ignored=(r"\bi\.\s?e\b", r"\bthank you\b", r"\byou (?:know|see)(?=\s*[,.?!])"),
        genders=("he him his himself", "she her hers herself", "it its itself"),
    ),
    "fr": Persons(
        words=(
            "I: je j' | me m' moi | mon ma mes mien mienne miens miennes",
            "we: nous | | notre nos nôtre nôtres",
            "you: tu vous | te t' toi | ton ta tes tien tienne tiennes votre vos vôtre vôtres",
            "they: il elle ils elles | lui leur eux | leurs son sa ses sien sienne siens siennes",
        ),
        vague=(
            "they: c' ça ca cela ceci celui celle ceux celles",
            "we you they: on",
        ),
        ignored=(
            r"\bs['’]il (?:vous|te) pla[iî]t\b",
            r"\brendez-vous\b",
            r"\bil était une fois\b",
            r"\bil (?:n(?:e |['’]))?(?:y (?:en )?(?:a|ai|av|au|eu)\w*|(?:me |te |lui |nous |vous |"
            r"leur |en )?(?:fau\w+|fall\w+|suffi\w+|import\w+|convien\w+|pl(?:eu\w+|u)|"
            r"neig\w+|sembl\w+|para[iî]\w+|va(?:ut|lait|udr\w+)|(?:rest|manqu|exist|arriv)\w+ "
            r"(?:pas |plus |encore |souvent |parfois )*(?:qu\w*|une?|des?|du|d'|\d+|souvent|"
            r"parfois|rien|peu|beaucoup)\b)|"
            r"s['’](?:agi\w+|avère)|se (?:peut|pourrait|passe\w*|trouve)|"
            r"(?:est|était|sera|serait|fut) (?:\w+ )?(?:possible|impossible|probable|temps|tard|"
            r"tôt|important|nécessaire|vrai|clair|évident|dit|interdit|difficile|facile|certain|"
            r"essentiel|utile|préférable|rare|\d)|"
            r"f(?:ait|aisait|era) (?:\w+ )?(?:froid|chaud|beau|nuit|jour|noir|sombre|mauvais))",
        ),
        either=(
            ("nous", r"\w+(?:ons|mes)"),
            ("vous", r"\w+(?:ez|tes)"),
            ("elle", r".*"),
            ("elles", r".*"),
        ),
        before_object="je j' tu il elle ils elles on nous vous qui ne n' se s' à de d' pour avec "
        "chez sans par entre vers contre sur sous comme après avant derrière devant selon",
        clitics="ne n' me m' te t' se s' le la les l' lui leur nous vous y en",
        endings=(("you", r"\w+ez"), ("we", r"\w+ons")),
        no_verbs="chez assez nez",
        genders=("il ils", "elle elles"),
        things=r"\b(?:l[ea]s?|une?|des?|du|aux?|ces?|cet(?:te)?|[mts](?:on|a|es)|[nv]otre|[nv]os|"
        r"leurs?|quelle?s?) \w|\b[ld]['’]\w",
    ),
    "es": Persons(
        words=(
            "I: yo | me mí conmigo | mi mis mío mía míos mías",
            "we: nosotros nosotras | nos | nuestro nuestra nuestros nuestras",
            "you: tú vos usted ustedes vosotros vosotras | te ti contigo os | tu tus tuyo "
            "tuya tuyos tuyas vuestro vuestra vuestros vuestras",
            "they: él ella ellos ellas |",
            "you they: | le les | su sus suyo suya suyos suyas",
        ),
        vague=("we you they: uno una | se consigo", "they: | lo la los las"),
        verbs=(
            "soy eres es somos sois son",
            "estoy estás está estamos estáis están",
            "tengo tienes tiene tenemos tenéis tienen",
            "he has ha hemos habéis han",
            "voy vas va vamos vais van",
            "quiero quieres quiere queremos queréis quieren",
            "puedo puedes puede podemos podéis pueden",
            "sé sabes sabe sabemos sabéis saben",
            "creo crees cree creemos creéis creen",
            "hago haces hace hacemos hacéis hacen",
            "digo dices dice decimos decís dicen",
            "veo ves ve vemos veis ven",
            "vengo vienes viene venimos venís vienen",
            "necesito necesitas necesita necesitamos necesitáis necesitan",
            "doy das da damos dais dan",
            "sigo sigues sigue seguimos seguís siguen",
            "fui fuiste fue fuimos fuisteis fueron",
            "tuve tuviste tuvo tuvimos tuvisteis tuvieron",
            "hice hiciste hizo hicimos hicisteis hicieron",
            "dije dijiste dijo dijimos dijisteis dijeron",
            "estuve estuviste estuvo estuvimos estuvisteis estuvieron",
            "pude pudiste pudo pudimos pudisteis pudieron",
        ),
        endings=(
            (
                "I",
                r"\w+(?<![aeiu]d)(?<!nd)(?<!mient)o|\w+[éí]|\w+(?:aba|ía|ara|iera|ase|iese)|"
                r"vi|di",
            ),
            ("you", r"\w+(?:ás|as|es|ste|steis|áis|éis|ís)"),
            ("we", r"\w+mos"),
        ),
        no_verbs="no o lo como pero todo mucho poco solo sólo eso esto ello otro algo cuando tanto "
        "luego bajo menos además más después las les es quizás ahí aquí allí así sí qué café mejor "
        "mismos últimos primero segundo",
        determiners="el un del al mi tu su este ese aquel nuestro vuestro los las unos unas mis "
        "tus sus estos esos muy tan más de en por con sin sobre otro cada todo todos",
    ),
    "ca": Persons(
        words=(
            "I: jo | em m' | meu meva meus meves",
            "we: nosaltres | ens | nostre nostra nostres",
            "you: tu vostè vostès vosaltres vós | et t' | teu teva teus teves vostre vostra "
            "vostres",
            "they: ell ella ells elles |",
            "you they: | li | seu seva seus seves",
        ),
        vague=("I: | m me mi", "you: | t te us vos", "we: | ns", "they: | els les n lo la los"),
        ignored=(r"\bet al\b",),
        verbs=(
            "sóc/soc ets és som sou són",
            "estic estàs està estem esteu estan",
            "tinc tens té tenim teniu tenen",
            "he/vaig has/vas ha/va hem/vam heu/vau han/van",
            "vull vols vol volem voleu volen",
            "puc pots pot podem podeu poden",
            "sé saps sap sabem sabeu saben",
            "crec creus creu creiem creieu creuen",
            "faig fas fa fem feu fan",
            "dic dius diu diem dieu diuen",
            "veig veus veu veiem veieu veuen",
        ),
        endings=(
            ("I", r"\w+o|\w+(?:ava|ia|és|ixi)|\w+(?:aré|iré|eré)"),
            ("you", r"\w+(?:es|às|eu|au|iu)"),
            ("we", r"\w+(?:em|im)"),
        ),
        no_verbs="però no o això allò les des més després només és seu meu teu peu déu breu",
        determiners="el un del al l' d' la una els les uns de en amb per sense aquest aquell molt",
    ),
    "pt": Persons(
        words=(
            "I: eu | me mim comigo | meu minha meus minhas",
            "we: nós | conosco connosco | nosso nossa nossos nossas",
            "you: tu você vocês vós | te ti contigo | teu tua teus tuas vosso vossa vossos vossas",
            "they: ele ela eles elas | | dele dela deles delas",
            "you they: | lhe lhes | seu sua seus suas",
        ),
        vague=("we: gente | nos", "you they: | o a os as se", "I: | lo la"),
        verbs=(
            "sou és é somos sois são",
            "estou estás está estamos estais estão",
            "tenho tens tem temos tendes têm",
            "vou vais vai vamos ides vão",
            "quero queres quer queremos quereis querem",
            "posso podes pode podemos podeis podem",
            "sei sabes sabe sabemos sabeis sabem",
            "fui foste foi fomos fostes foram",
            "fiz fizeste fez fizemos fizestes fizeram",
            "tive tiveste teve tivemos tivestes tiveram",
        ),
        endings=(
            ("I", r"\w+(?<![aeiu]d)(?<!nd)o|\w+ei|\w+i|\w+(?:ava|ia|ara|era|ira|asse|esse|isse)"),
            ("you", r"\w+(?:as|es|ste|stes|ais|eis)"),
            ("we", r"\w+mos"),
        ),
        no_verbs="não o como todo muito pouco isso isto outro quando tanto foi dois depois mais as",
        determiners="o um do ao no meu teu seu este esse os as uns de em por com sem muito cada",
    ),
    "it": Persons(
        words=(
            "I: io | mi me | mio mia miei mie",
            "we: noi | | nostro nostra nostri nostre",
            "you: tu voi | ti te | tuo tua tuoi tue vostro vostra vostri vostre",
            "they: egli lui loro essi esse |",
            "you they: lei | | suo sua suoi sue",
        ),
        vague=("we: | ci ce", "you: | vi ve", "they: | gli le lo la li si l'"),
        verbs=(
            "ho hai ha abbiamo avete hanno",
            "vado vai va andiamo andate vanno",
            "so sai sa sappiamo sapete sanno",
            "voglio vuoi vuole vogliamo volete vogliono",
            "posso puoi può possiamo potete possono",
            "devo devi deve dobbiamo dovete devono",
            "faccio fai fa facciamo fate fanno",
            "credo credi crede crediamo credete credono",
            "ero eri era eravamo eravate erano",
        ),
        endings=(
            ("I", r"\w+(?<!t)o|\w+(?:ai|ei|ii|rò|ssi|i)|sono|sia"),
            ("you", r"\w+(?:i|te|sti)"),
            ("we", r"\w+mo"),
        ),
        no_verbs="no o lo ho però quando tutto molto poco questo quello altro solo loro uno hanno",
        determiners="il un lo uno del al nel dal sul mio tuo suo questo quel di a in con per molto",
    ),
    "de": Persons(
        words=(
            "I: ich | mir mich | mein meine meinen meinem meiner meines",
            "we: wir | uns | unser unsere unseren unserem unserer unseres unsre",
            "you: du | dir dich euch | dein deine deinen deinem deiner deines euer eure euren "
            "eurem eurer eures",
            "they: er | ihm ihn ihnen | seine seinen seinem seiner seines",
        ),
        vague=(
            "you they: sie ihr | | ihre ihren ihrem ihrer ihres sein",
            "they: es das dies der die jemand wer",
            "we you they: man",
        ),
    ),
}
