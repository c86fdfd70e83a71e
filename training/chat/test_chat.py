"""Every command of training.chat on a tiny world: a random Llama of three layers, and forty chats."""

import json
import math
import tomllib
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from training.chat.base import load_model, load_tokenizer, save_model
from training.chat.examples import Encoded, encode, encode_all, padded, perplexity
from training.chat.export import export_gguf, export_onnx
from training.chat.merge import RECORD, merge
from training.chat.train import batches_of, train
from training.chat.variants import OnnxDecoder, measure, without_layers, without_small_weights
from training.workshop.corpus import DataError
from training.workshop.tune import search

HERE = Path(__file__).parent
TEMPLATE = "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
SPECIAL = ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]


@pytest.fixture(scope="session")
def chat_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat-base")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(5)
    config = LlamaConfig(vocab_size=len(letters) + len(SPECIAL), hidden_size=64, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=True, rope_theta=10000.0)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chats")
    for split, count in (("train", 24), ("validation", 6), ("test", 4)):
        rows = [{"messages": [{"role": "user", "content": f"What is {place}?"}, {"role": "assistant", "content": "It is the lamp [1]."}], "conversationId": f"c{place}"} for place in range(count)]
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "card.json").write_text(json.dumps({"name": "tiny", "createdAt": "2026-01-01T00:00:00Z", "files": {"train.jsonl": "a" * 64, "validation.jsonl": "b" * 64, "test.jsonl": "c" * 64}}))
    return folder


def settings() -> dict:
    config = tomllib.loads((HERE / "train.toml").read_text())
    config["train"] |= {"batch": 2, "accumulate": 2, "epochs": 1, "evaluate_every": 3, "warmup_steps": 1, "learning_rate": 5e-3}
    config["lora"] |= {"rank": 4, "alpha": 8}
    config["search"] |= {"steps": 2, "trials": 2}
    return config


