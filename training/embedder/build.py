"""Builds the embedder that ships: prunes the vocabulary, quantises to int8, writes one fused ONNX graph.

The same inputs and the same pinned packages give the same bytes. Exit status: 0 built, 1 the data or the weights cannot be
used (nothing is written), 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from tokenizers import Tokenizer

from training.workshop.calibrate import smoothing_factors
from training.workshop.corpus import DataError, licences_by_source, permitted_texts, sample_texts, sha256_of
from training.workshop.encoder import SentenceEncoder
from training.workshop.export import build_graph, load_weights
from training.workshop.manifest import write_manifest
from training.workshop.prune_vocabulary import choose_pieces, count_pieces, prune_tokenizer

HERE = Path(__file__).parent
MAX_FOLDER_BYTES = 18_000_000
CALIBRATION_SEED = 7
EXAMPLES = """examples:
  python -m training.embedder.build --base work/embedder/best --pairs work/pairs --data DATA --out data/models/embedder
  python -m training.embedder.build --base BASE --data DATA --out /tmp/wide --config my.toml --reference /tmp/fp32

BASE is a folder with config.json, tokenizer.json and model.safetensors, as training.embedder.train writes it; DATA holds the corpora of the config."""


def count_corpora(tokenizer: Tokenizer, config: dict[str, Any], data: Path) -> tuple[dict[int, float], list[dict[str, Any]]]:
    """Weighted share of each piece over all corpora, and what was read."""
    by_source = licences_by_source(data, config["licences"]["by_source"])
    score: Counter[int] = Counter()
    manifests = []
    for corpus in config["corpus"]:
        texts, manifest = permitted_texts(corpus, config, data, by_source)
        counts = count_pieces(tokenizer, texts)
        total = counts.total()
        if total == 0:
            raise DataError(f"{corpus['path']}: no row may be used")
        for piece, count in counts.items():
            score[piece] += corpus["weight"] * count / total
        manifests.append(manifest.as_dict() | {"pieces": total})
        print(f"{corpus['path']}: {total} pieces from {manifest.used.total()} rows, {manifest.refused.total()} refused, {manifest.held_out.total()} held out")
    return score, manifests


def settings_for(config: dict[str, Any], base: dict[str, Any], *, vocabulary: int, positions: int, name: str) -> dict[str, Any]:
    """config.json: the usual fields, and ours under "answerdesk"."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        **{key: base[key] for key in ("hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "num_attention_heads", "num_hidden_layers", "type_vocab_size")},
        "max_position_embeddings": positions,
        "vocab_size": vocabulary,
        "pad_token_id": 0,
        "answerdesk": {
            "name": name,
            "dimensions": base["hidden_size"],
            "pooling": "none",
            "normalize": True,
            "query_prefix": "",
            "document_prefix": "",
            "max_tokens": config["model"]["max_tokens"],
        },
    }


def write_model(folder: Path, model: onnx.ModelProto, tokenizer: dict[str, Any], settings: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    onnx.checker.check_model(model)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), "utf-8")
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")


def build(base: Path, data: Path, out: Path, config: dict[str, Any], reference: Path | None, pairs: Path | None = None) -> None:
    base_config = json.loads((base / "config.json").read_text("utf-8"))
    definition = json.loads((base / "tokenizer.json").read_text("utf-8"))
    definition["truncation"] = definition["padding"] = None
    weights = load_weights(base)
    full = Tokenizer.from_str(json.dumps(definition))

    score, manifests = count_corpora(full, config, data)
    kept = choose_pieces(full.get_vocab(with_added_tokens=True), score, config["model"]["vocabulary_size"])
    covered = sum(score[piece] for piece in kept) / sum(score.values())
    print(f"kept {len(kept)} of {full.get_vocab_size()} pieces, {covered:.4%} of the weighted count")

    positions = config["model"]["max_tokens"]
    fp32 = build_graph(weights, base_config, weight_bits=None)
    texts = sample_texts(data, config, per_corpus=config["model"]["calibration_texts_per_corpus"], seed=CALIBRATION_SEED)
    smoothing = smoothing_factors(fp32, full, texts, layers=base_config["num_hidden_layers"], max_tokens=positions)
    model = build_graph(weights, base_config, kept=kept, positions=positions, weight_bits=config["model"]["weight_bits"], smoothing=smoothing)
    settings = settings_for(config, base_config, vocabulary=len(kept), positions=positions, name=config["model"]["name"])
    write_model(out, model, prune_tokenizer(definition, kept), settings)
    if reference:
        settings = settings_for(config, base_config, vocabulary=full.get_vocab_size(), positions=base_config["max_position_embeddings"], name=f"{config['model']['name']}-fp32")
        write_model(reference, fp32, definition, settings)

    vector = SentenceEncoder(out, threads=1).embed(["How do I change the phone number on my account?"])[0]
    if not np.isclose(np.linalg.norm(vector), 1, atol=1e-4):
        raise DataError("the built model does not give unit vectors; are the base weights those of the model card?")
    facts = {
        "config": config["model"],
        "base": {name: sha256_of(base / name) for name in ("config.json", "model.safetensors", "tokenizer.json")},
        "corpora": manifests,
        **({"training_data": json.loads((pairs / "manifest.json").read_text("utf-8"))} if pairs else {}),
        "kept_share_of_count": round(covered, 6),
    }
    write_manifest(out, facts, MAX_FOLDER_BYTES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="folder with the base weights")
    parser.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="model folder to write")
    parser.add_argument("--pairs", type=Path, help="folder of the pairs that the weights were trained on; their manifest goes into the model's")
    parser.add_argument("--reference", type=Path, help="also write the unpruned fp32 model here, for evaluate.py")
    parser.add_argument("--config", type=Path, default=HERE / "embedder.toml")
    parser.add_argument("--name", help="what the model is called (default: the name in the config)")
    arguments = parser.parse_args()
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        config["model"]["name"] = arguments.name or config["model"]["name"]
        build(arguments.base, arguments.data, arguments.out, config, arguments.reference, arguments.pairs)
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
