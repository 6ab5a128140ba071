"""What PyTorch says of chapter 3's cells and of its optimiser.

    python Tests/Chapter03Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift reads. It needs `pip install torch`; the file was made
with Python 3.11.7 and PyTorch 2.13.0 (CPU). Everything is computed in float64.

The tanh cell, the LSTM and the GRU that resets after the product are torch.nn.RNN, LSTM and GRU; their weights are
packed from the named ones below, and the gradients come back through the packing. The GRU that resets before it is not
in PyTorch: it is written out. Each cell runs once from a given state and once from PyTorch's own default.
"""
import json
import pathlib

import torch

B, T, D, H = 2, 3, 4, 5
GATES = {
    "TanhCell": [],
    "LSTM": ["input", "forget", "candidate", "output"],
    "GRU": ["reset", "update", "candidate"],
    "ResetAfterGRU": ["reset", "update", "candidate"],
}


def names(kind):
    """The names and shapes of the arrays of a cell."""
    if kind == "TanhCell":
        return {"Wx": (D, H), "Wh": (H, H), "b": (1, H)}
    arrays = {}
    for gate in GATES[kind]:
        arrays |= {f"{gate}.W": (D, H), f"{gate}.U": (H, H), f"{gate}.b": (1, H)}
    return arrays | ({"stateBias": (1, H)} if kind == "ResetAfterGRU" else {})


def packed(module, w, kind):
    """A module of PyTorch as a function of x and the state, with the weights of `w`."""
    gates = GATES[kind]
    if kind == "TanhCell":
        W, U, b = w["Wx"].T, w["Wh"].T, w["b"][0]
    else:
        W, U = (torch.cat([w[f"{gate}.{part}"].T for gate in gates]) for part in "WU")
        b = torch.cat([w[f"{gate}.b"][0] for gate in gates])
    c = torch.zeros_like(b)
    if kind == "ResetAfterGRU":
        c = torch.cat([c[: 2 * H], w["stateBias"][0]])
    parameters = {"weight_ih_l0": W, "weight_hh_l0": U, "bias_ih_l0": b, "bias_hh_l0": c}
    assert set(parameters) == {name for name, _ in module.named_parameters()}
    return lambda *inputs: torch.func.functional_call(module, parameters, inputs)


def run(kind, w, x, initial):
    """The outputs of all steps, [T × B × H], and the last state by its names. No initial state means the default."""
    if kind == "GRU":
        def gate(name, x, h):
            return x @ w[f"{name}.W"] + h @ w[f"{name}.U"] + w[f"{name}.b"]

        h, outputs = initial["h"] if initial else torch.zeros(B, H), []
        for x in x:
            r, z = torch.sigmoid(gate("reset", x, h)), torch.sigmoid(gate("update", x, h))
            n = torch.tanh(gate("candidate", x, r * h))
            h = (1 - z) * n + z * h
            outputs.append(h)
        return torch.stack(outputs), {"h": h}
    module = {"TanhCell": torch.nn.RNN, "LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](D, H)
    state = {name: s[None] for name, s in initial.items()}
    if kind == "LSTM":
        given = [(state["h"], state["c"])] if state else []
        outputs, (h, c) = packed(module, w, kind)(x, *given)
        return outputs, {"h": h[0], "c": c[0]}
    outputs, h = packed(module, w, kind)(x, *state.values())
    return outputs, {"h": h[0]}


def uniform(*shape):
    return 1.8 * torch.rand(shape) - 0.9


def case(kind, given):
    """One run, and every derivative of ⟨dOutputs, outputs⟩ + ⟨dLast, last⟩."""
    parts = ["h", "c"] if kind == "LSTM" else ["h"]
    w = {name: uniform(*shape).requires_grad_() for name, shape in names(kind).items()}
    x = uniform(T, B, D).requires_grad_()
    initial = {part: uniform(B, H).requires_grad_() for part in parts} if given else {}
    dOutputs, dLast = uniform(T, B, H), {part: uniform(B, H) for part in parts}
    outputs, last = run(kind, w, x, initial)
    assert not given or outputs.shape == (T, B, H)
    loss = (dOutputs * outputs).sum() + sum((dLast[part] * last[part]).sum() for part in parts)
    loss.backward()
    return {
        "weights": arrays(w), "x": array(x), "initial": arrays(initial), "dOutputs": array(dOutputs),
        "dLast": arrays(dLast), "outputs": array(outputs), "last": arrays(last),
        "gradient": arrays({name: value.grad for name, value in w.items()}), "dx": array(x.grad),
        "dInitial": arrays({part: value.grad for part, value in initial.items()}),
    }  # fmt: skip


def adam():
    """Five steps of a gate's weights: where they began, the gradients, and where they were after each.

    One entry's derivative is always zero, one's is so small that epsilon counts, one's is huge.
    """
    w = {name: uniform(*shape).requires_grad_() for name, shape in {"W": (D, H), "U": (H, H), "b": (1, H)}.items()}
    optimiser = torch.optim.Adam(w.values(), lr=0.01)
    start, steps = arrays(w), []
    for _ in range(5):
        for value in w.values():
            value.grad = uniform(*value.shape)
            value.grad[0, :3] *= torch.tensor([0, 1e-8, 1e8])
        gradient = arrays({name: value.grad for name, value in w.items()})
        optimiser.step()
        steps.append({"gradient": gradient, "weights": arrays(w)})
    return {"rate": 0.01, "start": start, "steps": steps}


def array(x):
    x = x.detach().reshape(-1, x.shape[-1])
    return {"rows": x.shape[0], "columns": x.shape[1], "scalars": x.flatten().tolist()}


def arrays(named):
    return {name: array(x) for name, x in named.items()}


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    reference = {}
    for kind in GATES:
        reference |= {f"{kind}, {state} state": case(kind, state == "given") for state in ["given", "default"]}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items()]
    text = '{"cells": {\n' + ",\n".join(lines) + '\n},\n"adam": ' + json.dumps(adam()) + "\n}\n"
    pathlib.Path(__file__).with_name("reference.json").write_text(text)


if __name__ == "__main__":
    main()
