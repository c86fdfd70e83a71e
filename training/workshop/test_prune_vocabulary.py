"""Pruning keeps texts readable: same pieces where they stayed, smaller pieces where not, never a new [UNK].

The last two tests read the shipped tokenizer and, where BASE_MODEL names a folder with the base weights, compare with it.
"""

import json
import os
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from training.workshop.prune_vocabulary import SPECIAL_TOKENS, choose_pieces, count_pieces, prune_tokenizer

SHIPPED = Path(__file__).parents[2] / "data/models/embedder/tokenizer.json"
SAMPLE = [
    "How do I change the phone number on my account?",
    "I can't sign in: it says \"invalid code\" (error 0x80070005) every time!",
    "Refunds take 5-10 business days; see https://example.com/help#refunds.",
    "my husbands acct got lockd agian, pls hlep asap",
    "Café, naïve, jalapeño, 12,50 € and £3.99 — überweisung",
    "Antidisestablishmentarianism and the otorhinolaryngologist",
    "密码 пароль κωδικός",
    "",
]


def small_tokenizer() -> dict:
    pieces = [*SPECIAL_TOKENS, *"abcdefgh", *(f"##{letter}" for letter in "abcdefgh"), "[unused0]", "bad", "cab", "##ed", "bead", "face"]
    return {
        "version": "1.0",
        "truncation": {"max_length": 8, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": [
            {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for index, token in enumerate(SPECIAL_TOKENS)
        ],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {token: {"id": token, "ids": [SPECIAL_TOKENS.index(token)], "tokens": [token]} for token in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {piece: index for index, piece in enumerate(pieces)}},
    }


def pruned_small_tokenizer(texts: list[str], size: int) -> Tokenizer:
    definition = small_tokenizer()
    counts = count_pieces(Tokenizer.from_str(json.dumps(definition)), texts)
    kept = choose_pieces(definition["model"]["vocab"], {piece: float(count) for piece, count in counts.items()}, size)
    return Tokenizer.from_str(json.dumps(prune_tokenizer(definition, kept)))


def test_keeps_the_pieces_that_occur_most():
    tokenizer = pruned_small_tokenizer(["face face face", "bead bead", "cab"], size=23)
    assert tokenizer.encode("face bead", add_special_tokens=False).tokens == ["face", "bead"]
    assert tokenizer.get_vocab_size() == 23


def test_a_word_whose_piece_went_falls_apart_into_characters():
    tokenizer = pruned_small_tokenizer(["face face face", "bead bead"], size=23)
    assert tokenizer.encode("cab", add_special_tokens=False).tokens == ["c", "##a", "##b"]


def test_unused_slots_go_even_when_there_is_room():
    definition = small_tokenizer()
    kept = choose_pieces(definition["model"]["vocab"], {}, size=100)
    assert definition["model"]["vocab"]["[unused0]"] not in kept


def test_special_tokens_come_first_and_are_renumbered_everywhere():
    definition = small_tokenizer()
    pruned = prune_tokenizer(definition, [0, 1, 2, 3, 4, 6, 5])
    assert pruned["model"]["vocab"] == {**{token: index for index, token in enumerate(SPECIAL_TOKENS)}, "b": 5, "a": 6}
    assert Tokenizer.from_str(json.dumps(pruned)).encode("a").ids == [2, 6, 3]


def test_refuses_a_size_that_cannot_hold_every_character():
    with pytest.raises(ValueError, match="always stay"):
        choose_pieces(small_tokenizer()["model"]["vocab"], {}, size=10)


@pytest.mark.skipif(not SHIPPED.is_file(), reason="the model has not been built")
def test_the_shipped_tokenizer_reads_plain_texts_back():
    tokenizer = Tokenizer.from_file(str(SHIPPED))
    for text in SAMPLE[:4]:
        ids = tokenizer.encode(text).ids
        spoken = tokenizer.decode(ids).replace(" ", "")
        assert spoken == text.lower().replace(" ", "")


@pytest.mark.skipif("BASE_MODEL" not in os.environ or not SHIPPED.is_file(), reason="BASE_MODEL does not name the base model's folder")
def test_the_shipped_tokenizer_makes_no_unknown_piece_that_the_base_did_not_make():
    base = Tokenizer.from_file(str(Path(os.environ["BASE_MODEL"]) / "tokenizer.json"))
    base.no_padding()
    base.no_truncation()
    shipped = Tokenizer.from_file(str(SHIPPED))
    every_piece = [piece.removeprefix("##") for piece in base.get_vocab()]
    for text in [*SAMPLE, *every_piece]:
        assert shipped.encode(text).tokens.count("[UNK]") <= base.encode(text).tokens.count("[UNK]"), text
