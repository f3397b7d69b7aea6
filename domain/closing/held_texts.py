"""The texts of an archive against what its ledger names: each is the one that its digest is of, and none is more."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.closing.chronicle import Chronicle
from domain.closing.contents import Archive, json_of
from domain.closing.texts import digest_in, file_of, text_behind, texts


class TextVerdict(NamedTuple):
    """What became of comparing texts with their digests."""

    held: int
    #: Texts that are named and not there: they are not public, or were not kept.
    missing: int
    #: The first file that is not what it is called, or that nothing names.
    fault: str | None


def verify_texts(archive: Archive, told: Chronicle) -> TextVerdict:
    """Compare the texts of an archive with their digests.

    Raises:
        ArchiveUnfit: one of them cannot be read.
    """
    wanted = [document.digest for document in told.documents] + [text.body.digest for text in texts(told)]
    there = {digest: name for name in archive.names() if (digest := digest_in(name)) is not None}
    wanted += [
        behind
        for document in told.documents
        if document.digest in there
        and (behind := text_behind(json_of(archive.whole(file_of(document.digest)), document.digest)))
    ]
    named = set(wanted)
    for digest, name in there.items():
        if digest not in named or archive.entry(name).sha256 != digest:
            return TextVerdict(0, 0, name)
    return TextVerdict(len(there), len(named - set(there)), None)


def contents_of(archive: Archive) -> dict[str, Any]:
    """Give what the texts say, by their digests.

    Raises:
        ArchiveUnfit: one of them cannot be read.
    """
    return {
        digest: json_of(archive.whole(name), name)
        for name in archive.names()
        if (digest := digest_in(name)) is not None
    }
