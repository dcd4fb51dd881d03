"""Desk edits: what newsrooms do to a story that they reprint, and what unrelated stories share.

An edit takes a story's paragraphs, each a list of sentences, and gives new ones. Every choice comes
from the random numbers it is handed, so a seed fixes it. Knows nothing of how copies are found.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from index.chunk import paragraphs, split_sentences

Paragraphs = list[list[str]]
# Newspapers print paragraphs of so many sentences at most.
SENTENCES = 2

SPELLING = {
    "color": "colour", "favor": "favour", "labor": "labour", "neighbor": "neighbour",
    "honor": "honour", "center": "centre", "defense": "defence", "theater": "theatre",
    "program": "programme", "traveled": "travelled", "canceled": "cancelled", "gray": "grey",
    "organize": "organise", "recognize": "recognise", "realize": "realise", "analyze": "analyse",
    "criticize": "criticise", "organization": "organisation", "percent": "per cent",
    "toward": "towards", "aluminum": "aluminium", "skeptical": "sceptical", "license": "licence",
}  # fmt: skip
NUMBERS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "nine": "9", "ten": "10"}
MONTHS = {
    "January": "Jan.", "February": "Feb.", "August": "Aug.", "September": "Sept.",
    "October": "Oct.", "November": "Nov.", "December": "Dec.",
}  # fmt: skip
STYLES = {**SPELLING, **NUMBERS, **MONTHS}
MARKS = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-"})
WORD = re.compile(r"\w+")
HONORIFIC = re.compile(r"\b(?:Mr|Mrs|Ms|Dr)\. ")
BOILERPLATE = """
Sign up for our morning briefing and have the day’s most important stories delivered to your inbox \
before breakfast. You can leave the list at any time. Read more on how we use your details in our \
privacy notice, and write to the editor if you have spotted a mistake that we should put right.
The Harbour Courier has reported from the coast since 1911 and belongs to its readers. We take no \
money from parties or governments. If you value what we do, become a member today: it takes less \
than a minute, and every contribution, however small, pays for reporters on the ground.
Copyright of the publisher. All rights reserved. This material may not be published, broadcast, \
rewritten or redistributed in whole or in part without the express written permission of the \
publisher. Follow us for live coverage and analysis, and download our application for alerts.
""".strip().splitlines()
SPOKEN = """
“We have been clear from the very first day that nobody will be left behind by this decision, and \
I stand by every word of that promise,” the minister said.
“There were long nights and there were hard words, but in the end both sides understood that \
walking away would have cost their people a great deal more,” she said.
“I would ask those who criticise us to come here, to look at the books and to tell me what they \
would have done in our place,” he said.
""".strip().splitlines()
# A background paragraph has at most, and a brief about, so many words.
BACKGROUND = 80
BRIEF = 150


@dataclass(frozen=True, slots=True)
class Desk:
    """What an edit draws on.

    Attributes:
        random: the random numbers.
        others: sentences of other stories.
        words: words to swap in.
        stories: other stories.
    """

    random: Random
    others: Sequence[str]
    words: Sequence[str]
    stories: Sequence[Paragraphs]


Edit = Callable[[Paragraphs, Desk], Paragraphs]
Pairing = Callable[[Paragraphs, Paragraphs, Desk], tuple[Paragraphs, Paragraphs]]


def split(text: str) -> Paragraphs:
    """Return a text's sentences in paragraphs as short as newspapers print them."""
    found: Paragraphs = []
    for span in paragraphs(text):
        sentences = [sentence.of(text) for sentence in split_sentences(text, span)]
        found += [sentences[i : i + SENTENCES] for i in range(0, len(sentences), SENTENCES)]
    return found


def joined(story: Paragraphs) -> str:
    """Return the text of paragraphs."""
    return "\n\n".join(" ".join(sentences) for sentences in story)


def unchanged(story: Paragraphs, _desk: Desk) -> Paragraphs:
    """Print a story as it came; its headline is not part of it."""
    return story


def cut(share: float) -> Edit:
    """Keep whole sentences from the start, to about a share of the words and at least one."""

    def edit(story: Paragraphs, _desk: Desk) -> Paragraphs:
        left = share * length(story)
        kept: Paragraphs = []
        for sentences in story:
            kept.append([])
            for sentence in sentences:
                kept[-1].append(sentence)
                left -= len(sentence.split())
                if left <= 0:
                    return kept
        return kept

    return edit


def lead(story: Paragraphs, desk: Desk) -> Paragraphs:
    """Write the first paragraph anew: the same words, none beside its old neighbour."""
    words = " ".join(story[0]).split()
    desk.random.shuffle(words)
    return [[" ".join(words)], *story[1:]]


def style(story: Paragraphs, _desk: Desk) -> Paragraphs:
    """Put a story into another house's style: spelling, marks, numbers, months, honorifics."""
    return [[_styled(sentence) for sentence in sentences] for sentences in story]


def tail(story: Paragraphs, desk: Desk) -> Paragraphs:
    """Add a paragraph of boilerplate at the end."""
    return [*story, [desk.random.choice(BOILERPLATE)]]


