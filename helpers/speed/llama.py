"""The forward pass of a Llama by hand: the layers of `LlamaForCausalLM` on its own weights.

Sources: Touvron et al. 2023, arXiv:2302.13971 (the architecture); Zhang, Sennrich 2019,
arXiv:1910.07467 (RMSNorm); Su et al. 2021, arXiv:2104.09864 (rotary positions); Shazeer 2020,
arXiv:2002.05202 (SwiGLU); Ainslie et al. 2023, arXiv:2305.13245 (heads that share keys and values).
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Cache, LlamaForCausalLM
from transformers.modeling_outputs import CausalLMOutputWithPast


class LlamaByHand:
    """A `LlamaForCausalLM` in eval mode, which `helpers.generation.generate` can call in its place.

    It reads the model's weights where they are, so it costs no memory but for queries, keys and
    values, whose three matrices are copied into one. Raises ValueError for another architecture,
    and for settings that only some Llamas have.
    """

    def __init__(self, model: LlamaForCausalLM) -> None:
        config: Any = model.config  # in a model none of its optional fields is None
        if not _plain(config):
            raise ValueError(
                f"{type(model).__name__} is not a plain Llama (rotary positions, SiLU, no biases); "
                "call the model itself"
            )
        self.config = config
        self.generation_config = model.generation_config
        self.device = model.device
        self.body: Any = model.model
        self.head = model.lm_head.weight
        exponents = torch.arange(0, config.head_dim, 2, device=model.device) / config.head_dim
        # Radians a position, [width of a head].
        self.frequencies = (config.rope_parameters["rope_theta"] ** -exponents).repeat(2)
        self.qkv = [_joined(layer.self_attn) for layer in self.body.layers]

    def __call__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        position_ids: Tensor,
        past_key_values: Cache,
        use_cache: bool = True,
        logits_to_keep: int = 0,
    ) -> CausalLMOutputWithPast:
        """Logits of the last `logits_to_keep` positions, 0 for all.

        float [batch, kept, vocabulary], in `.logits`. `input_ids`, `position_ids`: int64 [batch,
        new]. `attention_mask`: 0/1 [batch, seen + new]. `past_key_values`: a `DynamicCache` of the
        `seen` positions, to which the new ones are added.
        """
        x = F.embedding(input_ids, self.body.embed_tokens.weight)
        angles = position_ids[:, None, :, None] * self.frequencies  # [batch, 1, new, width]
        turn = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        visible = visibility(attention_mask, input_ids.shape[1])
        for number, layer in enumerate(self.body.layers):
            y = self.norm(x, layer.input_layernorm)
            x = x + self.attention(number, y, turn, visible, past_key_values)
            y, mlp = self.norm(x, layer.post_attention_layernorm), layer.mlp
            y = F.silu(product(y, mlp.gate_proj.weight)) * product(y, mlp.up_proj.weight)
            x = x + product(y, mlp.down_proj.weight)
        kept = self.norm(x[:, -logits_to_keep:], self.body.norm)
        return CausalLMOutputWithPast(logits=product(kept, self.head))

    def attention(
        self,
        number: int,
        x: Tensor,
        turn: tuple[Tensor, Tensor],
        visible: Tensor | None,
        cache: Cache,
    ) -> Tensor:
        """What layer `number` mixes into `x`, float [batch, new, width of the model].

        `turn`: cosine and sine of the positions' angles, float [batch, 1, new, width of a head].
        `visible`: as `visibility` returns it. `cache`: gets this layer's new keys and values.
        """
        queries, shared = self.config.num_attention_heads, self.config.num_key_value_heads
        heads = product(x, self.qkv[number]).view(*x.shape[:2], -1, self.config.head_dim)
        turned, values = heads.transpose(1, 2).split([queries + shared, shared], dim=1)
        left, right = turned.chunk(2, dim=-1)
        cos, sin = turn
        turned = turned * cos + torch.cat([-right, left], dim=-1) * sin
        keys, values = cache.update(turned[:, queries:], values, number)
        mixed = F.scaled_dot_product_attention(
            turned[:, :queries], keys, values, visible, enable_gqa=True
        )
        mixed = mixed.transpose(1, 2).reshape(*x.shape[:2], -1)
        return product(mixed, self.body.layers[number].self_attn.o_proj.weight)

    def norm(self, x: Tensor, norm: Any) -> Tensor:
        """Divide each position by its root mean square; in 32 bits, as the library does."""
        wide = x.float()
        squares = wide.square().mean(dim=-1, keepdim=True)
        return norm.weight * (wide * torch.rsqrt(squares + norm.variance_epsilon)).to(x.dtype)


def _plain(config: Any) -> bool:
    return (
        config.model_type == "llama"
        and config.rope_parameters["rope_type"] == "default"
        and config.hidden_act == "silu"
        and not config.attention_bias
        and not config.mlp_bias
    )


def _joined(attention: Any) -> Tensor:
    """The matrices of queries, keys and values below each other: one product instead of three."""
    parts = attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight
    return torch.cat(parts).detach()


def visibility(attention_mask: Tensor, new: int) -> Tensor | None:
    """Which positions each new one may look at, None if that is all of them.

    bool [batch, 1, new, seen + new]. `attention_mask`: 0/1 [batch, seen + new].
    """
    if new == 1 and attention_mask.all():
        return None
    every = attention_mask.shape[1]
    seen = every - new
    square = torch.ones(new, every, dtype=torch.bool, device=attention_mask.device)
    earlier = square.tril(seen)
    itself = earlier & square.triu(seen)  # also where it is a pad: a row without anything is NaN
    return earlier & attention_mask[:, None, None].bool() | itself


def product(x: Tensor, weight: Tensor) -> Tensor:
    """`x` [batch, new, in] times the transposed `weight` [out, in].

    Matrix times one vector is limited by reading the matrix, and in 32 bits the library under
    torch reads it with one core. So here each core multiplies a slice of its rows: a batch of
    smaller products.
    """
    cores = math.gcd(torch.get_num_threads(), len(weight))
    if x.shape[:2].numel() > 1 or x.dtype != torch.float32 or x.device.type != "cpu":
        return F.linear(x, weight)
    slices = weight.view(cores, -1, weight.shape[1])
    return torch.bmm(slices, x.expand(cores, 1, -1).transpose(1, 2)).view(1, 1, -1)
