"""Keeps training data apart from evaluation data: a pair that shares eight words in a row with an evaluation text is dropped."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from training.workshop.corpus import DataError, read_rows, texts_of
from training.workshop.pairs import Pair

WINDOW = 8
_WORD = re.compile(r"[a-z0-9]+")


def windows(text: str) -> Iterator[int]:
    """A hash of every run of eight words."""
    words = _WORD.findall(text.lower())
    for start in range(len(words) - WINDOW + 1):
        yield hash(" ".join(words[start : start + WINDOW]))


def evaluation_windows(config: dict[str, Any], data: Path, own: Path) -> dict[int, str]:
    """Hash of eight words -> name of the evaluation set that holds them."""
    found: dict[int, str] = {}
    for entry in config["evaluation"]:
        root = own if entry.get("own") else data
        paths = sorted(root.glob(entry["path"]))
        if not paths and not entry.get("optional"):
            raise DataError(f"{root / entry['path']} is missing: contamination cannot be checked against {entry['name']}")
        for path in paths:
            texts: Iterable[str] = [path.read_text("utf-8")] if path.suffix == ".md" else (text for row in read_rows(path) for text in texts_of(row, entry["fields"]))
            for text in texts:
                for window in windows(text):
                    found.setdefault(window, entry["name"])
    return found


def drop_contaminated(pairs: list[Pair], seen: dict[int, str]) -> tuple[list[Pair], dict[str, int]]:
    """The clean pairs, and how many were dropped for each evaluation set."""
    kept: list[Pair] = []
    dropped: Counter[str] = Counter()
    for pair in pairs:
        hit = next((seen[window] for text in (pair.question, pair.passage) for window in windows(text) if window in seen), None)
        if hit is None:
            kept.append(pair)
        else:
            dropped[hit] += 1
    return kept, dict(sorted(dropped.items()))


def describe(dropped: dict[str, int]) -> str:
    return json.dumps(dropped) if dropped else "none"
