"""Presidio on the lines that `npm run measure-redaction` reads, for comparison: its findings as JSON lines {id, spans: [[start, end, kind]]}.

    pip install presidio-analyzer, and a spaCy model for each language
    python lab/personal-data/presidio.py en=en_core_web_sm es=es_core_news_sm fr=fr_core_news_md > presidio.jsonl

A language without a model of its own is read with the English one. Tuned as its users tune it: kinds of entities that cost more than they
find on tuning.jsonl are left out, and the score from which a finding counts is the best there. Both by F2, over all languages.
"""

import json
import sys
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider

FOLDER = Path(__file__).parents[2] / "data/evals/personal-data"


def read(name):
    return [json.loads(line) for line in (FOLDER / name).open(encoding="utf8")]


def engine(models):
    provider = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": lang, "model_name": model} for lang, model in models.items()],
        }
    )
    registry = RecognizerRegistry(supported_languages=list(models))
    registry.load_predefined_recognizers(languages=list(models), nlp_engine=provider.create_engine())
    # Addresses of the set end in .example; Presidio takes only domains that really exist for one.
    for recognizer in registry.recognizers:
        if recognizer.name == "EmailRecognizer":
            recognizer.validate_result = lambda pattern_text: True
    return AnalyzerEngine(
        registry=registry, nlp_engine=provider.create_engine(), supported_languages=list(models)
    )


def f2(rows, found):
    """The measure of lab/personal-data/score-redaction.ts."""
    values = hits = given = right = 0
    for row, spans in zip(rows, found):
        covered = set()
        for start, end, _ in spans:
            covered.update(range(start, end))
        for start, end, _ in row["spans"]:
            values += 1
            hits += all(i in covered for i in range(start, end) if row["text"][i].isalnum())
        for start, end, _ in spans:
            given += 1
            right += any(start < b and a < end for a, b, _ in row["spans"])
    if not hits or not right:
        return 0.0
    recall, precision = hits / values, right / given
    return 5 * recall * precision / (4 * precision + recall)


def main():
    models = dict(pair.split("=", 1) for pair in sys.argv[1:])
    analyzer = engine(models)
    found = {}
    for part in ("tuning", "test"):
        found[part] = [
            analyzer.analyze(row["text"], language=row["language"] if row["language"] in models else "en")
            for row in read(f"{part}.jsonl")
        ]
    tuning = read("tuning.jsonl")

    def chosen(results, kinds, least):
        return [
            [[r.start, r.end, r.entity_type] for r in line if r.entity_type in kinds and r.score >= least]
            for line in results
        ]

    kinds = {r.entity_type for line in found["tuning"] + found["test"] for r in line}
    least = max(
        (score / 20 for score in range(0, 19)), key=lambda s: f2(tuning, chosen(found["tuning"], kinds, s))
    )
    improved = True
    while improved:
        improved = False
        now = f2(tuning, chosen(found["tuning"], kinds, least))
        for kind in sorted(kinds):
            without = f2(tuning, chosen(found["tuning"], kinds - {kind}, least))
            if without > now:
                kinds, now, improved = kinds - {kind}, without, True
    print(f"tuned: from {least:.2f}, {', '.join(sorted(kinds))}", file=sys.stderr)
    for part in ("tuning", "test"):
        for row, spans in zip(read(f"{part}.jsonl"), chosen(found[part], kinds, least)):
            print(json.dumps({"id": row["id"], "spans": spans}))


main()
