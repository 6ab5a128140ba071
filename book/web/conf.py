"""The web pages of the book, from the Markdown that GitHub shows: Sphinx with MyST and furo.

Nothing is fetched while reading: formulas become MathML and fonts are cut to size here, when the pages are built.
"""
import html
import importlib.util
import pathlib
import re
import unicodedata

import bs4
import fontTools.subset
import fontTools.varLib.instancer
import math_core
import pygments.formatters
import pygments.lexers
from docutils import nodes
from sphinx.util import logging

BOOK = pathlib.Path(__file__).resolve().parent.parent
ROOT = BOOK.parent
log = logging.getLogger(__name__)

project = "The Recurrent Workbook"
html_title = project
root_doc = "README"
exclude_patterns = ["web"]
extensions = ["myst_parser", "sphinx_copybutton"]
html_theme = "furo"
html_static_path = ["static"]
html_favicon = "static/mark.svg"
html_css_files = ["book.css"]
html_show_copyright = html_show_sphinx = html_copy_source = False
pygments_style, pygments_dark_style = "xcode", "github-dark"
highlight_language = "text"
nitpicky = True
# Pygments does not know all of today's Swift; it colours what it knows.
suppress_warnings = ["misc.highlighting_failure"]

myst_enable_extensions = ["alert"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
# Code that a page links to is a page here too, see `code_pages`.
myst_url_schemes = {
    "http": None, "https": None, "code": "code/{{path}}.html", "line": "code/{{path}}.html#line-{{fragment}}"}


# MARK: - From GitHub's dialect to MyST's

def outside_code(text, change):
    """The text with `change` made to what stands outside fenced blocks."""
    parts = re.split(r"(^ *(`{3,}|~{3,})[^`\n]*\n.*?^ *\2`*\n)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(change(part) if k % 3 == 0 else part for k, part in enumerate(parts) if k % 3 != 2)


def read_page(app, name, content):
    def change(text):
        # Inline formulas.
        text = re.sub(r"\$`([^`]+)`\$", r"{math}`\1`", text)
        # Links out of the book: to a page with the code.
        text = re.sub(r"\]\(\.\./([^)#]+)#L(\d+)\)", lambda link: f"](line:{code_page(app, name, link[1])}#{link[2]})", text)
        text = re.sub(r"\]\(\.\./([^)#]+)[^)]*\)", lambda link: f"](code:{code_page(app, name, link[1])})", text)
        # The comment that says what a page mirrors: links for the reader.
        return re.sub(r"<!-- mirrors:(.*?)-->", lambda comment: mirrored(app, name, comment[1]), text, flags=re.DOTALL)

    content[0] = outside_code(content[0], change)
    if name == root_doc:
        pages = dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", content[0]))
        if "api" in app.env.found_docs:
            pages["api"] = None
        content[0] += "\n```{toctree}\n:hidden:\n\n" + "\n".join(pages) + "\n```\n"


def mirrored(app, name, comment):
    files = re.findall(r"[\w/.-]+\.swift", comment)
    links = [f"[{pathlib.Path(file).stem}](code:{code_page(app, name, file)})" for file in files]
    return "```{rst-class} mirrors\n```\nThe code: " + ", ".join(links) + "\n" if links else ""


# MARK: - Formulas

def mathml(self, node, display):
    try:
        return math_core.LatexToMathML(fancy_error=False).convert_with_local_state(node.astext(), displaystyle=display)
    except math_core.LatexError as error:
        log.warning("no formula: %s: %s", node.astext(), error, location=node)
        return html.escape(node.astext())


def inline_formula(self, node):
    self.body.append(f'<span class="math">{mathml(self, node, False)}</span>')
    raise nodes.SkipNode


def block_formula(self, node):
    self.body.append(f'<div class="math" tabindex="0">{mathml(self, node, True)}</div>\n')
    raise nodes.SkipNode


html_math_renderer = "mathml"


# MARK: - For narrow screens

def mend_body(app, page, template, context, doctree):
    """A figure leads to itself, to be seen larger; a wide table can become a list, since each cell knows its column."""
    if "body" not in context or doctree is None:
        return
    body = bs4.BeautifulSoup(context["body"], "html.parser")
    for image in body.select("img"):
        image.wrap(body.new_tag("a", href=image["src"], attrs={"class": "figure"}))
    for table in body.select("table"):
        columns = [column.get_text(strip=True) for column in table.select("thead th")]
        if len(columns) >= 4 and len(set(columns)) == len(columns):
            table["class"] = [*table.get("class", []), "wide"]
            for row in table.select("tbody tr"):
                for column, cell in zip(columns, row.find_all("td")):
                    cell["data-column"] = column
                    if not cell.get_text(strip=True):
                        cell["class"] = [*cell.get("class", []), "empty"]
    context["body"] = str(body)


# MARK: - Pages with code

def code_page(app, page, path):
    """The path itself, of a file or folder for which a page is to be made."""
    path = path.rstrip("/")
    if not (ROOT / path).exists():
        log.warning("there is no %s", path, location=page)
    app.linked_code.add(path)
    return path


def code_pages(app):
    done = set()
    while todo := {path for path in app.linked_code - done if (ROOT / path).exists()}:
        for path in sorted(todo):
            file = ROOT / path
            if file.is_dir():
                names = sorted(each.name for each in file.iterdir() if each.suffix in [".swift", ".md", ".py"])
                app.linked_code |= {f"{path}/{name}" for name in names}
                items = "".join(f'<li><a href="{file.name}/{name}.html">{name}</a></li>' for name in names)
                body = f"<ul>{items}</ul>"
            else:
                lexer = pygments.lexers.get_lexer_for_filename(path)
                body = pygments.highlight(file.read_text(), lexer, pygments.formatters.HtmlFormatter(wrapcode=True, lineanchors="line"))
                body = f'<div class="highlight-swift notranslate">{body}</div>'
            yield f"code/{path}", {"title": path, "body": f"<h1>{path}</h1>\n{body}"}, "page.html"
        done |= todo


# MARK: - Fonts

def font(source, target, characters, **axes):
    """Writes a font with only these characters, and says which of them it lacks. Axes make one weight of a variable font."""
    options = fontTools.subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    options.drop_tables += ["FFTM"]
    loaded = fontTools.subset.load_font(source, options)
    missing = sorted(c for c in characters if ord(c) not in loaded.getBestCmap())
    subsetter = fontTools.subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in characters])
    subsetter.subset(loaded)
    if axes:
        loaded = fontTools.varLib.instancer.instantiateVariableFont(loaded, axes)
    target.parent.mkdir(parents=True, exist_ok=True)
    fontTools.subset.save_font(loaded, target, options)
    return missing


