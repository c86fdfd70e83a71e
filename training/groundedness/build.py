"""Builds data/models/groundedness from trained weights: the embedder's vocabulary, int8 weights, one fused ONNX graph.

Output: `score` (batch,), a logit; from 0 on the passage supports the claim. The bias of the head is moved so that 0 is the threshold with the best
F1, averaged over the labelled sets, on the rows that choose. The same inputs and the same pinned packages give the same bytes.
Exit status: 0 built, 1 the weights cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from training.embedder.build import write_model
from training.groundedness.train import f1_at
from training.reader.examples import Example
from training.reader.model import Encoder, padded
from training.reader.prepare import read_examples
from training.reranker.build import kept_pieces, settings_for
from training.workshop.calibrate import smoothing_factors
from training.workshop.corpus import DataError, sha256_of
from training.workshop.export import Weights, build_graph, load_weights
from training.workshop.manifest import write_manifest

HERE = Path(__file__).parent
MAX_FOLDER_BYTES = 20_000_000
CHOOSES = ("begin", "faithdial_audit", "fever_symmetric")
"""The groups whose validation rows choose the threshold."""
EXAMPLES = """example:
  python -m training.groundedness.build --trained work/groundedness/best --embedder data/models/embedder --data work/groundedness-data --out data/models/groundedness"""


def logits_of(folder: Path, rows: list[Example]) -> np.ndarray:
    """One row at a time, as the product does it with a window or two."""
    shape = json.loads((folder / "config.json").read_text("utf-8"))["answerdesk"]
    encoder = Encoder(folder / "tokenizer.json", tokens=shape["max_tokens"], question_tokens=shape["question_tokens"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
    return np.array([session.run(["score"], padded([row]))[0][0] for row in encoder.encode([(row.question, row.passage) for row in rows])])


def best_threshold(logits: np.ndarray, rows: list[Example]) -> tuple[float, dict[str, float]]:
    """The threshold with the best mean F1 of the groups, and each group's F1 there."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[row.group].append(place)
    labels = np.array([row.answers for row in rows])

    def figures(threshold: float) -> dict[str, float]:
        return {name: f1_at(logits[places], labels[places], threshold) for name, places in sorted(groups.items())}

    best = max(np.quantile(logits, np.linspace(0.05, 0.95, 91)), key=lambda threshold: float(np.mean(list(figures(threshold).values()))))
    return float(best), figures(best)


def moved(weights: Weights, threshold: float) -> Weights:
    return weights | {"head.bias": (weights["head.bias"] - threshold).astype(np.float32)}


def build(trained: Path, embedder: Path, data: Path, out: Path, config: dict[str, Any], reference: Path) -> None:
    base = json.loads((trained / "config.json").read_text("utf-8"))
    definition = json.loads((trained / "tokenizer.json").read_text("utf-8"))
    definition["truncation"] = definition["padding"] = None
    tokenizer = json.loads((embedder / "tokenizer.json").read_text("utf-8"))
    weights, kept = load_weights(trained), kept_pieces(definition, tokenizer)
    examples = read_examples(data / "examples.jsonl")
    choosing = [example for example in examples if example.validation and example.group in CHOOSES] or [example for example in examples if example.validation] or examples
    calibrated = examples[:: max(1, len(examples) // config["calibration_pairs"])]
    fp32 = build_graph(weights, base, weight_bits=None, output="score")
    smoothing = smoothing_factors(fp32, Tokenizer.from_str(json.dumps(definition)), [f"{example.question} {example.passage}" for example in calibrated], layers=base["num_hidden_layers"], max_tokens=config["max_tokens"])

    def settings(vocabulary: int) -> dict[str, Any]:
        found = settings_for(config, base, vocabulary)
        return found | {"answerdesk": found["answerdesk"] | {"kind": "groundedness"}}

    def write(threshold: float) -> None:
        graph = build_graph(moved(weights, threshold), base, kept=kept, positions=config["max_tokens"], weight_bits=config["weight_bits"], smoothing=smoothing, output="score")
        write_model(out, graph, tokenizer, settings(len(kept)))

    write(0.0)
    write_model(reference, fp32, definition, settings(len(definition["model"]["vocab"])))
    logits = logits_of(out, choosing)
    agreement = float(np.corrcoef(logits, logits_of(reference, choosing))[0, 1])
    threshold, figures = best_threshold(logits, choosing)
    write(threshold)
    facts = {
        "config": config,
        "trained": {name: sha256_of(trained / name) for name in ("config.json", "model.safetensors")},
        "correlation with fp32": round(agreement, 4),
        "threshold": {"rows": len(choosing), "logit": round(threshold, 3), "f1": {name: round(value, 3) for name, value in figures.items()}},
        "data": json.loads((data / "manifest.json").read_text("utf-8")),
    }
    write_manifest(out, facts, MAX_FOLDER_BYTES)
    print(f"correlation with fp32 over {len(choosing)} rows: {agreement:.4f}; threshold {threshold:.3f}, F1 there {figures}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path, required=True, help="work/groundedness/best of training.groundedness.train")
    parser.add_argument("--embedder", type=Path, required=True, help="the shipped embedder, for its vocabulary")
    parser.add_argument("--data", type=Path, required=True, help="folder that training.groundedness.prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True, help="the fp32 model is written here, to compare with")
    parser.add_argument("--config", type=Path, default=HERE / "groundedness.toml")
    arguments = parser.parse_args()
    try:
        build(arguments.trained, arguments.embedder, arguments.data, arguments.out, tomllib.loads(arguments.config.read_text("utf-8"))["model"], arguments.reference)
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"build: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
