// expect: KEEP of OF weights must be 1, 2 or 4 of 2, 4 or 8
#include <flexllm/sparse_weights.hpp>

using namespace flexllm;
int f() { return Sparse<3, 4, 1>::ratio; }
