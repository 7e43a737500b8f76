"""Explorer of notebook 06: a text that grows by one token at a time; logits are scaled, filtered, and one token is taken."""

import itertools
from typing import NamedTuple

import ipywidgets
import torch

from helpers.drawing.markup import STYLE, lines, readable, table, visible
from helpers.drawing.shell import Explorer
from helpers.generation import decoding

PICKED = "picked"
HEAD = 10  # candidates that are drawn; the softmax is over all
LONGEST = 256  # tokens of prompt and path together: more would make typing lag
RUN = 20  # tokens that a run adds at most
LEVELS, BRANCHES = 8, 2  # steps that the tree draws, and side branches of each
ROW, COLUMN = 46, 102  # pixels of the tree: from one step to the next, from one branch to the next

LOOKS = """<style>
.btp p {margin: 4px 0}
.btp section.next {flex: 1 1 400px; min-width: 0}
.btp section.tree {flex: 0 1 322px}
.btp .text {font-size: 16px; white-space: pre-wrap; overflow-wrap: anywhere}
.btp .text mark {background: none; color: inherit; font-weight: bold; border-bottom: 3px solid var(--jp-brand-color1, #1976d2)}
.btp .next table {width: 100%; font-size: 13px; font-variant-numeric: tabular-nums}
.btp .next :is(th, td) {padding: 2px 5px; border-width: 0 0 1px; text-align: right; white-space: nowrap}
.btp .next :is(th, td).left {text-align: left}
.btp .next td.token {white-space: normal; overflow-wrap: anywhere; min-width: 3.5em}
.btp .next td.p {width: 48%}
.btp .next .pick {font-weight: bold}
@media (max-width: 480px) {.btp .next table {font-size: 12px} .btp .next :is(th, td) {padding: 2px}}
.btp .share {display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0 8px}
.btp .both {flex: 1 1 44px; position: relative; height: 11px}
.btp .both span {position: absolute; left: 0; width: calc(var(--w) * 1%); box-sizing: border-box}
.btp .both .now {top: 2px; height: 7px; background: var(--jp-brand-color1, #1976d2)}
.btp .both .own {top: 0; height: 11px; border-right: 2px solid; border-bottom: 1px dotted}
</style>"""


class Next(NamedTuple):
    """What the model says about the next token."""

    logits: torch.Tensor  # float [vocabulary]
    ranked: (
        torch.Tensor
    )  # the same numbers from small to large: they need no sorting when a slider moves
    head: list  # of (id, name), the HEAD largest, the largest first


class Step(NamedTuple):
    token: int
    name: str
    probability: float  # of being drawn, with the settings of that moment
    others: list  # of (name, probability): the most probable of those that were not taken, BRANCHES at most
    how: str  # it was taken


def stages(logits, temperature, top_k, top_p):
    """Logits [vocabulary] → divided by the temperature → what top-k leaves → what top-p leaves of that: three tensors.

    `top_k` 0 and `top_p` 1 leave everything. Raises ValueError as `helpers.generation` does.
    """
    scaled = decoding.temperature(logits, temperature)
    by_k = decoding.top_k(scaled, top_k) if top_k else scaled
    return scaled, by_k, decoding.top_p(by_k, top_p) if top_p < 1 else by_k


