"""Explain: what was weighed for an answer, and what decided, from what the pipeline has anyway.

Works on the candidates and the draft as they are, so that it tells what was done and not what might
have been. Knows nothing of how an explanation is shown.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from index.types import Span
from rag.answer import Draft, Fate
from rag.asked import Asked
from rag.calibration import Logistic
from rag.candidates import Candidate, HowRead, least_further, sentence_model, sentence_rows
from rag.decision import MIN_CONFIDENCE, decision_features, decision_model, how_read
from rag.evidence import Inquiry
from rag.explanation import (
    AskedWord,
    Component,
    Considered,
    Decision,
    Effect,
    Explanation,
    LookedIn,
    PartExplained,
    Understood,
)
from rag.told import Told, overlap
from rag.types import Found, Hit

# How many sentences are explained, besides those that the answer cites.
EXPLAINED = 8
# Smaller effects on a logit change no probability that is shown.
DIGITS = 4

SEARCHES = {"dense": "vectors", "bm25": "words"}
MEANINGS = {
    "sentence_cosine": "nearness of the sentence",
    "passage_cosine": "nearness of its passage",
    "words_in_sentence": "question's words in the sentence",
    "words_around": "question's words in and beside it",
    "words_in_passage": "question's words in its passage",
    "pairs_in_sentence": "question's phrases in the sentence",
    "names_in_sentence": "question's names in the sentence",
    "names_in_passage": "question's names in its passage",
    "right_kind": "has the kind of thing asked for",
    "wrong_kind": "lacks the kind of thing asked for",
    "first_stage": "its passage in all searches",
    "length": "length",
    "read_sentence": "reader on the sentence",
    "read_passage": "reader on its passage",
    "read_answer": "reader on the short answer",
    "close_sentence": "close reading of it",
    "close_passage": "close reading of its passage",
    "close_answer": "close reading of the short answer",
    "best_logit": "probability of the best sentence",
    "best_cosine": "nearness of the best sentence",
    "best_passage_cosine": "nearness of its passage",
}
# What the features that are true or false mean where they are false.
MEANINGS_OF_NONE = {
    "right_kind": "no sign of the kind of thing asked for",
    "wrong_kind": "does not lack the kind of thing asked for",
}

Rows = npt.NDArray[np.float64]
Key = tuple[str, int, int]


def explanation_of(
    asked: Sequence[Asked], found: Sequence[Sequence[Found]], draft: Draft
) -> Explanation:
    """Explain a draft.

    Args:
        asked: the parts of the question that it was made for.
        found: the passages of each part, best first.
        draft: what `rag.answer.draft_answer` made of them.
    """
    return Explanation(
        tuple(
            PartExplained(
                _understood(part.inquiry),
                tuple(_looked_in(one) for one in passages),
                _considered(part, passages, of_part, draft),
                _decision(part, of_part),
            )
            for part, passages, of_part in zip(asked, found, draft.parts, strict=True)
        )
    )


def components(found: Hit | Found) -> tuple[Component, ...]:
    """Return what each search makes of a passage, and the reader where it read it."""
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    named = dict.fromkeys(
        name.rpartition("_")[0] for name in values if name.endswith(("_rank", "_score"))
    )
    return tuple(
        Component(SEARCHES.get(name, name), values.get(f"{name}_rank"), score)
        for name in named
        if (score := values.get(f"{name}_score")) is not None or f"{name}_rank" in values
    )


def _understood(inquiry: Inquiry) -> Understood:
    question, weighted = inquiry.question, inquiry.weighted
    stemmed = list(zip(question.words, question.stems, strict=True))
    asked = [AskedWord(word, round(weighted.weights[s], DIGITS)) for word, s in stemmed]
    return Understood(
        question=question.text,
        kind=question.kind.value,
        words=tuple(sorted(asked, key=lambda one: -one.weight)),
        names=tuple(word for word, s in stemmed if s in question.names),
        unheard=weighted.unheard,
        outlets=inquiry.outlets,
    )


def _looked_in(found: Found) -> LookedIn:
    return LookedIn(
        rank=found.rank,
        score=found.score,
        components=components(found),
        article=found.article,
        title=found.title,
        outlet=found.outlet,
        published=found.published,
        origin=found.origin,
        start=found.start,
        end=found.end,
    )


def _considered(
    part: Asked, passages: Sequence[Found], of_part: Draft, draft: Draft
) -> tuple[Considered, ...]:
    """Return the most probable sentences, and those further down that the answer cites."""
    cited = {
        key: number for number, told in enumerate(draft.sentences, start=1) for key in _keys(told)
    }
    ranks = {(one.article, one.start, one.end): one.rank for one in passages}
    means = _mean_rows(part.found)
    fates = of_part.fates or (Fate.UNANSWERED,) * len(part.found)
    return tuple(
        Considered(
            rank=rank,
            article=one.article.id,
            outlet=one.article.outlet,
            passage=ranks.get(_key(one, one.passage.passage.span)),
            start=one.span.start,
            end=one.span.end,
            text=one.text,
            probability=round(one.probability, DIGITS),
            short_answer=None if one.value is None else one.value.of(one.article.text),
            effects=_sentence_effects(one, means[one.how_read]),
            fate=_fate_in_the_end(_key(one), fate, of_part, draft).value,
            sentence=cited.get(_key(one)),
        )
        for rank, (one, fate) in enumerate(zip(part.found, fates, strict=True), start=1)
        if rank <= EXPLAINED or _key(one) in cited
    )


def _fate_in_the_end(key: Key, fate: Fate, of_part: Draft, draft: Draft) -> Fate:
    """Return what became of a sentence once the drafts of all parts had been put together."""
    if not fate.is_cited or any(key in _keys(told) for told in draft.sentences):
        return fate
    dropped = [told for told in of_part.sentences if key in _keys(told)]
    twice = any(overlap(one, told) for one in dropped for told in draft.sentences)
    return Fate.OVERLAPS if twice else Fate.ENOUGH


def _keys(told: Told) -> tuple[Key, ...]:
    return tuple(_key(one) for one in (told.lead, *told.others))


def _key(one: Candidate, span: Span | None = None) -> Key:
    """Return the place of a sentence, or of another stretch of its article."""
    place = one.span if span is None else span
    return one.article.id, place.start, place.end


def _mean_rows(found: Sequence[Candidate]) -> dict[HowRead, Rows]:
    """Return the mean features of the sentences that were read in each way."""
    groups = {how_read: [c for c in found if c.how_read is how_read] for how_read in HowRead}
    return {
        how_read: sentence_rows(group, sentence_model(how_read).features).mean(axis=0)
        for how_read, group in groups.items()
        if group
    }


def _sentence_effects(one: Candidate, mean: Rows) -> tuple[Effect, ...]:
    model = sentence_model(one.how_read)
    [row] = sentence_rows([one], model.features)
    return _effects(model, row, row - mean)


def _decision(part: Asked, of_part: Draft) -> Decision:
    estimate: float | None = None
    base = 0.0
    effects: tuple[Effect, ...] = ()
    if part.found:
        model = decision_model(how_read(part.found))
        features = decision_features(part.found)
        row = np.array([features[name] for name in model.features])
        estimate = round(float(model.probabilities(row[np.newaxis])[0]), DIGITS)
        base, effects = model.intercept, _effects(model, row, row)
    answered = bool(of_part.sentences)
    return Decision(
        answered=answered,
        confidence=round(of_part.confidence, DIGITS),
        bar=MIN_CONFIDENCE,
        reason=of_part.reason,
        estimate=estimate,
        base=base,
        effects=effects,
        further=round(least_further(part.found[0]), DIGITS) if answered else None,
    )


def _effects(model: Logistic, row: Rows, difference: Rows) -> tuple[Effect, ...]:
    """Return what the features do by their difference from others, the strongest first."""
    found = [
        Effect(
            feature,
            _meaning(feature, float(value)),
            round(float(value), DIGITS),
            round(weight * float(apart), DIGITS),
        )
        for feature, weight, value, apart in zip(
            model.features, model.weights, row, difference, strict=True
        )
    ]
    return tuple(sorted((one for one in found if one.effect), key=lambda one: -abs(one.effect)))


def _meaning(feature: str, value: float) -> str:
    if not value and feature in MEANINGS_OF_NONE:
        return MEANINGS_OF_NONE[feature]
    return MEANINGS.get(feature, feature.replace("_", " "))
