"""Searches hyperparameters with Optuna: short runs on the same data, poor ones pruned early, the study kept as a file.

The study lives in a database in the work folder, so a killed search continues with the same command. study.json, with every trial,
goes to --out (kept beside the model); the best values go into the training config by hand. Exit status: 0 done, 1 the data cannot be used,
2 wrong arguments.
"""

import argparse
import copy
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import optuna
import torch

import training.chat.train as chat
import training.embedder.train as embedder
import training.reranker.train as reranker

EXAMPLES = """example:
  python -m training.workshop.tune embedder --base BASE --pairs work/pairs --teachers work/teachers --work work/tune --out data/models/embedder
  python -m training.workshop.tune chat --base model.gguf --data var/fine-tuning/sets/2026-11-29 --work work/tune --out work/tune"""
MODELS = {"embedder": (embedder, "validation_ndcg10_384"), "reranker": (reranker, "validation_blended_ndcg10"), "chat": (chat, "validation_token_probability")}

SEARCHED = {
    "embedder": ["learning_rate", "weight_decay", "batch", "teacher_temperature", "temperature", "contrastive_weight"],
    "reranker": ["learning_rate", "weight_decay", "batch", "teacher_temperature", "answer_weight", "teacher_weight"],
    "chat": ["learning_rate", "weight_decay", "accumulate", "rank", "dropout"],
}


def suggest(model: str, trial: optuna.Trial, config: dict[str, Any]) -> dict[str, Any]:
    """A copy of the config with this trial's values."""
    changed = copy.deepcopy(config)
    train = changed["train"]
    train["learning_rate"] = trial.suggest_float("learning_rate", 1e-5, 2e-4, log=True)
    train["weight_decay"] = trial.suggest_float("weight_decay", 1e-3, 0.1, log=True)
    size = "accumulate" if model == "chat" else "batch"
    most = config["train"][size]
    train[size] = trial.suggest_categorical(size, sorted({max(1, most // 2), most}))
    if model == "chat":
        lora = changed["lora"]
        lora["rank"] = trial.suggest_categorical("rank", sorted({max(1, config["lora"]["rank"] // 2), config["lora"]["rank"]}))
        lora["alpha"] = 2 * lora["rank"]
        lora["dropout"] = trial.suggest_float("dropout", 0.0, 0.2)
    else:
        train["teacher_temperature"] = trial.suggest_float("teacher_temperature", 0.3, 1.5)
    if model == "embedder":
        train["temperature"] = trial.suggest_float("temperature", 0.02, 0.1, log=True)
        train["contrastive_weight"] = trial.suggest_float("contrastive_weight", 0.1, 0.9)
    elif model == "reranker":
        train["answer_weight"] = trial.suggest_float("answer_weight", 0.1, 1.0)
        train["teacher_weight"] = trial.suggest_float("teacher_weight", 0.05, 1.0)
    train["warmup_steps"] = max(1, config["search"]["steps"] // 10)
    train["evaluate_every"] = max(1, config["search"]["steps"] // 3)
    return changed


def search(model: str, config: dict[str, Any], *, work: Path, trials: int, **folders: Path) -> optuna.Study:
    module, objective = MODELS[model]
    work.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=model,
        storage=f"sqlite:///{(work / 'optuna.db').resolve()}",
        load_if_exists=True,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=config["train"]["seed"], n_startup_trials=max(2, trials // 2)),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=1),
    )
    if not study.trials:
        study.enqueue_trial({name: (config["train"] | config.get("lora", {}))[name] for name in SEARCHED[model]})  # what is in the config is the one to beat

    def run(trial: optuna.Trial) -> float:
        def report(step: int, figures: dict[str, float]) -> None:
            trial.report(figures[objective], step)
            if step > 0 and trial.should_prune():
                raise optuna.TrialPruned()

        best = module.train(suggest(model, trial, config), work=work / f"trial-{trial.number}", max_steps=config["search"]["steps"], on_evaluation=report, **folders)
        return best[objective]

    done = sum(trial.state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED) for trial in study.trials)
    study.optimize(run, n_trials=max(0, trials - done))
    return study


def report_of(study: optuna.Study, model: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model,
        "objective": MODELS[model][1],
        "steps_per_trial": config["search"]["steps"],
        "best": {"value": round(study.best_value, 4), "params": study.best_params},
        "trials": [
            {"number": trial.number, "state": trial.state.name, "value": trial.value, "params": trial.params, "intermediate": trial.intermediate_values}
            for trial in study.trials
        ],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, help="embedder and reranker")
    parser.add_argument("--teachers", type=Path, help="embedder and reranker")
    parser.add_argument("--data", type=Path, help="chat: a folder that answerdesk finetune build wrote")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="where study.json goes")
    parser.add_argument("--config", type=Path, help="training config (default: the model's train.toml)")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    folders = {"data": arguments.data} if arguments.model == "chat" else {"pairs_folder": arguments.pairs, "teachers_folder": arguments.teachers}
    if None in folders.values():
        parser.error("chat needs --data; embedder and reranker need --pairs and --teachers")
    config_path = arguments.config or Path(__file__).parents[1] / arguments.model / "train.toml"
    try:
        config = tomllib.loads(config_path.read_text("utf-8"))
        study = search(arguments.model, config, work=arguments.work, trials=arguments.trials or config["search"]["trials"], base=arguments.base, **folders)
    except (OSError, KeyError) as error:
        print(f"tune: {error!r}", file=sys.stderr)
        return 1
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "study.json").write_text(json.dumps(report_of(study, arguments.model, config), indent=2) + "\n", "utf-8")
    print(f"best {study.best_value:.4f} with {study.best_params}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
