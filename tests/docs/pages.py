"""Reading the pages of the documentation: their code blocks with the output printed below, and their links."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
ROOT_PAGES = ("README.md", "README.zh.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")

_BLOCK = re.compile(r"^```(?P<language>\w+)(?P<info>[^\n]*)\n(?P<code>.*?)^```\n", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(r"\n?```text\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, what follows the language, its code, and the output shown right below it.

    ``output_span`` is where that output stands in the page (start and end character), None without one.
    """

    language: str
    info: str
    code: str
    line: int
    output: str | None
    output_span: tuple[int, int] | None


def pages() -> list[Path]:
    """Every page: those at the root and those below ``docs/``."""
    return [*(REPOSITORY / name for name in ROOT_PAGES), *sorted(DOCS.rglob("*.md"))]


def blocks(text: str, language: str) -> list[Block]:
    """The fenced blocks of one language, in order."""
    found = []
    for match in _BLOCK.finditer(text):
        if match["language"] != language:
            continue
        shown = _OUTPUT.match(text, match.end())
        found.append(
            Block(
                language=language,
                info=match["info"].strip(),
                code=match["code"],
                line=text.count("\n", 0, match.start()) + 1,
                output=None if shown is None else shown["text"],
                output_span=None if shown is None else shown.span("text"),
            )
        )
    return found


def run_page(page: Path) -> list[tuple[Block, str]]:
    """Run the python blocks of a page one after the other in one namespace; each with what it printed.

    Blocks marked ``notebook`` show how a thing looks in a notebook and are compiled only.
    """
    namespace: dict[str, object] = {"__name__": "__main__"}
    ran = []
    for block in blocks(page.read_text(encoding="utf-8"), "python"):
        code = compile("\n" * block.line + block.code, str(page), "exec")
        printed = io.StringIO()
        if block.info != "notebook":
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)  # noqa: S102  (the examples of our own documentation)
        ran.append((block, "".join(line.rstrip() + "\n" for line in printed.getvalue().splitlines())))
    return ran
