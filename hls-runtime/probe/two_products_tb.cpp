#include "expect.hpp"
#include "flexllm/types.hpp"

using Weights = flexllm::Word<16>;
using Activation = flexllm::Vec<int, 1>;
using Products = flexllm::Vec<int, 16>;
extern "C" void probe_two_products(const Activation* a, const Weights* w, Products* p, int count);

static Activation a[256];
static Weights w[256];
static Products p[256];

/// The first weights are the extremes: the borrow of the low product goes through all bits.
static int weight(int i, int l) { return i < 4 ? ((i + l) % 2 != 0 ? -128 : 127) : probe::signed_byte(l, i); }

int main() {
  for (int i = 0; i < 256; ++i) {
    a[i][0] = 255 - i;
    for (int l = 0; l < 16; ++l) w[i][l] = ap_uint<8>(weight(i, l));
  }
  probe_two_products(a, w, p, 256);
  for (int i = 0; i < 256; ++i)
    for (int l = 0; l < 16; ++l) probe::expect(p[i][l] == (255 - i) * weight(i, l), "product", i);
  return probe::result();
}
