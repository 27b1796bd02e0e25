#include "kernel/detour.hpp"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace vdeup::kernel {
namespace {

constexpr std::uint32_t k_tcx_ingress = 46; // BPF_TCX_INGRESS, which the headers of Debian 12 do not have yet
constexpr std::int32_t k_next = -1;         // TCX_NEXT: as if this program were not here

// Offsets into a frame.
constexpr std::int32_t k_next_header = ETH_HLEN + 6; // of IPv6
constexpr std::int32_t k_icmp6_type = ETH_HLEN + 40;

constexpr bpf_insn instruction(int code, unsigned destination, unsigned source, std::size_t offset,
                               std::int32_t value) {
  return {.code = static_cast<std::uint8_t>(code),
          .dst_reg = static_cast<std::uint8_t>(destination & 0xfU),
          .src_reg = static_cast<std::uint8_t>(source & 0xfU),
          .off = static_cast<std::int16_t>(offset),
          .imm = value};
}
constexpr bpf_insn load_field(std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_6, offset, 0);
}
constexpr bpf_insn load_byte(std::int32_t at) {
  return instruction(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, at);
}
constexpr bpf_insn jump_if(int comparison, std::int32_t value, std::size_t over) {
  return instruction(BPF_JMP | comparison | BPF_K, BPF_REG_0, 0, over, value);
}
constexpr bpf_insn set_register(unsigned number, std::int32_t value) {
  return instruction(BPF_ALU64 | BPF_MOV | BPF_K, number, 0, 0, value);
}
constexpr bpf_insn leave() {
  return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/// if (skb->vlan_present) return TCX_NEXT;
/// if (protocol is IPv6 ? it is neighbour discovery : protocol is not IP) return TCX_NEXT;
/// return bpf_redirect(BRIDGE, BPF_F_INGRESS);
auto make_program(std::uint32_t bridge) {
  return std::array{
      instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0), // where load_byte looks
      load_field(offsetof(__sk_buff, vlan_present)),
      jump_if(BPF_JNE, 0, 12),
      load_field(offsetof(__sk_buff, protocol)),
      jump_if(BPF_JEQ, htons(ETH_P_IP), 6),
      jump_if(BPF_JNE, htons(ETH_P_IPV6), 9),
      load_byte(k_next_header),
      jump_if(BPF_JNE, IPPROTO_ICMPV6, 3),
      load_byte(k_icmp6_type),
      jump_if(BPF_JLT, ND_ROUTER_SOLICIT, 1),
      jump_if(BPF_JLE, ND_REDIRECT, 4),
      set_register(BPF_REG_1, static_cast<std::int32_t>(bridge)),
      set_register(BPF_REG_2, BPF_F_INGRESS),
      instruction(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect),
      leave(),
      set_register(BPF_REG_0, k_next),
      leave()};
}

UniqueFd call_bpf(int command, bpf_attr& attributes) { // glibc has no wrapper; it opens with O_CLOEXEC
  return UniqueFd{static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof(attributes)))};
}

} // namespace

Result<KernelDetour> KernelDetour::begin(const Device& nic, const Device& bridge) {
  const std::string what = "cannot lead what comes in at " + nic.name.str() + " to " + bridge.name.str();
  const auto instructions = make_program(bridge.index);
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  load.insns = reinterpret_cast<std::uintptr_t>(instructions.data());
  load.insn_cnt = instructions.size();
  load.license = reinterpret_cast<std::uintptr_t>("GPL");
  const UniqueFd program = call_bpf(BPF_PROG_LOAD, load);
  if (!program)
    return fail(errno_error(errno, what));
  bpf_attr attach{};
  attach.link_create.prog_fd = static_cast<std::uint32_t>(program.get());
  attach.link_create.target_ifindex = nic.index;
  attach.link_create.attach_type = k_tcx_ingress;
  UniqueFd link = call_bpf(BPF_LINK_CREATE, attach);
  if (!link)
    return fail(errno_error(errno, what));
  return KernelDetour{std::move(link)};
}

} // namespace vdeup::kernel
