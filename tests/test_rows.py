import hashlib
import unicodedata

import pytest

from stages import rows

PAIR = [{"role": "user", "content": "Hỏi"}, {"role": "assistant", "content": "Đáp"}]


def test_row_id_is_the_hash_of_canonical_json():
    plain = '{"messages":[{"content":"Hỏi","role":"user"},{"content":"Đáp","role":"assistant"}]}'
    assert rows.row_id(PAIR, []) == hashlib.sha256(plain.encode()).hexdigest()


def test_row_id_covers_the_rejected_answer():
    plain = (
        '{"messages":[{"content":"Hỏi","role":"user"},{"content":"Đáp","role":"assistant"}],'
        '"rejected":[{"content":"Sai","role":"assistant"}]}'
    )
    rejected = [{"role": "assistant", "content": "Sai"}]
    assert rows.row_id(PAIR, rejected) == hashlib.sha256(plain.encode()).hexdigest()


def test_row_id_is_the_same_in_every_normal_form_and_no_other_way():
    apart = [{**m, "content": unicodedata.normalize("NFD", m["content"])} for m in PAIR]
    upper = [{**m, "content": m["content"].upper()} for m in PAIR]
    assert rows.row_id(apart, []) == rows.row_id(PAIR, [])
    assert rows.row_id(upper, []) != rows.row_id(PAIR, [])


def test_a_lone_surrogate_is_no_text():
    with pytest.raises(UnicodeEncodeError):
        rows.row_id([{"role": "user", "content": "a\ud800"}], [])


def test_group_is_that_of_the_folded_passage():
    assert rows.group_of("Bản  tin\nsáng") == rows.group_of("bản tin SÁNG")
    assert rows.group_of("Bản tin sáng") != rows.group_of("Bản tin chiều")
    assert rows.group_of("Bản tin") == hashlib.sha256("bản tin".encode()).hexdigest()


def test_question_answer_and_text_of_a_conversation():
    turns = [{"role": "system", "content": "S"}, *PAIR, {"role": "assistant", "content": "Nữa"}]
    assert rows.first_user(turns) == "Hỏi"
    assert rows.answer(turns) == "Nữa"
    assert rows.text_of(PAIR, [{"role": "assistant", "content": "Sai"}]) == "Hỏi\nĐáp\nSai"
    assert rows.first_user([{"role": "text", "content": "x"}]) == ""


def test_tables_have_the_schema_even_when_empty():
    assert rows.rows_table([]).schema == rows.ROWS
    assert rows.ledger_table([]).schema == rows.LEDGER
