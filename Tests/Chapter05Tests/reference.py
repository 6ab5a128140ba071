"""What PyTorch says of sequences of different lengths.

    python Tests/Chapter05Tests/reference.py

writes reference.json beside itself, which ReferenceTests.swift reads. It needs `pip install torch`; the file was made
with Python 3.11.7 and PyTorch 2.13.0 (CPU). Everything is computed in float64.

The batch goes through torch.nn.RNN, LSTM and GRU as a packed sequence (pack_padded_sequence, pad_packed_sequence). The
GRU that resets before the product is not in PyTorch: each row is run alone, over its own steps. The weights' names and
the way into PyTorch's modules are those of chapter 3's script.
"""
import json
import pathlib
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Chapter03Tests"))
import reference as chapter3  # noqa: E402
from reference import GATES, array, arrays, names, packed, uniform  # noqa: E402

B, T, D, H = 3, 6, chapter3.D, chapter3.H
LENGTHS = [2, 6, 3]


def run(kind, w, x, initial):
    """The outputs of all steps, [T × B × H], zero behind a row's end, and the last state of every row."""
    if kind == "GRU":
        rows = []
        for row, length in enumerate(LENGTHS):
            start = {"h": initial["h"][row : row + 1]}
            rows.append(chapter3.run(kind, w, x[:length, row : row + 1], start))
        outputs = [torch.cat([o[:, 0], torch.zeros(T - len(o), H)]) for o, _ in rows]
        return torch.stack(outputs, dim=1), {"h": torch.cat([last["h"] for _, last in rows])}
    module = {"TanhCell": torch.nn.RNN, "LSTM": torch.nn.LSTM, "ResetAfterGRU": torch.nn.GRU}[kind](D, H)
    state = [s[None] for s in initial.values()]
    sequence = pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    outputs, last = packed(module, w, kind)(sequence, tuple(state) if kind == "LSTM" else state[0])
    outputs, lengths = pad_packed_sequence(outputs, total_length=T)
    assert lengths.tolist() == LENGTHS
    return outputs, dict(zip(initial, (part[0] for part in (last if kind == "LSTM" else [last]))))


def case(kind):
    """One run, and every derivative of ⟨dOutputs, outputs⟩ + ⟨dLast, last⟩."""
    parts = ["h", "c"] if kind == "LSTM" else ["h"]
    w = {name: uniform(*shape).requires_grad_() for name, shape in names(kind).items()}
    x = uniform(T, B, D).requires_grad_()
    initial = {part: uniform(B, H).requires_grad_() for part in parts}
    dOutputs, dLast = uniform(T, B, H), {part: uniform(B, H) for part in parts}
    outputs, last = run(kind, w, x, initial)
    assert outputs.shape == (T, B, H)
    loss = (dOutputs * outputs).sum() + sum((dLast[part] * last[part]).sum() for part in parts)
    loss.backward()
    return {
        "weights": arrays(w), "x": array(x), "initial": arrays(initial), "dOutputs": array(dOutputs),
        "dLast": arrays(dLast), "outputs": array(outputs), "last": arrays(last),
        "gradient": arrays({name: value.grad for name, value in w.items()}), "dx": array(x.grad),
        "dInitial": arrays({part: value.grad for part, value in initial.items()}),
    }  # fmt: skip


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    lines = [f"{json.dumps(kind)}: {json.dumps(case(kind))}" for kind in GATES]
    text = f'{{"lengths": {LENGTHS}, "cells": {{\n' + ",\n".join(lines) + "\n}}\n"
    pathlib.Path(__file__).with_name("reference.json").write_text(text)


if __name__ == "__main__":
    main()
