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

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "flexllm/cycles.hpp"

namespace timed {

class Fifo;

/// A queue whose storage is kept. (The standard library's take compilers longer than all else.)
template <typename T> class Queue {
 public:
  Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { delete[] items_; }
  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return tail_ - head_; }
  const T& operator[](std::size_t at) const { return items_[head_ + at]; }
  void push(const T& item) {
    if (tail_ == capacity_) make_room();
    items_[tail_++] = item;
  }
  void pop() {
    if (++head_ == tail_) clear();
  }
  void clear() { head_ = tail_ = 0; }

 private:
  void make_room() {
    if (2 * size() >= capacity_) capacity_ = capacity_ ? 2 * capacity_ : 16;
    T* items = new T[capacity_];
    for (std::size_t i = 0; i < size(); ++i) items[i] = items_[head_ + i];
    delete[] items_;
    items_ = items;
    tail_ -= head_;
    head_ = 0;
  }

  T* items_ = nullptr;
  std::size_t head_ = 0, tail_ = 0, capacity_ = 0;
};

struct Moment {
  long pass, cycle;
};

/// A process in a pass.
struct Process {
  const char* name = "";
  void (*call)(void*) = nullptr;
  void* work = nullptr;
  ucontext_t context;
  bool done = false;
  /// FIFO for whose data or room it waits.
  const Fifo* waits = nullptr;
  bool reads = false;
  long cycle = 0;
  unsigned long long* counter = nullptr;
  /// What the present iteration has read and written.
  Queue<Fifo*> read, written;
};

/// Passes so far: a cycle of an earlier one is over.
inline long pass = 0;
/// What works at present; none in the control loop.
inline Process* self = nullptr;
inline Queue<Process*> ready;
inline ucontext_t turns;

inline Moment now() { return {pass, self ? self->cycle : 0}; }
inline void after(const Moment& moment) {
  if (self && moment.pass == pass && moment.cycle >= self->cycle) self->cycle = moment.cycle + 1;
}

/// Lets others work until somebody wakes this process.
inline void wait(const Fifo* fifo, bool reads) {
  if (self == nullptr) ::flexllm::requirement_failed("the control loop waits for a process", __FILE__, __LINE__);
  self->waits = fifo;
  self->reads = reads;
  swapcontext(&self->context, &turns);
}
inline void wake(Process*& process) {
  if (process) ready.push(process);
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
  for (std::size_t i = 0; i < process.written.size(); ++i) process.written[i]->claim();
  for (std::size_t i = 0; i < process.read.size(); ++i) process.read[i]->remove();
  for (std::size_t i = 0; i < process.written.size(); ++i) process.written[i]->publish();
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
  struct Depth {
    char name[128];
    std::size_t values;
  };
  static Queue<Depth> depths;
  static const bool listed = [] {
    const char* path = std::getenv("TIMED_DEPTHS");
    std::FILE* file = path ? std::fopen(path, "r") : nullptr;
    Depth depth;
    while (file && std::fscanf(file, "%127s %zu", depth.name, &depth.values) == 2) depths.push(depth);
    if (file) std::fclose(file);
    return true;
  }();
  for (std::size_t i = 0; listed && i < depths.size(); ++i)
    if (std::strcmp(depths[i].name, name) == 0) return depths[i].values;
  return values;
}

/// The processes of a region in one pass.
class Region {
 public:
  explicit Region(const char* stage) : stage_(stage) { ++pass; }

  /// A process: a function object that lives until join.
  template <typename F> void run(const char* name, F& work) {
    Process* process = new Process;
    process->name = name;
    process->work = &work;
    process->call = [](void* of) { (*static_cast<F*>(of))(); };
    processes_.push(process);
  }

  /// Runs all to their end.
  void join(int number) {
    unsigned long long* const counter = flexllm_cycle_counter;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      Process& process = *processes_[i];
      process.counter = counter;
      getcontext(&process.context);
      process.context.uc_stack.ss_sp = stack(i);
      process.context.uc_stack.ss_size = STACK;
      process.context.uc_link = &turns;
      makecontext(&process.context, &Region::begin, 0);
      ready.push(&process);
    }
    while (!ready.empty()) {
      self = ready[0];
      ready.pop();
      flexllm_cycle_counter = self->counter;
      swapcontext(&turns, &self->context);
      self->counter = flexllm_cycle_counter;
    }
    self = nullptr;
    flexllm_cycle_counter = counter;
    long most = 0;
    bool blocked = false;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      const Process* process = processes_[i];
      if (process->cycle > most) most = process->cycle;
      if (process->done) continue;
      blocked = true;
      const char* what = process->reads ? "data" : "room";
      std::fprintf(stderr, "blocked %s %s %s\n", process->name, what, process->waits->name);
    }
    if (blocked) {
      std::fprintf(stderr, "deadlock %s %d\n", stage_, number);
      std::fflush(stderr);
      std::_Exit(3);
    }
    for (std::size_t i = 0; i < processes_.size(); ++i) delete processes_[i];
    std::fprintf(stderr, "pass %s %d %ld\n", stage_, number, most);
  }

 private:
  static constexpr std::size_t STACK = std::size_t{1} << 26;  // taken when touched

  static void* stack(std::size_t index) {
    static Queue<void*> stacks;
    while (stacks.size() <= index)
      stacks.push(mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    return stacks[index];
  }
  static void begin() {
    self->call(self->work);
    commit();
    self->done = true;
  }

  const char* stage_;
  Queue<Process*> processes_;
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
    timed::after(values_[0].moment);
    const T value = values_[0].value;
    taken_ = true;
    if (timed::self) timed::self->read.push(this);
    else remove();
    return value;
  }

  void write(const T& value) {
    if (given_) timed::commit();
    next_ = value;
    given_ = true;
    if (timed::self) timed::self->written.push(this);
    else publish();
  }

  bool room() const override { return depth_ == 0 || values_.size() < depth_; }

  void remove() override {
    values_.pop();
    taken_ = false;
    if (depth_ > 0) reads_.push(timed::now());
    timed::wake(writer);
  }

  void claim() override {
    if (depth_ == 0 || written_ < depth_) return;
    timed::after(reads_[0]);
    reads_.pop();
  }

  void publish() override {
    values_.push({next_, timed::now()});
    given_ = false;
    ++written_;
    timed::wake(reader);
  }

 private:
  struct Written {
    T value;
    timed::Moment moment;
  };
  timed::Queue<Written> values_;
  timed::Queue<timed::Moment> reads_;
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
