// C-simulation stand-in for the vendor's <hls_stream.h>: an unbounded first-in first-out queue.
// Processes of a dataflow region run one after the other, so a stream holds all that its writer wrote; its storage is
// kept for the next stream in its place, that is for the next pass. Reading an empty stream ends the program with a
// message; what is left over at the end is reported and counted. A stream between two kernels is a link: its reader
// waits for the other kernel.
#pragma once
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

/// Defined by this stand-in only: test benches may use `flexllm_csim` under it.
#define FLEXLLM_CSIM_STREAM 1

namespace flexllm_csim {
/// Streams that were destroyed with data in them.
inline int leftover_streams = 0;

[[noreturn]] inline void read_of_empty(const char* name) {
  std::fprintf(stderr,
               "ERROR: stream '%s' was read while empty (its writer sends fewer values than its reader takes)\n",
               name[0] ? name : "(unnamed)");
  std::abort();
}

inline void report_leftover(const char* name, std::size_t count) {
  ++leftover_streams;
  std::fprintf(stderr, "WARNING: stream '%s' still holds %zu values (its writer sends more than its reader takes)\n",
               name[0] ? name : "(unnamed)", count);
}

/// Storage that streams of T left behind, by where they were: the streams of a region are in the same place in every
/// pass, and need as much room as before. Kept to the end of the program.
template <typename T> struct Storage {
  static constexpr std::size_t most_bytes = std::size_t(16) << 20;
  struct Block {
    T* data;
    std::size_t capacity;
  };
  static std::unordered_map<const void*, Block>& blocks() {
    static auto& all = *new std::unordered_map<const void*, Block>;
    return all;
  }
  /// What the stream in this place left behind, or nothing.
  static Block take(const void* place) {
    const auto found = blocks().find(place);
    if (found == blocks().end()) return {nullptr, 0};
    const Block block = found->second;
    blocks().erase(found);
    return block;
  }
  static void leave(const void* place, T* data, std::size_t capacity) {
    if (data == nullptr) return;
    if (capacity * sizeof(T) > most_bytes || !blocks().insert({place, {data, capacity}}).second) delete[] data;
  }
};

/// How the reader of a link waits, and how its writer says that something has arrived (kernel_threads.hpp).
inline void (*wait_for_link)(const char* name) = nullptr;
inline void (*link_written)() = nullptr;
}  // namespace flexllm_csim

namespace hls {

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> {
 public:
  stream() = default;
  explicit stream(const char* name) {
    std::size_t i = 0;
    for (; name[i] && i + 1 < sizeof(name_); ++i) name_[i] = name[i];
    name_[i] = 0;
  }
  ~stream() {
    if (head_ != tail_) flexllm_csim::report_leftover(name_, tail_ - head_);
    flexllm_csim::Storage<T>::leave(this, data_, capacity_);
  }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Makes this a stream between two kernels.
  void link() { link_ = true; }

  bool empty() const { return head_ == tail_; }
  bool full() const { return false; }
  std::size_t size() const { return tail_ - head_; }

  T read() {
    while (head_ == tail_) {
      if (!link_ || flexllm_csim::wait_for_link == nullptr) flexllm_csim::read_of_empty(name_);
      flexllm_csim::wait_for_link(name_);
    }
    const std::size_t at = head_++;
    if (head_ == tail_) head_ = tail_ = 0;
    return data_[at];
  }
  void read(T& value) { value = read(); }
  bool read_nb(T& value) {
    if (empty()) return false;
    value = read();
    return true;
  }
  void write(const T& value) {
    if (tail_ == capacity_) make_room();
    data_[tail_++] = value;
    if (link_ && flexllm_csim::link_written != nullptr) flexllm_csim::link_written();
  }
  bool write_nb(const T& value) {
    write(value);
    return true;
  }
  void operator>>(T& value) { value = read(); }
  void operator<<(const T& value) { write(value); }

 private:
  void make_room() {
    if (capacity_ == 0) {
      const auto left = flexllm_csim::Storage<T>::take(this);
      data_ = left.data;
      capacity_ = left.capacity;
      if (capacity_ > 0) return;
    }
    const std::size_t count = tail_ - head_;
    if (head_ > capacity_ / 2) {
      for (std::size_t i = 0; i < count; ++i) data_[i] = data_[head_ + i];
    } else {
      const std::size_t larger = capacity_ ? capacity_ * 2 : 64;
      T* data = new T[larger];
      for (std::size_t i = 0; i < count; ++i) data[i] = data_[head_ + i];
      delete[] data_;
      data_ = data;
      capacity_ = larger;
    }
    head_ = 0;
    tail_ = count;
  }

  T* data_ = nullptr;
  std::size_t head_ = 0, tail_ = 0, capacity_ = 0;
  char name_[48] = {0};
  bool link_ = false;
};

/// A stream with a depth; the depth only matters for synthesis.
template <typename T, int DEPTH> class stream : public stream<T, 0> {
 public:
  using stream<T, 0>::stream;
};

}  // namespace hls
