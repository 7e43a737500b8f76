"""Checks of notebook 01."""

import torch

from helpers.exercises import check, tried


@check
def probabilities(answer, logits):
    """1.1: `answer` must be softmax of `logits`, float [batch, labels], along the rows."""
    if not isinstance(tried(answer), torch.Tensor):
        return f"This should be a tensor; it is a {type(answer).__name__}."
    if answer.shape != logits.shape:
        return (
            f"The shape should stay {list(logits.shape)}; yours is {list(answer.shape)}. "
            "Does the sum keep its dimension (keepdim=True)?"
        )
    if torch.allclose(answer, logits.softmax(dim=1), atol=1e-6):
        return None
    if torch.allclose(answer, logits.softmax(dim=0), atol=1e-6):
        return "Your columns sum to 1, but each row is a sentence: its labels should share the 1. Try the other dim."
    if torch.allclose(answer, logits.exp() / logits.exp().sum(), atol=1e-6):
        return "All the numbers together sum to 1. Each row should: sum along one dim only."
    if torch.allclose(answer, logits.exp(), atol=1e-6):
        return "These are the powers of e. Now divide each row by its sum."
    if torch.allclose(answer, logits / logits.sum(dim=1, keepdim=True), atol=1e-6):
        return (
            "You divided the logits themselves. Take exp() first: it makes every number positive."
        )
    if (answer < 0).any():
        return "A probability is never negative. Is the exp() missing?"
    return f"The rows should sum to 1 and keep the order of the logits; yours sum to {[round(s, 3) for s in answer.sum(dim=1).tolist()]}."


TRIED_ON = ("I love this movie.", "I hate this so much!", "A dull plot, but what a cast!")


@check
def answer(function, classifier):
    """1.2: `function(text)` must return the dictionary that `classifier(text)` returns first."""
    for text in TRIED_ON:
        got, wanted = tried(function(text)), classifier(text)[0]
        if isinstance(got, list):
            return "You return a list. One sentence in, one dictionary out: take row 0."
        if not isinstance(got, dict) or set(got) != {"label", "score"}:
            return f"Return a dictionary with the keys 'label' and 'score'; yours is {got!r:.80}."
        if problem := _wrong_entry(got, wanted, text):
            return problem


@check
def ranking(function, classifier):
    """1.3: `function(text)` must return the list that `classifier(text, top_k=None)` returns."""
    for text in TRIED_ON:
        got, wanted = tried(function(text)), classifier(text, top_k=None)
        if not isinstance(got, list) or not all(
            isinstance(entry, dict) and set(entry) == {"label", "score"} for entry in got
        ):
            return f"Return a list of dictionaries with the keys 'label' and 'score'; yours is {got!r:.80}."
        if len(got) != len(wanted):
            return f"The model has {len(wanted)} labels; your list has {len(got)} entries."
        scores = [float(entry["score"]) for entry in got]
        if scores != sorted(scores, reverse=True):
            return "The best label should come first: sort by score, largest first (reverse=True)."
        for mine, theirs in zip(got, wanted):
            if problem := _wrong_entry(mine, theirs, text):
                return problem


def _wrong_entry(got, wanted, text):
    if isinstance(got["label"], (int, torch.Tensor)):
        return "The label should be a word, not a number: look it up in model.config.id2label."
    if isinstance(got["score"], torch.Tensor):
        return "The score is a tensor. `.item()` makes a plain float of it."
    if not isinstance(got["score"], float):
        return f"The score should be a float; yours is a {type(got['score']).__name__}."
    if got["label"] != wanted["label"]:
        return f"For {text!r} the library says {wanted['label']} here and you say {got['label']}. Is it argmax, and over the labels?"
    if not 0 <= got["score"] <= 1:
        return f"A score lies between 0 and 1; yours is {got['score']:.3f}. Is that a logit? Softmax is missing."
    if abs(got["score"] - wanted["score"]) > 1e-5:
        return f"For {text!r} the library's score is {wanted['score']:.5f}, yours {got['score']:.5f}. Same dim, same row?"
    return None


@check
def fooled(claim, classifier):
    """1.4: `claim` is `(sentence, label)`; the model must be sure of the other label."""
    sentence, label = (tried(part) for part in claim)
    names = sorted(classifier.model.config.id2label.values())
    if label not in names:
        return f"The label should be one of {', '.join(names)}; yours is {label!r}."
    if len(str(sentence).split()) < 4:
        return "At least four words, please: with fewer there is little to understand."
    said = classifier(sentence)[0]
    if said["label"] == label:
        return f"The model agrees with you: {said['label']} {said['score']:.2f}. Try irony, or a double negation."
    if said["score"] < 0.7:
        return f"Close! The model is wrong, but only with {said['score']:.2f}; 0.7 is wanted."
    return None
