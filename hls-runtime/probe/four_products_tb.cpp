#include "expect.hpp"
#include "flexllm/types.hpp"

using Weights = flexllm::Word<4>;
using Activations = flexllm::Vec<int, 2>;
using Products = flexllm::Vec<int, 16>;
extern "C" void probe_four_products(const Activations* a, const Weights* w, Products* p, int count);

static Activations a[256];
static Weights w[256];
static Products p[256];

/// Every pair of activations once; the first weights are the extremes.
static int activation(int i, int t) { return t == 0 ? 15 - i % 16 : 15 - i / 16; }
static int weight(int i, int l) { return i < 4 ? ((i + l) % 2 != 0 ? -8 : 7) : probe::pattern(l, i) % 16 - 8; }

int main() {
  for (int i = 0; i < 256; ++i) {
    w[i] = flexllm::word_zero<ap_int<4>, 8>();
    for (int t = 0; t < 2; ++t) a[i][t] = activation(i, t);
    for (int l = 0; l < 8; ++l) flexllm::word_set<ap_int<4>, 8>(w[i], l, ap_int<4>(weight(i, l)));
  }
  probe_four_products(a, w, p, 256);
  for (int i = 0; i < 256; ++i)
    for (int pair = 0; pair < 4; ++pair)
      for (int t = 0; t < 2; ++t)
        for (int l = 0; l < 2; ++l)
          probe::expect(p[i][4 * pair + 2 * t + l] == activation(i, t) * weight(i, 2 * pair + l), "product", i);
  return probe::result();
}
