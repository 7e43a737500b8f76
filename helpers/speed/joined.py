"""Linear layers that read one input as one matrix, without a second copy of their weights."""

import torch
from torch import Tensor, nn


def one_matrix(*layers: nn.Linear) -> Tensor:
    """Weights of linear layers with one input as one matrix [sum of out, in], now its views."""
    weights = [layer.weight.detach() for layer in layers]
    lengths = [len(weight) for weight in weights]
    if _in_a_row(weights):
        return weights[0].as_strided((sum(lengths), weights[0].shape[1]), weights[0].stride())
    whole = torch.cat(weights)
    for layer, part in zip(layers, whole.split(lengths), strict=True):
        layer.weight.data = part
    return whole


def _in_a_row(weights: list[Tensor]) -> bool:
    """Whether an earlier `one_matrix` has laid these into one storage, one after the other."""
    size = weights[0].element_size()
    ends = [weight.data_ptr() + weight.numel() * size for weight in weights]
    begins = [weight.data_ptr() for weight in weights]
    one = len({weight.untyped_storage().data_ptr() for weight in weights}) == 1
    return one and ends[:-1] == begins[1:]