def fonts(app, error):
    """Fonts for the formulas, and for code and output, whose columns stay in line only if every sign is in one font."""
    if error:
        return
    def package(name):
        return pathlib.Path(importlib.util.find_spec(name).submodule_search_locations[0])

    pages = "".join(path.read_text() for path in pathlib.Path(app.outdir).rglob("*.html"))
    ascii_and = {chr(c) for c in range(32, 127)}

    def within(tags):
        return html.unescape("".join(m[0] for m in re.finditer(rf"<({tags})\b.*?</\1>", pages, re.DOTALL)))

    static = pathlib.Path(app.outdir) / "_static" / "fonts"
    dejavu = package("matplotlib") / "mpl-data" / "fonts" / "ttf"
    serif = package("fontpkg_source_serif_4") / "files"
    upright, italic = serif / "SourceSerif4[opsz,wght].ttf", serif / "SourceSerif4-Italic[opsz,wght].ttf"
    for source, target, text, axes in [
        (dejavu / "DejaVuSansMono.ttf", "mono.woff2", within("pre|code"), {}),
        (dejavu / "DejaVuSansMono-Bold.ttf", "mono-bold.woff2", within("pre|code"), {}),
        (package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf", "math.woff2", within("math") + "√", {}),
        (upright, "text.woff2", within("article"), {"wght": 400, "opsz": 11}),
        (upright, "text-bold.woff2", within("article"), {"wght": 650, "opsz": 14}),
        (italic, "text-italic.woff2", within("article"), {"wght": 400, "opsz": 11}),
    ]:
        characters = ascii_and | {c for c in text if c.isprintable() and unicodedata.category(c) != "Mn"}
        missing = font(source, static / target, characters, **axes)
        # A sign that the text's own font lacks comes from another; in code it would move the column, in a formula look odd.
        for character in missing if not target.startswith("text") else []:
            log.warning("%s has no %s (U+%04X)", source.name, character, ord(character))


def setup(app):
    app.linked_code = set()
    app.connect("source-read", read_page)
    app.connect("html-page-context", mend_body)
    app.connect("html-collect-pages", code_pages)
    app.connect("build-finished", fonts)
    app.add_html_math_renderer("mathml", (inline_formula, None), (block_formula, None))
    return {"parallel_read_safe": False}
