"""Writes a Llama decoder as one ONNX graph with a key-value cache, as transformers.js runs it: node by node, without tracing.

Inputs input_ids, attention_mask, past_key_values.N.key/value; outputs logits, present.N.key/value. Rotation, causal mask and cache are
onnxruntime's GroupQueryAttention.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from transformers import LlamaConfig, PreTrainedModel

CONTRIB = "com.microsoft"
OPSET = 17


class _Graph:
    """Collects nodes and initializers; every method returns the name of the value it made."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def linear(self, value: str, name: str, weight: np.ndarray) -> str:
        """`weight`: (out, in), as PyTorch has it."""
        return self.node("MatMul", [value, self.constant(f"{name}.weight", weight.T)], [name])

    def norm(self, value: str, name: str, gamma: np.ndarray, epsilon: float) -> str:
        return self.node("SimplifiedLayerNormalization", [value, self.constant(f"{name}.gamma", gamma)], [name], axis=-1, epsilon=epsilon, stash_type=1)


def rotation(config: LlamaConfig, head: int) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin: (positions, head / 2)."""
    theta = float(config.rope_parameters["rope_theta"])
    frequencies = 1.0 / theta ** (np.arange(0, head, 2, dtype=np.float64) / head)
    angles = np.outer(np.arange(config.max_position_embeddings), frequencies)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def supported(config: LlamaConfig) -> bool:
    """What this graph says, and nothing that it leaves out."""
    plain = config.rope_parameters.get("rope_type", "default") == "default"
    return config.model_type == "llama" and plain and not config.attention_bias and not config.mlp_bias and config.hidden_act == "silu"


def build_graph(model: PreTrainedModel) -> onnx.ModelProto:
    config = model.config
    weights = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}
    head = config.head_dim or config.hidden_size // config.num_attention_heads
    epsilon = config.rms_norm_eps
    graph = _Graph()
    one = graph.constant("one", np.array([1], np.int64))
    seen = graph.node("ReduceSum", ["attention_mask", one], ["seen"], keepdims=0)
    before = graph.node("Sub", [seen, one], ["before"])
    last = graph.node("Cast", [before], ["last"], to=TensorProto.INT32)
    length = graph.node("Gather", [graph.node("Shape", ["attention_mask"], ["mask.shape"]), graph.constant("axis", np.array(1, np.int64))], ["length.long"], axis=0)
    total = graph.node("Cast", [length], ["length"], to=TensorProto.INT32)
    cos, sin = rotation(config, head)
    tables = [graph.constant("cos", cos), graph.constant("sin", sin)]
    hidden = graph.node("Gather", [graph.constant("words", weights["model.embed_tokens.weight"]), "input_ids"], ["embedded"], axis=0)
    for index in range(config.num_hidden_layers):
        name, of = f"layer{index}", f"model.layers.{index}."
        normed = graph.norm(hidden, f"{name}.norm1", weights[f"{of}input_layernorm.weight"], epsilon)
        query, key, value = (graph.linear(normed, f"{name}.{part}", weights[f"{of}self_attn.{part}_proj.weight"]) for part in "qkv")
        past, present = ([f"{kind}.{index}.{part}" for part in ("key", "value")] for kind in ("past_key_values", "present"))
        graph.node("GroupQueryAttention", [query, key, value, *past, last, total, *tables], [f"{name}.attended", *present], CONTRIB, num_heads=config.num_attention_heads, kv_num_heads=config.num_key_value_heads, do_rotary=1)
        out = graph.linear(f"{name}.attended", f"{name}.o", weights[f"{of}self_attn.o_proj.weight"])
        hidden = graph.node("Add", [hidden, out], [f"{name}.middle"])
        normed = graph.norm(hidden, f"{name}.norm2", weights[f"{of}post_attention_layernorm.weight"], epsilon)
        gate, up = (graph.linear(normed, f"{name}.{part}", weights[f"{of}mlp.{part}_proj.weight"]) for part in ("gate", "up"))
        activated = graph.node("Mul", [gate, graph.node("Sigmoid", [gate], [f"{name}.sigmoid"])], [f"{name}.silu"])
        narrow = graph.linear(graph.node("Mul", [activated, up], [f"{name}.gated"]), f"{name}.down", weights[f"{of}mlp.down_proj.weight"])
        hidden = graph.node("Add", [hidden, narrow], [f"{name}.out"])
    final = graph.norm(hidden, "norm", weights["model.norm.weight"], epsilon)
    head_weight = weights["model.embed_tokens.weight"] if config.tie_word_embeddings else weights["lm_head.weight"]
    graph.node("MatMul", [final, graph.constant("lm_head.weight", head_weight.T)], ["logits"])

    def tensor(name: str, kind: int, shape: list[object]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    def cache(kind: str, length_name: str) -> list[onnx.ValueInfoProto]:
        shape = ["batch_size", config.num_key_value_heads, length_name, head]
        return [tensor(f"{kind}.{index}.{part}", TensorProto.FLOAT, shape) for index in range(config.num_hidden_layers) for part in ("key", "value")]

    inputs = [tensor("input_ids", TensorProto.INT64, ["batch_size", "new"]), tensor("attention_mask", TensorProto.INT64, ["batch_size", "whole"]), *cache("past_key_values", "past")]
    outputs = [tensor("logits", TensorProto.FLOAT, ["batch_size", "new", config.vocab_size]), *cache("present", "whole")]
    made = helper.make_graph(graph.nodes, "llama", inputs, outputs, graph.initializers)
    proto = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)], producer_name="answerdesk")
    proto.ir_version = 9
    return proto
