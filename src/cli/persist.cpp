#include "cli/persist.hpp"

#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "managers/bridge_configuration.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace vdeup::cli {
namespace {

boost::json::object persistence_json(const managers::ToolConfiguration& persistence) {
  auto answer = json_answer("create");
  boost::json::array files;
  for (const managers::ConfigFile& file : persistence.files)
    files.push_back(boost::json::object{{"path", file.path}, {"text", file.text}});
  answer["tool"] = persistence.tool;
  answer["files"] = std::move(files);
  answer["apply"] = persistence.command;
  return answer;
}

} // namespace

Result<int> print_configuration(const Context& context, const Wiring& wiring, const plan::Request& request,
                                const plan::BridgeChoice& choice) {
  // Nothing is moved: whether it may be is not the question.
  TRY(auto moves, nicmove::MoveService::open(requester(wiring), {.force = true}));
  TRY(auto seen, moves.observe(request.interface));
  if (!seen)
    return fail(Error{ErrorKind::missing, "cannot say what would keep a NIC in a bridge",
                      "this host has no NIC that could be moved", "name one with -i"});
  TRY(auto persistence,
      managers::write_configuration(managers::describe_bridge(seen->nic, choice.bridge.name, seen->managers),
                                    seen->managers));
  if (context.call.json) {
    print_json(persistence_json(persistence));
    return 0;
  }
  for (const managers::ConfigFile& file : persistence.files)
    fmt::print("# {}\n{}\n", file.path, file.text);
  if (!context.call.terse)
    context.log.info(fmt::format("this is for {}: put each file where its first line says, then run `{}`",
                                 persistence.tool, persistence.command));
  return 0;
}

} // namespace vdeup::cli
