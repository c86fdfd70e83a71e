"""Which pairs share a batch. Half of a batch are neighbours of one pair by the teachers' vectors: they are each other's hard
negatives, mined without a search; which of them are too good to be negatives, the teachers say as well."""

from collections import defaultdict
from random import Random

import numpy as np

from training.workshop.pairs import Pair


def plan_batches(pairs: list[Pair], passage_vectors: np.ndarray, *, batch: int, seed: int) -> list[list[int]]:
    """One epoch: row numbers by batch, all of one group, batches of all groups shuffled."""
    random = Random(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for row, pair in enumerate(pairs):
        groups[pair.group].append(row)
    planned: list[list[int]] = []
    for name in sorted(groups):
        left = groups[name]
        random.shuffle(left)
        while len(left) >= batch // 4:
            if len(left) <= batch:
                chosen = list(range(len(left)))
            else:
                likeness = passage_vectors[left] @ passage_vectors[left[0]]
                near = np.argsort(-likeness)[: batch // 2].tolist()
                others = [place for place in range(len(left)) if place not in set(near)]
                chosen = near + random.sample(others, batch - len(near))
            planned.append([left[place] for place in chosen])
            taken = set(chosen)
            left = [row for place, row in enumerate(left) if place not in taken]
    random.shuffle(planned)
    return planned
