"""Chooses the word pieces that stay and writes the tokenizer that knows only them.

Every special token and every single character, alone or inside a word, stays, so a word whose own piece
went still falls apart into smaller pieces instead of becoming [UNK]. [unused...] slots all go.
"""

import json
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from tokenizers import Tokenizer

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
BATCH = 512


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each piece id occurs in the texts, without special tokens and without truncation."""
    counts: Counter[int] = Counter()
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            counts.update(encoding.ids)
    return counts


def is_indispensable(piece: str) -> bool:
    return piece in SPECIAL_TOKENS or len(piece.removeprefix("##")) == 1


def choose_pieces(vocabulary: dict[str, int], score: dict[int, float], size: int) -> list[int]:
    """Old ids to keep, special tokens first, then in their old order.

    Highest score first; at equal score the lower id, which in this vocabulary is the more frequent piece of general English.
    """
    special = [vocabulary[token] for token in SPECIAL_TOKENS]
    kept = {index for piece, index in vocabulary.items() if is_indispensable(piece)}
    if len(kept) > size:
        raise ValueError(f"vocabulary_size {size} is below the {len(kept)} pieces that always stay")
    candidates = [index for piece, index in vocabulary.items() if index not in kept and not piece.startswith("[unused")]
    candidates.sort(key=lambda index: (-score.get(index, 0.0), index))
    kept.update(candidates[: size - len(kept)])
    return special + sorted(kept.difference(special))


def prune_tokenizer(definition: dict[str, Any], kept: list[int]) -> dict[str, Any]:
    """The tokenizer definition (tokenizer.json) with only the kept pieces, renumbered, without padding and truncation."""
    piece_of = {index: piece for piece, index in definition["model"]["vocab"].items()}
    new_id = {old: new for new, old in enumerate(kept)}
    pruned = json.loads(json.dumps(definition))
    pruned["truncation"] = pruned["padding"] = None
    pruned["added_tokens"] = [token | {"id": new_id[token["id"]]} for token in definition["added_tokens"]]
    for token in pruned["post_processor"]["special_tokens"].values():
        token["ids"] = [new_id[old] for old in token["ids"]]
    pruned["model"]["vocab"] = {piece_of[old]: new for old, new in new_id.items()}
    return pruned
