"""Personal data goes, and numbers of other kinds stay."""

import pytest

from stages.clean import personal


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("gửi lan.anh_2@thu.example.com.vn.", "gửi [EMAIL]."),
        ("<a+b@x-y.org>, c@d.vn;", "<[EMAIL]>, [EMAIL];"),
        ("thư: nguyễn@làng.vn", "thư: [EMAIL]"),
        ("@lan ở a@b, 3@5 nghìn", "@lan ở a@b, 3@5 nghìn"),
        ("lan@thu.vn.Xin chào", "[EMAIL].Xin chào"),
        ("LAN@THU.VN", "[EMAIL]"),
        ("git clone git@github.com:nhom/du-an.git", "git clone git@github.com:nhom/du-an.git"),
        ("npm i goi@1.2.3 và x@w.sum(axis=0)", "npm i goi@1.2.3 và x@w.sum(axis=0)"),
    ],
)
def test_email(text, cleaned):
    assert personal.email(text) == cleaned


@pytest.mark.parametrize(
    "number",
    [
        "0912 345 678", "0912345678", "+84 912 345 678", "+84912345678", "0912.345.678",
        "0912-345-678", "091 234 5678", "09 1234 5678", "0912 345678", "0912 34 56 78",
        "0084912345678", "+84 (0)912 345 678", "0351234567", "0781234567", "0512345678",
        "024 3825 3536", "01683456789", "0168 345 6789",
        "84912345678", "(024) 3825 3536", "02438253536", "028.3829.7222", "0236 3822 178",
        "+84 24 3825 3536", "0236 382 2178",
    ],
)  # fmt: skip
def test_phone_numbers_go(number):
    assert personal.phone(f"Gọi {number}, gặp Lan.") == "Gọi [PHONE], gặp Lan."
    assert personal.phone(f"(ĐT:{number})") == "(ĐT:[PHONE])"


@pytest.mark.parametrize(
    "text",
    [
        "08 15 20 30 40 50", "1912345678", "09123456789", "0.912345678", "1.0912345678",
        "ngày 03-11-2024", "giá 0912", "001099012345", "0112 345 678", "mã 120912345678",
        "tài khoản 1900912345678", "978-0801474064", "ISBN 0824821599", "MST: 0312345678",
        "mã số thuế là 0312345678", "ISBN 0-521-37293-3, 0521372933", "hotline 1900 1234", "113",
        "Luật số 91/2015/QH13", "1.234.567.890 đồng", "năm 1945-1954", "0123456789",
        "số tài khoản 0912345678", "Nghị định 15/2020/NĐ-CP", "0x0912345678", "tỉ số 3-0",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phone(text):
    assert personal.phone(text) == text


def test_a_number_that_is_named_needs_no_form():
    assert personal.phone("ĐT: 0511-3.822.178, Fax 0511 3822179") == "ĐT: [PHONE], Fax [PHONE]"
    assert personal.phone("SĐT 0912345678/0987654321") == "SĐT [PHONE]/[PHONE]"
    assert personal.phone("điện thoại: 1900 1234") == "điện thoại: 1900 1234"


def test_citizen_ids_go_and_other_numbers_stay():
    for number in (
        "001099012345",
        "096304567890",
        "079 201 012 345",
        "031.099.012.345",
        "0010 9901 2345",
    ):
        assert personal.citizen_id(f"CCCD {number}.") == "CCCD [CITIZEN_ID]."
    for number in (
        "000099012345",
        "097099012345",
        "0010990123456",
        "00109901234",
        "101099012345",
        "003099012345",
        "001499012345",
    ):
        assert personal.citizen_id(f"Số {number}.") == f"Số {number}."


def test_the_old_identity_card_goes_by_its_name():
    assert personal.citizen_id("CMND số 023456789 cấp ở Huế") == "CMND số [CITIZEN_ID] cấp ở Huế"
    assert personal.citizen_id("chứng minh nhân dân: 023 456 789") == (
        "chứng minh nhân dân: [CITIZEN_ID]"
    )
    assert personal.citizen_id("số 023456789") == "số 023456789"
    assert personal.citizen_id("mã vạch 036000291452") == "mã vạch 036000291452"


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444",
        "2223003122003222", "378282246310005", "3782 822463 10005", "3530111333300000",
        "6200000000000005", "9704000000000018", "9704 0000 0000 0018",
    ],
)  # fmt: skip
def test_bank_cards_go(number):
    """The numbers that payment providers publish for tests."""
    assert personal.bank_card(f"thẻ {number}, hết hạn") == "thẻ [BANK_CARD], hết hạn"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112", "9789868989890", "978-604-1-00000-1", "1234567890123452",
        "4 111 111 111 111 111 đồng", "41111111111111111111", "4111.1111.1111.1111",
        "3.1415926535897932", "0x4111111111111111",
    ],
)  # fmt: skip
def test_other_numbers_are_no_bank_card(text):
    assert personal.bank_card(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("máy 113.160.92.202 bị chặn", "máy [IP_ADDRESS] bị chặn"),
        ("IP: 14.22.33.44.", "IP: [IP_ADDRESS]."),
        ("từ 113.160.92.202:8080", "từ [IP_ADDRESS]:8080"),
        ("2405:4800:52e7::1, 2405:4800:52e7:1a0b:9c2d:1:2:3", "[IP_ADDRESS], [IP_ADDRESS]"),
        ("192.168.1.1, 127.0.0.1, 10.0.0.254, 8.8.8.8, 203.0.113.7", None),
        ("mục 1.2.3.4, 2.1.3.12 và phiên bản 115.0.0.1", None),
        ("100.200.100.200 đồng", None),
        ("lúc 10:20:30, std::cout, a::b, 2001:db8::1", None),
        ("256.1.1.300, 1.3.6.1.4.1.311, v120.0.1.2", None),
        ("ngày 12.11.2023, tỉ lệ 1:2:3", None),
    ],
)  # fmt: skip
def test_ip_addresses(text, cleaned):
    assert personal.ip_address(text) == (cleaned or text)
