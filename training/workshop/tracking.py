"""Where a run is written down: MLflow (a local store unless MLFLOW_TRACKING_URI names a server) and TensorBoard, with system use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
from torch.utils.tensorboard import SummaryWriter


class Run:
    def __init__(self, board: SummaryWriter) -> None:
        self.board = board

    def log(self, step: int, **metrics: float) -> None:
        mlflow.log_metrics(metrics, step=step)
        for name, value in metrics.items():
            self.board.add_scalar(name, value, step)

    def artifact(self, path: Path) -> None:
        mlflow.log_artifact(str(path))


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"train": {"batch": 64}} -> {"train.batch": 64}"""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def store_uri(work: Path) -> str:
    """The server that MLFLOW_TRACKING_URI names, else a database in the work folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(work / 'mlflow.db').resolve()}"


@contextmanager
def tracked_run(experiment: str, work: Path, settings: dict[str, Any], *, run_id: str | None = None) -> Iterator[Run]:
    """`run_id` continues a run that was killed."""
    work.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(store_uri(work))
    if mlflow.get_experiment_by_name(experiment) is None:
        local = (work / "artifacts").resolve().as_uri() if store_uri(work).startswith("sqlite:") else None
        mlflow.create_experiment(experiment, artifact_location=local)
    mlflow.set_experiment(experiment)
    board = SummaryWriter(str(work / "tensorboard"))
    with mlflow.start_run(run_id=run_id, log_system_metrics=True) as started:
        (work / "run-id").write_text(started.info.run_id)
        if run_id is None:
            mlflow.log_params(flat(settings))
        try:
            yield Run(board)
        finally:
            board.close()


def last_run_id(work: Path) -> str | None:
    path = work / "run-id"
    return path.read_text().strip() if path.is_file() else None
