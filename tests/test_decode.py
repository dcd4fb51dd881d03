import codecs
import contextlib
import gzip
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.decode import MAX_GZIP_PARTS, decode, gunzip, is_gzip
from index.errors import ArticleError

MIB = 1024**2

# The same invented report in each language, in the encodings that its readers had before UTF-8.
REPORTS = {
    "en": "“We can’t build what we can’t pay for,” said the mayor – who’d backed the £45m plan.",
    "fr": "Le conseil a voté le report du terminal, dont le coût s'élève à 45 millions d'euros. "
    "« Nous ne pouvons pas bâtir ce que nous ne pouvons payer », a déclaré la maire.",
    "de": "Der Stadtrat hat beschlossen, den Bau des Fährhafens zu verschieben. „Wir können nicht "
    "bauen, was wir nicht bezahlen können“, hieß es. Anwohner begrüßten die Entscheidung.",
    "es": "El ayuntamiento votó a favor de aplazar la terminal. «No podemos construir lo que no "
    "podemos pagar», señaló la alcaldesa. ¿Y qué pasará este año? Los vecinos esperarán.",
    "pt": "A câmara decidiu adiar a construção do terminal, cujo custo já chega a 45 milhões. As "
    "associações de moradores elogiaram a decisão, mas os cafés da região têm preocupações.",
    "it": "Il consiglio ha deciso martedì di rinviare il terminal, perché il costo è salito. La "
    "sindaca ha detto che la città non può pagare; i caffè temono che l’estate sarà più dura.",
    "sv": "Fullmäktige beslutade på tisdagen att skjuta upp färjeterminalen. ”Vi kan inte bygga "
    "det vi inte har råd att betala”, säger kommunalrådet. Kaféägare är oroliga för sommaren.",
    "da": "Byrådet besluttede at udskyde færgeterminalen, fordi prisen er steget. »Vi kan ikke "
    "bygge noget, vi ikke har råd til at betale,« siger borgmesteren. Caféejerne på kajen frygter.",
    "pl": "Rada zdecydowała o odłożeniu budowy terminalu, ponieważ koszty wzrosły. Mieszkańcy "
    "przyjęli tę decyzję z ulgą, ale właściciele kawiarni obawiają się, że lato będzie trudne.",
    "cs": "Městská rada rozhodla odložit stavbu přístavního terminálu, protože náklady stouply. "
    "Nemůžeme stavět něco, co nedokážeme zaplatit, řekla starostka, která plán podporovala.",
    "hu": "A városi tanács úgy döntött, hogy elhalasztja a kompkikötő építését. Nem építhetünk "
    "olyasmit, amit nem tudunk kifizetni – mondta a polgármester, aki még támogatta a tervet.",
    "tr": "Belediye meclisi yeni feribot iskelesinin yapımını erteleme kararı aldı. "
    "Ödeyemeyeceğimiz bir şeyi inşa edemeyiz diyen başkan, planı desteklemişti. Halk sevinçli.",
    "ru": "Городской совет во вторник решил отложить строительство нового паромного терминала. Мы "
    "не можем строить то, за что не в состоянии заплатить, заявила мэр. Жители согласны.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε να αναβάλει την κατασκευή του νέου σταθμού. Δεν "
    "μπορούμε να χτίσουμε κάτι που δεν μπορούμε να πληρώσουμε, δήλωσε η δήμαρχος.",
    "he": "מועצת העיר החליטה ביום שלישי לדחות את בניית מסוף המעבורות החדש, לאחר שהעלות עלתה. "
    "איננו יכולים לבנות את מה שאיננו יכולים לשלם עבורו, אמרה ראשת העיר, שתמכה בתוכנית.",
    "ar": "قرر مجلس المدينة يوم الثلاثاء تأجيل بناء محطة العبارات الجديدة بعد أن ارتفعت التكلفة. "
    "وقالت رئيسة البلدية إنه لا يمكننا أن نبني ما لا نستطيع دفع ثمنه. ورحب السكان بالقرار.",
    "th": "สภาเทศบาลมีมติเมื่อวันอังคารให้เลื่อนการก่อสร้างท่าเรือข้ามฟากแห่งใหม่ออกไป หลังจากค่าใช้จ่ายเพิ่มขึ้น",
    "ja": "市議会は火曜日、新しいフェリーターミナルの建設を延期することを決めた。"
    "費用が膨らんだためだ。「支払えないものを建てることはできない」と市長は述べた。",
    "zh": "市议会星期二决定推迟修建新的渡轮码头，因为费用已经上涨。"
    "市长说，我们不能建造付不起钱的东西。",
    "zh-TW": "市議會星期二決定延後興建新的渡輪碼頭，因為費用已經上漲。"
    "市長說，我們不能建造付不起錢的東西。",
    "ko": "시의회는 화요일 새로운 여객선 터미널 건설을 연기하기로 결정했다. "
    "비용이 늘어났기 때문이다. 시장은 우리가 지불할 수 없는 것을 지을 수는 없다고 말했다.",
}
ENCODINGS = {
    "cp1252": "en fr de es pt it sv da",
    "cp1250": "pl cs hu",
    "iso8859_2": "pl cs",
    "cp1254": "tr",
    "cp1251": "ru",
    "koi8_r": "ru",
    "cp866": "ru",
    "cp1253": "el",
    "iso8859_7": "el",
    "cp1255": "he",
    "cp1256": "ar",
    "cp874": "th",
    "shift_jis": "ja",
    "euc_jp": "ja",
    "gb18030": "zh",
    "big5": "zh-TW",
    "cp949": "ko",
}
LEGACY = [(code, encoding) for encoding, codes in ENCODINGS.items() for code in codes.split()]


