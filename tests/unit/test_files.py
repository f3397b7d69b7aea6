"""Files that people send: their names, their kinds, and whether they are what they say."""

from __future__ import annotations

import re
import struct
import time
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.files import archives
from domain.files.kinds import KINDS, Kind, accepted, kind_of
from domain.files.names import LONGEST, read_name
from domain.files.sniffing import fault_of_content
from domain.refusals import Code, Refusal
from tests.unit import office_files as make


def code(found: object) -> Code | None:
    return found.code if isinstance(found, Refusal) else None


def sniffed(content: bytes, media_type: str) -> Code | None:
    return code(fault_of_content(BytesIO(content), len(content), KINDS[media_type]))


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\a.pdf", "a/b.pdf", "", " ", ".", "..", ".htaccess",
        "a.pdf.", "a\0.pdf", "a\n.pdf", "a\x7f.pdf", "avis\u202efdp.exe", "\u2066a.pdf", "a\u200b.pdf", "\ufeffa.pdf",
        "a\ud800.pdf", "con", "NUL.pdf", "Com1.txt", "x" * (LONGEST + 1), "é" * 150,
    ],
)  # fmt: skip
def test_a_name_that_leads_away_hides_something_or_is_too_long_is_refused(name: str) -> None:
    assert code(read_name(name)) is Code.FILE_NAME_INVALID


@pytest.mark.parametrize(
    "name",
    [
        "avis.pdf",
        "Contribution – synthèse (v2).odt",
        "réponse à la question n° 3 ?.docx",
        "日本語.txt",
        "console.pdf",
    ],
)
def test_names_as_people_give_them_are_taken(name: str) -> None:
    assert read_name(name) == name


def test_a_name_comes_in_one_form() -> None:
    assert read_name(" e\u0301te\u0301.pdf ") == "été.pdf"


@given(st.text(max_size=300))
def test_no_name_that_is_taken_is_a_path_or_holds_what_cannot_be_seen(name: str) -> None:
    found = read_name(name)
    if isinstance(found, str):
        assert found
        assert not re.search(r"[/\\\x00-\x1f\u202e]", found)
        assert read_name(found) == found


# Kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("media_type", "name", "found"),
    [
        ("application/pdf", "a.pdf", "application/pdf"),
        ("Text/CSV; charset=windows-1252", "a.CSV", "text/csv"),
        ("application/octet-stream", "a.jpeg", "image/jpeg"),
        ("", "a.docx", make.DOCX),
        ("application/vnd.ms-excel", "a.csv", "text/csv"),
    ],
)
def test_a_kind_is_claimed_by_media_type_and_by_name(media_type: str, name: str, found: str) -> None:
    kind = kind_of(media_type, name)
    assert isinstance(kind, Kind)
    assert kind.media_type == found


@pytest.mark.parametrize(
    ("media_type", "name", "refused"),
    [
        ("text/html", "a.html", Code.FILE_TYPE_NOT_ACCEPTED),
        ("image/svg+xml", "a.svg", Code.FILE_TYPE_NOT_ACCEPTED),
        ("application/vnd.ms-excel", "a.xls", Code.FILE_TYPE_NOT_ACCEPTED),
        ("", "a.exe", Code.FILE_TYPE_NOT_ACCEPTED),
        ("", "pdf", Code.FILE_TYPE_MISMATCH),
        ("text/plain", "a.html", Code.FILE_TYPE_MISMATCH),
        ("application/pdf", "a.pdf.exe", Code.FILE_TYPE_MISMATCH),
    ],
)
def test_a_kind_that_is_not_taken_or_not_that_of_the_name_is_refused(
    media_type: str, name: str, refused: Code
) -> None:
    assert code(kind_of(media_type, name)) is refused


def test_the_kinds_that_are_taken_can_be_told() -> None:
    assert accepted() == "PDF, PNG, JPG, WEBP, ODT, ODS, ODP, DOCX, XLSX, PPTX, CSV, TXT"


# Contents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (make.PDF, "application/pdf"),
        (make.PNG, "image/png"),
        (make.JPEG, "image/jpeg"),
        (make.WEBP, "image/webp"),
        (make.odt(), make.ODT),
        (make.docx(), make.DOCX),
        ("Prénom;Âge\nZoé;44\n".encode(), "text/csv"),
        ("Prénom;Âge\r\nZoé;44\r\n".encode("cp1252"), "text/csv"),
        ("Prénom;Âge".encode("utf-8-sig"), "text/csv"),
        ("Prénom;Âge".encode("utf-16"), "text/csv"),
        (b"BM is how this text begins, P5 or ID3 might do it too.", "text/plain"),
        (b"a < b and <scripture> is no markup", "text/plain"),
    ],
)
def test_what_is_what_it_says_is_taken(content: bytes, media_type: str) -> None:
    assert sniffed(content, media_type) is None


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (HTML, "application/pdf"),
        (b"#!/bin/sh\nrm -rf /\n", "application/pdf"),
        (b"\n" + make.PDF, "application/pdf"),
        (make.PNG, "image/jpeg"),
        (make.PDF, "text/plain"),
        (HTML, "text/plain"),
        (b" \n <ScRipt >alert(1)</script>", "text/csv"),
        (b"\xef\xbb\xbf<svg onload=alert(1)>", "text/plain"),
        ("<html>".encode("utf-16"), "text/plain"),
        ("a\0b".encode("utf-16"), "text/plain"),
        (b"\xff\xfea", "text/plain"),
        (b"<?php system($_GET[0]); ?>", "text/plain"),
        (b"#!/bin/sh\n", "text/plain"),
        (b"MZ\x90\x00", "text/plain"),
        (b"x" * 70_000 + b"\0", "text/plain"),
        (make.docx(), make.ODT),
        (make.odt(), make.DOCX),
        (b"%PDF-1.7", make.DOCX),
        (make.archive({"a.txt": b"a"}), make.DOCX),
    ],
)
def test_what_is_not_what_it_says_is_refused(content: bytes, media_type: str) -> None:
    assert sniffed(content, media_type) is Code.FILE_TYPE_MISMATCH


