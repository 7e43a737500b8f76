"""Explorer of notebook 03: one body with another head on it at a choice, and where each token looks in the body."""

import copy
import functools
from html import escape
from typing import Callable, NamedTuple

import ipywidgets
import torch
import transformers

from helpers.drawing.markup import STYLE, bars, chips, readable, table, visible
from helpers.drawing.shell import Explorer

SHOWN = 18  # tokens that are drawn; the model reads them all
CHOICES = 6  # texts that the multiple-choice head can be given
CELL, LEFT, TOP = (
    16,
    84,
    76,
)  # pixels of the attention grid: a cell, room for the names on its left and on its top

LOOKS = """<style>
.btp p {margin: 4px 0}
.btp .scroll {overflow-x: auto}
.btp .look {display: flex; flex-wrap: wrap; gap: 4px}
.btp .look > p, .btp .look > div {flex-basis: 100%}
.btp .q {border: 2px solid var(--jp-border-color1, #888); border-radius: 4px; padding: 0 4px 2px; min-width: 44px;
  cursor: default}
.btp .q[tabindex]:hover, .btp .q:focus {border: 2px dashed currentColor; outline: none}
.q b {display: none; font-weight: normal; font-size: 12px}
.btp .q b::before {content: ""; display: block; height: 6px; width: calc(var(--w, 0) * .4px); margin-top: 2px;
  background: var(--jp-brand-color1, #1976d2)}
.q b:last-child {display: block}
.look:has(.q[tabindex]:hover, .q:focus, .r:hover) .q b:last-child {display: none}
.r {fill: none; stroke: none; pointer-events: all}
</style>"""
# Token number K is pointed at, in the text or in the grid; or, with no pointer on any, it has the focus.
LOOK = """.look:has(.kK:hover) .q b:nth-child(K),.look:not(:has(.q[tabindex]:hover,.r:hover)):has(.kK:focus) .q b:nth-child(K)
{display:block}.look:has(.kK:hover,.kK:focus) .r.kK{stroke:currentColor;stroke-dasharray:3}"""


class State(NamedTuple):
    tokens: list  # of str, those of the first text, special tokens included
    ids: list  # of int, one a token
    special_ids: frozenset
    hidden: torch.Tensor  # float [texts, sequence, hidden size], the last hidden state
    attentions: (
        torch.Tensor
    )  # float [layers, heads, drawn tokens, drawn tokens], those of the first text
    full: bool  # the model's limit is reached: it may have read only the beginning


class Numbers(NamedTuple):
    columns: tuple  # of str
    rows: list  # of (name, number or str, …)


class Answer(NamedTuple):
    """What a head makes of hidden states."""

    field: str  # of the library's output
    shape: list  # of int
    means: str
    ranked: Numbers | None = None  # (name, logit, probability) each, drawn as bars
    per_token: Numbers | None = None  # drawn as chips


class Head(NamedTuple):
    weights: str  # where those of the head come from
    body: transformers.PreTrainedModel
    answer: Callable[[State], Answer]


