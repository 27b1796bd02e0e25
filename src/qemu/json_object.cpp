#include "qemu/json_object.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
namespace vdeup::qemu {
namespace {

std::string text_of(const boost::json::value& value) {
  if (value.is_string())
    return std::string{value.get_string().c_str()};
  if (value.is_bool())
    return value.get_bool() ? "on" : "off";
  return value.is_structured() || value.is_null() ? std::string{} : boost::json::serialize(value);
}

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string_view{text});
}

} // namespace

Result<JsonObject> JsonObject::parse(std::string_view text) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view{text}, error);
  if (error)
    return fail(Error{ErrorKind::usage, "it is not JSON", error.message(), {}});
  if (!value.is_object())
    return fail(Error{ErrorKind::usage, "it is JSON, but not an object", {}, {}});
  JsonObject object;
  object.m_text = text;
  for (const auto& [key, member] : value.get_object())
    object.m_members[std::string{key}] = text_of(member);
  return object;
}

std::optional<std::string> JsonObject::get(const std::string& key) const {
  const auto found = m_members.find(key);
  return found == m_members.end() ? std::nullopt : std::optional{found->second};
}

std::string JsonObject::with(std::string_view key, std::string_view value) const {
  std::string text = m_text;
  const std::string member = json_text(key) + ":" + json_text(value);
  text.insert(text.rfind('}'), m_members.empty() ? member : "," + member);
  return text;
}

} // namespace vdeup::qemu
