"""What search finds for questions: the passages that a reader is measured on, each sentence marked right or not.

Kinds of sets (data.toml, [[found]]):
  questions  our own customer questions of every tenth article, and the near misses of those articles, over their help centre
  headings   a help centre's own questions: headings that ask. They are taken out of the passages first; the section below is right.
             Each is asked twice, the second time without the articles that answer: what is found then does not answer
  golden     the sample company's questions; a sentence of a gold article with one of the facts is right
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from training.workshop.corpus import DataError, read_rows
from training.workshop.encoder import SentenceEncoder
from training.workshop.pairs import bucket
from training.workshop.passages import comparable, passages_of, plain, sentences_of

FOUND = 20
READ = 5
"""As many of the passages found are read for an answer."""
QUOTATION_WORDS = 5
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*(?:\{#[^}]*\})?\s*#*$")
_ASKS = re.compile(r"(?:how|why|what|when|where|which|who|can|could|do|does|is|are|will|should)\b", re.IGNORECASE)
NO_HEADING = "–"


@dataclass(frozen=True)
class Found:
    set: str
    question: str
    passages: list[str]
    articles: list[str]
    cosines: list[float]
    sentences: list[list[tuple[int, int, bool]]]
    """Of each passage: start, end, and whether it answers."""
    gold: list[str]
    """Articles that answer; empty where none does."""

    @property
    def answered(self) -> bool:
        """Do the passages that would be read answer?"""
        return any(right for passage in self.sentences[:READ] for _, _, right in passage)

    @property
    def certain(self) -> bool:
        """False where an article that answers was found, but not its sentence: another one may answer as well."""
        return self.answered or not set(self.articles[:READ]) & set(self.gold)


def sentence_ranges(passage: str) -> list[tuple[int, int]]:
    """Start and end of each sentence and list item below the line of titles; the whole text where there is none."""
    start = passage.find("\n") + 1
    ranges = []
    for sentence in sentences_of(passage[start:]):
        start = passage.index(sentence, start)
        ranges.append((start, start + len(sentence)))
        start += len(sentence)
    return ranges or [(passage.find("\n") + 1, len(passage))]


def quoted(passage: str, quote: str) -> list[tuple[int, int]]:
    """The sentence that a quotation begins."""
    start = " ".join(comparable(quote).split()[:QUOTATION_WORDS])
    return [(first, end) for first, end in sentence_ranges(passage) if start and start in comparable(passage[first:end])][:1]


class Centre:
    """The passages of a help centre and their vectors."""

    def __init__(self, articles: list[dict[str, Any]], encoder: SentenceEncoder) -> None:
        self.passages: list[str] = []
        self.articles: list[str] = []
        for article in articles:
            for passage in passages_of(article["title"], article["markdown"]):
                self.passages.append(passage.replace(f" > {NO_HEADING}", ""))
                self.articles.append(article["id"])
        self.encoder = encoder
        self.vectors = encoder.embed_documents(self.passages)

    def nearest(self, questions: list[str], count: int, without: list[set[str]] | None = None) -> list[list[tuple[int, float]]]:
        """Places and cosines of the passages nearest to each question, leaving out those of some articles."""
        found = []
        for row, scores in enumerate(self.encoder.embed_queries(questions) @ self.vectors.T):
            order = [place for place in np.argsort(-scores, kind="stable").tolist() if not without or self.articles[place] not in without[row]]
            found.append([(place, float(scores[place])) for place in order[:count]])
        return found

    def found(self, name: str, asked: list["Asked"]) -> Iterator[Found]:
        for question, near in zip(asked, self.nearest([item.question for item in asked], FOUND, [item.without for item in asked])):
            places = [place for place, _ in near]
            sentences = [[(start, end, question.right(self.articles[place], self.passages[place], start, end)) for start, end in sentence_ranges(self.passages[place])] for place in places]
            yield Found(name, question.question, [self.passages[place] for place in places], [self.articles[place] for place in places], [round(score, 4) for _, score in near], sentences, sorted(question.gold - question.without))


def centre_opener(data: Path, encoder: SentenceEncoder) -> Callable[[str], Centre]:
    """Opens a help centre by name, once."""

    @cache
    def open_centre(name: str) -> Centre:
        return Centre(list(read_rows(data / f"help_centres/{name}/articles.jsonl")), encoder)

    return open_centre


@dataclass(frozen=True)
class Asked:
    question: str
    gold: set[str]
    texts: list[str]
    """What a right sentence holds one of, made comparable."""
    without: set[str]
    inside: bool = False
    """A right sentence lies inside one of the texts instead."""

    def right(self, article: str, passage: str, start: int, end: int) -> bool:
        if article not in self.gold:
            return False
        sentence = comparable(passage[start:end])
        return any(sentence in text if self.inside else text in sentence for text in self.texts if text)


def own_questions(entry: dict[str, Any], own: Path) -> Iterator[tuple[str, Asked]]:
    """Help centre and question."""
    for row in read_rows(own / entry["questions"]):
        if row["article"] and bucket(row["article"], 10) == 0:
            text = " ".join(comparable(row["quote"]).split()[:QUOTATION_WORDS])
            yield row["article"].split(":")[0], Asked(row["question"], {row["article"], *row.get("also", [])}, [text], set())
    for row in read_rows(own / entry["near_misses"]):
        if bucket(row["near"], 10) == 0:
            yield row["near"].split(":")[0], Asked(row["question"], set(), [], set())


def take_questions(article: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The article with its asking headings taken out, and each of them with the text of its section."""
    lines, questions, section = [], [], None
    for line in article["markdown"].splitlines():
        heading = _HEADING.match(line)
        if not heading:
            if section is not None:
                section.append(line)
            lines.append(line)
            continue
        section = None
        title = plain(heading[2]).strip()
        if title.endswith("?") or (_ASKS.match(title) and len(title.split()) >= 4):
            section = []
            questions.append((title, section))
            lines.append(f"{heading[1]} {NO_HEADING}")
        else:
            lines.append(line)
    return article | {"markdown": "\n".join(lines)}, [(title, comparable(" ".join(plain("\n".join(text)).split()))) for title, text in questions]


