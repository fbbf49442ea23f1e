"""A text for each figure: what it shows, for whoever cannot see it, and for the tests.

In a notebook `helpers` gives this text to every Matplotlib figure: it is stored beside
the picture, compared when the notebook is tested, and read aloud by a screen reader.
Only numbers that hardly move when a training differs a little stand in it.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FuncFormatter

from helpers.drawn import Shown, find, legends, number

BEGIN = "Figure:"
MOST_WORDS = 105  # the author's own sentence comes on top
FEW = 5  # so many values are all named
PLATEAU = 0.005  # what differs by less than this of its size may be luck
NEAR = 0.1  # how far apart, beside all of x, the highest points may lie to be one place


@dataclass
class Writer:
    """Write numbers of one axis: no digit that is small beside what the axis spans."""

    span: float
    log: bool
    names: dict[float, str]

    def __call__(self, value: float, digits: int = 3) -> str:
        """Write with a few digits, and a point, so that it may differ a little."""
        if self.log or not self.span:
            return number(value, digits)
        return number(value, digits, digits - int(np.floor(np.log10(self.span))))

    def place(self, value: float) -> str:
        """Write a place: its name, a whole number, or a decimal."""
        name = self.names.get(value)
        return name or (f"{int(value)}" if value == round(value) else self(value))

    def near(self, x: np.ndarray, y: np.ndarray) -> str:
        """Say where y is highest; nothing on a plateau, where luck decides."""
        kept = np.isfinite(x) & np.isfinite(y)
        x, y = x[kept], y[kept]
        if self.names:
            return f" at {self.place(x[y.argmax()])}"
        across = np.log(np.maximum(x, np.finfo(float).tiny)) if self.log else x
        weights = np.exp((y - y.max()) / (PLATEAU * np.abs(y).max() or 1))
        middle = np.average(across, weights=weights)
        spread = np.sqrt(np.average((across - middle) ** 2, weights=weights))
        if spread > NEAR * (np.ptp(across) or 1):
            return ""
        return f" near {self(np.exp(middle) if self.log else middle, 2)}"


def install() -> None:
    """Give each figure that a cell shows its text."""
    Figure._repr_pretty_ = _show


def _show(figure: Figure, printer, cycle: bool) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):
            text = describe(figure)
    except Exception:  # a reader's own figure may hold what nobody thought of
        text = repr(figure)
    # JupyterLab shows the first line of a folded output: it gives nothing away.
    printer.text(f"{BEGIN}\n{text}")


def describe(figure: Figure) -> str:
    """Say in at most MOST_WORDS words what a figure shows.

    Parameters
    ----------
    figure : Figure
        It is not changed.

    Returns
    -------
    str
        Title, axes with scale and range, and each curve, set of bars, histogram, image
        or set of markers with a few numbers.
    """
    panels = [axes for axes in figure.axes if axes.get_visible()]
    panels = [axes for axes in panels if not hasattr(axes, "_colorbar")]
    panels = [(axes, shown) for axes in panels if (shown := list(find(axes)))]
    for most in (FEW, 2, 0):
        texts = [_describe_axes(axes, shown, most) for axes, shown in panels]
        if len(texts) > 1:
            texts = [f"Panel {k}: {text}" for k, text in enumerate(texts, start=1)]
        if title := figure.get_suptitle():
            texts.insert(0, f"Figure “{title}”.")
        words = " ".join(texts).split()
        if len(words) <= MOST_WORDS:
            return " ".join(words) or "An empty figure."
    return " ".join(words[:MOST_WORDS]) + " …"


def _describe_axes(axes: Axes, shown: list[Shown], most: int) -> str:
    titles = [axes.get_title(place) for place in ("left", "center", "right")]
    parts = [f"“{title}”." for title in titles if title]
    if axes.axison:
        parts += [_describe_axis(axes, "x"), _describe_axis(axes, "y")]
    groups = {}
    for one in shown:
        groups.setdefault((one.kind, one.name), []).append(one)
    for group in groups.values():
        if len(group) == 1:
            parts.append(_describe_one(group[0], axes, most))
        else:
            parts.append(_describe_many(group, axes))
    if any(one.name for one in shown) and not legends(axes):
        parts.append("No legend.")
    explained = [legend.get_title().get_text() for legend in legends(axes)]
    parts += [f"Legend: {title}." for title in explained if title]
    return " ".join(" ".join(parts).split())


def _describe_axis(axes: Axes, which: str) -> str:
    """Name an axis, with its scale and range, or with what its ticks say."""
    axis = getattr(axes, f"{which}axis")
    names = _tick_names(axes, which)
    label = axis.get_label_text() or ("" if names else "no label")
    name = f"{which}: {label}"
    if axis.get_scale() != "linear":
        name += f", {axis.get_scale()} scale"
    if names:
        separator = ", " if label else ""
        return f"{name}{separator}{', '.join(names.values())}."
    low, high = getattr(axes, f"get_{which}lim")()
    write = _writer(axes, which)
    return f"{name}, {write(low, 2)} to {write(high, 2)}."


def _tick_names(axes: Axes, which: str) -> dict[int, str]:
    """Return the author's own names of the ticks by their place, if there are any."""
    axis = getattr(axes, f"{which}axis")
    own = (FixedFormatter, FuncFormatter, StrCategoryFormatter)
    if not isinstance(axis.get_major_formatter(), own):
        return {}
    places, labels = axis.get_majorticklocs(), axis.get_majorticklabels()
    names = {p: t.get_text() for p, t in zip(places, labels, strict=False)}
    return {place: name for place, name in names.items() if name}


