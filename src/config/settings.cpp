#include "config/settings.hpp"

#include "config/owner.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace vdeup::config {
namespace {

constexpr std::string_view k_switch_name = "vde_switch";
constexpr std::string_view k_mgmt_name = "vde_mgmt";

/// An empty variable counts as one that is not set, as it does for the shell's `${X:-default}`.
std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0')
    return std::nullopt;
  return value;
}

} // namespace

Environment Environment::read() {
  Environment environment;
  if (auto base = variable("CTYS_SOCKBASE"))
    environment.sock_base = *base;
  environment.socket = variable("QEMUSOCK");
  environment.mgmt = variable("QEMUMGMT");
  return environment;
}

Result<Scope> resolve_scope(const Choice& choice, const Environment& environment) {
  TRY(auto caller, calling_user());
  Identity owner = caller;
  if (choice.user) {
    TRY(owner, find_user(*choice.user));
  }
  const bool is_own = owner.uid == caller.uid;
  const auto named = choice.socket ? choice.socket : is_own ? environment.socket : std::nullopt;
  TRY(auto dir, SocketPath::directory(named.value_or(default_socket(environment.sock_base, owner.name))));
  std::optional<std::string> mgmt = choice.mgmt;
  if (!mgmt && is_own && !choice.socket)
    mgmt = environment.mgmt; // not beside -s: QEMUMGMT belongs to QEMUSOCK
  TRY(auto mgmt_path,
      SocketPath::socket(mgmt.value_or(mgmt_beside(dir.str()).value_or(dir.str() + ".mgmt"))));
  return Scope{std::move(owner), SwitchSockets{std::move(dir), std::move(mgmt_path)}};
}

std::string default_socket(const std::string& base, const std::string& user) {
  return base + "/" + std::string{k_switch_name} + "0." + user;
}

std::optional<std::string> mgmt_beside(const std::string& socket) {
  const std::size_t slash = socket.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  if (socket.compare(name, k_switch_name.size(), k_switch_name) != 0)
    return std::nullopt;
  return socket.substr(0, name) + std::string{k_mgmt_name} + socket.substr(name + k_switch_name.size());
}

std::string host_seed() {
  std::ifstream file{"/etc/machine-id"};
  std::string id;
  if (file >> id && !id.empty())
    return id;
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

} // namespace vdeup::config
