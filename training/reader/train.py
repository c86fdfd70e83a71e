"""Trains the reader: a small cross-encoder with two heads, "this passage answers" and "this token belongs to the answer".

On a GPU where there is one. With --teacher a larger reader's opinion counts beside the labels. A killed run continues from its checkpoint
with the same command. Exit status: 0 done, 1 the data or the weights cannot be used, 2 wrong arguments.
"""

import argparse
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from training.reader.evaluate import Reading, Task, by_set, confidences, judge
from training.reader.examples import Example, cropped
from training.reader.found import READ, Found, read_found, sentence_ranges
from training.reader.model import PASSAGE, Encoded, Encoder, Reader, inside, padded, range_scores, save_reader
from training.reader.prepare import read_examples
from training.reranker.train import auroc
from training.workshop.loop import Task as Training
from training.workshop.loop import run_training

HERE = Path(__file__).parent
READ_TOGETHER = 64
LIST = 8
"""Passages of one question that are compared, at most."""
HALF = 0.5
"""A sentence answers where so much of it is marked."""
POOL_BATCHES = 50
"""Batches are made of rows of like length, out of so many batches' worth of shuffled rows."""
EXAMPLES = """example:
  python -m training.reader.train --base BASE --data work/reader-data --work work/reader
  python -m training.reader.train --base BGE --data work/reader-data --work work/teacher --layers 0,1,2,3,4,5,6,7,8,9,10,11 --batch 256 --learning-rate 1e-4
  python -m training.reader.train --base work/reader/best --data work/reader-data --work work/distilled --teacher work/teacher/best

BASE is a folder with all-MiniLM-L6-v2, or an earlier run's work/reader/best to go on from."""


def half_precision(device: torch.device) -> bool:
    """bfloat16 is slower than float32 on processors that have to emulate it."""
    return device.type == "cuda" or "AMX" in torch.backends.cpu.get_cpu_capability() or "AVX512" in torch.backends.cpu.get_cpu_capability()


class Runner:
    """A model on its device: batches of encoded rows to logits."""

    def __init__(self, model: Reader, encoder: Encoder) -> None:
        self.model, self.encoder = model, encoder
        self.device = next(model.parameters()).device
        if self.device.type == "cuda":
            model.encoder.config._attn_implementation = "sdpa"

    def logits(self, rows: list[Encoded]) -> tuple[torch.Tensor, torch.Tensor]:
        batch = {name: torch.from_numpy(values).to(self.device, non_blocking=True) for name, values in padded(rows).items()}
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=half_precision(self.device)):
            answers, belongs = self.model(batch)
        return answers.float(), belongs.float()

    @torch.no_grad()
    def read(self, tasks: list[Task]) -> list[Reading]:
        encoded = self.encoder.encode([(question, passage) for question, passage, _ in tasks])
        order = sorted(range(len(tasks)), key=lambda place: len(encoded[place].ids))
        readings: dict[int, Reading] = {}
        for start in range(0, len(order), READ_TOGETHER):
            places = order[start : start + READ_TOGETHER]
            answers, belongs = (values.cpu().numpy() for values in self.logits([encoded[place] for place in places]))
            for row, place in enumerate(places):
                readings[place] = float(answers[row]), range_scores(belongs[row], encoded[place].offsets, tasks[place][2])
        return [readings[place] for place in range(len(tasks))]


