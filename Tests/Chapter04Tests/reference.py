"""What PyTorch says of a tanh cell and an LSTM, read forward and reversed.

    python Tests/Chapter04Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift reads. It needs `pip install torch`; the file was made
with Python 3.11.7 and PyTorch 2.13.0 (CPU). Everything is computed in float64.

torch.nn.RNN and torch.nn.LSTM read forward. Reversed, PyTorch has them only as the second half of a bidirectional one:
so that is what is run, with both halves' weights, and the two halves of its output, last state and gradients are the two
cases. The weights are packed from the named ones, and the gradients come back through the packing.
"""
import json
import pathlib

import torch

B, T, D, H = 2, 7, 4, 5
GATES = {"TanhCell": ["x"], "LSTM": ["input", "forget", "candidate", "output"]}


def names(kind):
    """The names and shapes of the arrays of a cell."""
    if kind == "TanhCell":
        return {"Wx": (D, H), "Wh": (H, H), "b": (1, H)}
    return {
        f"{gate}.{part}": shape
        for gate in GATES[kind]
        for part, shape in {"W": (D, H), "U": (H, H), "b": (1, H)}.items()
    }


def packed(kind, w):
    """The weights in PyTorch's order: from the input, from the state, and the biases."""
    if kind == "TanhCell":
        return w["Wx"].T, w["Wh"].T, w["b"][0]
    W, U = (torch.cat([w[f"{gate}.{part}"].T for gate in GATES[kind]]) for part in "WU")
    return W, U, torch.cat([w[f"{gate}.b"][0] for gate in GATES[kind]])


def draw(*shape):
    return (0.7 * torch.randn(*shape)).requires_grad_()


def array(x):
    x = x.detach().reshape(-1, x.shape[-1])
    return {"rows": x.shape[0], "columns": x.shape[1], "scalars": x.flatten().tolist()}


def arrays(named):
    return {name: array(x) for name, x in named.items()}


def cases(kind):
    module = {"TanhCell": torch.nn.RNN, "LSTM": torch.nn.LSTM}[kind](D, H, bidirectional=True)
    parts = ["h", "c"] if kind == "LSTM" else ["h"]
    weights = [{name: draw(*shape) for name, shape in names(kind).items()} for _ in range(2)]
    # Each direction has inputs of its own, or its gradient of x would be the sum of both.
    xs = [draw(T, B, D) for _ in range(2)]
    initial = [{part: draw(B, H) for part in parts} for _ in range(2)]
    dOutputs = [draw(T, B, H).detach() for _ in range(2)]
    dLast = [{part: draw(B, H).detach() for part in parts} for _ in range(2)]

    result = {}
    for index, name in enumerate(["forward", "reversed"]):
        parameters = {}
        for suffix, w in zip(["", "_reverse"], weights):
            W, U, b = packed(kind, w)
            parameters |= {
                f"weight_ih_l0{suffix}": W, f"weight_hh_l0{suffix}": U, f"bias_ih_l0{suffix}": b,
                f"bias_hh_l0{suffix}": torch.zeros_like(b),
            }
        assert set(parameters) == {name for name, _ in module.named_parameters()}
        state = tuple(torch.stack([initial[0][part], initial[1][part]]) for part in parts)
        state = state if kind == "LSTM" else state[0]
        y, last = torch.func.functional_call(module, parameters, (xs[index], state))
        y = y[..., index * H : (index + 1) * H]
        last = dict(zip(parts, [part[index] for part in (last if kind == "LSTM" else (last,))]))
        loss = (y * dOutputs[index]).sum() + sum((last[part] * dLast[index][part]).sum() for part in parts)
        w, s = weights[index], initial[index]
        gradients = torch.autograd.grad(loss, [xs[index], *w.values(), *s.values()])
        result[f"{kind}, {name}"] = {
            "weights": arrays(w), "x": array(xs[index]), "initial": arrays(s), "dOutputs": array(dOutputs[index]),
            "dLast": arrays(dLast[index]), "outputs": array(y), "last": arrays(last), "dInputs": array(gradients[0]),
            "gradient": arrays(dict(zip(w, gradients[1:]))), "dInitial": arrays(dict(zip(s, gradients[1 + len(w) :]))),
        }
    return result


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    reference = {}
    for kind in GATES:
        reference |= cases(kind)
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in reference.items()]
    pathlib.Path(__file__).with_name("reference.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
