"""Posted: an article that a program gives by its fields becomes an Article with an id.

Reads a record exactly as a JSON file with it would be read. It is known by its own id, else by its
address, else by what it says, so that the same article posted again is the same article.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from index.errors import ArticleError
from index.files import Skipped
from index.formats.read import Document, Kind, read_document
from index.ids import Claim, Ids, address_ids, canonical_address, record_key
from index.load import STORY_FIELDS, Loaded, named_article
from index.store import Intake, Known
from index.types import Refusal, Story

PLACE = "the article"


def posted_articles(
    record: Mapping[str, str], known: Mapping[str, Known]
) -> Iterator[Loaded | Skipped]:
    """Yield the article of a record, and the further stories that its text turns out to hold.

    Args:
        record: the fields of an Article by their names; `text` must be there.
        known: the articles of the collection; no id passes from one of them to another.
    """
    ids = Ids(known)
    data = json.dumps(record).encode()
    try:
        parts = [
            p for p in read_document(Document(data, Kind.JSON)) if isinstance(p, Story | Refusal)
        ]
    except ArticleError as error:
        parts = [Refusal(str(error))]
    for part in parts:
        if isinstance(part, Refusal):
            yield Skipped(PLACE, part.reason, refused=True)
        else:
            yield _named(part, ids)


def _named(story: Story, ids: Ids) -> Loaded | Skipped:
    try:
        article = named_article(story, ids, _claim(story))
    except ArticleError as error:
        return Skipped(PLACE, str(error), refused=True)
    source = canonical_address(story.url) if story.url else None
    return Loaded(article, Intake(source, story.removed), PLACE)


def _claim(story: Story) -> Claim:
    if story.id:
        return Claim([story.id], f"posted:{story.id}", PLACE, own=True)
    if story.url:
        return Claim(address_ids(story.url), canonical_address(story.url), PLACE)
    said = repr(tuple(getattr(story, name) for name in STORY_FIELDS))
    mark = hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    return Claim([f"{record_key(replace(story, text=''))}-{mark}"], f"posted:{mark}", PLACE)
