#!/usr/bin/python3
"""Networks of torchvision with random weights, and forms for clips of them named as the checkpoints of
TSM are, for tests/pretrained.bats.

Writes NAME.safetensors, and NAME.npy, the logits of image.npy [N,H,W,C] or clip.npy [N,T,H,W,C].
"""
import numpy as np
import torch
from torch import nn
from torchvision import models

from inception import settle
from interchange import write_safetensors

CLIPS, FRAMES, SIDE, CLASSES = 2, 4, 64, 11


class Shifted(nn.Module):
    """net behind the temporal shift: x [N*T,C,H,W], an eighth of C from the next frame, or none of it
    (uni), and an eighth from the last."""
    def __init__(self, net, uni):
        super().__init__()
        self.net, self.uni = net, uni

    def forward(self, x):
        x = x.unflatten(0, (-1, FRAMES))
        back = x.shape[2] // 8
        ahead = 0 if self.uni else back
        none = torch.zeros_like(x[:, :1])
        future, past = torch.cat([x[:, 1:], none], 1), torch.cat([none, x[:, :-1]], 1)
        end = ahead + back
        parts = future[:, :, :ahead], past[:, :, ahead:end], x[:, :, end:]
        return self.net(torch.cat(parts, 2).flatten(0, 1))


class NonLocal(nn.Module):
    """x + W(softmax(theta(x)' phi(x)) g(x)) over places of all frames."""
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.theta = nn.Conv3d(channels, half, 1)
        self.phi = nn.Sequential(nn.Conv3d(channels, half, 1), nn.MaxPool3d((1, 2, 2)))
        self.g = nn.Sequential(nn.Conv3d(channels, half, 1), nn.MaxPool3d((1, 2, 2)))
        self.W = nn.Sequential(nn.Conv3d(half, channels, 1), nn.BatchNorm3d(channels))

    def forward(self, x):
        theta, phi, g = (f(x).flatten(2) for f in (self.theta, self.phi, self.g))
        y = (theta.transpose(1, 2) @ phi).softmax(-1) @ g.transpose(1, 2)
        return x + self.W(y.transpose(1, 2).unflatten(2, x.shape[2:]))


