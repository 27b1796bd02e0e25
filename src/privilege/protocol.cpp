#include "privilege/protocol.hpp"

#include "base/text.hpp"
#include "model/text_fields.hpp"
#include "model/vm_identity.hpp"
#include "privilege/nic_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

constexpr std::string_view k_version = "vdeup-helper/1";
// Of the bytes of a reply each byte of a text takes two. An error has one `what`, one `cause` and the hints.
constexpr std::size_t k_max_what = 2048;
constexpr std::size_t k_max_cause = 10240;
constexpr std::size_t k_max_lines = k_max_reply / 2 - k_max_what - k_max_cause - 512; // 512: all the rest
constexpr std::size_t k_around_line = 2;                                              // a blank and an `x`

std::string hexadecimal(std::string_view text) {
  return text_field(text);
}

std::string cut(const std::string& text, std::size_t most) {
  constexpr std::string_view mark = " [...]";
  return text.size() <= most ? text : text.substr(0, most - mark.size()).append(mark);
}

/// The first of these lines, as many as fit, and how many did not.
std::vector<std::string> fitting(std::vector<std::string> lines, std::string_view kind) {
  std::size_t size = 0;
  const auto end = std::find_if(lines.begin(), lines.end(), [&size](const std::string& line) {
    return (size += line.size() + k_around_line) > k_max_lines;
  });
  if (const auto left = lines.end() - end; left > 0) {
    lines.erase(end, lines.end());
    lines.push_back(left == 1 ? fmt::format("1 more {} was left out: too long", kind)
                              : fmt::format("{} more {}s were left out: too long", left, kind));
  }
  return lines;
}

std::string fitting_lines(std::string_view text) {
  if (text.size() <= k_max_lines)
    return std::string{text};
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), lines.back().size() + 1)))
    lines.emplace_back(text.substr(0, text.find('\n')));
  return fmt::format("{}", fmt::join(fitting(std::move(lines), "line"), "\n"));
}

std::string error_words(const Error& error) {
  const auto hints = fitting(error.hints().lines(), "hint");
  std::string words = fmt::format("{} {} {} {} {}", static_cast<unsigned>(error.kind()),
                                  error.yields_to_force() ? 1 : 0, hexadecimal(cut(error.what(), k_max_what)),
                                  hexadecimal(cut(error.cause(), k_max_cause)), hints.size());
  for (const std::string& hint : hints)
    words += " " + hexadecimal(hint);
  return words;
}

template <class... Words>
std::string line(std::string_view kind, const Words&... words) {
  std::string text = fmt::format("{} {}", k_version, kind);
  (text.append(fmt::format(" {}", words)), ...);
  return text;
}

Error not_on_the_menu(const Step& step) {
  return Error{ErrorKind::refused, "cannot " + describe(step), "vdeup-helper does not do this",
               "run it as root"};
}

/// Writes the steps that are on the menu.
struct StepWriter {
  Result<std::string> operator()(const CreateBridge& step) const {
    return bridge_line("create", step.nat,
                       fmt::format("{} {} {}", step.name.str(), step.mac.str(), step.mtu));
  }
  Result<std::string> operator()(const MarkBridge& step) const {
    return bridge_line("mark", step.nat, fmt::format("{} {}", step.name.str(), step.mac.str()));
  }
  Result<std::string> operator()(const DeleteBridge& step) const {
    return bridge_line("delete", step.nat, step.name.str());
  }
  Result<std::string> operator()(const CreateTap& step) const {
    return line("create-tap", step.name.str(), step.mtu, hexadecimal(step.mark.switch_dir.str()));
  }
  Result<std::string> operator()(const DeleteTap& step) const {
    return line("delete-tap", step.name.str(), hexadecimal(step.mark.switch_dir.str()));
  }
  Result<std::string> operator()(const SetUp& step) const { return line("set-up", step.name.str()); }
  Result<std::string> operator()(const SetDown& step) const { return line("set-down", step.name.str()); }
  Result<std::string> operator()(const SetBridge& step) const {
    return line("set-bridge", step.port.str(), step.bridge ? step.bridge->str() : "-");
  }
  Result<std::string> operator()(const NicStep& step) const {
    return fail(not_on_the_menu(Step{LinkStep{step}}));
  }
  Result<std::string> operator()(const AddPrivateNetwork& step) const {
    return line("add-private-network", step.bridge.str(), network(step.network),
                hexadecimal(step.mark.switch_dir.str()));
  }
  Result<std::string> operator()(const RemovePrivateNetwork& step) const {
    return line("remove-private-network", step.bridge.str(), hexadecimal(step.mark.switch_dir.str()));
  }
  Result<std::string> operator()(const StartDnsmasq& step) const {
    return line("start-dnsmasq", step.bridge.str(), network(step.network),
                hexadecimal(step.switch_dir.str()));
  }
  Result<std::string> operator()(const StopDnsmasq& step) const {
    return fail(not_on_the_menu(Step{NatStep{step}})); // it takes no privilege
  }

