"""Exports a merged model: an ONNX folder for onnx:, a GGUF file for gguf: and llama.cpp, each in several precisions.

ONNX: fp32, int8 and int4 (weights alone, one scale for 32 numbers). GGUF: f16, q8_0, q4_0, q4_1, written beside the metadata of a
GGUF file of the same base, which has the tokenizer; q4_k_m, q5_k_m and q6_k by llama.cpp, which --llama names.
Only models of the Llama family are exported. Exit status: 0 done, 1 it cannot be exported, 2 wrong arguments.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
import onnx
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from transformers import PreTrainedModel

from training.chat.base import load_model, load_tokenizer
from training.chat.merge import RECORD
from training.chat.onnx_graph import build_graph, supported
from training.chat.quantize import K_QUANTS, find_library, quantize
from training.workshop.corpus import DataError

EXAMPLES = """examples:
  python -m training.chat.export --model work/chat-merged --onnx int8 --out work/chat-onnx
  python -m training.chat.export --model work/chat-merged --gguf q8_0 --like model.gguf --out work/chat.gguf
  python -m training.chat.export --model work/chat-merged --gguf q4_k_m --like model.gguf --llama var/packages --out work/chat.gguf
then
  answerdesk models add-chat work/chat.gguf --record work/chat.gguf.json"""
ONNX_BITS = {"int8": (8, 4), "int4": (4, None)}
"""Of the weights; and the level at which onnxruntime computes. At level 4 activations get eight bits, too, and a scale for each block."""
ONNX_PRECISIONS = ("fp32", *ONNX_BITS)
GGUF_PRECISIONS = {"f16": gguf.GGMLQuantizationType.F16, "q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0, "q4_1": gguf.GGMLQuantizationType.Q4_1}
FILE_TYPES = {"f16": gguf.LlamaFileType.MOSTLY_F16, "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "q4_0": gguf.LlamaFileType.MOSTLY_Q4_0, "q4_1": gguf.LlamaFileType.MOSTLY_Q4_1}
BLOCK = 32


def export_onnx(model: PreTrainedModel, out: Path, precision: str) -> None:
    """onnx/model.onnx, and what transformers.js wants beside it except the tokenizer."""
    if not supported(model.config):
        raise DataError(f"{model.config.model_type} with these settings is not exported to ONNX: only plain Llama models are")
    target = out / "onnx" / "model.onnx"
    target.parent.mkdir(parents=True, exist_ok=True)
    graph = build_graph(model)
    if precision == "fp32":
        onnx.save(graph, target)
    else:
        # In blocks: with one scale for all activations, the few huge ones of a chat model leave nothing of the others.
        bits, level = ONNX_BITS[precision]
        quantizer = MatMulNBitsQuantizer(graph, bits=bits, block_size=BLOCK, is_symmetric=True, accuracy_level=level)
        quantizer.process()
        quantizer.model.save_model_to_file(str(target))
    model.config.save_pretrained(out)


def hf_order(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key matrix as llama.cpp rotates them: pairs side by side, not half by half."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def export_gguf(model: PreTrainedModel, like: Path, out: Path, precision: str, llama: Path | None = None) -> None:
    """`like`: a GGUF file of the same base, whose metadata and tokenizer are taken over. `llama`: for K-quants, where its library lies."""
    if precision in K_QUANTS:
        if llama is None:
            raise DataError(f"{precision} is written by llama.cpp: name the packages of the data folder with --llama")
        library = find_library(llama)
        with tempfile.TemporaryDirectory() as folder:
            export_gguf(model, like, Path(folder) / "f16.gguf", "f16")
            quantize(library, Path(folder) / "f16.gguf", out, precision)
        return
    config = model.config
    if config.model_type != "llama":
        raise DataError(f"{config.model_type} is not exported to GGUF here: use convert_hf_to_gguf.py of llama.cpp on the folder")
    reader = gguf.GGUFReader(like)
    architecture = reader.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(out, architecture)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type"):
            continue
        kind = field.types[0]
        writer.add_key_value(name, field.contents(), kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    writer.add_file_type(FILE_TYPES[precision])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for hf_name, value in model.state_dict().items():
        if hf_name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        name = names.get_name(hf_name, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise DataError(f"llama.cpp has no name for {hf_name}")
        weight = value.detach().float().cpu().numpy()
        if ".q_proj." in hf_name:
            weight = hf_order(weight, config.num_attention_heads)
        elif ".k_proj." in hf_name:
            weight = hf_order(weight, config.num_key_value_heads)
        kind = GGUF_PRECISIONS[precision]
        if weight.ndim == 1:
            kind = gguf.GGMLQuantizationType.F32
        elif weight.shape[-1] % BLOCK:
            kind = gguf.GGMLQuantizationType.F16
        writer.add_tensor(name, gguf.quants.quantize(np.ascontiguousarray(weight), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="a folder of training.chat.merge")
    kinds = parser.add_mutually_exclusive_group(required=True)
    kinds.add_argument("--onnx", choices=ONNX_PRECISIONS)
    kinds.add_argument("--gguf", choices=[*GGUF_PRECISIONS, *K_QUANTS])
    parser.add_argument("--like", type=Path, help="with --gguf: a GGUF file of the same base")
    parser.add_argument("--llama", type=Path, help="with q4_k_m, q5_k_m, q6_k: packages of the data folder, with node-llama-cpp in them")
    parser.add_argument("--out", type=Path, required=True, help="folder (ONNX) or file (GGUF)")
    arguments = parser.parse_args()
    if arguments.gguf and not arguments.like:
        parser.error("--gguf needs --like FILE.gguf of the same base")
    record = arguments.model / RECORD
    try:
        model = load_model(arguments.model)
        if arguments.onnx:
            export_onnx(model, arguments.out, arguments.onnx)
            load_tokenizer(arguments.model).save_pretrained(arguments.out)
        else:
            export_gguf(model, arguments.like, arguments.out, arguments.gguf, arguments.llama)
        if record.is_file():
            shutil.copy(record, arguments.out / RECORD if arguments.onnx else arguments.out.with_name(f"{arguments.out.name}.json"))
    except (OSError, KeyError, DataError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