class Path:
    """A prompt and the tokens taken after it. The model runs once for the prompt and once for each token, with its cache.

    `before`: a Path that is no longer needed; the tokens that this one begins with, too, are not read again. Raises ValueError
    for a prompt that is not `readable`, that has LONGEST tokens or as many as the model reads, or that is empty where the
    tokenizer has no token to begin with.
    """

    def __init__(self, prompt, seed, tokenizer, model, before=None):
        self.prompt, self.tokenizer, self.model, self.cache = (
            prompt,
            tokenizer,
            model,
            before and before.cache,
        )
        self.limit = min(LONGEST, model.config.max_position_embeddings)
        ids = tokenizer(readable(prompt), verbose=False)["input_ids"]
        if len(ids) >= self.limit:
            raise ValueError(
                f"the prompt has {len(ids):,} tokens, and here prompt and path share {self.limit}: shorten it"
            )
        if not ids and tokenizer.bos_token_id is None:
            raise ValueError(
                "the prompt is empty, and this tokenizer has no token to begin with: write something"
            )
        self.prompt_ids = ids or [
            tokenizer.bos_token_id
        ]  # as `generate` of the library without a prompt
        pairs = zip(self.prompt_ids[:-1], before.prompt_ids) if before else []
        known = len([*itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)])
        self.nexts = [self._read(self.prompt_ids[known:], known)]
        self.restart(seed)

    def restart(self, seed):
        """Forget the path, and draw from `seed` on."""
        self.seed, self.steps, self.nexts = seed, [], self.nexts[:1]
        self.random_states = [
            torch.Generator().manual_seed(seed).get_state()
        ]  # before each draw: one more than steps

    @property
    def end(self):
        """Why no token can follow, in words; empty where one can."""
        if self.steps and self.steps[-1].token == self.tokenizer.eos_token_id:
            return f"{self.tokenizer.eos_token} ends the text"
        if len(self.prompt_ids) + len(self.steps) >= self.limit:
            return f"prompt and path have {self.limit} tokens, the most that fits here"
        return ""

    def draw(self, temperature, top_k, top_p):
        """Take the token that `torch.manual_seed(seed)` and one `torch.multinomial` for each draw would take here."""
        probabilities = self._probabilities(temperature, top_k, top_p)
        generator = torch.Generator()
        generator.set_state(self.random_states[-1])
        token = torch.multinomial(probabilities, 1, generator=generator).item()
        how = f"drawn: T {temperature:g}, top-k {top_k or 'off'}, top-p {top_p:g}"
        self._take(token, probabilities, how, generator.get_state())

    def pick(self, number, temperature, top_k, top_p):
        """Take candidate `number`, from 1, whether the filters keep it or not. No draw is used up."""
        probabilities = self._probabilities(temperature, top_k, top_p)
        self._take(
            self.nexts[-1].head[number - 1][0], probabilities, PICKED, self.random_states[-1]
        )

    def run(self, temperature, top_k, top_p):
        """Draw until the text ends, RUN tokens at most."""
        self.draw(temperature, top_k, top_p)
        for _ in range(RUN - 1):
            if not self.end:
                self.draw(temperature, top_k, top_p)

    def rewind(self):
        """Take the last step back, and its draw with it."""
        if not self.steps:
            raise ValueError("no step is left to take back")
        self.steps.pop()
        self.random_states.pop()
        del self.nexts[len(self.steps) + 1 :]

    def _probabilities(self, *settings):
        if self.end:
            raise ValueError(f"{self.end}: rewind, or change the prompt")
        return stages(self.nexts[-1].logits, *settings)[-1].softmax(dim=-1)

    def _take(self, token, probabilities, how, random_state):
        best = probabilities.topk(BRANCHES + 1)
        others = [
            (self._name(i), p)
            for i, p in zip(best.indices.tolist(), best.values.tolist())
            if i != token and p > 0
        ]
        if token != self.tokenizer.eos_token_id:
            self.nexts.append(self._read([token], len(self.prompt_ids) + len(self.steps)))
        self.steps.append(
            Step(token, self._name(token), probabilities[token].item(), others[:BRANCHES], how)
        )
        self.random_states.append(random_state)

    def _read(self, ids, known):
        """What follows `ids`, which follow the first `known` tokens of the cache."""
        if self.cache and (surplus := self.cache.get_seq_length() - known):
            self.cache.crop(-surplus)
        with torch.inference_mode():
            output = self.model(
                torch.tensor([ids]), past_key_values=self.cache, use_cache=True, logits_to_keep=1
            )
        self.cache, logits = output.past_key_values, output.logits[0, -1].float()
        ranked, order = logits.sort()
        return Next(logits, ranked, [(i, self._name(i)) for i in order[-HEAD:].flip(0).tolist()])

    def _name(self, token):
        """The text that a token stands for, ␣ for a space and ⏎ for a new line; half a character: its vocabulary entry."""
        text = self.tokenizer.decode([token])
        if not text or "\ufffd" in text:
            return self.tokenizer.convert_ids_to_tokens(token)
        return text.replace(" ", "␣").replace("\n", "⏎")


