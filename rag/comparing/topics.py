"""Topics: what a stretch of text is about, so that two wordings of one thing can be compared.

Words become stems; a country's people and capital stand for the country; irregular forms and the
commonest near-synonyms of news become one. Knows nothing of values, questions or articles.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span
from rag.words import STOP_WORDS, fold, stem

# A country, its people, and the capital that stands for its government.
NATIONS = """
Canada Canadian Canadians Ottawa; China Chinese Beijing; Russia Russian Russians Moscow Kremlin;
US USA U.S. U.S.A. United_States America American Americans Washington;
UK U.K. Britain British Britons United_Kingdom London; EU European_Union Brussels;
UN U.N. United_Nations; France French Paris; Germany German Germans Berlin;
Italy Italian Italians Rome; Spain Spanish Madrid; Japan Japanese Tokyo; India Indian New_Delhi;
South_Korea South_Korean Seoul; North_Korea North_Korean Pyongyang; Australia Australian Canberra;
Mexico Mexican; Brazil Brazilian Brasilia; Argentina Argentine; Chile Chilean; Peru Peruvian;
Colombia Colombian Bogota; Venezuela Venezuelan Caracas; Cuba Cuban Havana; Ireland Irish Dublin;
Netherlands Dutch The_Hague; Belgium Belgian; Switzerland Swiss Bern; Austria Austrian Vienna;
Poland Polish Warsaw; Hungary Hungarian Budapest; Ukraine Ukrainian Ukrainians Kyiv Kiev;
Turkey Turkish Türkiye Ankara; Greece Greek Athens; Sweden Swedish Stockholm; Norway Norwegian Oslo;
Denmark Danish Copenhagen; Finland Finnish Helsinki; Portugal Portuguese Lisbon;
Czechia Czech Prague; Romania Romanian Bucharest; Serbia Serbian Belgrade; Israel Israeli Jerusalem;
Iran Iranian Tehran; Iraq Iraqi Baghdad; Syria Syrian Damascus; Lebanon Lebanese Beirut;
Egypt Egyptian Cairo; Saudi_Arabia Saudi Riyadh; Qatar Qatari Doha; Yemen Yemeni; Jordan Jordanian;
Palestine Palestinian Palestinians; Pakistan Pakistani Islamabad; Afghanistan Afghan Kabul;
Bangladesh Bangladeshi Dhaka; Sri_Lanka Sri_Lankan Colombo; Nepal Nepalese Kathmandu;
Indonesia Indonesian Jakarta; Malaysia Malaysian; Thailand Thai Bangkok; Vietnam Vietnamese Hanoi;
Philippines Philippine Filipino Manila; Taiwan Taiwanese Taipei; Singapore Singaporean;
New_Zealand New_Zealander Wellington; Nigeria Nigerian Abuja; Kenya Kenyan Nairobi;
Ethiopia Ethiopian Addis_Ababa; Sudan Sudanese Khartoum; South_Africa South_African Pretoria;
Ghana Ghanaian Accra; Morocco Moroccan Rabat; Algeria Algerian; Tunisia Tunisian; Libya Libyan
"""
# Words that tell the same thing in a report: the first of a line stands for the others.
ALIKE = """
kill killed die died dies dying dead death deaths fatality fatalities perished slain
hurt injured injuring injuries wounded wounding wounds
sell sells sold selling sale sales buy buys bought buying buyer buyers purchase purchased acquire
vehicle vehicles car cars auto automobile automobiles
rise rises rose risen rising increase increased climb climbed ascent ascended grow grew grown
rise surge surged jumped
fall falls fell fallen falling drop dropped decline declined decrease decreased plunge plunged slump
begin began begun beginning start started
win wins won winning winner victory
lose loses lost losing loser defeat
meet meets met meeting meetings encounter see sees saw seen
hold holds held holding
leave left leaving
pay pays paid paying payment
build built building
lead leads led leading
speak spoke spoken speaks
write wrote written writes
choose chose chosen
know knew known
supply supplies supplied provide provides provided
double doubles doubled doubling twice twofold
house houses home homes
prison jail jailed imprisoned
earthquake quake tremor
fire blaze
plane aircraft jet airliner
deal deals agreement agreements pact accord
launch launched launches liftoff lift-off lift_off lifts_off lifted_off blast_off blasted_off
close closed closes closing settled ending ended finished
find finds found recovered discovered located retrieved
pass passed passes approve approved approves adopt adopted
inflation consumer_prices
arrest arrested arrests detained apprehended
resign resigned resigns resignation quit stepped_down steps_down
cut cuts cutting shed sheds slash slashed axe axed lay_off laid_off layoffs redundancies
job jobs posts positions
explosion explosions blast blasts exploded
ship ships vessel vessels
collapse collapsed collapses
crash crashed crashes
company companies firm firms
child children
visit visits visited trip trips
talks negotiation negotiations
export exports exported exporters abroad overseas
import imports imported importers
tariff tariffs duty duties levy levies
strike strikes walkout
tonne tonnes ton tons
person people persons
woman women
man men
sack sacked dismissed fired
demonstrator demonstrators protester protesters marchers
rate rates level
leader leaders pm prime_minister prime_ministers
"""
WORD_OR_NUMBER = r"\w+(?:[.,]\d+)*"


def _names(line: str) -> list[str]:
    return [fold(word.replace("_", " ")) for word in line.split()]


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in ALIKE.strip().splitlines():
        first, *others = _names(line)
        for word in (first, *others):
            table[word] = first
    for group in NATIONS.split(";"):
        names = _names(group)
        # A word of more than one meaning is told by its capitals, see `topics`.
        table.update(dict.fromkeys(names, f"nation {names[0]}"))
    return table


TABLE = _table()
CAPITALS = frozenset(
    """
    ottawa beijing moscow washington london brussels paris berlin rome madrid tokyo seoul pyongyang
    canberra brasilia bogota caracas havana dublin bern vienna warsaw budapest kyiv kiev ankara
    athens stockholm oslo copenhagen helsinki lisbon prague bucharest belgrade jerusalem tehran
    baghdad damascus beirut cairo riyadh doha islamabad kabul dhaka colombo kathmandu jakarta
    bangkok hanoi manila taipei wellington abuja nairobi khartoum pretoria accra rabat
    """.split()
)
MANY_WORDS = sorted((name for name in TABLE if not name.isalnum()), key=len, reverse=True)
WORDS = re.compile(
    rf"(?:{'|'.join(map(re.escape, MANY_WORDS))})(?!\w)|{WORD_OR_NUMBER}", re.IGNORECASE
)
# A sentence is compared with many others, and read once.
REMEMBERED = 2_000
# In lower case these are other words.
CAPITALS_ONLY = frozenset(("us", "un", "polish", "turkey", "jordan"))


@dataclass(frozen=True, slots=True)
class Topic:
    """A word that carries a topic: what it is compared by, and where it stands in its text."""

    stem: str
    span: Span

    @property
    def is_nation(self) -> bool:
        """Whether it names a country, its people or its government."""
        return self.stem.startswith("nation ")


@lru_cache(maxsize=REMEMBERED)
def topics(text: str) -> tuple[Topic, ...]:
    """Return the words of a text that carry its topic, in order."""
    found = []
    for match in WORDS.finditer(text):
        word = fold(match.group())
        named = word in CAPITALS_ONLY
        # "Won" is a stop word only in "won't", as "US" is none and "us" is.
        is_word = word == "won" and text[match.end() : match.end() + 1] not in {"'", "’"}
        is_word = is_word or (named and match.group().isupper()) or word not in STOP_WORDS
        if not is_word or len(word) < 2:
            continue
        if named and match.group().islower():
            compared = stem(word)
        else:
            compared = TABLE.get(word) or _stem(word)
        found.append(Topic(compared, Span(*match.span())))
    return tuple(found)


def topic_stems(text: str) -> frozenset[str]:
    """Return what the words of a text are compared by."""
    return frozenset(topic.stem for topic in topics(text))


def nation_of(name: str) -> str | None:
    """Return the country that a name stands for, None if it is not known to stand for one."""
    known = TABLE.get(fold(name.removeprefix("the ")), "")
    return known.removeprefix("nation ") if known.startswith("nation ") else None


def is_capital(name: str) -> bool:
    """Tell whether a name that stands for a country is its capital's, so a city's."""
    return fold(name.removeprefix("the ")) in CAPITALS


def _stem(word: str) -> str:
    # "Tarvian" belongs to "Tarvia", whether or not a table knows the place.
    base = word[:-1] if word.endswith("ian") and len(word) > 5 else word
    stemmed = stem(base)
    return TABLE.get(stemmed, stemmed)
