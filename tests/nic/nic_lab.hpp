#pragma once

#include "engine/apply.hpp"
#include "kernel/kernel_host.hpp"
#include "kernel/nic_snapshot.hpp"
#include "nicmove/move_plan.hpp"
#include "support/fake_host.hpp"
#include "support/spawn.hpp"

#include <memory>
#include <string>

namespace lab {

/// A network namespace beside the one of the test, which lasts as long as this object.
class NetworkNamespace {
 public:
  NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;
  ~NetworkNamespace();

  /// Run ip(8) there; it has to succeed.
  void ip(const std::string& words) const;
  /// Take the calling thread there for good.
  void enter() const;
  [[nodiscard]] pid_t pid() const { return m_pid; }

 private:
  pid_t m_pid = -1;
};

/// Run ip(8) in the namespace of the test; it has to succeed.
void ip(const std::string& words);

/// Set a sysctl in the namespace of the test: "ipv4/conf/eth0/rp_filter".
void sysctl(const std::string& key, const std::string& value);

/// The host (this namespace) with its NIC `eth0`, one end of a veth; a gateway at the other end; and behind
/// the gateway somebody far away. Nothing of the host's has addresses yet but what `give_addresses` gives it.
struct Neighbourhood {
  NetworkNamespace gateway;
  NetworkNamespace far_host;

  Neighbourhood();
  Neighbourhood(const Neighbourhood&) = delete;
  Neighbourhood& operator=(const Neighbourhood&) = delete;
  ~Neighbourhood();
  /// 10.1.0.2/24 and 2001:db8:1::2/64 with default routes; the gateway has .1 and ::1, and far away there are
  /// 10.9.0.2 and 2001:db8:9::2.
  static void give_addresses();
};

/// What moves NICs in this namespace.
class Mover {
 public:
  Mover();

  [[nodiscard]] vdeup::NicSnapshot look(const std::string& name) const;
  /// The plans, from what is there now.
  [[nodiscard]] vdeup::Plan plan_in() const;
  [[nodiscard]] vdeup::Plan plan_out() const;
  [[nodiscard]] vdeup::Result<> apply(const vdeup::Plan& plan) const { return apply_on(*m_links, plan); }
  static vdeup::Result<> apply_on(vdeup::engine::LinkHost& links, const vdeup::Plan& plan);
  /// Go back to where a move began; returns what could not be done.
  [[nodiscard]] std::string restore(const vdeup::NicMove& move) const;
  [[nodiscard]] vdeup::engine::LinkHost& links() const { return *m_links; }

 private:
  std::unique_ptr<vdeup::kernel::KernelHost> m_links;
  std::unique_ptr<vdeup::kernel::KernelNics> m_nics;
};

vdeup::IfName name_of(const std::string& text);

/// What a snapshot of the bridge has to be after `nic` went in: the same, but for what a device is by itself.
std::string differences_but_device(vdeup::NicSnapshot nic, vdeup::NicSnapshot bridge);

} // namespace lab
