"""Chat examples as tokens, as the model's own template puts them together; only what the assistant says is learnt."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedTokenizerBase

from training.workshop.corpus import DataError

IGNORED = -100


@dataclass(frozen=True)
class Encoded:
    ids: list[int]
    prompt: int
    """So many tokens are given; the others are learnt."""


def read_messages(path: Path) -> list[list[dict[str, str]]]:
    """Of each line of a file in the format of hosted services. Raises DataError naming the line."""
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            messages = json.loads(line)["messages"]
            if messages[-1]["role"] != "assistant":
                raise ValueError
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise DataError(f"{path}, line {number}: no chat example. Check the file: answerdesk finetune check {path}") from error
        rows.append(messages)
    return rows


def encode(tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, str]]) -> Encoded:
    prompt = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, tokenize=False)
    whole = tokenizer.apply_chat_template(messages, tokenize=False)
    given = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    answer = tokenizer(whole.removeprefix(prompt).rstrip("\n"), add_special_tokens=False)["input_ids"]
    return Encoded(given + answer, len(given))


def encode_all(tokenizer: PreTrainedTokenizerBase, path: Path, tokens: int) -> tuple[list[Encoded], int]:
    """Those that fit, and how many did not."""
    encoded = [encode(tokenizer, messages) for messages in read_messages(path)]
    fitting = [row for row in encoded if len(row.ids) <= tokens]
    return fitting, len(encoded) - len(fitting)


def padded(rows: list[Encoded], pad: int) -> dict[str, torch.Tensor]:
    """input_ids, attention_mask, labels: each (rows, longest)."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), pad)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    labels = torch.full((len(rows), longest), IGNORED)
    for place, row in enumerate(rows):
        ids[place, : len(row.ids)] = torch.tensor(row.ids)
        mask[place, : len(row.ids)] = 1
        labels[place, row.prompt : len(row.ids)] = torch.tensor(row.ids[row.prompt :])
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def answer_losses(model: torch.nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Of each token that the assistant says: the negative logarithm of its probability. The vocabulary is only looked at where it is asked."""
    hidden = model.base_model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state[:, :-1]
    targets = batch["labels"][:, 1:]
    learnt = targets != IGNORED
    logits = model.get_output_embeddings()(hidden[learnt])
    return torch.nn.functional.cross_entropy(logits.float(), targets[learnt], reduction="none")


@torch.no_grad()
def perplexity(model: torch.nn.Module, rows: list[Encoded], pad: int) -> float:
    """Of all tokens of the answers together."""
    losses = [answer_losses(model, padded([row], pad)) for row in rows]
    return float(torch.cat(losses).mean().exp())
