"""Scale: what is made is as real as it is said to be, and what was found is told whole."""

import re
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks.data import BenchmarkError
from evals.scale.collections import collection
from evals.scale.made import PASSAGES, Maker, spread
from evals.scale.measure import Measured
from evals.scale.real import Real
from evals.scale.report import Report, write_report
from index.embed import unit
from index.models import ModelIdentity
from index.sqlite.store import SqliteStore

DIMENSION = 32


@pytest.fixture
def real() -> Real:
    random = np.random.default_rng(0)
    subjects = random.standard_normal((20, DIMENSION))
    vectors = unit(subjects[random.integers(20, size=400)] + random.standard_normal((400, 32)))
    texts = tuple(f"Passage {n} tells of harbour {n % 20} and no more." for n in range(400))
    identity = ModelIdentity("m", "d", DIMENSION, 64)
    return Real(texts, vectors, vectors, ("Which harbour?",), vectors[:1], identity, "float32")


def test_made_vectors_lie_to_each_other_as_real_ones_do(real: Real) -> None:
    lies, made = spread(real.vectors), spread(Maker(real).vectors(400))
    assert made.dimension == pytest.approx(lies.dimension, rel=0.35)
    assert made.tenth == pytest.approx(lies.tenth, abs=0.12)


def test_the_first_passages_are_the_real_ones_and_all_spans_hold_their_text(real: Real) -> None:
    articles = [*Maker(real).articles(0, 420)]
    assert sum(len(one.passages) for one in articles) == 420
    first = articles[0]
    assert [p.span.of(first.article.text) for p in first.passages] == [*real.texts[:PASSAGES]]
    assert (first.vectors[0].passage == real.vectors[0]).all()
    for one in articles:
        for passage in one.passages:
            assert passage.span.of(one.article.text).endswith(".")


def test_a_collection_is_made_once_and_whole(real: Real, tmp_path: Path) -> None:
    folder = collection(real, tmp_path, 100, lambda _: None)
    with closing(SqliteStore(folder)) as store:
        assert store.info().passages == 100
    database = (folder / "dateline.db").stat().st_mtime_ns
    assert collection(real, tmp_path, 100, lambda _: pytest.fail("it is made again")) == folder
    assert (folder / "dateline.db").stat().st_mtime_ns == database


def measured(passages: int) -> Measured:
    series = [1.0, 2.0, 4.0]
    known = {"passages": passages, "recall": [1.0, 0.9, 1.0], "built": 3.0, "dimension": 15.0}
    known |= {"cells": 7, "probes": 2, "nearest": 0.6}
    numbers = ("memory", "own_memory", "flat_memory", "database", "file")
    return Measured(
        **{
            field.name: known.get(field.name, 2**20 if field.name in numbers else series)
            for field in fields(Measured)
        }  # type: ignore[arg-type]
    )


def test_a_page_gets_the_figures_between_its_markers(real: Real, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before.\n\n<!-- scale -->\nold\n<!-- /scale -->\n\nAfter.\n")
    reports = [Report({"recall": "commit abc, a machine"}, measured(n)) for n in (10, 1000)]
    write_report(reports, real, page)
    text = page.read_text()
    assert text.startswith("Before.\n\n<!-- scale -->")
    assert text.endswith("<!-- /scale -->\n\nAfter.\n")
    assert "old" not in text
    assert "| 10 passages | 1,000 passages |" in text
    assert "0.967" in text
    assert "commit abc, a machine." in text
    for name in re.findall(r"\]\(([\w-]+\.svg)\)", text):
        svg = (tmp_path / name).read_text()
        assert 'xmlns="http://www.w3.org/2000/svg"' in svg
        assert set(re.findall(r"var\(--(\w+)\)", svg)) <= set(re.findall(r"--(\w+):", svg))
    before = text
    write_report(reports, real, page)
    assert page.read_text() == before


def test_a_page_without_markers_is_left_alone(real: Real, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nothing.\n")
    with pytest.raises(BenchmarkError, match="has no <!-- scale -->"):
        write_report([Report({"recall": "x"}, measured(1))], real, page)
    assert page.read_text() == "Nothing.\n"
