// expect: AccFor: activations and weights must both be fp32 or both be integers
#include <flexllm/types.hpp>

using namespace flexllm;
AccFor<float, ap_int<8>, 64> x;
