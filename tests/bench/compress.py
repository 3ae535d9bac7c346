#!/usr/bin/python3
"""Ops of small networks in PyTorch, the usual way: lines "CASE DIGEST MILLISECONDS", as compress_bench prints them.

    compress.py THREADS [CASE]
"""
import sys
import time

import torch
import torch.nn.functional as F

SECONDS = 0.25


def sequence(a, b, scale, shift, *dims):
    n = 1
    for d in dims:
        n *= d
    i = torch.arange(n, dtype=torch.int64)
    x = ((a * i + b) % 97).double() / 48 - 1
    return (scale * x.float() + shift).reshape(dims)


def leaf(*args):
    return sequence(*args).requires_grad_()


def quantize():
    x = leaf(37, 5, 1, 0, 64, 28, 28, 96)
    return [x], lambda: torch.fake_quantize_per_tensor_affine(x, 0.75 / 127, 0, -127, 127)


def quantize_learned():
    x, step = leaf(37, 5, 1, 0, 64, 28, 28, 96), torch.full((1,), 0.0121, requires_grad=True)
    zero = torch.zeros(1)
    return [x, step], lambda: torch._fake_quantize_learnable_per_tensor_affine(x, step, zero, -63, 63, 1.0)


def quantize_rows():
    x = leaf(37, 5, 1, 0, 512, 3, 3, 512)
    scale, zero = torch.full((512,), 0.75 / 127), torch.zeros(512, dtype=torch.int32)
    return [x], lambda: torch.fake_quantize_per_channel_affine(x, scale, zero, 0, -127, 127)


def band(x, w):
    """x [B,T,C], w [B,T,H,K]: a banded T x T matrix of every head, as fairseq does below T = 512."""
    b, t, h, k = w.shape
    w = w.transpose(1, 2).reshape(b * h, t, k)
    wide = w.new_zeros(b * h, t, t + k - 1)
    wide.as_strided((b * h, t, k), (t * (t + k - 1), t + k, 1)).copy_(w)
    wide = wide.narrow(2, k - 1, t)
    x = x.reshape(b, t, h, -1).transpose(1, 2).reshape(b * h, t, -1)
    return torch.bmm(wide, x).reshape(b, h, t, -1).transpose(1, 2).reshape(b, t, -1)


def unfolded(x, w):
    b, t, h, k = w.shape
    u = F.pad(x, (0, 0, k - 1, 0)).unfold(1, k, 1).reshape(b * t * h, -1, k)
    return torch.bmm(u, w.reshape(b * t * h, k, 1)).reshape(b, t, -1)


def dynamic(how):
    x, w = leaf(37, 5, 1, 0, 8, 128, 96), leaf(29, 3, 1, 0, 8, 128, 4, 31)
    return [x, w], lambda: how(x, torch.softmax(w, -1))


def light():
    x, w = leaf(37, 5, 1, 0, 16, 128, 256), leaf(29, 3, 1, 0, 8, 15)
    return [x, w], lambda: F.conv1d(x.transpose(1, 2), torch.softmax(w, -1).repeat_interleave(32, 0).unsqueeze(1),
                                    padding=7, groups=256).transpose(1, 2)


def glu():
    x = leaf(37, 5, 1, 0, 4096, 512)
    return [x], lambda: F.glu(x)


def adaptive():
    m = torch.nn.AdaptiveLogSoftmaxWithLoss(256, 267735, [3500, 25000], div_value=4.0)
    h = leaf(53, 2, 1, 0, 2048, 256)
    with torch.no_grad():
        m.head.weight.copy_(torch.cat([sequence(37, 5, 0.1, 0, 3500, 256), sequence(31, 7, 0.1, 0, 2, 256)]))
        for i, (n, d) in enumerate(((21500, 64), (242735, 16))):
            m.tail[i][0].weight.copy_(sequence(41, 1 + i, 0.1, 0, d, 256))
            m.tail[i][1].weight.copy_(sequence(37, 6 + i, 0.1, 0, n, d))
    k = torch.arange(2048)
    target = torch.where(k % 16 < 13, k * 7 % 3500, torch.where(k % 16 < 15, 3500 + k * 11 % 21500,
                                                               25000 + k * 113 % 242735))
    return [h] + list(m.parameters()), lambda: -m(h, target).output


CASES = {"quantize": quantize, "quantize-learned": quantize_learned, "quantize-rows": quantize_rows,
         "dynamic-conv": lambda: dynamic(band), "dynamic-conv-unfold": lambda: dynamic(unfolded),
         "light-conv": light, "glu": glu, "adaptive-softmax": adaptive}


def run(name):
    leaves, forward = CASES[name]()
    digest, steps, spent, start, g = 0.0, -2, 0, 0, None
    while spent < SECONDS:
        if steps == 0:
            start = time.perf_counter()
        y = forward()
        if g is None:
            g = sequence(31, 7, 1, 0, *y.shape)
        for x in leaves:
            x.grad = None
        y.backward(g)
        if steps == -2:
            digest = (y.double() * g).sum().item() + sum((x.grad.double() ** 2).sum().item() for x in leaves)
        steps += 1
        spent = time.perf_counter() - start if steps > 0 else 0
    print(name, "%.6g" % digest, "%.4f" % (1e3 * spent / steps), flush=True)


torch.set_num_threads(int(sys.argv[1]))
for case in CASES:
    if len(sys.argv) < 3 or sys.argv[2] == case:
        run(case)
