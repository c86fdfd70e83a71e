"""The groundedness model's commands on a tiny world, and what its made claims promise."""

import gzip
import json
import tomllib
from pathlib import Path
from random import Random

import numpy as np
import pytest

from training.embedder.build import write_model
from training.groundedness.build import best_threshold, build, logits_of
from training.groundedness.claims import denied, is_claim, made_of, nearest_window, read_written, reversed_condition, sentences_in, shortened, side_of, statement, windows_of, with_other_name, with_other_number
from training.groundedness.prepare import prepare
from training.groundedness.train import best_f1, f1_at, train
from training.reader.examples import Example
from training.reader.model import Encoder, Reader
from training.reader.prepare import read_examples
from training.reader.train import Runner
from training.workshop.export import build_graph, load_weights

HERE = Path(__file__).parent
PASSAGE = "The Valve closes at 30 degrees. You can pair it with the Bridge from Pellton Works, and it is quiet. If the light is red, wait for 5 minutes before you press the button."


@pytest.fixture(scope="session")
def embedder(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("groundedness-embedder")
    config = json.loads((base / "config.json").read_text())
    write_model(folder, build_graph(load_weights(base), config, weight_bits=None), json.loads((base / "tokenizer.json").read_text()), config | {"answerdesk": {"pooling": "inside", "max_tokens": 64}})
    return folder


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.conftest import WORDS

    random = np.random.default_rng(11)
    root = tmp_path_factory.mktemp("groundedness-world")
    rows = []
    for place in range(120):
        words = [str(word) for word in random.choice(WORDS, 9)]
        said = words[:5] if place % 2 else [str(word) for word in random.choice(WORDS, 5)]
        rows.append({"id": str(place), "passage": f"{' '.join(words).capitalize()}.", "sentence": f"{' '.join(said).capitalize()}.", "label": "supported" if place % 2 else "unsupported", "doc": f"page {place // 2}", "source": "mini", "licence": "MIT" if place % 10 else "none stated"})
    rows.append(rows[1] | {"id": "generic", "label": "generic"})
    judged = next(row for row in rows if side_of(row["doc"]) == "test")
    rows.append(rows[1] | {"id": "shared", "doc": next(row["doc"] for row in rows if side_of(row["doc"]) == "train"), "passage": f"Before it. {judged['passage']}", "licence": "MIT"})
    path = root / "data/groundedness/mini/data.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = {
        "seed": 1, "licences": {"permitted": ["MIT"], "refused": ["none stated"]}, "held_out": {"sources": []}, "evaluation": [],
        "rows": [{"kind": "labelled", "path": "groundedness/mini/data.jsonl", "judges": True}],
    }  # fmt: skip
    out = tmp_path_factory.mktemp("groundedness-data")
    prepare(config, root / "data", out, own=root)
    return out


def test_no_document_that_judges_is_learned_from_or_shares_eight_words(prepared: Path) -> None:
    examples = read_examples(prepared / "examples.jsonl")
    assert {side_of(example.key) for example in examples if not example.validation} == {"train"}
    assert {side_of(example.key) for example in examples if example.validation} == {"dev"}
    manifest = json.loads((prepared / "manifest.json").read_text())
    assert manifest["contamination"]["dropped_by_evaluation_set"] == {"mini, documents that judge": 1}
    assert manifest["files"][0]["rows_refused"] == {"none stated": 12}


def test_documents_are_on_the_side_that_the_product_puts_them_on() -> None:
    # The same as in evals/guard/guard-agreement.test.ts.
    assert [side_of(document) for document in ("a", "b", "c", "d", "e", "f", "g", "m")] == SIDES


SIDES = ["train", "test", "test", "test", "test", "test", "train", "dev"]


def test_windows_hold_every_sentence_whole_and_few_words() -> None:
    text = " ".join(f"Sentence number {place} has seven words here." for place in range(40))
    windows = windows_of(text, 30)
    assert all(len(window.split()) <= 30 for window in windows)
    assert {sentence for window in windows for sentence in sentences_in(window)} == set(sentences_in(text))
    assert windows_of("") == [""]
    assert "needle" in nearest_window("Where is the needle?", f"{text} Here is a needle in the hay.", 30)


def test_a_changed_claim_differs_in_one_thing() -> None:
    random = Random(4)
    first, second, third = sentences_in(PASSAGE)
    for _ in range(30):
        changed = with_other_number(first, PASSAGE, random)
        assert changed and changed != first and changed.split()[:4] == first.split()[:4]
    assert with_other_name("It works with the Bridge from here.", PASSAGE, random) == "It works with the Pellton Works from here."
    assert denied(second, PASSAGE, random) == second.replace("can pair", "cannot pair")
    assert denied("It is not quiet.", PASSAGE, random) == "It is quiet."
    assert denied("Press the button.", PASSAGE, random) == "Do not press the button."
    assert reversed_condition(third, PASSAGE, random) in (third.replace("before", "after"), third.replace("If", "Unless"))
    assert with_other_number(second, PASSAGE, random) is None