def render(path, temperature, top_k, top_p, number):
    """Draw a Path as HTML: its text, the candidates for the next token on their way to a probability, the path as a tree.

    `number`: of the candidate that a pick would take, from 1.
    """
    prompt = (
        lines(path.prompt)
        or f"(empty prompt: the model begins with {visible(path.tokenizer.bos_token)})"
    )
    taken = lines(path.tokenizer.decode([step.token for step in path.steps]))
    rows = [
        (
            place,
            step.name,
            step.token,
            f"{step.probability:.3f}",
            step.how,
            ", ".join(f"{name} {p:.3f}" for name, p in step.others),
        )
        for place, step in enumerate(path.steps, start=1)
    ]
    headers = ["step", "token", "id", "probability", "taken", "best of the others"]
    following, numbers = _following(path, temperature, top_k, top_p, number)
    return (
        f"{STYLE}{LOOKS}<div class='btp'><div class='strip'><section class='wide'>"
        f"<h4>text: {len(path.prompt_ids)} tokens of the prompt, {len(path.steps)} taken, seed {path.seed}</h4>"
        f"<div class='text'>{prompt}<mark>{taken}</mark></div></section>{following}{_tree(path.steps)}</div>"
        f"{numbers}{table(headers, rows, 'The path as a table')}</div>"
    )


def _following(path, temperature, top_k, top_p, number):
    """The candidates for the next token, and all their numbers as a table."""
    if path.end:
        return (
            f"<section class='next'><h4>next token</h4>{visible(path.end)}. Rewind, or change the prompt.</section>",
            "",
        )
    logits, head = path.nexts[-1].ranked, path.nexts[-1].head
    scaled, by_k, by_p = stages(logits, temperature, top_k, top_p)
    probabilities, own = by_p.softmax(dim=-1), logits.softmax(dim=-1)
    size, after_k, after_p = len(logits), *(int((kept > -torch.inf).sum()) for kept in (by_k, by_p))
    columns = zip(
        *(
            column[-HEAD:].flip(0).tolist()
            for column in (logits, scaled, by_k, by_p, probabilities, own)
        )
    )
    rows, drawn = [], []
    for place, ((token, name), (z, z_scaled, z_k, z_p, p, p_own)) in enumerate(
        zip(head, columns), start=1
    ):
        kept = "✗ k" if z_k == -torch.inf else "✗ p" if z_p == -torch.inf else "✓"
        rows.append(
            (place, name, token, f"{z:.2f}", f"{z_scaled:.2f}", kept, f"{p:.3f}", f"{p_own:.3f}")
        )
        drawn.append(
            f"<tr{' class=pick' * (place == number)}><td>{'▸ ' * (place == number)}{place}</td>"
            f"<td class='left token'>{visible(name)}</td><td>{z:.2f}</td><td>{z_scaled:.2f}</td>"
            f"<td class='left'>{kept}</td>{_share(p, p_own)}</tr>"
        )
    p, p_own = (column[:-HEAD].sum().item() for column in (probabilities, own))
    name, kept = (
        f"{size - len(head):,} others",
        f"✓ {after_p - sum(row[5] == '✓' for row in rows):,}",
    )
    rows.append(("", name, "", "", "", kept, f"{p:.3f}", f"{p_own:.3f}"))
    drawn.append(
        f"<tr><td></td><td class='left' colspan='3'>{name}</td><td class='left'>{kept}</td>{_share(p, p_own)}</tr>"
    )
    by = [
        f"{filter} {value:g} takes {count:,} out"
        for filter, value, count, off in (
            ("top-k", top_k, size - after_k, 0),
            ("top-p", top_p, after_k - after_p, 1),
        )
        if value != off
    ]
    return (
        f"<section class='next'><h4>next token: logits <code>[{size}]</code> → ÷ {temperature:g} → top-k, top-p → softmax"
        f"</h4><p><b>{after_p:,} of {size:,} tokens are kept</b>{': ' * bool(by)}{', then '.join(by)}.</p>"
        "<table><thead><tr><th>no.</th><th class='left'>token</th><th>logit</th><th>÷ T</th><th class='left'>kept</th>"
        f"<th>softmax</th></tr></thead><tbody>{''.join(drawn)}</tbody></table>"
        "<p>✗ k, ✗ p: taken out by top-k, by top-p. Bar: the probability; bracket: what it is with T = 1 and all tokens. "
        "▸: what Pick takes.</p></section>",
        table(
            [
                "number",
                "token",
                "id",
                "logit",
                "÷ T",
                "kept",
                "probability",
                "with T = 1 and all tokens",
            ],
            rows,
            "The candidates as a table",
        ),
    )


def _share(p, own):
    return (
        f"<td class='p'><div class='share'><span class='both'><span class='now' style='--w:{100 * p:.1f}'></span>"
        f"<span class='own' style='--w:{100 * own:.1f}'></span></span>{p:.3f}</div></td>"
    )


