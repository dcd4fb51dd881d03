"""Network: a small network that ships with Dateline is loaded, if it is the one that was exported.

Run by onnxruntime; torch is not needed. Knows nothing of what a network reads or says.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from index.models import file_sha256
from index.onnx import session_options
from rag.errors import ReaderError

TOKENIZER, CARD = "tokenizer.json", "card.json"
CPU_INFO = Path("/proc/cpuinfo")


class Network:
    """An exported network.

    Args:
        folder: holds the graph, the tokenizer and a card with the SHA-256 of both.
        graph: the graph's file.
        remedy: what to do where it cannot be loaded.

    Raises:
        ReaderError: a file is missing, or is not the one that was exported.
    """

    def __init__(self, folder: Path, graph: str, remedy: str) -> None:
        import onnxruntime  # noqa: PLC0415 - only where something is read

        damaged = ReaderError(f"the reader in {folder} is missing or damaged: {remedy}")
        if not _is_exported(folder, graph):
            raise damaged
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / graph), session_options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise damaged from error

    def run(
        self, outputs: Sequence[str], feed: Mapping[str, object]
    ) -> list[npt.NDArray[np.float32]]:
        """Return what it says of a batch, an array for each output."""
        result: list[npt.NDArray[np.float32]] = self._session.run(list(outputs), dict(feed))
        return result


def open_tokenizer(file: Path) -> tuple[Tokenizer, int, int]:
    """Open a model's `tokenizer.json`, which then neither pads nor cuts.

    Returns:
        The tokenizer, and the tokens that every input begins and ends with.
    """
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    first, last = tokenizer.encode("").ids
    return tokenizer, first, last


def _multiplies_eight_bits() -> bool:
    """Tell whether this processor says that it multiplies eight bits natively (VNNI)."""
    try:
        return "vnni" in CPU_INFO.read_text("utf-8", errors="replace")
    except OSError:
        return False


def _is_exported(folder: Path, graph: str) -> bool:
    """Tell whether a folder holds exactly the files that its card names."""
    try:
        expected = json.loads((folder / CARD).read_text("utf-8"))["files"]
        found = {name: file_sha256(folder / name) for name in (graph, TOKENIZER)}
    except (OSError, KeyError, TypeError, ValueError):
        return False
    return bool(found == expected)
