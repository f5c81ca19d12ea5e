#include "expect.hpp"
#include "flexllm/types.hpp"

using Wide = flexllm::Vec<int, 16>;
extern "C" void probe_bursts(const Wide* source, const Wide* table, Wide* sink, int offset, int blocks);

static Wide source[160], table[512], sink[256];

int main() {
  for (int i = 0; i < 512; ++i)
    for (int l = 0; l < 16; ++l) {
      if (i < 160) source[i][l] = probe::pattern(0, i * 16 + l);
      table[i][l] = probe::pattern(1, i * 16 + l);
    }
  probe_bursts(source, table, sink, 16, 2);
  for (int b = 0; b < 2; ++b)
    for (int r = 0; r < 2; ++r)
      for (int i = 0; i < 64; ++i)
        for (int l = 0; l < 16; ++l)
          probe::expect(sink[b * 128 + r * 64 + i][l] == probe::pattern(0, (16 + b * 80 + i) * 16 + l) +
                                                             probe::pattern(1, ((7 - b * 2 - r) * 64 + i) * 16 + l),
                        "sum", i);
  return probe::result();
}
