"""Builds data/models/reader from trained weights: the embedder's vocabulary, int8 weights, one fused ONNX graph with two outputs.

Outputs: `score` (batch,), the logit that the passage answers; `belongs` (batch, sequence), a logit for each token.
The same inputs and the same pinned packages give the same bytes. Exit status: 0 built, 1 the weights cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from training.embedder.build import write_model
from training.reader.evaluate import OnnxReader
from training.reader.examples import Example
from training.reader.found import sentence_ranges
from training.reader.prepare import read_examples
from training.reranker.build import kept_pieces, settings_for
from training.workshop.calibrate import smoothing_factors
from training.workshop.corpus import DataError, sha256_of
from training.workshop.export import Weights, build_graph, load_weights
from training.workshop.manifest import write_manifest

HERE = Path(__file__).parent
MAX_FOLDER_BYTES = 20_000_000
PROBES = 200
EXAMPLES = """example:
  python -m training.reader.build --trained work/reader/best --embedder data/models/embedder --data work/reader-data --out data/models/reader"""


def with_token_head(model: onnx.ModelProto, weights: Weights, layers: int) -> onnx.ModelProto:
    """The score graph with a second output: a logit for each token, from the last layer."""
    graph = model.graph
    graph.initializer.extend([numpy_helper.from_array(np.ascontiguousarray(weights["token_head.weight"].T), "token_head.weight"), numpy_helper.from_array(weights["token_head.bias"], "token_head.bias"), numpy_helper.from_array(np.array([2], np.int64), "token_axis")])
    graph.node.extend([
        helper.make_node("MatMul", [f"layer{layers - 1}", "token_head.weight"], ["token_head.product"], name="token_head.product"),
        helper.make_node("Add", ["token_head.product", "token_head.bias"], ["token_head"], name="token_head"),
        helper.make_node("Squeeze", ["token_head", "token_axis"], ["belongs"], name="belongs"),
    ])  # fmt: skip
    graph.output.append(helper.make_tensor_value_info("belongs", TensorProto.FLOAT, ["batch", "sequence"]))
    return model


def agreement(first: OnnxReader, second: OnnxReader, examples: list[Example]) -> dict[str, float]:
    """Correlation of the logits, and how often both find the same sentence best."""
    tasks = [(example.question, example.passage, sentence_ranges(example.passage)) for example in examples]
    one, two = first(tasks), second(tasks)
    same = [np.argmax(a) == np.argmax(b) for (_, a), (_, b) in zip(one, two)]
    return {"correlation": float(np.corrcoef([logit for logit, _ in one], [logit for logit, _ in two])[0, 1]), "same sentence": float(np.mean(same))}


def build(trained: Path, embedder: Path, data: Path, out: Path, config: dict[str, Any], reference: Path) -> None:
    base = json.loads((trained / "config.json").read_text("utf-8"))
    definition = json.loads((trained / "tokenizer.json").read_text("utf-8"))
    definition["truncation"] = definition["padding"] = None
    tokenizer = json.loads((embedder / "tokenizer.json").read_text("utf-8"))
    weights, layers = load_weights(trained), base["num_hidden_layers"]
    kept = kept_pieces(definition, tokenizer)
    examples = read_examples(data / "examples.jsonl")
    calibrated = examples[:: max(1, len(examples) // config["calibration_pairs"])]
    fp32 = build_graph(weights, base, weight_bits=None, output="score")
    smoothing = smoothing_factors(fp32, Tokenizer.from_str(json.dumps(definition)), [f"{example.question} {example.passage}" for example in calibrated], layers=layers, max_tokens=config["max_tokens"])
    model = build_graph(weights, base, kept=kept, positions=config["max_tokens"], weight_bits=config["weight_bits"], smoothing=smoothing, output="score")

    def settings(vocabulary: int) -> dict[str, Any]:
        found = settings_for(config, base, vocabulary)
        return found | {"architectures": ["BertForTokenClassification"], "answerdesk": found["answerdesk"] | {"kind": "reader"}}

    write_model(out, with_token_head(model, weights, layers), tokenizer, settings(len(kept)))
    write_model(reference, with_token_head(fp32, weights, layers), definition, settings(len(definition["model"]["vocab"])))
    validation = [example for example in examples if example.validation][:PROBES] or examples[:PROBES]
    close = agreement(OnnxReader(out), OnnxReader(reference), validation)
    facts = {
        "config": config,
        "trained": {name: sha256_of(trained / name) for name in ("config.json", "model.safetensors")},
        "agreement with fp32": {"examples": len(validation)} | {name: round(value, 4) for name, value in close.items()},
        "data": json.loads((data / "manifest.json").read_text("utf-8")),
    }
    write_manifest(out, facts, MAX_FOLDER_BYTES)
    print(f"against fp32 over {len(validation)} examples: {close}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path, required=True, help="work/reader/best of training.reader.train")
    parser.add_argument("--embedder", type=Path, required=True, help="the shipped embedder, for its vocabulary")
    parser.add_argument("--data", type=Path, required=True, help="folder that training.reader.prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True, help="the fp32 model is written here, to compare with")
    parser.add_argument("--config", type=Path, default=HERE / "reader.toml")
    arguments = parser.parse_args()
    try:
        build(arguments.trained, arguments.embedder, arguments.data, arguments.out, tomllib.loads(arguments.config.read_text("utf-8"))["model"], arguments.reference)
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"build: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
