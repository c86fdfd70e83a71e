"""Fine-tunes a chat model on a training set of `answerdesk finetune build`: LoRA beside frozen weights, stopped when held-out
conversations get no better.

A killed run continues from its checkpoint with the same command. Exit status: 0 done, 1 the data or the model cannot be used,
2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from training.chat.base import load_model, load_tokenizer
from training.chat.examples import Encoded, answer_losses, encode_all, padded, perplexity
from training.workshop.corpus import DataError
from training.workshop.loop import Task, run_training

HERE = Path(__file__).parent
POOL_BATCHES = 20
"""Batches are made of rows of like length, out of so many batches' worth of shuffled rows."""
EXAMPLES = """example:
  python -m training.chat.train --base model.gguf --data var/fine-tuning/sets/2026-11-29 --work work/chat --threads 1

BASE is a Hugging Face folder or a GGUF file. DATA has train.jsonl, validation.jsonl and card.json."""


class Adapters(torch.nn.Module):
    """The trained parameters alone, so that a checkpoint does not hold the frozen ones."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                self.register_parameter(name.replace(".", "-"), parameter)


def batches_of(rows: list[Encoded], *, size: int, epochs: int, seed: int) -> list[list[Encoded]]:
    """Every row once an epoch, in the same order in every run."""
    plan: list[list[Encoded]] = []
    for epoch in range(epochs):
        random = Random(seed + epoch)
        shuffled = random.sample(rows, len(rows))
        batches = []
        for start in range(0, len(shuffled), size * POOL_BATCHES):
            pool = sorted(shuffled[start : start + size * POOL_BATCHES], key=lambda row: len(row.ids))
            batches += [pool[first : first + size] for first in range(0, len(pool), size)]
        random.shuffle(batches)
        plan += batches
    return plan


def data_hashes(data: Path) -> dict[str, str]:
    """SHA-256 of the files, as the data card has them: what the model says later that it was trained on."""
    card = json.loads((data / "card.json").read_text("utf-8"))
    return {name: sha256 for name, sha256 in card["files"].items() if name != "test.jsonl"}


def train(config: dict[str, Any], *, base: Path, data: Path, work: Path, max_steps: int | None = None, on_evaluation: Callable[[int, dict[str, float]], None] = lambda step, figures: None) -> dict[str, float]:
    """The best validation figures; the best adapters are in work/best."""
    settings, lora = config["train"], config["lora"]
    torch.manual_seed(settings["seed"])
    tokenizer = load_tokenizer(base)
    limit = config["model"]["tokens"]
    rows, too_long = encode_all(tokenizer, data / "train.jsonl", limit)
    held_out, _ = encode_all(tokenizer, data / "validation.jsonl", limit)
    held_out = held_out[: config["validate"]["examples"]]
    if not rows or not held_out:
        raise DataError(f"{data}: {len(rows)} examples to learn from and {len(held_out)} to stop by fit into {limit} tokens; both are needed")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    adapted = get_peft_model(load_model(base), LoraConfig(task_type="CAUSAL_LM", r=lora["rank"], lora_alpha=lora["alpha"], lora_dropout=lora["dropout"], target_modules=lora["targets"])).to(device)
    causal = adapted.get_base_model()
    adapters = Adapters(adapted)
    optimizer = torch.optim.AdamW(adapters.parameters(), lr=0.0, weight_decay=settings["weight_decay"])
    plan = batches_of(rows, size=settings["batch"], epochs=settings["epochs"], seed=settings["seed"])
    pad = tokenizer.pad_token_id

    def loss_of(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        batch = {name: values.to(device) for name, values in padded(plan[step], pad).items()}
        losses = answer_losses(causal, batch)
        return losses.mean(), {"answer_tokens": float(len(losses))}

    def measure() -> dict[str, float]:
        adapted.eval()
        value = perplexity(causal, held_out, pad)
        adapted.train()
        return {"validation_perplexity": value, "validation_token_probability": 1 / value}

    def keep(folder: Path) -> None:
        adapted.save_pretrained(folder)
        tokenizer.save_pretrained(folder)

    task = Task("chat", "validation_token_probability", loss_of, measure, keep)
    steps = len(plan) // settings["accumulate"]
    total = min(steps, max_steps or steps)
    facts = {"examples": len(rows), "too_long": too_long, "held_out": len(held_out), "device": device.type, "base": base.name, "files": data_hashes(data)}
    return run_training(task, model=adapters, optimizer=optimizer, config=config, facts=facts, total=total, work=work, manifest=data / "card.json", on_evaluation=on_evaluation)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="a Hugging Face folder or a GGUF file")
    parser.add_argument("--data", type=Path, required=True, help="a folder that answerdesk finetune build wrote")
    parser.add_argument("--work", type=Path, required=True, help="checkpoint, curves and the best adapters")
    parser.add_argument("--config", type=Path, default=HERE / "train.toml")
    parser.add_argument("--batch", type=int, help="examples in memory at once")
    parser.add_argument("--accumulate", type=int, help="batches that a step learns from")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--evaluate-every", type=int)
    parser.add_argument("--tokens", type=int, help="of the longest example")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        chosen = {"batch": arguments.batch, "accumulate": arguments.accumulate, "epochs": arguments.epochs, "learning_rate": arguments.learning_rate, "evaluate_every": arguments.evaluate_every}
        config["train"] |= {name: value for name, value in chosen.items() if value is not None}
        config["model"] |= {"tokens": arguments.tokens} if arguments.tokens else {}
        train(config, base=arguments.base, data=arguments.data, work=arguments.work, max_steps=arguments.max_steps)
    except (OSError, KeyError, DataError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
