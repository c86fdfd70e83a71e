"""How well a reader reads what search found: does it answer, which sentence does, and does reading it improve the order.

Sets come from training.reader.prepare. What is chosen (the scale of the probability, how much reading counts beside search) is chosen on
found-tune.jsonl. Exit status: 0 done, 1 a file or model cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from training.embedder.evaluate import interval, ndcg_at, parse_model, rank_documents
from training.reader.found import READ, Found, read_found
from training.reader.model import Encoder, padded, range_scores
from training.reranker.train import auroc
from training.workshop.corpus import DataError

SEED = 20261128
BINS = 10
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)
EXAMPLES = """example:
  python -m training.reader.evaluate --found work/reader-data --model ours=data/models/reader --out figures.json"""

Task = tuple[str, str, list[tuple[int, int]]]
"""Question, passage, its sentences."""
Reading = tuple[float, np.ndarray]
"""The logit that the passage answers, and each sentence's probability of belonging to the answer."""
Read = Callable[[list[Task]], list[Reading]]


class OnnxReader:
    """A folder with a built reader, as the product runs it."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        settings = json.loads((folder / "config.json").read_text("utf-8"))["answerdesk"]
        self.encoder = Encoder(folder / "tokenizer.json", tokens=settings["max_tokens"], question_tokens=settings["question_tokens"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def __call__(self, tasks: list[Task]) -> list[Reading]:
        encoded = self.encoder.encode([(question, passage) for question, passage, _ in tasks])
        readings: list[Reading | None] = [None] * len(tasks)
        order = sorted(range(len(tasks)), key=lambda place: len(encoded[place].ids))
        for start in range(0, len(order), 4):
            places = order[start : start + 4]
            names = [output.name for output in self.session.get_outputs()]
            outputs = dict(zip(names, self.session.run(None, padded([encoded[place] for place in places]))))
            for row, place in enumerate(places):
                belongs = outputs["belongs"][row] if "belongs" in outputs else np.zeros(len(encoded[place].ids))
                readings[place] = float(outputs["score"][row]), range_scores(belongs, encoded[place].offsets, tasks[place][2])
        return [reading for reading in readings if reading is not None]


@dataclass(frozen=True)
class Judged:
    """What a reader made of one question."""

    found: Found
    logits: np.ndarray
    """Of as many of the passages found as were read."""
    best_right: bool | None
    """Is the best sentence of the first passages right; None where none of them is."""
    best_right_inside: bool | None
    """The same within the passage that answers."""

    @property
    def confidence(self) -> float:
        return float(self.logits[:READ].max())


def judge(rows: list[Found], read: Read, *, passages: int) -> list[Judged]:
    judged = []
    for row in rows:
        tasks = [(row.question, passage, [(start, end) for start, end, _ in sentences]) for passage, sentences in zip(row.passages[:passages], row.sentences)]
        readings = read(tasks)
        logits = np.array([logit for logit, _ in readings])
        judged.append(Judged(row, logits, *best_sentences(row, readings)))
    return judged


def best_sentences(row: Found, readings: list[Reading]) -> tuple[bool | None, bool | None]:
    if not row.answered:
        return None, None
    ranked = [(scores / (1 + np.exp(-logit)), [right for _, _, right in sentences]) for (logit, scores), sentences in zip(readings[:READ], row.sentences)]
    best = max((float(scores[place]), right[place]) for scores, right in ranked for place in range(len(right)))
    scores, right = next((scores, right) for scores, right in ranked if any(right))
    return best[1], right[int(np.argmax(scores))]


def resampled(positive: np.ndarray, negative: np.ndarray, *, rounds: int = 500) -> tuple[float, float]:
    random = np.random.default_rng(SEED)
    values = [auroc(random.choice(positive, len(positive)), random.choice(negative, len(negative))) for _ in range(rounds)]
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean distance of probability and share, over bins of equally many questions."""
    order = np.argsort(probabilities, kind="stable")
    return float(sum(len(part) * abs(probabilities[part].mean() - labels[part].mean()) for part in np.array_split(order, BINS) if len(part)) / len(order))


