#include "cli/persist.hpp"

#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "managers/bridge_configuration.hpp"

#include <fmt/format.h>

namespace vdeup::cli {
namespace {

boost::json::object configuration_json(const managers::ToolConfiguration& configuration) {
  auto answer = json_answer("create");
  answer["tool"] = configuration.tool;
  answer["files"] = json_list(configuration.files, [](const managers::ConfigFile& file) {
    return boost::json::object{{"path", file.path}, {"text", file.text}};
  });
  answer["apply"] = configuration.command;
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
  TRY(auto configuration,
      managers::write_configuration(managers::describe_bridge(seen->nic, choice.bridge.name, seen->managers),
                                    seen->managers));
  if (context.call.json) {
    print_json(configuration_json(configuration));
    return 0;
  }
  for (const managers::ConfigFile& file : configuration.files)
    fmt::print("# {}\n{}\n", file.path, file.text);
  if (!context.call.terse)
    context.log.info(fmt::format("this is for {}: put each file where its first line says, then run `{}`",
                                 configuration.tool, configuration.command));
  return 0;
}

} // namespace vdeup::cli
