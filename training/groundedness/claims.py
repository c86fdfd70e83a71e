"""What the groundedness model learns from: a claim, a passage, whether the passage supports the claim.

Made claims change one thing of a sentence that a passage holds (a number, a name, a negation, a condition), or leave it as true as it was.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from training.reader.examples import Example, detokenised, section_key
from training.workshop.corpus import read_rows
from training.workshop.pairs import bucket
from training.workshop.passages import plain

Claim = tuple[str, bool]
"""The sentence, and whether the passage that it was made from supports it."""

WINDOW_WORDS = 90
"""What the model reads at once; the product reads a longer passage in such windows."""
MADE_WORDS = (30, 50, 90)
"""Windows around made claims: short ones teach as much and are read sooner."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(])|\n+|\s+(?=(?:[-•]|\d{1,2}\.)\s)")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,:]\d+)*(?![\w-])")
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|could|will|would|should|must|may|has|have|had|does|do|did)\b(?! not\b|n't)")
_DENIAL = re.compile(r"\b(is|are|was|were|could|will|would|should|must|may|has|have|had|does|do|did) not\b|\bcan ?not\b")
_IMPERATIVE = re.compile(r"^(Click|Press|Select|Choose|Open|Use|Enter|Set|Add|Go|Make|Run|Install|Create|Turn|Enable|Configure|Copy|Save|Type|Check)\b")
_OPPOSITES = [tuple(pair.split("/")) for pair in (
    "before/after above/below more/less increase/decrease increased/decreased increases/decreases first/last always/never enable/disable enabled/disabled "
    "enables/disables allow/prevent allows/prevents allowed/forbidden largest/smallest highest/lowest higher/lower larger/smaller oldest/newest older/younger "
    "north/south northern/southern east/west eastern/western early/late earlier/later began/ended begins/ends public/private minimum/maximum open/close opens/closes "
    "install/uninstall add/remove added/removed adds/removes with/without many/few free/paid required/optional same/different inside/outside upper/lower left/right "
    "incoming/outgoing major/minor most/least import/export if/unless automatically/manually success/failure win/lose won/lost old/new long/short male/female "
    "men/women possible/impossible true/false visible/hidden locked/unlocked online/offline encrypted/unencrypted temporary/permanent both/neither all/some"
).split()]  # fmt: skip
_PHRASES = [("at least", "at most"), ("up to", "at least"), ("more than", "less than"), ("only if", "even if"), ("turn on", "turn off"), ("switch on", "switch off"), ("log in", "log out"), ("sign in", "sign out")]
_SYNONYMS = [
    ("approximately", "about"), ("several", "some"), ("begin", "start"), ("began", "started"), ("large", "big"), ("choose", "select"), ("Select", "Choose"), ("Click", "Press"), ("click", "press"), ("in order to", "to"),
    ("such as", "like"), ("known as", "called"), ("founded", "established"), ("located in", "situated in"), ("however, ", ""), ("However, ", ""), ("purchase", "buy"), ("delete", "remove"), ("requires", "needs"),
    ("require", "need"), ("film", "movie"), ("must", "have to"), ("children", "kids"), ("helps", "assists"), ("created", "made"), ("shows", "displays"), ("because", "since"), ("also ", ""), ("you can", "it is possible to"),
    ("allows you to", "lets you"), ("n't", " not"), ("automatically", "by itself"), ("immediately", "at once"), ("ensure", "make sure"), ("obtain", "get"), ("multiple", "several"), ("additional", "more"), ("finish", "complete"),
]  # fmt: skip


def side_of(document: str) -> str:
    """"test" or "dev" for three and one tenth of the documents, by hash, as `answerdesk evals guard` has it; else "train"."""
    share = bucket_share(document)
    return "test" if share < 0.3 else "dev" if share < 0.4 else "train"


def bucket_share(document: str) -> float:
    return int.from_bytes(hashlib.sha256(document.encode()).digest()[:2], "big") / 65_536


def sentences_in(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def windows_of(passage: str, words: int = WINDOW_WORDS) -> list[str]:
    """Whole sentences, at least one and at most so many words; each window begins with the last sentence of the one before."""
    sentences = sentences_in(passage)
    sizes = [len(sentence.split()) for sentence in sentences]
    found, first = [], 0
    while first < len(sentences):
        last = first + 1
        while last < len(sentences) and sum(sizes[first : last + 1]) <= words:
            last += 1
        found.append(" ".join(sentences[first:last]))
        if last >= len(sentences):
            break
        first = last - 1 if last - 1 > first else last
    return found or [passage]


def words_in(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}


def nearest_window(claim: str, passage: str, words: int = WINDOW_WORDS) -> str:
    """The window with most words of the claim."""
    said = words_in(claim)
    return max(windows_of(passage, words), key=lambda window: len(said & words_in(window)))


def put(sentence: str, match: re.Match[str], text: str) -> str:
    return sentence[: match.start()] + text + sentence[match.end() :]


def another_number(value: str, passage: str, random: Random) -> str:
    others = [other for other in _NUMBER.findall(passage) if other != value]
    if others and random.random() < 0.5:
        return random.choice(others)
    digits = re.sub(r"\D", "", value)
    if len(digits) == 4 and digits[0] in "12" and digits == value:
        return str(int(value) + random.choice([-40, -12, -3, -1, 1, 2, 7, 20]))
    if digits == value:
        number = int(value)
        return str(random.choice([number + 1, number * 2, number * 10, number + 5, max(0, number - 1) if number != 1 else 3]))
    place = random.choice([place for place, sign in enumerate(value) if sign.isdigit()])
    return value[:place] + str((int(value[place]) + random.randrange(1, 9)) % 10) + value[place + 1 :]


def with_other_number(sentence: str, passage: str, random: Random) -> str | None:
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = random.choice(found)
    changed = another_number(match[0], passage, random)
    return put(sentence, match, changed) if changed != match[0] else None


def with_other_name(sentence: str, passage: str, random: Random) -> str | None:
    found = list(_NAME.finditer(sentence))
    others = sorted({name for name in _NAME.findall(passage) if name not in sentence and not any(name in match[0] or match[0] in name for match in found)})
    return put(sentence, random.choice(found), random.choice(others)) if found and others else None


def denied(sentence: str, passage: str, random: Random) -> str | None:
    if match := _DENIAL.search(sentence):
        return put(sentence, match, match[1] or "can")
    if _IMPERATIVE.match(sentence):
        return f"Do not {sentence[0].lower()}{sentence[1:]}"
    if "n't" in sentence or " not " in sentence or not (match := _AUXILIARY.search(sentence)):
        return None
    return put(sentence, match, "cannot" if match[1] == "can" else f"{match[1]} not")


def reversed_condition(sentence: str, passage: str, random: Random) -> str | None:
    pairs = [*_PHRASES, *_OPPOSITES]
    random.shuffle(pairs)
    for one, other in [*pairs, *((other, one) for one, other in pairs)]:
        if match := re.search(rf"\b{one}\b", sentence):
            return put(sentence, match, other)
        if match := re.match(rf"{one}\b", sentence, re.IGNORECASE):
            return put(sentence, match, other.capitalize())
    return None


def with_something_else(sentence: str, passage: str, random: Random, other: str = "") -> str | None:
    """A true sentence goes on with what is nowhere in the passage."""
    said = other.rstrip(".!? ")
    if not 3 <= len(said.split()) <= 14 or said in passage:
        return None
    return f"{sentence.rstrip('.!? ')}{random.choice([', and ', '. ', ', because '])}{said[0].lower()}{said[1:]}."


CHANGES: list[Callable[[str, str, Random], str | None]] = [with_other_number, with_other_name, denied, reversed_condition]


def shortened(sentence: str, random: Random) -> str:
    """Says less, and nothing else."""
    if random.random() < 0.5:
        sentence = re.sub(r" \([^)]*\)", "", sentence)
    if random.random() < 0.5 and len(cut := re.split(r",? (?:which|who|where|including|such as) ", sentence)[0].rstrip(",")) > 25:
        sentence = cut if cut.endswith(".") else f"{cut}."
    return sentence


def reworded(sentence: str, random: Random) -> str:
    for one, other in random.sample(_SYNONYMS, len(_SYNONYMS)):
        if (match := re.search(rf"(?<!\w){re.escape(one)}(?!\w)" if one[-1].isalpha() and one != "n't" else re.escape(one), sentence)) and random.random() < 0.7:
            sentence = put(sentence, match, other)
    return sentence


_ASKS_SUBJECT = re.compile(r"^(?:who|what|which [\w -]{2,30}?|what [\w -]{2,30}?) ((?!is|are|was|were|did|does|do|has|have|had|can|could|will|would|kind|type|year)[a-z]+(?:s|ed)) (.+)$", re.IGNORECASE)
_ASKS_IDENTITY = re.compile(r"^(?:who|what) (is|are|was|were) (.+)$", re.IGNORECASE)
_ASKS_COUNT = re.compile(r"^how many ([\w -]{2,30}?) (?:did|do|does) (.+)$", re.IGNORECASE)
_ASKS_COUNT_SUBJECT = re.compile(r"^how many (.+)$", re.IGNORECASE)
_ASKS_WHEN = re.compile(r"^(?:when|where|in (?:what|which) \w+|on (?:what|which) \w+) (?:did|was|were|is|are|does|do) (.+)$", re.IGNORECASE)
_PREPOSITION = re.compile(r"^(?:in|on|at|during|from|by|near|before|after|until|around|about|between|since)\b", re.IGNORECASE)


def statement(question: str, answer: str) -> str | None:
    """Question and answer as one sentence, in plain if clumsy words; None where no simple pattern fits."""
    asked, answer = question.strip().rstrip("?. "), answer.strip().rstrip(".")
    if match := _ASKS_SUBJECT.match(asked):
        said = f"{answer} {match[1]} {match[2]}"
    elif match := _ASKS_IDENTITY.match(asked):
        said = f"{match[2]} {match[1]} {answer}"
    elif match := _ASKS_COUNT.match(asked):
        said = f"{match[2]} {answer} {match[1]}"
    elif match := _ASKS_WHEN.match(asked):
        said = f"{match[1]} {answer if _PREPOSITION.match(answer) else f'in {answer}'}"
    elif (match := _ASKS_COUNT_SUBJECT.match(asked)) and not re.search(r"\b(?:did|do|does)\b", asked):
        said = f"{answer} {match[1]}"
    else:
        return None
    return f"{said[0].upper()}{said[1:]}."


def another_answer(answer: str, passage: str, random: Random) -> str | None:
    """Of the same kind, out of the same passage."""
    if _NUMBER.search(answer):
        return with_other_number(answer, passage, random)
    if re.match(r"[A-Z]", answer):
        others = sorted({name for name in _NAME.findall(passage) if name not in answer and answer not in name})
        return random.choice(others) if others else None
    return None


def made_of(sentence: str, passage: str, elsewhere: str, random: Random) -> Iterator[Claim]:
    """About as many claims that the passage supports as that it does not, of one of its sentences."""
    true = reworded(shortened(sentence, random), random)
    yield (true, True) if random.random() < 0.8 else (sentence, True)
    for change in random.sample(CHANGES, len(CHANGES)):
        if changed := change(true if random.random() < 0.5 else sentence, passage, random):
            yield changed, False
            break
    if random.random() < 0.25 and (more := with_something_else(true, passage, random, elsewhere)):
        yield more, False
    if random.random() < 0.15:
        yield elsewhere, False


def is_claim(sentence: str) -> bool:
    return 6 <= len(sentence.split()) <= 35 and sentence[-1] in ".!" and sentence[0].isupper() and not re.search(r"https?:|[{}<>|`=]", sentence)


def read_labelled(rows: list[dict[str, Any]], entry: dict[str, Any], random: Random) -> Iterator[Example]:
    """Rows that people labelled. What claims nothing is left out; so are the documents that judge."""
    for row in rows:
        side = side_of(row["doc"])
        if row["label"] != "generic" and side != "test":
            yield Example(row["sentence"], nearest_window(row["sentence"], row["passage"]), row["label"] == "supported", None, entry["path"].split("/")[1], row["doc"], row["licence"], side == "dev")


def read_passages(rows: list[dict[str, Any]], entry: dict[str, Any], random: Random) -> Iterator[Example]:
    """Claims made of a sentence of each passage, read in a window around it, sometimes in one that lacks it."""
    clean = detokenised if entry.get("tokenised") else lambda text: " ".join(plain(text).split())
    texts = [(clean(row[entry.get("field", "passage")]), row) for row in {row[entry.get("field", "passage")]: row for row in rows}.values()]
    everything = [sentence for text, _ in texts for sentence in sentences_in(text) if is_claim(sentence)]
    for text, row in texts:
        found = windows_of(text, random.choice(MADE_WORDS))
        for window in random.sample(found, min(entry.get("windows", 1), len(found))):
            sentences = [sentence for sentence in sentences_in(window) if is_claim(sentence)]
            if len(window.split()) < 15 or not sentences:
                continue
            sentence = random.choice(sentences)
            example = Example("", window, False, None, entry["group"], row.get("doc") or row["source"], row["licence"])
            for claim, supported in made_of(sentence, window, random.choice(everything), random):
                yield replaced(example, claim, supported)
            less = window.replace(sentence, "").strip()
            if random.random() < 0.15 and len(less.split()) >= 15:
                yield replaced(example, sentence, False, less)


def replaced(example: Example, claim: str, supported: bool, passage: str | None = None) -> Example:
    return Example(claim, passage or example.passage, supported, None, example.group, example.key, example.licence, example.validation)


def read_answers(rows: list[dict[str, Any]], entry: dict[str, Any], random: Random) -> Iterator[Example]:
    """Question and answer as a statement, and the same with another answer of its kind."""
    clean = detokenised if entry.get("tokenised") else lambda text: " ".join(text.split())
    for row in rows:
        answers = [clean(answer) for answer in row["answers"] or [] if len(answer.split()) <= 8]
        if not row["answerable"] or not answers or not (true := statement(clean(row["question"]), answers[0])):
            continue
        sentence = clean(row["answer_sentence"] or answers[0])
        window = nearest_window(f"{true} {sentence}", clean(row["passage"]), random.choice(MADE_WORDS))
        if answers[0] not in window:
            continue
        example = Example("", window, False, None, entry["group"], row["doc"], row["licence"])
        yield replaced(example, true, True)
        if (wrong := another_answer(answers[0], window, random)) and not any(wrong.lower() in answer.lower() for answer in row["answers"]):
            yield replaced(example, statement(clean(row["question"]), wrong) or "", False)


def read_written(rows: list[dict[str, Any]], entry: dict[str, Any], random: Random, data: Path) -> Iterator[Example]:
    """Sentences written for this project about sections of public documentation, which a row names by file, source, document and heading."""
    sections: dict[tuple[str, str, str], str] = {}
    for name in sorted({row["file"] for row in rows}):
        for section in read_rows(data / f"{name}.jsonl.gz"):
            if section.get("doc") and section.get("q"):
                sections.setdefault(section_key(section), section["p"])
    for row in rows:
        passage = sections.get((row["source"].partition("@")[0], row["doc"], row["heading"]))
        if passage:
            key = f"{row['source'].partition('@')[0]}:{row['doc']}"
            yield Example(row["sentence"], nearest_window(row["sentence"], " ".join(plain(passage).split())), row["label"] == "supported", None, "written", key, row["licence"], bucket(key, 10) == 0)


READERS: dict[str, Callable[[list[dict[str, Any]], dict[str, Any], Random], Iterator[Example]]] = {"labelled": read_labelled, "passages": read_passages, "answers": read_answers}


def held_texts(data: Path, entries: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Of each labelled set the passages of the documents that judge: no training row may share eight words in a row with them."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry["kind"] == "labelled" and entry.get("judges"):
            for row in read_rows(data / entry["path"]):
                if side_of(row["doc"]) == "test":
                    found[entry["path"].split("/")[1]].append(row["passage"])
    return found
