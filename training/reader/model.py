"""The reader: reads question and passage together and says whether the passage answers and which of its tokens belong to the answer."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from training.workshop.student import load_student, save_student

HEADS = ("head.weight", "head.bias", "token_head.weight", "token_head.bias")
PASSAGE = 1
"""The token type of the passage."""


class Reader(nn.Module):
    def __init__(self, base: Path, layers: list[int] | None, *, dropout: float = 0.0) -> None:
        """`base`: a folder with an encoder, or with a reader that save_reader wrote, which then goes on."""
        super().__init__()
        self.encoder, heads = load_encoder(base, layers)
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = dropout
        hidden = self.encoder.config.hidden_size
        self.head = nn.Linear(2 * hidden, 1)
        self.token_head = nn.Linear(hidden, 1)
        for head in (self.head, self.token_head):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
        if heads:
            self.load_state_dict(heads, strict=False)

    def forward(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits: (rows,) the passage answers; (rows, tokens) the token belongs to the answer."""
        hidden = self.encoder(**batch).last_hidden_state.float()
        mask = batch["attention_mask"][:, :, None].float()
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return self.head(torch.cat([hidden[:, 0], mean], 1)).squeeze(1), self.token_head(hidden).squeeze(2)


def load_encoder(base: Path, layers: list[int] | None) -> tuple[BertModel, dict[str, torch.Tensor]]:
    """The encoder, and the heads where the folder has any."""
    weights = load_file(base / "model.safetensors")
    heads = {name: weights.pop(name) for name in HEADS if name in weights}
    if not heads:
        return load_student(base, layers), {}
    with TemporaryDirectory() as folder:
        bare = Path(folder)
        save_file(weights, bare / "model.safetensors")
        (bare / "config.json").write_bytes((base / "config.json").read_bytes())
        return load_student(bare, layers), heads


def save_reader(folder: Path, model: Reader, base: Path) -> None:
    own = model.state_dict()
    save_student(folder, model.encoder, base, {name: own[name] for name in HEADS})


@dataclass(frozen=True)
class Encoded:
    """A question and a passage as tokens."""

    ids: np.ndarray
    types: np.ndarray
    offsets: np.ndarray
    """(tokens, 2): characters of the passage; -1 for what is not of it."""


class Encoder:
    """Questions and passages to tokens: the question is cut to its first `question_tokens`, the passage to what is left of `tokens`."""

    def __init__(self, tokenizer: Path, *, tokens: int, question_tokens: int) -> None:
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.tokens, self.question_tokens = tokens, question_tokens
        self.first, self.separator = self.tokenizer.token_to_id("[CLS]"), self.tokenizer.token_to_id("[SEP]")

    def encode(self, pairs: list[tuple[str, str]]) -> list[Encoded]:
        questions = self.tokenizer.encode_batch([question for question, _ in pairs], add_special_tokens=False)
        passages = self.tokenizer.encode_batch([passage for _, passage in pairs], add_special_tokens=False)
        found = []
        for question, passage in zip(questions, passages):
            asked = [self.first, *question.ids[: self.question_tokens], self.separator]
            read = passage.ids[: self.tokens - len(asked) - 1]
            ids = np.array([*asked, *read, self.separator], np.int64)
            types = np.array([0] * len(asked) + [PASSAGE] * (len(read) + 1), np.int64)
            offsets = np.full((len(ids), 2), -1, np.int64)
            if read:
                offsets[len(asked) : len(asked) + len(read)] = passage.offsets[: len(read)]
            found.append(Encoded(ids, types, offsets))
        return found


def padded(rows: list[Encoded]) -> dict[str, np.ndarray]:
    width = max(len(row.ids) for row in rows)
    batch = {name: np.zeros((len(rows), width), np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    for place, row in enumerate(rows):
        batch["input_ids"][place, : len(row.ids)] = row.ids
        batch["attention_mask"][place, : len(row.ids)] = 1
        batch["token_type_ids"][place, : len(row.ids)] = row.types
    return batch


def inside(offsets: np.ndarray, ranges: list[tuple[int, int]]) -> np.ndarray:
    """Which tokens begin within one of the ranges of characters."""
    starts = offsets[:, 0]
    return np.any([(starts >= start) & (starts < end) for start, end in ranges], axis=0) if ranges else np.zeros(len(offsets), bool)


def range_scores(belongs: np.ndarray, offsets: np.ndarray, ranges: list[tuple[int, int]]) -> np.ndarray:
    """For each range the mean probability that its tokens belong to the answer; 0 where the text was cut."""
    probabilities = 1 / (1 + np.exp(-belongs[: len(offsets)]))
    return np.array([probabilities[chosen].mean() if (chosen := inside(offsets, [part])).any() else 0.0 for part in ranges])
