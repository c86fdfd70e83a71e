"""Writes a BERT encoder as one fused ONNX graph: sentence vectors, pooled and L2-normalised inside, or the score of a cross-encoder.

The graph is written down node by node instead of being traced and then optimised: it needs no PyTorch, the same weights
give the same bytes, and it holds only operators that were measured to be the faster choice (see the model card):
QAttention and DynamicQuantizeMatMul for int8, and plain LayerNormalization, because onnxruntime's
SkipLayerNormalization took 0.37 ms where Add + LayerNormalization take 0.07 (200 x 384, one core).

Weights are int8 with a scale per column, word embeddings int4 with a scale per 64 numbers. Activations are quantised per
tensor while running, so a few channels with large values would cost all others their precision: `smoothing` divides those
channels before and multiplies their weights instead (SmoothQuant, arXiv 2211.10438).
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

CONTRIB = "com.microsoft"
EMBEDDING_BLOCK = 64
Weights = dict[str, np.ndarray]


def load_weights(base: Path) -> Weights:
    weights = load_file(base / "model.safetensors")
    return {name.removeprefix("bert."): value for name, value in weights.items()}


def quantize_columns(weight: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale per column; 7 bits use -63..63, 8 bits -127..127."""
    limit = 2 ** (bits - 1) - 1
    scale = np.abs(weight).max(axis=0) / limit
    scale[scale == 0] = 1
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def quantize_rows_int4(table: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int4 (-8..7), one scale per block of a row. Integers are packed two to a byte, the low half first."""
    blocks = table.reshape(len(table), -1, block)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scale = largest / -8  # the largest number of a block lands on -8, the end with one step more
    scale[scale == 0] = 1
    integers = np.clip(np.rint(blocks / scale), -8, 7).astype(np.int8).reshape(table.shape)
    return (integers[:, 0::2] & 0x0F | integers[:, 1::2] << 4).astype(np.uint8), scale[..., 0].astype(np.float32)


class _Graph:
    """Collects nodes and initializers; every method returns the name of the value it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(value if value.ndim == 0 else np.ascontiguousarray(value), name))
        return name

    def packed_int4(self, name: str, packed: np.ndarray) -> str:
        shape = [packed.shape[0], packed.shape[1] * 2]
        self.initializers.append(helper.make_tensor(name, TensorProto.INT4, shape, packed.tobytes(), raw=True))
        return name

    def node(self, operator: str, inputs: list[str], output: str | list[str], domain: str = "", **attributes: Any) -> str:
        outputs = [output] if isinstance(output, str) else output
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]


