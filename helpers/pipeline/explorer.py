"""Explorer of notebooks 00 and 01: a sentence, or two, on the way through tokenizer, model and postprocessing."""

import functools
from typing import NamedTuple

import ipywidgets

from helpers.drawing.markup import STYLE, bars, chips, table, visible
from helpers.drawing.shell import Explorer
from helpers.pipeline import forward

SHOWN = 80  # more chips than this tell the eye nothing


class State(NamedTuple):
    tokens: list  # of str, special tokens included, as the model reads them
    ids: list  # of int, one a token
    special_ids: frozenset
    unread: int  # characters of the text beyond the model's limit
    labels: list  # of str
    logits: list  # of float, one a label
    probabilities: list  # of float, one a label


def look(text, tokenizer, model):
    """Run a text through the three stages and keep what each one made: a State. One forward pass."""
    inputs = tokenizer(text, truncation=True, return_tensors="pt", return_offsets_mapping=True)
    read = int(inputs.offset_mapping[0].max())
    logits = forward(
        {"input_ids": inputs.input_ids, "attention_mask": inputs.attention_mask}, model
    )[0]
    ids = inputs.input_ids[0].tolist()
    full = len(ids) == tokenizer.model_max_length
    return State(
        tokens=tokenizer.convert_ids_to_tokens(ids),
        ids=ids,
        special_ids=frozenset(tokenizer.all_special_ids),
        unread=len(text.rstrip()) - read if full else 0,
        labels=[model.config.id2label[i] for i in range(len(logits))],
        logits=logits.tolist(),
        probabilities=logits.softmax(dim=-1).tolist(),
    )


def render(states):
    """Draw each State as a strip of HTML: tokens with ids → logits → probabilities → label, shapes beside the names."""
    values = [
        (number, name, f"{z:+.3f}", f"{p:.4f}")
        for number, state in enumerate(states, start=1)
        for name, z, p in zip(state.labels, state.logits, state.probabilities)
    ]
    tokens = [
        (number, i, token)
        for number, state in enumerate(states, start=1)
        for token, i in zip(state.tokens[:SHOWN], state.ids[:SHOWN])
    ]
    reach = max(
        1.0, *(abs(z) for state in states for z in state.logits)
    )  # one axis, so that bars can be compared
    return (
        f"{STYLE}<div class='btp'>{''.join(_strip(state, reach) for state in states)}"
        f"{table(['sentence', 'label', 'logit', 'probability'], values, 'The answers as a table')}"
        f"{table(['sentence', 'id', 'token'], tokens, 'The tokens as a table')}</div>"
    )


def _strip(state, reach):
    count, labels = len(state.ids), len(state.labels)
    best = max(range(labels), key=state.probabilities.__getitem__)
    notes = []
    if state.unread:
        notes.append(
            f"The model reads {count} tokens at most: the last {state.unread:,} characters were cut off."
        )
    if count > SHOWN:
        notes.append(f"{SHOWN} of {count} tokens are drawn.")
    if count == 2:
        notes.append("No words here, only the special tokens: the model answers all the same.")
    parts = [
        f"<section class='wide'><h4>1 tokenizer: input_ids <code>[1, {count}]</code></h4>"
        f"{chips(state.tokens[:SHOWN], state.ids[:SHOWN], state.special_ids)}{' …' if count > SHOWN else ''}</section>",
        f"<section class='plot'><h4>2 model: logits <code>[1, {labels}]</code></h4>"
        f"{bars(state.labels, state.logits, '{:+.3f}', -reach, reach, 'Logits')}</section>",
        f"<section class='plot'><h4>3 softmax: probabilities <code>[1, {labels}]</code></h4>"
        f"{bars(state.labels, state.probabilities, '{:.4f}', 0.0, 1.0, 'Probabilities')}</section>",
        f"<section><h4>argmax, id2label: answer</h4><b>{visible(state.labels[best])}</b><br>"
        f"score {state.probabilities[best]:.4f}</section>",
    ]
    return f"<div class='strip'>{''.join(parts)}</div>{''.join(f'<p>{note}</p>' for note in notes)}"


def pipeline_explorer(tokenizer, model, text, second=""):
    """Explorer with two controls: `text`, and `second`, a sentence to compare it with, drawn unless it is empty."""
    seen = functools.lru_cache(maxsize=2)(lambda text: look(text, tokenizer, model))

    def draw(text, second):
        return render([seen(text), seen(second)] if second else [seen(text)])

    width = ipywidgets.Layout(width="auto", max_width="60em")
    return Explorer(
        {
            "text": ipywidgets.Text(value=text, description="Sentence:", layout=width),
            "second": ipywidgets.Text(value=second, description="Compare with:", layout=width),
        },
        draw,
    )
