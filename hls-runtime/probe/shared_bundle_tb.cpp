#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 16>;
extern "C" void probe_shared_bundle(const Line* source, Line* kept, const Line* fetched, Line* sink);

static Line source[64], memory[64], sink[64];

int main() {
  for (int i = 0; i < 64; ++i)
    for (int l = 0; l < 16; ++l) source[i][l] = probe::pattern(0, i * 16 + l);
  for (int i = 0; i < 64; ++i) memory[i] = sink[i] = Line(-1);
  probe_shared_bundle(source, memory, memory, sink);
  for (int i = 0; i < 64; ++i)
    for (int l = 0; l < 16; ++l) {
      probe::expect(memory[i][l] == probe::pattern(0, i * 16 + l), "written", i);
      probe::expect(sink[i][l] == probe::pattern(0, i * 16 + l), "written, then read", i);
    }
  return probe::result();
}
