"""Explorer of notebook 07: a question to a text; where may the answer start, where may it end, and which span is the best?"""

import functools
from typing import NamedTuple

import ipywidgets
import torch

from helpers.drawing.markup import STYLE, lines, readable, table, visible
from helpers.drawing.shell import Explorer

LONGEST = 384  # tokens of question and context that the model reads
QUESTION = 64  # tokens of a question at most: it is never cut
SHOWN = 60  # tokens of the context that are drawn
BEST = 5  # spans that are ranked
AROUND = 400  # characters of the text on each side of the best span

LOOKS = """<style>
.btp p {margin: 4px 0}
.btp .context {font-size: 16px; margin-bottom: 6px; white-space: pre-wrap; overflow-wrap: anywhere}
.btp .context mark {background: none; color: inherit; font-weight: bold; border: 2px solid; border-radius: 4px; padding: 0 2px}
.btp section.answer {flex: 1 1 320px; min-width: 0}
.btp section.spans {flex: 0 1 322px}
.btp .ends {display: flex; flex-wrap: wrap; gap: 2px}
.btp .end {min-width: 40px; text-align: center; font-size: 12px; font-variant-numeric: tabular-nums}
.btp .end > b {display: block; font-weight: normal; font-size: 14px; border: 1px solid var(--jp-border-color1, #888);
  margin: 1px; padding: 0 3px; white-space: pre}
.btp .end.in > b {font-weight: bold; border: 2px solid; margin: 0}
.btp .end.cls > b {border-style: dashed}
.btp .up, .btp .down {display: flex; flex-direction: column; height: 42px}
.btp .up {justify-content: flex-end}
.btp .up > span, .btp .down > span {height: calc(var(--h) * .24px); margin: 0 4px;
  background: var(--jp-brand-color1, #1976d2)}
.btp .down > span {background: none; border: solid; border-width: 0 2px; box-sizing: border-box}
</style>"""


class State(NamedTuple):
    question: str
    context: str
    tokens: list  # of str: [CLS], then those of the context
    offsets: list  # of (start, end): characters of the context, one a token; (0, 0) for [CLS]
    starts: torch.Tensor  # float [tokens], logits
    ends: torch.Tensor  # float [tokens], logits
    unread: int  # characters of the context that were cut off


