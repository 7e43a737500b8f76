"""`classify` on tiny random models of many families: the library's answers for any config."""

import functools

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transformers import pipeline

from helpers.pipeline import classify, default_function, forward, preprocess
from helpers.pipeline.stages import PADS_MATTER
from tools.families import CLASSIFIERS, TEXTS, classifier, letters, same_answers

sorter = functools.cache(classifier)
KINDS = ["single_label_classification", "multi_label_classification", "regression", None]
WORDS = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=20).map(" ".join)


def library(texts, tokenizer, model, **more):
    pipe = pipeline("text-classification", model=model, tokenizer=tokenizer)
    return pipe(texts, truncation=True, **more)


@pytest.mark.parametrize("family", CLASSIFIERS)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    texts=st.lists(WORDS, min_size=1, max_size=5),
    labels=st.integers(1, 3),
    kind=st.sampled_from(KINDS),
    pads=st.sampled_from([("<pad>", 0), ("<unk>", 0), ("<pad>", None), (None, None), (None, 0)]),
    top_k=st.sampled_from(["", None, 1, 2]),
    max_tokens=st.sampled_from([1, 30, 512]),
)
def test_answers_are_the_librarys(family, texts, labels, kind, pads, top_k, max_tokens):
    assume(labels > 1 or kind != "single_label_classification")  # no config of the library's
    model = sorter(family, num_labels=labels, problem_type=kind, pad_token_id=pads[1])
    tokenizer = letters(family, pads[0])
    how = {"top_k": top_k, "max_tokens": max_tokens}
    try:
        wanted = library(texts, tokenizer, model, **({} if top_k == "" else {"top_k": top_k}))
    except Exception as error:  # such as BART's, which writes a pad and has none
        assert pads[1] is None
        with pytest.raises(type(error)):
            classify(texts, tokenizer, model, **how)
    else:
        assert same_answers(classify(texts, tokenizer, model, **how), wanted)


@pytest.mark.parametrize(
    "labels, kind, function",
    [
        (1, None, "sigmoid"),
        (3, None, "softmax"),
        (3, "single_label_classification", "softmax"),
        (3, "multi_label_classification", "sigmoid"),
        (1, "multi_label_classification", "sigmoid"),
        (1, "regression", "none"),
        (3, "regression", "none"),
    ],
)
def test_the_config_says_what_makes_scores_of_logits(labels, kind, function):
    model = classifier("DistilBERT", num_labels=labels, problem_type=kind)
    tokenizer = letters("DistilBERT")
    assert default_function(model.config) == function
    assert same_answers(classify(TEXTS, tokenizer, model), library(TEXTS, tokenizer, model))


@pytest.mark.parametrize("family", ["ConvBERT", "FNet", "Nyströmformer", "XLNet", "YOSO"])
def test_the_models_named_as_such_do_change_with_the_pads_beside_them(family):
    """Or they would be read one at a time for nothing."""
    model, tokenizer = classifier(family), letters(family)
    assert model.config.model_type in PADS_MATTER
    together = forward(preprocess(TEXTS, tokenizer), model)
    alone = torch.cat([forward(preprocess([text], tokenizer), model) for text in TEXTS])
    assert (together - alone).abs().max() > 1e-3


@pytest.mark.parametrize("function", ["softmax", "sigmoid", "none"])
def test_a_function_in_the_config_changes_nothing(function):
    model, tokenizer = classifier("DistilBERT", num_labels=3), letters("DistilBERT")
    model.config.function_to_apply = function
    assert default_function(model.config) == "softmax"
    assert same_answers(classify(TEXTS, tokenizer, model), library(TEXTS, tokenizer, model))


def test_token_types_reach_the_model():
    tokenizer = letters("BERT")
    inputs = preprocess(TEXTS, tokenizer)
    assert list(inputs) == tokenizer.model_input_names
    assert all(tensor.shape == inputs["input_ids"].shape for tensor in inputs.values())
    assert (inputs["token_type_ids"][:, 1] == 1).all()
    model = classifier("BERT", type_vocab_size=2)
    without = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    assert (forward(inputs, model) - forward(without, model)).abs().max() > 1e-3, "shows nothing"
    assert same_answers(classify(TEXTS, tokenizer, model), library(TEXTS, tokenizer, model))


def test_without_a_pad_token_one_text_is_a_batch_and_several_are_not():
    tokenizer = letters("Llama", pad_token=None)
    assert preprocess(TEXTS[:1], tokenizer)["input_ids"].tolist() == [[1, 4, 5, 6, 2]]
    with pytest.raises(ValueError, match="no pad_token"):
        preprocess(TEXTS, tokenizer)
