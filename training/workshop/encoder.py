"""Runs a folder with an ONNX sentence-embedding model (model.onnx, tokenizer.json, config.json), as the product does.

Texts are sorted by length and batched by a token budget: attention grows with the square of the length, and big batches
fall out of the processor's cache, so a batch holds about `batch_tokens` tokens, whether that is one passage or 40 questions.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

BATCH_TOKENS = 512
DEFAULTS = {"pooling": "mean", "query_prefix": "", "document_prefix": "", "max_tokens": 256}


class SentenceEncoder:
    """Embeds texts as unit vectors. Settings come from the folder's config.json unless given."""

    def __init__(self, folder: Path, *, threads: int = 2, **settings: object) -> None:
        config = folder / "config.json"
        stored = json.loads(config.read_text("utf-8")).get("answerdesk", {}) if config.is_file() else {}
        self.settings = DEFAULTS | stored | settings
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(int(self.settings["max_tokens"]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def embed_queries(self, texts: list[str]) -> np.ndarray:
        return self.embed([self.settings["query_prefix"] + text for text in texts])

    def embed_documents(self, texts: list[str]) -> np.ndarray:
        return self.embed([self.settings["document_prefix"] + text for text in texts])

    def embed(self, texts: list[str], *, batch_tokens: int = BATCH_TOKENS) -> np.ndarray:
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        vectors: np.ndarray | None = None
        for rows in batches([len(row) for row in ids], batch_tokens):
            found = self.run([ids[row] for row in rows])
            if vectors is None:
                vectors = np.zeros((len(texts), found.shape[1]), np.float32)
            vectors[rows] = found
        return vectors if vectors is not None else np.zeros((0, 0), np.float32)

    def run(self, ids: list[list[int]]) -> np.ndarray:
        """Vectors of one batch of token ids."""
        width = max(map(len, ids))
        input_ids = np.zeros((len(ids), width), np.int64)
        mask = np.zeros_like(input_ids)
        for row, tokens in enumerate(ids):
            input_ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        output = self.session.run(None, {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": np.zeros_like(mask)})[0]
        if self.settings["pooling"] == "mean":
            output = (output * mask[:, :, None]).sum(axis=1)
        elif self.settings["pooling"] == "cls":
            output = output[:, 0]
        return output / np.linalg.norm(output, axis=1, keepdims=True)


def batches(lengths: list[int], batch_tokens: int) -> list[list[int]]:
    """Row numbers grouped by similar length, each group at most `batch_tokens` tokens including padding (or one row)."""
    groups: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[row] <= batch_tokens:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups
