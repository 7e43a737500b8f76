"""Tiny random models of many families, and what the code by hand makes of each.

python -m tools.families        writes the lists into helpers/README.md
"""

import re
from collections.abc import Callable

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, pipeline

from helpers import PROJECT
from helpers.generation import generate
from helpers.generation.settings import DEFAULTS, REFUSED, REFUSED_IN_SAMPLING
from helpers.pipeline import classify
from tools.causal import library

README = PROJECT / "helpers" / "README.md"
SPECIAL = {"vocab_size": 97, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
SIZES = SPECIAL | {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
}
GROUPED = SIZES | {"num_key_value_heads": 2, "head_dim": 8}
GPT = SPECIAL | {
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 64,
    "initializer_range": 0.3,
}
READ_AND_WRITE = SPECIAL | {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 64,
    "init_std": 0.3,
}
# Family: class of its config, settings of the config.
FAMILIES = {
    "ALBERT": ("AlbertConfig", SIZES | {"embedding_size": 16}),
    "BART": ("BartConfig", READ_AND_WRITE),
    "BERT": ("BertConfig", SIZES),
    "BLOOM": ("BloomConfig", SPECIAL | {"hidden_size": 32, "n_layer": 2, "n_head": 4}),
    "ConvBERT": ("ConvBertConfig", SIZES | {"embedding_size": 32, "head_ratio": 2}),
    "DeBERTa": ("DebertaV2Config", SIZES | {"relative_attention": True, "pos_att_type": ["p2c"]}),
    "DistilBERT": (
        "DistilBertConfig",
        SPECIAL | {"dim": 32, "hidden_dim": 48, "n_layers": 2, "n_heads": 4},
    ),
    "ELECTRA": ("ElectraConfig", SIZES | {"embedding_size": 16}),
    "Falcon": ("FalconConfig", SIZES),
    "FNet": ("FNetConfig", SIZES),
    "Gemma": ("GemmaConfig", GROUPED),
    "Gemma 2, sliding window": ("Gemma2Config", GROUPED | {"sliding_window": 4}),
    "GPT-2": ("GPT2Config", GPT),
    "GPT-Neo": (
        "GPTNeoConfig",
        SIZES | {"num_layers": 2, "num_heads": 4, "attention_types": [[["global", "local"], 1]]},
    ),
    "GPT-NeoX": ("GPTNeoXConfig", SIZES),
    "Llama": ("LlamaConfig", GROUPED),
    "Mamba": ("MambaConfig", SPECIAL | {"hidden_size": 32, "num_hidden_layers": 2}),
    "Mistral, sliding window": ("MistralConfig", GROUPED | {"sliding_window": 4}),
    "OPT": ("OPTConfig", SIZES | {"ffn_dim": 48, "word_embed_proj_dim": 32, "init_std": 0.3}),
    "Phi": ("PhiConfig", SIZES),
    "Qwen2": ("Qwen2Config", GROUPED),
    "RoBERTa": ("RobertaConfig", SIZES),
    "RWKV": ("RwkvConfig", SPECIAL | {"hidden_size": 32, "num_hidden_layers": 2}),
    "T5": (
        "T5Config",
        SPECIAL
        | {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 1, "num_heads": 4}
        | {"decoder_start_token_id": 0},
    ),
    "Nyströmformer": ("NystromformerConfig", SIZES),
    "YOSO": ("YosoConfig", SIZES | {"use_expectation": True}),
    "XLNet": ("XLNetConfig", SPECIAL | {"d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 48}),
}
WRITERS = (
    *("BART", "BERT", "BLOOM", "Falcon", "Gemma", "Gemma 2, sliding window", "GPT-2", "GPT-Neo"),
    *("GPT-NeoX", "Llama", "Mamba", "Mistral, sliding window", "OPT", "Phi", "Qwen2", "RoBERTa"),
    *("RWKV", "T5", "XLNet"),
)
CLASSIFIERS = (
    *("ALBERT", "BART", "BERT", "BLOOM", "ConvBERT", "DeBERTa", "DistilBERT", "ELECTRA", "FNet"),
    *("Gemma", "GPT-2", "GPT-NeoX", "Llama", "Mistral, sliding window", "OPT", "Qwen2", "RoBERTa"),
    *("Nyströmformer", "T5", "XLNet", "YOSO"),
)
READS_AND_WRITES = ("BART", "T5")
TEXTS = ["a b c", "d e f g h i j k l m n", "o p q r", "s"]


def writer(family: str):
    """A model of the family that writes, random, the same at every call."""
    config_class, settings = FAMILIES[family]
    if family in ("BERT", "RoBERTa"):
        settings = settings | {"is_decoder": True}
    config = getattr(transformers, config_class)(**settings)
    auto = "AutoModelForSeq2SeqLM" if family in READS_AND_WRITES else "AutoModelForCausalLM"
    torch.manual_seed(0)
    return getattr(transformers, auto).from_config(config).eval()


def classifier(family: str, **more):
    """A model of the family that sorts texts; `more` are settings of its config."""
    config_class, settings = FAMILIES[family]
    config = getattr(transformers, config_class)(**settings | more)
    torch.manual_seed(0)
    return transformers.AutoModelForSequenceClassification.from_config(config).eval()


def letters(family: str, pad_token: str | None = "<pad>") -> PreTrainedTokenizerFast:
    """A tokenizer of single letters for a model of the family: `<s>`, the letters, `</s>`."""
    words = ["<pad>", "<s>", "</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz"]
    backend = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A:1 </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    names = ["input_ids", "token_type_ids", "attention_mask"]
    takes = {
        "BERT": names,
        "ALBERT": names,
        "ELECTRA": names,
        "FNet": names[:2],
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        model_input_names=takes.get(family, [names[0], names[2]]),
        pad_token=pad_token,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=60,
    )


def batch_of_prompts():
    """Three prompts of 3, 6 and 5 ids, padded on the left."""
    ids = torch.randint(3, 97, (3, 6), generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1]])
    return {"input_ids": ids * mask, "attention_mask": mask}


def writes(family: str) -> str:
    """`"equal"` if the ids by hand are the library's, greedy and drawn; or the refusal."""
    model, batch = writer(family), batch_of_prompts()
    try:
        mine = [generate(model, **batch, max_new_tokens=8, do_sample=s, seed=0) for s in (0, 1)]
    except ValueError as error:
        return f"refused: {error}"
    theirs = [library(model, batch, max_new_tokens=8, do_sample=bool(s)) for s in (0, 1)]
    return (
        "equal" if all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True)) else "differs"
    )


