"""The book's web pages, opened in Chromium: on a desk and on a phone, on a light ground and on a dark one.

    book/web/build
    .build-web/venv/bin/python Tests/WebTests/pages.py [--pictures FOLDER]

It installs the packages of requirements.txt in .build-web. Where they or Chromium cannot be had it says so and ends with
75. --pictures leaves a picture of every page of the book, whole, in a folder.
"""
import argparse
import functools
import http.server
import pathlib
import shutil
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent.parent / ".build-web"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MARK = "_static/mark.svg"
SIZES = {"desk": (1400, 900), "phone": (375, 720)}

# What a page of the book must be. Every line that the function returns is a fault.
FAULTS = """() => {
  const faults = [];
  const article = document.querySelector('article');
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} wide, the screen ${width}`);
  // Only code, formulas and figures may be wider than the screen, in a box of their own that scrolls.
  const name = (each) => `<${each.tagName.toLowerCase()}> “${each.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40)}”`;
  const wide = (each) => each.getBoundingClientRect().width > 0 && each.getBoundingClientRect().right > width + 0.5;
  for (const each of article.querySelectorAll('*')) {
    if (each.closest('pre, div.math, a.figure > img, .sr-only, details:not([open])') || wide(each.parentElement)) continue;
    if (wide(each)) faults.push(`${name(each)} reaches to ${Math.round(each.getBoundingClientRect().right)}`);
  }
  for (const each of article.querySelectorAll('pre, div.math, a.figure'))
    if (each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX !== 'auto')
      faults.push(`${name(each)} is cut off`);
  for (const each of article.querySelectorAll('math')) {
    const box = each.getBoundingClientRect();
    // On a phone the rows of a wide table name their columns, and its head is not shown.
    const hidden = each.closest('details:not([open])') || (width < 500 && each.closest('table.wide thead'));
    if (!hidden && !(box.width > 1 && box.height > 1)) faults.push(`an empty formula: ${name(each)}`);
    if (each.querySelector('merror')) faults.push(`a wrong formula: ${name(each)}`);
  }
  if (article.querySelector('math') && ![...document.fonts].some(f => f.family.includes('Book Math') && f.status === 'loaded'))
    faults.push('the font of the formulas is missing');
  if (article.querySelector('pre') && ![...document.fonts].some(f => f.family.includes('Book Mono') && f.status === 'loaded'))
    faults.push('the font of the code is missing');
  for (const each of article.querySelectorAll('img')) {
    if (!each.complete || each.naturalWidth === 0) faults.push(`no image: ${each.src}`);
    if (!each.alt) faults.push(`an image without words: ${each.src}`);
    // Half the size that it is drawn in, the words in it cannot be read.
    if (each.clientWidth > 0 && each.clientWidth < 540) faults.push(`${each.clientWidth} wide: ${each.src}`);
  }
  for (const each of article.querySelectorAll('div.highlight pre'))
    if (!each.parentElement.querySelector('button.copybtn')) faults.push(`no copy button: ${name(each)}`);
  return faults;
}"""

