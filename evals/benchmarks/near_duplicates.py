"""Near-duplicates: are edited copies of a story found among 10,000 articles, and nothing else?

The stories are the true texts of article_extraction, the articles of nyt and time, and the bundled
articles, each of at least MIN_WORDS words. By their digests they fall into two halves: the
thresholds of `index.origin` were chosen on one, and the figures are of the other. The collection
holds the stories of the measured half and fillers, sentences of the other half and of squad2 drawn
at random. A copy is looked up as the store does it, candidates by shared hashes and then
`same_reporting` on each. It is found when its story is; any other article found is wrong.

Each story is also paired with the nearest other one by TF-IDF, and the two are made to share what
unrelated stories do share. The collection's stories all credit one agency on one day, so the
copies that credit it too are told from them by less.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from evals.benchmarks.collection import Bench
from evals.benchmarks.data import read_json, read_lines, read_text
from evals.benchmarks.desk_edits import (
    BOILERPLATE,
    CREDITED_EDITS,
    EDITS,
    UNRELATED,
    WORD,
    Desk,
    Paragraphs,
    joined,
    length,
    split,
)
from evals.benchmarks.result import Findings, Metric, share
from evals.benchmarks.time_magazine import parse_articles
from index.load import Loaded, load_articles
from index.origin import MAX_HOLDERS, fingerprint, likeliest, same_reporting
from index.types import Article

COPIES = "copies found by their story"
APART = "unrelated stories kept apart"
TARGET = "target 0.95"
ARTICLES = 10_000
MIN_WORDS = 150
FILLER_SENTENCES = range(8, 25)
# Every so many-th sentence is kept for copy that stories are merged with, so that no filler has it.
OTHER_COPY = 8
SEEDS = Path(__file__).parents[2] / "seeds"
AGENCY, DAY = "Staff with AP", "2026-01-13"


@dataclass(frozen=True, slots=True)
class Story:
    """A story of a data set: a name, and its sentences in paragraphs."""

    id: str
    paragraphs: Paragraphs

    def printed(self, paragraphs: Paragraphs | None = None, *, credited: bool = True) -> Article:
        """Return the story, or an edited copy of it, as an article."""
        text = joined(self.paragraphs if paragraphs is None else paragraphs)
        article = Article(self.id, text, published=DAY)
        return replace(article, author=AGENCY) if credited else article


class Index:
    """Articles, looked up by their fingerprints as the store does it, in memory."""

    def __init__(self) -> None:
        self._articles: list[Article] = []
        self._holders: dict[int, list[int]] = defaultdict(list)
        self.hashes = self.compared = self.lookups = 0
        self.seconds = 0.0

    def __len__(self) -> int:
        """Return how many articles it holds."""
        return len(self._articles)

    def add(self, article: Article) -> None:
        """Add an article, related to others or not."""
        hashes = fingerprint(article).hashes
        for value in hashes:
            self._holders[value].append(len(self._articles))
        self._articles.append(article)
        self.hashes += len(hashes)

    def related(self, article: Article) -> list[str]:
        """Return the ids of the articles that carry the same reporting."""
        start = time.perf_counter()
        found = fingerprint(article)
        # The store, too, reads no more of those that hold a hash than tell that they are too many.
        most = MAX_HOLDERS + 1
        holders = {v: self._holders[v][:most] for v in found.hashes if v in self._holders}
        candidates = [self._articles[key] for key in likeliest(found, holders)]
        related = [other.id for other in candidates if same_reporting(article, other)]
        self.seconds += time.perf_counter() - start
        self.lookups += 1
        self.compared += len(candidates)
        return related


def run(bench: Bench) -> Findings:
    """Measure which copies are found, and which unrelated stories are kept apart."""
    stories, others, sentences = read_stories(bench.folder)
    words = sorted({word for story in others for word in WORD.findall(joined(story.paragraphs))})
    desk = Desk(_random("desk"), sentences[::OTHER_COPY], words, stories=())
    index = Index()
    for story in stories:
        index.add(story.printed())
    rest = [sentence for n, sentence in enumerate(sentences) if n % OTHER_COPY]
    for article in fillers(ARTICLES - len(index), rest):
        index.add(article)
        bench.progress("adding fillers", len(index), ARTICLES)
    copies = _copies(bench, index, stories, desk)
    apart = _pairs(bench, stories, desk)
    return Findings((*copies, *apart), _notes(index, stories))


def read_stories(data: Path) -> tuple[list[Story], list[Story], list[str]]:
    """Return the measured half, the half that thresholds were chosen on, and filler sentences."""
    texts = [article.text for article in parse_articles(read_text(data / "time" / "TIME.ALL"))]
    truth = read_json(data / "article_extraction" / "ground-truth.json")
    texts += [page["articleBody"] for page in truth.values()]
    by_article: dict[str, list[str]] = defaultdict(list)
    for row in read_lines(data / "nyt" / "passages.jsonl"):
        by_article[row["url"]].append(row["text"])
    texts += ["\n\n".join(passages) for passages in by_article.values()]
    texts += [item.article.text for item in load_articles([SEEDS]) if isinstance(item, Loaded)]
    halves: tuple[list[Story], list[Story]] = ([], [])
    for text in texts:
        story = Story(hashlib.sha256(text.encode()).hexdigest()[:12], split(text))
        if length(story.paragraphs) >= MIN_WORDS:
            halves[int(story.id, 16) % 2].append(story)
    paragraphs = [paragraph for story in halves[1] for paragraph in story.paragraphs]
    for row in read_lines(data / "squad2" / "passages.jsonl"):
        paragraphs += split(row["text"])
    return halves[0], halves[1], [sentence for paragraph in paragraphs for sentence in paragraph]


def fillers(count: int, sentences: Sequence[str]) -> list[Article]:
    """Make articles of sentences drawn at random."""
    random = _random("fillers")
    sizes = [random.choice(FILLER_SENTENCES) for _ in range(count)]
    return [
        Article(
            f"filler {n}",
            joined([random.sample(sentences, size), [BOILERPLATE[n % len(BOILERPLATE)]]]),
        )
        for n, size in enumerate(sizes)
    ]


def nearest(texts: Sequence[str]) -> list[int]:
    """Return the place of each text's nearest other one, by the cosine of their TF-IDF."""
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts)
    cosines = (vectors @ vectors.T).toarray()
    np.fill_diagonal(cosines, -1)
    return [int(n) for n in cosines.argmax(axis=1)]


