"""The compression table: what each way of making the embedder smaller or faster costs, measured in one run.

Writes a Markdown table with size, speed, memory and nDCG@10 per set (95 % intervals), and a Pareto plot. Variants are made here from
trained weights; other folders (teachers, students of fewer layers) are added with --model. Exit status: 0 done, 1 a model or the
data cannot be used, 2 wrong arguments.
"""

import argparse
import json
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from training.embedder.build import count_corpora, settings_for, write_model
from training.embedder.evaluate import RetrievalSet, interval, judge, load_sets, parse_model
from training.workshop.calibrate import smoothing_factors
from training.workshop.corpus import DataError, sample_texts
from training.workshop.encoder import SentenceEncoder, batches
from training.workshop.export import Weights, build_graph, load_weights
from training.workshop.prune_vocabulary import choose_pieces, prune_tokenizer

HERE = Path(__file__).parent
QUESTION = "how do i change the phone number on it?"
EXAMPLES = """example:
  python -m training.embedder.compression --trained work/embedder/best --data DATA --questions QUESTIONS --work work/compression \\
      --model "bge-small int8=BGE" --model "3 layers int8=work/fast" --out docs/compression.md --plot docs/images/compression.png"""


@dataclass
class Row:
    name: str
    megabytes: float
    passages_per_second: float
    question_ms: float
    memory_mb: float
    figures: dict[str, np.ndarray]

    @property
    def mean(self) -> float:
        return float(np.mean([values[:, 0].mean() for values in self.figures.values()]))


def magnitude_pruned(weights: Weights, share: float) -> Weights:
    """Linear layers with their smallest weights set to zero, `share` of each matrix."""
    pruned = dict(weights)
    for name, value in weights.items():
        if name.startswith("encoder.") and value.ndim == 2:
            pruned[name] = np.where(np.abs(value) < np.quantile(np.abs(value), share), 0, value).astype(np.float32)
    return pruned


def narrowed(weights: Weights, config: dict[str, Any], width: int) -> tuple[Weights, dict[str, Any]]:
    """Feed-forward layers with only the `width` neurons whose weights in and out are largest."""
    pruned = dict(weights)
    for layer in range(config["num_hidden_layers"]):
        wide, narrow = f"encoder.layer.{layer}.intermediate.dense", f"encoder.layer.{layer}.output.dense"
        size = np.linalg.norm(weights[f"{wide}.weight"], axis=1) * np.linalg.norm(weights[f"{narrow}.weight"], axis=0)
        kept = np.sort(np.argsort(-size)[:width])
        pruned |= {f"{wide}.weight": weights[f"{wide}.weight"][kept], f"{wide}.bias": weights[f"{wide}.bias"][kept], f"{narrow}.weight": weights[f"{narrow}.weight"][:, kept]}
    return pruned, config | {"intermediate_size": width}


def make_variants(trained: Path, data: Path, work: Path, config: dict[str, Any]) -> dict[str, Path]:
    base = json.loads((trained / "config.json").read_text("utf-8"))
    definition = json.loads((trained / "tokenizer.json").read_text("utf-8"))
    definition["truncation"] = definition["padding"] = None
    weights = load_weights(trained)
    full = Tokenizer.from_str(json.dumps(definition))
    score, _ = count_corpora(full, config, data)
    positions = config["model"]["max_tokens"]
    calibration = sample_texts(data, config, per_corpus=config["model"]["calibration_texts_per_corpus"], seed=7)

    def write(name: str, *, weights: Weights = weights, base: dict[str, Any] = base, bits: int | None = config["model"]["weight_bits"], vocabulary: int | None = config["model"]["vocabulary_size"], calibrated: bool = True) -> Path:
        folder = work / name
        kept = choose_pieces(full.get_vocab(with_added_tokens=True), score, vocabulary) if vocabulary else None
        smoothing = None
        if bits is not None and calibrated:
            smoothing = smoothing_factors(build_graph(weights, base, weight_bits=None), full, calibration, layers=base["num_hidden_layers"], max_tokens=positions)
        graph = build_graph(weights, base, kept=kept, positions=positions, weight_bits=bits, smoothing=smoothing)
        write_model(folder, graph, prune_tokenizer(definition, kept) if kept else definition, settings_for(config, base, vocabulary=len(kept) if kept else full.get_vocab_size(), positions=positions, name=name))
        return folder

    narrow, narrow_config = narrowed(weights, base, 1024)
    return {
        "fp32, all word pieces": write("fp32", bits=None, vocabulary=None),
        "int8 dynamic, all pieces": write("int8-dynamic", vocabulary=None, calibrated=False),
        "int8 calibrated, all pieces": write("int8-calibrated", vocabulary=None),
        f"int8 calibrated, {config['model']['vocabulary_size']} pieces (ships)": write("ships"),
        "int8 calibrated, 15000 pieces": write("pieces-15000", vocabulary=15_000),
        "as shipped, 30 % of weights zero": write("magnitude-30", weights=magnitude_pruned(weights, 0.3)),
        "as shipped, 50 % of weights zero": write("magnitude-50", weights=magnitude_pruned(weights, 0.5)),
        "as shipped, feed-forward 1024 wide": write("width-1024", weights=narrow, base=narrow_config),
    }


