#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "nicmove/record.hpp"

#include <optional>
#include <string>

namespace vdeup::nicmove {

/// Where records are: gone after a boot, as the moves are.
inline constexpr const char* k_record_directory = "/run/vdeup";

/// The records of this network namespace. Each is a file, and its name says what it is:
///
///     nic-N.open         a move is under way, or its process died in it
///     nic-N.kept         the last move, proven and kept: what `vdeup undo` undoes
///     nic-N.rolled_back  a move that the watchdog rolled back, to be reported once
///     nic-N.lock         locked by the mover and its watchdog
///     nic-N.confirm      the socket on which the watchdog waits for `vdeup confirm`
///
/// A move is kept or rolled back by one rename(2), which is atomic.
class RecordStore {
 public:
  enum class Kind { open, kept, rolled_back };

  /// Open the directory, creating it if `make` is set. Nothing if it does not exist.
  /// Errors: refused if another user than this one or root can write there; not_permitted.
  [[nodiscard]] static Result<std::optional<RecordStore>> open(bool make,
                                                               const char* directory = k_record_directory);

  /// Lock the records against other movers, for the life of this object and of copies of its lock by fork(2).
  /// Errors: timed_out.
  [[nodiscard]] Result<> lock(const Deadline& deadline);

  /// Read a record. Nothing if there is none of this boot.
  /// Errors: refused if it is broken.
  [[nodiscard]] Result<std::optional<Record>> read(Kind kind) const;

  /// Write the open record, replacing the former one atomically. It is on the disk when this returns.
  [[nodiscard]] Result<> write(const Record& record) const;

  // The end of the move under way.
  [[nodiscard]] Result<> keep() const { return rename_open(Kind::kept); }
  [[nodiscard]] Result<> note_rolled_back() const { return rename_open(Kind::rolled_back); }
  void remove(Kind kind) const;
  [[nodiscard]] bool has(Kind kind) const;

  /// Listen for confirmations. The socket's file is removed with remove_confirm_socket().
  [[nodiscard]] Result<UniqueFd> listen() const;
  /// Connect to the watchdog without blocking; the socket does not block either. Returns nothing if no
  /// watchdog listens. Errors: timed_out if its queue is full.
  [[nodiscard]] Result<std::optional<UniqueFd>> connect() const;
  void remove_confirm_socket() const;

  // What a child process must keep open to use this object.
  [[nodiscard]] int directory_descriptor() const { return m_directory.get(); }
  [[nodiscard]] int lock_descriptor() const { return m_lock.get(); }

  [[nodiscard]] const NetworkId& network() const { return m_network; }
  /// The path of a record, for people.
  [[nodiscard]] std::string path(Kind kind) const;

 private:
  RecordStore(UniqueFd directory, std::string path, NetworkId network)
      : m_directory(std::move(directory)), m_path(std::move(path)), m_network(std::move(network)) {}
  [[nodiscard]] std::string file(std::string_view suffix) const;
  [[nodiscard]] Result<> rename_open(Kind kind) const;

  UniqueFd m_directory;
  std::string m_path;
  NetworkId m_network;
  UniqueFd m_lock{};
};

} // namespace vdeup::nicmove
