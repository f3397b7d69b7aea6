"""Office files are zip archives: what their directory declares, what they really expand to, what kind they are.

Nothing is extracted: contents are counted as they expand, and forgotten.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from domain.files.kinds import Family, Kind
from domain.refusals import Code, Refusal

MOST_ENTRIES: Final = 5_000
MOST_EXPANDED: Final = 200_000_000
"""Bytes of all entries together."""
MOST_RATIO: Final = 100
"""Expanded to stored, for archives that expand to more than `FREE` bytes."""
FREE: Final = 5_000_000
"""Bytes that any archive may expand to: a sheet of blanks compresses a thousand times."""

_MOST_DIRECTORY = 2_000_000
_END: Final = struct.Struct("<4s4H2LH")
"""The end of the central directory (APPNOTE.TXT 6.3.10, section 4.3.16)."""
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ZIP64: Final = 20
_CHUNK: Final = 65_536
_SMALL: Final = 1_000_000
_ENCRYPTED: Final = 0x1


class _Unsound(Exception):
    """The archive is not what it says, or would do harm."""

    def __init__(self, code: Code = Code.FILE_DAMAGED) -> None:
        super().__init__(code)
        self.code = code


def fault_of_archive(file: BinaryIO, size: int, kind: Kind) -> Refusal | None:
    """Say why an archive of `size` bytes cannot be taken as an office file of this kind.

    Its directory is bounded before it is read: entries, bytes declared, ratio. Then every entry is counted as it really
    expands, at most to what it declared, so that a directory that lies is found out at the cost of an honest one.
    """
    try:
        return _fault(file, size, kind)
    except _Unsound as unsound:
        return Refusal(unsound.code, {})
    except (BadZipFile, struct.error, zlib.error, NotImplementedError, ValueError, OverflowError, EOFError):
        # What zipfile raises for damage; NotImplementedError: a compression that no office suite writes.
        return Refusal(Code.FILE_DAMAGED, {})


def _fault(file: BinaryIO, size: int, kind: Kind) -> Refusal | None:
    entries = _entries(file, size)
    names = {entry.filename for entry in entries}
    if any(name.rpartition("/")[2].lower() in ("vbaproject.bin", "vbadata.xml") for name in names):
        raise _Unsound(Code.FILE_UNSAFE)
    for entry in entries:
        for _ in _expanded(file, entry):
            pass
    if not _is_of(file, entries, kind):
        return Refusal(Code.FILE_TYPE_MISMATCH, {"expected": kind.extensions[0].upper()})
    return None


def _entries(file: BinaryIO, size: int) -> list[ZipInfo]:
    """Read the directory of an archive that is small enough, by what it declares."""
    if size < _END.size:
        raise _Unsound
    tail = min(size, _END.size + _ZIP64)
    file.seek(size - tail)
    raw = file.read(tail)
    mark, _, _, _, count, length, _, comment = _END.unpack(raw[-_END.size :])
    if (
        mark != b"PK\x05\x06" or comment or raw[:4] == b"PK\x06\x07"
    ):  # with a comment or as Zip64 no program writes them
        raise _Unsound
    if count > MOST_ENTRIES or length > _MOST_DIRECTORY:
        raise _Unsound(Code.FILE_UNSAFE)
    with ZipFile(file) as archive:
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _Unsound(Code.FILE_UNSAFE)
    expanded = sum(entry.file_size for entry in entries)
    if (
        expanded > MOST_EXPANDED
        or (expanded > FREE and expanded > MOST_RATIO * size)
        or sum(entry.compress_size for entry in entries) > size  # entries that share their bytes
        or any(_leads_away(entry.filename) or entry.flag_bits & _ENCRYPTED for entry in entries)
    ):
        raise _Unsound(Code.FILE_UNSAFE)
    if len({entry.filename for entry in entries}) < len(entries):
        raise _Unsound
    return entries


def _leads_away(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _expanded(file: BinaryIO, entry: ZipInfo) -> Iterator[bytes]:
    """Give what an entry expands to, piece by piece; it must be as long as the directory says."""
    file.seek(entry.header_offset)
    mark, *_, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if mark != b"PK\x03\x04":
        raise _Unsound
    file.seek(name + extra, 1)
    left, counted = entry.compress_size, 0
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == ZIP_DEFLATED else None
    if inflate is None and entry.compress_type != ZIP_STORED:
        raise _Unsound
    while left:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            raise _Unsound
        left -= len(chunk)
        while chunk:
            piece = inflate.decompress(chunk, _CHUNK) if inflate else chunk
            counted += len(piece)
            if counted > entry.file_size:
                raise _Unsound(Code.FILE_UNSAFE)
            yield piece
            chunk = inflate.unconsumed_tail if inflate else b""
            if inflate and inflate.eof:
                break
    if inflate:
        rest = inflate.flush()  # some kilobytes at most: all input was consumed, or the stream is over
        counted += len(rest)
        yield rest
    if counted != entry.file_size:
        raise _Unsound


def _is_of(file: BinaryIO, entries: list[ZipInfo], kind: Kind) -> bool:
    if kind.family is Family.OPEN_DOCUMENT:
        return _content(file, entries, "mimetype") == kind.media_type.encode()
    return f'"{kind.media_type}.main+xml"'.encode() in _content(file, entries, "[Content_Types].xml")


def _content(file: BinaryIO, entries: list[ZipInfo], name: str) -> bytes:
    entry = next((entry for entry in entries if entry.filename == name), None)
    if entry is None or entry.file_size > _SMALL:
        return b""
    return b"".join(_expanded(file, entry))
