"""What PyTorch says of chapter 7's stacks, of both directions, of masks, lengths and losses, and of two trainings.

    python Tests/Chapter07Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift and TrainingTests.swift read. It needs
`pip install torch`; the file was made with Python 3.11.7 and PyTorch 2.13.0 (CPU). Everything is computed in float64.

LSTM and ResetAfterGRU are torch.nn.LSTM and GRU, also those that read in both directions and those of several layers;
the batch goes through them as a packed sequence. The GRU that resets before the product is not in PyTorch: each row is
run alone, by chapter 3's script. The masks of dropout are drawn here as the chapter draws them, from SplitMix64.
"""
import json
import pathlib
import sys

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Chapter03Tests"))
from reference import GATES, array, arrays, uniform  # noqa: E402
import reference as chapter3  # noqa: E402

B, T, D, O = 3, 5, 4, 8
LENGTHS = [2, 5, 1]


# What is drawn by chance


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def below(self, bound):
        while True:
            bits = self.next() * bound
            if bits % (1 << 64) >= (1 << 64) % bound:
                return bits >> 64


class Dropout:
    def __init__(self, keep, once, seed):
        self.keep, self.once, self.seed = keep, once, seed

    def split(self):
        random = SplitMix64(self.seed)
        return [Dropout(self.keep, self.once, random.next()) for _ in range(2)]

    def mask(self, T, B, H):
        """[T × B × H]"""
        return torch.tensor([[self.units(row, step, H) for row in range(B)] for step in range(T)])

    def units(self, row, step, H):
        random = SplitMix64(self.seed ^ row << 32 ^ (0 if self.once else step))
        random = SplitMix64(random.next())
        bits = [random.next() for _ in range((H + 1) // 2)]
        halves = [half for b in bits for half in (b & 0xFFFFFFFF, b >> 32)][:H]
        return [1 / self.keep if half < int(self.keep * 2**32) else 0.0 for half in halves]


# A layer: ("cell", kind, D, H), ("then", layer, layer) or ("both", kind, D, H forward, H backward)


def cell(kind, D, H):
    names = {}
    for gate in GATES[kind]:
        names |= {f"{gate}.W": (D, H), f"{gate}.U": (H, H), f"{gate}.b": (1, H)}
    return names | ({"stateBias": (1, H)} if kind == "ResetAfterGRU" else {})


def shapes(form, name):
    """The names and shapes of the arrays of a layer."""
    match form:
        case "then", a, b:
            return shapes(a, f"{name}.first") | shapes(b, f"{name}.second")
        case "both", kind, D, P, Q:
            return shapes(("cell", kind, D, P), f"{name}.forward") | shapes(("cell", kind, D, Q), f"{name}.backward")
        case "cell", kind, D, H:
            return {f"{name}.cell.{part}": shape for part, shape in cell(kind, D, H).items()}


def outputs_of(form):
    return outputs_of(form[2]) if form[0] == "then" else sum(form[3:])


def part(w, name):
    return {key[len(name) + 1 :]: value for key, value in w.items() if key.startswith(name + ".")}


def packed(kind, w, H, suffix):
    """The arrays of a cell as PyTorch's modules hold them."""
    W, U = (torch.cat([w[f"{gate}.{part}"].T for gate in GATES[kind]]) for part in "WU")
    b = torch.cat([w[f"{gate}.b"][0] for gate in GATES[kind]])
    c = torch.zeros_like(b)
    if kind == "ResetAfterGRU":
        c = torch.cat([c[: 2 * H], w["stateBias"][0]])
    return dict(zip([f"{part}_{suffix}" for part in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]], [W, U, b, c]))


def read_cell(kind, w, x, lengths, H):
    """The outputs of all steps of a cell, [T × B × H], zero behind a row's end."""
    if kind == "GRU":
        rows = []
        for row, length in enumerate(lengths):
            out, _ = chapter3.run(kind, w, x[:length, row : row + 1], {"h": torch.zeros(1, H)})
            rows.append(torch.cat([out[:, 0], torch.zeros(len(x) - length, H)]))
        return torch.stack(rows, dim=1)
    module = {"LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](x.shape[2], H)
    return read_packed(module, packed(kind, w, H, "l0"), x, lengths)[0]


def read_packed(module, parameters, x, lengths, *state):
    assert set(parameters) == {name for name, _ in module.named_parameters()}
    sequence = pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, last = torch.func.functional_call(module, parameters, (sequence, *state))
    return pad_packed_sequence(outputs, total_length=len(x))[0], last


def turned(x, lengths):
    """Every row read from its own end."""
    rows = [torch.cat([x[:n, row].flip(0), x[n:, row]]) for row, n in enumerate(lengths)]
    return torch.stack(rows, dim=1)


def read(form, name, w, x, lengths, dropout):
    T, B = x.shape[:2]
    match form:
        case "then", a, b:
            below, above = dropout.split() if dropout else (None, None)
            h = read(a, f"{name}.first", w, x, lengths, below)
            return read(b, f"{name}.second", w, h, lengths, above)
        case "cell", kind, _, H:
            h = read_cell(kind, part(w, f"{name}.cell"), x, lengths, H)
            return h * dropout.mask(T, B, H) if dropout else h
        case "both", kind, D, P, Q if P == Q:  # one module for both
            module = {"LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](D, P, bidirectional=True)
            parameters = packed(kind, part(w, f"{name}.forward.cell"), P, "l0")
            parameters |= packed(kind, part(w, f"{name}.backward.cell"), P, "l0_reverse")
            h = read_packed(module, parameters, x, lengths)[0]
        case "both", kind, D, P, Q:  # not in PyTorch: two modules
            ahead = read_cell(kind, part(w, f"{name}.forward.cell"), x, lengths, P)
            back = read_cell(kind, part(w, f"{name}.backward.cell"), turned(x, lengths), lengths, Q)
            h = torch.cat([ahead, turned(back, lengths)], dim=2)
    if not dropout:
        return h
    one, other = dropout.split()
    return h * torch.cat([one.mask(T, B, P), turned(other.mask(T, B, Q), lengths)], dim=2)


# Networks


def answers(w, h):
    return h @ w["projection.W"] + w["projection.b"]


def loss_of(logits, targets, lengths, what):
    """`targets` is [T × B], or [B] for the last one."""
    if what == "last":
        last = torch.stack([logits[n - 1, row] for row, n in enumerate(lengths)])
        return cross_entropy(last, targets)
    rows = [cross_entropy(logits[:n, row], targets[:n, row], reduction="none") for row, n in enumerate(lengths)]
    return torch.cat(rows).mean() if what == "perStep" else torch.stack([row.mean() for row in rows]).mean()


def in_order(targets, lengths):
    """The targets of the steps that are data, in the order of time."""
    return [targets[t, row].item() for t in range(len(targets)) for row, n in enumerate(lengths) if t < n]


def network(form, O):
    return shapes(form, "layers") | {"projection.W": (outputs_of(form), O), "projection.b": (1, O)}


def case(form, lengths, once, what):
    """A network's outputs, its loss and every derivative. `once`: one mask for all steps; none: no dropout."""
    w = {name: uniform(*shape).requires_grad_() for name, shape in network(form, O).items()}
    x = uniform(T, B, D).requires_grad_()
    targets = torch.randint(0, O, (B,) if what == "last" else (T, B))
    dropout = None if once is None else Dropout(0.6, once, 5)
    n = lengths or [T] * B
    outputs = read(form, "layers", w, x, n, dropout)
    assert outputs.shape == (T, B, outputs_of(form))
    assert all((outputs[n[row] :, row] == 0).all() for row in range(B))
    loss = loss_of(answers(w, outputs), targets, n, what)
    loss.backward()
    return {
        "lengths": lengths, "once": once, "loss of": what, "weights": arrays(w), "x": array(x),
        "targets": targets.tolist() if what == "last" else in_order(targets, n), "outputs": array(outputs),
        "loss": loss.item(), "gradient": arrays({name: value.grad for name, value in w.items()}), "dx": array(x.grad),
    }  # fmt: skip


def cases():
    def deep(kind):
        return "then", ("then", ("cell", kind, D, 6), ("cell", kind, 6, 2)), ("cell", kind, 2, 7)

    def both(kind):
        return "then", ("both", kind, D, 2, 2), ("both", kind, 4, 6, 1)

    return {
        "three LSTM": case(deep("LSTM"), None, None, "last"),
        "three LSTM, lengths, masks": case(deep("LSTM"), LENGTHS, False, "perStep"),
        "three LSTM, lengths, a mask": case(deep("LSTM"), LENGTHS, True, "last"),
        "three GRU, masks": case(deep("GRU"), None, False, "last"),
        "three GRU, lengths, a mask": case(deep("GRU"), LENGTHS, True, "perSequence"),
        "three ResetAfterGRU, lengths, masks": case(deep("ResetAfterGRU"), LENGTHS, False, "last"),
        "both LSTM": case(both("LSTM"), None, None, "perStep"),
        "both LSTM, lengths, masks": case(both("LSTM"), LENGTHS, False, "perSequence"),
        "both ResetAfterGRU, lengths, a mask": case(both("ResetAfterGRU"), LENGTHS, True, "perStep"),
        "both ResetAfterGRU, lengths": case(both("ResetAfterGRU"), LENGTHS, None, "last"),
    }


def stack(kind):
    """PyTorch's own three layers from given states, with lengths: outputs, last states and all derivatives."""
    H, parts = 2, ["h", "c"] if kind == "LSTM" else ["h"]
    names = ["lower.lower", "lower.upper", "upper"]
    w = {}
    for layer, name in enumerate(names):
        for part_, shape in cell(kind, H if layer else D, H).items():
            w[f"{name}.{part_}"] = uniform(*shape).requires_grad_()
    x = uniform(T, B, D).requires_grad_()
    initial = {f"{name}.{p}": uniform(B, H).requires_grad_() for name in names for p in parts}
    dOutputs, dLast = uniform(T, B, H), {name: uniform(B, H) for name in initial}
    module = {"LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](D, H, num_layers=3)
    parameters = {}
    for layer, name in enumerate(names):
        parameters |= packed(kind, part(w, name), H, f"l{layer}")
    state = [torch.stack([initial[f"{name}.{p}"] for name in names]) for p in parts]
    outputs, last = read_packed(module, parameters, x, LENGTHS, tuple(state) if len(parts) > 1 else state[0])
    last = {p: values for p, values in zip(parts, last if len(parts) > 1 else [last])}
    last = {f"{name}.{p}": last[p][layer] for layer, name in enumerate(names) for p in parts}
    loss = (dOutputs * outputs).sum() + sum((dLast[name] * last[name]).sum() for name in last)
    loss.backward()
    return {
        "weights": arrays(w), "x": array(x), "initial": arrays(initial), "dOutputs": array(dOutputs),
        "dLast": arrays(dLast), "outputs": array(outputs), "last": arrays(last),
        "gradient": arrays({name: value.grad for name, value in w.items()}), "dx": array(x.grad),
        "dInitial": arrays({name: value.grad for name, value in initial.items()}),
    }  # fmt: skip


# Two trainings of a hundred steps


def hundred(w, batch_of, keep, once, rate, count, batch):
    """Draw, drop, clip, Adam. `batch_of` makes the loss of some indices and a mask."""
    random, losses, norms = SplitMix64(3), [], []
    start = arrays(w)
    optimiser = torch.optim.Adam(w.values(), lr=rate)
    for _ in range(100):
        indices = [random.below(count) for _ in range(batch)]
        loss = batch_of(indices, Dropout(keep, once, random.next()))
        optimiser.zero_grad()
        loss.backward()
        # torch.nn.utils.clip_grad_norm_, without the 1e-6 that it adds to the norm.
        norms.append(torch.sqrt(sum((p.grad**2).sum() for p in w.values())).item())
        if norms[-1] > 5:
            for p in w.values():
                p.grad *= 5 / norms[-1]
        optimiser.step()
        losses.append(loss.item())
    how = {"keep": keep, "once": once, "rate": rate, "count": count, "batch": batch, "seed": 3}
    return how | {"start": start, "losses": losses}, norms


def small(form, O):
    return {name: (0.5 * uniform(*shape)).requires_grad_() for name, shape in network(form, O).items()}


def digits():
    """Three layers that learn the first 300 images of the chapter."""
    text = (pathlib.Path(__file__).parents[2] / "Sources/Digits/Digits.swift").read_text()
    lines = [line for line in map(str.strip, text.splitlines()) if len(line) == 66 and line[1] == " "][:300]
    labels = torch.tensor([int(line[0]) for line in lines])
    pixels = [["0123456789abcdefg".index(c.lower()) / 16 for c in line[2:]] for line in lines]
    images = torch.tensor(pixels).reshape(-1, 8, 8)
    form = "then", ("then", ("cell", "GRU", 8, 10), ("cell", "GRU", 10, 9)), ("cell", "GRU", 9, 11)
    w = small(form, 10)

    def batch_of(indices, dropout):
        h = read(form, "layers", w, images[indices].transpose(0, 1), [8] * len(indices), dropout)
        return loss_of(answers(w, h), labels[indices], [8] * len(indices), "last")

    result, _ = hundred(w, batch_of, keep=0.8, once=False, rate=0.01, count=300, batch=16)
    return result


def labels():
    """Both directions, twice; sequences of many lengths; a label for every step, averaged over the sequences."""
    lengths = [1 + 5 * k % 7 for k in range(15)]
    x, targets = uniform(7, 15, 3), torch.randint(0, 4, (7, 15))
    form = "then", ("both", "LSTM", 3, 6, 5), ("both", "LSTM", 11, 4, 5)
    w = small(form, 4)

    def batch_of(indices, dropout):
        n = [lengths[k] for k in indices]
        h = read(form, "layers", w, x[:, indices], n, dropout)
        return 20 * loss_of(answers(w, h), targets[:, indices], n, "perSequence")

    result, norms = hundred(w, batch_of, keep=0.7, once=True, rate=0.02, count=15, batch=4)
    assert 20 < sum(norm > 5 for norm in norms) < 90, "some steps are clipped and some are not"
    return result | {"lengths": lengths, "x": array(x), "targets": targets.flatten().tolist(), "end": arrays(w)}


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    parts = {"stacks": {kind: stack(kind) for kind in ["LSTM", "ResetAfterGRU"]}, "networks": cases()}
    lines = []
    for name, group in parts.items():
        inside = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in group.items()]
        lines.append(f'"{name}": {{\n' + ",\n".join(inside) + "\n}")
    lines += [f'"{name}": {json.dumps(value)}' for name, value in [("digits", digits()), ("labels", labels())]]
    pathlib.Path(__file__).with_name("reference.json").write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
