// C-simulation of kernels that run side by side: each has a thread, but only one works at a time. It hands over when it
// would read an empty link, so results do not depend on the machine and the modules' static buffers are never shared.
#pragma once
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <hls_stream.h>

#ifndef FLEXLLM_CSIM_STREAM
#error "kernel_threads.hpp needs the stand-in of hls_stream.h; put -Icsim in front of the vendor's include folders"
#endif

namespace flexllm_csim {

class KernelThreads {
 public:
  /// Runs all kernels to their end. Ends the program with a message when all wait for each other.
  static void run(const std::vector<std::function<void()>>& kernels) {
    State& s = state();
    s.alive.assign(kernels.size(), true);
    s.left = kernels.size();
    s.turn = 0;
    s.idle = 0;
    wait_for_link = &KernelThreads::wait;
    link_written = &KernelThreads::written;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      threads.emplace_back([&s, &kernels, i] {
        own_number() = i;
        std::unique_lock<std::mutex> lock(s.mutex);
        s.changed.wait(lock, [&s, i] { return s.turn == i; });
        kernels[i]();
        s.alive[i] = false;
        --s.left;
        s.idle = 0;
        hand_over(s);
      });
    }
    for (std::thread& thread : threads) thread.join();
    wait_for_link = nullptr;
    link_written = nullptr;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<bool> alive;
    std::size_t left = 0, turn = 0;
    /// Hand-overs since a link was last written.
    std::size_t idle = 0;
  };

  static State& state() {
    static State s;
    return s;
  }
  static std::size_t& own_number() {
    thread_local std::size_t number = 0;
    return number;
  }

  static void hand_over(State& s) {
    if (s.left == 0) return;
    do s.turn = (s.turn + 1) % s.alive.size();
    while (!s.alive[s.turn]);
    s.changed.notify_all();
  }

  /// Called by the thread that works, which holds the mutex.
  static void wait(const char* name) {
    State& s = state();
    if (++s.idle > 2 * s.left) {
      std::fprintf(stderr, "ERROR: the kernels wait for each other; one of them reads the empty link '%s'\n", name);
      std::abort();
    }
    const std::size_t own = own_number();
    hand_over(s);
    std::unique_lock<std::mutex> lock(s.mutex, std::adopt_lock);
    s.changed.wait(lock, [&s, own] { return s.turn == own; });
    lock.release();
  }

  static void written() { state().idle = 0; }
};

}  // namespace flexllm_csim