def fit_scale(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the probability (Platt), by Newton's method."""
    design = np.stack([logits, np.ones_like(logits)], 1)
    weights = np.zeros(2)
    for _ in range(50):
        probabilities = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (probabilities - labels) + 1e-3 * weights
        hessian = design.T @ (design * (probabilities * (1 - probabilities))[:, None]) + 1e-3 * np.eye(2)
        weights -= np.linalg.solve(hessian, gradient)
    return float(weights[0]), float(weights[1])


def confidences(judged: list[Judged]) -> tuple[np.ndarray, np.ndarray]:
    """The highest logit of the passages read and whether they answer, without the questions of which that is not certain."""
    certain = [item for item in judged if item.found.certain]
    return np.array([item.confidence for item in certain]), np.array([float(item.found.answered) for item in certain])


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / (values.std() + 1e-6)


def ordering(judged: list[Judged], weight: float) -> np.ndarray:
    """nDCG@10 over articles of each question with an answer, when reading counts `weight` beside search."""
    return np.array([
        ndcg_at(rank_documents(standardised(np.array(item.found.cosines[: len(item.logits)])) + weight * standardised(item.logits), item.found.articles[: len(item.logits)], 10), set(item.found.gold), 10)
        for item in judged if item.found.gold
    ])  # fmt: skip


def share(values: Sequence[bool | None]) -> dict[str, float]:
    known = np.array([float(value) for value in values if value is not None])
    if not len(known):
        return {"questions": 0}
    low, high = interval(known)
    return {"share": round(float(known.mean()), 4), "from": round(low, 4), "to": round(high, 4), "questions": len(known)}


def figures(judged: list[Judged], *, scale: tuple[float, float], weight: float) -> dict[str, Any]:
    logits, labels = confidences(judged)
    cosines = np.array([item.found.cosines[0] for item in judged if item.found.certain])
    answered, not_answered = logits[labels == 1], logits[labels == 0]
    result: dict[str, Any] = {"questions": len(judged), "certain": len(labels), "answered by what was found": int(labels.sum())}
    if len(answered) and len(not_answered):
        low, high = resampled(answered, not_answered)
        probabilities = 1 / (1 + np.exp(-(scale[0] * logits + scale[1])))
        result |= {
            "auroc": round(auroc(answered, not_answered), 4), "auroc from": round(low, 4), "auroc to": round(high, 4),
            "auroc of the nearest cosine": round(auroc(cosines[labels == 1], cosines[labels == 0]), 4),
            "calibration error": round(calibration_error(probabilities, labels), 4),
        }  # fmt: skip
    gain = ordering(judged, weight) - ordering(judged, 0.0)
    low, high = interval(gain) if len(gain) else (0.0, 0.0)
    before = ordering(judged, 0.0)
    result |= {
        "right sentence first": share([item.best_right for item in judged]),
        "right sentence first, in the passage that answers": share([item.best_right_inside for item in judged]),
        "ndcg@10 as found": round(float(before.mean()), 4) if len(before) else None,
        "ndcg@10 gain": round(float(gain.mean()), 4) if len(gain) else None, "gain from": round(low, 4), "gain to": round(high, 4),
    }  # fmt: skip
    return result


def by_set(rows: list[Found], limit: int | None = None) -> dict[str, list[Found]]:
    """`limit`: this many of each set, drawn with a fixed seed."""
    sets: dict[str, list[Found]] = {}
    for row in rows:
        sets.setdefault(row.set, []).append(row)
    if limit:
        random = np.random.default_rng(SEED)
        sets = {name: [found[place] for place in sorted(random.permutation(len(found))[:limit])] for name, found in sets.items()}
    return sets


def report(read: Read, tune: list[Found], test: list[Found], *, passages: int, limit: int | None) -> dict[str, Any]:
    tuning = {name: judge(found, read, passages=passages) for name, found in by_set(tune, limit).items()}
    scale = fit_scale(*map(np.concatenate, zip(*(confidences(judged) for judged in tuning.values()))))
    weight = max(WEIGHTS, key=lambda candidate: np.mean([ordering(judged, candidate).mean() for judged in tuning.values()]))
    testing = {name: judge(found, read, passages=passages) for name, found in by_set(test, limit).items()}
    return {"scale": [round(value, 4) for value in scale], "weight beside search": weight} | {
        use: {name: figures(judged, scale=scale, weight=weight) for name, judged in sets.items()} for use, sets in (("tune", tuning), ("test", testing))
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--found", type=Path, required=True, help="folder with found-tune.jsonl and found-test.jsonl")
    parser.add_argument("--model", type=parse_model, action="append", required=True, help="NAME=FOLDER, may be repeated; a reranker's folder gives the figures without sentences")
    parser.add_argument("--passages", type=int, default=20, help="how many of those found are read")
    parser.add_argument("--limit", type=int, help="so many questions of each set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    try:
        tune, test = (read_found(arguments.found / f"found-{use}.jsonl") for use in ("tune", "test"))
        found = {name: report(OnnxReader(folder, threads=arguments.threads), tune, test, passages=arguments.passages, limit=arguments.limit) for name, folder in arguments.model}
    except (DataError, OSError, KeyError) as error:
        print(f"evaluate: {error!r}", file=sys.stderr)
        return 1
    print(json.dumps(found, indent=2))
    if arguments.out:
        arguments.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
