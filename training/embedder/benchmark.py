"""Speed of sentence-embedding folders in onnxruntime: passages a second by batch size and threads, milliseconds a question.

Models take turns within every round, so that a busy machine slows all alike; figures are medians over the rounds.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from training.workshop.corpus import read_rows
from training.workshop.encoder import SentenceEncoder, batches
from training.embedder.evaluate import parse_model
from training.workshop.passages import passages_of

QUESTION = "how do i change the phone number on it?"
EXAMPLES = """example:
  python -m training.embedder.benchmark --articles articles.jsonl --model ours=data/models/embedder --model bge=BGE"""


def seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, required=True, help="JSON Lines with title and markdown; split to about 150 words")
    parser.add_argument("--model", type=parse_model, action="append", required=True, help="NAME=FOLDER, may be repeated")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch-tokens", type=int, nargs="+", default=[1, 512, 1024, 4096], help="1 means one text at a time")
    parser.add_argument("--passages", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    try:
        texts = [chunk for row in read_rows(arguments.articles) for chunk in passages_of(row["title"], row["markdown"])][: arguments.passages]
        encoders = {(name, threads): SentenceEncoder(folder, threads=threads, max_tokens=256) for name, folder in arguments.model for threads in arguments.threads}
    except (OSError, KeyError) as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    rates, delays, tokens = defaultdict(list), defaultdict(list), {}
    for turn in range(arguments.rounds + 1):
        for key, encoder in encoders.items():
            ids = [encoding.ids for encoding in encoder.tokenizer.encode_batch(texts)]
            tokens[key] = sum(map(len, ids)) / len(ids)
            for budget in arguments.batch_tokens:
                groups = batches(list(map(len, ids)), budget)
                spent = seconds(lambda: [encoder.run([ids[row] for row in group]) for group in groups])
                if turn:  # the first round warms up
                    rates[*key, budget].append(len(texts) / spent)
            question = encoder.tokenizer.encode(QUESTION).ids
            delays[key] += [seconds(lambda: encoder.run([question])) * 1000 for _ in range(20 if turn else 1)]
    for key in encoders:
        name, threads = key
        print(f"{name}, {threads} thread(s), {len(texts)} passages of {tokens[key]:.0f} tokens, question {median(delays[key]):.2f} ms")
        for budget in arguments.batch_tokens:
            found = rates[*key, budget]
            print(f"  batches of {budget:5} tokens: {median(found):7.1f} passages/s  (lowest {min(found):.1f}, highest {max(found):.1f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
