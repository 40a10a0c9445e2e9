"""Tables that people bring: CSV, TSV, JSON lines, Parquet, or a folder that `datasets` saved; chosen columns of them.

Every error names the key, the file, the row where there is one, and the fix. Nothing here imports torch.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

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


def check(path: str, key: str, columns: Sequence[str], encoding: str = "utf-8") -> None:
    """Raises `ConfigError` for a file that isn't there, is of no known kind, or lacks a column; reads only its head."""
    file = _existing(path, key)
    if file.is_dir():
        return
    if file.suffix in DELIMITERS:
        check_columns(_header(file, key, encoding), columns, path, key)
    elif file.suffix in PARQUET:
        check_columns(_parquet_schema(file, key).names, columns, path, key)
    elif file.suffix not in JSON_LINES:
        kinds = ", ".join([*DELIMITERS, JSON_LINES[0], PARQUET[0]])
        raise ConfigError(key, f"is {path!r}: a file ends in one of {kinds}, or is a folder that datasets saved")


def read(path: str, key: str, columns: Sequence[str], encoding: str = "utf-8") -> pa.Table:
    """The columns, in the order asked for. Raises `ConfigError` where the file or a row of it can't be used."""
    check(path, key, columns, encoding)
    file = Path(path)
    if file.suffix in DELIMITERS:
        table = _delimited(file, key, columns, encoding)
    elif file.suffix in JSON_LINES:
        table = _json_lines(file, key)
    else:
        table = pq.read_table(file, columns=list(columns))
    check_columns(table.column_names, columns, path, key)
    if table.num_rows == 0:
        raise ConfigError(key, f"is {path!r}, which has no rows")
    return table.select(list(columns))


def text(table: pa.Table, column: str, path: str, key: str) -> pa.ChunkedArray:
    """A column as text, no row of it empty. Raises `ConfigError` for the first row that has none."""
    values = table[column]
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        raise ConfigError(key, f"is {path!r}, whose column {column!r} holds {values.type}, not text")
    blank = pc.or_kleene(pc.is_null(values), pc.equal(pc.utf8_trim_whitespace(values), ""))
    count = pc.sum(blank).as_py() or 0
    if count:
        row = pc.index(blank, True).as_py() + 1
        rows = f"{count} rows" if count > 1 else "a row"
        where = f"with no text in column {column!r} (the first is row {row})"
        raise ConfigError(key, f"is {path!r}, which has {rows} {where}: remove them")
    return values


def _existing(path: str, key: str) -> Path:
    file = Path(path)
    if not file.exists():
        raise ConfigError(key, f"is {path!r}, which is not there (looked in {Path.cwd()})")
    return file


def check_columns(found: Sequence[str], columns: Sequence[str], path: str, key: str) -> None:
    """Raises `ConfigError` for a table that lacks a column, naming those that it has."""
    missing = [column for column in columns if column not in found]
    if missing:
        shown = ", ".join(found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
        raise ConfigError(key, f"is {path!r}, which has no column {', '.join(missing)}; it has: {shown}")


def _header(file: Path, key: str, encoding: str) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as lines:
            header = next(csv.reader(lines, delimiter=DELIMITERS[file.suffix]), [])
    except (UnicodeError, LookupError) as error:
        raise _wrong_encoding(file, key, encoding) from error
    if not header:
        raise ConfigError(key, f"is {str(file)!r}, which is empty")
    return header


def _delimited(file: Path, key: str, columns: Sequence[str], encoding: str) -> pa.Table:
    """The table. Quotes of a tab-separated file may be plain letters: they are, where that gives more rows.

    A quote that opens a text and is never closed would otherwise swallow all the lines that follow.
    """
    table, broken = _parse(file, key, columns, encoding, '"')
    if DELIMITERS[file.suffix] == "\t":
        plain, odd = _parse(file, key, columns, encoding, False)
        if not odd and (broken or plain.num_rows > table.num_rows):
            return plain
    if broken:
        first = broken[0]
        where = f"row {first.number - 1}" if first.number else f"the row {first.text[:40]!r}"
        raise ConfigError(
            key,
            f"is {str(file)!r}, where {where} has {first.actual_columns} columns and the header "
            f"{first.expected_columns} ({len(broken)} such rows): quote the texts that hold the delimiter",
        )
    return table


def _parse(
    file: Path, key: str, columns: Sequence[str], encoding: str, quote: str | Literal[False]
) -> tuple[pa.Table, list[pacsv.InvalidRow]]:
    broken: list[pacsv.InvalidRow] = []

    def note(row: pacsv.InvalidRow) -> str:
        broken.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            file,
            pacsv.ReadOptions(encoding=encoding, use_threads=False),  # rows are numbered only so
            pacsv.ParseOptions(
                delimiter=DELIMITERS[file.suffix],
                quote_char=quote,
                newlines_in_values=quote is not False and file.suffix == ".csv",
                invalid_row_handler=note,
            ),
            pacsv.ConvertOptions(
                column_types={column: pa.string() for column in columns},
                include_columns=list(columns),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeError, LookupError) as error:
        if "UTF8" in str(error) or not isinstance(error, pa.ArrowInvalid):
            raise _wrong_encoding(file, key, encoding) from error
        raise ConfigError(key, f"is {str(file)!r}, which can't be read: {error}") from error
    return table, broken


def _wrong_encoding(file: Path, key: str, encoding: str) -> ConfigError:
    place = ""
    if encoding == "utf-8":
        try:
            file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            place = f" (line {error.object[: error.start].count(10) + 1})"
    return ConfigError(
        key,
        f"is {str(file)!r}, which is not {encoding} text{place}: save it as UTF-8, or say what it is, "
        "as in recipe.data.encoding=latin-1",
    )


def _json_lines(file: Path, key: str) -> pa.Table:
    try:
        return pajson.read_json(file)
    except pa.ArrowInvalid as error:
        if "UTF-8" in str(error) or "encoding" in str(error):
            raise _wrong_encoding(file, key, "utf-8") from error
        said = str(error).removeprefix("JSON parse error: ")
        raise ConfigError(
            key, f"is {str(file)!r}, which is not a JSON object on each line: {said} (rows from 0)"
        ) from error


def _parquet_schema(file: Path, key: str) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except pa.ArrowInvalid as error:
        raise ConfigError(key, f"is {str(file)!r}, which is not a Parquet file: {error}") from error
