#!/usr/bin/python3
"""DiffAugment in PyTorch, the usual way: draws for the whole batch, then indexing and masks.

    augment.py THREADS       lines "SIDE PASS IMAGES/S", as augment_bench prints them
    augment.py check DIR     DIR holds draws and images of augment as .raw files: the same result?
"""
import sys
import time

import torch
import torch.nn.functional as F

BATCH, SECONDS = 64, 0.15


def draw(n, h, w):
    def below(k):
        return torch.randint(0, k, (n, 1, 1))
    sh, sw, kh, kw = int(h / 8 + 0.5), int(w / 8 + 0.5), int(h / 2 + 0.5), int(w / 2 + 0.5)
    return {"brightness": torch.rand(n, 1, 1, 1) - 0.5, "saturation": torch.rand(n, 1, 1, 1) * 2,
            "contrast": torch.rand(n, 1, 1, 1) + 0.5,
            "translation": (below(2 * sh + 1) - sh, below(2 * sw + 1) - sw),
            "cutout": (below(h + 1 - kh % 2), below(w + 1 - kw % 2))}


def augment(x, d):
    """x [N,C,H,W]"""
    n, c, h, w = x.shape
    x = x + d["brightness"]
    mean = x.mean(dim=1, keepdim=True)
    x = (x - mean) * d["saturation"] + mean
    mean = x.mean(dim=[1, 2, 3], keepdim=True)
    x = (x - mean) * d["contrast"] + mean

    batch, i, j = torch.meshgrid(torch.arange(n), torch.arange(h), torch.arange(w), indexing="ij")
    i = torch.clamp(i + d["translation"][0] + 1, 0, h + 1)
    j = torch.clamp(j + d["translation"][1] + 1, 0, w + 1)
    x = F.pad(x, [1, 1, 1, 1]).permute(0, 2, 3, 1)[batch, i, j].permute(0, 3, 1, 2)

    kh, kw = int(h / 2 + 0.5), int(w / 2 + 0.5)
    batch, i, j = torch.meshgrid(torch.arange(n), torch.arange(kh), torch.arange(kw), indexing="ij")
    i, j = i + d["cutout"][0] - kh // 2, j + d["cutout"][1] - kw // 2
    inside = (i >= 0) & (i < h) & (j >= 0) & (j < w)
    mask = torch.ones(n, h, w, dtype=x.dtype)
    mask[batch[inside], i[inside], j[inside]] = 0
    return x * mask.unsqueeze(1)


def rate(side, backward):
    x = (torch.rand(BATCH, 3, side, side) * 2 - 1).requires_grad_(backward)
    g = torch.randn(BATCH, 3, side, side)
    batches, start, spent = -1, 0, 0           # one to warm up
    while spent < SECONDS:
        if batches == 0:
            start = time.perf_counter()
        y = augment(x, draw(BATCH, side, side))
        if backward:
            x.grad = None
            y.backward(g)
        batches += 1
        spent = time.perf_counter() - start if batches > 0 else 0
    return BATCH * batches / spent


def check(folder):
    def read(name, shape, dtype):
        with open(f"{folder}/{name}.raw", "rb") as f:
            return torch.frombuffer(bytearray(f.read()), dtype=dtype).reshape(shape)
    n, h, w = 16, 32, 32
    x = read("x", (n, h, w, 3), torch.float32).permute(0, 3, 1, 2).requires_grad_(True)
    d = {k: read("aug." + k, (n, 1, 1, 1), torch.float32)
         for k in ("brightness", "saturation", "contrast")}
    for k in ("translation", "cutout"):
        t = read("aug." + k, (n, 2), torch.int32).long()
        d[k] = (t[:, 0].reshape(n, 1, 1), t[:, 1].reshape(n, 1, 1))
    y = augment(x, d)
    y.backward(read("g", (n, h, w, 3), torch.float32).permute(0, 3, 1, 2))
    for name, mine in (("image", y), ("dx", x.grad)):
        theirs = read(name, (n, h, w, 3), torch.float32).permute(0, 3, 1, 2)
        worst = (mine - theirs).abs().max().item()
        if not worst <= 5e-6:
            sys.exit(f"augment.py: {name}: differs by {worst}: expected 5e-6 at most")


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        torch.set_num_threads(int(sys.argv[1]))
        for side in (32, 64, 256):
            for backward in (False, True):
                print(side, "forward+backward" if backward else "forward",
                      "%.0f" % rate(side, backward))
