#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<float, 4>;
extern "C" void probe_constants_port(const Line* constants, const Line* source, Line* sink);

static Line constants[20], source[64], sink[256];

int main() {
  for (int i = 0; i < 64; ++i)
    for (int l = 0; l < 4; ++l) {
      source[i][l] = probe::real(0, i * 4 + l);
      if (i < 20) constants[i][l] = probe::real(1, i * 4 + l);
    }
  probe_constants_port(constants, source, sink);
  for (int layer = 0; layer < 4; ++layer)
    for (int i = 0; i < 64; ++i)
      for (int l = 0; l < 4; ++l) {
        // Exact: few bits, whether or not the two operations are rounded apart.
        const float scaled = probe::real(0, i * 4 + l) * probe::real(1, layer * 16 + i / 4);
        probe::expect(sink[layer * 64 + i][l] == scaled + probe::real(1, 64 + layer * 4 + i / 16), "constant", i);
      }
  return probe::result();
}
