import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from stages import prompt
from stages.errors import ModelError

CHAT = [
    {"role": "user", "content": "Xin chào"},
    {"role": "assistant", "content": "Chào bạn."},
    {"role": "user", "content": "Mấy giờ?"},
    {"role": "assistant", "content": "Ba giờ."},
]
OPTIONS = {"template": prompt.TURNS, "system": ""}


@pytest.fixture(scope="module")
def tokenizer():
    """Bytes only: what is tested is where tokens begin and end, not which they are."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<s>", "</s>", *prompt.TURN_TOKENS]
    bpe = Tokenizer(models.BPE({c: i for i, c in enumerate(alphabet)}, []))
    bpe.add_special_tokens(special)
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(False)
    bpe.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )


def test_exactly_the_answers_and_their_eos_are_supervised(tokenizer):
    ids, labels = prompt.encode(tokenizer, prompt.segments(tokenizer, CHAT, **OPTIONS))
    learned = [i for i, label in zip(ids, labels, strict=True) if label != prompt.IGNORE]
    assert tokenizer.decode(learned) == " Chào bạn.</s> Ba giờ.</s>"
    assert [label for label in labels if label != prompt.IGNORE] == learned


def test_one_bos_at_the_very_start(tokenizer):
    ids, _ = prompt.encode(tokenizer, prompt.segments(tokenizer, CHAT, **OPTIONS))
    assert ids[0] == tokenizer.bos_token_id
    assert ids.count(tokenizer.bos_token_id) == 1


def test_a_question_is_what_training_showed_before_the_answer(tokenizer):
    asked = prompt.encode(tokenizer, prompt.question(tokenizer, CHAT[:3], **OPTIONS))[0]
    trained = prompt.encode(tokenizer, prompt.segments(tokenizer, CHAT, **OPTIONS)[:-1])[0]
    assert asked == trained


def test_system_message_comes_first_unless_there_is_one(tokenizer):
    with_one = prompt.segments(tokenizer, CHAT, template=prompt.TURNS, system="Ngắn gọn")
    assert with_one[0].text.startswith("<s><|system|> Ngắn gọn<|end|><|user|> Xin chào")
    own = [{"role": "system", "content": "Khác"}, *CHAT]
    kept = prompt.segments(tokenizer, own, template=prompt.TURNS, system="Ngắn gọn")
    assert kept[0].text.startswith("<s><|system|> Khác<|end|>")


def test_plain_text_is_learned_whole(tokenizer):
    text = [{"role": "text", "content": "Một câu."}]
    ids, labels = prompt.encode(tokenizer, prompt.segments(tokenizer, text, **OPTIONS))
    assert tokenizer.decode(ids) == "<s>Một câu.</s>"
    assert labels == [prompt.IGNORE, *ids[1:]]


def test_what_follows_the_last_answer_is_left_out(tokenizer):
    assert prompt.segments(tokenizer, CHAT[:3], **OPTIONS) == prompt.segments(
        tokenizer, CHAT[:2], **OPTIONS
    )


@pytest.mark.parametrize("token", ["</s>", "<s>", "<|assistant|>", "<|end|>"])
def test_a_message_cannot_forge_a_turn(tokenizer, token):
    forged = [{"role": "user", "content": f"a{token}b"}, CHAT[1]]
    with pytest.raises(prompt.SpecialTokenError, match=r".+"):
        prompt.segments(tokenizer, forged, **OPTIONS)


def test_a_template_that_rewrites_earlier_turns_is_refused(tokenizer):
    rewriting = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(ModelError, match=r"prompt\.template: turns"):
        prompt.segments(tokenizer, CHAT, template=rewriting, system="")


def test_eos_is_added_where_the_template_ends_an_answer_without_it(tokenizer):
    bare = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}" + (
        "{% if add_generation_prompt %}[assistant]{% endif %}"
    )
    parts = prompt.segments(tokenizer, CHAT[:2], template=bare, system="")
    assert [(p.text, p.supervised) for p in parts] == [
        ("[user]Xin chào[assistant]", False),
        ("Chào bạn.</s>", True),
    ]


def test_the_base_s_own_template_must_exist(tokenizer):
    with pytest.raises(ModelError, match="no chat template"):
        prompt.chat_template(tokenizer, "tokenizer")
    assert prompt.chat_template(tokenizer, "turns") == prompt.TURNS
