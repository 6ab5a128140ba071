"""Checks the built web pages: every link, image and formula of the book arrived, and nothing comes from elsewhere.

    python book/web/check.py book .build-web/html
"""
import os
import pathlib
import re
import sys
import urllib.parse
import xml.etree.ElementTree

import bs4


def main(book, out):
    problems = []
    out = out.resolve()
    pages = {path: bs4.BeautifulSoup(path.read_text(), "html.parser") for path in sorted(out.rglob("*.html"))}
    anchors = {path: {tag["id"] for tag in page.select("[id]")} for path, page in pages.items()}
    counts = {"formulas": 0, "images": 0, "links": 0}
    for path, page in pages.items():
        for tag in page.select("[href], [src]"):
            problem = problem_with(tag.get("href") or tag.get("src"), tag, path, anchors)
            counts["links"] += 1
            if problem:
                problems.append(f"{path}: {problem}")
    for source in sorted(book.glob("*.md")):
        path = out / f"{source.stem}.html"
        if path not in pages:
            problems.append(f"{source}: there is no {path}")
            continue
        article = pages[path].select_one("article[role=main]") or pages[path].article
        for kind, written, shown in [
            ("formulas", formulas(source.read_text()), len(article.select("math"))),
            ("images", len(re.findall(r"!\[", prose(source.read_text()))), len(article.select("img"))),
        ]:
            counts[kind] += shown
            if written != shown:
                problems.append(f"{path}: {shown} {kind}, but {source} has {written}")
        for tag in article.select("pre, code, math, annotation"):
            tag.decompose()
        for rest in re.findall(r"\$`|`\$|\\[a-z]{2,}\b|\$\$|\{math\}|<!--", article.get_text()):
            problems.append(f"{path}: “{rest}” in the text: a formula or comment that was not read")
    problems += sources_not_listed(book)
    print(f"book/web: {len(pages)} pages, " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
    if problems:
        sys.exit("\n".join(dict.fromkeys(problems)))


def problem_with(address, tag, path, anchors):
    parts = urllib.parse.urlsplit(address)
    if parts.scheme in ["http", "https"]:
        return None if tag.name == "a" else f"<{tag.name}> comes from elsewhere: {address}"
    if parts.scheme in ["data", "mailto"]:
        return None
    target = pathlib.Path(os.path.normpath(path.parent / urllib.parse.unquote(parts.path))) if parts.path else path
    if not target.is_file() or target.stat().st_size == 0:
        return f"there is no {address}"
    if parts.fragment and parts.fragment not in anchors.get(target, [parts.fragment]):
        return f"there is no {address}: the page has no such heading"
    if tag.name == "img" and target.suffix == ".svg":
        try:
            xml.etree.ElementTree.parse(target)
        except xml.etree.ElementTree.ParseError as error:
            return f"{address} is no SVG: {error}"
    return None


def sources_not_listed(book):
    """Whoever is cited with a year, in the code or a page, stands in sources.md, in one entry with that year."""
    entries = (book / "sources.md").read_text().split("\n- ")
    files = [*book.parent.glob("Chapters/**/*.swift"), *book.parent.glob("Sources/MinimalMatrix/*.swift"), *book.glob("*.md")]
    problems = []
    for file in sorted(files):
        # A citation may go over the end of a line of a comment.
        text = re.sub(r"\n\s*(///?)?\s*", " ", file.read_text())
        for names, year in re.findall(r"\b((?:[A-Z][a-z]+, )*[A-Z][a-z]+(?: et al\.| & [A-Z][a-z]+)),? \(?((?:19|20)\d\d)\b", text):
            surnames = re.findall(r"[A-Z][a-z]+", names)
            if not any(year in entry and all(name in entry for name in surnames) for entry in entries):
                problems.append(f"{file}: {names} {year} is not in {book}/sources.md")
    return problems


def prose(text):
    """The text without fenced blocks, counted line by line."""
    lines, fence = [], None
    for line in text.splitlines():
        mark = re.match(r" *(?:> )?(`{3,})(.*)", line)
        if fence is None and mark:
            fence = mark[1]
            lines.append("MATH" if mark[2].strip() == "math" else "")
        elif fence and mark and mark[1] == fence and not mark[2].strip():
            fence = None
        elif fence is None:
            lines.append(line)
    return "\n".join(lines)


def formulas(text):
    text = prose(text)
    return text.count("$`") + sum(line == "MATH" for line in text.splitlines())


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
