#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 4>;
extern "C" void probe_carried_fifo(const Line* source, Line* sink, int rounds);

static Line source[64], sink[128];

int main() {
  // Twice: the second start of the kernel must find the FIFO empty.
  for (int start = 0; start < 2; ++start) {
    for (int i = 0; i < 64; ++i)
      for (int l = 0; l < 4; ++l) source[i][l] = probe::pattern(start, i * 4 + l);
    for (int i = 0; i < 128; ++i) sink[i] = Line(-1);
    probe_carried_fifo(source, sink, 2);
    for (int i = 0; i < 128; ++i)
      for (int l = 0; l < 4; ++l) probe::expect(sink[i][l] == probe::pattern(start, i % 64 * 4 + l), "carried", i);
  }
  return probe::result();
}
