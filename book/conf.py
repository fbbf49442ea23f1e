"""How the book is built from the pages and stored notebooks: see Sphinx and MyST-NB.

Nothing is run, and nothing is loaded from another host.
"""

import re
import sys
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "book"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

project = "MLOps for physicists"
author = "The authors of MLOps for physicists"
project_copyright = "the authors; text and figures CC BY-SA 4.0, code BSD 3-Clause"
language = "en"
extensions = ["myst_nb", "sphinx_external_toc", "sphinx_copybutton"]
external_toc_path = "book/toc.yml"
exclude_patterns = ["book", "tests", "tools", "helpers", "slides", ".*", "**/mlruns"]
exclude_patterns += ["**/*-Copy*"]  # a reader's own

nb_execution_mode = "off"
nb_custom_formats = {".ipynb": "reader.read"}
# The first kind that an output has; the plain text of a figure is its alternative text.
nb_mime_priority_overrides = [("html", "image/png", 0), ("html", "text/html", 10)]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["static", "../.venv/web/mermaid.min.js"]
html_js_files = ["mermaid.min.js", "page.js"]
html_css_files = ["book.css"]
html_extra_path = ["../.venv/book/extra"]
html_theme_options = {
    # The course's address stands in README.md, and only there.
    "repository_url": re.search(r"^\[repository\]: (\S+)", README, re.M)[1],
    "repository_branch": "main",
    "use_source_button": True,
    "use_repository_button": True,
    "use_download_button": True,
    "launch_buttons": {
        "binderhub_url": "https://mybinder.org",
        "notebook_interface": "jupyterlab",
    },
    "show_toc_level": 2,
}


class Mermaid(Directive):
    """A diagram; static/page.js draws it, and its source stays as its text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        source = "\n".join(self.content)
        text = source.replace("&", "&amp;").replace("<", "&lt;")
        return [nodes.raw("", f'<pre class="mermaid">{text}</pre>', format="html")]


def as_page(app, name: str, source: list[str]) -> None:
    """Leave the badge out, a picture of another host; link a notebook to its slides."""
    source[0] = re.sub(r"(?m)^\[!\[.*badge.*$", "", source[0])
    if name.startswith("notebooks/"):
        slides = f"../slides/{Path(name).name}.slides.html"
        about = "[About the data](../data/README.md)"
        link = f"{about} · <a href='{slides}'>As slides</a>"
        source[0] = source[0].replace(about, link, 1)


def setup(app) -> None:
    app.add_directive("mermaid", Mermaid)
    app.connect("source-read", as_page)
