"""Trains the groundedness model: the reader's cross-encoder with one question, "does this passage support this claim?".

A killed run continues from its checkpoint with the same command. Exit status: 0 done, 1 the data or the weights cannot be used, 2 wrong arguments.
"""

import argparse
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from training.reader.examples import Example
from training.reader.model import Encoder, Reader, save_reader
from training.reader.prepare import read_examples
from training.reader.train import Lessons, Runner, loss_of_batch
from training.reranker.train import auroc
from training.workshop.loop import Task, run_training

HERE = Path(__file__).parent
EXAMPLES = """example:
  python -m training.groundedness.train --base work/start --data work/groundedness-data --work work/groundedness --threads 1

BASE is a folder that training.reader.resume wrote, or an earlier run's work/groundedness/best to go on from."""


def f1_at(logits: np.ndarray, labels: np.ndarray, threshold: float) -> float:
    kept = logits >= threshold
    return float(2 * (kept & labels).sum() / max(1, kept.sum() + labels.sum()))


def best_f1(logits: np.ndarray, labels: np.ndarray) -> float:
    """F1 of "supported" at the threshold that suits these rows best."""
    order = np.argsort(-logits)
    right = np.cumsum(labels[order])
    kept = np.arange(1, len(labels) + 1)
    return float(np.max(2 * right / (kept + labels.sum())))


def measure(runner: Runner, groups: dict[str, list[Example]]) -> dict[str, float]:
    """Of each group AUROC and best F1; the mean AUROC decides."""
    runner.model.eval()
    figures: dict[str, float] = {}
    aurocs = []
    for name, rows in groups.items():
        logits = np.array([logit for logit, _ in runner.read([(row.question, row.passage, []) for row in rows])])
        labels = np.array([row.answers for row in rows])
        if 0 < labels.sum() < len(labels):
            aurocs.append(auroc(logits[labels], logits[~labels]))
            figures |= {f"validation_{name}_auroc": aurocs[-1], f"validation_{name}_f1": best_f1(logits, labels)}
    runner.model.train()
    return figures | {"validation_auroc": float(np.mean(aurocs)) if aurocs else 0.0}


def train(config: dict[str, Any], *, base: Path, data: Path, work: Path, max_steps: int | None = None) -> dict[str, float]:
    """The best validation figures; the best weights are in work/best."""
    settings, shape = config["train"], config["model"]
    torch.manual_seed(settings["seed"])
    random = Random(settings["seed"])
    examples = read_examples(data / "examples.jsonl")
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.validation:
            groups[example.group].append(example)
    groups = {name: random.sample(rows, min(config["validate"]["rows"], len(rows))) for name, rows in sorted(groups.items())}
    training = [example for example in examples if not example.validation]
    encoder = Encoder(base / "tokenizer.json", tokens=shape["tokens"], question_tokens=shape["question_tokens"])
    lessons = Lessons(training, encoder, settings)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Reader(base, shape["layers"], dropout=settings["dropout"]).to(device)
    model.train()
    runner = Runner(model, encoder)
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.0, weight_decay=settings["weight_decay"])

    def loss_of(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        places = lessons.plan[step]
        return loss_of_batch(*runner.logits([lessons.rows[place] for place in places]), lessons, places, settings, None)

    task = Task("groundedness", "validation_auroc", loss_of, lambda: measure(runner, groups), lambda folder: save_reader(folder, model, base))
    total = min(len(lessons.plan), max_steps or len(lessons.plan))
    facts = {"rows": len(training), "device": device.type}
    return run_training(task, model=model, optimizer=optimizer, config=config, facts=facts, total=total, work=work, manifest=data / "manifest.json", on_evaluation=lambda step, figures: None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that training.groundedness.prepare wrote")
    parser.add_argument("--work", type=Path, required=True, help="checkpoints, curves and the best weights")
    parser.add_argument("--config", type=Path, default=HERE / "train.toml")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        train(config, base=arguments.base, data=arguments.data, work=arguments.work, max_steps=arguments.max_steps)
    except (OSError, KeyError) as error:
        print(f"train: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
