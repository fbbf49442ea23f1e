"""Wrong versions of a right answer, one change of its syntax tree each."""

import ast
import copy
from collections.abc import Iterator

COMPARE = [ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq]
ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
NAMES = {"min": "max", "any": "all", "idxmin": "idxmax", "median": "mean"}
NAMES |= {new: old for old, new in NAMES.items()}
NAMES |= {"sum": "max", "std": "var", "append": "remove", "ceil": "floor"}


def constants(value) -> list:
    """Return other values for a constant."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [value + 1, value - 1, value * 2, value * 0.9, -value, 0]
    if isinstance(value, str):
        return [value + "_", value[:-1], value.upper(), ""]
    return []


OTHER = {ast.And: ast.Or, ast.Or: ast.And}


def replacements(node: ast.AST) -> Iterator[ast.AST | None]:
    """Return what may stand in a node's place; None leaves a statement out."""
    if isinstance(node, ast.Compare):
        mine = type(node.ops[0])
        for kind in COMPARE if mine in COMPARE else [ast.In, ast.NotIn]:
            if mine is not kind:
                yield ast.Compare(node.left, [kind()], node.comparators)
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(value) for value in constants(node.value))
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        yield from (node.left, node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(OTHER[type(node.op)](), node.values)
        yield from node.values
    elif isinstance(node, (ast.Name, ast.Attribute)):
        name = "id" if isinstance(node, ast.Name) else "attr"
        if new := NAMES.get(getattr(node, name)):
            yield changed(node, name, new)
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, (ast.List, ast.Tuple)) and isinstance(node.ctx, ast.Load):
        for k in range(len(node.elts)):
            yield changed(node, "elts", node.elts[:k] + node.elts[k + 1 :])
        yield changed(node, "elts", node.elts[::-1])
    elif isinstance(node, ast.Dict):
        for k in range(len(node.keys)):
            rest = changed(node, "keys", node.keys[:k] + node.keys[k + 1 :])
            yield changed(rest, "values", node.values[:k] + node.values[k + 1 :])
    elif isinstance(node, (ast.comprehension, ast.For)):
        if getattr(node, "ifs", None):
            yield changed(node, "ifs", [])
        yield changed(node, "iter", part(node.iter, slice(1, None)))
        yield changed(node, "iter", part(node.iter, slice(None, -1)))
    elif isinstance(node, ast.If):
        yield from (changed(node, "test", ast.Constant(k)) for k in (True, False))
    elif isinstance(node, (ast.Expr, ast.AugAssign)):
        yield None
    elif isinstance(node, ast.Call):
        yield from calls(node)


def calls(node: ast.Call) -> Iterator[ast.AST]:
    """Leave out an argument, exchange two, or leave out the call around one."""
    for k, argument in enumerate(node.args):
        yield changed(node, "args", node.args[:k] + node.args[k + 1 :])
        yield argument
        for j in range(k):
            other = list(node.args)
            other[j], other[k] = other[k], other[j]
            yield changed(node, "args", other)
    for k, keyword in enumerate(node.keywords):
        yield changed(node, "keywords", node.keywords[:k] + node.keywords[k + 1 :])
        for j in range(k):
            values = [one.value for one in node.keywords]
            values[j], values[k] = keyword.value, values[j]
            pairs = zip(node.keywords, values, strict=True)
            new = [ast.keyword(one.arg, value) for one, value in pairs]
            yield changed(node, "keywords", new)
    if isinstance(node.func, ast.Attribute):
        yield node.func.value


def changed(node: ast.AST, name: str, value) -> ast.AST:
    new = copy.copy(node)
    setattr(new, name, value)
    return new


def part(node: ast.expr, cut: slice) -> ast.expr:
    """Return `list(node)[cut]`."""
    ends = [end if end is None else ast.Constant(end) for end in (cut.start, cut.stop)]
    whole = ast.Call(ast.Name("list", ast.Load()), [node], [])
    return ast.Subscript(whole, ast.Slice(*ends), ast.Load())


def returns(function: ast.FunctionDef, node: ast.Return) -> Iterator[ast.AST]:
    """Return a constant, an argument, or a part of the returned value instead."""
    values = [ast.Constant(value) for value in (True, False, 0, 1.0, "", "yes")]
    values += [ast.List([], ast.Load()), ast.Tuple([], ast.Load())]
    values += [ast.Name(one.arg, ast.Load()) for one in function.args.args]
    parts = [one for one in ast.walk(node.value) if isinstance(one, ast.expr)][1:]
    values += [one for one in parts if not isinstance(one, (ast.Constant, ast.Lambda))]
    for function_name in ("str", "list", "bool", "float", "set"):
        around = ast.Name(function_name, ast.Load())
        values.append(ast.Call(around, [node.value], []))
    yield from (ast.Return(value) for value in values)


def mutants(source: str) -> Iterator[str]:
    """Return every mutant of a source once, as source."""
    tree, seen = ast.parse(source), {ast.unparse(ast.parse(source))}
    inside = {
        id(node): function
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    for parent in list(ast.walk(tree)):
        for field, old in list(ast.iter_fields(parent)):
            places = range(len(old)) if isinstance(old, list) else [None]
            for place in places:
                node = old if place is None else old[place]
                if not isinstance(node, ast.AST):
                    continue
                news = list(replacements(node))
                if isinstance(node, ast.Return) and id(node) in inside:
                    news += returns(inside[id(node)], node)
                for new in news:
                    new = new or ast.Pass()
                    value = (
                        new if place is None else [*old[:place], new, *old[place + 1 :]]
                    )
                    setattr(parent, field, value)
                    text = ast.unparse(ast.fix_missing_locations(tree))
                    setattr(parent, field, old)
                    if text not in seen:
                        seen.add(text)
                        yield text
