"""Train one DistilBERT body with five heads, all together: each step a batch of one kind, the kinds
drawn by weight.

    python -m training body --data FOLDER --state FOLDER --minutes 95

The start is `STATE/reviews`, which `python -m training.train STATE/reviews` makes from
all-MiniLM-L6-v2: a body that has learned to guess masked words, with the heads for that and for
sentiment. The three other heads begin at random here.
"""

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
    DistilBertModel,
)

from helpers.padding import pad
from training import assemble, entities, inference, loop, minilm, state
from training.entities import Entities
from training.inference import Inference
from training.items import mask_tokens
from training.opinions import Opinions
from training.questions import Questions
from training.streams import Mixture, Stream
from training.words import Words

SEED = 20
STEPS = {
    "question-answering": 0.45,
    "inference": 0.22,
    "token-classification": 0.13,
    "sentiment": 0.10,
    "masked-lm": 0.10,
}
TOKENS = {
    "question-answering": 3072,
    "inference": 1536,
    "token-classification": 1024,
    "sentiment": 1536,
    "masked-lm": 1024,
}
BODY_RATE, HEAD_RATE = 3e-4, 1e-3


def config(**more):
    return DistilBertConfig(
        dim=384,
        hidden_dim=1536,
        n_layers=6,
        n_heads=12,
        dropout=0.0,
        attention_dropout=0.0,
        qa_dropout=0.0,
        seq_classif_dropout=0.0,
        attn_implementation="eager",
        **more,
    )


def labelled(labels):
    return config(
        id2label=dict(enumerate(labels)), label2id={label: i for i, label in enumerate(labels)}
    )


class Heads(torch.nn.Module):
    """The five task models of transformers around one shared body. Each forward returns a batch's
    loss.
    """

    def __init__(self):
        super().__init__()
        self.models = torch.nn.ModuleDict(
            {
                "question-answering": DistilBertForQuestionAnswering(config()),
                "token-classification": DistilBertForTokenClassification(labelled(entities.LABELS)),
                "inference": DistilBertForSequenceClassification(labelled(inference.LABELS)),
                "sentiment": DistilBertForSequenceClassification(
                    labelled(("NEGATIVE", "POSITIVE"))
                ),
                "masked-lm": DistilBertForMaskedLM(config()),
            }
        )
        self.body = DistilBertModel(config())
        for model in self.models.values():
            model.distilbert = self.body
        masked = self.models["masked-lm"]
        masked.vocab_projector.weight = self.body.embeddings.word_embeddings.weight
        self.body.embeddings.word_embeddings.weight.requires_grad_(False)

    def start(self, folder):
        """Body, masked words and sentiment as the reviews taught them."""
        tensors = load_file(folder / "model.safetensors")
        for name in ("masked-lm", "sentiment"):
            own = self.models[name].state_dict()
            self.models[name].load_state_dict(
                {key: tensors.get(key, value) for key, value in own.items()}
            )

    def hidden(self, sequences):
        ids, mask = pad(sequences, 0)
        return self.body(ids, attention_mask=mask).last_hidden_state, mask

    def loss(self, name, batch, tokenizer):
        with torch.autocast("cpu", torch.bfloat16):
            return LOSSES[name](self, batch, tokenizer)


def question_loss(heads, batch, tokenizer):
    """Mean cross-entropy of the answer's first and last token over all tokens of question and
    passage.
    """
    hidden, mask = heads.hidden([item.ids for item in batch])
    logits = (
        heads.models["question-answering"]
        .qa_outputs(hidden)
        .float()
        .masked_fill(mask[..., None] == 0, -1e4)
    )
    places = torch.tensor([[item.start, item.end] for item in batch])
    return F.cross_entropy(logits, places)


def entity_loss(heads, batch, tokenizer):
    hidden, _ = heads.hidden([item.ids for item in batch])
    labels, _ = pad([item.labels for item in batch], -100)
    return F.cross_entropy(
        heads.models["token-classification"].classifier(hidden[labels >= 0]).float(),
        labels[labels >= 0],
    )


def first_logits(model, hidden):
    return model.classifier(torch.relu(model.pre_classifier(hidden[:, 0]))).float()


def inference_loss(heads, batch, tokenizer):
    hidden, _ = heads.hidden([item.ids for item in batch])
    return F.cross_entropy(
        first_logits(heads.models["inference"], hidden),
        torch.tensor([item.label for item in batch]),
    )


def sentiment_loss(heads, batch, tokenizer):
    hidden, _ = heads.hidden([item.ids for item in batch])
    positive = torch.tensor([item.target for item in batch])
    return F.cross_entropy(
        first_logits(heads.models["sentiment"], hidden),
        torch.stack([1 - positive, positive], dim=1),
    )


def word_loss(heads, batch, tokenizer):
    ids, mask = pad(batch, tokenizer.pad_token_id)
    ordinary = (ids != tokenizer.cls_token_id) & (ids != tokenizer.sep_token_id) & mask.bool()
    inputs, chosen = mask_tokens(ids, ordinary, tokenizer, None)
    hidden = heads.body(inputs, attention_mask=mask).last_hidden_state[chosen]
    model = heads.models["masked-lm"]
    guessed = model.vocab_projector(
        model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))
    )
    return F.cross_entropy(guessed.float(), ids[chosen])


LOSSES = {
    "question-answering": question_loss,
    "token-classification": entity_loss,
    "inference": inference_loss,
    "sentiment": sentiment_loss,
    "masked-lm": word_loss,
}


def mixture(data, tokenizer):
    sources = {
        "question-answering": Questions,
        "inference": Inference,
        "token-classification": Entities,
        "sentiment": Opinions,
        "masked-lm": Words,
    }
    return Mixture(
        {
            name: Stream(source(data, tokenizer).one_pass, length(name), TOKENS[name], SEED)
            for name, source in sources.items()
        },
        STEPS,
        SEED,
    )


def length(name):
    return len if name == "masked-lm" else lambda item: len(item.ids)


def train(data, place, minutes, wall=None):
    """Train until state.Clock of `minutes` and `wall` ends, and go on from `place`; the result is
    in
    `place/distilbert-course`.
    """
    torch.manual_seed(SEED)
    tokenizer, heads, saved = minilm.tokenizer(), Heads(), state.load(place / "body.pt")
    if not saved:
        heads.start(place / "reviews")
    mixed = mixture(data, tokenizer)
    shared = {id(p) for p in heads.body.parameters()}
    own = [p for p in heads.parameters() if id(p) not in shared]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in heads.body.parameters() if p.requires_grad], "lr": BODY_RATE},
            {"params": own, "lr": HEAD_RATE},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )

    def step():
        name, batch = mixed.next()
        tokens = sum(len(item) if name == "masked-lm" else len(item.ids) for item in batch)
        return name, heads.loss(name, batch, tokenizer), tokens, len(batch)

    def check():
        assemble.save(heads, tokenizer, place / "distilbert-course")

    loop.run(
        heads,
        optimizer,
        step,
        check,
        saved,
        place / "body.pt",
        minutes,
        wall,
        get=mixed.state,
        put=mixed.load_state,
    )
