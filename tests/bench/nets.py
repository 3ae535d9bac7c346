#!/usr/bin/python3
"""The networks of the training benchmark in PyTorch, and one side of its conversation.

    nets.py NET --threads N --weights FILE.npz --data FILE.npz [--export]

With --export: make the network and its batch from a fixed seed, write both, stop.  The file of
weights has every f32 parameter and buffer by its dotted name, except weight_v of spectral norms (made
anew from weight_u); tensors of rank 4 are [K,R,S,C], where PyTorch has [K,C,R,S]: for transposed
convolutions, too, whose K is the number of channels they read.  In the file of data images are
[N,H,W,C], clips [N,T,H,W,C]; labels and tokens are i32.  Running statistics are those of the
batch, not 0 and 1: the output of a fresh network would hardly depend on its first layers.

Without: load both and answer commands, a line each.  tests/bench/train_bench speaks the same.

    step N      N training steps, always the same batch    loss LOSS       of the last, before its update
    time N      the same                                   seconds S       wall clock of all N
    infer N     N forwards for evaluation, no gradients    seconds S
    output      one of those                               output SUM ABS  of y and |y|, in f64
    memory                                                 bytes PEAK      resident, above that before
    quit                                                                   the network was made

The classes below are the specification of both sides: names of layers, what they compute, loss and
optimiser.  Parameters start as PyTorch starts them unless said otherwise, no layer drops out, Adam has
eps 1e-8 and no weight decay, batch norm eps 1e-5 and momentum 0.1.
"""
import argparse
import math
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

import gan_nets


class Net(nn.Module):
    """A network with its batch, its loss and its optimiser.  Tensors of a batch are [N,C,H,W] here."""

    def step(self):
        """One training step: the loss before the update."""
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(self.data)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def prepare(self):
        self.optimiser = self.make_optimiser()

    memory_format = torch.contiguous_format     # the faster one in PyTorch, measured for each network


def images(n, side, channels=3):
    return torch.rand(n, side, side, channels) * 2 - 1


def tokens(n, length):
    return torch.randint(VOCABULARY, (n, length))


# ---- a, g: ResNet-18 and its form for video -----------------------------------------------------

class BasicBlock(nn.Module):
    """relu(bn2(conv2(relu(bn1(conv1(shift(x)))))) + downsample(x)); convolutions 3x3 without bias.

    downsample is 0: conv 1x1 without bias, 1: batch norm, where stride or channels change; else x.
    """
    def __init__(self, inputs, outputs, stride, frames):
        super().__init__()
        self.frames = frames
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                            nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = shift_time(x, self.frames) if self.frames else x
        y = F.relu(self.bn1(self.conv1(y)), inplace=True)
        y = self.bn2(self.conv2(y))
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


def shift_time(x, frames):
    """x [N*T,C,H,W]: the first C/8 channels come from the next frame, the next C/8 from the last."""
    x = x.view(-1, frames, *x.shape[1:])
    fold = x.shape[2] // 8
    y = torch.zeros_like(x)
    y[:, :-1, :fold] = x[:, 1:, :fold]
    y[:, 1:, fold:2 * fold] = x[:, :-1, fold:2 * fold]
    y[:, :, 2 * fold:] = x[:, :, 2 * fold:]
    return y.flatten(0, 1)


def resnet_layers(frames=0):
    """layer1 .. layer4, two blocks each: 64, 128, 256, 512 channels, all but layer1 with stride 2."""
    def layer(inputs, outputs, stride):
        return nn.Sequential(BasicBlock(inputs, outputs, stride, frames),
                             BasicBlock(outputs, outputs, 1, frames))
    return [layer(64, 64, 1), layer(64, 128, 2), layer(128, 256, 2), layer(256, 512, 2)]


