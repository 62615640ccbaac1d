"""Names and codes of languages, and which language texts are in."""

from __future__ import annotations

import copy
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from augment.errors import InputError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: ``code: ISO 639-2/3 codes; English name; other names``. The code is ISO 639-1 where there is one.
_TABLE: Final = """
aa aar; Afar
ab abk; Abkhazian
ace ace; Acehnese
af afr; Afrikaans
ak aka; Akan; Twi
am amh; Amharic; አማርኛ
an arg; Aragonese; aragonés
ar ara,arb; Arabic; العربية, arabe, árabe, Modern Standard Arabic
ary ary; Moroccan Arabic; Darija
arz arz; Egyptian Arabic
as asm; Assamese; অসমীয়া
ast ast; Asturian; asturianu
ay aym; Aymara
az aze,azj; Azerbaijani; azərbaycanca, Azeri
ba bak; Bashkir; башҡортса
bcl bcl; Central Bikol; Bikol
be bel; Belarusian; беларуская
bg bul; Bulgarian; български, bulgare
bm bam; Bambara
bn ben; Bengali; বাংলা, Bangla
bo bod,tib; Tibetan
br bre; Breton; brezhoneg
bs bos; Bosnian; bosanski
ca cat; Catalan; català, Valencian, valencià, catalán
ceb ceb; Cebuano
ckb ckb; Central Kurdish; Sorani, کوردی
co cos; Corsican; corsu
crh crh; Crimean Tatar
cs ces,cze; Czech; čeština, česky, tchèque
cv chv; Chuvash
cy cym,wel; Welsh; Cymraeg
da dan; Danish; dansk, danois
de deu,ger; German; Deutsch, allemand, alemán, alemany
dv div; Dhivehi; Maldivian
dz dzo; Dzongkha
ee ewe; Ewe
el ell,gre; Greek; ελληνικά, grec, Modern Greek
en eng; English; anglais, inglés, anglès, Englisch
eo epo; Esperanto; espéranto
es spa; Spanish; español, castellano, Castilian, espagnol, espanyol, Spanisch
et est,ekk; Estonian; eesti
eu eus,baq; Basque; euskara
ext ext; Extremaduran
fa fas,per,pes; Persian; فارسی, Farsi
ff ful; Fulah; Fula
fi fin; Finnish; suomi
fj fij; Fijian
fo fao; Faroese; føroyskt
fr fra,fre; French; français, francés, francès, Französisch
fuv fuv; Nigerian Fulfulde
fy fry; Western Frisian; Frysk, Frisian
ga gle; Irish; Gaeilge
gcf gcf; Guadeloupean Creole
gcr gcr; Guianese Creole
gd gla; Scottish Gaelic; Gàidhlig
gl glg; Galician; galego, galicien
gn grn; Guarani
gom gom; Goan Konkani; Konkani
grc grc; Ancient Greek
gu guj; Gujarati; ગુજરાતી
gug gug; Paraguayan Guarani
guw guw; Gun
gv glv; Manx
ha hau; Hausa
haw haw; Hawaiian
hbo hbo; Biblical Hebrew
he heb,iw; Hebrew; עברית, hébreu
hi hin; Hindi; हिन्दी
hr hrv; Croatian; hrvatski
ht hat; Haitian Creole; Haitian, kreyòl
hu hun; Hungarian; magyar
hy hye,arm; Armenian; հայերեն
ia ina; Interlingua
id ind; Indonesian; bahasa Indonesia
ig ibo; Igbo
is isl,ice; Icelandic; íslenska
it ita; Italian; italiano, italien, italià
iu iku; Inuktitut
ja jpn; Japanese; 日本語, japonais
jv jav; Javanese
ka kat,geo; Georgian; ქართული
kab kab; Kabyle
ki kik; Kikuyu
kk kaz; Kazakh; қазақша
kl kal; Kalaallisut; Greenlandic
km khm; Khmer; ខ្មែរ
kn kan; Kannada; ಕನ್ನಡ
ko kor; Korean; 한국어, coréen
ks kas; Kashmiri
ku kur,kmr; Kurdish; Kurmanji
kw cor; Cornish
ky kir; Kyrgyz; кыргызча
la lat; Latin; latina
lb ltz; Luxembourgish; Lëtzebuergesch
lg lug; Ganda; Luganda
li lim; Limburgish
lij lij; Ligurian
ln lin; Lingala
lo lao; Lao; ລາວ
lt lit; Lithuanian; lietuvių
ltg ltg; Latgalian
lv lav,lvs; Latvian; latviešu
mg mlg,plt; Malagasy
mi mri,mao; Maori; te reo Māori
mk mkd,mac; Macedonian; македонски
ml mal; Malayalam; മലയാളം
mn mon,khk; Mongolian; монгол
mr mar; Marathi; मराठी
ms msa,may,zsm; Malay; bahasa Melayu
mt mlt; Maltese; Malti
my mya,bur; Burmese; မြန်မာ
nap nap; Neapolitan
nb nob; Norwegian Bokmål; bokmål
nds nds; Low German; Low Saxon, Plattdüütsch
ne nep,npi; Nepali; नेपाली
nl nld,dut; Dutch; Nederlands, Flemish, néerlandais, holandés
nn nno; Norwegian Nynorsk; nynorsk
no nor; Norwegian; norsk, norvégien
nso nso; Northern Sotho; Sepedi
ny nya; Nyanja; Chichewa
oc oci; Occitan; occità
om orm,gaz; Oromo
or ori,ory; Odia; Oriya
os oss; Ossetian
pa pan; Punjabi; ਪੰਜਾਬੀ, Panjabi
pap pap; Papiamento
pcm pcm; Nigerian Pidgin
pl pol; Polish; polski, polonais, polaco
pms pms; Piedmontese
ps pus,pbt; Pashto; پښتو
pt por; Portuguese; português, portugais, portugués, portuguès
qu que; Quechua
rm roh; Romansh
rn run; Rundi; Kirundi
ro ron,rum,mo; Romanian; română, Moldovan, roumain
ru rus; Russian; русский, russe, ruso
rw kin; Kinyarwanda
sa san; Sanskrit; संस्कृतम्
sc srd; Sardinian; sardu
scn scn; Sicilian
sco sco; Scots
sd snd; Sindhi
sdh sdh; Southern Kurdish
se sme; Northern Sami
si sin; Sinhala; සිංහල
sk slk,slo; Slovak; slovenčina
sl slv; Slovenian; slovenščina
sm smo; Samoan
sn sna; Shona
so som; Somali
sq sqi,alb,als; Albanian; shqip
sr srp; Serbian; српски, srpski
ss ssw; Swati
st sot; Southern Sotho; Sesotho
su sun; Sundanese
sv swe; Swedish; svenska, suédois
sw swa,swh; Swahili; Kiswahili
szl szl; Silesian
ta tam; Tamil; தமிழ்
te tel; Telugu; తెలుగు
tg tgk; Tajik; тоҷикӣ
th tha; Thai; ไทย
ti tir; Tigrinya
tk tuk; Turkmen
tl tgl,fil; Tagalog; Filipino
tn tsn; Tswana
to ton; Tongan
tr tur; Turkish; Türkçe, turc
ts tso; Tsonga
tt tat; Tatar; татарча
ug uig; Uyghur
uk ukr; Ukrainian; українська, ukrainien
ur urd; Urdu; اردو
uz uzb,uzn; Uzbek; oʻzbekcha
uzs uzs; Southern Uzbek
vec vec; Venetian; veneto
vi vie; Vietnamese; tiếng Việt, vietnamien
vo vol; Volapük
wa wln; Walloon
war war; Waray
wo wol; Wolof
wuu wuu; Wu Chinese
xh xho; Xhosa
yi yid,ydd; Yiddish; ייִדיש
yo yor; Yoruba
yue yue; Cantonese; 粵語
zh zho,chi,cmn; Chinese; 中文, 汉语, 漢語, Mandarin, chinois, chino
zu zul; Zulu; isiZulu
"""
_ENTRIES: Final = [line.split("; ") for line in _TABLE.strip().splitlines()]
_NAMES: Final = {entry[0].split()[0]: entry[1] for entry in _ENTRIES}