def reason_of(data: bytes, charset: str | None = None) -> str:
    with pytest.raises(ArticleError) as caught:
        decode(data, charset)
    return str(caught.value)


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
def test_a_text_in_an_older_encoding_is_read_right(language: str, encoding: str) -> None:
    assert decode(REPORTS[language].encode(encoding)) == REPORTS[language]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_no_text(encoding: str) -> None:
    for text in REPORTS.values():
        assert decode(text.encode(encoding), "latin-1") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_either_order_of_bytes_is_read(encoding: str) -> None:
    assert decode(f"\ufeff{REPORTS['fr']}".encode(encoding)) == REPORTS["fr"]


@given(st.text())
@example("a\r\nb\rc\n\u2028d")
def test_utf8_is_kept_character_for_character(text: str) -> None:
    if "\0" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode()) == text


def test_a_declared_encoding_is_believed_where_it_fits() -> None:
    assert decode("Ñandú".encode("mac_roman"), "macintosh") == "Ñandú"
    assert decode("\u0142\u00f3d\u017a".encode("iso8859_2"), "ISO-8859-2") == "łódź"
    assert decode("x é".encode("utf-16-le"), "utf-16-le") == "x é"


@pytest.mark.parametrize("charset", ["latin-1", "ISO-8859-1", "us-ascii", "windows-1252"])
def test_names_of_encodings_mean_what_they_mean_on_the_web(charset: str) -> None:
    assert decode(b"\x93Ties froze\x94", charset) == "“Ties froze”"


def test_valid_utf8_is_utf8_whatever_was_declared() -> None:
    assert decode("Fährhafen".encode(), "latin-1") == "Fährhafen"


@pytest.mark.parametrize(
    "charset", ["nonsense", "a\0b", "punycode", "unicode_escape", "hex", "rot13", "idna", "", " "]
)
def test_a_declared_encoding_that_is_none_of_texts_is_ignored(charset: str) -> None:
    assert decode(b"Ties \\u0041 froze", charset) == "Ties \\u0041 froze"


def test_a_declared_encoding_that_does_not_fit_is_ignored() -> None:
    assert decode(REPORTS["de"].encode("cp1252"), "utf-8") == REPORTS["de"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\x00b", "it is a binary file, not text"),
        (codecs.BOM_UTF16_LE + b"a", "it is not UTF-16 text (byte 2); save it as UTF-8"),
        (codecs.BOM_UTF8 + b"\xff", "it is not UTF-8 text (byte 0); save it as UTF-8"),
        (
            "Fährhäfen für Öresundfähren".encode() + b" \xff.",
            "it is not UTF-8 text (byte 33); save it as UTF-8",
        ),
        (
            bytes(range(1, 256)) * 4,
            "it is not text in an encoding that can be told; save it as UTF-8",
        ),
    ],
)
def test_what_is_not_text_is_refused_with_what_to_do(data: bytes, reason: str) -> None:
    assert reason_of(data) == reason


