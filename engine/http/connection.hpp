// One connection to the endpoint: opened once, then used for one exchange after another. It waits for the
// socket in coroutines; its deadlines are plain members that the pool's sweep checks. Network thread only.
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

// What all connections of a pool share; it outlives them.
struct connection_needs {
  const transport_options& options;
  const tls_context* tls;  // null: plain HTTP
  name_lookup& names;
  ready_set& sockets;
  reply_buffers& buffers;
  std::optional<boost::asio::ip::address> address;  // set if the host is an address: no name is looked up
  std::uint16_t port;                               // the endpoint's, or that of the proxy in between
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

  // Resolves, connects, opens a tunnel through the proxy, and shakes hands. `none`: the connection is open
  // and verified. Otherwise no request was sent, and detail() says why.
  boost::asio::awaitable<transport_fault> open();

  // As lease::exchange(). One at a time.
  boost::asio::awaitable<attempt_fact> exchange(std::string_view request, time_point deadline);

  const std::string& detail() const noexcept { return detail_; }
  peer_facts peer() const { return stream_.peer(); }

  // Whether it is open and nothing is left over from the last exchange, so that another may follow.
  bool reusable() const noexcept { return reusable_ && abort_ == abort_reason::none; }
  // Drops the last reply: its views are no longer used.
  void rest() { parser_.reset(); }
  // Whether an idle connection is still good: looks at the socket, where nothing may have come and which must
  // be open.
  bool quiet();
  // Says that time has passed since quiet(): the next exchange looks at the socket again.
  void waited() noexcept { looked_at_ = false; }
  // Called when the pool is destroyed before the lease. Returns the handler of a coroutine that waits here,
  // if there is one; that handler holds the lease.
  [[nodiscard]] wait_handler abandon();
  // Says goodbye to a healthy peer and closes. Operations under way end by themselves.
  void close();

  // Makes the operation under way, or else the next one, end as soon as it can.
  void cancel() { abort(abort_reason::cancelled); }
  // Ends the operation under way if its deadline has passed.
  void expire(time_point now) {
    if (now >= deadline_) abort(abort_reason::timeout);
  }

  // The following three belong to the pool.
  pool_core* home = nullptr;
  std::size_t place = 0;  // its position in the list of those on loan
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
  address_race* connecting_ = nullptr;  // set while it is under way
  int fd_ = -1;                         // open once a connection is won; then ours to close
  socket_watch watch_;
  socket_stream stream_;
  reply_parser parser_;
  std::string detail_;
  time_point deadline_ = time_point::max();
  std::uint64_t sent_before_ = 0;  // bytes on the wire when the exchange began
  async::wakeup* lookup_wake_ = nullptr;
  abort_reason abort_ = abort_reason::none;
  bool reusable_ = false;
  bool answered_before_ = false;  // an exchange has got its reply, so the handshake is over on both sides
  bool looked_at_ = false;        // quiet() has just looked at the socket
};

}  // namespace pawl::http
