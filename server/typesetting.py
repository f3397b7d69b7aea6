"""Setting a page with typst: a template of this package, and words that come in as data, never as markup."""

import json
from importlib.resources import files
from typing import Any

import typst


def pdf(template: str, said: dict[str, Any]) -> bytes:
    """Set a PDF, tagged for screen readers: the same bytes for the same words.

    `template` is a file of the package `server`; it finds the words in `sys.inputs.said`, as JSON.
    Not held to PDF/UA-1, which refuses a whole page for one sign that the fonts of the wheel do not have.
    """
    made = typst.compile(
        files("server").joinpath(template).read_bytes(),
        format="pdf",
        sys_inputs={"said": json.dumps(said)},
        ignore_system_fonts=True,
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made
