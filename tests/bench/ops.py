#!/usr/bin/python3
"""The cases of ops_bench in PyTorch, lines "CASE SECONDS SIZE SLOPE" alike.  Images are [N,C,H,W].

    ops.py THREADS [CASE]
"""
import sys
import time

import torch
import torch.nn.functional as F
from augment import augment, draw

SECONDS = 0.3


def upfirdn(up, down, pads, gain):
    """As upfirdn2d of StyleGAN2 does without a compiler for CUDA."""
    k = torch.tensor([1., 3., 3., 1.])
    k = (torch.outer(k, k) / k.sum() ** 2 * gain).flip([0, 1])

    def op(x, _):
        n, c, h, w = x.shape
        if up > 1:
            z = x.reshape(n, c, h, 1, w, 1)
            x = F.pad(z, [0, up - 1, 0, 0, 0, up - 1]).reshape(n, c, h * up, w * up)
        x = F.pad(x, [pads[0], pads[1], pads[0], pads[1]])
        return F.conv2d(x, k[None, None].repeat(c, 1, 1, 1), groups=c, stride=down)
    return op


def distill(x, y):
    return F.kl_div(F.log_softmax(x / 4, 1), F.log_softmax(y / 4, 1), log_target=True, reduction='none').sum(1).mean() * 16


up, down, blur = upfirdn(2, 1, (2, 1), 4), upfirdn(1, 2, (1, 1), 1), upfirdn(1, 1, (2, 1), 1)
CASES = {
    "upfirdn_up": (up, (8, 64, 64, 64)), "upfirdn_up_rgb": (up, (16, 128, 128, 3)),
    "upfirdn_down": (down, (8, 128, 128, 64)), "upfirdn_down_rgb": (down, (16, 256, 256, 3)),
    "upfirdn_blur": (blur, (8, 64, 64, 128)),
    "bilinear": (lambda x, y: F.interpolate(x, scale_factor=2, mode="bilinear"), (8, 64, 64, 64)),
    "bilinear_rgb": (lambda x, y: F.interpolate(x, scale_factor=2, mode="bilinear"), (16, 128, 128, 3)),
    "nearest": (lambda x, y: F.interpolate(x, scale_factor=2), (8, 32, 32, 256)),
    "nearest_rgb": (lambda x, y: F.interpolate(x, scale_factor=2), (16, 128, 128, 3)),
    "reflect": (lambda x, y: F.pad(x, [3, 3, 3, 3], mode="reflect"), (8, 64, 64, 64)),
    "reflect_rgb": (lambda x, y: F.pad(x, [3, 3, 3, 3], mode="reflect"), (8, 256, 256, 3)),
    "diffaugment": (lambda x, y: augment(x, draw(len(x), *x.shape[2:])), (64, 64, 64, 3)),
    "diffaugment_256": (lambda x, y: augment(x, draw(len(x), *x.shape[2:])), (16, 256, 256, 3)),
    "l1": (F.l1_loss, (16, 256, 256, 3)), "l2": (F.mse_loss, (16, 256, 256, 3)),
    "bce": (F.binary_cross_entropy_with_logits, (16, 256, 256, 1)),
    "distillation": (distill, (256, 1000)),
    "cosine": (lambda x, y: F.cosine_similarity(x, y, dim=1).mean(), (4096, 256)),
    "topk": (lambda x, y: x.topk(10, dim=1)[0], (256, 20000)),
}


def numbers(shape, a):
    n = torch.Size(shape).numel()
    v = (a * torch.arange(n) % 1009).to(torch.float32).reshape(shape) / 504 - 1
    return v.permute(0, 3, 1, 2).contiguous() if v.dim() == 4 else v


def run(name, op, shape, form):
    x, y = (numbers(shape, a).contiguous(memory_format=form) for a in (131, 277))
    x.requires_grad_(True)
    out = op(x, y)
    dims = [out.shape[i] for i in (0, 2, 3, 1)] if out.dim() == 4 else out.shape
    g = numbers(dims, 467).contiguous(memory_format=form) if out.dim() else torch.ones(())
    out.backward(g)
    sums = out.double().square().sum().item(), x.grad.double().square().sum().item()
    start = end = time.perf_counter()
    least = float("inf")
    while end < start + SECONDS:
        at = end
        x.grad = None
        op(x, y).backward(g)
        end = time.perf_counter()
        least = min(least, end - at)
    return (least,) + sums


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    for case, (fn, dim) in CASES.items():
        if len(sys.argv) > 2 and case != sys.argv[2]:
            continue
        # The better of both layouts.
        forms = [torch.contiguous_format] + ([torch.channels_last] if len(dim) == 4 else [])
        print("%s %.6e %.6e %.6e" % ((case,) + min(run(case, fn, dim, f) for f in forms)), flush=True)