 private:
  /// A private network's bridge has words of its own, with the switch at the end.
  static std::string bridge_line(std::string_view verb, const std::optional<NatMark>& nat,
                                 const std::string& values) {
    return nat ? line(fmt::format("{}-private-bridge", verb), values, hexadecimal(nat->switch_dir.str()))
               : line(fmt::format("{}-bridge", verb), values);
  }
  static std::string network(const PrivateNetwork& network) {
    return fmt::format("{} {}", network.gateway4.str(),
                       network.gateway6 ? network.gateway6->str() : std::string{"-"});
  }
};

struct RequestWriter {
  Result<std::string> operator()(const Greeting& /*greeting*/) const { return line("hello"); }
  Result<std::string> operator()(const TapQuestion& question) const {
    return line("may-tap", question.bridge.str());
  }
  Result<std::string> operator()(const NatQuestion& question) const {
    return line("may-nat", question.bridge.str());
  }
  Result<std::string> operator()(const NatRulesQuestion& question) const {
    return line("has-nat-rules", question.bridge.str(), hexadecimal(question.mark.switch_dir.str()));
  }
  Result<std::string> operator()(const LinkStep& step) const { return std::visit(StepWriter{}, step); }
  Result<std::string> operator()(const NatStep& step) const { return std::visit(StepWriter{}, step); }
  Result<std::string> operator()(const NicRequest& request) const {
    const MoveTerms* const terms = terms_of(request);
    if (terms != nullptr && terms->probes.size() > k_max_probes)
      return fail(Error{ErrorKind::usage,
                        "cannot " + describe(request),
                        fmt::format("there are more than {} addresses to ask", k_max_probes),
                        {}});
    return line(nic_words(request));
  }
  Result<std::string> operator()(const VmTapPlan& plan) const {
    return line("open-tap", plan.bridge.str(), plan.mtu, plan.queues, plan.mark.mac.str(),
                hexadecimal(safe_vm_name(plan.mark.vm_name)), hexadecimal(plan.mark.switch_dir.str()));
  }
};

/// Reads the words of one request. Each function reads all the words of its kind; nothing if one is wrong.
class RequestReader {
 public:
  RequestReader(TextFields& words, const Identity& caller) : m_words(words), m_caller(caller) {}

  std::optional<Request> read(std::string_view kind) {
    if (kind == "hello")
      return Request{Greeting{}};
    if (kind == "open-tap")
      return read_vm_tap();
    if (kind == "may-tap")
      return read_question<TapQuestion>();
    if (kind == "may-nat")
      return read_question<NatQuestion>();
    if (kind == "has-nat-rules")
      return read_rules_question();
    if (auto request = read_nic_request(kind, m_words))
      return Request{std::move(*request)};
    if (auto step = read_nat_step(kind))
      return Request{std::move(*step)};
    if (auto step = read_bridge_step(kind))
      return Request{std::move(*step)};
    if (auto step = read_tap_step(kind))
      return Request{std::move(*step)};
    return std::nullopt;
  }

