"""A small BERT encoder to train: some layers of a pretrained one, word embeddings frozen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel


def load_student(base: Path, layers: list[int] | None = None) -> BertModel:
    """`layers`: which of the base's layers to keep, in order; one named twice is there twice, to be trained apart (progressive stacking, Gong et al. 2019); all when None. The word embeddings do not train: they ship in 4 bits."""
    config = BertConfig.from_pretrained(base)
    weights = {name.removeprefix("bert."): value for name, value in load_file(base / "model.safetensors").items()}
    if layers is not None:
        kept = {}
        for name, value in weights.items():
            parts = name.split(".")
            if parts[:2] != ["encoder", "layer"]:
                kept[name] = value
                continue
            for place, layer in enumerate(layers):
                if int(parts[2]) == layer:
                    kept[".".join([*parts[:2], str(place), *parts[3:]])] = value.clone()
        weights, config.num_hidden_layers = kept, len(layers)
    # Dropout off: a few epochs over varied pairs do not overfit 10 M weights, and the teachers' vectors were made without it.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config._attn_implementation = "eager"  # faster than sdpa on a CPU for short texts: 2,600 against 1,900 tokens a second
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: value for name, value in weights.items() if not name.startswith("pooler") and name != "embeddings.position_ids"})
    for parameter in model.embeddings.parameters():
        parameter.requires_grad_(False)
    return model


def save_student(folder: Path, model: BertModel, base: Path, extra: dict[str, torch.Tensor] | None = None) -> None:
    """config.json, tokenizer.json and model.safetensors, as the base has them. `extra`: weights besides the encoder's."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.loads((base / "config.json").read_text("utf-8")) | {"num_hidden_layers": model.config.num_hidden_layers}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    (folder / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    weights = {name: value.detach().float().contiguous().clone() for name, value in (model.state_dict() | (extra or {})).items()}
    temporary = folder / "model.safetensors.partial"
    save_file(weights, temporary)
    temporary.rename(folder / "model.safetensors")


class Batcher:
    """Texts to padded token tensors."""

    def __init__(self, base: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def encode(self, texts: list[str] | list[tuple[str, str]], max_tokens: int) -> dict[str, torch.Tensor]:
        """Token ids, mask and types. Of a (question, passage) the passage is cut."""
        self.tokenizer.enable_truncation(max_tokens, strategy="only_second" if isinstance(texts[0], tuple) else "longest_first")
        found = self.tokenizer.encode_batch(texts)
        width = max(len(encoding.ids) for encoding in found)
        ids = torch.zeros(len(found), width, dtype=torch.long)
        mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, encoding in enumerate(found):
            length = len(encoding.ids)
            ids[row, :length] = torch.tensor(encoding.ids)
            types[row, :length] = torch.tensor(encoding.type_ids)
            mask[row, :length] = 1
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def sentence_vectors(model: BertModel, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Mean over the tokens, not yet of unit length: prefixes of it are vectors, too."""
    hidden = model(**batch).last_hidden_state.float()
    mask = batch["attention_mask"][:, :, None].float()
    return (hidden * mask).sum(1) / mask.sum(1)


def in_length_groups(texts: list[str] | list[tuple[str, str]], run: Callable[[list[Any]], torch.Tensor], *, group: int = 16) -> torch.Tensor:
    """`run` on texts (or pairs) of like length, so that little is spent on padding; the rows in the texts' order."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]) if isinstance(texts[row], str) else sum(map(len, texts[row])))
    found = [run([texts[row] for row in order[start : start + group]]) for start in range(0, len(order), group)]
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(found)[back]


def vectors_of(model: BertModel, batcher: "Batcher", texts: list[str], max_tokens: int) -> torch.Tensor:
    """(texts, hidden)"""

    def run(group: list[str]) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return sentence_vectors(model, batcher.encode(group, max_tokens))

    return in_length_groups(texts, run)


def learning_rate_at(step: int, *, peak: float, warmup: int, total: int) -> float:
    """Linear up, then linear down to a tenth."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 - 0.9 * (step - warmup) / max(1, total - warmup))