class Lessons:
    """Examples as tokens, in batches of like length; the order of each epoch is another one, the same in every run."""

    def __init__(self, examples: list[Example], encoder: Encoder, settings: dict[str, Any]) -> None:
        self.rows = encoder.encode([(example.question, example.passage) for example in examples])
        self.questions = [example.question for example in examples]
        self.answers = np.array([example.answers for example in examples], np.float32)
        self.known = [example.ranges is not None for example in examples]
        self.marks = [inside(row.offsets, example.ranges or []) for row, example in zip(self.rows, examples)]
        self.sentences = [sentence_of_tokens(row, example.passage) for row, example in zip(self.rows, examples)]
        # What was cut away cannot be read: an answer beyond the end is none.
        for place, example in enumerate(examples):
            if example.answers and example.ranges and not self.marks[place].any():
                self.answers[place] = 0.0
        self.batch, self.seed = settings["batch"], settings["seed"]
        self.plan = [batch for epoch in range(settings["epochs"]) for batch in self.epoch(epoch)]

    def epoch(self, number: int) -> list[list[int]]:
        """What was found for one question stays in one batch: it is compared."""
        random = Random(self.seed + number)
        lists: dict[str, list[int]] = defaultdict(list)
        for place, question in enumerate(self.questions):
            lists[question].append(place)
        lists_in_order = [places[first : first + LIST] for places in lists.values() for first in range(0, len(places), LIST)]
        random.shuffle(lists_in_order)
        batches = []
        for pool in grouped(lists_in_order, self.batch * POOL_BATCHES):
            pool.sort(key=lambda places: max(len(self.rows[place].ids) for place in places))
            batches += [[place for places in batch for place in places] for batch in grouped(pool, self.batch)]
        random.shuffle(batches)
        return batches


def drawn(examples: list[Example], draw: dict[str, int], random: Random) -> list[Example]:
    """Of each kind of examples, the part of the group's name before a colon, about so many rows; all where `draw` is empty, none of a kind that it does not name."""
    if not draw:
        return examples
    kinds: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        kinds[example.group.partition(":")[0]].append(example)
    return [example for kind, rows in draw.items() for example in of_questions(kinds[kind], rows, random)]


def of_questions(examples: list[Example], rows: int, random: Random) -> list[Example]:
    """All examples of some questions, `rows` or a few more, in their order."""
    questions = sorted({example.question for example in examples})
    sizes = Counter(example.question for example in examples)
    random.shuffle(questions)
    before = accumulate((sizes[question] for question in questions), initial=0)
    taken = {question for question, count in zip(questions, before) if count < rows}
    return [example for example in examples if example.question in taken]


def grouped(lists: list[list[int]], size: int) -> Iterator[list[list[int]]]:
    """Lists together, as many as have `size` rows or few more."""
    group: list[list[int]] = []
    for places in lists:
        group.append(places)
        if sum(map(len, group)) >= size:
            yield group
            group = []
    if group:
        yield group


def list_loss(answers: torch.Tensor, labels: torch.Tensor, questions: list[str]) -> torch.Tensor:
    """Of the passages of one question the one that answers has a higher logit than those that do not (localized contrastive estimation, Gao et al. 2021, arXiv 2101.08751); 0 where there is nothing to compare."""
    losses = []
    for question in dict.fromkeys(questions):
        rows = [row for row, other in enumerate(questions) if other == question]
        right = [row for row in rows if labels[row]]
        wrong = [row for row in rows if not labels[row]]
        if right and wrong:
            against = torch.logsumexp(answers[wrong], 0)
            losses.append((torch.logaddexp(answers[right], against) - answers[right]).mean())
    return torch.stack(losses).mean() if losses else answers.new_zeros(())


def sentence_of_tokens(row: Encoded, passage: str) -> np.ndarray:
    """For each token the number of its sentence, counted from 0; -1 for titles and for what is not of the passage."""
    numbers = np.full(len(row.ids), -1, np.int64)
    for number, part in enumerate(sentence_ranges(passage)):
        numbers[inside(row.offsets, [part])] = number
    return numbers


