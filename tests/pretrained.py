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
    deep = models.resnet.ResNet(models.resnet.BasicBlock, [1, 2, 23, 1])
    for name, net in {"tsm-bi": tsm_resnet(models.resnet50()), "tsm-uni": tsm_resnet(models.resnet50(), uni=True),
                      "tsm-nl": tsm_resnet(models.resnet50(), non_local=True), "tsm-deep": tsm_resnet(deep),
                      "tsm-mobilenet": tsm_mobilenet(models.mobilenet_v2())}.items():
        write(name, net, clip, "module.")


if __name__ == "__main__":
    torch.manual_seed(1)
    torch.set_num_threads(1)
    with torch.no_grad():
        main()
