"""Whether a path leads to a file that can be a table, and of which kind."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Final

from augment.broken_text import readable
from augment.errors import TableError

#: suffix -> how the file is read; any other suffix is told from the content.
_KINDS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
#: How other files start that people give by mistake, and what to do.
_NO_TABLES: Final = (
    (b"PK\x03\x04", "a zip archive, or an Excel workbook that is not called .xlsx"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as .xlsx, or the sheet as CSV"),
    (b"\x1f\x8b", "gzip-compressed; unpack it first (gunzip)"),
    (b"BZh", "bzip2-compressed; unpack it first (bunzip2)"),
    (b"\xfd7zXZ", "xz-compressed; unpack it first (unxz)"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed; unpack it first (unzstd)"),
    (b"%PDF-", "a PDF; a table is wanted"),
    (b"SQLite format 3\0", "an SQLite database; export the table as CSV"),
    (b"\x89PNG", "an image; a table is wanted"),
    (b"\x7fELF", "a program; a table is wanted"),
)


def check_name(name: str) -> None:
    """Refuse a name that no report or model could tell: one that is no text in UTF-8."""
    if readable(name) != name:
        raise TableError(
            f"{name!r}: this name is no UTF-8 (out of an old archive, perhaps); rename it"
        )


def check_file(file: Path, name: str) -> bytes:
    """Refuse what is no readable file with content; give its first bytes."""
    if file.is_symlink() and not file.exists():
        raise TableError(f"{name} is a link to {file.readlink()}, which is not there")
    if not file.exists() and name == "-":
        raise TableError(
            "-: the standard input is not read, as tables are read more than once; name a file"
        )
    if not file.exists():
        raise TableError(f"no such file: {name}{_close_names(file)}")
    if not file.is_file():
        raise TableError(f"{name} is a pipe or a device; a file that can be read twice is wanted")
    try:
        with file.open("rb") as handle:
            head = handle.read(1 << 16)
    except PermissionError as error:
        raise TableError(f"{name} cannot be read by this user; chmod u+r would allow it") from error
    # Tabs are no white space here: they are the header of a table with nameless columns.
    if not head.removeprefix(b"\xef\xbb\xbf").strip(b" \r\n"):
        raise TableError(f"{name} is empty; a table with a header and rows is wanted")
    return head


def _close_names(file: Path) -> str:
    if not file.parent.is_dir():
        return f" (there is no folder {str(file.parent)!r})"
    try:
        names = sorted(entry.name for entry in file.parent.iterdir())
    except PermissionError:
        return ""
    close = get_close_matches(file.name, names, n=3)
    if not close:
        # A .json file is seldom a table, and beside an augmented one lies its manifest.
        tables = _KINDS.keys() - {".json"}
        close = [name for name in names if Path(name).suffix in tables][:3]
        return f" (tables in that folder: {', '.join(map(repr, close))})" if close else ""
    return f"; did you mean {' or '.join(repr(str(file.parent / name)) for name in close)}?"


def file_kind(file: Path, head: bytes) -> str:
    """Tell how a file is read, by its suffix and else by its start: csv, jsonl, excel and so on."""
    if head.startswith(b"PAR1"):
        return "parquet"
    known = _KINDS.get(file.suffix.lower())
    if known == "json" and _is_lines(head):
        return "jsonl"
    if known:
        return known
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"[{"):
        return "json"
    return "jsonl" if start.startswith((b'{"', b"{ ", b"{}")) else "csv"


def check_text(name: str, head: bytes) -> None:
    """Refuse what is no text, with what it is where that can be told."""
    for magic, what in _NO_TABLES:
        if head.startswith(magic):
            raise TableError(f"{name} is {what}")
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    if head[:4].count(0) > 2 and not marked:
        raise TableError(f"{name}: not a table: it starts with NUL bytes")


def with_mark(encoding: str, head: bytes) -> str:
    """Read past a byte-order mark that the named encoding would take for a character."""
    plain = encoding.lower().replace("_", "-")
    if plain in ("utf-8", "utf8") and head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if plain in ("utf-16-le", "utf-16le") and head.startswith(b"\xff\xfe"):
        return "utf-16"
    if plain in ("utf-16-be", "utf-16be") and head.startswith(b"\xfe\xff"):
        return "utf-16"
    return encoding


def _is_lines(head: bytes) -> bool:
    """Whether a file named .json holds an object a line, as many do."""
    lines = [line for line in head.split(b"\n") if line.strip()][:2]
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    whole = [line.strip().endswith(b"}") and line.strip().startswith(b"{") for line in lines]
    return len(lines) > 1 and all(whole)
