"""Collects the training pairs of a config file: licences checked, evaluation data kept out, everything counted in a manifest.

Exit status: 0 done, 1 the data cannot be used (nothing is written), 2 wrong arguments.
"""

import argparse
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

from training.workshop.contamination import describe, drop_contaminated, evaluation_windows
from training.workshop.corpus import DataError
from training.workshop.pairs import centre_passages, collect_pairs, write_pairs

EXAMPLES = """example:
  python -m training.workshop.prepare --config training/pairs.toml --data DATA --out work/pairs

DATA holds the corpora that the config names; work/pairs will hold pairs.jsonl, centres.jsonl (all passages
of the help centres that our own questions are on) and manifest.json."""
PROJECT = Path(__file__).parents[2]


def prepare(config_path: Path, data: Path, out: Path, *, own: Path = PROJECT) -> None:
    config = tomllib.loads(config_path.read_text("utf-8"))
    pairs, files = collect_pairs(config, data, own=own)
    pairs, dropped = drop_contaminated(pairs, evaluation_windows(config, data, own))
    write_pairs(out / "pairs.jsonl", pairs)
    with (out / "centres.jsonl").open("w", encoding="utf-8") as file:
        for row in centre_passages(pairs, data):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    manifest = {
        "files": files,
        "pairs": len(pairs),
        "validation_pairs": sum(pair.validation for pair in pairs),
        "pairs_by_licence": dict(Counter(pair.licence for pair in pairs).most_common()),
        "pairs_by_group": dict(Counter(pair.group for pair in pairs).most_common()),
        "contamination": {"window_words": 8, "dropped_pairs_by_evaluation_set": dropped},
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for name, count in manifest["pairs_by_group"].items():
        print(f"{count:7} {name}")
    print(f"{len(pairs)} pairs in {out}; dropped for sharing eight words with an evaluation set: {describe(dropped)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=PROJECT / "training/pairs.toml")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        prepare(arguments.config, arguments.data, arguments.out)
    except (DataError, OSError, KeyError) as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
