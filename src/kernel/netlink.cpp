#include "kernel/netlink.hpp"

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace vdeup::kernel {
namespace {

/// What one exchange brings back: collected by libnl's callbacks, looked at when it is over.
struct Exchange {
  const Netlink::Receiver* receive = nullptr;
  int error_number = 0;
  std::string kernel_text;
};

/// The sentence that newer kernels add to a refusal (NETLINK_EXT_ACK).
std::string extended_text(const nlmsgerr& answer, const nlmsghdr& header) {
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0)
    return {};
  // The request is quoted before the attributes, all of it unless the kernel says that it capped it.
  const std::size_t quoted =
      (header.nlmsg_flags & NLM_F_CAPPED) != 0 ? 0 : answer.msg.nlmsg_len - NLMSG_HDRLEN;
  const auto* base = reinterpret_cast<const char*>(&answer) + sizeof(answer) + NLMSG_ALIGN(quoted);
  const auto* end = reinterpret_cast<const char*>(&header) + header.nlmsg_len;
  if (base >= end)
    return {};
  auto* first = const_cast<nlattr*>(reinterpret_cast<const nlattr*>(base)); // libnl's parser is not const
  nlattr* text = nla_find(first, static_cast<int>(end - base), NLMSGERR_ATTR_MSG);
  return text == nullptr ? std::string{} : std::string{nla_get_string(text)};
}

int on_message(nl_msg* message, void* argument) {
  const auto& exchange = *static_cast<const Exchange*>(argument);
  if (exchange.receive != nullptr && *exchange.receive)
    (*exchange.receive)(*nlmsg_hdr(message));
  return NL_OK;
}

int on_error(sockaddr_nl* /*from*/, nlmsgerr* answer, void* argument) {
  auto& exchange = *static_cast<Exchange*>(argument);
  exchange.error_number = -answer->error;
  const auto* bytes = reinterpret_cast<const char*>(answer) - NLMSG_HDRLEN;
  exchange.kernel_text = extended_text(*answer, *reinterpret_cast<const nlmsghdr*>(bytes));
  return NL_STOP;
}

int on_end(nl_msg* /*message*/, void* /*argument*/) {
  return NL_STOP;
}

struct PutCallbacks {
  void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

std::unique_ptr<nl_cb, PutCallbacks> make_callbacks(Exchange& exchange) {
  std::unique_ptr<nl_cb, PutCallbacks> callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
  nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_message, &exchange);
  nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &exchange);
  nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &exchange);
  nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &exchange);
  return callbacks;
}

ErrorKind kind_of_code(int code) {
  switch (-code) {
  case NLE_DUMP_INTR: // something changed while it was being listed
    return ErrorKind::conflict;
  case NLE_PROTO_MISMATCH: // what libnl makes of EPROTONOSUPPORT, when a socket is opened
    return ErrorKind::missing;
  case NLE_PERM:
  case NLE_NOACCESS:
    return ErrorKind::not_permitted;
  default:
    return ErrorKind::failed;
  }
}

Error library_error(int code, const std::string& what) {
  return Error{kind_of_code(code), what, nl_geterror(code), {}};
}

Error kernel_error(const Exchange& exchange, int protocol, const std::string& what) {
  Error error = errno_error(exchange.error_number, what);
  // nfnetlink's answer where the kernel lacks a subsystem or the family of a table.
  if (protocol == NETLINK_NETFILTER &&
      (exchange.error_number == EINVAL || exchange.error_number == EOPNOTSUPP))
    error.set_kind(ErrorKind::missing);
  if (!exchange.kernel_text.empty())
    error.set_cause(error.cause() + " (" + exchange.kernel_text + ")");
  return error;
}

} // namespace

Message make_message(int type, int flags) {
  return Message{nlmsg_alloc_simple(type, flags | NLM_F_REQUEST)};
}

Result<Netlink> Netlink::open(int protocol) {
  std::unique_ptr<nl_sock, FreeSocket> socket{nl_socket_alloc()};
  if (const int code = nl_connect(socket.get(), protocol); code < 0)
    return fail(library_error(code, "cannot open a netlink socket"));
  nl_socket_disable_auto_ack(socket.get()); // an answer is enough for a query; request() asks for more
  const int on = 1;
  // An old kernel without it gives codes without sentences: worth having, not worth failing for.
  (void)::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
  return Netlink{std::move(socket), protocol};
}

Result<> Netlink::request(const Message& message, const std::string& what) {
  nlmsg_hdr(message.get())->nlmsg_flags |= NLM_F_ACK;
  return query(message, {}, what);
}

Result<> Netlink::query(const Message& message, const Receiver& receive, const std::string& what) {
  Exchange exchange{.receive = &receive};
  nlmsg_hdr(message.get())->nlmsg_seq = NL_AUTO_SEQ; // a message that is sent again is a new request
  if (const int code = nl_send_auto(m_socket.get(), message.get()); code < 0)
    return fail(library_error(code, what));
  const auto callbacks = make_callbacks(exchange);
  const int code = nl_recvmsgs(m_socket.get(), callbacks.get());
  if (exchange.error_number != 0)
    return fail(kernel_error(exchange, m_protocol, what));
  if (code < 0)
    return fail(library_error(code, what));
  return ok();
}

} // namespace vdeup::kernel
