"""The book as one PDF, printed by Chromium from the web pages: contents with page numbers, chapters, hints, solutions.

    python book/web/pdf.py .build-web/html .build-web/book.pdf

Chromium prints twice: the first print tells on which page each link of the contents ends up. Without Chromium there is
no PDF, and a line that says so.
"""
import copy
import pathlib
import shutil
import subprocess
import sys

import bs4
import pypdf

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def main(pages, target):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"no PDF: it needs one of {', '.join(BROWSERS)}, and none is installed")
        return
    book = bound(pages)
    printed = pages / "print.html"
    numbers = {}
    for _ in range(2):
        for place in book.find_all(class_="page-number"):
            place.string = str(numbers.get(place["data-of"], ""))
        printed.write_text(str(book))
        print_page(browser, printed, target)
        pdf = pypdf.PdfReader(target)
        numbers = {
            name.lstrip("/"): pdf.get_destination_page_number(place) + 1 for name, place in pdf.named_destinations.items()
        }
    printed.unlink()
    name_bookmarks(target, {" ".join(each.get_text().split()) for each in book.select("h1, h2, h3, h4")})
    missing = {place["data-of"] for place in book.find_all(class_="page-number")} - set(numbers)
    if missing:
        sys.exit(f"{target}: no page holds {', '.join(sorted(missing))}")
    print(f"{target}: {len(pdf.pages)} pages")


def print_page(browser, page, target):
    """Into a file that is new each time, so that a browser that prints nothing is noticed."""
    target.unlink(missing_ok=True)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline"]
    result = subprocess.run(
        [browser, *options, f"--print-to-pdf={target}", page.resolve().as_uri()], capture_output=True, text=True)
    if not target.exists():
        sys.exit(f"{browser} printed nothing:\n{result.stderr}")


def name_bookmarks(target, headings):
    """Chromium loses the space where a heading breaks, and names it twice over if it has moved to the next page."""
    names = {"".join(heading.split()): heading for heading in headings}
    names |= {2 * short: heading for short, heading in names.items()}
    book = pypdf.PdfWriter(target, incremental=True)
    todo = [book.root_object["/Outlines"]]
    while todo:
        mark = todo.pop().get_object()
        if "/Title" in mark:
            name = names.get("".join(mark["/Title"].split()))
            if name is None:
                sys.exit(f"{target}: the bookmark “{mark['/Title']}” is no heading")
            if name != mark["/Title"]:
                mark[pypdf.generic.NameObject("/Title")] = pypdf.generic.TextStringObject(name)
        todo += [mark[key] for key in ["/First", "/Next"] if key in mark]
    book.write(target)


def bound(pages):
    """All pages as one, in the order of the contents; hints and solutions moved to its end."""
    first = bs4.BeautifulSoup((pages / "README.html").read_text(), "html.parser")
    names = ["README"] + [
        link["href"].removesuffix(".html") for link in first.select(".sidebar-tree a.reference.internal")
        if not link["href"].startswith("api")]
    book = bs4.BeautifulSoup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Recurrent Workbook</title>'
        '<link rel="stylesheet" href="_static/pygments.css"><link rel="stylesheet" href="_static/print.css"></head>'
        '<body data-theme="light"></body></html>', "html.parser")
    body = book.body
    ends = {"Hints": [], "Solutions": []}
    for name in names:
        soup = bs4.BeautifulSoup((pages / f"{name}.html").read_text(), "html.parser")
        chapter = soup.select_one("article[role=main] > section") or soup.select_one("article section")
        chapter["class"] = ["chapter"]
        for link in chapter.select("a.headerlink, .mirrors, button"):
            link.decompose()
        for each in chapter.select("[id]"):
            each["id"] = f"{name}.{each['id']}"
        chapter["id"] = name
        for link in chapter.select("a[href]"):
            link["href"] = address(link["href"], name, names)
            if not link["href"]:
                link.unwrap()
        move_folded(book, chapter, name, ends)
        body.append(chapter)
        if name == "README":
            chapter.h1.extract()
            body.insert(0, title_page(book))
            contents = chapter.find("table")
            contents_at = contents.parent
    for title, entries in ends.items():
        body.append(part(book, title, entries))
    contents_at.replace_with(contents_list(book, body))
    return book


def address(link, name, names):
    """Where a link of a page leads in the book; nothing, if it leads to code."""
    if link.startswith(("http:", "https:")):
        return link
    page, _, anchor = link.partition("#")
    page = page.removesuffix(".html") or name
    if page not in names:
        return None
    return f"#{page}.{anchor}" if anchor else f"#{page}"


def move_folded(book, chapter, name, ends):
    """Takes out what the web pages fold, and leaves the numbers of the pages where it stands."""
    for number, folded in enumerate(chapter.find_all("details")):
        summary = folded.summary.extract().get_text()
        place = f"{name}.folded-{number}"
        exercise = folded.find_previous(["h2", "h3", "h4"])
        folded.name, folded.attrs = "div", {"id": place, "class": "answer"}
        kind = "Solutions" if summary == "Solution" else "Hints"
        ends[kind].append((chapter.h1.get_text(), exercise.get_text(), summary, folded))
        line = book.new_tag("p", attrs={"class": "folded"})
        line.append(reference(book, place, f"{summary}: page "))
        folded.replace_with(line)


def reference(book, place, text):
    link = book.new_tag("a", href=f"#{place}")
    link.string = text
    link.append(book.new_tag("span", attrs={"class": "page-number", "data-of": place}))
    return link


def part(book, title, entries):
    section = book.new_tag("section", id=title.lower(), attrs={"class": "chapter"})

    def heading(level, text, parent):
        tag = book.new_tag(level)
        tag.string = text
        parent.append(tag)

    heading("h1", title, section)
    chapter_before = exercise_before = None
    for chapter, exercise, summary, answer in entries:
        if chapter != chapter_before:
            heading("h2", chapter, section)
        if (chapter, exercise) != exercise_before:
            heading("h3", exercise, section)
        chapter_before, exercise_before = chapter, (chapter, exercise)
        if summary not in ["Hint", "Solution"]:
            label = book.new_tag("p", attrs={"class": "label"})
            label.string = summary
            answer.insert(0, label)
        section.append(answer)
    return section


def title_page(book):
    header = book.new_tag("header")
    title = book.new_tag("h1")
    title.string = "The Recurrent Workbook"
    header.append(title)
    return header


def contents_list(book, body):
    items = book.new_tag("ul", attrs={"class": "contents"})
    for section in body.find_all("section", class_="chapter", recursive=False):
        if section["id"] == "README":
            continue
        item = book.new_tag("li")
        item.append(reference(book, section["id"], ""))
        name = copy.copy(section.h1)
        name.name, name.attrs = "span", {}
        item.a.insert(0, name)
        items.append(item)
    return items


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
