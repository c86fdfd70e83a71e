"""Builds the reranker that ships: the embedder's vocabulary, int8 weights, one fused ONNX graph.

The same inputs and the same pinned packages give the same bytes. Exit status: 0 built, 1 the weights cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from training.embedder.build import write_model
from training.workshop.calibrate import smoothing_factors
from training.workshop.corpus import DataError, sha256_of
from training.workshop.export import build_graph, load_weights
from training.workshop.manifest import write_manifest
from training.workshop.pairs import read_pairs

HERE = Path(__file__).parent
MAX_FOLDER_BYTES = 16_000_000
EXAMPLES = """example:
  python -m training.reranker.build --trained work/reranker/best --embedder data/models/embedder --pairs work/pairs --out work/reranker-built"""


def kept_pieces(full: dict[str, Any], pruned: dict[str, Any]) -> list[int]:
    """The base's ids of the pieces that the embedder's tokenizer kept, in its order."""
    old = full["model"]["vocab"]
    return [old[piece] for piece, _ in sorted(pruned["model"]["vocab"].items(), key=lambda item: item[1])]


def settings_for(config: dict[str, Any], base: dict[str, Any], vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        **{key: base[key] for key in ("hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "num_attention_heads", "num_hidden_layers", "type_vocab_size")},
        "max_position_embeddings": config["max_tokens"],
        "vocab_size": vocabulary,
        "pad_token_id": 0,
        "answerdesk": {"kind": "reranker"} | {key: config[key] for key in ("name", "max_tokens", "question_tokens", "temperature", "passage_weight", "sentence_weight", "depth", "default") if key in config},
    }


def score_pairs(folder: Path, pairs: list[tuple[str, str]], max_tokens: int) -> np.ndarray:
    """One pair at a time, as a check of what was built."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens, strategy="only_second")
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    scores = []
    for question, passage in pairs:
        encoding = tokenizer.encode(question, passage)
        inputs = {"input_ids": encoding.ids, "attention_mask": encoding.attention_mask, "token_type_ids": encoding.type_ids}
        scores.append(session.run(None, {name: np.array([values], np.int64) for name, values in inputs.items()})[0][0])
    return np.array(scores)


def prefers_an_answer(folder: Path, max_tokens: int) -> bool:
    question = "how do I change my password"
    answer, other = score_pairs(folder, [(question, "Change your password\nOpen the settings and choose Change password."), (question, "Shipping\nParcels arrive within three days.")], max_tokens)
    return bool(answer > other)


def build(trained: Path, embedder: Path, pairs_folder: Path, out: Path, config: dict[str, Any], reference: Path | None) -> None:
    base_config = json.loads((trained / "config.json").read_text("utf-8"))
    definition = json.loads((trained / "tokenizer.json").read_text("utf-8"))
    definition["truncation"] = definition["padding"] = None
    tokenizer = json.loads((embedder / "tokenizer.json").read_text("utf-8"))
    weights = load_weights(trained)
    kept = kept_pieces(definition, tokenizer)
    fp32 = build_graph(weights, base_config, weight_bits=None, output="score")
    pairs = read_pairs(pairs_folder / "pairs.jsonl")
    step = max(1, len(pairs) // config["calibration_pairs"])
    texts = [f"{pair.question} {pair.passage}" for pair in pairs[::step]]
    smoothing = smoothing_factors(fp32, Tokenizer.from_str(json.dumps(definition)), texts, layers=base_config["num_hidden_layers"], max_tokens=config["max_tokens"])
    model = build_graph(weights, base_config, kept=kept, positions=config["max_tokens"], weight_bits=config["weight_bits"], smoothing=smoothing, output="score")
    settings = settings_for(config, base_config, len(kept))
    write_model(out, model, tokenizer, settings)
    if reference:
        write_model(reference, fp32, definition, settings_for(config, base_config, len(definition["model"]["vocab"])))
        probes = [(pair.question, pair.passage) for pair in pairs[:: max(1, len(pairs) // 150)]]
        agreement = float(np.corrcoef(score_pairs(out, probes, config["max_tokens"]), score_pairs(reference, probes, config["max_tokens"]))[0, 1])
        print(f"correlation with fp32 over {len(probes)} pairs: {agreement:.4f}")
    if not prefers_an_answer(out, config["max_tokens"]):
        raise DataError("the built model does not prefer an answer to a passage about something else; are these the trained weights?")
    facts = {
        "config": config,
        "trained": {name: sha256_of(trained / name) for name in ("config.json", "model.safetensors")},
        "data": json.loads((pairs_folder / "manifest.json").read_text("utf-8")),
    }
    write_manifest(out, facts, MAX_FOLDER_BYTES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path, required=True, help="work/reranker/best of training.reranker.train")
    parser.add_argument("--embedder", type=Path, required=True, help="the shipped embedder, for its vocabulary")
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--reference", type=Path, help="also write the fp32 model here, to compare with")
    parser.add_argument("--config", type=Path, default=HERE / "reranker.toml")
    arguments = parser.parse_args()
    try:
        build(arguments.trained, arguments.embedder, arguments.pairs, arguments.out, tomllib.loads(arguments.config.read_text("utf-8"))["model"], arguments.reference)
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