def test_a_shortened_claim_says_nothing_new() -> None:
    sentence = "The Bridge (model B) needs power, which comes from a plug in the wall."
    said = set(sentence.replace(".", "").replace(",", "").split())
    for seed in range(20):
        assert set(shortened(sentence, Random(seed)).replace(".", "").replace(",", "").split()) <= said


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("Who founded the company?", "Ada Bell", "Ada Bell founded the company."),
        ("What is the capital?", "Bern", "The capital is Bern."),
        ("How many rooms does the house have?", "12", "The house have 12 rooms."),
        ("When was the bridge opened?", "1890", "The bridge opened in 1890."),
        ("In what year did she leave?", "in 1901", "She leave in 1901."),
        ("Why did it close?", "no money", None),
    ],
)
def test_question_and_answer_become_a_statement(question: str, answer: str, said: str | None) -> None:
    assert statement(question, answer) == said


def test_made_claims_are_of_both_kinds_and_never_the_sentence_itself_when_unsupported() -> None:
    kinds = set()
    for seed in range(40):
        for sentence in sentences_in(PASSAGE):
            for claim, supported in made_of(sentence, PASSAGE, "Parcels are late on Mondays in winter.", Random(seed)):
                kinds.add(supported)
                assert supported or claim != sentence
    assert kinds == {True, False}
    assert is_claim("Hold the dial for 20 seconds or more.") and not is_claim("see https://example.com for more of it.")


def test_written_sentences_find_their_section(tmp_path: Path) -> None:
    section = {"source": "shop/docs@1", "doc": "Dial", "q": "Reset", "p": "Hold the **dial** for 20 seconds."}
    (tmp_path / "docs.jsonl.gz").write_bytes(gzip.compress(json.dumps(section).encode()))
    row = {"file": "docs", "source": "shop/docs@2", "doc": "Dial", "heading": "Reset", "sentence": "Hold it for 20 seconds.", "label": "supported", "licence": "MIT"}
    found = list(read_written([row, row | {"heading": "Gone"}], {}, Random(1), tmp_path))
    assert [(example.question, example.passage, example.answers) for example in found] == [("Hold it for 20 seconds.", "Hold the dial for 20 seconds.", True)]


def test_the_threshold_is_where_f1_is_best() -> None:
    logits, labels = np.array([3.0, 2.0, 1.0, 0.0, -1.0]), np.array([True, True, False, True, False])
    assert best_f1(logits, labels) == pytest.approx(6 / 7)
    assert f1_at(logits, labels, 1.5) == pytest.approx(0.8)
    rows = [Example("a", "b", bool(label), None, "g", "k", "MIT") for label in labels]
    threshold, figures = best_threshold(logits, rows)
    assert figures["g"] == pytest.approx(best_f1(logits, labels)) and -1 < threshold <= 0


def test_trains_builds_and_judges(base: Path, embedder: Path, prepared: Path, tmp_path: Path) -> None:
    training = tomllib.loads((HERE / "train.toml").read_text())
    training["model"] |= {"layers": [0, 1], "tokens": 64, "question_tokens": 16}
    training["train"] |= {"batch": 8, "evaluate_every": 2, "warmup_steps": 1, "average_decay": 0.5}
    best = train(training, base=base, data=prepared, work=tmp_path / "run", max_steps=4)
    assert 0 <= best["validation_mini_f1"] <= 1
    built = tomllib.loads((HERE / "groundedness.toml").read_text())["model"] | {"max_tokens": 64, "question_tokens": 16, "calibration_pairs": 20}
    build(tmp_path / "run/best", embedder, prepared, tmp_path / "model", built, tmp_path / "fp32")
    rows = [example for example in read_examples(prepared / "examples.jsonl") if example.validation]
    exact = Runner(Reader(tmp_path / "run/best", None).eval(), Encoder(base / "tokenizer.json", tokens=64, question_tokens=16)).read([(row.question, row.passage, []) for row in rows])
    manifest = json.loads((tmp_path / "model/training-manifest.json").read_text())
    threshold = manifest["threshold"]["logit"]
    assert logits_of(tmp_path / "model", rows) == pytest.approx([logit - threshold for logit, _ in exact], abs=0.15)
    assert json.loads((tmp_path / "model/config.json").read_text())["answerdesk"]["kind"] == "groundedness"
