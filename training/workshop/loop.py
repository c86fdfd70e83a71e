"""The training loop of both models: learning rate, evaluation, early stopping, the best weights, a checkpoint to continue from."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training.workshop.checkpoint import Progress, load, save
from training.workshop.student import learning_rate_at
from training.workshop.tracking import last_run_id, tracked_run


@dataclass(frozen=True)
class Task:
    """What is particular to a model."""

    experiment: str
    objective: str
    """Of the validation figures, the one that says which weights are best; higher is better."""
    loss_of: Callable[[int], tuple[torch.Tensor, dict[str, float]]]
    """Loss of a batch, and its parts for the log; a step learns from train.accumulate of them, one after the other, in the memory of one."""
    measure: Callable[[], dict[str, float]]
    keep: Callable[[Path], None]
    """Writes the weights as they are into a folder."""


@contextmanager
def weights_of(model: torch.nn.Module, average: dict[str, torch.Tensor]) -> Iterator[None]:
    """Inside, the model has the averaged weights; afterwards its own again."""
    own = {name: value.detach().clone() for name, value in model.named_parameters() if name in average}
    model.load_state_dict(average, strict=False)
    try:
        yield
    finally:
        model.load_state_dict(own, strict=False)


def run_training(
    task: Task,
    *,
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    config: dict[str, Any],
    facts: dict[str, Any],
    total: int,
    work: Path,
    manifest: Path,
    on_evaluation: Callable[[int, dict[str, float]], None],
) -> dict[str, float]:
    """The best validation figures; the best weights are in work/best. Goes on from work/checkpoint.pt where there is one.

    With train.average_decay, what is measured and kept is the running mean of the weights (Polyak averaging): steadier than the last step's.
    on_evaluation may raise, to stop a run that is not worth finishing: what was reached until the evaluation before is kept.
    """
    settings = config["train"]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    work.mkdir(parents=True, exist_ok=True)
    progress = load(work / "checkpoint.pt", model, optimizer)
    run_id = last_run_id(work) if progress else None
    progress = progress or Progress()
    decay, accumulate = settings.get("average_decay", 0.0), settings.get("accumulate", 1)
    if decay and not progress.average:
        progress.average = {name: value.detach().clone() for name, value in model.named_parameters() if value.requires_grad}
    with tracked_run(task.experiment, work, config | {"data": facts | {"steps": total}}, run_id=run_id) as run:
        run.artifact(manifest)

        def evaluate(step: int) -> bool:
            """True when training should stop."""
            with weights_of(model, progress.average):
                figures = task.measure()
            run.log(step, **figures)
            progress.history.append({"step": step, **figures})
            print(f"step {step} of {total}: " + ", ".join(f"{name} {value:.4f}" for name, value in figures.items()), flush=True)
            on_evaluation(step, figures)
            if figures[task.objective] > progress.best:
                progress.best, progress.best_step, progress.since_best = figures[task.objective], step, 0
                with weights_of(model, progress.average):
                    task.keep(work / "best")
            else:
                progress.since_best += 1
            save(work / "checkpoint.pt", model, optimizer, progress)
            return progress.since_best >= settings["patience"]

        if not progress.history:
            evaluate(0)
        first, started = progress.step, time.monotonic()
        for step in range(progress.step, total):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(step, peak=settings["learning_rate"], warmup=settings["warmup_steps"], total=total)
            optimizer.zero_grad()
            loss = 0.0
            for part in range(accumulate):
                batch_loss, parts = task.loss_of(step * accumulate + part)
                (batch_loss / accumulate).backward()
                loss += batch_loss.item() / accumulate
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            with torch.no_grad():
                own = dict(model.named_parameters())
                for name, mean in progress.average.items():
                    mean.lerp_(own[name], 1 - decay)
            progress.step = step + 1
            if step % 10 == 0:
                pace = (time.monotonic() - started) / (progress.step - first)
                run.log(step, training_loss=loss, learning_rate=optimizer.param_groups[0]["lr"], seconds_per_step=pace, **{f"training_{name}": value for name, value in parts.items()})
                print(f"step {step}: loss {loss:.4f}, {pace:.2f} s a step", flush=True)
            if progress.step % settings.get("checkpoint_every", total) == 0:
                save(work / "checkpoint.pt", model, optimizer, progress)
            if (step + 1) % settings["evaluate_every"] == 0 and evaluate(step + 1):
                print(f"no better for {settings['patience']} evaluations: stopped", flush=True)
                break
        if progress.history[-1]["step"] != progress.step:
            evaluate(progress.step)
        best = next(figures for figures in progress.history if figures["step"] == progress.best_step)
        (work / "history.json").write_text(json.dumps({"facts": facts, "best": best, "history": progress.history}, indent=2) + "\n")
        run.artifact(work / "history.json")
    return best
