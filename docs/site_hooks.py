"""What MkDocs makes from the project itself, so that no page must be kept in step by hand.

A reference page for every command, from its config dataclass; the measured results of
``benchmarks/results``; the changelog; and the three code folders as one package, which is what the
reference of the Python names is read from.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import shutil
import sys
import textwrap
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
SOURCE = ROOT / "build" / "docs" / "source"
CHECKS = "reference/checks.md"


def on_startup(**_: object) -> None:
    """Lay out the package as an installed one has it."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "augment", SOURCE / "augment", ignore=ignore)
    for folder in ("datasets", "train"):
        shutil.copytree(ROOT / folder, SOURCE / "augment" / folder, ignore=ignore)
        (SOURCE / "augment" / folder / "__init__.py").write_text("")
    if str(ROOT) not in sys.path:  # the checkout goes before whatever is installed
        sys.path.insert(0, str(ROOT))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the generated pages into the navigation."""
    config.watch += [str(ROOT / "augment"), str(ROOT / "datasets"), str(ROOT / "train")]
    sections = {name: entry for part in config.nav or () for name, entry in _named(part)}
    sections["Reference"].insert(
        0, {"Commands": ["reference/commands/index.md", *(_page(name) for name in commands())]}
    )
    sections["Reference"].append({"Checks": CHECKS})
    sections["Explanation"].append(
        {"Measured": [f"results/{path.name}" for path in sorted(RESULTS.glob("*.md"))]}
    )
    assert config.nav is not None
    config.nav.append({"Changes": "changes.md"})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the figures and tables that they show or name."""
    pages = {_page(name): command_page(name) for name in commands()}
    pages["reference/commands/index.md"] = command_index()
    pages[CHECKS] = checks_page()
    pages["changes.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for path in RESULTS.glob("*.md"):
        pages[f"results/{path.name}"] = path.read_text(encoding="utf-8")
    for uri, content in pages.items():
        files.append(File.generated(config, uri, content=content))
    for beside in [*RESULTS.glob("*.png"), *RESULTS.glob("*.csv")]:
        files.append(File.generated(config, f"results/{beside.name}", abs_src_path=str(beside)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead what names a file of the checkout, or the help of a command, to its page here.

    So the links of the sources are good in the checkout as well.
    """
    top = "../" * page.file.src_uri.count("/")

    def command(found: re.Match[str]) -> str:
        return f"[{found[0]}]({top}{_page(found[1] or 'index')})"

    markdown = markdown.replace(f"]({top}../benchmarks/results/", f"]({top}results/")
    markdown = markdown.replace(f"]({top}../augment/filters/__init__.py)", f"]({top}{CHECKS})")
    return re.sub(r"`augment (?:([a-z-]+) )?--help`", command, markdown)


def _named(part: object) -> list[tuple[str, Any]]:
    return list(part.items()) if isinstance(part, dict) else []


def _page(command: str) -> str:
    return f"reference/commands/{command}.md"


def commands() -> dict[str, tuple[str, str]]:
    """Give the table of commands: name -> (module, one line of help)."""
    table: dict[str, tuple[str, str]] = importlib.import_module("augment.cli").COMMANDS
    return table


def command_index() -> str:
    """Give the page that lists the commands."""
    rows = [f"| [`augment {name}`]({name}.md) | {text} |" for name, (_, text) in commands().items()]
    return "\n".join(
        [
            "# Commands",
            "",
            "Results go to stdout, progress to stderr; `--json`, where a command has it, prints",
            "the results for programs. Exit codes: 0 done, 1 failed while running, 2 bad usage or",
            "input, 130 interrupted. What is finished is kept in every case. A traceback, when",
            "something fails: `augment --debug COMMAND`.",
            "",
            "| command | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def checks_page() -> str:
    """Give the page that lists the checks of the paraphrase filter, in their order of running."""
    table: dict[str, str] = importlib.import_module("augment.filters").FILTERS
    rows = []
    for name, place in table.items():
        module, _, cls = place.partition(":")
        check = getattr(importlib.import_module(module), cls)
        line = (inspect.getdoc(check) or "").splitlines()[0]
        rows.append(f"| `{name}` | {_escape(line)} |")
    return "\n".join(
        [
            "# Checks",
            "",
            "A candidate is refused for any of these; the first one is the reason that is told.",
            "`--no-filter NAME` leaves one out; other packages add theirs through the group",
            "`augment.filters` of entry points. What they catch stands in",
            "[What the filter sees](../explanation/filter.md).",
            "",
            "| check | refuses |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def command_page(name: str) -> str:
    """Give the page of one command, from the docstrings of its config dataclass."""
    module, line = commands()[name]
    config = importlib.import_module(module).Config
    hints = get_type_hints(config, include_extras=True)
    texts = field_texts(config)
    places, flags = [], []
    for field in dataclasses.fields(config):
        row = _row(field, hints[field.name], texts[field.name])
        (places if _is_positional(hints[field.name]) else flags).append(row)
    usage = " ".join(["augment", name, *(_place(row[0], row[1]) for row in places), "[OPTIONS]"])
    out = [f"# augment {name}", "", line, "", "```text", usage, "```", ""]
    out += [_escape(part) for part in inspect.cleandoc(config.__doc__ or "").splitlines()[1:]]
    if places:
        out += ["", "## Arguments", "", "| argument | what it is |", "|---|---|"]
        out += [f"| `{row[1] or row[0]}` | {row[3]} |" for row in places]
    out += [
        "",
        "## Options",
        "",
        "| option | value | default | what it does |",
        "|---|---|---|---|",
    ]
    for flag, value, default, text in flags:
        shown = f"`{value}`" if value else ""
        out.append(f"| `{flag}` | {shown} | {default} | {text} |")
    out += ["", f"In `augment.toml` these are the keys of the table `[{name}]`.", ""]
    return "\n".join(out)


def field_texts(config: type) -> dict[str, str]:
    """Give the docstring under every field of a dataclass and of those it is made from."""
    texts: dict[str, str] = {}
    for cls in reversed(config.__mro__):
        if not dataclasses.is_dataclass(cls):
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        assert isinstance(body, ast.ClassDef)
        for field, below in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                texts[field.target.id] = " ".join(below.value.value.split())
    return texts


def _row(field: dataclasses.Field[Any], hint: object, text: str) -> tuple[str, str, str, str]:
    """Flag, how its value is shown, default, what it does."""
    marks = [mark for mark in getattr(hint, "__metadata__", ()) if hasattr(mark, "metavar")]
    name = next((mark.name for mark in marks if mark.name), field.name.rstrip("_"))
    flag = "--" + name.replace("_", "-")
    kind = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    value = next((mark.metavar for mark in marks if mark.metavar), _shown(kind))
    default = ""
    if not any(field.default is none for none in (dataclasses.MISSING, None, (), False)):
        shown = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        default = f"`{shown}`"
    return flag, value, default, _escape(text)


def _is_positional(hint: object) -> bool:
    return any(str(mark) == "Positional" for mark in getattr(hint, "__metadata__", ()))


def _place(flag: str, value: str) -> str:
    return value or flag.strip("-").upper()


def _shown(kind: Any) -> str:  # noqa: ANN401 - any type hint
    """Say what a value may be."""
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    if get_origin(kind) in (UnionType, Union):
        return "|".join(_shown(one) for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple:
        return _shown(get_args(kind)[0])
    return {bool: "", int: "N", float: "F", str: "TEXT", Path: "PATH"}.get(kind, str(kind))


def _escape(text: str) -> str:
    """Show a docstring's text as it stands: pipes, angle brackets and stars are no markup."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        for mark, shown in (("<", "&lt;"), ("*", "\\*"), ("_", "\\_"), ("|", "\\|")):
            parts[index] = parts[index].replace(mark, shown)
    return "`".join(parts)
