// Stand-in for a part of XRT's native API, for tests without a card.
#pragma once
#include "xrt_bo.h"

enum ert_cmd_state { ERT_CMD_STATE_NEW = 1, ERT_CMD_STATE_COMPLETED = 4 };

namespace xrt {

class kernel {
 public:
  kernel(const device&, const uuid&, const std::string& name) {
    const std::size_t open = name.find(":{");
    if (open == std::string::npos || name.back() != '}')
      throw std::runtime_error("No compute units matching '" + name + "'");
    instance_ = name.substr(open + 2, name.size() - open - 3);
    if (instance_.rfind(name.substr(0, open) + "_", 0) != 0)
      throw std::runtime_error("No compute units matching '" + name + "'");
    card::card().arguments(instance_);
  }

  memory_group group_id(int index) const {
    const card::Argument& argument = card::card().arguments(instance_).at(static_cast<std::size_t>(index));
    if (argument.kind != "memory") throw std::out_of_range("group_id of an argument without memory");
    for (std::size_t i = 0; i < banks().size(); ++i)
      if (banks()[i] == argument.detail) return static_cast<memory_group>(i);
    banks().push_back(argument.detail);
    return static_cast<memory_group>(banks().size() - 1);
  }

  const std::string& instance() const { return instance_; }

 private:
  std::string instance_;
};

class run {
 public:
  explicit run(const kernel& of) : instance_(of.instance()), values_(card::card().arguments(instance_).size()) {}

  void set_arg(int index, const bo& buffer) {
    values_.at(static_cast<std::size_t>(index)) = card::memory(buffer.buffer());
  }
  template <typename T>
  void set_arg(int index, const T& value) { values_.at(static_cast<std::size_t>(index)) = card::number(value); }
  void start() { started_ = card::card().start(instance_, values_); }
  ert_cmd_state wait() const {
    if (!started_) throw std::runtime_error("wait for a run that was not started");
    card::card().wait(started_);
    return ERT_CMD_STATE_COMPLETED;
  }

 private:
  std::string instance_;
  std::vector<card::Value> values_;
  std::shared_ptr<card::Started> started_;
};

}  // namespace xrt
