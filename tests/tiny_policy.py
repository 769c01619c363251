"""A tiny model with an adapter over it, for the methods that compare with its base."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import MistralConfig, MistralForCausalLM


def policy(vocab=40, seed=0, moved=0.0):
    """LoRA on a Mistral of ``vocab`` tokens; ``moved`` is the scale of a change from the base."""
    torch.manual_seed(seed)
    config = MistralConfig(
        vocab_size=vocab, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, sliding_window=None, initializer_range=0.1,
        pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(MistralForCausalLM(config), lora)
    if moved:
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_B" in name:
                    weight.normal_(0.0, moved)
    return model.train()


def optimizer(model, rate=0.02):
    return torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=rate)
