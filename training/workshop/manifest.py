"""What a built model says of itself: the manifest beside it, its files with their hashes, and a bound on its size."""

import json
from pathlib import Path
from typing import Any

from training.workshop.corpus import DataError, sha256_of

MANIFEST = "training-manifest.json"
FILES = ("config.json", "model.onnx", "tokenizer.json")


def write_manifest(out: Path, facts: dict[str, Any], most_bytes: int) -> None:
    """Writes `facts` and the files of `out`, and prints size and hashes. Raises DataError if the folder holds more than `most_bytes`."""
    files = {name: {"bytes": (out / name).stat().st_size, "sha256": sha256_of(out / name)} for name in FILES}
    (out / MANIFEST).write_text(json.dumps(facts | {"files": files}, indent=2) + "\n", "utf-8")
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{out}: {size / 1e6:.2f} MB")
    for name, entry in files.items():
        print(f"sha256({name}) = {entry['sha256']}")
    if size > most_bytes:
        raise DataError(f"{out} holds {size} bytes, more than {most_bytes}; lower vocabulary_size in embedder.toml")
