// The card through XRT's native API (Alveo U280).
#pragma once
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include "plan.hpp"

/// Values of the arguments that are no whole numbers.
struct Sampling {
  float temperature = 0.0f;
  unsigned seed = 0;
};

class Board {
 public:
  /// `device` is a number or a bus address, such as 0000:3b:00.1; the first card when empty.
  explicit Board(const std::string& device)
      : device_(device.find(':') == std::string::npos ? open(device) : xrt::device(device)) {}

  std::string name() const { return device_.get_info<xrt::info::device::name>(); }

  /// Power of the card in watts, below zero when it does not say.
  double watts() const {
    const std::string report = device_.get_info<xrt::info::device::electrical>();
    const std::string key = "\"power_consumption_watts\"";
    const std::size_t at = report.find(key);
    if (at == std::string::npos) return -1.0;
    const std::size_t digit = report.find_first_of("0123456789", at + key.size());
    return digit == std::string::npos ? -1.0 : std::strtod(report.c_str() + digit, nullptr);
  }

  /// Loads a bitstream and allocates the memories of its kernels, each in the bank that its arguments are connected to.
  void load(const plan::Bitstream& bitstream, const std::string& file) {
    memories_.clear();
    kernels_.clear();
    const xrt::uuid id = device_.load_xclbin(file);
    for (const plan::Kernel& kernel : plan::kKernels) {
      if (!(kernel.stage == plan::Stage::prefill ? bitstream.prefill : bitstream.decode)) continue;
      xrt::kernel handle(device_, id, std::string(kernel.name) + ":{" + kernel.instance + "}");
      for (int i = 0; i < kernel.count; ++i) {
        const plan::Argument& argument = kernel.arguments[i];
        if (argument.kind != plan::Kind::memory || has(argument.memory)) continue;
        const std::size_t bytes = plan::kMemories[argument.memory].bytes;
        if (bytes >= (std::size_t{1} << 32))
          throw std::runtime_error(std::string(plan::kMemories[argument.memory].name) +
              " is larger than 4 GB; XRT has no buffer of that size");
        Memory memory;
        memory.buffer = xrt::bo(device_, bytes, handle.group_id(argument.index));
        memory.data = memory.buffer.map<char*>();
        memories_.emplace(argument.memory, memory);
      }
      kernels_.emplace_back(&kernel, handle);
    }
  }

  bool has(int memory) const { return memories_.count(memory) != 0; }
  char* data(int memory) { return memories_.at(memory).data; }
  void to_card(int memory) { memories_.at(memory).buffer.sync(XCL_BO_SYNC_BO_TO_DEVICE); }
  void from_card(int memory) { memories_.at(memory).buffer.sync(XCL_BO_SYNC_BO_FROM_DEVICE); }

  /// Starts all kernels of a stage and waits for them.
  void run(plan::Stage stage, const std::map<std::string, int>& values, const Sampling& sampling) {
    std::vector<xrt::run> runs;
    for (const auto& [kernel, handle] : kernels_) {
      if (kernel->stage != stage) continue;
      xrt::run run(handle);
      for (int i = 0; i < kernel->count; ++i) {
        const plan::Argument& argument = kernel->arguments[i];
        switch (argument.kind) {
          case plan::Kind::memory: run.set_arg(argument.index, memories_.at(argument.memory).buffer); break;
          case plan::Kind::int_value: run.set_arg(argument.index, values.at(argument.name)); break;
          case plan::Kind::float_value: run.set_arg(argument.index, sampling.temperature); break;
          case plan::Kind::unsigned_value: run.set_arg(argument.index, sampling.seed); break;
        }
      }
      runs.push_back(run);
    }
    for (xrt::run& run : runs) run.start();
    for (xrt::run& run : runs)
      if (run.wait() != ERT_CMD_STATE_COMPLETED)
        throw std::runtime_error("a kernel did not complete; see: xrt-smi examine -r firewall dynamic-regions");
  }

 private:
  static xrt::device open(const std::string& number) {
    char* end = nullptr;
    const unsigned long index = std::strtoul(number.c_str(), &end, 10);
    if (*end != 0) throw std::runtime_error("the device \"" + number + "\" is neither a number nor a bus address");
    return xrt::device(static_cast<unsigned>(index));
  }

  struct Memory {
    xrt::bo buffer;
    char* data = nullptr;
  };

  xrt::device device_;
  std::map<int, Memory> memories_;
  std::vector<std::pair<const plan::Kernel*, xrt::kernel>> kernels_;
};
