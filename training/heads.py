"""One DistilBERT body under two heads: made, read, written as one file."""

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
)


class Heads(torch.nn.Module):
    """Both task models around one shared body."""

    def __init__(self, config):
        super().__init__()
        self.masked_lm = DistilBertForMaskedLM(config)
        self.sentiment = DistilBertForSequenceClassification(config)
        self.sentiment.distilbert = self.masked_lm.distilbert

    def tensors(self):
        """What AutoModelFor… look for in one file, without the output layer that is the word
        embedding itself.
        """
        state = {**self.masked_lm.state_dict(), **self.sentiment.state_dict()}
        del state["vocab_projector.weight"]
        return state


def config():
    return DistilBertConfig(
        dim=384,
        hidden_dim=1536,
        n_layers=6,
        n_heads=12,
        attn_implementation="eager",
        id2label={0: "NEGATIVE", 1: "POSITIVE"},
        label2id={"NEGATIVE": 0, "POSITIVE": 1},
    )


def set_dropout(model, rate):
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = rate


def load(heads, folder):
    """Read what `save` wrote."""
    tensors = load_file(folder / "model.safetensors")
    for model in (heads.masked_lm, heads.sentiment):
        own = model.state_dict()
        model.load_state_dict(
            {name: tensors[name] if name in tensors else own[name] for name in own}
        )


def save(heads, tokenizer, folder):
    """Write config, tokenizer and one fp16 safetensors file that loads under both heads."""
    folder.mkdir(parents=True, exist_ok=True)
    heads.sentiment.config.dtype = torch.float16
    heads.sentiment.config.architectures = [
        "DistilBertForSequenceClassification",
        "DistilBertForMaskedLM",
    ]
    heads.sentiment.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    tensors = {name: tensor.half().contiguous() for name, tensor in heads.tensors().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
