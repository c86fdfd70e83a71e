"""Question-passage pairs from the corpora that a config file lists, each row with its licence.

A config has [licences], [held_out] and one [[pairs]] entry a file. Kinds of entries:
  pairs               rows with a question and a passage field
  same-label          two texts with one label are a pair (intents)
  dialogues           dialogue turns with the ids of the entries that answer them
  customer-questions  questions written for articles, with a quotation of the sentence that answers

A row whose licence is refused or that belongs to an evaluation set is counted and left out; one with an unknown licence stops the run.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from training.workshop.corpus import DataError, FileManifest, licences_by_source, permitted_rows, read_rows, sha256_of
from training.workshop.passages import comparable, passages_of


OWN_QUESTIONS = "customer-questions:"
"""Begins the group of pairs made of our own questions; the help centre follows."""


@dataclass(frozen=True)
class Pair:
    question: str
    passage: str
    group: str
    """Pairs of one group share batches: passages of one help centre are each other's hard negatives."""
    key: str
    """Pairs with the same key answer each other's questions; never negatives."""
    licence: str
    validation: bool = False


def bucket(name: str, buckets: int) -> int:
    """A stable number from 0 to buckets - 1."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % buckets


def collect_pairs(config: dict[str, Any], data: Path, *, own: Path) -> tuple[list[Pair], list[dict[str, Any]]]:
    """All pairs of the config in a fixed order, and a manifest entry a file. `own`: folder of the project's own data."""
    random = Random(config["seed"])
    by_source = licences_by_source(data, config["licences"].get("by_source", []))
    pairs: list[Pair] = []
    manifests: list[dict[str, Any]] = []
    for entry in config["pairs"]:
        path = (own if entry.get("own") else data) / entry["path"]
        if not path.is_file():
            raise DataError(f"{path} is missing; see [[pairs]] in the config file")
        manifest = FileManifest(entry["path"], sha256_of(path))
        rows = list(permitted_rows(path, entry, config, by_source, manifest))
        found = list(READERS[entry["kind"]](rows, entry, data, random))
        found = capped(found, entry, random)
        pairs.extend(found)
        manifests.append(manifest.as_dict() | {"kind": entry["kind"], "pairs": len(found)})
    return pairs, manifests


def read_plain(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, random: Random) -> Iterator[Pair]:
    kinds = set(entry.get("types", []))
    for row in rows:
        if kinds and row["type"] not in kinds:
            continue
        question, passage = row["q"].strip(), row["p"].strip()
        # A heading as the question names the title already; the passage carries it only now and then, or words alone would do.
        if row.get("doc") and row.get("type") == "question-answer":
            passage = f"{row['doc']}\n{passage}"
        if len(question) > 5 and len(passage) > 30:
            yield Pair(question, passage, row["source"], passage[:80], row["licence"])


def read_same_label(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, random: Random) -> Iterator[Pair]:
    label = entry["label"]
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row[label] not in entry.get("without", []) and len(row["text"]) >= entry.get("characters", 12):
            texts[row[label]].append((row["text"], row["licence"]))
    for name in sorted(texts):
        members = texts[name]
        random.shuffle(members)
        for (first, licence), (second, _) in zip(members[0::2], members[1::2]):
            yield Pair(first, second, entry["name"], f"{entry['name']}:{name}", licence)


def read_faq(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, random: Random) -> Iterator[Pair]:
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["question"]] += 1
        if seen[row["question"]] <= entry.get("per_question", 3) and not is_held_out_entity(row["entity"]):
            place = f" ({row['entity']})" if row["entity"] else ""
            yield Pair(f"{row['question']}{place}", knowledge_text(row), entry["name"], row["id"], row["licence"])


def read_dialogues(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, random: Random) -> Iterator[Pair]:
    knowledge = {row["id"]: row for row in read_rows(data / entry["knowledge"])}
    for row in rows:
        found = [knowledge[name] for name in row["gold"] or [] if name in knowledge]
        if not found or any(is_held_out_entity(item["entity"]) for item in found):
            continue
        item = random.choice(found)
        question = " ".join(turn["text"] for turn in row["turns"][-3:])
        yield Pair(question, knowledge_text(item), entry["name"], item["id"], row["licence"])


def knowledge_text(row: dict[str, Any]) -> str:
    return f"{row['entity'] or row['domain']}: " + (" ".join(row["review"]) if "review" in row else f"{row['question']} {row['answer']}")


def is_held_out_entity(entity: str | None) -> bool:
    """A third of the hotels and restaurants is kept for evaluation. What holds for a whole domain (trains, taxis) has no entity."""
    return entity is not None and bucket(entity.lower(), 3) == 0


def read_customer_questions(rows: list[dict[str, Any]], entry: dict[str, Any], data: Path, random: Random) -> Iterator[Pair]:
    """The passage is the one that holds the quotation. Every tenth article is for validation."""
    passages: dict[str, list[str]] = {}
    for name in sorted({row["article"].split(":")[0] for row in rows if row["article"]}):
        for article in read_rows(data / f"help_centres/{name}/articles.jsonl"):
            passages[article["id"]] = passages_of(article["title"], article["markdown"])
    for row in rows:
        if not row["article"] or row.get("unanswerable"):
            continue
        quotation = comparable(row["quote"])
        found = [text for text in passages[row["article"]] if quotation in comparable(text)]
        # A quotation across the border of two passages counts for the one that holds its first words.
        start = " ".join(quotation.split()[:4])
        found = found or [text for text in passages[row["article"]] if start in comparable(text)] or passages[row["article"]][:1]
        yield Pair(row["question"], found[0], f"{OWN_QUESTIONS}{row['article'].split(':')[0]}", row["article"], row["licence"], bucket(row["article"], 10) == 0)


def centre_passages(pairs: list[Pair], data: Path) -> Iterator[dict[str, str]]:
    """Every passage of the help centres that our own questions are on."""
    for name in sorted({pair.group.removeprefix(OWN_QUESTIONS) for pair in pairs if pair.group.startswith(OWN_QUESTIONS)}):
        for article in read_rows(data / f"help_centres/{name}/articles.jsonl"):
            for passage in passages_of(article["title"], article["markdown"]):
                yield {"centre": name, "article": article["id"], "passage": passage}


READERS = {
    "pairs": read_plain,
    "same-label": read_same_label,
    "faq": read_faq,
    "dialogues": read_dialogues,
    "customer-questions": read_customer_questions,
}


def capped(pairs: list[Pair], entry: dict[str, Any], random: Random) -> list[Pair]:
    """At most `per_group` of each group, drawn evenly, in their old order."""
    limit = entry.get("per_group")
    if limit is None:
        return pairs
    chosen: set[int] = set()
    groups: dict[str, list[int]] = defaultdict(list)
    for index, pair in enumerate(pairs):
        groups[pair.group].append(index)
    for name in sorted(groups):
        chosen.update(random.sample(groups[name], min(limit, len(groups[name]))))
    return [pair for index, pair in enumerate(pairs) if index in chosen]


def write_pairs(path: Path, pairs: list[Pair]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for pair in pairs:
            file.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")


def read_pairs(path: Path) -> list[Pair]:
    return [Pair(**row) for row in read_rows(path)]
