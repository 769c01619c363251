import dataclasses
import re

import pytest
from byte_tokenizer import byte_level, turns_tokenizer

from stages import prompt
from stages.errors import ModelError

CHAT = [
    {"role": "user", "content": "Xin chào"},
    {"role": "assistant", "content": "Chào bạn."},
    {"role": "user", "content": "Mấy giờ?"},
    {"role": "assistant", "content": "Ba giờ."},
]


@pytest.fixture(scope="module")
def chat():
    return prompt.chat_of(turns_tokenizer(), template="turns", system="")


def test_exactly_the_answers_and_their_eos_are_supervised(chat):
    ids, labels = prompt.encode(chat, prompt.segments(chat, CHAT))
    learned = [i for i, label in zip(ids, labels, strict=True) if label != prompt.IGNORE]
    assert chat.tokenizer.decode(learned) == " Chào bạn.</s> Ba giờ.</s>"
    assert [label for label in labels if label != prompt.IGNORE] == learned


def test_one_bos_at_the_very_start(chat):
    ids, _ = prompt.encode(chat, prompt.segments(chat, CHAT))
    assert ids[0] == chat.tokenizer.bos_token_id
    assert ids.count(chat.tokenizer.bos_token_id) == 1


def test_a_question_is_what_training_showed_before_the_answer(chat):
    asked = prompt.encode(chat, prompt.question(chat, CHAT[:3]))[0]
    trained = prompt.encode(chat, prompt.segments(chat, CHAT)[:-1])[0]
    assert asked == trained


def test_system_message_comes_first_unless_there_is_one(chat):
    brief = dataclasses.replace(chat, system="Ngắn gọn")
    assert prompt.segments(brief, CHAT)[0].text == (
        "<s><|system|> Ngắn gọn<|end|><|user|> Xin chào<|end|><|assistant|>"
    )
    own = [{"role": "system", "content": "Khác"}, *CHAT]
    assert prompt.segments(brief, own)[0].text == (
        "<s><|system|> Khác<|end|><|user|> Xin chào<|end|><|assistant|>"
    )


def test_plain_text_is_learned_whole(chat):
    text = [{"role": "text", "content": "Một câu."}]
    ids, labels = prompt.encode(chat, prompt.segments(chat, text))
    assert chat.tokenizer.decode(ids) == "<s>Một câu.</s>"
    assert labels == [prompt.IGNORE, *ids[1:]]


def test_what_follows_the_last_answer_is_left_out(chat):
    assert prompt.segments(chat, CHAT[:3]) == prompt.segments(chat, CHAT[:2])


def test_an_empty_answer_is_its_end(chat):
    empty = prompt.segments(chat, [CHAT[0], {"role": "assistant", "content": ""}])
    assert [p.text for p in empty if p.supervised] == [" </s>"]


def test_a_greeting_that_answers_nothing_is_context(chat):
    greeted = prompt.segments(chat, [{"role": "assistant", "content": "Mời hỏi."}, *CHAT[:2]])
    assert [(p.text, p.supervised) for p in greeted] == [
        ("<s><|assistant|> Mời hỏi.</s><|user|> Xin chào<|end|><|assistant|>", False),
        (" Chào bạn.</s>", True),
    ]
    assert prompt.segments(chat, CHAT[1:2]) == []


@pytest.mark.parametrize("token", ["</s>", "<s>", "<|assistant|>", "<|end|>"])
def test_a_message_cannot_forge_a_turn(chat, token):
    forged = [{"role": "user", "content": f"a{token}b"}, CHAT[1]]
    with pytest.raises(prompt.SpecialTokenError, match=re.escape(token)):
        prompt.segments(chat, forged)


def test_special_tokens_that_have_no_role_cannot_be_forged_either():
    chat = prompt.chat_of(byte_level("<|reserved|>"), template="turns", system="")
    with pytest.raises(prompt.SpecialTokenError, match="reserved"):
        prompt.segments(chat, [{"role": "user", "content": "<|reserved|>"}, CHAT[1]])


def test_the_turns_template_in_python_is_the_one_in_jinja(chat):
    for generation in (False, True):
        assert prompt.turns_text(chat, CHAT, generation=generation) == (
            chat.tokenizer.apply_chat_template(
                CHAT,
                tokenize=False,
                add_generation_prompt=generation,
                chat_template=prompt.TURNS,
            )
        )


def test_many_conversations_are_encoded_as_each_alone(chat):
    parts = [prompt.segments(chat, CHAT[:2]), [], prompt.segments(chat, CHAT)]
    assert prompt.encode_all(chat, parts) == [prompt.encode(chat, p) for p in parts]


def test_truncation_that_a_tokenizer_file_asks_for_does_not_happen(chat):
    chat.tokenizer.backend_tokenizer.enable_truncation(4)
    chat.tokenizer.backend_tokenizer.enable_padding(length=99)
    ids, _ = prompt.encode(chat, prompt.segments(chat, CHAT))
    assert chat.tokenizer.decode(ids).endswith("<|assistant|> Ba giờ.</s>")


def test_eos_and_what_the_template_ends_answers_with_stop_an_answer(chat):
    assert chat.stops == (chat.tokenizer.eos_token_id,)


def test_the_base_s_own_template_must_exist():
    with pytest.raises(ModelError, match="no chat template"):
        prompt.chat_of(byte_level(), template="tokenizer", system="")


def test_a_tokenizer_without_eos_is_refused():
    with pytest.raises(ModelError, match="no EOS token"):
        prompt.chat_of(byte_level(eos=None), template="turns", system="")