def look(question, context, tokenizer, model):
    """Run a question and a context through the model: a State. One forward pass.

    Raises ValueError for texts that are not `readable`, and for a question of more than QUESTION tokens.
    """
    asked = len(tokenizer(readable(question), add_special_tokens=False, verbose=False)["input_ids"])
    if asked > QUESTION:
        raise ValueError(
            f"the question has {asked:,} tokens, and here it may have {QUESTION}: shorten it"
        )
    limit = min(LONGEST, model.config.max_position_embeddings)
    inputs = tokenizer(
        question,
        readable(context),
        truncation="only_second",
        max_length=limit,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    places = [0, *(i for i, part in enumerate(inputs.sequence_ids()) if part == 1)]
    tokens, offsets = inputs.tokens(), inputs["offset_mapping"][0, places].tolist()
    full = inputs["input_ids"].shape[1] == limit
    return State(
        question,
        context,
        [tokens[i] for i in places],
        offsets,
        output.start_logits[0, places],
        output.end_logits[0, places],
        len(context.rstrip()) - offsets[-1][1] if full else 0,
    )


def best_spans(state, longest):
    """The spans with the highest scores, BEST at most, best first: a list of (score, first token, last token).

    Allowed are spans of 1 to `longest` tokens of the context. The score is P(start) · P(end), each a softmax over the context
    and [CLS], as in notebook 07.
    """
    starts, ends = state.starts.log_softmax(dim=0)[1:], state.ends.log_softmax(dim=0)[1:]
    allowed = torch.ones(len(starts), len(ends), dtype=torch.bool).triu().tril(longest - 1)
    scores = (starts[:, None] + ends[None, :]).masked_fill(~allowed, -torch.inf).flatten()
    best = scores.topk(min(BEST, int(allowed.sum())))
    return [
        (score, 1 + i // len(ends), 1 + i % len(ends))
        for score, i in zip(best.values.exp().tolist(), best.indices.tolist())
    ]


def render(state, longest, weights):
    """Draw a State as HTML: the best span in the text, start and end of each token, the best spans with their scores.

    `longest`: tokens of an answer at most. `weights`: a sentence that says what the model has learned.
    """
    starts, ends = (logits.softmax(dim=0).tolist() for logits in (state.starts, state.ends))
    null = starts[0] * ends[0]
    found = [
        (score, first, last, (state.offsets[first][0], state.offsets[last][1]))
        for score, first, last in best_spans(state, longest)
    ]
    ranked = [
        (
            f"{number}",
            state.context[slice(*place)],
            f"{place[0]} to {place[1]}",
            last - first + 1,
            score,
        )
        for number, (score, first, last, place) in enumerate(found, start=1)
    ] + [("no answer", "", "", "", null)]
    tokens, (first, last) = len(state.tokens) - 1, found[0][1:3] if found else (0, 0)
    begin = 1 + max(0, min(first - SHOWN // 2, tokens - SHOWN))
    shown = [0, *range(begin, min(begin + SHOWN, tokens + 1))]
    rows = [
        (
            state.tokens[i],
            "{} to {}".format(*state.offsets[i]),
            f"{starts[i]:.2f}",
            f"{ends[i]:.2f}",
        )
        for i in shown
    ]
    notes = []
    if tokens > SHOWN:
        notes.append(f"Tokens {begin} to {shown[-1]} of {tokens} are drawn.")
    if state.unread:
        notes.append(
            f"The model reads so much at a time: the last {state.unread:,} characters of the text were cut off."
        )
    return (
        f"{STYLE}{LOOKS}<div class='btp'><p>Weights: <b>{visible(weights)}</b></p><div class='strip'>"
        f"{_answer(state, found, null)}{_spans(ranked, longest)}"
        f"{_ends(state.tokens, starts, ends, shown, first, last)}</div>{''.join(f'<p>{note}</p>' for note in notes)}"
        + table(
            ["place", "span", "characters", "tokens", "score"],
            [(*row[:-1], f"{row[-1]:.3f}") for row in ranked],
            "The spans as a table",
        )
        + table(["token", "characters", "P(start)", "P(end)"], rows, "The tokens as a table")
        + "</div>"
    )


def _answer(state, found, null):
    """The question, and the text with a frame around the best span, and what that span has against it."""
    asked = f"<section class='answer'><h4>question</h4><div class='context'>{visible(state.question)}</div>"
    if not found:
        return (
            f"{asked}<h4>text</h4>No words to point at. What is left is [CLS]: no answer.</section>"
        )
    context, (score, _, _, (start, end)) = state.context, found[0]
    before = ("… " if start > AROUND else "") + context[max(0, start - AROUND) : start]
    after = context[end : end + AROUND] + (" …" if end + AROUND < len(context) else "")
    verdict = (
        "The best span wins."
        if score > null
        else "No answer wins, for a model that has learned to refuse."
    )
    return (
        f"{asked}<h4>text, the best span in a frame</h4><div class='context'>{lines(before)}"
        f"<mark>{lines(context[start:end])}</mark>{lines(after)}</div><p>Characters {start} to {end}, score {score:.3f}. "
        f"No answer: {null:.3f}. {verdict}</p></section>"
    )


def _spans(ranked, longest):
    """The best spans and no answer, each as its text over a bar: SVG."""
    largest = max(row[-1] for row in ranked)
    drawn, said = [], []
    for line, (place, text, _, _, score) in enumerate(ranked):
        name = f"{place} {text[:32]}{'…' * (len(text) > 32)}" if text else place
        y, width, dashes = 42 * line, 1 + 230 * score / largest, "none" if text else "3"
        drawn.append(
            f'<text x="0" y="{y + 15}">{visible(name)}</text><rect class="bar" x="1" y="{y + 21}" height="12" '
            f'width="{width:.1f}" stroke="currentColor" stroke-dasharray="{dashes}"/>'
            f'<text x="{width + 8:.1f}" y="{y + 32}">{score:.3f}</text>'
        )
        said.append(f"{name} {score:.3f}")
    return (
        f"<section class='spans'><h4>the best spans of at most {longest} tokens, P(start) · P(end)</h4>"
        f'<svg role="img" aria-label="Scores: {visible("; ".join(said))}" viewBox="0 0 310 {42 * len(ranked)}" '
        f'style="width:310px;max-width:100%">{"".join(drawn)}</svg></section>'
    )


def _ends(tokens, starts, ends, shown, first, last):
    """The tokens in reading order, over each a bar for its start, below it one for its end."""
    largest = max(max(starts[i], ends[i]) for i in shown)
    drawn, said = [], []
    for i in shown:
        kind = " cls" if i == 0 else " in" * (first <= i <= last)
        up, down = (
            f'<span style="--h:{100 * p / largest:.0f}"></span>' for p in (starts[i], ends[i])
        )
        drawn.append(
            f'<span class="end{kind}"><span class="up">{starts[i]:.2f}{up}</span><b>{visible(tokens[i])}</b>'
            f'<span class="down">{down}{ends[i]:.2f}</span></span>'
        )
        said.append(f"{tokens[i]} {starts[i]:.2f} {ends[i]:.2f}")
    return (
        f"<section class='wide'><h4>tokens: above P(start), below P(end); [CLS] is for no answer. Longest bar: {largest:.2f}"
        "</h4>"
        f"<div class='ends' role='img' aria-label='Start and end of each token: {visible('; '.join(said))}'>{''.join(drawn)}"
        "</div></section>"
    )


def spans_explorer(tokenizer, model, question, context, weights):
    """Explorer of question answering with the controls `question`, `context` and `longest`, the tokens of an answer at most.

    `model`: for question answering. `weights`: a sentence, shown to the reader, on what it has learned.
    """
    looked = functools.lru_cache(maxsize=4)(
        lambda question, context: look(question, context, tokenizer, model)
    )
    wide = {"width": "auto", "max_width": "60em"}
    controls = {
        "question": ipywidgets.Text(
            value=question, description="Question:", layout=ipywidgets.Layout(**wide)
        ),
        "context": ipywidgets.Textarea(
            value=context, description="Text:", rows=3, layout=ipywidgets.Layout(**wide)
        ),
        "longest": ipywidgets.IntSlider(
            value=15, min=1, max=30, description="Longest answer, in tokens:"
        ),
    }
    return Explorer(
        controls,
        lambda question, context, longest: render(looked(question, context), longest, weights),
    )
