#include <cmath>

#include "expect.hpp"
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
extern "C" void probe_rotation_loops(hls::stream<Reals>& x, hls::stream<Reals>& y);

int main() {
  hls::stream<Reals> x("x"), y("y");
  for (int s = 0; s < 16; ++s) {
    Reals vector;
    for (int l = 0; l < 4; ++l) vector[l] = probe::real(0, l * 16 + s);
    x.write(vector);
  }
  probe_rotation_loops(x, y);
  for (int s = 0; s < 16; ++s) {
    const Reals vector = y.read();
    for (int l = 0; l < 4; ++l) {
      double sum = 0;
      for (int c = 0; c < 64; ++c) {
        int bits = (l * 16 + s) & c, odd = 0;
        for (; bits != 0; bits &= bits - 1) odd ^= 1;
        sum += odd ? -probe::real(0, c) : probe::real(0, c);
      }
      probe::expect(std::fabs(vector[l] - sum / 8) < 1e-5, "rotated channel", l * 16 + s);
    }
  }
  return probe::result();
}