def _describe_one(one: Shown, axes: Axes, most: int) -> str:
    name = f"{one.kind} “{one.name}”" if one.name else one.kind
    if not len(one.y):
        return f"{name}{one.more}."
    across, up = "x", "y"
    if _tick_names(axes, "y") and not _tick_names(axes, "x"):  # drawn on its side
        across, up = up, across
        one = Shown(one.kind, one.name, one.y, one.x, one.more)
    text = _summary(one, _writer(axes, across), _writer(axes, up), most)
    return f"{name}{text}{one.more}."


def _summary(one: Shown, at: Writer, number: Writer, most: int) -> str:
    """Say all of a few points; of many where they begin and end, how low and high."""
    x, y, begin, end = one.x, one.y, "first", "last"
    if one.kind == "Markers" and np.any(np.diff(x) < 0):  # in whatever order
        order = np.argsort(x, kind="stable")
        x, y, begin, end = x[order], y[order], "leftmost", "rightmost"
    top = f"highest {number(np.nanmax(y))}{at.near(x, y)}"
    if one.kind == "Histogram":
        return f", {len(y)} bins: {top}, mean {at(np.average(x, weights=y))}"
    if len(y) <= most:
        points = (f"{number(b)} at {at.place(a)}" for a, b in zip(x, y, strict=True))
        return f": {', '.join(points)}"
    if not most:
        return f", {len(y)} points: {begin} {number(y[0])}, {end} {number(y[-1])}"
    first, last = (f"{number(y[k])} at {at.place(x[k])}" for k in (0, -1))
    bottom = f"lowest {number(np.nanmin(y))}{at.near(x, -y)}"
    return f", {len(y)} points: {begin} {first}, {end} {last}, {bottom}, {top}"


def _describe_many(group: list[Shown], axes: Axes) -> str:
    """Describe things of one kind and name by their medians: one may be luck."""
    kind, number = group[0].kind, _writer(axes, "y")
    kind = {"Curve": "curves", "Markers": "sets of markers"}.get(kind, f"× {kind}")
    text = f"{len(group)} {kind}" + (f" “{group[0].name}”" if group[0].name else "")
    for when, place in (("first", 0), ("last", -1)):
        values = [one.y[place] for one in group if len(one.y)]
        if values:
            text += f", {when} {number(np.median(values))} in the median"
    return f"{text}, {sum(len(one.y) for one in group)} points together."


def _writer(axes: Axes, which: str) -> Writer:
    low, high = getattr(axes, f"get_{which}lim")()
    log = getattr(axes, f"get_{which}scale")() == "log"
    return Writer(abs(high - low), log, _tick_names(axes, which))
