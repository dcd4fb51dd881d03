"""Word forms: which words are forms of one, where no rule for endings tells.

News says "Britain", "the UK" and "British" of one country, "sold" of what sells, and "8" for eight,
and whoever asks writes another of them than the article does. By closed lists; a form that is as
often another word ("polish", "us", "left", "one") is left out. Knows nothing of questions.
"""

import re

from rag.comparing.number_words import ONES, TENS
from rag.spellings import spellings_of

# The first of each line is what the others are taken for.
_NATIONS = """
afghanistan afghan afghans
africa african africans
albania albanian albanians
algeria algerian algerians
america american americans usa
angola angolan angolans
argentina argentine argentinian argentines argentinians
armenia armenian armenians
asia asian asians
australia australian australians
austria austrian austrians
azerbaijan azerbaijani azerbaijanis
bangladesh bangladeshi bangladeshis
belarus belarusian belarusians
belgium belgian belgians
bolivia bolivian bolivians
bosnia bosnian bosnians
brazil brazilian brazilians
britain british briton britons uk
bulgaria bulgarian bulgarians
cambodia cambodian cambodians
cameroon cameroonian cameroonians
canada canadian canadians
chile chilean chileans
china chinese
colombia colombian colombians
croatia croatian croatians croat croats
cuba cuban cubans
cyprus cypriot cypriots
czechia czech czechs
denmark danish danes dane
ecuador ecuadorian ecuadorians ecuadorean
egypt egyptian egyptians
estonia estonian estonians
ethiopia ethiopian ethiopians
europe european europeans
finland finnish finns finn
france french
germany german germans
ghana ghanaian ghanaians
greece greek greeks
haiti haitian haitians
honduras honduran hondurans
hungary hungarian hungarians
iceland icelandic icelanders
india indian indians
indonesia indonesian indonesians
iran iranian iranians
iraq iraqi iraqis
ireland irish
israel israeli israelis
italy italian italians
jamaica jamaican jamaicans
japan japanese
jordan jordanian jordanians
kazakhstan kazakh kazakhs
kenya kenyan kenyans
korea korean koreans
kosovo kosovar kosovars
kuwait kuwaiti kuwaitis
laos laotian laotians
latvia latvian latvians
lebanon lebanese
libya libyan libyans
lithuania lithuanian lithuanians
malaysia malaysian malaysians
mali malian malians
malta maltese
mexico mexican mexicans
moldova moldovan moldovans
mongolia mongolian mongolians
morocco moroccan moroccans
mozambique mozambican mozambicans
myanmar burma burmese
namibia namibian namibians
nepal nepali nepalese
netherlands dutch
nicaragua nicaraguan nicaraguans
nigeria nigerian nigerians
norway norwegian norwegians
pakistan pakistani pakistanis
palestine palestinian palestinians
panama panamanian panamanians
paraguay paraguayan paraguayans
peru peruvian peruvians
philippines philippine filipino filipinos
portugal portuguese
qatar qatari qataris
romania romanian romanians
russia russian russians
rwanda rwandan rwandans
scotland scottish scots scot
senegal senegalese
serbia serbian serbians serb serbs
singapore singaporean singaporeans
slovakia slovak slovaks slovakian
slovenia slovenian slovenians
somalia somali somalis
spain spanish spaniards spaniard
sudan sudanese
sweden swedish swedes swede
switzerland swiss
syria syrian syrians
taiwan taiwanese
tanzania tanzanian tanzanians
thailand thai thais
tibet tibetan tibetans
tunisia tunisian tunisians
turkey turkish turks turk turkiye
uganda ugandan ugandans
ukraine ukrainian ukrainians
uruguay uruguayan uruguayans
venezuela venezuelan venezuelans
vietnam vietnamese
wales welsh
yemen yemeni yemenis
zambia zambian zambians
zimbabwe zimbabwean zimbabweans
"""
_VERBS = """
arise arose arisen
awake awoke awoken
beat beaten
become became
begin began begun
bend bent
bite bitten
bleed bled
blow blew blown
break broke broken
bring brought
build built
buy bought
catch caught
choose chose chosen
cling clung
creep crept
deal dealt
dig dug
draw drew drawn
drink drank drunk
drive drove driven
eat ate eaten
fall fell fallen
feel felt
fight fought
find found
flee fled
fly flew flown
forbid forbade forbidden
foresee foresaw foreseen
forget forgot forgotten
forgive forgave forgiven
freeze froze frozen
grow grew grown
hang hung
hear heard
hide hid hidden
hold held
keep kept
kneel knelt
lead led
lend lent
light lit
lose lost
mean meant
meet met
mislead misled
overcome overcame
overtake overtook overtaken
overthrow overthrew overthrown
pay paid
rebuild rebuilt
repay repaid
resell resold
ride rode ridden
ring rang rung
rise rose risen
run ran
see seen
seek sought
sell sold
send sent
shake shook shaken
shine shone
shrink shrank shrunk
sing sang sung
sink sank sunk
sit sat
sleep slept
slide slid
speak spoke spoken
spend spent
spin spun
spring sprang sprung
stand stood
steal stole stolen
stick stuck
strike struck stricken
strive strove striven
swear swore sworn
sweep swept
swim swam swum
swing swung
teach taught
tear tore torn
throw threw thrown
undergo underwent undergone
understand understood
undertake undertook undertaken
uphold upheld
wake woke woken
wear wore worn
weep wept
win won
withdraw withdrew withdrawn
withhold withheld
withstand withstood
write wrote written
"""
_NOUNS = """
child children
crisis crises
foot feet
half halves
hypothesis hypotheses
knife knives
loaf loaves
man men
mouse mice
ox oxen
shelf shelves
thief thieves
tooth teeth
wife wives
wolf wolves
woman women
policeman policemen
fisherman fishermen
businessman businessmen
congressman congressmen
chairman chairmen
spokesman spokesmen
spokeswoman spokeswomen
"""
# Clipped words, and one office in several words. What is clipped to a word of its own ("rep",
# "vet", "ad") is left out.
_SHORTENED = """
executive executives exec execs
government governments govt govts gov
department departments dept depts
international intl
lawmaker lawmakers legislator legislators parliamentarian parliamentarians mp mps
"""
# "One" and "zero" are as often other words.
_NUMBERS = [(str(n), word) for word, n in (ONES | TENS).items() if n > 1]
_LISTED = [
    tuple(line.split())
    for table in (_NATIONS, _VERBS, _NOUNS, _SHORTENED)
    for line in table.strip().split("\n")
]
_FORMS = {forms[0]: forms for forms in (*_LISTED, *_NUMBERS)}
BASE_OF = {form: base for base, forms in _FORMS.items() for form in forms}
"""What a folded word is a form of."""
# As the full-text index has them, which cuts at points and knows no capitals.
_ABBREVIATED = {"america": ("us", "u s"), "britain": ("u k",)}
# Others whose full form news writes as often; of a word that they spell ("AID"), none.
ACRONYMS = {
    "PM": "prime minister",
    "EV": "electric vehicle",
    "CEO": "chief executive",
    "GDP": "gross domestic product",
    "UN": "united nations",
    "EU": "european union",
    "AI": "artificial intelligence",
}
_WORD = re.compile(r"[^\W_]+")
# "3 PM" is an hour.
_SHORT = "|".join((*ACRONYMS, *("".join(rf"{letter}\." for letter in one) for one in ACRONYMS)))
_ACRONYM = re.compile(rf"(?<![\w.])(?<!\d )({_SHORT})(s?)(?![\w.]\w)(?!\w)")
_AMERICA = re.compile(r"\b(?:U\.S\.(?:A\.)?|USA?)(?!\w)")
_BRITAIN = re.compile(r"\b(?:U\.K\.|UK)(?!\w)")


def forms_of(word: str) -> tuple[str, ...]:
    """Return how else a folded word may be written, the word itself first."""
    base = BASE_OF.get(word)
    if base is None:
        return spellings_of(word)
    others = (*_FORMS[base], *_ABBREVIATED.get(base, ()))
    return (word, *(form for form in others if form != word))


def written_out(text: str) -> str:
    """Return a text with acronyms in full: without its capitals "US" is a pronoun."""
    if text.isupper() and " " in text:
        return text
    if "U" in text:
        text = _BRITAIN.sub("Britain", _AMERICA.sub("America", text))
    return _ACRONYM.sub(lambda found: ACRONYMS[_plain(found[1])] + found[2], text)


def _plain(acronym: str) -> str:
    return acronym.replace(".", "")


def acronyms_of(text: str) -> list[str]:
    """Return, folded, the acronyms in a text and those of what it has in full."""
    folded = " ".join(_WORD.findall(text.casefold()))
    named = {_plain(found[1]) for found in _ACRONYM.finditer(text)}
    named |= {short for short, full in ACRONYMS.items() if full in folded}
    return sorted(form for short in named for form in (short.lower(), f"{short.lower()}s"))
