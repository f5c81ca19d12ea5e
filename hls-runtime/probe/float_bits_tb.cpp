#include <cmath>
#include <cstring>

#include "expect.hpp"
#include "flexllm/exponential.hpp"

using Reals = flexllm::Vec<float, 4>;
using Rs = hls::stream<Reals>;
extern "C" void probe_float_bits(Rs& a, Rs& b, Rs& c, Rs& d, Rs& y, Rs& z);

/// Full significands, so that every operation rounds.
static float factor(int s, int i) {
  return probe::real(s, i) + static_cast<float>(probe::pattern(s + 7, i) * 256 + probe::pattern(s + 9, i)) / 4194304.0f;
}

static bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }

int main() {
  Rs a("a"), b("b"), c("c"), d("d"), y("y"), z("z");
  for (int i = 0; i < 64; ++i) {
    Reals v, w;
    for (int l = 0; l < 4; ++l) {
      v[l] = factor(0, i * 4 + l);
      w[l] = factor(1, i * 4 + l);
    }
    a.write(v);
    b.write(w);
    c.write(v);
    d.write(w);
  }
  probe_float_bits(a, b, c, d, y, z);
  for (int i = 0; i < 64; ++i) {
    const Reals gated = y.read(), summed = z.read();
    for (int l = 0; l < 4; ++l) {
      // `volatile`: each product is rounded to fp32 before it goes on, whatever the compiler may fuse.
      volatile float product = factor(0, i * 4 + l) * factor(1, i * 4 + l);
      const float x = product;
      volatile float one = 1.0f + flexllm::exponential(-x);
      probe::expect(same(gated[l], flexllm::quotient(x, one)), "bits of x / (1 + exp(-x))", i * 4 + l);
      probe::expect(std::fabs(gated[l] - x / (1 + std::exp(-static_cast<double>(x)))) <= 1e-6 * std::fabs(x) + 1e-12,
                    "x / (1 + exp(-x))", i * 4 + l);
      probe::expect(same(summed[l], x + factor(0, i * 4 + (l + 1) % 4)), "bits of a * b + c", i * 4 + l);
    }
  }
  return probe::result();
}
