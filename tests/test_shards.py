import hashlib
import itertools
import random

import pyarrow as pa
import pytest

from stages import shards
from stages.errors import InputError
from stages.shards import Shard


def ids(count, seed=1):
    rng = random.Random(seed)
    return [hashlib.sha256(rng.randbytes(8)).hexdigest() for _ in range(count)]


def cut(records, mean):
    """Start and stop of each shard."""
    bounds = [0]
    for batch in shards.batches(records, shards.hash_of, mean):
        bounds.append(bounds[-1] + len(batch))
    return list(itertools.pairwise(bounds))


def names(records, mean=50):
    return [shards.content_name(records[a:b]) for a, b in cut(records, mean)]


def test_cut_covers_every_record_once_in_order():
    records = ids(3000)
    bounds = cut(records, 50)
    assert [start for start, _ in bounds] == [0, *[stop for _, stop in bounds[:-1]]]
    assert bounds[-1][1] == 3000
    assert cut([], 50) == []


def test_shards_have_the_mean_that_was_asked_for():
    sizes = [b - a for a, b in cut(ids(20000), 50)]
    assert 45 <= sum(sizes) / len(sizes) <= 55
    assert min(sizes[:-1]) > 50 // 8
    assert max(sizes) <= 50 * 8


def test_a_mean_of_one_gives_each_record_its_own_shard():
    assert cut(ids(4), 1) == [(0, 1), (1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize("at", [0, 777, 3000])
def test_an_inserted_record_touches_two_shards_at_most(at):
    before = ids(3000)
    after = [*before[:at], *ids(1, seed=2), *before[at:]]
    assert len(set(names(after)) - set(names(before))) <= 2
    assert len(set(names(before)) - set(names(after))) <= 2


@pytest.mark.parametrize("record", ["0" * 64, "f" * 64])
def test_equal_records_neither_crumble_nor_pile_up(record):
    sizes = [b - a for a, b in cut([record] * 10000, 80)]
    assert set(sizes[:-1]) <= {11, 640}


def test_a_name_given_twice_gets_a_number():
    taken = {}
    assert [shards.unique_name("aa", taken) for _ in range(3)] == ["aa", "aa-1", "aa-2"]
    assert shards.unique_name("bb", taken) == "bb"


def test_the_same_table_gives_the_same_bytes(tmp_path):
    whole = pa.table({"offset": [0, 1, 2], "text": ["a", "đ", None]})
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    noted = pieces.replace_schema_metadata({"pandas": "x"})
    for i, table in enumerate((whole, pieces, noted)):
        shards.write_table(table, tmp_path / f"{i}.parquet")
    content = [(tmp_path / f"{i}.parquet").read_bytes() for i in range(3)]
    assert content[0] == content[1] == content[2]


def test_index_is_in_order_of_source_and_line_whatever_came_first(tmp_path):
    parts = [Shard("c", "b.txt", 1, 5), Shard("b", "a.txt", 90, 2), Shard("a", "a.txt", 1, 80)]
    shards.write_index(tmp_path, parts)
    assert shards.read_index(tmp_path) == [parts[2], parts[1], parts[0]]


def test_tables_come_in_index_order_and_absent_ones_are_passed_over(tmp_path):
    parts = [Shard("x", "a", 1, 2), Shard("y", "b", 1, 1), Shard("z", "c", 11, 1)]
    shards.write_index(tmp_path, parts)
    for shard, values in ((parts[2], [5]), (parts[0], [0, 3])):
        table = pa.table({"offset": values, "more": values})
        shards.write_table(table, shards.table_path(tmp_path, "rows", shard))
    read = list(shards.read_tables(tmp_path, "rows", columns=["offset"]))
    assert [(shard.name, t.to_pydict()) for shard, t in read] == [
        ("x", {"offset": [0, 3]}),
        ("z", {"offset": [5]}),
    ]
    assert shards.with_lines(read[1][1], parts[2])["line"].to_pylist() == [16]


def test_a_folder_without_index_is_an_error_that_names_it(tmp_path):
    with pytest.raises(InputError, match=r"index\.parquet does not exist; run the stage"):
        shards.read_index(tmp_path)
