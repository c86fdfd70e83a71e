"""Quantises a GGUF file as llama.cpp's own llama-quantize does, through the libllama that node-llama-cpp brings: gguf-py cannot write K-quants."""

import ctypes
import platform
from pathlib import Path

import gguf

from training.workshop.corpus import DataError

K_QUANTS = {"q4_k_m": gguf.LlamaFileType.MOSTLY_Q4_K_M, "q5_k_m": gguf.LlamaFileType.MOSTLY_Q5_K_M, "q6_k": gguf.LlamaFileType.MOSTLY_Q6_K}


class _Parameters(ctypes.Structure):
    """`llama_model_quantize_params`: what comes behind the first two differs between versions, and keeps its defaults."""

    _fields_ = [("threads", ctypes.c_int32), ("file_type", ctypes.c_int32), ("others", ctypes.c_uint8 * 504)]


def find_library(folder: Path) -> Path:
    """`folder`: the packages of the desk's data folder, or any other that has llama.cpp's shared library below it."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower(), platform.machine().lower())
    found = [path for path in folder.rglob("libllama*.so") if "common" not in path.name]
    ours = [path for path in found if f"linux-{machine}" in path.parts]
    if not found:
        raise DataError(f"{folder} has no libllama.so: npm install --prefix {folder} node-llama-cpp@3")
    return sorted(ours or found)[0]


def quantize(library: Path, source: Path, out: Path, precision: str) -> None:
    """`source`: f16 or better. Rows that K-quants cannot hold (no multiple of 256) become the next kind of more bits, as llama.cpp chooses."""
    llama = ctypes.CDLL(str(library.resolve()))
    llama.llama_model_quantize_default_params.restype = _Parameters
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(_Parameters)]
    llama.llama_model_quantize.restype = ctypes.c_uint32
    parameters = llama.llama_model_quantize_default_params()
    parameters.threads, parameters.file_type = 1, int(K_QUANTS[precision])
    status = llama.llama_model_quantize(str(source).encode(), str(out).encode(), ctypes.byref(parameters))
    if status != 0 or not out.is_file():
        raise DataError(f"llama.cpp could not quantise {source} to {precision} (status {status})")
