// C-simulation stand-in for the vendor's <hls_vector.h>: N contiguous elements, aligned to the largest power
// of two that divides their size.
#pragma once
#include <cstddef>

namespace hls {

template <typename T, std::size_t N>
class alignas((sizeof(T) * N) & (~(sizeof(T) * N) + 1)) vector {
  static_assert(N > 0, "hls::vector: N must be positive");

 public:
  using value_type = T;
  static constexpr std::size_t size = N;

  vector() = default;
  vector(const T& value) {
    for (std::size_t i = 0; i < N; ++i) data_[i] = value;
  }

  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + N; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + N; }

 private:
  T data_[N];
};

}  // namespace hls
