"""Tables that people bring: CSV, TSV, JSON lines or Parquet; chosen columns of them.

Every error names the key, the file, the row where there is one, and the fix. Nothing here imports torch.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.json as pajson
import pyarrow.parquet as pq

from sweep.errors import ConfigError

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
JSON_LINES = (".jsonl", ".ndjson", ".json")
PARQUET = (".parquet", ".pq")
SHOWN = 12  # names of columns in a message


class TableFile(NamedTuple):
    """A file with a table.

    Args:
        path: where it is.
        key: the configuration key that named it.
        columns: those that are wanted, in this order.
        encoding: of CSV and TSV.
    """

    path: Path
    key: str
    columns: tuple[str, ...]
    encoding: str = "utf-8"

    def error(self, problem: str) -> ConfigError:
        """The error that names key and file."""
        return ConfigError(self.key, f"is {str(self.path)!r}, {problem}")


class BrokenRow(NamedTuple):
    """A row with more or fewer columns than the header."""

    row: int | None  # from 1, where the parser knows it
    text: str
    columns: int
    expected: int


def check(table: TableFile) -> None:
    """Raises `ConfigError` for a file that isn't there, is of no known kind, or lacks a column; reads only its head."""
    if not table.path.exists():
        raise table.error(f"which is not there (looked in {Path.cwd()})")
    kind = table.path.suffix
    if table.path.is_dir():
        return
    if kind in DELIMITERS:
        check_columns(_header(table), table.columns, str(table.path), table.key)
    elif kind in PARQUET:
        check_columns(_parquet_columns(table), table.columns, str(table.path), table.key)
    elif kind not in JSON_LINES:
        kinds = ", ".join([*DELIMITERS, JSON_LINES[0], PARQUET[0]])
        raise table.error(f"but a file must end in one of {kinds}, or be a folder that datasets saved")


def read(table: TableFile) -> pa.Table:
    """The columns, in the order asked for. Raises `ConfigError` where the file or a row of it can't be used."""
    check(table)
    if table.path.suffix in DELIMITERS:
        rows = _read_delimited(table)
    elif table.path.suffix in JSON_LINES:
        rows = _read_json_lines(table)
    else:
        rows = pq.read_table(table.path, columns=list(table.columns))
    check_columns(rows.column_names, table.columns, str(table.path), table.key)
    if rows.num_rows == 0:
        raise table.error("which has no rows")
    return rows.select(list(table.columns))


def text(rows: pa.Table, column: str, where: str, key: str) -> pa.ChunkedArray:
    """A column as text, no row of it empty.

    Raises `ConfigError`, naming ``where`` the rows are from and the ``key`` for it, where a row has none.
    """
    values = rows[column]
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        raise ConfigError(key, f"is {where!r}, whose column {column!r} holds {values.type}, not text")
    blank = pc.or_kleene(pc.is_null(values), pc.equal(pc.utf8_trim_whitespace(values), ""))
    count = pc.sum(blank).as_py() or 0
    if count:
        first = pc.index(blank, True).as_py() + 1
        found = f"{count} rows" if count > 1 else "a row"
        problem = f"which has {found} with no text in column {column!r} (the first is row {first}): remove them"
        raise ConfigError(key, f"is {where!r}, {problem}")
    return values


def check_columns(found: Sequence[str], columns: Sequence[str], where: str, key: str) -> None:
    """Raises `ConfigError` for a table that lacks a column, naming those that it has."""
    missing = [column for column in columns if column not in found]
    if missing:
        shown = ", ".join(found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
        raise ConfigError(key, f"is {where!r}, which has no column {', '.join(missing)}; it has: {shown}")


def _header(table: TableFile) -> list[str]:
    encoding = "utf-8-sig" if table.encoding == "utf-8" else table.encoding
    try:
        with table.path.open(encoding=encoding, newline="") as lines:
            header = next(csv.reader(lines, delimiter=DELIMITERS[table.path.suffix]), [])
    except (UnicodeError, LookupError) as error:
        raise _wrong_encoding(table) from error
    if not header:
        raise table.error("which is empty")
    return header


def _read_delimited(table: TableFile) -> pa.Table:
    """The table. Quotes of a tab-separated file may be plain letters: they are, where that gives more rows.

    A quote that opens a text and is never closed would otherwise swallow all the lines that follow.
    """
    rows, broken = _parse(table, '"')
    if DELIMITERS[table.path.suffix] == "\t":
        plain, odd = _parse(table, False)
        if not odd and (broken or plain.num_rows > rows.num_rows):
            return plain
    if broken:
        first = broken[0]
        where = f"row {first.row}" if first.row else f"the row {first.text[:40]!r}"
        raise table.error(
            f"where {where} has {first.columns} columns and the header {first.expected} ({len(broken)} such rows): "
            "quote the texts that hold the delimiter"
        )
    return rows


def _parse(table: TableFile, quote: str | Literal[False]) -> tuple[pa.Table, list[BrokenRow]]:
    """The rows that have as many columns as the header, and those that have not."""
    broken: list[BrokenRow] = []

    def skip(row: pacsv.InvalidRow) -> str:
        number = row.number - 1 if row.number else None  # the header is a row to the parser
        broken.append(BrokenRow(number, row.text, row.actual_columns, row.expected_columns))
        return "skip"

    reading = pacsv.ReadOptions(encoding=table.encoding, use_threads=False)  # rows are numbered only without threads
    parsing = pacsv.ParseOptions(
        delimiter=DELIMITERS[table.path.suffix],
        quote_char=quote,
        newlines_in_values=quote is not False and table.path.suffix == ".csv",
        invalid_row_handler=skip,
    )
    converting = pacsv.ConvertOptions(
        column_types={column: pa.string() for column in table.columns},
        include_columns=list(table.columns),
        strings_can_be_null=False,
    )
    try:
        return pacsv.read_csv(table.path, reading, parsing, converting), broken
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise _wrong_encoding(table) from error
        raise table.error(f"which can't be read: {error}") from error
    except (UnicodeError, LookupError) as error:
        raise _wrong_encoding(table) from error


def _wrong_encoding(table: TableFile) -> ConfigError:
    line = ""
    if table.encoding == "utf-8":
        try:
            table.path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            line = f" (line {error.object[: error.start].count(10) + 1})"
    return table.error(
        f"which is not {table.encoding} text{line}: save it as UTF-8, or name its encoding, "
        "as in recipe.data.encoding=latin-1"
    )


def _read_json_lines(table: TableFile) -> pa.Table:
    try:
        return pajson.read_json(table.path)
    except pa.ArrowInvalid as error:
        if "UTF-8" in str(error) or "encoding" in str(error):
            raise _wrong_encoding(table._replace(encoding="utf-8")) from error
        reason = str(error).removeprefix("JSON parse error: ")
        raise table.error(f"which is not a JSON object on each line: {reason} (rows from 0)") from error


def _parquet_columns(table: TableFile) -> list[str]:
    try:
        names: list[str] = pq.read_schema(table.path).names
    except pa.ArrowInvalid as error:
        raise table.error(f"which is not a Parquet file: {error}") from error
    return names
