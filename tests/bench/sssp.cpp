// The searches of sssp_bench.c by the Boost Graph Library: compressed sparse rows, a heap of four children a node,
// with and without a map of colours; the faster one counts.  Argument as there.
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string>
#include <utility>
#include <vector>

enum { SOURCES = 8 };
struct arc { double weight; };
using graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, arc>;
struct arcs { std::vector<std::pair<std::uint32_t, std::uint32_t>> ends; std::vector<arc> weights; std::int64_t n = 0; };

static std::uint64_t next(std::uint64_t &s) { return (s = s * 6364136223846793005u + 1442695040888963407u) >> 33; }

static arcs make_random(std::int64_t n, bool real)
{
    arcs l;
    std::uint64_t s = 1;
    l.n = n;
    for (std::int64_t k = 0; k < 5 * n; k++) {
        const std::int64_t tail = k % n, head = k < n ? (k + 1) % n : std::int64_t(next(s) % std::uint64_t(n));
        const double w = 1 + double(next(s) % 100);
        l.ends.emplace_back(tail, head);
        l.weights.push_back({real ? w * 1.1 + double(next(s)) / 0x1p32 : w});
    }
    return l;
}

static arcs make_grid(std::int64_t side)
{
    arcs l;
    std::uint64_t s = 1;
    l.n = side * side;
    for (std::int64_t y = 0; y < side; y++)
        for (std::int64_t x = 0; x < side; x++)
            for (int d = 0; d < 4; d++) {
                const bool across = d < 2;
                const bool on = d % 2 ? (across ? y % 2 == 0 || y == side - 1 : x % 2 == 0 || x == side - 1)
                                      : (across ? y % 2 == 1 || y == 0 : x % 2 == 1 || x == 0);
                const std::int64_t nx = across ? x + (d % 2 ? 1 : -1) : x, ny = across ? y : y + (d % 2 ? 1 : -1);
                const double w = 50 + double(next(s) % 100);
                if (nx >= 0 && nx < side && ny >= 0 && ny < side && (on || (x + y) % 3)) {
                    l.ends.emplace_back(y * side + x, ny * side + nx);
                    l.weights.push_back({w});
                }
            }
    return l;
}

// Distances and predecessors, as ours.
static double search(const graph &g, std::uint32_t source, bool colours, std::vector<double> &dist, std::vector<std::uint32_t> &from)
{
    auto d = boost::make_iterator_property_map(dist.begin(), get(boost::vertex_index, g));
    auto p = boost::make_iterator_property_map(from.begin(), get(boost::vertex_index, g));
    auto params = boost::distance_map(d).predecessor_map(p).weight_map(get(&arc::weight, g));
    if (colours)
        boost::dijkstra_shortest_paths(g, source, params);
    else
        boost::dijkstra_shortest_paths_no_color_map(g, source, params);
    double sum = 0;
    for (double x : dist)
        if (x < std::numeric_limits<double>::max())
            sum += x;
    return sum;
}

static void run(const std::string &name, const arcs &l)
{
    const graph g(boost::edges_are_unsorted_multi_pass, l.ends.begin(), l.ends.end(), l.weights.begin(), l.n);
    std::vector<double> dist(l.n);
    std::vector<std::uint32_t> from(l.n);
    double best = std::numeric_limits<double>::max(), sum = 0;
    for (int i = 0; i < 4; i++) {
        const std::clock_t start = std::clock();
        sum = 0;
        for (int k = 0; k < SOURCES; k++)
            sum += search(g, std::uint32_t(k * (l.n / SOURCES)), i % 2, dist, from);
        best = std::min(best, double(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::printf("%s %.12g %.4f\n", name.c_str(), sum, best * 1e9 / SOURCES / double(l.ends.size()));
}

int main(int argc, char **argv)
{
    const std::int64_t limit = argc > 1 ? std::atoll(argv[1]) : 0;
    for (std::int64_t n : {20000, 200000, 1000000}) {
        if (limit && n > limit)
            continue;
        const std::string size = std::to_string(n / 1000) + "k";
        run("random-whole-" + size, make_random(n, false));
        run("random-real-" + size, make_random(n, true));
        run("grid-" + size, make_grid(std::int64_t(std::sqrt(double(n)))));
    }
}