def _tree(steps):
    """The last LEVELS steps from top to bottom: at the left what was taken, beside it what was not."""
    if not steps:
        return "<section class='tree'><h4>path</h4>No token is taken yet: draw one with Step.</section>"
    first = max(0, len(steps) - LEVELS)
    drawn, said = (
        [f'<text x="0" y="15">{f"… {first} steps before" if first else "prompt"}</text>'],
        [],
    )
    for level, step in enumerate(steps[first:]):
        top, bottom = ROW * level + 20, ROW * (level + 1) + 10
        drawn.append(
            f'<path d="M8 {top + 14}H{8 + COLUMN * len(step.others)}" stroke="currentColor" stroke-dasharray="3"/>'
            f'<path d="M8 {top}V{bottom}" stroke="currentColor"/>'
        )
        notes = [f" {PICKED}" * (step.how == PICKED)] + [""] * len(step.others)
        for column, (note, (name, p)) in enumerate(
            zip(notes, [(step.name, step.probability), *step.others])
        ):
            x, fill, weight = (
                8 + COLUMN * column,
                *(("none", "normal") if column else ("currentColor", "bold")),
            )
            drawn.append(
                f'<path d="M{x} {top + 14}V{bottom - 4}" stroke="currentColor" stroke-width="{1 + 7 * p:.1f}"/>'
                f'<circle cx="{x}" cy="{bottom}" r="4" fill="{fill}" stroke="currentColor"/>'
                f'<text x="{x + 9}" y="{bottom}" font-weight="{weight}">{visible(name[:11])}</text>'
                f'<text x="{x + 9}" y="{bottom + 14}">{p:.3f}{note}</text>'
            )
        beside = "".join(f", not {name} {p:.3f}" for name, p in step.others)
        said.append(
            f"step {first + level + 1} {step.name} {step.probability:.3f}{notes[0]}{beside}"
        )
    height = ROW * len(said) + 30
    return (
        f"<section class='tree'><h4>path: what was taken, and the best of what was not</h4>"
        f'<svg role="img" aria-label="Path: {visible("; ".join(said))}" viewBox="0 0 300 {height}" '
        f'style="width:300px;max-width:100%">{"".join(drawn)}</svg><p>Probabilities as they were at each step: a slider '
        "changes the next step, not these. The thicker a line, the more probable.</p></section>"
    )


def sampling_explorer(tokenizer, model, prompt):
    """Explorer of sampling. A new `prompt` or `seed` begins a new path; the sliders `temperature`, `top_k` (0: off) and `top_p`
    (1: off) keep it. `number`: of the candidate that the button Pick takes."""
    controls = {
        "prompt": ipywidgets.Text(
            value=prompt,
            description="Prompt:",
            layout=ipywidgets.Layout(width="auto", max_width="60em"),
        ),
        "temperature": ipywidgets.FloatSlider(
            value=0.7, min=0.1, max=2, step=0.1, description="Temperature:"
        ),
        "top_k": ipywidgets.IntSlider(value=50, min=0, max=200, description="Top-k (0: off):"),
        "top_p": ipywidgets.FloatSlider(
            value=0.9, min=0.05, max=1, step=0.05, description="Top-p (1: off):"
        ),
        "seed": ipywidgets.BoundedIntText(value=0, min=0, max=9999, description="Seed:"),
        "number": ipywidgets.BoundedIntText(
            value=1, min=1, max=HEAD, description="Number to pick:"
        ),
    }
    held = []  # the Path

    def path():
        prompt, seed = controls["prompt"].value, controls["seed"].value
        if not held or held[0].prompt != prompt:
            held[:] = [Path(prompt, seed, tokenizer, model, *held)]
        elif held[0].seed != seed:
            held[0].restart(seed)
        return held[0]

    def settings():  # a page may send 0.7000000000000001
        return (
            round(controls["temperature"].value, 2),
            controls["top_k"].value,
            round(controls["top_p"].value, 2),
        )

    return Explorer(
        controls,
        lambda number, **_: render(path(), *settings(), number),
        actions={
            "Step": lambda: path().draw(*settings()),
            "Pick": lambda: path().pick(controls["number"].value, *settings()),
            "Rewind": lambda: path().rewind(),
            "Run to the end": lambda: path().run(*settings()),
        },
    )
