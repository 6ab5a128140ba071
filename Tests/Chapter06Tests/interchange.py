"""Models go both ways between chapter 6 and Python.

    python3 Tests/Chapter06Tests/interchange.py

A model of torch.nn's names and layout, made here, gives the same logits there: to 1e-12 in Double and 1e-5 in Float. A
model trained there gives the same logits here. It needs the packages safetensors and numpy, as
Tests/SafetensorsTests/interchange.py does, which this script uses. Where PyTorch is installed, its own modules load the
files and make the logits; elsewhere a dozen lines of NumPy do. Where Keras is installed, a model trained in Keras comes here,
and every model goes there, by the conversions of rosetta.py.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "SafetensorsTests"))
import interchange as packages  # noqa: E402
import rosetta  # noqa: E402

V, E, H = 7, 4, 5
IDS = [0, 2, 2, 6, 5, 0, 1, 3, 3, 3, 4, 6]  # read in one stream, from the zero state


def numpy_logits(w):
    """The logits after every step, [T × V], by the equations of torch.nn.LSTM's documentation."""
    import numpy as np

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    h = c = np.zeros(w["lstm.weight_hh_l0"].shape[1], w["projection.bias"].dtype)
    logits = []
    for x in w["embedding.weight"][IDS]:
        z = w["lstm.weight_ih_l0"] @ x + w["lstm.bias_ih_l0"] + w["lstm.weight_hh_l0"] @ h + w["lstm.bias_hh_l0"]
        i, f, g, o = np.split(z, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        logits.append(w["projection.weight"] @ h + w["projection.bias"])
    return np.stack(logits)


def torch_model(w):
    """torch.nn's modules with the arrays of a file, every one of them used and none missing."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            V, E = w["embedding.weight"].shape
            H = w["lstm.weight_hh_l0"].shape[1]
            self.embedding, self.lstm = torch.nn.Embedding(V, E), torch.nn.LSTM(E, H)
            self.projection = torch.nn.Linear(H, V)

    model = Model().to(torch.from_numpy(w["projection.bias"]).dtype)
    model.load_state_dict({name: torch.from_numpy(array) for name, array in w.items()}, strict=True)
    return model


def torch_logits(w):
    import torch

    model = torch_model(w)
    with torch.no_grad():
        return model.projection(model.lstm(model.embedding(torch.tensor(IDS))[:, None])[0])[:, 0].numpy()


def keras_model(type):
    import keras

    layers = keras.layers
    stack = [layers.Embedding(V, E, dtype=type), layers.LSTM(H, return_sequences=True, dtype=type), layers.Dense(V, dtype=type)]
    model = keras.Sequential(stack)
    model.build((None, len(IDS)))
    return model


def keras_logits(w):
    import numpy as np

    model = keras_model(w["projection.bias"].dtype.name)
    lstm = rosetta.to_keras(rosetta.from_torch({name[5:]: a for name, a in w.items() if name.startswith("lstm.")}))
    model.set_weights([w["embedding.weight"], *lstm.values(), w["projection.weight"].T, w["projection.bias"]])
    return np.array(model(np.array([IDS])))[0]


def made_in_keras(type):
    """A model drawn and trained there, by PyTorch's names."""
    import keras
    import numpy as np

    keras.utils.set_random_seed(1)
    model = keras_model(type)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.fit(np.array([IDS[:-1]]), np.array([IDS[1:]]), epochs=20, verbose=0)
    table, kernel, recurrent_kernel, bias, W, b = model.get_weights()
    w = rosetta.from_keras({"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias})
    lstm = {f"lstm.{name}": array.astype(type) for name, array in rosetta.to_torch(w).items()}
    w = {"embedding.weight": table, "projection.weight": W.T, "projection.bias": b} | lstm
    return {name: np.ascontiguousarray(array) for name, array in w.items()}


def made_here(type):
    """Arrays as PyTorch draws and trains them, or, without it, as NumPy draws them."""
    import numpy as np

    random = np.random.default_rng(1)
    shapes = {
        "embedding.weight": (V, E), "lstm.weight_ih_l0": (4 * H, E), "lstm.weight_hh_l0": (4 * H, H),
        "lstm.bias_ih_l0": (4 * H,), "lstm.bias_hh_l0": (4 * H,), "projection.weight": (V, H), "projection.bias": (V,),
    }  # fmt: skip
    w = {name: random.normal(0, 0.7, shape).astype(type) for name, shape in shapes.items()}
    if not has("torch"):
        return w
    import torch

    model = torch_model(w)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    ids = torch.tensor(IDS)
    for _ in range(20):
        logits = model.projection(model.lstm(model.embedding(ids[:-1])[:, None])[0])[:, 0]
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(logits, ids[1:]).backward()
        optimiser.step()
    return {name: array.numpy() for name, array in model.state_dict().items()}


def has(package):
    """Is it installed? Nothing is imported: PyTorch's optimisers must come before TensorFlow, or the two clash and abort."""
    return importlib.util.find_spec(package) is not None


def main():
    rosetta.np = __import__("numpy")
    ways, makers = [numpy_logits], [made_here]
    if has("torch"):
        ways.append(torch_logits)
    if has("keras") and has("tensorflow"):
        ways.append(keras_logits)
        makers.append(made_in_keras)
    for make in makers:
        check(make, ways)
    missing = [name for name, package in [("PyTorch", "torch"), ("Keras", "tensorflow")] if not has(package)]
    print("models go both ways" + (f" (without {' and '.join(missing)}: not installed)" if missing else ""))


def check(make, ways):
    """Sends models made in Python to Swift, and one that Swift trains back; every way makes the logits that Swift makes."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    metadata = {"tokens": "characters", "pieces": json.dumps(list("abcdefg"))}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made = {type: make(type) for type in ["float32", "float64"]}
        for type, arrays in made.items():
            save_file(arrays, folder / f"{type}.safetensors", metadata)
        # The test `interchange` reads those, writes their logits, and a model of its own with its logits.
        environment = os.environ | {"INTERCHANGE_FOLDER": name, "INTERCHANGE_IDS": json.dumps(IDS)}
        tests = ["swift", "test", "--filter", "Chapter06Tests.Interchange"]
        subprocess.run(tests, cwd=packages.ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        for type, bound in [("float32", 1e-5), ("float64", 1e-12)]:
            for model in [made[type], load_model(load_file(folder / f"{type}-swift.safetensors"))]:
                side = "theirs" if model is made[type] else "ours"
                logits = load_file(folder / f"{type}-logits.safetensors")[side]
                assert model["projection.bias"].dtype == logits.dtype == np.dtype(type)
                for way in ways:
                    error = np.abs(way(model) - logits).max()
                    size = np.abs(logits).max()
                    print(f"{make.__name__}, {type}, {side}, {way.__name__}: logits up to {size:.2f}, apart {error:.1e}")
                    assert error < bound


def load_model(arrays):
    """The arrays of the model alone, without those of the optimiser and the carried state."""
    return {name: a for name, a in arrays.items() if name.split(".")[0] in ["embedding", "lstm", "projection"]}


if __name__ == "__main__":
    packages.with_packages()
    main()
