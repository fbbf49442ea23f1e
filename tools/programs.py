"""What programs call, and how: for tables that say what a reader should write."""

import ast
import builtins
import difflib
import re
from collections.abc import Iterable, Iterator
from functools import cache

import mlflow
import optuna

from helpers import data
from tools.statements import NOTEBOOKS, ROOT, evidence

FIXED = (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List, ast.Dict)
# Whose methods a table may name: `study.report` is the slide's mistake.
KINDS = {
    "trial": (optuna.Trial, optuna.trial.FrozenTrial),
    "study": (optuna.Study,),
    "client": (mlflow.MlflowClient,),
}
STRING = re.compile(r"""["']([^"'…]+)["']""")
PLACEHOLDER = re.compile(r"\b(?:NAME|(?:RUN_)?ID)\b")
NAMES = " ".join([*dir(builtins), *data.FEATURES])


class Programs:
    """The calls, comparisons and names of some programs.

    Parameters
    ----------
    sources : iterable of str
        The programs; one that does not parse counts with its words alone.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self.text = "\n".join(sources)
        self.squeezed = re.sub(r"\s|['\"]", "", self.text)
        self.words = set(re.findall(r"\w+", self.text))
        self.nodes = [node for one in sources for node in _nodes(one)]
        self.calls = [node for node in self.nodes if isinstance(node, ast.Call)]
        self.comparisons = {
            ast.unparse(node) for node in self.nodes if isinstance(node, ast.Compare)
        }

    def lack(self, code: str) -> Iterator[str]:
        """Yield what a piece of code from a table has and no program has."""
        plain = re.sub(r"=(?=[,)]|$)", "=...", code.replace("…", "...").rstrip(":"))
        nodes = [*_nodes(plain), *_nodes(f"{plain}: pass")]  # with …, def …
        if not nodes:  # an address, or what stands on a command line
            free = PLACEHOLDER.sub(".+", re.escape(code)).replace("…", ".+")
            for part in free.split(r"\ "):
                before = "" if part.startswith("\\.") else r"(?<!\w)"
                if not re.search(rf"{before}{part}(?!\w)", self.text):
                    yield f"no program has {part}"
        if not any(isinstance(node, (ast.Call, ast.FunctionDef)) for node in nodes):
            if re.search("[=,]", code):  # arguments alone: direction="…"
                nodes += _nodes(f"any_call({plain})")
        for node in nodes:
            yield from self._lack_node(node)
        yield from self._lack_words(code, plain)

    def _lack_node(self, node: ast.AST) -> Iterator[str]:
        """Yield how a call, comparison, index or definition differs from all."""
        if isinstance(node, ast.Call):
            same = [c for c in self.calls if _name(node) in (_name(c), "any_call")]
            if not any(_fits(node, one) for one in same) and not self._defines(node):
                yield "no program calls it so"
            yield from self._exchanged(node, same)
        text = ast.unparse(node) if isinstance(node, ast.expr) else ""
        if isinstance(node, ast.Compare) and text not in self.comparisons:
            yield "no program compares so"
        fixed = isinstance(node, ast.Subscript) and isinstance(node.slice, FIXED)
        if fixed and re.sub(r"\s|['\"]", "", text) not in self.squeezed:
            yield "no program has it so"
        if isinstance(node, ast.FunctionDef) and not any(
            (one.name, ast.unparse(one.args)) == (node.name, ast.unparse(node.args))
            for one in self.nodes
            if isinstance(one, ast.FunctionDef)
        ):
            yield "no program defines it so"

    def _lack_words(self, code: str, plain: str) -> Iterator[str]:
        """Yield the names and texts that no program has."""
        for dotted in re.findall(r"(?<![\w.\"'])([a-z]\w+\.[A-Za-z]\w+)", plain):
            if not self._has(dotted):
                yield f"no program has {dotted}"
        for text in STRING.findall(code):
            like = PLACEHOLDER.sub(".+", re.escape(text))
            if text != "name" and not re.search(f"[\"']{like}[\"']", self.text):
                yield f"no program has the text {text!r}"
        named = set(re.findall(r"(?<!['\"\w/])[A-Za-z]\w{2,}", plain))
        for lost in sorted(named - self.words):
            if not PLACEHOLDER.fullmatch(lost):
                like = difflib.get_close_matches(lost, self.words, 1)
                yield f"no program has {lost}" + "".join(f", but {one}" for one in like)

    def _has(self, dotted: str) -> bool:
        """Look for `owner.name`; a method's owner may have another name of its kind."""
        owner, _, name = dotted.partition(".")
        if owner in KINDS and not any(hasattr(kind, name) for kind in KINDS[owner]):
            return False
        owners = set(re.findall(rf"(\w+)\.{name}\b", self.text))
        return owner in owners or not any(owner.rstrip("s") in o for o in owners)

    def _defines(self, call: ast.Call) -> bool:
        """Tell whether a program defines what is called, with arguments so named."""
        given = [one.id for one in call.args if isinstance(one, ast.Name)]
        defined = (
            n for n in self.nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))
        )
        return any(n.name == _name(call) and given in _named(n) for n in defined)

    def _exchanged(self, call: ast.Call, same: list[ast.Call]) -> Iterator[str]:
        """Yield the arguments that the programs give at another place only."""
        for place, argument in enumerate(call.args):
            if isinstance(argument, ast.Name):
                places = {
                    other
                    for one in same
                    for other, given in enumerate(one.args)
                    if ast.unparse(given) == argument.id
                }
                if places and place not in places:
                    yield f"{argument.id} stands elsewhere in the programs' calls"


@cache
def course() -> Programs:
    """Return everything that the course runs: modules, recipes, settings, cells."""
    kinds = "py sh yml toml cfg txt in conf".split()
    files = [one for kind in kinds for one in ROOT.glob(f"[!.]*/**/*.{kind}")]
    files += [ROOT / "Makefile", *ROOT.glob("*.*ml"), *ROOT.glob("*.txt")]
    lists = (ROOT / "tests" / "statements.toml", ROOT / "tests" / "commands.toml")
    names = {one: str(one.relative_to(ROOT)) for one in files if one not in lists}
    names = {one: name for one, name in names.items() if ".egg-info" not in name}
    texts = [one.read_text(encoding="utf-8") for one in names]
    return Programs([*texts, *names.values(), *map(evidence, NOTEBOOKS), NAMES])


def _nodes(source: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source)))
    except SyntaxError:
        return


def _named(node: ast.AST) -> list[list[str]]:
    """Return the names of a function's arguments, or of a class's to make it."""
    if isinstance(node, ast.ClassDef):
        return [names for inner in node.body for names in _named(inner)]
    if not isinstance(node, ast.FunctionDef):
        return []
    return [[one.arg for one in node.args.args if one.arg != "self"]]


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _settings(call: ast.Call) -> set[tuple[str | int, str]]:
    """Return the arguments that decide: names of all, values that are written out."""
    found = set()
    for key, value in [
        *((one.arg, one.value) for one in call.keywords),
        *enumerate(call.args),
    ]:
        text = ast.unparse(value)
        written = isinstance(value, FIXED) and text != "..."
        if isinstance(key, str):
            found.add((key, ""))
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            continue  # a name of the reader's own
        if written:
            found.add((key, text))
    return found


def _fits(call: ast.Call, program: ast.Call) -> bool:
    whole = call.args and "..." not in map(ast.unparse, call.args)
    if whole and _name(call) != "any_call" and len(call.args) != len(program.args):
        return False
    return _settings(call) <= _settings(program)
