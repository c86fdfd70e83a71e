"""Restores the floating-point weights of a BERT that is at hand only as a dynamically quantised ONNX file.

A teacher computed from them is faster than the file (its graph is not fused) and closer to the original, because activations are
no longer rounded. Writes model.safetensors and config.json beside a copy of tokenizer.json. Exit status: 0 done, 1 not such a file.
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

PARTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")


def restore(source: Path, out: Path) -> None:
    graph = onnx.load(source / "model.onnx").graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: value for name, value in stored.items() if value.dtype == np.float32 and name.startswith(("embeddings.", "encoder.")) and not name.endswith("_scale")}

    def floats(name: str) -> np.ndarray:
        stem = name.removesuffix("_quantized")
        return ((stored[name].astype(np.float32) - stored[f"{stem}_zero_point"].astype(np.float32)) * stored[f"{stem}_scale"]).astype(np.float32)

    for name in list(stored):
        if name.startswith("embeddings.") and name.endswith("_quantized"):
            weights[name.removesuffix("_quantized")] = floats(name)
    products = [node for node in graph.node if node.op_type == "MatMulInteger"]
    layers = len(products) // len(PARTS)
    if layers == 0 or len(products) != layers * len(PARTS):
        raise ValueError(f"{source}: {len(products)} quantised products, expected {len(PARTS)} a layer")
    for place, node in enumerate(products):
        layer, part = divmod(place, len(PARTS))
        weights[f"encoder.layer.{layer}.{PARTS[part]}.weight"] = np.ascontiguousarray(floats(node.input[1]).T)
    out.mkdir(parents=True, exist_ok=True)
    save_file(weights, out / "model.safetensors")
    hidden = weights["embeddings.LayerNorm.weight"].shape[0]
    config = {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": hidden, "num_hidden_layers": layers,
        "intermediate_size": weights["encoder.layer.0.intermediate.dense.bias"].shape[0], "num_attention_heads": hidden // 32, "layer_norm_eps": 1e-12,
        "max_position_embeddings": weights["embeddings.position_embeddings.weight"].shape[0], "type_vocab_size": 2,
        "vocab_size": weights["embeddings.word_embeddings.weight"].shape[0], "pad_token_id": 0,
    }  # fmt: skip
    if (source / "config.json").is_file():
        config |= {name: value for name, value in json.loads((source / "config.json").read_text("utf-8")).items() if name == "answerdesk"}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    shutil.copy(source / "tokenizer.json", out / "tokenizer.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder with model.onnx and tokenizer.json")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    try:
        restore(arguments.source, arguments.out)
    except (OSError, KeyError, ValueError) as error:
        print(f"restore: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