def look(texts, tokenizer, body):
    """Run texts through the body, as one batch: a State. One forward pass. `body`: with eager attention.

    Raises ValueError for a text that is not `readable`, for more than CHOICES texts, and for attention that is not eager.
    """
    if len(texts) > CHOICES:
        raise ValueError(f"{len(texts)} choices, and this explorer takes {CHOICES}: write fewer |")
    inputs = tokenizer(
        [readable(text) for text in texts], padding=True, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        output = body(
            inputs.input_ids, attention_mask=inputs.attention_mask, output_attentions=True
        )
    if not output.attentions:
        raise ValueError(
            'the body keeps no attention weights: load it with attn_implementation="eager"'
        )
    ids = inputs.input_ids[0][inputs.attention_mask[0].bool()].tolist()
    drawn = slice(min(len(ids), SHOWN))
    return State(
        tokens=tokenizer.convert_ids_to_tokens(ids),
        ids=ids,
        special_ids=frozenset(tokenizer.all_special_ids),
        hidden=output.last_hidden_state,
        attentions=torch.stack([layer[0, :, drawn, drawn] for layer in output.attentions]),
        full=len(ids) == tokenizer.model_max_length,
    )


def fresh(model_class, config, **sizes):
    """A head as the library makes it when the checkpoint has none: random, here the same at each call. Without its body.

    `model_class`: such as `AutoModelForQuestionAnswering`. `config`: of the body. `sizes`: such as `num_labels`.
    """
    small = copy.deepcopy(config)
    small.update({"n_layers": 0, "vocab_size": 1, **sizes})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return model_class.from_config(small, dtype=torch.float32).eval()


def vectors(state):
    """No head: the hidden states themselves."""
    rows = [
        (token, *vector[:3])
        for token, vector in zip(state.tokens, state.hidden[0, :SHOWN].tolist())
    ]
    return Answer(
        "last_hidden_state",
        [*state.hidden.shape],
        "No answer yet: one vector for each token. Here are the first three numbers of each.",
        per_token=Numbers(("token", "number 0", "number 1", "number 2"), rows),
    )


def label(state, model):
    """Sequence classification."""
    logits = model.classifier(model.pre_classifier(state.hidden[:, 0]).relu())[0]
    names = [model.config.id2label[i] for i in range(len(logits))]
    ranked = Numbers(
        ("label", "logit", "probability"),
        [*zip(names, logits.tolist(), logits.softmax(dim=0).tolist())],
    )
    return Answer(
        "logits",
        [1, len(names)],
        "One answer for the whole text, read from the vector at position 0: "
        f"{names[logits.argmax()]}.",
        ranked,
    )


def words(state, model, tokenizer):
    """Masked language modelling, at the drawn tokens and at the first mask."""
    mask = (
        [state.ids.index(tokenizer.mask_token_id)] if tokenizer.mask_token_id in state.ids else []
    )
    hidden = state.hidden[0, [*range(min(len(state.ids), SHOWN)), *mask]]
    logits = model.vocab_projector(
        model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))
    )
    best = logits.topk(5)
    probabilities = (best.values - logits.logsumexp(dim=-1, keepdim=True)).exp().tolist()
    guesses = [tokenizer.convert_ids_to_tokens(ids) for ids in best.indices.tolist()]
    ranked = Numbers(
        ("word", "logit", "probability"),
        [*zip(guesses[-1], best.values[-1].tolist(), probabilities[-1])],
    )
    rows = [
        (token, words[0], p[0])
        for token, words, p in zip(state.tokens[:SHOWN], guesses, probabilities)
    ]
    hint = (
        f"The bars: the five best for the first {tokenizer.mask_token}."
        if mask
        else f"Write {tokenizer.mask_token} in place of a word to hide it."
    )
    return Answer(
        "logits",
        [1, len(state.ids), logits.shape[-1]],
        f"One guess for each token: which word stands here? {hint}",
        ranked if mask else None,
        Numbers(("token", "best guess", "probability"), rows),
    )


def tags(state, model):
    """Token classification."""
    logits = model.classifier(state.hidden[0])
    best = logits.softmax(dim=-1).max(dim=-1)
    names = [model.config.id2label[i] for i in best.indices.tolist()]
    return Answer(
        "logits",
        [1, *logits.shape],
        "One label for each token. A trained head could find the names of people.",
        per_token=Numbers(
            ("token", "label", "probability"),
            [*zip(state.tokens[:SHOWN], names, best.values.tolist())],
        ),
    )


def span(state, model):
    """Question answering."""
    starts, ends = model.qa_outputs(state.hidden[0]).softmax(dim=0).unbind(dim=-1)
    return Answer(
        "start_logits and end_logits, each",
        [1, len(state.ids)],
        "Two numbers for each token: does the answer begin here, does it end here? Most probable: begin at "
        f"{state.tokens[starts.argmax()]}, end at {state.tokens[ends.argmax()]}.",
        per_token=Numbers(
            ("token", "begins", "ends"),
            [*zip(state.tokens[:SHOWN], starts.tolist(), ends.tolist())],
        ),
    )


def choice(state, model):
    """Multiple choice: the texts of the batch against each other."""
    logits = model.classifier(model.pre_classifier(state.hidden[:, 0]).relu())[:, 0]
    rows = [
        *zip(
            [f"choice {k}" for k in range(len(logits))],
            logits.tolist(),
            logits.softmax(dim=0).tolist(),
        )
    ]
    return Answer(
        "logits",
        [1, len(logits)],
        "One number for each choice, softmax over the choices. Write | between them. "
        "Tokens and attention are those of choice 0.",
        Numbers(("choice", "logit", "probability"), rows),
    )


