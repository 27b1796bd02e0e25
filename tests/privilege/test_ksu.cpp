// ksu, in a Kerberos realm of the test's own: does who has a ticket, and a line in root's .k5users, come to
// the helper by it, and nobody else?

#include "privilege/privilege_lab.hpp"
#include "support/tools.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
namespace fs = std::filesystem;

namespace {

constexpr const char* k_realm_directory = "/var/tmp/home/realm";

std::string host_name() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// A realm LAB with this host, and with acue and berta, who have tickets.
class Realm {
 public:
  Realm() {
    for (const char* program : {"ksu", "kinit"})
      needs(program);
    m_kdc = lab::tool("krb5kdc");
    const fs::path usr = fs::path{m_kdc}.parent_path().parent_path();
    for (const auto& entry :
         fs::recursive_directory_iterator(usr / "lib", fs::directory_options::skip_permission_denied))
      if (entry.path().filename() == "db2.so")
        m_modules = entry.path().parent_path();
    REQUIRE(!m_modules.empty());
    fs::create_directories(k_realm_directory);
    write_configuration();
    fill();
    m_daemon = std::make_unique<lab::Running>(std::vector<std::string>{m_kdc, "-n"}, options());
    for (const lab::User& user : {k_acue, k_berta})
      REQUIRE(lab::eventually([&] { return log_in(user); }));
  }

  static std::string ticket(const lab::User& user) {
    return fmt::format("KRB5CCNAME=FILE:{}/ticket", lab::home_of(user));
  }

 private:
  [[nodiscard]] lab::SpawnOptions options() const {
    const fs::path libraries = m_modules.parent_path().parent_path().parent_path();
    return {.environment = {fmt::format("KRB5_KDC_PROFILE={}/kdc.conf", k_realm_directory),
                            "LD_LIBRARY_PATH=" + libraries.string()}};
  }

  /// The KDC is reached by IPv6: as soon as a bridge has a link-local address, and nothing but the loopback
  /// one of IPv4, 127.0.0.1 counts as out of reach (AI_ADDRCONFIG in getaddrinfo(3)).
  void write_configuration() const {
    const std::string host = host_name();
    write_file("/etc/hosts", "127.0.0.1 localhost " + host + "\n");
    write_file("/etc/krb5.conf", fmt::format("[libdefaults]\n default_realm = LAB\n dns_lookup_kdc = false\n"
                                             " dns_canonicalize_hostname = false\n rdns = false\n"
                                             "[realms]\n LAB = {{\n  kdc = [::1]:8888\n }}\n"
                                             "[domain_realm]\n {} = LAB\n[dbmodules]\n db_module_dir = {}\n",
                                             host, m_modules.string()));
    write_file(std::string{k_realm_directory} + "/kdc.conf",
               fmt::format("[kdcdefaults]\n kdc_ports = 8888\n kdc_tcp_ports = 8888\n[realms]\n LAB = {{\n"
                           "  database_name = {0}/principal\n  key_stash_file = {0}/stash\n }}\n",
                           k_realm_directory));
  }

  void fill() const {
    const auto must_do = [this](const std::string& program, std::vector<std::string> words) {
      words.insert(words.begin(), {lab::tool(program), "-r", "LAB"});
      const auto done = lab::run(words, options());
      INFO(done.out << done.err);
      REQUIRE(done.status == 0);
    };
    must_do("kdb5_util", {"-P", "master", "create", "-s"});
    for (const std::string& request :
         {std::string{"addprinc -pw secret acue"}, std::string{"addprinc -pw secret berta"},
          "addprinc -randkey host/" + host_name(), "ktadd -k /etc/krb5.keytab host/" + host_name()})
      must_do("kadmin.local", {"-q", request});
  }

  static bool log_in(const lab::User& user) {
    lab::Running kinit{{"kinit", user.name}, {.user = user, .environment = {ticket(user)}}};
    kinit.write("secret\n");
    return kinit.finish().status == 0;
  }

  std::string m_kdc{};
  fs::path m_modules{};
  std::unique_ptr<lab::Running> m_daemon{};
};

std::string read_template() {
  std::ifstream file{std::string{VDEUP_TEST_TEMPLATES} + "/k5users"};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("ways: who has a ticket and a line in .k5users makes the network through ksu", "[privilege]") {
  const Host host{Capability::none};
  const Realm realm;
  REQUIRE(::mount("tmpfs", "/root", "tmpfs", 0, "mode=700") == 0);
  write_file("/root/.k5users",
             with(with(read_template(), VDEUP_TEST_HELPER_PATH, Host::helper()), "EXAMPLE.ORG", "LAB"), 0600);
  Host::set_policy("allow all bridge * all\n");
  const std::string before = lab::snapshot();

  const auto made = Host::vdeup(k_acue, {"-d", "1", "-Z", "KSU,NOSUDO", "create"}, {Realm::ticket(k_acue)});
  INFO(made.err);
  CHECK(made.status == 0);
  CHECK(has(made.err, "vdeup-helper has its privilege by ksu"));
  const auto gone = Host::vdeup(k_acue, {"-Z", "KSU", "cancel", "--bridge"}, {Realm::ticket(k_acue)});
  INFO(gone.err);
  CHECK(gone.status == 0);

  const auto refused = Host::vdeup(k_berta, {"-Z", "KSU", "create"}, {Realm::ticket(k_berta)});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err, "ksu (account root: authorization failed)"));
  const auto not_asked_for = Host::vdeup(k_acue, {"create"}, {Realm::ticket(k_acue)});
  CHECK(not_asked_for.status == 2);
  CHECK(has(not_asked_for.err, "ksu (not asked for (-Z KSU))"));
  CHECK(lab::changes_since(before).empty());
}
