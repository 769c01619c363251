"""Chat templates of the shapes in which models are published, written from their formats.

What is supervised is compared with the exact text; nothing of a model's own files is here.
"""

import pytest
from byte_tokenizer import byte_level, sentencepiece

from stages import prompt
from stages.errors import ModelError

SYSTEM = {"role": "system", "content": "Ngắn gọn"}
CHAT = [
    {"role": "user", "content": "Xin chào"},
    {"role": "assistant", "content": " Chào bạn. "},
    {"role": "user", "content": "Mấy giờ?"},
    {"role": "assistant", "content": "Ba giờ."},
]
LLAMA3 = (
    "{% for m in messages %}{{ bos_token if loop.first }}<|start_header_id|>{{ m.role }}"
    "<|end_header_id|>\n\n{{ m.content | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
QWEN = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nMặc định<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# The system message stands in the last question, so it moves on with each turn.
MISTRAL = (
    "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}"
    "{% set talk = messages[1:] %}{% else %}{% set talk = messages %}{% endif %}{{ bos_token }}"
    "{% for m in talk %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate') }}{% endif %}{% if m.role == 'user' %}[INST] "
    "{% if loop.last and system is defined %}{{ system + '\n\n' }}{% endif %}{{ m.content }}[/INST]"
    "{% else %} {{ m.content | trim }}{{ eos_token }}{% endif %}{% endfor %}"
)
# Llama 2's, which Vistral took over: BOS before each question, a blank before EOS.
VISTRAL = (
    "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}"
    "{% set talk = messages[1:] %}{% else %}{% set system = 'Mặc định' %}"
    "{% set talk = messages %}{% endif %}{% for m in talk %}"
    "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate') }}{% endif %}{% if m.role == 'user' %}"
    "{{ bos_token }}[INST] {% if loop.first %}<<SYS>>\n{{ system }}\n<</SYS>>\n\n{% endif %}"
    "{{ m.content.strip() }} [/INST]{% else %} {{ m.content.strip() }} {{ eos_token }}{% endif %}"
    "{% endfor %}"
)
GEMMA = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}"
    "<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}"
    "<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
# Reasoning is stripped from all answers but the last, which begins with an empty one.
QWEN3 = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' and loop.last %}<think>\n\n</think>\n\n{% endif %}"
    "{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA3_TOKENS = {
    "special": ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    "bos": "<|begin_of_text|>",
    "eos": "<|end_of_text|>",
}
QWEN_TOKENS = {"special": ("<|im_start|>",), "bos": None, "eos": "<|im_end|>"}
GEMMA_TOKENS = {
    "special": ("<start_of_turn>", "<end_of_turn>"),
    "bos": "<bos>",
    "eos": "<eos>",
    "adds_bos": True,
}


def chat_of(template, *, special=(), system="", **tokens):
    tokenizer = byte_level(*special, template=template, **tokens)
    return prompt.chat_of(tokenizer, template="tokenizer", system=system)


def pieces(chat, messages):
    return [(p.text, p.supervised) for p in prompt.segments(chat, messages)]


def learned(chat, messages):
    """The text of each run of supervised tokens."""
    ids, labels = prompt.encode(chat, prompt.segments(chat, messages))
    runs, before = [], prompt.IGNORE
    for token, label in zip(ids, labels, strict=True):
        if label != prompt.IGNORE:
            if before == prompt.IGNORE:
                runs.append([])
            runs[-1].append(token)
        before = label
    return [chat.tokenizer.decode(run) for run in runs]


def count(chat, messages, token):
    ids, _ = prompt.encode(chat, prompt.segments(chat, messages))
    return ids.count(chat.tokenizer.convert_tokens_to_ids(token))


