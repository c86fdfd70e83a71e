"""Vectors of teacher models for many texts, cached by text, so that a text is embedded once whatever runs use it.

Several teachers agree on what is alike better than one: their cosines, each brought to its own spread, are averaged.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np

import torch
from torch.nn.functional import normalize

from training.workshop.corpus import read_rows
from training.workshop.encoder import DEFAULTS, batches
from training.workshop.pairs import read_pairs
from training.workshop.student import Batcher, load_student, sentence_vectors

EXAMPLES = """example:
  python -m training.workshop.teachers --pairs work/pairs --model bge=MODELS/bge-small --model e5=MODELS/e5-small --cache work/teachers

A model folder holds model.safetensors, tokenizer.json and config.json with an "answerdesk" entry (pooling, prefixes);
training.workshop.restore makes one of a quantised ONNX file."""
SHARD = 2048
QUESTION, PASSAGE = "question", "passage"


def key_of(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{text}".encode()).digest()[:16]


class VectorCache:
    """Vectors of one teacher on disk: pairs of files, keys and float16 rows, written a shard at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.rows: dict[bytes, np.ndarray] = {}
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as shard:
                for key, row in zip(shard["keys"], shard["rows"]):
                    self.rows[key.tobytes()] = row

    def add(self, keys: list[bytes], rows: np.ndarray) -> None:
        rows = rows.astype(np.float16)
        # A killed run leaves a temporary file, never half a shard.
        path = self.folder / f"{hashlib.sha256(b''.join(keys)).hexdigest()[:16]}.npz"
        temporary = path.with_suffix(".tmp.npz.partial")
        with temporary.open("wb") as file:
            np.savez(file, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), 16), rows=rows)
        temporary.rename(path)
        self.rows.update(zip(keys, rows))

    def vectors(self, kind: str, texts: list[str]) -> np.ndarray:
        return np.stack([self.rows[key_of(kind, text)] for text in texts]).astype(np.float32)


class Teacher:
    """A BERT sentence encoder, computed in bfloat16."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        self.settings = DEFAULTS | json.loads((folder / "config.json").read_text("utf-8")).get("answerdesk", {})
        self.batcher, self.max_tokens = Batcher(folder), max_tokens
        self.model = load_student(folder).eval()

    @torch.no_grad()
    def embed(self, kind: str, texts: list[str], batch_tokens: int = 2048) -> np.ndarray:
        prefix = self.settings["query_prefix" if kind == QUESTION else "document_prefix"]
        texts = [prefix + text for text in texts]
        lengths = [min(self.max_tokens, len(encoding.ids)) for encoding in self.batcher.tokenizer.encode_batch(texts)]
        vectors = np.zeros((len(texts), self.model.config.hidden_size), np.float32)
        for rows in batches(lengths, batch_tokens):
            batch = self.batcher.encode([texts[row] for row in rows], self.max_tokens)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                found = self.model(**batch).last_hidden_state[:, 0].float() if self.settings["pooling"] == "cls" else sentence_vectors(self.model, batch)
            vectors[rows] = normalize(found, dim=1).numpy()
        return vectors


def teach(teacher: Teacher, cache: VectorCache, kind: str, texts: list[str], *, report=print) -> None:
    """Embeds what the cache lacks."""
    missing = [text for text in dict.fromkeys(texts) if key_of(kind, text) not in cache.rows]
    started = time.monotonic()
    for start in range(0, len(missing), SHARD):
        shard = missing[start : start + SHARD]
        cache.add([key_of(kind, text) for text in shard], teacher.embed(kind, shard))
        done = start + len(shard)
        report(f"{cache.folder.name}: {done} of {len(missing)} {kind}s, {done / (time.monotonic() - started):.0f} a second", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True, help="folder that training.workshop.prepare wrote")
    parser.add_argument("--questions", type=Path, action="append", default=[], help="JSONL with more questions to embed, may be repeated")
    parser.add_argument("--model", action="append", required=True, help="NAME=FOLDER, may be repeated")
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--max-tokens", type=int, default=96, help="longer passages are cut, as in training")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        pairs = read_pairs(arguments.pairs / "pairs.jsonl")
        questions = [pair.question for pair in pairs] + [row["question"] for path in arguments.questions for row in read_rows(path)]
        passages = [row["passage"] for row in read_rows(arguments.pairs / "centres.jsonl")] + [pair.passage for pair in pairs]
        for model in arguments.model:
            name, _, folder = model.partition("=")
            teacher = Teacher(Path(folder), arguments.max_tokens)
            cache = VectorCache(arguments.cache / name)
            teach(teacher, cache, QUESTION, questions)
            teach(teacher, cache, PASSAGE, passages)
    except (OSError, KeyError, ValueError) as error:
        print(f"teachers: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