class ResNet18(Net):
    """The form for CIFAR: conv1 3x3, bn1, relu, layer1..4, mean over pixels, fc.

    Cross-entropy; SGD, Nesterov momentum, weight decay on everything.
    """
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1, self.layer2, self.layer3, self.layer4 = resnet_layers()
        self.fc = nn.Linear(512, 10)

    def batch(self):
        return {"image": images(64, 32), "label": torch.randint(10, (64,))}

    def forward(self, data):
        x = F.relu(self.bn1(self.conv1(data["image"])), inplace=True)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))

    def loss(self, data):
        return F.cross_entropy(self(data), data["label"])

    def make_optimiser(self):
        return torch.optim.SGD(self.parameters(), 0.05, momentum=0.9, weight_decay=5e-4,
                               nesterov=True)


class TsmResNet18(Net):
    """The form for ImageNet on clips [N,T,...]: conv1 7x7/2, bn1, relu, max pool 3x3/2, layer1..4 with
    the temporal shift in front of each block's conv1, mean over pixels, fc, mean over frames.

    Cross-entropy; SGD with momentum, weight decay on everything.
    """
    FRAMES = 8

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1, self.layer2, self.layer3, self.layer4 = resnet_layers(self.FRAMES)
        self.fc = nn.Linear(512, 27)

    def batch(self):
        return {"clip": images(4 * self.FRAMES, 64).view(4, self.FRAMES, 64, 64, 3),
                "label": torch.randint(27, (4,))}

    def forward(self, data):
        x = F.relu(self.bn1(self.conv1(data["clip"].flatten(0, 1))), inplace=True)
        x = F.max_pool2d(x, 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3))).view(-1, self.FRAMES, 27).mean(1)

    def loss(self, data):
        return F.cross_entropy(self(data), data["label"])

    def make_optimiser(self):
        return torch.optim.SGD(self.parameters(), 0.01, momentum=0.9, weight_decay=1e-4)


class Bottleneck(nn.Module):
    """relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(shift(x))))))))) + downsample(x)): 1x1, 3x3 with the
    stride, 1x1 to four times the width, without bias; downsample as in BasicBlock.
    """
    def __init__(self, inputs, width, stride, frames):
        super().__init__()
        self.frames = frames
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = None
        if stride != 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
                                            nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = shift_time(x, self.frames)
        y = F.relu(self.bn1(self.conv1(y)), inplace=True)
        y = F.relu(self.bn2(self.conv2(y)), inplace=True)
        y = self.bn3(self.conv3(y))
        y += x if self.downsample is None else self.downsample(x)
        return F.relu(y, inplace=True)


class TsmResNet50(TsmResNet18):
    """The same with 3, 4, 6 and 3 bottlenecks of widths 64 to 512, at 224x224."""
    CLIPS = 2

    def __init__(self):
        Net.__init__(self)
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for i, blocks in enumerate((3, 4, 6, 3)):
            width, layer = 64 << i, []
            for b in range(blocks):
                layer.append(Bottleneck(inputs, width, 2 if i and not b else 1, self.FRAMES))
                inputs = 4 * width
            setattr(self, f"layer{i + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(2048, 27)

    def batch(self):
        return {"clip": images(self.CLIPS * self.FRAMES, 224).view(self.CLIPS, self.FRAMES, 224, 224, 3),
                "label": torch.randint(27, (self.CLIPS,))}


class TsmResNet50One(TsmResNet50):
    """One clip."""
    CLIPS = 1


# ---- b: MobileNetV2 ------------------------------------------------------------------------------

class ConvNorm(nn.Sequential):
    """conv without bias, norm, then relu6 unless linear; "same" padding."""
    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1, linear=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        if not linear:
            self.act = nn.ReLU6(inplace=True)


class InvertedResidual(nn.Module):
    """expand 1x1 (absent when the factor is 1), depthwise 3x3, project 1x1 (linear); plus x where
    stride and channels allow."""
    def __init__(self, inputs, outputs, stride, factor):
        super().__init__()
        hidden = inputs * factor
        self.residual = stride == 1 and inputs == outputs
        self.expand = ConvNorm(inputs, hidden) if factor > 1 else nn.Identity()
        self.depthwise = ConvNorm(hidden, hidden, 3, stride, groups=hidden)
        self.project = ConvNorm(hidden, outputs, linear=True)

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class MobileNetV2(Net):
    """stem 3x3/2, 17 blocks, head 1x1, mean over pixels, fc.  Loss and optimiser as ResNet18."""
    BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),    # factor, channels,
              (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]                 # blocks, first stride

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 32, 3, 2)
        self.blocks, inputs = nn.Sequential(), 32
        for factor, channels, count, stride in self.BLOCKS:
            for i in range(count):
                first = stride if i == 0 else 1
                self.blocks.append(InvertedResidual(inputs, channels, first, factor))
                inputs = channels
        self.head = ConvNorm(320, 1280)
        self.fc = nn.Linear(1280, 100)

    def batch(self):
        return {"image": images(32, 64), "label": torch.randint(100, (32,))}

    def forward(self, data):
        return self.fc(self.head(self.blocks(self.stem(data["image"]))).mean((2, 3)))

    loss = ResNet18.loss
    make_optimiser = ResNet18.make_optimiser
    memory_format = torch.channels_last         # a third faster here, slower in the others


