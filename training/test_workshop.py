"""Every command of the workshop, on a tiny world: the models are useless, the way to them is the real one."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import mlflow
import numpy as np
import pytest
import torch

import training.embedder.train as embedder
import training.reranker.train as reranker
from training.embedder.build import build as build_embedder
from training.reranker.build import build as build_reranker
from training.reranker.build import score_pairs
from training.workshop import tune
from training.workshop.contamination import drop_contaminated, windows
from training.workshop.corpus import DataError
from training.workshop.encoder import SentenceEncoder
from training.workshop.loop import weights_of
from training.workshop.pairs import OWN_QUESTIONS, Pair, collect_pairs, read_pairs
from training.workshop.prepare import prepare
from training.workshop.student import load_student

CONFIG = """
seed = 1
[licences]
permitted = ["MIT"]
refused = ["none stated"]
[held_out]
sources = []
[[pairs]]
kind = "customer-questions"
path = "questions.jsonl"
own = true
[[pairs]]
kind = "pairs"
path = "docs.jsonl"
[[evaluation]]
name = "held"
path = "held.jsonl"
fields = ["text"]
"""


@pytest.fixture(scope="session")
def prepared(world: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pairs and the vectors of one teacher."""
    work = tmp_path_factory.mktemp("work")
    (world / "pairs.toml").write_text(CONFIG)
    prepare(world / "pairs.toml", world / "data", work / "pairs", own=world / "own")
    subprocess.run(
        [sys.executable, "-m", "training.workshop.teachers", "--pairs", work / "pairs", "--questions", world / "own/unanswerable.jsonl", "--model", f"one={base}", "--cache", work / "teachers", "--threads", "1"],
        check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    return work / "pairs", work / "teachers"


def small(model: str) -> dict:
    config = tomllib.loads((Path(__file__).parent / model / "train.toml").read_text())
    config["model"] |= {"layers": [0, 1], "question_tokens": 16} | ({"dimensions": [64, 32], "passage_tokens": 48} if model == "embedder" else {"tokens": 64})
    config["train"] |= {"batch": 8 if model == "embedder" else 2, "evaluate_every": 2, "warmup_steps": 1, "epochs": 1, "average_decay": 0.5}
    config["teachers"]["names"] = ["one"]
    config["search"] = {"trials": 2, "steps": 2}
    if model == "reranker":
        config["lists"] |= {"size": 4, "mined_from": 12, "margin": 0.0}
    return config


def folders(base: Path, prepared: tuple[Path, Path]) -> dict[str, Path]:
    return {"base": base, "pairs_folder": prepared[0], "teachers_folder": prepared[1]}


def own_data(monkeypatch: pytest.MonkeyPatch, world: Path) -> None:
    monkeypatch.setattr(reranker, "OWN_DATA", world / "own/questions.jsonl")
    monkeypatch.setattr(reranker, "UNANSWERABLE", world / "own/unanswerable.jsonl")


def test_leaves_out_rows_that_may_not_ship_and_counts_them(world: Path, prepared: tuple[Path, Path]) -> None:
    manifest = json.loads((prepared[0] / "manifest.json").read_text())
    documents = next(file for file in manifest["files"] if file["path"] == "docs.jsonl")
    assert documents["rows_refused"] == {"none stated": 20}
    assert documents["rows_used"] == {"MIT": 60}
    assert all(pair.licence == "MIT" for pair in read_pairs(prepared[0] / "pairs.jsonl"))


def test_a_row_without_a_known_licence_stops_the_run(world: Path) -> None:
    config = tomllib.loads(CONFIG.replace('refused = ["none stated"]', "refused = []"))
    with pytest.raises(DataError, match="none stated.*could not ship"):
        collect_pairs(config, world / "data", own=world / "own")


def test_the_passage_of_a_question_holds_its_quotation(prepared: tuple[Path, Path]) -> None:
    own = [pair for pair in read_pairs(prepared[0] / "pairs.jsonl") if pair.group.startswith(OWN_QUESTIONS)]
    assert len(own) == 45
    assert all(f"number {pair.key.split(':')[1]} here" in pair.passage for pair in own)


def test_drops_pairs_that_share_eight_words_with_an_evaluation_set() -> None:
    seen = dict.fromkeys(windows("please tell me where my very late parcel is today"), "held")
    pairs = [Pair("so tell me where my very late parcel is", "x", "g", "k", "MIT"), Pair("where is my parcel", "x", "g", "k", "MIT")]
    kept, dropped = drop_contaminated(pairs, seen)
    assert (kept, dropped) == (pairs[1:], {"held": 1})


def test_trains_builds_and_runs_the_embedder(base: Path, prepared: tuple[Path, Path], world: Path, tmp_path: Path) -> None:
    best = embedder.train(small("embedder"), work=tmp_path / "run", max_steps=4, **folders(base, prepared))
    assert set(best) >= {"validation_ndcg10_64", "validation_ndcg10_32", "validation_loss_64"}
    config = {
        "model": {"name": "tiny", "vocabulary_size": 200, "max_tokens": 64, "weight_bits": 7, "calibration_texts_per_corpus": 5},
        "licences": {"permitted": ["MIT"], "refused": ["none stated"], "by_source": []}, "held_out": {"sources": []},
        "corpus": [{"path": "docs.jsonl", "fields": ["q", "p"], "weight": 1}],
    }  # fmt: skip
    build_embedder(tmp_path / "run/best", world / "data", tmp_path / "model", config, tmp_path / "fp32", prepared[0])
    vectors = SentenceEncoder(tmp_path / "model").embed(["how do i change my password", "parcel late"])
    exact = SentenceEncoder(tmp_path / "fp32").embed(["how do i change my password", "parcel late"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert ((vectors * exact).sum(axis=1) > 0.9).all()
    manifest = json.loads((tmp_path / "model/training-manifest.json").read_text())
    assert manifest["training_data"]["pairs"] == len(read_pairs(prepared[0] / "pairs.jsonl"))


def test_a_killed_run_ends_where_an_unbroken_one_does(base: Path, prepared: tuple[Path, Path], tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(step: int, figures: dict[str, float]) -> None:
        if step == 4:
            raise Killed

    config = small("embedder")
    whole = embedder.train(config, work=tmp_path / "whole", max_steps=6, **folders(base, prepared))
    with pytest.raises(Killed):
        embedder.train(config, work=tmp_path / "broken", max_steps=6, on_evaluation=kill, **folders(base, prepared))
    continued = embedder.train(config, work=tmp_path / "broken", max_steps=6, **folders(base, prepared))
    assert continued == pytest.approx(whole, abs=1e-6)


def test_what_is_measured_and_kept_is_the_running_mean_of_the_weights() -> None:
    model = torch.nn.Linear(1, 1)
    own = model.weight.item()
    with weights_of(model, {"weight": torch.tensor([[7.0]])}):
        assert model.weight.item() == 7
    assert model.weight.item() == own


def test_a_layer_named_twice_is_there_twice_and_trained_apart(base: Path) -> None:
    model = load_student(base, [0, 0, 1])
    first, second, third = (layer.output.dense.weight for layer in model.encoder.layer)
    assert torch.equal(first, second) and not torch.equal(first, third)
    with torch.no_grad():
        first.add_(1.0)
    assert not torch.equal(first, second)


def test_a_student_of_fewer_layers_learns_its_teachers_vectors(base: Path, prepared: tuple[Path, Path], tmp_path: Path) -> None:
    same, other = torch.tensor([[3.0, 4.0]]), torch.tensor([[-4.0, 3.0]])
    assert embedder.alignment_loss(same, same, (2 * same, 5 * same), [2, 1]).item() == pytest.approx(0, abs=1e-6)
    assert embedder.alignment_loss(same, same, (same, other), [2]).item() == pytest.approx(0.5)

    config = small("embedder")
    config["model"]["layers"] = [1]
    config["teachers"]["aligned"] = "one"
    config["train"]["aligned_weight"] = 10.0
    embedder.train(config, work=tmp_path, max_steps=2, **folders(base, prepared))
    assert json.loads((tmp_path / "best/config.json").read_text())["num_hidden_layers"] == 1
    assert "training_aligned" in mlflow.get_run((tmp_path / "run-id").read_text()).data.metrics


def test_trains_builds_and_runs_the_reranker(base: Path, prepared: tuple[Path, Path], world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_data(monkeypatch, world)
    best = reranker.train(small("reranker"), work=tmp_path / "run", max_steps=4, **folders(base, prepared))
    assert 0 <= best["validation_blended_ndcg10"] <= 1
    settings = {"name": "tiny", "max_tokens": 64, "question_tokens": 16, "weight_bits": 7, "calibration_pairs": 20}
    monkeypatch.setattr("training.reranker.build.prefers_an_answer", lambda *_: True)  # random weights prefer nothing
    build_reranker(tmp_path / "run/best", base, prepared[0], tmp_path / "model", settings, tmp_path / "fp32")
    pairs = [("lost phone", "how to reset the phone"), ("bill", "parcel late")]
    assert score_pairs(tmp_path / "model", pairs, 64) == pytest.approx(score_pairs(tmp_path / "fp32", pairs, 64), abs=0.1)


def test_searches_and_continues_a_study(base: Path, prepared: tuple[Path, Path], world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_data(monkeypatch, world)
    for model in ("embedder", "reranker"):
        monkeypatch.setitem(tune.MODELS, model, (tune.MODELS[model][0], "validation_ndcg10_64" if model == "embedder" else "validation_blended_ndcg10"))
        config = small(model)
        tune.search(model, config, work=tmp_path / model, trials=1, **folders(base, prepared))
        study = tune.search(model, config, work=tmp_path / model, trials=2, **folders(base, prepared))
        assert len(study.trials) == 2
        assert json.loads(json.dumps(tune.report_of(study, model, config)))["best"]["params"]


def test_runs_are_logged_to_mlflow_and_tensorboard(base: Path, prepared: tuple[Path, Path], tmp_path: Path) -> None:
    embedder.train(small("embedder"), work=tmp_path, max_steps=2, **folders(base, prepared))
    run = mlflow.get_run((tmp_path / "run-id").read_text())
    assert run.data.params["train.batch"] == "8"
    assert "training_loss" in run.data.metrics and "validation_ndcg10_64" in run.data.metrics
    assert {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id)} >= {"manifest.json", "history.json"}
    assert list((tmp_path / "tensorboard").glob("events.*"))
