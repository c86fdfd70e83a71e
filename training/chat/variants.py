"""One table of what a merged model becomes in each precision, with layers taken out, and with its smallest weights set to zero: size,
tokens a second, perplexity on held-out conversations.

Everything runs on the processor, one answer at a time. What the eval suites say of a variant: `answerdesk models compare --chat`.
Exit status: 0 done, 1 it cannot be measured, 2 wrong arguments.
"""

import argparse
import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from transformers import PreTrainedModel

from training.chat.base import load_model, load_tokenizer
from training.chat.examples import IGNORED, Encoded, encode_all, padded, perplexity
from training.chat.export import GGUF_PRECISIONS, ONNX_PRECISIONS, export_gguf, export_onnx
from training.workshop.corpus import DataError

EXAMPLES = """example:
  python -m training.chat.variants --model work/chat-merged --data var/fine-tuning/sets/2026-11-29 --like model.gguf --out work/variants"""
WRITTEN = 48
"""Tokens of an answer whose pace is measured."""
LAYERS_OUT = (2, 4)
SHARES_ZERO = (0.1, 0.3)


def without_layers(model: PreTrainedModel, count: int) -> PreTrainedModel:
    """Those in the middle, behind which the hidden state changes least (arXiv 2403.17887 finds the deeper half)."""
    pruned = copy.deepcopy(model)
    layers = pruned.model.layers
    first = min(len(layers) - 1, max(1, len(layers) * 3 // 4 - count // 2))
    kept = [layer for place, layer in enumerate(layers) if not first <= place < first + count]
    for place, layer in enumerate(kept):
        layer.self_attn.layer_idx = place
    pruned.model.layers = torch.nn.ModuleList(kept)
    pruned.config.num_hidden_layers = len(kept)
    if getattr(pruned.config, "layer_types", None):
        pruned.config.layer_types = pruned.config.layer_types[: len(kept)]
    return pruned


@torch.no_grad()
def without_small_weights(model: PreTrainedModel, share: float) -> PreTrainedModel:
    """Of each matrix of the layers, so many of the smallest are zero."""
    pruned = copy.deepcopy(model)
    for layer in pruned.model.layers:
        for parameter in layer.parameters():
            if parameter.ndim == 2:
                least = torch.quantile(parameter.abs().flatten()[:: max(1, parameter.numel() // 1_000_000)], share)
                parameter[parameter.abs() < least] = 0
    return pruned


class OnnxDecoder:
    """An exported graph: logits of a row, and an answer token by token from its cache."""

    def __init__(self, path: Path, config: Any, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        head = config.head_dim or config.hidden_size // config.num_attention_heads
        empty = np.zeros((1, config.num_key_value_heads, 0, head), np.float32)
        self.empty = {entry.name: empty for entry in self.session.get_inputs() if entry.name.startswith("past_key_values.")}
        self.presents = [entry.name for entry in self.session.get_outputs()[1:]]

    def run(self, ids: list[int], cache: dict[str, np.ndarray], before: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        feeds = {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, before + len(ids)), np.int64), **(cache or self.empty)}
        logits, *present = self.session.run(None, feeds)
        return logits[0], {name.replace("present", "past_key_values"): value for name, value in zip(self.presents, present)}

    def perplexity(self, rows: list[Encoded]) -> float:
        losses = []
        for row in rows:
            logits = torch.from_numpy(self.run(row.ids, {}, 0)[0][:-1])
            labels = padded([row], 0)["labels"][0, 1:]
            losses.append(torch.nn.functional.cross_entropy(logits[labels != IGNORED], labels[labels != IGNORED], reduction="none"))
        return float(torch.cat(losses).mean().exp())

    def pace(self, prompt: list[int]) -> float:
        logits, cache = self.run(prompt, {}, 0)
        began = time.perf_counter()
        for place in range(WRITTEN):
            logits, cache = self.run([int(logits[-1].argmax())], cache, len(prompt) + place)
        return WRITTEN / (time.perf_counter() - began)


@torch.no_grad()
def pace_of(model: PreTrainedModel, prompt: list[int]) -> float:
    """Tokens a second behind the first one."""
    state = model(torch.tensor([prompt]), use_cache=True)
    began = time.perf_counter()
    for _ in range(WRITTEN):
        state = model(state.logits[:, -1:].argmax(-1), past_key_values=state.past_key_values, use_cache=True)
    return WRITTEN / (time.perf_counter() - began)


def measure(folder: Path, rows: list[Encoded], *, like: Path | None, llama: Path | None, threads: int, pad: int) -> list[dict[str, Any]]:
    model = load_model(folder).eval()
    prompt = rows[0].ids[: rows[0].prompt]
    table: list[dict[str, Any]] = []

    def add(name: str, size: float, pace: float | None, value: float) -> None:
        table.append({"variant": name, "megabytes": round(size / 1e6, 1), "tokensPerSecond": pace and round(pace, 1), "perplexity": round(value, 3)})
        print(f"{name}: {size / 1e6:.1f} MB, {'not measured' if pace is None else f'{pace:.1f} tokens a second'}, perplexity {value:.3f}", flush=True)

    def bytes_of(some: PreTrainedModel) -> float:
        return float(sum(parameter.numel() * 4 for parameter in some.parameters()))

    add("PyTorch fp32", bytes_of(model), pace_of(model, prompt), perplexity(model, rows, pad))
    with tempfile.TemporaryDirectory() as place:
        for precision in ONNX_PRECISIONS:
            out = Path(place) / precision
            export_onnx(model, out, precision)
            path = out / "onnx" / "model.onnx"
            decoder = OnnxDecoder(path, model.config, threads)
            add(f"ONNX {precision}", path.stat().st_size, decoder.pace(prompt), decoder.perplexity(rows))
        for precision in [*GGUF_PRECISIONS, *(("q4_k_m",) if llama else ())] if like else ():
            path = Path(place) / f"{precision}.gguf"
            export_gguf(model, like, path, precision, llama)
            # As llama.cpp computes with these weights; its pace is measured by "answerdesk models add-chat".
            add(f"GGUF {precision}", path.stat().st_size, None, perplexity(load_model(path).eval(), rows, pad))
    pruned: list[tuple[str, Callable[[], PreTrainedModel]]] = [
        *((f"{count} layers less", lambda count=count: without_layers(model, count)) for count in LAYERS_OUT if count < len(model.model.layers) - 1),
        *((f"{share:.0%} of the weights zero", lambda share=share: without_small_weights(model, share)) for share in SHARES_ZERO),
    ]
    for name, make in pruned:
        smaller = make()
        add(name, bytes_of(smaller), pace_of(smaller, prompt), perplexity(smaller, rows, pad))
    return table


def as_markdown(table: list[dict[str, Any]]) -> str:
    rows = [f"| {row['variant']} | {row['megabytes']} | {row['tokensPerSecond'] or '—'} | {row['perplexity']} |" for row in table]
    return "\n".join(["| variant | MB | tokens a second | perplexity |", "|---|---|---|---|", *rows]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="a folder of training.chat.merge")
    parser.add_argument("--data", type=Path, required=True, help="a training set; its test.jsonl judges")
    parser.add_argument("--like", type=Path, help="a GGUF file of the same base, for the GGUF variants")
    parser.add_argument("--llama", type=Path, help="packages of the data folder, with node-llama-cpp in them, for Q4_K_M")
    parser.add_argument("--out", type=Path, required=True, help="variants.json and variants.md")
    parser.add_argument("--examples", type=int, default=40)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        tokenizer = load_tokenizer(arguments.model)
        rows, _ = encode_all(tokenizer, arguments.data / "test.jsonl", arguments.tokens)
        if not rows:
            raise DataError(f"{arguments.data}/test.jsonl has no example of up to {arguments.tokens} tokens")
        table = measure(arguments.model, rows[: arguments.examples], like=arguments.like, llama=arguments.llama, threads=arguments.threads, pad=tokenizer.pad_token_id)
    except (OSError, KeyError, DataError) as error:
        print(f"variants: {error}", file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "variants.json").write_text(json.dumps(table, indent=2) + "\n", "utf-8")
    (arguments.out / "variants.md").write_text(as_markdown(table), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
