"""Check of notebook 03 on a model's size: parameters, counted part by part."""

from transformers import DistilBertConfig, DistilBertModel

from helpers.exercises import check_function


def _forgotten(config: DistilBertConfig) -> dict[str, int]:
    """What people leave out, and how many parameters that is."""
    dim, wide, layers = config.dim, config.hidden_dim, config.n_layers
    biases, norms = layers * (5 * dim + wide), layers * 4 * dim
    layer = 4 * dim * dim + 2 * dim * wide + 5 * dim + wide + 4 * dim
    positions, words = config.max_position_embeddings * dim, config.vocab_size * dim
    return {
        "The biases are missing: each linear layer has one for every output.": biases,
        "The layer norms are missing: two in each layer and one behind the embeddings, each "
        "2 × dim.": norms + 2 * dim,
        "Biases and layer norms are missing: they are small, but they are parameters.": (
            biases + norms + 2 * dim
        ),
        "The layer norm behind the embeddings is missing.": 2 * dim,
        "The layer norms inside the layers are missing: two in each.": norms,
        "Each layer has two layer norms; you count one.": norms // 2,
        "A layer norm has two vectors: what it multiplies by and what it adds.": (norms // 2 + dim),
        "You count one layer; there are n_layers of them.": (layers - 1) * layer,
        "The position embeddings are missing.": positions,
        "The word embeddings are missing.": words,
        "The embeddings are missing: a row for each word and each position, and a layer norm.": (
            words + positions + 2 * dim
        ),
        "Attention has four linear layers, not three: q_lin, k_lin, v_lin and out_lin.": (
            layers * (dim * dim + dim)
        ),
        "The feed-forward network has two linear layers: dim → hidden_dim and back.": (
            layers * (dim * wide + dim)
        ),
    }


def _config(words: int, positions: int, dim: int, wide: int, layers: int) -> DistilBertConfig:
    return DistilBertConfig(
        vocab_size=words,
        max_position_embeddings=positions,
        dim=dim,
        hidden_dim=wide,
        n_layers=layers,
        n_heads=2,
    )


def _miscounted(got: float, wanted: int, config: DistilBertConfig) -> str:
    off = f"{abs(wanted - got):,} too {'few' if got < wanted else 'many'}. Count part by part."
    left_out: dict[float, str] = {size: what for what, size in _forgotten(config).items() if size}
    said = left_out.get(wanted - got, off)
    return (
        f"A tiny DistilBERT with {config.n_layers} layer(s) has {wanted:,} parameters; "
        f"you count {got:,}. {said}"
    )


@check_function(
    right=lambda config: DistilBertModel(config).num_parameters(),
    kinds=[(object, "Return a number; yours is {kind}.")],
    slips=[],
    otherwise=_miscounted,
)
def parameters() -> list[tuple]:
    """3.1: `function(config)` gives the number of a DistilBertModel's parameters."""
    sizes = (50, 20, 8, 12, 3), (50, 20, 8, 12, 1), (31, 7, 6, 10, 2)
    return [(_config(*size),) for size in sizes]
