#include "privilege/talk.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace privilege_lab {
namespace {

constexpr std::chrono::seconds k_patience{30};

} // namespace

std::string status_of(const std::string& pid, const std::string& key) {
  std::ifstream file{"/proc/" + pid + "/status"};
  for (std::string text; std::getline(file, text);)
    if (text.starts_with(key + ":"))
      return text.substr(key.size() + 1);
  return {};
}

std::vector<std::string> helpers() {
  std::vector<std::string> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file{entry.path() / "comm"};
    std::string comm;
    const std::string pid = entry.path().filename();
    if (std::getline(file, comm) && comm == "vdeup-helper" && !has(status_of(pid, "State"), "Z"))
      pids.push_back(pid);
  }
  return pids;
}

bool signal_as(const lab::User& user, const std::string& pid, const std::string& names) {
  return lab::run({"sh", "-c", "for name in " + names + "; do kill -s $name " + pid + " || exit; done"},
                  {.user = user})
             .status == 0;
}

Talk::Talk(const lab::User& user, std::vector<std::string> environment)
    : m_talker(Host::talker(), {.user = user, .environment = std::move(environment)}) {
  say(k_hello);
  REQUIRE(answer() == "ok");
  for (const std::string& pid : helpers())
    if (has(status_of(pid, "PPid"), "\t" + std::to_string(m_talker.pid())))
      m_helper = pid;
  REQUIRE(!m_helper.empty());
}

void Talk::say(const std::string& text) {
  begin(text);
  REQUIRE(wait_for_answers());
}

void Talk::begin(const std::string& text) {
  m_talker.write(text);
  ++m_said;
}

bool Talk::wait_for_answers() {
  const auto end = std::chrono::steady_clock::now() + k_patience;
  while (lab::count(output(), "done ") < m_said && std::chrono::steady_clock::now() < end)
    (void)m_talker.wait_for("\n\n", std::chrono::milliseconds{5}); // which never comes, but reads on
  return lab::count(output(), "done ") >= m_said;
}

std::string Talk::answer() const {
  const std::size_t end = output().rfind("\ndone ");
  if (end == std::string::npos)
    return {};
  const std::size_t begin = output().rfind('\n', end - 1);
  return output().substr(begin == std::string::npos ? 0 : begin + 1,
                         end - (begin == std::string::npos ? 0 : begin + 1));
}

} // namespace privilege_lab