def memory_mb(folder: Path) -> float:
    """Resident memory that loading the model and embedding one passage adds to a process."""
    program = (
        "import sys; from pathlib import Path; import psutil; from training.workshop.encoder import SentenceEncoder\n"
        "before = psutil.Process().memory_info().rss\n"
        "encoder = SentenceEncoder(Path(sys.argv[1]), threads=1); encoder.embed(['a passage of some words ' * 30])\n"
        "print((psutil.Process().memory_info().rss - before) / 1e6)"
    )
    return float(subprocess.run([sys.executable, "-c", program, folder], check=True, capture_output=True, text=True, cwd=HERE.parents[1]).stdout)


def speeds(folders: dict[str, Path], texts: list[str], *, rounds: int = 5) -> dict[str, tuple[float, float]]:
    """Passages a second and milliseconds a question on one thread; models take turns within every round."""
    encoders = {name: SentenceEncoder(folder, threads=1) for name, folder in folders.items()}
    rates: dict[str, list[float]] = {name: [] for name in folders}
    delays: dict[str, list[float]] = {name: [] for name in folders}
    for turn in range(rounds + 1):
        for name, encoder in encoders.items():
            ids = [encoding.ids for encoding in encoder.tokenizer.encode_batch(texts)]
            start = time.perf_counter()
            for rows in batches(list(map(len, ids)), 512):
                encoder.run([ids[row] for row in rows])
            spent = time.perf_counter() - start
            question = encoder.tokenizer.encode(QUESTION).ids
            for _ in range(20):
                start = time.perf_counter()
                encoder.run([question])
                if turn:
                    delays[name].append((time.perf_counter() - start) * 1000)
            if turn:
                rates[name].append(len(texts) / spent)
    return {name: (median(rates[name]), median(delays[name])) for name in folders}


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir() if path.name in ("model.onnx", "tokenizer.json", "config.json")) / 1e6


def measure(folders: dict[str, Path], sets: list[RetrievalSet], shorter: dict[str, int]) -> list[Row]:
    """`shorter`: name of a variant -> dimensions of a prefix to measure besides."""
    texts = sets[0].texts[:32]
    speed = speeds(folders, texts)
    rows = []
    for name, folder in folders.items():
        encoder = SentenceEncoder(folder, threads=1)
        rows.append(Row(name, size_mb(folder), *speed[name], memory_mb(folder), judge(encoder, sets)))
        if name in shorter:
            rows.append(Row(f"{name}, {shorter[name]} dimensions", size_mb(folder), *speed[name], rows[-1].memory_mb, judge(encoder, sets, shorter[name])))
        print(f"{rows[-1].name}: mean nDCG@10 {rows[-1].mean:.3f}", flush=True)
    return rows


def to_markdown(rows: list[Row]) -> str:
    names = list(rows[0].figures)
    lines = [
        f"| variant | MB | passages/s | ms a question | memory MB | mean | {' | '.join(names)} |",
        f"|---|---|---|---|---|---|{'---|' * len(names)}",
    ]
    for row in rows:
        cells = []
        for values in row.figures.values():
            low, high = interval(values[:, 0])
            cells.append(f"{values[:, 0].mean():.3f} ({low:.3f} – {high:.3f})")
        lines.append(f"| {row.name} | {row.megabytes:.1f} | {row.passages_per_second:.0f} | {row.question_ms:.2f} | {row.memory_mb:.0f} | {row.mean:.3f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def plot(rows: list[Row], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot

    figure, axes = pyplot.subplots(figsize=(10.5, 5.6), layout="constrained")
    best = -1.0
    frontier = []
    for row in sorted(rows, key=lambda row: -row.passages_per_second):
        if row.mean > best:
            best = row.mean
            frontier.append(row)
    axes.plot([row.passages_per_second for row in frontier], [row.mean for row in frontier], color="#14574a", linewidth=1, alpha=0.5)
    # Points that lie on each other keep their names apart: numbers in the picture, names beside it, best first.
    ordered = sorted(rows, key=lambda row: -row.mean)
    for place, row in enumerate(ordered, 1):
        colour = "#14574a" if row in frontier else "#8b9a95"
        axes.scatter(row.passages_per_second, row.mean, s=12 * row.megabytes**0.75, color=colour, alpha=0.6, linewidths=0)
        axes.annotate(str(place), (row.passages_per_second, row.mean), xytext=(7 if place % 2 else -7, 6 if place % 2 else -10), textcoords="offset points", fontsize=8, ha="left" if place % 2 else "right", color="#14212b")
        axes.text(1.03, 0.98 - 0.085 * (place - 1), f"{place}  {row.name}\n     {row.mean:.3f}, {row.passages_per_second:.0f}/s, {row.megabytes:.0f} MB", transform=axes.transAxes, fontsize=7.5, va="top", color="#14212b")
    axes.set_xlabel("passages a second, one thread")
    axes.set_ylabel("mean nDCG@10, vectors alone")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12, y=0.12)
    axes.set_title("Embedders: quality, speed and size (area)", loc="left", fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=parse_model, action="append", default=[], help="NAME=FOLDER of a finished model, may be repeated")
    parser.add_argument("--set", action="append", help="only sets whose name contains this, may be repeated")
    parser.add_argument("--config", type=Path, default=HERE / "embedder.toml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plot", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        sets = [group for group in load_sets(arguments.data, arguments.questions) if not arguments.set or any(name in group.name for name in arguments.set)]
        variants = make_variants(arguments.trained, arguments.data, arguments.work, config)
        ships = next(name for name in variants if "ships" in name)
        rows = measure(dict(arguments.model) | variants, sets, {ships: 128})
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"compression: {error}", file=sys.stderr)
        return 1
    arguments.out.write_text(to_markdown(rows), "utf-8")
    plot(rows, arguments.plot)
    print(arguments.out.read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
