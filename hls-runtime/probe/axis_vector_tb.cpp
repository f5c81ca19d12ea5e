#include "expect.hpp"
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
using Sums = flexllm::Vec<ap_int<26>, 4>;
extern "C" void probe_axis_vector(hls::stream<Reals>& a, hls::stream<Sums>& b, hls::stream<Reals>& c, int count);

int main() {
  hls::stream<Reals> a("a"), c("c");
  hls::stream<Sums> b("b");
  for (int i = 0; i < 64; ++i) {
    Reals x;
    Sums s;
    for (int l = 0; l < 4; ++l) {
      x[l] = probe::real(l, i);
      s[l] = probe::signed_byte(l + 4, i) * 131072;
    }
    a.write(x);
    b.write(s);
  }
  probe_axis_vector(a, b, c, 64);
  for (int i = 0; i < 64; ++i) {
    const Reals y = c.read();
    for (int l = 0; l < 4; ++l) {
      const float factor = static_cast<float>(probe::signed_byte(l + 4, i) * 131072);
      probe::expect(y[l] == probe::real(l, i) * factor, "product", i);
    }
  }
  return probe::result();
}
