// expect: the elements do not fit a memory word of 64 bytes; use more ports or fewer lanes
#include <flexllm/types.hpp>

using namespace flexllm;
WordFor<ap_int<8>, 65> x;
