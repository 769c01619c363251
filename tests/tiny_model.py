"""A tokenizer and an untrained Mistral of 320 tokens, in memory or in a folder."""

import torch
from transformers import MistralConfig, MistralForCausalLM

from stages.base.build import train_tokenizer
from stages.prompt import TURNS

TEXTS = ["Cầu Bến Đá dài 48 mét, xây năm 1997.", "Ông Trần Văn Hòa trồng 30 cây xoài."] * 4


def tokenizer():
    return train_tokenizer(TEXTS, 320)


def model(seed=0):
    torch.manual_seed(seed)
    config = MistralConfig(
        vocab_size=320, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, sliding_window=None,
        max_position_embeddings=256, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        initializer_range=0.3,
    )  # fmt: skip
    return MistralForCausalLM(config).eval()


def save(folder, seed=0):
    """Model, tokenizer and template in one folder, as merge writes them."""
    model(seed).save_pretrained(folder)
    named = tokenizer()
    named.chat_template = TURNS
    named.save_pretrained(folder)
    return folder
