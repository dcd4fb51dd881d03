"""Network: a small network that ships with Dateline is loaded, if it is the one that was exported.

Run by onnxruntime; torch is not needed. Knows nothing of what a network reads or says.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from index.models import file_sha256
from index.onnx import session_options
from rag.errors import ReaderError

if TYPE_CHECKING:
    from onnxruntime import SessionOptions

TOKENIZER, CARD = "tokenizer.json", "card.json"
CPU_INFO = Path("/proc/cpuinfo")
# See onnxruntime_session_options_config_keys.h.
EXACT = "session.x64quantprecision"


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
        options = exact_options()
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / graph), options, providers=["CPUExecutionProvider"]
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


def exact_options() -> "SessionOptions":
    """Return how a network in eight bits is run so that no sum overflows.

    Where a processor does not multiply eight bits natively, onnxruntime's quickest way adds two
    products in sixteen bits and cuts off what overflows; a slower one does not.
    """
    options = session_options()
    if not _multiplies_eight_bits():
        options.add_session_config_entry(EXACT, "1")
    return options


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