def sentence_loss(belongs: torch.Tensor, lessons: Lessons, places: list[int]) -> torch.Tensor:
    """Of all sentences in the passages of one question, one that answers before the others, and before silence.

    A sentence's score is the mean of its tokens' logits, that of silence is 0: it is right where no sentence answers, as in SQuAD 2.0.
    """
    rows, numbers, right = [], [], []
    for row, place in enumerate(places):
        if not lessons.known[place]:
            continue
        of_token, marks = lessons.sentences[place], lessons.marks[place]
        for number in range(int(of_token.max(initial=-1)) + 1):
            inside_it = of_token == number
            if inside_it.any():
                rows.append(row)
                numbers.append(np.pad(inside_it, (0, belongs.shape[1] - len(inside_it))))
                right.append(lessons.answers[place] > 0 and marks[inside_it].mean() >= HALF)
    if not rows:
        return belongs.new_zeros(())
    tokens = torch.from_numpy(np.stack(numbers)).to(belongs.device)
    scores = (belongs[rows] * tokens).sum(1) / tokens.sum(1)
    questions: dict[str, list[int]] = defaultdict(list)
    for sentence, row in enumerate(rows):
        questions[lessons.questions[places[row]]].append(sentence)
    losses = []
    for sentences in questions.values():
        every = torch.logsumexp(torch.cat([scores[sentences], scores.new_zeros(1)]), 0)
        answering = [sentence for sentence in sentences if right[sentence]]
        losses.append(every - torch.logsumexp(scores[answering], 0) if answering else every)
    return torch.stack(losses).mean()


def loss_of_batch(answers: torch.Tensor, belongs: torch.Tensor, lessons: Lessons, places: list[int], settings: dict[str, Any], taught: tuple[torch.Tensor, torch.Tensor] | None) -> tuple[torch.Tensor, dict[str, float]]:
    device, width = answers.device, belongs.shape[1]
    labels = torch.from_numpy(lessons.answers[places]).to(device)
    smooth = settings["label_smoothing"]
    parts = {"answers": binary_cross_entropy_with_logits(answers, labels * (1 - 2 * smooth) + smooth)}
    marks, weights = np.zeros((len(places), width), np.float32), np.zeros((len(places), width), np.float32)
    passage = np.zeros((len(places), width), np.float32)
    for row, place in enumerate(places):
        tokens = lessons.rows[place]
        of_passage = (tokens.types == PASSAGE) & (tokens.offsets[:, 0] >= 0)
        passage[row, : len(tokens.ids)] = of_passage / max(1, of_passage.sum())
        if lessons.known[place]:
            marks[row, : len(tokens.ids)] = lessons.marks[place]
            weights[row] = passage[row] * (1.0 if lessons.answers[place] else settings["unanswered_token_weight"])
    tokens_weight = torch.from_numpy(weights).to(device)
    token_losses = binary_cross_entropy_with_logits(belongs, torch.from_numpy(marks).to(device), reduction="none")
    parts["tokens"] = (token_losses * tokens_weight).sum() / tokens_weight.sum().clamp(min=1.0)
    loss = parts["answers"] + settings["token_weight"] * parts["tokens"]
    if settings["list_weight"]:
        parts["list"] = list_loss(answers, labels, [lessons.questions[place] for place in places])
        loss = loss + settings["list_weight"] * parts["list"]
    if settings["sentence_weight"]:
        parts["sentences"] = sentence_loss(belongs, lessons, places)
        loss = loss + settings["sentence_weight"] * parts["sentences"]
    if taught is not None:
        every = torch.from_numpy(passage).to(device)
        parts["teacher"] = binary_cross_entropy_with_logits(answers, taught[0].sigmoid()) + (binary_cross_entropy_with_logits(belongs, taught[1].sigmoid(), reduction="none") * every).sum() / len(places)
        loss = (1 - settings["teacher_weight"]) * loss + settings["teacher_weight"] * parts["teacher"]
    return loss, {name: value.item() for name, value in parts.items()}


def measure(runner: Runner, examples: list[Example], found: dict[str, list[Found]]) -> dict[str, float]:
    """AUROC on validation examples; on each tuning set whether what was found answers, and the right sentence first."""
    runner.model.eval()
    readings = runner.read([(example.question, example.passage, []) for example in examples])
    logits, labels = np.array([logit for logit, _ in readings]), np.array([example.answers for example in examples])
    figures = {"validation_reading_auroc": auroc(logits[labels], logits[~labels])} if 0 < labels.sum() < len(labels) else {}
    aurocs, firsts = [], []
    for name, rows in found.items():
        judged = judge(rows, runner.read, passages=READ)
        sure, right = confidences(judged)
        first = [item.best_right for item in judged if item.best_right is not None]
        short = name.replace(" ", "_")
        if 0 < right.sum() < len(right):
            aurocs.append(auroc(sure[right == 1], sure[right == 0]))
            figures[f"validation_{short}_auroc"] = aurocs[-1]
        if first:
            firsts.append(float(np.mean(first)))
            figures[f"validation_{short}_sentence"] = firsts[-1]
    runner.model.train()
    return figures | {"validation_found": float(np.mean(aurocs + firsts)) if aurocs + firsts else 0.0}