 private:
  std::optional<LinkStep> read_bridge_step(std::string_view kind) {
    const std::string_view verb = kind.substr(0, kind.find('-'));
    const bool is_private = kind == fmt::format("{}-private-bridge", verb);
    if ((verb != "create" && verb != "mark" && verb != "delete") ||
        (!is_private && kind != fmt::format("{}-bridge", verb)))
      return std::nullopt;
    auto name = m_words.value<IfName>();
    const auto mac = verb == "delete" ? std::optional<MacAddress>{} : m_words.value<MacAddress>();
    const auto mtu = verb == "create" ? m_words.number<std::uint32_t>() : 0;
    const auto nat = is_private ? read_nat_mark() : std::nullopt;
    if (!name || (verb != "delete" && !mac) || (is_private && !nat))
      return std::nullopt;
    if (verb == "delete")
      return LinkStep{DeleteBridge{std::move(*name), nat}};
    if (verb == "mark")
      return LinkStep{MarkBridge{std::move(*name), *mac, nat}};
    return LinkStep{CreateBridge{std::move(*name), *mac, mtu, nat}};
  }

  std::optional<NatStep> read_nat_step(std::string_view kind) {
    const bool adds = kind == "add-private-network";
    const bool starts = kind == "start-dnsmasq";
    if (!adds && !starts && kind != "remove-private-network")
      return std::nullopt;
    auto bridge = m_words.value<IfName>();
    const auto network = adds || starts ? read_network() : std::nullopt;
    if (!bridge || ((adds || starts) && !network))
      return std::nullopt;
    auto mark = read_nat_mark();
    if (!mark)
      return std::nullopt;
    if (starts)
      return NatStep{StartDnsmasq{m_caller, std::move(*bridge), *network, std::move(mark->switch_dir)}};
    if (adds)
      return NatStep{AddPrivateNetwork{std::move(*bridge), *network, *mark}};
    return NatStep{RemovePrivateNetwork{std::move(*bridge), *mark}};
  }

  std::optional<PrivateNetwork> read_network() {
    const auto gateway4 = m_words.prefix();
    const auto gateway6 = m_words.prefix_or_none();
    return gateway4 ? std::optional{PrivateNetwork{*gateway4, gateway6}} : std::nullopt;
  }

  std::optional<NatMark> read_nat_mark() {
    const auto dir = read_directory();
    return dir ? std::optional{NatMark{m_caller.uid, *dir}} : std::nullopt;
  }

  std::optional<LinkStep> read_tap_step(std::string_view kind) {
    auto name = m_words.value<IfName>();
    if (!name)
      return std::nullopt;
    if (kind == "set-up")
      return LinkStep{SetUp{std::move(*name)}};
    if (kind == "set-down")
      return LinkStep{SetDown{std::move(*name)}};
    if (kind == "set-bridge")
      return LinkStep{SetBridge{std::move(*name), m_words.value_or_none<IfName>()}};
    if (kind != "create-tap" && kind != "delete-tap")
      return std::nullopt;
    const std::uint32_t mtu = kind == "create-tap" ? m_words.number<std::uint32_t>() : 0;
    const auto dir = read_directory();
    if (!dir)
      return std::nullopt;
    TapMark mark{m_caller.uid, *dir};
    if (kind == "create-tap")
      return LinkStep{CreateTap{std::move(*name), m_caller, mtu, std::move(mark)}};
    return LinkStep{DeleteTap{std::move(*name), std::move(mark)}};
  }

  template <class Question>
  std::optional<Request> read_question() {
    auto bridge = m_words.value<IfName>();
    return bridge ? std::optional{Request{Question{std::move(*bridge)}}} : std::nullopt;
  }

  std::optional<Request> read_rules_question() {
    auto bridge = m_words.value<IfName>();
    auto mark = read_nat_mark();
    return bridge && mark ? std::optional{Request{NatRulesQuestion{std::move(*bridge), std::move(*mark)}}}
                          : std::nullopt;
  }

