#include "page/schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <set>

namespace json = boost::json;

namespace page {
namespace {

// Version 1 of the schema. A type is `text`, `number`, `bool`, the name of an object below, or `[TYPE]` for
// an array; `TYPE?` can be null, and a member whose name ends in `?` can be absent.
using Members = std::map<std::string, std::string>;

const std::map<std::string, Members> k_objects{
    {"info", {{"network", "network"}, {"vm_taps", "number"}}},
    {"check",
     {{"sound", "bool"},
      {"faults", "[fault]"},
      {"notes", "[fault]"},
      {"probe", "probe?"},
      {"network", "network?"}}},
    {"create",
     {{"network", "network"},
      {"bridge_reason", "text"},
      {"uplink_reason", "text"},
      {"result", "result"},
      {"plan", "[step]"}}},
    {"cancel", {{"switch", "text"}, {"plan", "[step]"}}},
    {"ports", {{"switch", "text"}, {"ports", "[port]"}, {"taps", "[vm_tap]"}}},
    {"list", {{"host", "text"}, {"switches", "[entry]"}}},
    {"listall", {{"host", "text"}, {"switches", "[entry]"}, {"clients", "[socket]"}}},
    {"run", {{"plan", "[step]"}, {"argv", "[text]"}}},
    {"network",
     {{"owner", "text"},
      {"owner_uid", "number"},
      {"switch", "switch"},
      {"uplink", "uplink"},
      {"tap", "tap?"},
      {"bridge", "bridge?"}}},
    {"switch",
     {{"socket", "text"},
      {"mgmt", "text"},
      {"state", "text"},
      {"pid", "number"},
      {"uid", "number"},
      {"uptime", "number"},
      {"mac", "text?"},
      {"access", "text?"},
      {"group", "text?"},
      {"accepts_clients", "bool"},
      {"tap", "text?"},
      {"ports", "number"}}},
    {"uplink", {{"kind", "text?"}, {"pid?", "number"}, {"forwards", "[text]"}}},
    {"tap",
     {{"name", "text"},
      {"owner_uid", "number"},
      {"mtu", "number"},
      {"up", "bool"},
      {"carrier", "bool"},
      {"bridge", "text?"},
      {"made_by_vdeup", "bool"}}},
    {"bridge",
     {{"name", "text"},
      {"mac", "text"},
      {"mtu", "number"},
      {"up", "bool"},
      {"stp", "bool"},
      {"made_by_vdeup", "bool"}}},
    {"result", {{"bridge", "text"}, {"tap", "text"}, {"switch", "text"}, {"uplink", "text"}}},
    {"step", {{"kind", "text"}, {"object", "text"}, {"step", "text"}, {"undo", "text?"}}},
    {"port",
     {{"port", "number"},
      {"vlan", "number"},
      {"packets_in", "number"},
      {"bytes_in", "number"},
      {"packets_out", "number"},
      {"bytes_out", "number"},
      {"learnt", "[address]"},
      {"endpoints", "[endpoint]"}}},
    {"vm_tap",
     {{"name", "text"},
      {"vm", "text"},
      {"user", "text"},
      {"mac", "text"},
      {"pid?", "number"},
      {"packets_in", "number"},
      {"bytes_in", "number"},
      {"packets_out", "number"},
      {"bytes_out", "number"}}},
    {"address", {{"mac", "text"}, {"vlan", "number"}}},
    {"endpoint",
     {{"kind", "text"},
      {"text", "text"},
      {"vm?", "text"},
      {"user?", "text"},
      {"mac?", "text"},
      {"pid?", "number"}}},
    {"entry",
     {{"socket", "text"},
      {"user", "text"},
      {"uid", "number"},
      {"group", "text"},
      {"access", "text"},
      {"sockets?", "[socket]?"}}},
    {"socket",
     {{"socket", "text"},
      {"user", "text"},
      {"uid", "number"},
      {"group", "text"},
      {"access", "text"},
      {"dangling", "bool"}}},
    {"fault", {{"what", "text"}, {"hint", "text"}}},
    {"probe",
     {{"tried", "bool"}, {"not_tried", "text"}, {"reached_bridge", "bool"}, {"answers", "[answer]"}}},
    {"answer", {{"address", "text"}, {"of_bridge", "bool"}, {"mac", "text?"}}},
};

/// Collects what is wrong on a walk through an answer.
class Walk {
 public:
  void value(const json::value& value, std::string type, const std::string& place);
  void object(const json::object& object, const Members& members, const std::string& place);
  [[nodiscard]] const std::string& faults() const { return m_faults; }
  void complain(const std::string& place, const std::string& what) { m_faults += place + ": " + what + "\n"; }

 private:
  std::string m_faults;
};

void Walk::value(const json::value& value, std::string type, const std::string& place) {
  if (type.ends_with('?')) {
    if (value.is_null())
      return;
    type.pop_back();
  }
  if (type.starts_with('[')) {
    if (!value.is_array())
      return complain(place, "is no array");
    for (const json::value& element : value.as_array())
      this->value(element, type.substr(1, type.size() - 2), place + "[]");
    return;
  }
  const auto members = k_objects.find(type);
  if (members != k_objects.end() && value.is_object())
    return object(value.as_object(), members->second, place);
  const bool is_right = (type == "text" && value.is_string()) || (type == "bool" && value.is_bool()) ||
                        (type == "number" && value.is_number() && !value.is_double());
  if (!is_right)
    complain(place, "is no " + type);
}

void Walk::object(const json::object& object, const Members& members, const std::string& place) {
  std::set<std::string> known;
  for (const auto& [written, type] : members) {
    const bool can_be_absent = written.ends_with('?');
    const std::string name = can_be_absent ? written.substr(0, written.size() - 1) : written;
    known.insert(name);
    if (const json::value* value = object.if_contains(name))
      this->value(*value, type, place + "." + name);
    else if (!can_be_absent)
      complain(place, "has no member " + name);
  }
  for (const auto& member : object)
    if (!known.contains(std::string{member.key()}))
      complain(place, "has a member that is not described: " + std::string{member.key()});
}

} // namespace

std::string schema_faults(const json::value& answer) {
  Walk walk;
  const json::object* const object = answer.if_object();
  const json::value* const command = object != nullptr ? object->if_contains("command") : nullptr;
  if (command == nullptr || !command->is_string() || !k_objects.contains(std::string{command->as_string()}))
    return "there is no command that is known\n";
  Members members = k_objects.at(std::string{command->as_string()});
  members.insert({{"vdeup", "number"}, {"command", "text"}});
  walk.object(*object, members, std::string{command->as_string()});
  if (object->contains("vdeup") && object->at("vdeup") != 1)
    walk.complain("vdeup", "the version of the schema is not 1");
  return walk.faults();
}

} // namespace page
