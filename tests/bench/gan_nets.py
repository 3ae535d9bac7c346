#!/usr/bin/python3
"""The networks of lib/models for GANs in PyTorch: names of tensors as there, computed as the papers' code does.

    gan_nets.py >tests/unit/gan_reference.h     what tests/unit/gan_nets.c compares with, in f64

Tensors of rank 4 are [K,R,S,C] there and [K,C,R,S] here; images [N,H,W,C] and [N,C,H,W].
"""
import json
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


def spectral(layer, wanted=True):
    return spectral_norm(layer, eps=1e-8) if wanted else layer


# ---- Batch norms of the class; the head -----------------------------------------------------------

class ClassNorm(nn.Module):
    """relu(norm(x) (1 + gain) + bias); by: None, "class" (tables of n classes) or "vector" (linear from n)."""
    def __init__(self, channels, by, n, sn=False):
        super().__init__()
        self.by, self.momentum = by, 0.1
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        if by is None:
            self.weight = nn.Parameter(torch.ones(channels))
            self.bias = nn.Parameter(torch.zeros(channels))
        elif by == "class":
            self.gain, self.bias = nn.Embedding(n, channels), nn.Embedding(n, channels)
        else:
            self.gain = spectral(nn.Linear(n, channels, bias=False), sn)
            self.bias = spectral(nn.Linear(n, channels, bias=False), sn)

    def forward(self, x, y):
        plain = self.by is None
        x = F.batch_norm(x, self.running_mean, self.running_var, self.weight if plain else None,
                         self.bias if plain else None, self.training, self.momentum, 1e-5)
        if not plain:
            x = x * (1 + self.gain(y))[:, :, None, None] + self.bias(y)[:, :, None, None]
        return F.relu(x)


class Head(nn.Module):
    """Adds layers `linear` and `embed` to a network, of which this is the base."""
    def add_head(self, features, classes, sn):
        self.linear = spectral(nn.Linear(features, 1), sn)
        self.embed = spectral(nn.Embedding(classes, features), sn) if classes else None

    def judge(self, h, y):
        logit = self.linear(h)
        return logit if self.embed is None else logit + (self.embed(y) * h).sum(1, keepdim=True)


def steps_of(side, steps):
    if steps:
        return steps
    while all(s % 2 ** (steps + 1) == 0 for s in side) and min(side) >> (steps + 1) >= 4:
        steps += 1
    return steps


# ---- DCGAN ------------------------------------------------------------------------------------------

class DcganGenerator(nn.Module):
    def __init__(self, **config):
        c = dict({"in": [64], "image": [32, 32, 3], "width": 128, "steps": 0, "classes": 0}, **config)
        super().__init__()
        h, w, channels = c["image"]
        self.steps = steps_of((h, w), c["steps"])
        self.first = h >> self.steps, w >> self.steps, c["width"]
        self.linear = nn.Linear(c["in"][0], math.prod(self.first))
        width = c["width"]
        for i in range(self.steps):
            last = i == self.steps - 1
            out = channels if last else width // 2
            self.add_module(f"up{i}", nn.ConvTranspose2d(width, out, 4, 2, 1, bias=last))
            if not last:
                self.add_module(f"norm{i}", ClassNorm(out, "class" if c["classes"] else None, c["classes"]))
            width = out

    def forward(self, z, y=None):
        x = self.linear(z).view(-1, *self.first).permute(0, 3, 1, 2)
        for i in range(self.steps - 1):
            x = getattr(self, f"norm{i}")(getattr(self, f"up{i}")(x), y)
        return torch.tanh(getattr(self, f"up{self.steps - 1}")(x))


class DcganDiscriminator(Head):
    def __init__(self, **config):
        c = dict({"in": [32, 32, 3], "width": 32, "steps": 0, "spectral": True, "classes": 0}, **config)
        super().__init__()
        h, w, channels = c["in"]
        self.steps = steps_of((h, w), c["steps"])
        for i in range(self.steps):
            self.add_module(f"conv{i}", spectral(nn.Conv2d(channels, c["width"] << i, 4, 2, 1), c["spectral"]))
            channels = c["width"] << i
        self.add_head((h >> self.steps) * (w >> self.steps) * channels, c["classes"], c["spectral"])

    def forward(self, x, y=None):
        for i in range(self.steps):
            x = F.leaky_relu(getattr(self, f"conv{i}")(x), 0.2)
        return self.judge(x.permute(0, 2, 3, 1).flatten(1), y)


