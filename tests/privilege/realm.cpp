#include "privilege/realm.hpp"

#include "privilege/elevation_lab.hpp"
#include "support/catch.hpp"
#include "support/tools.hpp"

#include <fmt/format.h>

#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace privilege_lab {
namespace {

namespace fs = std::filesystem;
using lab::k_acue;
using lab::k_berta;

constexpr const char* k_realm_directory = "/var/tmp/home/realm";

std::string host_name() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

bool log_in(const lab::User& user) {
  lab::Running kinit{{"kinit", user.name}, {.user = user, .environment = {Realm::ticket(user)}}};
  kinit.write("secret\n");
  return kinit.finish().status == 0;
}

void let_ksu() {
  std::string rules = read_template("k5users");
  const std::string placeholder = "EXAMPLE.ORG";
  const std::size_t at = rules.find(placeholder);
  REQUIRE(at != std::string::npos);
  REQUIRE(::mount("tmpfs", "/root", "tmpfs", 0, "mode=700") == 0);
  write_file("/root/.k5users", rules.replace(at, placeholder.size(), "LAB"), 0600);
}

} // namespace

Realm::Realm() {
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
  let_ksu();
}

std::string Realm::ticket(const lab::User& user) {
  return fmt::format("KRB5CCNAME=FILE:{}/ticket", lab::home_of(user));
}

lab::SpawnOptions Realm::options() const {
  const fs::path libraries = m_modules.parent_path().parent_path().parent_path();
  return {.environment = {fmt::format("KRB5_KDC_PROFILE={}/kdc.conf", k_realm_directory),
                          "LD_LIBRARY_PATH=" + libraries.string()}};
}

/// The KDC is reached by IPv6: as soon as a bridge has a link-local address, and nothing but the loopback one
/// of IPv4, 127.0.0.1 counts as out of reach (AI_ADDRCONFIG in getaddrinfo(3)).
void Realm::write_configuration() const {
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

void Realm::fill() const {
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

} // namespace privilege_lab
