#include <cmath>

#include "expect.hpp"
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
extern "C" void probe_rotation_loops(hls::stream<Reals>& x, hls::stream<Reals>& y, hls::stream<Reals>& several,
                                     hls::stream<Reals>& rotated);

/// 64 channels in 4 lanes, each a run of 16.
static void send(hls::stream<Reals>& x, int token) {
  for (int s = 0; s < 16; ++s) {
    Reals vector;
    for (int l = 0; l < 4; ++l) vector[l] = probe::real(token, l * 16 + s);
    x.write(vector);
  }
}

static void compare(hls::stream<Reals>& y, int token, const char* what) {
  for (int s = 0; s < 16; ++s) {
    const Reals vector = y.read();
    for (int l = 0; l < 4; ++l) {
      double sum = 0;
      for (int c = 0; c < 64; ++c) {
        int bits = (l * 16 + s) & c, odd = 0;
        for (; bits != 0; bits &= bits - 1) odd ^= 1;
        sum += odd ? -probe::real(token, c) : probe::real(token, c);
      }
      probe::expect(std::fabs(vector[l] - sum / 8) < 1e-5, what, token * 64 + l * 16 + s);
    }
  }
}

int main() {
  hls::stream<Reals> x("x"), y("y"), several("several"), rotated("rotated");
  send(x, 0);
  for (int token = 0; token < 2; ++token) send(several, token);
  probe_rotation_loops(x, y, several, rotated);
  compare(y, 0, "rotated channel");
  for (int token = 0; token < 2; ++token) compare(rotated, token, "channel of the pipelined rotation");
  return probe::result();
}
