"""What PyTorch says of chapter 2's network: its loss, every derivative, and the weights after training steps.

    python Tests/Chapter02Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift reads. It needs `pip install torch numpy`; the file was made
with Python 3.11.7, PyTorch 2.13.0 (CPU) and NumPy 2.4.6. Everything is computed in float64.

Only the derivatives are PyTorch's. Clipping and Adagrad are written out below, in NumPy, because PyTorch's Adagrad adds
epsilon outside of the root, g / (√m + ε), where Learning.swift has it inside, as g / √(m + ε).
"""
import json
import pathlib

import numpy as np
import torch

B, T, V, H = 2, 3, 4, 5
INPUTS = [0, 2, 2, 1, 0, 2]  # time-major: B ids a step. 0 and 2 come more than once, 3 never does.
TARGETS = [2, 1, 0, 2, 2, 0]
RATE, EPSILON = 0.1, 1e-8
VALUE_LIMIT, NORM_LIMIT = 0.2, 0.5


def uniform(seed, rows, columns, scale):
    """Numbers from -scale to scale, by SplitMix64: those of Matrix.uniform in Swift."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, rows * columns + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (scale * (2 * ((z >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1)).reshape(rows, columns)


def forward(w, h):
    """The logits, [T·B × V], and the loss: the sum over the steps of the mean over the rows."""
    x = torch.nn.functional.one_hot(torch.tensor(INPUTS), V).double().reshape(T, B, V)
    logits = []
    for t in range(T):
        h = torch.tanh(x[t] @ w["cell.Wx"] + h @ w["cell.Wh"] + w["cell.b"])
        logits.append(h @ w["projection.W"] + w["projection.b"])
    logits = torch.cat(logits)
    return logits, torch.nn.functional.cross_entropy(logits, torch.tensor(TARGETS), reduction="sum") / B


def differentiate(weights, h0):
    w = {name: torch.tensor(value, requires_grad=True) for name, value in weights.items()}
    h = torch.tensor(h0, requires_grad=True)
    logits, loss = forward(w, h)
    loss.backward()
    gradient = {name: value.grad.numpy() for name, value in w.items()}
    return logits.detach().numpy(), loss.item(), gradient, h.grad.numpy()


def clip_values(gradient):
    assert any((abs(g) > VALUE_LIMIT).any() for g in gradient.values()), "nothing is clipped"
    return {name: np.clip(g, -VALUE_LIMIT, VALUE_LIMIT) for name, g in gradient.items()}


def clip_norm(gradient):
    norm = np.sqrt(sum((g**2).sum() for g in gradient.values()))
    assert norm > NORM_LIMIT, "nothing is clipped"
    return {name: g * (NORM_LIMIT / norm) for name, g in gradient.items()}


def train(weights, h0, clip, steps):
    """The loss before each step and the weights after it."""
    memory = {name: np.zeros_like(w) for name, w in weights.items()}
    history = []
    for _ in range(steps):
        _, loss, gradient, _ = differentiate(weights, h0)
        gradient = clip(gradient)
        memory = {name: m + gradient[name] ** 2 for name, m in memory.items()}
        weights = {
            name: w - RATE * gradient[name] / np.sqrt(memory[name] + EPSILON) for name, w in weights.items()
        }
        history.append({"loss": loss, "weights": arrays(weights)})
    return history


def array(x):
    return {"rows": x.shape[0], "columns": x.shape[1], "scalars": x.ravel().tolist()}


def arrays(named):
    return {name: array(x) for name, x in named.items()}


def main():
    weights = {
        "cell.Wx": uniform(1, V, H, 0.9),
        "cell.Wh": uniform(2, H, H, 0.9),
        "cell.b": uniform(3, 1, H, 0.9),
        "projection.W": uniform(4, H, V, 0.9),
        "projection.b": uniform(5, 1, V, 0.9),
    }
    h0 = uniform(6, B, H, 0.9)
    logits, loss, gradient, dh0 = differentiate(weights, h0)
    reference = {
        "inputs": INPUTS,
        "targets": TARGETS,
        "h0": array(h0),
        "weights": arrays(weights),
        "logits": array(logits),
        "loss": loss,
        "gradient": arrays(gradient),
        "dh0": array(dh0),
        "rate": RATE,
        "valueLimit": VALUE_LIMIT,
        "normLimit": NORM_LIMIT,
        "valueClipped": train(weights, h0, clip_values, steps=5),
        "normClipped": train(weights, h0, clip_norm, steps=1),
    }
    lines = [f'"{key}": {json.dumps(value)}' for key, value in reference.items()]
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
