#include <cmath>

#include "expect.hpp"
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
using Bytes = flexllm::Vec<ap_int<8>, 4>;
using Scale = flexllm::Vec<float, 2>;
using Rs = hls::stream<Reals>;
extern "C" void probe_token_loops(Rs& x, Rs& g, hls::stream<Bytes>& q, hls::stream<Scale>& s);

int main() {
  Rs x("x"), g("g");
  hls::stream<Bytes> q("q");
  hls::stream<Scale> s("s");
  for (int i = 0; i < 16; ++i) {
    Reals a, b;
    for (int l = 0; l < 4; ++l) {
      a[l] = probe::real(0, i * 4 + l);
      b[l] = probe::real(1, i * 4 + l);
    }
    x.write(a);
    g.write(b);
  }
  probe_token_loops(x, g, q, s);
  // The same in double precision: RMSNorm over all channels, softmax of each lane, symmetric quantization of all.
  double squares = 0, y[16][4], highest = 0;
  for (int i = 0; i < 64; ++i) squares += static_cast<double>(probe::real(0, i)) * probe::real(0, i);
  const double inverse = 1 / std::sqrt(squares / 64 + 0.00001);
  for (int l = 0; l < 4; ++l) {
    double sum = 0;
    for (int i = 0; i < 16; ++i) {
      y[i][l] = std::exp(probe::real(0, i * 4 + l) * inverse * probe::real(1, i * 4 + l));
      sum += y[i][l];
    }
    for (int i = 0; i < 16; ++i) {
      y[i][l] /= sum;
      highest = y[i][l] > highest ? y[i][l] : highest;
    }
  }
  const double scale = highest / 127;
  const Scale got = s.read();
  probe::expect(std::fabs(got[0] - scale) < 1e-5 * scale && got[1] == 0.0f, "scale", 0);
  for (int i = 0; i < 16; ++i) {
    const Bytes bytes = q.read();
    for (int l = 0; l < 4; ++l)
      probe::expect(std::fabs(static_cast<int>(bytes[l]) - y[i][l] / scale) < 0.501, "quantized value", i * 4 + l);
  }
  return probe::result();
}
