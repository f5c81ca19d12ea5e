// Cycle counting and checks in C-simulation; both vanish when synthesised.
#pragma once

#ifdef __SYNTHESIS__

#define FLEXLLM_CYCLE(ii)
#define FLEXLLM_PROCESS(id, pass)
#define FLEXLLM_REQUIRE(condition, message) ((void)sizeof(condition))

#else

#include <cstdio>
#include <cstdlib>

#define FLEXLLM_MAX_PROCESSES 512
#define FLEXLLM_MAX_PASSES 64

/// Cycles counted so far, per process and pass.
inline unsigned long long flexllm_cycles[FLEXLLM_MAX_PROCESSES][FLEXLLM_MAX_PASSES] = {};
/// The entry that counts at present, in each thread that simulates a kernel.
inline thread_local unsigned long long* flexllm_cycle_counter = &flexllm_cycles[0][0];

namespace flexllm {

[[noreturn]] inline void requirement_failed(const char* message, const char* file, int line) {
  std::fprintf(stderr, "ERROR: %s (%s:%d)\n", message, file, line);
  std::abort();
}

inline void count_for(int process, int pass) {
  if (process < 0 || process >= FLEXLLM_MAX_PROCESSES || pass < 0 || pass >= FLEXLLM_MAX_PASSES) {
    requirement_failed("FLEXLLM_PROCESS: process or pass number beyond the table", __FILE__, __LINE__);
  }
  flexllm_cycle_counter = &flexllm_cycles[process][pass];
}

}  // namespace flexllm

/// First statement of a pipelined loop body: counts its initiation interval.
#define FLEXLLM_CYCLE(ii) (*flexllm_cycle_counter += (ii))
/// First statement of a process: what follows counts for process `id` in pass `pass`.
#define FLEXLLM_PROCESS(id, pass) ::flexllm::count_for((id), (pass))
/// Ends C-simulation with `message` unless `condition` holds.
#define FLEXLLM_REQUIRE(condition, message) \
  do {                                      \
    if (!(condition)) ::flexllm::requirement_failed(message, __FILE__, __LINE__); \
  } while (0)

#endif
