"""Checks of notebook 04."""

import torch
import torch.nn.functional as F

from helpers.exercises import check, tried


@check
def stable_softmax(function):
    """4.1: `function(logits)`, float [batch, labels], must return softmax of each row, whatever the size of the logits."""
    small = torch.tensor([[1.0, 3.0, 0.0], [-2.0, 0.5, 4.0]])
    for logits in (small, small + 1000, small - 1000, small + torch.tensor([[500.0], [-500.0]])):
        given = logits.clone()
        got = tried(function(given))
        if not torch.equal(given, logits):
            return "You changed the logits that were handed in. Write `logits = logits - …`, not `logits -= …`."
        if problem := _wrong_softmax(got, logits):
            return problem


def _wrong_softmax(got, logits):
    if not isinstance(got, torch.Tensor):
        return f"Return a tensor; this is a {type(got).__name__}."
    if got.shape != logits.shape:
        return f"The shape should stay {list(logits.shape)}; yours is {list(got.shape)}. Is a keepdim=True missing?"
    if torch.allclose(got, logits.softmax(dim=-1), atol=1e-5):
        return None
    if got.isnan().any():
        low, high = logits.min().item(), logits.max().item()
        if high < 0:
            return f"nan for logits down to {low:.0f}: every power rounds to 0, and 0 / 0 is nan. Subtract the maximum there too."
        if low < 0:
            return (
                "nan in a batch with one row near 500 and one near -500. Subtract each row's own maximum "
                "(dim=-1, keepdim=True), not that of the whole table."
            )
        return f"nan for logits up to {high:.0f}: exp() overflows. Subtract the row's maximum before it."
    if torch.allclose(got.sum(dim=0), torch.ones(logits.shape[1]), atol=1e-4):
        return "Your columns sum to 1. Each row is a sentence: sum along dim=-1."
    if torch.allclose(got.sum(), torch.tensor(1.0), atol=1e-4):
        return "All the numbers together sum to 1. Each row should: sum along one dim only."
    return f"The rows should be softmax of the logits; yours sum to {[round(s, 3) for s in got.sum(dim=-1).tolist()]}."


@check
def cross_entropy(function):
    """4.2: `function(logits, labels)`, float [batch, labels] and int64 [batch], must return the mean cross-entropy."""
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0], [0.0, -3.0, 1.0], [4.0, 1.0, 2.0]])
    labels = torch.tensor([0, 2, 0, 1])
    got = tried(function(logits, labels))
    if problem := _wrong_loss(got, logits, labels):
        return problem
    got = torch.as_tensor(function(torch.tensor([[0.0, 200.0]]), torch.tensor([0])))
    if not torch.allclose(got, torch.tensor(200.0)):
        return (
            f"Right for small logits, but {got.item():.4g} for [0, 200] with column 0: a probability rounded to 0 before its "
            "logarithm was taken. Use logsumexp(row) - right logit."
        )


def _wrong_loss(got, logits, labels):
    if not isinstance(got, (float, torch.Tensor)):
        return f"Return one number; this is a {type(got).__name__}."
    got = torch.as_tensor(got)
    if got.shape == labels.shape:
        return "You return one loss a row. Average them: the loss of a batch is one number."
    if got.numel() != 1:
        return f"Return one number; your shape is {list(got.shape)}. Pick the right label's entry in each row."
    rows = torch.arange(len(labels))
    wanted, log_p = F.cross_entropy(logits, labels), logits.log_softmax(dim=-1)
    slips = [
        (-wanted, "The sign is wrong: a loss is minus the logarithm, and never below 0."),
        (wanted * len(labels), "This is the sum over the rows; the mean is wanted."),
        (
            F.cross_entropy(log_p.exp(), labels),
            "This is softmax twice. Give the logits to the formula, not the probabilities.",
        ),
        (
            F.cross_entropy(logits, logits.argmax(dim=-1)),
            "You took the label that the model likes best. Take the right one, from `labels`.",
        ),
        (-log_p.mean(), "You averaged over all labels. Only the right label of each row counts."),
        (
            -log_p.exp()[rows, labels].mean(),
            "You averaged the probabilities. The logarithm is missing.",
        ),
        (
            -logits.log_softmax(dim=0)[rows, labels].mean(),
            "Your sum runs down the columns. Each row is a sentence: use dim=-1.",
        ),
        (
            wanted / torch.log(torch.tensor(2.0)),
            "This is the logarithm to base 2. The loss uses the natural one: torch.log.",
        ),
        (
            -logits[rows, labels].mean(),
            "logsumexp of the row is missing: it turns logits into logarithms of probabilities.",
        ),
    ]
    if torch.allclose(got, wanted, atol=1e-5):
        return None
    for value, diagnosis in slips:
        if torch.allclose(got, value, atol=1e-4):
            return diagnosis
    return f"For the test batch the loss is {wanted:.4f}; yours is {got.item():.4f}."


