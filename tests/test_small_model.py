"""A real language model, small and bad, words answers over the bundled articles."""

from pathlib import Path

import pytest

from evals.small_model import Faults, faults_of, missing, questions, served, small_model
from index.embedding import LocalModel
from index.sqlite.store import SqliteStore
from rag.pipeline import Pipeline
from rag.reader import bundled_reader
from rag.verify.verify import bundled_verifier
from rag.write.rules import Rules
from rag.write.writer import Writer

ASKED = 8


def test_nothing_unsupported_leaves_of_what_a_real_model_writes(
    seeds_data: Path, model: LocalModel
) -> None:
    absent = missing()
    if absent is not None:
        pytest.skip(absent)
    store = SqliteStore(seeds_data)
    rules = Rules(passages=2, max_tokens=48)
    embedder = model.for_asking(store.info().recipe.model)
    with served() as url:
        writer = Writer(small_model(url), bundled_verifier(), rules)
        pipeline = Pipeline(store, embedder, bundled_reader(), writer=writer)
        answers = [pipeline.ask(question) for question in questions(ASKED)]
    asked = [answer for answer in answers if answer.model is not None]
    assert len(asked) >= ASKED // 2
    # It was asked and did write, and did not merely fail.
    diagnostics = [answer.diagnostics for answer in asked if answer.diagnostics is not None]
    assert sum(one.written for one in diagnostics) >= len(asked)
    assert all((answer.usage or {})["completion_tokens"] > 0 for answer in asked)
    assert faults_of(answers, store) == Faults(0, 0)
    assert all(answer.answerer == "model" or answer.stepped_in is not None for answer in asked)
    store.close()
