// The manual page, OPTIONS and EXIT-VALUES: each wrong use is status 1, names the word, and changes nothing.

#include "page/page.hpp"
#include "support/accounts.hpp"
#include "support/catch.hpp"

using namespace lab;
using namespace page;

namespace {

using Words = std::vector<std::string>;

/// A wrong use, and what has to be named.
struct Wrong {
  Words options;
  std::string named;
};

const std::vector<Wrong> k_wrong_values{
    {{"-b", "br/0"}, "'br/0'"},
    {{"-b", ""}, "''"},
    {{"-b", "a234567890123456"}, "a234567890123456"},
    {{"-d", "loud"}, "'loud'"},
    {{"-d", "1,Q:2"}, "'Q:2'"},
    {{"-d", "2#1010"}, "'2#1010'"},
    {{"-g", "no-such-group"}, "'no-such-group'"},
    {{"-g", "lab", "-u", "carl"}, "group lab"},     // not a member
    {{"-g", "lab", "-u", "acue.kvm"}, "group lab"}, // "has to be the same as the resulting owner's group"
    {{"-g", "kvm", "--share", "kvm"}, "--share"},
    {{"--share", "no-such-group"}, "'no-such-group'"},
    {{"--share", "lab", "-u", "carl"}, "group lab"},
    {{"-H", "no-such-page"}, "'no-such-page'"},
    {{"-i", "nic/0"}, "'nic/0'"},
    {{"-l", "-oProxyCommand=x", "-r", "host"}, "-oProxyCommand=x"},
    {{"-l", "acue"}, "-l"}, // on which host?
    {{"-r", "host1 -oProxyCommand=x"}, "'-oProxyCommand=x'"},
    {{"-r", "host1(-Z SUDO"}, "'host1(-Z SUDO'"},
    {{"-r", " , "}, "' , '"},
    {{"-r", "ho\nst"}, "ho\\x0ast"},
    {{"-s", "relative"}, "'relative'"},
    {{"-s", "/var/tmp/" + std::string(90, 's')}, "ssss"},
    {{"-S", "relative"}, "'relative'"},
    {{"-S", "/var/tmp/" + std::string(100, 's')}, "ssss"},
    {{"-u", "no-such-user"}, "'no-such-user'"},
    {{"-u", "acue.no-such-group"}, "'no-such-group'"},
    {{"-u", "no-such-user.lab"}, "'no-such-user'"},
    {{"-u", "carl.lab"}, "group lab"}, // not a member
    {{"-Z", "SODO"}, "'SODO'"},
    {{"-Z", ","}, "','"},
    {{"-q"}, "'-q'"},
    {{"--shere", "lab"}, "did you mean '--share'?"},
    {{"-fq"}, "'-fq'"},
    {{"--json=1"}, "--json"},
    {{"-X", "--json"}, "-X"},
    {{"-b", "br0", "-b", "br1"}, "-b"},
    {{"-f", "nonsense"}, "'nonsense'"},
    {{"--bridge"}, "--bridge"}, // belongs to cancel
    {{"--probe", "10.0.0.1:0"}, "--probe"},
    {{"--timeout", "0"}, "--timeout"},
    {{"--confirm", "soon"}, "--confirm"},
};

Words with(const Words& options, const std::string& command, bool is_before) {
  Words words = options;
  words.insert(is_before ? words.end() : words.begin(), command);
  return words;
}

} // namespace

TEST_CASE("options: a wrong value is named, and changes nothing", "[page]") {
  own_accounts();
  for (const Wrong& wrong : k_wrong_values) {
    const std::string before = snapshot();
    for (const std::string& name : k_names) {
      const Words words = with(wrong.options, "create", name == k_names.front());
      const auto done = run_called(name, words);
      CAPTURE(name, words, done.out, done.err);
      CHECK(done.status == 1);
      CHECK(done.err.find(wrong.named) != std::string::npos);
      CHECK(done.out.empty());
    }
    CAPTURE(wrong.options);
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("options: a value that is missing is named with its option", "[page]") {
  const std::string before = snapshot();
  for (const std::string option : {"-b", "-d", "-g", "-i", "-l", "-r", "-s", "-S", "-u", "-Z", "--share"})
    for (const std::string& name : k_names) {
      const auto done = run_called(name, {"create", option});
      INFO(done.err);
      CHECK(done.status == 1);
      CHECK(done.err.find("'" + option + "'") != std::string::npos);
    }
  CHECK(changes_since(before) == "");
}

TEST_CASE("options: one command word is enough, and it has to be known", "[page]") {
  for (const std::string& name : k_names) {
    refused({"create", "cancel"}, 1, "'cancel'", name);
    refused({"create", "create"}, 1, "'create'", name);
    refused({"-f", "crate"}, 1, "did you mean 'create'?", name);
    refused({"crea"}, 1, "'crea'", name);
    refused({""}, 1, "''", name);
    refused({"create", "host1"}, 1, "'host1'", name);
  }
  refused({"run"}, 1, "'run'", "ctys-setupVDE"); // the 2010 tool started no VM
}