def heading_questions(articles: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Asked]]:
    taken = [(article["id"], *take_questions(article)) for article in articles]
    sections: dict[str, list[tuple[str, str]]] = {}
    for name, _, questions in taken:
        for title, text in questions:
            if len(text.split()) >= 8 and len(title.split()) >= 3:
                sections.setdefault(title, []).append((name, text))
    asked = []
    for title, found in sections.items():
        gold, texts = {name for name, _ in found}, [text for _, text in found]
        asked += [Asked(title, gold, texts, set(), inside=True), Asked(title, gold, texts, gold, inside=True)]
    return [article for _, article, _ in taken], asked


def golden_questions(entry: dict[str, Any], own: Path) -> tuple[list[dict[str, Any]], list[Asked]]:
    articles = []
    for path in sorted(own.glob(entry["articles"])):
        if entry["without"] in path.parts:
            continue
        _, front, markdown = path.read_text("utf-8").split("---\n", 2)
        fields = dict(line.split(": ", 1) for line in front.splitlines() if ": " in line)
        articles.append({"id": fields["id"], "title": fields["title"], "markdown": re.sub(r"\A\s*# .+\n", "", markdown)})
    asked = []
    for row in read_rows(own / entry["questions"]):
        if row["kind"] != "hostile" and row["expect"] in ("answer", "decline"):
            facts = [comparable(form) for fact in row["facts"] for form in fact.split(" | ")]
            asked.append(Asked(row["standalone"], set(row["gold"]), facts, set()))
    return articles, asked


def collect_found(entry: dict[str, Any], data: Path, own: Path, open_centre: Callable[[str], Centre], encoder: SentenceEncoder) -> list[Found]:
    name = entry["name"]
    if entry["kind"] == "golden":
        articles, asked = golden_questions(entry, own)
        return list(Centre(articles, encoder).found(name, asked))
    if entry["kind"] == "headings":
        articles, asked = heading_questions(list(read_rows(data / entry["articles"])))
        return list(Centre(articles, encoder).found(name, asked))
    if entry["kind"] == "questions":
        by_centre: dict[str, list[Asked]] = {}
        for centre, question in own_questions(entry, own):
            by_centre.setdefault(centre, []).append(question)
        return [row for centre in sorted(by_centre) for row in open_centre(centre).found(name, by_centre[centre])]
    raise DataError(f"{name}: unknown kind {entry['kind']!r}; questions, headings or golden")


def as_row(found: Found) -> dict[str, Any]:
    return asdict(found)


def read_found(path: Path) -> list[Found]:
    return [Found(**row) for row in read_rows(path)]
