#pragma once

#include "model/nic_fields.hpp"
#include "model/step_fields.hpp"
#include "model/vm_identity.hpp"
#include "privilege/protocol.hpp"

// The fields of requests and replies (model/fields.hpp). Steps have theirs in model/step_fields.hpp; one
// without a list cannot be asked for.

namespace vdeup {

template <>
inline constexpr std::array
    k_names_of<ReachTarget::How> = std::to_array<std::string_view>({"neighbour", "echo", "connect"});
template <>
inline constexpr std::array k_names_of<privilege::MoveNicOut::How> =
    std::to_array<std::string_view>({"rehearsed", "made", "rolled_back"});
template <>
inline constexpr std::array k_names_of<ErrorKind> =
    std::to_array<std::string_view>({"usage", "refused", "missing", "not-permitted", "conflict", "timed-out",
                                     "failed", "program-missing", "program-not-executable"});

template <>
struct Fields<privilege::Greeting> {
  static constexpr std::string_view name = "hello";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<privilege::TapQuestion> {
  static constexpr std::string_view name = "may-tap";
  static constexpr std::tuple list{Field{"bridge", &privilege::TapQuestion::bridge}};
};
template <>
struct Fields<privilege::NatQuestion> {
  static constexpr std::string_view name = "may-nat";
  static constexpr std::tuple list{Field{"bridge", &privilege::NatQuestion::bridge}};
};
template <>
struct Fields<privilege::NatRulesQuestion> {
  static constexpr std::string_view name = "has-nat-rules";
  static constexpr std::tuple list{Field{"bridge", &privilege::NatRulesQuestion::bridge},
                                   Field{"mark", &privilege::NatRulesQuestion::mark}};
};

template <>
struct Fields<VmTapMark> {
  static bool is_safe(const std::string& vm_name) {
    return !vm_name.empty() && safe_vm_name(vm_name) == vm_name;
  }
  static constexpr std::tuple list{Field{"vm_name", &VmTapMark::vm_name, is_safe},
                                   Field{"mac", &VmTapMark::mac}, OwnerField{&VmTapMark::owner},
                                   Field{"switch", &VmTapMark::switch_dir}};
};
template <>
struct Fields<VmTapPlan> {
  static constexpr bool is_possible(const unsigned& queues) {
    return queues > 0 && queues <= privilege::k_max_queues;
  }
  static constexpr std::string_view name = "open-tap";
  static constexpr std::tuple list{Field{"bridge", &VmTapPlan::bridge}, Field{"mtu", &VmTapPlan::mtu},
                                   Field{"queues", &VmTapPlan::queues, is_possible},
                                   Field{"mark", &VmTapPlan::mark}};
};

template <>
struct Fields<ReachTarget> {
  static constexpr std::tuple list{Field{"how", &ReachTarget::how}, Field{"address", &ReachTarget::address},
                                   Field{"port", &ReachTarget::port}};
};
template <>
struct Fields<MoveOptions> {
  static constexpr std::chrono::seconds k_most{privilege::k_max_seconds};
  static constexpr std::tuple list{
      Field{"force", &MoveOptions::force},
      Field{"probes", &MoveOptions::probes, has_up_to<std::vector<ReachTarget>, privilege::k_max_probes>},
      Field{"timeout", &MoveOptions::timeout}, Field{"confirm", &MoveOptions::confirm}};
  static bool is_valid(const MoveOptions& options) {
    return options.timeout <= k_most && options.confirm.value_or(k_most) <= k_most;
  }
};
template <>
struct Fields<privilege::MoveNicIn> {
  static constexpr std::string_view name = "move-nic-in";
  static constexpr std::tuple list{Field{"bridge", &privilege::MoveNicIn::bridge},
                                   Field{"nic", &privilege::MoveNicIn::nic},
                                   Field{"options", &privilege::MoveNicIn::options}};
};
template <>
struct Fields<privilege::MoveNicOut> {
  static constexpr std::string_view name = "move-nic-out";
  static constexpr std::tuple list{Field{"bridge", &privilege::MoveNicOut::bridge},
                                   Field{"options", &privilege::MoveNicOut::options},
                                   Field{"how", &privilege::MoveNicOut::how}};
};
template <>
struct Fields<privilege::UndoNicMove> {
  static constexpr std::string_view name = "undo-nic-move";
  static constexpr std::tuple list{Field{"options", &privilege::UndoNicMove::options}};
};
template <>
struct Fields<privilege::ConfirmNicMove> {
  static constexpr std::string_view name = "confirm-nic-move";
  static constexpr std::tuple<> list{};
};

template <>
struct Fields<privilege::MovedNic> {
  static constexpr std::string_view name = "moved";
  static constexpr std::tuple list{Field{"direction", &privilege::MovedNic::direction},
                                   Field{"nic", &privilege::MovedNic::nic},
                                   Field{"bridge", &privilege::MovedNic::bridge}};
};

} // namespace vdeup
