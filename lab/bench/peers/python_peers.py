"""Peers of the bench in one process: python_peers.py FOLDER

FOLDER holds texts.json, questions.json (lists of strings), vectors.bin, queries.bin (32-bit floats, row after row) and shape.json
({"dimensions": ...}). For each line on standard input, the name of a peer, it asks that peer all questions, one after the other on one
thread, and prints {"ms": milliseconds a question, "rows": the ten best of each}. The first time it builds the index.
"""

import json
import sys
import time
from pathlib import Path

import bm25s
import faiss
import numpy
import tantivy

K = 10
folder = Path(sys.argv[1])
texts = json.loads((folder / "texts.json").read_text())
questions = json.loads((folder / "questions.json").read_text())
dimensions = json.loads((folder / "shape.json").read_text())["dimensions"]
vectors = numpy.fromfile(folder / "vectors.bin", dtype=numpy.float32).reshape(-1, dimensions)
queries = numpy.fromfile(folder / "queries.bin", dtype=numpy.float32).reshape(-1, dimensions)
faiss.omp_set_num_threads(1)


def open_bm25s():
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def search(number):
        tokens = bm25s.tokenize([questions[number]], show_progress=False)
        rows, _ = index.retrieve(tokens, k=K, show_progress=False, n_threads=0)
        return [int(row) for row in rows[0]]

    return search


def open_tantivy():
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("text", tokenizer_name="en_stem")
    schema.add_integer_field("row", stored=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=1)
    for row, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=text, row=row))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(number):
        words = "".join(letter if letter.isalnum() else " " for letter in questions[number])
        query = index.parse_query(words.lower(), ["text"])
        return [searcher.doc(address)["row"][0] for _, address in searcher.search(query, K).hits]

    return search


def open_faiss_flat():
    index = faiss.IndexFlatIP(dimensions)
    index.add(vectors)
    return lambda number: index.search(queries[number : number + 1], K)[1][0].tolist()


def open_faiss_int8():
    """Eight bits, then the best 50 again in full."""
    index = faiss.IndexRefineFlat(
        faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    )
    index.k_factor = 5
    index.train(vectors)
    index.add(vectors)
    return lambda number: index.search(queries[number : number + 1], K)[1][0].tolist()


OPEN = {
    "bm25s": open_bm25s,
    "tantivy": open_tantivy,
    "faiss-flat": open_faiss_flat,
    "faiss-int8": open_faiss_int8,
}
opened = {}
print("ready", flush=True)
for line in sys.stdin:
    name = line.strip()
    if name not in opened:
        opened[name] = OPEN[name]()
        opened[name](0)
    started = time.perf_counter()
    rows = [opened[name](number) for number in range(len(questions))]
    took = (time.perf_counter() - started) * 1000 / len(questions)
    print(json.dumps({"ms": took, "rows": rows}), flush=True)
