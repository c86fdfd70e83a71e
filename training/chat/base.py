"""The model that is fine-tuned: a Hugging Face folder, or a GGUF file, whose weights are brought back to full precision."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from training.workshop.corpus import DataError


def place_of(base: Path) -> tuple[Path, dict[str, str]]:
    """Folder and further arguments for `from_pretrained`."""
    return (base.parent, {"gguf_file": base.name}) if base.is_file() else (base, {})


def load_tokenizer(base: Path) -> PreTrainedTokenizerBase:
    """Raises DataError for a model that completes text and does not chat."""
    folder, arguments = place_of(base)
    tokenizer = AutoTokenizer.from_pretrained(folder, **arguments)
    if not tokenizer.chat_template:
        raise DataError(f"{base} has no chat template: it completes text and does not chat. Take its Instruct form.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(base: Path) -> PreTrainedModel:
    folder, arguments = place_of(base)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **arguments)
    if base.is_file():
        # Its weights are plain numbers now, but transformers still takes it for quantised, and would not save it.
        model.hf_quantizer = None
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
    return model


def save_model(folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """A Hugging Face folder, to go on from or to export."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