def train(config: dict[str, Any], *, base: Path, data: Path, work: Path, teacher: Path | None = None, max_steps: int | None = None, rows: int | None = None, on_evaluation: Callable[[int, dict[str, float]], None] = lambda step, figures: None) -> dict[str, float]:
    """The best validation figures; the best weights are in work/best."""
    settings, shape, limits = config["train"], config["model"], config["validate"]
    torch.manual_seed(settings["seed"])
    random = Random(settings["seed"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    examples = read_examples(data / "examples.jsonl")
    training, validation = ([example for example in examples if example.validation == value] for value in (False, True))
    training = drawn(training, config.get("draw", {}), random)
    if rows and rows < len(training):
        training = of_questions(training, rows, random)
    validation = random.sample(validation, min(limits["examples"], len(validation)))
    encoder = Encoder(base / "tokenizer.json", tokens=shape["tokens"], question_tokens=shape["question_tokens"])
    crops = Random(settings["seed"])
    # Of a question all passages or none, so that those of one batch are of like length.
    short = {question: crops.random() < settings["cropped"] for question in dict.fromkeys(example.question for example in training)}
    training = [cropped(example, settings["crop_words"], crops) if short[example.question] else example for example in training]
    lessons = Lessons(training, encoder, settings)
    model = Reader(base, shape["layers"], dropout=settings["dropout"]).to(device)
    model.train()
    runner = Runner(model, encoder)
    teaching = Runner(Reader(teacher, None).to(device).eval(), encoder) if teacher else None
    optimizer = torch.optim.AdamW([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.0, weight_decay=settings["weight_decay"])
    found = by_set(read_found(data / "found-tune.jsonl"), limits["questions"])

    def loss_of(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        places = lessons.plan[step]
        batch = [lessons.rows[place] for place in places]
        taught = None
        if teaching:
            with torch.no_grad():
                taught = teaching.logits(batch)
        return loss_of_batch(*runner.logits(batch), lessons, places, settings, taught)

    task = Training("reader", "validation_found", loss_of, lambda: measure(runner, validation, found), lambda folder: save_reader(folder, model, base))
    total = min(len(lessons.plan), max_steps or len(lessons.plan))
    facts = {"examples": len(training), "device": device.type}
    return run_training(task, model=model, optimizer=optimizer, config=config, facts=facts, total=total, work=work, manifest=data / "manifest.json", on_evaluation=on_evaluation)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that training.reader.prepare wrote")
    parser.add_argument("--work", type=Path, required=True, help="checkpoints, curves and the best weights")
    parser.add_argument("--teacher", type=Path, help="work/…/best of a larger reader")
    parser.add_argument("--config", type=Path, default=HERE / "train.toml")
    parser.add_argument("--layers", type=lambda value: [int(part) for part in value.split(",")], help="of the base, 0,2,4 for example")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--evaluate-every", type=int)
    parser.add_argument("--questions", type=int, help="of each tuning set, at every evaluation")
    parser.add_argument("--rows", type=int, help="so many of the examples that were drawn, by question")
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        config = tomllib.loads(arguments.config.read_text("utf-8"))
        config["model"] |= {"layers": arguments.layers} if arguments.layers else {}
        chosen = {"batch": arguments.batch, "epochs": arguments.epochs, "learning_rate": arguments.learning_rate, "evaluate_every": arguments.evaluate_every}
        config["train"] |= {name: value for name, value in chosen.items() if value is not None}
        config["validate"] |= {"questions": arguments.questions} if arguments.questions else {}
        train(config, base=arguments.base, data=arguments.data, work=arguments.work, teacher=arguments.teacher, max_steps=arguments.max_steps, rows=arguments.rows)
    except (OSError, KeyError) as error:
        print(f"train: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
