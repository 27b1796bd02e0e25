#include "config/profile.hpp"

#include "base/text.hpp"
#include "config/profile_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::config {
namespace {

constexpr std::string_view k_page = "vdeup-profile(5)";
constexpr std::size_t k_max_floppies = 2;

template <class Named>
const Named* find_named(std::span<const Named> all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

template <class Named>
Error unknown(const Place& place, std::string_view kind, std::string_view name, std::span<const Named> all) {
  Vocabulary vocabulary{.kind = kind, .page = k_page};
  for (const Named& one : all)
    vocabulary.words.push_back(one.name);
  return unknown_word(place, name, vocabulary);
}

Result<> check_disk(const ProfileDisk& disk, const Place& heading) {
  if (disk.file.empty() && !disk.is_cdrom)
    return fail(bad_line(heading, "the disk has no file", "add `file = PATH`"));
  if (disk.boot_index && row_of(disk.interface).device.empty())
    return fail(bad_line(heading, "its interface leaves no room for a boot-index",
                         "choose ide, virtio, virtio-mmio, nvme or usb, or use `order` in [boot]"));
  return ok();
}

Result<> check_nic(const ProfileNic& nic, const Place& heading) {
  if (nic.socket && nic.lane != NicLane::vde && nic.lane != NicLane::tap)
    return fail(
        bad_line(heading, "a NIC of this lane has no switch", "leave out `switch`, or use lane vde or tap"));
  if (nic.port && nic.lane != NicLane::vde)
    return fail(bad_line(heading, "a NIC of this lane has no port at the switch",
                         "leave out `port`, or use lane vde"));
  return ok();
}

/// Reads the entries of one profile, section after section.
class Reader {
 public:
  explicit Reader(const ProfileOrigin& origin) : m_origin(origin), m_heading{origin.path, 0} {}

  Result<> take(const Entry& entry) { return entry.is_heading() ? begin(entry) : set(entry); }

  /// Look at what the section that was read last has come to.
  [[nodiscard]] Result<> end_section() const {
    if (m_section == nullptr)
      return ok();
    if (m_section->name == "disk" || m_section->name == "cdrom")
      return check_disk(m_profile.disks.back(), m_heading);
    if (m_section->name == "nic")
      return check_nic(m_profile.nics.back(), m_heading);
    if (m_section->name != "floppy")
      return ok();
    if (m_profile.floppies.back().file.empty())
      return fail(bad_line(m_heading, "the floppy has no file", "add `file = PATH`"));
    if (m_profile.floppies.size() > k_max_floppies)
      return fail(bad_line(m_heading, "there is no room for a third floppy"));
    return ok();
  }

  Profile take_profile() { return std::move(m_profile); }

 private:
  Result<> begin(const Entry& entry) {
    TRY(end_section());
    m_heading.line = entry.line;
    m_section = find_named(profile_sections(), entry.key);
    if (m_section == nullptr)
      return fail(unknown(m_heading, "section", entry.key, profile_sections()));
    m_seen.clear();
    if (m_section->begin != nullptr) {
      m_section->begin(m_profile);
      return ok();
    }
    if (std::find(m_begun.begin(), m_begun.end(), m_section) != m_begun.end())
      return fail(
          bad_line(m_heading, fmt::format("[{}] stands in an earlier line already", m_section->name)));
    m_begun.push_back(m_section);
    return ok();
  }

  Result<> set(const Entry& entry) {
    const Place place{m_origin.path, entry.line};
    if (m_section == nullptr)
      return fail(
          bad_line(place, fmt::format("'{}' is in no section", printable(entry.key)), "begin with [vm]"));
    const ProfileKey* key = find_named(m_section->keys, entry.key);
    if (key == nullptr)
      return fail(unknown(place, "setting", entry.key, m_section->keys));
    if (!key->can_repeat && std::find(m_seen.begin(), m_seen.end(), key) != m_seen.end())
      return fail(bad_line(
          place, fmt::format("'{}' stands in an earlier line of [{}] already", key->name, m_section->name)));
    m_seen.push_back(key);
    return key->take(m_profile, ProfileValue{entry.value, place, m_origin});
  }

  const ProfileOrigin& m_origin;
  Profile m_profile{};
  const ProfileSection* m_section = nullptr;
  Place m_heading;                              ///< of m_section
  std::vector<const ProfileKey*> m_seen{};      ///< in m_section
  std::vector<const ProfileSection*> m_begun{}; ///< of those that can be there only once
};

} // namespace

Result<Profile> parse_profile(std::string_view text, const ProfileOrigin& origin) {
  TRY(auto entries, read_entries(text, origin.path));
  Reader reader{origin};
  for (const Entry& entry : entries) {
    TRY(reader.take(entry));
  }
  TRY(reader.end_section());
  return reader.take_profile();
}

} // namespace vdeup::config
