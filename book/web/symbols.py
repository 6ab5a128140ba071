"""The public declarations of the package's modules, as the compiler lists them: its symbol graphs.

It needs the toolchain, and the modules built.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass
class Declaration:
    module: str     # that declares it
    home: str       # the module of the type that it extends; else the same
    kind: str       # as swift.method
    path: list      # of names: ["Matrix", "rows(at:)"]
    name: str       # by which others refer to it
    text: str       # as it is written, without attributes
    signature: str  # its parameters and its result, for those that have them; else its type
    comment: str    # its own, or that of the requirement it fulfils
    file: str       # relative to the root
    line: int
    conforms: set = dataclasses.field(default_factory=set)  # names of protocols


def tool(name):
    """The path of a program that lies beside `swift`; None, if it is not there."""
    swift = shutil.which("swift")
    beside = pathlib.Path(swift).resolve().parent / name if swift else None
    return str(beside) if beside and beside.exists() else shutil.which(name)


def build(target):
    """Builds a target of the package and what it builds on."""
    if subprocess.run(["swift", "build", "--quiet", "--target", target], cwd=ROOT).returncode:
        sys.exit(f"{target} does not build")


def extract(modules, folder, *options):
    """Writes the symbol graphs of modules that are built."""
    info = json.loads(subprocess.run(["swift", "-print-target-info"], capture_output=True, check=True, text=True).stdout)
    built = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, capture_output=True, check=True, text=True)
    for module in modules:
        subprocess.run(
            [tool("swift-symbolgraph-extract"), "-module-name", module, "-I", f"{built.stdout.strip()}/Modules", "-target",
             info["target"]["triple"], "-minimum-access-level", "public", "-skip-synthesized-members", *options,
             *(["-sdk", os.environ["SDKROOT"]] if "SDKROOT" in os.environ else []), "-output-dir", folder], check=True)


def declarations(modules):
    """All public declarations of the modules, in the order of their files and lines."""
    with tempfile.TemporaryDirectory() as folder:
        extract(modules, folder)
        found, conforming = [], {}
        for graph in sorted(pathlib.Path(folder).glob("*.json")):
            found += read(graph, conforming)
    for each in found:
        each.conforms = conforming.get(each.name, set())
    return sorted(found, key=lambda each: (modules.index(each.module), each.file, each.line))


def read(path, conforming):
    """The declarations of one graph; what conforms to which protocols is added to `conforming`."""
    graph = json.loads(path.read_text())
    module, _, home = path.name.removesuffix(".symbols.json").partition("@")
    names = {symbol["identifier"]["precise"]: symbol["pathComponents"][-1] for symbol in graph["symbols"]}
    for relation in graph["relationships"]:
        if relation["kind"] == "conformsTo":
            name = names.get(relation["target"]) or relation.get("targetFallback", "").split(".")[-1]
            conforming.setdefault(relation["source"], set()).add(name)
    for symbol in graph["symbols"]:
        if "location" not in symbol:
            continue  # The compiler wrote it.

        def spelled(fragments):
            return "".join(fragment["spelling"] for fragment in fragments)

        text = spelled(f for f in symbol["declarationFragments"] if f["kind"] != "attribute").strip()
        parts = symbol.get("functionSignature", {})
        types = [spelled(p["declarationFragments"]) for p in parts.get("parameters", [])] + [spelled(parts.get("returns", []))]
        place = symbol["location"]
        yield Declaration(
            module, home or module, symbol["kind"]["identifier"], symbol["pathComponents"], symbol["identifier"]["precise"],
            text, " ".join(types) if parts else text,
            "\n".join(line["text"] for line in symbol.get("docComment", {}).get("lines", [])),
            str(pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(place["uri"]).path)).relative_to(ROOT)),
            place["position"]["line"] + 1)