# ---- c: a GAN ------------------------------------------------------------------------------------

class Generator(nn.Module):
    """linear z -> [4,4,512] (in that order), up0 up1 up2: transposed conv 4x4/2 without bias, each with
    norm0 norm1 norm2 and relu, last: conv 3x3 with bias, tanh."""
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(128, 4 * 4 * 512)
        self.up0, self.norm0 = self.up(512, 256)
        self.up1, self.norm1 = self.up(256, 128)
        self.up2, self.norm2 = self.up(128, 64)
        self.last = nn.Conv2d(64, 3, 3, 1, 1)

    @staticmethod
    def up(inputs, outputs):
        return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, z):
        x = self.linear(z).view(-1, 4, 4, 512).permute(0, 3, 1, 2).contiguous()
        for up, norm in (self.up0, self.norm0), (self.up1, self.norm1), (self.up2, self.norm2):
            x = F.relu(norm(up(x)))
        return torch.tanh(self.last(x))


class Discriminator(nn.Module):
    """conv0 .. conv6: 3x3 and 4x4/2 in turn, with bias, each with leaky relu 0.1; linear from [4,4,512],
    with bias.

    Spectral norm on each layer: W = weight_orig as a matrix [K, all the rest]; every forward in training
    sets v = W'u / |W'u|, then u = Wv / |Wv|, and computes with W / u'Wv, where u and v are constants and
    W is not.  Norms are at least 1e-12.
    """
    def __init__(self):
        super().__init__()
        inputs = 3
        for i, channels in enumerate((64, 64, 128, 128, 256, 256, 512)):
            kernel, stride = (3, 1) if i % 2 == 0 else (4, 2)
            self.add_module(f"conv{i}", spectral_norm(nn.Conv2d(inputs, channels, kernel, stride, 1)))
            inputs = channels
        self.linear = spectral_norm(nn.Linear(4 * 4 * 512, 1))

    def forward(self, x):
        for i in range(7):
            x = F.leaky_relu(getattr(self, f"conv{i}")(x), 0.1)
        return self.linear(x.permute(0, 2, 3, 1).flatten(1))


class Gan(Net):
    """g and d.  A step, with D in one forward over [real; fake], 128 images:

        D   fake = G(z[0]) with batch statistics but no gradient
            mean(relu(1 - D(real))) + mean(relu(1 + D(fake))), update of d
        G   -mean(D(G(z[1]))), update of g; d is left alone but for the vectors u

    The loss is the sum of both; evaluation is G(z[0]); Adam.
    """
    def __init__(self):
        super().__init__()
        self.g = Generator()
        self.d = Discriminator()

    def batch(self):
        return {"image": images(64, 32), "z": torch.randn(2, 64, 128)}

    def forward(self, data):
        return self.g(data["z"][0])

    def prepare(self):
        self.adam_g = torch.optim.Adam(self.g.parameters(), 2e-4, betas=(0.5, 0.999))
        self.adam_d = torch.optim.Adam(self.d.parameters(), 2e-4, betas=(0.5, 0.999))

    def step(self):
        real, z = self.data["image"], self.data["z"]
        with torch.no_grad():
            fake = self.g(z[0])
        self.adam_d.zero_grad(set_to_none=True)
        on_real, on_fake = self.d(torch.cat([real, fake])).chunk(2)
        loss_d = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
        loss_d.backward()
        self.adam_d.step()

        self.d.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        loss_g = -self.d(self.g(z[1])).mean()
        loss_g.backward()
        self.adam_g.step()
        self.d.requires_grad_(True)
        return loss_d.item() + loss_g.item()


