// One connection to the endpoint: opened once, then one exchange after the other. It waits for the socket in
// coroutines; deadlines are plain members that the pool's sweep looks at. Network thread only.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/http/address_race.hpp"
#include "engine/http/connection_pool.hpp"
#include "engine/http/name_lookup.hpp"
#include "engine/http/ready_set.hpp"
#include "engine/http/reply_parser.hpp"
#include "engine/http/socket_stream.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::http {

struct pool_core;
class tls_context;

// What all connections of a pool share; outlives them.
struct connection_needs {
  const transport_options& options;
  const tls_context* tls;  // null: plain HTTP
  name_lookup& names;
  ready_set& sockets;
  reply_buffers& buffers;
  std::optional<boost::asio::ip::address> address;  // the host is a literal: nothing to look up
  std::uint16_t port;                               // of the endpoint, or of the proxy on the way to it
};

// `start + d` without overflow, for settings such as duration::max().
inline time_point after(time_point start, duration d) {
  return d > time_point::max() - start ? time_point::max() : start + d;
}

class connection {
 public:
  connection(boost::asio::io_context&, const connection_needs&);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Resolve, connect, tunnel through the proxy, handshake. `none`: open and verified. Else nothing was sent,
  // and detail() says why.
  boost::asio::awaitable<transport_fault> open();

  // See lease::exchange. One at a time.
  boost::asio::awaitable<attempt_fact> exchange(std::string_view request, time_point deadline);

  const std::string& detail() const noexcept { return detail_; }
  peer_facts peer() const { return stream_.peer(); }

  // Open, and nothing is left over from the last exchange: another may follow.
  bool reusable() const noexcept { return reusable_ && abort_ == abort_reason::none; }
  // Nobody looks at the last reply any more.
  void rest() { parser_.reset(); }
  // Looks at the socket of an idle connection: nothing has come, and it is not closed.
  bool quiet();
  // That was a while ago: the next exchange looks again.
  void waited() noexcept { looked_at_ = false; }
  // The pool goes away before the lease. The handler of a coroutine that waits here, or none: it holds the
  // lease.
  [[nodiscard]] wait_handler abandon();
  // With a goodbye to a healthy peer. Leaves operations under way to end by themselves.
  void close();

  // The operation under way, or the next one, ends as soon as it can.
  void cancel() { abort(abort_reason::cancelled); }
  // Ends the operation under way if its deadline has passed.
  void expire(time_point now) {
    if (now >= deadline_) abort(abort_reason::timeout);
  }

  // For the pool's books.
  pool_core* home = nullptr;
  std::size_t place = 0;  // in the list of those on loan
  time_point idle_since{};

 private:
  using tcp = boost::asio::ip::tcp;
  enum class abort_reason : std::uint8_t { none, timeout, cancelled };

  boost::asio::awaitable<transport_fault> connect();
  boost::asio::awaitable<transport_fault> connect_to(std::vector<tcp::endpoint>);
  boost::asio::awaitable<transport_fault> tunnel();
  boost::asio::awaitable<transport_fault> handshake();
  boost::asio::awaitable<transport_fault> verdict_on_certificate();
  void abort(abort_reason);
  transport_fault fail(transport_fault, std::string detail);
  transport_fault certificate_refused();
  attempt_fact answer(bool request_sent);
  attempt_fact turned_down();
  attempt_fact no_answer(transport_fault, std::string detail);

  boost::asio::io_context& io_;
  const connection_needs& needs_;
  address_race* connecting_ = nullptr;  // while it is under way
  int fd_ = -1;                         // then the socket is ours
  socket_watch watch_;
  socket_stream stream_;
  reply_parser parser_;
  std::string detail_;
  time_point deadline_ = time_point::max();
  std::uint64_t sent_before_ = 0;  // bytes on the wire when the exchange began
  async::wakeup* lookup_wake_ = nullptr;
  abort_reason abort_ = abort_reason::none;
  bool reusable_ = false;
  bool answered_before_ = false;  // an exchange has got its reply: the handshake is behind us on both sides
  bool looked_at_ = false;        // by quiet(), just now
};

}  // namespace pawl::http
