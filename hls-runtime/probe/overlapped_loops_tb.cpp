#include <cmath>

#include "expect.hpp"
#include "flexllm/types.hpp"

using Reals = flexllm::Vec<float, 4>;
extern "C" void probe_overlapped_loops(hls::stream<Reals>& x, hls::stream<Reals>& y);

constexpr int ROWS = 3, KEYS = 64, LANES = 4;

static float score(int row, int key, int lane) { return probe::real(0, (row * KEYS + key) * LANES + lane); }

int main() {
  hls::stream<Reals> x("x"), y("y");
  for (int row = 0; row < ROWS; ++row)
    for (int key = 0; key < KEYS; ++key) {
      Reals vector;
      for (int l = 0; l < LANES; ++l) vector[l] = score(row, key, l);
      x.write(vector);
    }
  probe_overlapped_loops(x, y);
  // The same in double precision.
  for (int row = 0; row < ROWS; ++row) {
    double sum[LANES] = {};
    for (int key = 0; key < KEYS; ++key)
      for (int l = 0; l < LANES; ++l) sum[l] += std::exp(static_cast<double>(score(row, key, l)));
    for (int key = 0; key < KEYS; ++key) {
      const Reals vector = y.read();
      for (int l = 0; l < LANES; ++l) {
        const double wanted = std::exp(static_cast<double>(score(row, key, l))) / sum[l];
        probe::expect(std::fabs(vector[l] - wanted) < 1e-5 * wanted, "probability", (row * KEYS + key) * LANES + l);
      }
    }
  }
  return probe::result();
}