class Wrapped(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.block, self.nl = block, NonLocal(block.bn3.num_features)

    def forward(self, x):
        x = self.block(x).unflatten(0, (-1, FRAMES)).transpose(1, 2)
        return self.nl(x).transpose(1, 2).flatten(0, 1)


class Clips(nn.Module):
    """The mean over frames of what new_fc makes of base_model."""
    def __init__(self, base, features):
        super().__init__()
        self.base_model, self.new_fc = base, nn.Linear(features, CLASSES)

    def forward(self, x):
        return self.new_fc(self.base_model(x.flatten(0, 1))).unflatten(0, (-1, FRAMES)).mean(1)


def tsm_resnet(net, uni=False, non_local=False):
    every = 2 if len(net.layer3) >= 23 else 1
    for layer in net.layer1, net.layer2, net.layer3, net.layer4:
        for block in layer[::every]:
            block.conv1 = Shifted(block.conv1, uni)
    if non_local:
        for layer, blocks in (net.layer2, (0, 2)), (net.layer3, (0, 2, 4)):
            for i in blocks:
                layer[i] = Wrapped(layer[i])
    features, net.fc = net.fc.in_features, nn.Identity()
    return Clips(net, features)


def tsm_mobilenet(net):
    """Its parts are not nested there as in torchvision."""
    for block in net.features[1:-1]:
        block.conv = nn.Sequential(*(m for part in block.conv
                                     for m in (part if isinstance(part, nn.Sequential) else [part])))
        if block.use_res_connect:
            block.conv[0] = Shifted(block.conv[0], False)
    net.classifier = nn.Identity()
    return Clips(net, net.last_channel)


class Inception(nn.Module):
    """BN-Inception: layers by name, blocks as tables.  shift: in front of all that is behind the first pool."""
    BLOCKS = {"3a": (64, 64, 64, 64, 96, 32), "3b": (64, 64, 96, 64, 96, 64), "3c": (0, 128, 160, 64, 96, 0),
              "4a": (224, 64, 96, 96, 128, 128), "4b": (192, 96, 128, 96, 128, 128), "4c": (160, 128, 160, 128, 160, 128),
              "4d": (96, 128, 192, 160, 192, 128), "4e": (0, 128, 192, 192, 256, 0),
              "5a": (352, 192, 320, 160, 224, 128), "5b": (352, 192, 320, 192, 224, 128)}

    def __init__(self, classes=None, shift=False):
        super().__init__()
        self.shift = Shifted(nn.Identity(), False) if shift else nn.Identity()
        self.layer("conv1_7x7_s2", 3, 64, 7, 2)
        self.layer("conv2_3x3_reduce", 64, 64, 1)
        self.layer("conv2_3x3", 64, 192, 3)
        n = 192
        for name, (one, reduce, three, double_reduce, double, project) in self.BLOCKS.items():
            stride, name = 1 if one else 2, f"inception_{name}_"
            if one:
                self.layer(name + "1x1", n, one, 1)
                self.layer(name + "pool_proj", n, project, 1)
            self.layer(name + "3x3_reduce", n, reduce, 1)
            self.layer(name + "3x3", reduce, three, 3, stride)
            self.layer(name + "double_3x3_reduce", n, double_reduce, 1)
            self.layer(name + "double_3x3_1", double_reduce, double, 3)
            self.layer(name + "double_3x3_2", double, double, 3, stride)
            n = one + three + double + (project or n)
        if classes:
            self.last_linear = nn.Linear(n, classes)

    def layer(self, name, inputs, outputs, kernel, stride=1):
        self.add_module(name, nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2))
        self.add_module(name + "_bn", nn.BatchNorm2d(outputs))

    def run(self, x, *names):
        for name in names:
            x = torch.relu(getattr(self, name + "_bn")(getattr(self, name)(x)))
        return x

    def block(self, name, x):
        p = f"inception_{name}_"
        sides = [self.run(x, p + "3x3_reduce", p + "3x3"),
                 self.run(x, p + "double_3x3_reduce", p + "double_3x3_1", p + "double_3x3_2")]
        if not self.BLOCKS[name][0]:
            return torch.cat(sides + [nn.functional.max_pool2d(x, 3, 2, ceil_mode=True)], 1)
        pool = nn.functional.max_pool2d if name == "5b" else nn.functional.avg_pool2d
        return torch.cat([self.run(x, p + "1x1")] + sides + [self.run(pool(x, 3, 1, 1), p + "pool_proj")], 1)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.run(x, "conv1_7x7_s2"), 3, 2, ceil_mode=True)
        x = nn.functional.max_pool2d(self.run(self.shift(x), "conv2_3x3_reduce", "conv2_3x3"), 3, 2, ceil_mode=True)
        for name in self.BLOCKS:
            x = self.block(name, self.shift(x))
        x = x.mean((2, 3))
        return self.last_linear(x) if hasattr(self, "last_linear") else x


def calm(net):
    """Residual branches at a quarter: what two programs round differently is not amplified by each block."""
    for block in net.modules():
        if isinstance(block, (models.resnet.BasicBlock, models.resnet.Bottleneck)):
            getattr(block, "bn3", block.bn2).weight.mul_(0.25)
        elif isinstance(block, models.mobilenetv2.InvertedResidual):
            block.conv[-1].weight.mul_(0.25)


def write(name, net, x, prefix=""):
    settle(net, x)
    calm(net)
    write_safetensors(f"{name}.safetensors", {prefix + k: v for k, v in net.state_dict().items()})
    np.save(f"{name}.npy", net(x).numpy())


def main():
    image = torch.rand(3, 3, SIDE, SIDE) * 2 - 1
    clip = torch.rand(CLIPS, FRAMES, 3, SIDE, SIDE) * 2 - 1
    np.save("image.npy", image.permute(0, 2, 3, 1).contiguous().numpy())
    np.save("clip.npy", clip.permute(0, 1, 3, 4, 2).contiguous().numpy())
    for name in "resnet18", "resnet50", "mobilenet_v2":
        write(name, getattr(models, name)(num_classes=CLASSES), image)
    write("bninception", Inception(CLASSES), image)
    deep = models.resnet.ResNet(models.resnet.BasicBlock, [1, 2, 23, 1])
    for name, net in {"tsm-bi": tsm_resnet(models.resnet50()), "tsm-uni": tsm_resnet(models.resnet50(), uni=True),
                      "tsm-nl": tsm_resnet(models.resnet50(), non_local=True), "tsm-deep": tsm_resnet(deep),
                      "tsm-mobilenet": tsm_mobilenet(models.mobilenet_v2()),
                      "tsm-bninception": Clips(Inception(shift=True), 1024)}.items():
        write(name, net, clip, "module.")


if __name__ == "__main__":
    torch.manual_seed(1)
    torch.set_num_threads(1)
    with torch.no_grad():
        main()
