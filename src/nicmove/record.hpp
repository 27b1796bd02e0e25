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

/// Identifies a network namespace of one boot. A record outlives its process and must not be used in another
/// network or after a boot.
struct NetworkId {
  std::string boot;                ///< /proc/sys/kernel/random/boot_id
  std::uint64_t network_namespace; ///< socket(7) SO_NETNS_COOKIE; unique within a boot
  bool operator==(const NetworkId&) const = default;

  /// Of this process. Errors: failed if the kernel does not tell.
  [[nodiscard]] static Result<NetworkId> current();
};

/// What is written before a NIC is moved, for the rollback and for `vdeup undo`.
struct Record {
  NetworkId network;
  NicMove move;
  std::vector<ManagerStep> told_managers{}; ///< managers are told the inverse on rollback and undo
  std::optional<NicMove> undo{};            ///< its `source` is the destination as it was when proven
  bool operator==(const Record&) const = default;
};

/// Lines of text, for the file.
[[nodiscard]] std::string to_text(const Record& record);

/// Read it back. Errors: refused, naming what is wrong; nothing of a broken record is used.
[[nodiscard]] Result<Record> parse_record(std::string_view text);

} // namespace vdeup::nicmove
