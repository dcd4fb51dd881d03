"""A language model on this machine, as the page about local models has one, with a script inside.

    python -m tests.local_model --model FILE --port PORT

stands in for `llama-server` and speaks OpenAI's protocol; `ollama` stands in for Ollama and speaks
Ollama's. What is written depends on what is shown: the line that fits the question best, and the
same once more with other numbers, which no article supports.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any

from rag.language_model import Message
from tests.model_server import Handler, ModelServer, says
from tests.scripted_models import invents_numbers, quotes, shown
from tests.web_server import running

# How litellm writes a conversation as one text for Ollama.
ROLE = re.compile(r"^### \w+:\n", re.MULTILINE)


def written(contents: Sequence[str]) -> str:
    """Return what the model writes to a conversation."""
    told = shown([Message("user", content) for content in contents])
    return f"{quotes(told, 1)} {invents_numbers(told, 1)}"


def completes(handler: Handler) -> None:
    """Reply to OpenAI's chat completions."""
    messages = handler.server.requests[-1]["messages"]
    says(written([message["content"] for message in messages]))(handler)


def generates(handler: Handler) -> None:
    """Reply to Ollama's requests: nothing is known of the model, and it writes."""
    if handler.path != "/api/generate":
        handler.fails(404, "not found")
        return
    text = written(ROLE.split(handler.server.requests[-1]["prompt"]))
    handler.begins()
    lines: list[dict[str, Any]] = [
        {"response": text, "done": False},
        {"response": "", "done": True, "done_reason": "stop", "prompt_eval_count": 120},
    ]
    for line in lines:
        line |= {"model": "llama3.2", "eval_count": 30}
        handler.wfile.write(json.dumps(line).encode() + b"\n")


@contextmanager
def ollama() -> Iterator[dict[str, str]]:
    """Run what stands in for Ollama; give the variables of the environment that lead to it."""
    with running(ModelServer(generates)) as server:
        yield {"OLLAMA_API_BASE": server.url.removesuffix("/v1")}


def main() -> None:
    """Run what stands in for `llama-server`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--port", type=int, required=True)
    server: ThreadingHTTPServer = ModelServer(completes, port=parser.parse_args().port)
    server.serve_forever()


if __name__ == "__main__":
    main()
