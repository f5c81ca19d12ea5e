// expect: WordFor: the elements do not fit a memory word of 64 bytes
#include <flexllm/types.hpp>

using namespace flexllm;
WordFor<ap_int<6>, 130> word;
