"""``validate.leaks`` of every shipped profile: finds personal data, and nothing that clean leaves.

A pattern that finds what its rule means to leave (a tax number, ``git@``) would stop the pipeline
for nothing.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import real_text
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.clean.rules import RULES, apply
from stages.params import read

ROOT = Path(__file__).parents[1]
FILES = ["params.yaml", *sorted(f"profiles/{p.name}" for p in ROOT.glob("profiles/*.yaml"))]
PATTERNS = read(ROOT / "params.yaml")["validate"]["leaks"]["patterns"]
LEAKS = {
    "email": [
        "gửi lan.anh@thu.example.vn nhé", "ab@x.vn", "<git.hub@x.com>", "thư: x@y.vn.",
        "lan@thu.vn.Xin chào",
    ],
    "phone": ["0912345678", "Gọi 0912345678 nhé", "Zalo: +84351234567.", "liên hệ 0781234567"],
    "citizen_id": ["CCCD 001099012345", "số CMND số: 023456789.", "căn cước công dân 096304567890"],
    "bank_card": ["thẻ tín dụng số 4111 1111 1111 1111", "VISA: 1234-5678-9012-3456", "thẻ ATM 9704"
                  "000000000018"],
    "ip_address": ["IP: 14.22.33.44", "máy chủ 113.160.92.202 bị chặn", "ping 210.245.31.7"],
    "ip_v6_address": ["từ 2405:4800:52e7:1a0b:9c2d:1:2:3"],
}  # fmt: skip
LEFT = [
    "git clone git@github.com:nhom/du-an.git", "npm i goi@1.2.3", "x@w.sum(axis=0)",
    "MST: 0312345678", "mã 0912345678", "số tài khoản 0912345678", "mã vạch 036000291452",
    "thẻ 1234567890123456", "IP: 192.168.1.1", "ping 8.8.8.8", "host 203.0.113.7",
    "phiên bản 115.120.0.1", "ISBN 0824821599", "server: 100.64.0.1", "2001:db8::1",
]  # fmt: skip


def found(texts, pattern):
    return pc.match_substring_regex(pa.array(texts, pa.string()), pattern).to_pylist()


@pytest.mark.parametrize("name", FILES)
def test_every_profile_has_the_same_patterns(name):
    assert read(ROOT / name)["validate"]["leaks"]["patterns"] == PATTERNS


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_finds_what_its_rule_replaces(name):
    assert found(LEAKS[name], PATTERNS[name]) == [True] * len(LEAKS[name])


@pytest.mark.parametrize("name", PATTERNS)
def test_what_the_rules_mean_to_leave_is_no_leak(name):
    assert found(LEFT, PATTERNS[name]) == [False] * len(LEFT)
    assert [apply(text, tuple(RULES))[1] for text in LEFT] == [()] * len(LEFT)


_WORDS = st.sampled_from(
    "gọi liên_hệ đt ĐT: sđt Tel. zalo hotline điện_thoại mã số là MST: ISBN ISBN-10: tài_khoản "
    "cccd CMND căn_cước chứng_minh_nhân_dân thẻ_tín_dụng thẻ_atm Visa thẻ ip IP: máy_chủ server "
    "host ping phiên_bản v địa_chỉ git @ lan lan.anh git@ @x.vn a@b.vn @github.com vn com Xin ơ "
    "[PHONE] [EMAIL] đơn_hàng số_hiệu # = đồng ả".replace("_", "\u2009").split()
).map(lambda word: word.replace("\u2009", " "))
_NUMBERS = st.one_of(
    st.sampled_from([match for texts in LEAKS.values() for match in texts]),
    st.from_regex(r"(0|\+84|84)[35789][0-9]{8}", fullmatch=True),
    st.from_regex(r"0[0-9]{2}[0-9]{6}([0-9]{3})?", fullmatch=True),
    st.from_regex(r"[0-9]{4}([ -]?)[0-9]{4}([ -]?)[0-9]{4}([ -]?)[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", fullmatch=True),
    st.from_regex(r"2[04]0[0-9]:([0-9a-f]{1,4}:){1,6}[0-9a-f]{1,4}", fullmatch=True),
    st.from_regex(r"[a-z]{1,4}[._+%-]?@([a-z]{1,3}[.-]){1,3}[a-z]{1,3}[A-Z]?", fullmatch=True),
)
_JOINTS = st.sampled_from(
    [" ", " ", " ", "", ": ", ". ", ".", ", ", "-", "_", "\n", " (", ")", "/"]
)
_TEXTS = st.lists(st.tuples(st.one_of(_WORDS, _NUMBERS), _JOINTS), min_size=1, max_size=8).map(
    lambda parts: "".join(word + joint for word, joint in parts)
)


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
def test_a_cleaned_text_never_trips(text):
    cleaned, _ = apply(text, tuple(RULES))
    assert [name for name, pattern in PATTERNS.items() if found([cleaned], pattern)[0]] == []


@pytest.mark.realdata
@pytest.mark.skipif(not real_text.REAL.is_dir(), reason="no real data beside the checkout")
def test_cleaned_real_text_never_trips():
    texts = [apply(t, tuple(RULES))[0] for some in real_text.texts().values() for t in some]
    assert len(texts) > 10_000
    assert {name: sum(found(texts, pattern)) for name, pattern in PATTERNS.items()} == (
        dict.fromkeys(PATTERNS, 0)
    )