@given(st.binary(max_size=3000), st.sampled_from(sorted(KINDS)))
def test_no_content_breaks_the_check(content: bytes, media_type: str) -> None:
    assert sniffed(content, media_type) in (
        None,
        Code.FILE_TYPE_MISMATCH,
        Code.FILE_DAMAGED,
        Code.FILE_UNSAFE,
    )


@given(st.data())
def test_no_change_to_an_archive_breaks_the_check(data: st.DataObject) -> None:
    content = bytearray(make.docx(styles=b"x" * 500))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert sniffed(bytes(content), make.DOCX) in (
        None,
        Code.FILE_TYPE_MISMATCH,
        Code.FILE_DAMAGED,
        Code.FILE_UNSAFE,
    )


# Archives -----------------------------------------------------------------------------------------


def test_an_archive_that_declares_to_expand_too_much_is_refused_before_it_is_expanded() -> None:
    began = time.perf_counter()
    bomb = make.docx(**{f"word/{n}.xml": bytes(archives.MOST_EXPANDED // 4) for n in range(5)})
    made = time.perf_counter() - began
    assert len(bomb) < 2_000_000
    began = time.perf_counter()
    assert sniffed(bomb, make.DOCX) is Code.FILE_UNSAFE
    assert time.perf_counter() - began < made / 4


def test_a_ratio_beyond_all_measure_is_refused_though_small_files_of_blanks_are_not() -> None:
    assert sniffed(make.docx(**{"word/blank.xml": b" " * (archives.FREE // 2)}), make.DOCX) is None
    assert sniffed(make.docx(**{"word/blank.xml": b" " * 20_000_000}), make.DOCX) is Code.FILE_UNSAFE


def test_an_archive_that_expands_to_more_than_it_declares_is_found_out() -> None:
    honest = make.docx(**{"word/big.xml": bytes(3_000_000)})
    lying = honest.replace(struct.pack("<L", 3_000_000), struct.pack("<L", 3_000))
    assert lying != honest
    assert sniffed(lying, make.DOCX) is Code.FILE_UNSAFE


def test_an_archive_that_expands_to_less_than_it_declares_is_damaged() -> None:
    honest = make.docx(**{"word/big.xml": bytes(3_000)})
    assert (
        sniffed(honest.replace(struct.pack("<L", 3_000), struct.pack("<L", 3_001)), make.DOCX)
        is Code.FILE_DAMAGED
    )


def test_entries_that_share_their_bytes_are_refused() -> None:
    """Overlapping entries, as in Fifield, "A better zip bomb" (WOOT 2019): each is honest, all together are not."""
    deflate = zlib.compressobj(9, wbits=-15)
    kernel = deflate.compress(bytes(400_000)) + deflate.flush()
    name = b"0"
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(kernel), 400_000, len(name), 0) + name
    )
    entries = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(kernel), 400_000, 2, 0, 0, 0, 0, 0, 0
        ) + b"%02d" % number
        for number in range(11)
    )  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 11, 11, len(entries), len(local + kernel), 0)
    bomb = local + kernel + entries + end
    assert len(zipfile.ZipFile(BytesIO(bomb)).infolist()) == 11
    assert sniffed(bomb, make.DOCX) is Code.FILE_UNSAFE


def test_an_archive_with_too_many_entries_is_refused() -> None:
    many = make.archive({f"{n}": b"" for n in range(archives.MOST_ENTRIES + 1)})
    assert sniffed(many, make.DOCX) is Code.FILE_UNSAFE


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "word\\..\\x", "C:evil", "a/../../b"])
def test_an_archive_whose_entries_lead_away_is_refused(name: str) -> None:
    assert sniffed(make.docx(**{name: b""}), make.DOCX) is Code.FILE_UNSAFE


def test_macros_and_passwords_are_refused() -> None:
    assert sniffed(make.docx(**{"word/vbaProject.bin": b"\0"}), make.DOCX) is Code.FILE_UNSAFE
    locked = bytearray(make.docx())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert sniffed(bytes(locked), make.DOCX) is Code.FILE_UNSAFE


def test_a_document_with_macros_is_none_without() -> None:
    macros = make.content_types("application/vnd.ms-word.document.macroEnabled")
    assert sniffed(make.archive({"[Content_Types].xml": macros}), make.DOCX) is Code.FILE_TYPE_MISMATCH


def test_a_broken_archive_is_damaged() -> None:
    whole = make.docx()
    for broken in (whole[:-1], whole[: len(whole) // 2], whole + b"x", b"PK\x03\x04"):
        assert sniffed(broken, make.DOCX) is Code.FILE_DAMAGED
