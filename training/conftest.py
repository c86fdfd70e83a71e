"""A tiny world for the tests: a random BERT of two layers, a help centre, its questions, documentation with licences."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

WORDS = "how do i my the a is not to in on account password phone change reset lost order parcel late refund money card bank app crash screen login mail send key setting open choose press button wait day week pay bill plan cancel".split()


@pytest.fixture(scope="session", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One MLflow store for all runs: to make its tables takes longer than to train."""
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like that of a pretrained encoder; its weights are random."""
    folder = tmp_path_factory.mktemp("base")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *"abcdefghijklmnopqrstuvwxyz", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"), *"0123456789.,:?!"]
    special = {"[CLS]": 2, "[SEP]": 3}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": place, "content": piece, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for place, piece in enumerate(pieces[:5])],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [place], "tokens": [name]} for name, place in special.items()},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {piece: place for place, piece in enumerate(pieces)}},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    torch.manual_seed(3)
    config = BertConfig(vocab_size=len(pieces), hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=128, max_position_embeddings=256)
    model = BertModel(config, add_pooling_layer=False)
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    return folder


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`data` and `own` folders with a help centre of 30 articles, 45 questions, documentation of two licences."""
    root = tmp_path_factory.mktemp("world")
    random = np.random.default_rng(5)

    def words(count: int) -> str:
        return " ".join(random.choice(WORDS, count))

    def write(path: Path, rows: list[dict]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    articles = [{"id": f"shop:{place}", "title": words(3), "markdown": f"# {words(2)}\n\n{words(12)}. {words(9)} number {place} here. {words(12)}."} for place in range(30)]
    write(root / "data/help_centres/shop/articles.jsonl", articles)
    questions = [{"id": f"q{place}", "article": f"shop:{place % 30}", "question": words(7), "quote": f"number {place % 30} here", "style": "plain", "licence": "MIT"} for place in range(45)]
    write(root / "own/questions.jsonl", questions)
    write(root / "own/unanswerable.jsonl", [{"id": "u1", "near": "shop:1", "question": words(6), "licence": "MIT"}])
    documentation = [{"type": "heading-section", "q": words(4), "p": words(30), "doc": words(2), "source": "docs/free" if place % 4 else "docs/closed", "licence": "MIT" if place % 4 else "none stated"} for place in range(80)]
    write(root / "data/docs.jsonl", documentation)
    write(root / "data/held.jsonl", [{"text": f"{words(4)} one two three four five six seven eight nine {words(3)}"}])
    return root
