#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 4>;
extern "C" void probe_stream_array(const Line* a, const Line* b, Line* sum, Line* difference);

static Line a[64], b[64], sum[64], difference[64];

int main() {
  for (int i = 0; i < 64; ++i)
    for (int l = 0; l < 4; ++l) {
      a[i][l] = probe::pattern(0, i * 4 + l);
      b[i][l] = probe::pattern(1, i * 4 + l);
    }
  probe_stream_array(a, b, sum, difference);
  for (int i = 0; i < 64; ++i)
    for (int l = 0; l < 4; ++l) {
      const int x = probe::pattern(0, i * 4 + l), y = probe::pattern(1, i * 4 + l);
      probe::expect(sum[i][l] == x + y, "sum", i);
      probe::expect(difference[i][l] == x - y, "difference", i);
    }
  return probe::result();
}
