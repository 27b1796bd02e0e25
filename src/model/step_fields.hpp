#pragma once

#include "model/fields.hpp"
#include "model/step.hpp"
#include "model/vm_tap.hpp"

// The fields of the steps that one process can have another carry out (model/fields.hpp).

namespace vdeup {

template <>
struct Fields<TapMark> {
  static constexpr std::tuple list{OwnerField{&TapMark::owner}, Field{"switch", &TapMark::switch_dir}};
};
template <>
struct Fields<NatMark> {
  static constexpr std::tuple list{OwnerField{&NatMark::owner}, Field{"switch", &NatMark::switch_dir}};
};
template <>
struct Fields<PrivateNetwork> {
  static constexpr std::tuple list{Field{"gateway4", &PrivateNetwork::gateway4},
                                   Field{"gateway6", &PrivateNetwork::gateway6}};
};

template <>
struct Fields<CreateBridge> {
  static constexpr std::string_view name = "create-bridge";
  static constexpr std::tuple list{Field{"name", &CreateBridge::name}, Field{"mac", &CreateBridge::mac},
                                   Field{"mtu", &CreateBridge::mtu}, Field{"nat", &CreateBridge::nat}};
};
template <>
struct Fields<MarkBridge> {
  static constexpr std::string_view name = "mark-bridge";
  static constexpr std::tuple list{Field{"name", &MarkBridge::name}, Field{"mac", &MarkBridge::mac},
                                   Field{"nat", &MarkBridge::nat}};
};
template <>
struct Fields<DeleteBridge> {
  static constexpr std::string_view name = "delete-bridge";
  static constexpr std::tuple list{Field{"name", &DeleteBridge::name}, Field{"nat", &DeleteBridge::nat}};
};
template <>
struct Fields<CreateTap> {
  static constexpr std::string_view name = "create-tap";
  static constexpr std::tuple list{Field{"name", &CreateTap::name}, OwnerField{&CreateTap::owner},
                                   Field{"mtu", &CreateTap::mtu}, Field{"mark", &CreateTap::mark}};
};
template <>
struct Fields<DeleteTap> {
  static constexpr std::string_view name = "delete-tap";
  static constexpr std::tuple list{Field{"name", &DeleteTap::name}, Field{"mark", &DeleteTap::mark}};
};
template <>
struct Fields<SetUp> {
  static constexpr std::string_view name = "set-up";
  static constexpr std::tuple list{Field{"name", &SetUp::name}};
};
template <>
struct Fields<SetDown> {
  static constexpr std::string_view name = "set-down";
  static constexpr std::tuple list{Field{"name", &SetDown::name}};
};
template <>
struct Fields<SetBridge> {
  static constexpr std::string_view name = "set-bridge";
  static constexpr std::tuple list{Field{"port", &SetBridge::port}, Field{"bridge", &SetBridge::bridge}};
};

template <>
struct Fields<AddPrivateNetwork> {
  static constexpr std::string_view name = "add-private-network";
  static constexpr std::tuple list{Field{"bridge", &AddPrivateNetwork::bridge},
                                   Field{"network", &AddPrivateNetwork::network},
                                   Field{"mark", &AddPrivateNetwork::mark}};
};
template <>
struct Fields<RemovePrivateNetwork> {
  static constexpr std::string_view name = "remove-private-network";
  static constexpr std::tuple list{Field{"bridge", &RemovePrivateNetwork::bridge},
                                   Field{"mark", &RemovePrivateNetwork::mark}};
};
template <>
struct Fields<StartDnsmasq> {
  static constexpr std::string_view name = "start-dnsmasq";
  static constexpr std::tuple list{OwnerField{&StartDnsmasq::owner}, Field{"bridge", &StartDnsmasq::bridge},
                                   Field{"network", &StartDnsmasq::network},
                                   Field{"switch", &StartDnsmasq::switch_dir}};
};

} // namespace vdeup
