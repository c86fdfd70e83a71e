"""The graph built from tiny random weights: fp32 against a plain numpy transformer, int8 and int4 close to it."""

import numpy as np
import onnx
import onnxruntime
import pytest

from training.workshop.export import build_graph, quantize_columns, quantize_rows_int4

CONFIG = {"layer_norm_eps": 1e-12, "num_attention_heads": 2, "num_hidden_layers": 1, "hidden_size": 64}
IDS = np.array([[2, 5, 6, 7], [2, 8, 0, 0]], np.int64)
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], np.int64)


@pytest.fixture
def weights() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)

    def matrix(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) / 8).astype(np.float32)

    found = {f"embeddings.{name}_embeddings.weight": matrix(rows, 64) for name, rows in (("word", 10), ("position", 6), ("token_type", 2))}
    layer = "encoder.layer.0"
    for prefix, rows, columns in (
        *((f"{layer}.attention.self.{part}", 64, 64) for part in ("query", "key", "value")),
        (f"{layer}.attention.output.dense", 64, 64), (f"{layer}.intermediate.dense", 128, 64), (f"{layer}.output.dense", 64, 128),
    ):  # fmt: skip
        found |= {f"{prefix}.weight": matrix(rows, columns), f"{prefix}.bias": matrix(rows)}
    for prefix in ("embeddings.LayerNorm", f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"):
        found |= {f"{prefix}.weight": 1 + matrix(64), f"{prefix}.bias": matrix(64)}
    return found


def run(model: onnx.ModelProto, ids: np.ndarray = IDS, mask: np.ndarray = MASK) -> np.ndarray:
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["sentence_embedding"], {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]


def plain(weights: dict[str, np.ndarray], ids: np.ndarray) -> np.ndarray:
    """One sequence without padding through the same encoder, in numpy."""
    from math import erf

    def dense(value, prefix):
        return value @ weights[f"{prefix}.weight"].T + weights[f"{prefix}.bias"]

    def norm(value, prefix):
        centred = value - value.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * weights[f"{prefix}.weight"] + weights[f"{prefix}.bias"]

    layer = "encoder.layer.0"
    table = {name: weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")}
    hidden = norm(table["word"][ids] + table["position"][: len(ids)] + table["token_type"][0], "embeddings.LayerNorm")
    parts = [dense(hidden, f"{layer}.attention.self.{part}").reshape(len(ids), 2, 32).transpose(1, 0, 2) for part in ("query", "key", "value")]
    scores = np.exp(parts[0] @ parts[1].transpose(0, 2, 1) / np.sqrt(32))
    context = (scores / scores.sum(-1, keepdims=True) @ parts[2]).transpose(1, 0, 2).reshape(len(ids), 64)
    attended = norm(dense(context, f"{layer}.attention.output.dense") + hidden, f"{layer}.attention.output.LayerNorm")
    wide = dense(attended, f"{layer}.intermediate.dense")
    wide = wide * 0.5 * (1 + np.vectorize(erf)(wide / np.sqrt(2)))
    pooled = norm(dense(wide, f"{layer}.output.dense") + attended, f"{layer}.output.LayerNorm").mean(0)
    return pooled / np.linalg.norm(pooled)


def test_the_fp32_graph_is_the_encoder_and_ignores_padding(weights):
    vectors = run(build_graph(weights, CONFIG, weight_bits=None))
    np.testing.assert_allclose(vectors[0], plain(weights, IDS[0]), atol=1e-4)
    np.testing.assert_allclose(vectors[1], plain(weights, IDS[1, :2]), atol=1e-4)


@pytest.mark.parametrize("bits", [7, 8])
def test_the_quantised_graph_stays_close_to_fp32(weights, bits):
    expected = run(build_graph(weights, CONFIG, weight_bits=None))
    found = run(build_graph(weights, CONFIG, weight_bits=bits))
    assert (expected * found).sum(axis=1).min() > 0.98
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_smoothing_changes_the_precision_and_not_the_function(weights):
    factors = {"layer0.attended": np.linspace(1, 4, 64).astype(np.float32)}
    expected = run(build_graph(weights, CONFIG, weight_bits=None))
    assert (expected * run(build_graph(weights, CONFIG, smoothing=factors))).sum(axis=1).min() > 0.98


def test_kept_rows_are_the_old_rows_in_their_new_places(weights):
    everything = run(build_graph(weights, CONFIG, weight_bits=None))
    pruned = run(build_graph(weights, CONFIG, kept=[0, 2, 5, 6, 7, 8], weight_bits=None), np.array([[1, 2, 3, 4], [1, 5, 0, 0]], np.int64))
    np.testing.assert_allclose(pruned, everything, atol=1e-5)


def test_integers_are_within_half_a_step_of_the_numbers():
    table = np.random.default_rng(2).standard_normal((5, 128)).astype(np.float32)
    integers, scale = quantize_columns(table, 7)
    assert np.abs(integers).max() <= 63
    assert (np.abs(integers * scale - table) <= scale / 2 + 1e-6).all()
    packed, steps = quantize_rows_int4(table, 64)
    nibbles = np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(table.shape).astype(np.int8)
    values = np.where(nibbles > 7, nibbles - 16, nibbles) * np.repeat(steps, 64, axis=1)
    assert (np.abs(values - table) <= np.repeat(np.abs(steps), 64, axis=1) + 1e-6).all()  # a whole step where +8 was clipped to +7