class BigGan(Gan):
    """BigGAN for CIFAR (gan_nets.py), g and d.  A step is 4 of the discriminator and one of the generator, as in Gan
    but for classes, data of its own for each, and Adam with beta1 0; evaluation is G(z[0], y[0])."""
    def __init__(self):
        Net.__init__(self)
        self.g, self.d = gan_nets.BigganGenerator(), gan_nets.BigganDiscriminator()
        for m in self.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear, nn.Embedding)):
                nn.init.normal_(m.weight_orig if hasattr(m, "weight_orig") else m.weight, 0, 0.02)
            if hasattr(m, "weight_u"):      # converged, or it matters when an evaluation takes its v from
                left, _, _ = torch.linalg.svd(m.weight_orig.detach().flatten(1), full_matrices=False)
                m.weight_u.copy_(left[:, 0])

    def batch(self):
        y = torch.randint(10, (5, 50))
        return {"image": torch.stack([images(50, 32) for _ in range(4)]), "z": torch.randn(5, 50, 128), "y": y,
                "both": torch.cat([y[:4], torch.randint(10, (4, 50))], 1)}

    def forward(self, data):
        return self.g(data["z"][0], data["y"][0])

    def prepare(self):
        self.adam_g = torch.optim.Adam(self.g.parameters(), 2e-4, betas=(0, 0.999))
        self.adam_d = torch.optim.Adam(self.d.parameters(), 2e-4, betas=(0, 0.999))

    def step(self):
        real, z, y, both = (self.data[k] for k in ("image", "z", "y", "both"))
        for i in range(4):
            with torch.no_grad():
                fake = self.g(z[i], y[i])
            self.adam_d.zero_grad(set_to_none=True)
            on_fake, on_real = self.d(torch.cat([fake, real[i]]), both[i]).chunk(2)
            loss_d = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
            loss_d.backward()
            self.adam_d.step()

        self.d.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        loss_g = -self.d(self.g(z[4], y[4]), y[4]).mean()
        loss_g.backward()
        self.adam_g.step()
        self.d.requires_grad_(True)
        return loss_d.item() + loss_g.item()


class StyleGan2(Net):
    """StyleGAN2 at 64x64 (gan_nets.py), g and d, noise that stands still, no mixing.  A step:

        G   mean(softplus(-D(G(z[0])))) + 2 path_length of half as many samples, z[1], around 0.5
        D   mean(softplus(D(G(z[2])))) + mean(softplus(-D(real))) + R1 of real

    Adam with beta1 0 and beta2 0.99.
    """
    def __init__(self):
        super().__init__()
        self.g = gan_nets.Stylegan2Generator(image=[64, 64, 3])
        self.d = gan_nets.Stylegan2Discriminator(**{"in": [64, 64, 3]})

    def batch(self):
        return {"image": images(8, 64), "z": torch.randn(3, 8, 512), "noise": torch.randn(4, 64, 64, 3) / 64}

    def forward(self, data):
        return self.g(data["z"][0])

    def prepare(self):
        self.adam_g = torch.optim.Adam(self.g.parameters(), 2e-3, betas=(0, 0.99))
        self.adam_d = torch.optim.Adam(self.d.parameters(), 2e-3, betas=(0, 0.99))

    def step(self):
        z = self.data["z"]
        self.d.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        loss_g = F.softplus(-self.d(self.g(z[0]))).mean()
        loss_g = loss_g + 2 * gan_nets.path_length(self.g, z[1][:4], None, self.data["noise"], 0.5)
        loss_g.backward()
        self.adam_g.step()
        self.d.requires_grad_(True)

        self.adam_d.zero_grad(set_to_none=True)
        with torch.no_grad():
            fake = self.g(z[2])
        real = self.data["image"].detach().requires_grad_()
        on_real = self.d(real)
        loss_d = F.softplus(self.d(fake)).mean() + F.softplus(-on_real).mean() + gan_nets.r1(on_real, real)
        loss_d.backward()
        self.adam_d.step()
        return loss_g.item() + loss_d.item()