  std::optional<Request> read_vm_tap() {
    auto bridge = m_words.value<IfName>();
    const auto mtu = m_words.number<std::uint32_t>();
    const auto queues = m_words.number<unsigned>(k_max_queues);
    const auto mac = m_words.value<MacAddress>();
    const std::string vm_name = m_words.text();
    const auto dir = read_directory();
    if (!bridge || !mac || !dir || queues == 0 || vm_name.empty() || safe_vm_name(vm_name) != vm_name)
      return std::nullopt;
    return Request{VmTapPlan{.bridge = std::move(*bridge),
                             .mtu = mtu,
                             .queues = queues,
                             .mark = {vm_name, *mac, m_caller.uid, *dir}}};
  }

  std::optional<SocketPath> read_directory() {
    const std::string text = m_words.text();
    auto dir = SocketPath::directory(text);
    if (!dir || dir.value().str() != text)
      return std::nullopt;
    return std::move(dir).value();
  }

  TextFields& m_words;
  const Identity& m_caller;
};

Error not_of_the_form(std::string_view message, std::string_view kind) {
  constexpr std::size_t most = 80;
  return Error{ErrorKind::usage, fmt::format("cannot read a {}", kind),
               fmt::format("'{}' is not of the form of {}", printable(message.substr(0, most)), k_version),
               "vdeup and vdeup-helper have to be of one version"};
}

} // namespace

Result<std::string> write_request(const Request& request) {
  return std::visit(RequestWriter{}, request);
}

Result<Request> read_request(std::string_view message, const Identity& caller) {
  TextFields words{message};
  const bool has_version = message.size() <= k_max_request && words.word() == k_version;
  const std::string_view kind = words.word();
  auto request = has_version ? RequestReader{words, caller}.read(kind) : std::nullopt;
  if (!request || !words.is_complete())
    return fail(not_of_the_form(message, "request"));
  const auto again = write_request(*request); // so each value has one form, whatever its parser forgives
  if (!again || again.value() != message)
    return fail(not_of_the_form(message, "request"));
  return std::move(*request);
}

std::string write_reply(const Reply& reply) {
  if (reply.error)
    return line("error", error_words(*reply.error));
  if (reply.note)
    return line("note", hexadecimal(fitting_lines(*reply.note)));
  if (reply.moved)
    return line("moved", static_cast<unsigned>(reply.moved->direction), reply.moved->nic.str(),
                reply.moved->bridge.str());
  if (reply.tap)
    return line("tap", reply.tap->str(), reply.queues, reply.vhost);
  return line("ok");
}

namespace {

Error read_error(TextFields& words) {
  const auto number = words.number<unsigned>(static_cast<unsigned>(ErrorKind::program_not_executable));
  const bool yields = words.flag();
  std::string what = words.text();
  Error error{static_cast<ErrorKind>(number), std::move(what), words.text(), {}};
  error.set_yields_to_force(yields);
  for (auto left = words.number(k_max_reply); left > 0 && words.is_good(); --left)
    error.add_hint(words.text());
  return error;
}

} // namespace

Result<Reply> read_reply(std::string_view message) {
  TextFields words{message};
  const bool has_version = words.word() == k_version;
  const std::string_view kind = words.word();
  Reply reply;
  if (kind == "error") {
    reply.error = read_error(words);
  } else if (kind == "note") {
    reply.note = words.text();
  } else if (kind == "moved") {
    const auto direction = static_cast<NicMove::Direction>(words.number(1U));
    auto nic = words.value<IfName>();
    auto bridge = words.value<IfName>();
    if (nic && bridge)
      reply.moved = MovedNic{direction, std::move(*nic), std::move(*bridge)};
  } else if (kind == "tap") {
    reply.tap = words.value<IfName>();
    reply.queues = words.number<unsigned>(k_max_queues);
    reply.vhost = words.number<unsigned>(k_max_queues);
  } else if (kind != "ok") {
    return fail(not_of_the_form(message, "reply"));
  }
  if (!has_version || !words.is_complete())
    return fail(not_of_the_form(message, "reply"));
  return reply;
}

} // namespace vdeup::privilege