# ---- SNGAN, BigGAN --------------------------------------------------------------------------------------

class UpBlock(nn.Module):
    def __init__(self, inputs, outputs, by, n, sn):
        super().__init__()
        self.norm1, self.norm2 = ClassNorm(inputs, by, n, sn), ClassNorm(outputs, by, n, sn)
        self.conv1 = spectral(nn.Conv2d(inputs, outputs, 3, 1, 1), sn)
        self.conv2 = spectral(nn.Conv2d(outputs, outputs, 3, 1, 1), sn)
        self.shortcut = spectral(nn.Conv2d(inputs, outputs, 1), sn)

    def forward(self, x, y):
        h, x = (F.interpolate(v, scale_factor=2) for v in (self.norm1(x, y), x))
        return self.conv2(self.norm2(self.conv1(h), y)) + self.shortcut(x)


class DownBlock(nn.Module):
    def __init__(self, inputs, hidden, outputs, first, down, sn):
        super().__init__()
        self.first, self.down = first, down
        self.conv1 = spectral(nn.Conv2d(inputs, hidden, 3, 1, 1), sn)
        self.conv2 = spectral(nn.Conv2d(hidden, outputs, 3, 1, 1), sn)
        self.shortcut = spectral(nn.Conv2d(inputs, outputs, 1), sn) if down or inputs != outputs else None

    def pool(self, x):
        return F.avg_pool2d(x, 2) if self.down else x

    def forward(self, x):
        h = self.pool(self.conv2(F.relu(self.conv1(x if self.first else F.relu(x)))))
        if self.first:
            return h + self.shortcut(self.pool(x))
        return h + self.pool(x if self.shortcut is None else self.shortcut(x))


