// expect: WordFor: integers in memory have 4, 6 or 8 bits
#include <flexllm/types.hpp>

using namespace flexllm;
WordFor<ap_int<24>, 4> x;
