"""Batched decoding against one-by-one ``model.generate``, on a finished project's test split.

    python -m bench.generate [--rows 0] [--batch 32] [--model data/merged]

Both answer the same prompts greedily with the same model and limits in one run, on the CPU; the
peer is transformers' ``generate`` called once a row, as its documentation shows. ``--rows 0`` is
the whole test split. Prints seconds, their ratio, how many answers are the same tokens, and how
much of the batched time goes into reading the prompts, which costs the same arithmetic both ways.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from stages import params
from stages import prompt as prompts
from stages.generate import decode, stage
from stages.tensors import deterministic


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--model", default="data/merged")
    given = parser.parse_args()
    from transformers import AutoModelForCausalLM, AutoTokenizer

    everything = params.load()
    deterministic(everything["compute"].threads)
    tokenizer = AutoTokenizer.from_pretrained("data/base/tokenizer")
    model = AutoModelForCausalLM.from_pretrained(given.model).eval()
    changes = {"max_rows": given.rows, "decoding": "greedy"}
    settings = everything["generate"].model_copy(update=changes)
    if given.batch:
        settings = settings.model_copy(update={"batch": given.batch})
    prompt = everything["prompt"]
    chat = prompts.chat_of(tokenizer, template=prompt.template, system=prompt.system)
    chosen = decode.decoding(chat, model, settings)
    tasks = [a.task for a in stage.questions(stage.test_rows(Path("data/splits")), chat, settings)]
    decode.generated(model, [tasks[0].prompt], chosen, seed=0)  # warm both

    started = time.perf_counter()
    batched: dict[int, list[int]] = {}
    for indices in decode.batch_order(tasks, settings.batch):
        new = decode.generated(model, [tasks[i].prompt for i in indices], chosen, seed=0)
        batched.update(zip(indices, new, strict=True))
    ours = time.perf_counter() - started

    first = replace(chosen, settings=settings.model_copy(update={"max_new_tokens": 1}))
    started = time.perf_counter()
    for indices in decode.batch_order(tasks, settings.batch):
        decode.generated(model, [tasks[i].prompt for i in indices], first, seed=0)
    reading = time.perf_counter() - started

    started = time.perf_counter()
    alone = [decode.generated(model, [task.prompt], chosen, seed=0)[0] for task in tasks]
    peer = time.perf_counter() - started
    same = sum(
        decode.ended(batched[i], chosen.stop) == decode.ended(ids, chosen.stop)
        for i, ids in enumerate(alone)
    )
    found = {
        "model": given.model,
        "rows": len(tasks),
        "batch": settings.batch,
        "batched_s": round(ours, 2),
        "of_it_reading_s": round(reading, 2),
        "one_by_one_s": round(peer, 2),
        "ratio": round(peer / ours, 2),
        "same": same,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