@pytest.fixture(scope="session")
def trained(chat_base: Path, chats: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    work = tmp_path_factory.mktemp("chat-work")
    train(settings(), base=chat_base, data=chats, work=work)
    out = work / "merged"
    merge(chat_base, chats, work, out, parent="older@01234567")
    return work, out


def test_only_what_the_assistant_says_is_learnt(chat_base: Path) -> None:
    tokenizer = load_tokenizer(chat_base)
    row = encode(tokenizer, [{"role": "user", "content": "How?"}, {"role": "assistant", "content": "So."}])
    assert tokenizer.decode(row.ids[: row.prompt]) == "<|user|>\nHow?<|end|>\n<|assistant|>\n"
    assert tokenizer.decode(row.ids[row.prompt :]) == "So.<|end|>"
    batch = padded([row, Encoded(row.ids[:-2], row.prompt)], 0)
    assert (batch["labels"] >= 0).sum().item() == 2 * (len(row.ids) - row.prompt) - 2


def test_every_row_comes_once_an_epoch_and_the_order_is_the_same_in_every_run() -> None:
    rows = [Encoded([place] * (place % 7 + 2), 1) for place in range(23)]
    plan = batches_of(rows, size=4, epochs=2, seed=3)
    assert sorted(row.ids[0] for batch in plan for row in batch) == sorted([*range(23), *range(23)])
    assert plan == batches_of(rows, size=4, epochs=2, seed=3)


def test_a_step_learns_from_several_batches_and_a_killed_run_loses_one_step(chat_base: Path, chats: Path, tmp_path: Path) -> None:
    config = settings()
    config["train"] |= {"evaluate_every": 100, "patience": 1}

    def killed(step: int, figures: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    train(config, base=chat_base, data=chats, work=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(config | {"train": config["train"] | {"evaluate_every": 3}}, base=chat_base, data=chats, work=tmp_path / "parts", on_evaluation=killed)
    assert torch.load(tmp_path / "parts" / "checkpoint.pt", weights_only=True)["progress"]["step"] == 3
    train(config, base=chat_base, data=chats, work=tmp_path / "parts")
    whole, parts = (json.loads((tmp_path / name / "history.json").read_text()) for name in ("whole", "parts"))
    assert [entry["step"] for entry in whole["history"]][-1] == 6  # 24 examples, two at a time, two times a step
    assert parts["history"][-1]["validation_perplexity"] == pytest.approx(whole["history"][-1]["validation_perplexity"], rel=1e-4)


def test_k_quants_say_what_they_need(trained: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--llama"):
        export_gguf(load_model(trained[1]), tmp_path / "like.gguf", tmp_path / "out.gguf", "q4_k_m")
    with pytest.raises(DataError, match="npm install"):
        export_gguf(load_model(trained[1]), tmp_path / "like.gguf", tmp_path / "out.gguf", "q4_k_m", tmp_path)


def test_names_the_line_that_is_no_example(tmp_path: Path, chat_base: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"messages": [{"role": "user", "content": "x"}]}\n')
    with pytest.raises(DataError, match="line 1"):
        encode_all(load_tokenizer(chat_base), tmp_path / "train.jsonl", 100)


def test_refuses_a_model_that_does_not_chat(chat_base: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(chat_base)
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(DataError, match="chat template"):
        load_tokenizer(tmp_path)


def test_training_makes_held_out_answers_likelier_and_says_what_it_learnt_from(trained: tuple[Path, Path], chat_base: Path, chats: Path) -> None:
    work, merged = trained
    history = json.loads((work / "history.json").read_text())
    assert history["best"]["validation_perplexity"] < history["history"][0]["validation_perplexity"]
    record = json.loads((merged / RECORD).read_text())
    assert record["training"] == {"at": "2026-01-01T00:00:00Z", "set": "tiny", "files": {"train.jsonl": "a" * 64, "validation.jsonl": "b" * 64}}
    assert record["parent"] == "older@01234567"
    assert record["metrics"]["perplexity"] == pytest.approx(history["best"]["validation_perplexity"], abs=1e-3)
    tokenizer = load_tokenizer(merged)
    rows, _ = encode_all(tokenizer, chats / "validation.jsonl", 100)
    assert perplexity(load_model(merged).eval(), rows, 0) == pytest.approx(record["metrics"]["perplexity"], rel=1e-3)


def test_a_killed_run_goes_on_and_its_checkpoint_has_no_frozen_weights(chat_base: Path, chats: Path, tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    def kill(step: int, figures: dict[str, float]) -> None:
        if step == 6:
            raise Killed

    with pytest.raises(Killed):
        train(settings(), base=chat_base, data=chats, work=tmp_path, on_evaluation=kill)
    assert (tmp_path / "checkpoint.pt").stat().st_size < 400_000
    steps: list[int] = []
    train(settings(), base=chat_base, data=chats, work=tmp_path, on_evaluation=lambda step, figures: steps.append(step))
    assert steps[0] == 6


def test_the_onnx_graph_computes_what_the_model_does_with_and_without_its_cache(trained: tuple[Path, Path], chats: Path, tmp_path: Path) -> None:
    model = load_model(trained[1]).eval()
    rows, _ = encode_all(load_tokenizer(trained[1]), chats / "test.jsonl", 100)
    with torch.no_grad():
        exact = model(torch.tensor([rows[0].ids])).logits[0].numpy()
    for precision, tolerance in (("fp32", 1e-3), ("int8", 0.3), ("int4", 1.5)):
        export_onnx(model, tmp_path / precision, precision)
        decoder = OnnxDecoder(tmp_path / precision / "onnx/model.onnx", model.config, 1)
        whole, _ = decoder.run(rows[0].ids, {}, 0)
        assert np.abs(whole - exact).max() < tolerance
        begun, cache = decoder.run(rows[0].ids[:5], {}, 0)
        rest, _ = decoder.run(rows[0].ids[5:], cache, 5)
        assert np.abs(np.concatenate([begun, rest]) - exact).max() < tolerance


def test_int8_keeps_what_the_model_says_where_one_activation_is_huge(trained: tuple[Path, Path], chats: Path, tmp_path: Path) -> None:
    """As those of chat models are: with one scale for all of them, nothing is left of the others."""
    model = load_model(trained[1]).eval()
    rows, _ = encode_all(load_tokenizer(trained[1]), chats / "test.jsonl", 100)
    with torch.no_grad():
        exact = model(torch.tensor([rows[0].ids])).logits[0].numpy()
        for layer in model.model.layers:
            layer.mlp.up_proj.weight[0] *= 1e4
            layer.mlp.down_proj.weight[:, 0] /= 1e4
    export_onnx(model, tmp_path, "int8")
    got, _ = OnnxDecoder(tmp_path / "onnx/model.onnx", model.config, 1).run(rows[0].ids, {}, 0)
    assert np.abs(got - exact).max() < 0.5


@pytest.fixture(scope="session")
def like(chat_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file with metadata alone."""
    path = tmp_path_factory.mktemp("like") / "base.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    config = load_model(chat_base).config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"t{place}" for place in range(config.vocab_size)])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(("precision", "tolerance"), [("f16", 0.01), ("q8_0", 0.1), ("q4_0", 2.0), ("q4_1", 2.0)])
def test_a_gguf_file_read_back_computes_what_the_model_does(trained: tuple[Path, Path], like: Path, chats: Path, tmp_path: Path, precision: str, tolerance: float) -> None:
    model = load_model(trained[1]).eval()
    export_gguf(model, like, tmp_path / "model.gguf", precision)
    again = load_model(tmp_path / "model.gguf").eval()
    rows, _ = encode_all(load_tokenizer(trained[1]), chats / "test.jsonl", 100)
    ids = torch.tensor([rows[0].ids])
    with torch.no_grad():
        assert (again(ids).logits - model(ids).logits).abs().max() < tolerance
        # What was read is plain numbers, and can be saved as such.
        save_model(tmp_path / "saved", again, load_tokenizer(trained[1]))
        assert torch.equal(load_model(tmp_path / "saved").eval()(ids).logits, again(ids).logits)


def test_pruning_takes_out_what_it_says(trained: tuple[Path, Path]) -> None:
    model = load_model(trained[1]).eval()
    assert len(without_layers(model, 2).model.layers) == 2
    zeros = (without_small_weights(model, 0.3).model.layers[0].mlp.up_proj.weight == 0).float().mean().item()
    assert zeros == pytest.approx(0.3, abs=0.02)


def test_one_table_has_every_variant(trained: tuple[Path, Path], chats: Path, like: Path) -> None:
    tokenizer = load_tokenizer(trained[1])
    rows, _ = encode_all(tokenizer, chats / "test.jsonl", 100)
    table = measure(trained[1], rows, like=like, llama=None, threads=1, pad=tokenizer.pad_token_id)
    assert [row["variant"] for row in table][:4] == ["PyTorch fp32", "ONNX fp32", "ONNX int8", "ONNX int4"]
    assert all(math.isfinite(row["perplexity"]) and row["megabytes"] > 0 for row in table)
    sizes = {row["variant"]: row["megabytes"] for row in table}
    assert sizes["GGUF q4_0"] <= sizes["GGUF q8_0"] <= sizes["GGUF f16"]


def test_searches_hyperparameters(chat_base: Path, chats: Path, tmp_path: Path) -> None:
    study = search("chat", settings(), work=tmp_path, trials=2, base=chat_base, data=chats)
    assert study.best_value > 0
    assert set(study.best_params) >= {"learning_rate", "rank"}
