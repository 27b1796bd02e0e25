#pragma once

#include "bench/timing.hpp"
#include "support/spawn.hpp"

#include <string>
#include <string_view>

namespace bench {

/// One way to connect a VM, and how it is asked for.
struct LaneLine {
  std::string name;      ///< for the table
  Words launcher{};      ///< stands before the QEMU line
  std::string netdev;    ///< QEMU's -netdev, with the id `net`
  std::string address;   ///< of the guest, with its prefix length
  std::string gateway{}; ///< the guest's way to everybody else, where the server is not its neighbour
};

/// What all guests boot: the kernel of contrib/guest/build, and its initrd with what measures added.
struct GuestFiles {
  std::string kernel;
  std::string initrd;
};

/// Add iperf3 with its libraries, our ping-pong and lane_init to the guest in `directory`; the result goes
/// under HOME. Throws where a part is missing.
GuestFiles make_guest_files(const std::string& directory);

/// A running VM, which measures on demand. Throws, with the end of its console, where it does not answer.
class Guest {
 public:
  /// Start to boot. `number` tells the guests apart.
  Guest(const LaneLine& lane, const GuestFiles& files, int number);
  Guest(Guest&&) noexcept = default;
  Guest& operator=(Guest&&) = delete;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() = default;

  void wait_until_ready();

  /// Give an order of lane_init: `sent` and `received` in Kbit/s, `trip` in nanoseconds.
  double measure(std::string_view what);

  void end();

 private:
  double obey(std::string_view what);
  void wait_for(const std::string& text, std::chrono::seconds patience);

  std::string m_name;
  lab::Running m_vm;
  int m_orders = 0;
};

} // namespace bench
