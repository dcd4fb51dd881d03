"""Svg: drawings as elements that an HTML page can hold as its own.

Drawn with matplotlib, which is slow to import and is imported only when something is drawn. Text
stays text, and colours become the page's CSS variables, so that a drawing follows the page's font
and its light or dark colours. The same drawing gives the same bytes. Knows nothing of evaluations.
"""

import html
import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches; a unit of the drawing is 1/72 of one.
WIDTH = 5.6
HEIGHT = 3.1
FONT_SIZE = 10.5

# Colours that stand for the page's variables, and are replaced by them.
INK, MUTED, LINE, MAIN, BAD, PAPER = (f"#0a0b0{n}" for n in range(1, 7))
VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    MAIN: "var(--accent)",
    BAD: "var(--bad)",
    PAPER: "var(--paper)",
}
STYLE: dict[Any, object] = {
    "svg.fonttype": "none",
    # A name with two dollar signs is a name, not a formula.
    "text.parse_math": False,
    # Comes with matplotlib, so that the layout is the same everywhere.
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.labelcolor": MUTED,
    "axes.labelsize": FONT_SIZE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": FONT_SIZE,
    "legend.labelcolor": INK,
}


def drawn(
    name: str, alternative: str, draw: Callable[["Axes"], None], height: float = HEIGHT
) -> str:
    """Return a drawing as an <svg> element.

    Args:
        name: unlike any other drawing's on the same page; letters only.
        alternative: what it shows, in words, for those who do not see it.
        draw: puts everything onto the axes.
        height: in inches; the width is `WIDTH`.
    """
    import matplotlib as mpl  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    written = io.StringIO()
    with mpl.rc_context(), warnings.catch_warnings():
        # What somebody has set for their own plots does not change these.
        mpl.rcdefaults()
        # The salt is what keeps the ids that matplotlib makes the same from run to run.
        mpl.rcParams.update({**STYLE, "svg.hashsalt": name})
        # A sign that matplotlib's font lacks is drawn by the page's.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return _embedded(written.getvalue(), name, alternative)


def _embedded(document: str, name: str, alternative: str) -> str:
    """Make an element of a page out of matplotlib's SVG document."""
    size = re.search(r'viewBox="[^"]*"', document)
    if size is None:
        raise ValueError("matplotlib wrote no viewBox")
    inner = document[document.index(">", size.end()) + 1 :]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    # The page has this rule itself; here it would hold for the whole page.
    inner = re.sub(r"<style.*?</style>", "", inner, flags=re.DOTALL)
    inner = re.sub(r" font-family: [^;\"]*;?", "", inner)
    inner = inner.replace("xlink:href=", "href=")
    inner = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", inner)
    for colour, variable in VARIABLES.items():
        inner = inner.replace(colour, variable)
    described = f"<title>{html.escape(alternative)}</title>"
    label = html.escape(alternative)
    return f'<svg {size.group()} role="img" aria-label="{label}">\n{described}{inner}'
