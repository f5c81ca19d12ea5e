// A stand-in for <hls_stream.h> in which the processes of a region work side by side, as in hardware: a FIFO holds as many
// values as the region says, its writer waits for room and its reader for data. What an iteration reads and writes happens
// at once: it takes place when all that it writes has room, and only then what it read leaves its FIFOs. Each value carries
// the cycle of its process in which it was written, so what a region takes is its counted cycles with all waiting, without
// pipeline latency. Where all wait for each other, the program says who waits for what and ends with code 3.
//
// Processes take turns in one thread, each on a stack of its own, always in the same order.
#pragma once
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flexllm/cycles.hpp"

namespace timed {

class Fifo;

struct Moment {
  long pass, cycle;
};

/// A process in a pass.
struct Process {
  const char* name = "";
  std::function<void()> work;
  ucontext_t context;
  bool done = false;
  /// FIFO for whose data or room it waits.
  const Fifo* waits = nullptr;
  bool reads = false;
  long cycle = 0;
  unsigned long long* counter = nullptr;
  /// What the present iteration has read and written.
  std::vector<Fifo*> read, written;
};

/// Passes so far: a cycle of an earlier one is over.
inline long pass = 0;
/// What works at present; none in the control loop.
inline Process* self = nullptr;
inline std::deque<Process*> ready;
inline ucontext_t turns;

inline Moment now() { return {pass, self ? self->cycle : 0}; }
inline void after(const Moment& moment) {
  if (self && moment.pass == pass) self->cycle = std::max(self->cycle, moment.cycle + 1);
}

/// Lets others work until somebody wakes this process.
inline void wait(const Fifo* fifo, bool reads) {
  if (self == nullptr) ::flexllm::requirement_failed("the control loop waits for a process", __FILE__, __LINE__);
  self->waits = fifo;
  self->reads = reads;
  swapcontext(&self->context, &turns);
}
inline void wake(Process*& process) {
  if (process) ready.push_back(process);
  process = nullptr;
}

/// What a FIFO does whatever it holds.
class Fifo {
 public:
  virtual ~Fifo() = default;
  virtual bool room() const = 0;
  /// Puts the process behind the read that made its room.
  virtual void claim() = 0;
  /// What was read leaves; what was written can be read.
  virtual void remove() = 0;
  virtual void publish() = 0;
  const char* name = "a stream without a depth";
  Process* reader = nullptr;  // waiting
  Process* writer = nullptr;
};

/// Ends an iteration.
inline void commit() {
  Process& process = *self;
  if (process.read.empty() && process.written.empty()) return;
  for (std::size_t i = 0; i < process.written.size();) {
    Fifo* fifo = process.written[i];
    if (fifo->room()) {
      ++i;
      continue;
    }
    fifo->writer = self;
    wait(fifo, false);
    i = 0;
  }
  for (Fifo* fifo : process.written) fifo->claim();
  for (Fifo* fifo : process.read) fifo->remove();
  for (Fifo* fifo : process.written) fifo->publish();
  process.read.clear();
  process.written.clear();
}

/// Begins an iteration of a pipelined loop.
inline void iteration(int cycles) {
  if (self == nullptr) return;
  commit();
  self->cycle += cycles;
}

/// Depths that replace those of the region: lines `<name> <values>` of the file that TIMED_DEPTHS names.
inline std::size_t chosen(const char* name, std::size_t values) {
  static const std::map<std::string, std::size_t> depths = [] {
    std::map<std::string, std::size_t> read;
    const char* path = std::getenv("TIMED_DEPTHS");
    std::FILE* file = path ? std::fopen(path, "r") : nullptr;
    char key[256];
    for (std::size_t depth; file && std::fscanf(file, "%255s %zu", key, &depth) == 2;) read[key] = depth;
    if (file) std::fclose(file);
    return read;
  }();
  const auto found = depths.find(name);
  return found == depths.end() ? values : found->second;
}

/// The processes of a region in one pass.
class Region {
 public:
  explicit Region(const char* stage) : stage_(stage) { ++pass; }

