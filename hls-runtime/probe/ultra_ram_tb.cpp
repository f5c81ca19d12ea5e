#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 2>;
extern "C" void probe_ultra_ram(const Line* source, Line* sink);

static Line source[256], sink[256];

int main() {
  for (int i = 0; i < 256; ++i)
    for (int l = 0; l < 2; ++l) source[i][l] = probe::pattern(l, i);
  probe_ultra_ram(source, sink);
  for (int i = 0; i < 256; ++i)
    for (int l = 0; l < 2; ++l) probe::expect(sink[i][l] == probe::pattern(l, 255 - i), "turned round", i);
  return probe::result();
}
