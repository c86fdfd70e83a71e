"""Trains the embedder: MiniLM towards the agreement of its teachers and towards the passages that answer customers' questions.

A killed run continues from its checkpoint with the same command. Parameters, curves, system use and artefacts go to MLflow
(a local store in the work folder unless MLFLOW_TRACKING_URI is set) and to TensorBoard. Exit status: 0 done, 1 the data or the
weights cannot be used, 2 wrong arguments.
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
from torch.nn.functional import cosine_similarity, cross_entropy, kl_div, log_softmax, normalize, softmax

from training.embedder.batches import plan_batches
from training.embedder.evaluate import ndcg_at
from training.workshop.loop import Task, run_training
from training.workshop.pairs import OWN_QUESTIONS, Pair, read_pairs
from training.workshop.student import Batcher, load_student, save_student, vectors_of
from training.workshop.teachers import PASSAGE, QUESTION, VectorCache

HERE = Path(__file__).parent
EXAMPLES = """examples:
  python -m training.embedder.train --base BASE --pairs work/pairs --teachers work/teachers --work work/embedder
  python -m training.embedder.train ... --questions 400     learning curve: with 400 of our own questions
  python -m training.embedder.train ... --base work/embedder/best --config training/embedder/fast.toml --work work/fast   fewer layers

BASE is a folder with all-MiniLM-L6-v2, or with a trained embedder of which a smaller one is made; work/pairs and work/teachers are what training.workshop.prepare and .teachers wrote."""


class Teachers:
    """Cosines of all teachers for a batch, each brought to mean 0 and spread 1 over random pairs, averaged.

    aligned: one more teacher, whose vectors themselves are a target (LEAF, arXiv 2509.12539): it must have the student's dimensions.
    """

    def __init__(self, names: list[str], cache: Path, pairs: list[Pair], seed: int, aligned: str | None = None) -> None:
        self.questions, self.passages, self.scales = [], [], []
        self.aligned: tuple[torch.Tensor, torch.Tensor] | None = None
        if aligned:
            vectors = VectorCache(cache / aligned)
            self.aligned = (
                torch.from_numpy(vectors.vectors(QUESTION, [pair.question for pair in pairs])),
                torch.from_numpy(vectors.vectors(PASSAGE, [pair.passage for pair in pairs])),
            )
        random = np.random.default_rng(seed)
        for name in names:
            vectors = VectorCache(cache / name)
            questions = vectors.vectors(QUESTION, [pair.question for pair in pairs])
            passages = vectors.vectors(PASSAGE, [pair.passage for pair in pairs])
            sample = random.permutation(len(pairs))[:1000]
            cosines = questions[sample] @ passages[random.permutation(len(pairs))[:1000]].T
            alike = passages[sample] @ passages[random.permutation(len(pairs))[:1000]].T
            self.questions.append(torch.from_numpy(questions))
            self.passages.append(torch.from_numpy(passages))
            self.scales.append((float(cosines.mean()), float(cosines.std()), float(alike.mean()), float(alike.std())))

    def agreement(self, rows: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """(batch, batch) of question to passage and of passage to passage."""
        asked, alike = [], []
        for questions, passages, (mean, spread, passage_mean, passage_spread) in zip(self.questions, self.passages, self.scales):
            asked.append((questions[rows] @ passages[rows].T - mean) / spread)
            alike.append((passages[rows] @ passages[rows].T - passage_mean) / passage_spread)
        return torch.stack(asked).mean(0), torch.stack(alike).mean(0)


def batch_loss(question: torch.Tensor, passage: torch.Tensor, rows: list[Pair], teachers: tuple[torch.Tensor, torch.Tensor], settings: dict[str, Any], dimensions: list[int]) -> tuple[torch.Tensor, dict[str, float]]:
    """Over each prefix of the vectors: InfoNCE without false negatives, and the teachers' rankings (Kullback-Leibler)."""
    asked, alike = teachers
    keys = [pair.key for pair in rows]
    same = torch.tensor([[a == b for b in keys] for a in keys])
    own = torch.eye(len(rows), dtype=torch.bool)
    too_good = asked > asked.diagonal()[:, None] - settings["false_negative_margin"]
    ignored = (same | too_good) & ~own
    targets = softmax((asked / settings["teacher_temperature"]).masked_fill(same & ~own, -1e4), 1)
    alike_targets = softmax((alike / settings["teacher_temperature"]).masked_fill(own, -1e4), 1)
    total = torch.zeros(())
    parts: dict[str, float] = {}
    for dimension in dimensions:
        unit_questions, unit_passages = normalize(question[:, :dimension], dim=1), normalize(passage[:, :dimension], dim=1)
        scores = unit_questions @ unit_passages.T / settings["temperature"]
        contrast = cross_entropy(scores.masked_fill(ignored, -1e4), torch.arange(len(rows)))
        ranking = kl_div(log_softmax(scores.masked_fill(same & ~own, -1e4), 1), targets, reduction="batchmean")
        among = (unit_passages @ unit_passages.T / settings["temperature"]).masked_fill(own, -1e4)
        likeness = kl_div(log_softmax(among, 1), alike_targets, reduction="batchmean")
        weight = settings["contrastive_weight"]
        loss = weight * contrast + (1 - weight) * ranking + settings["passage_weight"] * likeness
        total = total + loss / len(dimensions)
        parts |= {f"contrast_{dimension}": contrast.item(), f"ranking_{dimension}": ranking.item(), f"likeness_{dimension}": likeness.item()}
    return total, parts


