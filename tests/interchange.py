#!/usr/bin/python3
"""Two small networks in PyTorch, for tests/interchange.bats.

    interchange.py train    train both for some steps; write NAME.safetensors, inputs and outputs as .npy
    interchange.py run      read NAME-ours.safetensors; write NAME-ours.npy, the outputs for the same inputs
"""
import json
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class Cnn(nn.Module):
    """{"family": "resnet", "width": 8, "blocks": [1, 1], "in": [16, 16, 3], "classes": 5}"""
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(Block(8, 8, 1))
        self.layer2 = nn.Sequential(Block(8, 16, 2))
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x.permute(0, 3, 1, 2))))
        return self.fc(self.layer2(self.layer1(x)).mean((2, 3)))

    @staticmethod
    def inputs():
        return {"x": torch.randn(6, 16, 16, 3)}


WIDTH, HEADS, WORDS = 32, 4, 60


class Attention(nn.Module):
    def __init__(self, cross):
        super().__init__()
        if cross:
            self.q, self.kv = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 2 * WIDTH)
        else:
            self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x, memory, causal):
        if memory is None:
            q, k, v = self.qkv(x).chunk(3, -1)
        else:
            q, (k, v) = self.q(x), self.kv(memory).chunk(2, -1)
        q, k, v = (z.unflatten(-1, (HEADS, -1)).transpose(1, 2) for z in (q, k, v))
        score = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        if causal:
            score = score + torch.full(score.shape[-2:], -torch.inf).triu(1)
        return self.out((score.softmax(-1) @ v).transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, decoder):
        super().__init__()
        self.attention, self.norm1 = Attention(False), nn.LayerNorm(WIDTH)
        if decoder:
            self.cross, self.norm2 = Attention(True), nn.LayerNorm(WIDTH)
        self.ffn = nn.ModuleDict({"first": nn.Linear(WIDTH, 64), "second": nn.Linear(64, WIDTH)})
        self.norm3 = nn.LayerNorm(WIDTH)

    def forward(self, x, memory=None):
        x = self.norm1(x + self.attention(x, None, memory is not None))
        if memory is not None:
            x = self.norm2(x + self.cross(x, memory, False))
        return self.norm3(x + self.ffn["second"](F.relu(self.ffn["first"](x))))


class Words(nn.Module):
    """{"family": "transformer", "in": [7], "target": 5, "vocabulary": 60, "width": 32, "hidden": 64, "heads": 4,
    "encoder": 2, "decoder": 2}"""
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.encoder = nn.ModuleList(Layer(False) for _ in range(2))
        self.decoder = nn.ModuleList(Layer(True) for _ in range(2))

    def embed(self, ids):
        angle = torch.arange(ids.shape[1])[:, None] * 10000 ** (-torch.arange(0, WIDTH, 2, dtype=torch.float64) / WIDTH)
        return self.embedding(ids) * WIDTH ** 0.5 + torch.stack([angle.sin(), angle.cos()], 2).flatten(1).float()

    def forward(self, source, input):
        x, y = self.embed(source), self.embed(input)
        for layer in self.encoder:
            x = layer(x)
        for layer in self.decoder:
            y = layer(y, x)
        return F.linear(y, self.embedding.weight)

    @staticmethod
    def inputs():
        return {"source": torch.randint(WORDS, (3, 7)), "input": torch.randint(WORDS, (3, 5))}


def write_safetensors(path, tensors):
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, at = {}, 0
    for name, x in tensors.items():
        size = x.numel() * x.element_size()
        header[name] = {"dtype": kinds[x.dtype], "shape": list(x.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for x in tensors.values():
            f.write(x.contiguous().numpy().tobytes())


def read_safetensors(path):
    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, t in json.loads(data[8:8 + n]).items():
        if name != "__metadata__":
            lo, hi = (8 + n + at for at in t["data_offsets"])
            assert t["dtype"] == "F32", name
            tensors[name] = torch.from_numpy(np.frombuffer(data[lo:hi], np.float32).reshape(t["shape"]).copy())
    return tensors


def train(name, net):
    inputs = net.inputs()
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(8):
        optimiser.zero_grad()
        y = net(**inputs)
        F.cross_entropy(y.flatten(0, -2), torch.arange(y[..., 0].numel()) % y.shape[-1]).backward()
        optimiser.step()
    write_safetensors(f"{name}.safetensors", net.state_dict())
    for key, x in inputs.items():
        np.save(f"{key}.npy", x.numpy() if x.is_floating_point() else x.numpy().astype(np.int32))
    net.eval()
    np.save(f"{name}.npy", net(**inputs).detach().numpy())


def run(name, net):
    inputs = {key: torch.from_numpy(np.load(f"{key}.npy")) for key in net.inputs()}
    rest = net.load_state_dict(read_safetensors(f"{name}-ours.safetensors"), strict=False)
    assert not rest.unexpected_keys and all("num_batches" in key for key in rest.missing_keys), rest
    net.eval()
    np.save(f"{name}-ours.npy", net(**{k: x if x.is_floating_point() else x.long() for k, x in inputs.items()}).detach().numpy())


if __name__ == "__main__":
    torch.manual_seed(1)
    for name, net in ("cnn", Cnn()), ("words", Words()):
        {"train": train, "run": run}[sys.argv[1]](name, net)