def build_graph(weights: Weights, config: dict[str, Any], *, kept: list[int] | None = None, positions: int | None = None, weight_bits: int | None = 8, smoothing: dict[str, np.ndarray] | None = None, output: str = "sentence_embedding") -> onnx.ModelProto:
    """The encoder as a model with int64 inputs (batch, sequence) and one output.

    output: `sentence_embedding` (batch, hidden), unit vectors; or `score` (batch,), from the weights `head.weight` and `head.bias`
    over the first token and the mean of all, for a cross-encoder.
    kept: rows of the word embeddings in their new order, None for all. positions: longest sequence, None for all.
    weight_bits: 7 or 8 for int8 weights, None for fp32. smoothing: value name -> divisor per channel, see calibrate.py.
    """
    graph = _Graph()
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    quantized = weight_bits is not None
    smoothing = smoothing or {}

    def layer_norm(value: str, prefix: str, name: str) -> str:
        gamma = graph.constant(f"{name}.gamma", weights[f"{prefix}.weight"])
        beta = graph.constant(f"{name}.beta", weights[f"{prefix}.bias"])
        return graph.node("LayerNormalization", [value, gamma, beta], name, axis=-1, epsilon=epsilon)

    def smoothed(value: str, weight: np.ndarray, output: str) -> tuple[str, np.ndarray]:
        if value not in smoothing:
            return value, weight
        inverse = graph.constant(f"{output}.smoothing", (1 / smoothing[value]).astype(np.float32))
        return graph.node("Mul", [value, inverse], f"{output}.smoothed"), weight * smoothing[value][:, None]

    def linear(value: str, prefix: str, output: str) -> str:
        weight, bias = weights[f"{prefix}.weight"].T, graph.constant(f"{output}.bias", weights[f"{prefix}.bias"])
        if weight_bits is None:
            product = graph.node("MatMul", [value, graph.constant(f"{output}.weight", weight)], f"{output}.product")
            return graph.node("Add", [product, bias], output)
        value, weight = smoothed(value, weight, output)
        integers, scale = quantize_columns(weight, weight_bits)
        inputs = [value, graph.constant(f"{output}.weight", integers), graph.constant(f"{output}.scale", scale), "", bias]
        return graph.node("DynamicQuantizeMatMul", inputs, output, CONTRIB)

    def attention(value: str, prefix: str, output: str) -> str:
        weight = np.concatenate([weights[f"{prefix}.{part}.weight"] for part in ("query", "key", "value")]).T
        bias = graph.constant(f"{output}.bias", np.concatenate([weights[f"{prefix}.{part}.bias"] for part in ("query", "key", "value")]))
        if weight_bits is None:
            return graph.node("Attention", [value, graph.constant(f"{output}.weight", weight), bias, "mask"], output, CONTRIB, num_heads=heads)
        value, weight = smoothed(value, weight, output)
        integers, scale = quantize_columns(weight, weight_bits)
        parts = [f"{output}.input", f"{output}.input_scale", f"{output}.input_zero_point"]
        graph.node("DynamicQuantizeLinear", [value], parts)
        inputs = [
            parts[0], graph.constant(f"{output}.weight", integers), bias, parts[1], graph.constant(f"{output}.scale", scale),
            "mask", parts[2], graph.constant(f"{output}.zero_point", np.zeros(scale.shape, np.int8)),
        ]  # fmt: skip
        return graph.node("QAttention", inputs, output, CONTRIB, num_heads=heads)

    def word_embedding() -> str:
        table = weights["embeddings.word_embeddings.weight"]
        table = table if kept is None else table[kept]
        if not quantized:
            return graph.node("Gather", [graph.constant("words.table", table), "input_ids"], "words")
        packed, scale = quantize_rows_int4(table, EMBEDDING_BLOCK)
        inputs = [graph.packed_int4("words.table", packed), "input_ids", graph.constant("words.scale", scale)]
        return graph.node("GatherBlockQuantized", inputs, "words", CONTRIB, gather_axis=0, quantize_axis=1, block_size=EMBEDDING_BLOCK)

    def embeddings() -> str:
        table = graph.constant("positions.table", weights["embeddings.position_embeddings.weight"][:positions])
        zero = graph.constant("zero", np.array([0], np.int64))
        length = graph.node("Shape", ["input_ids"], "length", start=1, end=2)
        places = graph.node("Slice", [table, zero, length, zero], "positions")
        types = graph.node("Gather", [graph.constant("types.table", weights["embeddings.token_type_embeddings.weight"]), "token_type_ids"], "types")
        total = graph.node("Add", [graph.node("Add", [word_embedding(), types], "words_and_types"), places], "embeddings.sum")
        return layer_norm(total, "embeddings.LayerNorm", "embeddings")

    hidden = embeddings()
    graph.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    for index in range(config["num_hidden_layers"]):
        old, new = f"encoder.layer.{index}", f"layer{index}"
        context = attention(hidden, f"{old}.attention.self", f"{new}.attention")
        projected = linear(context, f"{old}.attention.output.dense", f"{new}.projection")
        summed = graph.node("Add", [projected, hidden], f"{new}.attention_sum")
        attended = layer_norm(summed, f"{old}.attention.output.LayerNorm", f"{new}.attended")
        widened = graph.node("Gelu", [linear(attended, f"{old}.intermediate.dense", f"{new}.widen")], f"{new}.gelu", CONTRIB)
        narrowed = linear(widened, f"{old}.output.dense", f"{new}.narrow")
        hidden = layer_norm(graph.node("Add", [narrowed, attended], f"{new}.sum"), f"{old}.output.LayerNorm", new)

    axis = graph.constant("sequence_axis", np.array([1], np.int64))
    floats = graph.node("Cast", ["attention_mask"], "mask.floats", to=TensorProto.FLOAT)
    row = graph.node("Unsqueeze", [floats, axis], "mask.row")
    summed = graph.node("Squeeze", [graph.node("MatMul", [row, hidden], "pooled.row"), axis], "pooled")
    if output == "sentence_embedding":
        # Mean over the unmasked tokens, then unit length: the length normalisation cancels the division by the token count.
        norm = graph.node("ReduceL2", [summed, graph.constant("hidden_axis", np.array([-1], np.int64))], "pooled.norm", keepdims=1)
        graph.node("Div", [summed, norm], output)
        shape: list[int | str] = ["batch", config["hidden_size"]]
    else:
        mean = graph.node("Div", [summed, graph.node("ReduceSum", [floats, axis], "token_count", keepdims=1)], "mean")
        first = graph.node("Gather", [hidden, graph.constant("first_place", np.array(0, np.int64))], "first", axis=1)
        both = graph.node("Concat", [first, mean], "both", axis=-1)
        product = graph.node("MatMul", [both, graph.constant("head.weight", weights["head.weight"].T)], "head.product")
        graph.node("Squeeze", [graph.node("Add", [product, graph.constant("head.bias", weights["head.bias"])], "head"), axis], output)
        shape = ["batch"]

    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", inputs, outputs, graph.initializers),
        producer_name="answerdesk", opset_imports=opsets, ir_version=10,
    )  # fmt: skip
    return model
