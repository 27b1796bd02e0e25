# The rooms of src/, in an order in which each uses only those above it. This is the one place that says who may use
# whom: src/CMakeLists.txt makes the libraries of it, tests/rooms.cmake holds every #include to it, and the table in
# ARCHITECTURE.md is compared with it. Whoever includes this file defines room() and header() first.
#
#   room(NAME WHAT "what is in it" USES the rooms that it names itself)   one folder, one static library
#        EXCEPT rooms that it must not name although those name them
#   header(BEGINNING rooms)       a header whose name begins so belongs to these rooms; the longest row that fits decides

room(base WHAT "Error and Result, descriptors, deadlines, identities, text: nothing of the domain")
room(model WHAT "names, links, networks, steps: values without I/O" USES base)
room(config WHAT "settings and their precedence, VM profiles, `.ctys` files, the policy" USES model)
room(plan WHAT "bridge, uplink, plan, proof and diagnosis: pure functions" USES model)
room(qemu WHAT "reads and rewrites a QEMU line: pure functions" USES model)
room(engine WHAT "the interfaces to the world, observation, apply with undo" USES model)
room(process WHAT "runs, finds, becomes and ends programs (only user of Boost.Process)" USES base)
room(kernel WHAT "links, TAPs, addresses, routes, neighbours (only user of libnl)" USES engine)
room(firewall WHAT "reads other firewalls' rules and evaluates what they let through" USES kernel)
room(nat WHAT "private networks: rules, forwarding, dnsmasq (only user of libnftables)" USES firewall process)
room(vde WHAT "the switch's life, console, lock and connection" USES engine process)
room(managers WHAT "networkd, NetworkManager, ifupdown, DHCP clients: detect, tell, print configuration (only user of sd-bus)" USES engine process)
room(dependents WHAT "logins and file systems that depend on a NIC" USES kernel process)
room(nicmove WHAT "a NIC's move as a transaction: choice, plan, record, watchdog, proof" USES dependents firewall managers)
room(network WHAT "makes the network of a request exist, observes it, removes it" USES firewall managers plan vde)
room(privilege WHAT "the helper's protocol, checks and client, and the ways to start it" USES config nat nicmove plan)
room(helper WHAT "`vdeup-helper`, the only program with privileges" USES privilege EXCEPT process)
room(launch WHAT "the program of `run`: its line, its connections, its life" USES config network qemu)
room(cli WHAT "one file a command: parsing, printing, wiring" USES launch privilege)

header(netlink/ kernel)
header(linux/ kernel firewall nat)
header(linux/capability.h kernel process) # capset(2): glibc has neither the call nor its types
header(nftables/ nat)
header(libvdeplug.h vde)
header(systemd/ managers)
header(spdlog/ base)
header(boost/ base qemu process cli)
header(boost/outcome base)
header(boost/process process)
header(boost/asio process)
header(boost/program_options cli)
header(boost/json qemu cli)
