#pragma once

#include "privilege/talk.hpp"

#include <string>

// What the tests of private networks through the helper share.
namespace privilege_lab {

inline const std::string k_dir = hexadecimal("/var/tmp/vde_switch0.acue");
inline const std::string k_second = "/var/tmp/vde_switch1.acue"; // another switch of acue's

/// Skip where there can be no private network, and have none of the machine's name servers in the way.
inline void needs_nat() {
  needs("dnsmasq");
  needs("nft");
  write_file("/etc/resolv.conf",
             "nameserver 127.0.0.1\n"); // not those of the machine, which could be in 10.0.0.0/8
}

} // namespace privilege_lab
