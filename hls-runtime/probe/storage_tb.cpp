#include "expect.hpp"
#include "flexllm/types.hpp"

using Line = flexllm::Vec<int, 2>;
extern "C" void probe_storage(const Line* source, Line* sink);

static Line source[256], sink[256];

int main() {
  for (int i = 0; i < 256; ++i)
    for (int l = 0; l < 2; ++l) source[i][l] = probe::pattern(l, i);
  probe_storage(source, sink);
  for (int i = 0; i < 256; ++i)
    for (int l = 0; l < 2; ++l)
      probe::expect(sink[i][l] == 2 * probe::pattern(l, 255 - i) + 3 * probe::pattern(l, i ^ 1),
                    "out of the arrays", i);
  return probe::result();
}
