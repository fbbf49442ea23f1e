"""What a Matplotlib figure shows: its curves, markers, bars, bands and images.

helpers/figures.py makes a text of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from matplotlib import collections, container, patches
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D


@dataclass
class Shown:
    """One thing that is drawn: what it is, its name, its points, what else to say."""

    kind: str
    name: str = ""
    x: np.ndarray = field(default_factory=lambda: np.empty(0))
    y: np.ndarray = field(default_factory=lambda: np.empty(0))
    more: str = ""


def number(value: float, digits: int = 3, finest: int = 9) -> str:
    """Write a number with a few digits, and with a point: it may differ a little.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        How many digits that count.
    finest : int
        The most decimals, where more would be small beside what an axis spans.
    """
    if not np.isfinite(value):
        return str(value)
    decimals = digits - 1 - int(np.floor(np.log10(abs(value) or 1)))
    if decimals > 5 and finest > 5:
        return f"{value:.{digits - 1}e}"
    decimals = 1 if value == round(value) else max(1, min(decimals, finest))
    return f"{value:,.{decimals}f}"


def between(low: str, high: str) -> str:
    """Say a range, or the one number that it is."""
    return low if low == high else f"{low} to {high}"


def legends(axes: Axes) -> list:
    """Return the legends that explain these axes: their own, or the figure's."""
    own = [axes.get_legend()] if axes.get_legend() else []
    return own + list(axes.figure.legends)


def _style(line: Line2D) -> tuple:
    return to_hex(line.get_color()), line.get_linestyle(), line.get_marker()


def _name(artist, axes: Axes) -> str:
    """Return the label; without one, that of the legend's line that looks the same."""
    label = str(artist.get_label() or "")
    if label and not label.startswith("_"):
        return label
    for legend in legends(axes) if isinstance(artist, Line2D) else ():
        handles = zip(legend.legend_handles, legend.get_texts(), strict=False)
        for handle, text in handles:
            if isinstance(handle, Line2D) and _style(handle) == _style(artist):
                return text.get_text()
    return ""


def find(axes: Axes) -> Iterator[Shown]:
    """Yield what is drawn into these axes, in the order in which it was drawn."""
    parts = set()
    for group in axes.containers:
        found = _read_container(group, axes)
        if found:
            parts |= {id(part) for part in _flat(group)}
            yield found
    for artist in [*axes.lines, *axes.patches, *axes.collections, *axes.images]:
        if id(artist) in parts or not artist.get_visible():
            continue
        if isinstance(artist, Line2D):
            yield from _read_line(artist, axes)
        elif isinstance(artist, patches.Patch):
            yield _read_patch(artist, axes)
        elif isinstance(artist, collections.Collection):
            found = _read_collection(artist, axes)
            if len(found.y) or found.more or found.name:
                yield found
        else:
            more = _read_image(artist) + _meaning(artist)
            yield Shown("Image", _name(artist, axes), more=more)
    texts = [" ".join(text.get_text().split()) for text in axes.texts]
    if any(texts):
        yield Shown("Texts", more=": " + ", ".join(filter(None, texts)))


def _flat(group) -> Iterator:
    for part in group:
        if isinstance(part, tuple | list):
            yield from _flat(part)
        elif part is not None:
            yield part


def _read_container(group, axes: Axes) -> Shown | None:
    name = _name(group, axes)
    if isinstance(group, container.BarContainer):
        middles = np.array([bar.get_center() for bar in group]).T
        if group.orientation == "horizontal":
            widths = np.array([bar.get_width() for bar in group])
            return Shown("Bars", name, widths, middles[1])
        heights = np.array([bar.get_height() for bar in group])
        return Shown("Bars", name, middles[0], heights)
    if isinstance(group, container.ErrorbarContainer) and group.lines[0] is not None:
        found = next(_read_line(group.lines[0], axes), None) or Shown("Markers")
        lengths = [
            np.abs(np.ptp(segment, axis=0)).max() / 2
            for bars in group.lines[2]
            for segment in bars.get_segments()
        ]
        errors = ""
        if lengths:
            span = between(number(min(lengths), 2), number(max(lengths), 2))
            errors = f"; errors {span}"
        return Shown(found.kind, name, found.x, found.y, errors)
    return None


