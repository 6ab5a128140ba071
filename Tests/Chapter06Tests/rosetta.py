"""The same LSTM in NumPy, TensorFlow 1 and 2, JAX and PyTorch: what book/rosetta.md says, seen to be so, in Double.

    python3 Tests/Chapter06Tests/rosetta.py

Our weights are converted to each framework and back. Outputs, last states and derivatives agree to 1e-12: from the zero state and
from a given one, for rows of one length and of several. Then what the page says of dropout and of wrong conversions. A
framework that is not installed is left out, and named; TensorFlow 1's cells need the package tf-keras. That the NumPy of this
script is the workbook's LSTM is interchange.py's business: it runs both.
"""
import inspect
import os
import pathlib
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

warnings.filterwarnings("ignore")  # that TensorFlow 1 is old

B, T, D, H = 2, 3, 4, 5
GATES = ["input", "forget", "candidate", "output"]  # the workbook's order, i f g o


# MARK: - Here, in NumPy

def weights(random):
    """Our arrays by our names: of every gate W [D × H], U [H × H] and b [1 × H]."""
    shapes = {"W": (D, H), "U": (H, H), "b": (1, H)}
    return {f"{gate}.{name}": random.normal(0, 0.7, shape) for gate in GATES for name, shape in shapes.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def numpy_step(w, x, h, c):
    """One step, for rows of a batch: chapter 3's six equations."""
    i, f, g, o = (
        x @ w[f"{gate}.W"] + h @ w[f"{gate}.U"] + w[f"{gate}.b"]
        for gate in GATES
    )
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, c


def numpy_run(w, x, h, c, lengths):
    """Behind a row's end the output is 0 and the state stays. Everything is batch-major: x is [B × T × D]."""
    outputs = []
    for t in range(x.shape[1]):
        runs = (t < np.array(lengths))[:, None]
        h1, c1 = numpy_step(w, x[:, t], h, c)
        outputs.append(np.where(runs, h1, 0))
        h, c = np.where(runs, h1, h), np.where(runs, c1, c)
    return np.stack(outputs, 1), h, c


# MARK: - PyTorch

def to_torch(w):
    """Transposed; gates one below the other, i f g o; two biases."""
    W = [w[f"{gate}.W"].T for gate in GATES]
    U = [w[f"{gate}.U"].T for gate in GATES]
    b = [w[f"{gate}.b"][0] for gate in GATES]
    return {
        "weight_ih_l0": np.concatenate(W),
        "weight_hh_l0": np.concatenate(U),
        "bias_ih_l0": np.concatenate(b),
        "bias_hh_l0": np.zeros_like(np.concatenate(b)),
    }


def from_torch(arrays):
    W = np.split(arrays["weight_ih_l0"], 4)
    U = np.split(arrays["weight_hh_l0"], 4)
    b = np.split(arrays["bias_ih_l0"] + arrays["bias_hh_l0"], 4)
    w = {}
    for k, gate in enumerate(GATES):
        w[f"{gate}.W"], w[f"{gate}.U"] = W[k].T, U[k].T
        w[f"{gate}.b"] = b[k][None]
    return w


def torch_run(arrays, x, h, c, lengths):
    import torch

    lstm = torch.nn.LSTM(D, H, batch_first=True).double()
    lstm.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    xs = torch.tensor(x, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(xs, lengths, batch_first=True, enforce_sorted=False)
    outputs, (h, c) = lstm(packed, (torch.tensor(h)[None], torch.tensor(c)[None]))
    outputs, _ = torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=T)
    (outputs**2).sum().backward()
    return outputs.detach().numpy(), h[0].detach().numpy(), c[0].detach().numpy(), xs.grad.numpy()


# MARK: - TensorFlow 2: Keras

def to_keras(w):
    """Gates side by side, i f c o, where c is our g; one bias."""
    return {
        "kernel": np.hstack([w[f"{gate}.W"] for gate in GATES]),
        "recurrent_kernel": np.hstack([w[f"{gate}.U"] for gate in GATES]),
        "bias": np.hstack([w[f"{gate}.b"] for gate in GATES])[0],
    }


def from_keras(arrays):
    W = np.split(arrays["kernel"], 4, axis=1)
    U = np.split(arrays["recurrent_kernel"], 4, axis=1)
    b = np.split(arrays["bias"], 4)
    w = {}
    for k, gate in enumerate(GATES):
        w[f"{gate}.W"], w[f"{gate}.U"], w[f"{gate}.b"] = W[k], U[k], b[k][None]
    return w


def keras_layer(arrays, **options):
    import keras

    layer = keras.layers.LSTM(H, return_sequences=True, return_state=True, dtype="float64", **options)
    layer.build((None, T, D))
    layer.set_weights([arrays["kernel"], arrays["recurrent_kernel"], arrays["bias"]])
    assert [weight.name for weight in layer.weights][:3] == ["kernel", "recurrent_kernel", "bias"]
    return layer


def keras_run(arrays, x, h, c, lengths):
    import tensorflow as tf

    layer = keras_layer(arrays, zero_output_for_mask=True)
    xs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(xs)
        outputs, h, c = layer(xs, initial_state=[tf.constant(h), tf.constant(c)], mask=tf.sequence_mask(lengths, T))
        loss = tf.reduce_sum(outputs**2)
    return outputs.numpy(), h.numpy(), c.numpy(), tape.gradient(loss, xs).numpy()


# MARK: - TensorFlow 1

TF1_ORDER = ["input", "candidate", "forget", "output"]  # i j f o, j is our g


def to_tf1(w):
    """W above U, gates side by side; 1 is added to f at every step."""
    kernel = [
        np.concatenate([w[f"{gate}.W"], w[f"{gate}.U"]]) for gate in TF1_ORDER
    ]
    bias = [w[f"{gate}.b"][0] - (gate == "forget") for gate in TF1_ORDER]
    return {"kernel": np.hstack(kernel), "bias": np.concatenate(bias)}


def from_tf1(arrays):
    kernel = np.split(arrays["kernel"], 4, axis=1)
    bias = np.split(arrays["bias"], 4)
    H = bias[0].size
    w = {}
    for k, gate in enumerate(TF1_ORDER):
        w[f"{gate}.W"], w[f"{gate}.U"] = kernel[k][:-H], kernel[k][-H:]
        w[f"{gate}.b"] = bias[k][None] + (gate == "forget")
    return w


def tf1_cell():
    import tensorflow as tf

    return tf.compat.v1.nn.rnn_cell.LSTMCell(H, dtype=tf.float64, forget_bias=1.0)


def tf1_compute(arrays, make):
    """What a graph gives whose only variables are those of an LSTM with these arrays."""
    import tensorflow as tf

    v1 = tf.compat.v1
    tf.get_logger().setLevel("ERROR")
    with tf.Graph().as_default(), v1.Session() as session:
        made = make()
        variables = {variable.name.split("/")[-1].split(":")[0]: variable for variable in v1.global_variables()}
        check(variables.keys() == arrays.keys(), f"TensorFlow 1: the cell has the variables {sorted(variables)}")
        for name, variable in variables.items():
            variable.load(arrays[name], session)
        return session.run(made)


def tf1_run(arrays, x, h, c, lengths):
    import tensorflow as tf

    v1 = tf.compat.v1

    def make():
        xs = tf.constant(x)
        state = v1.nn.rnn_cell.LSTMStateTuple(tf.constant(c), tf.constant(h))
        outputs, state = v1.nn.dynamic_rnn(tf1_cell(), xs, sequence_length=lengths, initial_state=state)
        return outputs, state.h, state.c, v1.gradients(tf.reduce_sum(outputs**2), xs)[0]

    return tf1_compute(arrays, make)


# MARK: - JAX

def jax_run(w, x, h, c, lengths):
    """Our arrays as they are. The cell is a function; `lax.scan` is the loop."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def step(state, now):
        (h, c), (x, t) = state, now
        i, f, g, o = (x @ w[f"{gate}.W"] + h @ w[f"{gate}.U"] + w[f"{gate}.b"] for gate in GATES)
        c1 = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h1 = jax.nn.sigmoid(o) * jnp.tanh(c1)
        runs = (t < jnp.array(lengths))[:, None]
        return (jnp.where(runs, h1, h), jnp.where(runs, c1, c)), jnp.where(runs, h1, 0)

    def run(x):
        (last_h, last_c), outputs = jax.lax.scan(step, (h, c), (x.swapaxes(0, 1), jnp.arange(T)))
        return (outputs**2).sum(), (outputs.swapaxes(0, 1), last_h, last_c)

    dx, (outputs, last_h, last_c) = jax.grad(run, has_aux=True)(jnp.array(x))
    return tuple(map(np.asarray, (outputs, last_h, last_c, dx)))


# MARK: - The same everywhere

FRAMEWORKS = {
    "PyTorch": ("torch", torch_run, to_torch, from_torch),
    "Keras": ("tensorflow", keras_run, to_keras, from_keras),
    "TensorFlow 1": ("tf_keras", tf1_run, to_tf1, from_tf1),
    "JAX": ("jax", jax_run, dict, dict),
}


def check(condition, text):
    if not condition:
        sys.exit(f"rosetta.py: not so: {text}")


def difference(w, x, h, c, lengths):
    """The derivative of the sum of squared outputs with respect to the inputs, by centred differences."""
    def loss(x):
        return (numpy_run(w, x, h, c, lengths)[0] ** 2).sum()

    dx, e = np.zeros_like(x), 1e-5
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += e
        down[place] -= e
        dx[place] = (loss(up) - loss(down)) / (2 * e)
    return dx


def check_agreement(name, random):
    _, run, to, back = FRAMEWORKS[name]
    worst = 0
    for h, c in [(np.zeros((B, H)),) * 2, (random.normal(size=(B, H)), random.normal(size=(B, H)))]:
        for lengths in [[T, T], [T, 2], [1, T]]:
            w, x = weights(random), random.normal(size=(B, T, D))
            ours = numpy_run(w, x, h, c, lengths)
            theirs = run(to(w), x, h, c, lengths)
            again = numpy_run(back(to(w)), x, h, c, lengths)
            for what, a, b, round_trip in zip(["outputs", "last h", "last c"], ours, theirs, again):
                check(a.shape == b.shape, f"{name}: {what} of shape {b.shape}, ours {a.shape}")
                error = max(abs(a - b).max(), abs(a - round_trip).max())
                check(error < 1e-12, f"{name}, lengths {lengths}: {what} are {error:.1e} apart")
                worst = max(worst, error)
            dx = difference(w, x, h, c, lengths)
            check(abs(theirs[3] - dx).max() < 1e-8, f"{name}, lengths {lengths}: dX is {abs(theirs[3] - dx).max():.1e} off")
            check((theirs[3][np.arange(T) >= np.array(lengths)[:, None]] == 0).all(), f"{name}: padding has a derivative")
    print(f"{name}: outputs and last states there and back, apart at most {worst:.1e}")


def check_mistakes(name, random):
    """A conversion that gets one thing wrong gives other numbers: the check above would see it."""
    _, run, to, _ = FRAMEWORKS[name]
    w, x = weights(random), random.normal(size=(B, T, D))
    zero, lengths = np.zeros((B, H)), [T, T]
    right = numpy_run(w, x, zero, zero, lengths)[0]

    def apart(arrays):
        return abs(run(arrays, x, zero, zero, lengths)[0] - right).max()

    swapped = w | {
        f"{a}.{name}": w[f"{b}.{name}"]
        for a, b in [("forget", "candidate"), ("candidate", "forget")] for name in "WUb"
    }
    check(apart(to(swapped)) > 1e-3, f"{name}: the order of forget gate and candidate matters")
    if name == "PyTorch":
        square = to(w) | {"weight_hh_l0": np.concatenate([w[f"{gate}.U"] for gate in GATES])}
        check(apart(square) > 1e-3, "PyTorch: U must be transposed")
        check(apart(to(w) | {"bias_hh_l0": to(w)["bias_ih_l0"]}) > 1e-3, "PyTorch: the two biases are added")
    if name == "TensorFlow 1":
        late = to(w | {"forget.b": w["forget.b"] + 1})
        check(apart(late) > 1e-3, "TensorFlow 1: 1 is added to the forget gate")
        h, c = random.normal(size=(B, H)), random.normal(size=(B, H))
        exchanged = run(to(w), x, c, h, lengths)[0] - numpy_run(w, x, h, c, lengths)[0]
        check(abs(exchanged).max() > 1e-3, "TensorFlow 1: h and c may not change places")


# MARK: - What differs by name alone, or is not the same at all

def still(inputs=D):
    """Weights whose output depends on the step's own input alone: no U, nothing kept, both other gates open."""
    w = {name: np.zeros_like(array) for name, array in weights(np.random.default_rng(0)).items()}
    for gate in GATES:
        w[f"{gate}.W"] = np.full((inputs, H), 0.5 * (gate == "candidate"))
    w["forget.b"] -= 100
    w["input.b"] += 100
    w["output.b"] += 100
    return w


def is_still(outputs):
    """Do the outputs of all steps agree? With one and the same input at every step they do, if the mask does."""
    return bool(np.allclose(outputs, outputs[:, :1], atol=1e-9))


def check_keras():
    import keras
    import tensorflow as tf

    layer = keras.layers.LSTM(H, dtype="float64")
    layer.build((None, T, D))
    bias = keras.ops.convert_to_numpy(layer.weights[2]).reshape(4, H)
    check((bias == np.array([0, 1, 0, 0])[:, None]).all(), "Keras: the forget bias begins at 1, the others at 0")
    random = np.random.default_rng(2)
    x, mask = tf.constant(random.normal(size=(B, T, D))), tf.sequence_mask([T, 1], T)
    plain = keras_layer(to_keras(weights(random)))(x, mask=mask)[0].numpy()
    check((plain[1, 1:] == plain[1, 0]).all() and plain[1, 0].any(), "Keras repeats the last output behind a row's end")
    ones = tf.ones((64, T, D), tf.float64)
    layer = keras_layer(to_keras(still()), dropout=0.5, seed=1)
    outputs = layer(ones, training=True)[0].numpy()
    check(is_still(outputs), "Keras: dropout has one mask for all steps")
    check(not np.allclose(outputs[:1], outputs), "Keras: dropout does something")
    check(is_still(layer(ones)[0].numpy()), "Keras: no dropout outside training")
    dropped = keras.layers.Dropout(0.25, seed=1, dtype="float64")(tf.ones((1000, 100), tf.float64), training=True).numpy()
    check(abs((dropped == 0).mean() - 0.25) < 0.01, "Keras: the rate is the part that is dropped")
    check(np.allclose(dropped[dropped > 0], 1 / 0.75), "Keras: what is kept is divided by 1 − rate")


def check_torch():
    import torch

    torch.manual_seed(1)
    a = torch.nn.LSTM(D, H)
    check(a.bias_hh_l0.abs().max() > 0 and a.bias_ih_l0.abs().max() <= H**-0.5, "PyTorch: both biases begin uniform, no 1")
    arrays = {name: torch.tensor(array) for name, array in to_torch(still()).items()}
    lstm = torch.nn.LSTM(D, H, num_layers=2, dropout=0.5, batch_first=True).double()
    arrays |= {name.replace("_l0", "_l1"): torch.tensor(array) for name, array in to_torch(still(inputs=H)).items()}
    lstm.load_state_dict(arrays)
    ones = torch.ones(64, T, D).double()
    with torch.no_grad():
        check(not is_still(lstm(ones)[0].numpy()), "PyTorch: dropout between layers, with a new mask at every step")
        check(is_still(lstm.eval()(ones)[0].numpy()), "PyTorch: no dropout in eval()")
        dropped = torch.nn.Dropout(0.25)(torch.ones(1000, 100)).numpy()
    check(abs((dropped == 0).mean() - 0.25) < 0.01, "PyTorch: p is the part that is dropped")
    check(np.allclose(dropped[dropped > 0], 1 / 0.75), "PyTorch: what is kept is divided by 1 − p")
    single = torch.nn.LSTM(D, H, dropout=0.5, batch_first=True).double()
    single.load_state_dict({name: array for name, array in arrays.items() if name.endswith("l0")})
    with torch.no_grad():
        check(is_still(single(ones)[0].numpy()), "PyTorch: one layer has no dropout")


def check_tf1():
    import tensorflow as tf

    v1 = tf.compat.v1
    ones = np.ones((64, T, D))

    def outputs(**options):
        def make():
            # A seed for the graph, too: the masks of the wrapper come from both.
            v1.set_random_seed(1)
            cell = v1.nn.rnn_cell.DropoutWrapper(tf1_cell(), **options)
            return v1.nn.dynamic_rnn(cell, tf.constant(ones), dtype=tf.float64)[0]

        return tf1_compute(to_tf1(still()), make)

    check(not is_still(outputs(output_keep_prob=0.5)), "TensorFlow 1: a new mask at every step")
    once = dict(variational_recurrent=True, dtype=tf.float64, input_size=D)
    check(is_still(outputs(output_keep_prob=0.5, **once)), "TensorFlow 1: one mask with variational_recurrent")
    dropped = outputs(output_keep_prob=0.75)
    check(abs((dropped == 0).mean() - 0.25) < 0.06, "TensorFlow 1: keep_prob is the part that is kept")
    plain = outputs(output_keep_prob=1.0)
    check(np.allclose(dropped[dropped > 0], (plain / 0.75)[dropped > 0]), "TensorFlow 1: what is kept is divided by keep_prob")

    random = np.random.default_rng(3)
    w, x = weights(random), random.normal(size=(B, T, D))

    def unrolled():
        return tf.stack(v1.nn.static_rnn(tf1_cell(), tf.unstack(tf.constant(x), axis=1), dtype=tf.float64)[0], 1)

    zero = np.zeros((B, H))
    error = abs(tf1_compute(to_tf1(w), unrolled) - numpy_run(w, x, zero, zero, [T, T])[0]).max()
    check(error < 1e-12, f"TensorFlow 1: static_rnn is {error:.1e} off")


MORE = {"PyTorch": check_torch, "Keras": check_keras, "TensorFlow 1": check_tf1}


def check_page():
    """The page shows these functions as they are."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "book" / "rosetta.md").read_text()
    for shown in [numpy_step, to_torch, from_torch, to_keras, from_keras, to_tf1, from_tf1]:
        source = inspect.getsource(shown).strip()
        check(source in page, f"book/rosetta.md shows {shown.__name__} as it is here")
        check(max(map(len, source.splitlines())) <= 80, f"{shown.__name__} is narrow enough for the page")


def main():
    check_page()
    seen = []
    for name, (package, *_) in FRAMEWORKS.items():
        if name == "TensorFlow 1":
            os.environ["TF_USE_LEGACY_KERAS"] = "1"
        try:
            __import__(package)
        except ImportError:
            print(f"{name}: left out, {package} is not installed")
            continue
        check_agreement(name, np.random.default_rng(1))
        check_mistakes(name, np.random.default_rng(1))
        MORE.get(name, lambda: None)()
        seen.append(name)
    print(f"rosetta.py: {', '.join(['NumPy', *seen])}: as the page says")


if __name__ == "__main__":
    try:
        import numpy as np
    except ImportError:
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "SafetensorsTests"))
        import interchange as packages

        packages.with_packages()
        import numpy as np
    main()