class SelfAttention(nn.Module):
    def __init__(self, channels, sn):
        super().__init__()
        def conv(inputs, outputs):
            return spectral(nn.Conv2d(inputs, outputs, 1, bias=False), sn)
        self.theta, self.phi = conv(channels, channels // 8), conv(channels, channels // 8)
        self.g, self.o = conv(channels, channels // 2), conv(channels // 2, channels)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        query = self.theta(x).flatten(2)
        key, value = (F.max_pool2d(layer(x), 2).flatten(2) for layer in (self.phi, self.g))
        seen = value @ (query.transpose(1, 2) @ key).softmax(-1).transpose(1, 2)
        return x + self.gamma * self.o(seen.unflatten(2, x.shape[2:]))


class BigganGenerator(nn.Module):
    defaults = {"in": [128], "image": [32, 32, 3], "widths": [256] * 4, "classes": 10, "shared": 0,
                "hierarchical": False, "attention": 0, "spectral": True}

    def __init__(self, **config):
        c = dict(self.defaults, **config)
        super().__init__()
        widths, sn, blocks = c["widths"], c["spectral"], len(c["widths"]) - 1
        h, w, channels = c["image"]
        self.blocks, self.first = blocks, (h >> blocks, w >> blocks, widths[0])
        self.part = c["in"][0] // len(widths) if c["hierarchical"] else 0
        vector = c["shared"] + self.part
        by, n = ("vector", vector) if vector else ("class", c["classes"]) if c["classes"] else (None, 0)
        self.shared = nn.Embedding(c["classes"], c["shared"]) if c["shared"] else None
        self.linear = spectral(nn.Linear(self.part or c["in"][0], math.prod(self.first)), sn)
        self.attend = None
        for i in range(blocks):
            self.add_module(f"block{i}", UpBlock(widths[i], widths[i + 1], by, n, sn))
            if self.first[0] << (i + 1) == c["attention"]:
                self.attend, self.attention = i, SelfAttention(widths[i + 1], sn)
        self.norm = ClassNorm(widths[-1], None, 0)
        self.last = spectral(nn.Conv2d(widths[-1], channels, 3, 1, 1), sn)

    def forward(self, z, y=None):
        parts = z.split(self.part, 1) if self.part else [z]
        if self.shared is not None:
            y = self.shared(y)
        x = self.linear(parts[0]).view(-1, *self.first).permute(0, 3, 1, 2)
        for i in range(self.blocks):
            by = y
            if self.part:
                by = parts[i + 1] if self.shared is None else torch.cat([y, parts[i + 1]], 1)
            x = getattr(self, f"block{i}")(x, by)
            if i == self.attend:
                x = self.attention(x)
        return torch.tanh(self.last(self.norm(x, None)))


class BigganDiscriminator(Head):
    defaults = {"in": [32, 32, 3], "widths": [256] * 4, "down": 2, "wide": True, "classes": 10, "attention": 0,
                "spectral": True}

    def __init__(self, **config):
        c = dict(self.defaults, **config)
        super().__init__()
        height, _, inputs = c["in"]
        self.blocks, self.attend = len(c["widths"]), None
        for i, width in enumerate(c["widths"]):
            down = i < c["down"]
            hidden = width if c["wide"] or i == 0 else inputs
            self.add_module(f"block{i}", DownBlock(inputs, hidden, width, i == 0, down, c["spectral"]))
            inputs, height = width, height // 2 if down else height
            if height == c["attention"] and self.attend is None:
                self.attend, self.attention = i, SelfAttention(width, c["spectral"])
        self.add_head(inputs, c["classes"], c["spectral"])

    def forward(self, x, y=None):
        for i in range(self.blocks):
            x = getattr(self, f"block{i}")(x)
            if i == self.attend:
                x = self.attention(x)
        return self.judge(F.relu(x).sum((2, 3)), y)


class SnganGenerator(BigganGenerator):
    defaults = dict(BigganGenerator.defaults, classes=0, spectral=False)


class SnganDiscriminator(BigganDiscriminator):
    defaults = dict(BigganDiscriminator.defaults, widths=[128] * 4, wide=False, classes=0)


# ---- StyleGAN2 --------------------------------------------------------------------------------------------

def channels_of(base, most, s):
    return min(max(base >> s, 1), most)


def upfirdn(x, up, down, pad, gain):
    """Zeros between, pad (before, after), the filter [1,3,3,1] both ways times gain / 64, every down-th."""
    n, c, h, w = x.shape
    if up > 1:
        x = F.pad(x.view(n, c, h, 1, w, 1), (0, up - 1, 0, 0, 0, up - 1)).reshape(n, c, h * up, w * up)
    k = torch.tensor([1., 3., 3., 1.], dtype=x.dtype)
    k = (k[:, None] * k * (gain / 64)).expand(c, 1, 4, 4)
    return F.conv2d(F.pad(x, (*pad, *pad)), k, stride=down, groups=c)


def lrelu(x, gain=1):
    return F.leaky_relu(x, 0.2) * (math.sqrt(2) * gain)


class StyleLinear(nn.Module):
    def __init__(self, inputs, outputs, lr=1, act=False, bias=0):
        super().__init__()
        self.lr, self.act = lr, act
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr)
        self.bias = nn.Parameter(torch.full((outputs,), float(bias)))

    def forward(self, x):
        x = F.linear(x, self.weight * (self.lr / math.sqrt(self.weight.shape[1])), self.bias * self.lr)
        return lrelu(x) if self.act else x


class StyleConv(nn.Module):
    def __init__(self, inputs, outputs, kernel, bias=True, down=False, act=True, gain=1):
        super().__init__()
        self.kernel, self.down, self.act, self.gain = kernel, down, act, gain
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        w = self.weight / math.sqrt(self.weight[0].numel())
        if self.down and self.kernel == 1:
            x = F.conv2d(upfirdn(x, 1, 2, (1, 1), 1), w, self.bias)
        elif self.down:
            x = F.conv2d(upfirdn(x, 1, 1, (2, 2), 1), w, self.bias, stride=2)
        else:
            x = F.conv2d(x, w, self.bias, padding=self.kernel // 2)
        return lrelu(x, self.gain) if self.act else x * self.gain


class StyleLayer(nn.Module):
    def __init__(self, w, inputs, outputs, side, up, noise):
        super().__init__()
        self.up, self.noise = up, noise
        self.affine = StyleLinear(w, inputs, bias=1)
        self.weight = nn.Parameter(torch.randn(*((inputs, outputs) if up else (outputs, inputs)), 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        if noise:
            self.noise_strength = nn.Parameter(torch.zeros(()))
            self.register_buffer("noise_const", torch.randn(side, side))

    def forward(self, x, w):
        s = self.affine(w) / math.sqrt(9 * x.shape[1])
        q = self.weight.square().sum((2, 3))
        d = (s.square() @ (q if self.up else q.t()) + 1e-8).rsqrt()
        x = x * s[:, :, None, None]
        if self.up:
            x = upfirdn(F.conv_transpose2d(x, self.weight, stride=2), 1, 1, (1, 1), 4)
        else:
            x = F.conv2d(x, self.weight, padding=1)
        x = x * d[:, :, None, None]
        if self.noise:
            x = x + self.noise_const * self.noise_strength
        return lrelu(x + self.bias[:, None, None])


class StyleRgb(nn.Module):
    def __init__(self, w, inputs, outputs):
        super().__init__()
        self.affine = StyleLinear(w, inputs, bias=1)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, w):
        s = self.affine(w) / math.sqrt(x.shape[1])
        return F.conv2d(x * s[:, :, None, None], self.weight, self.bias)


class Stylegan2Generator(nn.Module):
    """Noise "fixed" or "none", no mixing."""
    def __init__(self, **config):
        c = dict({"in": [512], "image": [32, 32, 3], "width": 512, "mapping": 8, "fmap_base": 2048,
                  "fmap_max": 512, "classes": 0, "noise": "fixed"}, **config)
        super().__init__()
        self.image, width, latent = c["image"], c["width"], c["in"][0]
        self.mapping = nn.Module()
        if c["classes"]:
            self.mapping.embed = nn.Embedding(c["classes"], latent)
            latent *= 2
        for i in range(c["mapping"]):
            self.mapping.add_module(f"fc{i}", StyleLinear(latent if i == 0 else width, width, 0.01, True))
        self.fcs = c["mapping"]
        self.mapping.register_buffer("w_avg", torch.zeros(width))
        self.blocks = max(math.ceil(math.log2(max(self.image[:2]))) - 1, 2)
        self.synthesis = nn.Module()
        inputs, noise = 0, c["noise"] != "none"
        for i in range(self.blocks):
            b, out, side = nn.Module(), channels_of(c["fmap_base"], c["fmap_max"], i + 1), 4 << i
            self.synthesis.add_module(f"b{side}", b)
            if i == 0:
                b.const = nn.Parameter(torch.randn(4, 4, out))
            else:
                b.conv0 = StyleLayer(width, inputs, out, side, True, noise)
            b.conv1 = StyleLayer(width, out, out, side, False, noise)
            b.torgb = StyleRgb(width, out, self.image[2])
            inputs = out

    def map(self, z, y):
        if y is not None:
            z = torch.cat([z, self.mapping.embed(y)], 1)
        w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for i in range(self.fcs):
            w = getattr(self.mapping, f"fc{i}")(w)
        if self.training:
            self.mapping.w_avg.copy_(torch.lerp(w.detach().mean(0), self.mapping.w_avg, 0.995))
        return w

    def synthesize(self, ws):
        x = self.synthesis.b4.const.permute(2, 0, 1).expand(len(ws), -1, -1, -1)
        for i in range(self.blocks):
            b = getattr(self.synthesis, f"b{4 << i}")
            if i > 0:
                x = b.conv0(x, ws[:, 2 * i - 1])
            x = b.conv1(x, ws[:, 2 * i])
            rgb = b.torgb(x, ws[:, 2 * i + 1])
            image = rgb if i == 0 else upfirdn(image, 2, 1, (2, 1), 4) + rgb
        h, w, _ = self.image
        top, left = (image.shape[2] - h) // 2, (image.shape[3] - w) // 2
        return image[:, :, top:top + h, left:left + w]

    def latents(self, w):
        return w[:, None].expand(-1, 2 * self.blocks, -1)

    def forward(self, z, y=None):
        return self.synthesize(self.latents(self.map(z, y)))


class Stylegan2Discriminator(nn.Module):
    def __init__(self, **config):
        c = dict({"in": [32, 32, 3], "fmap_base": 2048, "fmap_max": 512, "group": 4, "classes": 0}, **config)
        super().__init__()
        h, w, colours = c["in"]
        self.group, self.blocks = c["group"], max(math.ceil(math.log2(max(h, w))) - 2, 1)
        side = 4 << self.blocks
        rows, columns = side - h, side - w
        self.frame = columns // 2, columns - columns // 2, rows // 2, rows - rows // 2
        for i in range(self.blocks):
            a, b = (channels_of(c["fmap_base"], c["fmap_max"], self.blocks + k - i) for k in (1, 0))
            m = nn.Module()
            self.add_module(f"b{side >> i}", m)
            if i == 0:
                m.fromrgb = StyleConv(colours, a, 1)
            m.conv0 = StyleConv(a, a, 3)
            m.conv1 = StyleConv(a, b, 3, down=True, gain=math.sqrt(0.5))
            m.skip = StyleConv(a, b, 1, bias=False, down=True, act=False, gain=math.sqrt(0.5))
        self.b4 = nn.Module()
        features = channels_of(c["fmap_base"], c["fmap_max"], 0)
        self.b4.conv = StyleConv(b + (self.group > 0), b, 3)
        self.b4.fc = StyleLinear(16 * b, features, act=True)
        self.b4.out = StyleLinear(features, 1)
        self.b4.embed = nn.Embedding(c["classes"], features) if c["classes"] else None

    def minibatch_std(self, x):
        n, c, h, w = x.shape
        group = next(g for g in range(self.group, 0, -1) if n % g == 0)
        y = x.view(group, n // group, c, h, w)
        y = ((y - y.mean(0)).square().mean(0) + 1e-8).sqrt().mean((1, 2, 3))
        return torch.cat([x, y.view(1, -1, 1, 1).expand(group, -1, h, w).reshape(n, 1, h, w)], 1)

    def forward(self, x, y=None):
        x = F.pad(x, self.frame)
        for i in range(self.blocks):
            m = getattr(self, f"b{4 << (self.blocks - i)}")
            if i == 0:
                x = m.fromrgb(x)
            x = m.conv1(m.conv0(x)) + m.skip(x)
        if self.group:
            x = self.minibatch_std(x)
        h = self.b4.fc(self.b4.conv(x).permute(0, 2, 3, 1).flatten(1))
        logit = self.b4.out(h)
        if self.b4.embed is None:
            return logit
        return logit + (self.b4.embed(y) * h).sum(1, keepdim=True) / math.sqrt(h.shape[1])


FAMILIES = {"dcgan_generator": DcganGenerator, "dcgan_discriminator": DcganDiscriminator,
            "sngan_generator": SnganGenerator, "sngan_discriminator": SnganDiscriminator,
            "biggan_generator": BigganGenerator, "biggan_discriminator": BigganDiscriminator,
            "stylegan2_generator": Stylegan2Generator, "stylegan2_discriminator": Stylegan2Discriminator}


# ---- Losses -------------------------------------------------------------------------------------------------

def r1(logits, x):
    """Half the mean over samples of the squared norm of the gradient."""
    g, = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return g.square().sum((1, 2, 3)).mean() / 2


def path_length(g, z, y, noise, mean):
    """Mean of (|J' noise| - mean)^2; noise has the deviation 1/sqrt(pixels)."""
    ws = g.latents(g.map(z, y))
    j, = torch.autograd.grad((g.synthesize(ws) * noise).sum(), ws, create_graph=True)
    return (j.square().sum(2).mean(1).sqrt() - mean).square().mean()


# ---- Reference values for tests/unit/gan_nets.c ------------------------------------------------------------------

def numbers(name, n):
    """n numbers in [-1,1) that depend on the name: integer arithmetic, the same everywhere."""
    mask, h = 0xffffffff, 2166136261
    for c in name.encode():
        h = (h ^ c) * 16777619 & mask
    x = (np.arange(n, dtype=np.uint64) * 2654435761 + h) & mask
    for shift, factor in (15, 2246822519), (13, 3266489917):
        x = ((x ^ (x >> shift)) * factor) & mask
    return torch.from_numpy(((x ^ (x >> 16)).astype(np.float64) / 2 ** 31 - 1).astype(np.float32)).double()


def here(x):
    return x.permute(0, 3, 1, 2) if x.dim() == 4 else x


def there(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


def tensors(net):
    """Names and tensors that both sides have, but for weight_v and derived weights."""
    state = dict(net.named_parameters())
    state.update((k, v) for k, v in net.named_buffers() if not k.endswith("weight_v"))
    return state


def value(name, shape):
    """The value of a parameter or state: [...] in our layout."""
    n = math.prod(shape)
    x = numbers(name, n)
    if name.endswith("running_var"):
        x = 1 + x / 2
    elif ".fc" in name and name.startswith("mapping"):
        x = 150 * x if len(shape) > 1 else 20 * x
    elif len(shape) > 1 and "const" not in name:
        fan = 1 if name.startswith(("b", "synthesis")) and "block" not in name else math.prod(shape[1:])
        x = x * 1.7 / math.sqrt(fan)
    elif name.endswith(("norm.weight", "affine.bias")) or ".norm" in name and name.endswith("weight"):
        x = 1 + x / 4
    return x.float().double().view(shape)


def filled(family, config):
    net = FAMILIES[family](**config).double().train()
    with torch.no_grad():
        for name, x in tensors(net).items():
            x.copy_(here(value(name, there(x).shape)))
    return net


def inputs(config, n, net):
    y = torch.arange(n) % config["classes"] if config.get("classes") else None
    if "image" in config:
        return [1.7 * numbers("z", n * config["in"][0]).view(n, -1).float().double(), y]
    return [here(numbers("x", n * math.prod(config["in"])).view(n, *config["in"])), y]


CASES = [
    ("dcgan_generator", {"in": [6], "image": [12, 8, 2], "width": 8, "steps": 2, "classes": 3}, 6),
    ("dcgan_discriminator", {"in": [12, 8, 2], "width": 4, "steps": 2, "classes": 3}, 6),
    ("dcgan_discriminator", {"in": [16, 16, 3], "width": 4, "spectral": False}, 4),
    ("sngan_generator", {"in": [6], "image": [16, 16, 3], "widths": [8, 6, 5]}, 6),
    ("sngan_discriminator", {"in": [16, 16, 3], "widths": [6, 8, 8], "down": 2}, 4),
    ("biggan_generator", {"in": [6], "image": [16, 16, 3], "widths": [8, 6, 6], "classes": 4}, 6),
    ("biggan_generator", {"in": [6], "image": [16, 16, 3], "widths": [16, 16, 8], "classes": 4, "shared": 5,
                          "hierarchical": True, "attention": 8}, 6),
    ("biggan_discriminator", {"in": [16, 16, 3], "widths": [16, 16, 16], "classes": 4, "attention": 8}, 6),
    ("stylegan2_generator", {"in": [8], "image": [16, 12, 3], "width": 12, "mapping": 2, "fmap_base": 32,
                             "fmap_max": 10, "classes": 3, "noise": "fixed", "mixing": 0}, 4),
    ("stylegan2_discriminator", {"in": [16, 12, 3], "fmap_base": 32, "fmap_max": 10, "classes": 3}, 8),
]


def penalty(net, given):
    if isinstance(net, Stylegan2Generator):
        h, w, c = net.image
        noise = here(numbers("n", len(given[0]) * h * w * c).view(-1, h, w, c)) / math.sqrt(h * w)
        return path_length(net, *given, noise, 0.3)
    if isinstance(net, (DcganGenerator, BigganGenerator)):
        return None
    x = given[0].clone().requires_grad_()
    return r1(net(x, given[1]), x)


def outer(net, given):
    y = there(net(*given))
    return (y * numbers("r", y.numel()).view(y.shape)).sum() / len(y)


def summary(name, x):
    x = torch.zeros(1, dtype=torch.float64) if x is None else there(x).flatten()
    return f'{{"{name}", {x.dot(numbers(name, len(x))):.9g}, {x.norm():.9g}}}'


def rows(net, kind):
    for name, x in tensors(net).items():
        trained = isinstance(x, nn.Parameter)
        if trained != (kind == "state"):
            yield "    " + summary(name, x.grad if trained else x) + ","


def reference(number, family, config, n):
    net = filled(family, config)
    loss = outer(net, inputs(config, n, net))
    loss.backward()
    lists = {"first": list(rows(net, "grad")), "state": list(rows(net, "state"))}
    net = filled(family, config)
    second = penalty(net, inputs(config, n, net))
    if second is not None:
        second.backward()
        lists["second"] = list(rows(net, "grad"))
    for kind, lines in lists.items():
        print(f"static const struct summary {kind}_{number}[] = {{", *lines, "    {0}", "};", sep="\n")
    text = json.dumps(dict({"family": family}, **config)).replace('"', '\\"')
    return (f'    {{"{text}",\n     {n}, {loss:.9g}, {0 if second is None else second:.9g}, first_{number}, state_{number}, '
            f'{"NULL" if second is None else f"second_{number}"}}},')


def main():
    torch.manual_seed(1)
    print("/* Written by tests/bench/gan_nets.py with PyTorch 1.13 in f64: gan_nets.c tells what of. */")
    cases = [reference(i, *case) for i, case in enumerate(CASES)]
    print("static const struct gan_case cases[] = {", *cases, "};", sep="\n")


if __name__ == "__main__":
    main()
