#pragma once

#include "base/result.hpp"
#include "model/manager_step.hpp"
#include "model/nic_move.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::nicmove {

/// Which network a record is about. A record outlives its process, and must not be taken for one of another
/// network: after a boot nothing that it tells of is there any more.
struct Place {
  std::string boot;                ///< /proc/sys/kernel/random/boot_id
  std::uint64_t network_namespace; ///< socket(7) SO_NETNS_COOKIE; never given twice in a boot
  bool operator==(const Place&) const = default;

  /// Where this process is. Errors: failed if the kernel does not tell.
  [[nodiscard]] static Result<Place> here();
};

/// What is written down before a NIC is moved, so that whoever comes later can go back.
struct Record {
  Place place;
  NicMove move;
  /// What the managers of the NIC are told because of it; they are told the inverse when the NIC is back.
  std::vector<ManagerStep> told{};
  /// The way back from where it came to: its `source` is what was there when the move was proven.
  std::optional<NicMove> back{};
  bool operator==(const Record&) const = default;
};

/// Lines of text, for the file.
[[nodiscard]] std::string to_text(const Record& record);

/// Read it back. Errors: refused, naming what is wrong; nothing of a broken record is used.
[[nodiscard]] Result<Record> parse_record(std::string_view text);

} // namespace vdeup::nicmove
