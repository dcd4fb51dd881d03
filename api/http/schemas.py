"""Schemas: what requests look like, and what responses do beside the core's own values.

An answer and a passage are documented by the dataclasses that they are made of (`rag.types`). All
offsets are half-open ranges of Unicode code points.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.question import MAX_CHARS
from rag.types import Found

IsoDate = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$",
        examples=["2026-01-14"],
        description="ISO 8601: a year, a month or a day.",
    ),
]
Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_CHARS,
        examples=["What tariff does Canada put on Chinese electric vehicles?"],
        description="A question in words, without control characters.",
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=500)]
HISTORY = 50


class Strict(BaseModel):
    """A request in which nothing is guessed: no other fields, no other types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Filters(Strict):
    """Which articles may be evidence."""

    outlet: Name | None = Field(
        default=None, description="A part of the outlet's name, in any case."
    )
    author: Name | None = Field(
        default=None, description="A part of the author's name, in any case."
    )
    after: IsoDate | None = Field(default=None, description="Published then or later.")
    before: IsoDate | None = Field(default=None, description="Published then or earlier.")
    article: Name | None = Field(default=None, description="The id of the only article to look in.")


class AnswerRequest(Strict):
    """A question to be answered."""

    question: Question
    history: list[Question] = Field(
        default_factory=list,
        max_length=HISTORY,
        description="The earlier questions of the same conversation, oldest first.",
    )
    as_of: IsoDate | None = Field(None, description="Use only what was surely published by then.")
    filters: Filters = Filters()
    explain: bool = Field(default=False, description="Say with the answer why it is as it is.")
    reader: bool = Field(
        default=True, description="Whether passages are read by the reading models: slower, better."
    )
    stream: bool = Field(default=False, description="Give server-sent events, as it is made.")


class SearchRequest(Strict):
    """A question whose passages are wanted."""

    question: Question
    as_of: IsoDate | None = None
    filters: Filters = Filters()
    limit: int = Field(10, ge=1, le=100)
    reader: bool = True


class PostedArticle(Strict):
    """An article: its text with what is known of it, or only the address to fetch it from."""

    text: Annotated[str, Field(min_length=1, max_length=2_000_000)] | None = None
    url: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        None, examples=["https://example.org/story"]
    )
    id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Its id; another article of this id is replaced."
    )
    title: Name | None = None
    outlet: Name | None = None
    author: Name | None = None
    published: str | None = Field(None, max_length=40, examples=["2026-01-14"])
    updated: str | None = Field(None, max_length=40)
    language: str | None = Field(None, max_length=40, examples=["en"])


class ArticleInfo(BaseModel):
    """What is known of an article. What its source does not say is null."""

    id: str
    title: str | None
    outlet: str | None
    author: str | None
    published: str | None
    updated: str | None
    url: str | None
    language: str | None
    origin: str = Field(description="The articles that carry the same reporting share it.")
    source: str | None = Field(description="The address that it came from, if any.")
    passages: int


class FullArticle(ArticleInfo):
    """An article with its text, which all offsets count in."""

    text: str


class ArticleList(BaseModel):
    """A page of a list. `next` is the cursor of the next one, null on the last."""

    articles: list[ArticleInfo]
    next: str | None
    total: int


class Refused(BaseModel):
    """What could not become an article, and why."""

    place: str
    reason: str


class JobResult(BaseModel):
    """What an addition did. Articles are named by their ids."""

    added: list[str]
    updated: list[str]
    unchanged: list[str]
    refused: list[Refused]


class Job(BaseModel):
    """An addition of articles, done or under way."""

    id: str
    status: Literal["waiting", "running", "done", "failed"]
    created: str = Field(description="ISO 8601, UTC.")
    finished: str | None
    result: JobResult | None = Field(description="What it did, once it is done.")
    reason: str | None = Field(description="Why it failed, if it did.")


class SearchResult(BaseModel):
    """The passages that were found, best first."""

    passages: list[Found]


class Removed(BaseModel):
    """What was removed, and how many articles are left."""

    removed: str
    articles: int


class FieldProblem(BaseModel):
    """Where in a request something is wrong, and what."""

    place: str
    reason: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldProblem] = Field(default_factory=list)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the problems that an endpoint may give."""
    said = {
        400: "The body is not JSON.",
        401: "There is no key, or none that is known.",
        403: "The key may not do this; or, without keys, the host or origin is not allowed.",
        404: "There is no such thing.",
        408: "The body did not come in time.",
        413: "The body is too long.",
        415: "The body is of no type that is read here.",
        422: "The request is not as documented, or cannot be asked.",
        429: "The key asked too much; see Retry-After.",
        500: "Something went wrong here.",
        503: "Too many are waiting, or there is nothing to ask; see Retry-After.",
        504: "It took too long.",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": said[status],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status in (*statuses, 500)
    }