def heads_of(tokenizer, body, classifier, masked_model):
    """The heads to choose from: name as in notebook 03 → Head. Arguments as for `heads_explorer`."""
    tensors, others = body.state_dict(), masked_model.distilbert.state_dict()
    shared = tensors.keys() == others.keys() and all(
        torch.equal(tensor, others[name]) for name, tensor in tensors.items()
    )
    trained, random = (
        "from the checkpoint",
        "random, never trained: its shapes are right, its numbers mean nothing",
    )

    def untrained(answer, model_class, **sizes):
        return Head(
            random, body, functools.partial(answer, model=fresh(model_class, body.config, **sizes))
        )

    return {
        "AutoModel": Head("none: this is the body alone", body, vectors),
        "…ForSequenceClassification": Head(
            trained, body, functools.partial(label, model=classifier)
        ),
        "…ForMaskedLM": Head(
            trained if shared else f"{trained}, with a body of its own",
            body if shared else masked_model.distilbert,
            functools.partial(words, model=masked_model, tokenizer=tokenizer),
        ),
        "…ForTokenClassification": untrained(
            tags, transformers.AutoModelForTokenClassification, num_labels=3
        ),
        "…ForQuestionAnswering": untrained(
            span, transformers.AutoModelForQuestionAnswering, num_labels=2
        ),
        "…ForMultipleChoice": untrained(choice, transformers.AutoModelForMultipleChoice),
    }


def render(state, answer, name, weights, layer, head):
    """Draw a State, the Answer of the head called `name`, and one attention head of one layer, as HTML.

    `weights`: where those of the head come from, in words. `layer`, `head`: numbers from 0.
    """
    count, drawn = len(state.ids), state.tokens[:SHOWN]
    shape = [1, *state.hidden.shape[:2]] if "MultipleChoice" in name else [1, count]
    notes = [f"{SHOWN} of {count} tokens are drawn."] * (count > SHOWN)
    if state.full:
        notes.append(f"The model reads {count} tokens at most; what is longer was cut off.")
    parts = [
        f"<section class='wide'><h4>1 goes in: input_ids <code>{shape}</code></h4>"
        f"{chips(drawn, state.ids, state.special_ids)}{' …' * (count > SHOWN)}</section>",
        f"<section class='plot'><h4>2 body: last_hidden_state <code>{[*state.hidden.shape]}</code></h4>"
        f"{_attention(state, layer, head)}</section>",
        f"<section class='plot'><h4>3 {name}: {answer.field} <code>{answer.shape}</code></h4>"
        f"<p>Weights of this head: <b>{weights}</b>.</p><p>{visible(answer.means)}</p>{_numbers(answer)}</section>",
    ]
    return (
        f"{STYLE}{LOOKS}<div class='btp'><div class='strip'>{''.join(parts)}</div>"
        f"{''.join(f'<p>{note}</p>' for note in notes)}</div>"
    )


def _numbers(answer):
    drawn = ""
    if answer.ranked:
        names, _, probabilities = zip(*answer.ranked.rows)
        drawn += bars(names, probabilities, "{:.3f}", 0.0, 1.0, "Probabilities")
        drawn += table(
            answer.ranked.columns,
            [map(_said, row) for row in answer.ranked.rows],
            "The bars as a table",
        )
    if answer.per_token:
        drawn += f"<p>In each frame: {', '.join(answer.per_token.columns)}.</p>"
        drawn += "".join(
            f'<span class="chip">{visible(token)}{"".join(f"<small>{visible(_said(x))}</small>" for x in row)}</span>'
            for token, *row in answer.per_token.rows
        )
        drawn += table(
            answer.per_token.columns,
            [map(_said, row) for row in answer.per_token.rows],
            "The frames as a table",
        )
    return drawn


def _said(value):
    return value if isinstance(value, str) else f"{value:.3f}"


def _attention(state, layer, head):
    """Where each token looks, three times: below the tokens, as a grid, as a table."""
    weights, names = state.attentions[layer, head], state.tokens[:SHOWN]
    columns = names
    if len(names) < len(state.ids):
        columns = [*names, f"… {len(state.ids) - len(names)} more"]
        weights = torch.cat([weights, 1 - weights.sum(dim=1, keepdim=True)], dim=1)
    rows, mean = weights.tolist(), weights.mean(dim=0).tolist()
    said = [
        ", ".join(
            f"{columns[k]} {row[k]:.0%}"
            for k in sorted(range(len(row)), key=row.__getitem__, reverse=True)[:3]
        )
        for row in rows
    ]
    tokens = "".join(
        _token(name, [row[k] for row in rows] + [mean[k]], k, said[k] if k < len(rows) else None)
        for k, name in enumerate(columns)
    )
    rules = "".join(LOOK.replace("K", str(k)) for k in range(1, len(rows) + 1))
    cells = [[name, *map(_said, row)] for name, row in zip(names, rows)]
    return (
        f"<style>{rules}</style><div class='look'><p>Attention of <b>layer {layer}, attention head {head}</b>, in percent. "
        "Point at a token, or go to it with the Tab key: where does it look? Until then: the mean of all.</p>"
        f"{tokens}<div>{_grid(names, columns, rows, said, f'Attention of layer {layer}, attention head {head}')}</div></div>"
        f"<div class='scroll'>{table(('looks', *columns), cells, 'Attention as a table')}</div>"
    )