# The contrast of the text with its ground, by WCAG 2: 4.5 is what it asks for.
CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const p = document.querySelector('article p');
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const ink = light(getComputedStyle(p).color);
  return {ratio: (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05), dark: ground < ink};
}"""


def with_packages():
    """Goes on only if playwright is there."""
    try:
        import playwright  # noqa: F401
        return
    except ImportError:
        pass
    wanted = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "15", "--retries", "1", "--no-deps"]
    if subprocess.run([sys.executable, *wanted, "-r", str(HERE / "requirements.txt")]).returncode:
        print("skipped: the Python packages of Tests/WebTests/requirements.txt cannot be had here")
        sys.exit(75)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


class Reader:
    """A browser window that remembers what went wrong in it."""

    def __init__(self, browser, base, size, ground):
        self.base, self.faults = base, []
        self.name = f"{size}, {ground}"
        (width, height) = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=ground, has_touch=size == "phone")
        self.page = page = context.new_page()
        page.on("console", lambda message: self.fault(f"console: {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: self.fault(f"script: {error}"))
        page.on("requestfailed", self.failed)
        page.on("request", lambda r: None if r.url.startswith((base, "data:")) else self.fault(f"from elsewhere: {r.url}"))

    def fault(self, text):
        self.faults.append(f"{self.page.url.removeprefix(self.base)} ({self.name}): {text}")

    def failed(self, request):
        # The browser fetches the mark on its tab when the page is all there, and gives up when the reader turns the page first.
        # That the file is there, check.py sees.
        turned = request.failure == "net::ERR_ABORTED" and request.url == self.base + MARK
        if not turned:
            self.fault(f"not loaded: {request.url} ({request.failure})")

    def open(self, path):
        # A machine that is busy with other things may take its time.
        self.page.goto(self.base + path, timeout=120_000)
        self.page.evaluate("document.fonts.ready")

    def check(self, path, ground):
        self.open(path)
        if self.page.locator("article details[open]").count():
            self.fault("a hint or solution is open from the start")
        for fault in self.page.evaluate(FAULTS):
            self.fault(fault)
        # And once more with everything unfolded.
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for fault in self.page.evaluate(FAULTS):
            self.fault(f"{fault}, unfolded")
        contrast = self.page.evaluate(CONTRAST) if self.page.locator("article p").count() else None
        if contrast and (contrast["ratio"] < 4.5 or contrast["dark"] != (ground == "dark")):
            self.fault(f"the text's contrast: {contrast}")


def walk(reader):
    """The pages of the book from the first to the last, by the links below each; and back."""
    reader.open("index.html")
    order = ["index.html"]
    for link in ["a.next-page", "a.prev-page"]:
        while reader.page.locator(link).count():
            reader.page.goto(reader.page.locator(link).evaluate("each => each.href"))
            order.append(reader.page.url.removeprefix(reader.base).split("#")[0])
            if len(order) > 200:
                reader.fault("the pages' previous and next go round in circles")
                return []
    names = ["README.html" if name == "index.html" else name for name in order]
    half = len(names) // 2
    if names[: half + 1] != names[half:][::-1]:
        reader.fault(f"previous and next do not agree: {names}")
    return names[: half + 1]


def search(reader, words, wanted):
    """Types the words where a reader would, and follows the result to its page."""
    reader.open("index.html")
    field = reader.page.locator("input.sidebar-search")
    field.fill(words)
    field.press("Enter")
    results = reader.page.locator("#search-results ul.search li a")
    try:
        results.first.wait_for(timeout=10_000)
    except Exception:
        reader.fault(f"a search for “{words}” finds nothing")
        return
    found = [link.get_attribute("href").split("?")[0].split("#")[0] for link in results.all()]
    if wanted not in found:
        reader.fault(f"a search for “{words}” finds {found}, but not {wanted}")
        return
    # It is still fetching the pages found, to show their beginnings.
    reader.page.wait_for_load_state("networkidle")
    results.nth(found.index(wanted)).click()
    reader.page.wait_for_url(f"**/{wanted}*")
    text = reader.page.locator("article").inner_text().lower()
    if words.lower() not in text:
        reader.fault(f"a search for “{words}” leads to a page without these words")


def main():
    from playwright.sync_api import sync_playwright

    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pictures", type=pathlib.Path)
    pictures = arguments.parse_args().pictures
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"skipped: it needs one of {', '.join(BROWSERS)}, and none is installed")
        sys.exit(75)
    faults, opened = [], 0
    base = serve(OUT / "html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        reader = Reader(browser, base, "desk", "light")
        book = walk(reader)
        search(reader, "forget gate", "03-explicit-gates.html")
        faults += reader.faults
        # After the book's own pages come those of the declarations, where there is a toolchain.
        sources = sorted(path.stem for path in (OUT / "source").glob("*.md"))
        if sorted(name.removesuffix(".html") for name in book) != sources:
            faults.append(f"previous and next visit {book}, but the book has {sources}")
        declared = [name for name in book if name.startswith("api")]
        if declared:
            reader = Reader(browser, base, "desk", "light")
            search(reader, "ResetAfterGRU", "api-explicitgates.html")
            faults += reader.faults
        code = [str(path.relative_to(OUT / "html")) for path in sorted((OUT / "html" / "code").rglob("*.html"))]
        for size in SIZES:
            for ground in ["light", "dark"]:
                reader = Reader(browser, base, size, ground)
                # Pages of code are all alike: once is enough.
                for path in book + (code if (size, ground) == ("phone", "light") else []):
                    reader.check(path, ground)
                    opened += 1
                    if pictures and path in book and path not in declared:
                        pictures.mkdir(parents=True, exist_ok=True)
                        name = f"{path.removesuffix('.html')}-{size}-{ground}.png"
                        reader.page.screenshot(path=pictures / name, full_page=True)
                faults += reader.faults
        browser.close()
    for fault in dict.fromkeys(faults):
        print(fault)
    print(f"web pages: {opened} opened, {len(set(faults))} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    with_packages()
    main()
