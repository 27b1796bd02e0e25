#include "privilege/helper_client.hpp"

#include "base/text.hpp"
#include "privilege/channel.hpp"
#include "privilege/nic_monitor.hpp"

#include <fmt/format.h>

namespace vdeup::privilege {
namespace {

constexpr std::chrono::seconds k_step_patience{30};
constexpr std::chrono::seconds k_start_patience{20};
constexpr std::chrono::minutes k_password_patience{3};
constexpr std::chrono::seconds k_nic_patience{30}; // beside what the helper itself grants the move

/// The descriptors of a VM's TAP, which come behind the reply.
Result<std::vector<UniqueFd>> receive_fds(int channel, std::size_t count, const Deadline& deadline) {
  std::vector<UniqueFd> fds;
  while (fds.size() < count) {
    TRY(auto message, receive_message(channel, k_max_reply, Fds::taken, deadline));
    if (!message || message->fds.empty())
      return fail(Error{ErrorKind::failed, "cannot take over the TAP", "descriptors are missing", {}});
    for (UniqueFd& fd : message->fds) {
      TRY(auto kept, move_above(std::move(fd), engine::VmTap::k_lowest_fd));
      fds.push_back(std::move(kept));
    }
  }
  return fds;
}

} // namespace

Error HelperClient::channel_error(Error error) const {
  std::string complaint = m_helper ? printable(m_helper->complaint()) : std::string{};
  error.set_what("cannot have vdeup-helper do it");
  if (!complaint.empty()) // says more than that there is nobody
    error.set_cause(std::move(complaint));
  return error;
}

Result<Reply> HelperClient::ask(const Request& request, const Deadline& deadline, const Tell& tell) {
  auto reply = exchange(request, deadline, tell);
  if (!reply) // an answer that comes later would be taken for that to the next request
    m_helper.reset();
  return reply;
}

Result<Reply> HelperClient::exchange(const Request& request, const Deadline& deadline,
                                     const Tell& tell) const {
  TRY(auto bytes, write_request(request));
  if (auto sent = send_message(m_helper->channel(), bytes, {}, deadline); !sent)
    return fail(channel_error(std::move(sent).error()));
  for (;;) {
    auto message = receive_message(m_helper->channel(), k_max_reply, Fds::dropped, deadline);
    if (!message)
      return fail(channel_error(std::move(message).error()));
    if (!message.value())
      return fail(channel_error({ErrorKind::failed, {}, "it has ended", {}}));
    TRY(auto reply, read_reply(message.value()->bytes));
    if (!reply.note)
      return reply;
    if (tell)
      tell(*reply.note);
  }
}

/// Only the reply proves that the helper runs: the exit status of sudo and its like does not.
Result<> HelperClient::greet(const ElevationCommand& command) {
  TRY(m_helper, process::Companion::start(command.command, command.terminal));
  const bool asks = command.terminal == process::Terminal::shared;
  const auto deadline = Deadline::after(asks ? std::chrono::milliseconds{k_password_patience}
                                             : std::chrono::milliseconds{k_start_patience});
  TRY(auto reply, ask(Greeting{}, deadline));
  return reply.error ? Result<>{fail(std::move(*reply.error))} : ok();
}

Result<> HelperClient::start(const std::string& what, const ElevationOptions& options, Needs needs) {
  if (m_helper && (m_is_from_root || needs == Needs::net_admin))
    return ok();
  m_helper.reset();
  const std::string right = needs == Needs::root ? "root" : "CAP_NET_ADMIN";
  const auto no_privilege = [&](const std::string& cause) {
    return fail(
        Error{ErrorKind::not_permitted, what, fmt::format("this takes {}, and {}", right, cause), {}});
  };
  auto helper = find_helper();
  if (!helper)
    return no_privilege(helper.error().message());
  std::string tried;
  for (const ElevationMethod& method : elevation_methods()) {
    if (needs == Needs::root && !method.gives_root)
      continue;
    auto command = method.find(helper.value(), options);
    auto greeted = command ? greet(command.value()) : fail(std::move(command).error());
    if (greeted) {
      m_is_from_root = method.gives_root;
      m_report_method(method.name);
      return ok();
    }
    m_helper.reset();
    tried += fmt::format("{}{} ({})", tried.empty() ? "" : ", ", method.name, greeted.error().cause());
  }
  return no_privilege("no way to gain privileges worked: " + tried);
}

Result<> HelperClient::execute_step(const std::string& what, const Request& step) {
  TRY(start(what, m_options));
  TRY(auto reply, ask(step, Deadline::after(k_step_patience)));
  return reply.error ? Result<>{fail(std::move(*reply.error))} : ok();
}

Result<> HelperClient::execute(const LinkStep& step) {
  return execute_step("cannot " + describe(Step{step}), step);
}

Result<> HelperClient::execute(const NatStep& step) {
  return execute_step("cannot " + describe(Step{step}), step);
}

Result<std::optional<MovedNic>> HelperClient::execute(const NicRequest& request, const Tell& tell) {
  TRY(start("cannot " + describe(request), m_options, Needs::root));
  TRY(auto reply, ask(request, Deadline::after(patience_for(request) + k_nic_patience), tell));
  if (reply.error)
    return fail(std::move(*reply.error));
  return std::move(reply.moved);
}

Result<engine::VmTap> HelperClient::open_tap(const VmTapPlan& plan) {
  TRY(start(fmt::format("cannot make a TAP for {}", plan.mark.vm_name), m_options));
  const auto deadline = Deadline::after(k_step_patience);
  TRY(auto reply, ask(plan, deadline));
  if (reply.error)
    return fail(std::move(*reply.error));
  if (!reply.tap || reply.queues != plan.queues)
    return fail(channel_error({ErrorKind::failed, {}, "its answer is for something else", {}}));
  engine::VmTap tap{std::move(*reply.tap), {}, {}};
  TRY(auto fds, receive_fds(m_helper->channel(), reply.queues + reply.vhost, deadline));
  for (std::size_t i = 0; i < fds.size(); ++i)
    (i < reply.queues ? tap.queues : tap.vhost).push_back(std::move(fds[i]));
  return tap;
}

Result<Reply> HelperClient::ask_without_prompt(const std::string& what, const Request& question) {
  using Choice = ElevationOptions::Choice;
  ElevationOptions quiet = m_options;
  quiet.may_prompt = false;
  quiet.sudo = m_options.sudo == Choice::yes ? Choice::yes : Choice::no;
  TRY(start(what, quiet));
  TRY(auto reply, ask(question, Deadline::after(k_step_patience)));
  return reply.error ? Result<Reply>{fail(std::move(*reply.error))} : std::move(reply);
}

Result<> HelperClient::may_attach(const IfName& bridge) {
  TRY(ask_without_prompt(fmt::format("cannot attach to {}", bridge.str()), TapQuestion{bridge}));
  return ok();
}

Result<> HelperClient::may_masquerade(const IfName& bridge) {
  TRY(ask_without_prompt(fmt::format("cannot make a private network of {}", bridge.str()),
                         NatQuestion{bridge}));
  return ok();
}

std::optional<bool> HelperClient::has_nat_rules(const IfName& bridge, const NatMark& mark) {
  const auto answer = ask_without_prompt(fmt::format("cannot look at the rules of {}", bridge.str()),
                                         NatRulesQuestion{bridge, mark});
  return answer ? std::optional{!answer.value().is_no} : std::nullopt;
}

void HelperClient::end() {
  m_helper.reset();
}

} // namespace vdeup::privilege