# ---- d: image to image ---------------------------------------------------------------------------

def reflected(inputs, outputs, kernel):
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode="reflect", bias=False)


def norm_relu(x):
    return F.relu(F.instance_norm(x, eps=1e-5), inplace=True)


class ResidualBlock(nn.Module):
    """x + norm(conv2(relu(norm(conv1(x))))): 3x3, reflected."""
    def __init__(self, channels):
        super().__init__()
        self.conv1 = reflected(channels, channels, 3)
        self.conv2 = reflected(channels, channels, 3)

    def forward(self, x):
        return x + F.instance_norm(self.conv2(norm_relu(self.conv1(x))), eps=1e-5)


class Translator(Net):
    """first 7x7 reflected, down0 down1 3x3/2 (padded with zeros), blocks 0..8, up0 up1 transposed 3x3/2,
    each with instance norm and relu; last 7x7 reflected, with bias, tanh.  Channels 64 128 256 .. 128 64 3.

    Convolutions in front of a norm have no bias, instance norms no parameters.  L1 to a target; Adam.
    """
    def __init__(self):
        super().__init__()
        self.first = reflected(3, 64, 7)
        self.down0 = nn.Conv2d(64, 128, 3, 2, 1, bias=False)
        self.down1 = nn.Conv2d(128, 256, 3, 2, 1, bias=False)
        self.blocks = nn.Sequential(*(ResidualBlock(256) for _ in range(9)))
        self.up0 = nn.ConvTranspose2d(256, 128, 3, 2, 1, output_padding=1, bias=False)
        self.up1 = nn.ConvTranspose2d(128, 64, 3, 2, 1, output_padding=1, bias=False)
        self.last = nn.Conv2d(64, 3, 7, padding=3, padding_mode="reflect")

    def batch(self):
        return {"image": images(1, 128), "target": images(1, 128)}

    def forward(self, data):
        x = data["image"]
        for layer in self.first, self.down0, self.down1:
            x = norm_relu(layer(x))
        x = self.blocks(x)
        for layer in self.up0, self.up1:
            x = norm_relu(layer(x))
        return torch.tanh(self.last(x))

    def loss(self, data):
        return F.l1_loss(self(data), data["target"])

    def make_optimiser(self):
        return torch.optim.Adam(self.parameters(), 2e-4)


# ---- e, f: sequences -----------------------------------------------------------------------------

VOCABULARY = 8000


def embedding(channels):
    """Normal with deviation channels^-1/2.  Read, it is scaled by channels^1/2; it is the output layer,
    too, unscaled."""
    weights = nn.Embedding(VOCABULARY, channels)
    nn.init.normal_(weights.weight, 0, channels ** -0.5)
    return weights


def sines(positions, channels):
    """Angles position / 10000^(2i/channels), i < channels/2: sines and cosines [positions,channels/2]."""
    rate = 10000 ** (-torch.arange(0, channels, 2, dtype=torch.float64) / channels)
    angle = positions[:, None] * rate
    return angle.sin().float(), angle.cos().float()


