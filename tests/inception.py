#!/usr/bin/python3
"""Inception-v3 by torchvision with random weights, for tests/inception.bats.

Writes NAME.safetensors, NAME.npy (logits) and NAME-LAYER.npy (means over space of the channels of a layer) for NAME
torchvision and fid, and their input x.npy.
"""
import types

import numpy as np
import torch
import torch.nn.functional as F
import torchvision.models.inception as inception

from interchange import write_safetensors

LAYERS = ["maxpool1", "maxpool2", "Mixed_5b", "Mixed_5d", "Mixed_6a", "Mixed_6c", "Mixed_6e", "Mixed_7a", "Mixed_7b", "Mixed_7c"]


def fid(net):
    """The pools of the network that the FID is defined by, as torchvision's blocks call them."""
    maximum = [False]

    def pool(x, **how):
        return F.max_pool2d(x, 3, 1, 1) if maximum[0] else F.avg_pool2d(x, count_include_pad=False, **how)
    inception.F = types.SimpleNamespace(**{**vars(F), "avg_pool2d": pool})
    net.Mixed_7c.register_forward_pre_hook(lambda *_: maximum.__setitem__(0, True))
    net.Mixed_7c.register_forward_hook(lambda *_: maximum.__setitem__(0, False))


def settle(net, x):
    """Running statistics of x itself, and norms that do something: activations stay of one size.  Variances of channels
    that hardly vary are raised, or dividing by them would show rounding errors and nothing else."""
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.momentum = None
            torch.nn.init.uniform_(m.weight, 0.7, 1.3)
            torch.nn.init.uniform_(m.bias, -0.3, 0.3)
        elif isinstance(m, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(m.weight)
    net.train()
    net(x)
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            m.running_var.clamp_(min=0.5)
    net.eval()


def write(name, classes, x):
    net = inception.Inception3(num_classes=classes, aux_logits=False, transform_input=False, init_weights=False)
    if name == "fid":
        fid(net)
    settle(net, x)
    for layer in LAYERS:
        getattr(net, layer).register_forward_hook(
            lambda module, given, y, layer=layer: np.save(f"{name}-{layer}.npy", y.mean((2, 3)).numpy()))
    write_safetensors(f"{name}.safetensors", net.state_dict())
    np.save(f"{name}.npy", net(x).numpy())


if __name__ == "__main__":
    torch.manual_seed(1)
    with torch.no_grad():
        x = torch.rand(2, 3, 139, 147) * 2 - 1
        np.save("x.npy", x.permute(0, 2, 3, 1).contiguous().numpy())
        write("torchvision", 1000, x)
        write("fid", 1008, x)
