"""A training state that survives a kill: written aside, renamed, loaded whole or not at all."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch


@dataclass
class Progress:
    step: int = 0
    best: float = -1.0
    best_step: int = 0
    since_best: int = 0
    """Evaluations since the best one."""
    history: list[dict[str, float]] = field(default_factory=list)
    average: dict[str, torch.Tensor] = field(default_factory=dict)
    """Running mean of the trained weights by name; empty where it is off."""


def save(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    temporary = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "progress": vars(progress), "random": torch.get_rng_state()}, temporary)
    temporary.rename(path)


def load(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> Progress | None:
    if not path.is_file():
        return None
    state: dict[str, Any] = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return Progress(**state["progress"])
