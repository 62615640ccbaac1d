"""Names and codes of languages: data for `augment.languages`, and nothing else."""

from __future__ import annotations

from typing import Final

#: ``code ISO 639-2/3 codes; English name; other names``; the code is ISO 639-1 where there is one.
TABLE: Final = """
aa aar; Afar
ab abk; Abkhazian
ace ace; Acehnese
af afr; Afrikaans
ak aka,twi,tw; Akan; Twi
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