def _key(name: str) -> str:
    """Names compare without case, accents, spaces and hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in " -_'’")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for head, name, *others in _ENTRIES:
        code, alternatives = head.split()
        for written in (code, *alternatives.split(","), name, *", ".join(others).split(", ")):
            if written:
                found.setdefault(_key(written), code)
    return found


#: A region, script or variant behind a code: ``pt_BR``, ``zh-Hans``, ``fra_Latn``.
_SUBTAG: Final = re.compile(r"([A-Za-z]{2,3})[-_][A-Za-z0-9_-]{2,}")


def language_code(name_or_code: str) -> str:
    """Give the code of a language named in any common way.

    Parameters
    ----------
    name_or_code
        ISO 639-1, -2 or -3 code in any case, with or without region or script, or the name in
        English, in the language itself or (for frequent languages) in French and Spanish.

    Returns
    -------
    str
        ISO 639-1 where there is one, else ISO 639-3.

    Raises
    ------
    InputError
        For an unknown language, with the closest known ones.

    Examples
    --------
    >>> [language_code(name) for name in ("French", "français", "fra", "fr_CA", "FR")]
    ['fr', 'fr', 'fr', 'fr', 'fr']
    """
    codes = _codes()
    given = name_or_code.strip()
    if (code := codes.get(_key(given))) is not None:
        return code
    if (match := _SUBTAG.fullmatch(given)) and (code := codes.get(match[1].lower())) is not None:
        return code
    close = dict.fromkeys(
        codes[key] for key in get_close_matches(_key(given), codes, n=4, cutoff=0.75)
    )
    hint = ", ".join(f"{code} ({_NAMES[code]})" for code in list(close)[:3])
    raise InputError(
        f"unknown language {name_or_code!r}; give an ISO code or a name, such as "
        + (hint or "fr, fra or French")
    )


def language_name(code: str) -> str:
    """English name of a language.

    Raises
    ------
    InputError
        For an unknown code.

    Examples
    --------
    >>> language_name("ca")
    'Catalan'
    """
    return _NAMES[language_code(code)]


#: Our code where the identifier's label is another one.
_FROM_LABEL: Final = {"kik": "ki"}
_TO_LABEL: Final = {"ki": "kik", "nb": "no"}
_lock: Final = threading.Lock()
_loaded: dict[frozenset[str], LanguageIdentifier] = {}


def _identifier(labels: frozenset[str] = frozenset()) -> LanguageIdentifier:
    """Load the model once (about a second); restricted copies share its tables."""
    with _lock:
        if labels not in _loaded:
            if frozenset() not in _loaded:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier

                _loaded[frozenset()] = LanguageIdentifier.from_model_file(
                    MODEL_FILE, norm_probs=True
                )
            if labels:
                limited = copy.copy(_loaded[frozenset()])
                limited.set_languages(labels)
                _loaded[labels] = limited
        return _loaded[labels]


def identifiable(code: str) -> bool:
    """Whether the identifier knows the language."""
    return _TO_LABEL.get(code, code) in _identifier().labels


def identify(text: str) -> tuple[str, float]:
    """Most probable language of one text.

    Parameters
    ----------
    text
        Any text; the longer, the surer.

    Returns
    -------
    tuple of str and float
        Code and probability, 0..1, among the 140 languages that the identifier knows. A text
        without letters has a probability near 0.

    Notes
    -----
    The model is loaded on first use, once per process; threads may share it.

    Examples
    --------
    >>> identify("Le film était vraiment très long et plutôt ennuyeux.")[0]
    'fr'
    """
    label, probability = _identifier().classify(text)
    return _FROM_LABEL.get(label, label), float(probability)


class Identifier:
    """Identifies one of a few languages, many times.

    Parameters
    ----------
    among
        Codes of languages; those that the identifier does not know are left out.
    """

    def __init__(self, among: Iterable[str]) -> None:
        self._wanted = {_TO_LABEL.get(code, code): code for code in among}
        known = frozenset(self._wanted) & frozenset(_identifier().labels)
        self._limited = _identifier(known)

    def identify(self, text: str) -> tuple[str, float]:
        """Most probable of the languages, and its probability among them."""
        label, probability = self._limited.classify(text)
        return self._wanted[label], float(probability)


@dataclass(frozen=True, slots=True)
class Guess:
    """Which language many texts are in.

    Parameters
    ----------
    language
        Code of the most frequent language; ``""`` where no text holds letters.
    share
        Its share of the letters looked at, 0..1.
    sure
        Whether there is enough to rely on: 40 letters or more, and more than 60 % of them in that
        language.
    others
        The next languages with their shares, largest first, at most three.
    """

    language: str
    share: float
    sure: bool
    others: tuple[tuple[str, float], ...] = ()


_NOT_LANGUAGE: Final = re.compile(r"https?://\S+|<[^<>]{1,200}>|&\w{1,8};|[@#]\w+|\d+")
_CHUNK: Final = 300
_LOOKED_AT: Final = 200_000


def detect_language(texts: Sequence[str]) -> Guess:
    """Find the language of a column of texts.

    Short texts are joined to pieces of some 300 letters before they are looked at, since a line
    of three words is often taken for a neighbouring language. Links and markup are left out.

    Parameters
    ----------
    texts
        Texts, a sample is enough; at most 200,000 characters, spread evenly, are looked at.

    Returns
    -------
    Guess
        The language, its share, and whether to rely on it.

    Examples
    --------
    >>> detect_language(["Une belle histoire.", "Je me suis ennuyé du début à la fin."]).language
    'fr'
    """
    total = sum(map(len, texts))
    step = max(1, -(-total // _LOOKED_AT))
    letters: Counter[str] = Counter()
    for piece in _pieces(texts[::step]):
        label, probability = identify(piece)
        if probability > 0.0:
            letters[label] += sum(map(str.isalpha, piece))
    looked_at = letters.total()
    if not looked_at:
        return Guess("", 0.0, sure=False)
    ranked = [(label, count / looked_at) for label, count in letters.most_common(4)]
    language, share = ranked[0]
    return Guess(language, share, looked_at >= 40 and share > 0.6, tuple(ranked[1:]))


def _pieces(texts: Iterable[str]) -> Iterable[str]:
    waiting: list[str] = []
    size = 0
    for text in texts:
        plain = " ".join(_NOT_LANGUAGE.sub(" ", text[:5000]).split())
        if not any(map(str.isalpha, plain)):
            continue
        if len(plain) >= _CHUNK / 2:
            yield plain
            continue
        waiting.append(plain)
        size += len(plain)
        if size >= _CHUNK:
            yield "\n".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield "\n".join(waiting)
