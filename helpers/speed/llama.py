"""The forward pass of a Llama by hand: the layers of `LlamaForCausalLM`, on its own weights.

Sources: Touvron et al. 2023, arXiv:2302.13971 (the architecture); Zhang, Sennrich 2019,
arXiv:1910.07467 (RMSNorm); Su et al. 2021, arXiv:2104.09864 (rotary positions); Shazeer 2020,
arXiv:2002.05202 (SwiGLU); Ainslie et al. 2023, arXiv:2305.13245 (heads that share keys and values).
"""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import LlamaForCausalLM
from transformers.modeling_outputs import CausalLMOutputWithPast

from helpers.speed.eight import Eight, eight_bits
from helpers.speed.joined import one_matrix
from helpers.speed.products import bytes_read, product


class Room:
    """Keys and values of a batch of texts in buffers made once; a step writes its own positions.

    `keys`, `values`: [layers, batch, shared heads, positions, width]. `seen`: positions written.
    """

    def __init__(self, config: Any, batch: int, positions: int, like: Tensor) -> None:
        heads, width = config.num_key_value_heads, config.head_dim
        shape = (2, config.num_hidden_layers, batch, heads, positions, width)
        self.keys, self.values = like.new_zeros(shape)
        self.seen = 0

    def crop(self, positions: int) -> None:
        """Forget the last `-positions` ones, as `DynamicCache.crop` does with a negative number."""
        self.seen += positions

    def write(self, number: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add a layer's new ones [batch, new, heads, width]; return [batch, heads, all, width]."""
        end = self.seen + keys.shape[1]
        self.keys[number, :, :, self.seen : end] = keys.transpose(1, 2)
        self.values[number, :, :, self.seen : end] = values.transpose(1, 2)
        return self.keys[number, :, :, :end], self.values[number, :, :, :end]


class Step(NamedTuple):
    """What the layers of one pass share: turns of the rotary positions [batch, new, 1, width] …"""

    cos: Tensor
    sin: Tensor
    visible: Tensor | None
    room: Room


class LlamaByHand:
    """A `LlamaForCausalLM` in eval mode: give it to `helpers.generation.generate` in its place.

    Matrices with the same input are one: query, key, value; gate, up. The model's own parameters
    become views of them, so it goes on answering and no weight is held twice. `bits` = 8 makes an
    8-bit copy of every matrix, and reads that where it is faster. Raises ValueError for another
    architecture, and for settings that only some Llamas have, by name.
    """

    def __init__(self, model: LlamaForCausalLM, bits: int | None = None) -> None:
        if refused := unlike_llama(model.config):
            raise ValueError(f"LlamaByHand does not cover {refused}; call the model itself")
        if bits not in (None, 8):
            raise ValueError(f"bits is {bits!r}; it must be 8, or None for the model's own dtype")
        body: Any = model.model
        self.config, self.generation_config = model.config, model.generation_config
        self.device = model.device
        self.embedding = body.embed_tokens.weight.detach()
        self.layers = [Layer(layer, model.config) for layer in body.layers]
        self.norm, self.head = body.norm, model.lm_head.weight.detach()
        self.cos, self.sin = rotation(model.config, self.embedding)
        if bits == 8:
            for layer in self.layers:
                layer.to_eight_bits()
            self.head = eight_bits(self.head)

    def new_cache(self, batch: int, positions: int) -> Room:
        """Room for `batch` texts of `positions` ids, the prompt and what is to come."""
        return Room(self.config, batch, positions, self.embedding)

    def bytes_read(self) -> int:
        """Bytes of the matrices that one more token of one text reads."""
        every = [matrix for layer in self.layers for matrix in layer.matrices()]
        return sum(bytes_read(matrix, self.embedding.dtype) for matrix in [*every, self.head])

    @torch.inference_mode()
    def __call__(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        position_ids: Tensor,
        past_key_values: Room,
        use_cache: bool = True,
        logits_to_keep: int = 0,
    ) -> CausalLMOutputWithPast:
        """Logits of the last `logits_to_keep` positions, 0 for all: [batch, kept, vocabulary].

        `input_ids`, `position_ids`: int64 [batch, new]. `attention_mask`: 0/1 [batch, seen + new].
        Keys and values of the new positions are added to `past_key_values`, which `new_cache` made.
        """
        x = F.embedding(input_ids, self.embedding)
        cos, sin = (table[position_ids][:, :, None] for table in (self.cos, self.sin))
        step = Step(cos, sin, visibility(attention_mask, x.shape[1]), past_key_values)
        for number, layer in enumerate(self.layers):
            x = layer(x, number, step)
        past_key_values.seen += input_ids.shape[1]
        x = rms_norm(x[:, -logits_to_keep:], self.norm)
        return CausalLMOutputWithPast(logits=product(x, self.head))


class Layer:
    """One layer, its matrices as they are read."""

    qkv: Tensor | Eight
    gate_up: Tensor | Eight
    out: Tensor | Eight
    down: Tensor | Eight

    def __init__(self, layer: Any, config: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self.queries, self.shared = config.num_attention_heads, config.num_key_value_heads
        self.width = config.head_dim
        self.qkv = one_matrix(attention.q_proj, attention.k_proj, attention.v_proj)
        self.gate_up = one_matrix(mlp.gate_proj, mlp.up_proj)
        self.out, self.down = attention.o_proj.weight.detach(), mlp.down_proj.weight.detach()
        self.before_attention = layer.input_layernorm
        self.before_mlp = layer.post_attention_layernorm

    def matrices(self) -> list[Tensor | Eight]:
        """Every matrix, in the order of their use."""
        return [self.qkv, self.out, self.gate_up, self.down]

    def to_eight_bits(self) -> None:
        """Make an 8-bit copy of each matrix."""
        for name in ("qkv", "gate_up", "out", "down"):
            setattr(self, name, eight_bits(getattr(self, name)))

    def __call__(self, x: Tensor, number: int, step: Step) -> Tensor:
        """Float [batch, new, hidden size] to the same."""
        x = x + self.attention(rms_norm(x, self.before_attention), number, step)
        gate, up = product(rms_norm(x, self.before_mlp), self.gate_up).chunk(2, dim=-1)
        return x + product(F.silu(gate) * up, self.down)

    def attention(self, x: Tensor, number: int, step: Step) -> Tensor:
        """Float [batch, new, hidden size] to the same; keys and values go to the step's room."""
        heads = product(x, self.qkv).view(*x.shape[:2], -1, self.width)
        turning, values = heads.split([self.queries + self.shared, self.shared], dim=2)
        swapped = turning.roll(self.width // 2, dims=-1)  # its sign is in `sin`
        turned = torch.addcmul(turning * step.cos, swapped, step.sin)
        keys, values = step.room.write(number, turned[:, :, self.queries :], values)
        mix = self.mix_one if x.shape[1] == 1 else self.mix_many
        return product(mix(turned[:, :, : self.queries], keys, values, step.visible), self.out)

    def mix_many(
        self, queries: Tensor, keys: Tensor, values: Tensor, visible: Tensor | None
    ) -> Tensor:
        """A prompt at once: [batch, new, heads, width] to [batch, new, heads · width]."""
        mixed = F.scaled_dot_product_attention(
            queries.transpose(1, 2), keys, values, visible, enable_gqa=True
        )
        return mixed.transpose(1, 2).flatten(2)

    def mix_one(
        self, queries: Tensor, keys: Tensor, values: Tensor, visible: Tensor | None
    ) -> Tensor:
        """One new position: queries of a shared head are its rows, so nothing is repeated."""
        rows = queries.reshape(len(queries), self.shared, -1, self.width)
        mixed = F.scaled_dot_product_attention(rows, keys, values, visible)
        return mixed.reshape(len(queries), 1, -1)


def rms_norm(x: Tensor, norm: Any) -> Tensor:
    """Each position divided by its root mean square, times a learned weight."""
    return F.rms_norm(x, x.shape[-1:], norm.weight, norm.variance_epsilon)


def rotation(config: Any, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and signed sine of every position's angles: each [positions, width of a head]."""
    exponents = torch.arange(0, config.head_dim, 2, device=like.device) / config.head_dim
    frequencies = config.rope_parameters["rope_theta"] ** -exponents  # radians a position
    positions = torch.arange(config.max_position_embeddings, device=like.device)
    angles = positions[:, None] * frequencies
    cos, sin = angles.cos().to(like.dtype), angles.sin().to(like.dtype)
    return torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)


def visibility(attention_mask: Tensor, new: int) -> Tensor | None:
    """Which of the seen and new positions each new one may look at; None: one new, and all.

    bool [batch, 1, new, all]. `attention_mask`: 0/1 [batch, all].
    """
    if new == 1 and attention_mask.all():
        return None
    every, device = attention_mask.shape[1], attention_mask.device
    seen = every - new
    earlier = torch.ones(new, every, dtype=torch.bool, device=device).tril(seen)
    itself = torch.eye(new, every, dtype=torch.bool, device=device).roll(seen, dims=1)
    # A pad sees itself: a row without anything is NaN.
    return earlier & attention_mask[:, None, None].bool() | itself


def unlike_llama(config: Any) -> str | None:
    """Name what of a model's config the pass by hand does not cover, or None."""
    if config.model_type != "llama":
        return f"the architecture {config.model_type!r}"
    wanted: dict[str, Any] = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
    settings = {name: getattr(config, name) for name in wanted}
    wanted["rope_type"], settings["rope_type"] = "default", config.rope_parameters["rope_type"]
    return next(
        (f"{name}={value!r}" for name, value in settings.items() if value != wanted[name]), None
    )
