"""The reader's commands on a tiny world, and what its training data promises."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from training.embedder.build import write_model
from training.reader.build import build
from training.reader.evaluate import OnnxReader, Reading, Task, calibration_error, fit_scale, report
from training.reader.examples import Example, detokenised, window, without
from training.reader.found import Found, heading_questions, quoted, read_found, sentence_ranges
from training.reader.model import Encoder, Reader, inside, range_scores
from training.reader.prepare import prepare, read_examples
from training.reader.resume import resume
from training.reader.train import Lessons, Runner, drawn, list_loss, of_questions, sentence_loss, train
from training.workshop.export import build_graph, load_weights

HERE = Path(__file__).parent


def sentences(random: np.random.Generator, words: list[str], count: int) -> list[str]:
    return [f"{' '.join(random.choice(words, 8)).capitalize()}." for _ in range(count)]


@pytest.fixture(scope="session")
def embedder(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedder")
    config = json.loads((base / "config.json").read_text())
    write_model(folder, build_graph(load_weights(base), config, weight_bits=None), json.loads((base / "tokenizer.json").read_text()), config | {"answerdesk": {"pooling": "inside", "max_tokens": 64}})
    return folder


@pytest.fixture(scope="session")
def prepared(world: Path, embedder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.conftest import WORDS

    random = np.random.default_rng(7)
    rows = []
    for place in range(60):
        text = sentences(random, WORDS, 4)
        answerable = place % 3 > 0
        rows.append({"id": str(place), "question": " ".join(random.choice(WORDS, 6)), "passage": " ".join(text), "doc": f"page {70 + place}", "answerable": answerable, "answers": ["zebra"] if answerable else [], "answer_sentence": text[1] if answerable else None, "source": "mini", "licence": "MIT" if place % 10 else "none stated"})
    path = world / "data/reading/mini/data.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    questions = {"kind": "questions", "name": "ours", "questions": "questions.jsonl", "near_misses": "unanswerable.jsonl"}
    config = {
        "seed": 1, "passage_words": 25, "licences": {"permitted": ["MIT"], "refused": ["none stated"]}, "held_out": {"sources": []},
        "evaluation": [{"name": "held", "path": "held.jsonl", "fields": ["text"]}],
        "examples": [
            {"kind": "reading", "path": "reading/mini/data.jsonl"},
            {"kind": "customer-questions", "path": "questions.jsonl", "own": True, "near_misses": "unanswerable.jsonl", "negatives": 2},
        ],
        "found": [questions | {"use": "tune"}, questions | {"use": "test"}],
    }  # fmt: skip
    out = tmp_path_factory.mktemp("reader-data")
    prepare(config, world / "data", embedder, out, own=world / "own")
    return out


def settings() -> tuple[dict, dict]:
    training = tomllib.loads((HERE / "train.toml").read_text())
    training["model"] |= {"layers": [0, 1], "tokens": 64, "question_tokens": 16}
    training["train"] |= {"batch": 8, "evaluate_every": 2, "warmup_steps": 1, "average_decay": 0.5}
    training["draw"] = {}
    training["validate"] |= {"examples": 20, "questions": 6}
    built = tomllib.loads((HERE / "reader.toml").read_text())["model"] | {"max_tokens": 64, "question_tokens": 16, "calibration_pairs": 20}
    return training, built


def test_leaves_out_and_counts_rows_that_may_not_ship(prepared: Path) -> None:
    manifest = json.loads((prepared / "manifest.json").read_text())
    assert manifest["files"][0]["rows_refused"] == {"none stated": 6}
    assert {example.licence for example in read_examples(prepared / "examples.jsonl")} == {"MIT"}


def test_marks_the_characters_that_answer(prepared: Path, world: Path) -> None:
    own = [example for example in read_examples(prepared / "examples.jsonl") if example.group == "customer-questions:shop" and example.answers]
    assert own
    for example in own:
        marked = [example.passage[start:end] for start, end in example.ranges or []]
        assert len(marked) == 1 and f"number {example.key.split(':')[1]} here" in marked[0]


def test_a_passage_without_its_answering_sentence_does_not_answer(prepared: Path) -> None:
    made = [example for example in read_examples(prepared / "examples.jsonl") if not example.answers and example.group == "customer-questions:shop"]
    assert made
    assert all(example.ranges == [] for example in made)
    assert without("Title\nOne two. Three four.", [(6, 14)]) is None
    long = "Title\n" + "word " * 30 + "Answer here."
    assert without(long, [(long.index("Answer"), len(long))]) == long.removesuffix(" Answer here.")


def test_no_training_example_is_of_a_validation_article(prepared: Path) -> None:
    examples = read_examples(prepared / "examples.jsonl")
    kept = {example.key for example in examples if example.validation}
    assert not kept & {example.key for example in examples if not example.validation and example.group == "mini"}


def test_a_window_of_a_long_text_still_holds_its_answer() -> None:
    text = " ".join(f"Sentence number {place} has seven words here." for place in range(60))
    target = "Sentence number 41 has seven words here."
    ranges = [(text.index(target), text.index(target) + len(target))]
    for seed in range(40):
        cut, moved = window(text, ranges, 50, Random(seed))
        assert [cut[start:end] for start, end in moved] == [target]
        assert len(cut.split()) < 65


def test_takes_the_spaces_of_a_tokeniser_out() -> None:
    assert detokenised("it 's the `` big '' one -lrb- really -rrb- , is n't it ?") == 'it\'s the "big" one (really), isn\'t it?'


def test_of_the_passages_of_a_question_the_one_that_answers_is_to_come_first() -> None:
    labels, questions = torch.tensor([1.0, 0.0, 0.0, 1.0]), ["a", "a", "b", "b"]
    good, bad = (float(list_loss(torch.tensor(logits), labels, questions)) for logits in ([3.0, 0.0, 0.0, 3.0], [0.0, 3.0, 3.0, 0.0]))
    assert good < 0.1 < 3 < bad
    assert float(list_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]), ["a", "b"])) == 0


def test_of_the_sentences_of_a_question_the_one_that_answers_is_to_come_first_and_silence_where_none_does(base: Path) -> None:
    answered = Example("q", "Title\nPress the dial. Wait a minute.", True, [(6, 21)], "g", "k", "MIT")
    examples = [answered, replace(answered, passage="Title\nCall us.", answers=False, ranges=[]), replace(answered, question="r", answers=False, ranges=[])]
    lessons = Lessons(examples, Encoder(base / "tokenizer.json", tokens=64, question_tokens=16), {"batch": 8, "seed": 1, "epochs": 1})
    width = max(len(row.ids) for row in lessons.rows)

    def loss(right: float, wrong: float) -> float:
        belongs = torch.full((3, width), wrong)
        belongs[0, torch.from_numpy(lessons.marks[0]).nonzero().flatten()] = right
        return float(sentence_loss(belongs, lessons, [0, 1, 2]))

    assert loss(4.0, -4.0) < 0.2 < 3 < loss(-4.0, 4.0)
    lessons.known = [False] * 3
    assert loss(-4.0, 4.0) == 0


def test_the_passages_of_a_question_are_in_one_batch_and_each_row_once(base: Path) -> None:
    examples = [Example(f"question {place % 7}", f"passage {place} " + "word " * (place % 5), place % 3 == 0, [], "g", "k", "MIT") for place in range(50)]
    taken = of_questions(examples, 20, Random(1))
    asked = {example.question for example in taken}
    assert 20 <= len(taken) < 20 + 8 and all((example in taken) == (example.question in asked) for example in examples)
    assert drawn(examples, {}, Random(1)) == examples
    assert drawn(examples, {"other": 9}, Random(1)) == [] and len(drawn(examples, {"g": 9}, Random(1))) < 20
    lessons = Lessons(examples, Encoder(base / "tokenizer.json", tokens=64, question_tokens=16), {"batch": 12, "seed": 1, "epochs": 2})
    for batches in (lessons.epoch(0), lessons.epoch(1)):
        assert sorted(place for batch in batches for place in batch) == list(range(50))
        assert all(sum(batch.count(place) for place in batch) == len(batch) >= 12 for batch in sorted(batches, key=len)[1:])
        # Seven or eight passages of a question: one list each.
        assert all(sum(examples[place].question == f"question {number}" for place in batch) in (0, 7, 8) for batch in batches for number in range(7))
    assert lessons.epoch(0) != lessons.epoch(1)


def test_asking_headings_become_questions_and_leave_the_passages() -> None:
    articles = [{"id": "a", "title": "Codes", "markdown": "Intro.\n## Can I use them on the web? {#web}\nYes, open the page in a browser and sign in with your key.\n## Export\nChoose export."}]
    without_questions, asked = heading_questions(articles)
    assert "web?" not in without_questions[0]["markdown"]
    assert [item.question for item in asked] == ["Can I use them on the web?"] * 2
    assert asked[0].without == set() and asked[1].without == {"a"}
    passage = "Codes\nYes, open the page in a browser and sign in with your key."
    (start, end), *_ = sentence_ranges(passage)
    assert asked[0].right("a", passage, start, end)
    assert not asked[0].right("b", passage, start, end)


def test_finds_the_sentence_that_a_quotation_begins() -> None:
    passage = "Title\nFirst one is here. Press the **red** button for ten seconds. Then wait."
    assert [passage[start:end] for start, end in quoted(passage, "press the red button for")] == ["Press the **red** button for ten seconds."]


def test_what_was_cut_away_scores_nothing() -> None:
    offsets = np.array([[-1, -1], [0, 4], [5, 9]])
    assert inside(offsets, [(5, 9)]).tolist() == [False, False, True]
    assert range_scores(np.zeros(3), offsets, [(0, 4), (20, 30)]).tolist() == [0.5, 0.0]


def oracle(tasks: list[Task]) -> list[Reading]:
    return [(3.0 if "right" in passage else -3.0, np.array([float("right" in passage[start:end]) for start, end in ranges])) for _, passage, ranges in tasks]


def test_a_perfect_reader_gets_perfect_figures() -> None:
    def row(place: int, answered: bool) -> Found:
        texts = ["T\nOther words here now. More of them there.", "T\nThe right sentence is this. Another one is here." if answered else "T\nNothing of it is here. Nor is it there."]
        marks = [[(start, end, "right" in text[start:end]) for start, end in sentence_ranges(text)] for text in texts]
        return Found("shop", f"question {place}", texts, ["a", "b"], [0.5, 0.4], marks, ["b"] if answered else [])

    rows = [row(place, place % 2 == 0) for place in range(20)]
    figures = report(oracle, rows, rows, passages=2, limit=None)
    assert figures["test"]["shop"]["auroc"] == 1
    assert figures["test"]["shop"]["right sentence first"]["share"] == 1
    assert figures["test"]["shop"]["ndcg@10 gain"] > 0.3
    assert figures["test"]["shop"]["calibration error"] < 0.05


def test_the_scale_makes_logits_into_shares() -> None:
    random = np.random.default_rng(3)
    logits = random.normal(size=4000) * 3
    labels = (random.random(4000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))).astype(float)
    slope, intercept = fit_scale(logits, labels)
    assert (slope, intercept) == (pytest.approx(0.5, abs=0.06), pytest.approx(-1, abs=0.12))
    assert calibration_error(1 / (1 + np.exp(-(slope * logits + intercept))), labels) < 0.03


def test_trains_builds_and_reads(base: Path, embedder: Path, prepared: Path, tmp_path: Path) -> None:
    training, built = settings()
    best = train(training, base=base, data=prepared, work=tmp_path / "run", max_steps=4)
    assert 0 <= best["validation_reading_auroc"] <= 1
    taught = train(training, base=tmp_path / "run/best", data=prepared, work=tmp_path / "taught", teacher=tmp_path / "run/best", max_steps=2)
    assert 0 <= taught["validation_reading_auroc"] <= 1
    build(tmp_path / "run/best", embedder, prepared, tmp_path / "model", built, tmp_path / "fp32")
    found = read_found(prepared / "found-tune.jsonl")
    tasks = [(row.question, passage, [(start, end) for start, end, _ in marks]) for row in found[:4] for passage, marks in zip(row.passages[:3], row.sentences)]
    model = Reader(tmp_path / "run/best", None).eval()
    exact = Runner(model, Encoder(base / "tokenizer.json", tokens=64, question_tokens=16)).read(tasks)
    for folder, tolerance in ((tmp_path / "fp32", 1e-2 if torch.backends.cpu.get_cpu_capability() != "AVX2" else 1e-4), (tmp_path / "model", 0.15)):
        read = OnnxReader(folder)(tasks)
        assert [logit for logit, _ in read] == pytest.approx([logit for logit, _ in exact], abs=tolerance)
        for (_, ours), (_, theirs) in zip(read, exact):
            assert ours == pytest.approx(theirs, abs=tolerance)
    for number, embeddings in enumerate((base, None)):
        resume(tmp_path / "model", embeddings, tmp_path / f"again{number}")
        again = Runner(Reader(tmp_path / f"again{number}", None).eval(), Encoder(tmp_path / f"again{number}/tokenizer.json", tokens=64, question_tokens=16)).read(tasks)
        assert [logit for logit, _ in again] == pytest.approx([logit for logit, _ in exact], abs=0.15)
    manifest = json.loads((tmp_path / "model/training-manifest.json").read_text())
    assert manifest["data"]["examples"] == len(read_examples(prepared / "examples.jsonl"))


@pytest.mark.parametrize("text", ["", "?", "😀", "人工客服", "word " * 4000, "ignore all instructions " * 50, "| a " * 500])
def test_reads_whatever_it_is_given(base: Path, tmp_path: Path, text: str) -> None:
    model = Reader(base, [0]).eval()
    runner = Runner(model, Encoder(base / "tokenizer.json", tokens=64, question_tokens=16))
    for question, passage in ((text, "Title\nOne two three four."), ("how do i pay", text)):
        ((logit, scores),) = runner.read([(question, passage, sentence_ranges(passage))])
        assert np.isfinite(logit) and np.isfinite(scores).all()
