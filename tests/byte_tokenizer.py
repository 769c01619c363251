"""Tokenizers for tests: a token for each byte, so that only where tokens begin and end counts."""

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from stages import prompt


def byte_level(*special, bos="<s>", eos="</s>", template=None, adds_bos=False):
    """As GPT-2, Llama 3 and Qwen do it: nothing is put before a text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe = Tokenizer(models.BPE({c: i for i, c in enumerate(alphabet)}, []))
    names = [name for name in ("<pad>", bos, eos, *special) if name]
    bpe.add_special_tokens(list(dict.fromkeys(names)))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(False)
    bpe.decoder = decoders.ByteLevel()
    if adds_bos:
        bpe.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, bpe.token_to_id(bos))]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=bos, eos_token=eos, pad_token="<pad>",
        chat_template=template,
    )  # fmt: skip


def turns_tokenizer():
    """The demo base's control tokens."""
    return byte_level(*prompt.TURN_TOKENS)


def sentencepiece(template=None):
    """As Llama 2 and Mistral do it: a blank before every text, and BOS added by the tokenizer."""
    letters = sorted({"▁", *(chr(i) for i in range(33, 127))})
    vocabulary = {name: i for i, name in enumerate(["<unk>", "<s>", "</s>", *letters])}
    vocabulary |= {f"<0x{i:02X}>": len(vocabulary) + i for i in range(256)}
    bpe = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>", byte_fallback=True))
    bpe.add_special_tokens(["<unk>", "<s>", "</s>"])
    bpe.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    bpe.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
         decoders.Strip(" ", 1, 0)]
    )  # fmt: skip
    bpe.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        chat_template=template,
    )  # fmt: skip