def heads(x, parts):
    """[B,T,parts*H*E] -> parts times [B,H,T,E], H = 8"""
    b, t, d = x.shape
    return x.view(b, t, parts, 8, d // parts // 8).permute(2, 0, 3, 1, 4).unbind(0)


def joined(x):
    """[B,H,T,E] -> [B,T,H*E]"""
    return x.transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """out(softmax(QK'/sqrt(E) + mask) V) of 8 heads.  To itself: one projection qkv; to memory: q, and
    kv of the memory.  Rows of qkv and kv: q, k, v in this order, each head by head.  All with bias."""
    def __init__(self, channels, cross=False):
        super().__init__()
        if cross:
            self.q = nn.Linear(channels, channels)
            self.kv = nn.Linear(channels, 2 * channels)
        else:
            self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x, memory=None, mask=None):
        if memory is None:
            q, k, v = heads(self.qkv(x), 3)
        else:
            (q,), (k, v) = heads(self.q(x), 1), heads(self.kv(memory), 2)
        score = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        if mask is not None:
            score += mask
        return self.out(joined(score.softmax(-1) @ v))


class FeedForward(nn.Sequential):
    """second(relu(first(x))), with bias"""
    def __init__(self, channels, hidden):
        super().__init__()
        self.first = nn.Linear(channels, hidden)
        self.act = nn.ReLU(inplace=True)
        self.second = nn.Linear(hidden, channels)


class Layer(nn.Module):
    """Post-norm: x = normI(x + f(x)), f = attention, cross (decoder only), ffn, I = 1 2 3; eps 1e-5."""
    def __init__(self, channels, hidden, decoder):
        super().__init__()
        self.attention, self.norm1 = Attention(channels), nn.LayerNorm(channels)
        if decoder:
            self.cross, self.norm2 = Attention(channels, cross=True), nn.LayerNorm(channels)
        self.ffn, self.norm3 = FeedForward(channels, hidden), nn.LayerNorm(channels)

    def forward(self, x, memory=None, mask=None):
        x = self.norm1(x + self.attention(x, mask=mask))
        if memory is not None:
            x = self.norm2(x + self.cross(x, memory))
        return self.norm3(x + self.ffn(x))


class Transformer(Net):
    """Vaswani et al., base: embedding E of both languages + positions, encoder.0..5, decoder.0..5,
    logits hE'.

    Channel 2i of a position is the sine of angle i, 2i+1 its cosine.  No mask but the causal one of
    the decoder's self-attention, no norm behind the stacks, no output bias.  Cross-entropy with label
    smoothing: 0.9 on the label, 0.1 spread over all 8000; Adam.
    """
    def __init__(self):
        super().__init__()
        self.embedding = embedding(512)
        self.encoder = nn.ModuleList(Layer(512, 2048, False) for _ in range(6))
        self.decoder = nn.ModuleList(Layer(512, 2048, True) for _ in range(6))
        position = torch.stack(sines(torch.arange(64), 512), 2).flatten(1)
        self.register_buffer("position", position, persistent=False)
        self.register_buffer("mask", torch.full((64, 64), -math.inf).triu(1), persistent=False)

    def batch(self):
        return {"source": tokens(32, 64), "input": tokens(32, 64), "label": tokens(32, 64)}

    def embed(self, ids):
        return self.embedding(ids) * 512 ** 0.5 + self.position

    def forward(self, data):
        x, y = self.embed(data["source"]), self.embed(data["input"])
        for layer in self.encoder:
            x = layer(x)
        for layer in self.decoder:
            y = layer(y, x, self.mask)
        return F.linear(y, self.embedding.weight)

    def loss(self, data):
        logits = self(data).flatten(0, 1)
        return F.cross_entropy(logits, data["label"].flatten(), label_smoothing=0.1)

    def make_optimiser(self):
        return torch.optim.Adam(self.parameters(), 1e-4)


