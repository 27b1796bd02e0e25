#include "privilege/protocol.hpp"

#include "base/text.hpp"
#include "privilege/request_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

// What a reply is, one of these.
struct Done {};
struct No {};
struct Failure {
  ErrorKind kind = ErrorKind::failed;
  bool yields_to_force = false;
  std::string what;
  std::string cause;
  std::vector<std::string> hints;
};
struct Note {
  std::string text;
};
struct OpenedTap {
  IfName name;
  unsigned queues = 0;
  unsigned vhost = 0;
};
using ReplyForm = std::variant<Done, No, Failure, Note, MovedNic, OpenedTap>;

} // namespace
} // namespace vdeup::privilege

namespace vdeup {

template <>
struct Fields<privilege::Done> {
  static constexpr std::string_view name = "ok";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<privilege::No> {
  static constexpr std::string_view name = "no";
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<privilege::Failure> {
  static constexpr std::string_view name = "error";
  static constexpr std::tuple list{Field{"kind", &privilege::Failure::kind},
                                   Field{"yields_to_force", &privilege::Failure::yields_to_force},
                                   Field{"what", &privilege::Failure::what},
                                   Field{"cause", &privilege::Failure::cause},
                                   Field{"hints", &privilege::Failure::hints}};
};
template <>
struct Fields<privilege::Note> {
  static constexpr std::string_view name = "note";
  static constexpr std::tuple list{Field{"text", &privilege::Note::text}};
};
template <>
struct Fields<privilege::OpenedTap> {
  static constexpr std::string_view name = "tap";
  static constexpr std::tuple list{
      Field{"name", &privilege::OpenedTap::name},
      Field{"queues", &privilege::OpenedTap::queues, is_up_to<privilege::k_max_queues>},
      Field{"vhost", &privilege::OpenedTap::vhost, is_up_to<privilege::k_max_queues>}};
};

} // namespace vdeup

namespace vdeup::privilege {
namespace {

constexpr TextForm k_form{.version = "vdeup-helper/2"};
// Of the bytes of a reply each byte of a text takes two. An error has one `what`, one `cause` and the hints.
constexpr std::size_t k_max_what = 2048;
constexpr std::size_t k_max_cause = 10240;
constexpr std::size_t k_max_lines = k_max_reply / 2 - k_max_what - k_max_cause - 512; // 512: all the rest
constexpr std::size_t k_around_line = 2;                                              // a blank and an `x`

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

Error unsupported_request(const Request& request) {
  const auto* link = std::get_if<LinkStep>(&request);
  const auto* nat = std::get_if<NatStep>(&request);
  const std::string what = link != nullptr  ? describe(Step{*link})
                           : nat != nullptr ? describe(Step{*nat})
                                            : "do this";
  return Error{ErrorKind::refused, "cannot " + what, "vdeup-helper does not do this", "run it as root"};
}

Error not_of_the_form(std::string_view message, std::string_view kind) {
  constexpr std::size_t most = 80;
  return Error{
      ErrorKind::usage, fmt::format("cannot read a {}", kind),
      fmt::format("'{}' is not of the form of {}", printable(message.substr(0, most)), k_form.version),
      "vdeup and vdeup-helper have to be of one version"};
}

} // namespace

Result<std::string> write_request(const Request& request) {
  const auto* nic = std::get_if<NicRequest>(&request);
  const MoveOptions* const options = nic == nullptr ? nullptr : options_of(*nic);
  if (options != nullptr && options->probes.size() > k_max_probes)
    return fail(Error{ErrorKind::usage,
                      "cannot " + describe(*nic),
                      fmt::format("there are more than {} addresses to ask", k_max_probes),
                      {}});
  Request written = request;
  if (auto* plan = std::get_if<VmTapPlan>(&written))
    plan->mark.vm_name = safe_vm_name(plan->mark.vm_name);
  auto text = write_text(k_form, written);
  return text ? Result<std::string>{*std::move(text)} : fail(unsupported_request(request));
}

Result<Request> read_request(std::string_view message, const Identity& caller) {
  if (message.size() > k_max_request)
    return fail(not_of_the_form(message, "request"));
  auto request = read_text<Request>(k_form, message, caller);
  return request ? std::move(request) : fail(not_of_the_form(message, "request"));
}

std::string write_reply(const Reply& reply) {
  ReplyForm form = Done{};
  if (reply.error)
    form = Failure{reply.error->kind(), reply.error->yields_to_force(), cut(reply.error->what(), k_max_what),
                   cut(reply.error->cause(), k_max_cause), fitting(reply.error->hints().lines(), "hint")};
  else if (reply.note)
    form = Note{fitting_lines(*reply.note)};
  else if (reply.moved)
    form = *reply.moved;
  else if (reply.tap)
    form = OpenedTap{*reply.tap, reply.queues, reply.vhost};
  else if (reply.is_no)
    form = No{};
  return write_text(k_form, form).value_or("");
}

Result<Reply> read_reply(std::string_view message) {
  auto form = read_text<ReplyForm>(k_form, message);
  if (!form)
    return fail(not_of_the_form(message, "reply"));
  Reply reply{.is_no = std::holds_alternative<No>(form.value())};
  if (auto* failure = std::get_if<Failure>(&form.value())) {
    reply.error = Error{failure->kind, std::move(failure->what), std::move(failure->cause),
                        Hints{std::move(failure->hints)}};
    reply.error->set_yields_to_force(failure->yields_to_force);
  } else if (auto* note = std::get_if<Note>(&form.value())) {
    reply.note = std::move(note->text);
  } else if (auto* moved = std::get_if<MovedNic>(&form.value())) {
    reply.moved = std::move(*moved);
  } else if (auto* opened = std::get_if<OpenedTap>(&form.value())) {
    reply.tap = std::move(opened->name);
    reply.queues = opened->queues;
    reply.vhost = opened->vhost;
  }
  return reply;
}

} // namespace vdeup::privilege
