"""Promises about the project itself: what its files say is what the others do."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from bot.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent

INDEX_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("debian", "org"),
        ("npmjs", "com"),
    )
)
"""Put together here, so that this file does not name them either."""

ADDRESSED_LOCKS = {"uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json"}
"""Locks that write the address of the index they were made with."""

CODES = r":\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*"
SILENCED = re.compile(rf"#\s*(?:type:\s*ignore(?:\[[^]]*\])?|noqa(?:{CODES})?|pragma:\s*no\s\w+)")


def committed(*patterns: str) -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return (ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in requirements}


def pinned(lock: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {normal(name): version for name, version in found}


@pytest.fixture(scope="module")
def pyproject() -> dict[str, set[str]]:
    """The names of the direct dependencies: "run", and each group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = {name: asked_for(group) for name, group in project["dependency-groups"].items()}
    return {"run": asked_for(project["project"]["dependencies"]), **groups}


def test_no_committed_file_names_a_package_index_or_this_machine() -> None:
    words = (*INDEX_HOSTS, f"{ROOT}/", f"{Path.home()}/")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in committed()
        for word in words
        if word != "//" and word.encode() in path.read_bytes()
    ]
    assert found == []


def test_no_lock_of_a_kind_that_writes_addresses_is_committed() -> None:
    assert [path.name for path in committed() if path.name in ADDRESSED_LOCKS] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_nothing_but_pins_and_hashes(lock: str) -> None:
    strange = [
        line
        for line in (ROOT / lock).read_text().splitlines()
        if not re.fullmatch(r"[\w.-]+==[\w.!+]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]
    assert strange == []


def test_the_locks_pin_every_direct_dependency(pyproject: dict[str, set[str]]) -> None:
    assert pyproject["run"] | pyproject["build"] <= pinned("requirements.lock").keys()
    assert pyproject["run"] | pyproject["build"] | pyproject["dev"] <= pinned("requirements-dev.lock").keys()


def test_development_runs_on_the_versions_that_users_run_on() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_every_dependency_is_explained_and_nothing_else(pyproject: dict[str, set[str]]) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    at_run_time, _heading, otherwise = page.partition("## To build")
    assert explained(at_run_time) == pyproject["run"]
    assert explained(otherwise) == pyproject["build"] | pyproject["dev"]


def explained(tables: str) -> set[str]:
    rows = re.findall(r"^\| `([\w.-]+)` \| (.+) \| (.+) \|$", tables, re.MULTILINE)
    return {normal(name) for name, what, weighed in rows if what.strip() and weighed.strip()}


def test_the_package_carries_all_that_runs_and_nothing_else(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for path in committed():
        copy = project / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(project)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("greenroom-*.whl")
    with zipfile.ZipFile(wheel) as file:
        packed = {name for name in file.namelist() if ".dist-info/" not in name}
    runs = {path.relative_to(ROOT).as_posix() for path in committed("bot", "adapters", "storage")}
    assert packed == runs - {"bot/locales/greenroom.pot"}


def test_the_example_documents_exactly_the_settings_there_are() -> None:
    settings = {name for key, field in Settings.model_fields.items() for name in variables(key, field)}
    assert examples((ROOT / ".env.example").read_text()).keys() == settings


def variables(key: str, field: FieldInfo) -> set[str]:
    """The environment variables that fill a field."""
    match field.validation_alias or field.alias:
        case str(alias):
            names = {alias}
        case AliasChoices(choices=choices):
            names = {str(choice) for choice in choices}
        case None:
            names = {f"{Settings.model_config.get('env_prefix', '')}{key}"}
        case other:
            raise AssertionError(f"{key}: {other!r} names no variable")
    return {name.upper() for name in names}


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    example = examples((ROOT / ".env.example").read_text())
    for name in example:
        monkeypatch.delenv(name, raising=False)
    shown = Settings.model_validate({name: value for name, value in example.items() if value})
    assert shown == read_settings(_env_file=None)


def examples(text: str) -> dict[str, str]:
    """The variables of an example and their values, if their paragraph says more than that."""
    found: dict[str, str] = {}
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip().splitlines()
        values = dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", paragraph, re.MULTILINE))
        if len(lines) > len(values):
            found.update(values)
    return found


def test_whatever_silences_a_check_says_why_on_its_line() -> None:
    unexplained = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for path in committed("*.py")
        for line, comment in comments(path)
        if (silenced := SILENCED.search(comment)) and len(re.findall(r"\w+", comment[silenced.end() :])) < 2
    ]
    assert unexplained == []


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@pytest.mark.parametrize(
    ("comment", "is_explained"),
    [
        ("# type: ignore[arg-type]", False),
        ("# type: ignore[arg-type]  # babel wants a Literal", True),
        ("# noqa: N802, S101", False),
        ("# noqa: N802 - the name gettext's tools know", True),
        ("# pragma: no cover", False),
        ("# pragma: no cover - only on Windows", True),
    ],
)
def test_a_reason_is_told_from_a_code(comment: str, is_explained: bool) -> None:
    silenced = SILENCED.search(comment)
    assert silenced is not None
    assert (len(re.findall(r"\w+", comment[silenced.end() :])) >= 2) is is_explained