NOTHING = ("None", "", " ", None)  # no line, or no marker


def _read_line(line: Line2D, axes: Axes) -> Iterator[Shown]:
    x, y = np.ma.filled(line.get_xydata().T.astype(float), np.nan)
    name, drawn = _name(line, axes), line.get_linestyle() not in NOTHING
    if line.get_transform() == axes.get_yaxis_transform(which="grid"):
        yield Shown("Horizontal line", name, more=f" at {number(y[0])}")
    elif line.get_transform() == axes.get_xaxis_transform(which="grid"):
        yield Shown("Vertical line", name, more=f" at {number(x[0])}")
    elif len(x) and (drawn or line.get_marker() not in NOTHING):
        yield Shown("Curve" if drawn else "Markers", name, x, y)


def _read_patch(patch: patches.Patch, axes: Axes) -> Shown:
    name = _name(patch, axes)
    if isinstance(patch, patches.StepPatch):
        values, edges, _ = patch.get_data()
        return Shown("Histogram", name, (edges[1:] + edges[:-1]) / 2, values)
    points = patch.get_path().vertices
    if isinstance(patch, patches.Rectangle):
        low, high = patch.get_bbox().min, patch.get_bbox().max
        k = int(patch.get_transform() == axes.get_yaxis_transform(which="grid"))
        return Shown("Band", name, more=f" {number(low[k])} to {number(high[k])}")
    if isinstance(patch, patches.Polygon) and len(points) > 6:
        back = np.flatnonzero(np.diff(points[:, 0]) < 0)  # along the base, if filled
        steps = points[: back[0] + 1] if len(back) else points
        x = (steps[1:-1:2, 0] + steps[2::2, 0]) / 2
        return Shown("Histogram", name, x, steps[1:-1:2, 1])
    return Shown(type(patch).__name__, name)


def _read_collection(artist: collections.Collection, axes: Axes) -> Shown:
    name, values = _name(artist, axes), artist.get_array()
    more = ""
    if values is not None:
        low, high = number(np.nanmin(values)), number(np.nanmax(values))
        more = f"; colours {low} to {high}{_meaning(artist)}"
    if isinstance(artist, collections.PathCollection):
        points = np.ma.filled(artist.get_offsets().astype(float), np.nan)
        return Shown("Markers", name, points[:, 0], points[:, 1], more)
    if isinstance(artist, collections.LineCollection):
        segments = artist.get_segments()
        ends = np.array([segment[-1] for segment in segments]).reshape(-1, 2)
        return Shown("Lines' ends", name, ends[:, 0], ends[:, 1], more)
    if isinstance(artist, collections.PolyCollection):
        points = np.concatenate([path.vertices for path in artist.get_paths()])
        return Shown("Area", name, points[:, 0], points[:, 1], more)
    return Shown(type(artist).__name__, name, more=more)


def _meaning(artist) -> str:
    """Return what the colour bar of an artist says, if it has one."""
    bar = getattr(artist, "colorbar", None)
    label = bar and (bar.ax.get_ylabel() or bar.ax.get_xlabel())
    return f"; colours: {label}" if label else ""


def _read_image(image) -> str:
    values = np.ma.filled(np.ma.asarray(image.get_array(), dtype=float), np.nan)
    if values.ndim == 3:  # a picture: how much of it is not background
        colours = values[..., :3] / (255 if values.max() > 1 else 1)
        ink = np.mean(np.abs(colours - colours[0, 0]).max(axis=-1) > 0.2)
        height, width, _ = values.shape
        return f" of {width} by {height} points, {ink:.3f} of it drawn"
    size = f" of {values.shape[0]} rows, {values.shape[1]} columns"
    if values.size <= 16:
        return size + ": " + "; ".join(", ".join(map(number, row)) for row in values)
    low, high = number(np.nanmin(values)), number(np.nanmax(values))
    return f"{size}, {low} to {high}, in the mean {number(np.nanmean(values))}"
