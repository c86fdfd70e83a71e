"""Collects what the reader learns from and what it is measured on: licences checked, evaluation texts kept out, everything counted.

Writes examples.jsonl, found-tune.jsonl, found-test.jsonl and manifest.json. Exit status: 0 done, 1 the data cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from training.reader.examples import READERS, Example, read_customer_questions, read_written
from training.reader.found import Centre, as_row, centre_opener, collect_found
from training.workshop.contamination import describe, drop_contaminated, evaluation_windows, windows
from training.workshop.corpus import DataError, FileManifest, permitted_rows, read_rows, sha256_of
from training.workshop.encoder import SentenceEncoder

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
EXAMPLES = """example:
  python -m training.reader.prepare --data DATA --embedder data/models/embedder --out work/reader-data"""


def collect_examples(config: dict[str, Any], data: Path, own: Path, open_centre: Callable[[str], Centre]) -> tuple[list[Example], list[dict[str, Any]]]:
    """All examples of the config in a fixed order, and a manifest entry a file."""
    random = Random(config["seed"])
    examples: list[Example] = []
    manifests = []
    for entry in config["examples"]:
        path = (own if entry.get("own") else data) / entry["path"]
        if not path.is_file():
            raise DataError(f"{path} is missing; see [[examples]] in {HERE.name}/data.toml")
        manifest = FileManifest(entry["path"], sha256_of(path))
        rows = list(permitted_rows(path, entry, config, {}, manifest))
        if len(rows) > entry.get("rows", len(rows)):
            rows = random.sample(rows, entry["rows"])
        found: list[Example] = []
        for _ in range(entry.get("repeat", 1)):
            if entry["kind"] == "customer-questions":
                found += read_customer_questions(rows, entry, own, open_centre, random)
            elif entry["kind"] == "written":
                found += read_written(rows, entry, data, config["passage_words"], random)
            else:
                found += READERS[entry["kind"]](rows, entry, config["passage_words"], random)
        examples += found
        manifests.append(manifest.as_dict() | {"kind": entry["kind"], "examples": len(found), "answered": sum(example.answers for example in found)})
    return examples, manifests


def apart(examples: list[Example]) -> tuple[list[Example], int]:
    """Without the training examples that share eight words in a row with a validation passage: data sets share articles."""
    seen = {window: "validation" for example in examples if example.validation for window in windows(example.passage)}
    training, dropped = drop_contaminated([example for example in examples if not example.validation], seen)
    return training + [example for example in examples if example.validation], dropped.get("validation", 0)


def capped(examples: list[Example], most: dict[str, int], random: Random) -> list[Example]:
    """In another order, and of each group for training at most so many: what is far from support must not outnumber what is near."""
    random.shuffle(examples)
    taken: Counter[str] = Counter()
    kept = []
    for example in examples:
        taken[example.group] += not example.validation
        if example.validation or taken[example.group] <= most.get(example.group, len(examples)):
            kept.append(example)
    return kept


def merged(base: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    licences = base["licences"] | {"permitted": base["licences"]["permitted"] + config["licences"]["permitted"]}
    return {"held_out": base["held_out"], "evaluation": base["evaluation"]} | config | {"licences": licences}


def prepare(config: dict[str, Any], data: Path, embedder: Path, out: Path, *, own: Path = PROJECT) -> None:
    encoder = SentenceEncoder(embedder)
    open_centre = centre_opener(data, encoder)
    examples, files = collect_examples(config, data, own, open_centre)
    examples, dropped = drop_contaminated(examples, evaluation_windows(config, data, own))
    examples, shared = apart(capped(examples, config.get("most", {}), Random(config["seed"])))
    out.mkdir(parents=True, exist_ok=True)
    with (out / "examples.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
    sets = {}
    for use in ("tune", "test"):
        with (out / f"found-{use}.jsonl").open("w", encoding="utf-8") as file:
            for entry in config["found"]:
                if entry["use"] == use:
                    found = collect_found(entry, data, own, open_centre, encoder)
                    sets[entry["name"]] = {"use": use, "questions": len(found), "answered by what was found": sum(row.answered for row in found)}
                    file.writelines(json.dumps(as_row(row), ensure_ascii=False) + "\n" for row in found)
    manifest = {
        "files": files,
        "examples": len(examples),
        "validation_examples": sum(example.validation for example in examples),
        "answered": sum(example.answers for example in examples),
        "with_ranges": sum(example.ranges is not None for example in examples),
        "examples_by_licence": dict(Counter(example.licence for example in examples).most_common()),
        "examples_by_group": dict(Counter(example.group for example in examples).most_common()),
        "contamination": {"window_words": 8, "dropped_by_evaluation_set": dropped, "dropped_for_sharing_with_validation": shared},
        "found": sets,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for name, count in manifest["examples_by_group"].items():
        print(f"{count:7} {name}")
    print(json.dumps(sets, indent=2))
    print(f"{len(examples)} examples in {out}; dropped for sharing eight words with an evaluation set: {describe(dropped)}, with validation: {shared}")


def read_examples(path: Path) -> list[Example]:
    return [Example(**row) for row in read_rows(path)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embedder", type=Path, required=True, help="the shipped embedder: finds the passages")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=HERE / "data.toml")
    parser.add_argument("--pairs-config", type=Path, default=PROJECT / "training/pairs.toml", help="licences and evaluation sets")
    arguments = parser.parse_args()
    try:
        config = merged(tomllib.loads(arguments.pairs_config.read_text("utf-8")), tomllib.loads(arguments.config.read_text("utf-8")))
        prepare(config, arguments.data, arguments.embedder, arguments.out)
    except (DataError, OSError, KeyError) as error:
        print(f"prepare: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
