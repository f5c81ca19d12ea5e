// C-simulation stand-in for the vendor's <hls_math.h>: the few fp32 functions the runtime uses.
#pragma once
#include <cmath>

namespace hls {

inline float sqrt(float x) { return std::sqrt(x); }
inline float abs(float x) { return std::fabs(x); }
inline float fabs(float x) { return std::fabs(x); }
inline float fmax(float a, float b) { return std::fmax(a, b); }
inline float fmin(float a, float b) { return std::fmin(a, b); }
inline float copysign(float a, float b) { return std::copysign(a, b); }
inline float trunc(float x) { return std::trunc(x); }
inline float floor(float x) { return std::floor(x); }
inline float ceil(float x) { return std::ceil(x); }

}  // namespace hls
