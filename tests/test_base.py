"""The base model's three sources, and what is refused."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from data_sections import compute
from hub import serving
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from stages.base import build, sources
from stages.base.stage import require_fit, run
from stages.errors import InputError, ModelError, ParamsError
from stages.params import Build, Hub, Local, Model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHAPE = Build(
    vocab_size=320, hidden_size=32, layers=2, heads=2, kv_heads=1, intermediate_size=64,
    context=32, batch_tokens=64, steps=3, learning_rate=1e-3, warmup_steps=1, weight_decay=0.1,
)  # fmt: skip
TEXTS = ["Cầu Bến Đá dài 48 mét, xây năm 1997.", "Ông Trần Văn Hòa trồng 30 cây xoài."] * 4


def model(source="build", local=None, hub=None):
    return Model(
        source=source, name="m", licence="mit", build=SHAPE,
        local=local or Local(path="", digest=""), hub=hub or Hub(repo="", revision=""),
    )  # fmt: skip


def make(tmp_path, chosen, name="base"):
    corpus = tmp_path / "pretrain"
    corpus.mkdir(exist_ok=True)
    (corpus / "a.txt").write_text("\n".join(TEXTS))
    base = tmp_path / name
    list(run(pretrain=corpus, base=base, model=chosen, seed=1,
             compute=compute()))  # fmt: skip
    return base


@pytest.fixture
def built(tmp_path):
    return make(tmp_path, model())


@pytest.fixture
def flat(built, tmp_path):
    """Model and tokenizer in one folder, as hubs and other tools keep them."""
    folder = tmp_path / "flat"
    shutil.copytree(built / "model", folder)
    shutil.copytree(built / "tokenizer", folder, dirs_exist_ok=True)
    return folder


def bytes_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_building_twice_gives_the_same_bytes(built, tmp_path):
    assert bytes_of(make(tmp_path, model(), "again")) == bytes_of(built)


def test_a_tiny_mistral_survives_saving_and_loading(built):
    loaded = AutoModelForCausalLM.from_pretrained(built / "model")
    assert type(loaded).__name__ == "MistralForCausalLM"
    saved = load_file(built / "model" / "model.safetensors")
    for name, weight in saved.items():
        assert torch.equal(loaded.state_dict()[name], weight), name


def test_the_tokenizer_gives_text_back_and_keeps_digits_apart(built):
    tokenizer = AutoTokenizer.from_pretrained(built / "tokenizer")
    text = "Đường số 1997 — “thử” 🙂"
    ids = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.decode(ids) == text
    assert [t for t in tokenizer.convert_ids_to_tokens(ids) if t.isdigit()] == list("1997")


def test_nothing_to_build_from_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"holds no text; put \.txt files there"):
        build.documents(tmp_path)


def test_local_takes_the_folder_of_the_stated_digest(flat, tmp_path):
    digest = sources.folder_digest(sources.taken_files(flat))
    base = make(tmp_path, model("local", Local(path=str(flat), digest=digest)), "local")
    weights = "model.safetensors"
    assert (base / "model" / weights).read_bytes() == (flat / weights).read_bytes()
    assert (base / "tokenizer" / "tokenizer.json").is_file()


def test_local_refuses_other_bytes_and_tells_their_digest(flat, tmp_path):
    digest = sources.folder_digest(sources.taken_files(flat))
    (flat / "config.json").write_text((flat / "config.json").read_text() + " ")
    found = sources.folder_digest(sources.taken_files(flat))
    with pytest.raises(ModelError, match=f"has digest {found}, but .* is '{digest}'"):
        make(tmp_path, model("local", Local(path=str(flat), digest=digest)), "local")


def test_local_folder_must_exist(tmp_path):
    with pytest.raises(ModelError, match=r"model\.local\.path 'nowhere' is no folder"):
        make(tmp_path, model("local", Local(path="nowhere", digest="")), "local")


def test_pickled_weights_are_not_taken(flat, tmp_path):
    (flat / "model.safetensors").rename(flat / "pytorch_model.bin")
    digest = sources.folder_digest(sources.taken_files(flat))
    with pytest.raises(ModelError, match=r"it needs config\.json and \*\.safetensors"):
        make(tmp_path, model("local", Local(path=str(flat), digest=digest)), "local")


def test_a_tokenizer_with_more_ids_than_embeddings_is_refused(built):
    config = built / "model" / "config.json"
    values = json.loads(config.read_text())
    config.write_text(json.dumps({**values, "vocab_size": 100}))
    with pytest.raises(ModelError, match=r"token id \d+, but the base model has only 100 embed"):
        require_fit(built)


@pytest.mark.parametrize("revision", ["main", "v1.0", "0123abc", COMMIT.upper(), ""])
def test_a_hub_revision_must_be_a_full_commit(tmp_path, revision):
    with pytest.raises(ParamsError, match=rf"model\.hub\.revision is '{revision}'; give the 40"):
        sources.download(Hub(repo="a/b", revision=revision), tmp_path / "x")


DOWNLOAD = """
import sys
from pathlib import Path
from stages.base import sources
from stages.errors import TinhError
from stages.params import Hub
try:
    files = sources.download(Hub(repo="toi/nho", revision=sys.argv[1]), Path(sys.argv[2]))
    print("\\n".join(path.name for path in files))
except TinhError as error:
    sys.exit(str(error))
"""


def download(endpoint, revision, folder):
    """In a process of its own: the hub client reads its address when it is imported."""
    env = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    env |= {"HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, "-c", DOWNLOAD, revision, str(folder / "got")],
        cwd=Path(__file__).parent.parent, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_hub_downloads_a_commit_s_files_and_no_code_or_pickle(flat, tmp_path):
    (flat / "modeling_evil.py").write_text("raise SystemExit('ran')")
    (flat / "pytorch_model.bin").write_bytes(b"pickle")
    with serving(flat, "toi/nho", COMMIT) as (endpoint, seen):
        done = download(endpoint, COMMIT, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [p.name for p in sources.taken_files(flat)]
    for path in sources.taken_files(flat):
        assert (tmp_path / "got" / path.name).read_bytes() == path.read_bytes()
    assert not [path for path in seen if path.endswith((".py", ".bin"))]


def test_a_commit_that_the_hub_does_not_have_is_one_line(flat, tmp_path):
    with serving(flat, "toi/nho", COMMIT) as (endpoint, _):
        done = download(endpoint, "f" * 40, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("toi/nho@ffffffffffff cannot be downloaded:")
    assert done.stderr.count("\n") == 1
