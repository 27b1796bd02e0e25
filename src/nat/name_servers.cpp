#include "nat/name_servers.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace vdeup::nat {

std::vector<IpAddress> read_name_servers(std::string_view text) {
  std::vector<IpAddress> servers;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string key;
    std::string value;
    if (!(words >> key >> value) || key != "nameserver")
      continue;
    if (auto address = IpAddress::parse(value))
      servers.push_back(address.value());
  }
  return servers;
}

std::vector<IpAddress> list_name_servers() {
  std::vector<IpAddress> servers;
  for (const char* path : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"}) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    for (const IpAddress& server : read_name_servers(text.str()))
      servers.push_back(server);
  }
  return servers;
}

} // namespace vdeup::nat