def test_text_cut_off_within_a_character_is_not_taken_for_another_encoding() -> None:
    assert reason_of(REPORTS["ru"].encode()[:-2]).startswith("it is not UTF-8 text")


@pytest.mark.parametrize("encoding", ["mac_roman", "cp437"])
def test_a_text_in_which_no_language_shows_is_refused(encoding: str) -> None:
    data = REPORTS["fr"].replace("«", "").replace("»", "").encode(encoding)
    assert reason_of(data) == "it is not text in an encoding that can be told; save it as UTF-8"


@given(st.binary(), st.sampled_from([None, "utf-8", "cp1252", "gbk", "utf-16", "iso2022_jp"]))
def test_any_bytes_are_text_or_refused(data: bytes, charset: str | None) -> None:
    with contextlib.suppress(ArticleError):
        assert len(decode(data, charset)) <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        REPORTS["fr"].encode("cp1252") * (16 * MIB // 180),
        b"Ties froze. " * (16 * MIB // 12) + "Très gelé. L'été a été gelé.".encode("cp1252"),
        b"Ties froze.\n" * (16 * MIB // 12) + "Très gelé. L'été a été gelé.\n".encode("cp1252"),
    ],
)
def test_a_large_text_in_an_older_encoding_takes_seconds(data: bytes) -> None:
    start = time.monotonic()
    assert decode(data) == data.decode("cp1252")
    assert time.monotonic() - start < 10


def test_gzip_is_told_by_its_first_bytes() -> None:
    assert is_gzip(gzip.compress(b""))
    assert not is_gzip(b"\x1f")
    assert not is_gzip(b"Ties froze.")


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(0, 3))
def test_the_parts_of_a_gzip_file_are_read_in_order(parts: list[bytes], zeros: int) -> None:
    packed = b"".join(map(gzip.compress, parts)) + bytes(zeros)
    assert gunzip(packed, MIB) == b"".join(parts)


@given(st.integers(0, 50), st.integers(-3, 3))
def test_no_more_than_the_limit_comes_out(limit: int, more: int) -> None:
    size = max(0, limit + more)
    packed = gzip.compress(b"a" * (size // 2)) + gzip.compress(b"a" * (size - size // 2))
    if size <= limit:
        assert len(gunzip(packed, limit)) == size
    else:
        with pytest.raises(ArticleError, match=r"^it is larger than 0 MiB when decompressed$"):
            gunzip(packed, limit)


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * MIB))
    with pytest.raises(ArticleError, match=r"^it is larger than 16 MiB when decompressed$"):
        gunzip(bomb, 16 * MIB)


def test_a_gzip_file_of_countless_parts_is_refused() -> None:
    with pytest.raises(ArticleError, match="more than 10,000 parts"):
        gunzip(gzip.compress(b"") * (MAX_GZIP_PARTS + 1), MIB)


@given(st.binary(max_size=300), st.data())
def test_a_gzip_file_that_is_cut_off_is_refused(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    with pytest.raises(ArticleError, match="cut off"):
        gunzip(cut, MIB)


def test_a_damaged_gzip_file_is_refused() -> None:
    packed = bytearray(gzip.compress(b"Ties froze. " * 50))
    packed[-6] ^= 1
    for data in (bytes(packed), gzip.compress(b"x") + b"no gzip follows here", b"no gzip at all"):
        with pytest.raises(ArticleError, match=r"^it is a damaged gzip file$"):
            gunzip(data, MIB)


@given(st.binary(max_size=100))
def test_any_bytes_after_a_gzip_start_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ArticleError):
        assert len(gunzip(gzip.compress(b"x")[:10] + data, 1000)) <= 1000
