"""Weights to train on from, out of a built model: data/models/reader itself is the checkpoint, and the built reranker or embedder is a start.

Layers and heads come from the ONNX file (rounded to 7 bits: a few steps mend that). The embeddings, which never train, come from the base, or
where there is none at hand from the file as well (4 bits, as they ship, and only the vocabulary that ships).
Exit status: 0 done, 1 not such a model, 2 wrong arguments.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from training.workshop.export import EMBEDDING_BLOCK, Weights, load_weights

EXAMPLES = """examples:
  python -m training.reader.resume --built data/models/reader --base BASE --out work/start
  python -m training.reader.resume --built work/reranker-built --base BASE --out work/start
  python -m training.reader.resume --built data/models/embedder --out work/start
then
  python -m training.reader.train --base work/start --layers 0,1,2 --data work/reader-data --work work/reader"""
PROJECTIONS = {"projection": "attention.output.dense", "widen": "intermediate.dense", "narrow": "output.dense"}
NORMS = {".attended": "attention.output.LayerNorm", "": "output.LayerNorm"}


def stored_weights(model: Path) -> tuple[Weights, int]:
    """The weights of a graph that build_graph wrote, by the names that training uses, and the number of layers."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(model).graph.initializer}
    layers = sum(name.endswith(".widen.weight") for name in stored)

    def matrix(name: str) -> np.ndarray:
        """(in, out)"""
        weight = stored[f"{name}.weight"]
        if weight.dtype != np.int8:
            return weight
        return weight.astype(np.float32) * stored[f"{name}.scale"] * stored.get(f"{name}.smoothing", np.ones(len(weight), np.float32))[:, None]

    table = stored["words.table"].astype(np.float32)
    if "words.scale" in stored:
        table = (table.reshape(len(table), -1, EMBEDDING_BLOCK) * stored["words.scale"][..., None]).reshape(len(table), -1)
    weights: Weights = {
        "embeddings.word_embeddings.weight": table,
        "embeddings.position_embeddings.weight": stored["positions.table"],
        "embeddings.token_type_embeddings.weight": stored["types.table"],
        "embeddings.LayerNorm.weight": stored["embeddings.gamma"],
        "embeddings.LayerNorm.bias": stored["embeddings.beta"],
    }
    for index in range(layers):
        old, new = f"layer{index}", f"encoder.layer.{index}"
        for part, weight, bias in zip(("query", "key", "value"), np.split(matrix(f"{old}.attention"), 3, axis=1), np.split(stored[f"{old}.attention.bias"], 3)):
            weights |= {f"{new}.attention.self.{part}.weight": weight.T, f"{new}.attention.self.{part}.bias": bias}
        for name, own in PROJECTIONS.items():
            weights |= {f"{new}.{own}.weight": matrix(f"{old}.{name}").T, f"{new}.{own}.bias": stored[f"{old}.{name}.bias"]}
        for name, own in NORMS.items():
            weights |= {f"{new}.{own}.weight": stored[f"{old}{name}.gamma"], f"{new}.{own}.bias": stored[f"{old}{name}.beta"]}
    for head in ("head", "token_head"):
        if f"{head}.weight" in stored:
            weights |= {f"{head}.weight": stored[f"{head}.weight"].T, f"{head}.bias": stored[f"{head}.bias"]}
    return weights, layers


def resume(built: Path, base: Path | None, out: Path) -> None:
    weights, layers = stored_weights(built / "model.onnx")
    if base:
        weights |= {name: value for name, value in load_weights(base).items() if name.startswith("embeddings.") and name != "embeddings.position_ids"}
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: np.ascontiguousarray(value) for name, value in weights.items()}, out / "model.safetensors")
    config = json.loads(((base or built) / "config.json").read_text("utf-8")) | {"num_hidden_layers": layers}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    shutil.copy((base or built) / "tokenizer.json", out / "tokenizer.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--built", type=Path, required=True, help="data/models/reader, or a reranker or embedder to start from")
    parser.add_argument("--base", type=Path, help="the folder that it was trained from, for its embeddings and whole vocabulary")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        resume(arguments.built, arguments.base, arguments.out)
    except (OSError, KeyError, ValueError) as error:
        print(f"resume: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
