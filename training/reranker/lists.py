"""Lists to learn a ranking from: a question, its answer, and passages that are easily taken for it, mined with the teachers.

Our own questions are ranked among all passages of their help centre, and once more among the sentences around the answer.
Unanswerable ones come with the passages nearest to them, none of which is right.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from training.workshop.corpus import read_rows
from training.workshop.pairs import OWN_QUESTIONS, Pair, bucket
from training.workshop.passages import comparable, sentences_of
from training.workshop.teachers import PASSAGE, QUESTION, VectorCache


@dataclass(frozen=True)
class RankedList:
    question: str
    passages: list[str]
    agreement: list[float]
    """The teachers' opinion of each passage; empty where they were not asked (sentences)."""
    gold: int | None
    """None: no passage answers."""


class Agreement:
    """Averaged, standardised cosines of the teachers between questions and a pool of passages."""

    def __init__(self, names: list[str], cache: Path, reference_questions: list[str], reference_passages: list[str]) -> None:
        self.caches = [VectorCache(cache / name) for name in names]
        self.scales = []
        for vectors in self.caches:
            cosines = vectors.vectors(QUESTION, reference_questions) @ vectors.vectors(PASSAGE, reference_passages).T
            self.scales.append((float(cosines.mean()), float(cosines.std())))

    def of(self, questions: list[str], passages: list[str]) -> np.ndarray:
        """(questions, passages)"""
        return np.mean(
            [(vectors.vectors(QUESTION, questions) @ vectors.vectors(PASSAGE, passages).T - mean) / spread for vectors, (mean, spread) in zip(self.caches, self.scales)],
            axis=0,
        )


def agreement_for(names: list[str], cache: Path, pairs: list[Pair], seed: int) -> Agreement:
    random = Random(seed)
    return Agreement(names, cache, [pair.question for pair in random.sample(pairs, min(800, len(pairs)))], [pair.passage for pair in random.sample(pairs, min(800, len(pairs)))])


@dataclass(frozen=True)
class Centre:
    """All passages of a help centre and the article each is from."""

    passages: list[str]
    articles: list[str]


def read_centres(path: Path) -> dict[str, Centre]:
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in read_rows(path):
        found[row["centre"]][0].append(row["passage"])
        found[row["centre"]][1].append(row["article"])
    return {name: Centre(*value) for name, value in found.items()}


def mined(pairs: list[Pair], agreement: Agreement, settings: dict[str, Any], random: Random) -> list[RankedList]:
    """Documentation and dialogues: negatives from the same group that the teachers place high, but clearly below the answer."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.group].append(pair)
    lists: list[RankedList] = []
    for name in sorted(groups):
        chosen = groups[name] if len(groups[name]) <= settings["per_group"] else random.sample(groups[name], settings["per_group"])
        pool = list(dict.fromkeys(pair.passage for pair in groups[name]))
        keys = {pair.passage: pair.key for pair in groups[name]}
        row_of = {text: row for row, text in enumerate(pool)}
        scores = agreement.of([pair.question for pair in chosen], pool)
        for pair, row in zip(chosen, scores):
            gold = row_of[pair.passage]
            near = [other for other in np.argsort(-row)[: settings["mined_from"]].tolist() if other != gold and keys[pool[other]] != pair.key and row[other] < row[gold] - settings["margin"]]
            if len(near) < settings["size"] - 1:
                continue
            picked = [gold, *random.sample(near, settings["size"] - 1)]
            lists.append(RankedList(pair.question, [pool[place] for place in picked], [float(row[place]) for place in picked], 0))
    return lists


def own_lists(pairs: list[Pair], also: dict[str, set[str]], centres: dict[str, Centre], agreement: Agreement, settings: dict[str, Any], random: Random) -> list[RankedList]:
    """Our own questions among all passages of the centre. Other articles that answer as well (`also`) are no negatives."""
    lists: list[RankedList] = []
    by_centre: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_centre[pair.group.removeprefix(OWN_QUESTIONS)].append(pair)
    for name in sorted(by_centre):
        centre = centres[name]
        scores = agreement.of([pair.question for pair in by_centre[name]], centre.passages)
        for pair, row in zip(by_centre[name], scores):
            gold = centre.passages.index(pair.passage)
            right = {pair.key} | also.get(pair.question, set())
            near = [other for other in np.argsort(-row)[: settings["mined_from"]].tolist() if centre.articles[other] not in right]
            picked = [gold, *random.sample(near, min(settings["size"] - 1, len(near)))]
            lists.append(RankedList(pair.question, [centre.passages[place] for place in picked], [float(row[place]) for place in picked], 0))
    return lists


def sentence_lists(rows: list[dict[str, Any]], pairs: list[Pair], settings: dict[str, Any], random: Random) -> list[RankedList]:
    """The sentence that answers among the others of its passage, each under the passage's title and headings."""
    quotes = {row["question"]: row["quote"] for row in rows if row.get("quote")}
    lists: list[RankedList] = []
    for pair in pairs:
        heading, _, text = pair.passage.partition("\n")
        sentences = sentences_of(text)
        quotation = comparable(quotes.get(pair.question, ""))
        start = " ".join(quotation.split()[:5])
        gold = next((place for place, sentence in enumerate(sentences) if start and start in comparable(sentence)), None)
        if gold is None or len(sentences) < 3:
            continue
        others = [place for place in range(len(sentences)) if place != gold]
        picked = [gold, *random.sample(others, min(settings["size"] - 1, len(others)))]
        lists.append(RankedList(pair.question, [f"{heading.split(' > ')[-1]}: {sentences[place]}" for place in picked], [], 0))
    return lists


def unanswerable_lists(rows: list[dict[str, Any]], centres: dict[str, Centre], agreement: Agreement, settings: dict[str, Any]) -> list[RankedList]:
    lists: list[RankedList] = []
    for row in rows:
        centre = centres[row["near"].split(":")[0]]
        scores = agreement.of([row["question"]], centre.passages)[0]
        picked = np.argsort(-scores)[: settings["size"]].tolist()
        lists.append(RankedList(row["question"], [centre.passages[place] for place in picked], [float(scores[place]) for place in picked], None))
    return lists


def is_validation(article: str) -> bool:
    return bucket(article, 10) == 0
