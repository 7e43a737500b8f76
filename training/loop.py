"""The loop of every training here: clipped steps, a rate that follows the clock, a state saved
every five minutes.
"""

import time

import torch

from training import state

SAVE_EVERY = 300  # seconds
SHOW_EVERY = 60


class Tally:
    """Losses as running means, and what went through since the start of this run."""

    def __init__(self):
        self.losses, self.tokens, self.examples = {}, 0, 0

    def add(self, name, value, tokens, examples):
        self.losses[name] = 0.98 * self.losses.get(name, value) + 0.02 * value
        self.tokens, self.examples = self.tokens + tokens, self.examples + examples

    def line(self, seconds):
        losses = " ".join(f"{name} {value:.3f}" for name, value in sorted(self.losses.items()))
        tokens, examples = self.tokens / seconds, self.examples / seconds
        return f"{tokens:,.0f} tokens/s {examples:,.1f} examples/s | {losses}"


def restore(model, optimizer, saved, put):
    """Go back to a saved state; return the minutes that it has spent."""
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["random"])
    put(saved["extra"])
    return saved["spent"]


def run(model, optimizer, step, check, saved, path, minutes, wall, get, put):
    """Call `step()`, which returns (name, loss, tokens, examples), until the clock's end.

    `minutes`, `wall`: as state.Clock has them.
    `check()` after every save writes the model out. `saved`: the state to go on from, or None.
    `get()` and `put(state)`: what else belongs to the state. The optimizer's rates are those at the
    height of the schedule.
    """
    spent, full = 0.0, [group["lr"] for group in optimizer.param_groups]
    if saved:
        spent = restore(model, optimizer, saved, put)
    clock, tally = state.Clock(minutes, spent, wall), Tally()
    started = kept = shown = time.monotonic()

    def keep():
        state.save(
            path,
            {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "extra": get(),
                "random": torch.get_rng_state(),
                "spent": clock.spent(),
            },
        )
        model.eval()
        with torch.inference_mode():
            check()
        model.train()

    model.train()
    while clock.share() < 1:
        for group, rate in zip(optimizer.param_groups, full, strict=False):
            group["lr"] = rate * clock.rate()
        name, loss, tokens, examples = step()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tally.add(name, loss.item(), tokens, examples)
        if time.monotonic() - shown > SHOW_EVERY:
            shown = time.monotonic()
            print(f"{clock.share():.1%} {tally.line(shown - started)}", flush=True)
        if time.monotonic() - kept > SAVE_EVERY:
            keep()
            kept = time.monotonic()
    keep()
