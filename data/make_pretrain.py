"""Writes ``data/pretrain/doan_van.txt``, the corpus on which the demo's base model is trained.

One document a line, some 30 to 130 syllables of invented Vietnamese prose in which facts are
stated and stated again: stories with a recap (``sample.stories_news``, ``sample.stories_life``),
paragraphs that list pairs and come back to some (``sample.lookups``), and dictations, in which a
passage is said and then repeated word for word (what makes attention learn to copy). It teaches
the language
and to copy, not the sample's tasks: no chat template, no instruction, and no eight syllables in a
row that ``data/raw`` has as well; only the words and the parts of names are shared. Everything
that lies in ``data/pretrain`` is corpus.

Deterministic: same bytes on every machine and Python (see ``sample.slots``). About 1 s.
"""

from pathlib import Path
from random import Random

from sample import stories_life, stories_news
from sample.grammar import expand
from sample.lookups import LOOKUPS, paragraph
from sample.slots import child, draw, pick, shuffled
from sample.story import Story

SEED = "tinh-pretrain-1"
STORIES: tuple[Story, ...] = stories_news.STORIES + stories_life.STORIES
PER_LOOKUP = 100
PER_STORY = 36
DICTATIONS = 2600
SPOKEN = (
    ("Cô giáo đọc chậm rãi:", "Cả lớp chép vào vở:"),
    ("Loa xóm nói:", "Loa nói thêm một lượt nữa:"),
    ("Thư ký ghi:", "Đọc dò từng chữ thấy đúng là:"),
    ("Tổng đài báo sang:", "Đầu kia nhắc y nguyên:"),
    ("Bà ngoại kể:", "Bé Na lặp theo không sót chữ nào:"),
    ("Trên bảng viết:", "Trong vở cũng viết:"),
    ("Người trước truyền miệng:", "Người sau nói lại:"),
    ("Bản nháp:", "Bản chép sạch:"),
)
NAME = "pretrain/doan_van.txt"


def build() -> dict[str, bytes]:
    """Every generated file: path below ``data`` → bytes."""
    rng = child(SEED, "documents")
    documents = [paragraph(rng, kind) for kind in LOOKUPS for _ in range(PER_LOOKUP)]
    documents += [_told(rng, story) for story in STORIES for _ in range(PER_STORY * len(story[1]))]
    documents += _dictations(child(SEED, "dictations"), documents)
    lines = shuffled(child(SEED, "order"), documents)
    return {NAME: "".join(f"{line}\n" for line in lines).encode()}


def _told(rng: Random, story: Story) -> str:
    slots, wordings = story
    return expand(rng, pick(rng, wordings), draw(rng, slots))


def _dictations(rng: Random, documents: list[str]) -> list[str]:
    """Passages of one to three sentences, each said twice."""
    found = []
    for _ in range(DICTATIONS):
        sentences = pick(rng, documents).split(". ")
        count = min(len(sentences), 1 + rng.randrange(3))
        start = rng.randrange(len(sentences) - count + 1)
        passage = ". ".join(sentences[start : start + count]).rstrip(". ") + "."
        before, after = pick(rng, SPOKEN)
        found.append(f"{before} {passage} {after} {passage}")
    return list(dict.fromkeys(found))


def main() -> None:
    """Writes the files beside this script, in place of what an earlier run left."""
    data = Path(__file__).parent
    for path, content in build().items():
        target = data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
