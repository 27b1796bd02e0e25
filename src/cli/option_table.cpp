#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace vdeup::cli {
namespace {

namespace po = boost::program_options;

struct Word {
  std::string_view text;
  CommandWord command;
  std::string_view summary;
};

constexpr std::array k_words{
    Word{"run", CommandWord::run, "make the network exist, attach, and become PROGRAM (a QEMU)"},
    Word{"create", CommandWord::create, "make switch, TAP and bridge exist"},
    Word{"cancel", CommandWord::cancel, "stop the switch and delete its TAP"},
    Word{"check", CommandWord::check, "say whether VMs reach the outside, and what is wrong if not"},
    Word{"info", CommandWord::info, "describe the switch (this is the default)"},
    Word{"ports", CommandWord::ports, "list the ports of the switch and the VMs at them"},
    Word{"list", CommandWord::list, "list the switches of all users"},
    Word{"listall", CommandWord::listall, "list them with the socket of each port"},
    Word{"confirm", CommandWord::confirm, "keep a NIC's move that waits for it (--confirm)"},
    Word{"undo", CommandWord::undo, "take back the last move of a NIC"},
};

/// The 2010 tool knows setup commands only.
bool has(Dialect dialect, const Word& word) {
  const bool is_new = word.command == CommandWord::run || word.command == CommandWord::confirm ||
                      word.command == CommandWord::undo;
  return dialect == Dialect::vdeup || !is_new;
}

/// What belongs to `run`, which the 2010 tool does not have.
void add_run_options(po::options_description& options) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  options.add_options()                                                                               //
      ("ctys", text("FILE"), "run: the VM of this .ctys file of the UnifiedSessionsManager")          //
      ("lane", text("LANE"), "run: attach the VM to the switch (vde), or by a TAP of its own (tap)")  //
      ("nic-model", text("MODEL"), "run: the model of a NIC that is added")                           //
      ("queues", text("N"), "run --lane tap: queues of each NIC, for as many processors of the VM")   //
      ("reconnect", "run: stay, and connect the VM again when the switch was gone")                   //
      ("rm", "run: stay, and remove what was made for this VM when it ends")                          //
      ("strict", "run: do not translate options that this QEMU has removed")                          //
      (",t", text("PROFILE"), "run: the VM of this profile; words that follow are added to its line") //
      ("timing", "run: say where the time of the launch went");
}

} // namespace

po::options_description all_options(Dialect dialect) {
  po::options_description options{"Options"};
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<std::vector<std::string>>()->value_name(name); };
  options.add_options()                                                                           //
      (",b", text("BRIDGE"), "use this bridge; default: the first suitable, else a new ctysbr0")  //
      (",d", text("LEVEL"), "say more: 1 what is done, 2 everything")                             //
      (",f", "go on where that can cut off VMs or a login")                                       //
      (",g", text("GROUP"), "give the socket directory this group and its s-bit (rwx--S---)")     //
      (",h", "print this text")                                                                   //
      (",H", text("TOPIC"), "show a manual: a page, HTML[=page], PDF[=page], LIST, HELP")         //
      (",i", text("INTERFACE"), "the NIC for a new bridge; none: make it without one")            //
      (",l", text("USER"), "the user on the hosts of -r")                                         //
      (",n", "no heading above a table")                                                          //
      (",r", text("HOSTS"), "work on these hosts")                                                //
      (",s", text("DIR"), "socket directory of the switch (QEMUSOCK)")                            //
      (",S", text("SOCKET"), "management socket of the switch (QEMUMGMT)")                        //
      (",u", text("USER[.GROUP]"), "owner of switch and TAP; default: the caller")                //
      (",V", "print the version")                                                                 //
      (",X", "terse output for programs; check prints nothing")                                   //
      (",Z", text("WAYS"), "how to get privileges: KSU, NOKSU, SUDO, NOSUDO, ALL")                //
      ("bridge", "cancel: remove the bridge as well, if vdeup made it and nothing else uses it")  //
      ("confirm", text("SECONDS"), "take a NIC's move back unless `vdeup confirm` comes by then") //
      ("dry-run", "print what would be done, and do nothing")                                     //
      ("forward", texts("FORWARD"),
       "slirp: PROTOCOL:[ADDR:]PORT:[GUESTADDR:]PORT, from this host to a guest")                    //
      ("help", "the same as -h")                                                                     //
      ("json", "print the answer as JSON")                                                           //
      ("no-prompt", "do not ask for a password, not even with -Z SUDO or -Z KSU")                    //
      ("persist", "create: print the configuration that keeps a NIC in its bridge, and stop")        //
      ("probe", texts("ADDRESS[:PORT]"), "have this address answer, too; can be given repeatedly")   //
      ("share", text("GROUP"), "let the VMs of this group's users use the switch")                   //
      ("timeout", text("SECONDS"), "take a NIC's move back unless it is proven by then; default 10") //
      ("uplink", text("UPLINK"), "how VMs reach the outside: auto, bridge, nat, slirp, none")        //
      ("version", "the same as -V");
  if (dialect == Dialect::vdeup)
    add_run_options(options);
  return options;
}

std::optional<CommandWord> find_command(Dialect dialect, std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const Word& known : k_words)
    if (known.text == word && has(dialect, known))
      return known.command;
  return std::nullopt;
}

std::vector<std::string_view> command_words(Dialect dialect) {
  std::vector<std::string_view> words;
  for (const Word& word : k_words)
    if (has(dialect, word))
      words.push_back(word.text);
  return words;
}

std::vector<std::string> long_options(Dialect dialect) {
  std::vector<std::string> names;
  const po::options_description all = all_options(dialect);
  for (const auto& option : all.options())
    if (const std::string name = option->format_name(); name.starts_with("--"))
      names.push_back(name);
  return names;
}

std::string usage_text(Dialect dialect) {
  std::ostringstream text;
  if (dialect == Dialect::ctys)
    text << "Usage: ctys-setupVDE [options] [COMMAND] [options]\n\nCommands:\n";
  else
    text << "Usage: vdeup [options] COMMAND [options]\n"
            "       vdeup [options] run [options] [--] PROGRAM [ARGUMENTS...]\n"
            "       vdeqemu|vdekvm [QEMU ARGUMENTS...]\n"
            "       vdeq PROGRAM [ARGUMENTS...]\n\nCommands:\n";
  for (const Word& word : k_words)
    if (has(dialect, word))
      text << fmt::format("  {:<8} {}\n", word.text, word.summary);
  text << '\n' << all_options(dialect);
  text << (dialect == Dialect::ctys ? "\nSee ctys-setupVDE(1) and vdeup(1).\n" : "\nSee vdeup(1).\n");
  return text.str();
}

} // namespace vdeup::cli
