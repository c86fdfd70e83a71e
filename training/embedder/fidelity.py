"""How close a built model stays to the unpruned fp32 one: cosine of the two vectors of the same text.

Texts are drawn at random, with a fixed seed, from the permitted rows of the counting corpora, passages and customer turns in
equal parts. "same pieces" are those that both tokenizers split alike, so only the quantisation differs.
"""

import argparse
import json
import sys
import tomllib
from pathlib import Path

import numpy as np

from training.workshop.corpus import DataError, sample_texts
from training.workshop.encoder import SentenceEncoder

SEED = 20261124
EXAMPLES = """example:
  python -m training.embedder.fidelity --data DATA --reference FP32 --model data/models/embedder

FP32 is the folder that build.py wrote with --reference."""


def summary(cosines: np.ndarray) -> dict[str, float]:
    return {
        "texts": len(cosines),
        "mean": round(float(cosines.mean()), 4),
        "1st percentile": round(float(np.quantile(cosines, 0.01)), 4),
        "lowest": round(float(cosines.min()), 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True, help="folder of the unpruned fp32 model")
    parser.add_argument("--model", type=Path, required=True, help="folder of the model to compare")
    parser.add_argument("--per-corpus", type=int, default=100)
    parser.add_argument("--config", type=Path, default=Path(__file__).parent / "embedder.toml")
    arguments = parser.parse_args()
    try:
        texts = sample_texts(arguments.data, tomllib.loads(arguments.config.read_text("utf-8")), arguments.per_corpus, SEED)
        reference, model = SentenceEncoder(arguments.reference), SentenceEncoder(arguments.model)
        cosines = (reference.embed(texts) * model.embed(texts)).sum(axis=1)
    except (DataError, OSError, KeyError, ValueError) as error:
        print(f"fidelity: {error}", file=sys.stderr)
        return 1
    pairs = zip(reference.tokenizer.encode_batch(texts), model.tokenizer.encode_batch(texts))
    same = np.array([old.tokens == new.tokens for old, new in pairs])
    report = {"all": summary(cosines), "same pieces": summary(cosines[same])}
    if not same.all():
        report["other pieces"] = summary(cosines[~same])
    print(json.dumps(report, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
