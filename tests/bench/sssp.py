# The searches of sssp_bench.c on its smallest graphs, by NetworkX.
import time
import networkx as nx

SOURCES = 8
M64 = (1 << 64) - 1

class Draw:
    def __init__(self): self.s = 1
    def __call__(self):
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) & M64
        return self.s >> 33

def make_random(n, real):
    draw, g = Draw(), nx.DiGraph()
    for k in range(5 * n):
        tail = k % n
        head = (k + 1) % n if k < n else draw() % n
        w = 1 + draw() % 100
        if real:
            w = w * 1.1 + draw() / 2**32
        if not g.has_edge(tail, head) or g[tail][head]["weight"] > w:
            g.add_edge(tail, head, weight=w)
    return g

def make_grid(side):
    draw, g = Draw(), nx.DiGraph()
    for y in range(side):
        for x in range(side):
            for d in range(4):
                across = d < 2
                if d % 2:
                    on = (y % 2 == 0 or y == side - 1) if across else (x % 2 == 0 or x == side - 1)
                else:
                    on = (y % 2 == 1 or y == 0) if across else (x % 2 == 1 or x == 0)
                step = 1 if d % 2 else -1
                a, b = (x + step, y) if across else (x, y + step)
                w = 50 + draw() % 100
                if 0 <= a < side and 0 <= b < side and (on or (x + y) % 3):
                    g.add_edge(y * side + x, b * side + a, weight=w)
    return g

def run(name, g, arcs):
    n, total = g.number_of_nodes(), 0
    start = time.process_time()
    for k in range(SOURCES):
        dist, _ = nx.single_source_dijkstra(g, k * (n // SOURCES))
        total += sum(dist.values())
    took = time.process_time() - start
    print(name, "%.12g" % total, "%.4f" % (took * 1e9 / SOURCES / arcs))

n = 20000
run("random-whole-20k", make_random(n, False), 5 * n)
run("random-real-20k", make_random(n, True), 5 * n)
g = make_grid(141)
run("grid-20k", g, g.number_of_edges())
