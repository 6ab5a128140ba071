"""What PyTorch says of chapter 6's language model.

    python Tests/Chapter06Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift reads. It needs `pip install torch`; the file was made
with Python 3.11.7 and PyTorch 2.13.0 (CPU). Everything is computed in float64.

The model is torch.nn.Embedding, torch.nn.LSTM and torch.nn.Linear. Some ids come several times, some never: also as
targets. `hundred` are the losses of a hundred steps of clipping and Adam, with the state carried.
"""
import json
import pathlib

import torch

V, E, H, B, T = 7, 4, 5, 2, 3
GATES = ["input", "forget", "candidate", "output"]


class Model(torch.nn.Module):
    def __init__(self, V, E, H):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.lstm = torch.nn.LSTM(E, H)
        self.projection = torch.nn.Linear(H, V)
        # Chapter 3's LSTM has one bias where PyTorch has two, so it has half as much to learn with: one stays 0.
        torch.nn.init.zeros_(self.lstm.bias_hh_l0).requires_grad_(False)

    def forward(self, ids, state):
        outputs, state = self.lstm(self.embedding(ids), state)
        return self.projection(outputs), state


def named(model, of=lambda p: p):
    """The arrays, or their gradients, as the workbook names and lays them out."""
    lstm, result = model.lstm, {"embedding.table": of(model.embedding.weight)}
    W, U, b = (of(p).chunk(4) for p in [lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0])
    for k, gate in enumerate(GATES):
        result |= {f"cell.{gate}.W": W[k].T, f"cell.{gate}.U": U[k].T, f"cell.{gate}.b": b[k][None]}
    return result | {"projection.W": of(model.projection.weight).T, "projection.b": of(model.projection.bias)[None]}


def loss_of(logits, targets):
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


def case():
    """One reading and every derivative of its loss."""
    model = Model(V, E, H)
    state = tuple(torch.randn(1, B, H, requires_grad=True) for _ in range(2))
    ids, targets = torch.tensor([[0, 2], [2, 2], [5, 0]]), torch.tensor([[2, 3], [2, 0], [3, 3]])
    logits, (h, c) = model(ids, state)
    loss = loss_of(logits, targets)
    loss.backward()
    return {
        "weights": arrays(named(model)), "h": array(state[0]), "c": array(state[1]), "ids": ids.flatten().tolist(),
        "targets": targets.flatten().tolist(), "logits": array(logits), "loss": loss.item(), "lastH": array(h),
        "lastC": array(c), "gradient": arrays(named(model, lambda p: p.grad)), "dH": array(state[0].grad),
        "dC": array(state[1].grad),
    }  # fmt: skip


def hundred():
    """A hundred steps: B = 3 streams of a text of 907 ids, T = 9 steps a window, the state carried."""
    B, T, rate, limit = 3, 9, 0.01, 0.2
    model = Model(11, 6, 8)
    text = torch.randint(0, 11, (907,)).tolist()
    for i in range(2, len(text)):  # something to be learned
        if i % 3:
            text[i] = (text[i - 1] + 2 * text[i - 2]) % 11
    start = arrays(named(model))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=rate)
    length = (len(text) - 1) // B
    streams = torch.tensor([text[b * length : (b + 1) * length + 1] for b in range(B)]).T  # [length + 1 × B]
    losses, norms, place, state = [], [], 0, None
    for _ in range(100):
        if place + T > length:
            place, state = 0, None
        logits, state = model(streams[place : place + T], state)
        loss = loss_of(logits, streams[place + 1 : place + T + 1])
        state = tuple(s.detach() for s in state)
        place += T
        optimiser.zero_grad()
        loss.backward()
        # torch.nn.utils.clip_grad_norm_, without the 1e-6 that it adds to the norm.
        norms.append(torch.sqrt(sum((p.grad**2).sum() for p in parameters)).item())
        if norms[-1] > limit:
            for p in parameters:
                p.grad *= limit / norms[-1]
        optimiser.step()
        losses.append(loss.item())
    assert 20 < sum(norm > limit for norm in norms) < 90, "some steps are clipped and some are not"
    return {
        "batch": B, "window": T, "rate": rate, "limit": limit, "text": text, "start": start, "losses": losses,
        "end": arrays(named(model)),
    }  # fmt: skip


def array(x):
    x = x.detach().reshape(-1, x.shape[-1])
    return {"rows": x.shape[0], "columns": x.shape[1], "scalars": x.flatten().tolist()}


def arrays(named):
    return {name: array(x) for name, x in named.items()}


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    lines = [f'"{name}": {json.dumps(value)}' for name, value in [("case", case()), ("hundred", hundred())]]
    pathlib.Path(__file__).with_name("reference.json").write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
