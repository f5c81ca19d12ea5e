// A stand-in for <hls_stream.h> in which processes work side by side: a FIFO holds as many values as the region says, its
// writer waits for room and its reader for data, and each value carries the cycle of its process in which it was
// written. What a region then takes is its counted cycles with all waiting, without pipeline latency.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace timed {

/// The cycle of a process in its pass; FLEXLLM_CYCLE advances it.
inline thread_local long cycle = 0;
/// Passes so far: a cycle of an earlier one is over.
inline long pass = 0;

struct Moment {
  long pass, cycle;
};
inline Moment now() { return {pass, cycle}; }
inline void after(const Moment& moment) {
  if (moment.pass == pass) cycle = std::max(cycle, moment.cycle + 1);
}

/// The processes of a region in one pass.
class Region {
 public:
  Region() { ++pass; }
  template <typename F> void run(F process) {
    threads_.emplace_back([this, process] {
      process();
      std::lock_guard<std::mutex> lock(mutex_);
      most_ = std::max(most_, cycle);
    });
  }
  void join(int number) {
    for (std::thread& thread : threads_) thread.join();
    std::fprintf(stderr, "pass %d %ld\n", number, most_);
  }

 private:
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  long most_ = 0;
};

}  // namespace timed

namespace hls {

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> {
 public:
  stream() = default;
  explicit stream(const char*) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Values that it holds; without it, any number.
  void depth(std::size_t depth) { depth_ = depth; }

  T read() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !values_.empty(); });
    timed::after(values_.front().second);
    const T value = values_.front().first;
    values_.pop_front();
    if (depth_ > 0) reads_.push_back(timed::now());
    changed_.notify_all();
    return value;
  }

  void write(const T& value) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (depth_ > 0) {
      changed_.wait(lock, [this] { return values_.size() < depth_; });
      if (written_ >= depth_) {
        // The read that made the room.
        timed::after(reads_.front());
        reads_.pop_front();
      }
    }
    values_.emplace_back(value, timed::now());
    ++written_;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<T, timed::Moment>> values_;
  std::deque<timed::Moment> reads_;
  std::size_t depth_ = 0, written_ = 0;
};

template <typename T, int DEPTH> class stream : public stream<T, 0> {
 public:
  using stream<T, 0>::stream;
};

}  // namespace hls

namespace timed {
template <typename T> void depth(hls::stream<T>& stream, std::size_t values) { stream.depth(values); }
template <typename T, std::size_t N> void depth(hls::stream<T> (&streams)[N], std::size_t values) {
  for (hls::stream<T>& stream : streams) stream.depth(values);
}
}  // namespace timed
