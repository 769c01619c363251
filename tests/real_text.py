"""Real Vietnamese text that lies beside the checkout: texts by source, read once."""

import json
import re
from functools import cache
from pathlib import Path

REAL = Path(__file__).parents[2] / "shared" / "data"


def jsonl(name, key):
    lines = (REAL / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line)[key] for line in lines if line]


def statutes():
    """The statutes, cut where an article begins."""
    articles = (
        re.split(r"\n(?=Điều \d+)", text) for text in jsonl("vlc_law/vlc_law.jsonl", "text")
    )
    return [article for law in articles for article in law]


def questions():
    """Passages, questions and answers."""
    found = []
    for article in json.loads((REAL / "xquad/xquad.vi.json").read_text(encoding="utf-8"))["data"]:
        for passage in article["paragraphs"]:
            found.append(passage["context"])
            found += [asked["question"] for asked in passage["qas"]]
            found += [answer["text"] for asked in passage["qas"] for answer in asked["answers"]]
    return found


def sentences():
    """Sentences of news, one for each tree."""
    lines = (REAL / "ud_vtb/vi_vtb-ud-test.conllu").read_text(encoding="utf-8").split("\n")
    return [line.removeprefix("# text =") for line in lines if line.startswith("# text =")]


def pairs():
    """Short sentences."""
    lines = (REAL / "tatoeba_en_vi/vie.txt").read_text(encoding="utf-8").split("\n")
    return [line.split("\t")[1] for line in lines if line]


@cache
def texts():
    """Source → its texts."""
    return {
        "viwiki_plain": jsonl("viwiki_plain/viwiki.jsonl", "text"),
        "vlc_law": statutes(),
        "tatoeba": pairs(),
        "ud_vtb": sentences(),
        "xquad": questions(),
    }