def _token(name, weights, place, said):
    """A token over its weight in every row and, last, in the mean; the style sheet shows one of them."""
    percents = [round(100 * weight) for weight in weights]
    numbers = "".join(
        f'<b style="--w:{percent}">{percent}</b>' if percent else "<b>0</b>" for percent in percents
    )
    looks = (
        ""
        if said is None
        else f' k{place + 1}" tabindex="0" role="img" aria-label="{visible(name)} looks at {visible(said)}'
    )
    return f'<span class="q{looks}">{visible(name)}{numbers}</span>'


def _grid(names, columns, rows, said, title):
    """Rows look at columns: the area of a square is the weight."""
    width, height = LEFT + CELL * len(columns) + 2, TOP + CELL * len(rows) + 2
    squares, drawn = [], []
    for y, row in enumerate(rows):
        for x, weight in enumerate(row):
            side = round((CELL - 1) * max(weight, 0) ** 0.5)
            if side > 1:
                inset = (CELL - side) // 2
                squares.append(
                    f"M{LEFT + CELL * x + inset} {TOP + CELL * y + inset}h{side}v{side}h-{side}z"
                )
    for y, name in enumerate(names):
        top = TOP + CELL * y
        drawn.append(
            f'<text x="0" y="{top + 12}">{visible(name[:11])}</text>'
            f'<rect class="r k{y + 1}" x="0" y="{top}" width="{width - 2}" height="{CELL}"/>'
        )
    for x, name in enumerate(columns):
        left = LEFT + CELL * x + 12
        drawn.append(
            f'<text transform="translate({left} {TOP - 4})rotate(-90)">{visible(name[:11])}</text>'
        )
    label = "; ".join(f"{name} looks at {words}" for name, words in zip(names, said))
    return (
        f'<svg role="img" aria-label="{title}: {escape(label)}" viewBox="0 0 {width} {height}" '
        f'style="width:{width}px;max-width:100%"><rect x="{LEFT}" y="{TOP}" width="{CELL * len(columns)}" '
        f'height="{CELL * len(rows)}" fill="none" stroke="currentColor" stroke-opacity=".4"/>'
        f'<path class="bar" d="{"".join(squares)}"/>{"".join(drawn)}</svg>'
    )


def heads_explorer(tokenizer, body, classifier, masked_model, text):
    """Explorer with four controls: `text`, `model_head`, and `layer` and `head` of the attention that is drawn.

    `body`: DistilBertModel with eager attention. `classifier`: DistilBertForSequenceClassification on the same weights.
    `masked_model`: DistilBertForMaskedLM; where its body has other weights, it needs eager attention, too. `text`: str.
    """
    heads = heads_of(tokenizer, body, classifier, masked_model)

    @functools.lru_cache(4)
    def seen(texts, body):
        return look(texts, tokenizer, body)

    @functools.lru_cache(8)
    def answered(texts, name):
        with torch.inference_mode():
            return heads[name].answer(seen(texts, heads[name].body))

    def draw(text, model_head, layer, head):
        texts = tuple(text.split("|")) if "MultipleChoice" in model_head else (text,)
        weights, body, _ = heads[model_head]
        return render(
            seen(texts, body), answered(texts, model_head), model_head, weights, layer, head
        )

    controls = {
        "text": ipywidgets.Text(
            value=text,
            description="Text:",
            layout=ipywidgets.Layout(width="auto", max_width="60em"),
        ),
        "model_head": ipywidgets.Dropdown(
            options=list(heads), value="…ForMaskedLM", description="Model head:"
        ),
        "layer": ipywidgets.IntSlider(max=body.config.num_hidden_layers - 1, description="Layer:"),
        "head": ipywidgets.IntSlider(
            max=body.config.num_attention_heads - 1, description="Attention head:"
        ),
    }
    return Explorer(controls, draw)
