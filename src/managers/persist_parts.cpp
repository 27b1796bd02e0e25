#include "managers/persist_parts.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace vdeup::managers {

Result<> check_plain(const IfName& name) {
  const std::string_view punctuation = "-_.";
  const auto is_plain = [punctuation](unsigned char c) {
    return std::isalnum(c) != 0 || punctuation.find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::all_of(name.str().begin(), name.str().end(), is_plain))
    return ok();
  return fail(Error{ErrorKind::refused,
                    fmt::format("cannot write a configuration for {}", printable(name.str())),
                    "its name has characters that mean something else there",
                    "give it another name: `ip link set NAME name NEW`"});
}

Result<> check_plain_names(const BridgeConfiguration& bridge) {
  TRY(check_plain(bridge.bridge));
  return check_plain(bridge.nic);
}

std::vector<std::string> addresses_of(const BridgeConfiguration& bridge, bool is_ip6) {
  std::vector<std::string> found;
  std::copy_if(bridge.addresses.begin(), bridge.addresses.end(), std::back_inserter(found),
               [is_ip6](const std::string& text) { return (text.find(':') != std::string::npos) == is_ip6; });
  return found;
}

std::vector<std::string> texts_of(const std::vector<IpAddress>& addresses, bool is_ip6) {
  std::vector<std::string> found;
  for (const IpAddress& address : addresses)
    if (address.is_ip6() == is_ip6)
      found.push_back(address.str());
  return found;
}

} // namespace vdeup::managers
