"""Reads the counting corpora row by row, with the licence of each row.

Not for evaluation data: evaluate.py reads that itself, and nothing of it ships.
"""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any


PASSAGE_CHARACTERS = 900
READ_PER_CORPUS = 5000


class DataError(Exception):
    """The data cannot be used as it is; the message says what to do."""


@dataclass
class FileManifest:
    """What one file contributed: rows used and rows left out, by licence."""

    path: str
    sha256: str
    used: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    held_out: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "rows_used": dict(sorted(self.used.items())),
            "rows_refused": dict(sorted(self.refused.items())),
            "rows_held_out": dict(sorted(self.held_out.items())),
        }


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSON Lines file, plain or gzipped."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def licences_by_source(data: Path, files: list[str]) -> dict[str, str]:
    """Source name -> licence, from files whose rows carry both."""
    found: dict[str, str] = {}
    for name in files:
        for row in read_rows(data / name):
            source, licence = row["source"], row["licence"]
            if found.setdefault(source, licence) != licence:
                raise DataError(f"{name}: source {source!r} has two licences, {found[source]!r} and {licence!r}")
    return found


def texts_of(row: dict[str, Any], fields: list[str]) -> Iterator[str]:
    """The named text fields of a row; "turns.text" means that field of each item of the list `turns`."""
    for name in fields:
        head, _, tail = name.partition(".")
        value = row.get(head)
        for item in value if tail and value else [row]:
            text = item.get(tail or head)
            if isinstance(text, str) and text:
                yield text


def permitted_rows(path: Path, entry: dict[str, Any], config: dict[str, Any], by_source: dict[str, str], manifest: FileManifest) -> Iterator[dict[str, Any]]:
    """Rows that may shape what ships, each with its `source` and `licence`; the others are counted, and an unknown licence stops the run."""
    permitted, refused = set(config["licences"]["permitted"]), set(config["licences"]["refused"])
    held_out = set(config["held_out"]["sources"])
    for number, row in enumerate(read_rows(path), 1):
        source = row.get("source", entry.get("name"))
        licence = row.get("licence") or entry.get("licence") or by_source.get(source)
        if licence is None:
            raise DataError(f"{entry['path']} row {number}: no licence is known for source {source!r}; name it in the config file or drop the row")
        if licence in refused:
            manifest.refused[licence] += 1
        elif licence not in permitted:
            raise DataError(f"{entry['path']} row {number}: unknown licence {licence!r}; a model trained on it could not ship. Add it to `permitted` or `refused` in the config file")
        elif source in held_out:
            manifest.held_out[licence] += 1
        else:
            manifest.used[licence] += 1
            yield row | {"source": source, "licence": licence}


def permitted_texts(corpus: dict[str, Any], config: dict[str, Any], data: Path, by_source: dict[str, str]) -> tuple[Iterator[str], FileManifest]:
    """Texts of one corpus that may shape what ships. The manifest is complete once the texts are consumed."""
    path = data / corpus["path"]
    if not path.is_file():
        raise DataError(f"{path} is missing; see [[corpus]] in the config file")
    manifest = FileManifest(corpus["path"], sha256_of(path))
    rows = permitted_rows(path, corpus, config, by_source, manifest)
    return (text for row in rows for text in texts_of(row, corpus["fields"])), manifest


def sample_texts(data: Path, config: dict, per_corpus: int, seed: int) -> list[str]:
    """The beginnings of texts drawn evenly from each corpus."""
    by_source = licences_by_source(data, config["licences"]["by_source"])
    random = Random(seed)
    chosen: list[str] = []
    for corpus in config["corpus"]:
        texts, _ = permitted_texts(corpus, config, data, by_source)
        longer = [text[:PASSAGE_CHARACTERS] for text in islice(texts, READ_PER_CORPUS) if len(text) > 15]
        chosen += random.sample(longer, per_corpus)
    return chosen
