#include "support/qemu_corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace lab {
namespace {

namespace fs = std::filesystem;
using vdeup::qemu::Capabilities;

std::optional<std::string> read_file(const fs::path& file) {
  std::ifstream stream{file};
  if (!stream)
    return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{stream}, {}};
}

void read_option(const std::vector<std::string>& words, QemuCase& example) {
  const std::string& name = words.at(0);
  if (name == "version") {
    char dot = 0;
    std::istringstream{words.at(1)} >> example.capabilities.version.major >> dot >>
        example.capabilities.version.minor;
    example.is_for_other_qemu = true;
  } else if (name == "netdevs") {
    example.has_own_answers = true;
    const auto has = [&words](const char* netdev) {
      return std::find(words.begin(), words.end(), netdev) != words.end();
    };
    example.capabilities.has_dgram = has("dgram");
    example.capabilities.has_socket = has("socket");
    example.capabilities.has_vde = has("vde");
  } else if (name == "nics") {
    example.has_own_answers = true;
    example.capabilities.nic_models.assign(words.begin() + 1, words.end());
  } else if (name == "kvm") {
    example.has_kvm = words.at(1) != "no";
  } else if (name == "model") {
    example.model = words.at(1);
  } else if (name == "needs") {
    example.needs = fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "));
  } else if (name == "unattached") {
    example.is_unattached = true;
  } else if (name == "refused") {
    example.is_refused = true;
  } else if (name == "files") {
    for (std::size_t i = 2; i < words.size(); ++i)
      example.files.emplace_back(words.at(1), words.at(i));
  } else {
    throw std::runtime_error(example.name + ": unknown option " + name);
  }
}

QemuCase read_case(const fs::path& directory) {
  QemuCase example{.name = directory.filename().string(),
                   .line = split_words(read_file(directory / "line").value()),
                   .expected = read_file(directory / "expected").value_or(""),
                   .told = read_file(directory / "told").value_or("")};
  example.capabilities = {.has_dgram = true, .has_socket = true, .has_vde = true, .version = {7, 2}};
  std::istringstream options{read_file(directory / "options").value_or("")};
  for (std::string line; std::getline(options, line);)
    if (const auto words = split_words(line); !words.empty())
      read_option(words, example);
  return example;
}

/// Reads words out of a text, character by character.
class Splitting {
 public:
  explicit Splitting(const std::string& text) : m_text(text) {}

  std::vector<std::string> run() && {
    for (m_at = 0; m_at < m_text.size(); ++m_at)
      step(m_text[m_at]);
    end_word();
    return std::move(m_words);
  }

 private:
  void step(char byte) {
    if (m_quote == '\'' ? byte != '\'' : false) {
      m_word += byte;
    } else if (byte == '\\' && m_at + 1 < m_text.size()) {
      take_escaped(m_text[++m_at]);
    } else if (m_quote != 0 && byte == m_quote) {
      m_quote = 0;
    } else if (m_quote != 0) {
      m_word += byte;
    } else if (byte == '\'' || byte == '"') {
      m_quote = byte;
      m_is_word = true;
    } else if (std::isspace(static_cast<unsigned char>(byte)) != 0) {
      end_word();
    } else {
      m_word += byte;
      m_is_word = true;
    }
  }

  void take_escaped(char byte) {
    if (byte == '\n') // a line goes on
      return;
    if (m_quote == '"' && byte != '"' && byte != '\\' && byte != '$')
      m_word += '\\';
    m_word += byte;
    m_is_word = true;
  }

  void end_word() {
    if (m_is_word)
      m_words.push_back(m_word);
    m_word.clear();
    m_is_word = false;
  }

  const std::string& m_text;
  std::size_t m_at = 0;
  char m_quote = 0;
  bool m_is_word = false;
  std::string m_word{};
  std::vector<std::string> m_words{};
};

} // namespace

std::vector<std::string> split_words(const std::string& text) {
  return Splitting{text}.run();
}

std::vector<QemuCase> read_qemu_cases() {
  std::vector<QemuCase> cases;
  for (const auto& entry : fs::directory_iterator{VDEUP_QEMU_CASES})
    if (entry.is_directory())
      cases.push_back(read_case(entry.path()));
  if (cases.empty())
    throw std::runtime_error("there are no cases in " VDEUP_QEMU_CASES);
  std::sort(cases.begin(), cases.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return cases;
}

QemuOutcome
rewrite_case(const QemuCase& example,
             const std::function<vdeup::qemu::Connected(const vdeup::qemu::VdeNic&, std::size_t)>& connect) {
  using namespace vdeup::qemu;
  auto translated = translate_old_options({example.line.begin() + 1, example.line.end()},
                                          {example.capabilities.version, example.has_kvm});
  auto line = analyse(std::move(translated.args));
  if (!line)
    return {.error = line.error().message() +
                     (line.error().hints().empty() ? "" : "\nhint: " + line.error().hints().text())};
  std::vector<Connected> connected;
  for (const VdeNic& nic : line.value().nics)
    connected.push_back(connect(nic, connected.size()));
  const std::string program = fs::path{example.line.front()}.filename().string();
  auto words = rewrite(line.value(), connected, example.capabilities.best_backend(),
                       choose_model(program, line.value(), example.capabilities, example.model));
  words.insert(words.begin(), example.line.front());
  return {.words = std::move(words), .told = std::move(translated.changes)};
}

} // namespace lab
