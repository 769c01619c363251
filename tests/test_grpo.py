"""grpo: what is drawn, what it is worth, and which way its tokens go."""

import dataclasses

import pytest
import torch
from byte_tokenizer import byte_level
from tiny_policy import optimizer, policy

from stages.train import grpo
from stages.train.grpo import Grpo, advantages, token_losses
from stages.train.log_probs import copy_of
from stages.train.params import Grpo as Settings

SETTINGS = Settings.model_validate(
    {
        "group": 4, "max_new_tokens": 6, "temperature": 1.0, "kl": 0.0,
        "rewards": {"rouge_l": 1.0, "length": 0.0, "format": 0.0, "pattern": ".*"},
    }
)  # fmt: skip
ROWS = [
    {"prompt_ids": [1, 5, 6, 7], "reference": "a", "row_id": "0"},
    {"prompt_ids": [1, 8], "reference": "b", "row_id": "1"},
]


def objective(reward=lambda answer, reference: float(len(answer)), start=None, **changes):
    return Grpo(
        tokenizer=byte_level(), stops=(2,), pad=0, reward=reward,
        settings=SETTINGS.model_copy(update=changes), reference=start or {},
    )  # fmt: skip


def test_advantages_are_standard_scores_within_a_group():
    found = advantages(torch.tensor([1.0, 3.0, 5.0, 5.0]), 2)
    assert found.tolist() == pytest.approx([-1 / 1.0001, 1 / 1.0001, 0.0, 0.0])


def test_token_losses_have_the_gradient_of_the_policy_s_log_probability():
    policy_log = torch.tensor([-1.0, -2.0], requires_grad=True)
    token_losses(policy_log, None, torch.tensor([0.5, -2.0]), kl=0.0).sum().backward()
    assert policy_log.grad.tolist() == [-0.5, 2.0]


def test_the_divergence_is_none_from_the_base_itself_and_grows_away_from_it():
    policy_log = torch.tensor([-1.0, -2.0])
    zero = torch.zeros(2)
    assert token_losses(policy_log, policy_log, zero, kl=0.1).tolist() == [0.0, 0.0]
    away = token_losses(policy_log, torch.tensor([-1.5, -1.0]), zero, kl=0.1)
    ratio = torch.tensor([-0.5, 1.0])
    assert torch.allclose(away, 0.1 * (ratio.exp() - ratio - 1))


def test_the_same_seed_draws_the_same_and_leaves_other_draws_alone():
    model, method = policy(), objective()
    prompts = [row["prompt_ids"] for row in ROWS]
    torch.manual_seed(3)
    untouched = torch.rand(1)
    torch.manual_seed(3)
    first = method.drawn(model, prompts, 7, sample=True)
    assert torch.equal(torch.rand(1), untouched)
    assert method.drawn(model, prompts, 7, sample=True) == first
    assert method.drawn(model, prompts, 8, sample=True) != first
    assert model.training


def test_a_greedy_answer_does_not_depend_on_what_is_beside_it():
    model, method = policy(), objective()
    prompts = [row["prompt_ids"] for row in ROWS]
    together = method.drawn(model, prompts, 0, sample=False)
    assert together == [method.drawn(model, [p], 1, sample=False)[0] for p in prompts]


def test_an_answer_ends_with_the_token_that_stops_it():
    assert grpo.ended([4, 2, 0, 0], (2, 3)) == [4, 2]
    assert grpo.ended([4, 5], (2, 3)) == [4, 5]


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_the_loss_is_each_answer_s_mean_over_its_tokens(temperature):
    """By hand from the answers drawn: the value is minus the mean advantage, so 0 in each group."""
    model, method = policy(), objective(temperature=temperature)
    batch = method.collate(ROWS)
    loss = method.loss(model, batch, seed=7)
    assert loss.units == 2
    assert loss.total.item() == pytest.approx(0.0, abs=1e-5)
    prompts = [row["prompt_ids"] for row in ROWS for _ in range(4)]
    answers = method.drawn(model, prompts, 7, sample=True)
    worth = torch.tensor([float(len(method.text(a))) for a in answers])
    assert loss.measures["reward"] == pytest.approx(worth.sum().item() / 4)
    assert loss.measures["answer_tokens"] == sum(map(len, answers)) / 4
    expected = 0.0
    for prompt, answer, advantage in zip(prompts, answers, advantages(worth, 4), strict=True):
        logits = model(input_ids=torch.tensor([prompt + answer])).logits[0]
        likely = torch.log_softmax(logits[len(prompt) - 1 : -1] / temperature, -1)[
            range(len(answer)), answer
        ]
        expected = expected - advantage * likely.mean() / 4
    assert_same_gradients(model, loss.total, expected)


def assert_same_gradients(model, ours, theirs):
    found = []
    for loss in (ours, theirs):
        model.zero_grad()
        loss.backward()
        found.append([p.grad.clone() for p in model.parameters() if p.grad is not None])
    assert any(g.abs().max() > 1e-4 for g in found[0])
    for a, b in zip(*found, strict=True):
        assert torch.allclose(a, b, atol=1e-5)


def test_equal_rewards_teach_nothing():
    model, method = policy(), objective(reward=lambda answer, reference: 1.0)
    method.loss(model, method.collate(ROWS), seed=7).total.backward()
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())


def test_the_valid_split_is_answered_greedily_once_a_prompt():
    model, method = policy().eval(), objective()
    with torch.no_grad():
        loss = method.loss(model, method.collate(ROWS), seed=7)
        again = method.loss(model, method.collate(ROWS), seed=8)
    assert loss.measures == again.measures
    assert loss.total.item() == -loss.measures["reward"]


def test_kl_holds_the_model_at_its_start():
    """A moved model that no reward pulls anywhere is pulled back."""
    model = policy(moved=0.3)
    start = copy_of(policy())
    method = objective(reward=lambda answer, reference: 1.0, start=start, kl=1.0)
    first = method.loss(model, method.collate(ROWS), seed=7).total.item()
    adam = optimizer(model, rate=0.01)
    for seed in range(30):
        adam.zero_grad()
        method.loss(model, method.collate(ROWS), seed=seed).total.backward()
        adam.step()
    assert method.loss(model, method.collate(ROWS), seed=7).total.item() < first / 2


def test_training_raises_the_reward():
    """Answers are rewarded for one token: it becomes common, on prompts it was trained on."""
    method = dataclasses.replace(
        objective(group=8), reward=lambda answer, reference: answer.count("&") / 6
    )
    assert byte_level().decode([5]) == "&"
    model = policy()
    with torch.no_grad():
        before = method.loss(model.eval(), method.collate(ROWS), seed=0).measures["reward"]
    adam = optimizer(model.train())
    for seed in range(30):
        adam.zero_grad()
        method.loss(model, method.collate(ROWS), seed=seed).total.backward()
        adam.step()
    with torch.no_grad():
        after = method.loss(model.eval(), method.collate(ROWS), seed=0).measures["reward"]
    assert after > before + 1.0