def test_llama3_answers_end_with_their_turn_not_with_the_end_of_text():
    chat = chat_of(LLAMA3, **LLAMA3_TOKENS)
    header = "<|start_header_id|>{}<|end_header_id|>\n\n"
    asked = header.format("user") + "{}<|eot_id|>" + header.format("assistant")
    assert pieces(chat, CHAT) == [
        ("<|begin_of_text|>" + asked.format("Xin chào"), False),
        ("Chào bạn.<|eot_id|>", True),
        (asked.format("Mấy giờ?"), False),
        ("Ba giờ.<|eot_id|>", True),
    ]
    assert learned(chat, CHAT) == ["Chào bạn.<|eot_id|>", "Ba giờ.<|eot_id|>"]
    assert count(chat, CHAT, "<|begin_of_text|>") == 1
    assert [chat.tokenizer.decode([i]) for i in chat.stops] == ["<|end_of_text|>", "<|eot_id|>"]
    assert chat.opening == len("assistant\n\n") + 2


@pytest.mark.parametrize(
    ("messages", "system"), [(CHAT, "Mặc định"), ([SYSTEM, *CHAT], "Ngắn gọn")]
)
def test_qwen_adds_its_own_system_prompt_and_ends_a_turn_before_the_line(messages, system):
    chat = chat_of(QWEN, **QWEN_TOKENS)
    assert pieces(chat, messages) == [
        (f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\nXin chào<|im_end|>\n"
         "<|im_start|>assistant\n", False),
        (" Chào bạn. <|im_end|>", True),
        ("\n<|im_start|>user\nMấy giờ?<|im_end|>\n<|im_start|>assistant\n", False),
        ("Ba giờ.<|im_end|>", True),
    ]  # fmt: skip
    assert learned(chat, messages) == [" Chào bạn. <|im_end|>", "Ba giờ.<|im_end|>"]


def test_plain_text_has_no_bos_where_the_tokenizer_has_none():
    chat = chat_of(QWEN, **QWEN_TOKENS)
    assert pieces(chat, [{"role": "text", "content": "Câu."}]) == [
        ("", False),
        ("Câu.<|im_end|>", True),
    ]
    assert learned(chat, [{"role": "text", "content": "Câu."}]) == ["Câu.<|im_end|>"]


def test_mistral_s_moving_system_message_leads_the_first_question():
    chat = chat_of(MISTRAL, adds_bos=True)
    assert not chat.takes_system
    assert pieces(chat, [SYSTEM, *CHAT]) == [
        ("<s>[INST] Ngắn gọn\n\nXin chào[/INST]", False),
        (" Chào bạn.</s>", True),
        ("[INST] Mấy giờ?[/INST]", False),
        (" Ba giờ.</s>", True),
    ]
    assert count(chat, CHAT, "<s>") == 1


def test_vistral_writes_bos_before_each_question():
    chat = chat_of(VISTRAL, adds_bos=True)
    assert pieces(chat, [SYSTEM, *CHAT]) == [
        ("<s>[INST] <<SYS>>\nNgắn gọn\n<</SYS>>\n\nXin chào [/INST]", False),
        (" Chào bạn. </s>", True),
        ("<s>[INST] Mấy giờ? [/INST]", False),
        (" Ba giờ. </s>", True),
    ]
    assert pieces(chat, CHAT)[0][0].startswith("<s>[INST] <<SYS>>\nMặc định\n")
    assert count(chat, CHAT, "<s>") == 2


def test_gemma_takes_the_system_message_in_the_first_question():
    chat = chat_of(GEMMA, **GEMMA_TOKENS, system="Ngắn gọn")
    assert not chat.takes_system
    assert pieces(chat, CHAT) == [
        ("<bos><start_of_turn>user\nNgắn gọn\n\nXin chào<end_of_turn>\n<start_of_turn>model\n",
         False),
        ("Chào bạn.<end_of_turn>", True),
        ("\n<start_of_turn>user\nMấy giờ?<end_of_turn>\n<start_of_turn>model\n", False),
        ("Ba giờ.<end_of_turn>", True),
    ]  # fmt: skip
    assert count(chat, CHAT, "<bos>") == 1
    assert [chat.tokenizer.decode([i]) for i in chat.stops] == ["<eos>", "<end_of_turn>"]


