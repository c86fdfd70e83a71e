"""Quality of sentence-embedding folders, vectors alone: nDCG@10 and recall@5 on development sets.

Sets: mtrag (324 questions whose gold passages are all present; last turn and human rewrite), dstc (knowledge-seeking turns
of travel dialogues), and help centres with question files (NAME.jsonl in the --questions folder, with the question as
it reads on its own; articles split to about 150 words, scored by their best chunk).
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.workshop.corpus import DataError, read_rows
from training.workshop.encoder import SentenceEncoder
from training.workshop.pairs import is_held_out_entity, knowledge_text
from training.workshop.passages import passages_of

DSTC_QUESTIONS = 600
SEED = 20261124
EXAMPLES = """examples:
  python -m training.embedder.evaluate --data DATA --model ours=../../data/models/embedder
  python -m training.embedder.evaluate --data DATA --questions QUESTIONS --model ours=../../data/models/embedder --model bge=BGE --out report.json

A model folder holds model.onnx, tokenizer.json and config.json with an "answerdesk" entry (pooling, query_prefix, max_tokens ...);
without that entry: mean pooling, no prefixes, 256 tokens."""


@dataclass
class RetrievalSet:
    """Texts to search, the document each belongs to, and questions with the documents that answer them."""

    name: str
    texts: list[str]
    owners: list[str]
    questions: list[str]
    gold: list[set[str]]


def mtrag_sets(data: Path) -> list[RetrievalSet]:
    passages = list(read_rows(data / "mtrag/passages.jsonl"))
    queries = [row for row in read_rows(data / "mtrag/retrieval_queries.jsonl") if set(row["gold"]) == set(row["gold_in_pool"])]
    sets = []
    for field in ("last_turn", "rewrite"):
        for collection in sorted({row["collection"] for row in passages}):
            pool = [row for row in passages if row["collection"] == collection]
            asked = [row for row in queries if row["collection"] == collection]
            sets.append(
                RetrievalSet(
                    f"mtrag {collection}, {field.replace('_', ' ')}",
                    [f"{row['title'] or ''}\n{row['text']}".strip() for row in pool],
                    [row["id"] for row in pool],
                    [row[field].removeprefix("|user|:").strip() for row in asked],
                    [set(row["gold"]) for row in asked],
                )
            )
    return sets


def dstc_set(data: Path) -> RetrievalSet:
    knowledge = list(read_rows(data / "dstc_faq/knowledge_dstc11.jsonl"))
    texts = [knowledge_text(row) for row in knowledge]
    entities = {row["id"]: row["entity"] for row in knowledge}
    # Of the hotels and restaurants that no training pair is about.
    asked = [row for row in read_rows(data / "dstc_faq/dialogues_dstc11_val.jsonl") if row["gold"] and all(is_held_out_entity(entities[name]) for name in row["gold"])]
    asked = random.Random(SEED).sample(asked, min(DSTC_QUESTIONS, len(asked)))
    questions = [" ".join(turn["text"] for turn in row["turns"][-3:]) for row in asked]
    return RetrievalSet("dstc11, last three turns", texts, [row["id"] for row in knowledge], questions, [set(row["gold"]) for row in asked])


def help_centre_set(data: Path, questions: Path) -> RetrievalSet:
    name = questions.stem.removeprefix("set-")
    texts, owners = [], []
    for article in read_rows(data / f"help_centres/{name}/articles.jsonl"):
        for chunk in passages_of(article["title"], article["markdown"]):
            texts.append(chunk)
            owners.append(article["id"])
    rows = [row for row in read_rows(questions) if row["gold"]]
    asked = [row.get("standalone") or row["turns"][-1]["text"] for row in rows]
    gold = [set(row["gold"]) for row in rows]
    if missing := set().union(*gold) - set(owners):
        raise DataError(f"{questions}: gold articles that {name} does not have: {sorted(missing)[:3]}")
    return RetrievalSet(f"help centre {name}", texts, owners, asked, gold)


def load_sets(data: Path, questions: Path | None) -> list[RetrievalSet]:
    sets = [*mtrag_sets(data), dstc_set(data)]
    for path in sorted(questions.glob("*.jsonl")) if questions else []:
        sets.append(help_centre_set(data, path))
    return sets


def rank_documents(scores: np.ndarray, owners: Sequence[str], k: int) -> list[str]:
    """The k best documents; a document's score is that of its best text."""
    ranked: dict[str, None] = {}
    for index in np.argsort(-scores, kind="stable"):
        ranked.setdefault(owners[index])
        if len(ranked) == k:
            break
    return list(ranked)


