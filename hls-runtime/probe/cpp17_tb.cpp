#include "expect.hpp"
#include "flexllm/types.hpp"

using Nibbles = flexllm::WordFor<ap_int<4>, 8>;
using Answer = flexllm::Vec<int, 8>;
extern "C" void probe_cpp17(const Nibbles* source, Answer* sink);

static Nibbles source[32];
static Answer sink[96];

int main() {
  for (int i = 0; i < 32; ++i) {
    source[i] = flexllm::word_zero<ap_int<4>, 8>();
    for (int l = 0; l < 8; ++l) flexllm::word_set<ap_int<4>, 8>(source[i], l, ap_int<4>(probe::pattern(l, i) % 16 - 8));
  }
  probe_cpp17(source, sink);
  for (int i = 0; i < 96; ++i)
    for (int l = 0; l < 8; ++l) probe::expect(sink[i][l] == probe::pattern(l, i % 32) % 16 - 8, "nibble", i);
  return probe::result();
}
