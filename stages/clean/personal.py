"""Personal data → typed placeholders: ``[EMAIL] [PHONE] [CITIZEN_ID] [BANK_CARD] [IP_ADDRESS]``.

What is only a number is taken for personal data where its form, its checksum or the word before it
says so. Years, prices, dates, numbers of laws and chapters, versions, ISBN and tax numbers stay.
"""

import ipaddress
import re
from collections.abc import Callable

Test = Callable[[re.Match[str]], bool]

_GAP = r"[ .\-]?"
# Not inside a longer number, nor after its thousands or decimal separator.
_BEFORE = r"(?<![\w+])(?<!\d[.,\-])"
_AFTER = r"(?!\w)"

# The last label is of one case, so that "a@b.vn.Xin chào" ends at "vn".
_EMAIL = re.compile(
    r"(?<![\w.%+\-])(?!git@)[\w%+][\w.%+\-]{0,63}@(?:[\w\-]{1,63}\.){1,8}"
    r"(?:[^\WA-Z\d_]{2,24}|[A-Z]{2,24})(?![^\W_]|\()"
)

# Nine digits of a mobile number after the 0 or +84, ungrouped or grouped as they are written.
_MOBILE = (
    r"[35789](?:\d{8}|\d{2}[ .\-]\d{3}[ .\-]\d{3}|\d[ .\-]\d{3}[ .\-]\d{4}|[ .\-]\d{4}[ .\-]\d{4}"
    r"|\d{2}[ .\-]\d{6}|\d[ .\-]\d{7}|\d{2}[ .\-]\d{2}[ .\-]\d{2}[ .\-]\d{2}"
    r"|\d[ .\-]\d{3}[ .\-]\d{2}[ .\-]\d{2})"
)
# Ten digits until September 2018 (Decision 798/QĐ-BTTTT): 0120 to 0129, 0162 to 0169, 0186 …
_OLD_MOBILE = rf"1(?:2\d|6[2-9]|8[68]|99){_GAP}\d{{3}}{_GAP}\d{{4}}"
# Ten digits of a fixed line: area 2xx with seven more, or 24 (Hà Nội), 28 (TP HCM) with eight;
# until 2017 these two were 4 and 8.
_FIXED = (
    rf"(?:(?:2?[48])\)?{_GAP}[2-7]\d{{3}}{_GAP}\d{{4}}"
    rf"|2\d{{2}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}|2\d{{2}}\)?{_GAP}\d{{4}}{_GAP}\d{{3}})"
)
_PREFIX = rf"(?:(?:\+|00)84{_GAP}(?:\(0\){_GAP})?|\(?0)"
_PHONE = re.compile(
    rf"{_BEFORE}(?:{_PREFIX}(?:{_MOBILE}|{_OLD_MOBILE}|{_FIXED})|84[35789]\d{{8}}){_AFTER}"
)
# After such a word any number of that length is one, however it is grouped ("ĐT: 0511-3.822.178").
_NAMED_PHONE = re.compile(
    r"(?i:\b(?:đt|sđt|dt|sdt|tel|điện thoại|đ\.thoại|phone|mobile|hotline|fax|zalo|viber|whatsapp))"
    r"(?:[ \t]*(?:số|là|:|\.|\())*[ \t]*"
    r"(?P<number>(?:\(?\+?84[ .\-)]{0,2}|\(?0)\d(?:[ .\-()]{0,2}\d){7,9})" + _AFTER
)

# The codes of the provinces (Circular 07/2016/TT-BCA, annex 1); then century and sex, 0 to 3 for
# those born up to 2099; year of birth; six digits.
_PROVINCE = (
    r"0(?:0[12468]|1[0124579]|2[024567]|3[01345678]|4[024568 9]|5[124 68]|6[024678]|7[024579]"
    r"|8[0234679]|9[1-6])"
).replace(" ", "")
_CITIZEN_ID = re.compile(
    rf"{_BEFORE}{_PROVINCE}(?:[0-3]\d{{8}}|[0-3] \d{{4}} \d{{4}}"
    rf"|(?P<gap>[ .\-])[0-3]\d{{2}}(?P=gap)\d{{3}}(?P=gap)\d{{3}}){_AFTER}"
)
# The identity card until 2021, nine digits: too many things have nine, so only by its name.
_OLD_CITIZEN_ID = re.compile(
    r"(?i:\b(?:cmnd|cmtnd|cmt|chứng minh (?:nhân dân|thư)|cccd|căn cước(?: công dân)?))"
    r"(?:[ \t]*(?:số|là|:|\.))*[ \t]*(?P<number>\d{3}(?P<sep>[ .\-]?)\d{3}(?P=sep)\d{3}"
    r"(?:(?P=sep)\d{3})?)" + _AFTER
)

# 13 to 19 digits that begin as an issuer's do: Visa, Mastercard, Amex, Diners, JCB, UnionPay,
# Discover, NAPAS (9704, Vietnam); in one piece, in fours, or as Amex prints them.
_BANK_CARD = re.compile(
    rf"{_BEFORE}(?=4|5[1-5]|2[2-7]|3[45678]|6[025]|9704)"
    r"(?:\d{13,19}|\d{4}([ \-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ \-])\d{6}\2\d{5})" + _AFTER
)
# After such a word sixteen digits, or NAPAS's nineteen, are one even if a digit is wrong.
_NAMED_CARD = re.compile(
    r"(?i:\b(?:thẻ (?:tín dụng|ghi nợ|ngân hàng|atm|visa|mastercard|jcb|napas)|visa|mastercard"
    r"|credit card|debit card))(?:[ \t]*(?:số|là|:|\.))*[ \t]*"
    r"(?P<number>\d{4}(?:[ \-]?\d{4}){3}(?:[ \-]?\d{3})?)" + _AFTER
)