def ndcg_at(ranked: Sequence[str], gold: set[str], k: int) -> float:
    gain = sum(1 / np.log2(place + 2) for place, document in enumerate(ranked[:k]) if document in gold)
    return float(gain / sum(1 / np.log2(place + 2) for place in range(min(k, len(gold)))))


def recall_at(ranked: Sequence[str], gold: set[str], k: int) -> float:
    return len(gold.intersection(ranked[:k])) / len(gold)


def judge(encoder: SentenceEncoder, sets: list[RetrievalSet], dimensions: int | None = None) -> dict[str, np.ndarray]:
    """Set name -> (questions, 2): nDCG@10 and recall@5 of each question. Texts that several sets share are embedded once.

    dimensions: search with this prefix of the vectors."""
    vectors_of: dict[tuple[str, ...], np.ndarray] = {}
    found = {}
    for group in sets:
        key = tuple(group.texts)
        if key not in vectors_of:
            vectors_of[key] = shortened(encoder.embed_documents(group.texts), dimensions)
        scores = shortened(encoder.embed_queries(group.questions), dimensions) @ vectors_of[key].T
        ranked = [rank_documents(row, group.owners, 10) for row in scores]
        found[group.name] = np.array([[ndcg_at(*pair, 10), recall_at(*pair, 5)] for pair in zip(ranked, group.gold)])
    return found


def shortened(vectors: np.ndarray, dimensions: int | None) -> np.ndarray:
    if dimensions is None:
        return vectors
    vectors = vectors[:, :dimensions]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def interval(values: np.ndarray, *, rounds: int = 2000) -> tuple[float, float]:
    """95 % of the means of resampled questions (percentile bootstrap, fixed seed)."""
    means = np.random.default_rng(SEED).choice(values, (rounds, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def evaluate(encoder: SentenceEncoder, sets: list[RetrievalSet]) -> dict[str, dict[str, float]]:
    """Set name -> figures."""
    results = {}
    for group, values in zip(sets, judge(encoder, sets).values()):
        low, high = interval(values[:, 0])
        results[group.name] = {
            "questions": len(values),
            "texts": len(group.texts),
            "ndcg@10": round(float(values[:, 0].mean()), 4),
            "ndcg@10 from": round(low, 4),
            "ndcg@10 to": round(high, 4),
            "recall@5": round(float(values[:, 1].mean()), 4),
        }
    return results


def parse_model(argument: str) -> tuple[str, Path]:
    name, _, folder = argument.partition("=")
    if not name or not folder:
        raise argparse.ArgumentTypeError(f"{argument!r} is not NAME=FOLDER")
    return name, Path(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with mtrag/, dstc_faq/ and help_centres/")
    parser.add_argument("--questions", type=Path, help="folder with one NAME.jsonl of questions per help centre")
    parser.add_argument("--model", type=parse_model, action="append", required=True, help="NAME=FOLDER, may be repeated")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the figures as JSON here as well")
    arguments = parser.parse_args()
    try:
        sets = load_sets(arguments.data, arguments.questions)
        report = {name: evaluate(SentenceEncoder(folder, threads=arguments.threads), sets) for name, folder in arguments.model}
    except (DataError, OSError, KeyError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    for group in sets:
        for name in report:
            figures = report[name][group.name]
            print(f"{group.name:32} {name:10} n={figures['questions']:<5} nDCG@10 {figures['ndcg@10']:.3f} ({figures['ndcg@10 from']:.3f} - {figures['ndcg@10 to']:.3f})  recall@5 {figures['recall@5']:.3f}")
    if arguments.out:
        arguments.out.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