def _copies(bench: Bench, index: Index, stories: Sequence[Story], desk: Desk) -> list[Metric]:
    edits = {**EDITS, **CREDITED_EDITS}
    found: dict[str, list[bool]] = {kind: [] for kind in edits}
    right: list[bool] = []
    for kind, story in bench.each([(kind, story) for kind in edits for story in stories]):
        here = replace(desk, random=_random(f"{kind} {story.id}"))
        copy = story.printed(edits[kind](story.paragraphs, here), credited=kind in CREDITED_EDITS)
        related = index.related(copy)
        found[kind].append(story.id in related)
        right += [other == story.id for other in related]
    return [
        share(COPIES, "precision", right, TARGET),
        share(COPIES, "recall", [one for kind in EDITS for one in found[kind]], TARGET),
        *(share(COPIES, f"recall, {kind}", found[kind], TARGET) for kind in edits),
    ]


def _pairs(bench: Bench, stories: Sequence[Story], desk: Desk) -> list[Metric]:
    neighbours = nearest([joined(story.paragraphs) for story in stories])
    others = [story.paragraphs for story in stories]
    apart: dict[str, list[bool]] = {kind: [] for kind in UNRELATED}
    for kind, n in bench.each([(kind, n) for kind in UNRELATED for n in range(len(stories))]):
        one, other = stories[n], stories[neighbours[n]]
        rest = [story for place, story in enumerate(others) if place != n]
        here = replace(desk, random=_random(f"{kind} {one.id}"), stories=rest)
        first, second = UNRELATED[kind](one.paragraphs, other.paragraphs, here)
        apart[kind].append(
            not _met(one.printed(first, credited=False), other.printed(second, credited=False))
        )
    return [share(APART, kind, outcomes, TARGET) for kind, outcomes in apart.items()]


def _met(one: Article, other: Article) -> bool:
    """Tell whether a collection of two articles would relate them."""
    index = Index()
    index.add(one)
    return bool(index.related(other))


def _notes(index: Index, stories: Sequence[Story]) -> tuple[str, ...]:
    return (
        f"{len(stories)} stories and {len(index) - len(stories):,} fillers",
        "the recall of all copies is of those that credit no agency",
        f"{index.hashes / len(index):.0f} hashes an article",
        f"{index.compared / index.lookups:.1f} articles compared in full at a lookup",
        f"{1000 * index.seconds / index.lookups:.1f} ms a lookup",
    )


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - nothing is secret here
