#include "nic/router.hpp"

#include "base/unique_fd.hpp"
#include "support/catch.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lab {
namespace {

struct Advertisement {
  nd_router_advert router{};
  nd_opt_prefix_info prefix{};
};

Advertisement to_message(const RouterWord& word) {
  Advertisement message;
  message.router.nd_ra_type = ND_ROUTER_ADVERT;
  message.router.nd_ra_curhoplimit = 64;
  message.router.nd_ra_router_lifetime = htons(static_cast<std::uint16_t>(word.is_router.count()));
  message.prefix.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
  message.prefix.nd_opt_pi_len = sizeof(message.prefix) / 8;
  message.prefix.nd_opt_pi_prefix_len = 64;
  message.prefix.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO;
  message.prefix.nd_opt_pi_valid_time = htonl(static_cast<std::uint32_t>(word.prefix.count()));
  message.prefix.nd_opt_pi_preferred_time = message.prefix.nd_opt_pi_valid_time;
  ::inet_pton(AF_INET6, "2001:db8:5::", &message.prefix.nd_opt_pi_prefix);
  return message;
}

bool send_to_all(const RouterWord& word) {
  const vdeup::UniqueFd socket{::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6)};
  const int hops = 255; // fewer would mean that it comes from beyond the cable
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_scope_id = ::if_nametoindex("lan");
  ::inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
  const Advertisement message = to_message(word);
  return ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) == 0 &&
         ::sendto(socket.get(), &message, sizeof(message), 0, reinterpret_cast<const sockaddr*>(&to),
                  sizeof(to)) == sizeof(message);
}

} // namespace

void advertise(const NetworkNamespace& gateway, const RouterWord& word) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    gateway.enter();
    ::_exit(send_to_all(word) ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

} // namespace lab