def test_a_template_that_rewrites_earlier_turns_teaches_the_last_answer_alone():
    chat = chat_of(QWEN3, **QWEN_TOKENS)
    assert learned(chat, CHAT) == ["<think>\n\n</think>\n\nBa giờ.<|im_end|>"]
    asked = "".join(p.text for p in prompt.question(chat, CHAT[:3]))
    assert asked == pieces(chat, CHAT)[0][0]
    assert asked == "".join(p.text for p in prompt.segments(chat, CHAT)[:-1])


@pytest.mark.parametrize("template", [LLAMA3, QWEN, MISTRAL, VISTRAL, GEMMA, QWEN3])
def test_what_is_asked_is_what_was_trained(template):
    chat = chat_of(template, special=("<|im_start|>", "<|im_end|>", "<|eot_id|>", "<end_of_turn>"))
    asked, labels = prompt.encode(chat, prompt.question(chat, CHAT[:3]))
    trained, _ = prompt.encode(chat, prompt.segments(chat, CHAT)[:-1])
    assert asked == trained
    assert len(asked) == len(labels)


@pytest.mark.parametrize("template", [MISTRAL, VISTRAL])
def test_a_conversation_that_the_template_refuses_says_why(template):
    chat = chat_of(template)
    with pytest.raises(prompt.RenderError, match=r"^Roles must alternate$"):
        prompt.segments(chat, [CHAT[0], CHAT[0], CHAT[1]])


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ messages[0].content.nothing() }}", "cannot be trained on: 'str object' has no"),
        ("{% if", "cannot be trained on"),
        ("{{ raise_exception('never') }}", "cannot be trained on: never; set prompt.template"),
        ("{% for m in messages %}{{ m.role }}{% endfor %}", "leaves messages out"),
        ("{{ messages | length }}", "records an answer otherwise than it asks for one"),
        (
            "{% for m in messages %}{{ m.content }}{% endfor %}"
            "{% if add_generation_prompt %}<think>{% endif %}",
            "records an answer otherwise than it asks for one",
        ),
    ],
)
def test_a_template_that_cannot_be_trained_on_is_refused_in_one_line(template, why):
    with pytest.raises(ModelError, match=r"prompt\.template: turns") as refused:
        chat_of(template)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_template_that_ends_answers_with_nothing_gets_eos():
    chat = chat_of("{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}")
    assert pieces(chat, CHAT[:2]) == [
        ("[user]Xin chào", False),
        ("[assistant] Chào bạn. </s>", True),
    ]


def test_a_template_that_asks_for_the_date_gets_the_same_one_every_day():
    dated = "{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%Y-%m-%d') }}|" + LLAMA3
    chat = chat_of(dated, **LLAMA3_TOKENS)
    assert pieces(chat, CHAT)[0][0].startswith("26 Jul 2024|2024-07-26|<|begin_of_text|>")


@pytest.mark.parametrize("template", [MISTRAL, VISTRAL])
def test_sentencepiece_puts_no_second_blank_between_question_and_answer(template):
    """Segments give the tokens of the whole text, as a server would tokenise it."""
    chat = prompt.chat_of(sentencepiece(template), template="tokenizer", system="")
    ascii_chat = [{**m, "content": m["content"].encode("ascii", "ignore").decode()} for m in CHAT]
    parts = prompt.segments(chat, ascii_chat)
    whole = "".join(part.text for part in parts)
    ids, _ = prompt.encode(chat, parts)
    assert ids == chat.tokenizer.encode(whole, add_special_tokens=False)
    assert chat.leads
    assert learned(chat, ascii_chat)[1].strip() == (
        "Ba gi." + (" </s>" if template == VISTRAL else "</s>")
    )