class RelativeAttention(nn.Module):
    """Dai et al., arXiv 1901.02860, section 3.3: query i of x, key j of c = [memory; x],

        out(softmax(((q_i + u)'k_j + (q_i + v)'p_(i+M-j)) / sqrt(E)) V),   j <= i + M,

    M the length of memory, p_n = position(sines and cosines of distance n).  q, kv, position, out: no bias.
    """
    def __init__(self, channels):
        super().__init__()
        self.q = nn.Linear(channels, channels, bias=False)
        self.kv = nn.Linear(channels, 2 * channels, bias=False)
        self.position = nn.Linear(channels, channels, bias=False)
        self.out = nn.Linear(channels, channels, bias=False)

    def forward(self, x, memory, u, v, distance, mask):
        (q,) = heads(self.q(x), 1)
        k, values = heads(self.kv(torch.cat([memory, x], 1)), 2)
        (p,) = heads(self.position(distance)[None], 1)
        scale = q.shape[-1] ** -0.5
        content = ((q + u[:, None]) * scale) @ k.transpose(-1, -2)
        score = content + shifted(((q + v[:, None]) * scale) @ p.transpose(-1, -2)) + mask
        return self.out(joined(score.softmax(-1) @ values))


def shifted(x):
    """x [B,H,Q,K], its last axis distances K-1 .. 0: row i moved left by Q-1-i (appendix B); what
    comes in from the right is nonsense, for the mask to hide."""
    b, h, q, k = x.shape
    return F.pad(x, (1, 0)).view(b, h, k + 1, q)[:, :, 1:].view(b, h, q, k)


class RelativeLayer(nn.Module):
    """Post-norm: x = norm1(x + attention(x)), x = norm2(x + ffn(x))."""
    def __init__(self, channels, hidden):
        super().__init__()
        self.attention, self.norm1 = RelativeAttention(channels), nn.LayerNorm(channels)
        self.ffn, self.norm2 = FeedForward(channels, hidden), nn.LayerNorm(channels)

    def forward(self, x, *args):
        x = self.norm1(x + self.attention(x, *args))
        return self.norm2(x + self.ffn(x))


class TransformerXL(Net):
    """embedding E, layers.0..7, logits hE'.  u, v [8,32] start normal with deviation 0.02.

    The memory of each layer is data: memory.0 .. memory.7, the same at every step.  The first half of the
    channels of a distance are its sines, the second its cosines.  Cross-entropy; Adam.
    """
    def __init__(self):
        super().__init__()
        self.embedding = embedding(256)
        self.u = nn.Parameter(torch.randn(8, 32) * 0.02)
        self.v = nn.Parameter(torch.randn(8, 32) * 0.02)
        self.layers = nn.ModuleList(RelativeLayer(256, 1024) for _ in range(8))
        distance = torch.cat(sines(torch.arange(255, -1, -1), 256), 1)
        self.register_buffer("distance", distance, persistent=False)
        self.register_buffer("mask", torch.full((128, 256), -math.inf).triu(129), persistent=False)

    def batch(self):
        memories = {f"memory.{i}": torch.randn(16, 128, 256) for i in range(8)}
        return {"input": tokens(16, 128), "label": tokens(16, 128), **memories}

    def forward(self, data):
        x = self.embedding(data["input"]) * 256 ** 0.5
        for i, layer in enumerate(self.layers):
            x = layer(x, data[f"memory.{i}"], self.u, self.v, self.distance, self.mask)
        return F.linear(x, self.embedding.weight)

    def loss(self, data):
        return F.cross_entropy(self(data).flatten(0, 1), data["label"].flatten())

    make_optimiser = Transformer.make_optimiser


# ---- h: a predictor ------------------------------------------------------------------------------

class Mlp(Net):
    """fc2(relu(fc1(relu(fc0(x))))), 128-400-400-1, with bias; mean squared error; Adam."""
    def __init__(self):
        super().__init__()
        self.fc0, self.fc1, self.fc2 = nn.Linear(128, 400), nn.Linear(400, 400), nn.Linear(400, 1)

    def batch(self):
        x = torch.randn(512, 128)
        return {"x": x, "y": x[:, :8].sum(1, keepdim=True).sin()}

    def forward(self, data):
        return self.fc2(F.relu(self.fc1(F.relu(self.fc0(data["x"])))))

    def loss(self, data):
        return F.mse_loss(self(data), data["y"])

    def make_optimiser(self):
        return torch.optim.Adam(self.parameters(), 1e-3)


