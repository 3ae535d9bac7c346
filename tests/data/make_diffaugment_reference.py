#!/usr/bin/python3
"""Make diffaugment_reference.h: every op of DiffAugment and chains of them, in PyTorch, NCHW and
double precision, gradients by autograd, for draws fixed here.  Written from the formulas, apart
from the C sources.  In tests/data:

    /usr/bin/python3 make_diffaugment_reference.py >diffaugment_reference.h
"""
import torch

torch.manual_seed(2006)
POOL = 180
pool_x = (torch.rand(POOL) * 2 - 1).float()
pool_g = torch.randn(POOL).float()

# Two samples' draws; odd turns are for squares.
DRAWS = {
    "brightness": [0.37, -0.45], "saturation": [1.75, 0.2], "contrast": [0.55, 1.4],
    "translation": [(1, -1), (-1, 0)], "cutout": [(0, 4), (2, 2)], "flip": [True, False],
    "rot90": [2, 0],
}
SQUARE = dict(DRAWS, rot90=[1, 3])

CASES = [(op, (2, 4, 5, 3), DRAWS) for op in DRAWS] + [
    ("rot90", (2, 4, 4, 3), SQUARE),
    ("color,translation,cutout", (2, 6, 5, 3), DRAWS),
    ("color,translation,cutout", (2, 6, 5, 1), DRAWS),
    ("color,translation,cutout", (2, 4, 5, 4), DRAWS),
    ("cutout,translation,contrast,saturation,brightness", (2, 4, 5, 3), DRAWS),
    ("translation,color,cutout", (2, 4, 5, 3), DRAWS),
    ("flip,color,rot90,translation,cutout", (2, 4, 4, 3), SQUARE),
]


def one(op, x, v):
    """One op on one sample [C,H,W]."""
    c, h, w = x.shape
    v = torch.tensor(v, dtype=torch.float32).double().tolist()      # as a stream holds it
    if op == "brightness":
        return x + v
    if op == "saturation":
        m = x.mean(dim=0, keepdim=True)
        return (x - m) * v + m
    if op == "contrast":
        m = x.mean()
        return (x - m) * v + m
    if op == "translation":
        big = torch.nn.functional.pad(x, (w, w, h, h))
        i, j = h + int(v[0]), w + int(v[1])
        return big[:, i:i + h, j:j + w]
    if op == "cutout":
        mask = torch.ones(h, w, dtype=x.dtype)
        kh, kw = int(h / 2 + 0.5), int(w / 2 + 0.5)
        for i in range(h):
            for j in range(w):
                if 0 <= i - (v[0] - kh // 2) < kh and 0 <= j - (v[1] - kw // 2) < kw:
                    mask[i, j] = 0
        return x * mask
    if op == "flip":
        return torch.flip(x, [2]) if v else x
    if op == "rot90":
        return torch.rot90(x, int(v), [1, 2])
    raise ValueError(op)


def words(policy):
    return policy.replace("color", "brightness,saturation,contrast").split(",")


def table(name, t):
    lines, row = [], ""
    for v in t.reshape(-1).tolist():
        text = "%.9g," % v
        if len(row) + len(text) > 96:
            lines.append(row)
            row = ""
        row += text
    return "    .%s = {\n%s\n    },\n" % (name, "\n".join(lines + [row]))


def case(policy, dim, draws):
    n, h, w, c = dim
    count = n * h * w * c
    x = pool_x[:count].reshape(dim).double().requires_grad_(True)
    g = pool_g[:count].reshape(dim).double()
    samples = list(x.permute(0, 3, 1, 2))
    for op in words(policy):
        samples = [one(op, s, draws[op][k]) for k, s in enumerate(samples)]
    y = torch.stack(samples).permute(0, 2, 3, 1)
    (y * g).sum().backward()

    out = '{\n    .policy = "%s",\n    .dim = {%d,%d,%d,%d},\n    .draw = {\n' % ((policy,) + dim)
    for k in range(n):
        d = {op: draws[op][k] for op in draws}
        out += ("        {.applied = true, .flip = %d, .brightness = %.9gf, .saturation = %.9gf, "
                ".contrast = %.9gf,\n         .translation = {%d,%d}, .cutout = {%d,%d}, "
                ".rot90 = %d},\n"
                % (d["flip"], d["brightness"], d["saturation"], d["contrast"], *d["translation"],
                   *d["cutout"], d["rot90"]))
    return out + "    },\n" + table("y", y.detach()) + table("dx", x.grad) + "},\n"


print("/* Made by tests/data/make_diffaugment_reference.py with PyTorch %s: y = T(x), and dx = the"
      % torch.__version__)
print(" * gradient of <g, T(x)>, of the first elements of x and g. */")
print("static const struct { float x[%d], g[%d]; } reference_pool = {" % (POOL, POOL))
print(table("x", pool_x) + table("g", pool_g) + "};")
print("static const struct reference {\n    const char *policy;\n    int64_t dim[4];\n"
      "    struct augment_draw draw[2];\n    float y[%d], dx[%d];\n} references[] = {"
      % (POOL, POOL))
for arguments in CASES:
    print(case(*arguments), end="")
print("};")
