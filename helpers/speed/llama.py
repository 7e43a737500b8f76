"""The forward pass of a Llama by hand: the layers of `LlamaForCausalLM`, without its framework, on its own weights.

Sources: Touvron et al. 2023, arXiv:2302.13971 (the architecture); Zhang, Sennrich 2019, arXiv:1910.07467 (RMSNorm); Su et al.
2021, arXiv:2104.09864 (rotary positions); Shazeer 2020, arXiv:2002.05202 (SwiGLU); Ainslie et al. 2023, arXiv:2305.13245 (heads
that share keys and values).
"""

import math

import torch
import torch.nn.functional as F
from transformers.modeling_outputs import CausalLMOutputWithPast


class LlamaByHand:
    """A `LlamaForCausalLM` in eval mode, called as `helpers.generation.generate` calls a model: use it in the model's place.

    It reads the model's weights where they are, so it costs no memory but for queries, keys and values, whose three matrices
    are copied into one. Raises ValueError for another architecture, and for settings that only some Llamas have.
    """

    def __init__(self, model):
        config = model.config
        plain = (
            config.model_type == "llama"
            and config.rope_parameters["rope_type"] == "default"
            and config.hidden_act == "silu"
            and not config.attention_bias
            and not config.mlp_bias
        )
        if not plain:
            raise ValueError(
                f"{type(model).__name__} is not a plain Llama (rotary positions, SiLU, no biases); call the model itself"
            )
        self.config, self.generation_config, self.device = (
            config,
            model.generation_config,
            model.device,
        )
        self.body, self.head = model.model, model.lm_head.weight
        exponents = torch.arange(0, config.head_dim, 2, device=model.device) / config.head_dim
        self.frequencies = (config.rope_parameters["rope_theta"] ** -exponents).repeat(
            2
        )  # radians a position, [width of a head]
        self.qkv = [
            torch.cat(
                [
                    layer.self_attn.q_proj.weight,
                    layer.self_attn.k_proj.weight,
                    layer.self_attn.v_proj.weight,
                ]
            ).detach()
            for layer in self.body.layers
        ]

    def __call__(
        self,
        input_ids,
        attention_mask,
        position_ids,
        past_key_values,
        use_cache=True,
        logits_to_keep=0,
    ):
        """Logits of the last `logits_to_keep` positions, 0 for all: float [batch, kept, vocabulary], in `.logits`.

        `input_ids`, `position_ids`: int64 [batch, new]. `attention_mask`: 0/1 [batch, seen + new]. `past_key_values`: a
        `DynamicCache` of the `seen` positions, to which the new ones are added.
        """
        x = F.embedding(input_ids, self.body.embed_tokens.weight)
        angles = position_ids[:, None, :, None] * self.frequencies  # [batch, 1, new, width]
        cos, sin, visible = (
            angles.cos().to(x.dtype),
            angles.sin().to(x.dtype),
            visibility(attention_mask, input_ids.shape[1]),
        )
        for number, layer in enumerate(self.body.layers):
            x = x + self.attention(
                number,
                layer,
                self.norm(x, layer.input_layernorm),
                cos,
                sin,
                visible,
                past_key_values,
            )
            y, mlp = self.norm(x, layer.post_attention_layernorm), layer.mlp
            y = F.silu(product(y, mlp.gate_proj.weight)) * product(y, mlp.up_proj.weight)
            x = x + product(y, mlp.down_proj.weight)
        return CausalLMOutputWithPast(
            logits=product(self.norm(x[:, -logits_to_keep:], self.body.norm), self.head)
        )

    def attention(self, number, layer, x, cos, sin, visible, cache):
        queries, shared, width = (
            self.config.num_attention_heads,
            self.config.num_key_value_heads,
            self.config.head_dim,
        )
        heads = (
            product(x, self.qkv[number]).view(*x.shape[:2], -1, width).transpose(1, 2)
        )  # [batch, heads, new, width]
        turned, values = heads.split([queries + shared, shared], dim=1)
        left, right = turned.chunk(2, dim=-1)
        turned = turned * cos + torch.cat([-right, left], dim=-1) * sin
        keys, values = cache.update(turned[:, queries:], values, number)
        mixed = F.scaled_dot_product_attention(
            turned[:, :queries], keys, values, visible, enable_gqa=True
        )
        return product(
            mixed.transpose(1, 2).reshape(*x.shape[:2], -1), layer.self_attn.o_proj.weight
        )

    def norm(self, x, norm):
        """Divide each position by its root mean square; computed in 32 bits, as the library does."""
        wide = x.float()
        return norm.weight * (
            wide * torch.rsqrt(wide.square().mean(dim=-1, keepdim=True) + norm.variance_epsilon)
        ).to(x.dtype)


def visibility(attention_mask, new):
    """Which positions each new one may look at: bool [batch, 1, new, seen + new], or None if that is all of them."""
    if new == 1 and attention_mask.all():
        return None
    seen = attention_mask.shape[1] - new
    earlier = torch.ones(new, seen + new, dtype=torch.bool, device=attention_mask.device).tril(seen)
    itself = torch.eye(new, seen + new, dtype=torch.bool, device=attention_mask.device).roll(
        seen, dims=1
    )
    return (
        earlier & attention_mask[:, None, None].bool() | itself
    )  # a pad sees itself: a row without anything is NaN


def product(x, weight):
    """`x` [batch, new, in] times the transposed `weight` [out, in].

    Matrix times one vector is limited by reading the matrix, and in 32 bits the library under torch reads it with one core. So
    here each core multiplies a slice of its rows: a batch of smaller products.
    """
    cores = math.gcd(torch.get_num_threads(), len(weight))
    if x.shape[:2].numel() > 1 or x.dtype != torch.float32 or x.device.type != "cpu":
        return F.linear(x, weight)
    return torch.bmm(
        weight.view(cores, -1, weight.shape[1]), x.expand(cores, 1, -1).transpose(1, 2)
    ).view(1, 1, -1)
