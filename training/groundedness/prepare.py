"""Collects what the groundedness model learns from: licences checked, evaluation texts kept out, everything counted.

Writes examples.jsonl and manifest.json. Exit status: 0 done, 1 the data cannot be used, 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

from training.groundedness.claims import READERS, held_texts, read_written
from training.reader.examples import Example
from training.reader.prepare import apart, capped
from training.workshop.contamination import describe, drop_contaminated, evaluation_windows, windows
from training.workshop.corpus import DataError, FileManifest, permitted_rows, sha256_of

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
EXAMPLES = """example:
  python -m training.groundedness.prepare --data DATA --out work/groundedness-data"""


def collect(config: dict[str, Any], data: Path, own: Path) -> tuple[list[Example], list[dict[str, Any]]]:
    """All rows of the config in a fixed order, and a manifest entry a file."""
    random = Random(config["seed"])
    examples: list[Example] = []
    manifests = []
    for entry in config["rows"]:
        path = (own if entry.get("own") else data) / entry["path"]
        if not path.is_file():
            raise DataError(f"{path} is missing; see [[rows]] in groundedness/data.toml")
        manifest = FileManifest(entry["path"], sha256_of(path))
        rows = list(permitted_rows(path, entry, config, {}, manifest))
        if len(rows) > entry.get("rows", len(rows)):
            rows = random.sample(rows, entry["rows"])
        found = list(read_written(rows, entry, random, data) if entry["kind"] == "written" else READERS[entry["kind"]](rows, entry, random))
        found = [replace(example, group=entry.get("group", example.group)) for example in found]
        examples += [example for example in found for _ in range(1 if example.validation else entry.get("repeat", 1))]
        manifests.append(manifest.as_dict() | {"kind": entry["kind"], "rows": len(found), "supported": sum(example.answers for example in found)})
    return examples, manifests


def prepare(config: dict[str, Any], data: Path, out: Path, *, own: Path = PROJECT) -> None:
    examples, files = collect(config, data, own)
    seen = evaluation_windows(config, data, own)
    for name, texts in held_texts(data, config["rows"]).items():
        for text in texts:
            for window in windows(text):
                seen.setdefault(window, f"{name}, documents that judge")
    examples, dropped = drop_contaminated(examples, seen)
    examples, shared = apart(capped(examples, config.get("most", {}), Random(config["seed"])))
    out.mkdir(parents=True, exist_ok=True)
    with (out / "examples.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
    training = [example for example in examples if not example.validation]
    manifest = {
        "files": files,
        "rows": len(training),
        "supported": sum(example.answers for example in training),
        "validation_rows": len(examples) - len(training),
        "rows_by_licence": dict(Counter(example.licence for example in training).most_common()),
        "rows_by_group": dict(Counter(example.group for example in training).most_common()),
        "contamination": {"window_words": 8, "dropped_by_evaluation_set": dropped, "dropped_for_sharing_with_validation": shared},
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for name, count in manifest["rows_by_group"].items():
        print(f"{count:7} {name}")
    print(f"{len(training)} rows to train on, {len(examples) - len(training)} to choose on; dropped for sharing eight words with an evaluation set: {describe(dropped)}, with validation: {shared}")


def merged(base: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    licences = base["licences"] | {"permitted": base["licences"]["permitted"] + config["licences"]["permitted"]}
    return {"held_out": base["held_out"], "evaluation": base["evaluation"]} | config | {"licences": licences}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=HERE / "data.toml")
    parser.add_argument("--pairs-config", type=Path, default=PROJECT / "training/pairs.toml", help="licences and evaluation sets")
    arguments = parser.parse_args()
    try:
        config = merged(tomllib.loads(arguments.pairs_config.read_text("utf-8")), tomllib.loads(arguments.config.read_text("utf-8")))
        prepare(config, arguments.data, arguments.out)
    except (DataError, OSError, KeyError) as error:
        print(f"prepare: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