def sorts(family: str) -> str:
    """`"equal"` if the answers by hand are the library's; says if texts are read one by one."""
    model, tokenizer, calls = classifier(family, num_labels=3), letters(family), []
    hook = model.register_forward_hook(lambda *_: calls.append(1))
    mine = classify(TEXTS, tokenizer, model, top_k=None)
    hook.remove()
    theirs = pipeline("text-classification", model=model, tokenizer=tokenizer)(TEXTS, top_k=None)
    if not same_answers(mine, theirs):
        return "differs"
    return "equal, one text at a time" if len(calls) == len(TEXTS) else "equal"


def same_answers(mine, theirs) -> bool:
    """Whether lists of (lists of) answers have the same labels, and scores within 1e-5."""
    if isinstance(mine, dict):
        return mine["label"] == theirs["label"] and abs(mine["score"] - theirs["score"]) < 1e-5
    return len(mine) == len(theirs) and all(map(same_answers, mine, theirs))


def table_of_families(writes: Callable = writes, sorts: Callable = sorts) -> str:
    """What the code by hand makes of each family, as a Markdown table."""
    rows = ["| family | `generate` | `classify` |", "|---|---|---|"]
    for family in FAMILIES:
        written = writes(family) if family in WRITERS else "–"
        sorted_ = sorts(family) if family in CLASSIFIERS else "–"
        rows.append(f"| {family} | {written} | {sorted_} |")
    return "\n".join(rows)


def table_of_settings() -> str:
    """The settings of `generate`, taken or refused, as a Markdown table."""
    rows = ["| setting | by hand |", "|---|---|"]
    rows += [f"| `{name}` | taken; by default {value!r} |" for name, value in DEFAULTS.items()]
    for names, when in ((REFUSED, ""), (REFUSED_IN_SAMPLING, " with `do_sample=True`")):
        rows += [f"| `{name}` | refused{when}, unless {off!r} |" for name, off in names.items()]
    return "\n".join(rows)


def page(text: str) -> str:
    """The README's text with both lists written anew between their marks."""
    for name, table in (("families", table_of_families()), ("settings", table_of_settings())):
        marks = f"<!-- {name}, written by python -m tools.families -->"
        text = re.sub(
            rf"{re.escape(marks)}.*?<!-- end -->",
            lambda _, marks=marks, table=table: f"{marks}\n{table}\n<!-- end -->",
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    README.write_text(page(README.read_text(encoding="utf-8")), encoding="utf-8")
