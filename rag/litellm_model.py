"""Litellm model: any language model that litellm can call.

With `litellm_writing` the one place that knows litellm: it is kept from printing, from logging and
from calling home. Counts tokens and money. Knows nothing of what is written.
"""

import functools
import importlib.util
import logging
import os
import warnings
from collections.abc import Sequence
from typing import Any

from rag.errors import ModelCallError
from rag.language_model import Limits, Message, estimated_tokens_of
from rag.litellm_writing import LitellmWriting


class LitellmModel:
    """A model by litellm's name for it.

    Args:
        name: "openai/gpt-5-mini", "anthropic/…", "ollama/…"; with a base URL, a bare name is that
            of a model of an OpenAI-compatible server.
        base_url: where it is asked, if not where litellm asks it by default.
        key: for that base URL. Without it none is sent there: the key of another provider, which
            the environment may hold, is none of its business.
        limits: what a call may take.

    Raises:
        ModelCallError: litellm is not installed, or knows no provider of that name.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        key: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._litellm = _quiet_litellm()
        self._called = name if "/" in name or base_url is None else f"openai/{name}"
        self._where = {} if base_url is None else {"api_base": base_url, "api_key": key or "none"}
        self._limits = limits or Limits()
        self._priced = base_url is None
        known = True
        try:
            self._litellm.get_llm_provider(self._called)
        except Exception:  # noqa: BLE001 - litellm raises many types, and prints of some
            known = False
        if not known:
            raise ModelCallError(
                f"{name!r} names no provider that litellm knows: write provider/model, such as "
                "openai/gpt-5-mini or ollama/llama3.2, and openai/NAME for a server of your own at "
                "DATELINE_MODEL_URL"
            )

    @property
    def name(self) -> str:
        """Litellm's name for it."""
        return self._called

    def write(self, messages: Sequence[Message], *, max_tokens: int) -> LitellmWriting:
        """Begin to write; see `rag.language_model.LanguageModel`.

        Raises:
            ModelCallError: the call could cost more than it may, or, while the pieces are taken,
                whatever else went wrong.
        """
        reads = estimated_tokens_of(messages)
        most = self.cost(reads, max_tokens)
        budget = self._limits.cost_usd
        if most is not None and budget is not None and most > budget:
            raise ModelCallError(
                f"a call of {self.name} could cost ${most:.4f}, and an answer may cost "
                f"${budget:.4f}: raise DATELINE_MODEL_BUDGET_USD"
            )
        arguments: dict[str, Any] = {
            "model": self._called,
            "messages": [{"role": one.role, "content": one.content} for one in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": self._limits.first_seconds,
            "num_retries": 0,
            "max_retries": 0,
            **self._where,
        }
        call = functools.partial(self._litellm.completion, **arguments)
        hint = "" if self._where else self._lacking()
        return LitellmWriting(self.name, call, self.cost, self._limits, reads, hint=hint)

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return what tokens cost in US dollars; None where litellm has no price for the model."""
        if not self._priced:
            return None
        try:
            reads, writes = self._litellm.cost_per_token(
                model=self._called,
                prompt_tokens=prompt_tokens,
                completion_tokens=completion_tokens,
            )
        except Exception:  # noqa: BLE001 - a model that it has no price for
            return None
        return float(reads + writes)

    def _lacking(self) -> str:
        """Say which key the environment lacks, should the call fail.

        A hint and no more: litellm's table knows neither every way to be let in nor who asks for
        none.
        """
        try:
            missing = self._litellm.validate_environment(self._called)["missing_keys"]
        except Exception:  # noqa: BLE001 - a provider that it has no table for
            return ""
        keys = [name for name in missing if name.endswith("_API_KEY")]
        return f"; the environment has no {' or '.join(keys)}" if keys else ""


def _quiet_litellm() -> Any:  # noqa: ANN401 - a module
    """Return litellm, which neither calls home nor prints.

    Raises:
        ModelCallError: it is not installed.
    """
    if importlib.util.find_spec("litellm") is None:
        raise ModelCallError("a language model needs litellm: run `pip install 'dateline[models]'`")
    # It would fetch its table of prices, and read a .env of whatever folder it is started in.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm  # noqa: PLC0415 - takes seconds

    # It has pydantic warn of litellm's own types, for some providers at every piece.
    warnings.filterwarnings("ignore", category=UserWarning, module="pydantic.*")
    settings: Any = litellm
    settings.telemetry = False
    settings.suppress_debug_info = True
    settings.turn_off_message_logging = True
    settings.disable_streaming_logging = True
    settings.drop_params = True
    settings.set_verbose = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm
