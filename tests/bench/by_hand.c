/* The network that `vdeup create` makes, made in the shortest way: one program, the bare kernel calls, one
 * vde_switch. What vdeup needs beyond this is the price of looking first, proving and undoing.
 *
 *   by-hand create         bridge, TAP and switch
 *   by-hand cancel         and away with them
 *   by-hand links N        N more TAP devices, that have nothing to do with it
 *   by-hand clients MGMT   exit status: how many clients the switch with this management socket has */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BRIDGE "byhandbr0"
#define TAP "byhand0"
#define SWITCH "/var/tmp/byhand_switch0"
#define MGMT "/var/tmp/byhand_mgmt0"

enum { failed = 255, patience_ms = 5000 };

static void must(int good, const char* what) {
  if (good)
    return;
  perror(what);
  exit(failed);
}

/* ---- netlink ---- */

struct request {
  struct nlmsghdr head;
  struct ifinfomsg info;
  char attributes[1024];
};

static struct request new_request(int type, int flags, unsigned index) {
  struct request request;
  memset(&request, 0, sizeof(request));
  request.head.nlmsg_len = NLMSG_LENGTH(sizeof(request.info));
  request.head.nlmsg_type = (unsigned short)type;
  request.head.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | NLM_F_ACK | flags);
  request.info.ifi_index = (int)index;
  return request;
}

static struct rtattr* put(struct request* request, int type, const void* data, size_t size) {
  struct rtattr* attribute = (struct rtattr*)((char*)request + NLMSG_ALIGN(request->head.nlmsg_len));
  attribute->rta_type = (unsigned short)type;
  attribute->rta_len = (unsigned short)RTA_LENGTH(size);
  if (size > 0)
    memcpy(RTA_DATA(attribute), data, size);
  request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + (unsigned)RTA_SPACE(size);
  return attribute;
}

static void put_number(struct request* request, int type, unsigned number) {
  put(request, type, &number, sizeof(number));
}

static void end_nest(struct request* request, struct rtattr* nest) {
  nest->rta_len = (unsigned short)((char*)request + request->head.nlmsg_len - (char*)nest);
}

static void talk(int netlink, struct request* request, const char* what) {
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char quoted[2048];
  } answer;
  must(send(netlink, request, request->head.nlmsg_len, 0) >= 0, what);
  must(recv(netlink, &answer, sizeof(answer), 0) >= 0, what);
  errno = -answer.error.error;
  must(answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error == 0, what);
}

static void set_alias(int netlink, const char* name, const char* alias) {
  struct request request = new_request(RTM_NEWLINK, 0, if_nametoindex(name));
  put(&request, IFLA_IFALIAS, alias, strlen(alias));
  talk(netlink, &request, "alias");
}

static void set_up(int netlink, const char* name) {
  struct request request = new_request(RTM_NEWLINK, 0, if_nametoindex(name));
  request.info.ifi_flags = IFF_UP;
  request.info.ifi_change = IFF_UP;
  talk(netlink, &request, "up");
}

static void set_master(int netlink, const char* name, const char* master) {
  struct request request = new_request(RTM_NEWLINK, 0, if_nametoindex(name));
  put_number(&request, IFLA_MASTER, if_nametoindex(master));
  talk(netlink, &request, "master");
}

static void delete_link(int netlink, const char* name) {
  struct request request = new_request(RTM_DELLINK, 0, if_nametoindex(name));
  talk(netlink, &request, "delete");
}

static void create_bridge(int netlink) {
  static const unsigned char mac[6] = {0x52, 0x54, 0x01, 0, 0, 1};
  struct request request = new_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  put(&request, IFLA_IFNAME, BRIDGE, sizeof(BRIDGE));
  put(&request, IFLA_ADDRESS, mac, sizeof(mac));
  put_number(&request, IFLA_MTU, 1500);
  struct rtattr* info = put(&request, IFLA_LINKINFO | NLA_F_NESTED, NULL, 0);
  put(&request, IFLA_INFO_KIND, "bridge", strlen("bridge"));
  struct rtattr* data = put(&request, IFLA_INFO_DATA | NLA_F_NESTED, NULL, 0);
  put_number(&request, IFLA_BR_STP_STATE, 0);
  put_number(&request, IFLA_BR_FORWARD_DELAY, 0);
  end_nest(&request, data);
  end_nest(&request, info);
  talk(netlink, &request, "bridge");
  set_alias(netlink, BRIDGE, "by hand");
  set_up(netlink, BRIDGE);
}

/* ---- TAP ---- */

static int open_tap(const char* name) {
  struct ifreq request;
  memset(&request, 0, sizeof(request));
  snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
  request.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL);
  const int tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  must(tap >= 0, "/dev/net/tun");
  must(ioctl(tap, TUNSETIFF, &request) == 0, "TUNSETIFF");
  return tap;
}

