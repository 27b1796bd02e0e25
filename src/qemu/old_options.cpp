#include "qemu/old_options.hpp"

#include "base/text.hpp"
#include "qemu/old_table.hpp"
#include "qemu/options.hpp"
#include "qemu/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::qemu {
namespace {

/// Translates one line, word by word.
class Translation {
 public:
  Translation(std::vector<std::string> args, const OldLineContext& context)
      : m_args(std::move(args)), m_context(context) {}

  Translated run() && {
    drop_bare_vga();
    move_to_user_network();
    for (const Word& word : read_words(m_args))
      translate(word);
    return {std::move(m_words), std::move(m_changes)};
  }

 private:
  [[nodiscard]] std::string value_of(const Word& word) const {
    return word.value ? m_args[*word.value] : std::string{};
  }

  [[nodiscard]] std::vector<std::string> words_of(const Word& word) const {
    std::vector<std::string> words{m_args[word.at]};
    if (word.value)
      words.push_back(m_args[*word.value]);
    return words;
  }

  void say(const Word& word, const Change& change) {
    const std::string why =
        !change.why.empty() ? change.why : fmt::format("QEMU {} rejects it", m_context.version.str());
    const std::string old = shell_line(words_of(word));
    m_changes.push_back(change.instead.empty() ? fmt::format("left out `{}`: {}", old, why)
                                               : fmt::format("replaced `{}` with `{}`: {}", old,
                                                             shell_line(change.instead), why));
  }

  /// `-vga` at the end or in front of another option: templates whose variable for the card was empty.
  void drop_bare_vga() {
    for (;;) { // each time round a word goes
      const auto words = read_words(m_args);
      const auto bare = std::find_if(words.begin(), words.end(), [this](const Word& word) {
        return word.option == "vga" && (!word.value || value_of(word).starts_with('-'));
      });
      if (bare == words.end())
        return;
      m_changes.emplace_back("left out `-vga`: it names no card");
      m_args.erase(m_args.begin() + static_cast<std::ptrdiff_t>(bare->at));
    }
  }

  /// The option `-net user`, `-netdev user` or `-nic user`.
  [[nodiscard]] static const Word* find_user_network(const std::vector<Word>& words,
                                                     const std::vector<std::string>& args) {
    const auto found = std::find_if(words.begin(), words.end(), [&args](const Word& word) {
      const bool is_network = word.option == "net" || word.option == "netdev" || word.option == "nic";
      return is_network && word.value && OptionValue::parse(args[*word.value]).type() == "user";
    });
    return found == words.end() ? nullptr : &*found;
  }

  /// What were options of their own are keys of the user network.
  void move_to_user_network() {
    if (m_context.version < Version{3, 1})
      return;
    const auto words = read_words(m_args);
    const Word* user = find_user_network(words, m_args);
    std::vector<Word> moved;
    for (const Word& word : words) {
      const auto key = key_of_user_network(word);
      if (!key)
        continue;
      moved.push_back(word);
      Change change{{}, "the line has no user network; the VM has an address of its own"};
      if (user != nullptr)
        change = add_to_user_network(*user, word, *key);
      say(word, change);
    }
    std::reverse(moved.begin(), moved.end()); // from the end, so that the other indices stay true
    for (const Word& word : moved)
      m_args.erase(m_args.begin() + static_cast<std::ptrdiff_t>(word.at),
                   m_args.begin() + static_cast<std::ptrdiff_t>(*word.value) + 1);
  }

  static std::optional<std::string> key_of_user_network(const Word& word) {
    if (!word.value)
      return std::nullopt;
    if (word.option == "redir")
      return "hostfwd";
    if (word.option == "bootp")
      return "bootfile";
    return word.option == "smb" || word.option == "tftp" ? std::optional{std::string{word.option}}
                                                         : std::nullopt;
  }

  Change add_to_user_network(const Word& user, const Word& word, const std::string& key) {
    OptionValue network = OptionValue::parse(m_args[*user.value]);
    network.add(key, key == "hostfwd" ? forwarding(value_of(word)) : value_of(word));
    m_args[*user.value] = network.str();
    return {words_of(user), {}};
  }

  /// `tcp:5555:10.0.2.15:22` → `tcp::5555-10.0.2.15:22`.
  static std::string forwarding(std::string redirection) {
    const std::size_t first = redirection.find(':');
    const std::size_t second = redirection.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos)
      return redirection;
    redirection[second] = '-';
    return redirection.insert(first, ":");
  }

  void translate(const Word& word) {
    const auto change = change_of(word);
    const auto words = change ? change->instead : words_of(word);
    m_words.insert(m_words.end(), words.begin(), words.end());
    if (change)
      say(word, *change);
  }

  std::optional<Change> change_of(const Word& word) {
    if (value_of(word) == "help" || value_of(word) == "?") // a question is not answered with a VM
      return std::nullopt;
    if (word.option == "enable-kvm" && !m_context.has_kvm)
      return Change{{}, "this host has no /dev/kvm, so the VM is emulated, and slow"};
    if (word.option == "cpu" && value_of(word) == "host" && !m_context.has_kvm && needs_kvm())
      return Change{{"-cpu", "max"}, "there is no KVM"};
    auto change = change_of_option(word, value_of(word), m_context.version);
    if (!change && word.value)
      change = change_of_value(word, value_of(word), m_context.version);
    return change;
  }

  [[nodiscard]] bool needs_kvm() const {
    const auto words = read_words(m_args);
    return std::any_of(words.begin(), words.end(),
                       [](const Word& word) { return word.option == "enable-kvm"; });
  }

  std::vector<std::string> m_args;
  OldLineContext m_context;
  std::vector<std::string> m_words{};
  std::vector<std::string> m_changes{};
};

} // namespace

Translated translate_old_options(std::vector<std::string> args, const OldLineContext& context) {
  if (!context.version.is_known() || context.is_strict)
    return {std::move(args), {}};
  return Translation{std::move(args), context}.run();
}

} // namespace vdeup::qemu
