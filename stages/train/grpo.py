"""grpo: answers are drawn in groups, and those better than their group's mean become likelier.

Shao et al. 2024 (https://arxiv.org/abs/2402.03300), section 4.1, of each prompt::

    draw      G answers from the model            (temperature, seeded)
    reward    r_1 ... r_G                         stages/train/rewards.py
    advantage A_i = (r_i - mean r) / (std r + 1e-4)
    loss      mean over i of mean over tokens t of  -A_i p_t / detach(p_t) + kl D_t
    D_t       q_t/p_t - log(q_t/p_t) - 1          (k3; q is the model before the first step)

p_t is the probability with which token t was drawn, temperature included. Each group is used for
one update, so the ratio of the paper's clipped objective is 1 when its gradient is taken and
clipping cannot act; it is left out. A group whose rewards are all equal teaches nothing. Price: G
answers decoded, then one forward and backward pass over them (and one forward pass of the reference
when ``kl`` is not 0).

On the valid split one greedy answer is given to each prompt, and the loss is its negative reward.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.prompt import IGNORE
from stages.train.log_probs import Weights, as_reference, log_probs, row_sums
from stages.train.objective import Loss, causal_of
from stages.train.params import Grpo as Settings
from stages.train.rewards import Reward
from stages.train.sft import collate

if TYPE_CHECKING:
    import torch

STEADY = 1e-4  # added to a group's standard deviation, so that equal rewards divide to 0


@dataclass(frozen=True)
class Prompts:
    """A batch: prompts and what a good answer to each is compared with."""

    ids: Sequence[list[int]]
    references: Sequence[str]


@dataclass(frozen=True)
class Grpo:
    """The objective; units are prompts. ``reward`` is the mean over their answers.

    ``stops`` are the ids that end an answer, ``pad`` fills up batches; ``reference`` is what ``kl``
    holds the model to.
    """

    tokenizer: Any
    stops: tuple[int, ...]
    pad: int
    reward: Reward
    settings: Settings
    reference: Weights
    measures: Sequence[str] = ("reward", "answer_tokens")

    def collate(self, packs: Sequence[dict[str, Any]]) -> Prompts:
        """Prompts as they are; answers are drawn when the loss is asked for."""
        return Prompts([p["prompt_ids"] for p in packs], [p["reference"] for p in packs])

    def loss(self, model: Any, batch: Prompts, seed: int) -> Loss:
        """Draw answers with the generator seeded ``seed``, reward them, and weigh their tokens."""
        import torch

        group = self.settings.group if model.training else 1
        prompts = [ids for ids in batch.ids for _ in range(group)]
        answers = self.drawn(model, prompts, seed, sample=model.training)
        references = [text for text in batch.references for _ in range(group)]
        rewards = torch.tensor(
            [
                self.reward(self.text(answer), reference)
                for answer, reference in zip(answers, references, strict=True)
            ]
        )
        if model.training:
            total, tokens = self.weighed(model, prompts, answers, advantages(rewards, group))
        else:
            total, tokens = -rewards.sum(), sum(map(len, (*prompts, *answers)))
        return Loss(
            total=total,
            units=len(batch.ids),
            tokens=tokens,
            measures={
                "reward": float(rewards.sum()) / group,
                "answer_tokens": sum(map(len, answers)) / group,
            },
        )

    def weighed(
        self,
        model: Any,
        prompts: Sequence[list[int]],
        answers: Sequence[list[int]],
        advantage: "torch.Tensor",
    ) -> tuple["torch.Tensor", int]:
        """The summed loss of the answers over the group's size, and the tokens read."""
        import torch

        batch = collate(
            [
                {
                    "input_ids": [*prompt, *answer],
                    "labels": [IGNORE] * len(prompt) + answer,
                    "position_ids": list(range(len(prompt) + len(answer))),
                }
                for prompt, answer in zip(prompts, answers, strict=True)
            ]
        )
        start = None
        if self.settings.kl:
            with as_reference(model, self.reference):
                start, _ = log_probs(model, batch, self.settings.temperature)
        policy, rows = log_probs(model, batch, self.settings.temperature)
        each = token_losses(policy, start, advantage.to(policy.device)[rows], self.settings.kl)
        count = len(prompts)
        lengths = torch.bincount(rows, minlength=count)
        return (row_sums(each, rows, count) / lengths).sum() / self.settings.group, batch.tokens

    def drawn(
        self, model: Any, prompts: Sequence[list[int]], seed: int, *, sample: bool
    ) -> list[list[int]]:
        """An answer to each prompt, up to and with the token that ends it; greedy or sampled.

        Other generators than this one's are left as they were.
        """
        import torch
        from transformers import GenerationConfig

        causal = causal_of(model)
        was_training = causal.training
        width = max(map(len, prompts))
        ids = torch.tensor([[self.pad] * (width - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
        device = causal.device
        causal.generation_config = GenerationConfig(
            max_new_tokens=self.settings.max_new_tokens,
            do_sample=sample,
            temperature=self.settings.temperature if sample else 1.0,
            top_k=0 if sample else 50,
            top_p=1.0,
            eos_token_id=list(self.stops),
            pad_token_id=self.pad,
            use_cache=True,
        )
        causal.eval()
        cards = [device] if device.type == "cuda" else []
        with torch.no_grad(), torch.random.fork_rng(devices=cards):
            torch.manual_seed(seed)
            found = causal.generate(input_ids=ids.to(device), attention_mask=mask.to(device))
        causal.train(was_training)
        return [ended(row, self.stops) for row in found[:, width:].tolist()]

    def text(self, answer: Sequence[int]) -> str:
        """What an answer says, without the token that ends it."""
        said: str = self.tokenizer.decode(list(answer), skip_special_tokens=True)
        return said.strip()


def ended(ids: list[int], stops: Sequence[int]) -> list[int]:
    """``ids`` up to and with the first that ends an answer."""
    for position, token in enumerate(ids):
        if token in stops:
            return ids[: position + 1]
    return ids


def advantages(rewards: "torch.Tensor", group: int) -> "torch.Tensor":
    """How far each reward stands from its group's mean, in standard deviations of the group."""
    import torch

    grouped = rewards.view(-1, group)
    centred = grouped - grouped.mean(1, keepdim=True)
    spread = torch.sqrt((centred**2).mean(1, keepdim=True))
    return (centred / (spread + STEADY)).view(-1)


def token_losses(
    policy: "torch.Tensor", start: "torch.Tensor | None", advantage: "torch.Tensor", kl: float
) -> "torch.Tensor":
    """The loss of each token from its log-probabilities and its answer's advantage."""
    import torch

    loss = -advantage * torch.exp(policy - policy.detach())
    if start is not None:
        ratio = start - policy
        loss = loss + kl * (torch.exp(ratio) - ratio - 1)
    return loss