def alignment_loss(question: torch.Tensor, passage: torch.Tensor, targets: tuple[torch.Tensor, torch.Tensor], dimensions: list[int]) -> torch.Tensor:
    """One minus the cosine to the teacher's vectors, mean over questions, passages and prefixes."""
    own, target = torch.cat([question, passage]), torch.cat(targets)
    return torch.stack([1 - cosine_similarity(own[:, :dimension], target[:, :dimension], dim=1).mean() for dimension in dimensions]).mean()


class Validation:
    """Customers' questions on articles that no training question is about, among the passages of their help centres."""

    def __init__(self, pairs: list[Pair], batcher: Batcher, model_settings: dict[str, Any]) -> None:
        self.questions = [pair for pair in pairs if pair.validation]
        centres = {pair.group for pair in self.questions}
        # Of a help centre all passages that a question was written for: the others' answers are what it is confused with.
        passages = dict.fromkeys(pair.passage for pair in pairs if pair.group in centres)
        self.passages = list(passages)
        row_of = {text: row for row, text in enumerate(self.passages)}
        self.gold = [row_of[pair.passage] for pair in self.questions]
        self.batcher, self.settings = batcher, model_settings

    @torch.no_grad()
    def measure(self, model: torch.nn.Module) -> dict[str, float]:
        model.eval()

        questions = vectors_of(model, self.batcher, [pair.question for pair in self.questions], self.settings["question_tokens"])
        passages = vectors_of(model, self.batcher, self.passages, self.settings["passage_tokens"])
        model.train()
        found: dict[str, float] = {}
        for dimension in self.settings["dimensions"]:
            scores = normalize(questions[:, :dimension], dim=1) @ normalize(passages[:, :dimension], dim=1).T
            ranked = scores.argsort(1, descending=True)[:, :10].tolist()
            found[f"validation_ndcg10_{dimension}"] = float(np.mean([ndcg_at(row, {gold}, 10) for row, gold in zip(ranked, self.gold)]))
            loss = cross_entropy(scores / 0.05, torch.tensor(self.gold))
            found[f"validation_loss_{dimension}"] = loss.item()
        return found


def with_questions(pairs: list[Pair], limit: int | None, repeat: int, seed: int) -> list[Pair]:
    """Training pairs: our own questions `repeat` times, at most `limit` of them."""
    training = [pair for pair in pairs if not pair.validation]
    own = [pair for pair in training if pair.group.startswith(OWN_QUESTIONS)]
    others = [pair for pair in training if not pair.group.startswith(OWN_QUESTIONS)]
    if limit is not None:
        own = Random(seed).sample(own, min(limit, len(own)))
    return others + own * repeat


def train(config: dict[str, Any], *, base: Path, pairs_folder: Path, teachers_folder: Path, work: Path, questions: int | None = None, max_steps: int | None = None, on_evaluation: Callable[[int, dict[str, float]], None] = lambda step, figures: None) -> dict[str, float]:
    """The best validation figures; the best weights are in work/best."""
    settings, model_settings = config["train"], config["model"]
    torch.manual_seed(settings["seed"])
    all_pairs = read_pairs(pairs_folder / "pairs.jsonl")
    pairs = with_questions(all_pairs, questions, settings["own_questions_repeat"], settings["seed"])
    teachers = Teachers(config["teachers"]["names"], teachers_folder, pairs, settings["seed"], config["teachers"].get("aligned"))
    batcher = Batcher(base)
    model = load_student(base, model_settings["layers"])
    model.train()
    validation = Validation(all_pairs, batcher, model_settings)
    decayed = [parameter for name, parameter in model.named_parameters() if parameter.requires_grad and parameter.ndim > 1]
    plain = [parameter for name, parameter in model.named_parameters() if parameter.requires_grad and parameter.ndim == 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": settings["weight_decay"]}, {"params": plain, "weight_decay": 0.0}], lr=0.0)

    first_teacher = teachers.passages[0].numpy()
    plan = [rows for epoch in range(settings["epochs"]) for rows in plan_batches(pairs, first_teacher, batch=settings["batch"], seed=settings["seed"] + epoch)]
    facts = {"pairs": len(pairs), "own_questions": sum(pair.group.startswith(OWN_QUESTIONS) for pair in pairs) // settings["own_questions_repeat"]}

    def loss_of(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        batch = [pairs[row] for row in plan[step]]
        question = vectors_of(model, batcher, [pair.question for pair in batch], model_settings["question_tokens"])
        passage = vectors_of(model, batcher, [pair.passage for pair in batch], model_settings["passage_tokens"])
        loss, parts = batch_loss(question, passage, batch, teachers.agreement(plan[step]), settings, model_settings["dimensions"])
        if teachers.aligned:
            aligned = alignment_loss(question, passage, (teachers.aligned[0][plan[step]], teachers.aligned[1][plan[step]]), model_settings["dimensions"])
            loss, parts = loss + settings["aligned_weight"] * aligned, parts | {"aligned": aligned.item()}
        return loss, parts

    task = Task("embedder", f"validation_ndcg10_{model_settings['dimensions'][0]}", loss_of, lambda: validation.measure(model), lambda folder: save_student(folder, model, base))
    total = min(len(plan), max_steps or len(plan))
    return run_training(task, model=model, optimizer=optimizer, config=config, facts=facts, total=total, work=work, manifest=pairs_folder / "manifest.json", on_evaluation=on_evaluation)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--teachers", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="checkpoints, curves and the best weights")
    parser.add_argument("--config", type=Path, default=HERE / "train.toml")
    parser.add_argument("--questions", type=int, help="use only so many of our own questions")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        train(config, base=arguments.base, pairs_folder=arguments.pairs, teachers_folder=arguments.teachers, work=arguments.work, questions=arguments.questions, max_steps=arguments.max_steps)
    except (OSError, KeyError) as error:
        print(f"train: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