def copy_edit(low: float, high: float) -> Edit:
    """Swap a share of the words, drawn between two bounds, for others."""

    def edit(story: Paragraphs, desk: Desk) -> Paragraphs:
        share = desk.random.uniform(low, high)

        def swapped(match: re.Match[str]) -> str:
            return desk.random.choice(desk.words) if desk.random.random() < share else match.group()

        return [[WORD.sub(swapped, sentence) for sentence in sentences] for sentences in story]

    return edit


def reorder(story: Paragraphs, desk: Desk) -> Paragraphs:
    """Put the paragraphs in another order."""
    return desk.random.sample(story, len(story))


def merge(story: Paragraphs, desk: Desk) -> Paragraphs:
    """Keep about seven paragraphs in ten, and add other copy of at most the same length."""
    kept = [sentences for sentences in story if desk.random.random() < 0.7] or story
    merged = list(kept)
    words = length(kept) * desk.random.uniform(0.5, 1)
    while words > 0:
        added = desk.random.sample(desk.others, 2)
        words -= length([added])
        merged.insert(desk.random.randrange(len(merged) + 1), added)
    return merged


def chain(*edits: Edit) -> Edit:
    """Make several edits, one after another."""

    def edit(story: Paragraphs, desk: Desk) -> Paragraphs:
        for one in edits:
            story = one(story, desk)
        return story

    return edit


EDITS: Mapping[str, Edit] = {
    "new headline": unchanged,
    "cut to 75%": cut(0.75),
    "cut to 50%": cut(0.5),
    "cut to 30%": cut(0.3),
    "new lead": lead,
    "house style": style,
    "boilerplate added": tail,
    "10% to 20% of words changed": copy_edit(0.1, 0.2),
    "paragraphs reordered": reorder,
    "merged with other copy": merge,
    "new lead, cut to 50%, boilerplate": chain(cut(0.5), lead, tail),
    "house style, cut to 75%, 5% to 10% of words changed": chain(
        cut(0.75), style, copy_edit(0.05, 0.1)
    ),
    "reordered, house style, boilerplate": chain(reorder, style, tail),
}


# Edits that keep less of the wording, and the agency's credit.
CREDITED_EDITS: Mapping[str, Edit] = {
    "20% to 30% of words changed, credited": copy_edit(0.2, 0.3),
    "cut to 50%, 20% to 30% of words changed, credited": chain(cut(0.5), copy_edit(0.2, 0.3)),
}


def as_they_are(one: Paragraphs, other: Paragraphs, _desk: Desk) -> tuple[Paragraphs, Paragraphs]:
    """Leave two stories as they are."""
    return one, other


def same_boilerplate(
    one: Paragraphs, other: Paragraphs, desk: Desk
) -> tuple[Paragraphs, Paragraphs]:
    """Give two stories the same boilerplate at the end."""
    added = [desk.random.choice(BOILERPLATE)]
    return [*one, added], [*other, added]


def briefs(one: Paragraphs, other: Paragraphs, desk: Desk) -> tuple[Paragraphs, Paragraphs]:
    """Cut two stories to briefs and give them the same boilerplate at the end."""
    short, shorter = (cut(BRIEF / max(length(story), BRIEF))(story, desk) for story in (one, other))
    return same_boilerplate(short, shorter, desk)


def same_quotations(
    one: Paragraphs, other: Paragraphs, desk: Desk
) -> tuple[Paragraphs, Paragraphs]:
    """Let the same people say the same in two stories."""
    both = [list(one), list(other)]
    for story in both:
        for spoken in SPOKEN:
            story.insert(desk.random.randrange(len(story) + 1), [spoken])
    return both[0], both[1]


def same_background(
    one: Paragraphs, other: Paragraphs, desk: Desk
) -> tuple[Paragraphs, Paragraphs]:
    """Repeat a paragraph of one story in another."""
    short = [paragraph for paragraph in one if length([paragraph]) <= BACKGROUND]
    place = desk.random.randrange(len(other) + 1)
    return one, [*other[:place], *desk.random.sample(short, min(len(short), 1)), *other[place:]]


def round_up(one: Paragraphs, _other: Paragraphs, desk: Desk) -> tuple[Paragraphs, Paragraphs]:
    """Put the first paragraphs of ten stories together, the one story's among them."""
    stories = [one, *desk.random.sample(desk.stories, 9)]
    return one, [story[0] for story in desk.random.sample(stories, 10)]


UNRELATED: Mapping[str, Pairing] = {
    "nearest story": as_they_are,
    "same boilerplate": same_boilerplate,
    "same boilerplate, briefs of 150 words": briefs,
    "same three quotations": same_quotations,
    "same background paragraph": same_background,
    "round-up of ten": round_up,
}


def length(story: Paragraphs) -> int:
    """Return how many words a story has."""
    return sum(len(sentence.split()) for sentences in story for sentence in sentences)


def _styled(sentence: str) -> str:
    def house(match: re.Match[str]) -> str:
        return STYLES.get(match.group(), match.group())

    text = HONORIFIC.sub("", sentence).replace("U.S.", "US").replace("%", " per cent")
    return WORD.sub(house, text).translate(MARKS)