_IP_V4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IP_V6 = re.compile(
    r"(?<![\w:.])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])"
)

# The word that stands right before a number and says what it is instead.
_OTHER_NUMBER = re.compile(
    r"(?i)(?:\b(?:mã số thuế|mst|mã|isbn|issn|barcode|upc|ean|serial|số hiệu|số seri|sê-?ri"
    r"|số tài khoản|stk|tài khoản|vận đơn|đơn hàng|hóa đơn|hoá đơn|số thẻ|tax code))"
    r"(?:[ \t]*(?:số|là|hàng|vạch|doanh nghiệp|:|\.|#|-))*[ \t]*\Z"
)
# And further numbers after an ISBN.
_ISBN = re.compile(r"ISBN[\s\dXx:.,;/()–\-]*\Z")
_VERSION = re.compile(
    r"(?i)(?:\b(?:v|ver|version|phiên bản|bản|build|release|mục|điều|khoản|chương|phần|bài|hình"
    r"|bảng|tiểu mục|section|python|android|ios|chrome|windows|firmware)|[§#=])[ \t.:]*\Z"
)
_ADDRESS = re.compile(r"(?i)\b(?:ip|ipv4|ipv6|ping|host|server|máy chủ|địa chỉ)\W{0,3}\Z")
_MONEY = re.compile(r"(?i)[ \t]*(?:đồng|đ\b|vnđ|vnd|usd|\$|₫|tỷ|tỉ|triệu)")
# Open resolvers, in every tutorial: nobody's own address.
_PUBLIC = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222"}
_CONTEXT = 30  # characters before a number that are looked at


def email(text: str) -> str:
    """E-mail addresses to ``[EMAIL]``; ``git@`` names no person."""
    return _EMAIL.sub("[EMAIL]", text)


def phone(text: str) -> str:
    """Vietnamese phone numbers to ``[PHONE]``: mobile and fixed, today's and those until 2017 and
    2018, with 0 or +84, grouped or not. Hotlines (1900, 1800, 113) are no person's."""
    text = _PHONE.sub(_unless("[PHONE]", _other), text)
    return _NAMED_PHONE.sub(lambda m: _in_place(m, "[PHONE]"), text)


def citizen_id(text: str) -> str:
    """Citizen identity numbers (twelve digits that begin with a province) to ``[CITIZEN_ID]``, and
    those of nine digits where they are named."""
    text = _CITIZEN_ID.sub(_unless("[CITIZEN_ID]", _other), text)
    return _OLD_CITIZEN_ID.sub(lambda m: _in_place(m, "[CITIZEN_ID]"), text)


def bank_card(text: str) -> str:
    """Card numbers to ``[BANK_CARD]``: an issuer's first digits, and Luhn's checksum is right; or
    they are named."""
    text = _BANK_CARD.sub(_unless("[BANK_CARD]", lambda match: not luhn(match.group())), text)
    return _NAMED_CARD.sub(lambda m: _in_place(m, "[BANK_CARD]"), text)


def luhn(number: str) -> bool:
    """Whether the digits of ``number`` have a right checksum (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def ip_address(text: str) -> str:
    """Public IP addresses to ``[IP_ADDRESS]``; private ones, examples and open resolvers stay.

    Four small numbers with dots are a chapter or a version unless a word before says otherwise.
    """
    if text.count(".") > 2:
        text = _IP_V4.sub(_unless("[IP_ADDRESS]", _no_v4), text)
    if text.count(":") > 1:
        text = _IP_V6.sub(
            _unless("[IP_ADDRESS]", lambda match: not _is_global(match.group())), text
        )
    return text


def _no_v4(match: re.Match[str]) -> bool:
    number, before = match.group(), _context(match)
    if number in _PUBLIC or not _is_global(number) or _VERSION.search(before):
        return True
    if _ADDRESS.search(before):
        return False
    first, *others = number.split(".")
    thousands = all(len(part) == 3 for part in others)  # "100.200.100.200 đồng"
    money = _MONEY.match(match.string, match.end()) is not None
    return money or thousands or max(map(int, (first, *others))) < 100


def _is_global(number: str) -> bool:
    try:
        return ipaddress.ip_address(number).is_global
    except ValueError:
        return False


def _context(match: re.Match[str]) -> str:
    return match.string[max(0, match.start() - _CONTEXT) : match.start()]


def _other(match: re.Match[str]) -> bool:
    """Whether the word before says that the number is of another kind."""
    before = _context(match)
    return _ISBN.search(before) is not None or _OTHER_NUMBER.search(before) is not None


def _unless(placeholder: str, excepted: Test) -> Callable[[re.Match[str]], str]:
    return lambda match: match.group() if excepted(match) else placeholder


def _in_place(match: re.Match[str], placeholder: str) -> str:
    """The match with its group ``number`` replaced."""
    return match.group()[: match.start("number") - match.start()] + placeholder
