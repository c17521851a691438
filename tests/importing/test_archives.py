"""Archives with bytes that make no sense: each ends in a sentence."""

import io
import zipfile
from pathlib import Path
from random import Random

import pytest

from doings.core.errors import Malformed, Misconfigured
from doings.importing.inputs.sources import opened_sources

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)

CONTENT = b"{}" * 50


def archive(method: int) -> bytes:
    """An archive of two members, packed by that method."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("\u00e4.ndjson", CONTENT)
        made.writestr("b.ndjson", CONTENT)
    return file.getvalue()


def read_all(folder: Path, content: bytes) -> list[str]:
    """What is said of an archive and of its members; nothing where it is whole."""
    path = folder / "a.zip"
    path.write_bytes(content)
    said = []
    try:
        with opened_sources([str(path)]) as sources:
            for source in sources:
                try:
                    with source.opened() as file:
                        file.read()
                except (Malformed, Misconfigured) as error:
                    said.append(str(error))
    except Misconfigured as error:
        said.append(str(error))
    return said


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_one_is_read(tmp_path: Path, method: int) -> None:
    """Whatever it is packed by."""
    assert read_all(tmp_path, archive(method)) == []


@pytest.mark.parametrize("method", METHODS)
def test_bytes_at_random_end_in_a_sentence(tmp_path: Path, method: int) -> None:
    """Zipfile raises eight kinds of errors for these; none is let through."""
    dice, whole = Random(method), archive(method)
    said = []
    for _ in range(250):
        content = bytearray(whole)
        for _ in range(dice.choice((1, 2, 4))):
            content[dice.randrange(len(content))] = dice.randrange(256)
        said += read_all(tmp_path, bytes(content[: dice.choice((len(content), 150))]))

    assert len(said) > 100
    assert all("archive" in one or "there is no file in" in one or "Gi" in one for one in said)


def test_a_fault_of_who_reads_is_no_damage(tmp_path: Path) -> None:
    """So that ours are seen as what they are."""
    (tmp_path / "a.zip").write_bytes(archive(zipfile.ZIP_DEFLATED))

    with (
        opened_sources([str(tmp_path / "a.zip")]) as sources,
        pytest.raises(ValueError, match="ours"),
        sources[0].opened(),
    ):
        raise ValueError("ours")
