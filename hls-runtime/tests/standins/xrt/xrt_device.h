// Stand-in for a part of XRT's native API, for tests without a card.
#pragma once
#include <string>

#include "../card.hpp"

namespace xrt {

class uuid {
 public:
  uuid() = default;
  explicit uuid(const std::string& file) : file_(file) {}

 private:
  std::string file_;
};

namespace info {
enum class device { name, electrical };
}

class device {
 public:
  explicit device(unsigned index) {
    if (index != 0) throw std::runtime_error("No such device with index '" + std::to_string(index) + "'");
  }
  explicit device(const std::string& address) {
    if (address != "0000:3b:00.1") throw std::runtime_error("No such device with bdf '" + address + "'");
  }

  uuid load_xclbin(const std::string& file) {
    card::card().load(file);
    if (card::card().board != "u280") throw std::runtime_error("Xclbin does not match shell on card");
    return uuid(file);
  }

  template <info::device what> std::string get_info() const {
    if (what == info::device::name) return "xilinx_u280_gen3x16_xdma_base_1";
    return "{\"power_supply_rails\": [], "
           "\"max_power_watts\": \"225\", "
           "\"power_consumption_watts\": \"41.250000\", \"power_consumption_warning\": \"false\"}";
  }
};

}  // namespace xrt
