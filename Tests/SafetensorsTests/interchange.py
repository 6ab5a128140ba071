"""Files go both ways between the workbook and Python's safetensors package.

    python3 Tests/SafetensorsTests/interchange.py           check, as CI does
    python3 Tests/SafetensorsTests/interchange.py --write   write reference.safetensors anew

It needs the packages safetensors and numpy: where they are missing it makes an environment of its own in .build, and
where they cannot be had it says so and stops, without a failure. reference.safetensors was written by safetensors 0.8.0
and numpy 2.4.6; the tests read it, and write the same bytes.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REFERENCE = HERE / "reference.safetensors"


def with_packages():
    """Goes on in an environment that has the packages."""
    try:
        import numpy, safetensors  # noqa: F401, E401
        return
    except ImportError:
        pass
    folder = ROOT / ".build" / "interchange-venv"
    python = folder / "bin" / "python"
    if pathlib.Path(sys.executable) != python:
        if not python.exists():
            venv.create(folder, with_pip=True)
        packages = [str(python), "-m", "pip", "install", "--quiet", "--timeout", "10", "--retries", "1", "safetensors", "numpy"]
        if subprocess.run(packages).returncode == 0:
            os.execv(python, [str(python), *sys.argv])
    print("skipped: the Python packages safetensors and numpy cannot be had here")
    sys.exit(0)


def arrays():
    """Every number type, rank and oddity: a single number, no numbers, all bits of a NaN, names that need an escape."""
    import numpy as np
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308], np.float64)
    return {
        "matrix": np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3),
        "odd": odd,
        "cube": np.arange(24, dtype=np.float64).reshape(2, 3, 4) / 7,
        "single": np.array(2.5, np.float32),
        "none": np.zeros((0, 3), np.float32),
        'a "name"\n\\ of é': np.array([1, 2, 3], np.float32),
    }


METADATA = {"format": 'a\tb "c" \\ \u0001 /'}


def same(a, b):
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and a[k].tobytes() == b[k].tobytes() for k in a
    )


def main():
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file

    if "--write" in sys.argv:
        save_file(arrays(), REFERENCE, METADATA)
        return
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = pathlib.Path(folder, "swift.safetensors"), pathlib.Path(folder, "python.safetensors")
        save_file(arrays(), theirs, METADATA)
        assert theirs.read_bytes() == REFERENCE.read_bytes(), "the package writes another reference.safetensors"
        # The test `interchange` reads the one and writes the other, every number doubled.
        names = {"INTERCHANGE_FROM": str(theirs), "INTERCHANGE_TO": str(ours)}
        tests = ["swift", "test", "--filter", "SafetensorsTests.Interchange"]
        subprocess.run(tests, cwd=ROOT, env=os.environ | names, check=True, stdout=subprocess.DEVNULL)
        with safe_open(ours, "numpy") as file:
            assert file.metadata() == METADATA | {"from": "Swift"}, file.metadata()
        with numpy.errstate(over="ignore"):
            doubled = {name: array * array.dtype.type(2) for name, array in arrays().items()}
        assert same(load_file(ours), doubled)
    print("safetensors files go both ways: Python reads what Swift wrote of what Python wrote, bit for bit")


if __name__ == "__main__":
    with_packages()
    main()
