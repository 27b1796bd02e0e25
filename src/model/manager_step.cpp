#include "model/manager_step.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <sstream>

namespace vdeup {
namespace {

constexpr std::string_view k_none = "-";

std::string_view word_of(NicManager::Kind kind) {
  return kind == NicManager::Kind::network_manager ? "network-manager" : "networkd";
}

std::string_view name_of(NicManager::Kind kind) {
  return kind == NicManager::Kind::network_manager ? "NetworkManager" : "systemd-networkd";
}

std::vector<std::string> names_of(const std::vector<IfName>& devices) {
  std::vector<std::string> names;
  std::transform(devices.begin(), devices.end(), std::back_inserter(names),
                 [](const IfName& device) { return device.str(); });
  return names;
}

struct DescribeManagerStep {
  std::string operator()(const Unmanage& step) const {
    return fmt::format("tell {} to leave {} alone", name_of(step.manager),
                       fmt::join(names_of(step.devices), ", "));
  }
  std::string operator()(const Manage& step) const {
    return fmt::format("let {} have {} again, if it wants to", name_of(step.manager),
                       fmt::join(names_of(step.devices), ", "));
  }
  std::string operator()(const LetGo& step) const {
    return fmt::format("have NetworkManager let go of {}", step.nic.str());
  }
  std::string operator()(const TakeUp& step) const {
    return fmt::format("have NetworkManager take {} up again{}", step.nic.str(),
                       step.connection.empty() ? "" : ", connection " + step.connection);
  }
};

struct Invert {
  ManagerStep operator()(const Unmanage& step) const { return Manage{step.manager, step.devices}; }
  ManagerStep operator()(const Manage& step) const { return Unmanage{step.manager, step.devices}; }
  ManagerStep operator()(const LetGo& step) const { return TakeUp{step.nic, step.connection}; }
  ManagerStep operator()(const TakeUp& step) const { return LetGo{step.nic, step.connection}; }
};

struct Write {
  static std::string about_files(std::string_view verb, NicManager::Kind manager,
                                 const std::vector<IfName>& devices) {
    return fmt::format("{} {} {}\n", verb, word_of(manager), fmt::join(names_of(devices), " "));
  }
  static std::string about_nic(std::string_view verb, const IfName& nic, const std::string& connection) {
    return fmt::format("{} {} {}\n", verb, nic.str(), connection.empty() ? k_none : connection);
  }
  std::string operator()(const Unmanage& step) const {
    return about_files("unmanage", step.manager, step.devices);
  }
  std::string operator()(const Manage& step) const {
    return about_files("manage", step.manager, step.devices);
  }
  std::string operator()(const LetGo& step) const { return about_nic("let-go", step.nic, step.connection); }
  std::string operator()(const TakeUp& step) const { return about_nic("take-up", step.nic, step.connection); }
};

Error is_broken(std::string_view line) {
  return Error{ErrorKind::refused,
               "cannot read what managers were told",
               fmt::format("this line is broken: {}", printable(line)),
               {}};
}

std::optional<NicManager::Kind> kind_of(std::string_view word) {
  for (const auto kind : {NicManager::Kind::networkd, NicManager::Kind::network_manager})
    if (word == word_of(kind))
      return kind;
  return std::nullopt;
}

Result<ManagerStep> read_about_files(const std::vector<std::string>& words, const std::string& line) {
  const auto manager = kind_of(words[1]);
  if (!manager)
    return fail(is_broken(line));
  std::vector<IfName> devices;
  for (std::size_t i = 2; i < words.size(); ++i) {
    TRY(auto device, IfName::parse(words[i]));
    devices.push_back(std::move(device));
  }
  if (words[0] == "unmanage")
    return ManagerStep{Unmanage{*manager, std::move(devices)}};
  return ManagerStep{Manage{*manager, std::move(devices)}};
}

Result<ManagerStep> read_about_nic(const std::vector<std::string>& words, const std::string& line) {
  const bool is_uuid = words[2].find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  if (words.size() != 3 || !is_uuid)
    return fail(is_broken(line));
  TRY(auto nic, IfName::parse(words[1]));
  std::string connection = words[2] == k_none ? "" : words[2];
  if (words[0] == "let-go")
    return ManagerStep{LetGo{std::move(nic), std::move(connection)}};
  return ManagerStep{TakeUp{std::move(nic), std::move(connection)}};
}

Result<ManagerStep> read_line(const std::string& line) {
  std::istringstream stream{line};
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(std::move(word));
  if (words.size() < 3)
    return fail(is_broken(line));
  if (words[0] == "unmanage" || words[0] == "manage")
    return read_about_files(words, line);
  if (words[0] == "let-go" || words[0] == "take-up")
    return read_about_nic(words, line);
  return fail(is_broken(line));
}

} // namespace

std::string describe(const ManagerStep& step) {
  return std::visit(DescribeManagerStep{}, step);
}

std::vector<ManagerStep> inverse(const std::vector<ManagerStep>& steps) {
  std::vector<ManagerStep> back;
  std::transform(steps.rbegin(), steps.rend(), std::back_inserter(back),
                 [](const ManagerStep& step) { return std::visit(Invert{}, step); });
  return back;
}

std::string to_text(const std::vector<ManagerStep>& steps) {
  std::string text;
  for (const ManagerStep& step : steps)
    text += std::visit(Write{}, step);
  return text;
}

Result<std::vector<ManagerStep>> parse_manager_steps(std::string_view text) {
  if (!text.empty() && text.back() != '\n')
    return fail(is_broken(text.substr(text.rfind('\n') + 1)));
  std::istringstream stream{std::string{text}};
  std::vector<ManagerStep> steps;
  for (std::string line; std::getline(stream, line);) {
    TRY(auto step, read_line(line));
    steps.push_back(std::move(step));
  }
  return steps;
}

} // namespace vdeup