@check
def temperature(function):
    """4.3: `function(logits, score)`, float [2] and a float, must return the T with max softmax(logits / T) = score."""
    for pair, score in (([3.0, 0.0], 0.9), ([-1.0, 1.5], 0.6), ([100.0, 104.0], 0.99)):
        logits = torch.tensor(pair)
        got = float(tried(function(logits, score)))
        lead = (logits.max() - logits.min()).item()
        odds = torch.tensor(score / (1 - score)).log().item()
        case = f"For {pair} and score {score}"
        if abs(got - lead / odds) < 1e-3:
            continue
        if abs(got - odds / lead) < 1e-3:
            return f"{case} you return 1 / T. Logits are divided by T: a larger T makes a smaller score."
        if abs(got + lead / odds) < 1e-3:
            return f"{case} your T is negative, which would swap the labels. The lead is larger logit minus smaller one."
        if abs(got * (score / (1 - score)) - lead) < 1e-3:
            return (
                f"{case} the logarithm is missing: the inverse of the sigmoid is log(p / (1 - p))."
            )
        if abs(abs(got * torch.tensor(score).log().item()) - lead) < 1e-3:
            return f"{case} you used log(p). The inverse of the sigmoid is log(p / (1 - p))."
        if got <= 0:
            return f"{case} your T is {got:.3f}; a temperature is above 0."
        reached = (logits / got).softmax(dim=-1).max().item()
        return f"{case} your T = {got:.3f} gives a score of {reached:.3f}."


@check
def multi_label_step(function):
    """4.4: `function(weight, bias, x, targets, rate)` must return weight and bias after a step down the multi-label loss."""
    random = torch.Generator().manual_seed(0)
    weight, bias, x = (torch.randn(*shape, generator=random) for shape in ((3, 5), (3,), (4, 5)))
    targets = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
    got = tried(function(weight.clone(), bias.clone(), x, targets, 0.5))
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        return "Return two things: the new weight and the new bias."
    if got[0].shape != weight.shape or got[1].shape != bias.shape:
        return (
            f"Weight and bias should stay {list(weight.shape)} and {list(bias.shape)}; yours are {list(got[0].shape)} and "
            f"{list(got[1].shape)}. Is it error.T @ x, and a sum over the rows for the bias?"
        )
    logits = x @ weight.T + bias
    error = logits.sigmoid() - targets

    def stepped(error, rate=0.5):
        return weight - rate * error.T @ x, bias - rate * error.sum(dim=0)

    slips = [
        (
            stepped(-error / error.numel()),
            "You step uphill: the loss grows. Subtract the gradient, with p - y.",
        ),
        (stepped(error), "The loss is a mean: divide by the number of entries, rows × labels."),
        (
            stepped(error / len(x)),
            "You divided by the number of rows. This loss is the mean over all entries, rows × labels.",
        ),
        (
            stepped((logits.softmax(dim=-1) - targets) / error.numel()),
            "That is softmax. Each label has a question of its own: sigmoid.",
        ),
        (
            stepped(logits.sigmoid() / error.numel()),
            "You forgot to subtract the targets: the gradient is p - y.",
        ),
        (
            stepped((logits - targets) / error.numel()),
            "You subtracted the targets from the logits. p is the sigmoid of the logits.",
        ),
        (stepped(error / error.numel(), 1), "The learning rate is missing."),
        (
            [given - new for given, new in zip((weight, bias), stepped(error / error.numel(), 1))],
            "You return the gradient. Return weight and bias after the step.",
        ),
    ]
    wanted = stepped(error / error.numel())
    if _close(got, wanted):
        return None
    if _close(got, (wanted[0], bias)):
        return "The weight is right. The bias takes a step too: its gradient is the sum of the error over the rows."
    for value, diagnosis in slips:
        if _close(got, value):
            return diagnosis
    return "Not yet. Compare with `step`: sigmoid takes the place of softmax, targets of one_hot, all entries of rows."


def _close(pair, other):
    return all(torch.allclose(a, b, atol=1e-5) for a, b in zip(pair, other))
