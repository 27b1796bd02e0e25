#include "dependents/block_devices.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace vdeup::dependents {
namespace {

constexpr int k_max_layers = 8; // LVM on LUKS on RAID on iSCSI has four

/// True for `/NAME<digits>` as one part of a path.
bool has_numbered_part(std::string_view path, std::string_view name) {
  for (std::string_view part : split(path, '/'))
    if (part.starts_with(name) && parse_number<unsigned long>(part.substr(name.size())))
      return true;
  return false;
}

/// NVMe devices of all kinds look alike; their controllers say what they are connected by.
std::optional<std::string> nvme_transport(const FileTree& tree, const std::string& path) {
  const std::size_t at = path.rfind("/nvme");
  if (at == std::string::npos)
    return std::nullopt;
  const std::string parent = path.substr(0, at);
  std::vector<std::string> controllers{parent};
  for (const std::string& name : tree.names(parent).value_or(std::vector<std::string>{}))
    if (name.starts_with("nvme"))
      controllers.push_back(parent + "/" + name);
  for (const std::string& controller : controllers) {
    const auto transport = tree.read(controller + "/transport");
    const std::string_view word = transport ? std::string_view{*transport} : std::string_view{};
    if (word.starts_with("tcp") || word.starts_with("rdma"))
      return "NVMe over " + std::string{split(word, '\n').front()};
  }
  return std::nullopt;
}

std::optional<std::string> transport_of_path(const FileTree& tree, const std::string& path) {
  if (has_numbered_part(path, "session")) // …/host3/session1/target3:0:0/…
    return "iSCSI";
  if (has_numbered_part(path, "nbd"))
    return "NBD";
  if (has_numbered_part(path, "rbd"))
    return "RBD";
  if (has_numbered_part(path, "drbd"))
    return "DRBD";
  if (path.find("/etherd!") != std::string::npos)
    return "ATA over Ethernet";
  return nvme_transport(tree, path);
}

std::optional<std::string> find_transport(const FileTree& tree, const std::string& path, int layers) {
  if (auto transport = transport_of_path(tree, path))
    return transport;
  const auto parts = tree.names(path + "/slaves");
  if (!parts || layers == 0)
    return std::nullopt;
  for (const std::string& part : *parts)
    if (auto transport = find_transport(tree, tree.resolve(path + "/slaves/" + part), layers - 1))
      return transport;
  return std::nullopt;
}

} // namespace

std::optional<std::string> network_transport(const FileTree& tree, const std::string& device) {
  const std::string path = tree.resolve("/sys/dev/block/" + device);
  if (auto transport = find_transport(tree, path, k_max_layers))
    return transport;
  if (!tree.exists(path + "/partition")) // the parts of a partition's disk are named at the disk
    return std::nullopt;
  return find_transport(tree, path.substr(0, path.rfind('/')), k_max_layers);
}

} // namespace vdeup::dependents