  void run(const char* name, std::function<void()> work) {
    processes_.emplace_back();
    processes_.back().name = name;
    processes_.back().work = std::move(work);
  }

  /// Runs all to their end.
  void join(int number) {
    unsigned long long* const counter = flexllm_cycle_counter;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      Process& process = processes_[i];
      process.counter = counter;
      getcontext(&process.context);
      process.context.uc_stack.ss_sp = stack(i);
      process.context.uc_stack.ss_size = STACK;
      process.context.uc_link = &turns;
      makecontext(&process.context, &Region::begin, 0);
      ready.push_back(&process);
    }
    while (!ready.empty()) {
      self = ready.front();
      ready.pop_front();
      flexllm_cycle_counter = self->counter;
      swapcontext(&turns, &self->context);
      self->counter = flexllm_cycle_counter;
    }
    self = nullptr;
    flexllm_cycle_counter = counter;
    long most = 0;
    bool blocked = false;
    for (const Process& process : processes_) {
      most = std::max(most, process.cycle);
      if (process.done) continue;
      blocked = true;
      std::fprintf(stderr, "blocked %s %s %s\n", process.name, process.reads ? "data" : "room", process.waits->name);
    }
    if (blocked) {
      std::fprintf(stderr, "deadlock %s %d\n", stage_, number);
      std::fflush(stderr);
      std::_Exit(3);
    }
    std::fprintf(stderr, "pass %s %d %ld\n", stage_, number, most);
  }

 private:
  static constexpr std::size_t STACK = std::size_t{1} << 26;  // taken when touched

  static void* stack(std::size_t index) {
    static std::vector<void*> stacks;
    while (stacks.size() <= index)
      stacks.push_back(mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    return stacks[index];
  }
  static void begin() {
    self->work();
    commit();
    self->done = true;
  }

  const char* stage_;
  std::deque<Process> processes_;
};

}  // namespace timed

#undef FLEXLLM_CYCLE
#define FLEXLLM_CYCLE(ii) (*flexllm_cycle_counter += (ii), ::timed::iteration(ii))

namespace hls {

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> : public timed::Fifo {
 public:
  stream() = default;
  explicit stream(const char*) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// Values that it holds; without it, any number.
  void depth(const char* of, std::size_t depth) {
    name = of;
    depth_ = depth;
  }

  T read() {
    if (taken_) timed::commit();
    while (values_.empty()) {
      reader = timed::self;
      timed::wait(this, true);
    }
    timed::after(values_.front().second);
    const T value = values_.front().first;
    taken_ = true;
    if (timed::self) timed::self->read.push_back(this);
    else remove();
    return value;
  }

  void write(const T& value) {
    if (given_) timed::commit();
    next_ = value;
    given_ = true;
    if (timed::self) timed::self->written.push_back(this);
    else publish();
  }

  bool room() const override { return depth_ == 0 || values_.size() < depth_; }

  void remove() override {
    values_.pop_front();
    taken_ = false;
    if (depth_ > 0) reads_.push_back(timed::now());
    timed::wake(writer);
  }

  void claim() override {
    if (depth_ == 0 || written_ < depth_) return;
    timed::after(reads_.front());
    reads_.pop_front();
  }

  void publish() override {
    values_.emplace_back(next_, timed::now());
    given_ = false;
    ++written_;
    timed::wake(reader);
  }

 private:
  std::deque<std::pair<T, timed::Moment>> values_;
  std::deque<timed::Moment> reads_;
  T next_;
  bool taken_ = false, given_ = false;
  std::size_t depth_ = 0, written_ = 0;
};

template <typename T, int DEPTH> class stream : public stream<T, 0> {
 public:
  using stream<T, 0>::stream;
};

}  // namespace hls

namespace timed {
template <typename T> void depth(const char* name, hls::stream<T>& stream, std::size_t values) {
  stream.depth(name, chosen(name, values));
}
template <typename T, std::size_t N> void depth(const char* name, hls::stream<T> (&streams)[N], std::size_t values) {
  for (hls::stream<T>& stream : streams) stream.depth(name, chosen(name, values));
}
}  // namespace timed
