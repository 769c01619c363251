"""Tables as bytes that depend on their content and the library's version alone."""

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 10_000  # rows; a smaller group only costs space, a larger one memory


def parquet_bytes(table: pa.Table) -> bytes:
    """``table`` as Parquet; metadata of a schema and the cut into chunks leave no trace."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata(None).combine_chunks(),
        sink,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP,
        use_dictionary=True,
        write_statistics=True,
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def parquet_table(content: bytes, columns: list[str] | None = None) -> pa.Table:
    """The table that :func:`parquet_bytes` made, or only some of its columns."""
    return pq.read_table(pa.BufferReader(content), columns=columns)
