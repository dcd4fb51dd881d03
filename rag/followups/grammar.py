"""Grammar: the closed classes of English words, and the names that a question is full of.

Plain lists, folded. They tell function words from the words between them, people from places, one
from many. Knows nothing of questions.
"""

BE = frozenset("is are was were am be been being".split())
DO = frozenset("do does did".split())
HAVE = frozenset("has have had having".split())
MODALS = frozenset("can could will would shall should may might must".split())
AUXILIARIES = BE | DO | HAVE | MODALS
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
# What asks for a circumstance, and leaves no gap among the things that its clause speaks of.
ADVERBS_ASKED = frozenset("when where why how".split())
PREPOSITIONS = frozenset(
    """
    of in on at by for with about against between into through during before after above below to
    from over under per via upon within without toward towards among across along around since
    until till despite near behind beyond inside outside off onto out than like as regarding
    """.split()
)
TIME_PREPOSITIONS = frozenset("before after since until till during".split())
# What may stand between capitals in one name: "Bank of Japan", "Ursula von der Leyen".
LINKS = frozenset("of the de la le del da von van der den bin al el".split())
AMOUNTS = frozenset("many much".split())
# Adjectives of degree: "how deep", "how often".
MEASURES = frozenset(
    """
    long old big large far high tall fast often deep wide heavy hot cold effective likely close
    serious severe common expensive dangerous safe rich poor popular late early soon quickly badly
    strong bad good
    """.split()
)
ARTICLES = frozenset("the a an".split())
DETERMINERS = ARTICLES | frozenset(
    "this that these those some any each every all both no its his her their our my your".split()
)
# What belongs to a verb: "shut down".
PARTICLES = frozenset("down up off out away back apart together abroad home".split())
CONJUNCTIONS = frozenset("and or but because if while although though unless whether nor".split())
ADVERBS = frozenset(
    """
    not also ever still already really actually just even only again now too either yet first last
    once according often usually always never recently finally currently officially exactly so
    """.split()
)
HE = frozenset("he him his himself".split())
SHE = frozenset("she her hers herself".split())
IT = frozenset("it its itself".split())
THEY = frozenset("they them their theirs themselves".split())
POSSESSIVES = frozenset("his her its their".split())
PRONOUNS = HE | SHE | IT | THEY
# What may be said of what is the case: "Is it legal that …?".
OF_FACTS = frozenset(
    """
    true legal illegal right wrong normal fair common possible new unusual safe certain good bad
    enough likely unlikely dangerous serious important unprecedented
    """.split()
)
INDEFINITE = frozenset(
    "anyone anybody someone somebody anything something anywhere somewhere".split()
)

MONTHS = frozenset(
    """
    january february march april may june july august september october november december
    """.split()
)
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
TIME_NOUNS = frozenset(
    """
    year month week day today yesterday tomorrow tonight morning evening afternoon night decade
    century summer winter spring autumn quarter season weekend moment time years months weeks days
    """.split()
)

MALE_TITLES = frozenset("mr sir lord king prince pope father brother duke sheikh".split())
FEMALE_TITLES = frozenset("mrs ms miss lady queen princess sister dame duchess madame".split())
TITLES = (
    MALE_TITLES
    | FEMALE_TITLES
    | frozenset(
        """
        dr prof professor president senator minister judge justice general colonel captain
        chancellor premier governor mayor congressman congresswoman
        """.split()
    )
)
MALE_NAMES = frozenset(
    """
    adam alan albert alexander alexei ali andreas andrew anthony antonio ben benjamin bill bob boris
    brian carlos charles chris christopher colin daniel david dmitry dominic donald ed eduardo
    edward emmanuel eric erik frank fred friedrich gary george giorgio greg hans hassan henry hugo
    ian ivan jack jacob jake james jason javier jean jeff jens jeremy jerome jim jimmy joao joe john
    johan jonathan jorge jose joseph juan justin karl keir keith ken kevin klaus larry lars lee luis
    luke marco marcus mario mark martin matthew michael miguel mike mikhail mohamed mohammed
    muhammad narendra nicolas nick nigel oleg oliver olaf omar oscar pablo patrick paul pavel pedro
    peter philip pierre recep richard rob robert roger roland ron sam samuel scott sebastian sergei
    sergio simon stefan stephen steve steven thomas tim tom tony viktor vincent vladimir volodymyr
    walter will william xavier yusuf
    """.split()
)
FEMALE_NAMES = frozenset(
    """
    alexandra alice amanda amy ana andrea angela anna anne annie barbara beatriz caroline catherine
    charlotte christine claire claudia cristina diana eleanor elena elisabeth elizabeth ella emily
    emma eva fatima fiona florence francesca giorgia grace hanna hannah helen ingrid irene isabel
    jacinda jane janet jennifer jessica joan julia julie kaja kamala karen kate katherine kathy
    laura linda lisa liz lucy magdalena margaret maria marie marina marine mary mette michelle
    miriam monica nancy natalia nicola nina olga olivia patricia paula priya rachel rebecca rosa
    ruth sanna sandra sara sarah sofia sophie susan svetlana tanya teresa theresa ursula valerie
    vera veronica victoria yulia
    """.split()
)
PEOPLE = frozenset(
    """
    man woman men women child children people person persons boy boys girl girls police staff crew
    crews wife husband son daughter mother father brother sister friend family parents victim
    victims suspect suspects chief chiefs boss bosses head ceo mp mps candidate candidates pope king
    queen prince princess president presidents premier chancellor secretary spokesman spokeswoman
    coach captain judge judges mayor mayors general widow guest guests
    """.split()
)
# What names somebody by what they do mostly ends so: "drivers", "editors", "analyst".
PEOPLE_ENDINGS = (
    *("er", "ers", "or", "ors", "ist", "ists", "ian", "ians", "ee", "ees", "man", "men", "nurse"),
    *("nurses", "pilots", "pilot", "agents", "students", "women", "woman"),
)
THINGS_THAT_END_LIKE_PEOPLE = frozenset(
    """
    number numbers order orders offer offers paper papers water power tower border centre summer
    winter quarter color error motor tractor newspaper newspapers river rivers matter matters factor
    sector sectors member-state computer computers tanker tankers container cancer order weather
    silver copper lumber timber rubber butter beer fibre fiber sugar labor labour floor door harbor
    harbour corridor coffee fee fees tree trees committee committees degree degrees list lists
    corner shelter disaster disasters ladder letter letters career freighter
    """.split()
)
PLURALS = frozenset("people men women children police crews media data".split())
SINGULARS_IN_S = frozenset(
    "news politics economics crisis analysis basis measles series species gas bus campus".split()
)

