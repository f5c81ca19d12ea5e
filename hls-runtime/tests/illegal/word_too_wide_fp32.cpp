// expect: the elements do not fit a memory word of 64 bytes; use more ports or fewer lanes
#include <flexllm/types.hpp>

using namespace flexllm;
WordFor<float, 17> x;
