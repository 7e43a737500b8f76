"""A DistilBERT as ONNX graphs: the body once, a graph a head; every weight matrix in 8 bits.

A row of a matrix is cut into blocks of 32; each has a scale of its own, and its numbers are whole
ones from 1 to 255, 128 standing for zero. Activations stay fp32, so nothing else is rounded.
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from transformers import PreTrainedModel

BLOCK = 32
WORDS = "words.bin"  # the embeddings: the body's input, and the masked-lm head's last matrix
LOWEST = float(np.finfo(np.float32).min)  # what the library adds to scores of masked places


def quantized(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix [rows, columns] as uint8 [rows, blocks, 32] and float16 scales [rows, blocks]."""
    blocks = weight.astype(np.float32).reshape(len(weight), -1, BLOCK)
    scales = (np.abs(blocks).max(axis=2) / 127).astype(np.float16)
    steps = np.maximum(scales.astype(np.float32), np.finfo(np.float16).tiny)[..., None]
    return (np.clip(np.rint(blocks / steps), -127, 127) + 128).astype(np.uint8), scales


class Graph:
    """What is computed, written down node by node; a value is known by its name."""

    def __init__(self, config: Any):
        self.config, self.nodes, self.initializers = config, [], []

    def add(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """One operation on values; returns the name of its result, a list of several."""
        names = [f"{op}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def keep(self, value: Any, dtype: Any = np.float32) -> str:
        """A constant."""
        name = f"constant_{len(self.initializers)}"
        array = np.asarray(getattr(value, "detach", lambda: value)(), dtype=dtype)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def matrix(self, layer: Any) -> tuple[str, str]:
        """A weight matrix in 8 bits: the names of its numbers and of its scales."""
        numbers, scales = quantized(layer.weight.detach().numpy())
        return self.keep(numbers, np.uint8), self.keep(scales, np.float16)

    def words(self, embeddings: Any) -> tuple[str, str]:
        """As `matrix`; the numbers lie in the file that body and masked-lm head have in common."""
        names = self.matrix(embeddings)
        shared = self.initializers[-2]
        shared.ClearField("raw_data")
        shared.data_location = TensorProto.EXTERNAL
        shared.external_data.add(key="location", value=WORDS)
        return names

    def rows(self, numbers: str, scales: str, shape: tuple = (0, -1)) -> str:
        """Rows of a matrix in 8 bits as fp32; `shape`: as ONNX writes it, 0 is as it was."""
        steps = self.add("Cast", scales, to=TensorProto.FLOAT)
        steps = self.add("Unsqueeze", steps, self.keep([-1], np.int64))
        blocks = self.add("Cast", numbers, to=TensorProto.FLOAT)
        blocks = self.add("Mul", self.add("Sub", blocks, self.keep(128)), steps)
        return self.add("Reshape", blocks, self.keep(shape, np.int64))

    def linear(self, x: str, layer: Any, matrix: tuple[str, str] | None = None) -> str:
        """x · Wᵀ + b. W lies as `matrix` says; it becomes fp32 once, when the graph is loaded."""
        weight = self.add("Transpose", self.rows(*(matrix or self.matrix(layer))), perm=[1, 0])
        return self.add("Add", self.add("MatMul", x, weight), self.keep(layer.bias))

    def norm(self, x: str, layer: Any) -> str:
        scale, shift = self.keep(layer.weight), self.keep(layer.bias)
        return self.add("LayerNormalization", x, scale, shift, epsilon=layer.eps)

    def gelu(self, x: str) -> str:
        root = self.add("Div", x, self.keep(np.sqrt(2)))
        twice = self.add("Add", self.add("Erf", root), self.keep(1))
        return self.add("Mul", self.add("Mul", x, twice), self.keep(0.5))

    def model(self, inputs: dict[str, Any], outputs: dict[str, str]) -> onnx.ModelProto:
        """The graph with its `inputs`, name → type, and its `outputs`, name → value."""
        taken = [helper.make_tensor_value_info(name, kind, None) for name, kind in inputs.items()]
        self.nodes += [helper.make_node("Identity", [v], [name]) for name, v in outputs.items()]
        given = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self.nodes, "distilbert", taken, given, self.initializers)
        opsets = [helper.make_opsetid("", 17)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def body(model: PreTrainedModel) -> onnx.ModelProto:
    """input_ids, attention_mask: int64 [batch, sequence] → hidden [batch, sequence, width] and
    attention_0 …: float32 [batch, heads, sequence, sequence].
    """
    graph = Graph(model.config)
    x = _embedded(graph, model.embeddings)
    hidden_from = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden_from = graph.add("Sub", graph.keep(1), hidden_from)
    out = graph.add("Unsqueeze", hidden_from, graph.keep([1, 2], np.int64))
    out = graph.add("Mul", out, graph.keep(LOWEST))
    attentions = {}
    for number, layer in enumerate(model.transformer.layer):
        mixed, attentions[f"attention_{number}"] = _attended(graph, x, layer.attention, out)
        x = graph.norm(graph.add("Add", mixed, x), layer.sa_layer_norm)
        wide = graph.gelu(graph.linear(x, layer.ffn.lin1))
        x = graph.norm(
            graph.add("Add", graph.linear(wide, layer.ffn.lin2), x), layer.output_layer_norm
        )
    kinds = dict.fromkeys(("input_ids", "attention_mask"), TensorProto.INT64)
    return graph.model(kinds, {"hidden": x} | attentions)


def _embedded(graph: Graph, embeddings: Any) -> str:
    """Words and places as vectors [batch, sequence, width]: rows of numbers times their scales."""
    numbers, scales = graph.words(embeddings.word_embeddings)
    found = (graph.add("Gather", one, "input_ids") for one in (numbers, scales))
    words = graph.rows(*found, (0, 0, -1))
    length = graph.add(
        "Slice", graph.add("Shape", "input_ids"), *(graph.keep(one, np.int64) for one in ([1], [2]))
    )
    zero, axis = graph.keep([0], np.int64), graph.keep([0], np.int64)
    places = graph.add(
        "Slice", graph.keep(embeddings.position_embeddings.weight), zero, length, axis
    )
    return graph.norm(graph.add("Add", words, places), embeddings.LayerNorm)


def _attended(graph: Graph, x: str, attention: Any, out: str) -> tuple[str, str]:
    """What the tokens take from each other, and the weights they do it with."""
    heads, width = graph.config.n_heads, graph.config.dim // graph.config.n_heads
    apart = graph.keep([0, 0, heads, width], np.int64)

    def split(layer: Any, *order: int) -> str:
        return graph.add(
            "Transpose", graph.add("Reshape", graph.linear(x, layer), apart), perm=order
        )

    query, key = split(attention.q_lin, 0, 2, 1, 3), split(attention.k_lin, 0, 2, 3, 1)
    scores = graph.add("Mul", graph.add("MatMul", query, key), graph.keep(width**-0.5))
    weights = graph.add("Softmax", graph.add("Add", scores, out), axis=-1)
    taken = graph.add("MatMul", weights, split(attention.v_lin, 0, 2, 1, 3))
    taken = graph.add("Transpose", taken, perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", taken, graph.keep([0, 0, -1], np.int64))
    return graph.linear(joined, attention.out_lin), weights


def head(model: Any) -> onnx.ModelProto:
    """hidden [batch, sequence, width] → what the model's own head makes of it.

    logits [batch, labels] of a text, [batch, sequence, labels] of tokens; of a masked-lm head the
    five `best` ids, their logits and the `sum`, log Σ exp of all, of each token.
    """
    graph = Graph(model.config)
    if hasattr(model, "vocab_projector"):
        outputs = _guessed(graph, model)
    elif hasattr(model, "pre_classifier"):
        first = graph.add("Gather", "hidden", graph.keep(0, np.int64), axis=1)
        wide = graph.add("Relu", graph.linear(first, model.pre_classifier))
        outputs = {"logits": graph.linear(wide, model.classifier)}
    else:
        layer = model.qa_outputs if hasattr(model, "qa_outputs") else model.classifier
        outputs = {"logits": graph.linear("hidden", layer)}
    return graph.model({"hidden": TensorProto.FLOAT}, outputs)


def _guessed(graph: Graph, model: Any) -> dict[str, str]:
    wide = graph.gelu(graph.linear("hidden", model.vocab_transform))
    wide = graph.norm(wide, model.vocab_layer_norm)
    matrix = graph.words(model.distilbert.embeddings.word_embeddings)
    logits = graph.linear(wide, model.vocab_projector, matrix)
    values, ids = graph.add("TopK", logits, graph.keep([5], np.int64), outputs=2)
    total = graph.add("ReduceLogSumExp", logits, axes=[-1], keepdims=0)
    return {"logits": values, "best": ids, "sum": total}
