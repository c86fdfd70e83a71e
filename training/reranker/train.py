"""Trains the reranker: a small cross-encoder that reads question and passage together and gives one score, higher for an answer.

It learns from lists (training/reranker/lists.py): which passage answers (softmax over the list), whether it answers at all, and the
teachers' ranking. A killed run continues from its checkpoint with the same command. Exit status: 0 done, 1 the data or the weights
cannot be used, 2 wrong arguments.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, kl_div, log_softmax, softmax

from training.embedder.evaluate import ndcg_at, rank_documents
from training.reranker.lists import Agreement, Centre, RankedList, agreement_for, is_validation, mined, own_lists, read_centres, sentence_lists, unanswerable_lists
from training.workshop.corpus import read_rows
from training.workshop.loop import Task, run_training
from training.workshop.pairs import OWN_QUESTIONS, Pair, read_pairs
from training.workshop.student import Batcher, in_length_groups, load_student, save_student

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
OWN_DATA = PROJECT / "training/data/customer-questions.jsonl"
UNANSWERABLE = PROJECT / "training/data/unanswerable-questions.jsonl"
EXAMPLES = """example:
  python -m training.reranker.train --base BASE --pairs work/pairs --teachers work/teachers --work work/reranker

BASE is a folder with all-MiniLM-L6-v2, or a trained embedder's work/embedder/best."""