# Countries as they are written, each with the adjective that goes with it.
COUNTRIES = {
    country.replace("_", " "): adjective
    for country, adjective in (
        entry.split(":")
        for entry in """
        afghanistan:afghan albania:albanian algeria:algerian argentina:argentine armenia:armenian
        america:american australia:australian austria:austrian azerbaijan:azerbaijani
        bangladesh:bangladeshi belarus:belarusian belgium:belgian bolivia:bolivian bosnia:bosnian
        brazil:brazilian britain:british bulgaria:bulgarian cambodia:cambodian cameroon:cameroonian
        canada:canadian chile:chilean china:chinese colombia:colombian congo:congolese
        croatia:croatian cuba:cuban cyprus:cypriot czechia:czech denmark:danish ecuador:ecuadorian
        egypt:egyptian england:english estonia:estonian ethiopia:ethiopian europe:european
        finland:finnish france:french georgia:georgian germany:german ghana:ghanaian greece:greek
        greenland:greenlandic guatemala:guatemalan haiti:haitian honduras:honduran hungary:hungarian
        iceland:icelandic india:indian indonesia:indonesian iran:iranian iraq:iraqi ireland:irish
        israel:israeli italy:italian jamaica:jamaican japan:japanese jordan:jordanian
        kazakhstan:kazakh kenya:kenyan kosovo:kosovan kuwait:kuwaiti laos:laotian latvia:latvian
        lebanon:lebanese libya:libyan lithuania:lithuanian luxembourg:luxembourgish malawi:malawian
        malaysia:malaysian mali:malian malta:maltese mexico:mexican moldova:moldovan
        mongolia:mongolian morocco:moroccan mozambique:mozambican myanmar:burmese namibia:namibian
        nepal:nepalese netherlands:dutch new_zealand:zealander nicaragua:nicaraguan niger:nigerien
        nigeria:nigerian north_korea:korean norway:norwegian oman:omani pakistan:pakistani
        palestine:palestinian panama:panamanian paraguay:paraguayan peru:peruvian
        philippines:philippine poland:polish portugal:portuguese qatar:qatari romania:romanian
        russia:russian rwanda:rwandan saudi_arabia:saudi scotland:scottish senegal:senegalese
        serbia:serbian singapore:singaporean slovakia:slovak slovenia:slovenian somalia:somali
        south_africa:african south_korea:korean spain:spanish sudan:sudanese sweden:swedish
        switzerland:swiss syria:syrian taiwan:taiwanese tanzania:tanzanian thailand:thai
        tunisia:tunisian turkey:turkish uganda:ugandan ukraine:ukrainian us:american u.s:american
        u.s.:american usa:american uk:british united_states:american united_kingdom:british
        uruguay:uruguayan venezuela:venezuelan vietnam:vietnamese wales:welsh yemen:yemeni
        zambia:zambian zimbabwe:zimbabwean eu:european european_union:european africa:african
        asia:asian
        """.split()
    )
}
# Cities that stand for a country's government, or are in the news as often as countries.
CITIES = frozenset(
    """
    washington beijing moscow london paris berlin brussels rome madrid tokyo ottawa kyiv kiev ankara
    tehran jerusalem delhi cairo vienna warsaw budapest athens lisbon dublin oslo stockholm
    copenhagen helsinki geneva davos seoul pyongyang taipei canberra riyadh doha dubai baghdad
    damascus beirut kabul islamabad nairobi pretoria lagos havana caracas brasilia santiago bogota
    """.split()
)
# What is said of something after "is", and not before a noun.
PREDICATES = frozenset(
    """
    free open closed dead alive guilty safe ready legal illegal ill sick available angry sure able
    willing likely responsible afraid happy worried aware missing pregnant worth
    """.split()
)
COUNTRY_ADJECTIVES = frozenset(COUNTRIES.values())
# What stands for a name whose kind it gives: "that country", "the company".
CLASS_NOUNS = {
    "country": "place",
    "countries": "place",
    "nation": "place",
    "nations": "place",
    "city": "place",
    "town": "place",
    "place": "place",
    "region": "place",
    "company": "group",
    "firm": "group",
    "group": "group",
    "party": "group",
    "organisation": "group",
    "organization": "group",
    "man": "person",
    "woman": "person",
    "person": "person",
}
