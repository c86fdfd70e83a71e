"""What the reader learns from: a question, a passage, whether it answers, and which of its characters do.

Made negatives teach what search gets wrong: another section of the right article, a sibling product's same question, a neighbour fact,
the passage without its answering sentence, what is found for a near miss.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from training.reader.found import Centre, quoted, sentence_ranges
from training.workshop.corpus import read_rows
from training.workshop.pairs import bucket, is_held_out_entity

Range = tuple[int, int]
NEIGHBOURS = 3
FAQ_ENTRIES = 4
ELSEWHERE = 0.4
"""Of the crops of a passage that answers, those that leave the answer out."""
_PUNCTUATION = re.compile(r" (?=[.,;:?!%)\]]|'s\b|n't\b|'(?:re|ve|ll|d|m)\b)|(?<=[(\[$]) ")
_TOKENS = {"``": '"', "''": '"', "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]"}


@dataclass(frozen=True)
class Example:
    question: str
    passage: str
    """Titles on the first line, where there are any."""
    answers: bool
    ranges: list[Range] | None
    """The characters that answer; None where that is not known."""
    group: str
    key: str
    """What must not be split between training and validation: the article."""
    licence: str
    validation: bool = False


def is_validation(key: str) -> bool:
    """A twentieth, by article; of our own questions every tenth, as for the other models."""
    return bucket(key.replace("_", " ").lower(), 20) == 0


def detokenised(text: str) -> str:
    """Without the spaces and signs of the Penn Treebank."""
    text = " ".join(_TOKENS.get(word.lower(), word) for word in text.split())
    return _PUNCTUATION.sub("", re.sub(r'" ([^"]*?) "', r'"\1"', text))


def without(passage: str, ranges: list[Range]) -> str | None:
    """The passage without the answering sentences, None where too little is left."""
    for start, end in sorted(ranges, reverse=True):
        passage = passage[:start].rstrip(" ") + " " + passage[end:].lstrip()
    return passage.strip() if len(passage.partition("\n")[2].split() or passage.split()) >= 20 else None


def window(text: str, ranges: list[Range], words: int, random: Random) -> tuple[str, list[Range]]:
    """Whole sentences of a long text without titles, `words` words or a few more, with the first answering sentence among them."""
    if len(text.split()) <= words:
        return text, ranges
    # A first line would be taken for titles.
    sentences = [(start - 1, end - 1) for start, end in sentence_ranges("\n" + text)]
    sizes = [len(text[start:end].split()) for start, end in sentences]
    target = next((place for place, (_, end) in enumerate(sentences) if ranges and end > ranges[0][0]), random.randrange(len(sentences)))
    first = last = target
    while sum(sizes[first : last + 1]) < words and (first > 0 or last + 1 < len(sentences)):
        before = first > 0 and (last + 1 == len(sentences) or random.random() < 0.5)
        first, last = (first - 1, last) if before else (first, last + 1)
    start, end = sentences[first][0], sentences[last][1]
    return text[start:end], [(max(low, start) - start, min(high, end) - start) for low, high in ranges if low < end and high > start]


def cropped(example: Example, words: int, random: Random) -> Example:
    """The titles and some `words` words of the passage: around its answer or, of an answered one, as often elsewhere, which then does not answer."""
    start = example.passage.find("\n") + 1
    title, body = example.passage[:start], example.passage[start:]
    if len(body.split()) <= words or (example.answers and not example.ranges):
        return example
    inside = [(first - start, end - start) for first, end in example.ranges or []]
    if example.answers and random.random() < ELSEWHERE:
        return replace(example, passage=title + window(without(body, inside) or body, [], words, random)[0], answers=False, ranges=[]) if without(body, inside) else example
    text, ranges = window(body, inside, words, random)
    return replace(example, passage=title + text, ranges=[(first + start, end + start) for first, end in ranges] if example.ranges is not None else None)


def read_reading(rows: list[dict[str, Any]], entry: dict[str, Any], words: int, random: Random) -> Iterator[Example]:
    """Each row, and for some that are answered: without the answering sentence, or with another passage, of the article where it has more."""
    siblings: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        siblings[row["doc"]].append(row["passage"])
    siblings = {name: sorted(set(passages)) for name, passages in siblings.items()}
    for row in rows:
        if row.get("overlaps"):
            continue
        clean = detokenised if row.get("tokenised") or "clapnq" in entry["path"] else lambda text: " ".join(text.split())
        text, question = clean(row["passage"]), clean(row["question"])
        marked = [clean(sentence) for sentence in row.get("answer_sentences") or [row["answer_sentence"] or ""]]
        ranges = [(text.index(sentence), text.index(sentence) + len(sentence)) for sentence in marked if sentence and sentence in text]
        if row["answerable"] and ranges == [] and any(marked):
            continue
        title = f"{row.get('title') or row['doc'].replace('_', ' ')}\n" if row.get("title") or ("squad2" in row["source"] or "SQuAD 2" in row["source"]) and random.random() < 0.5 else ""
        cut, inside = window(text, ranges, words, random)
        moved = [(start + len(title), end + len(title)) for start, end in inside]
        known = moved if moved or not row["answerable"] else None
        example = Example(question, title + cut, row["answerable"], known, entry["path"].split("/")[1], row["doc"], row["licence"], is_validation(row["doc"]))
        yield example
        forms = [answer.lower() for answer in row["answers"] or []]
        less = without(title + cut, moved) if moved else None
        if less and random.random() < 0.3 and not any(form in less.lower() for form in forms):
            yield replace(example, passage=less, answers=False, ranges=[])
        others = [passage for passage in siblings[row["doc"]] if passage != row["passage"] and not any(form in passage.lower() for form in forms)] if forms else []
        others = others or [random.choice(rows)["passage"]]
        if row["answerable"] and others != [row["passage"]] and random.random() < 0.3:
            yield replace(example, passage=title + window(clean(random.choice(others)), [], words, random)[0], answers=False, ranges=[])


def read_question_sentence(rows: list[dict[str, Any]], entry: dict[str, Any], words: int, random: Random) -> Iterator[Example]:
    """The sentence among its neighbours in the file, and the neighbours alone. Their articles are not known: none is for validation."""
    for place, row in enumerate(rows):
        gold = detokenised(row["answer_sentence"])
        near = {detokenised(other["answer_sentence"]) for other in rows[max(0, place - 6) : place + 7]} - {gold}
        picked = random.sample(sorted(near), min(NEIGHBOURS, len(near)))
        example = Example(detokenised(row["question"]), " ".join(picked), False, [], "question-sentence", row["doc"], row["licence"])
        if random.random() < 0.4:
            yield example
        else:
            where = random.randrange(len(picked) + 1)
            start = sum(len(text) + 1 for text in picked[:where])
            yield replace(example, passage=" ".join([*picked[:where], gold, *picked[where:]]), answers=True, ranges=[(start, start + len(gold))])


def read_statement(rows: list[dict[str, Any]], entry: dict[str, Any], words: int, random: Random) -> Iterator[Example]:
    for row in rows:
        if row["label"] != "generic":
            said = row["label"] == "supported"
            yield Example(detokenised(row["sentence"]), window(detokenised(row["passage"]), [], words, random)[0], said, None if said else [], entry["path"].split("/")[1], row["doc"], row["licence"], is_validation(row["doc"]))


def read_faq(rows: list[dict[str, Any]], entry: dict[str, Any], words: int, random: Random) -> Iterator[Example]:
    """Some entries of one hotel or restaurant: with the one asked for, without it, or the same one of a sibling."""
    places: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["entity"] and not is_held_out_entity(row["entity"]):
            places[row["entity"]].append(row)
    for row in rows:
        if row["entity"] not in places:
            continue
        others = random.sample(places[row["entity"]], min(FAQ_ENTRIES, len(places[row["entity"]])))
        entries = [(item["question"], item["answer"]) for item in others if item["question"] != row["question"]]
        kind, name = random.random(), row["entity"]
        if kind < 0.5:
            entries.insert(random.randrange(len(entries) + 1), (row["question"], row["answer"]))
        elif kind < 0.75:
            sibling = random.choice(sorted(places))
            name = sibling if sibling != name else name
            entries += [(item["question"], item["answer"]) for item in places[sibling] if item["question"] == row["question"]] if sibling != row["entity"] else []
        passage, ranges = f"{name.title()}\n", []
        for question, answer in entries:
            start = len(passage)
            passage += f"{question} {answer} " if random.random() < 0.5 else f"{answer} "
            if kind < 0.5 and (question, answer) == (row["question"], row["answer"]):
                ranges = [(start, len(passage) - 1)]
        asked = row["question"] if row["entity"].lower() in row["question"].lower() else f"{row['question'].rstrip('?')} at {row['entity'].title()}?"
        if entries:
            yield Example(asked, passage.strip(), kind < 0.5, ranges, "dstc-faq", row["entity"], row["licence"], is_validation(row["entity"]))


def read_sections(rows: list[dict[str, Any]], entry: dict[str, Any], words: int, random: Random) -> Iterator[Example]:
    """A heading and its section, or another section of the same article. The passage shows the article's title, not the heading."""
    articles: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["type"] in ("heading-section", "question-answer") and row.get("doc") and len(row["p"].split()) >= 15:
            articles[row["source"], row["doc"]].append(row)
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (source, _), found in sorted(articles.items()):
        groups[source] += [row for row in found if len(row["q"].split()) >= 3 or row["type"] == "question-answer"]
    for source in sorted(groups):
        for row in random.sample(groups[source], min(entry["per_group"], len(groups[source]))):
            others = [other for other in articles[source, row["doc"]] if other["q"] != row["q"] and other["p"] != row["p"]]
            answers = not others or random.random() < 0.5
            shown = row if answers else random.choice(others)
            question = row["q"].removeprefix(f"{row['doc']}: ") if random.random() < 0.5 else row["q"]
            passage = f"{row['doc']}\n{window(shown['p'], [], words, random)[0]}"
            yield Example(question, passage, answers, None if answers else [], source, row["doc"], row["licence"], is_validation(row["doc"]))