class CrossEncoder(nn.Module):
    """Score of (question, passage) from the first token and the mean of all."""

    def __init__(self, base: Path, layers: list[int]) -> None:
        super().__init__()
        self.encoder = load_student(base, layers)
        self.head = nn.Linear(2 * self.encoder.config.hidden_size, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        hidden = self.encoder(**batch).last_hidden_state.float()
        mask = batch["attention_mask"][:, :, None].float()
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return self.head(torch.cat([hidden[:, 0], mean], 1)).squeeze(1)


def scores_of(model: CrossEncoder, batcher: Batcher, pairs: list[tuple[str, str]], max_tokens: int) -> torch.Tensor:
    """(pairs,)"""

    def run(group: list[tuple[str, str]]) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return model(batcher.encode(group, max_tokens)).float()

    return in_length_groups(pairs, run)


def batch_loss(scores: torch.Tensor, lists: list[RankedList], settings: dict[str, Any]) -> tuple[torch.Tensor, dict[str, float]]:
    ranking, answering, teaching = [], [], []
    start = 0
    for ranked in lists:
        own = scores[start : start + len(ranked.passages)]
        start += len(ranked.passages)
        labels = torch.zeros_like(own)
        if ranked.gold is not None:
            labels[ranked.gold] = 1
            ranking.append(cross_entropy(own[None], torch.tensor([ranked.gold])))
        answering.append(binary_cross_entropy_with_logits(own, labels, pos_weight=torch.tensor(float(len(own) - 1))))
        if ranked.agreement and ranked.gold is not None:
            target = softmax(torch.tensor(ranked.agreement) / settings["teacher_temperature"], 0)
            teaching.append(kl_div(log_softmax(own, 0), target, reduction="sum"))
    parts = {name: torch.stack(values).mean() if values else torch.zeros(()) for name, values in (("list", ranking), ("answer", answering), ("teacher", teaching))}
    return sum(settings[f"{name}_weight"] * value for name, value in parts.items()), {name: value.item() for name, value in parts.items()}


def auroc(higher: np.ndarray, lower: np.ndarray) -> float:
    """Share of (higher, lower) in the right order, ties counting half."""
    return float((higher[:, None] > lower).mean() + (higher[:, None] == lower).mean() / 2)


class Validation:
    """Customers' questions on unseen articles: nDCG@10 over articles when the 20 passages that one teacher finds best are reranked.

    And, between them and near misses of those articles, how well the highest of the five first scores tells an answer from none (AUROC).
    """

    def __init__(self, pairs: list[Pair], near_misses: list[dict[str, Any]], centres: dict[str, Centre], first_stage: Agreement) -> None:
        self.rows: list[tuple[str, str, list[str], list[str], np.ndarray]] = []
        self.near_misses: list[tuple[str, list[str]]] = []
        for row in near_misses:
            passages = centres[row["near"].split(":")[0]].passages
            best = np.argsort(-first_stage.of([row["question"]], passages)[0])[:5]
            self.near_misses.append((row["question"], [passages[place] for place in best]))
        for pair in pairs:
            centre = centres[pair.group.removeprefix(OWN_QUESTIONS)]
            found = first_stage.of([pair.question], centre.passages)[0]
            best = np.argsort(-found)[:20]
            self.rows.append((pair.question, pair.key, [centre.passages[place] for place in best], [centre.articles[place] for place in best], found[best]))

    @torch.no_grad()
    def measure(self, model: CrossEncoder, batcher: Batcher, settings: dict[str, Any]) -> dict[str, float]:
        model.eval()
        before, alone, mixed, sure = [], [], [], []
        for question, gold, passages, articles, first in self.rows:
            own = scores_of(model, batcher, [(question, passage) for passage in passages], settings["tokens"]).numpy()
            blend = (own - own.mean()) / (own.std() + 1e-6) + (first - first.mean()) / (first.std() + 1e-6)
            sure.append(own[:5].max())
            before.append(ndcg_at(rank_documents(first, articles, 10), {gold}, 10))
            alone.append(ndcg_at(rank_documents(own, articles, 10), {gold}, 10))
            mixed.append(ndcg_at(rank_documents(blend, articles, 10), {gold}, 10))
        unsure = [scores_of(model, batcher, [(question, passage) for passage in passages], settings["tokens"]).max().item() for question, passages in self.near_misses]
        model.train()
        answerable = {"validation_answerable_auroc": auroc(np.array(sure), np.array(unsure))} if unsure else {}
        return answerable | {"validation_first_stage_ndcg10": float(np.mean(before)), "validation_reranked_ndcg10": float(np.mean(alone)), "validation_blended_ndcg10": float(np.mean(mixed))}


def collect_lists(config: dict[str, Any], pairs: list[Pair], centres: dict[str, Centre], agreement: Agreement) -> list[RankedList]:
    settings, random = config["lists"], Random(config["train"]["seed"])
    training = [pair for pair in pairs if not pair.validation]
    own = [pair for pair in training if pair.group.startswith(OWN_QUESTIONS)]
    rows = list(read_rows(OWN_DATA))
    also = {row["question"]: set(row.get("also", [])) for row in rows}
    unanswerable = [row for row in read_rows(UNANSWERABLE) if not is_validation(row["near"])]
    lists = mined([pair for pair in training if not pair.group.startswith(OWN_QUESTIONS)], agreement, settings, random)
    for _ in range(settings["own_questions_repeat"]):
        lists += own_lists(own, also, centres, agreement, settings, random) + sentence_lists(rows, own, settings, random)
    lists += unanswerable_lists(unanswerable, centres, agreement, settings) * settings["unanswerable_repeat"]
    random.shuffle(lists)
    return lists


def train(config: dict[str, Any], *, base: Path, pairs_folder: Path, teachers_folder: Path, work: Path, max_steps: int | None = None, on_evaluation: Callable[[int, dict[str, float]], None] = lambda step, figures: None) -> dict[str, float]:
    """The best validation figures; the best weights are in work/best."""
    settings, model_settings = config["train"], config["model"]
    torch.manual_seed(settings["seed"])
    pairs = read_pairs(pairs_folder / "pairs.jsonl")
    centres = read_centres(pairs_folder / "centres.jsonl")
    agreement = agreement_for(config["teachers"]["names"], teachers_folder, pairs, settings["seed"])
    lists = collect_lists(config, pairs, centres, agreement)
    near_misses = [row for row in read_rows(UNANSWERABLE) if is_validation(row["near"])]
    validation = Validation([pair for pair in pairs if pair.validation], near_misses, centres, agreement_for(config["teachers"]["names"][-1:], teachers_folder, pairs, settings["seed"]))
    batcher = Batcher(base)
    model = CrossEncoder(base, model_settings["layers"])
    model.train()
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.0, weight_decay=settings["weight_decay"])
    plan = [lists[start : start + settings["batch"]] for start in range(0, len(lists), settings["batch"])] * settings["epochs"]

    def loss_of(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        scores = scores_of(model, batcher, [(ranked.question, passage) for ranked in plan[step] for passage in ranked.passages], model_settings["tokens"])
        return batch_loss(scores, plan[step], settings)

    def keep(folder: Path) -> None:
        save_student(folder, model.encoder, base, {"head.weight": model.head.weight, "head.bias": model.head.bias})

    task = Task("reranker", "validation_blended_ndcg10", loss_of, lambda: validation.measure(model, batcher, model_settings), keep)
    total = min(len(plan), max_steps or len(plan))
    return run_training(task, model=model, optimizer=optimizer, config=config, facts={"lists": len(lists)}, total=total, work=work, manifest=pairs_folder / "manifest.json", on_evaluation=on_evaluation)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--teachers", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints, curves and the best weights")
    parser.add_argument("--config", type=Path, default=HERE / "train.toml")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        train(config, base=arguments.base, pairs_folder=arguments.pairs, teachers_folder=arguments.teachers, work=arguments.work, max_steps=arguments.max_steps)
    except (OSError, KeyError) as error:
        print(f"train: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
