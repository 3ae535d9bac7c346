#!/usr/bin/python3
"""DiffAugment for a training program that is not ours: images go through `augment`, gradients come
back through `augment --adjoint`, both as .npy over pipes.  NumPy and the tools on PATH are all it
takes.

The toy problem: find the picture whose augmented versions score best under a fixed linear critic.
Its gradient has to come back through the same draws that the picture went through.
"""
import io
import subprocess
import tempfile

import numpy as np


def pipe(command, data):
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def npy(array):
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(array, dtype=np.float32))
    return out.getvalue()


def augment(images, policy, seed, step):
    """T(images), and the draws that made it, as a stream to hand to adjoint()."""
    stream = pipe(f"npy2ten --name=image | augment --policy={policy} --seed={seed} --step={step}",
                  npy(images))
    draws = pipe("ten-cut --keep='aug.*'", stream)
    return np.load(io.BytesIO(pipe("ten2npy --record=image", stream))), draws


def adjoint(gradient, draws):
    """The gradient with respect to the images, from the one with respect to T(images)."""
    with tempfile.NamedTemporaryFile(suffix=".ten") as f:
        f.write(draws)
        f.flush()
        back = pipe(f"npy2ten --name=image | ten-paste {f.name} - | augment --adjoint |"
                    " ten2npy --record=image", npy(gradient))
    return np.load(io.BytesIO(back))


def main():
    rng = np.random.default_rng(1)
    n, side, policy = 8, 16, "color,translation,cutout"
    wave = np.sin(2 * np.pi * np.arange(side) / side)
    critic = wave[:, None, None] * wave[None, :, None] * [1, -1, 0.5]
    x = np.zeros((n, side, side, 3))
    first = None
    for step in range(10):
        y, draws = augment(x, policy, seed=1, step=step)
        score = (y * critic).sum() / n
        first = score if first is None else first
        gradient = adjoint(np.broadcast_to(critic, y.shape), draws)
        x = np.clip(x + 0.05 * gradient, -1, 1)
    print(f"score {first:.2f} at first, {score:.2f} after 10 steps")

    # T is affine: <T(x) - T(0), g> = <x, T'g>.
    g = rng.normal(size=x.shape)
    y, draws = augment(x, policy, seed=2, step=0)
    zero, _ = augment(0 * x, policy, seed=2, step=0)
    there, back = ((y - zero) * g).sum(), (x * adjoint(g, draws)).sum()
    print(f"<T(x)-T(0), g> = {there:.4f}, <x, T'g> = {back:.4f}")
    assert abs(there - back) < 1e-4 * np.linalg.norm(y - zero) * np.linalg.norm(g)
    assert score > first + 10


if __name__ == "__main__":
    main()