def read_customer_questions(rows: list[dict[str, Any]], entry: dict[str, Any], own: Path, open_centre: Callable[[str], Centre], random: Random) -> Iterator[Example]:
    """Our own questions with the passages that search finds for them, but of the articles that are not for validation."""
    asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["article"] and not row.get("unanswerable") and bucket(row["article"], 10):
            asked[row["article"].split(":")[0]].append(row)
    for row in read_rows(own / entry["near_misses"]):
        if bucket(row["near"], 10):
            asked[row["near"].split(":")[0]].append(row)
    for name in sorted(asked):
        centre = open_centre(name)
        for row, near in zip(asked[name], centre.nearest([row["question"] for row in asked[name]], 20)):
            article = row.get("article")
            example = Example(row["question"], "", False, [], f"customer-questions:{name}", article or row["near"], row["licence"])
            right = {article, *row.get("also", [])}
            others = [centre.passages[place] for place, _ in near if centre.articles[place] not in right]
            if not article:
                yield from (replace(example, passage=passage) for passage in others[: entry["negatives"]])
                continue
            same = [passage for passage, owner in zip(centre.passages, centre.articles) if owner == article]
            gold = next(((passage, found) for passage in same if (found := quoted(passage, row["quote"]))), None)
            if gold is None:
                continue
            passage, ranges = gold
            yield from [replace(example, passage=passage, answers=True, ranges=ranges)] * 2
            yield from (replace(example, passage=other) for other in random.sample(others[:10], min(entry["negatives"], len(others[:10]))))
            sections = [other for other in same if other != passage]
            if sections:
                yield replace(example, passage=random.choice(sections))
            if less := without(passage, ranges):
                yield replace(example, passage=less)


