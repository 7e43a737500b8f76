"""Small changes of a solution, one at a time: another operator, a line dropped, parts swapped."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator

OTHER_OPERATOR = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.FloorDiv: ast.Mod, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OTHER_NAME = {
    "max": "min", "min": "max", "amax": "amin", "argmax": "argmin", "sum": "mean", "triu": "tril",
    "startswith": "endswith", "any": "all", "all": "any", "softmax": "log_softmax", "len": "sum",
    "log_softmax": "softmax", "removeprefix": "removesuffix",
}  # fmt: skip


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of `node`."""
    change = CHANGES.get(type(node))
    if change:
        yield from change(node)


def _changed(node, **fields):
    other = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _constant(node):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, float):
        yield ast.Constant(value * 2)
    elif isinstance(value, str) and value:
        yield ast.Constant(value[1:])


def _binary(node):
    if type(node.op) in OTHER_OPERATOR:
        yield _changed(node, op=OTHER_OPERATOR[type(node.op)]())
    yield from (node.left, node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield _changed(node, left=node.right, right=node.left)


def _compare(node):
    if type(node.ops[0]) in OTHER_OPERATOR:
        yield _changed(node, ops=[OTHER_OPERATOR[type(node.ops[0])](), *node.ops[1:]])
    if isinstance(node.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        yield _changed(node, left=node.comparators[0], comparators=[node.left])


def _logic(node):
    yield _changed(node, op=OTHER_OPERATOR[type(node.op)]())
    yield from node.values


def _if(node):
    yield _changed(node, test=ast.UnaryOp(ast.Not(), node.test))
    yield ast.Pass()


def _choice(node):
    yield from (node.body, node.orelse)
    yield _changed(node, body=node.orelse, orelse=node.body)


def _call(node):
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    for i in range(len(node.keywords)):
        yield _changed(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
    if len(node.args) > 1 and ast.unparse(node.func) not in ("max", "min"):
        yield _changed(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if isinstance(node.func, ast.Name) and len(node.args) == 1:
        yield node.args[0]


def _is_module(node):
    return isinstance(node, ast.Name) and node.id in ("torch", "math", "F")


def _name(node):
    if isinstance(node.ctx, ast.Load) and node.id in OTHER_NAME:
        yield _changed(node, id=OTHER_NAME[node.id])


def _attribute(node):
    if node.attr in OTHER_NAME:
        yield _changed(node, attr=OTHER_NAME[node.attr])
    if node.attr == "T":
        yield node.value


def _parts(node):
    if len({ast.unparse(part) for part in node.elts}) == 2 and isinstance(node.ctx, ast.Load):
        yield _changed(node, elts=node.elts[::-1])
        yield node.elts[0]


def _subscript(node):
    if isinstance(node.ctx, ast.Load):
        yield node.value


def _slice(node):
    for side in ("lower", "upper"):
        if getattr(node, side):
            yield _changed(node, **{side: None})


def _comprehension(node):
    for i in range(len(node.ifs)):
        yield _changed(node, ifs=node.ifs[:i] + node.ifs[i + 1 :])


CHANGES = {
    ast.Constant: _constant, ast.BinOp: _binary, ast.Compare: _compare, ast.BoolOp: _logic,
    ast.UnaryOp: lambda node: [node.operand], ast.IfExp: _choice, ast.If: _if, ast.Call: _call,
    ast.Name: _name, ast.Attribute: _attribute, ast.Tuple: _parts, ast.List: _parts,
    ast.Subscript: _subscript, ast.Slice: _slice, ast.comprehension: _comprehension,
    ast.Starred: lambda node: [node.value],
    ast.Assign: lambda node: [ast.Pass()], ast.AugAssign: lambda node: [ast.Pass()],
    ast.Expr: lambda node: [ast.Pass()], ast.Break: lambda node: [ast.Pass(), ast.Continue()],
    ast.Return: lambda node: [ast.Expr(node.value)] if node.value else [],
}  # fmt: skip


class _Swap(ast.NodeTransformer):
    def __init__(self, node, other):
        self.node, self.other = node, other

    def visit(self, node):
        return self.other if node is self.node else self.generic_visit(node)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield `(label, source)` for each change of a solution; a label is like `3: x[0] → x[1]`."""
    tree = ast.parse(source)
    open_to_change = set(map(id, _open(tree)))
    labels = Counter()
    for i, node in enumerate(ast.walk(tree)):
        for k in range(len(list(changes(node))) if id(node) in open_to_change else 0):
            label, changed = _mutant(tree, i, k)
            if changed == ast.unparse(tree):
                continue
            labels[label] += 1
            yield label if labels[label] == 1 else f"{label} ({labels[label]})", changed
    yield from _returns_in_loops(tree)


def _mutant(tree, i, k):
    """The k-th change of the i-th node: its label and its source."""
    changed = copy.deepcopy(tree)
    node = list(ast.walk(changed))[i]
    shown = node if len(ast.unparse(node)) > 24 else _parent(changed, node)
    before, line = ast.unparse(shown), getattr(node, "lineno", 0)
    other = list(changes(node))[k]
    swap = _Swap(node, other)
    after = ast.unparse(ast.fix_missing_locations(other if shown is node else swap.visit(shown)))
    if shown is node:
        swap.visit(changed)
    first = (before.splitlines()[0], after.splitlines()[0])
    return f"{line}: {first[0]} → {first[1]}", ast.unparse(ast.fix_missing_locations(changed))


def _parent(tree, node):
    """The smallest part around `node` that a reader would recognise."""
    around = [p for p in ast.walk(tree) if any(node is inner for inner in ast.walk(p))]
    long_enough = [p for p in around if len(ast.unparse(p)) > 24 or isinstance(p, ast.stmt)]
    return min(long_enough, key=lambda p: len(ast.unparse(p)))


def _returns_in_loops(tree):
    for i, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and isinstance(
            node.body[-2:][0], (ast.For, ast.While)
        ):
            changed = copy.deepcopy(tree)
            function = list(ast.walk(changed))[i]
            function.body[-2].body.append(copy.deepcopy(function.body[-1]))
            yield "return inside the loop", ast.unparse(changed)


def _open(tree):
    """The nodes that the reader writes: bodies of functions, or what makes the value handed in."""
    call = next(node for node in ast.walk(tree) if checked(node))
    if isinstance(call.args[0], ast.Name) and any(
        isinstance(s, ast.FunctionDef) for s in tree.body
    ):
        roots = [step for s in tree.body if isinstance(s, ast.FunctionDef) for step in s.body]
    else:
        things = {
            node.id
            for given in call.args[1:]
            for node in ast.walk(given)
            if isinstance(node, ast.Name)
        }
        set_up = [i for i, s in enumerate(tree.body) if things & _assigned(s)]
        roots = [*tree.body[max(set_up, default=-1) + 1 : -1], call.args[0]]
    code = [root for root in roots if not _is_docstring(root)]
    return [node for root in code for node in ast.walk(root)]


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _assigned(statement):
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def checked(node):
    """The name of the check that this node calls, or None."""
    called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    return called.removeprefix("checks.") if called.startswith("checks.") else None
