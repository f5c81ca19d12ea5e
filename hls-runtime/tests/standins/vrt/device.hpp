// Stand-in for a part of libvrt, for tests without a card.
#pragma once
#include "../card.hpp"

namespace vrt {

class Device {
 public:
  Device(const std::string& address, const std::string& file) {
    if (address != "0000:03:00") throw std::runtime_error("Device " + address + " not found");
    card::card().load(file);
    if (card::card().board != "v80") throw std::runtime_error("No PDI files found for programming");
  }
  Device(const Device&) = delete;
  void cleanup() {}
};

}  // namespace vrt
