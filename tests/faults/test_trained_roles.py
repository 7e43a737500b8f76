"""Notebook 07 where question answering and translation are there: two small models."""

import asyncio
import os

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    MarianConfig,
    PreTrainedTokenizerFast,
)

from helpers import PROJECT
from helpers.weights import EMBEDDED, resolve
from tools.execute import executed

QUESTION, CONTEXT = "Where do I work?", "My name is Sylvain and I work at Hugging Face in Brooklyn"
FRENCH, ENGLISH = (
    "Ce cours est produit par Hugging Face.",
    "This course is produced by Hugging Face.",
)


def learn(model, steps=60, **examples):
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(steps):
        loss = model(**examples).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def save_reader(folder):
    """A DistilBERT that has learned the classic question by heart."""
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    inputs = tokenizer(QUESTION, CONTEXT, return_tensors="pt")
    first, last = (inputs.char_to_token(0, place, sequence_index=1) for place in (33, 44))
    torch.manual_seed(0)
    model = DistilBertForQuestionAnswering(
        DistilBertConfig(
            vocab_size=len(tokenizer),
            dim=32,
            hidden_dim=64,
            n_layers=2,
            n_heads=4,
            dropout=0.0,
            attention_dropout=0.0,
            qa_dropout=0.0,
        )
    )
    learn(
        model, **inputs, start_positions=torch.tensor([first]), end_positions=torch.tensor([last])
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_translator(folder):
    """A Marian of two layers that knows the classic sentence by heart, and its tokenizer."""
    names = ["</s>", "<pad>", "<unk>", *sorted({*FRENCH[:-1].split(), *ENGLISH[:-1].split(), "."})]
    words = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>")
    )
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 0)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    sizes = {
        f"{part}_{name}": size
        for part in ("encoder", "decoder")
        for name, size in (("layers", 2), ("attention_heads", 3), ("ffn_dim", 64))
    }
    model = AutoModelForSeq2SeqLM.from_config(
        MarianConfig(
            vocab_size=len(names),
            d_model=48,
            **sizes,
            dropout=0.0,
            init_std=0.1,
            scale_embedding=True,
            max_position_embeddings=64,
            pad_token_id=1,
            eos_token_id=0,
            decoder_start_token_id=1,
            forced_eos_token_id=0,
        )
    )
    model.generation_config.update(
        bad_words_ids=[[1]], num_beams=4
    )  # as the classic checkpoint has it
    source = tokenizer(FRENCH, return_tensors="pt", return_token_type_ids=False)
    learn(
        model, **source, labels=tokenizer(ENGLISH, return_tensors="pt")["input_ids"]
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def test_runs_on_checkpoints_that_answer(tmp_path):
    """A reader with the Hub: both roles are there, the published answers are printed."""
    save_reader(tmp_path / "question-answering")
    save_translator(tmp_path / "translation")
    (tmp_path / "masked-lm").symlink_to(EMBEDDED)
    (tmp_path / "causal-lm").symlink_to(resolve("causal-lm"))
    printed = asyncio.run(
        executed(
            PROJECT / "notebooks" / "07_other_tasks.ipynb",
            os.environ | {"CHECKPOINTS": str(tmp_path)},
        )
    )
    assert "question-answering: folder question-answering/" in printed["qa-resolve"]
    assert "this run:  'Hugging Face', characters 33 to 45" in printed["read-show"]
    assert "trained for questions" in printed["read-show"]
    assert f"{FRENCH} → {ENGLISH[:-1]} ." in printed["mt-first"]
    assert "seen in training" not in printed["mt-all"]
