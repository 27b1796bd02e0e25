#include "plan/aftercare.hpp"

namespace vdeup::plan {

Result<std::vector<Aftercare>> aftercare(const std::vector<NicManager>& managers, const IfName& nic,
                                         const IfName& bridge) {
  std::vector<Aftercare> all;
  for (const NicManager& manager : managers) {
    if (manager.kind != NicManager::Kind::networkd || manager.hold != NicManager::Hold::manages ||
        manager.is_dynamic)
      continue;
    TRY(auto files, networkd_unmanaged({nic, bridge}));
    all.push_back({.files = std::move(files), .command = "networkctl reload"});
  }
  return all;
}

} // namespace vdeup::plan
