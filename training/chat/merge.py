"""Puts trained adapters into the weights they stand beside: a Hugging Face folder, with what is known of its training beside it.

The folder can be trained on, exported (training.chat.export) and measured (training.chat.variants). Exit status: 0 done, 1 it cannot be used,
2 wrong arguments.
"""

import argparse
import json
import sys
from pathlib import Path

from peft import PeftModel

from training.chat.base import load_model, load_tokenizer, save_model
from training.workshop.corpus import DataError

EXAMPLES = """example:
  python -m training.chat.merge --base model.gguf --data var/fine-tuning/sets/2026-11-29 --work work/chat --out work/chat-merged"""
RECORD = "training-record.json"
"""As `answerdesk models add-chat --record` reads it."""


def record_of(base: Path, data: Path, work: Path, parent: str | None) -> dict:
    """What a registry keeps of a model: base, data, parameters, metrics, and which model of the desk it goes on from."""
    history = json.loads((work / "history.json").read_text("utf-8"))
    card = json.loads((data / "card.json").read_text("utf-8"))
    lora = json.loads((work / "best" / "adapter_config.json").read_text("utf-8"))
    best, first = history["best"], history["history"][0]
    return {
        "base": base.parent.name if base.is_file() else base.name,
        **({"parent": parent} if parent else {}),
        "training": {"at": card["createdAt"], "set": card["name"], "files": history["facts"]["files"]},
        "parameters": {"rank": lora["r"], "alpha": lora["lora_alpha"], "dropout": lora["lora_dropout"], "steps": best["step"], "examples": history["facts"]["examples"]},
        "metrics": {"perplexityBefore": round(first["validation_perplexity"], 4), "perplexity": round(best["validation_perplexity"], 4)},
    }


def merge(base: Path, data: Path, work: Path, out: Path, *, parent: str | None = None) -> None:
    """Raises DataError where nothing was kept yet."""
    adapters = work / "best"
    if not (adapters / "adapter_config.json").is_file() or not (work / "history.json").is_file():
        raise DataError(f"{work} has no finished training: give training.chat.train the same folder first")
    model = PeftModel.from_pretrained(load_model(base), adapters).merge_and_unload()
    save_model(out, model, load_tokenizer(base))
    (out / RECORD).write_text(json.dumps(record_of(base, data, work, parent), indent=2) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="what it was trained from")
    parser.add_argument("--data", type=Path, required=True, help="and on")
    parser.add_argument("--work", type=Path, required=True, help="folder of the training")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--parent", help="id of the chat model of the desk that BASE is, as answerdesk models list shows it")
    arguments = parser.parse_args()
    try:
        merge(arguments.base, arguments.data, arguments.work, arguments.out, parent=arguments.parent)
    except (OSError, KeyError, DataError) as error:
        print(f"merge: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
