"""Where attention starts: heads that look one, two, three tokens back.

A head of Mistral has no bias, so it can prefer a *place* (the token before this one) over a
*content* only by a direction that all tokens share. Training finds that direction, but late: a
small model spends most of a short training with attention spread evenly over everything. So each
embedding gets one coordinate in common, and the first heads of every layer read it, turned by
RoPE (Su et al. 2021, https://arxiv.org/abs/2104.09864) so that their scores peak ``offset`` tokens
back::

    score(distance) = strength · mean over fast frequencies f of cos(f · (distance - offset))

Head ``offset - 1`` of each layer looks ``offset`` tokens back; the last head starts by content:
its keys are its queries, so a token first looks for what resembles it (mimetic initialisation,
Trockman & Kolter 2023, https://arxiv.org/abs/2305.09828). Measured on two cores with the demo's
shape of 3.4 M parameters: 3.12 nats a token after 133,000 tokens instead of 3.67.

All of it is only a start; training moves every weight.
"""

import math
from typing import Any

SHARED = 3.0  # the common coordinate, in standard deviations of the others
STRENGTH = 20.0  # score at the peak; about 2 above that of the neighbours
FASTEST = 0.08  # radians a token; slower frequencies hardly tell neighbours apart
RESEMBLANCE = 3.0  # how much larger the queries of the last head start


def look_back(model: Any) -> None:
    """Set the embeddings' first coordinate, and the queries and keys that read it, in place."""
    import torch

    config = model.config
    width = config.hidden_size // config.num_attention_heads
    half = width // 2
    frequencies = [config.rope_parameters["rope_theta"] ** (-i / half) for i in range(half)]
    fast = [i for i, f in enumerate(frequencies) if f > FASTEST]
    # RMSNorm divides by the root mean square, to which the common coordinate adds its share.
    normed = SHARED / math.sqrt(1 + SHARED**2 / config.hidden_size)
    scale = math.sqrt(STRENGTH * math.sqrt(width) / len(fast)) / normed
    with torch.no_grad():
        embedding = model.get_input_embeddings().weight
        embedding[:, 0] = SHARED * embedding.std()
        for layer in model.model.layers:
            queries, keys = layer.self_attn.q_proj.weight, layer.self_attn.k_proj.weight
            heads = config.num_key_value_heads
            for head in range(heads - 1):
                first, offset = head * width, head + 1
                queries[first : first + width, 0] = keys[first : first + width, 0] = 0.0
                for i in fast:
                    angle = frequencies[i] * offset
                    queries[first + i, 0] = scale
                    keys[first + i, 0] = scale * math.cos(angle)
                    keys[first + i + half, 0] = scale * math.sin(angle)
            last = slice((heads - 1) * width, heads * width)
            queries[last] *= RESEMBLANCE
            keys[last] = queries[last]