static void describe_tap(int netlink) {
  static const unsigned char mac[6] = {0xfe, 0, 0, 0, 0, 1};
  static const char alias[] = "by hand uid=0 switch=" SWITCH;
  const unsigned char no_address = IN6_ADDR_GEN_MODE_NONE;
  struct request request = new_request(RTM_NEWLINK, 0, if_nametoindex(TAP));
  put_number(&request, IFLA_MTU, 1500);
  put(&request, IFLA_ADDRESS, mac, sizeof(mac));
  put(&request, IFLA_IFALIAS, alias, strlen(alias));
  struct rtattr* families = put(&request, IFLA_AF_SPEC | NLA_F_NESTED, NULL, 0);
  struct rtattr* ipv6 = put(&request, AF_INET6 | NLA_F_NESTED, NULL, 0);
  put(&request, IFLA_INET6_ADDR_GEN_MODE, &no_address, sizeof(no_address));
  end_nest(&request, ipv6);
  end_nest(&request, families);
  talk(netlink, &request, "TAP");
}

static void create_tap(int netlink) {
  const int tap = open_tap(TAP);
  must(ioctl(tap, TUNSETOWNER, getuid()) == 0, "TUNSETOWNER");
  must(ioctl(tap, TUNSETGROUP, getgid()) == 0, "TUNSETGROUP");
  describe_tap(netlink);
  must(ioctl(tap, TUNSETPERSIST, 1) == 0, "TUNSETPERSIST");
  close(tap);
  set_master(netlink, TAP, BRIDGE);
  set_up(netlink, TAP);
}

static void create_links(int count) {
  for (int i = 0; i < count; ++i) {
    char name[IFNAMSIZ];
    snprintf(name, sizeof(name), "other%d", i);
    const int tap = open_tap(name);
    must(ioctl(tap, TUNSETPERSIST, 1) == 0, "TUNSETPERSIST");
    close(tap);
  }
}

/* ---- switch ---- */

static void start_switch(void) {
  const pid_t child = vfork();
  must(child >= 0, "vfork");
  if (child == 0) {
    execlp("vde_switch", "vde_switch", "-d", "-s", SWITCH, "-M", MGMT, "--mgmtmode", "0600", "-f",
           "/dev/null", "-n", "128", "-t", TAP, (char*)NULL);
    _exit(127);
  }
  int status = 0;
  must(waitpid(child, &status, 0) == child && status == 0, "vde_switch");
}

/* The socket appears a moment after the daemon's parent has ended. */
static int connect_console(const char* path) {
  const struct timespec pause = {.tv_nsec = 100000};
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
  const int console = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(console >= 0, "socket");
  for (int tries = 0; tries < 50000; ++tries) {
    if (connect(console, (struct sockaddr*)&address, sizeof(address)) == 0)
      return console;
    nanosleep(&pause, NULL);
  }
  must(0, path);
  return -1;
}

/* Everything up to the prompt, or up to the end of the session. */
static const char* listen_to(int console) {
  static char text[65536];
  size_t size = 0;
  for (;;) {
    struct pollfd wanted = {.fd = console, .events = POLLIN};
    must(poll(&wanted, 1, patience_ms) == 1, "console");
    const ssize_t more = read(console, text + size, sizeof(text) - 1 - size);
    must(more >= 0, "console");
    size += (size_t)more;
    text[size] = '\0';
    if (more == 0 || (size >= 5 && strcmp(text + size - 5, "vde$ ") == 0))
      return text;
  }
}

static const char* ask(int console, const char* command) {
  must(write(console, command, strlen(command)) == (ssize_t)strlen(command), command);
  return listen_to(console);
}

static void prove_switch(void) {
  const int console = connect_console(MGMT);
  listen_to(console);
  must(strstr(ask(console, "showinfo\n"), "pid") != NULL, "showinfo");
  must(strstr(ask(console, "port/print\n"), TAP) != NULL, "port/print");
  close(console);
}

static int count_clients(const char* mgmt) {
  const int console = connect_console(mgmt);
  listen_to(console);
  int count = 0;
  for (const char* at = ask(console, "port/print\n"); (at = strstr(at, "module unix prog")) != NULL; ++at)
    ++count;
  return count;
}

int main(int argc, char** argv) {
  const char* command = argc > 1 ? argv[1] : "";
  const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  must(netlink >= 0, "netlink");
  if (strcmp(command, "create") == 0) {
    create_bridge(netlink);
    create_tap(netlink);
    start_switch();
    prove_switch();
    return 0;
  }
  if (strcmp(command, "cancel") == 0) {
    const int console = connect_console(MGMT);
    listen_to(console);
    ask(console, "shutdown\n");
    delete_link(netlink, TAP);
    delete_link(netlink, BRIDGE);
    return 0;
  }
  if (strcmp(command, "links") == 0 && argc == 3) {
    create_links(atoi(argv[2]));
    return 0;
  }
  if (strcmp(command, "clients") == 0 && argc == 3)
    return count_clients(argv[2]);
  fprintf(stderr, "usage: by-hand create | cancel | links N | clients MGMT\n");
  return failed;
}