def section_key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["source"].partition("@")[0], row["doc"], row["q"]


def read_written(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, words: int, random: Random) -> Iterator[Example]:
    """Questions written for sections of other documentation: the section, without its answer, and sections that only look relevant.

    A row names its section by id, or by file, source, doc and heading; `near` names sections in the same way, a bare heading of the same doc.
    `answer` has the beginnings of the sentences that answer.
    """
    by_id: dict[str, dict[str, Any]] = {}
    by_heading: dict[tuple[str, str, str], dict[str, Any]] = {}
    for path in sorted({f"{row.get('file') or row['source']}.jsonl.gz" for row in rows}):
        for section in read_rows(data / path):
            if section.get("id"):
                by_id[section["id"]] = section
            if section.get("doc") and section.get("q"):
                by_heading.setdefault(section_key(section), section)

    def named(row: dict[str, Any], near: Any = None) -> dict[str, Any] | None:
        if near is None:
            return by_id.get(row.get("section", "")) or by_heading.get((row["source"].partition("@")[0], row.get("doc", ""), row.get("heading", "")))
        if isinstance(near, dict):
            return by_heading.get((near.get("source", row["source"]).partition("@")[0], near["doc"], near["heading"]))
        return by_id.get(near) or by_heading.get((row["source"].partition("@")[0], row.get("doc", ""), near))

    for row in rows:
        section = named(row)
        if section is None:
            continue
        passage, start = shown(section, random)
        key = f"{section['source'].partition('@')[0]}:{section.get('pg') or section['doc']}"
        starts = [place for text in row["answer"] if (place := passage.find(text, start)) >= 0]
        if len(starts) < len(row["answer"]):
            continue
        # A sentence of one or two words has no range: such a row would teach that nothing answers.
        ranges = sorted({(first, end) for first, end in sentence_ranges(passage) if any(first <= place < end for place in starts)})
        if row["answer"] and not ranges:
            continue
        example = Example(row["question"], passage, bool(ranges), ranges, f"{entry.get('name', 'written')}:{row['source']}", key, row["licence"], is_validation(key))
        cut, inside = window(passage[start:], [(first - start, end - start) for first, end in ranges], words, random)
        yield replace(example, passage=passage[:start] + cut, ranges=[(first + start, end + start) for first, end in inside])
        for near in row.get("near", []):
            other = named(row, near)
            if other and other is not section:
                text, body = shown(other, random)
                yield replace(example, passage=text[:body] + window(text[body:], [], words, random)[0], answers=False, ranges=[])
        if ranges and (less := without(passage, ranges)) and random.random() < 0.5:
            body = less.find("\n") + 1
            yield replace(example, passage=less[:body] + window(less[body:], [], words, random)[0], answers=False, ranges=[])


def shown(section: dict[str, Any], random: Random) -> tuple[str, int]:
    """A section under its titles, as a passage shows them, and where its text starts."""
    titles = [section["doc"]] if section["q"] == section["doc"] or random.random() < 0.2 else [section["doc"], section["q"].removeprefix(f"{section['doc']}: ")]
    title = " > ".join(titles) + "\n"
    return title + section["p"], len(title)


READERS: dict[str, Callable[[list[dict[str, Any]], dict[str, Any], int, Random], Iterator[Example]]] = {
    "reading": read_reading,
    "question-sentence": read_question_sentence,
    "statement": read_statement,
    "faq": read_faq,
    "sections": read_sections,
}
