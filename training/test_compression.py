"""What the compression table rests on: pruned weights are pruned as said, and speed, memory and quality come out of a real folder."""

import json
from pathlib import Path

import numpy as np

from training.embedder.build import settings_for, write_model
from training.embedder.compression import magnitude_pruned, measure, memory_mb, narrowed, plot, to_markdown
from training.embedder.evaluate import RetrievalSet
from training.workshop.encoder import SentenceEncoder
from training.workshop.export import build_graph, load_weights


def test_magnitude_pruning_zeroes_the_smallest_weights_of_each_layer(base: Path) -> None:
    weights = load_weights(base)
    pruned = magnitude_pruned(weights, 0.3)
    name = "encoder.layer.0.output.dense.weight"
    gone = pruned[name] == 0
    assert abs(gone.mean() - 0.3) < 0.01
    assert np.abs(weights[name][gone]).max() <= np.abs(weights[name][~gone]).min()
    assert (pruned["embeddings.word_embeddings.weight"] == weights["embeddings.word_embeddings.weight"]).all()


def test_a_model_as_wide_as_before_gives_the_same_vectors_and_a_narrow_one_is_smaller(base: Path, tmp_path: Path) -> None:
    config = json.loads((base / "config.json").read_text())
    definition = json.loads((base / "tokenizer.json").read_text())
    folders = {}
    for width in (128, 64):
        weights, changed = narrowed(load_weights(base), config, width)
        settings = settings_for({"model": {"max_tokens": 64}}, changed, vocabulary=config["vocab_size"], positions=64, name="tiny")
        folders[f"width {width}"] = tmp_path / str(width)
        write_model(folders[f"width {width}"], build_graph(weights, changed, positions=64, weight_bits=None), definition, settings)
    whole, _ = narrowed(load_weights(base), config, 128)
    assert all((whole[name] == value).all() for name, value in load_weights(base).items())
    texts = ["lost phone", "late parcel", "change password"]
    group = RetrievalSet("tiny", texts, texts, texts, [{text} for text in texts])
    rows = measure(folders, [group], {"width 64": 32})
    assert [row.name for row in rows] == ["width 128", "width 64", "width 64, 32 dimensions"]
    assert rows[0].mean == 1 and rows[1].megabytes < rows[0].megabytes
    assert len(SentenceEncoder(folders["width 64"]).embed(texts)) == 3
    assert memory_mb(folders["width 128"]) > 0
    assert "| width 64, 32 dimensions |" in to_markdown(rows)
    plot(rows, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
