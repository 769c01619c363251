"""The dirt: how a clean record is spoilt, and the fate that the spoilt one must meet.

Each function takes fields that need no cleaning and returns the record to write; what cleaning
must make of it stands in its fate. Nothing here is left to chance of detection: mojibake is whole
(UTF-8 read as Windows-1252, unmapped bytes as Latin-1), HTML tags stand where removing them leaves
single spaces, contact data stand in a sentence of their own.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from sample.record import Fate, Record, json_line, mapped, messages
from sample.slots import between, pick

Fields = Mapping[str, Any]
_MARKS = ("\u200b", "\u200d", "\ufeff", "\u00ad")
_CONTROLS = ("\u0007", "\u0000", "\u0008", "\u000b", "\u001b", "\u001f")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_INNER_WORD = re.compile(r"(?<= )\w+(?= )")

CLOSINGS: Mapping[str, tuple[str, ...]] = {
    "[EMAIL]": (
        "Thư gửi về [EMAIL] để hỏi thêm.",
        "Ai quan tâm xin viết cho [EMAIL] nhé.",
        "Hộp thư [EMAIL] nhận ý kiến.",
        "Muốn biết thêm, viết tới [EMAIL] trước cuối tuần.",
    ),
    "[PHONE]": (
        "Gọi số [PHONE] để hỏi thêm.",
        "Số [PHONE] trực cả ngày.",
        "Liên hệ [PHONE] khi cần.",
        "Bà con có thể gọi [PHONE] sau giờ làm.",
    ),
    "[CITIZEN_ID]": (
        "Người đại diện mang CCCD [CITIZEN_ID] khi ký tên.",
        "Giấy tờ ghi CCCD [CITIZEN_ID] của chủ hộ.",
        "Số CCCD [CITIZEN_ID] đã được ghi sổ.",
        "Hồ sơ kèm CCCD [CITIZEN_ID] của người nhận.",
    ),
}
_MAIL_NAMES = ["lan", "minh", "hoa", "tuan", "thu", "khanh", "son", "linh"]
_MAIL_HOSTS = (
    "example.com",
    "example.org",
    "thu.example.net",
    "xa.example.vn",
    "toa-soan.example.vn",
)
_PROVINCES = ("001", "024", "031", "038", "046", "048", "060", "075", "079", "087", "092", "096")


def _kept(dirt: str, clean: Fields, change: Callable[[str], str]) -> Record:
    return Record(mapped(clean, change), Fate(dirt, "kept", "", "clean", clean))


def nfd(_: Random, clean: Fields) -> Record:
    """Letters and tone marks apart (NFD)."""
    return _kept("nfd", clean, lambda text: unicodedata.normalize("NFD", text))


def mojibake(_: Random, clean: Fields) -> Record:
    """UTF-8 bytes shown as Windows-1252."""
    return _kept("mojibake", clean, _misread)


def suits(change: Callable[[Random, Fields], Record], clean: Fields) -> bool:
    """Whether that dirt would show, and could be told from text that is meant so.

    One letter that was read wrongly is no evidence: "lá»›p 7G" may be anything.
    """
    if change is d_stroke:
        return any("Đ" in text for text in _texts(clean))
    if change is mojibake:
        strange = [sum(not letter.isascii() for letter in text) for text in _texts(clean)]
        return all(count == 0 or count >= 2 for count in strange)
    return True


def _misread(text: str) -> str:
    letters = []
    for byte in text.encode():
        try:
            letters.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            letters.append(chr(byte))
    return "".join(letters)


def d_stroke(_: Random, clean: Fields) -> Record:
    """The Icelandic Ð for Đ; the record must have a Đ."""
    return _kept("d_stroke", clean, lambda text: text.replace("Đ", "\u00d0"))


def html(rng: Random, clean: Fields) -> Record:
    """Tags around the whole and around inner words, entities for spaces, quotes and ampersands."""
    return _kept("html", clean, lambda text: _marked_up(rng, text))


def _marked_up(rng: Random, text: str) -> str:
    text = text.replace("&", "&amp;").replace('"', "&quot;")
    words = list(_INNER_WORD.finditer(text))
    if words:
        at = pick(rng, words)
        tag = pick(rng, ("b", "i", "strong", "em", "u"))
        text = f"{text[: at.start()]}<{tag}>{at.group()}</{tag}>{text[at.end() :]}"
        head, space, tail = text.partition(" ")
        text = (
            f"{head}&nbsp;{tail}"
            if rng.random() < 0.7 and ("<") not in head
            else head + space + tail
        )
    return pick(
        rng, ("<p>{}</p>", "<div>{}<br></div>", '<p class="tin">{}</p>', ("{}<br/>"))
    ).format(text)


def invisible(rng: Random, clean: Fields) -> Record:
    """Zero-width characters and soft hyphens inside words and between them."""
    return _kept("invisible", clean, lambda text: _sprinkled(rng, text, _MARKS, 3))


def control(rng: Random, clean: Fields) -> Record:
    """C0 control characters; JSON only, where they are escaped."""
    return _kept("control", clean, lambda text: _sprinkled(rng, text, _CONTROLS, 2))


def _sprinkled(rng: Random, text: str, marks: tuple[str, ...], count: int) -> str:
    for _ in range(count):
        at = between(rng, 1, len(text) - 1) if len(text) > 1 else 1
        text = text[:at] + pick(rng, marks) + text[at:]
    return text


def personal(rng: Random, clean: Fields) -> Record:
    """An invented e-mail address, phone or citizen number where `clean` has the placeholder."""
    kinds = {
        "[EMAIL]": ("email", _email),
        "[PHONE]": ("phone", _phone),
        "[CITIZEN_ID]": ("citizen_id", _citizen_id),
    }
    mark = next(mark for mark in kinds if any(mark in text for text in _texts(clean)))
    dirt, invent = kinds[mark]
    value = invent(rng)
    return _kept(dirt, clean, lambda text: text.replace(mark, value))


def _texts(fields: Fields) -> list[str]:
    rejected = [fields["rejected"]] if "rejected" in fields else []
    return [turn["content"] for turn in messages(fields)] + rejected


def _digits(rng: Random, count: int) -> str:
    return "".join(str(between(rng, 0, 9)) for _ in range(count))


def _email(rng: Random) -> str:
    name = f"{pick(rng, _MAIL_NAMES)}{pick(rng, ('.', '_', ''))}{pick(rng, _MAIL_NAMES)}"
    return f"{name}{pick(rng, ('', _digits(rng, 2)))}@{pick(rng, _MAIL_HOSTS)}"


def _phone(rng: Random) -> str:
    first = pick(rng, ("91", "98", "35", "70", "86", "77")) + str(between(rng, 0, 9))
    middle, last = _digits(rng, 3), _digits(rng, 3)
    return pick(rng, ("0{} {} {}", "0{}{}{}", "+84 {} {} {}", ("0{}.{}.{}"))).format(
        first, middle, last
    )


def _citizen_id(rng: Random) -> str:
    """Twelve digits: province, century and sex, year, six more."""
    return pick(rng, _PROVINCES) + pick(rng, "0123") + _digits(rng, 2) + _digits(rng, 6)


def legacy_bytes(text: str) -> bytes:
    """The text in Windows-1258, whose tone marks are characters of their own."""
    parts: list[str] = []
    for letter in text:
        pieces = unicodedata.normalize("NFD", letter)
        tones = "".join(piece for piece in pieces if piece in _TONES)
        base = "".join(piece for piece in pieces if piece not in _TONES)
        parts.append(unicodedata.normalize("NFC", base) + tones)
    return "".join(parts).encode("cp1258")


def legacy(_: Random, clean: Fields) -> Record:
    """A line of the old file in Windows-1258."""
    fate = Fate("legacy_encoding", "kept", "", "clean", clean)
    return Record(clean, fate, legacy_bytes(clean["text"]))


def empty_answer(rng: Random, clean: Fields) -> Record:
    """No answer, or white space for one."""
    blank = pick(rng, ("", "", " ", "   ", " \n "))
    fate = Fate("empty_answer", "rejected", "empty_answer", "clean")
    if "messages" in clean:
        *turns, last = clean["messages"]
        return Record({**clean, "messages": [*turns, last | {"content": blank}]}, fate)
    answer = "output" if "output" in clean else "answer"
    return Record({**clean, answer: blank.replace("\n", "")}, fate)


def truncated_json(rng: Random, clean: Fields) -> Record:
    """A JSON line cut off somewhere in its middle."""
    line = json_line(clean).decode()
    cut = line[: between(rng, len(line) * 3 // 10, len(line) * 8 // 10)].rstrip()
    return Record(clean, Fate("truncated_json", "rejected", "invalid_json", "ingest"), cut.encode())


def invalid_utf8(rng: Random, clean: Fields) -> Record:
    """A JSON line with one byte that cannot stand in UTF-8."""
    line = json_line(clean).decode()
    at = between(rng, len(line) * 3 // 10, len(line) * 7 // 10)
    raw = line[:at].encode() + pick(rng, (b"\xff", b"\xfe", b"\xc0")) + line[at:].encode()
    return Record(clean, Fate("invalid_utf8", "rejected", "invalid_utf8", "ingest"), raw)


def language(fields: Fields) -> Record:
    """A record in another language."""
    return Record(fields, Fate("language", "rejected", "language", "clean"))


def exact_duplicate(fields: Fields) -> Record:
    """The same conversation once more."""
    return Record(fields, Fate("exact_duplicate", "duplicate", "exact", "clean"))


def near_duplicate(rng: Random, clean: Fields) -> Record:
    """The same record with a word or two put before its first text."""
    key = next(key for key in ("text", "context", "instruction", "prompt") if clean.get(key))
    first = clean[key]
    if key in ("text", "context"):
        changed = f"{pick(rng, ('Tin mới', 'Tin địa phương', 'Bản tin'))}: {first}"
    else:
        changed = f"{pick(rng, ('Này', 'Xin chào', 'Làm ơn'))}, {first[0].lower()}{first[1:]}"
    return Record(
        {**clean, key: changed}, Fate("near_duplicate", "near_duplicate", "minhash", ("clean"))
    )
