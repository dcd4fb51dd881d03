"""Recall: what the articles say on an earlier question, by its words alone.

An earlier question is answered again only so far that its names can be found: no vector is made of
it. Knows nothing of what the sentences are needed for.
"""

from index.store import Store
from rag.question import parse_question
from rag.retrieve import Scope

# How many passages are read.
PASSAGES = 4


def recalled(store: Store, text: str, scope: Scope | None = None) -> tuple[str, ...]:
    """Return the sentences of the passages that hold a question's words, as they follow each other.

    Args:
        store: the collection.
        text: the question, whole.
        scope: which articles may be read; None is all.

    Raises:
        QuestionError: the question cannot be asked.
        StoreError: the collection cannot be read.
    """
    articles = None if scope is None else scope.articles(store)
    matches = store.search_words(parse_question(text).words, PASSAGES, articles)
    sentences = []
    for stored in store.passages([match.passage for match in matches]):
        article = store.article(stored.passage.article)
        if article is not None:
            sentences += [span.of(article.text) for span in stored.passage.sentences]
    return tuple(sentences)