NETS = {"resnet18": ResNet18, "mobilenetv2": MobileNetV2, "gan": Gan, "biggan": BigGan,
        "stylegan2": StyleGan2, "translator": Translator,
        "transformer": Transformer, "transformer_xl": TransformerXL, "tsm_resnet18": TsmResNet18,
        "tsm_resnet50": TsmResNet50, "tsm_resnet50_1": TsmResNet50One, "mlp": Mlp}


# ---- Files ---------------------------------------------------------------------------------------

def channels_first(data, memory_format=torch.contiguous_format):
    """A batch as PyTorch wants it: [N,C,H,W], [N,T,C,H,W], labels and tokens i64."""
    def converted(x):
        if not x.is_floating_point():
            return x.long()
        return x.movedim(-1, -3).contiguous(memory_format=memory_format) if x.dim() >= 4 else x
    return {name: converted(x) for name, x in data.items()}


def named_weights(net):
    return {name: x for name, x in net.state_dict().items()
            if x.is_floating_point() and not name.endswith(".weight_v")}


def use_batch_statistics(net):
    """One forward with momentum 1; an evaluation would still see 0 and 1."""
    norms = [m for m in net.modules() if isinstance(m, (nn.BatchNorm2d, gan_nets.ClassNorm))]
    for norm in norms:
        norm.momentum = 1
    with torch.no_grad():
        net(net.data)
    for norm in norms:
        norm.momentum = 0.1


def export(net, args):
    batch = net.batch()
    net.data = channels_first(batch)
    use_batch_statistics(net)
    np.savez(args.data, **{name: x.numpy() if x.is_floating_point() else x.numpy().astype(np.int32)
                           for name, x in batch.items()})
    np.savez(args.weights, **{name: (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).contiguous().numpy()
                              for name, x in named_weights(net).items()})


def load(net, args):
    with np.load(args.data) as file:
        batch = {name: torch.from_numpy(file[name]) for name in file}
    net.data = channels_first(batch, net.memory_format)
    net.to(memory_format=net.memory_format)
    with np.load(args.weights) as file:
        for name, x in named_weights(net).items():
            value = torch.from_numpy(file[name])
            x.copy_(value.permute(0, 3, 1, 2) if x.dim() == 4 else value)
    for m in net.modules():
        if hasattr(m, "weight_v"):
            m.weight_v.copy_(F.normalize(m.weight_u @ m.weight_orig.flatten(1), dim=0))


# ---- The conversation ----------------------------------------------------------------------------

def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def seconds(count, work):
    start = time.perf_counter()
    for _ in range(count):
        work()
    return f"seconds {time.perf_counter() - start:.6f}"


def evaluate(net):
    net.eval()
    with torch.inference_mode():
        y = net(net.data)
    net.train()
    return y


def answer(net, before, command, count=1):
    if command == "step":
        for _ in range(count):
            loss = net.step()
        return f"loss {loss:.9g}"
    if command == "time":
        return seconds(count, net.step)
    if command == "infer":
        return seconds(count, lambda: evaluate(net))
    if command == "output":
        y = evaluate(net).double()
        return f"output {y.sum():.9g} {y.abs().sum():.9g}"
    if command == "memory":
        return f"bytes {peak_bytes() - before}"
    sys.exit(f"nets.py: {command}: expected step N, time N, infer N, output, memory or quit")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--export", action="store_true")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    before = peak_bytes()
    net = NETS[args.net]()
    if args.export:
        export(net, args)
        return
    with torch.no_grad():
        load(net, args)
    net.prepare()
    for line in sys.stdin:
        command, *count = line.split()
        if command == "quit":
            break
        print(answer(net, before, command, *map(int, count)), flush=True)


if __name__ == "__main__":
    main()
