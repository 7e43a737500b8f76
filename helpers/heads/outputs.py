"""What each head makes of the body's hidden states: the six heads that notebook 03 names."""

import copy
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import transformers
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

SHOWN = 18  # tokens of which answers and attention are shown; the model reads them all
TRAINED = "from the checkpoint"
RANDOM = "random, never trained: its shapes are right, its numbers mean nothing"


class Answer(NamedTuple):
    """What comes out of a head."""

    field: str  # of the library's output
    shape: list  # of int
    says: str
    rows: list  # a list a place (a token, or the whole text) of (name, number, probability or None)
    answer: str = ""  # in words, where it is not the most probable name of a place


class Head(NamedTuple):
    """A head, and the body that its hidden states come from."""

    weights: str  # where the head's come from
    body: PreTrainedModel
    answer: Callable[[torch.Tensor, list], Answer]  # of hidden states [batch, sequence, hidden]


def fresh(model_class: Any, config: PreTrainedConfig, **sizes: int) -> Any:
    """A head as the library makes it when a checkpoint has none: random, the same at each call.

    `model_class`: such as `AutoModelForQuestionAnswering`. `config`: of the body. `sizes`: such as
    `num_labels`. Without its body. The reader's random numbers go on as if nothing had been drawn.
    """
    small = copy.deepcopy(config)
    small.update({"n_layers": 0, "vocab_size": 1, **sizes})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return model_class.from_config(small, dtype=torch.float32).eval()


def vectors(hidden: torch.Tensor, tokens: list) -> Answer:
    """No head: the hidden states themselves, three numbers of each."""
    rows = [
        [(f"number {k}", x, None) for k, x in enumerate(vector[:3])]
        for vector in hidden[0, :SHOWN].tolist()
    ]
    says = "No answer yet: a vector for each token. Below each are its first three numbers."
    return Answer("last_hidden_state", [*hidden.shape], says, rows, "no answer")


def label(hidden: torch.Tensor, tokens: list, model: Any) -> Answer:
    """Sequence classification."""
    logits = model.classifier(model.pre_classifier(hidden[:, 0]).relu())
    names = [model.config.id2label[i] for i in range(logits.shape[-1])]
    says = "One answer for the whole text, read from the vector at position 0."
    return Answer("logits", [*logits.shape], says, _ranked(names, logits))


def words(
    hidden: torch.Tensor, tokens: list, model: Any, tokenizer: PreTrainedTokenizerBase
) -> Answer:
    """Masked language modelling: the five best guesses at each token."""
    wide = model.vocab_layer_norm(model.activation(model.vocab_transform(hidden[0, :SHOWN])))
    logits = model.vocab_projector(wide)
    best = logits.topk(5)
    shares = (best.values - logits.logsumexp(dim=-1, keepdim=True)).exp().tolist()
    guesses = [tokenizer.convert_ids_to_tokens(ids) for ids in best.indices.tolist()]
    triples = zip(guesses, best.values.tolist(), shares, strict=True)
    rows = [list(zip(*place, strict=True)) for place in triples]
    says = "A guess for each token: which word stands here?"
    return Answer("logits", [1, len(tokens), logits.shape[-1]], says, rows)


def tags(hidden: torch.Tensor, tokens: list, model: Any) -> Answer:
    """Token classification."""
    logits = model.classifier(hidden[0])
    names = [model.config.id2label[i] for i in range(logits.shape[-1])]
    says = "A label for each token. A trained head could find the names of people."
    return Answer("logits", [1, *logits.shape], says, _ranked(names, logits[:SHOWN]))


def span(hidden: torch.Tensor, tokens: list, model: Any) -> Answer:
    """Question answering."""
    logits = model.qa_outputs(hidden[0])
    shares = logits.softmax(dim=0)
    pairs = zip(logits[:SHOWN].tolist(), shares[:SHOWN].tolist(), strict=True)
    rows = [list(zip(("begins", "ends"), *place, strict=True)) for place in pairs]
    first, last = (tokens[place] for place in logits.argmax(dim=0))
    says = "Two numbers for each token: does the answer begin here, does it end here?"
    shape = [1, len(tokens)]
    return Answer("start_logits, end_logits", shape, says, rows, f"{first} … {last}")


def choice(hidden: torch.Tensor, tokens: list, model: Any) -> Answer:
    """Multiple choice: the texts of the batch against each other."""
    logits = model.classifier(model.pre_classifier(hidden[:, 0]).relu()).T
    names = [f"choice {k}" for k in range(logits.shape[-1])]
    says = "A number for each choice, softmax over the choices. Write | between them."
    return Answer("logits", [*logits.shape], says, _ranked(names, logits))


def heads_of(
    tokenizer: PreTrainedTokenizerBase,
    body: PreTrainedModel,
    classifier: PreTrainedModel,
    masked_model: Any,
) -> dict[str, Head]:
    """The heads to choose from, by the end of their class's name. As for `heads_explorer`."""
    own = not _equal(body, masked_model.distilbert)
    guess = functools.partial(words, model=masked_model, tokenizer=tokenizer)

    def untrained(answer: Callable, kind: Any, **sizes: int) -> Head:
        model = fresh(kind, body.config, **sizes)
        return Head(RANDOM, body, functools.partial(answer, model=model))

    return {
        "AutoModel": Head("none: this is the body alone", body, vectors),
        "SequenceClassification": Head(TRAINED, body, functools.partial(label, model=classifier)),
        "MaskedLM": Head(
            f"{TRAINED}, with a body of its own" if own else TRAINED,
            masked_model.distilbert if own else body,
            guess,
        ),
        "TokenClassification": untrained(
            tags, transformers.AutoModelForTokenClassification, num_labels=3
        ),
        "QuestionAnswering": untrained(
            span, transformers.AutoModelForQuestionAnswering, num_labels=2
        ),
        "MultipleChoice": untrained(choice, transformers.AutoModelForMultipleChoice),
    }


def _equal(body: PreTrainedModel, other: PreTrainedModel) -> bool:
    tensors, others = body.state_dict(), other.state_dict()
    return tensors.keys() == others.keys() and all(
        torch.equal(tensor, others[name]) for name, tensor in tensors.items()
    )


def _ranked(names: list, logits: torch.Tensor) -> list:
    """A list a row of logits, [places, names], of (name, logit, probability)."""
    pairs = zip(logits.tolist(), logits.softmax(dim=-1).tolist(), strict=True)
    return [list(zip(names, *place, strict=True)) for place in pairs]
