"""Which settings a call of `generate` runs with, and what of a model the loop by hand does not
cover.

A model brings settings in its `generation_config`. Those that would change the ids, and that the
loop does not have, are refused by name: nothing is left out in silence.
"""

import inspect
from typing import Any

# The library's own values, where neither the caller nor the model has one.
DEFAULTS = {
    "do_sample": False,
    "temperature": 1.0,
    "top_k": 50,
    "top_p": 1.0,
    "min_p": None,
    "repetition_penalty": 1.0,
    "eos_token_id": None,
    "pad_token_id": None,
}
# Settings that the loop does not have, and the value that switches each off.
REFUSED = {
    "assistant_early_exit": None,
    "bad_words_ids": None,
    "begin_suppress_tokens": None,
    "cache_implementation": None,
    "constraints": None,
    "dola_layers": None,
    "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1.0,
    "exponential_decay_length_penalty": None,
    "force_words_ids": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "guidance_scale": 1,
    "is_assistant": False,
    "max_time": None,
    "min_length": 0,
    "min_new_tokens": 0,
    "no_repeat_ngram_size": 0,
    "num_beam_groups": 1,
    "num_beams": 1,
    "num_return_sequences": 1,
    "penalty_alpha": 0,
    "prefill_chunk_size": None,
    "prompt_lookup_num_tokens": None,
    "remove_invalid_values": False,
    "renormalize_logits": False,
    "sequence_bias": None,
    "speculation_type": None,
    "stop_strings": None,
    "suppress_tokens": None,
    "token_healing": False,
    "use_mtp": False,
    "watermarking_config": None,
}
# These matter to a draw only.
REFUSED_IN_SAMPLING = {"epsilon_cutoff": 0.0, "eta_cutoff": 0.0, "top_h": None, "typical_p": 1.0}


def merge(generation_config: Any, given: dict[str, Any]) -> dict[str, Any]:
    """A value for each name in `given`: the caller's, else the model's, else the library's default.

    `given`: name to value, None where the caller has none. Raises ValueError for a setting of the
    model that the loop does not have; the text names it and says how to switch it off.
    """
    brought = {name: getattr(generation_config, name, None) for name in given}
    chosen = dict(DEFAULTS)
    for values in (brought, given):
        chosen |= {name: value for name, value in values.items() if value is not None}
    for name, off in (REFUSED | (REFUSED_IN_SAMPLING if chosen["do_sample"] else {})).items():
        value = getattr(generation_config, name, None)
        if value is not None and value != off:
            raise ValueError(
                f"{name} is {value!r} in the model's generation_config, and the loop by hand does "
                f"not have it. Switch it off: model.generation_config.{name} = {off!r}; "
                "or use model.generate()"
            )
    return chosen


def check_model(model: Any) -> set[str]:
    """The arguments that the model's forward pass takes.

    Raises ValueError for a model that is not a prompt's continuation by keys and values: an
    encoder-decoder, a model that keeps its past in another way, and one that prepares its inputs in
    a way of its own.
    """
    name, taken = (
        type(model).__name__,
        inspect.signature(getattr(model, "forward", model)).parameters,
    )
    if model.config.is_encoder_decoder:
        raise ValueError(
            f"{name} is an encoder-decoder (is_encoder_decoder), and this loop only continues "
            "prompts. Notebook 07 writes the loop for it; or use model.generate()"
        )
    if "past_key_values" not in taken:
        raise ValueError(
            f"{name} takes no past_key_values: it keeps what it has read in another way, which "
            "this loop would lose. Use model.generate()"
        )
    return set(taken)
