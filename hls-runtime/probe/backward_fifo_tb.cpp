#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 4>;
extern "C" void probe_backward_fifo(const Line* source, Line* sink);

static Line source[64], sink[64];

int main() {
  for (int start = 0; start < 2; ++start) {
    for (int i = 0; i < 64; ++i)
      for (int l = 0; l < 4; ++l) source[i][l] = probe::pattern(start, i * 4 + l);
    for (int i = 0; i < 64; ++i) sink[i] = Line(-1);
    probe_backward_fifo(source, sink);
    for (int i = 0; i < 64; ++i)
      for (int l = 0; l < 4; ++l) {
        int x = probe::pattern(start, i * 4 + l);
        for (int pass = 0; pass < 3; ++pass) x = 3 * x + pass;
        probe::expect(sink[i][l] == x, "after three rounds", i);
      }
  }
  return probe::result();
}
